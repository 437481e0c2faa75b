//! The first days of a site: how many runs are missing until the first verdict, and what happens
//! then. Nothing is called unchanged before that.
//!
//! Example: two of five runs, so the heading is `2 of 5 runs until the first verdict`.

use crate::site::context::SiteContext;
use crate::site::verdict_counts::VerdictCounts;
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// What a template draws.
pub(crate) struct FirstWeek {
    /// `2 of 5 runs until the first verdict`.
    pub(crate) heading: String,
    pub(crate) lead: String,
    /// By needed run: its place, and whether it is there.
    pub(crate) meter: Vec<MeterPart>,
    pub(crate) meter_width: u32,
    pub(crate) steps: Vec<WeekStep>,
}

/// A run that the first verdict needs.
pub(crate) struct MeterPart {
    pub(crate) x: u32,
    pub(crate) is_done: bool,
}

/// What comes with a number of runs.
pub(crate) struct WeekStep {
    pub(crate) runs: u32,
    pub(crate) is_done: bool,
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

/// Units of the meter for a run.
const PART: u32 = 20;
/// Runs that the meter can show.
const MAX_PARTS: u32 = 20;

/// The first days; none once any series has a verdict.
pub(crate) fn of(site: &SiteContext<'_>, counts: &VerdictCounts) -> Option<FirstWeek> {
    if !counts.are_all_new() {
        return None;
    }
    let policy = site.input.policy;
    let needed = policy.regression.min_sample_size;
    let active = site.series_indices().filter(|at| !site.series(*at).1.is_retired);
    // The series that is nearest to its first verdict, on the runner of its newest run.
    let runs = |at: usize| {
        let runs = &site.series(at).0.runs;
        let segment = runs.last().map(|run| run.segment);
        let usable = runs.iter().filter(|run| run.value.is_some() && Some(run.segment) == segment);
        (usable.count() as u32, runs.first().map(|run| run.time))
    };
    let (runs, first) = active.map(runs).max_by_key(|(runs, _)| *runs)?;
    let heading = match runs < needed {
        true => format!("{runs} of {needed} runs until the first verdict"),
        false => grace_heading(first?, policy.regression.grace_period_days),
    };
    let series = text::count_noun(counts.total(), "series");
    let parts = needed.min(MAX_PARTS);
    Some(FirstWeek {
        heading,
        lead: format!("{series} measured. Nothing is called unchanged before the first verdict."),
        meter: (0..parts).map(|at| MeterPart { x: at * PART + 1, is_done: at < runs }).collect(),
        meter_width: parts * PART,
        steps: steps(runs, needed, policy.detection.confirmations, policy.detection.window),
    })
}

fn grace_heading(first: Timestamp, days: u32) -> String {
    let length = i64::from(days).saturating_mul(DAY_US);
    let end = Timestamp::from_micros(first.micros().saturating_add(length));
    format!("First verdicts from {} on", text::date(end))
}

fn steps(runs: u32, needed: u32, confirmations: u32, window: u32) -> Vec<WeekStep> {
    let step =
        |at: u32, title, text: String| WeekStep { runs: at, is_done: at <= runs, title, text };
    let confirmed = text::count_noun(u64::from(confirmations), "run");
    // A policy may need fewer runs than two, or a window shorter than that: sorted below.
    let mut steps = vec![
        step(1, "First run", "Each series has a page, and a link that stays.".to_owned()),
        step(2, "Second run", "Comparisons work. They show numbers, no verdicts.".to_owned()),
        step(
            needed,
            "First verdict",
            "Baseline, noise and detectable change of each series.".to_owned(),
        ),
        step(
            needed.saturating_add(confirmations),
            "First regression possible",
            format!("{confirmed} on a new level confirm a change."),
        ),
        step(window, "Full baseline", "Verdicts are at their best.".to_owned()),
    ];
    steps.sort_by_key(|step| step.runs);
    steps
}
