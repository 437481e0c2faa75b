//! The gate for one series, run by run: is its newest level a regression?
//!
//! A [`ChangeDetector`] only looks back, so what it says after a run is what it would have said on
//! the day of that run. A new level must be large enough, beyond the threshold with every run of a
//! short level, significant against the runs before with their autocorrelation, and larger than
//! what the same statistic did by itself in this series' past (rustc-perf's idea). A report
//! restarts the baseline at the first run of the new level.
//!
//! Example: 100, 101, 99, 100, 101, 121, 120, 122 under 10 % and 3 confirmations. After the sixth
//! run the state is `Suspected(1)`, after the eighth a candidate has change point 5.
//!
//! The methods are in files by what they are about: `search` and `exact_change` for new levels,
//! `reports` for what was reported, `excursions` for levels that were left again, `state` for the
//! state after a run, `runner_pool` for runners that take turns, `suspension` for infrastructure
//! shifts.

mod suspension;
mod exact_change;
mod excursions;
mod reports;
mod search;
mod runner_pool;
mod state;

use super::ablation::{InnerPart, is_on};
use super::analysis::ChangeKind;
use super::level_scale::LevelScale;
use super::new_level::MAX_BASELINE_RUNS;
use super::rule::{LevelThresholds, Rule};
use super::window::SortedWindow;
use excursions::Excursion;
pub(crate) use reports::ClosingReason;
use reports::ConfirmedShift;
pub(crate) use reports::ReportedChange;
use runner_pool::{RunnerLevels, RunnerOffsets};
pub(crate) use state::LevelValues;
pub(crate) use suspension::LevelsAround;
use suspension::SuspendedRun;

/// A new level that passes every test of one series by itself. Whether it is reported depends on
/// the other series too.
#[derive(Clone, Debug)]
pub(crate) struct ChangeCandidate {
    pub kind: ChangeKind,
    pub is_regression: bool,
    /// Score, on the scale of [`MIN_Z`](super::new_level::MIN_Z).
    pub z: f64,
    /// First point of the new level.
    change_point: usize,
    /// Where the baseline begins anew.
    baseline_start: usize,
    /// Levels, up is worse.
    before: f64,
    after: f64,
    /// The threshold is reached: a smaller improvement only restarts the baseline.
    is_reportable: bool,
    /// How the runners of a pool were brought to one level; empty for a single one.
    runner_offsets: RunnerOffsets,
}

impl ChangeCandidate {
    /// How far the level moved, in levels; up is worse.
    pub(crate) fn shift(&self) -> f64 {
        self.after - self.before
    }

    /// Its first point.
    pub(crate) fn change_point(&self) -> usize {
        self.change_point
    }

    /// In the grace period nothing is reported; the baseline restarts all the same.
    pub(crate) fn with_grace_period(self, is_young: bool) -> Self {
        Self { is_reportable: self.is_reportable && !is_young, ..self }
    }
}

/// The state of a series after the newest run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum DetectorState {
    /// The report of this index is open.
    Open(usize),
    /// So many of the newest runs are beyond the threshold and the noise, too few to be confirmed.
    Suspected(usize),
    Unchanged,
}

/// Where a run was measured, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct MeasuredOn {
    pub segment: u32,
    /// Equal where every recorded field is equal.
    pub environment: u32,
}

/// Runs of one runner in a row after which the others' runs leave the baseline.
const MIN_RUNS_ALONE: usize = 30;
/// The scale before the first value.
const UNIT_SCALE: LevelScale = LevelScale::Linear { size: 1.0 };
/// The span of no levels.
const EMPTY_RANGE: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

/// One series on its way through its runs. Points are the runs that take part; vectors are
/// parallel to them.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct ChangeDetector {
    rule: Rule,
    scale: Option<LevelScale>,
    /// What the threshold is in that scale, up being worse.
    thresholds: LevelThresholds,
    pub values: Vec<f64>,
    /// Up is worse.
    levels: Vec<f64>,
    /// Index of the run.
    runs: Vec<u32>,
    segments: Vec<u32>,
    /// Numbers of the runs' environments; empty unless the metric may be exact.
    environments: Vec<u32>,
    /// Median of the baseline's newest runs before the point.
    baseline_medians: Vec<f64>,
    /// First point of the baseline that was in force.
    baseline_starts: Vec<u32>,
    /// Not part of a shift that was reported.
    unshifted: Vec<bool>,
    baseline_start: usize,
    /// Which way the level moved where the baseline began, where a shift began it.
    last_direction: Option<bool>,
    window: SortedWindow,
    /// The baseline holds runs of several runners.
    is_pooled: bool,
    /// While it does: their levels.
    runners: RunnerLevels,
    /// The baseline's oldest runs, as far as they were needed: a drift is measured from their
    /// median.
    oldest_levels: SortedWindow,
    /// The lowest and the highest level of the baseline.
    level_range: (f64, f64),
    /// Runs that wait for what becomes of an infrastructure shift.
    suspended: Vec<SuspendedRun>,
    pub reports: Vec<ReportedChange>,
    /// Reports that are open, oldest first: indices into `reports`.
    open: Vec<usize>,
    /// Shifts that restarted the baseline, oldest first.
    shifts: Vec<ConfirmedShift>,
    /// Levels that it left for a while, oldest first.
    excursions: Vec<Excursion>,
}

