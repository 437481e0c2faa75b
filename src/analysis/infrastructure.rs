//! Backends together: shifts that most of them make at once (k-anomaly).
//!
//! What everything does together is not any one backend's regression. A [`Course`] walks the
//! series of one body (the backends of one benchmark, or of the whole history) commit by commit. A
//! backend counts as moved when the median of its series moved, beyond its own noise, with the
//! rest. A shift of the whole that stays cuts every baseline once; the runs it took to be sure are
//! left out everywhere. A code change that hits every backend at once cannot be told from
//! infrastructure: it is told as such a day, never silently.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::policy::Policy;
use crate::record::Direction;
use crate::series::Series;

use super::InfrastructureDay;
use super::changes::limit;
use super::stats::{median, median_in_place, robust_sigma};
use super::steps::NOISE_FLOOR;
use super::stretch::Scale;

/// Members of one commit from which on they are asked in parallel.
const PARALLEL: usize = 256;

/// What infrastructure does to one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// Runs of infrastructure days, ascending.
    pub(crate) runs: Vec<usize>,
    /// Index of the first run after each lasting shift, ascending.
    pub(crate) cuts: Vec<usize>,
}

impl Marks {
    pub(crate) fn covers(&self, run: usize) -> bool {
        self.runs.binary_search(&run).is_ok()
    }

    /// Both together; cuts a few runs apart are one.
    pub(crate) fn join(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.runs.sort_unstable();
        self.runs.dedup();
        self.cuts.extend(other.cuts);
        self.cuts.sort_unstable();
        self.cuts.dedup_by(|later, earlier| *later - *earlier < BEFORE_MIN);
    }
}

/// Runs before that the newest are compared with, and the fewest that say anything.
const BEFORE: usize = 10;
const BEFORE_MIN: usize = 4;
/// Jumps from run to run that the noise is taken from.
const JUMPS: usize = 60;
/// Standard deviations of the newest runs' median that a backend must have moved to count.
const BEYOND_NOISE: f64 = 1.3;
/// Share of the typical move that a backend must have made to count as moved with the rest, and
/// how much more than it a series may have moved before it is judged by itself again.
const WITH_THE_REST: f64 = 0.4;
const OWN_WAY: f64 = 2.0;
/// A shift goes on while the backends keep this share of its first size.
const STILL: f64 = 0.5;

/// What a step of a course means for one series of it (its place in the body).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Its runs from this one on are part of a shift that is going on.
    Hold { member: usize, from: usize },
    /// The shift went away: what was held is left out.
    Drop { member: usize },
    /// The shift stayed: the baseline begins anew at this run.
    Cut { member: usize, from: usize },
}

impl Effect {
    pub(crate) fn member(self) -> usize {
        match self {
            Self::Hold { member, .. } | Self::Drop { member } | Self::Cut { member, .. } => member,
        }
    }
}

/// The newest runs of one member: `from..to` of its runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh {
    pub(crate) member: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// One series on the way through the commits.
struct Walker<'a> {
    series: &'a Series,
    backend: usize,
    threshold: f64,
    /// Level of each run, up is worse; NaN where it failed or is not above zero.
    level: Vec<f64>,
    better: Direction,
    /// All its runs may be compared: none needs to be asked for its segment.
    alone: bool,
    /// First run of the present baseline.
    since: usize,
    /// First run that the walk has not reached.
    next: usize,
    /// While a shift of the whole goes on: the first run that it may have touched.
    frozen: Option<usize>,
    /// While it goes on: the first run that it is known to have touched.
    start: Option<usize>,
    /// Runs before this were kept although marked: their shift stayed.
    settled: usize,
    marks: Marks,
}

/// What one series did.
#[derive(Clone, Copy)]
struct Move {
    member: usize,
    /// Level of the newest runs over the level just before, up is worse.
    excess: f64,
    /// How many standard deviations of one run the two medians vary by.
    vagueness: f64,
    /// Level just before.
    base: f64,
    from: usize,
    to: usize,
}

/// A shift of the whole that is going on.
#[derive(Clone)]
struct Open {
    /// The typical excess at its beginning.
    size: f64,
    days: Vec<InfrastructureDay>,
}

/// The walk of one body of series.
pub(crate) struct Course<'a> {
    policy: &'a Policy,
    walkers: Vec<Walker<'a>>,
    open: Option<Open>,
    told: Vec<InfrastructureDay>,
}

