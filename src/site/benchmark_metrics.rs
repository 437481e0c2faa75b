//! Which series measure one benchmark on one backend: its metrics, and the statistics of each.
//!
//! Example: `checkout/go` with `response_time`, `response_time_p95` and `throughput` has two
//! metrics, of which the first has a statistic.

use rustc_hash::FxHashMap;

use model::record::metrics::MetricCategory;
use model::record::{Statistic, TIME_METRIC};
use model::series::{Series, SeriesKey};

/// What readers look for first; other categories follow in the order of their names.
const ORDER: [MetricCategory; 4] = [
    MetricCategory::Time,
    MetricCategory::Throughput,
    MetricCategory::Errors,
    MetricCategory::Memory,
];

/// The groups of series that differ in nothing but their metric.
pub(crate) struct BenchmarkMetrics {
    /// By series: the number of its group.
    group_of: Vec<usize>,
    /// The series of each group: time first, then throughput, errors, memory and the rest.
    groups: Vec<Vec<MetricWithStatistics>>,
}

/// A metric of a benchmark, with its statistics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MetricWithStatistics {
    /// The series of its value.
    pub(crate) series: usize,
    /// The series of its statistics, in the order of [`Statistic`].
    pub(crate) statistics: Vec<usize>,
}

impl MetricWithStatistics {
    /// Its value and its statistics.
    pub(crate) fn members(&self) -> Vec<usize> {
        std::iter::once(self.series).chain(self.statistics.iter().copied()).collect()
    }
}

impl BenchmarkMetrics {
    pub(crate) fn of(all: &[Series]) -> Self {
        let mut numbers: FxHashMap<SeriesKey, usize> = FxHashMap::default();
        let (mut group_of, mut members): (Vec<usize>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        for (index, series) in all.iter().enumerate() {
            let (metric, metric_name) = (String::new(), String::new());
            let key = SeriesKey { metric, metric_name, statistic: None, ..series.key.clone() };
            let number = *numbers.entry(key).or_insert(members.len());
            if number == members.len() {
                members.push(Vec::new());
            }
            members[number].push(index);
            group_of.push(number);
        }
        Self { group_of, groups: members.iter().map(|group| metrics(all, group)).collect() }
    }

    /// The metrics of the benchmark of a series.
    pub(crate) fn of_series(&self, series: usize) -> &[MetricWithStatistics] {
        &self.groups[self.group_of[series]]
    }

    /// The metric that a series is, or that it is a statistic of.
    pub(crate) fn metric_of(&self, series: usize) -> Option<&MetricWithStatistics> {
        let is_of = |metric: &&MetricWithStatistics| {
            metric.series == series || metric.statistics.contains(&series)
        };
        self.of_series(series).iter().find(is_of)
    }
}

/// The metrics of a group. A metric that a tool recorded as `latency_p95` is a statistic of the
/// `latency` beside it; without that it is a metric.
fn metrics(all: &[Series], group: &[usize]) -> Vec<MetricWithStatistics> {
    // Groups are small, so a search beats a map.
    let name = |index: usize| all[index].key.metric.as_str();
    let value_of = |index: usize| {
        let (metric, statistic) = Statistic::of_metric(name(index))?;
        let value = group.iter().copied().find(|other| name(*other) == metric)?;
        Some((value, statistic))
    };
    let mut metrics: Vec<MetricWithStatistics> = group
        .iter()
        .filter(|index| value_of(**index).is_none())
        .map(|index| {
            let of = |other: &usize| value_of(*other).filter(|(value, _)| value == index);
            let mut statistics: Vec<(Statistic, usize)> =
                group.iter().filter_map(|other| Some((of(other)?.1, *other))).collect();
            statistics.sort_unstable();
            let statistics = statistics.into_iter().map(|(_, series)| series).collect();
            MetricWithStatistics { series: *index, statistics }
        })
        .collect();
    let rank = |metric: &MetricWithStatistics| {
        let series = &all[metric.series];
        let category = MetricCategory::of_metric(&series.key.metric, &series.unit);
        let place = category.and_then(|it| ORDER.iter().position(|other| *other == it));
        (series.key.metric != TIME_METRIC, place.unwrap_or(ORDER.len()))
    };
    metrics.sort_by_key(rank);
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(metric: &str) -> Series {
        let key = SeriesKey { metric: metric.to_owned(), ..SeriesKey::of_test("checkout", "go") };
        Series::of_times(key, Vec::new())
    }

    #[test]
    fn a_statistic_stands_with_its_metric_and_an_orphan_alone() {
        let names = ["cpu_max", "latency", "latency_p99", "latency_p95", "time"];
        let all = names.map(series);
        let metrics = BenchmarkMetrics::of(&all);
        let of = |series, statistics: &[usize]| MetricWithStatistics {
            series,
            statistics: statistics.to_vec(),
        };
        assert_eq!(metrics.of_series(0), [of(4, &[]), of(1, &[3, 2]), of(0, &[])]);
        assert_eq!(metrics.metric_of(2), Some(&of(1, &[3, 2])));
        assert_eq!(metrics.metric_of(2).map(MetricWithStatistics::members), Some(vec![1, 3, 2]));
    }
}
