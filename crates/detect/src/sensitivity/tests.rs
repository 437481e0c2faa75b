//! Powers of the gate at the stated changes: laws of noise, bootstraps and true futures.

use proptest::prelude::*;

use super::simulate::{ShiftTest, simulated_power, splitmix};
use super::*;
use crate::Verdict;
use crate::scenarios::{self, rule};
use model::policy::{Policy, RegressionRule};
use model::record::Direction;

const SIGMA: f64 = 0.01;

/// The question about a level that rises past this size.
fn question(size: f64) -> DetectionQuestion {
    DetectionQuestion { size, is_up_worse: true, baseline_runs: MAX_BASELINE_RUNS }
}

fn shift(levels: &[f64], size: f64) -> Option<DetectableChange> {
    detectable_shift(levels, question(size), &rule())
}

fn test(shift: f64, size: f64) -> ShiftTest {
    ShiftTest { shift, size, rule: rule() }
}

/// Uniform on 0–1, and normal by Box and Muller's transform.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        (splitmix(&mut self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

type Family = fn(&mut Random, &mut f64) -> f64;

/// One run of each law of noise; the second argument is the run before it.
const FAMILIES: [(&str, Family); 6] = [
    ("normal", |random, _| random.normal()),
    ("lognormal", |random, _| (0.6 * random.normal()).exp()),
    ("autoregressive", |random, last| {
        *last = 0.5 * *last + 0.75_f64.sqrt() * random.normal();
        *last
    }),
    ("bimodal", |random, _| {
        0.4 * random.normal() + if random.uniform() < 0.25 { 3.0 } else { 0.0 }
    }),
    ("heavy tails", |random, _| {
        // Student's t with three degrees of freedom.
        let square: f64 = (0..3).map(|_| random.normal().powi(2)).sum();
        random.normal() / (square / 3.0).sqrt()
    }),
    ("quantised", |random, _| random.normal().round()),
];

fn sample_history(family: Family, runs: usize, seed: u64) -> Vec<f64> {
    let (mut random, mut last) = (Random(seed), 0.0);
    (0..runs).map(|_| SIGMA * family(&mut random, &mut last)).collect()
}

/// The gate's answer within five runs to a shift that comes after these runs.
fn is_reported_within_horizon(history: &[f64], shift: f64, size: f64) -> bool {
    simulate::is_reported(history, 60, test(shift, size))
}

#[test]
fn nine_of_ten_bootstrapped_histories_report_the_stated_change() {
    for (name, family) in FAMILIES {
        for (runs, size) in [(40, 0.01), (40, 0.1), (100, 0.03)] {
            let power = |factor: f64| {
                let of_seed = |seed: u64| {
                    let level = remove_steps(&sample_history(family, runs, seed), &[]);
                    let stated = factor * shift(&level, size).unwrap().power_90;
                    simulated_power(&level, runs, test(stated, size), 30)
                };
                (0..8).map(of_seed).sum::<f64>() / 8.0
            };
            let (stated, smaller) = (power(1.0), power(0.6));
            assert!(stated >= 0.85, "{name}, {runs} runs, {size}: {stated}");
            // A statement far too large would be of no use.
            assert!(smaller <= 0.8, "{name}, {runs} runs, {size}, 0.6 of it: {smaller}");
        }
    }
}

#[test]
fn nine_of_ten_and_99_of_100_true_futures_report_it() {
    let cases = FAMILIES.len() * 60;
    let (mut likely, mut surely) = (0, 0);
    for (_, family) in FAMILIES {
        for seed in 0..60 {
            let history = sample_history(family, 65, seed);
            let stated = shift(&history[..60], 0.01).unwrap();
            likely += usize::from(is_reported_within_horizon(&history, stated.power_90, 0.01));
            surely += usize::from(is_reported_within_horizon(&history, stated.power_99, 0.01));
        }
    }
    assert!(likely * 10 >= cases * 9, "{likely} of {cases}");
    assert!(surely * 100 >= cases * 97, "{surely} of {cases}");
}

#[test]
fn half_of_the_stated_change_is_rarely_reported() {
    for (name, family) in FAMILIES {
        let level = remove_steps(&sample_history(family, 60, 1), &[]);
        let stated = shift(&level, 0.01).unwrap().power_90;
        let power = simulated_power(&level, 60, test(stated / 2.0, 0.01), 40);
        assert!(power < 0.5, "{name}: {power}");
    }
}

#[test]
fn without_noise_the_policy_decides_and_a_few_runs_see_less_than_many() {
    let flat = shift(&[0.0; 60], 0.05).unwrap();
    assert!((flat.power_90 - 0.05).abs() < 0.001 && (flat.power_99 - 0.05).abs() < 0.001);
    let level = sample_history(FAMILIES[0].1, 60, 5);
    let few = shift(&level[..10], 0.01).unwrap();
    let many = shift(&level, 0.01).unwrap();
    assert!(few.power_90 > 1.5 * many.power_90, "{few:?} {many:?}");
    assert_eq!(shift(&level[..4], 0.01), None);
}

#[test]
fn more_confirmations_than_five_lengthen_the_horizon() {
    assert_eq!((horizon(3), horizon(8), horizon(1_000)), (5, 8, MAX_NEW_RUNS));
    let patient = Rule { confirmations: 8, ..rule() };
    let level = remove_steps(&sample_history(FAMILIES[0].1, 60, 2), &[]);
    let stated = detectable_shift(&level, question(0.01), &patient).unwrap().power_90;
    let shift = ShiftTest { rule: patient, ..test(stated, 0.01) };
    assert!(simulated_power(&level, 60, shift, 60) > 0.8);
}

