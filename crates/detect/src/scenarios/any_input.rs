//! Any history and any policy: no panic, and every number is one.

use proptest::prelude::*;

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Segment;

use super::backends::backends;
use super::{analyze, analyze_at_end, at_end, noisy_history, series};
use crate::*;

#[test]
fn a_policy_of_nonsense_panics_nowhere() {
    let mut policy = Policy::default();
    policy.detection.window = 0;
    policy.detection.confirmations = 0;
    policy.regression.min_sample_size = 0;
    policy.regression.grace_period_days = u32::MAX;
    policy.data_quality.outlier_threshold = 0.0;
    policy.data_quality.max_age_days = u32::MAX;
    policy.k_anomaly.threshold_ratio = 0.0;
    policy.k_anomaly.alert_on_consecutive_days = 0;
    for threshold in [0.0, -1.0, 10.0, f64::NAN, f64::INFINITY] {
        policy.regression.default_threshold = threshold;
        for runs in [0, 1, 2, 5, 60] {
            policy.regression.grace_period_days = 0;
            let all = backends(3, 9, runs);
            let found = analyze_all(&all, &policy, &at_end(&all[0]));
            assert_eq!(found.by_series.len(), 5);
        }
    }
}

#[test]
fn another_order_of_series_and_more_of_them_change_nothing() {
    let all = backends(2, 100, 46);
    let context = at_end(&all[0]);
    let policy = Policy::default();
    let alone = analyze(&all[0], &policy, &context);
    let mut reversed = all.clone();
    reversed.reverse();
    let found = analyze_all(&reversed, &policy, &context);
    let first = |found: &Analysis| (found.changes[0].first_after, found.changes[0].change);
    assert_eq!(first(&found.by_series[4]), first(&alone));
    assert_eq!(found.by_series[4].verdict, alone.verdict);
}

/// Everything in an analysis that is a number, and must be one.
fn assert_finite(found: &Analysis) {
    let numbers = [found.latest_change, found.noise, found.detectable_change_90];
    assert!(numbers.iter().flatten().all(|number| number.is_finite()), "{found:?}");
    let lines = found.level.iter().chain(found.spread.iter()).flatten();
    assert!(lines.into_iter().all(f64::is_finite), "{found:?}");
    for event in &found.changes {
        let numbers = [event.before, event.after, event.change, event.confidence];
        assert!(numbers.iter().all(|number| number.is_finite()), "{event:?}");
        assert!((0.0..=1.0).contains(&event.confidence));
    }
    assert!(found.baseline.is_none_or(|baseline| baseline.value.is_finite()));
    assert!(found.trend.is_none_or(|trend| trend.per_day.is_finite()));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 50.0..150.0_f64,
        1 => Just(0.0),
        1 => Just(-1.0),
        1 => Just(100.0),
        1 => Just(1e300),
        1 => Just(1e-300),
        1 => Just(f64::MAX),
        1 => Just(f64::MIN_POSITIVE),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NAN),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_history_panics_or_gives_a_number_that_is_none(
        values in prop::collection::vec(any_value(), 0..90),
        turns in prop::collection::vec(0..3_u32, 90),
        jumps in prop::collection::vec(0..5_i64, 90),
    ) {
        let mut it = series(&values);
        it.segments = vec![it.segments[0].clone(); 3];
        let mut day = 0;
        for (index, run) in it.runs.iter_mut().enumerate() {
            run.segment = turns[index];
            day += jumps[index];
            run.time = Timestamp::from_micros(day * DAY_US);
        }
        let found = analyze_all(&vec![it.clone(); 4], &Policy::default(), &at_end(&it));
        found.by_series.iter().for_each(assert_finite);
    }

    #[test]
    fn a_constant_series_never_alarms(value in any_value(), runs in 0..200_usize) {
        let found = analyze_at_end(&series(&vec![value; runs]));
        prop_assert!(found.changes.is_empty());
        let alarm = [Verdict::Regressed, Verdict::Suspected { runs_needed: 1 }, Verdict::Improved];
        let other = Verdict::Suspected { runs_needed: 2 };
        prop_assert!(!alarm.contains(&found.verdict) && found.verdict != other);
    }

    #[test]
    fn another_unit_changes_no_finding(
        salt in 0..1_000_usize,
        at in 10..70_usize,
        factor in 0.6..1.6_f64,
        unit in prop_oneof![Just(1e-9), Just(0.001), Just(1024.0), Just(3.0), Just(1e12)],
    ) {
        let values = noisy_history(80, &[(at, factor)], 0.02, salt);
        let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
        let (one, other) = (analyze_at_end(&series(&values)), analyze_at_end(&series(&scaled)));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(&one.flags, &other.flags);
        let firsts = |found: &Analysis| -> Vec<_> {
            let changes = found.changes.iter();
            changes.map(|it| (it.first_after, it.kind, it.severity, it.is_regression)).collect()
        };
        prop_assert_eq!(firsts(&one), firsts(&other));
    }

    #[test]
    fn the_numbering_of_segments_means_nothing(salt in 0..1_000_usize, at in 20..60_usize) {
        let mut one = series(&noisy_history(80, &[(at, 1.3)], 0.02, salt));
        one.segments.push(Segment { fingerprint: Vec::new(), version: Some("2".to_owned()) });
        one.runs[40..].iter_mut().for_each(|run| run.segment = 1);
        let mut other = one.clone();
        other.segments.reverse();
        other.runs.iter_mut().for_each(|run| run.segment = 1 - run.segment);
        let (one, other) = (analyze_at_end(&one), analyze_at_end(&other));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.changes, other.changes);
        prop_assert!(one.level.iter().eq(other.level.iter()));
    }
}
