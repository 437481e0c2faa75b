//! What a bare limit would have reported: each run held against the median of the runs before it,
//! as a policy's numbers read by themselves. What people would have had to look at without the
//! gate's care for noise, runners and machines. Says nothing about whether it was a change.

use model::record::Direction;
use model::series::Series;

use super::changes::SeriesThreshold;
use super::stats::median_in_place;

/// Alarms this close, in runs, are one to whoever looks.
const MERGE_RUNS: usize = 5;

/// Alarms of a bare limit on one series: the first run of each and its last. `window` and `least`:
/// most and fewest runs before that a run is held against, whatever runner they are of.
pub fn alarms(
    series: &Series,
    limit: &SeriesThreshold,
    (window, least): (usize, usize),
) -> Vec<(usize, usize)> {
    let mut alarms: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<f64> = Vec::with_capacity(window + 1);
    let mut held: Vec<f64> = Vec::with_capacity(window);
    for (at, run) in series.runs.iter().enumerate() {
        let Some(value) = run.value.get().filter(|value| value.is_finite()) else { continue };
        if before.len() >= least.max(1) && is_beyond(value, &before, limit, &mut held) {
            match alarms.last_mut() {
                Some((_, last)) if at - *last <= MERGE_RUNS => *last = at,
                _ => alarms.push((at, at)),
            }
        }
        before.push(value);
        if before.len() > window.max(1) {
            before.remove(0);
        }
    }
    alarms
}

fn is_beyond(value: f64, before: &[f64], limit: &SeriesThreshold, held: &mut Vec<f64>) -> bool {
    let over = |level: f64| {
        let worse = match limit.direction {
            Direction::Lower => value - level,
            Direction::Higher => level - value,
        };
        worse >= limit.relative * level.abs() && worse >= limit.absolute && worse > 0.0
    };
    // Hardly a run is that far from the best of those before it, and the median is no better.
    let best = match limit.direction {
        Direction::Lower => before.iter().copied().fold(f64::INFINITY, f64::min),
        Direction::Higher => before.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    if best >= 0.0 && !over(best) {
        return false;
    }
    held.clear();
    held.extend_from_slice(before);
    median_in_place(held).is_some_and(over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios::series;

    fn alarms_of(values: &[f64], better: Direction) -> Vec<(usize, usize)> {
        let limit =
            SeriesThreshold { relative: 0.1, absolute: 0.0, direction: better, report_only: false };
        alarms(&series(values), &limit, (5, 3))
    }

    #[test]
    fn each_excursion_beyond_the_median_of_the_runs_before_is_one_alarm() {
        let mut values = vec![100.0; 30];
        (values[1], values[8], values[20], values[22]) = (150.0, 109.0, 110.0, 150.0);
        assert_eq!(alarms_of(&values, Direction::Lower), [(20, 22)]);
        let upside_down: Vec<f64> = values.iter().map(|value| 200.0 - value).collect();
        assert_eq!(alarms_of(&upside_down, Direction::Higher), [(20, 22)]);
        assert_eq!(alarms_of(&upside_down, Direction::Lower), []);
    }

    #[test]
    fn a_lasting_step_is_told_until_half_of_the_runs_before_stand_on_it() {
        let values: Vec<f64> = (0..20).map(|at| if at < 10 { 100.0 } else { 120.0 }).collect();
        assert_eq!(alarms_of(&values, Direction::Lower), [(10, 12)]);
    }
}
