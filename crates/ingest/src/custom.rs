//! github-action-benchmark's own two formats, `customSmallerIsBetter` and `customBiggerIsBetter`:
//! a list of `name`, `unit`, `value`, `range?`, `extra?`. Both look the same, so the user must say
//! which it is. A `range` that is a number, `± …` or a percentage becomes bounds, `stddev: …` the
//! deviation; other text stays a field.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{mostly, number, text as word, to_plain_text};
use crate::parse::number::parse_quantity;
use crate::parse::unit;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic};

const MARK: &str = "a list of `name`, `unit`, `value`: both of them recognize it";
const YIELDS: &str = "time, throughput, size or value, by its unit (lower, upper, std); extra";

pub(crate) const SMALLER: Format = Format {
    name: "custom-smaller",
    tool: "github-action-benchmark customSmallerIsBetter",
    signature: MARK,
    yields: YIELDS,
    backend: "custom",
    reader: Reader::Text { recognizes, read: read_smaller },
};

pub(crate) const BIGGER: Format = Format {
    name: "custom-bigger",
    tool: "github-action-benchmark customBiggerIsBetter",
    signature: MARK,
    yields: YIELDS,
    backend: "custom",
    reader: Reader::Text { recognizes, read: read_bigger },
};

fn recognizes(text: &Text) -> bool {
    let has_text = |item: &Value, key: &str| item.get(key).is_some_and(Value::is_string);
    let is_named = |item: &Value| has_text(item, "name") && item.get("value").is_some();
    let all = text.json().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    mostly(all, is_named) && all.iter().any(|item| is_named(item) && has_text(item, "unit"))
}

fn read_smaller(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    read(text, Direction::Lower, sink)
}

fn read_bigger(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    read(text, Direction::Higher, sink)
}

fn read(text: &Text, better: Direction, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let Some(all) = text.value()?.as_array() else {
        return Err(InputError::whole("not a list of results"));
    };
    for item in all {
        let name = word(item, "name");
        if name.is_empty() {
            let remedy = "give each result a name, a unit and a value";
            sink.reject(1, "a result has no name", remedy, &item.to_string());
            continue;
        }
        let entry = BenchmarkEntry::named(name).field("extra", word(item, "extra"));
        let Some(value) = number(item, "value") else {
            sink.entry(entry.failed("the result has no value"));
            continue;
        };
        let measured = measurement(word(item, "unit"), value).direction(better);
        let range = item.get("range").map(to_plain_text).unwrap_or_default();
        sink.entry(match with_range(measured.clone(), &range) {
            Some(measured) => entry.metric(measured),
            None => entry.metric(measured).field("range", range),
        });
    }
    Ok(())
}

/// A value that only its unit describes.
pub(crate) fn measurement(unit: &str, value: f64) -> Measurement<'static> {
    metric(unit::metric(unit), &unit::plain(unit), value)
}

/// The value with what its `range` says; none where that is other text.
fn with_range(metric: Measurement<'static>, range: &str) -> Option<Measurement<'static>> {
    let range = range.trim();
    if let Some(std) = range.strip_prefix("stddev:") {
        return Some(metric.std(parse_quantity(std)?.0));
    }
    let value = metric.value.get()?;
    let distance = match parse_quantity(range.trim_start_matches(['±', ' ']))? {
        (distance, "") => distance,
        (percent, "%") => value * percent / 100.0,
        _ => return None,
    };
    Some(
        metric
            .statistic(Statistic::Lower, value - distance)
            .statistic(Statistic::Upper, value + distance),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn ranges_become_bounds_and_the_direction_is_the_formats() {
        let text = r#"[{"name":"a","unit":"ms","value":50,"range":"± 10%"},{"name":"b","unit":"x","value":2,"range":"stddev: 0.5"},
            {"name":"c","unit":"req/s","value":3,"range":"wide"}]"#;
        let found = read_text(&SMALLER, text);
        let bounds = [(Statistic::Lower, 45.0), (Statistic::Upper, 55.0)];
        assert_eq!(
            (&*found[0].metrics[0].metric, &found[0].metrics[0].statistics[..]),
            ("time", &bounds[..])
        );
        assert_eq!(
            (found[1].metrics[0].std.get(), &found[2].fields["range"]),
            (Some(0.5), &"wide".into())
        );
        let bigger = read_text(&BIGGER, text);
        assert_eq!(bigger[2].metrics[0].direction, Some(Direction::Higher));
    }
}
