//! What moves together: whether it is the machine or the code, one claim a test.

use model::policy::Policy;
use model::series::Series;
use model::testing::SeriesBuilder;

use super::{at_end, noisy_history};
use crate::*;

/// First run of every shift here.
const SHIFT: usize = 40;

/// A test on so many backends, in which every backend moves by a factor.
struct MovingTest {
    backends: usize,
    sigma: f64,
    factor: f64,
    /// Runs for which it lasts.
    lasts: usize,
}

const QUIET: MovingTest = MovingTest { backends: 3, sigma: 0.01, factor: 1.0, lasts: 100 };

/// A history of these tests with a run a day.
fn history(tests: &[MovingTest], runs: usize) -> Vec<Series> {
    history_of_seed(tests, runs, 0)
}

fn history_of_seed(tests: &[MovingTest], runs: usize, seed: usize) -> Vec<Series> {
    let mut all = Vec::new();
    for (test, MovingTest { backends, sigma, factor, lasts }) in tests.iter().enumerate() {
        for backend in 0..*backends {
            let steps = [(SHIFT, *factor), (SHIFT + lasts, 1.0 / factor)];
            let values = noisy_history(runs, &steps, *sigma, seed + 10 * test + backend);
            let series = SeriesBuilder::of(values).test(&format!("t{test}"));
            all.push(series.backend(&format!("b{backend}")).build());
        }
    }
    all
}

fn analyzed(all: &[Series]) -> Analyses {
    analyze_all(all, &Policy::default(), &at_end(&all[0]))
}

/// Tests with these factors, on three backends each.
fn moving(factors: &[f64]) -> Vec<MovingTest> {
    factors.iter().map(|factor| MovingTest { factor: *factor, ..QUIET }).collect()
}

#[track_caller]
fn assert_code(found: &Analyses, regressed: std::ops::Range<usize>) {
    assert!(found.infrastructure_days.is_empty(), "{:?}", found.infrastructure_days);
    for (at, it) in found.by_series.iter().enumerate() {
        let expected =
            if regressed.contains(&at) { Verdict::Regressed } else { Verdict::Unchanged };
        assert_eq!(it.verdict, expected, "series {at}: {:?}", it.changes);
    }
}

#[track_caller]
fn assert_infrastructure(found: &Analyses) {
    assert_eq!(found.infrastructure_days[0].day, SHIFT as i64);
    for (at, it) in found.by_series.iter().enumerate() {
        assert!(it.changes.is_empty(), "series {at}: {:?}", it.changes);
    }
}

#[test]
fn one_test_of_eight_that_is_slower_on_all_backends_has_regressed() {
    for factor in [1.12, 1.2, 2.0] {
        for runs in [44, 60] {
            let mut factors = [1.0; 8];
            factors[0] = factor;
            assert_code(&analyzed(&history(&moving(&factors), runs)), 0..3);
        }
    }
    // With a single control, too.
    assert_code(&analyzed(&history(&moving(&[1.2, 1.0]), 44)), 0..3);
}

#[test]
fn a_pull_request_with_several_runs_of_one_commit_is_judged_like_the_main_line() {
    let mut all = history(&moving(&[1.2, 1.0, 1.0, 1.0, 1.0]), 44);
    for series in &mut all {
        let commit = series.runs[SHIFT].commit;
        series.runs[SHIFT..].iter_mut().for_each(|run| run.commit = commit);
    }
    assert_code(&analyzed(&all), 0..3);
}

#[test]
fn a_test_of_which_one_input_of_several_is_slower_has_regressed() {
    let mut all = history(&moving(&[1.2, 1.0, 1.0]), 44);
    for series in &mut all {
        series.key.n = series.key.test[1..].parse().ok();
        series.key.test = "t".to_owned();
    }
    assert_code(&analyzed(&all), 0..3);
    // All inputs of the only test: nothing speaks against the machine.
    let mut all = history(&moving(&[1.2, 1.2, 1.2]), 44);
    for series in &mut all {
        series.key.n = series.key.test[1..].parse().ok();
        series.key.test = "t".to_owned();
    }
    assert_infrastructure(&analyzed(&all));
}

#[test]
fn what_all_tests_do_on_all_backends_is_infrastructure() {
    for lasts in [2, 100] {
        let mut tests = moving(&[1.2; 8]);
        tests.iter_mut().for_each(|it| it.lasts = lasts);
        assert_infrastructure(&analyzed(&history(&tests, 60)));
    }
}

#[test]
fn four_of_twelve_tests_that_move_by_the_same_amount_share_a_machine_problem() {
    let mut factors = [1.0; 12];
    factors[..4].fill(1.3);
    assert_infrastructure(&analyzed(&history(&moving(&factors), 60)));
    // By other amounts, it is the code.
    factors[..4].copy_from_slice(&[1.2, 1.5, 2.2, 3.0]);
    assert_code(&analyzed(&history(&moving(&factors), 60)), 0..12);
}

#[test]
fn controls_too_noisy_to_show_the_shift_veto_nothing() {
    let mut tests = moving(&[1.2, 1.0, 1.0, 1.0]);
    tests[1..].iter_mut().for_each(|it| it.sigma = 0.2);
    let found = analyzed(&history(&tests, 44));
    assert_eq!(found.infrastructure_days[0].day, SHIFT as i64);
    assert!(found.by_series[..3].iter().all(|it| it.changes.is_empty()));
}