#[test]
fn a_step_in_the_past_does_not_blur_what_is_seen_now() {
    let level = sample_history(FAMILIES[0].1, 60, 4);
    let mut stepped = level.clone();
    stepped[40..].iter_mut().for_each(|value| *value += 1.0);
    let (plain, stepped) = (remove_steps(&level, &[]), remove_steps(&stepped, &[40]));
    let seen = |level: &[f64]| shift(level, 0.01).unwrap().power_90;
    assert!((seen(&stepped) / seen(&plain) - 1.0).abs() < 0.2);
}

#[test]
fn a_drifting_level_is_taken_where_it_stands_now() {
    let (mut likely, mut half) = (0, 0);
    for seed in 0..60 {
        let noise = sample_history(FAMILIES[0].1, 65, seed);
        let level: Vec<f64> =
            noise.iter().enumerate().map(|(at, e)| 1.4 * e + 0.0035 * at as f64).collect();
        let stated = shift(&level[..60], 0.1).unwrap().power_90;
        likely += usize::from(is_reported_within_horizon(&level, stated, 0.1));
        half += usize::from(is_reported_within_horizon(&level, stated / 2.0, 0.1));
    }
    assert!(likely >= 54 && half < 30, "{likely} and {half} of 60");
}

#[test]
fn the_same_simulation_gives_the_same_share() {
    let level = sample_history(FAMILIES[4].1, 60, 7);
    let share = || simulated_power(&level, 60, test(0.03, 0.01), 20);
    assert_eq!(share(), share());
    assert_eq!(simulated_power(&[], 60, test(0.03, 0.01), 20), 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_wider_noise_is_seen_less_in_proportion(
        seed in 0..1_000_u64, runs in 12..130_usize, factor in 1.5..50.0_f64,
    ) {
        let level = sample_history(FAMILIES[0].1, runs, seed);
        let wider: Vec<f64> = level.iter().map(|value| value * factor).collect();
        let seen = |level: &[f64], size: f64| shift(level, size).unwrap().power_90;
        let (one, other) = (seen(&level, 0.01), seen(&wider, 0.01 * factor));
        prop_assert!((other / one / factor - 1.0).abs() < 1e-6, "{} {}", one, other);
    }

    #[test]
    fn any_levels_give_an_ordered_finite_answer(
        level in prop::collection::vec(prop_oneof![-1e9..1e9_f64, Just(0.0)], 0..150),
        confirmations in 0..40_usize, up: bool,
    ) {
        let rule = Rule { confirmations, ..rule() };
        let question = DetectionQuestion { is_up_worse: up, ..question(0.05) };
        if let Some(told) = detectable_shift(&level, question, &rule) {
            prop_assert!(told.power_90.is_finite() && told.power_99.is_finite());
            prop_assert!(told.power_90 <= told.power_99);
        }
    }
}

#[test]
fn the_whole_analysis_reports_what_it_said_it_would() {
    let policy = Policy::default();
    let mut regressed = 0;
    for seed in 0..60 {
        let noise = sample_history(FAMILIES[0].1, 65, seed);
        let mut values: Vec<f64> = noise.iter().map(|e| 100.0 * (6.0 * e).exp()).collect();
        let before = scenarios::analyze_at_end(&scenarios::series(&values[..60]));
        let stated = before.detectable_change_90.unwrap();
        assert!(stated > before.threshold && stated <= before.detectable_change_99.unwrap());
        values[60..].iter_mut().for_each(|value| *value *= 1.0 + stated);
        let verdict =
            |end: usize| scenarios::analyze_at_end(&scenarios::series(&values[..end])).verdict;
        regressed += usize::from((61..=65).any(|end| verdict(end) == Verdict::Regressed));
        if seed == 0 {
            let checked =
                simulate::measure_power(&scenarios::series(&values[..60]), &policy, 40).unwrap();
            assert!(checked.detectable_change == stated && checked.power > 0.8, "{checked:?}");
        }
    }
    assert!((52..60).contains(&regressed), "{regressed} of 60");
}

#[test]
fn a_rate_is_worse_downwards_and_an_absolute_limit_counts() {
    let noise = sample_history(FAMILIES[0].1, 60, 3);
    let values: Vec<f64> = noise.iter().map(|e| 100.0 * (6.0 * e).exp()).collect();
    let mut rate = scenarios::series(&values);
    rate.direction = Direction::Higher;
    let (time, rate) =
        (scenarios::analyze_at_end(&scenarios::series(&values)), scenarios::analyze_at_end(&rate));
    let (time, rate) = (time.detectable_change_90.unwrap(), rate.detectable_change_90.unwrap());
    assert!(rate < time && rate > 0.5 * time, "a fall of 1/2 is as far as a rise of 1: {rate}");
    let mut policy = Policy::default();
    policy.regression.rules =
        vec![RegressionRule { absolute: Some(60.0), ..RegressionRule::default() }];
    let it = scenarios::series(&values);
    let told =
        scenarios::analyze(&it, &policy, &scenarios::at_end(&it)).detectable_change_90.unwrap();
    assert!((0.6..0.8).contains(&told), "{told}");
}
