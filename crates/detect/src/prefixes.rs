//! The properties of the pass: about every run it says what a history that ends there would say,
//! and about many series no more than of few.

use proptest::prelude::*;

use model::policy::Policy;
use model::record::OptionalF64;
use model::record::time::Timestamp;
use model::series::{Segment, Series};

use super::replay::replay;
use super::scenarios::{at, noisy_history, series};
use super::*;

/// Backends of one benchmark that step, move together, fail and change runners.
fn backends(salt: usize, step: (usize, f64), shift: usize, turn: usize) -> Vec<Series> {
    (0..5)
        .map(|backend| {
            let own = if backend == 0 { step } else { (usize::MAX, 1.0) };
            let steps = [own, (shift, 1.25)];
            let mut it = series(&noisy_history(70, &steps, 0.01, salt * 5 + backend));
            it.key.backend = format!("b{backend}");
            it.segments.push(Segment { fingerprint: Vec::new(), version: Some("2".to_owned()) });
            if backend == 1 {
                it.runs[turn..].iter_mut().for_each(|run| run.segment = 1);
            }
            if backend == 2 {
                it.runs[turn].value = OptionalF64::NONE;
                it.runs[turn / 2].value = 0.0.into();
            }
            it
        })
        .collect()
}

/// The series as they were when the run `last` was the newest.
fn runs_until(all: &[Series], last: usize) -> Vec<Series> {
    let cut = |it: &Series| Series { runs: it.runs[..=last].to_vec(), ..it.clone() };
    all.iter().map(cut).collect()
}

