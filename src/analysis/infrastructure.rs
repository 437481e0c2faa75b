//! All series at once: days on which most backends moved the same way (k-anomaly).
//!
//! What everything does together is not any one backend's regression. A backend counts as moved
//! when the median of its series moved, beyond its own noise, with the rest. A shift of the whole
//! that stays cuts every baseline once; the days it took to be sure are left out everywhere. A code
//! change that hits every backend at once cannot be told from infrastructure: it is told as such a
//! day, never silently.

use std::collections::BTreeMap;

use crate::policy::Policy;
use crate::record::Direction;
use crate::series::Series;

use super::InfrastructureDay;
use super::changes::limit;
use super::stats::{median, median_in_place, robust_sigma};
use super::steps::NOISE_FLOOR;
use super::stretch::Scale;

/// What infrastructure does to one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// Runs on infrastructure days, ascending.
    pub(crate) runs: Vec<usize>,
    /// Index of the first run after each lasting shift, ascending.
    pub(crate) cuts: Vec<usize>,
}

impl Marks {
    pub(crate) fn covers(&self, run: usize) -> bool {
        self.runs.binary_search(&run).is_ok()
    }
}

/// Runs before a day that its runs are compared with, and the fewest that say anything.
const BEFORE: usize = 10;
const BEFORE_MIN: usize = 4;
/// Standard deviations of the day's median that a backend must have moved to count.
const BEYOND_NOISE: f64 = 1.3;
/// Share of the typical move that a backend must have made to count as moved with the rest, and
/// how much more than it a series may have moved before it is judged by itself again.
const WITH_THE_REST: f64 = 0.4;
const OWN_WAY: f64 = 2.0;
/// A shift goes on while the backends keep this share of its first day's size.
const STILL: f64 = 0.5;

/// One series on the way through the days.
struct Walker<'a> {
    series: &'a Series,
    backend: usize,
    threshold: f64,
    /// Level of each run, signed so that up is worse; none where it failed.
    level: Vec<Option<f64>>,
    sigma: f64,
    /// First run of the present baseline.
    since: usize,
    /// First run of the newest day with runs, and the first after it.
    from: usize,
    to: usize,
    /// While a shift of the whole goes on: the first run that it may have touched.
    frozen: Option<usize>,
    /// Runs before this were kept although marked: their shift stayed.
    settled: usize,
    marks: Marks,
}

/// What one series did on one day.
#[derive(Clone, Copy)]
struct Move {
    walker: usize,
    /// Level of the day over the level just before, up is worse.
    excess: f64,
    /// Standard deviation of `excess` where nothing changed.
    noise: f64,
    /// Level just before.
    base: f64,
    from: usize,
    to: usize,
}

/// A shift of the whole that is going on.
struct Open {
    /// The typical excess of its first day.
    size: f64,
    days: Vec<InfrastructureDay>,
    moves: Vec<Move>,
}

/// The infrastructure days of a history, oldest first, and what they do to each series.
pub(crate) fn find(series: &[Series], policy: &Policy) -> (Vec<InfrastructureDay>, Vec<Marks>) {
    let mut names: Vec<&str> = series.iter().map(|it| it.key.backend.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let few = names.len() < policy.k_anomaly.min_active_backends.max(1) as usize;
    if few {
        return (Vec::new(), vec![Marks::default(); series.len()]);
    }
    let walkers = series.iter().map(|series| Walker::of(series, &names, policy)).collect();
    let mut course = Course { policy, walkers, open: None, told: Vec::new() };
    let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, it) in series.iter().enumerate() {
        for run in &it.runs {
            let on = days.entry(run.time.day()).or_default();
            if on.last() != Some(&index) {
                on.push(index);
            }
        }
    }
    for (day, on) in days {
        course.step(day, &on);
    }
    course.close(false);
    (course.told, course.walkers.into_iter().map(|walker| walker.marks).collect())
}

/// The walk of all series through the days.
struct Course<'a> {
    policy: &'a Policy,
    walkers: Vec<Walker<'a>>,
    open: Option<Open>,
    told: Vec<InfrastructureDay>,
}

