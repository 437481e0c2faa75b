//! A record a line, one for each measurement: what the history itself is made of.

use std::fmt::{self, Write};

use serde_json::{Map, Value};

use crate::export::{ExportPoint, points};
use model::history::{History, SeriesColumn};
use model::record::Statistic;

pub(super) fn write(
    history: &History,
    columns: &[&SeriesColumn],
    out: &mut dyn Write,
) -> fmt::Result {
    for column in columns {
        for point in points(history, column) {
            writeln!(out, "{}", Value::Object(record(&point)))?;
        }
    }
    Ok(())
}

fn record(point: &ExportPoint<'_>) -> Map<String, Value> {
    let (key, commit, environment) = (&point.column.key, point.commit, point.environment);
    let mut record = Map::new();
    for (name, value) in &environment.fields {
        record.insert(name.clone(), Value::from(value.as_str()));
    }
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            record.insert(name.to_owned(), value);
        }
    };
    put("commit", commit.id.as_str().into());
    put("timestamp", point.row.time.to_string().into());
    put("commit_time", commit.author_time.map(|time| time.to_string()).into());
    put("branch", environment.branch.as_deref().into());
    put("pull", point.pull().into());
    put("suite", key.suite.as_str().into());
    put("test", key.test.as_str().into());
    put("backend", key.backend.as_str().into());
    put("mode", key.mode.as_str().into());
    put("parallel", key.parallel.into());
    put("n", key.n.into());
    put("params", key.params.as_str().into());
    put("error", point.error().into());
    put("version", environment.version.as_deref().into());
    put("tags", point.column.tags.clone().into());
    if let Some(detail) = point.detail {
        put("url", detail.url().into());
        put("warmup_ns", detail.warmup_ns.to_vec().into());
    }
    // A failed run keeps its metric and unit: without them it would be a gap in every metric when
    // it is read again.
    if point.error().is_some() {
        put("metric", key.metric.as_str().into());
        put("unit", point.column.unit.as_str().into());
        put("better", point.column.direction.map(|better| better.as_str()).into());
    } else {
        let metric = [(key.metric.clone(), Value::Object(metric(point)))];
        put("metrics", Value::Object(metric.into_iter().collect()));
    }
    record
}

fn metric(point: &ExportPoint<'_>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("value".to_owned(), point.value().into());
    body.insert("unit".to_owned(), point.column.unit.as_str().into());
    if let Some(better) = point.column.direction {
        body.insert("better".to_owned(), better.as_str().into());
    }
    if let Some(std) = point.std() {
        body.insert("std".to_owned(), std.into());
    }
    let Some(detail) = point.detail else { return body };
    for (name, statistic) in Statistic::ALL {
        if let Some(value) = detail.statistics.get(statistic) {
            body.insert(name.to_owned(), value.into());
        }
    }
    if !detail.samples.is_empty() {
        body.insert("samples".to_owned(), detail.samples.to_vec().into());
    }
    body
}
