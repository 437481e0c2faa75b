//! What the room must say of whole histories: one claim a test, and properties over any history.

use proptest::prelude::*;

use model::filter::{Filter, Names};
use model::policy::{Policy, RegressionRule};
use model::record::time::{DAY_US, Timestamp};
use model::record::{Direction, OptionalF64, Unit};
use model::series::{CommitIndex, Segment, Series};
use model::testing::SeriesBuilder;

use crate::rule::Rule;
use crate::*;

/// Nearly normal noise, the same for the same index: 12 hashed uniform numbers less 6.
fn noise(index: usize, salt: usize) -> f64 {
    let uniform = |part: u64| {
        let mut x = (index as u64 * 12 + part).wrapping_add((salt as u64) << 40);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(0x9e37_79b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..12).map(uniform).sum::<f64>() - 6.0
}

/// A run a day, at one in the morning so that no time is a plain day.
pub fn series(values: &[f64]) -> Series {
    let first = Timestamp::from_micros(3_600_000_000);
    SeriesBuilder::of(values.iter().copied()).suite("s").starting_at(first).build()
}

/// The rule of a plain series under the default policy: 10 %, lower is better, 3 confirmations.
pub fn rule() -> Rule {
    Rule::of(&series(&[]), &Policy::default())
}

/// Runs at 100 with 1 % noise, multiplied from each index on by its factor.
pub fn history(runs: usize, steps: &[(usize, f64)]) -> Vec<f64> {
    noisy_history(runs, steps, 0.01, 0)
}

pub fn noisy_history(runs: usize, steps: &[(usize, f64)], sigma: f64, salt: usize) -> Vec<f64> {
    let factor = |at: usize| -> f64 {
        steps.iter().filter(|(from, _)| *from <= at).map(|(_, factor)| factor).product()
    };
    (0..runs).map(|at| 100.0 * factor(at) * (1.0 + sigma * noise(at, salt))).collect()
}

pub fn at(now: Timestamp, newest: Option<Timestamp>) -> AnalysisContext<'static> {
    AnalysisContext {
        depth: AnalysisDepth::Full,
        now,
        newest_run: newest,
        accepted: &|_| Vec::new(),
        explanations: &|_| Vec::new(),
    }
}

pub fn analyze(series: &Series, policy: &Policy, context: &AnalysisContext<'_>) -> Analysis {
    analyze_all(std::slice::from_ref(series), policy, context).by_series.remove(0)
}

pub fn at_end(series: &Series) -> AnalysisContext<'static> {
    let newest = series.runs.last().map(|run| run.time);
    at(newest.unwrap_or(Timestamp::from_micros(0)), newest)
}

pub fn analyze_at_end(series: &Series) -> Analysis {
    analyze(series, &Policy::default(), &at_end(series))
}

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
fn an_accepted_change_is_approved_until_it_grows_or_expires() {
    let it = series(&history(46, &[(40, 1.2)]));
    let now = it.runs[45].time;
    let verdict = |max_change: f64, commit: u32, expires: Option<Timestamp>| {
        let entries = move |_: &Series| {
            let (reason, accepted_by) = ("safer".to_owned(), "ada".to_owned());
            vec![ResolvedAcceptance {
                commit: CommitIndex(commit),
                max_change,
                reason,
                accepted_by,
                expires,
            }]
        };
        let context = AnalysisContext { accepted: &entries, ..at(now, Some(now)) };
        analyze(&it, &Policy::default(), &context).verdict
    };
    assert_eq!(verdict(0.3, 40, None), Verdict::Accepted);
    assert_eq!(verdict(0.1, 40, None), Verdict::Regressed);
    assert_eq!(verdict(0.3, 39, None), Verdict::Regressed);
    assert_eq!(verdict(0.3, 40, Some(it.runs[44].time)), Verdict::Regressed);
}

#[test]
fn a_note_on_its_day_or_on_its_commit_explains_a_change() {
    let it = series(&history(46, &[(40, 1.2)]));
    let status = |it: &Series, explanation: Explanation| {
        let notes = move |_: &Series| vec![explanation];
        let context = AnalysisContext { explanations: &notes, ..at_end(it) };
        let found = analyze(it, &Policy::default(), &context);
        assert_eq!(found.changes[0].first_after, 40);
        found.changes[0].status.clone()
    };
    let day = |index: usize| Explanation::Day(it.runs[index].time);
    let commit = |index: u32| Explanation::Commit(CommitIndex(index));
    for explanation in [day(39), day(40), day(41), commit(40)] {
        assert_eq!(status(&it, explanation), ChangeStatus::Explained, "{explanation:?}");
    }
    for explanation in [day(38), day(42), commit(39), commit(41)] {
        assert_eq!(status(&it, explanation), ChangeStatus::Open, "{explanation:?}");
    }
    let fixed = series(&history(70, &[(40, 1.3), (56, 1.0 / 1.3)]));
    assert_eq!(status(&fixed, commit(40)), ChangeStatus::Fixed { run: Some(56) });
}

