//! Series: one metric of one benchmark along the history, grouped by the comparability key.
//!
//! Repeats of one commit on one runner and day are one [`Run`], summarised by median; a commit that
//! is measured every night has a run a night. A failed run stays, with its reason and without a
//! value: a gap stays a gap. Runs that differ in runner fingerprint or benchmark version belong to
//! different segments; nothing is ever compared across segments.

pub mod keys;
pub mod machines;
pub mod names;
mod runs;
pub mod session_series;
pub mod statistics;
pub mod alternating_runs;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::filter::{ChangeAges, FilterSubject};
use crate::history::details::DetailStore;
use crate::history::{BranchId, History, MeasurementRow, SeriesColumn};
use crate::policy::{Policy, Scalar};
use crate::record::detail::RunDetail;
use crate::record::time::Timestamp;
use crate::record::{DEFAULT_MODE, Direction, OptionalF64, Statistic, TIME_METRIC, Unit};
use crate::series::keys::series_keys;
use crate::series::machines::MachineDifference;
use crate::series::runs::{EnvironmentSegments, RunGrouper};

/// What makes two measurements comparable. The order of fields is the order of series on pages.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SeriesKey {
    pub suite: String,
    pub test: String,
    pub backend: String,
    pub mode: String,
    pub parallel: bool,
    pub n: Option<u64>,
    /// `key=value` pairs, sorted and joined by `, `; empty where there are none.
    pub params: String,
    pub metric: String,
    /// What pages call the metric: the policy's name for it, else its own without underscores.
    pub metric_name: String,
    /// The statistic that its values are of the runs of [`Self::base_metric`]; none for a metric
    /// that was recorded.
    pub statistic: Option<Statistic>,
}

impl SeriesKey {
    /// The time of a benchmark without suite, mode, size or parameters.
    pub fn of_test(test: &str, backend: &str) -> Self {
        Self {
            suite: String::new(),
            test: test.to_owned(),
            backend: backend.to_owned(),
            mode: DEFAULT_MODE.to_owned(),
            parallel: false,
            n: None,
            params: String::new(),
            metric: TIME_METRIC.to_owned(),
            metric_name: TIME_METRIC.to_owned(),
            statistic: None,
        }
    }

    /// The recorded metric: that of which a statistic is one, else its own.
    pub fn base_metric(&self) -> &str {
        let of_statistic = self.statistic.and_then(|it| self.metric.strip_suffix(it.name()));
        of_statistic.map_or(&*self.metric, |metric| metric.trim_end_matches('_'))
    }

    /// What filters and rules are asked about.
    pub fn subject<'a>(&'a self, tags: &'a [String]) -> FilterSubject<'a> {
        FilterSubject {
            suite: &self.suite,
            test: &self.test,
            backend: &self.backend,
            mode: &self.mode,
            metric: &self.metric,
            base_metric: self.base_metric(),
            params: &self.params,
            tags,
            parallel: self.parallel,
            n: self.n,
        }
    }

    /// The series in one readable line, `test/backend/mode-parallel/n`, then suite, parameters and
    /// metric where they are not the plain ones: what `accepted.yml` globs are matched against.
    pub fn name(&self) -> String {
        let mut name = format!("{}/{}/{}", self.test, self.backend, self.mode);
        name.push_str(if self.parallel { "-parallel" } else { "" });
        match self.n {
            Some(n) => name.push_str(&format!("/{n}")),
            None => name.push_str("/any"),
        }
        for part in [&self.suite, &self.params] {
            if !part.is_empty() {
                name.push('/');
                name.push_str(part);
            }
        }
        if self.metric != crate::record::TIME_METRIC {
            name.push('/');
            name.push_str(&self.metric);
        }
        name
    }
}

/// Index of a commit in [`crate::history::History::commits`]: the order of the main line.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct CommitIndex(pub u32);