#[test]
fn a_metric_in_another_unit_is_no_control() {
    let mut all = history(&moving(&[1.2, 1.0, 1.0, 1.0]), 44);
    for series in &mut all[3..] {
        let sizes = SeriesBuilder::of(Vec::<f64>::new()).metric("memory", "B").build();
        (series.unit, series.direction) = (sizes.unit, sizes.direction);
        series.key.metric = sizes.key.metric;
    }
    let found = analyzed(&all);
    assert!(!found.infrastructure_days.is_empty());
    assert!(found.by_series.iter().all(|it| it.changes.is_empty()));
}

#[test]
fn a_backend_without_the_shift_does_not_make_its_test_a_control() {
    // The machine of three backends is slow, that of the fourth is not.
    let mut all = history(&moving(&[1.2; 5]), 44);
    for series in history(&moving(&[1.0; 5]), 44).into_iter().step_by(3) {
        let key = model::series::SeriesKey { backend: "other".to_owned(), ..series.key.clone() };
        all.push(Series { key, ..series });
    }
    let mut policy = Policy::default();
    policy.k_anomaly.threshold_ratio = 0.7;
    let found = analyze_all(&all, &policy, &at_end(&all[0]));
    assert_infrastructure(&found);
}

#[test]
fn one_slow_run_of_all_tests_on_the_only_backend_is_the_machine() {
    let tests = |factor: f64, count: usize, lasts: usize| -> Vec<MovingTest> {
        (0..count).map(|_| MovingTest { backends: 1, factor, lasts, ..QUIET }).collect()
    };
    let found = analyzed(&history(&tests(1.3, 8, 1), 41));
    let day = found.infrastructure_days[0];
    assert_eq!((day.peers, day.peers_moved, day.peers_active), (PeerKind::Tests, 8, 8));
    assert!(found.by_series.iter().all(|it| it.verdict == Verdict::Infrastructure));
    for lasts in [1, 100] {
        assert_infrastructure(&analyzed(&history(&tests(1.3, 8, lasts), 60)));
        assert_infrastructure(&analyzed(&history(&tests(0.7, 8, lasts), 60)));
    }
    // Four tests are too few to tell, and so is a shift of another size in each.
    assert_code(&analyzed(&history(&tests(1.3, 4, 100), 60)), 0..4);
    let mut uneven = tests(1.3, 8, 100);
    uneven.iter_mut().enumerate().for_each(|(at, it)| it.factor = 1.15 + 0.2 * at as f64);
    assert_code(&analyzed(&history(&uneven, 60)), 0..8);
    let mut all_but_two = tests(1.3, 8, 100);
    all_but_two[6..].iter_mut().for_each(|it| it.factor = 1.0);
    assert_code(&analyzed(&history(&all_but_two, 60)), 0..6);
}

#[test]
fn a_change_of_the_code_on_all_backends_says_how_the_vote_ended() {
    let found = analyzed(&history(&moving(&[1.2, 1.0, 1.0, 1.0]), 44));
    for it in &found.by_series[..3] {
        let hint = "3 of 3 backends got worse together, but 3 of 4 tests on them did not: the \
                    code, not the machine.";
        assert!(it.changes[0].hints.iter().any(|it| it == hint), "{:?}", it.changes[0].hints);
    }
}

#[test]
fn the_rest_of_a_change_of_the_code_does_not_become_the_machine() {
    // Once half of the last ten runs are on the new level, only a part of the step is seen, and no
    // other test could have seen so little.
    let mut tests = moving(&[1.0; 8]);
    tests.iter_mut().for_each(|it| it.sigma = 0.03);
    tests[0].factor = 1.15;
    let mut policy = Policy::default();
    policy.regression.default_threshold = 0.05;
    let lost: Vec<usize> = (0..40)
        .filter(|seed| {
            let all = history_of_seed(&tests, 60, 1_000 * seed);
            let found = analyze_all(&all, &policy, &at_end(&all[0]));
            let is_code = |it: &Analysis| it.restarts.is_empty();
            !found.by_series[..3].iter().all(is_code)
        })
        .collect();
    // In one of them no run of the step let the controls speak.
    assert!(lost.len() <= 1, "{lost:?}");
}

#[test]
fn a_lasting_shift_is_open_until_a_note_explains_it_or_it_goes_away() {
    let mut tests = moving(&[1.2; 4]);
    let open = |found: &Analyses| -> Vec<ChangeStatus> {
        let restarts = found.by_series.iter().flat_map(|it| &it.restarts);
        restarts.map(|it| it.status.clone()).collect()
    };
    let all = history(&tests, 60);
    let found = analyzed(&all);
    assert_eq!(open(&found), [const { ChangeStatus::Open }; 12]);
    let restart = &found.by_series[0].restarts[0];
    assert_eq!(restart.first_after, SHIFT);
    assert!((restart.change - 0.2).abs() < 0.02, "{restart:?}");
    let notes = |it: &Series| vec![Explanation::Day(it.runs[SHIFT].time)];
    let context = AnalysisContext { explanations: &notes, ..at_end(&all[0]) };
    let explained = analyze_all(&all, &Policy::default(), &context);
    assert_eq!(open(&explained), [const { ChangeStatus::Explained }; 12]);
    // Gone after fifteen days, and not there long enough.
    tests.iter_mut().for_each(|it| it.lasts = 15);
    let fixed = open(&analyzed(&history(&tests, 70)));
    assert_eq!(fixed, [const { ChangeStatus::Fixed { run: None } }; 12]);
    tests.iter_mut().for_each(|it| it.lasts = 2);
    assert_eq!(open(&analyzed(&history(&tests, 60))), []);
    // An improvement of all asks nothing of anybody.
    assert_eq!(open(&analyzed(&history(&moving(&[0.7; 4]), 60))), []);
}
