//! Backends together: shifts that most of them make at once (k-anomaly).
//!
//! What everything does together is not any one backend's regression. A [`Course`] walks the
//! series of one body (the backends of one benchmark, or of the whole history) commit by commit. A
//! backend counts as moved when the median of its series moved, beyond its own noise, with the
//! rest. A shift of the whole that stays cuts every baseline once; the runs it took to be sure are
//! left out everywhere. A code change that hits every backend at once cannot be told from
//! infrastructure: it is told as such a day, never silently.

pub mod walker;

use std::sync::Arc;

use rayon::prelude::*;

use model::policy::Policy;
use model::series::Series;

use super::InfrastructureDay;
use super::changes::Limit;
use super::stats::{median, median_in_place};
use walker::{BEFORE_MIN, Levels, Move, Walker};

/// Members of one commit from which on they are asked in parallel.
const PARALLEL: usize = 256;

/// What infrastructure does to one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Runs of infrastructure days, ascending.
    pub runs: Vec<usize>,
    /// Index of the first run after each lasting shift, ascending.
    pub cuts: Vec<usize>,
}

impl Marks {
    pub fn covers(&self, run: usize) -> bool {
        self.runs.binary_search(&run).is_ok()
    }

    /// Both together; cuts a few runs apart are one.
    pub fn join(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.runs.sort_unstable();
        self.runs.dedup();
        self.cuts.extend(other.cuts);
        self.cuts.sort_unstable();
        self.cuts.dedup_by(|later, earlier| *later - *earlier < BEFORE_MIN);
    }
}

/// Standard deviations of the newest runs' median that a backend must have moved to count.
const BEYOND_NOISE: f64 = 1.3;
/// Share of the typical move that a backend must have made to count as moved with the rest, and
/// how much more than it a series may have moved before it is judged by itself again.
const WITH_THE_REST: f64 = 0.4;
const OWN_WAY: f64 = 2.0;
/// Sums like 0.1 + 0.2 reach a threshold of 0.3.
const SLACK: f64 = 1e-9;
/// A shift goes on while the backends keep this share of its first size.
const STILL: f64 = 0.5;

/// What a step of a course means for one series of it (its place in the body).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Its runs from this one on are part of a shift that is going on.
    Hold { member: usize, from: usize },
    /// The shift went away: what was held is left out.
    Drop { member: usize },
    /// The shift stayed: the baseline begins anew at this run.
    Cut { member: usize, from: usize },
}

impl Effect {
    pub fn member(self) -> usize {
        match self {
            Self::Hold { member, .. } | Self::Drop { member } | Self::Cut { member, .. } => member,
        }
    }
}

/// The newest runs of one member: `from..to` of its runs.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    pub member: usize,
    pub from: usize,
    pub to: usize,
}

/// One series of a body.
pub struct Member<'a> {
    pub series: &'a Series,
    pub limit: Limit,
    pub levels: Arc<Levels>,
}

/// A shift of the whole that is going on.
#[derive(Clone)]
struct Open {
    /// The typical excess at its beginning.
    size: f64,
    days: Vec<InfrastructureDay>,
}

/// The walk of one body of series.
pub struct Course<'a> {
    policy: &'a Policy,
    walkers: Vec<Walker>,
    /// Less than this is beyond no backend's threshold.
    least: f64,
    /// By backend, at the present commit: series that are compared, and those beyond `least`.
    tally: Vec<(u32, u32)>,
    open: Option<Open>,
    told: Vec<InfrastructureDay>,
}