/// Whether these runs are of several runners.
fn is_pool(segments: &[u32]) -> bool {
    is_on(InnerPart::RunnerPool) && segments.iter().any(|segment| *segment != segments[0])
}

impl ChangeDetector {
    /// For a series of so many runs. The detectors of all series are in memory at once, so that the
    /// vectors get exactly the room they need.
    pub(crate) fn new(rule: Rule, runs: usize) -> Self {
        Self {
            rule,
            scale: None,
            thresholds: rule.worse_up_thresholds(UNIT_SCALE),
            values: Vec::with_capacity(runs),
            levels: Vec::with_capacity(runs),
            runs: Vec::with_capacity(runs),
            segments: Vec::with_capacity(runs),
            environments: Vec::new(),
            baseline_medians: Vec::with_capacity(runs),
            baseline_starts: Vec::with_capacity(runs),
            unshifted: Vec::with_capacity(runs),
            baseline_start: 0,
            last_direction: None,
            window: SortedWindow::new(MAX_BASELINE_RUNS),
            is_pooled: false,
            runners: RunnerLevels::default(),
            oldest_levels: SortedWindow::new(0),
            level_range: EMPTY_RANGE,
            suspended: Vec::new(),
            reports: Vec::new(),
            open: Vec::new(),
            shifts: Vec::new(),
            excursions: Vec::new(),
        }
    }

    /// What a change must show.
    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The index of the run of a point.
    pub(crate) fn run(&self, point: usize) -> usize {
        self.runs[point] as usize
    }

    /// The first point whose run is not before something.
    pub(crate) fn first_point(&self, is_before: impl Fn(usize) -> bool) -> usize {
        self.runs.partition_point(|run| is_before(*run as usize))
    }

    pub(crate) fn len(&self) -> usize {
        self.levels.len()
    }

    /// Drops what only the next run would need, when there is none.
    pub(crate) fn release_history(&mut self) {
        (self.baseline_starts, self.unshifted) = (Vec::new(), Vec::new());
    }

    /// Takes the newest run in: finite values only.
    pub(crate) fn push(&mut self, run: usize, value: f64, place: MeasuredOn) {
        let MeasuredOn { segment, environment } = place;
        if self.rule.is_countable {
            self.environments.push(environment);
        }
        self.rescale(value);
        self.is_pooled |= is_on(InnerPart::RunnerPool)
            && self.segments.last().is_some_and(|last| *last != segment);
        self.values.push(value);
        self.runs.push(u32::try_from(run).unwrap_or(u32::MAX));
        self.segments.push(segment);
        self.levels.push(self.level_of(value));
        self.baseline_medians.push(0.0);
        self.baseline_starts.push(0);
        self.unshifted.push(true);
        // The order matters: whether an open report closes depends on the baseline with this run.
        self.drop_idle_runners();
        self.extend_baseline(self.levels.len() - 1);
        self.update_runners();
        self.close_if_ended();
    }

    /// Linear levels from the first value on that has no logarithm.
    fn rescale(&mut self, value: f64) {
        // One value without a logarithm makes the whole series linear, its past included: levels of
        // two scales cannot be compared.
        let scale = match self.scale {
            None => LevelScale::of(&[value]),
            Some(LevelScale::Log { .. }) if value <= 0.0 => {
                let mut values = self.values.clone();
                values.push(value);
                LevelScale::of(&values)
            }
            Some(_) => return,
        };
        let old = self.scale();
        self.scale = Some(scale);
        self.thresholds = self.rule.worse_up_thresholds(scale);
        self.levels = self.values.iter().map(|value| self.level_of(*value)).collect();
        let sign = self.rule.worse_sign();
        // Earlier reports stay: they were made, and their levels have to be readable in the new
        // scale.
        let again = |level: f64| sign * scale.level(old.value(sign * level));
        for report in &mut self.reports {
            (report.before, report.after) = (again(report.before), again(report.after));
            report.runner_offsets.clear();
        }
        self.rebuild_baselines();
    }

    fn level_of(&self, value: f64) -> f64 {
        let level = self.scale().level(value);
        if self.rule.lower_is_better() { level } else { -level }
    }

    pub(crate) fn scale(&self) -> LevelScale {
        self.scale.unwrap_or(UNIT_SCALE)
    }

