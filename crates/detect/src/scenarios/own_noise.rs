//! What a series does by itself: excursions and spikes that it has had before.

use super::{analyze_at_end, history, noisy_history, series};
use crate::*;

/// Weekdays at 100, weekends 12 % slower.
fn weekly_history(weeks: usize, salt: usize) -> Vec<f64> {
    let slow = |at: usize| if at % 14 >= 10 { 1.12 } else { 1.0 };
    let runs = noisy_history(14 * weeks, &[], 0.005, salt);
    runs.iter().enumerate().map(|(at, value)| value * slow(at)).collect()
}

#[test]
fn a_level_that_comes_and_goes_every_week_is_reported_twice_and_then_known() {
    let found = analyze_at_end(&series(&weekly_history(12, 3)));
    let reports = found.changes.iter().chain(&found.withdrawn);
    let late = reports.filter(|change| change.reported_at.is_some_and(|at| at > 3 * 14)).count();
    assert_eq!(late, 0, "{:?}", found.changes);
    let mut slower = weekly_history(12, 3);
    slower[11 * 14..].iter_mut().for_each(|value| *value *= 1.4);
    assert_eq!(
        analyze_at_end(&series(&slower)).verdict,
        Verdict::Regressed,
        "a real change is not"
    );
}

#[test]
fn a_spike_of_a_size_that_the_series_has_had_is_not_suspected() {
    let mut values = history(60, &[]);
    [10, 25, 40].into_iter().for_each(|at| values[at] = 130.0);
    values[59] = 130.0;
    assert_eq!(analyze_at_end(&series(&values)).verdict, Verdict::Unchanged);
    values[59] = 160.0;
    let found = analyze_at_end(&series(&values));
    assert_eq!(found.verdict, Verdict::Suspected { runs_needed: 2 });
}
