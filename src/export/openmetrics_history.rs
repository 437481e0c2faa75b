//! OpenMetrics 1.0: one gauge, a sample for each measurement of the main line with its time, so
//! that a whole history can be filled into Prometheus. Seconds and bytes, as the standard asks;
//! other units stay as they are, and the label `unit` names them.
//!
//! A time may stand once in a series: of several values measured at one time, their median.

use std::fmt::{self, Write};

use crate::report::escape::prometheus::PrometheusText;
use model::history::{BranchId, History, MeasurementRow, SeriesColumn};
use model::record::median;

pub(super) fn write(_: &History, columns: &[&SeriesColumn], out: &mut dyn Write) -> fmt::Result {
    out.write_str("# HELP benchpages_value What a benchmark measured.\n")?;
    out.write_str("# TYPE benchpages_value gauge\n")?;
    for column in columns {
        let labels = labels(column);
        // The standard asks for seconds.
        let scale = if column.unit.as_str() == "ns" { 1e-9 } else { 1.0 };
        let on_main = |row: &&MeasurementRow| row.branch == BranchId::MAIN;
        let rows: Vec<_> = column.rows.iter().filter(on_main).collect();
        // A sample may not repeat a time in one series.
        for same in rows.chunk_by(|a, b| a.time == b.time) {
            let values: Vec<f64> =
                same.iter().filter_map(|row| row.value.map(|value| value * scale).get()).collect();
            let Some(value) = median(&values) else { continue };
            let seconds = same[0].time.micros() as f64 / 1e6;
            writeln!(out, "benchpages_value{{{labels}}} {value} {seconds}")?;
        }
    }
    out.write_str("# EOF\n")
}

fn labels(column: &SeriesColumn) -> PrometheusText {
    let key = &column.key;
    let n = key.n.map_or_else(String::new, |n| n.to_string());
    let unit = if column.unit.as_str() == "ns" { "s" } else { column.unit.as_str() };
    let all = [
        ("suite", key.suite.as_str()),
        ("test", &key.test),
        ("backend", &key.backend),
        ("mode", &key.mode),
        ("parallel", if key.parallel { "true" } else { "false" }),
        ("n", &n),
        ("params", &key.params),
        ("metric", &key.metric),
        ("unit", unit),
    ];
    let filled = all.into_iter().filter(|(_, value)| !value.is_empty());
    let labels = filled.map(|(name, value)| {
        let mut label = PrometheusText::from(name);
        label.push("=\"").push_text(value).push("\"");
        label
    });
    PrometheusText::join(labels, ",")
}