/// An analysis without what the gate does not compute.
fn gate_view(it: &Analysis) -> Analysis {
    let is_noisy = it.newest.verdict == Verdict::TooNoisy;
    Analysis {
        trend: None,
        typical_range: None,
        detectable_change_90: it.detectable_change_90.filter(|_| is_noisy),
        detectable_change_99: it.detectable_change_99.filter(|_| is_noisy),
        ..it.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_gate_sees_what_pages_see_and_verdicts_alone_are_the_same(
        salt in 0..1_000_usize,
        step in (10..75_usize, 0.7..1.5_f64),
        shift in 20..75_usize,
        turn in 8..70_usize,
        last in 5..70_usize,
        sigma in prop_oneof![Just(0.0), 0.05..0.4_f64],
    ) {
        let mut all = runs_until(&backends(salt, step, shift, turn), last);
        // Every kind of verdict, that of a series too noisy to be judged included.
        for (at, run) in all[4].runs.iter_mut().enumerate() {
            run.value = run.value.map(|value| value * (1.0 + sigma * (at % 3) as f64));
        }
        let policy = Policy::default();
        let newest = all[0].runs.last().map(|run| run.time);
        let pages = at(newest.unwrap_or(Timestamp::from_micros(0)), newest);
        let gate = AnalysisContext { depth: AnalysisDepth::GateOnly, ..pages };
        let (of_pages, of_gate) =
            (analyze_all(&all, &policy, &pages), analyze_all(&all, &policy, &gate));
        let views = |found: &Analyses| found.by_series.iter().map(gate_view).collect::<Vec<_>>();
        prop_assert_eq!(views(&of_pages), views(&of_gate));
        prop_assert_eq!(of_pages.infrastructure_days, of_gate.infrastructure_days);
        let alone = verdicts(&all, &policy, &gate);
        let each: Vec<Verdict> = of_gate.by_series.iter().map(|it| it.newest.verdict).collect();
        prop_assert_eq!(alone, each);
    }

    #[test]
    fn a_replay_says_of_each_run_what_a_history_cut_off_there_says(
        salt in 0..1_000_usize,
        step in (10..60_usize, 0.7..1.5_f64),
        shift in 20..75_usize,
        turn in 8..60_usize,
    ) {
        let all = backends(salt, step, shift, turn);
        let policy = Policy::default();
        let context = at(Timestamp::from_micros(0), None);
        let replayed = replay(&all, &policy, &context);
        for last in 0..70 {
            let found = analyze_all(&runs_until(&all, last), &policy, &context);
            for (index, analysis) in found.by_series.iter().enumerate() {
                let then = replayed.iter().find(|it| (it.series, it.run) == (index, last));
                let verdict = then.map_or(Verdict::Unchanged, |it| it.verdict);
                // The look back knows both sides of a change, so it may open what the gate missed,
                // and close what the gate has not seen going. A change of the threshold's size may
                // be on either side of it: the gate sees few runs, with a noise of 1 %. Nothing
                // else may differ.
                let look_back = analysis.changes.iter().any(|change| {
                    let is_fixed = matches!(change.status, ChangeStatus::Fixed { .. });
                    let is_marginal = (change.change.abs() - analysis.threshold).abs() < 0.01;
                    let differs = change.reported_at.is_none() || is_fixed || is_marginal;
                    change.is_regression && differs
                });
                let is_same = verdict == analysis.verdict || look_back;
                prop_assert!(is_same, "series {} run {}: {:?}", index, last, analysis);
                let change = then.and_then(|it| it.latest_change);
                if let (Some(then), Some(now)) = (change, analysis.latest_change)
                    && verdict == Verdict::Regressed
                {
                    prop_assert_eq!(then > 0.0, now > 0.0, "series {} run {}", index, last);
                }
            }
        }
    }

    /// A regression that the gate reported leaves the list of open ones by an event that says why.
    #[test]
    fn no_run_turns_an_open_regression_into_an_unchanged_series_without_an_event(
        salt in 0..1_000_usize,
        up in (15..40_usize, 1.12..1.6_f64),
        then in (45..80_usize, 0.6..1.3_f64),
        turn in 20..120_usize,
        sigma in 0.005..0.03_f64,
    ) {
        let steps = [up, then];
        let mut all = series(&noisy_history(120, &steps, sigma, salt));
        all.segments.push(Segment { fingerprint: Vec::new(), version: Some("2".to_owned()) });
        all.runs[turn..].iter_mut().for_each(|run| run.segment = 1);
        let policy = Policy::default();
        let context = at(Timestamp::from_micros(0), None);
        let mut open: Vec<usize> = Vec::new();
        for last in 10..120 {
            let cut = runs_until(std::slice::from_ref(&all), last);
            let found = analyze_all(&cut, &policy, &context).by_series.remove(0);
            let reported = |change: &&Change| change.is_regression && change.reported_at.is_some();
            let listed = found.changes.iter().filter(reported).chain(&found.withdrawn);
            // The look back may move an onset by a few runs as it sees more of them.
            let starts: Vec<usize> = listed.map(|change| change.first_after).collect();
            for first in &open {
                let is_known = starts.iter().any(|start| start.abs_diff(*first) <= 10);
                prop_assert!(is_known, "run {last}: {first} is gone: {found:?}");
            }
            let now_open = found.open_regressions().filter(|it| it.reported_at.is_some());
            open = now_open.map(|change| change.first_after).collect();
            if !open.is_empty() {
                prop_assert_ne!(found.verdict, Verdict::Unchanged);
            }
        }
    }

    #[test]
    fn the_order_of_series_and_others_beside_them_change_no_replay(
        salt in 0..1_000_usize,
        step in (10..60_usize, 0.7..1.5_f64),
    ) {
        let all = backends(salt, step, 200, 30);
        let policy = Policy::default();
        let context = at(Timestamp::from_micros(0), None);
        let mut more = all.clone();
        more.reverse();
        for other in 0..40 {
            let mut it = series(&noisy_history(70, &[], 0.01, 9_000 + other));
            it.key.test = format!("other {other}");
            more.push(it);
        }
        let replayed = replay(&all, &policy, &context);
        let turned = replay(&more, &policy, &context);
        for one in replayed {
            let same = |it: &&super::replay::ReplayedVerdict| {
                (it.series, it.run) == (4 - one.series, one.run)
            };
            let there = turned.iter().find(same).map(|it| (it.verdict, it.latest_change));
            prop_assert_eq!(there, Some((one.verdict, one.latest_change)));
        }
    }
}

#[test]
fn five_thousand_steady_series_report_nothing_in_sixty_days() {
    let all: Vec<Series> = (0..5_000)
        .map(|index| {
            let mut it = series(&noisy_history(60, &[], 0.03, 20_000 + index));
            it.key.test = format!("t{index}");
            it
        })
        .collect();
    let context = at(Timestamp::from_micros(0), None);
    let replayed = replay(&all, &Policy::default(), &context);
    let regressed = replayed.iter().filter(|it| it.verdict == Verdict::Regressed).count();
    assert_eq!(regressed, 0);
}

#[test]
fn backends_too_noisy_to_tell_alone_are_asked_before_one_of_them_is_told() {
    let shifted = |backend: usize, sigma: f64| {
        let mut it = series(&noisy_history(52, &[(45, 1.16)], sigma, 300 + backend));
        it.key.backend = format!("b{backend}");
        it
    };
    let noise = [0.01, 0.03, 0.035, 0.04, 0.03];
    let all: Vec<Series> =
        noise.iter().enumerate().map(|(backend, sigma)| shifted(backend, *sigma)).collect();
    let context = at(Timestamp::from_micros(0), None);
    let found = analyze_all(&all, &Policy::default(), &context);
    assert!(!found.infrastructure_days.is_empty());
    assert!(
        found.by_series.iter().all(|it| it.verdict != Verdict::Regressed),
        "{:?}",
        found.by_series[0]
    );
    let alone = analyze_all(&all[..1], &Policy::default(), &context);
    assert_eq!(alone.by_series[0].verdict, Verdict::Regressed);
}

#[test]
fn the_figures_count_what_was_reported_what_vanished_and_what_was_missed() {
    let steady = series(&noisy_history(120, &[], 0.01, 1));
    let mut stepped = series(&noisy_history(120, &[(60, 1.3)], 0.01, 2));
    stepped.key.test = "stepped".to_owned();
    let context = at(Timestamp::from_micros(0), None);
    let figures = analyze_all(&[steady, stepped], &Policy::default(), &context).replay_summary;
    assert_eq!((figures.runs, figures.series), (240, 2));
    assert_eq!(
        (figures.reported_regressions, figures.withdrawn_reports, figures.missed_regressions),
        (1, 0, 0)
    );
    assert_eq!(figures.median_delay_runs, Some(2.0));
    assert_eq!(figures.false_alarm_rate(), 0.0);
}

/// Found by the property above: a zero in one series scaled it by what came later.
#[test]
fn what_is_scaled_is_scaled_by_what_came_before() {
    let all = backends(176, (17, 1.1240812420705188), 20, 21);
    let policy = Policy::default();
    let context = at(Timestamp::from_micros(0), None);
    let replayed = replay(&all, &policy, &context);
    for last in 0..70 {
        let found = analyze_all(&runs_until(&all, last), &policy, &context);
        for one in replayed.iter().filter(|it| it.run == last) {
            let then = &found.by_series[one.series];
            assert_eq!(one.verdict, then.verdict, "run {last}");
        }
    }
}
