//! Chrome's performance histograms (catapult `HistogramSet`): a list of histograms and of the
//! diagnostics they share. One entry for each histogram's name and story; equal ones are repeats.
//!
//! Samples are kept; a set without samples has mean, deviation and extremes. Suite is
//! the benchmark, time its start. A histogram that saw nothing is a gap.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric, sampled};
use crate::format::{Format, Reader};
use crate::json::{Number, list, mostly, number, numbers, text as word, to_plain_text};
use crate::parse::{time, unit as units};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic};

pub(crate) const FORMAT: Format = Format {
    name: "chrome-perf",
    tool: "Chrome telemetry histograms (HistogramSet JSON)",
    signature: "a list with `guid` and `type`, or `name`, `unit` and `sampleValues`",
    yields: "time, size, count or value by the unit (samples, min, max; mean and std without \
             samples); story as parameter, time, os, arch",
    backend: "chrome",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let all = text.json().and_then(Value::as_array).into_iter().flatten();
    let is_diagnostic = |it: &Value| it.get("guid").is_some() && it.get("type").is_some();
    mostly(all, |it| is_diagnostic(it) || is_histogram(it))
}

fn is_histogram(item: &Value) -> bool {
    let values = ["sampleValues", "running", "binBoundaries"];
    item.get("name").is_some()
        && item.get("unit").is_some()
        && values.iter().any(|key| item.get(*key).is_some())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let Some(all) = text.value()?.as_array() else {
        return Err(InputError::whole("not a list of histograms"));
    };
    let guid = |item| Some((word(item, "guid"), item)).filter(|(guid, _)| !guid.is_empty());
    let shared: BTreeMap<&str, &Value> = all.iter().filter_map(guid).collect();
    let mut found: BTreeMap<(String, String, String, String), FoundHistogram<'_>> = BTreeMap::new();
    for item in all.iter().filter(|it| is_histogram(it)) {
        let about = HistogramContext { item, shared: &shared };
        let (suite, story) = (about.first_value("benchmarks"), about.values("stories").join(", "));
        // A story that the file does not hold still tells two histograms apart.
        let told = item.get("diagnostics").and_then(|it| it.get("stories")).map(to_plain_text);
        let key = (suite, word(item, "name").to_owned(), story, told.unwrap_or_default());
        let at = found
            .entry(key)
            .or_insert_with(|| FoundHistogram { context: about, histograms: Vec::new() });
        at.histograms.push(item);
    }
    for ((suite, name, story, _), found) in found {
        sink.entry(found.entry(suite, name, &story));
    }
    Ok(())
}

/// A histogram's diagnostics, its own or those it shares.
struct HistogramContext<'v> {
    item: &'v Value,
    shared: &'v BTreeMap<&'v str, &'v Value>,
}

impl<'v> HistogramContext<'v> {
    fn diagnostic(&self, name: &str) -> Option<&'v Value> {
        let told = self.item.get("diagnostics")?.get(name)?;
        match told.as_str() {
            Some(guid) => self.shared.get(guid).copied(),
            None => Some(told),
        }
    }

    fn values(&self, name: &str) -> Vec<String> {
        let values = self.diagnostic(name).map(|it| list(it, "values")).unwrap_or_default();
        values.iter().map(to_plain_text).collect()
    }

    fn first_value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_default()
    }
}

/// The histograms of one name and story.
struct FoundHistogram<'v> {
    context: HistogramContext<'v>,
    histograms: Vec<&'v Value>,
}

impl FoundHistogram<'_> {
    fn entry(self, suite: String, name: String, story: &str) -> BenchmarkEntry {
        let mut entry = BenchmarkEntry::of(suite, name);
        if !story.is_empty() {
            entry = entry.param("story", story);
            entry.name = format!("{}/{story}", entry.name);
        }
        let fields = [
            ("osNames", "os"),
            ("osVersions", "os_version"),
            ("architectures", "arch"),
            ("botId", "bot"),
        ];
        for (key, field) in fields {
            entry = entry.field(field, self.context.first_value(key));
        }
        let position = self.context.first_value("chromiumCommitPositions");
        entry.run.commit = Some(position).filter(|it| !it.is_empty());
        let start = self.context.diagnostic("benchmarkStart").and_then(|it| number(it, "min"));
        entry.run.timestamp = start.and_then(time::parse_epoch);
        match self.measurement() {
            Some(measured) => entry.metric(measured),
            None => entry.failed("the histogram holds no sample"),
        }
    }

    fn measurement(&self) -> Option<Measurement<'static>> {
        let (unit, better) = split_unit(word(self.context.item, "unit"));
        let name = units::metric(unit);
        let samples: Vec<f64> =
            self.histograms.iter().flat_map(|it| numbers(list(it, "sampleValues"))).collect();
        // count, max, mean of logarithms, mean, min, sum, variance
        let running = |place: usize| {
            let all = self.histograms.iter().map(|it| list(it, "running"));
            let told = all.filter_map(move |it| Number::of(it.get(place)?).0);
            told.collect::<Vec<f64>>()
        };
        let counted = running(0).first().is_some_and(|count| *count > 0.0);
        let told = match samples.as_slice() {
            [] if counted => metric(name, unit, running(3).first().copied()?)
                .std(running(6).first().map(|variance| variance.sqrt())),
            [] => return None,
            [one] => metric(name, unit, *one),
            _ => sampled(name, unit, samples),
        };
        let told = if counted {
            told.statistic(Statistic::Min, running(4).into_iter().reduce(f64::min))
                .statistic(Statistic::Max, running(1).into_iter().reduce(f64::max))
        } else {
            told
        };
        Some(match better {
            Some(better) => told.direction(better),
            None => told,
        })
    }
}

/// `ms_smallerIsBetter` is `ms`, lower.
fn split_unit(histogram_unit: &str) -> (&str, Option<Direction>) {
    let (unit, better) = match histogram_unit.rsplit_once('_') {
        Some((unit, "smallerIsBetter")) => (unit, Some(Direction::Lower)),
        Some((unit, "biggerIsBetter")) => (unit, Some(Direction::Higher)),
        _ => (histogram_unit, None),
    };
    let unit = match unit {
        "sizeInBytes" => "B",
        "msBestFitFormat" | "tsMs" => "ms",
        "bytesPerSecond" => "B/s",
        "unitless" => "",
        "n%" => "ratio",
        other => other,
    };
    (unit, better)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn repeats_join_and_what_saw_nothing_is_a_gap() {
        let text = r#"[{"type":"GenericSet","guid":"1","values":["s"]},
            {"name":"a","unit":"ms_smallerIsBetter","sampleValues":[1,2],
             "diagnostics":{"stories":"1"}},
            {"name":"a","unit":"ms_smallerIsBetter","sampleValues":[3],
             "diagnostics":{"stories":"1"}},
            {"name":"b","unit":"n%_biggerIsBetter","running":[4,9,0,2.5,1,10,4]},
            {"name":"c","unit":"count","sampleValues":[]}]"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(
            (&found[0].metrics[0].samples[..], &*found[0].params["story"]),
            (&[1.0, 2.0, 3.0][..], "s")
        );
        let b = &found[1].metrics[0];
        assert_eq!(
            (b.value.get(), b.std.get(), b.direction),
            (Some(2.5), Some(2.0), Some(Direction::Higher))
        );
        assert_eq!(b.statistics, [(Statistic::Min, 1.0), (Statistic::Max, 9.0)]);
        assert!(found[2].error.is_some());
    }
}
