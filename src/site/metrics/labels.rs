//! Labels of samples, and values in the units of Prometheus.

use crate::report::escape::prometheus::PrometheusText;
use crate::report::target_view::TargetView;
use model::record::Unit;
use model::record::time::Timestamp;
use model::series::Series;

/// The labels of a series, without braces.
pub(super) struct SeriesLabels {
    /// What names the series. An empty part has no label, which means the same to Prometheus.
    pub(super) key: PrometheusText,
    unit: PrometheusText,
}

impl SeriesLabels {
    pub(super) fn of(series: &Series) -> Self {
        let key = &series.key;
        let mut labels = PrometheusText::new();
        let n = key.n.map(|n| n.to_string()).unwrap_or_default();
        push(&mut labels, "suite", &key.suite);
        push(&mut labels, "test", &key.test);
        push(&mut labels, "backend", &key.backend);
        push(&mut labels, "mode", &key.mode);
        push(&mut labels, "parallel", if key.parallel { "true" } else { "false" });
        push(&mut labels, "n", &n);
        push(&mut labels, "params", &key.params);
        push(&mut labels, "metric", &key.metric);
        let mut unit = PrometheusText::new();
        push(&mut unit, "unit", prometheus_unit(&series.unit));
        Self { key: labels, unit }
    }

    pub(super) fn with_unit(&self) -> PrometheusText {
        let parts = [self.key.clone(), self.unit.clone()];
        PrometheusText::join(parts.into_iter().filter(|part| !part.is_empty()), ",")
    }
}

/// The labels of a target's result, and those of its series.
pub(super) fn of_target(view: &TargetView, series: Option<PrometheusText>) -> PrometheusText {
    let mut labels = PrometheusText::new();
    push(&mut labels, "kind", &view.kind);
    push(&mut labels, "name", &view.name);
    push(&mut labels, "key", &view.key);
    PrometheusText::join([labels].into_iter().chain(series), ",")
}

/// Appends a label, unless its value is empty.
fn push(labels: &mut PrometheusText, name: &'static str, value: &str) {
    if value.is_empty() {
        return;
    }
    // An empty value would be the same to Prometheus, and longer.
    labels.push(if labels.is_empty() { "" } else { "," });
    labels.push(name).push("=\"").push_text(value).push("\"");
}

/// The unit of a series as Prometheus calls it.
fn prometheus_unit(unit: &Unit) -> &str {
    match unit.as_str() {
        "ns" => "seconds",
        "B" => "bytes",
        "%" => "ratio",
        unit => unit,
    }
}

/// A value in base units in the unit of [`prometheus_unit`].
pub(super) fn in_prometheus_unit(value: f64, unit: &Unit) -> f64 {
    match unit.as_str() {
        "ns" => value / 1e9,
        "%" => value / 100.0,
        _ => value,
    }
}

/// A time in seconds since 1970.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.micros() as f64 / 1e6
}
