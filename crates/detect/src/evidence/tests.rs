//! One scenario for each sentence of the evidence.

use crate::scenarios::{at_end, noisy_history, series};
use crate::{Analyses, ChangeKind, analyze_all};
use model::history::{Environment, History};
use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

/// A series of a test on a backend that steps by `factor` at its 41st run of 60.
fn of(test: &str, backend: &str, factor: f64, salt: usize) -> Series {
    let mut it = series(&noisy_history(60, &[(40, factor)], 0.01, salt));
    (it.key.test, it.key.backend) = (test.to_owned(), backend.to_owned());
    it
}

fn analyze(all: &[Series]) -> Analyses {
    analyze_all(all, &Policy::default(), &at_end(&all[0]))
}

fn hints(all: &[Series]) -> Vec<String> {
    analyze(all).by_series[0].changes[0].hints.clone()
}

fn assert_hint(all: &[Series], hint: &str) {
    let hints = hints(all);
    assert!(hints.iter().any(|it| it == hint), "{hint}\n{hints:#?}");
}

#[test]
fn every_hint_is_a_sentence_and_a_lone_series_says_that_it_is_alone() {
    let hints = hints(&[of("parse", "rust", 1.3, 1)]);
    for hint in &hints {
        assert!(hint.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit()));
        assert!(hint.ends_with('.') && !hint.contains("..") && !hint.contains("  "), "{hint}");
    }
    assert!(hints[0].starts_with("40 runs before, 20 after; "), "{hints:?}");
    assert!(hints[0].contains(" × the run-to-run noise (±") && hints[0].ends_with("%)."));
    assert_eq!(hints[1], "Largest regression so far.");
    assert_eq!(hints[2], "No other series was measured then.");
    assert_eq!(hints.len(), 3);
}

#[test]
fn that_nothing_else_moved_is_told() {
    let two = [of("parse", "rust", 1.3, 1), of("load", "go", 1.0, 2)];
    assert_hint(&two, "The one other series did not get worse within a day of it.");
    let three = [two[0].clone(), two[1].clone(), of("sort", "go", 1.0, 3)];
    assert_hint(&three, "None of the 2 other series got worse within a day of it.");
}

#[test]
fn what_moved_with_it_is_counted_named_and_described() {
    let mut all = vec![of("parse", "rust", 1.3, 1)];
    let tests = ["load", "sort", "store", "sum", "trim"];
    all.extend(tests.iter().enumerate().map(|(at, test)| of(test, "rust", 1.4, at + 2)));
    all.extend((0..3).map(|at| of("parse", ["go", "sql", "zig"][at], 1.0, at + 9)));
    all.push(of("drop", "go", 0.7, 20));
    let hint = "5 of the 9 other series got worse within a day of it: ";
    let analyses = hints(&all);
    let sentence =
        analyses.iter().find(|it| it.starts_with(hint)).unwrap_or_else(|| panic!("{analyses:?}"));
    assert!(sentence.contains(" · rust") && sentence.contains(" and 2 more. "), "{sentence}");
    assert!(sentence.ends_with(" All are of the backend rust. 1 got better."), "{sentence}");
    assert_hint(&all, "Of the 4 backends of this benchmark only rust got worse.");
    let mut two = vec![of("parse", "rust", 1.3, 1), of("parse", "go", 1.4, 2)];
    assert_hint(&two, "All 2 backends of this benchmark got worse.");
    let turned = [two[0].clone(), of("parse", "go", 0.7, 2)];
    assert_hint(&turned, "Of the 2 backends of this benchmark only rust got worse.");
    two.push(of("parse", "sql", 1.0, 3));
    assert_hint(&two, "Of the 3 backends of this benchmark rust and go got worse.");
    let with = "1 of the 2 other series got worse within a day of it: parse · go. \
                All are of the test parse.";
    two[2].key.test = "load".to_owned();
    assert_hint(&two, with);
}

