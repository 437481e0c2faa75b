//! Slow changes, trends and gaps.

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};

use super::{analyze, analyze_at_end, at_end, history, noise, noisy_history, series};
use crate::*;

#[test]
fn a_slow_rise_is_a_drift_and_no_step() {
    let values: Vec<f64> = (0..120)
        .map(|at| 100.0 * (1.0 + 0.25 * at as f64 / 120.0) * (1.0 + 0.03 * noise(at, 5)))
        .collect();
    let mut policy = Policy::default();
    policy.regression.default_threshold = 0.15;
    let it = series(&values);
    let found = analyze(&it, &policy, &at_end(&it));
    assert!(found.changes.iter().any(|event| event.kind == ChangeKind::Drift), "{found:?}");
    assert!(found.changes.iter().all(|event| event.is_regression));
}

#[test]
fn a_drift_within_forty_runs_is_regressed_and_adds_nothing_to_the_noise() {
    for salt in 0..40 {
        let rise = |at: usize| 1.15_f64.powf(at.saturating_sub(6) as f64 / 35.0);
        let values: Vec<f64> =
            (0..41).map(|at| 100.0 * rise(at) * (1.0 + 0.015 * noise(at, salt))).collect();
        let found = analyze_at_end(&series(&values));
        let noise = found.noise.unwrap();
        assert!((0.006..0.03).contains(&noise), "salt {salt}: {noise}");
        assert_eq!(found.verdict, Verdict::Regressed, "salt {salt}: {found:?}");
        assert_eq!(found.changes.len(), 1);
        let event = &found.changes[0];
        assert_eq!(event.kind, ChangeKind::Drift);
        assert!((0.1..0.18).contains(&event.change) && event.is_regression, "{event:?}");
    }
}

#[test]
fn forty_runs_of_one_level_have_no_drift() {
    for salt in 0..200 {
        let found = analyze_at_end(&series(&noisy_history(41, &[], 0.04, salt)));
        assert!(found.changes.is_empty(), "salt {salt}: {:?}", found.changes);
    }
}

#[test]
fn a_rise_that_goes_on_for_good_is_still_a_drift() {
    let values: Vec<f64> =
        (0..600).map(|at| (100.0 + 0.1 * at as f64) * (1.0 + 0.03 * noise(at, 9))).collect();
    let found = analyze_at_end(&series(&values));
    assert!(!found.changes.is_empty());
}

#[test]
fn a_steady_trend_is_measured_per_day() {
    let values: Vec<f64> = (0..60).map(|at| 100.0 * 1.001_f64.powi(at)).collect();
    let trend = analyze_at_end(&series(&values)).trend.unwrap();
    assert!((trend.per_day - 0.001).abs() < 1e-5 && trend.r_squared > 0.99);
}

#[test]
fn a_gap_is_longer_than_three_usual_intervals() {
    let mut it = series(&history(30, &[]));
    it.runs[20..].iter_mut().for_each(|run| {
        run.time = Timestamp::from_micros(run.time.micros() + 5 * DAY_US);
    });
    assert_eq!(analyze_at_end(&it).gaps, [20]);
    it.runs.iter_mut().for_each(|run| {
        run.time = Timestamp::from_micros(run.time.micros() * 3);
    });
    let found = analyze_at_end(&it);
    assert_eq!(found.gaps, [20], "every three days with one pause of 18");
}

#[test]
fn drifts_belong_together_although_their_places_are_not_sharp() {
    let drifting = |start: usize, salt: usize| {
        let rise = |at: usize| 1.004_f64.powf(at.saturating_sub(start) as f64);
        let values: Vec<f64> =
            (0..44).map(|at| 100.0 * rise(at) * (1.0 + 0.01 * noise(at, salt))).collect();
        let mut it = series(&values);
        it.key.n = Some(salt as u64);
        it
    };
    let all = [drifting(4, 1), drifting(9, 2)];
    let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
    for it in &found.by_series {
        let event = &it.changes[0];
        assert_eq!(event.kind, ChangeKind::Drift);
        let hint = "The one other series got gradually worse within two weeks of it: ";
        assert!(event.hints.iter().any(|it| it.starts_with(hint)), "{:?}", event.hints);
    }
    let firsts: Vec<usize> = found.by_series.iter().map(|it| it.changes[0].first_after).collect();
    assert!(firsts[0].abs_diff(firsts[1]) > 1, "{firsts:?}");
}
