//! What becomes of a regression as runs go by.

use model::policy::Policy;
use model::series::Segment;

use crate::scenarios::{analyze, analyze_at_end, at_end, history, series};
use crate::{Change, ChangeStatus, Verdict};

#[test]
fn a_regression_stays_open_and_after_the_window_new_runs_are_compared_with_its_level() {
    for runs in [60, 61, 80, 400] {
        let found = analyze_at_end(&series(&history(runs, &[(40, 1.3)])));
        assert_eq!(found.verdict, Verdict::Regressed, "{runs} runs");
        assert_eq!(found.baseline.unwrap().first_run, 39, "{runs} runs");
        assert_eq!(found.open_regressions().count(), 1, "{runs} runs");
        assert_eq!(found.changes.len(), 1, "{runs} runs");
        let newest = if runs > 60 { Verdict::Unchanged } else { Verdict::Regressed };
        assert_eq!(found.newest.verdict, newest, "{runs} runs");
    }
    let found = analyze_at_end(&series(&history(80, &[(40, 1.3)])));
    assert_eq!(found.newest.baseline.unwrap().first_run, 40);
}

#[test]
fn a_regression_on_top_of_another_is_a_second_one_and_each_is_fixed_by_itself() {
    let states = |steps: &[(usize, f64)]| -> Vec<(usize, ChangeStatus)> {
        let found = analyze_at_end(&series(&history(260, steps)));
        let regressions = found.changes.iter().filter(|change| change.is_regression);
        regressions.map(|change| (change.first_after, change.status.clone())).collect()
    };
    use ChangeStatus::{Fixed, Open};
    let both = [(40, 1.2), (100, 1.3)];
    assert_eq!(states(&both), [(40, Open), (100, Open)]);
    let second_fixed = [(40, 1.2), (100, 1.3), (160, 1.0 / 1.3)];
    assert_eq!(states(&second_fixed), [(40, Open), (100, Fixed { run: Some(160) })]);
    let both_fixed = [(40, 1.2), (100, 1.3), (160, 1.0 / 1.56)];
    let fixed = || Fixed { run: Some(160) };
    assert_eq!(states(&both_fixed), [(40, fixed()), (100, fixed())]);
}

#[test]
fn a_partial_fix_leaves_the_rest_open() {
    let found = analyze_at_end(&series(&history(200, &[(40, 1.4), (100, 1.2 / 1.4)])));
    assert_eq!(found.verdict, Verdict::Regressed);
    let open: Vec<&Change> = found.open_regressions().collect();
    assert_eq!(open.len(), 1);
    assert!((open[0].change - 0.4).abs() < 0.03, "{:?}", open[0]);
    assert!((open[0].left.unwrap() - 0.2).abs() < 0.03, "{:?}", open[0]);
}

#[test]
fn a_new_regression_is_reported_after_an_earlier_one_was_fixed() {
    // Five runs slower, ten back, then a lasting 2 ×.
    let steps = [(30, 1.29), (35, 1.0 / 1.29), (45, 2.0)];
    for runs in [48, 50, 53, 70] {
        let found = analyze_at_end(&series(&history(runs, &steps)));
        assert_eq!(found.verdict, Verdict::Regressed, "{runs} runs: {found:?}");
        let open = found.open_regressions().next_back().unwrap();
        assert_eq!(open.first_after, 45, "{runs} runs");
    }
}

#[test]
fn the_policy_may_close_old_regressions() {
    let mut policy = Policy::default();
    policy.regression.close_after_days = 30;
    let it = series(&history(80, &[(40, 1.3)]));
    let found = analyze(&it, &policy, &at_end(&it));
    assert_eq!(found.changes[0].status, ChangeStatus::Closed);
    assert_eq!(found.verdict, Verdict::Unchanged);
    policy.regression.close_after_days = 60;
    assert_eq!(analyze(&it, &policy, &at_end(&it)).verdict, Verdict::Regressed);
}

#[test]
fn a_regression_stays_open_when_the_runner_changes_and_a_fix_there_closes_it() {
    let turned = |steps: &[(usize, f64)]| {
        let mut it = series(&history(220, steps));
        it.segments.push(Segment { fingerprint: Vec::new(), version: Some("2".to_owned()) });
        for run in &mut it.runs[90..] {
            run.segment = 1;
            run.value = run.value.map(|value| 0.6 * value);
        }
        analyze_at_end(&it)
    };
    let open = turned(&[(40, 1.4)]);
    assert_eq!(open.verdict, Verdict::Regressed, "{open:?}");
    let fixed = turned(&[(40, 1.4), (150, 1.0 / 1.4)]);
    assert_eq!(fixed.open_regressions().count(), 0, "{fixed:?}");
}
