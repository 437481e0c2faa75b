//! Peer groups: the series of a history that are checked for a common shift.
//!
//! All series in one unit are a group, because a slow machine makes no memory larger, and so are
//! the backends of each benchmark. The group of a unit also answers for the controls of its
//! benchmarks.
//!
//! Example: `parse` and `sort` on 3 backends, with time and memory, are six groups: 2 units with 6
//! series each, and 4 benchmarks with 3 series each.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use rayon::prelude::*;

use model::policy::KAnomaly;
use model::record::time::{DAY_US, Timestamp};
use model::series::{Series, SeriesKey};

use super::analysis::{InfrastructureDay, PeerKind};
use super::commit_batches::NewRuns;
use super::common_mode::member::MemberLevels;
use super::common_mode::{CommonModeDetector, GroupMember, ObservedShift};
use super::controls::{ControlVotes, max_clear_noise};
use super::series_state::SeriesState;

/// All peer groups of a history: those of units first.
pub(crate) struct CommonModeGroups {
    groups: Vec<PeerGroup>,
    /// By series: the groups it is in.
    memberships: Vec<Vec<Membership>>,
    /// By series: the number of its test.
    tests: Vec<usize>,
    /// The policy's share of the peers.
    ratio: f64,
}

/// A series' place in a peer group.
#[derive(Clone, Copy)]
struct Membership {
    group: usize,
    /// Index into the group's members.
    member: usize,
}

/// Series that are checked for a common shift.
struct PeerGroup {
    detector: CommonModeDetector,
    /// Indices into the series.
    members: Vec<usize>,
    /// Those of the present commit.
    new_runs: Vec<NewRuns>,
    scope: GroupScope,
}

/// What the series of a group share.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GroupScope {
    Unit,
    Benchmark,
}

impl CommonModeGroups {
    pub(crate) fn of(series: &[Series], states: &[SeriesState], policy: &KAnomaly) -> Self {
        let levels = member_levels(series, states);
        let mut all = Self {
            groups: Vec::new(),
            memberships: vec![Vec::new(); series.len()],
            tests: test_numbers(series),
            ratio: policy.threshold_ratio,
        };
        let mut add = |members: Vec<usize>, scope: GroupScope, peers: PeerKind| {
            let member = |member: &usize| GroupMember {
                series: &series[*member],
                threshold: states[*member].rule().threshold.relative,
                levels: Arc::clone(&levels[*member]),
            };
            let group_members: Vec<GroupMember<'_>> = members.iter().map(member).collect();
            // Groups with too few peers have no detector at all.
            let detector = CommonModeDetector::of(&group_members, peers, policy);
            let Some(detector) = detector else { return false };
            for (member, of) in members.iter().enumerate() {
                all.memberships[*of].push(Membership { group: all.groups.len(), member });
            }
            all.groups.push(PeerGroup { detector, members, new_runs: Vec::new(), scope });
            true
        };
        for members in units(series) {
            let _ = add(members.clone(), GroupScope::Unit, PeerKind::Backends)
                || add(members, GroupScope::Unit, PeerKind::Tests);
        }
        for members in benchmarks(series) {
            add(members, GroupScope::Benchmark, PeerKind::Backends);
        }
        all
    }

    /// The same groups on the way through series that have other runs from here on.
    pub(crate) fn with_series(&self, series: &[Series], states: &[SeriesState]) -> Self {
        let levels = member_levels(series, states);
        let groups = self.groups.iter().map(|group| {
            let member_levels = group.members.iter().map(|it| Arc::clone(&levels[*it]));
            PeerGroup {
                detector: group.detector.with_levels(member_levels),
                members: group.members.clone(),
                new_runs: Vec::new(),
                scope: group.scope,
            }
        });
        Self {
            groups: groups.collect(),
            memberships: self.memberships.clone(),
            tests: self.tests.clone(),
            ratio: self.ratio,
        }
    }

    /// The infrastructure days of all groups; the states learn which of their runs they touch.
    pub(crate) fn finish(self, states: &mut [SeriesState]) -> Vec<InfrastructureDay> {
        let mut all = Vec::new();
        for group in self.groups {
            let (days, exclusions) = group.detector.finish();
            for (member, exclusions) in group.members.into_iter().zip(exclusions) {
                states[member].exclusions.merge(exclusions);
            }
            all.extend(days);
        }
        all
    }

