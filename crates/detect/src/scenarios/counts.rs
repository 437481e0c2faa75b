//! Metrics that never vary.

use model::policy::{Policy, RegressionRule};
use model::record::Unit;
use model::series::Series;

use super::{analyze, at_end, series};
use crate::*;

/// Instructions of a deterministic program.
fn counts(values: &[f64]) -> Series {
    let mut counts = series(values);
    (counts.unit, counts.key.metric) = (Unit::parse("count").0, "instructions".to_owned());
    counts
}

fn policy_of_counts(rule: RegressionRule) -> Policy {
    let mut policy = Policy::default();
    policy.regression.rules.push(rule);
    policy
}

#[test]
fn one_run_proves_a_change_of_a_count_that_never_varied() {
    let policy =
        policy_of_counts(RegressionRule { threshold: Some(0.001), ..RegressionRule::default() });
    let mut values = vec![1_000_000.0; 30];
    values.push(1_002_000.0);
    let found = analyze(&counts(&values), &policy, &at_end(&counts(&values)));
    assert_eq!((found.verdict, found.changes[0].first_after), (Verdict::Regressed, 30));
    assert_eq!(found.detectable_change_90, Some(0.001));
    // It stays what it is, however many runs follow, and a time is no count.
    values.extend([1_002_000.0; 30]);
    let found = analyze(&counts(&values), &policy, &at_end(&counts(&values)));
    assert_eq!((found.verdict, found.changes.len()), (Verdict::Regressed, 1));
    let found = analyze(&series(&values[..31]), &policy, &at_end(&series(&values[..31])));
    assert_ne!(found.verdict, Verdict::Regressed);
}

#[test]
fn a_rule_has_confirmations_and_an_absolute_size_of_its_own() {
    let byte =
        RegressionRule { threshold: Some(0.0), absolute: Some(1.0), ..RegressionRule::default() };
    let mut values = vec![1_000_000.0; 30];
    values.push(1_000_001.0);
    let verdict = |values: &[f64], rule: RegressionRule| {
        analyze(&counts(values), &policy_of_counts(rule), &at_end(&counts(values))).verdict
    };
    assert_eq!(verdict(&values, byte.clone()), Verdict::Regressed);
    assert_eq!(verdict(&values[..30], byte.clone()), Verdict::Unchanged, "nothing moved");
    let patient = RegressionRule { confirmations: Some(2), ..byte };
    assert_ne!(verdict(&values, patient.clone()), Verdict::Regressed);
    values.push(1_000_001.0);
    assert_eq!(verdict(&values, patient), Verdict::Regressed);
}

#[test]
fn inputs_that_take_turns_in_one_series_are_compared_with_their_own_runs() {
    let policy =
        policy_of_counts(RegressionRule { threshold: Some(0.001), ..RegressionRule::default() });
    let values: Vec<f64> = (0..42).map(|at| if at % 2 == 0 { 1e6 } else { 3e6 }).collect();
    let by_input = |values: &[f64]| {
        let mut it = counts(values);
        for (at, run) in it.runs.iter_mut().enumerate() {
            run.environment = u32::from(at % 2 == 1);
        }
        analyze(&it, &policy, &at_end(&it))
    };
    assert!(by_input(&values).open_regressions().next().is_none());
    // In the newest run, whichever input it has.
    for newest in [40, 41] {
        let mut worse = values[..=newest].to_vec();
        worse[newest] *= 1.005;
        let found = by_input(&worse);
        assert_eq!((found.verdict, found.changes[0].first_after), (Verdict::Regressed, newest));
        assert!((found.changes[0].change - 0.005).abs() < 1e-9, "{:?}", found.changes);
    }
}