/// One metric of one benchmark along the history.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Series {
    pub key: SeriesKey,
    pub unit: Unit,
    pub direction: Direction,
    pub tags: Vec<String>,
    /// Main-line runs, oldest first.
    pub runs: Vec<Run>,
    /// Runs of pull requests, oldest first: shown beside the main line, part of no baseline.
    pub pulls: Vec<PullRun>,
    /// Indexed by [`Run::segment`], in order of first appearance.
    pub segments: Vec<Segment>,
}

impl Series {
    /// Times in nanoseconds on one runner that recorded nothing of itself.
    pub fn of_times(key: SeriesKey, runs: Vec<Run>) -> Self {
        Self {
            key,
            unit: Unit::of_metric(TIME_METRIC),
            direction: Direction::Lower,
            tags: Vec::new(),
            runs,
            pulls: Vec::new(),
            segments: vec![Segment { fingerprint: Vec::new(), version: None }],
        }
    }

    /// The value of a run where it may be compared: none where the run failed, and for a time of
    /// zero. A zero is drawn, but a level of zero has no relative change, and a benchmark whose
    /// time fell to zero did not become faster: it is no longer measured.
    pub fn compared_value(&self, run: &Run) -> Option<f64> {
        let value = run.value.get().filter(|value| value.is_finite())?;
        (value != 0.0 || !self.unit.forbids_zero()).then_some(value)
    }

    /// Whether a run measured a time of zero: below the resolution of the timer.
    pub fn is_below_resolution(&self, run: &Run) -> bool {
        run.value.get().is_some_and(f64::is_finite) && self.compared_value(run).is_none()
    }
}

/// All repeats of one commit on one runner and day, summarised.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Run {
    pub commit: CommitIndex,
    /// When it was measured; that of the commit where it was measured after a later commit.
    pub time: Timestamp,
    /// Median of the repeats in base units; none where every repeat failed.
    pub value: OptionalF64,
    /// The run's own spread: median of the repeats' reported standard deviations where they report
    /// one, else the standard deviation of the repeats; none for a single bare value.
    pub std: OptionalF64,
    /// Repeats that gave a value, at least 1 unless the run failed.
    pub repeats: u32,
    pub segment: u32,
    /// Index into [`crate::history::History::environments`].
    pub environment: u32,
    /// What is known of this run beyond its value; warm-up times of the series' newest run alone.
    pub detail: Option<Arc<RunDetail>>,
}

/// A run of a pull request.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PullRun {
    pub pull: u64,
    pub run: Run,
}

/// Runs that may be compared: one runner fingerprint, one version of the benchmark.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Segment {
    /// The tracked fields of the runner, as `(field, value)` in the policy's order; fields that no
    /// record had are left out.
    pub fingerprint: Vec<(String, String)>,
    pub version: Option<String>,
}

impl Run {
    /// One value of the first segment, or a failed run, and nothing else of note.
    pub fn of_value(commit: CommitIndex, time: Timestamp, value: OptionalF64) -> Self {
        Self {
            commit,
            time,
            value,
            std: OptionalF64::NONE,
            repeats: u32::from(value.is_some()),
            segment: 0,
            environment: 0,
            detail: None,
        }
    }

    /// Whether it was measured at another time than its commit, so that its time is that of the
    /// commit: it says nothing of what the machine did then.
    pub fn is_moved(&self) -> bool {
        self.detail.as_ref().is_some_and(|detail| detail.is_moved)
    }

    pub fn error(&self) -> Option<&str> {
        self.detail.as_ref().and_then(|detail| detail.error())
    }
}

/// Series of a history under a policy: aliases followed, ignored ones left out, sorted by key.
#[derive(Debug, Default)]
pub struct GroupedSeries {
    pub series: Vec<Series>,
    /// Series that the policy's `ignore` hides.
    pub ignored: usize,
    /// Combinations of the policy's matrix that no series covers, as `backend test: N = 100000`.
    pub not_covered: Vec<String>,
    /// Names of series whose runs come from machines that share a fingerprint and differ in level.
    pub machine_differences: Vec<(String, MachineDifference)>,
}

