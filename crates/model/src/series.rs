//! Series: one metric of one benchmark along the history, grouped by the comparability key.
//!
//! Repeats of one commit on one runner are one [`Run`], summarised by median. A failed run stays,
//! with its reason and without a value: a gap stays a gap. Runs that differ in runner fingerprint
//! or benchmark version belong to different segments; nothing is ever compared across segments.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::filter::{ChangeAges, FilterSubject};
use crate::history::details::DetailStore;
use crate::history::{BranchId, Environment, History, MeasurementRow, RecordedKey, SeriesColumn};
use crate::policy::{Policy, Scalar};
use crate::record::time::Timestamp;
use crate::record::{Direction, OptionalF64, RunDetail, Unit, median};

/// What makes two measurements comparable. The order of fields is the order of series on pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

impl SeriesKey {
    /// What filters and rules are asked about.
    pub fn subject<'a>(&'a self, tags: &'a [String]) -> FilterSubject<'a> {
        FilterSubject {
            suite: &self.suite,
            test: &self.test,
            backend: &self.backend,
            mode: &self.mode,
            metric: &self.metric,
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

/// Index of a commit in [`crate::history::History::commits`], which is in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitIndex(pub u32);

/// One metric of one benchmark along the history.
#[derive(Clone, Debug, PartialEq)]
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

/// All repeats of one commit on one runner, summarised.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub commit: CommitIndex,
    /// When the commit was made where that is known, else when it was first measured.
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
#[derive(Clone, Debug, PartialEq)]
pub struct PullRun {
    pub pull: u64,
    pub run: Run,
}

/// Runs that may be compared: one runner fingerprint, one version of the benchmark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The tracked fields of the runner, as `(field, value)` in the policy's order; fields that no
    /// record had are left out.
    pub fingerprint: Vec<(String, String)>,
    pub version: Option<String>,
}

impl Run {
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
}

/// Ids that name no commit: every day under such an id is a run of its own.
const PLACEHOLDERS: [&str; 6] = ["local", "unknown", "none", "dirty", "HEAD", "working-tree"];

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
    for column in rows {
        columns.entry(series_key(&column.borrow().key, policy)).or_default().push(column);
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
    let series: Vec<Series> = columns
        .into_par_iter()
        .map(|(key, columns)| {
            let columns: Vec<&SeriesColumn> = columns.iter().map(C::borrow).collect();
            build_series(key, &columns, history, policy, &machines)
        })
        .collect();
    let not_covered = matrix_gaps(&series, policy);
    GroupedSeries { series, ignored, not_covered }
}

/// The key under which a recorded key is shown: test names follow the policy's aliases.
pub fn series_key(key: &RecordedKey, policy: &Policy) -> SeriesKey {
    let mut test = &key.test;
    // As many steps as there are aliases: a loop in them ends here too.
    for _ in 0..policy.aliases.len() {
        match policy.aliases.get(test) {
            Some(newer) => test = newer,
            None => break,
        }
    }
    SeriesKey {
        suite: key.suite.clone(),
        test: test.clone(),
        backend: key.backend.clone(),
        mode: key.mode.clone(),
        parallel: key.parallel,
        n: key.n,
        params: key.params.clone(),
        metric: key.metric.clone(),
        metric_name: metric_name(&key.metric, policy),
    }
}

fn metric_name(metric: &str, policy: &Policy) -> String {
    let named = policy.metrics.get(metric).and_then(|metric| metric.name.clone());
    named.unwrap_or_else(|| metric.replace('_', " "))
}

/// The tracked fields of a machine, in the policy's order.
fn fingerprint(environment: &Environment, policy: &Policy) -> Vec<(String, String)> {
    let tracking = &policy.runner_fingerprinting;
    if !tracking.enabled || !tracking.suppress_alerts_on_runner_change {
        return Vec::new();
    }
    let field =
        |name: &String| environment.fields.get(name).map(|value| (name.clone(), value.clone()));
    tracking.track_fields.iter().filter_map(field).collect()
}

fn build_series(
    key: SeriesKey,
    columns: &[&SeriesColumn],
    history: &History,
    policy: &Policy,
    machines: &EnvironmentSegments,
) -> Series {
    // Where an alias joins columns, those that the main line measures say what the series is: a
    // pull request that measures an old name must not change the unit of the new one.
    let on_main: Vec<&SeriesColumn> =
        columns.iter().copied().filter(|column| column.is_on_main).collect();
    let deciding = if on_main.is_empty() { columns } else { &on_main };
    let unit = deciding.iter().map(|column| &column.unit).min().cloned();
    let unit = unit.unwrap_or_else(|| Unit::of_metric(&key.metric));
    let said = deciding.iter().find_map(|column| column.direction);
    // The policy before the records: it is how people correct what a tool writes.
    let by_policy = policy.metrics.get(&key.metric).and_then(|metric| metric.better);
    let better = by_policy.or(said).unwrap_or_else(|| Direction::of_metric(&key.metric, &unit));
    let mut tags: Vec<String> = deciding.iter().flat_map(|column| column.tags.clone()).collect();
    tags.sort_unstable();
    tags.dedup();
    let mut grouping = RunGrouper {
        history,
        environment_segments: machines,
        segments: Vec::new(),
        local_segments: FxHashMap::default(),
    };
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
    let mut main = grouping.runs(&main);
    if let Some((_, run, row)) = main.last_mut() {
        run.detail = history.detail(row).map(|detail| Arc::new(detail.to_detail()));
    }
    // Collected, they would keep the memory of what they were made from, half as much again.
    let mut runs: Vec<Run> = Vec::with_capacity(main.len());
    runs.extend(main.into_iter().map(|(_, run, _)| run));
    let pulls = grouping
        .runs(&pulls)
        .into_iter()
        .filter_map(|(line, run, _)| line.pull().map(|pull| PullRun { pull: u64::from(pull), run }))
        .collect();
    Series { key, unit, direction: better, tags, runs, pulls, segments: grouping.segments }
}

/// Turns the rows of one series into runs.
struct RunGrouper<'a> {
    history: &'a History,
    environment_segments: &'a EnvironmentSegments,
    segments: Vec<Segment>,
    /// The segment of a machine.
    local_segments: FxHashMap<u32, u32>,
}

/// What environments have in common: runs of one machine may be compared.
struct EnvironmentSegments {
    /// By environment.
    by_environment: Vec<u32>,
    segments: Vec<Segment>,
    /// By commit: its id is a placeholder.
    is_placeholder: Vec<bool>,
}

impl EnvironmentSegments {
    fn of(history: &History, policy: &Policy) -> Self {
        let mut known: FxHashMap<Segment, u32> = FxHashMap::default();
        let commits = history.commits.iter();
        let nameless = commits.map(|it| PLACEHOLDERS.contains(&it.id.as_str())).collect();
        let mut machines =
            Self { by_environment: Vec::new(), segments: Vec::new(), is_placeholder: nameless };
        for environment in &history.environments {
            let fingerprint = fingerprint(environment, policy);
            let segment = Segment { fingerprint, version: environment.version.clone() };
            let next = u32::try_from(machines.segments.len()).unwrap_or(u32::MAX);
            let number = *known.entry(segment).or_insert_with_key(|segment| {
                machines.segments.push(segment.clone());
                next
            });
            machines.by_environment.push(number);
        }
        machines
    }
}

/// What repeats share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RunKey {
    branch: BranchId,
    commit: u32,
    segment: u32,
    /// The UTC day where the commit is a placeholder; else 0.
    day: i64,
}

