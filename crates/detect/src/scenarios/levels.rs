//! Levels that shift, and those that do not: the verdict on one series.

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::record::{Direction, OptionalF64};
use model::series::Segment;

use super::{analyze, analyze_at_end, at, history, noise, noisy_history, series};
use crate::*;

#[test]
fn a_step_of_twenty_percent_is_found_when_its_third_run_is_there() {
    for salt in 0..20 {
        let values = noisy_history(43, &[(40, 1.2)], 0.01, salt);
        let found = analyze_at_end(&series(&values));
        assert_eq!(found.verdict, Verdict::Regressed, "salt {salt}");
        assert_eq!(found.changes.len(), 1);
        let event = &found.changes[0];
        assert_eq!((event.first_after, event.last_before), (40, 39));
        assert!((event.change - 0.2).abs() < 0.03 && event.is_regression && event.confidence > 0.9);
    }
}

#[test]
fn severity_goes_by_size() {
    for (factor, severity) in [
        (1.15, ChangeSeverity::Minor),
        (1.3, ChangeSeverity::Major),
        (1.7, ChangeSeverity::Critical),
    ] {
        assert_eq!(
            analyze_at_end(&series(&history(60, &[(40, factor)]))).changes[0].severity,
            severity
        );
    }
}

#[test]
fn one_and_two_bad_runs_are_suspected_and_say_how_many_are_missing() {
    for (bad, needed) in [(1, 2), (2, 1)] {
        let found = analyze_at_end(&series(&history(40 + bad, &[(40, 1.25)])));
        assert_eq!(found.verdict, Verdict::Suspected { runs_needed: needed });
        assert!(found.changes.is_empty());
        assert!((found.baseline.unwrap().value - 100.0).abs() < 1.0);
        assert!((found.latest_change.unwrap() - 0.25).abs() < 0.04);
    }
}

#[test]
fn an_unchanged_series_is_steady_and_has_no_events() {
    for salt in 0..30 {
        let found = analyze_at_end(&series(&noisy_history(120, &[], 0.01, salt)));
        assert_eq!((found.verdict, found.changes.len()), (Verdict::Unchanged, 0), "salt {salt}");
        let noise = found.noise.unwrap();
        assert!((0.006..0.016).contains(&noise), "{noise}");
        assert!(found.detectable_change_90.unwrap() >= found.threshold);
    }
}

#[test]
fn a_lasting_improvement_is_improved() {
    let found = analyze_at_end(&series(&history(50, &[(44, 0.7)])));
    assert_eq!(found.verdict, Verdict::Improved);
    assert!(!found.changes[0].is_regression && found.changes[0].change < -0.25);
}

#[test]
fn for_rates_down_is_worse() {
    let mut rate = series(&history(50, &[(44, 0.7)]));
    rate.direction = Direction::Higher;
    let found = analyze_at_end(&rate);
    assert_eq!(found.verdict, Verdict::Regressed);
    assert!(found.changes[0].is_regression && found.latest_change.unwrap() < 0.0);
}

#[test]
fn a_change_that_went_away_is_fixed_and_the_fix_is_no_improvement() {
    let found = analyze_at_end(&series(&history(70, &[(40, 1.3), (56, 1.0 / 1.3)])));
    assert_eq!(found.verdict, Verdict::Unchanged);
    assert_eq!(found.changes.len(), 2);
    assert_eq!(found.changes[0].status, ChangeStatus::Fixed { run: Some(56) });
}

#[test]
fn a_shift_below_the_threshold_is_no_event() {
    let found = analyze_at_end(&series(&history(80, &[(40, 1.06)])));
    assert_eq!((found.verdict, found.changes.len()), (Verdict::Unchanged, 0));
}

#[test]
fn a_new_series_is_new_whatever_happens_in_it() {
    assert_eq!(analyze_at_end(&series(&[100.0, 150.0, 150.0])).verdict, Verdict::New);
    let mut quick = series(&history(40, &[(20, 1.5)]));
    for (index, run) in quick.runs.iter_mut().enumerate() {
        run.time = Timestamp::from_micros(index as i64 * 3_600_000_000);
    }
    let found = analyze_at_end(&quick);
    assert_eq!((found.verdict, found.changes.len()), (Verdict::New, 0));
}