/// A metric whose direction nobody says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownDirection {
    pub metric: String,
    /// Number of its series.
    pub series: u64,
}

/// The metrics of these series whose direction nobody says, sorted by name. One that the policy
/// calls unknown is not among them.
pub fn unknown_directions(series: &[Series], policy: &Policy) -> Vec<UnknownDirection> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let is_recorded = |one: &&Series| one.key.statistic.is_none();
    let unknown = series.iter().filter(|one| one.direction == Direction::Unknown);
    for one in unknown.filter(is_recorded) {
        if policy.direction_of(&one.key.metric).is_none() {
            *counts.entry(&one.key.metric).or_default() += 1;
        }
    }
    let metrics = counts.into_iter();
    metrics.map(|(name, series)| UnknownDirection { metric: name.to_owned(), series }).collect()
}

/// Groups the history's rows into series.
pub fn group_series(history: &History, policy: &Policy) -> GroupedSeries {
    let columns = history.columns.iter().collect();
    group_columns(history, columns, policy)
}

/// The same, and lets go of the rows as it goes: then a large history is in memory once and not
/// twice.
pub fn group_and_drop_rows(history: &mut History, policy: &Policy) -> GroupedSeries {
    let columns = std::mem::take(&mut history.columns);
    let grouped = group_columns(history, columns, policy);
    history.details = DetailStore::default();
    grouped
}

fn group_columns<C: Borrow<SeriesColumn> + Send>(
    history: &History,
    rows: Vec<C>,
    policy: &Policy,
) -> GroupedSeries {
    let mut columns: BTreeMap<SeriesKey, Vec<C>> = BTreeMap::new();
    for (key, column) in series_keys(&rows, policy).into_iter().zip(rows) {
        columns.entry(key).or_default().push(column);
    }
    let all = columns.len();
    let ignored = |key: &SeriesKey, columns: &[C]| {
        let subject = key.subject(&columns[0].borrow().tags);
        policy.ignore.iter().any(|filter| filter.holds(subject, ChangeAges::default()))
    };
    // Before grouping: ignored series should cost nothing.
    columns.retain(|key, columns| !ignored(key, columns));
    let ignored = all - columns.len();
    let machines = EnvironmentSegments::of(history, policy);
    let built: Vec<(Series, Option<MachineDifference>)> = columns
        .into_par_iter()
        .map(|(key, columns)| {
            let columns: Vec<&SeriesColumn> = columns.iter().map(C::borrow).collect();
            build_series(key, &columns, history, policy, &machines)
        })
        .collect();
    let (series, differences): (Vec<Series>, Vec<Option<MachineDifference>>) =
        built.into_iter().unzip();
    let not_covered = matrix_gaps(&series, policy);
    let machine_differences = series
        .iter()
        .zip(differences)
        .filter_map(|(series, difference)| Some((series.key.name(), difference?)))
        .collect();
    GroupedSeries { series, ignored, not_covered, machine_differences }
}

