//! Data health: can the data be trusted?

mod series_sections;

use std::collections::BTreeMap;

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::first_week;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::health::{HealthFinding, HealthState, findings, state};
use crate::site::infrastructure;
use crate::site::target_cards::{self, TargetCard};
use crate::site::view::{Fact, PageFrame};
use crate::site::{audit, pages, targets};
use model::record::time::{DAY_US, Timestamp};
use model::record::{Problem, shorten};
use model::text;

/// Rows of each list; the JSON has all of them.
const MAX_ROWS: usize = 50;

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    frame: PageFrame,
    verdict: Phrase,
    facts: Vec<Fact>,
    findings: Vec<Phrase>,
    rejected: Vec<RejectedRow>,
    rejected_note: String,
    sections: Vec<HealthSection>,
    target_cards: Vec<TargetCard>,
}

struct RejectedRow {
    place: String,
    /// How many others have the same reason.
    more: String,
    reason: String,
    remedy: String,
}

struct HealthSection {
    id: &'static str,
    title: &'static str,
    note: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<Phrase>>,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "health/");
    let state = state(site);
    let findings = findings(site);
    let tone = match state {
        HealthState::Good => "better",
        HealthState::Bad => "worse",
        HealthState::Warning | HealthState::NoData => "note",
    };
    let verdict = match state {
        HealthState::NoData => Phrase::new(tone).text(first_week::no_results(site)),
        _ => verdict(state, &findings, tone),
    };
    let page = PageHead {
        path: "health/",
        title: "Data health".to_owned(),
        verdict: &verdict,
        section: NavSection::Health,
    };
    let rejected = rejected_rows(&site.input.history.rejected_records);
    let template = HealthPage {
        frame: frame(site, &page),
        facts: facts(site),
        findings: findings.into_iter().map(|finding| Phrase::new("").text(finding.text)).collect(),
        target_cards: target_cards::cards(site, root),
        rejected_note: rejected_note(rejected.len()),
        rejected,
        sections: [
            targets_section(site, root),
            ingest_section(site),
            series_sections::freshness(site, root),
            series_sections::failures(site, root),
            series_sections::noise(site, root),
            runners(site),
            infrastructure_days(site, root),
            accepted(site),
            audit_log(site),
            matrix(site),
        ]
        .into_iter()
        .flatten()
        .collect(),
        verdict,
    };
    pages::html(&template)
}

/// Records that were rejected for one reason share a row: its remedy is needed once.
fn rejected_rows(problems: &[Problem]) -> Vec<RejectedRow> {
    let mut rows: Vec<(RejectedRow, u64)> = Vec::new();
    for problem in problems {
        let (reason, remedy) = (shorten(&problem.reason, 400), &problem.remedy);
        let is_same = |(row, _): &(RejectedRow, u64)| row.reason == reason && row.remedy == *remedy;
        match rows.iter().position(is_same) {
            Some(at) => rows[at].1 += 1,
            None if rows.len() < MAX_ROWS => {
                let place = shorten(&problem.location.to_string(), 200).into_owned();
                let (reason, remedy) = (reason.into_owned(), remedy.clone());
                rows.push((RejectedRow { place, more: String::new(), reason, remedy }, 0));
            }
            None => {}
        }
    }
    let with_count = |(row, more): (RejectedRow, u64)| match more {
        0 => row,
        count => RejectedRow { more: format!("and {} more", text::count(count)), ..row },
    };
    rows.into_iter().map(with_count).collect()
}

/// `Good: the data can be trusted.`, or `1 error, 2 warnings.`
fn verdict(state: HealthState, findings: &[HealthFinding], tone: &'static str) -> Phrase {
    let phrase = Phrase::new(tone);
    match state {
        HealthState::NoData => phrase,
        HealthState::Good => phrase.marked("strong", "Good: ").text("the data can be trusted."),
        HealthState::Warning | HealthState::Bad => {
            let count = |state| findings.iter().filter(|finding| finding.state == state).count();
            let counts = [
                (count(HealthState::Bad), "error"),
                (count(HealthState::Warning), "warning"),
                (count(HealthState::Good), "note"),
            ];
            let counts: Vec<String> = counts
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| text::count_noun(count as u64, noun))
                .collect();
            phrase.marked("strong", format!("{}.", counts.join(", ")))
        }
    }
}