    /// Gives each peer group the runs of a commit, and each series what that means for it.
    pub(crate) fn advance(
        &mut self,
        series: &[Series],
        batch: &[NewRuns],
        states: &mut [SeriesState],
    ) {
        let active = self.distribute(batch);
        let mut effects = Vec::new();
        for &at in &active {
            effects.clear();
            let PeerGroup { detector, new_runs, .. } = &mut self.groups[at];
            let observed = detector.observe(new_runs, &mut effects);
            let is_begin = observed.as_ref().filter(|it| it.begins);
            let is_vetoed = is_begin.is_some_and(|it| self.is_vetoed(series, at, it));
            let PeerGroup { detector, members, new_runs, .. } = &mut self.groups[at];
            if let Some(observed) = observed.as_ref().filter(|_| is_vetoed) {
                detector.veto(observed);
            } else if let Some(observed) = observed {
                let first = series[members[new_runs[0].member]].runs[new_runs[0].from].time;
                detector.follow(&observed, first.day(), &mut effects);
            }
            for effect in &effects {
                let member = members[effect.member()];
                let place = self.memberships[member].iter().position(|it| it.group == at);
                states[member].apply(*effect, 1 << place.unwrap_or(0));
            }
        }
        // Only now: the runs of a unit are the controls of its benchmarks. The allocations are
        // reused for the next commit.
        active.into_iter().for_each(|at| self.groups[at].new_runs.clear());
    }

    /// Gives each group its runs of a commit; the groups that have any.
    fn distribute(&mut self, batch: &[NewRuns]) -> Vec<usize> {
        let mut active: Vec<usize> = Vec::new();
        for new_runs in batch {
            for &Membership { group, member } in &self.memberships[new_runs.member] {
                if self.groups[group].new_runs.is_empty() {
                    active.push(group);
                }
                self.groups[group].new_runs.push(NewRuns { member, ..*new_runs });
            }
        }
        // By number, not by the order of runs, so that effects come in the same order everywhere.
        active.sort_unstable();
        active
    }

    /// Whether the controls say that a shift that a group begins with these runs is the code's.
    fn is_vetoed(&self, series: &[Series], at: usize, observed: &ObservedShift) -> bool {
        let group = &self.groups[at];
        let Some(unit) = self.unit_of(group.members[0]) else { return false };
        let backends: BTreeSet<&str> =
            group.new_runs.iter().map(|it| backend(series, group, it.member)).collect();
        let beside = unit.new_runs.iter();
        let beside = beside.filter(|it| backends.contains(backend(series, unit, it.member)));
        let times = group.new_runs.iter().filter_map(|it| measured_at(series, group, *it));
        let first = times.clone().min().unwrap_or(i64::MAX);
        let job = first..=times.max().unwrap_or(i64::MIN);
        let beside = beside.copied().collect();
        let beside = of_one_job(beside, &job, |it| measured_at(series, unit, *it));
        let votes = self.control_votes(unit, beside.into_iter(), observed.size);
        match group.detector.peers() {
            PeerKind::Backends => {
                votes.veto_backends()
                    || votes.are_silent() && group.detector.continues_vetoed(observed)
            }
            PeerKind::Tests => votes.veto_tests(self.ratio),
        }
    }

    /// How the controls of a series answer to a shift of all its backends that began at a time;
    /// none where it has no controls.
    pub(crate) fn control_votes_since(
        &self,
        series: &[Series],
        member: usize,
        onset: Timestamp,
        size: f64,
    ) -> Option<ControlVotes> {
        let unit = self.unit_of(member)?;
        let backends: BTreeSet<&str> =
            self.backends_of(member)?.iter().map(|it| series[*it].key.backend.as_str()).collect();
        let since = |member: usize| {
            let runs = &series[unit.members[member]].runs;
            let to = unit.detector.member(member).next_run;
            let from = runs[..to].iter().position(|run| run.time >= onset).unwrap_or(to);
            NewRuns { member, from, to }
        };
        let beside = (0..unit.members.len())
            .filter(|member| backends.contains(backend(series, unit, *member)));
        let has_run = |it: &NewRuns| it.from < it.to;
        let beside: Vec<NewRuns> = beside.map(since).filter(has_run).collect();
        let job = onset.micros()..=onset.micros();
        let beside = of_one_job(beside, &job, |it| measured_at(series, unit, *it));
        Some(self.control_votes(unit, beside.into_iter(), size))
    }

