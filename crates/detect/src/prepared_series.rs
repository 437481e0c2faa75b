//! A series prepared for the look back: its runs flagged, comparable runs joined, lines drawn.
//!
//! This is the one place that goes from runs to points and back. How things are computed is in the
//! modules that it calls.
//!
//! Example: 40 runs of which run 7 failed and run 12 is an outlier become one list of 38 points;
//! point 12 is run 14. Changes are found in points and given in runs.

use std::collections::BTreeMap;

use model::policy::{DataQuality, Policy};
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::analysis::{Change, ChangeKind, RunFlags, TrendEstimate};
use super::change_point::ChangePoint;
use super::changes::{self, ChangeBuilder};
use super::common_mode::Exclusions;
use super::comparable::{self, ComparableRuns};
use super::level_scale::LevelScale;
use super::noise::SeriesNoise;
use super::per_run::PerRun;
use super::rule::Rule;
use super::stats::median;
use super::{quality, trend};

/// Runs whose median says where a level is now: enough that a few outliers do not move it, few
/// enough that a step shows soon.
const LEVEL_RUNS: usize = 7;

/// A series in the shape that everything else is computed from.
pub(crate) struct PreparedSeries<'a> {
    series: &'a Series,
    pub scale: LevelScale,
    /// In time order; the last holds the newest runs that may be compared.
    pub comparable: Vec<ComparableRuns>,
    pub flags: Vec<RunFlags>,
    pub gaps: Vec<usize>,
    pub latest_run: Option<usize>,
    /// Value of each run; 0 where it failed.
    values: Vec<f64>,
    groups: Vec<usize>,
}

/// The changes of all comparable runs, oldest first, and the first points of the newest levels.
pub(crate) struct SeriesChanges {
    pub changes: Vec<Change>,
    pub level_starts: Vec<usize>,
    /// The same of its levels however little they differ.
    pub all_level_starts: Vec<usize>,
}

/// Rolling median and spread of each run.
pub(crate) struct LevelLines {
    pub level: PerRun,
    pub spread: PerRun,
}

impl<'a> PreparedSeries<'a> {
    pub(crate) fn of(series: &'a Series, policy: &Policy, marks: &Exclusions) -> Self {
        let runs = &series.runs;
        let value = |index: usize| runs[index].value.get().filter(|value| value.is_finite());
        let values: Vec<f64> = (0..runs.len()).map(|i| value(i).unwrap_or(0.0)).collect();
        let valued: Vec<usize> = (0..runs.len()).filter(|i| value(*i).is_some()).collect();
        let is_compared = |index: usize| series.compared_value(&runs[index]).is_some();
        let usable: Vec<bool> =
            (0..runs.len()).map(|i| is_compared(i) && !marks.contains(i)).collect();
        let compared = valued.iter().filter(|index| is_compared(**index));
        let all: Vec<f64> = compared.map(|index| values[*index]).collect();
        // The look back knows all values, so its scale is that of all. The gate's may not be: it
        // starts from the first value (see `detector`).
        let scale = LevelScale::of(&all);
        // Infrastructure days are taken out before outliers are looked for: a day on which all
        // backends were slow is no outlier of this one.
        let groups = comparable::groups(series, policy, &marks.rebases);
        let members = comparable::runs_by_group(&groups, &usable);
        let sigmas = policy.data_quality.outlier_threshold;
        let (comparable, outliers) = comparable::comparable_runs(&values, &members, scale, sigmas);
        let times: Vec<Timestamp> = valued.iter().map(|index| runs[*index].time).collect();
        let flags = (0..runs.len())
            .map(|i| RunFlags {
                has_failed: value(i).is_none(),
                is_outlier: outliers[i],
                is_below_resolution: series.is_below_resolution(&runs[i]),
                infrastructure: marks.contains(i) && value(i).is_some(),
                is_noisy: is_noisy_run(value(i), runs[i].std.get(), &policy.data_quality),
            })
            .collect();
        let gaps = quality::gaps(&times, &valued);
        let latest = valued.last().copied();
        Self { series, scale, comparable, flags, gaps, latest_run: latest, values, groups }
    }

    /// Values of all runs that have one.
    pub(crate) fn valued(&self) -> Vec<f64> {
        let with = self.values.iter().zip(&self.flags).filter(|(_, flags)| !flags.has_failed);
        with.map(|(value, _)| *value).collect()
    }