impl<'a> Course<'a> {
    /// None where the body has fewer backends than the policy wants.
    pub fn of(members: &[Member<'_>], policy: &'a Policy) -> Option<Self> {
        let mut names: Vec<&str> =
            members.iter().map(|it| it.series.key.backend.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let enough = names.len() >= policy.k_anomaly.min_active_backends.max(2) as usize;
        let thresholds = members.iter().map(|it| it.limit.threshold);
        enough.then(|| Self {
            policy,
            least: thresholds.fold(f64::INFINITY, f64::min) - SLACK,
            walkers: members.iter().map(|member| Walker::of(member, &names)).collect(),
            tally: vec![(0, 0); names.len()],
            open: None,
            told: Vec::new(),
        })
    }

    /// The walk of the same body where its series have other runs from here on.
    pub fn onto(&self, members: impl Iterator<Item = Arc<Levels>>) -> Self {
        let walkers = self.walkers.iter().zip(members);
        Self {
            policy: self.policy,
            least: self.least,
            tally: self.tally.clone(),
            walkers: walkers.map(|(walker, levels)| walker.onto(levels)).collect(),
            open: self.open.clone(),
            told: self.told.clone(),
        }
    }

    /// The shifts told so far, by day, and what they do to each member. One that is still going on
    /// is among them.
    pub fn end(mut self) -> (Vec<InfrastructureDay>, Vec<Marks>) {
        if let Some(open) = self.open.take() {
            self.told.extend(open.days);
        }
        (self.told, self.walkers.into_iter().map(|walker| walker.marks).collect())
    }

    /// One commit's runs: opens, prolongs or ends a shift of the whole.
    pub fn step(&mut self, day: i64, fresh: &[Fresh], effects: &mut Vec<Effect>) {
        if self.open.is_none() && fresh.len() < PARALLEL && !self.may_shift(fresh) {
            fresh.iter().for_each(|it| self.walkers[it.member].reach(*it));
            return;
        }
        let moves = self.moves(fresh);
        if self.open.is_none() && moves.iter().all(|it| it.excess.abs() < self.least) {
            return;
        }
        let Some(whole) = Whole::of(&moves, &self.walkers, self.policy, self.open.is_some()) else {
            return;
        };
        if self.open.as_ref().is_some_and(|it| whole.excess / it.size < STILL) {
            self.close(false, effects);
        }
        if self.open.is_none() {
            if !whole.shifted(self.policy) {
                return;
            }
            self.walkers.iter_mut().for_each(|it| it.freeze(it.next));
            for it in &moves {
                self.walkers[it.member].freeze(it.from);
            }
            self.open = Some(Open { size: whole.excess, days: Vec::new() });
        }
        self.prolong(day, &whole, &moves, effects);
    }

    /// Whether so many series move that half of the backends may be beyond their thresholds. The
    /// median of a backend's series is no further out than half of them.
    fn may_shift(&mut self, fresh: &[Fresh]) -> bool {
        self.tally.fill((0, 0));
        for it in fresh {
            let walker = &mut self.walkers[it.member];
            if let Some(loud) = walker.is_loud(*it, self.least) {
                let (all, loudly) = &mut self.tally[walker.backend];
                (*all, *loudly) = (*all + 1, *loudly + u32::from(loud));
            }
        }
        let active = self.tally.iter().filter(|(all, _)| *all > 0).count();
        let beyond = self.tally.iter().filter(|(all, loud)| *loud > 0 && 2 * loud >= *all).count();
        active >= self.needed() && 2 * beyond >= active
    }

    /// Fewest backends that tell a shift.
    fn needed(&self) -> usize {
        self.policy.k_anomaly.min_active_backends.max(2) as usize
    }

    /// What each of the members did, in the order of `fresh`.
    fn moves(&mut self, fresh: &[Fresh]) -> Vec<Move> {
        if fresh.len() < PARALLEL {
            let mut moves = Vec::with_capacity(fresh.len());
            moves.extend(fresh.iter().filter_map(|it| self.walkers[it.member].step(*it)));
            return moves;
        }
        let mut tasks: Vec<Option<Fresh>> = vec![None; self.walkers.len()];
        fresh.iter().for_each(|it| tasks[it.member] = Some(*it));
        let walkers = self.walkers.par_iter_mut().zip(tasks).with_min_len(64);
        let mut moves: Vec<Option<Move>> =
            walkers.map(|(walker, task)| walker.step(task?)).collect();
        fresh.iter().filter_map(|it| moves[it.member].take()).collect()
    }

    /// One more commit of the shift that goes on.
    fn prolong(&mut self, day: i64, whole: &Whole, moves: &[Move], effects: &mut Vec<Effect>) {
        let Some(open) = &mut self.open else { return };
        let lasting = self.policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
        let same = open.days.last().is_some_and(|it| it.day == day);
        if !same {
            open.days.push(InfrastructureDay {
                day,
                backends_moved: 0,
                backends_active: 0,
                change: 0.0,
                worse: open.size > 0.0,
                alert: open.days.len() + 1 >= lasting,
                lasting: false,
            });
        }
        let size = open.size;
        let days = open.days.len();
        if let Some(told) =
            open.days.last_mut().filter(|it| it.backends_moved as usize <= whole.moved)
        {
            told.backends_moved = u32::try_from(whole.moved).unwrap_or(u32::MAX);
            told.backends_active = u32::try_from(whole.active).unwrap_or(u32::MAX);
            told.change = whole.excess.signum() * whole.excess.abs().exp_m1();
        }
        for it in moves {
            let walker = &mut self.walkers[it.member];
            if size.signum() * it.excess > OWN_WAY * size.abs() + walker.threshold {
                continue;
            }
            let from = if walker.start.is_some() { it.from } else { walker.start_of(it, size) };
            walker.start.get_or_insert(from);
            walker.marks.runs.extend(from..it.to);
            effects.push(Effect::Hold { member: it.member, from });
        }
        if days > lasting {
            self.close(true, effects);
        }
    }

    /// Ends a shift. One that lasted cuts every baseline at its first run, also that of a series
    /// without runs on those days.
    fn close(&mut self, lasting: bool, effects: &mut Vec<Effect>) {
        let Some(mut open) = self.open.take() else { return };
        open.days[0].lasting = lasting;
        self.told.append(&mut open.days);
        for (member, walker) in self.walkers.iter_mut().enumerate() {
            let (start, frozen) = (walker.start.take(), walker.thaw());
            if !lasting {
                if start.is_some() {
                    effects.push(Effect::Drop { member });
                }
                continue;
            }
            let away = frozen.filter(|from| *from >= walker.next);
            if let Some(from) = start.or(away) {
                walker.marks.cuts.push(from);
                walker.since = from;
                walker.settled = walker.next;
                effects.push(Effect::Cut { member, from });
            }
        }
    }
}

/// All backends at one commit.
struct Whole {
    active: usize,
    /// Backends that moved with the rest, beyond their noise.
    moved: usize,
    /// Backends beyond their own thresholds.
    beyond: usize,
    /// Median excess of the backends.
    excess: f64,
}

/// Median excess and threshold of a backend's series.
#[derive(Clone, Copy)]
struct Backend {
    excess: f64,
    threshold: f64,
}

impl Whole {
    /// None where too few backends have runs, or where nothing goes on and most stand still or go
    /// their own ways: their noise need not be asked then.
    fn of(moves: &[Move], walkers: &[Walker], policy: &Policy, open: bool) -> Option<Self> {
        let backend = |it: &Move| walkers[it.member].backend;
        let mut moves: Vec<&Move> = moves.iter().collect();
        moves.sort_by_key(|it| backend(it));
        let backends = || moves.chunk_by(|one, other| backend(one) == backend(other));
        let active = backends().count();
        if active < policy.k_anomaly.min_active_backends.max(2) as usize {
            return None;
        }
        let typical = |own: &[&Move], what: &dyn Fn(&Move) -> f64| match own {
            [one] => what(one),
            many => {
                let mut values: Vec<f64> = many.iter().map(|it| what(it)).collect();
                median_in_place(&mut values).unwrap_or(0.0)
            }
        };
        let each: Vec<Backend> = backends()
            .map(|own| Backend {
                excess: typical(own, &|it| it.excess),
                threshold: typical(own, &|it| walkers[it.member].threshold),
            })
            .collect();
        let excess = median(&each.iter().map(|it| it.excess).collect::<Vec<_>>())?;
        let sign = excess.signum();
        let beyond = each.iter().filter(|it| sign * it.excess >= it.threshold - SLACK).count();
        let along = |it: &&Backend| sign * it.excess >= WITH_THE_REST * excess.abs();
        let most = each.iter().filter(along).count();
        if !open && (2 * beyond < active || !together(most, active, policy)) {
            return None;
        }
        let clear = |(it, own): &(&Backend, &[&Move])| {
            let beyond = |noise: f64| sign * it.excess > BEYOND_NOISE * noise;
            let at_most = |it: &Move| it.vagueness * walkers[it.member].sigma_at_most(it.from);
            let noise = |it: &Move| it.vagueness * walkers[it.member].sigma_before(it.from);
            beyond(typical(own, &at_most)) || beyond(typical(own, &noise))
        };
        let moved = each.iter().zip(backends()).filter(|(it, _)| along(it)).filter(clear).count();
        Some(Self { active, moved, beyond, excess })
    }

    /// Most backends moved together. Half of them beyond their thresholds at least: moves that
    /// would fail nobody are no news.
    fn shifted(&self, policy: &Policy) -> bool {
        let together = together(self.moved, self.active, policy);
        together && 2 * self.beyond >= self.active && self.excess != 0.0
    }
}

/// Whether so many of the backends are the policy's share of them.
fn together(moved: usize, active: usize, policy: &Policy) -> bool {
    moved as f64 / active as f64 + 1e-9 >= policy.k_anomaly.threshold_ratio
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::changes::limit;
    use crate::scenarios::series;

    fn course<'a>(all: &[Series], policy: &'a Policy) -> Option<Course<'a>> {
        let member = |series| {
            let limit = limit(series, policy);
            Member { series, limit, levels: Arc::new(Levels::of(series, limit.better)) }
        };
        let members: Vec<Member<'_>> = all.iter().map(member).collect();
        Course::of(&members, policy)
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
            let policy = Policy::default();
            let Some(mut course) = course(&all, &policy) else { return Ok(()) };
            for from in 0..runs.len() {
                let fresh = |member| Fresh { member, from, to: from + 1 };
                let fresh: Vec<Fresh> = (0..7).map(fresh).collect();
                let may_shift = course.may_shift(&fresh);
                let moves = course.moves(&fresh);
                let whole = Whole::of(&moves, &course.walkers, &policy, false);
                prop_assert!(may_shift || whole.is_none());
            }
        }
    }
}
