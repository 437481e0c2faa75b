//! What a metric measures, and whether the table has it.

use crate::record::direction::{is_amount_per_unit, is_rate};
use crate::record::metrics::{MetricCategory, category_of, metric_named, words_of};
use crate::record::{Direction, Unit};

impl MetricCategory {
    /// The category of a metric: of its whole name, else of its words, else of its unit.
    pub fn of_metric(metric: &str, unit: &Unit) -> Option<Self> {
        if let Some(row) = metric_named(metric) {
            return Some(row.category);
        }
        let of_words = words_of(metric).iter().filter_map(|word| category_of(word)).min();
        of_words.or_else(|| Self::of_unit(unit.as_str()))
    }

    fn of_unit(unit: &str) -> Option<Self> {
        match unit {
            "ns" => Some(Self::Time),
            "B" => Some(Self::Size),
            "B/s" | "bit/s" => Some(Self::Network),
            "fps" => Some(Self::Frames),
            "iops" => Some(Self::Disk),
            "J" | "W" | "°C" => Some(Self::Energy),
            "count" => Some(Self::Count),
            _ if is_rate(unit) => Some(Self::Throughput),
            _ => None,
        }
    }
}

/// Whether the table has a metric, or its unit settles the direction.
pub fn is_known_metric(metric: &str, unit: &Unit) -> bool {
    metric_named(metric).is_some() || Direction::of_metric(metric, unit) != Direction::Unknown
}

/// Whether a unit has a scale, counts something in a span of time, or is time or memory for each of
/// something: `ms`, `widgets/s`, `ns/row`. No unit at all is plain too.
pub fn is_known_unit(unit: &Unit) -> bool {
    let name = unit.as_str();
    name.is_empty() || Unit::is_known(name) || is_rate(name) || is_amount_per_unit(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_that_of_the_name_then_of_the_unit() {
        for (metric, unit, category) in [
            ("time", "ns", Some(MetricCategory::Time)),
            ("disk_latency", "ms", Some(MetricCategory::Disk)),
            ("disk_errors", "count", Some(MetricCategory::Errors)),
            ("gpu_memory", "MB", Some(MetricCategory::Gpu)),
            ("frame_time", "ms", Some(MetricCategory::Frames)),
            ("error_rate_4xx", "%", Some(MetricCategory::Errors)),
            ("cpu_idle", "%", Some(MetricCategory::Cpu)),
            ("memory_available", "GB", Some(MetricCategory::Memory)),
            ("api_response", "ms", Some(MetricCategory::Time)),
            ("api", "req/s", Some(MetricCategory::Throughput)),
            ("zephyr", "parrots", None),
        ] {
            let unit = Unit::parse(unit).0;
            assert_eq!(MetricCategory::of_metric(metric, &unit), category, "{metric}");
        }
    }
}