#[test]
fn a_new_runner_is_not_compared_until_it_is_known() {
    let mut moved = series(&history(43, &[(40, 1.5)]));
    let fingerprint = vec![("os_version".to_owned(), "24.04".to_owned())];
    moved.segments.push(Segment { fingerprint, version: None });
    moved.runs[40..].iter_mut().for_each(|run| run.segment = 1);
    let found = analyze_at_end(&moved);
    assert_eq!((found.verdict, found.changes.len()), (Verdict::NotCompared, 0));
    let mut later = series(&history(60, &[(40, 1.5)]));
    later.segments.clone_from(&moved.segments);
    later.runs[40..].iter_mut().for_each(|run| run.segment = 1);
    let found = analyze_at_end(&later);
    assert_eq!((found.verdict, found.changes.len()), (Verdict::Unchanged, 0));
    assert_eq!(found.baseline.unwrap().first_run, 40);
}

#[test]
fn runners_that_take_turns_hide_no_regression() {
    let mut pool = series(&history(80, &[(66, 1.25)]));
    pool.segments.push(Segment { fingerprint: Vec::new(), version: Some("b".to_owned()) });
    for (index, run) in pool.runs.iter_mut().enumerate() {
        if noise(index, 7) > 0.0 {
            run.segment = 1;
            run.value = run.value.map(|value| value * 2.0);
        }
    }
    let found = analyze_at_end(&pool);
    assert_eq!(found.verdict, Verdict::Regressed);
    assert_eq!(found.changes.len(), 1);
    assert_eq!(found.changes[0].first_after, 66);
    assert!((found.changes[0].change - 0.25).abs() < 0.03);
}

#[test]
fn a_failed_newest_run_and_a_silent_series_are_missing() {
    let mut failed = series(&history(40, &[]));
    failed.runs[39].value = OptionalF64::NONE;
    let found = analyze_at_end(&failed);
    assert_eq!((found.verdict, found.latest_run), (Verdict::Failed, Some(38)));
    assert!(found.flags[39].has_failed && found.level.get(39).is_none());
    let silent = series(&history(40, &[]));
    let newest = Timestamp::from_micros(60 * DAY_US);
    let context = at(newest, Some(newest));
    assert_eq!(analyze(&silent, &Policy::default(), &context).verdict, Verdict::Missing);
    let late = Timestamp::from_micros(400 * DAY_US);
    let context = at(late, Some(late));
    assert!(analyze(&silent, &Policy::default(), &context).is_retired);
}

/// The example in the head of the crate.
#[test]
fn twelve_runs_of_which_three_are_slower_are_one_change() {
    let values = [100., 101., 99., 100., 102., 100., 99., 101., 100., 121., 120., 122.];
    let tenth = analyze_at_end(&series(&values[..10]));
    assert_eq!(tenth.verdict, Verdict::Suspected { runs_needed: 2 });
    let twelfth = analyze_at_end(&series(&values));
    assert_eq!(twelfth.verdict, Verdict::Regressed);
    assert_eq!(twelfth.baseline.map(|it| it.value), Some(100.0));
    let [change] = &twelfth.changes[..] else { panic!("{:?}", twelfth.changes) };
    assert_eq!((change.first_after, change.status.clone()), (9, ChangeStatus::Open));
    assert!((change.change - 0.21).abs() < 1e-9);
}

#[test]
fn the_detectable_change_never_contradicts_that_a_series_is_too_noisy() {
    let mut noisy = 0;
    for salt in 0..60 {
        let sigma = 0.01 + 0.003 * salt as f64;
        let analysis = analyze_at_end(&series(&noisy_history(12 + salt, &[], sigma, salt)));
        if analysis.verdict == Verdict::TooNoisy {
            noisy += 1;
            let detectable = analysis.detectable_change_90.unwrap();
            assert!(detectable > analysis.threshold, "salt {salt}: {detectable}");
        }
    }
    assert!((20..60).contains(&noisy), "{noisy}");
}

#[test]
fn a_series_that_cannot_show_its_threshold_is_noisy() {
    let found = analyze_at_end(&series(&noisy_history(60, &[], 0.2, 3)));
    assert_eq!(found.verdict, Verdict::TooNoisy);
    assert!(found.detectable_change_90.unwrap() > 0.3);
}

#[test]
fn a_spike_is_an_outlier_and_a_level_is_not() {
    let mut values = history(60, &[(40, 1.3)]);
    values[20] *= 1.5;
    let found = analyze_at_end(&series(&values));
    assert!(found.flags[20].is_outlier);
    assert!((36..46).all(|at| !found.flags[at].is_outlier));
    assert!(found.level.get(20).is_none());
    assert_eq!(found.changes.len(), 1);
}