fn build_series(
    key: SeriesKey,
    columns: &[&SeriesColumn],
    history: &History,
    policy: &Policy,
    machines: &EnvironmentSegments,
) -> (Series, Option<MachineDifference>) {
    // Where an alias joins columns, those that the main line measures say what the series is: a
    // pull request that measures an old name must not change the unit of the new one.
    let on_main: Vec<&SeriesColumn> =
        columns.iter().copied().filter(|column| column.is_on_main).collect();
    let deciding = if on_main.is_empty() { columns } else { &on_main };
    let unit = deciding.iter().map(|column| &column.unit).min().cloned();
    let unit = unit.unwrap_or_else(|| Unit::of_metric(&key.metric));
    let said = deciding.iter().find_map(|column| column.direction);
    // The policy before the records: it is how people correct what a tool writes.
    let by_policy = policy.direction_of(&key.metric);
    let better =
        by_policy.or(said).unwrap_or_else(|| Direction::of_metric(key.base_metric(), &unit));
    let mut tags: Vec<String> = deciding.iter().flat_map(|column| column.tags.clone()).collect();
    tags.sort_unstable();
    tags.dedup();
    let mut grouping = RunGrouper::of(history, machines, policy);
    let mut rows: Vec<&MeasurementRow> = columns
        .iter()
        // Aliases may join columns of different units; values of another unit cannot be drawn on
        // one axis.
        .filter(|column| column.unit == unit)
        .flat_map(|column| &column.rows)
        .filter(|row| row.branch != BranchId::OTHER)
        .collect();
    // One column is in order already.
    if columns.len() > 1 {
        rows.sort_by_key(|row| row.time);
    }
    let (main, pulls): (Vec<&MeasurementRow>, Vec<&MeasurementRow>) =
        rows.into_iter().partition(|row| row.branch == BranchId::MAIN);
    let threshold = policy.threshold_for(key.subject(&tags), better).relative;
    let difference = machines.machine_difference(&main, threshold);
    let mut main = grouping.runs(&main);
    if let Some((_, run, row)) = main.last_mut() {
        let is_moved = run.is_moved();
        let detail = history.detail(row).map(|detail| detail.to_detail());
        run.detail = (is_moved || detail.is_some())
            .then(|| Arc::new(RunDetail { is_moved, ..detail.unwrap_or_default() }));
    }
    // Collected, they would keep the memory of what they were made from, half as much again.
    let mut runs: Vec<Run> = Vec::with_capacity(main.len());
    runs.extend(main.into_iter().map(|(_, run, _)| run));
    let pulls = grouping
        .runs(&pulls)
        .into_iter()
        .filter_map(|(line, run, _)| line.pull().map(|pull| PullRun { pull: u64::from(pull), run }))
        .collect();
    let segments = grouping.segments;
    (Series { key, unit, direction: better, tags, runs, pulls, segments }, difference)
}

/// Combinations of backend, test and one matrix dimension that nothing measures.
fn matrix_gaps(series: &[Series], policy: &Policy) -> Vec<String> {
    if !policy.matrix.enabled {
        return Vec::new();
    }
    let mut measured: BTreeMap<(&str, &str), Vec<&SeriesKey>> = BTreeMap::new();
    for one in series {
        measured.entry((&one.key.backend, &one.key.test)).or_default().push(&one.key);
    }
    let mut missing = Vec::new();
    for ((backend, test), keys) in measured {
        for dimension in &policy.matrix.dimensions {
            for value in &dimension.values {
                let value = match value {
                    Scalar::Flag(value) => value.to_string(),
                    Scalar::Integer(value) => value.to_string(),
                    Scalar::Number(value) => value.to_string(),
                    Scalar::Text(value) => value.clone(),
                };
                if !keys.iter().any(|key| covers(key, &dimension.name, &value)) {
                    missing.push(format!("{backend} {test}: {} = {value}", dimension.name));
                }
            }
        }
    }
    missing
}

fn covers(key: &SeriesKey, dimension: &str, value: &str) -> bool {
    if dimension.eq_ignore_ascii_case("n") {
        return key.n.is_some_and(|n| n.to_string() == value);
    }
    if dimension == "parallel" {
        return key.parallel.to_string() == value;
    }
    let wanted = format!("{dimension}={value}");
    key.params.split(", ").any(|pair| pair == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_and_a_row_stay_small() {
        // A history of a million records holds a million of each at once.
        assert!(size_of::<Run>() <= 48, "{}", size_of::<Run>());
        assert!(size_of::<MeasurementRow>() <= 48, "{}", size_of::<MeasurementRow>());
    }
}
