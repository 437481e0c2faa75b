//! Common-mode shifts: what most backends do at the same time is infrastructure (k-anomaly).
//!
//! A [`CommonModeDetector`] goes through the series of one peer group, the backends of one
//! benchmark or of all series in one unit, commit by commit. A backend counts as moved when the
//! median of its series moved with the others, and by more than its own noise. Before a shift
//! begins, the other tests are asked whether the code may have made it
//! ([`controls`](super::controls)). A shift that stays restarts every baseline once; the runs that
//! it took to be sure are left out everywhere.
//!
//! A code change that hits every test on every backend cannot be distinguished from infrastructure.
//! It is shown as an infrastructure day, and stays open where it lasts.
//!
//! Example: five backends, and from Monday on all of them are 25 % slower. Monday and Tuesday are
//! suspended (`alert_on_consecutive_days: 2`), on Wednesday every baseline restarts at Monday. Had
//! they been fast again on Tuesday, only Monday's runs would be left out.

mod group_shift;
pub(crate) mod member;

use std::sync::Arc;

use rayon::prelude::*;

use model::policy::KAnomaly;

use super::analysis::{InfrastructureDay, PeerKind};
use super::commit_batches::NewRuns;
use super::controls::MIN_TESTS;
use group_shift::GroupShift;
use member::{MIN_RUNS_BEFORE, MemberLevels, MemberShift, MemberState};

/// Members of one commit from which on they are advanced in parallel: below that, waking threads
/// costs more than the work.
const MIN_PARALLEL_MEMBERS: usize = 256;

/// What infrastructure does to one series.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Exclusions {
    /// Runs of infrastructure days, ascending.
    pub runs: Vec<usize>,
    /// Index of the first run after each lasting shift, ascending.
    pub rebases: Vec<usize>,
}

impl Exclusions {
    pub(crate) fn contains(&self, run: usize) -> bool {
        self.runs.binary_search(&run).is_ok()
    }

    /// Both together; cuts a few runs apart are one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.runs.sort_unstable();
        self.runs.dedup();
        self.rebases.extend(other.rebases);
        self.rebases.sort_unstable();
        self.rebases.dedup_by(|later, earlier| *later - *earlier < MIN_RUNS_BEFORE);
    }
}

/// Share of the typical move that a peer must have made to count as moved with the others.
const MIN_SHARE_OF_SHIFT: f64 = 0.4;
/// Sums like 0.1 + 0.2 reach a threshold of 0.3.
const SLACK: f64 = 1e-9;
/// A shift goes on while the peers keep this share of its first size.
const MIN_REMAINING_SHARE: f64 = 0.5;

/// What a commit means for one member, known by its place in the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommonModeEffect {
    /// Its runs from this one on are part of a shift that is going on.
    Suspend { member: usize, from: usize },
    /// The shift went away: what was held is left out.
    Discard { member: usize },
    /// The shift stayed: the baseline begins anew at this run.
    Rebase { member: usize, from: usize },
}

impl CommonModeEffect {
    pub(crate) fn member(self) -> usize {
        match self {
            Self::Suspend { member, .. }
            | Self::Discard { member }
            | Self::Rebase { member, .. } => member,
        }
    }
}

/// One series of a peer group.
pub(crate) struct GroupMember {
    /// Relative change that counts.
    pub threshold: f64,
    pub levels: Arc<MemberLevels>,
    /// Numbers of its backend and of its test, in the order of their names.
    pub backend: usize,
    pub test: usize,
}

impl GroupMember {
    /// The number of its peer.
    fn peer(&self, peers: PeerKind) -> usize {
        match peers {
            PeerKind::Backends => self.backend,
            PeerKind::Tests => self.test,
        }
    }
}

/// A shift of the group that is going on.
#[derive(Clone)]
struct OngoingShift {
    /// The typical excess at its beginning.
    size: f64,
    days: Vec<InfrastructureDay>,
}

/// What a group did at a commit: part of a shift that goes on, or one that may begin.
pub(crate) struct ObservedShift {
    /// Nothing goes on yet, so the controls decide.
    pub begins: bool,
    /// Median excess of the peers.
    pub size: f64,
    group: GroupShift,
    moves: Vec<MemberShift>,
}