    fn control_votes(
        &self,
        unit: &PeerGroup,
        runs: impl Iterator<Item = NewRuns>,
        size: f64,
    ) -> ControlVotes {
        let limit = max_clear_noise(size);
        let shifts = runs.filter_map(|new_runs| {
            let test = self.tests[unit.members[new_runs.member]];
            unit.detector.member(new_runs.member).control_shift(new_runs, test, limit)
        });
        ControlVotes::count(shifts.collect(), size, |it| {
            unit.detector.member(it.new_runs.member).control_noise(it.new_runs)
        })
    }

    /// The backends of a series' benchmark; none where they are too few for a vote.
    pub(crate) fn backends_of(&self, member: usize) -> Option<&[usize]> {
        self.group_of(member, GroupScope::Benchmark).map(|group| group.members.as_slice())
    }

    fn unit_of(&self, member: usize) -> Option<&PeerGroup> {
        self.group_of(member, GroupScope::Unit)
    }

    fn group_of(&self, member: usize, scope: GroupScope) -> Option<&PeerGroup> {
        let groups = self.memberships[member].iter().map(|it| &self.groups[it.group]);
        groups.into_iter().find(|group| group.scope == scope)
    }
}

/// Hours before and after within which the runs of one commit are those of one job.
const JOB_US: i64 = DAY_US / 4;

/// The runs near the times of a job; none where most are from other times: tests that are measured
/// on days of their own say nothing of the machine that day.
fn of_one_job(
    mut runs: Vec<NewRuns>,
    job: &RangeInclusive<i64>,
    time: impl Fn(&NewRuns) -> Option<i64>,
) -> Vec<NewRuns> {
    let all = runs.len();
    let near = job.start().saturating_sub(JOB_US)..=job.end().saturating_add(JOB_US);
    runs.retain(|it| time(it).is_some_and(|time| near.contains(&time)));
    if 2 * runs.len() < all {
        runs.clear();
    }
    runs
}

/// When the first of some runs was measured; none where only the time of its commit is known.
fn measured_at(series: &[Series], group: &PeerGroup, runs: NewRuns) -> Option<i64> {
    let run = &series[group.members[runs.member]].runs[runs.from];
    (!run.is_moved()).then(|| run.time.micros())
}

fn backend<'a>(series: &'a [Series], group: &PeerGroup, member: usize) -> &'a str {
    &series[group.members[member]].key.backend
}

/// By series: its levels, shared by the groups that it is in.
fn member_levels(series: &[Series], states: &[SeriesState]) -> Vec<Arc<MemberLevels>> {
    let each = series.par_iter().zip(states);
    each.map(|(series, state)| Arc::new(MemberLevels::of(series, state.rule().threshold.direction)))
        .collect()
}

fn test_name(series: &Series) -> (&str, &str) {
    (&series.key.suite, &series.key.test)
}

/// By series: the number of its test.
fn test_numbers(series: &[Series]) -> Vec<usize> {
    let mut names: Vec<(&str, &str)> = series.iter().map(test_name).collect();
    names.sort_unstable();
    names.dedup();
    series.iter().map(|it| names.binary_search(&test_name(it)).unwrap_or(0)).collect()
}

/// What the backends of a benchmark share.
type Benchmark<'a> = (&'a str, &'a str, &'a str, bool, Option<u64>, [&'a str; 3]);

fn benchmark(key: &SeriesKey) -> Benchmark<'_> {
    let rest = [key.params.as_str(), &key.metric, &key.metric_name];
    (&key.suite, &key.test, &key.mode, key.parallel, key.n, rest)
}

/// The backends of each benchmark.
fn benchmarks(series: &[Series]) -> Vec<Vec<usize>> {
    let mut by_benchmark: BTreeMap<Benchmark<'_>, Vec<usize>> = BTreeMap::new();
    for (index, it) in series.iter().enumerate() {
        by_benchmark.entry(benchmark(&it.key)).or_default().push(index);
    }
    by_benchmark.into_values().collect()
}

/// The series of each unit in which there is more than one benchmark: with one, they are that
/// group once more.
fn units(series: &[Series]) -> Vec<Vec<usize>> {
    let mut by_unit: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, it) in series.iter().enumerate() {
        by_unit.entry(it.unit.as_str()).or_default().push(index);
    }
    let has_several = |members: &Vec<usize>| {
        let first = benchmark(&series[members[0]].key);
        members.iter().any(|it| benchmark(&series[*it].key) != first)
    };
    by_unit.into_values().filter(has_several).collect()
}
