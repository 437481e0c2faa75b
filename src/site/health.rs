//! Whether the data can be trusted: a state in one word, and findings, each with how bad it is.
//! Writes no HTML: the health page, its JSON and the overview use it.
//!
//! Example: one rejected record in a hundred gives the state `warning` and the finding `1 record
//! rejected; data/quarantine/ keeps them with the reasons.`

use crate::site::context::SiteContext;
use crate::site::infrastructure;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::{audit, first_week, frame, targets};
use detect::Verdict;
use model::record::time::Timestamp;
use model::text;

/// Days before the build in which sparse days and infrastructure alerts count.
const RECENT_DAYS: i64 = 30;

/// The state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HealthState {
    NoData,
    Good,
    Warning,
    Bad,
}

impl HealthState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoData => "no data",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// One thing that is not as it should be.
pub(crate) struct HealthFinding {
    pub(crate) state: HealthState,
    /// One or two sentences.
    pub(crate) text: String,
}

impl HealthFinding {
    fn warning(text: String) -> Self {
        Self { state: HealthState::Warning, text }
    }

    fn bad(text: String) -> Self {
        Self { state: HealthState::Bad, text }
    }
}

/// Everything that is not as it should be, with how bad it is.
pub(crate) fn findings(site: &SiteContext<'_>) -> Vec<HealthFinding> {
    let input = site.input;
    let mut findings = Vec::new();
    // A young history lacks runs, which is nothing wrong with those that it has.
    let waits = first_week::no_verdict_yet(site).filter(|_| !input.series.is_empty());
    findings.extend(match (waits, frame::stale(site)) {
        // It may also be a job that stopped.
        (Some(_), Some(stale)) => Some(HealthFinding::warning(stale)),
        (Some(waits), None) => Some(HealthFinding { state: HealthState::Good, text: waits }),
        (None, stale) => stale.map(HealthFinding::bad),
    });
    findings.extend(rejected_findings(site));
    findings.extend(input.problems.iter().map(|problem| {
        let text = format!("{}: {}. {}", problem.location, problem.reason, problem.remedy);
        HealthFinding::warning(text)
    }));
    findings.extend(audit::broken_finding(site).map(HealthFinding::bad));
    findings.extend(audit::override_finding(site).map(HealthFinding::warning));
    findings.extend(targets::finding(site).map(HealthFinding::warning));
    findings.extend(targets::unmeasured_finding(site).map(HealthFinding::warning));
    let missing = count_series(site, Verdict::has_no_result);
    if missing > 0 {
        let series = text::count_noun(missing, "series");
        let text = format!("{series} without a recent result: the last run failed or is missing.");
        findings.push(HealthFinding::warning(text));
    }
    findings.extend(noise_finding(site));
    findings.extend(record_findings(site));
    // A limit of the host is nothing wrong with the data.
    let left_out = site.page_policy.left_out.clone();
    findings.extend(left_out.map(|text| HealthFinding { state: HealthState::Good, text }));
    let days = &input.analyses.infrastructure_days;
    // Only the last alert: earlier ones are listed on the page and need no action.
    let alert = days.iter().rfind(|day| day.alert && day.is_degradation);
    if let Some(day) = alert.filter(|day| is_recent(site, day.day)) {
        let summary = infrastructure::summary(day);
        let text = format!("Infrastructure anomaly on several days: {summary}.");
        findings.push(HealthFinding::bad(text));
    }
    if !input.not_covered.is_empty() {
        let count = text::count_noun(input.not_covered.len() as u64, "combination");
        findings.push(HealthFinding::warning(format!("{count} of the matrix not measured.")));
    }
    findings
}

/// Series whose noise hides changes of their thresholds' size: an error of `doctor` each. Where
/// most are like that, no good news can be trusted.
fn noise_finding(site: &SiteContext<'_>) -> Option<HealthFinding> {
    let all: Vec<usize> = site.series_indices().collect();
    let counts = VerdictCounts::of(site, &all);
    let state = if counts.is_mostly_noise() { HealthState::Warning } else { HealthState::Good };
    let text = format!("{}. benchpages doctor names the remedies.", counts.too_noisy_text()?);
    Some(HealthFinding { state, text })
}