/// Rejected parts of files of other tools. Only the name of a file is shown: its folder says how
/// the machine is set up, and the site may be public.
fn ingest_section(site: &SiteContext<'_>) -> Option<HealthSection> {
    let all = site.input.ingest_problems;
    let row = |problem: &Problem| {
        // The last part of a path of either system.
        let name = problem.location.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let place = format!("{}:{}", shorten(name, 100), problem.location.line);
        let cells = [shorten(&problem.reason, 400).into_owned(), place, problem.remedy.clone()];
        cells.map(|text| Phrase::new("").text(text)).to_vec()
    };
    (!all.is_empty()).then(|| HealthSection {
        id: "ingested",
        title: "Rejected when ingested",
        note: format!(
            "{} of files written by other tools. data/quarantine/ingested.ndjson keeps each with \
             its text; delete that file once the cause is fixed.",
            text::count_noun(all.len() as u64, "part")
        ),
        heads: vec!["Reason", "Place", "Remedy"],
        rows: all.iter().take(MAX_ROWS).map(row).collect(),
    })
}

fn rejected_note(reasons: usize) -> String {
    let quarantine = "data/quarantine/refused.ndjson keeps each record with its text.";
    match reasons {
        MAX_ROWS.. => format!("The first {MAX_ROWS} reasons. {quarantine}"),
        _ => quarantine.to_owned(),
    }
}

fn facts(site: &SiteContext<'_>) -> Vec<Fact> {
    let history = site.input.history;
    let counts = history.counts;
    let mut facts = Vec::new();
    if let Some(newest) = history.newest {
        facts.push(Fact::at("Latest result", wording::minute(newest)));
    }
    facts.push(Fact::new("Records", text::count(counts.records)));
    facts.push(Fact::new("Series", text::count(site.input.series.len() as u64)));
    facts.push(Fact::new("Duplicates ignored", text::count(counts.duplicates)));
    facts.push(Fact::new("Failed runs", text::count(counts.failed)));
    facts.push(Fact::new("Rejected records", text::count(history.rejected_records.len() as u64)));
    if counts.pulls > 0 {
        facts.push(Fact::new("Records of pull requests", text::count(counts.pulls)));
    }
    if site.input.ignored > 0 {
        facts.push(Fact::new(
            "Ignored by policy",
            text::count_noun(site.input.ignored as u64, "series"),
        ));
    }
    if site.input.only_in_pulls > 0 {
        facts.push(Fact::new(
            "Only in pull requests, not shown",
            text::count_noun(site.input.only_in_pulls as u64, "series"),
        ));
    }
    let head = site.input.audit.head();
    if head.count > 0 {
        // Whoever keeps it can prove later that no entry was cut off: `audit verify --head`.
        facts.push(Fact::new("Head of the audit log", head.to_string()));
    }
    facts
}

/// Budgets, service levels, alerts and goals.
fn targets_section(site: &SiteContext<'_>, root: LinkRoot) -> Option<HealthSection> {
    (!site.input.targets.is_empty()).then(|| HealthSection {
        id: "targets",
        title: "Targets",
        note: format!("{}, worst first.", targets::summary(site)),
        heads: vec!["Target", "Series", "State", "Result"],
        rows: targets::rows(site, root, MAX_ROWS),
    })
}

