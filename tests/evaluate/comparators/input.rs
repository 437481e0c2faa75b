//! Series as the generator writes them, and as the methods want them: in logarithms, larger is
//! worse, so that one rule serves both directions and all units.

use serde::Deserialize;

/// The file: whatever else stands in it is not needed here.
#[derive(Deserialize)]
pub struct Input {
    pub series: Vec<Series>,
}

/// One series of the generator.
#[derive(Deserialize)]
pub struct Series {
    id: String,
    group: String,
    values: Vec<f64>,
    lower_is_better: bool,
    policy_threshold: f64,
    fingerprints: Vec<String>,
    days: Vec<f64>,
}

/// One series as a method sees it.
pub struct View {
    pub id: String,
    /// Series of one group are one test on several backends, over the same commits.
    pub group: String,
    /// Values as measured; positive.
    pub values: Vec<f64>,
    /// Logarithm of the values, signed so that larger is worse.
    pub y: Vec<f64>,
    /// The policy's relative threshold on the scale of `y`.
    pub limit: f64,
    /// Number of the runner of each run.
    pub runner: Vec<usize>,
    /// First run after the three days in which a test is new.
    pub grace: usize,
}

impl View {
    pub fn new(series: Series) -> Self {
        let sign = if series.lower_is_better { 1.0 } else { -1.0 };
        let mut names = series.fingerprints.clone();
        names.sort();
        names.dedup();
        let number = |name| names.binary_search(name).unwrap_or_default();
        let first = series.days.first().copied().unwrap_or_default();
        let grace = series.days.iter().position(|day| day - first >= 3.0);
        Self {
            id: series.id,
            group: series.group,
            y: series.values.iter().map(|value| sign * value.ln()).collect(),
            limit: series.policy_threshold.ln_1p(),
            runner: series.fingerprints.iter().map(number).collect(),
            grace: grace.unwrap_or(series.values.len()),
            values: series.values,
        }
    }
}
