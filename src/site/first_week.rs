//! The first days of a site: how many runs are missing until the first verdict, and what happens
//! then. Nothing is called unchanged before that.
//!
//! Example: two of five runs, so the heading is `2 of 5 runs until the first verdict`.

use crate::site::context::SiteContext;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::verdict_progress::VerdictProgress;
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

/// `No verdict yet. The first verdict needs 4 more runs.` None once any series has a verdict.
pub(crate) fn no_verdict_yet(site: &SiteContext<'_>) -> Option<String> {
    let all: Vec<usize> = site.series_indices().collect();
    if all.is_empty() {
        return Some(no_results(site));
    }
    if VerdictCounts::of(site, &all).has_verdict() {
        return None;
    }
    let progress = VerdictProgress::of(site, &all)?;
    Some(format!("No verdict yet. {}", progress.sentence()))
}

/// What a site without any series says.
pub(crate) fn no_results(site: &SiteContext<'_>) -> String {
    if site.input.only_in_pulls == 0 {
        return "No results yet.".to_owned();
    }
    let runs = u64::from(site.input.policy.regression.min_sample_size);
    format!(
        "No results of the main line yet, only of pull requests. The first verdict needs {} of \
         the main line.",
        text::count_noun(runs, "run")
    )
}

/// The first days; none once any series has a verdict.
pub(crate) fn of(site: &SiteContext<'_>, counts: &VerdictCounts) -> Option<FirstWeek> {
    if !counts.are_all_new() {
        return None;
    }
    let policy = site.input.policy;
    let all: Vec<usize> = site.series_indices().collect();
    let progress = VerdictProgress::of(site, &all)?;
    let (runs, needed, heading) = (progress.runs, progress.needed, progress.heading());
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
