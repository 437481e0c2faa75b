//! What the room must say of whole histories, by subject: one claim a test. Here are the histories
//! that they share.

mod any_input;
mod backends;
mod counts;
mod gradual;
mod infrastructure;
mod levels;
mod own_noise;
mod reviewed;
mod rules;

use model::policy::Policy;
use model::record::time::Timestamp;
use model::series::Series;
use model::testing::SeriesBuilder;

use crate::rule::Rule;
use crate::*;

/// Nearly normal noise, the same for the same index: 12 hashed uniform numbers less 6.
pub(super) fn noise(index: usize, salt: usize) -> f64 {
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
