//! `policy replay --format json`: what the gate would have said after every run of the history.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::wording;
use crate::site::api::json_types::{BuiltFrom, EventView};
use crate::site::api::{built_from, events, finite};
use crate::site::context::SiteContext;
use detect::replay::{ReplaySummary, ReplayedVerdict};

/// The replay of one policy.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ReplayFile {
    alarms: Vec<AlarmView>,
    built_from: BuiltFrom,
    /// What the whole history shows, as in `events.json`.
    events: Vec<EventView>,
    figures: FiguresView,
    schema: &'static str,
}

/// One run at which the gate, given only the runs up to it, did not say steady.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AlarmView {
    change: Option<f64>,
    commit: String,
    confidence: f64,
    series: String,
    timestamp: String,
    verdict: &'static str,
}

/// What the policy amounts to over the history.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FiguresView {
    /// Findings that vanished or were marked as false alarms, as a share of all runs.
    false_alarm_rate: f64,
    findings: usize,
    infrastructure_days: usize,
    /// Findings that did not vanish, and that a note marks as false alarms.
    marked: usize,
    median_delay_runs: Option<f64>,
    /// What the policy assumes: `notify.minutes_per_finding`.
    minutes_per_finding: u32,
    /// `spared` × `minutes_per_finding`.
    minutes_saved: u64,
    missed: usize,
    runs: usize,
    series: usize,
    /// Alarms of a bare limit (a run against the median of those before it, neighbours counted
    /// once) where the whole history shows no change for the worse, and the gate reported none.
    spared: usize,
    suppressed: usize,
    withdrawn: usize,
}

pub(crate) fn file(
    site: &SiteContext<'_>,
    said: &[ReplayedVerdict],
    figures: &ReplaySummary,
) -> ReplayFile {
    let alarms = said.iter().map(|it| {
        let run = &site.series(it.series).0.runs[it.run];
        AlarmView {
            change: it.latest_change.and_then(finite),
            commit: site.commit(run.commit).id.clone(),
            confidence: it.confidence,
            series: site.stems[it.series].clone(),
            timestamp: run.time.to_string(),
            verdict: wording::verdict_name(it.verdict),
        }
    });
    let minutes = site.input.policy.notify.minutes_per_finding;
    ReplayFile {
        alarms: alarms.collect(),
        built_from: built_from(site),
        events: events::file(site).events,
        figures: FiguresView {
            false_alarm_rate: figures.false_alarm_rate(),
            findings: figures.reported_regressions,
            infrastructure_days: figures.infrastructure_days,
            marked: figures.marked_false_alarms,
            median_delay_runs: figures.median_delay_runs,
            minutes_per_finding: minutes,
            minutes_saved: figures.minutes_saved(minutes),
            missed: figures.missed_regressions,
            runs: figures.runs,
            series: figures.series,
            spared: figures.avoided_alarms,
            suppressed: figures.runs_not_compared,
            withdrawn: figures.withdrawn_reports,
        },
        schema: "schema/replay.json",
    }
}
