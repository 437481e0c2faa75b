//! What the threshold by itself would have reported: each run is compared with the median of the
//! runs before it, as a policy's numbers read without their context.
//!
//! It is the yardstick for [`replay`](super::replay): the alarms that people would have looked at
//! without care for noise, runners and machines. It does not say whether anything changed.
//!
//! Example: 100, 101, 99, 112, 100 under 10 % is one alarm, at the fourth run. The gate waits for
//! two more runs and reports nothing.

use model::record::Direction;
use model::series::Series;

use super::rule::Rule;
use super::stats::median_in_place;

/// Alarms this close, in runs, are one to whoever looks.
const MERGE_RUNS: usize = 5;

/// An alarm that lasts for some runs, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    pub first_run: usize,
    pub last_run: usize,
}

/// The alarms of the threshold by itself on one series. Each run is compared with the median of the
/// `window` runs before it, whatever their runner; with fewer than `min_runs` there is none.
pub(crate) fn alarms(series: &Series, rule: &Rule) -> Vec<Alarm> {
    let Rule { window, min_runs, .. } = *rule;
    let mut alarms: Vec<Alarm> = Vec::new();
    let mut before: Vec<f64> = Vec::with_capacity(window + 1);
    let mut held: Vec<f64> = Vec::with_capacity(window);
    for (at, run) in series.runs.iter().enumerate() {
        let Some(value) = series.compared_value(run) else { continue };
        if before.len() >= min_runs.max(1) && is_beyond(value, &before, rule, &mut held) {
            match alarms.last_mut() {
                Some(Alarm { last_run, .. }) if at - *last_run <= MERGE_RUNS => *last_run = at,
                _ => alarms.push(Alarm { first_run: at, last_run: at }),
            }
        }
        before.push(value);
        if before.len() > window.max(1) {
            before.remove(0);
        }
    }
    alarms
}

fn is_beyond(value: f64, before: &[f64], rule: &Rule, held: &mut Vec<f64>) -> bool {
    if !rule.has_direction() {
        return false;
    }
    let over = |level: f64| {
        let worse = match rule.threshold.direction {
            Direction::Higher => level - value,
            _ => value - level,
        };
        worse >= rule.threshold.relative * level.abs() && worse >= rule.absolute() && worse > 0.0
    };
    // Hardly a run is that far from the best of those before it, and the median is no better.
    let best = match rule.threshold.direction {
        Direction::Higher => before.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => before.iter().copied().fold(f64::INFINITY, f64::min),
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
    use model::policy::threshold::Threshold;

    use super::*;
    use crate::scenarios::{rule, series};

    fn alarms_of(values: &[f64], direction: Direction) -> Vec<Alarm> {
        let threshold = Threshold { direction, ..rule().threshold };
        alarms(&series(values), &Rule { threshold, window: 5, min_runs: 3, ..rule() })
    }

    #[test]
    fn each_excursion_beyond_the_median_of_the_runs_before_is_one_alarm() {
        let mut values = vec![100.0; 30];
        (values[1], values[8], values[20], values[22]) = (150.0, 109.0, 110.0, 150.0);
        assert_eq!(alarms_of(&values, Direction::Lower), [Alarm { first_run: 20, last_run: 22 }]);
        let upside_down: Vec<f64> = values.iter().map(|value| 200.0 - value).collect();
        assert_eq!(
            alarms_of(&upside_down, Direction::Higher),
            [Alarm { first_run: 20, last_run: 22 }]
        );
        assert_eq!(alarms_of(&upside_down, Direction::Lower), []);
    }

    #[test]
    fn a_lasting_step_is_told_until_half_of_the_runs_before_stand_on_it() {
        let values: Vec<f64> = (0..20).map(|at| if at < 10 { 100.0 } else { 120.0 }).collect();
        assert_eq!(alarms_of(&values, Direction::Lower), [Alarm { first_run: 10, last_run: 12 }]);
    }
}
