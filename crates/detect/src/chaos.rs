//! A chaos experiment as one series shows it: the level before, the level while something was
//! broken, and the time until it was as before.
//!
//! Nothing is judged here: a run counts as degraded where it is worse than the level before by more
//! than the threshold of the series.

use model::record::Direction;
use model::record::time::Timestamp;
use model::series::Series;

use super::analysis::Analysis;
use super::stats::median_in_place;

/// Runs before the window that make the baseline, and the fewest that do.
const BASELINE_RUNS: usize = 20;
const MIN_BASELINE_RUNS: usize = 3;

/// Days of an experiment, from midnight of the first to the end of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChaosWindow {
    pub first_day: Timestamp,
    pub last_day: Timestamp,
}

/// What the experiment did to a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChaosImpact {
    /// Median of the runs before it, base units.
    pub baseline: f64,
    /// Median of the degraded runs; of all runs in the window where none was degraded.
    pub degraded: f64,
    /// Relative change from the baseline to degraded, signed as the value moved.
    pub change: f64,
    /// Runs that were worse by more than the threshold.
    pub degraded_runs: u32,
    /// From the first degraded run to the first of two runs in a row within the threshold; none
    /// while there is none, and where no run was degraded.
    pub recovery_us: Option<i64>,
}

impl ChaosWindow {
    fn holds(self, time: Timestamp) -> bool {
        (self.first_day.day()..=self.last_day.day()).contains(&time.day())
    }
}

/// The impact of an experiment; none without runs in its window, or with too few before it.
pub fn measure_impact(
    series: &Series,
    analysis: &Analysis,
    window: ChaosWindow,
) -> Option<ChaosImpact> {
    let runs = &series.runs;
    let value = |run: usize| runs[run].value.get().filter(|value| value.is_finite());
    let first = (0..runs.len()).find(|run| window.holds(runs[*run].time))?;
    let segment = runs[first].segment;
    let before = (0..first).rev().filter(|run| {
        let flags = analysis.flags[*run];
        runs[*run].segment == segment && !flags.has_failed && !flags.is_outlier
    });
    let mut before: Vec<f64> = before.filter_map(value).take(BASELINE_RUNS).collect();
    if before.len() < MIN_BASELINE_RUNS {
        return None;
    }
    let baseline = median_in_place(&mut before).filter(|level| *level > 0.0)?;
    let is_degraded = |run: usize| {
        let change = value(run).map(|value| value / baseline - 1.0);
        change.is_some_and(|change| match series.direction {
            // Where nobody knows which way is worse, any way is off the baseline.
            Direction::Unknown => change.abs() > analysis.threshold,
            known => known.is_worse(change) && change.abs() > analysis.threshold,
        })
    };
    let comparable = |run: &usize| runs[*run].segment == segment && value(*run).is_some();
    let after: Vec<usize> = (first..runs.len()).filter(comparable).collect();
    let within = || after.iter().copied().filter(|run| window.holds(runs[*run].time));
    let degraded_runs: Vec<usize> = within().filter(|run| is_degraded(*run)).collect();
    let counted: Vec<usize> =
        if degraded_runs.is_empty() { within().collect() } else { degraded_runs.clone() };
    let mut values: Vec<f64> = counted.into_iter().filter_map(value).collect();
    let degraded = median_in_place(&mut values)?;
    let recovery_us = degraded_runs.first().and_then(|start| {
        let from = after.iter().position(|run| run == start)?;
        // One good run may be luck. The newest run has nothing after it that could say so.
        let is_back = |pair: &&[usize]| pair.iter().all(|run| !is_degraded(*run));
        let recovered = after[from..].windows(2).find(is_back);
        let back = recovered.map(|pair| pair[0])?;
        Some(runs[back].time.micros().saturating_sub(runs[*start].time.micros()))
    });
    Some(ChaosImpact {
        baseline,
        degraded,
        change: degraded / baseline - 1.0,
        degraded_runs: u32::try_from(degraded_runs.len()).unwrap_or(u32::MAX),
        recovery_us,
    })
}
