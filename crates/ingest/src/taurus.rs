//! Taurus, its final statistics in XML (`dump-xml`); one entry a label, and `total`. Seconds.
//!
//! `throughput` is a number of requests there, not a rate.

use quick_xml::events::BytesStart;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::xml::{Ending, Node, attribute, number, walk};
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "taurus",
    tool: "Taurus (bzt) final-stats: dump-xml",
    signature: "XML with `<FinalStatus` and `<Group label=`",
    yields: "time (mean, std, min, max, p50, p90, p95, p99, p99.9), first_byte, connection_time, errors; \
             requests, status codes",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let start = text.text.trim_start();
    start.starts_with('<') && start.contains("<FinalStatus") && start.contains("<Group ")
}

#[derive(Default)]
struct LabelGroup {
    name: String,
    mean: Option<f64>,
    std: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
    others: Vec<(&'static str, f64)>,
    requests: f64,
    failures: f64,
    fields: Vec<(String, f64)>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<LabelGroup> = None;
    let ending = walk(&text.text, &mut |node| match node {
        Node::Start { tag, .. } if tag.name().as_ref() == b"Group" => {
            let label = attribute(tag, "label").unwrap_or_default();
            // Taurus leaves the label of all requests together empty.
            let name = if label.is_empty() { "total".to_owned() } else { label };
            open = Some(LabelGroup { name, ..LabelGroup::default() });
        }
        Node::Start { tag, .. } => open.iter_mut().for_each(|group| group.take(tag)),
        Node::End { name: b"Group" } => {
            open.take().into_iter().for_each(|group| sink.entry(group.entry()));
        }
        _ => {}
    })?;
    match ending {
        Ending::Complete => Ok(()),
        Ending::CutOff => Err(InputError::whole("it ends inside of a group: write it again")),
    }
}

impl LabelGroup {
    /// `<perc value="0.00100" param="95.0">`; what is inside says the same again.
    fn take(&mut self, tag: &BytesStart<'_>) {
        let Some(value) = number(tag, "value") else { return };
        let param = attribute(tag, "param").unwrap_or_default();
        match tag.name().as_ref() {
            b"avg_rt" => self.mean = Some(value),
            b"stdev_rt" => self.std = Some(value),
            b"avg_lt" => self.others.push(("first_byte", value)),
            b"avg_ct" => self.others.push(("connection_time", value)),
            b"throughput" => self.requests = value,
            b"fail" => self.failures = value,
            b"bytes" => self.fields.push(("bytes".to_owned(), value)),
            b"concurrency" => self.fields.push(("concurrency".to_owned(), value)),
            b"rc" if !param.is_empty() => self.fields.push((format!("status_{param}"), value)),
            b"perc" => {
                let statistic = match param.as_str() {
                    "0.0" => Statistic::Min,
                    "50.0" => Statistic::P50,
                    "90.0" => Statistic::P90,
                    "95.0" => Statistic::P95,
                    "99.0" => Statistic::P99,
                    "99.9" => Statistic::P999,
                    "100.0" => Statistic::Max,
                    _ => return,
                };
                self.statistics.push((statistic, value));
            }
            _ => {}
        }
    }

    fn entry(self) -> BenchmarkEntry {
        let mut entry = BenchmarkEntry::named(self.name).field("requests", self.requests);
        for (name, value) in self.fields {
            entry = entry.field(&name, value);
        }
        // A group without requests has no times.
        let time = self.mean.map(|mean| {
            let mut time = metric(TIME_METRIC, "s", mean).std(self.std);
            time.statistics = self.statistics;
            time
        });
        entry.metrics.extend(time);
        for (name, value) in self.others {
            entry.metrics.push(metric(name, "s", value));
        }
        entry.metrics.push(error_count(self.failures));
        fail_where_all_failed(entry, self.requests, self.failures, "")
    }
}
