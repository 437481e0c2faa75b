//! Static thresholds of Swift's package-benchmark (`benchmark thresholds update`, or the export
//! `metricP90AbsoluteThresholds`): the 90th percentile of each metric, a file a benchmark, named
//! `Target.Benchmark.p90.json`.
//!
//! Its export for JMH is read as JMH's, the JSON for dashboards as the custom formats. Thresholds
//! as ranges (`min`, `max`) keep both ends; their middle is no measurement, so the upper end is the
//! value.

use serde_json::Value;

use crate::entry::{
    ALLOCATIONS, BenchmarkEntry, CPU_TIME, MEMORY, MeasurementExt, THROUGHPUT, metric,
};
use crate::format::{Format, Reader};
use crate::json::Number;
use crate::parse::name;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "swift",
    tool: "Swift package-benchmark: Thresholds/*.p90.json",
    signature: "an object of nothing but its metrics' names, as `mallocCountTotal`",
    yields: "the 90th percentile of every metric",
    backend: "swift",
    reader: Reader::Text { recognizes, read },
};

/// package-benchmark's metrics, by the names in its files (`BenchmarkMetric.rawDescription`): our
/// name where it is another, and the unit. Times are nanoseconds there.
const METRICS: [(&str, &str, &str); 28] = [
    ("cpuUser", "user_time", "ns"),
    ("cpuSystem", "system_time", "ns"),
    ("cpuTotal", CPU_TIME, "ns"),
    ("wallClock", TIME_METRIC, "ns"),
    ("throughput", THROUGHPUT, "ops/s"),
    ("peakMemoryResident", MEMORY, "B"),
    ("peakMemoryResidentDelta", "", "B"),
    ("peakMemoryVirtual", "", "B"),
    ("mallocCountTotal", ALLOCATIONS, "count"),
    ("freeCountTotal", "", "count"),
    ("mallocBytesCount", "", "B"),
    ("allocatedResidentMemory", "", "B"),
    ("memoryLeaked", "", "count"),
    ("syscalls", "", "count"),
    ("contextSwitches", "", "count"),
    ("threads", "", "count"),
    ("threadsRunning", "", "count"),
    ("readSyscalls", "", "count"),
    ("writeSyscalls", "", "count"),
    ("readBytesLogical", "", "B"),
    ("writeBytesLogical", "", "B"),
    ("readBytesPhysical", "", "B"),
    ("writeBytesPhysical", "", "B"),
    ("instructions", "", "count"),
    ("objectAllocCount", "", "count"),
    ("retainCount", "", "count"),
    ("releaseCount", "", "count"),
    ("retainReleaseDelta", "", "count"),
];

fn recognizes(text: &Text) -> bool {
    let Some(object) = text.json().and_then(Value::as_object) else { return false };
    // A custom metric may stand beside those that are known. Names such as `threads` are anybody's.
    let known = object.keys().filter(|key| METRICS.iter().any(|(name, _, _)| name == key)).count();
    let is_own = |key: &String| key.contains(char::is_uppercase);
    let has_own =
        object.keys().any(|key| is_own(key) && METRICS.iter().any(|(name, _, _)| name == key));
    let plain = |value: &Value| value.is_number() || value.get("max").is_some();
    has_own && 2 * known >= object.len() && object.values().all(plain)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let told: serde_json::Map<String, Value> = text.parse()?;
    let file = text.name.rsplit(['/', '\\']).next().unwrap_or(&text.name);
    let name = file.trim_end_matches(".json").trim_end_matches(".p90");
    let (target, test) = name.split_once('.').unwrap_or(("", name));
    let mut entry = BenchmarkEntry::of(target, test);
    entry.name = name.to_owned();
    for (name, value) in &told {
        match measurement(name, value) {
            Some(metric) => entry.metrics.push(metric),
            None => sink.reject(1, &format!("`{name}` is no number"), "measure it again", name),
        }
    }
    sink.entry(entry);
    Ok(())
}

fn measurement(name: &str, value: &Value) -> Option<Measurement<'static>> {
    let (min, max) = (value.get("min").map(Number::of), value.get("max").map(Number::of));
    let p90 = max.unwrap_or_else(|| Number::of(value)).0?;
    let known = METRICS.iter().find(|(written, _, _)| *written == name);
    let (own, unit) = known.map_or(("", ""), |(_, own, unit)| (*own, *unit));
    let snaked = name::snake_case(name);
    let told = metric(if own.is_empty() { &snaked } else { own }, unit, p90)
        .statistic(Statistic::P90, p90)
        .statistic(Statistic::Lower, min.and_then(|it| it.0))
        .statistic(Statistic::Upper, max.and_then(|it| it.0));
    Some(if unit == "ops/s" { told.direction(Direction::Higher) } else { told })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn thresholds_may_be_ranges() {
        let text = r#"{"wallClock":12,"mallocCountTotal":{"min":3,"max":5}}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics[0].value, 5.0);
        assert_eq!(found[0].metrics[0].statistics[1], (Statistic::Lower, 3.0));
        assert_eq!(
            found[0].metrics[1],
            metric(TIME_METRIC, "ns", 12.0).statistic(Statistic::P90, 12.0)
        );
    }
}
