//! Peer groups: the series of a history that are checked for a common shift.
//!
//! All series in one unit are a group, because a slow machine makes no memory larger, and so are
//! the backends of each benchmark. The group of a unit also answers for the controls of its
//! benchmarks.
//!
//! Example: `parse` and `sort` on 3 backends, with time and memory, are six groups: 2 units with 6
//! series each, and 4 benchmarks with 3 series each.

use std::collections::HashMap;
use std::hash::Hash;
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
    numbers: Arc<NameNumbers>,
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
        let numbers = Arc::new(NameNumbers::of(series));
        let mut all = Self {
            groups: Vec::new(),
            memberships: vec![Vec::new(); series.len()],
            numbers: Arc::clone(&numbers),
            ratio: policy.threshold_ratio,
        };
        let mut add = |members: Vec<usize>, scope: GroupScope, peers: PeerKind| {
            let member = |member: &usize| GroupMember {
                threshold: states[*member].rule().threshold.relative,
                levels: Arc::clone(&levels[*member]),
                backend: numbers.backend[*member],
                test: numbers.test[*member],
            };
            let group_members: Vec<GroupMember> = members.iter().map(member).collect();
            // Groups with too few peers have no detector at all.
            let detector = CommonModeDetector::of(&group_members, peers, policy);
            let Some(detector) = detector else { return false };
            for (member, of) in members.iter().enumerate() {
                all.memberships[*of].push(Membership { group: all.groups.len(), member });
            }
            all.groups.push(PeerGroup { detector, members, new_runs: Vec::new(), scope });
            true
        };
        for members in numbers.units() {
            let _ = add(members.clone(), GroupScope::Unit, PeerKind::Backends)
                || add(members, GroupScope::Unit, PeerKind::Tests);
        }
        for members in by_number(&numbers.benchmark) {
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
            numbers: Arc::clone(&self.numbers),
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
        let mut backends: Vec<usize> =
            group.new_runs.iter().map(|it| self.backend(group, it.member)).collect();
        backends.sort_unstable();
        let is_among = |member| backends.binary_search(&self.backend(unit, member)).is_ok();
        let beside = unit.new_runs.iter().filter(|it| is_among(it.member));
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
        let mut backends: Vec<usize> =
            self.backends_of(member)?.iter().map(|it| self.numbers.backend[*it]).collect();
        backends.sort_unstable();
        let since = |member: usize| {
            let runs = &series[unit.members[member]].runs;
            let to = unit.detector.member(member).next_run;
            let from = runs[..to].iter().position(|run| run.time >= onset).unwrap_or(to);
            NewRuns { member, from, to }
        };
        let beside = (0..unit.members.len())
            .filter(|member| backends.binary_search(&self.backend(unit, *member)).is_ok());
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
            let test = self.numbers.test[unit.members[new_runs.member]];
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

    /// The number of a member's backend.
    fn backend(&self, group: &PeerGroup, member: usize) -> usize {
        self.numbers.backend[group.members[member]]
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

/// By series: its levels, shared by the groups that it is in.
fn member_levels(series: &[Series], states: &[SeriesState]) -> Vec<Arc<MemberLevels>> {
    let each = series.par_iter().zip(states);
    each.map(|(series, state)| Arc::new(MemberLevels::of(series, state.rule().threshold.direction)))
        .collect()
}

/// What the backends of a benchmark share.
type Benchmark<'a> = (&'a str, &'a str, &'a str, bool, Option<u64>, [&'a str; 3]);

fn benchmark(key: &SeriesKey) -> Benchmark<'_> {
    let rest = [key.params.as_str(), &key.metric, &key.metric_name];
    (&key.suite, &key.test, &key.mode, key.parallel, key.n, rest)
}

/// What decides which groups a series is in, as numbers in the order of the names: comparing names
/// took a fifth of a pass.
struct NameNumbers {
    backend: Vec<usize>,
    /// Suite and test.
    test: Vec<usize>,
    unit: Vec<usize>,
    benchmark: Vec<usize>,
}

impl NameNumbers {
    fn of(series: &[Series]) -> Self {
        let keys = || series.iter().map(|it| &it.key);
        Self {
            backend: numbered(keys().map(|key| key.backend.as_str())),
            test: numbered(keys().map(|key| (key.suite.as_str(), key.test.as_str()))),
            unit: numbered(series.iter().map(|it| it.unit.as_str())),
            benchmark: numbered(keys().map(benchmark)),
        }
    }

    /// The series of each unit in which there is more than one benchmark: with one, they are that
    /// group once more.
    fn units(&self) -> impl Iterator<Item = Vec<usize>> {
        let benchmark = |member: &usize| self.benchmark[*member];
        let has_several = move |members: &Vec<usize>| {
            members.iter().any(|it| benchmark(it) != benchmark(&members[0]))
        };
        by_number(&self.unit).into_iter().filter(has_several)
    }
}

/// The place of each name among all different names in their order.
fn numbered<T: Copy + Ord + Hash>(names: impl Iterator<Item = T>) -> Vec<usize> {
    let mut firsts: HashMap<T, usize> = HashMap::new();
    let mut different: Vec<T> = Vec::new();
    let by_first: Vec<usize> = names
        .map(|name| {
            *firsts.entry(name).or_insert_with(|| {
                different.push(name);
                different.len() - 1
            })
        })
        .collect();
    let mut ascending: Vec<usize> = (0..different.len()).collect();
    ascending.sort_unstable_by_key(|first| different[*first]);
    let mut places = vec![0; different.len()];
    for (place, first) in ascending.into_iter().enumerate() {
        places[first] = place;
    }
    by_first.into_iter().map(|first| places[first]).collect()
}

/// The series of each number, ascending.
fn by_number(numbers: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (series, number) in numbers.iter().enumerate() {
        groups.resize_with(groups.len().max(number + 1), Vec::new);
        groups[*number].push(series);
    }
    groups
}