impl<'a> Course<'a> {
    /// None where the body has fewer backends than the policy wants.
    pub(crate) fn of(members: &[&'a Series], policy: &'a Policy) -> Option<Self> {
        let mut names: Vec<&str> = members.iter().map(|it| it.key.backend.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let enough = names.len() >= policy.k_anomaly.min_active_backends.max(2) as usize;
        enough.then(|| Self {
            policy,
            walkers: members.iter().map(|series| Walker::of(series, &names, policy)).collect(),
            open: None,
            told: Vec::new(),
        })
    }

    /// The walk of the same body where its series have other runs from here on.
    pub(crate) fn onto<'b>(&self, members: &[&'b Series]) -> Course<'b>
    where
        'a: 'b,
    {
        let walkers = self.walkers.iter().zip(members);
        Course {
            policy: self.policy,
            walkers: walkers.map(|(walker, series)| walker.onto(series)).collect(),
            open: self.open.clone(),
            told: self.told.clone(),
        }
    }

    /// The shifts told so far, by day, and what they do to each member. One that is still going on
    /// is among them.
    pub(crate) fn end(mut self) -> (Vec<InfrastructureDay>, Vec<Marks>) {
        if let Some(open) = self.open.take() {
            self.told.extend(open.days);
        }
        (self.told, self.walkers.into_iter().map(|walker| walker.marks).collect())
    }