#[test]
fn an_acceptance_outweighs_a_note() {
    let it = series(&history(46, &[(40, 1.2)]));
    let entries = |_: &Series| {
        let (reason, accepted_by) = ("safer".to_owned(), "ada".to_owned());
        vec![ResolvedAcceptance {
            commit: CommitIndex(40),
            max_change: 0.3,
            reason,
            accepted_by,
            expires: None,
        }]
    };
    let notes = |_: &Series| vec![Explanation::Commit(CommitIndex(40))];
    let context = AnalysisContext { accepted: &entries, explanations: &notes, ..at_end(&it) };
    let found = analyze(&it, &Policy::default(), &context);
    assert!(matches!(found.changes[0].status, ChangeStatus::Accepted { .. }));
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
fn a_budget_is_held_against_the_level() {
    let mut policy = Policy::default();
    policy.budgets = vec![model::policy::Budget { budget: 97.0, ..Default::default() }];
    let it = series(&history(40, &[]));
    let state = analyze(&it, &policy, &at_end(&it)).budget.unwrap();
    assert_eq!(state.verdict, BudgetVerdict::Drift);
    assert!((state.ratio - 100.0 / 97.0).abs() < 0.01);
}

fn rule_for(matches: Filter) -> RegressionRule {
    RegressionRule { matches, ..RegressionRule::default() }
}

fn of_backend(name: &str) -> Filter {
    Filter { backend: Some(Names::One(name.to_owned())), ..Filter::default() }
}

#[test]
fn the_rules_of_the_policy_decide_what_counts() {
    let it = series(&history(46, &[(40, 1.2)]));
    let judged = |rule: RegressionRule| {
        let mut policy = Policy::default();
        policy.regression.rules = vec![rule];
        analyze(&it, &policy, &at_end(&it))
    };
    let looser = RegressionRule { threshold: Some(0.4), ..rule_for(of_backend("ru*")) };
    assert_eq!(judged(looser).verdict, Verdict::Unchanged);
    let other = RegressionRule { threshold: Some(0.4), ..rule_for(of_backend("go")) };
    assert_eq!(judged(other).verdict, Verdict::Regressed);
    let small = RegressionRule { absolute: Some(50.0), ..rule_for(of_backend("rust")) };
    assert_eq!(judged(small).verdict, Verdict::Unchanged, "20 % of 100 are fewer than 50");
    let turned =
        RegressionRule { direction: Some(Direction::Higher), ..rule_for(of_backend("rust")) };
    assert_eq!(judged(turned).verdict, Verdict::Improved);
    let analysis = judged(RegressionRule { report_only: true, ..rule_for(of_backend("rust")) });
    assert!(analysis.report_only && analysis.verdict == Verdict::Regressed);
}

#[test]
fn a_budget_holds_where_its_whole_filter_does_and_the_way_a_rule_says() {
    let mut policy = Policy::default();
    let matches = Filter { parallel: Some(true), ..of_backend("rust") };
    policy.budgets = vec![model::policy::Budget { budget: 97.0, matches, ..Default::default() }];
    let mut it = series(&history(40, &[]));
    assert_eq!(analyze(&it, &policy, &at_end(&it)).budget, None);
    it.key.parallel = true;
    assert!(analyze(&it, &policy, &at_end(&it)).budget.is_some());
    let turned =
        RegressionRule { direction: Some(Direction::Higher), ..rule_for(Filter::default()) };
    policy.regression.rules = vec![turned];
    let state = analyze(&it, &policy, &at_end(&it)).budget.unwrap();
    assert_eq!(state.verdict, BudgetVerdict::Pass);
}

/// Five backends of one test; `shifted` of them step by 30 % at run 40 for `days` runs.
fn backends(shifted: usize, days: usize, runs: usize) -> Vec<Series> {
    (0..5)
        .map(|backend| {
            let steps =
                if backend < shifted { vec![(40, 1.3), (40 + days, 1.0 / 1.3)] } else { vec![] };
            let mut it = series(&noisy_history(runs, &steps, 0.01, backend));
            it.key.backend = format!("b{backend}");
            it
        })
        .collect()
}

#[test]
fn what_all_backends_do_together_is_infrastructure() {
    for (days, runs) in [(2, 42), (2, 60), (100, 42), (100, 60)] {
        let all = backends(5, days, runs);
        let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
        assert!(!found.infrastructure_days.is_empty());
        assert_eq!(found.infrastructure_days[0].day, 40);
        assert!(found.infrastructure_days[0].is_degradation);
        for it in &found.by_series {
            assert!(it.changes.is_empty(), "{days} {runs} {:?}", it.changes);
            assert!(it.flags[40].infrastructure);
            let expected = if runs == 42 { Verdict::Infrastructure } else { Verdict::Unchanged };
            assert_eq!(it.verdict, expected);
        }
    }
}

#[test]
fn what_two_of_five_backends_do_is_theirs() {
    let all = backends(2, 100, 46);
    let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
    assert!(found.infrastructure_days.is_empty());
    let verdicts: Vec<Verdict> = found.by_series.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts[..2], [Verdict::Regressed; 2]);
    assert_eq!(verdicts[2..], [Verdict::Unchanged; 3]);
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

#[test]
fn a_series_without_runs_on_the_days_of_a_lasting_shift_restarts_too() {
    let mut all = backends(5, 100, 70);
    let mut rare = series(&noisy_history(70, &[(40, 1.3)], 0.01, 9));
    rare.key.test = "rare".to_owned();
    rare.runs.retain(|run| !(39..46).contains(&run.commit.0));
    all.push(rare);
    let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
    assert!(found.infrastructure_days[0].is_lasting);
    assert!(found.by_series[5].changes.is_empty(), "{:?}", found.by_series[5].changes);
}

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
