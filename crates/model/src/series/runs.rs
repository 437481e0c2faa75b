//! From the rows of one series to its runs: repeats summarized, in the order of the main line.
//!
//! Example: five repeats of a commit in one job are a run with their median. The same commit
//! measured again the next night is another run, with its own time.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::history::{BranchId, Commit, Environment, History, MeasurementRow};
use crate::policy::Policy;
use crate::record::detail::{RunDetail, RunDetailRef};
use crate::record::time::Timestamp;
use crate::record::{OptionalF64, median};
use crate::series::machines::{MachineDifference, Machines};
use crate::series::{CommitIndex, Run, Segment};

/// Ids that name no commit: a run under such an id has its place by its own time.
const PLACEHOLDERS: [&str; 6] = ["local", "unknown", "none", "dirty", "HEAD", "working-tree"];

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

/// Turns the rows of one series into runs.
pub(super) struct RunGrouper<'a> {
    history: &'a History,
    environment_segments: &'a EnvironmentSegments,
    /// Runs keep their statistics and samples.
    keeps_statistics: bool,
    pub(super) segments: Vec<Segment>,
    /// The segment of a machine.
    local_segments: FxHashMap<u32, u32>,
}

/// What environments have in common: runs of one machine may be compared.
pub(super) struct EnvironmentSegments {
    /// By environment.
    by_environment: Vec<u32>,
    /// By environment: the first one with the same fields, whatever its branch.
    same_fields: Vec<u32>,
    segments: Vec<Segment>,
    commit_times: CommitSpans,
    machines: Machines,
}

/// The time of each commit: its first measurement. A run that was measured late must not stand
/// behind the runs of later commits.
struct CommitSpans {
    /// By commit; none for ids that name no commit.
    times: Vec<Option<Timestamp>>,
}

impl CommitSpans {
    fn of(history: &History) -> Self {
        let is_placeholder = |id: &str| PLACEHOLDERS.contains(&id);
        let time = |commit: &Commit| (!is_placeholder(&commit.id)).then_some(commit.time);
        Self { times: history.commits.iter().map(time).collect() }
    }

    /// The time of a run of a commit that was measured at `time`, where the runs of later commits
    /// begin at `later`: the commit's own where it would stand behind them, or before its commit.
    fn place(&self, commit: u32, time: Timestamp, later: Timestamp) -> Timestamp {
        match self.times[commit as usize] {
            Some(first) if time < first || later < time => first,
            _ => time,
        }
    }
}

impl EnvironmentSegments {
    pub(super) fn of(history: &History, policy: &Policy) -> Self {
        let mut known: FxHashMap<Segment, u32> = FxHashMap::default();
        let commit_times = CommitSpans::of(history);
        let mut machines = Self {
            by_environment: Vec::new(),
            same_fields: Vec::new(),
            segments: Vec::new(),
            commit_times,
            machines: Machines::of(history),
        };
        let mut first_with: FxHashMap<_, u32> = FxHashMap::default();
        for (environment, number) in history.environments.iter().zip(0..) {
            let recorded = (&environment.fields, &environment.version);
            machines.same_fields.push(*first_with.entry(recorded).or_insert(number));
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

    /// Machines among these rows, in their order, that share a fingerprint and differ in level.
    pub(super) fn machine_difference(
        &self,
        rows: &[&MeasurementRow],
        threshold: f64,
    ) -> Option<MachineDifference> {
        self.machines.difference(rows, &self.by_environment, threshold)
    }
}

/// What repeats share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RunKey {
    branch: BranchId,
    commit: u32,
    segment: u32,
}

/// A job that begins before midnight is one run for this long.
const MAX_RUN_MICROS: i64 = 3 * 3_600_000_000;

/// Whether a repeat belongs to the run that began at `first`: it is of the same UTC day, or of the
/// same job at midnight. Later repeats of a commit are a run of their own, so that a machine that
/// drifts under unchanged code is seen.
fn is_same_run(first: Timestamp, repeat: Timestamp) -> bool {
    let elapsed = repeat.micros().saturating_sub(first.micros());
    repeat.day() == first.day() || elapsed.abs() < MAX_RUN_MICROS
}

impl<'a> RunGrouper<'a> {
    pub(super) fn of(
        history: &'a History,
        environment_segments: &'a EnvironmentSegments,
        policy: &Policy,
    ) -> Self {
        // Without an alert on them nothing looks at the statistics of a run once it is a run, and
        // they are the largest part of an imported history.
        let keeps_statistics = policy.alerts_read_statistics();
        let (segments, local_segments) = (Vec::new(), FxHashMap::default());
        Self { history, environment_segments, keeps_statistics, segments, local_segments }
    }

