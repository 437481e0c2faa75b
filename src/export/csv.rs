//! RFC 4180: the fields of a record, then the statistics, then every field beside them by name.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::export::{ExportPoint, points};
use model::history::{History, SeriesColumn};
use model::record::Statistic;
use model::record::fields::RECORD_FIELDS;
use model::text;

pub(super) fn write(
    history: &History,
    columns: &[&SeriesColumn],
    out: &mut dyn Write,
) -> fmt::Result {
    let beside: BTreeSet<&str> = history
        .environments
        .iter()
        .flat_map(|environment| environment.fields.keys().map(String::as_str))
        .collect();
    let statistics = Statistic::ALL.map(|(name, _)| name);
    let mut header: Vec<String> = Vec::new();
    header.extend(RECORD_FIELDS.into_iter().chain(statistics).map(str::to_owned));
    header.push("samples".to_owned());
    header.extend(beside.iter().map(|name| text::csv_field(name)));
    write!(out, "{}\r\n", header.join(","))?;
    for column in columns {
        for point in points(history, column) {
            write!(out, "{}\r\n", line(&point, &beside).join(","))?;
        }
    }
    Ok(())
}

fn line(point: &ExportPoint<'_>, beside: &BTreeSet<&str>) -> Vec<String> {
    let (key, commit, environment) = (&point.column.key, point.commit, point.environment);
    // Names are strangers' text: `text::csv_field` guards what a spreadsheet would take for a
    // formula.
    let quoted = |text: Option<&str>| text.map_or_else(String::new, text::csv_field);
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let whole = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let list = |values: &[f64]| values.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
    let detail = point.detail;
    let mut line = vec![
        text::csv_field(&commit.id),
        point.row.time.to_string(),
        if point.dated { commit.time.to_string() } else { String::new() },
        quoted(environment.branch.as_deref()),
        whole(point.pull().map(u64::from)),
        text::csv_field(&key.suite),
        text::csv_field(&key.test),
        text::csv_field(&key.backend),
        text::csv_field(&key.mode),
        key.parallel.to_string(),
        whole(key.n),
        text::csv_field(&key.params),
        text::csv_field(&key.metric),
        text::csv_field(point.column.unit.as_str()),
        point.column.direction.map_or_else(String::new, |better| better.as_str().to_owned()),
        number(point.value()),
        number(point.std()),
        quoted(point.error()),
        quoted(environment.version.as_deref()),
        quoted(detail.and_then(|detail| detail.url())),
        // A tag may hold anything but a line's end.
        text::csv_field(&point.column.tags.join("\n")),
        list(detail.map_or(&[], |detail| detail.warmup_ns)),
    ];
    line.extend(Statistic::ALL.map(|(_, statistic)| {
        let told = detail.and_then(|it| it.statistics().iter().find(|(one, _)| *one == statistic));
        number(told.map(|(_, value)| *value))
    }));
    line.push(list(detail.map_or(&[], |detail| detail.samples())));
    line.extend(
        beside.iter().map(|name| quoted(environment.fields.get(*name).map(String::as_str))),
    );
    line
}