    /// A runner that has been alone for long needs no others beside it.
    fn drop_idle_runners(&mut self) {
        let n = self.segments.len();
        if !self.is_pooled || n < self.baseline_start + MIN_RUNS_ALONE + 1 {
            return;
        }
        // The other runners' medians grow old meanwhile: from here on they would only blur the
        // baseline.
        let newest = self.segments[n - 1];
        if self.segments[n - MIN_RUNS_ALONE..].iter().all(|segment| *segment == newest) {
            let alone = |at: &usize| *at >= self.baseline_start && self.segments[*at] == newest;
            let from = (0..n).rev().take_while(alone).last().unwrap_or(n - 1);
            self.restart_baseline(from, n - 1);
        }
    }

    /// Brings the baseline's bookkeeping up to the point `at`, the newest so far.
    fn extend_baseline(&mut self, at: usize) {
        // The median is recorded before the point itself enters: it is the level that the run is
        // compared with, today and whenever a later search looks back at this point.
        self.baseline_medians[at] = self.window.median().unwrap_or(self.levels[at]);
        self.baseline_starts[at] = u32::try_from(self.baseline_start).unwrap_or(u32::MAX);
        let reach = MAX_BASELINE_RUNS;
        let old = at.checked_sub(reach).filter(|old| *old >= self.baseline_start);
        self.window.push(self.levels[at], old.map(|old| self.levels[old]));
        self.level_range =
            (self.level_range.0.min(self.levels[at]), self.level_range.1.max(self.levels[at]));
    }

    /// Empties the windows: a baseline begins.
    fn reset_windows(&mut self) {
        self.window = SortedWindow::new(MAX_BASELINE_RUNS);
        self.oldest_levels = SortedWindow::new(0);
        self.level_range = EMPTY_RANGE;
        self.runners = RunnerLevels::default();
    }

    /// Recomputes the bookkeeping of all points, each in the baseline that was in force there.
    fn rebuild_baselines(&mut self) {
        let newest_start = self.baseline_start;
        self.baseline_start = 0;
        self.reset_windows();
        for at in 0..self.levels.len() {
            if self.baseline_starts[at] as usize != self.baseline_start {
                self.baseline_start = self.baseline_starts[at] as usize;
                self.reset_windows();
            }
            self.extend_baseline(at);
        }
        if self.baseline_start != newest_start {
            self.baseline_start = newest_start;
            self.reset_windows();
        }
    }

    /// Begins a baseline at `from`; the points before `to` follow.
    fn restart_baseline(&mut self, from: usize, to: usize) {
        self.baseline_start = from;
        self.last_direction = None;
        let segments = &self.segments[from..];
        self.is_pooled = is_pool(segments);
        self.reset_windows();
        for at in from..to {
            self.extend_baseline(at);
        }
        self.update_runners();
    }

    /// Whether the newest run's runner has enough runs to be compared.
    pub(crate) fn knows_runner(&self, needed: usize) -> bool {
        let Some(newest) = self.segments.last() else { return false };
        if !self.is_pooled || self.runners.run_count(*newest) >= needed {
            return true;
        }
        let of_runner =
            self.segments[self.baseline_start..].iter().filter(|segment| *segment == newest);
        of_runner.take(needed).count() == needed
    }

    /// Begins the baseline at a shift.
    pub(super) fn begin_baseline(&mut self, at: usize, is_regression: bool) {
        self.unshifted[at..].fill(false);
        self.restart_baseline(at, self.levels.len());
        self.last_direction = Some(is_regression);
    }

    /// Which way the level moved where the baseline began.
    pub(crate) fn last_direction(&self) -> Option<bool> {
        self.last_direction
    }

    /// Levels of the present baseline, the newest runs, brought to one level where runners take
    /// turns; none where the newest run's runner has too few runs.
    pub(crate) fn recent_levels(&self) -> Option<Vec<f64>> {
        let newest =
            |levels: &[f64]| levels[levels.len().saturating_sub(MAX_BASELINE_RUNS)..].to_vec();
        if self.is_pooled {
            return Some(newest(&self.pooled_levels()?.levels));
        }
        Some(newest(&self.levels[self.baseline_start..]))
    }

    /// Values of the present baseline, of the newest run's runner, and its first run.
    pub(crate) fn baseline_values(&self) -> Option<(Vec<f64>, usize)> {
        let newest = *self.segments.last()?;
        let of_runner = (self.baseline_start..self.len()).filter(|at| self.segments[*at] == newest);
        let of_runner: Vec<usize> = of_runner.collect();
        let since = self.run(*of_runner.first()?);
        Some((of_runner.into_iter().map(|at| self.values[at]).collect(), since))
    }

    /// Points of the present baseline: where it begins.
    pub(crate) fn baseline_start(&self) -> usize {
        self.baseline_start
    }
}