    /// Runs in their order, each with the row that tells of it; `rows` must be in time order.
    pub(super) fn runs<'r>(
        &mut self,
        rows: &[&'r MeasurementRow],
    ) -> Vec<(BranchId, Run, &'r MeasurementRow)> {
        let mut keyed: Vec<(RunKey, &'r MeasurementRow)> =
            rows.iter().map(|row| (self.run_key(row), *row)).collect();
        // Stable, so that the rows of one run stay in the history's order.
        keyed.sort_by_key(|(key, _)| *key);
        // Most runs are of one row.
        let mut runs: Vec<(BranchId, Run, &'r MeasurementRow)> = Vec::with_capacity(keyed.len());
        for mut repeats in keyed.chunk_by(|(a, _), (b, _)| a == b) {
            while let Some((key, first)) = repeats.first() {
                let is_same =
                    |(_, row): &&(RunKey, &MeasurementRow)| is_same_run(first.time, row.time);
                let (rows, later) = repeats.split_at(repeats.iter().take_while(is_same).count());
                let (run, row) = self.summarize(rows);
                runs.push((key.branch, run, row));
                repeats = later;
            }
        }
        self.place_late_runs(&mut runs);
        // Stable, so that runs of one commit and time stay in the order of their measurement.
        runs.sort_by_key(|(_, run, _)| (run.time, run.commit));
        runs
    }

    /// Moves the runs of the main line that were measured after a run of a later commit of this
    /// series to the time of their commit. The others keep the time at which they were measured,
    /// whatever other series did. `runs` are in the order of their commits.
    fn place_late_runs(&self, runs: &mut [(BranchId, Run, &MeasurementRow)]) {
        let main = runs.iter_mut().filter(|(branch, ..)| *branch == BranchId::MAIN);
        let mut earliest_later = Timestamp::from_micros(i64::MAX);
        let mut of_commit = (CommitIndex(u32::MAX), earliest_later);
        for (_, run, _) in main.rev() {
            if run.commit != of_commit.0 {
                earliest_later = earliest_later.min(of_commit.1);
                of_commit = (run.commit, Timestamp::from_micros(i64::MAX));
            }
            let measured = run.time;
            let times = &self.environment_segments.commit_times;
            run.time = times.place(run.commit.0, measured, earliest_later);
            if run.time != measured {
                let detail = run.detail.as_deref().cloned().unwrap_or_default();
                run.detail = Some(Arc::new(RunDetail { is_moved: true, ..detail }));
            }
            of_commit.1 = of_commit.1.min(run.time);
        }
    }

    fn run_key(&mut self, row: &MeasurementRow) -> RunKey {
        let machine = self.environment_segments.by_environment[row.environment as usize];
        let next = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
        let segment = *self.local_segments.entry(machine).or_insert(next);
        if segment == next {
            self.segments.push(self.environment_segments.segments[machine as usize].clone());
        }
        RunKey { branch: row.branch, commit: row.commit, segment }
    }

    fn summarize<'r>(&self, rows: &[(RunKey, &'r MeasurementRow)]) -> (Run, &'r MeasurementRow) {
        let key = rows[0].0;
        let time = rows[0].1.time;
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
        let run = Run {
            commit: CommitIndex(key.commit),
            time,
            value,
            std,
            repeats: u32::try_from(repeats).unwrap_or(u32::MAX),
            segment: key.segment,
            environment: self.environment_segments.same_fields[newest.environment as usize],
            detail: self.history.detail(newest).and_then(|detail| self.run_detail(detail)),
        };
        (run, newest)
    }

    /// What a run keeps of the detail of its row: why it failed, and what an alert may ask for.
    fn run_detail(&self, detail: RunDetailRef<'_>) -> Option<Arc<RunDetail>> {
        let has_numbers = !detail.statistics.is_empty() || !detail.samples.is_empty();
        let all = RunDetailRef { warmup_ns: &[], ..detail };
        if self.keeps_statistics && has_numbers {
            return Some(Arc::new(all.to_detail()));
        }
        let rare = detail.rare.filter(|rare| rare.error.is_some())?;
        Some(Arc::new(RunDetail::of_rare(rare.clone())))
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