    /// One commit's runs: opens, prolongs or ends a shift of the whole.
    pub(crate) fn step(&mut self, day: i64, fresh: &[Fresh], effects: &mut Vec<Effect>) {
        let moves = self.moves(fresh);
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
            self.walkers.iter_mut().for_each(|it| it.frozen = Some(it.next));
            for it in &moves {
                self.walkers[it.member].frozen = Some(it.from);
            }
            self.open = Some(Open { size: whole.excess, days: Vec::new() });
        }
        self.prolong(day, &whole, &moves, effects);
    }

    /// What each of the members did, in the order of `fresh`.
    fn moves(&mut self, fresh: &[Fresh]) -> Vec<Move> {
        if fresh.len() < PARALLEL {
            return fresh.iter().filter_map(|it| self.walkers[it.member].step(*it)).collect();
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
            let (start, frozen) = (walker.start.take(), walker.frozen.take());
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

/// Median excess, its standard deviation, and threshold of a backend's series.
#[derive(Clone, Copy)]
struct Backend {
    excess: f64,
    noise: f64,
    threshold: f64,
}

impl Whole {
    /// None where too few backends have runs, or where nothing goes on and most stand still: their
    /// noise need not be asked then.
    fn of(moves: &[Move], walkers: &[Walker<'_>], policy: &Policy, open: bool) -> Option<Self> {
        let mut backends: BTreeMap<usize, Vec<&Move>> = BTreeMap::new();
        for it in moves {
            backends.entry(walkers[it.member].backend).or_default().push(it);
        }
        let active = backends.len();
        if active < policy.k_anomaly.min_active_backends.max(2) as usize {
            return None;
        }
        let typical = |own: &[&Move], what: &dyn Fn(&Move) -> f64| {
            let mut values: Vec<f64> = own.iter().map(|it| what(it)).collect();
            median_in_place(&mut values).unwrap_or(0.0)
        };
        let mut each: Vec<Backend> = backends
            .values()
            .map(|own| Backend {
                excess: typical(own, &|it| it.excess),
                noise: 0.0,
                threshold: typical(own, &|it| walkers[it.member].threshold),
            })
            .collect();
        let excess = median(&each.iter().map(|it| it.excess).collect::<Vec<_>>())?;
        let sign = excess.signum();
        let beyond = each.iter().filter(|it| sign * it.excess >= it.threshold - 1e-9).count();
        if !open && 2 * beyond < active {
            return None;
        }
        for (backend, own) in each.iter_mut().zip(backends.values()) {
            backend.noise =
                typical(own, &|it| it.vagueness * walkers[it.member].sigma_before(it.from));
        }
        let with_the_rest = |it: &&Backend| {
            sign * it.excess >= WITH_THE_REST * excess.abs()
                && sign * it.excess > BEYOND_NOISE * it.noise
        };
        Some(Self { active, moved: each.iter().filter(with_the_rest).count(), beyond, excess })
    }

    /// Most backends moved together. Half of them beyond their thresholds at least: moves that
    /// would fail nobody are no news.
    fn shifted(&self, policy: &Policy) -> bool {
        let share = self.moved as f64 / self.active as f64;
        let together = share + 1e-9 >= policy.k_anomaly.threshold_ratio;
        together && 2 * self.beyond >= self.active && self.excess != 0.0
    }
}

/// Level of each run, up is worse. Only what is above zero has a ratio, and the first of it is the
/// reference: what comes later must not change what was said before.
fn levels(series: &Series, better: Direction) -> Vec<f64> {
    let positive =
        |run: &crate::series::Run| run.value.filter(|value| value.is_finite() && *value > 0.0);
    let first: Vec<f64> = series.runs.iter().find_map(positive).into_iter().collect();
    let scale = Scale::of(&first);
    let sign = if better == Direction::Lower { 1.0 } else { -1.0 };
    let level = |value| sign * scale.level(value);
    series.runs.iter().map(|run| positive(run).map_or(f64::NAN, level)).collect()
}

impl<'a> Walker<'a> {
    fn of(series: &'a Series, names: &[&str], policy: &Policy) -> Self {
        let limit = limit(series, policy);
        Self {
            series,
            backend: names.binary_search(&series.key.backend.as_str()).unwrap_or(0),
            threshold: limit.threshold,
            level: levels(series, limit.better),
            better: limit.better,
            alone: series.segments.len() == 1,
            since: 0,
            next: 0,
            frozen: None,
            start: None,
            settled: 0,
            marks: Marks::default(),
        }
    }

    /// The same on the way through a series with other runs from here on.
    fn onto<'b>(&self, series: &'b Series) -> Walker<'b> {
        Walker {
            series,
            level: levels(series, self.better),
            alone: series.segments.len() == 1,
            marks: self.marks.clone(),
            ..*self
        }
    }

    fn level_of(&self, run: usize) -> Option<f64> {
        Some(self.level[run]).filter(|level| !level.is_nan())
    }

    /// What the series did at a commit, against its level just before; none where too few
    /// comparable runs tell that level.
    fn step(&mut self, fresh: Fresh) -> Option<Move> {
        let (from, to) = (fresh.from, fresh.to);
        self.next = to;
        let runs = &self.series.runs;
        let segment = runs.get(to.checked_sub(1)?)?.segment;
        let comparable = |index: usize| self.alone || runs[index].segment == segment;
        let levels = |index: usize| self.level_of(index).filter(|_| comparable(index));
        let known = |index: &usize| *index < self.settled || !self.marks.covers(*index);
        let end = self.frozen.unwrap_or(from).min(from).max(self.since);
        let mut before = [0.0; BEFORE];
        let mut count = 0;
        for level in (self.since..end).rev().filter(known).filter_map(levels).take(BEFORE) {
            before[count] = level;
            count += 1;
        }
        if count < BEFORE_MIN {
            return None;
        }
        let (newest, runs) = match (from, to.saturating_sub(from)) {
            (only, 1) => (levels(only)?, 1),
            _ => {
                let mut now: Vec<f64> = (from..to).filter_map(levels).collect();
                (median_in_place(&mut now)?, now.len())
            }
        };
        let vagueness = (1.0 / runs as f64 + 1.0 / count as f64).sqrt();
        let base = median_in_place(&mut before[..count])?;
        let excess = newest - base;
        Some(Move { member: fresh.member, excess, vagueness, base, from, to })
    }

    /// Standard deviation of one run, by the jumps between the runs before `end`.
    fn sigma_before(&self, end: usize) -> f64 {
        let mut jumps = Vec::with_capacity(JUMPS);
        let mut newer: Option<f64> = None;
        for level in (0..end).rev().filter_map(|index| self.level_of(index)) {
            jumps.extend(newer.map(|newer| newer - level));
            newer = Some(level);
            if jumps.len() == JUMPS {
                break;
            }
        }
        (robust_sigma(&jumps) / std::f64::consts::SQRT_2).max(NOISE_FLOOR)
    }

    /// First run of a shift whose first whole commit was `it`: the runs just before may have seen
    /// its beginning.
    fn start_of(&self, it: &Move, size: f64) -> usize {
        let shifted = |index: usize| {
            self.level_of(index).is_some_and(|level| (level - it.base) / size >= STILL)
        };
        let mut from = it.from;
        let free = |index: usize| !self.marks.covers(index) && shifted(index);
        while from > self.since && it.from - from < BEFORE && free(from - 1) {
            from -= 1;
        }
        from
    }
}
