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

/// One series on the way through the days.
struct Walker<'a> {
    series: &'a Series,
    backend: usize,
    threshold: f64,
    /// Level of each run, signed so that up is worse; none where it failed.
    level: Vec<Option<f64>>,
    sigma: f64,
    /// First run of the present baseline, and first run of the day at hand.
    since: usize,
    at: usize,
    marks: Marks,
}

/// What one series did on one day.
#[derive(Clone, Copy)]
struct Move {
    walker: usize,
    excess: f64,
    noise: f64,
    from: usize,
    to: usize,
}

/// A shift of the whole that is going on.
struct Open {
    worse: bool,
    days: Vec<InfrastructureDay>,
    moves: Vec<Move>,
}

/// The infrastructure days of a history, oldest first, and what they do to each series.
pub(crate) fn find(series: &[Series], policy: &Policy) -> (Vec<InfrastructureDay>, Vec<Marks>) {
    let mut names: Vec<&str> = series.iter().map(|it| it.key.backend.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let few = names.len() < policy.k_anomaly.min_active_backends.max(1) as usize;
    if few || names.len() < 2 {
        return (Vec::new(), vec![Marks::default(); series.len()]);
    }
    let mut walkers: Vec<Walker<'_>> =
        series.iter().map(|series| Walker::of(series, &names, policy)).collect();
    let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, it) in series.iter().enumerate() {
        for run in &it.runs {
            let on = days.entry(run.time.day()).or_default();
            if on.last() != Some(&index) {
                on.push(index);
            }
        }
    }
    let mut told = Vec::new();
    let mut open: Option<Open> = None;
    for (day, on) in days {
        let moves: Vec<Move> =
            on.iter().filter_map(|&walker| walkers[walker].step(walker, day)).collect();
        step_day(day, moves, &mut walkers, policy, &mut open, &mut told);
    }
    close(open.take(), false, &mut walkers, &mut told);
    (told, walkers.into_iter().map(|walker| walker.marks).collect())
}

