//! Common-mode shifts: what most backends do at the same time is infrastructure (k-anomaly).
//!
//! A [`CommonModeDetector`] goes through the series of one peer group, the backends of one
//! benchmark or of the whole history, commit by commit. A backend counts as moved when the median
//! of its series moved with the others, and by more than its own noise. A shift that stays restarts
//! every baseline once; the runs that it took to be sure are left out everywhere.
//!
//! A code change that hits every backend at once cannot be distinguished from infrastructure. It is
//! shown as an infrastructure day, never silently dropped.
//!
//! Example: five backends, and from Monday on all of them are 25 % slower. Monday and Tuesday are
//! suspended (`alert_on_consecutive_days: 2`), on Wednesday every baseline restarts at Monday. Had
//! they been fast again on Tuesday, only Monday's runs would be left out.

pub mod member;

use std::sync::Arc;

use rayon::prelude::*;

use model::policy::KAnomaly;
use model::series::Series;

use super::analysis::InfrastructureDay;
use super::commit_batches::NewRuns;
use super::stats::{median, median_in_place};
use member::{MIN_RUNS_BEFORE, MemberLevels, MemberShift, MemberState};

/// Members of one commit from which on they are advanced in parallel: below that, waking threads
/// costs more than the work.
const MIN_PARALLEL_MEMBERS: usize = 256;

/// What infrastructure does to one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exclusions {
    /// Runs of infrastructure days, ascending.
    pub runs: Vec<usize>,
    /// Index of the first run after each lasting shift, ascending.
    pub rebases: Vec<usize>,
}

impl Exclusions {
    pub fn contains(&self, run: usize) -> bool {
        self.runs.binary_search(&run).is_ok()
    }

    /// Both together; cuts a few runs apart are one.
    pub fn merge(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.runs.sort_unstable();
        self.runs.dedup();
        self.rebases.extend(other.rebases);
        self.rebases.sort_unstable();
        self.rebases.dedup_by(|later, earlier| *later - *earlier < MIN_RUNS_BEFORE);
    }
}

/// Standard deviations of the newest runs' median that a backend must have moved to count.
const MIN_NOISE_MULTIPLE: f64 = 1.3;
/// Share of the typical move that a backend must have made to count as moved with the others, and
/// how much more than it a series may have moved before it is judged by itself again.
const MIN_SHARE_OF_SHIFT: f64 = 0.4;
const INDEPENDENT_MULTIPLE: f64 = 2.0;
/// Sums like 0.1 + 0.2 reach a threshold of 0.3.
const SLACK: f64 = 1e-9;
/// A shift goes on while the backends keep this share of its first size.
const MIN_REMAINING_SHARE: f64 = 0.5;

/// What a commit means for one member, known by its place in the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonModeEffect {
    /// Its runs from this one on are part of a shift that is going on.
    Suspend { member: usize, from: usize },
    /// The shift went away: what was held is left out.
    Discard { member: usize },
    /// The shift stayed: the baseline begins anew at this run.
    Rebase { member: usize, from: usize },
}

impl CommonModeEffect {
    pub fn member(self) -> usize {
        match self {
            Self::Suspend { member, .. }
            | Self::Discard { member }
            | Self::Rebase { member, .. } => member,
        }
    }
}

/// One series of a peer group.
pub struct GroupMember<'a> {
    pub series: &'a Series,
    /// Relative change that counts.
    pub threshold: f64,
    pub levels: Arc<MemberLevels>,
}

/// A shift of the group that is going on.
#[derive(Clone)]
struct OngoingShift {
    /// The typical excess at its beginning.
    size: f64,
    days: Vec<InfrastructureDay>,
}

/// The common-mode detector of one peer group.
pub struct CommonModeDetector {
    policy: KAnomaly,
    members: Vec<MemberState>,
    /// Less than this is beyond no backend's threshold.
    min_threshold: f64,
    /// By backend, at the present commit: series that are compared, and those beyond
    /// `min_threshold`.
    tally: Vec<(u32, u32)>,
    ongoing: Option<OngoingShift>,
    reported_days: Vec<InfrastructureDay>,
}

