//! `policy replay --format json`: what the check would have reported after every run of the
//! history.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::finite;
use crate::report::wire::BuiltFrom;
use crate::report::wording;
use crate::site::api::json_types::EventView;
use crate::site::api::{built_from, events};
use crate::site::context::SiteContext;
use detect::ReplaySummary;
use detect::replay::ReplayedVerdict;

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

/// One run at which the check, given only the runs up to it, did not report `unchanged`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AlarmView {
    change: Option<f64>,
    commit: String,
    confidence: f64,
    series: String,
    timestamp: String,
    verdict: &'static str,
}

/// The results of the policy over the history.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FiguresView {
    /// Findings that were withdrawn or marked as false alarms, as a share of all runs.
    false_alarm_rate: f64,
    /// Findings that were not withdrawn, and that a note marks as false alarms.
    false_alarms_marked: usize,
    findings: usize,
    infrastructure_days: usize,
    /// Older name of `false_alarms_marked`.
    marked: usize,
    median_delay_runs: Option<f64>,
    /// What the policy assumes: `notify.minutes_per_finding`.
    minutes_per_finding: u32,
    /// `prevented_alarms` × `minutes_per_finding`.
    minutes_saved: u64,
    missed: usize,
    /// Runs of a new runner or version.
    not_compared: usize,
    /// Alarms of a plain threshold (a run against the median of those before it, neighbors counted
    /// once) where the whole history shows no regression, and the check reported none.
    prevented_alarms: usize,
    runs: usize,
    series: usize,
    /// Older name of `prevented_alarms`.
    spared: usize,
    /// Older name of `not_compared`.
    suppressed: usize,
    withdrawn: usize,
}

pub(crate) fn file(
    site: &SiteContext<'_>,
    verdicts: &[ReplayedVerdict],
    figures: &ReplaySummary,
) -> ReplayFile {
    let alarms = verdicts.iter().map(|replayed| {
        let run = &site.series(replayed.series).0.runs[replayed.run];
        AlarmView {
            change: replayed.latest_change.and_then(finite),
            commit: site.commit(run.commit).id.clone(),
            confidence: replayed.confidence,
            series: site.stems[replayed.series].clone(),
            timestamp: run.time.to_string(),
            verdict: wording::verdict_name(replayed.verdict),
        }
    });
    let minutes = site.input.policy.notify.minutes_per_finding;
    ReplayFile {
        alarms: alarms.collect(),
        built_from: built_from(site),
        events: events::file(site).events,
        figures: FiguresView {
            false_alarm_rate: figures.false_alarm_rate(),
            false_alarms_marked: figures.marked_false_alarms,
            findings: figures.reported_regressions,
            infrastructure_days: figures.infrastructure_days,
            marked: figures.marked_false_alarms,
            median_delay_runs: figures.median_delay_runs,
            minutes_per_finding: minutes,
            minutes_saved: figures.minutes_saved(minutes),
            missed: figures.missed_regressions,
            not_compared: figures.runs_not_compared,
            prevented_alarms: figures.avoided_alarms,
            runs: figures.runs,
            series: figures.series,
            spared: figures.avoided_alarms,
            suppressed: figures.runs_not_compared,
            withdrawn: figures.withdrawn_reports,
        },
        schema: "schema/replay.json",
    }
}