/// One day: opens, prolongs or ends a shift of the whole.
fn step_day(
    day: i64,
    moves: Vec<Move>,
    walkers: &mut [Walker<'_>],
    policy: &Policy,
    open: &mut Option<Open>,
    told: &mut Vec<InfrastructureDay>,
) {
    if moves.is_empty() {
        return;
    }
    let found = vote(day, &moves, walkers, policy);
    let goes_on = found.filter(|it| open.as_ref().is_none_or(|open| open.worse == it.worse));
    if goes_on.is_none() {
        close(open.take(), false, walkers, told);
    }
    let Some(mut it) = found else { return };
    let shift =
        open.get_or_insert_with(|| Open { worse: it.worse, days: Vec::new(), moves: Vec::new() });
    let lasting = policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
    it.alert = shift.days.len() + 1 >= lasting;
    shift.days.push(it);
    let typical = if it.worse { it.change } else { -it.change };
    shift.moves.extend(moves.into_iter().filter(|m| {
        let own = if it.worse { m.excess } else { -m.excess };
        own <= OWN_WAY * typical.abs() + walkers[m.walker].threshold
    }));
    if shift.days.len() > lasting {
        close(open.take(), true, walkers, told);
    }
}

/// Ends a shift: its runs are marked; one that lasted cuts every baseline at its first run.
fn close(
    open: Option<Open>,
    lasting: bool,
    walkers: &mut [Walker<'_>],
    told: &mut Vec<InfrastructureDay>,
) {
    let Some(mut open) = open else { return };
    if let Some(first) = open.days.first_mut() {
        first.lasting = lasting;
    }
    told.append(&mut open.days);
    for it in open.moves {
        let walker = &mut walkers[it.walker];
        if lasting
            && walker.marks.cuts.last().is_none_or(|cut| walker.since > *cut || *cut < it.from)
            && walker.since < it.from
        {
            walker.marks.cuts.push(it.from);
            walker.since = it.from;
        }
        walker.marks.runs.extend(it.from..it.to);
    }
}

/// Whether most of the active backends moved the same way on a day.
fn vote(
    day: i64,
    moves: &[Move],
    walkers: &[Walker<'_>],
    policy: &Policy,
) -> Option<InfrastructureDay> {
    let mut backends: BTreeMap<usize, Vec<(f64, f64, f64)>> = BTreeMap::new();
    for it in moves {
        let walker = &walkers[it.walker];
        let own = backends.entry(walker.backend).or_default();
        own.push((it.excess, it.noise, walker.threshold));
    }
    let active = backends.len();
    if active < policy.k_anomaly.min_active_backends.max(2) as usize {
        return None;
    }
    let typical = |of: fn(&(f64, f64, f64)) -> f64| -> Vec<f64> {
        backends
            .values()
            .map(|own| median_in_place(&mut own.iter().map(of).collect::<Vec<_>>()).unwrap_or(0.0))
            .collect()
    };
    let (excess, noise, threshold) = (typical(|m| m.0), typical(|m| m.1), typical(|m| m.2));
    let middle = median(&excess)?;
    let sign = middle.signum();
    let moved: Vec<f64> = (0..active)
        .map(|i| (sign * excess[i], noise[i]))
        .filter(|(own, noise)| *own >= WITH_THE_REST * middle.abs() && *own > BEYOND_NOISE * noise)
        .map(|(own, _)| own)
        .collect();
    let beyond = (0..active).filter(|i| sign * excess[*i] >= threshold[*i] - 1e-9).count();
    let share = moved.len() as f64 / active as f64;
    // Half of the backends beyond their thresholds: moves that would fail nobody are no news.
    if share + 1e-9 < policy.k_anomaly.threshold_ratio || 2 * beyond < active {
        return None;
    }
    Some(InfrastructureDay {
        day,
        backends_moved: u32::try_from(moved.len()).unwrap_or(u32::MAX),
        backends_active: u32::try_from(active).unwrap_or(u32::MAX),
        change: sign * median(&moved)?,
        worse: sign > 0.0,
        alert: false,
        lasting: false,
    })
}

impl<'a> Walker<'a> {
    fn of(series: &'a Series, names: &[&str], policy: &Policy) -> Self {
        let finite = |run: &crate::series::Run| run.value.filter(|value| value.is_finite());
        let values: Vec<f64> = series.runs.iter().filter_map(finite).collect();
        let scale = Scale::of(&values);
        let sign = if series.better == Direction::Lower { 1.0 } else { -1.0 };
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
            threshold: limit(series, policy).threshold,
            level,
            sigma: (robust_sigma(&jumps) / std::f64::consts::SQRT_2).max(NOISE_FLOOR),
            since: 0,
            at: 0,
            marks: Marks::default(),
        }
    }

    /// What the series did on a day, against its level just before; none where too few comparable
    /// runs tell that level.
    fn step(&mut self, walker: usize, day: i64) -> Option<Move> {
        let runs = &self.series.runs;
        let mut from = self.at;
        while from < runs.len() && runs[from].time.day() < day {
            from += 1;
        }
        let mut to = from;
        while to < runs.len() && runs[to].time.day() == day {
            to += 1;
        }
        self.at = to;
        let segment = runs.get(to.checked_sub(1)?)?.segment;
        let mut now: Vec<f64> = (from..to)
            .filter(|i| runs[*i].segment == segment)
            .filter_map(|i| self.level[i])
            .collect();
        let mut before: Vec<f64> = (self.since..from)
            .rev()
            .filter(|i| runs[*i].segment == segment && !self.marks.covers(*i))
            .filter_map(|i| self.level[i])
            .take(BEFORE)
            .collect();
        if now.is_empty() || before.len() < BEFORE_MIN {
            return None;
        }
        let variance = 1.0 / now.len() as f64 + 1.0 / before.len() as f64;
        let excess = median_in_place(&mut now)? - median_in_place(&mut before)?;
        Some(Move { walker, excess, noise: self.sigma * variance.sqrt(), from, to })
    }
}
