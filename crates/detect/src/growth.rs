//! How a metric grows with the input size: the exponent of n, with its 95 % interval.
//!
//! On logarithmic axes n^a is a line of slope a. The slope is the median of the slopes between all
//! pairs of runs at different sizes (Theil 1950, Sen 1968), the interval Sen's, widened by the
//! autocorrelation of the runs as that of a trend is. With two sizes it is the interval of Mann and
//! Whitney for the shift between them.

use model::series::Series;

use super::analysis::Analysis;
use super::trend::line_with_interval;

/// Newest runs of each size that count: more pair off to more slopes than the exponent needs.
const MAX_RUNS: usize = 12;
/// Sizes that count: the largest. Small inputs measure the call and not the work.
const MAX_SIZES: usize = 12;

/// A series of one size, among others that differ from it in size alone.
#[derive(Clone, Copy)]
pub struct SizedSeries<'a> {
    pub series: &'a Series,
    pub analysis: &'a Analysis,
}

/// `n^exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthEstimate {
    pub exponent: f64,
    /// Ends of the 95 % interval.
    pub low: f64,
    pub high: f64,
    pub sizes: u32,
    pub runs: u32,
}

/// The growth over the sizes of these series; none for fewer than two sizes, or for so few runs
/// that the interval has no ends.
pub fn estimate_growth(members: &[SizedSeries<'_>]) -> Option<GrowthEstimate> {
    let mut sizes: Vec<(u64, Vec<f64>)> = members
        .iter()
        .filter_map(|member| Some((member.series.key.n.filter(|n| *n > 0)?, newest_logs(member))))
        .filter(|(_, logs)| !logs.is_empty())
        .collect();
    sizes.sort_by_key(|(n, _)| *n);
    sizes.drain(..sizes.len().saturating_sub(MAX_SIZES));
    let distinct = sizes.chunk_by(|a, b| a.0 == b.0).count();
    if distinct < 2 {
        return None;
    }
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (n, logs) in sizes {
        x.extend(std::iter::repeat_n(libm::log(n as f64), logs.len()));
        y.extend(logs);
    }
    let line = line_with_interval(&x, &y)?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(GrowthEstimate {
        exponent: line.slope,
        low: line.low,
        high: line.high,
        sizes: count(distinct),
        runs: count(y.len()),
    })
}

/// Logarithms of the newest values on the newest level, oldest first.
fn newest_logs(member: &SizedSeries<'_>) -> Vec<f64> {
    let SizedSeries { series, analysis } = member;
    let Some(latest) = analysis.latest_run else { return Vec::new() };
    let segment = series.runs[latest].segment;
    let since = analysis.changes.last().map_or(0, |change| change.first_after);
    let counts = |run: &usize| {
        let flags = analysis.flags[*run];
        let is_left_out = flags.has_failed || flags.is_outlier || flags.is_below_resolution;
        !is_left_out && series.runs[*run].segment == segment
    };
    let runs = (since..=latest).rev().filter(counts);
    let values = runs.filter_map(|run| series.runs[run].value.get());
    let positive = values.filter(|value| *value > 0.0).take(MAX_RUNS);
    let mut logs: Vec<f64> = positive.map(libm::log).collect();
    logs.reverse();
    logs
}
