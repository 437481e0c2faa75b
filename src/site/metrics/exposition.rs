//! Families and samples as text.

use std::collections::BTreeSet;

use crate::report::escape::prometheus::PrometheusText;
use model::escaped;

/// The text so far.
#[derive(Default)]
pub(super) struct Exposition {
    text: PrometheusText,
}

/// A family whose samples are being written.
pub(super) struct MetricFamily<'a> {
    text: &'a mut PrometheusText,
    name: &'static str,
    /// Labels that have a sample.
    written: BTreeSet<String>,
}

impl Exposition {
    /// Begins a family of gauges.
    pub(super) fn family(&mut self, name: &'static str, help: &'static str) -> MetricFamily<'_> {
        self.text.push("# HELP ").push(name).push(" ").push(help).push("\n");
        self.text.push("# TYPE ").push(name).push(" gauge\n");
        MetricFamily { text: &mut self.text, name, written: BTreeSet::new() }
    }

    /// The finished text. Its last line is the end that OpenMetrics asks for, and a comment in the
    /// Prometheus text format.
    pub(super) fn end(self) -> PrometheusText {
        escaped![self.text, "# EOF\n"]
    }
}

impl MetricFamily<'_> {
    /// Writes a sample. A second one with the same labels would make a scrape fail: names that
    /// differ in control characters alone have the same labels.
    pub(super) fn sample(&mut self, labels: &PrometheusText, value: f64) {
        if !self.written.insert(labels.as_str().to_owned()) {
            return;
        }
        self.text.push(self.name);
        if !labels.is_empty() {
            self.text.push("{").push(labels).push("}");
        }
        // A number has nothing to escape.
        self.text.push(" ").push_text(&value.to_string()).push("\n");
    }
}