impl CommonModeDetector {
    /// None where the group has fewer backends than the policy asks for.
    pub fn of(members: &[GroupMember<'_>], policy: &KAnomaly) -> Option<Self> {
        let mut names: Vec<&str> =
            members.iter().map(|it| it.series.key.backend.as_str()).collect();
        // Backends are numbered by name, so that the order of series changes nothing.
        names.sort_unstable();
        names.dedup();
        let enough = names.len() >= policy.min_active_backends.max(2) as usize;
        let thresholds = members.iter().map(|it| it.threshold);
        enough.then(|| Self {
            policy: policy.clone(),
            min_threshold: thresholds.fold(f64::INFINITY, f64::min) - SLACK,
            members: members.iter().map(|member| MemberState::of(member, &names)).collect(),
            tally: vec![(0, 0); names.len()],
            ongoing: None,
            reported_days: Vec::new(),
        })
    }

    /// The same detector where the series have other runs from here on.
    pub fn with_levels(&self, members: impl Iterator<Item = Arc<MemberLevels>>) -> Self {
        let states = self.members.iter().zip(members);
        Self {
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
    pub fn finish(mut self) -> (Vec<InfrastructureDay>, Vec<Exclusions>) {
        if let Some(ongoing) = self.ongoing.take() {
            self.reported_days.extend(ongoing.days);
        }
        (
            self.reported_days,
            self.members.into_iter().map(|member_state| member_state.exclusions).collect(),
        )
    }

    /// One commit's runs: begins, prolongs or ends a shift of the group.
    pub fn advance(&mut self, day: i64, new_runs: &[NewRuns], effects: &mut Vec<CommonModeEffect>) {
        if self.ongoing.is_none()
            && new_runs.len() < MIN_PARALLEL_MEMBERS
            && !self.may_shift(new_runs)
        {
            new_runs.iter().for_each(|it| self.members[it.member].skip(*it));
            return;
        }
        let moves = self.advance_members(new_runs);
        // Median, noise and share of the backends matter only where something moved.
        if self.ongoing.is_none() && moves.iter().all(|it| it.shift.abs() < self.min_threshold) {
            return;
        }
        let Some(group) =
            GroupShift::of(&moves, &self.members, &self.policy, self.ongoing.is_some())
        else {
            return;
        };
        if self.ongoing.as_ref().is_some_and(|it| group.shift / it.size < MIN_REMAINING_SHARE) {
            self.end_shift(false, effects);
        }
        if self.ongoing.is_none() {
            if !group.is_common(&self.policy) {
                return;
            }
            self.members.iter_mut().for_each(|it| it.freeze(it.next_run));
            for it in &moves {
                self.members[it.member].freeze(it.from);
            }
            self.ongoing = Some(OngoingShift { size: group.shift, days: Vec::new() });
        }
        self.extend_shift(day, &group, &moves, effects);
    }

    /// Whether so many series move that half of the backends may be beyond their thresholds. The
    /// median of a backend's series is no further out than half of them.
    fn may_shift(&mut self, new_runs: &[NewRuns]) -> bool {
        self.tally.fill((0, 0));
        for it in new_runs {
            let member_state = &mut self.members[it.member];
            if let Some(loud) = member_state.moves_by(*it, self.min_threshold) {
                let (all, loudly) = &mut self.tally[member_state.backend];
                (*all, *loudly) = (*all + 1, *loudly + u32::from(loud));
            }
        }
        // Half of the backends beyond the lowest threshold is the least that `is_common` asks for.
        let active = self.tally.iter().filter(|(all, _)| *all > 0).count();
        let beyond = self.tally.iter().filter(|(all, loud)| *loud > 0 && 2 * loud >= *all).count();
        active >= self.min_backends() && 2 * beyond >= active
    }

    /// Fewest backends that make a shift.
    fn min_backends(&self) -> usize {
        self.policy.min_active_backends.max(2) as usize
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
                backends_moved: 0,
                backends_active: 0,
                change: 0.0,
                is_degradation: ongoing.size > 0.0,
                alert: ongoing.days.len() + 1 >= lasting,
                is_lasting: false,
            });
        }
        let size = ongoing.size;
        let days = ongoing.days.len();
        if let Some(today) =
            ongoing.days.last_mut().filter(|it| it.backends_moved as usize <= group.moved_backends)
        {
            today.backends_moved = u32::try_from(group.moved_backends).unwrap_or(u32::MAX);
            today.backends_active = u32::try_from(group.active).unwrap_or(u32::MAX);
            today.change = group.shift.signum() * group.shift.abs().exp_m1();
        }
        for it in moves {
            let member_state = &mut self.members[it.member];
            // A series that moved far more than the others has a change of its own besides; it is
            // judged by itself.
            if size.signum() * it.shift > INDEPENDENT_MULTIPLE * size.abs() + member_state.threshold
            {
                continue;
            }
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

/// All backends at one commit.
struct GroupShift {
    active: usize,
    /// Backends that moved with the rest, beyond their noise.
    moved_backends: usize,
    /// Backends beyond their own thresholds.
    backends_beyond_threshold: usize,
    /// Median excess of the backends.
    shift: f64,
}

/// Median excess and threshold of a backend's series.
#[derive(Clone, Copy)]
struct BackendShift {
    shift: f64,
    threshold: f64,
}

impl GroupShift {
    /// None where too few backends have runs, or where nothing goes on and most stand still or go
    /// their own ways: their noise is not needed then.
    fn of(
        moves: &[MemberShift],
        states: &[MemberState],
        policy: &KAnomaly,
        ongoing: bool,
    ) -> Option<Self> {
        let backend = |it: &MemberShift| states[it.member].backend;
        let mut moves: Vec<&MemberShift> = moves.iter().collect();
        moves.sort_by_key(|it| backend(it));
        let backends = || moves.chunk_by(|one, other| backend(one) == backend(other));
        let active = backends().count();
        if active < policy.min_active_backends.max(2) as usize {
            return None;
        }
        // A backend has one vote, however many series it has: the median of them.
        let typical =
            |of_backend: &[&MemberShift], what: &dyn Fn(&MemberShift) -> f64| match of_backend {
                [one] => what(one),
                many => {
                    let mut values: Vec<f64> = many.iter().map(|it| what(it)).collect();
                    median_in_place(&mut values).unwrap_or(0.0)
                }
            };
        let each: Vec<BackendShift> = backends()
            .map(|of_backend| BackendShift {
                shift: typical(of_backend, &|it| it.shift),
                threshold: typical(of_backend, &|it| states[it.member].threshold),
            })
            .collect();
        let excess = median(&each.iter().map(|it| it.shift).collect::<Vec<_>>())?;
        let sign = excess.signum();
        let beyond = each.iter().filter(|it| sign * it.shift >= it.threshold - SLACK).count();
        // A backend that moved a little in the same direction by chance did not move along.
        let along = |it: &&BackendShift| sign * it.shift >= MIN_SHARE_OF_SHIFT * excess.abs();
        let most = each.iter().filter(along).count();
        if !ongoing && (2 * beyond < active || !is_share_reached(most, active, policy)) {
            return None;
        }
        // The upper bound of the noise takes no sorting and settles most cases.
        let clear = |(it, of_backend): &(&BackendShift, &[&MemberShift])| {
            let beyond = |noise: f64| sign * it.shift > MIN_NOISE_MULTIPLE * noise;
            let at_most = |it: &MemberShift| {
                it.standard_error_factor * states[it.member].max_sigma_before(it.from)
            };
            let noise = |it: &MemberShift| {
                it.standard_error_factor * states[it.member].sigma_before(it.from)
            };
            beyond(typical(of_backend, &at_most)) || beyond(typical(of_backend, &noise))
        };
        let moved = each.iter().zip(backends()).filter(|(it, _)| along(it)).filter(clear).count();
        Some(Self {
            active,
            moved_backends: moved,
            backends_beyond_threshold: beyond,
            shift: excess,
        })
    }

    /// Most backends moved together. Half of them beyond their thresholds at least: moves that
    /// would fail nobody are no news.
    fn is_common(&self, policy: &KAnomaly) -> bool {
        let together = is_share_reached(self.moved_backends, self.active, policy);
        together && 2 * self.backends_beyond_threshold >= self.active && self.shift != 0.0
    }
}

/// Whether so many of the backends are the policy's share of them.
fn is_share_reached(moved: usize, active: usize, policy: &KAnomaly) -> bool {
    moved as f64 / active as f64 + 1e-9 >= policy.threshold_ratio
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scenarios::{rule, series};

    fn detector(all: &[Series], policy: &KAnomaly) -> Option<CommonModeDetector> {
        let threshold = rule().threshold;
        let member = |series| GroupMember {
            series,
            threshold: threshold.relative,
            levels: Arc::new(MemberLevels::of(series, threshold.direction)),
        };
        let members: Vec<GroupMember<'_>> = all.iter().map(member).collect();
        CommonModeDetector::of(&members, policy)
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
