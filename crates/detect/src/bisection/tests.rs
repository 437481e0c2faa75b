//! What a bisection says: one claim a test, and the stated figures on synthetic histories. The
//! example `bisection` prints more of them.

use super::simulate::{HistoryPlan, halve, search};
use super::*;

/// A search among so many commits, in which nothing is measured.
fn bisection(commits: usize) -> Bisection {
    Bisection {
        commits,
        direction: Direction::Lower,
        recorded: Some(0.1),
        threshold: 0.05,
        known_noise: None,
        confidence: 0.95,
        measurements: Vec::new(),
        skipped: BTreeSet::new(),
    }
}

/// Searches until the end; each commit has its level, and no noise but the last digit.
fn search_levels(mut bisection: Bisection, level: impl Fn(usize) -> f64) -> Bisection {
    while let NextStep::Measure(commit) = bisection.judge().next {
        assert!(bisection.measurements.len() < 100, "{bisection:?}");
        let digit = bisection.measurements.len() % 3;
        let good = 100.0 + 0.1 * digit as f64;
        let value = level(commit) + 0.1;
        bisection.measurements.push(CommitMeasurement { commit, good, value });
    }
    bisection
}

#[test]
fn the_bad_commit_is_measured_until_it_differs_and_then_the_middle() {
    let mut it = bisection(64);
    for _ in 0..3 {
        assert_eq!(it.judge().next, NextStep::Measure(63));
        it.measurements.push(CommitMeasurement { commit: 63, good: 100.0, value: 110.0 });
        if it.judge().next != NextStep::Measure(63) {
            break;
        }
    }
    assert_eq!(it.judge().next, NextStep::Measure(31));
}

#[test]
fn the_culprit_is_found_at_every_place_in_both_directions() {
    for culprit in [0, 1, 7, 14, 15] {
        let up = search_levels(bisection(16), |at| if at >= culprit { 110.0 } else { 100.0 });
        let state = up.judge();
        assert_eq!((state.next, state.culprit.first), (NextStep::Found, culprit));
        assert_eq!(state.culprit.last, culprit);
        let change = state.change.unwrap();
        assert!((0.095..0.105).contains(&change), "{change}");
        let higher = Bisection { direction: Direction::Higher, ..bisection(16) };
        let down = search_levels(higher, |at| if at >= culprit { 90.0 } else { 100.0 });
        assert_eq!(down.judge().culprit.last, culprit);
        assert!(down.judge().change.unwrap() < -0.09);
    }
}

#[test]
fn a_regression_that_is_not_there_is_said_so() {
    let it = search_levels(bisection(64), |_| 100.0);
    assert_eq!(it.judge().next, NextStep::NotReproduced);
    // What became better is no regression either.
    let it = search_levels(bisection(64), |_| 90.0);
    assert_eq!(it.judge().next, NextStep::NotReproduced);
    assert!(it.measurements.iter().all(|it| it.commit == 63));
}

#[test]
fn commits_that_do_not_build_are_a_range_with_the_one_after_them() {
    let skipping = Bisection { skipped: BTreeSet::from([5, 6]), ..bisection(16) };
    let it = search_levels(skipping, |at| if at >= 6 { 110.0 } else { 100.0 });
    let culprit = it.judge().culprit;
    assert_eq!((culprit.first, culprit.last), (5, 7));
    assert!(it.measurements.iter().all(|it| !matches!(it.commit, 5 | 6)));
}

#[test]
fn one_spike_decides_nothing() {
    let mut it = bisection(16);
    let mut add = |commit, good, value| {
        it.measurements.push(CommitMeasurement { commit, good, value });
    };
    for at in 0..4 {
        add(15, 100.0 + f64::from(at), 110.0);
        add(7, 100.0, 101.0 - f64::from(at));
    }
    add(7, 100.0, 160.0);
    let state = it.judge();
    assert!(state.culprit.first > 7, "{state:?}");
}

#[test]
fn one_commit_needs_no_search_and_values_of_zero_no_logarithm() {
    let it = search_levels(bisection(1), |_| 110.0);
    assert_eq!((it.judge().next, it.judge().culprit.last), (NextStep::Found, 0));
    let mut zeros = bisection(4);
    for commit in [3, 3, 3, 1] {
        zeros.measurements.push(CommitMeasurement { commit, good: 0.0, value: 0.0 });
    }
    let state = zeros.judge();
    assert!(state.not_reproduced > 0.5 && state.culprit.probability.is_finite(), "{state:?}");
}

#[test]
fn the_stated_goal_is_reached() {
    // The figures of docs/bisect.md are those of a thousand tries.
    let plan = HistoryPlan::STATED;
    let found = search(plan, 40, 7);
    assert!(found.right >= 38, "{found:?}");
    let plain = halve(plan, 10, 40, 7);
    assert_eq!(plain.measurements, 40 * 60);
    assert!(found.mean_measurements() <= 0.6 * plain.mean_measurements(), "{found:?}");
    let quiet = search(HistoryPlan { step: 0.0, ..plan }, 20, 8);
    assert!(quiet.not_reproduced >= 19, "{quiet:?}");
}