#[test]
fn which_of_its_siblings_moved_is_told_where_they_share_something() {
    let variants = |moves: &dyn Fn(&Series) -> bool| -> Vec<Series> {
        let mut all = Vec::new();
        for (mode, parallel, n) in (0..8).map(|i| (i / 4, i % 4 / 2 == 1, i % 2)) {
            let mut it = of("parse", "rust", 1.0, all.len());
            it.key.mode = ["default", "loops"][mode].to_owned();
            (it.key.parallel, it.key.n) = (parallel, Some([1_000, 1_000_000][n]));
            if moves(&it) {
                it.runs = of("parse", "rust", 1.3, all.len()).runs;
            }
            all.push(it);
        }
        // The first of them is asked.
        all.sort_by_key(|it| !moves(it));
        all
    };
    let has_hint = |moves: &dyn Fn(&Series) -> bool, words: &str| {
        let hint = format!("Of the 8 series of this test and backend {words} got worse.");
        assert_hint(&variants(moves), &hint);
    };
    has_hint(&|it| it.key.parallel, "only the parallel ones");
    has_hint(&|it| !it.key.parallel, "only the sequential ones");
    has_hint(&|it| it.key.mode == "loops", "only those of mode loops");
    has_hint(&|it| it.key.n > Some(1_000), "only those with n of 1,000,000 and more");
    has_hint(&|it| it.key.n < Some(1_001), "only those with n up to 1,000");
    has_hint(&|it| it.key.parallel == (it.key.mode == "loops"), "4");
    let one = |it: &Series| it.key.parallel && it.key.mode == "loops" && it.key.n == Some(1_000);
    has_hint(&one, "only this one");
    assert_hint(&variants(&|_| true), "All 8 series of this test and backend got worse.");
}

#[test]
fn earlier_changes_and_lone_runs_of_this_size_are_counted() {
    let back = 1.0 / 1.3;
    let steps = [(30, 1.3), (50, back), (80, 1.3), (100, back), (120, 1.3)];
    let mut values = noisy_history(140, &steps, 0.01, 3);
    values[60] *= 1.32;
    values[70] *= 1.4;
    let analyses = analyze(&[series(&values)]);
    let has_hint = |event: usize, hint: &str| {
        let hints = &analyses.by_series[0].changes[event].hints;
        assert!(hints.iter().any(|it| it == hint), "{hint}\n{hints:#?}");
    };
    has_hint(0, "Largest regression so far.");
    has_hint(1, "Largest improvement so far.");
    has_hint(2, "One earlier regression of this size, on 31 Jan 1970, since fixed.");
    has_hint(2, "2 of the previous 30 runs were one-off spikes of this size.");
    let often = "2 earlier regressions of this size, the last on 22 Mar 1970; 2 of them fixed.";
    has_hint(4, often);
    has_hint(3, "One earlier improvement of this size, on 20 Feb 1970.");
}

/// What is told first when the runs before the step have these environments by turns, and the runs
/// since those.
fn recorded(old: &[&[(&str, &str)]], new: &[&[(&str, &str)]], version: Option<&str>) -> String {
    let mut it = of("parse", "rust", 1.3, 1);
    let mut history = History::default();
    for fields in old.iter().chain(new) {
        let fields = fields.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let version = (history.environments.len() >= old.len()).then_some(version).flatten();
        history.environments.push(Environment {
            fields: fields.collect(),
            version: version.map(str::to_owned),
            branch: None,
        });
    }
    for (index, run) in it.runs.iter_mut().enumerate() {
        let at = if index < 40 { index % old.len() } else { old.len() + index % new.len() };
        run.environment = at as u32;
    }
    let all = [it];
    let mut analyses = analyze(&all);
    super::environment::explain(&all, &mut analyses.by_series, &history);
    analyses.by_series[0].changes[0].hints[0].clone()
}

