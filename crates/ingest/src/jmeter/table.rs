//! The tables that JMeter's Aggregate Report and Summary Report save as CSV, also by the Reporter
//! plugin; one entry a label, and `TOTAL`. Milliseconds.

use csv::{ReaderBuilder, StringRecord};

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::jmeter::values::one_line;
use crate::parse::number::{parse_number, parse_quantity};
use crate::parse::table;
use crate::requests::fail_where_all_failed;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "jmeter-table",
    tool: "Apache JMeter: Aggregate Report or Summary Report saved as CSV",
    signature: "a heading `Label,# Samples,Average,…`, or `sampler_label,aggregate_report_count,…`",
    yields: "time (mean, std, median, min, max, p90, p95, p99), throughput, bandwidth, sent_bandwidth, \
             error_rate; requests",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

/// What a column holds, by the name in the window and by that of the Reporter plugin.
const COLUMNS: [(&str, &str); 13] = [
    ("Label", "sampler_label"),
    ("# Samples", "aggregate_report_count"),
    ("Average", "average"),
    ("Median", "aggregate_report_median"),
    ("90% Line", "aggregate_report_90%_line"),
    ("95% Line", "aggregate_report_95%_line"),
    ("99% Line", "aggregate_report_99%_line"),
    ("Min", "aggregate_report_min"),
    ("Max", "aggregate_report_max"),
    ("Std. Dev.", "aggregate_report_stddev"),
    ("Error %", "aggregate_report_error%"),
    ("Throughput", "aggregate_report_rate"),
    ("Received KB/sec", "aggregate_report_bandwidth"),
];
const REMEDY: &str = "save the table again";

/// The names of the columns as the window has them; none where the line is no such heading.
fn heading(row: &StringRecord) -> Option<Vec<String>> {
    let long = |cell: &str| {
        let column = COLUMNS.iter().find(|(_, plugin)| *plugin == cell);
        column.map_or(cell, |(window, _)| window).to_owned()
    };
    let names: Vec<String> = row.iter().map(|cell| long(cell.trim())).collect();
    let has = |name: &str| names.iter().any(|column| column == name);
    (has("Label") && has("# Samples") && has("Average") && has("Error %")).then_some(names)
}

fn rows(text: &Text) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.text.as_bytes())
}

fn recognizes(text: &Text) -> bool {
    let first = rows(text).records().next().and_then(Result::ok);
    first.is_some_and(|row| heading(&row).is_some())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut columns: Option<Vec<String>> = None;
    for row in rows(text).records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = table::line_at(&text.text, error.position());
                sink.reject(line, &error.to_string(), REMEDY, "");
                continue;
            }
        };
        // Tables that were joined have a heading each.
        if let Some(names) = heading(&row) {
            columns = Some(names);
            continue;
        }
        let Some(columns) = &columns else {
            return Err(InputError::whole("no heading `Label,# Samples,Average,…`"));
        };
        match entry(columns, &row) {
            Ok(entry) => sink.entry(entry),
            Err(reason) => {
                let line = table::line_at(&text.text, row.position());
                let source = row.iter().collect::<Vec<_>>().join(",");
                sink.reject(line, &reason, REMEDY, &source);
            }
        }
    }
    Ok(())
}

/// The entry of a row, or why it is none.
fn entry(columns: &[String], row: &StringRecord) -> Result<BenchmarkEntry, String> {
    if row.len() != columns.len() {
        return Err(format!("{} columns instead of {}", row.len(), columns.len()));
    }
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column == name);
        place.and_then(|place| row.get(place)).map(str::trim).unwrap_or_default()
    };
    let value = |name: &str| parse_number(cell(name));
    let needed = |name: &str| {
        value(name).ok_or_else(|| format!("`{}` in the column `{name}` is no number", cell(name)))
    };
    let (requests, mean) = (needed("# Samples")?, needed("Average")?);
    // Some versions write the sign, others only the number; both are percent.
    let errors = cell("Error %").trim_end_matches('%').trim();
    let errors = parse_number(errors).ok_or_else(|| format!("`{errors}` is no error rate"))?;
    let time = metric(TIME_METRIC, "ms", mean)
        .std(value("Std. Dev."))
        .statistic(Statistic::Median, value("Median"))
        .statistic(Statistic::Min, value("Min"))
        .statistic(Statistic::Max, value("Max"))
        .statistic(Statistic::P90, value("90% Line"))
        .statistic(Statistic::P95, value("95% Line"))
        .statistic(Statistic::P99, value("99% Line"));
    let label = one_line(cell("Label"));
    let mut entry = BenchmarkEntry::named(label).field("requests", requests).metric(time);
    let rate = parse_quantity(cell("Throughput")).and_then(|(rate, unit)| {
        let unit = match unit {
            "" | "/sec" => "req/s",
            "/min" => "req/min",
            _ => return None,
        };
        Some(metric(THROUGHPUT, unit, rate))
    });
    entry.metrics.extend(rate);
    for (name, column) in [(BANDWIDTH, "Received KB/sec"), ("sent_bandwidth", "Sent KB/sec")] {
        entry.metrics.extend(value(column).map(|rate| metric(name, "KiB/s", rate)));
    }
    entry.metrics.push(metric("error_rate", "%", errors));
    let failures = if errors >= 100.0 { requests } else { 0.0 };
    Ok(fail_where_all_failed(entry, requests, failures, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn both_reports_and_the_plugin_are_read() {
        let aggregate = "Label,# Samples,Average,Median,90% Line,95% Line,99% Line,Min,Max,Error %,\
                         Throughput,Received KB/sec,Sent KB/sec\n\
                         HTTP Request,3,328,300,390,395,399,200,400,0.000%,3.04878,1.71,0.66\n\
                         TOTAL,3,328,300,390,395,399,200,400,100.000%,3.04878,1.71,0.66\n";
        let entries = read_text(&FORMAT, aggregate);
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values, [328.0, 3.04878, 1.71, 0.66, 0.0].map(Some));
        assert_eq!(entries[1].error.as_deref(), Some("all 3 requests failed"));
        let plugin = "sampler_label,aggregate_report_count,average,aggregate_report_median,\
                      aggregate_report_90%_line,aggregate_report_min,aggregate_report_max,\
                      aggregate_report_error%,aggregate_report_rate,aggregate_report_bandwidth,\
                      aggregate_report_stddev\n\
                      Home,40,3458,1060,11139,0,22186,5.00%,1.4,234.3,5063.19\n";
        let entries = read_text(&FORMAT, plugin);
        let time = &entries[0].metrics[0];
        assert_eq!((time.value.get(), time.std.get()), (Some(3458.0), Some(5063.19)));
        assert_eq!(entries[0].metrics[3].value.get(), Some(5.0));
    }

    #[test]
    fn rows_of_another_locale_are_rejected() {
        let text = "Label,# Samples,Average,Error %\na,1,10,\"0,00%\"\nb,2\n";
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&Text::new("x", text.as_bytes()), &mut sink).unwrap();
        let reasons: Vec<&str> =
            sink.rejected.iter().map(|part| part.problem.reason.as_str()).collect();
        assert_eq!(reasons, ["`0,00` is no error rate", "2 columns instead of 4"]);
    }
}
