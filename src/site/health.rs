//! Whether the data can be trusted: a state in one word, and what is not as it should be, each
//! with how bad it is. Draws nothing: the health page, its JSON and the overview read it.

use crate::site::context::SiteContext;
use crate::site::pages::infrastructure;
use crate::site::{audit, frame, targets};
use detect::Verdict;
use model::record::time::Timestamp;
use model::text;

/// Days of the records-a-day rule that are looked at.
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
            Self::Warning => "look",
            Self::Bad => "bad",
        }
    }
}

/// Everything that is not as it should be, with how bad it is.
pub(crate) fn findings(site: &SiteContext<'_>) -> Vec<(HealthState, String)> {
    let input = site.input;
    let (history, policy) = (input.history, input.policy);
    let mut found = Vec::new();
    let mut tell = |state: HealthState, text: String| found.push((state, text));
    if let Some(stale) = frame::stale(history.newest, input.options.now) {
        tell(HealthState::Bad, stale);
    }
    rejected_findings(site).into_iter().for_each(|(state, text)| tell(state, text));
    for problem in input.problems {
        tell(
            HealthState::Warning,
            format!("{}: {}. {}", problem.location, problem.reason, problem.remedy),
        );
    }
    if let Some(broken) = audit::broken_finding(site) {
        tell(HealthState::Bad, broken);
    }
    if let Some(overridden) = audit::override_finding(site) {
        tell(HealthState::Warning, overridden);
    }
    if let Some(missed) = targets::finding(site) {
        tell(HealthState::Warning, missed);
    }
    let missing = count_series(site, |verdict| verdict == Verdict::Missing);
    if missing > 0 {
        let text = text::count_noun(missing, "series");
        tell(HealthState::Warning, format!("{text} without a newest result: failed or not run."));
    }
    let counts = history.counts;
    if counts.conflicting > 0 {
        let text = text::count_noun(counts.conflicting, "record");
        tell(
            HealthState::Warning,
            format!("{text} repeat another of the same time with another value."),
        );
    }
    if counts.other_branches > 0 {
        let text = text::count_noun(counts.other_branches, "record");
        tell(HealthState::Warning, format!("{text} of other branches than the main one left out."));
    }
    let sparse = sparse_days(site);
    if !sparse.is_empty() {
        let text = text::count_noun(sparse.len() as u64, "day");
        let least = policy.data_quality.min_records_per_day;
        tell(
            HealthState::Warning,
            format!("{text} of the last {RECENT_DAYS} with fewer than {least} records."),
        );
    }
    let alert =
        input.analyses.infrastructure_days.iter().rfind(|day| day.alert && day.is_degradation);
    if let Some(day) = alert.filter(|day| is_recent(site, day.day)) {
        let summary = infrastructure::summary(day);
        tell(HealthState::Bad, format!("Infrastructure: {summary}, on several days."));
    }
    if policy.warmup.enabled && policy.warmup.record_warmup_times {
        let without = counts.records.saturating_sub(counts.with_warmup + counts.failed);
        if without > 0 {
            let text = text::count_noun(without, "record");
            tell(
                HealthState::Good,
                format!("{text} without warm-up times, which the policy asks for."),
            );
        }
    }
    if !input.not_covered.is_empty() {
        let text = text::count_noun(input.not_covered.len() as u64, "combination");
        tell(HealthState::Warning, format!("{text} of the matrix not measured."));
    }
    found
}

/// What could not be read: of the history, and of other tools' files.
fn rejected_findings(site: &SiteContext<'_>) -> Vec<(HealthState, String)> {
    let history = site.input.history;
    let (refused, foreign) =
        (history.rejected_records.len() as u64, site.input.ingest_problems.len() as u64);
    let mut found = Vec::new();
    if refused > 0 {
        let state = if refused * 20 > history.counts.records {
            HealthState::Bad
        } else {
            HealthState::Warning
        };
        let text = text::count_noun(refused, "line");
        found
            .push((state, format!("{text} refused; kept in data/quarantine/ with their reasons.")));
    }
    if foreign > 0 {
        let parts = text::count_noun(foreign, "part");
        let text = format!("{parts} of other tools' files refused when ingested.");
        found.push((HealthState::Warning, text));
    }
    found
}

pub(crate) fn state(site: &SiteContext<'_>) -> HealthState {
    if site.input.series.is_empty() {
        return HealthState::NoData;
    }
    findings(site).into_iter().map(|(state, _)| state).max().unwrap_or(HealthState::Good)
}

fn is_recent(site: &SiteContext<'_>, day: i64) -> bool {
    site.input.options.now.day() - day <= RECENT_DAYS
}

fn count_series(site: &SiteContext<'_>, wanted: impl Fn(Verdict) -> bool) -> u64 {
    let judged = |one: &usize| {
        let analysis = site.series(*one).1;
        !analysis.is_retired && wanted(analysis.verdict)
    };
    site.series_indices().filter(judged).count() as u64
}

/// Recent days with fewer records than the policy asks for; the newest may still be under way.
fn sparse_days(site: &SiteContext<'_>) -> Vec<(i64, u32)> {
    let least = site.input.policy.data_quality.min_records_per_day;
    let newest = site.input.history.newest.map_or(0, Timestamp::day);
    let per_day = site.input.history.per_day.range(newest - RECENT_DAYS..newest);
    per_day.filter(|(_, records)| **records < least).map(|(day, n)| (*day, *n)).collect()
}