/// What is odd about records that could be read.
fn record_findings(site: &SiteContext<'_>) -> Vec<HealthFinding> {
    let (counts, policy) = (site.input.history.counts, site.input.policy);
    let mut findings = Vec::new();
    // Which of the two values is right cannot be known here.
    if counts.conflicting > 0 {
        let records = text::count_noun(counts.conflicting, "record");
        let text = format!("{records} with the time of another record but a different value.");
        findings.push(HealthFinding::warning(text));
    }
    if counts.other_branches > 0 {
        let records = text::count_noun(counts.other_branches, "record");
        let text = format!("{records} from branches other than the main one excluded.");
        findings.push(HealthFinding::warning(text));
    }
    let sparse = sparse_days(site);
    if !sparse.is_empty() {
        let days = text::count_noun(sparse.len() as u64, "day");
        let minimum = policy.data_quality.min_records_per_day;
        let text = format!("{days} of the last {RECENT_DAYS} with fewer than {minimum} records.");
        findings.push(HealthFinding::warning(text));
    }
    if policy.warmup.enabled && policy.warmup.record_warmup_times {
        let without = counts.records.saturating_sub(counts.with_warmup + counts.failed);
        if without > 0 {
            let records = text::count_noun(without, "record");
            let text = format!("{records} without the warm-up times that the policy requires.");
            // Missing warm-up times change no verdict, so this alone is no warning.
            findings.push(HealthFinding { state: HealthState::Good, text });
        }
    }
    findings
}

/// Records that could not be read, and rejected parts of files of other tools.
fn rejected_findings(site: &SiteContext<'_>) -> Vec<HealthFinding> {
    let history = site.input.history;
    let rejected = history.rejected_records.len() as u64;
    let foreign = site.input.ingest_problems.len() as u64;
    let mut findings = Vec::new();
    if rejected > 0 {
        // A few broken lines are a slip; one in twenty means that a writer is broken.
        let is_bad = rejected * 20 > history.counts.records;
        let records = text::count_noun(rejected, "record");
        let text = format!("{records} rejected; data/quarantine/ keeps them with the reasons.");
        findings.push(if is_bad { HealthFinding::bad(text) } else { HealthFinding::warning(text) });
    }
    if foreign > 0 {
        let parts = text::count_noun(foreign, "part");
        let text = format!("{parts} of other tools' files rejected when ingested.");
        findings.push(HealthFinding::warning(text));
    }
    findings
}

pub(crate) fn state(site: &SiteContext<'_>) -> HealthState {
    if site.input.series.is_empty() {
        return HealthState::NoData;
    }
    findings(site).into_iter().map(|finding| finding.state).max().unwrap_or(HealthState::Good)
}

fn is_recent(site: &SiteContext<'_>, day: i64) -> bool {
    site.input.options.as_of.day() - day <= RECENT_DAYS
}

fn count_series(site: &SiteContext<'_>, wanted: impl Fn(Verdict) -> bool) -> u64 {
    let counts = |series: &usize| {
        let analysis = site.series(*series).1;
        !analysis.is_retired && wanted(analysis.verdict)
    };
    site.series_indices().filter(counts).count() as u64
}

/// Recent days with fewer records than the policy requires. The latest day may still be in
/// progress, so it is left out.
fn sparse_days(site: &SiteContext<'_>) -> Vec<(i64, u32)> {
    let minimum = site.input.policy.data_quality.min_records_per_day;
    let newest = site.input.history.newest.map_or(0, Timestamp::day);
    let per_day = site.input.history.per_day.range(newest - RECENT_DAYS..newest);
    per_day.filter(|(_, records)| **records < minimum).map(|(day, n)| (*day, *n)).collect()
}