/// Which runner measured from when to when.
fn runners(site: &SiteContext<'_>) -> Option<HealthSection> {
    // By the values of the fingerprint: the same runner can have segments in many series.
    let mut spans: BTreeMap<String, (Timestamp, Timestamp, u64)> = BTreeMap::new();
    for index in site.series_indices() {
        let series = site.series(index).0;
        let mut segments = vec![None; series.segments.len()];
        for run in &series.runs {
            let span = segments[run.segment as usize].get_or_insert((run.time, run.time, 0));
            *span = (span.0.min(run.time), span.1.max(run.time), span.2 + 1);
        }
        for (segment, span) in series.segments.iter().zip(segments) {
            let Some((from, to, runs)) = span else { continue };
            let values: Vec<String> = segment
                .fingerprint
                .iter()
                .map(|(_, value)| shorten(value, 60).into_owned())
                .collect();
            let name =
                if values.is_empty() { "not recorded".to_owned() } else { values.join(", ") };
            let span = spans.entry(name).or_insert((from, to, 0));
            *span = (span.0.min(from), span.1.max(to), span.2 + runs);
        }
    }
    let mut spans: Vec<_> = spans.into_iter().collect();
    spans.sort_by_key(|(_, (from, ..))| *from);
    let tracked = site.input.policy.runner_fingerprinting.track_fields.join(", ");
    let rows: Vec<Vec<Phrase>> = spans
        .into_iter()
        .take(MAX_ROWS)
        .map(|(name, (from, to, runs))| {
            vec![
                Phrase::new("").name(name),
                Phrase::new("").text(text::date_span(from, to)),
                Phrase::new("").text(text::count(runs)),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "runners",
        title: "Runners",
        note: format!("Runners are identified by {tracked}. Nothing is compared across a change."),
        heads: vec!["Runner", "From – to", "Runs"],
        rows,
    })
}

fn infrastructure_days(site: &SiteContext<'_>, root: LinkRoot) -> Option<HealthSection> {
    let days = site.input.analyses.infrastructure_days.iter().rev().take(MAX_ROWS);
    let rows: Vec<Vec<Phrase>> = days
        .map(|day| {
            let date = text::date(Timestamp::from_micros(day.day.saturating_mul(DAY_US)));
            let href = root.to(&urls::event(&infrastructure::id(day)));
            vec![
                Phrase::new("").link(href, date),
                Phrase::new("").text(infrastructure::summary(day)),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "infrastructure",
        title: "Infrastructure anomalies",
        note: "Days on which most backends shifted together.".to_owned(),
        heads: vec!["Day", "Shift"],
        rows,
    })
}

/// The entries of `accepted.yml`.
fn accepted(site: &SiteContext<'_>) -> Option<HealthSection> {
    let entries = site.input.accepted.iter().take(MAX_ROWS);
    let rows: Vec<Vec<Phrase>> = entries
        .map(|entry| {
            let until = match entry.expires {
                // An expired entry stays listed: it explains why a regression is open again.
                Some(day) if day <= site.input.options.as_of => {
                    format!("expired {}", text::date(day))
                }
                Some(day) => text::date(day),
                None => "never".to_owned(),
            };
            vec![
                Phrase::new("").name(shorten(&entry.series, 200).into_owned()),
                Phrase::new("").name(text::short_commit(&entry.commit)),
                Phrase::new("").text(text::percent(entry.max_change)),
                Phrase::new("").name(shorten(&entry.by, 100).into_owned()),
                Phrase::new("").name(shorten(&entry.reason, 400).into_owned()),
                Phrase::new("").text(until),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "accepted",
        title: "Accepted changes",
        note: "Entries of accepted.yml. The changes they cover are shown but are no regressions."
            .to_owned(),
        heads: vec!["Series", "Commit", "Up to", "By", "Reason", "Expires"],
        rows,
    })
}

/// The audit log: overrides and acceptances, and whether the log is intact.
fn audit_log(site: &SiteContext<'_>) -> Option<HealthSection> {
    audit::note(site).map(|note| HealthSection {
        id: "audit",
        title: "Overrides and acceptances",
        note,
        heads: vec!["Time", "Event", "By", "Commit", "Reason"],
        rows: audit::rows(site, MAX_ROWS),
    })
}

fn matrix(site: &SiteContext<'_>) -> Option<HealthSection> {
    let missing = site.input.not_covered.iter().take(MAX_ROWS);
    let rows: Vec<Vec<Phrase>> = missing.map(|text| vec![Phrase::new("").name(text)]).collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "matrix",
        title: "Not measured",
        note: "Combinations of the policy matrix without a series.".to_owned(),
        heads: vec!["Combination"],
        rows,
    })
}