impl Course<'_> {
    /// One day on which the series `on` have runs: opens, prolongs or ends a shift of the whole.
    fn step(&mut self, day: i64, on: &[usize]) {
        let moves: Vec<Move> =
            on.iter().filter_map(|&walker| self.walkers[walker].step(walker, day)).collect();
        let Some(whole) = Whole::of(&moves, &self.walkers, self.policy) else { return };
        if self.open.as_ref().is_some_and(|it| whole.excess / it.size < STILL) {
            self.close(false);
        }
        if self.open.is_none() && !whole.shifted(self.policy) {
            return;
        }
        let shift = self.open.get_or_insert_with(|| {
            self.walkers.iter_mut().for_each(|it| it.frozen = Some(it.first_since(day)));
            Open { size: whole.excess, days: Vec::new(), moves: Vec::new() }
        });
        let lasting = self.policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
        shift.days.push(InfrastructureDay {
            day,
            backends_moved: u32::try_from(whole.moved).unwrap_or(u32::MAX),
            backends_active: u32::try_from(whole.active).unwrap_or(u32::MAX),
            change: whole.excess.signum() * whole.excess.abs().exp_m1(),
            worse: shift.size > 0.0,
            alert: shift.days.len() + 1 >= lasting,
            lasting: false,
        });
        shift.moves.extend(moves);
        if shift.days.len() > lasting {
            self.close(true);
        }
    }

    /// Ends a shift: its runs are marked; one that lasted cuts every baseline at its first run,
    /// also that of a series without runs on those days.
    fn close(&mut self, lasting: bool) {
        let Some(mut open) = self.open.take() else { return };
        open.days[0].lasting = lasting;
        self.told.append(&mut open.days);
        let mut seen = vec![false; self.walkers.len()];
        let mut starts: Vec<Option<usize>> = vec![None; self.walkers.len()];
        for it in &open.moves {
            let walker = &mut self.walkers[it.walker];
            seen[it.walker] = true;
            let own = open.size.signum() * it.excess;
            if own > OWN_WAY * open.size.abs() + walker.threshold {
                continue;
            }
            let start = &mut starts[it.walker];
            let from = if start.is_some() { it.from } else { walker.start_of(it, open.size) };
            start.get_or_insert(from);
            walker.marks.runs.extend(from..it.to);
        }
        for (index, walker) in self.walkers.iter_mut().enumerate() {
            let frozen = walker.frozen.take().filter(|_| !seen[index]);
            if let Some(start) = starts[index].or(frozen).filter(|_| lasting) {
                walker.marks.cuts.push(start);
                walker.since = start;
                walker.settled = walker.to;
            }
        }
    }
}

/// All backends on one day.
struct Whole {
    active: usize,
    /// Backends that moved with the rest, beyond their noise.
    moved: usize,
    /// Backends beyond their own thresholds.
    beyond: usize,
    /// Median excess of the backends.
    excess: f64,
}

