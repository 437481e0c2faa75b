//! What a session says: one claim a test, and the stated figures on synthetic sessions. The example
//! `paired` prints more of them.

use super::simulate::{SessionPlan, simulate};
use super::*;

/// Differences that no one would call noise, and none.
const STEP: [f64; 8] = [107.0, 106.5, 107.2, 106.8, 107.1, 106.9, 107.3, 106.6];
const SAME: [f64; 8] = [100.1, 99.9, 100.2, 99.8, 100.0, 100.1, 99.7, 100.2];

fn series(head: &[f64]) -> PairedSeries {
    let base = [100.0, 100.2, 99.9, 100.1, 99.8, 100.0, 100.1, 99.9];
    let pairs = (1..).zip(base).zip(head);
    let pair =
        |((round, base), head): ((u32, f64), &f64)| Pair { round, build: 0, base, head: *head };
    PairedSeries {
        pairs: pairs.map(pair).collect(),
        metric: "time".to_owned(),
        threshold: 0.05,
        absolute_threshold: 0.0,
        direction: Direction::Lower,
        known_noise: None,
    }
}

fn verdict(series: PairedSeries, end: SessionEnd) -> PairedVerdict {
    let rounds = series.pairs.last().map_or(0, |pair| pair.round);
    judge(&[series], rounds, end)[0].verdict
}

#[test]
fn a_lasting_difference_is_a_regression_or_an_improvement_by_direction() {
    use PairedVerdict::{Improved, NotCompared, Regressed, Unchanged};
    let with = |direction| PairedSeries { direction, ..series(&STEP) };
    assert_eq!(verdict(with(Direction::Lower), SessionEnd::Running), Regressed);
    assert_eq!(verdict(with(Direction::Higher), SessionEnd::Running), Improved);
    assert_eq!(verdict(with(Direction::Unknown), SessionEnd::Planned), NotCompared);
    assert_eq!(verdict(series(&SAME), SessionEnd::Running), Unchanged);
    let result = judge(&[series(&STEP)], 8, SessionEnd::Running)[0];
    assert!(result.lower < 0.07 && 0.07 < result.upper && result.rounds == 8, "{result:?}");
}

#[test]
fn a_difference_within_the_threshold_is_unchanged_however_significant() {
    let wide = PairedSeries { threshold: 0.1, ..series(&STEP) };
    assert_eq!(verdict(wide, SessionEnd::Planned), PairedVerdict::Unchanged);
    let absolute = PairedSeries { absolute_threshold: 20.0, ..series(&STEP) };
    assert_eq!(verdict(absolute, SessionEnd::Planned), PairedVerdict::Unchanged);
    let reached = PairedSeries { absolute_threshold: 5.0, ..series(&STEP) };
    assert_eq!(verdict(reached, SessionEnd::Planned), PairedVerdict::Regressed);
}

#[test]
fn what_scatters_too_much_is_open_and_never_unchanged() {
    let noisy = series(&[80.0, 130.0, 95.0, 70.0, 140.0, 100.0, 90.0, 115.0]);
    assert_eq!(verdict(noisy, SessionEnd::Planned), PairedVerdict::Open);
    let none = PairedSeries { pairs: Vec::new(), ..series(&STEP) };
    assert_eq!(verdict(none, SessionEnd::Planned), PairedVerdict::NotCompared);
    assert_eq!(verdict(series(&STEP[..1]), SessionEnd::Planned), PairedVerdict::Open);
}

#[test]
fn a_known_noise_judges_few_rounds() {
    let few = |known_noise| PairedSeries { known_noise, ..series(&STEP[..2]) };
    let known = Some(KnownNoise { sigma: 0.005, freedom: 90.0 });
    assert_eq!(verdict(few(known), SessionEnd::Planned), PairedVerdict::Regressed);
    // Only a planned end may judge that early.
    assert_eq!(verdict(few(known), SessionEnd::Running), PairedVerdict::Open);
}

#[test]
fn a_failed_round_has_no_pair_and_the_others_count() {
    let mut gap = series(&STEP);
    gap.pairs.remove(3);
    let result = judge(&[gap], 8, SessionEnd::Planned)[0];
    assert_eq!((result.verdict, result.rounds), (PairedVerdict::Regressed, 7));
}

#[test]
fn builds_that_differ_are_what_counts() {
    let mut by_build = series(&[110.0, 110.1, 99.9, 100.0, 110.0, 109.9, 100.1, 100.0]);
    for (at, pair) in by_build.pairs.iter_mut().enumerate() {
        pair.build = u32::try_from(at / 2).unwrap();
    }
    let result = judge(&[by_build.clone()], 8, SessionEnd::Planned)[0];
    assert!(result.depends_on_build && result.verdict == PairedVerdict::Open, "{result:?}");
    by_build.pairs.iter_mut().for_each(|pair| pair.head = 1.1 * pair.base);
    let result = judge(&[by_build], 8, SessionEnd::Planned)[0];
    assert!(!result.depends_on_build && result.verdict == PairedVerdict::Regressed);
}

#[test]
fn values_without_a_logarithm_are_compared_by_their_size() {
    let mut signed = series(&STEP);
    signed.pairs[0].base = 0.0;
    let result = judge(&[signed], 8, SessionEnd::Planned)[0];
    // The one round that is far off is drawn in; the others agree.
    assert!((result.change - 0.07).abs() < 0.01, "{result:?}");
    let mut odd = series(&STEP);
    odd.pairs[1].head = f64::NAN;
    assert_eq!(judge(&[odd], 8, SessionEnd::Planned)[0].rounds, 7);
}

#[test]
fn the_error_is_spent_once() {
    assert!((LOOKS.iter().map(|look| look.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(LOOKS.is_sorted_by(|a, b| a.round < b.round));
}

const QUIET: SessionPlan = SessionPlan::QUIET;

#[test]
fn sessions_without_a_change_hardly_ever_block() {
    // 60 sessions of each kind: the stated rate is 0.3 of them, and 3 would be one in 270.
    for (at, plan) in [
        QUIET,
        SessionPlan { noise_ratio: 10.0, ..QUIET },
        SessionPlan { has_history: true, today: 2.0, ..QUIET },
        SessionPlan { has_history: true, spikes: 0.05, ..QUIET },
    ]
    .into_iter()
    .enumerate()
    {
        let found = simulate(plan, 60, 11, false);
        assert!(found.false_blocks <= 2, "{at}: {found:?}");
    }
}

#[test]
fn changes_are_found_in_few_rounds() {
    for (sigma, change, max_rounds) in [(0.01, 0.03, 8), (0.03, 0.07, 12), (0.05, 0.12, 12)] {
        for (has_history, factor) in [(true, 1.0), (false, 1.6)] {
            let change = change * factor;
            let plan = SessionPlan { sigma, change, max_rounds, has_history, ..QUIET };
            let rate = f64::from(simulate(plan, 60, 12, false).detected) / 60.0;
            assert!(rate >= 0.85, "noise {sigma}, history {has_history}: {rate}");
        }
    }
}

#[test]
fn a_session_without_a_change_needs_less_than_half_of_the_rounds() {
    let plan = SessionPlan { has_history: true, max_rounds: 64, ..QUIET };
    let found = simulate(plan, 6, 13, true);
    assert!(found.mean_rounds() <= 32.0, "{found:?}");
}
