//! What may be typed after `bisect`.

use std::time::Duration;

use crate::cli::args::bench_run::{BenchOutputArgs, BenchRunArgs};
use crate::cli::args::measure::time_limit;

/// What is searched, and how it is measured.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BisectArgs {
    /// An open regression: the id in api/v2/regressions.json, or the address of its page
    #[arg(value_name = "REGRESSION", conflicts_with_all = ["good", "bad"],
        required_unless_present = "good")]
    pub(crate) regression: Option<String>,
    /// Search between two commits instead: the last good one
    #[arg(long, value_name = "COMMIT", requires = "bad")]
    pub(crate) good: Option<String>,
    /// Search between two commits instead: the bad one
    #[arg(long, value_name = "COMMIT", requires = "good")]
    pub(crate) bad: Option<String>,
    /// Name or glob of the series [default: the regression's largest, or the only one]
    #[arg(long, value_name = "GLOB")]
    pub(crate) series: Option<String>,
    /// Shell text that builds a commit; run once in the folder of each
    #[arg(long, value_name = "SHELL")]
    pub(crate) setup: Option<String>,
    /// Stop once a commit is the culprit with this probability
    #[arg(long, value_name = "SHARE", default_value = "95%", value_parser = confidence)]
    pub(crate) confidence: f64,
    /// Measure at most so often; each measurement runs a commit and the last good one once
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) max_measurements: u32,
    /// Begin no measurement that would end later: 90s, 20m, 1h
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = time_limit)]
    pub(crate) time_limit: Duration,
    #[command(flatten)]
    pub(crate) output: BenchOutputArgs,
    #[command(flatten)]
    pub(crate) run: BenchRunArgs,
}

fn confidence(text: &str) -> Result<f64, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.parse().map(|it: f64| it / 100.0),
        None => text.parse(),
    };
    let share = share.ok().filter(|it| (0.5..=0.9999).contains(it));
    share.ok_or_else(|| "write a share from 50% to 99.99%".to_owned())
}