impl RunGrouper<'_> {
    /// Runs in time order, each with the row that tells of it; `rows` must be in time order.
    fn runs<'r>(
        &mut self,
        rows: &[&'r MeasurementRow],
    ) -> Vec<(BranchId, Run, &'r MeasurementRow)> {
        let mut keyed: Vec<(RunKey, &'r MeasurementRow)> =
            rows.iter().map(|row| (self.run_key(row), *row)).collect();
        // Stable, so that the rows of one run stay in the history's order.
        keyed.sort_by_key(|(key, _)| *key);
        // Most runs are of one row.
        let mut runs: Vec<(BranchId, Run, &'r MeasurementRow)> = Vec::with_capacity(keyed.len());
        runs.extend(keyed.chunk_by(|(a, _), (b, _)| a == b).map(|rows| {
            let (run, row) = self.summarize(rows);
            (rows[0].0.branch, run, row)
        }));
        runs.sort_by_key(|(_, run, _)| (run.time, run.commit, run.segment));
        runs
    }

    fn run_key(&mut self, row: &MeasurementRow) -> RunKey {
        let machine = self.environment_segments.by_environment[row.environment as usize];
        let next = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
        let segment = *self.local_segments.entry(machine).or_insert(next);
        if segment == next {
            self.segments.push(self.environment_segments.segments[machine as usize].clone());
        }
        // A placeholder such as `local` names a new state of the code every day: its runs of
        // different days are no repeats.
        let day = if self.environment_segments.is_placeholder[row.commit as usize] {
            row.time.day()
        } else {
            0
        };
        RunKey { branch: row.branch, commit: row.commit, segment, day }
    }

    fn summarize<'r>(&self, rows: &[(RunKey, &'r MeasurementRow)]) -> (Run, &'r MeasurementRow) {
        let key = rows[0].0;
        let commit = key.commit as usize;
        let first = rows.iter().map(|(_, row)| row.time).min();
        let time = match first {
            Some(first) if !self.history.has_author_time[commit] || key.day != 0 => first,
            _ => self.history.commits[commit].time,
        };
        let good = || rows.iter().map(|(_, row)| *row).filter(|row| row.value.is_some());
        let (value, std, repeats) = if let [(_, only)] = rows {
            // The median of one value without collecting it: most runs are one row.
            let std = if only.value.is_some() { only.std } else { OptionalF64::NONE };
            (only.value, std, usize::from(only.value.is_some()))
        } else {
            let values: Vec<f64> = good().filter_map(|row| row.value.get()).collect();
            let reported: Vec<f64> = good().filter_map(|row| row.std.get()).collect();
            // A reported deviation describes the samples of a run; that between repeats is the next
            // best.
            let std = median(&reported).or_else(|| standard_deviation(&values));
            (median(&values).into(), std.into(), values.len())
        };
        // The newest row tells of the run: of a failed one where all failed.
        let newest = good().next_back().unwrap_or(rows[rows.len() - 1].1);
        let rare = self.history.detail(newest).and_then(|detail| detail.rare);
        let run = Run {
            commit: CommitIndex(key.commit),
            time,
            value,
            std,
            repeats: u32::try_from(repeats).unwrap_or(u32::MAX),
            segment: key.segment,
            environment: newest.environment,
            detail: rare.map(|rare| Arc::new(RunDetail::of(Box::default(), rare.clone()))),
        };
        (run, newest)
    }
}

/// Standard deviation of at least two repeats (n − 1 in the denominator).
fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    // Divided before they are summed: the sum of large values could overflow.
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    Some((squares / (count - 1.0)).sqrt()).filter(|deviation| deviation.is_finite())
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