#[test]
fn what_was_recorded_differently_is_told_first_and_what_changes_each_run_is_not() {
    let (old, new) = (&[("rustc", "1.80"), ("cpu", "a")], &[("rustc", "1.81"), ("cpu", "a")]);
    let words = recorded(&[old], &[new], None);
    assert_eq!(words, "Recorded changes from this run on: rustc (1.80 → 1.81).");
    let words = recorded(&[&[("cpu", "a")]], &[new], Some("2"));
    let both = "Recorded changes from this run on: rustc (none → 1.81) and version (none → 2).";
    assert_eq!(words, both);
    let nothing = "No recorded runner or toolchain change.";
    assert_eq!(recorded(&[old], &[old], None), nothing);
    let build = [&[("build", "1")][..], &[("build", "2")], &[("build", "3")]];
    let later = [&[("build", "4")][..], &[("build", "5")], &[("build", "6")]];
    assert_eq!(recorded(&build, &later, None), nothing);
    assert!(recorded(&[&[]], &[&[]], None).starts_with("40 runs before, "));
    let many = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"), ("f", "1")];
    assert!(recorded(&[&[]], &[&many], None).ends_with("d (none → 1) and 2 more."));
}

#[test]
fn hostile_names_are_cut_and_cannot_turn_the_sentence_around() {
    let turned = format!("\u{202e}{}", "x".repeat(500));
    let words = recorded(&[&[("os", "a")]], &[&[("os", &turned)]], None);
    assert!(words.chars().count() < 160, "{words}");
    assert!(words.contains("→ \u{2068}\u{202e}x") && words.ends_with("\u{2069})."), "{words}");
}

#[test]
fn more_measurements_a_run_are_told() {
    let mut it = of("parse", "rust", 1.3, 1);
    it.runs[40..].iter_mut().for_each(|run| run.repeats = 5);
    let mut history = History::default();
    history.environments.push(Environment::default());
    let all = [it];
    let mut analyses = analyze(&all);
    super::environment::explain(&all, &mut analyses.by_series, &history);
    let hint = "Recorded changes from this run on: measurements a run (1 → 5).";
    assert_eq!(analyses.by_series[0].changes[0].hints[0], hint);
}

#[test]
fn a_drift_is_no_company_for_a_step() {
    let slow = |at: usize| if at > 10 { 1.006_f64.powf(at as f64 - 10.0) } else { 1.0 };
    let noise = noisy_history(60, &[], 0.01, 7);
    let values: Vec<f64> = noise.iter().enumerate().map(|(at, v)| v * slow(at)).collect();
    let mut drift = series(&values);
    drift.key.test = "load".to_owned();
    let analyses = analyze(std::slice::from_ref(&drift));
    assert_eq!(analyses.by_series[0].changes[0].kind, ChangeKind::Drift);
    let mut step = of("parse", "rust", 1.0, 1);
    let first = analyses.by_series[0].changes[0].first_after;
    step.runs = series(&noisy_history(60, &[(first, 1.3)], 0.01, 2)).runs;
    let all = [step, drift];
    assert_hint(&all, "The one other series did not get worse within a day of it.");
    let drifts = [all[1].clone(), all[0].clone()];
    let has_hint = "The one other series did not get gradually worse within two weeks of it.";
    assert_hint(&drifts, has_hint);
}

#[test]
fn series_that_were_not_measured_then_are_not_counted() {
    let mut early = of("load", "rust", 1.0, 2);
    early.runs.truncate(30);
    let mut late = of("sort", "rust", 1.0, 3);
    late.runs.iter_mut().for_each(|run| {
        run.time = Timestamp::from_micros(run.time.micros() + 50 * DAY_US);
    });
    let none = Series { runs: Vec::new(), ..of("sum", "rust", 1.0, 4) };
    let all = [of("parse", "rust", 1.3, 1), early, late, none];
    assert_hint(&all, "No other series was measured then.");
}