    /// All changes; `reported` are the steps that the gate reported, by their first runs.
    pub(crate) fn changes(
        &self,
        policy: &Policy,
        rule: &Rule,
        reported: &[ChangePoint],
    ) -> SeriesChanges {
        let mut all = SeriesChanges {
            changes: Vec::new(),
            level_starts: Vec::new(),
            all_level_starts: Vec::new(),
        };
        for runs in &self.comparable {
            let (series, scale) = (self.series, self.scale);
            let builder = ChangeBuilder { series, runs, scale, rule, policy };
            let of_runs = changes::detect_changes(&builder, reported);
            all.changes.extend(of_runs.changes);
            all.level_starts = of_runs.level_starts;
            all.all_level_starts = of_runs.all_level_starts;
        }
        all.changes.sort_by_key(|change| change.first_after);
        all
    }

    /// Noise of the newest comparable runs around their levels; none for fewer than 4 runs.
    pub(crate) fn noise(&self, firsts: &[usize]) -> Option<SeriesNoise> {
        SeriesNoise::of(&self.comparable.last()?.levels, firsts)
    }

    /// Rolling medians and spreads, restarted at steps, segments and gaps: a line must not lead
    /// from one level to another.
    pub(crate) fn lines(&self, changes: &[Change]) -> LevelLines {
        let runs = self.values.len();
        let mut lines = LevelLines { level: PerRun::none(runs), spread: PerRun::none(runs) };
        // A drift has no run at which the line should break.
        let steps: Vec<usize> = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Step)
            .map(|change| change.first_after)
            .collect();
        let mut pieces: BTreeMap<(usize, usize, usize), Vec<usize>> = BTreeMap::new();
        for (index, flags) in self.flags.iter().enumerate() {
            // What does not count for levels must not bend the line that shows them.
            let is_left_out = flags.is_outlier || flags.is_below_resolution;
            if flags.has_failed || is_left_out || flags.infrastructure {
                continue;
            }
            let before = steps.partition_point(|first| *first <= index);
            let gaps = self.gaps.partition_point(|first| *first <= index);
            pieces.entry((self.groups[index], before, gaps)).or_default().push(index);
        }
        for piece in pieces.values() {
            quality::rolling_levels(&self.values, piece, &mut lines.level, &mut lines.spread);
        }
        lines
    }

    /// Median of the newest level, at most the window's runs; base units.
    pub(crate) fn newest_level(&self, firsts: &[usize], window: u32) -> Option<f64> {
        let values = &self.comparable.last()?.values;
        let from = firsts.last().copied().unwrap_or(0);
        median(&values[from.max(values.len().saturating_sub(window as usize))..])
    }

    /// Whether two runs may be compared with each other.
    pub(crate) fn is_same_group(&self, run: usize, other: usize) -> bool {
        self.groups[run] == self.groups[other]
    }

    /// Median of the newest runs that may be compared with the run `from` and are not before it, at
    /// most [`LEVEL_RUNS`]; base units.
    pub(crate) fn newest_level_since(&self, from: usize) -> Option<f64> {
        let runs = self.comparable.iter().find(|runs| runs.runs.binary_search(&from).is_ok())?;
        let first = runs.runs.partition_point(|run| *run < from);
        median(&runs.values[first.max(runs.values.len().saturating_sub(LEVEL_RUNS))..])
    }

    /// The trend of the newest level over the policy's days.
    pub(crate) fn trend(&self, firsts: &[usize], window_days: u32) -> Option<TrendEstimate> {
        let newest = self.comparable.last()?;
        let time = |point: usize| self.series.runs[newest.runs[point]].time;
        let points = newest.runs.len();
        // Days before the newest run, not before now: a series that rests keeps its trend.
        let since = time(points.checked_sub(1)?)
            .micros()
            .saturating_sub(i64::from(window_days).saturating_mul(DAY_US));
        let from = (firsts.last().copied().unwrap_or(0)..points)
            .find(|point| time(*point).micros() >= since)?;
        let times: Vec<Timestamp> = (from..points).map(time).collect();
        let trend = trend::estimate_trend(&times, &newest.levels[from..])?;
        let [per_day, low, high] =
            [trend.per_day, trend.low, trend.high].map(|slope| self.scale.change_of(slope));
        Some(TrendEstimate { per_day, low, high, ..trend })
    }
}

/// Whether the spread within a run exceeds the policy's share of its value.
fn is_noisy_run(value: Option<f64>, std: Option<f64>, quality: &DataQuality) -> bool {
    let (Some(value), Some(std)) = (value, std) else { return false };
    std > quality.variance_warning_ratio * value.abs()
}
