//! What may be typed after `measure`.

use std::path::PathBuf;
use std::time::Duration;

use crate::app::measure::RoundCount;
use crate::cli::args::bench_run::{BenchOutputArgs, BenchRunArgs};
use detect::paired::MAX_ROUNDS;

/// What is measured, how often, and what its output is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MeasureArgs {
    /// Compare with this commit; of a branch, with the commit where the head leaves it
    #[arg(long, value_name = "REF", conflicts_with_all = ["a", "base_command"])]
    pub(crate) base: Option<String>,
    /// Measure this commit [default: the one that is checked out here]
    #[arg(long, value_name = "REF", requires = "base")]
    pub(crate) head: Option<String>,
    /// Measure changed files of the head, too
    #[arg(long, requires = "base", conflicts_with = "head")]
    pub(crate) include_dirty: bool,
    /// Compare two folders, without git: the base
    #[arg(long, value_name = "DIR", requires = "b", conflicts_with = "base_command")]
    pub(crate) a: Option<PathBuf>,
    /// Compare two folders, without git: the head
    #[arg(long, value_name = "DIR", requires = "a")]
    pub(crate) b: Option<PathBuf>,
    /// Compare two commands, both run here: that of the base, with its arguments in one text
    #[arg(long, value_name = "COMMAND")]
    pub(crate) base_command: Option<String>,
    /// Shell text that builds a side; run once in the folder of each
    #[arg(long, value_name = "SHELL")]
    pub(crate) setup: Option<String>,
    /// Rounds; each runs every side once. `auto` ends once every series is decided [default: auto;
    /// 5 for one side]
    #[arg(long, value_name = "auto|N", default_value = "auto", hide_default_value = true,
        value_parser = rounds)]
    pub(crate) rounds: RoundCount,
    /// Begin no round that would end later: 90s, 20m, 1h
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = time_limit)]
    pub(crate) time_limit: Duration,
    /// Runs of each side before the first round that are not recorded
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) warm_up: u32,
    /// Set both sides up again after every N rounds: shows whether a result depends on the build
    #[arg(long, value_name = "N", requires = "setup",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rebuild: Option<u32>,
    #[command(flatten)]
    pub(crate) output: BenchOutputArgs,
    /// Branch that was measured
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Pull request that was measured: its records go to pulls/NUMBER.ndjson [default: this job's]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) pull: Option<u64>,
    /// Record the version of a tool too: rustc, go, python3, node, …
    #[arg(long, value_name = "NAME")]
    pub(crate) toolchain: Vec<String>,
    /// Write results/NAME.ndjson, for jobs that run side by side [default: the file of the day]
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
    #[command(flatten)]
    pub(crate) run: BenchRunArgs,
}

fn rounds(text: &str) -> Result<RoundCount, String> {
    if text == "auto" {
        return Ok(RoundCount::Auto);
    }
    let count = text.parse().ok().filter(|count| (1..=MAX_ROUNDS).contains(count));
    count
        .map(RoundCount::Exactly)
        .ok_or_else(|| format!("write `auto` or a whole number from 1 to {MAX_ROUNDS}"))
}

pub(super) fn time_limit(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time as 90s, 20m or 1h".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let number: u32 = number.trim().parse().ok().filter(|it| *it > 0).ok_or_else(wrong)?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}
