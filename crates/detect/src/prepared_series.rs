//! A series made ready: its runs flagged, its stretches cut, its lines drawn.
//!
//! This is the one place that goes from runs to points and back; what it computes is said in the
//! files it calls.

use std::collections::BTreeMap;

use model::policy::{DataQuality, Policy};
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::change_point::ChangePoint;
use super::changes::{self, ChangeBuilder, SeriesThreshold};
use super::common_mode::Exclusions;
use super::comparable::{self, ComparableRuns, LevelScale};
use super::noise::SeriesNoise;
use super::per_run::PerRun;
use super::stats::median;
use super::{Change, ChangeKind, RunFlags, TrendEstimate, quality, trend};

/// A series in the shape that everything else is computed from.
pub struct PreparedSeries<'a> {
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

/// The changes of all stretches, oldest first, and the first points of the newest stretch's levels.
pub struct SeriesChanges {
    pub changes: Vec<Change>,
    pub level_starts: Vec<usize>,
    /// The same of its levels however little they differ.
    pub all_level_starts: Vec<usize>,
}

impl SeriesChanges {
    /// Adds what the gate holds open where the look back has not found it.
    pub fn add_open(&mut self, open: Option<Change>) {
        let Some(open) = open else { return };
        let same = |it: &Change| {
            it.is_regression == open.is_regression
                && (it.first_after.abs_diff(open.first_after) <= MATCH_TOLERANCE
                    || it.first_after >= open.first_after)
        };
        if !self.changes.iter().any(same) {
            self.changes.push(open);
            self.changes.sort_by_key(|change| change.first_after);
        }
    }
}

/// Runs by which the place of one change may differ between the gate's view and the look back.
const MATCH_TOLERANCE: usize = 5;

/// Rolling median and spread of each run.
pub struct LevelLines {
    pub level: PerRun,
    pub spread: PerRun,
}

impl<'a> PreparedSeries<'a> {
    pub fn of(series: &'a Series, policy: &Policy, marks: &Exclusions) -> Self {
        let runs = &series.runs;
        let value = |index: usize| runs[index].value.get().filter(|value| value.is_finite());
        let values: Vec<f64> = (0..runs.len()).map(|i| value(i).unwrap_or(0.0)).collect();
        let valued: Vec<usize> = (0..runs.len()).filter(|i| value(*i).is_some()).collect();
        let usable: Vec<bool> =
            (0..runs.len()).map(|i| value(i).is_some() && !marks.contains(i)).collect();
        let all: Vec<f64> = valued.iter().map(|index| values[*index]).collect();
        let scale = LevelScale::of(&all);
        let groups = comparable::groups(series, policy, &marks.rebases);
        let members = comparable::runs_by_group(&groups, &usable);
        let sigmas = policy.data_quality.outlier_threshold;
        let (stretches, odd) = comparable::comparable_runs(&values, &members, scale, sigmas);
        let times: Vec<Timestamp> = valued.iter().map(|index| runs[*index].time).collect();
        let flags = (0..runs.len())
            .map(|i| RunFlags {
                has_failed: value(i).is_none(),
                is_outlier: odd[i],
                infrastructure: marks.contains(i) && value(i).is_some(),
                is_noisy: noisy(value(i), runs[i].std.get(), &policy.data_quality),
            })
            .collect();
        let gaps = quality::gaps(&times, &valued);
        let latest = valued.last().copied();
        Self {
            series,
            scale,
            comparable: stretches,
            flags,
            gaps,
            latest_run: latest,
            values,
            groups,
        }
    }

    /// Values of all runs that have one.
    pub fn valued(&self) -> Vec<f64> {
        let with = self.values.iter().zip(&self.flags).filter(|(_, flags)| !flags.has_failed);
        with.map(|(value, _)| *value).collect()
    }

    /// All changes; `gate` are the steps that the gate told, by their first runs.
    pub fn changes(
        &self,
        policy: &Policy,
        limit: &SeriesThreshold,
        gate: &[ChangePoint],
    ) -> SeriesChanges {
        let mut found = SeriesChanges {
            changes: Vec::new(),
            level_starts: Vec::new(),
            all_level_starts: Vec::new(),
        };
        for stretch in &self.comparable {
            let (series, scale) = (self.series, self.scale);
            let told = changes::detect_changes(
                &ChangeBuilder { series, runs: stretch, scale, threshold: limit, policy },
                gate,
            );
            found.changes.extend(told.changes);
            found.level_starts = told.level_starts;
            found.all_level_starts = told.all_level_starts;
        }
        found.changes.sort_by_key(|change| change.first_after);
        found
    }

    /// Noise of the newest stretch around its levels; none for fewer than 4 runs.
    pub fn noise(&self, firsts: &[usize]) -> Option<SeriesNoise> {
        SeriesNoise::of(&self.comparable.last()?.levels, firsts)
    }

    /// Rolling medians and spreads, begun anew at steps, segments and gaps.
    pub fn lines(&self, changes: &[Change]) -> LevelLines {
        let runs = self.values.len();
        let mut lines = LevelLines { level: PerRun::none(runs), spread: PerRun::none(runs) };
        let steps: Vec<usize> = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Step)
            .map(|change| change.first_after)
            .collect();
        let mut pieces: BTreeMap<(usize, usize, usize), Vec<usize>> = BTreeMap::new();
        for (index, flags) in self.flags.iter().enumerate() {
            if flags.has_failed || flags.is_outlier || flags.infrastructure {
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
    pub fn newest_level(&self, firsts: &[usize], window: u32) -> Option<f64> {
        let values = &self.comparable.last()?.values;
        let from = firsts.last().copied().unwrap_or(0);
        median(&values[from.max(values.len().saturating_sub(window as usize))..])
    }

    /// The trend of the newest level over the policy's days.
    pub fn trend(&self, firsts: &[usize], window_days: u32) -> Option<TrendEstimate> {
        let stretch = self.comparable.last()?;
        let time = |point: usize| self.series.runs[stretch.runs[point]].time;
        let points = stretch.runs.len();
        let since = time(points.checked_sub(1)?)
            .micros()
            .saturating_sub(i64::from(window_days).saturating_mul(DAY_US));
        let from = (firsts.last().copied().unwrap_or(0)..points)
            .find(|point| time(*point).micros() >= since)?;
        let times: Vec<Timestamp> = (from..points).map(time).collect();
        let trend = trend::estimate_trend(&times, &stretch.levels[from..])?;
        let [per_day, low, high] =
            [trend.per_day, trend.low, trend.high].map(|slope| self.scale.change_of(slope));
        Some(TrendEstimate { per_day, low, high, ..trend })
    }
}

/// Whether a run's own spread exceeds the policy's share of its value.
fn noisy(value: Option<f64>, std: Option<f64>, quality: &DataQuality) -> bool {
    let (Some(value), Some(std)) = (value, std) else { return false };
    std > quality.variance_warning_ratio * value.abs()
}