impl Whole {
    /// None where too few backends have runs that day.
    fn of(moves: &[Move], walkers: &[Walker<'_>], policy: &Policy) -> Option<Self> {
        let mut backends: BTreeMap<usize, Vec<[f64; 3]>> = BTreeMap::new();
        for it in moves {
            let walker = &walkers[it.walker];
            let own = backends.entry(walker.backend).or_default();
            own.push([it.excess, it.noise, walker.threshold]);
        }
        let active = backends.len();
        if active < policy.k_anomaly.min_active_backends.max(2) as usize {
            return None;
        }
        let typical = |own: &[[f64; 3]], which: usize| {
            let mut values: Vec<f64> = own.iter().map(|it| it[which]).collect();
            median_in_place(&mut values).unwrap_or(0.0)
        };
        let each: Vec<[f64; 3]> =
            backends.values().map(|own| [0, 1, 2].map(|which| typical(own, which))).collect();
        let excess = median(&each.iter().map(|it| it[0]).collect::<Vec<_>>())?;
        let sign = excess.signum();
        let with_the_rest = |it: &&[f64; 3]| {
            sign * it[0] >= WITH_THE_REST * excess.abs() && sign * it[0] > BEYOND_NOISE * it[1]
        };
        let beyond = |it: &&[f64; 3]| sign * it[0] >= it[2] - 1e-9;
        Some(Self {
            active,
            moved: each.iter().filter(with_the_rest).count(),
            beyond: each.iter().filter(beyond).count(),
            excess,
        })
    }

    /// Most backends moved together. Half of them beyond their thresholds at least: moves that
    /// would fail nobody are no news.
    fn shifted(&self, policy: &Policy) -> bool {
        let share = self.moved as f64 / self.active as f64;
        let together = share + 1e-9 >= policy.k_anomaly.threshold_ratio;
        together && 2 * self.beyond >= self.active && self.excess != 0.0
    }
}

impl<'a> Walker<'a> {
    fn of(series: &'a Series, names: &[&str], policy: &Policy) -> Self {
        let finite = |run: &crate::series::Run| run.value.filter(|value| value.is_finite());
        let values: Vec<f64> = series.runs.iter().filter_map(finite).collect();
        let scale = Scale::of(&values);
        let limit = limit(series, policy);
        let sign = if limit.better == Direction::Lower { 1.0 } else { -1.0 };
        let level: Vec<Option<f64>> = series
            .runs
            .iter()
            .map(|run| finite(run).map(|value| sign * scale.level(value)))
            .collect();
        let plain: Vec<f64> = level.iter().flatten().copied().collect();
        let jumps: Vec<f64> = plain.windows(2).map(|pair| pair[1] - pair[0]).collect();
        Self {
            series,
            backend: names.binary_search(&series.key.backend.as_str()).unwrap_or(0),
            threshold: limit.threshold,
            level,
            sigma: (robust_sigma(&jumps) / std::f64::consts::SQRT_2).max(NOISE_FLOOR),
            since: 0,
            from: 0,
            to: 0,
            frozen: None,
            settled: 0,
            marks: Marks::default(),
        }
    }

    /// What the series did on a day, against its level just before; none where too few comparable
    /// runs tell that level.
    fn step(&mut self, walker: usize, day: i64) -> Option<Move> {
        let runs = &self.series.runs;
        let later = |from: usize, beyond: i64| {
            (from..runs.len()).find(|i| runs[*i].time.day() >= beyond).unwrap_or(runs.len())
        };
        self.from = later(self.to, day);
        self.to = later(self.from, day.saturating_add(1));
        let (from, to) = (self.from, self.to);
        let segment = runs.get(to.checked_sub(1)?)?.segment;
        let levels = |index: usize| self.level[index].filter(|_| runs[index].segment == segment);
        let mut now: Vec<f64> = (from..to).filter_map(levels).collect();
        let known = |index: &usize| *index < self.settled || !self.marks.covers(*index);
        let end = self.frozen.unwrap_or(from).min(from).max(self.since);
        let before = (self.since..end).rev().filter(known).filter_map(levels);
        let mut before: Vec<f64> = before.take(BEFORE).collect();
        if now.is_empty() || before.len() < BEFORE_MIN {
            return None;
        }
        let variance = 1.0 / now.len() as f64 + 1.0 / before.len() as f64;
        let base = median_in_place(&mut before)?;
        let excess = median_in_place(&mut now)? - base;
        Some(Move { walker, excess, noise: self.sigma * variance.sqrt(), base, from, to })
    }

    /// First run that is not before a day which the walk has reached.
    fn first_since(&self, day: i64) -> usize {
        let before = self.series.runs.get(self.from).is_none_or(|run| run.time.day() < day);
        if before { self.to } else { self.from }
    }

    /// First run of a shift whose first whole day was `it`: the day before may have seen its
    /// beginning.
    fn start_of(&self, it: &Move, size: f64) -> usize {
        let shifted =
            |index: usize| self.level[index].is_some_and(|level| (level - it.base) / size >= STILL);
        let mut from = it.from;
        let free = |index: usize| !self.marks.covers(index) && shifted(index);
        while from > self.since && it.from - from < BEFORE && free(from - 1) {
            from -= 1;
        }
        from
    }
}