/// The common-mode detector of one peer group.
pub(crate) struct CommonModeDetector {
    peers: PeerKind,
    /// The policy, with the fewest peers that make a shift.
    policy: KAnomaly,
    members: Vec<MemberState>,
    /// Less than this is beyond no peer's threshold.
    min_threshold: f64,
    /// By peer, at the present commit: series that are compared, and those beyond
    /// `min_threshold`.
    tally: Vec<(u32, u32)>,
    ongoing: Option<OngoingShift>,
    reported_days: Vec<InfrastructureDay>,
}

impl CommonModeDetector {
    /// None where the group has fewer peers than it takes.
    pub(crate) fn of(members: &[GroupMember], peers: PeerKind, policy: &KAnomaly) -> Option<Self> {
        // Peers are numbered by name, so that the order of series changes nothing.
        let mut numbers: Vec<usize> = members.iter().map(|it| it.peer(peers)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let min_active_backends = match peers {
            PeerKind::Backends => policy.min_active_backends.max(2),
            PeerKind::Tests => MIN_TESTS,
        };
        let thresholds = members.iter().map(|it| it.threshold);
        let state = |it: &GroupMember| {
            let peer = numbers.binary_search(&it.peer(peers));
            MemberState::of(it, peer.unwrap_or(0))
        };
        (numbers.len() >= min_active_backends as usize).then(|| Self {
            peers,
            policy: KAnomaly { min_active_backends, ..policy.clone() },
            min_threshold: thresholds.fold(f64::INFINITY, f64::min) - SLACK,
            members: members.iter().map(state).collect(),
            tally: vec![(0, 0); numbers.len()],
            ongoing: None,
            reported_days: Vec::new(),
        })
    }

    /// The same detector where the series have other runs from here on.
    pub(crate) fn with_levels(&self, members: impl Iterator<Item = Arc<MemberLevels>>) -> Self {
        let states = self.members.iter().zip(members);
        Self {
            peers: self.peers,
            policy: self.policy.clone(),
            min_threshold: self.min_threshold,
            tally: self.tally.clone(),
            members: states
                .map(|(member_state, levels)| member_state.with_levels(levels))
                .collect(),
            ongoing: self.ongoing.clone(),
            reported_days: self.reported_days.clone(),
        }
    }

    /// The shifts so far, by day, and what they do to each member. One that is still going on is
    /// among them.
    pub(crate) fn finish(mut self) -> (Vec<InfrastructureDay>, Vec<Exclusions>) {
        if let Some(ongoing) = self.ongoing.take() {
            self.reported_days.extend(ongoing.days);
        }
        (
            self.reported_days,
            self.members.into_iter().map(|member_state| member_state.exclusions).collect(),
        )
    }

    /// Takes the runs of a commit in; what the group did at it, where a shift goes on or one may
    /// begin. Ends a shift that went away.
    pub(crate) fn observe(
        &mut self,
        new_runs: &[NewRuns],
        effects: &mut Vec<CommonModeEffect>,
    ) -> Option<ObservedShift> {
        if self.ongoing.is_none()
            && new_runs.len() < MIN_PARALLEL_MEMBERS
            && !self.may_shift(new_runs)
        {
            new_runs.iter().for_each(|it| self.members[it.member].skip(*it));
            return None;
        }
        let moves = self.advance_members(new_runs);
        // Median, noise and share of the peers matter only where something moved.
        if self.ongoing.is_none() && moves.iter().all(|it| it.shift.abs() < self.min_threshold) {
            return None;
        }
        let group = GroupShift::of(&moves, &self.members, &self.policy, self.ongoing.is_some())?;
        if self.ongoing.as_ref().is_some_and(|it| group.shift / it.size < MIN_REMAINING_SHARE) {
            self.end_shift(false, effects);
        }
        let begins = self.ongoing.is_none();
        let is_shift = !begins || group.is_common(&self.policy);
        is_shift.then_some(ObservedShift { begins, size: group.shift, group, moves })
    }

    /// Begins or prolongs the shift that was observed.
    pub(crate) fn follow(
        &mut self,
        observed: &ObservedShift,
        day: i64,
        effects: &mut Vec<CommonModeEffect>,
    ) {
        if self.ongoing.is_none() {
            self.members.iter_mut().for_each(|it| it.freeze(it.next_run));
            for it in &observed.moves {
                self.members[it.member].freeze(it.from);
            }
            self.ongoing = Some(OngoingShift { size: observed.size, days: Vec::new() });
        }
        self.extend_shift(day, &observed.group, &observed.moves, effects);
    }

    /// Remembers that the controls attributed the shift that was observed to the code.
    pub(crate) fn veto(&mut self, observed: &ObservedShift) {
        observed.moves.iter().for_each(|it| self.members[it.member].veto(it));
    }

    /// Whether the shift that was observed is the rest of one that the controls attributed to the
    /// code. Once half of the runs just before are from after it, only a part of it is seen, which
    /// may be too small for every control.
    pub(crate) fn continues_vetoed(&self, observed: &ObservedShift) -> bool {
        let continues =
            |it: &&MemberShift| self.members[it.member].continues_vetoed(it, observed.size);
        2 * observed.moves.iter().filter(continues).count() > observed.moves.len()
    }

    /// What the peers of the group are.
    pub(crate) fn peers(&self) -> PeerKind {
        self.peers
    }

    /// One series on its way.
    pub(crate) fn member(&self, member: usize) -> &MemberState {
        &self.members[member]
    }

    /// Whether so many series move that half of the peers may be beyond their thresholds. The
    /// median of a peer's series is no further out than half of them.
    fn may_shift(&mut self, new_runs: &[NewRuns]) -> bool {
        self.tally.fill((0, 0));
        for it in new_runs {
            let member_state = &mut self.members[it.member];
            if let Some(loud) = member_state.moves_by(*it, self.min_threshold) {
                let (all, loudly) = &mut self.tally[member_state.peer];
                (*all, *loudly) = (*all + 1, *loudly + u32::from(loud));
            }
        }
        // Half of the peers beyond the lowest threshold is the least that `is_common` asks for.
        let active = self.tally.iter().filter(|(all, _)| *all > 0).count();
        let beyond = self.tally.iter().filter(|(all, loud)| *loud > 0 && 2 * loud >= *all).count();
        active >= self.min_peers() && 2 * beyond >= active
    }

    /// Fewest peers that make a shift.
    fn min_peers(&self) -> usize {
        self.policy.min_active_backends as usize
    }

    /// What each of the members did, in the order of `fresh`.
    fn advance_members(&mut self, new_runs: &[NewRuns]) -> Vec<MemberShift> {
        if new_runs.len() < MIN_PARALLEL_MEMBERS {
            let mut moves = Vec::with_capacity(new_runs.len());
            moves.extend(new_runs.iter().filter_map(|it| self.members[it.member].advance(*it)));
            return moves;
        }
        let mut tasks: Vec<Option<NewRuns>> = vec![None; self.members.len()];
        new_runs.iter().for_each(|it| tasks[it.member] = Some(*it));
        let states = self.members.par_iter_mut().zip(tasks).with_min_len(64);
        let mut moves: Vec<Option<MemberShift>> =
            states.map(|(member_state, task)| member_state.advance(task?)).collect();
        new_runs.iter().filter_map(|it| moves[it.member].take()).collect()
    }

    /// One more commit of the shift that goes on.
    fn extend_shift(
        &mut self,
        day: i64,
        group: &GroupShift,
        moves: &[MemberShift],
        effects: &mut Vec<CommonModeEffect>,
    ) {
        let Some(ongoing) = &mut self.ongoing else { return };
        let lasting = self.policy.alert_on_consecutive_days.max(1) as usize;
        // Several commits of one day are one day of the shift.
        let same = ongoing.days.last().is_some_and(|it| it.day == day);
        if !same {
            ongoing.days.push(InfrastructureDay {
                day,
                peers: self.peers,
                peers_moved: 0,
                peers_active: 0,
                change: 0.0,
                is_degradation: ongoing.size > 0.0,
                alert: ongoing.days.len() + 1 >= lasting,
                is_lasting: false,
            });
        }
        let size = ongoing.size;
        let days = ongoing.days.len();
        if let Some(today) =
            ongoing.days.last_mut().filter(|it| it.peers_moved as usize <= group.moved_peers)
        {
            today.peers_moved = u32::try_from(group.moved_peers).unwrap_or(u32::MAX);
            today.peers_active = u32::try_from(group.active).unwrap_or(u32::MAX);
            today.change = group.shift.signum() * group.shift.abs().exp_m1();
        }
        for it in moves {
            let member_state = &mut self.members[it.member];
            let from = if member_state.shift_start.is_some() {
                it.from
            } else {
                member_state.first_shifted_run(it, size)
            };
            member_state.shift_start.get_or_insert(from);
            member_state.exclusions.runs.extend(from..it.to);
            effects.push(CommonModeEffect::Suspend { member: it.member, from });
        }
        // It has lasted for one day more than the policy waits: it is the new normal.
        if days > lasting {
            self.end_shift(true, effects);
        }
    }

    /// Ends a shift. One that lasted cuts every baseline at its first run, also that of a series
    /// without runs on those days.
    fn end_shift(&mut self, lasting: bool, effects: &mut Vec<CommonModeEffect>) {
        let Some(mut ongoing) = self.ongoing.take() else { return };
        // The first day stands for the whole shift: that is where baselines restart.
        ongoing.days[0].is_lasting = lasting;
        self.reported_days.append(&mut ongoing.days);
        for (member, member_state) in self.members.iter_mut().enumerate() {
            let (start, frozen) = (member_state.shift_start.take(), member_state.thaw());
            if !lasting {
                if start.is_some() {
                    effects.push(CommonModeEffect::Discard { member });
                }
                continue;
            }
            // A series without runs on those days has been through the shift all the same.
            let away = frozen.filter(|from| *from >= member_state.next_run);
            if let Some(from) = start.or(away) {
                member_state.exclusions.rebases.push(from);
                member_state.baseline_start = from;
                member_state.retained_before = member_state.next_run;
                effects.push(CommonModeEffect::Rebase { member, from });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use model::series::Series;

    use super::*;
    use crate::scenarios::{rule, series};

    fn detector(all: &[Series], policy: &KAnomaly) -> Option<CommonModeDetector> {
        let threshold = rule().threshold;
        let mut names: Vec<&str> = all.iter().map(|it| it.key.backend.as_str()).collect();
        names.sort_unstable();
        let member = |series: &Series| GroupMember {
            threshold: threshold.relative,
            levels: Arc::new(MemberLevels::of(series, threshold.direction)),
            backend: names.partition_point(|name| *name < series.key.backend.as_str()),
            test: 0,
        };
        let members: Vec<GroupMember> = all.iter().map(member).collect();
        CommonModeDetector::of(&members, PeerKind::Backends, policy)
    }

    proptest! {
        /// Series of a few backends, whose moves are about as large as the threshold.
        #[test]
        fn where_no_shift_is_thought_possible_the_medians_find_none(
            runs in prop::collection::vec(prop::collection::vec(-4_i32..5, 7), 5..25),
            backends in prop::collection::vec(0_usize..5, 7),
            size in 0.01..0.2_f64,
        ) {
            let of = |member: usize| {
                let values = runs.iter().map(|it| 100.0 * (1.0 + size * f64::from(it[member])));
                let mut it = series(&values.collect::<Vec<f64>>());
                it.key.backend = format!("b{}", backends[member]);
                it
            };
            let all: Vec<Series> = (0..7).map(of).collect();
            let policy = KAnomaly::default();
            let Some(mut detector) = detector(&all, &policy) else { return Ok(()) };
            for from in 0..runs.len() {
                let new_runs = |member| NewRuns { member, from, to: from + 1 };
                let new_runs: Vec<NewRuns> = (0..7).map(new_runs).collect();
                let may_shift = detector.may_shift(&new_runs);
                let moves = detector.advance_members(&new_runs);
                let group = GroupShift::of(&moves, &detector.members, &policy, false);
                prop_assert!(may_shift || group.is_none());
            }
        }
    }
}
