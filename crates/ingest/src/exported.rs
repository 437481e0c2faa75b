//! CSV that `benchpages export csv` wrote: each row is the record it was, to the last digit.
//!
//! Columns go by their headings; those that no record's field is named after are fields beside the
//! measurement. The `'` that guards what a spreadsheet could take for a formula is taken off.

use serde_json::{Map, Number, Value, json};

use crate::format::{Format, Reader};
use crate::ndjson;
use crate::parse::table;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Statistic;
use model::record::fields::RECORD_FIELDS;

pub(crate) const FORMAT: Format = Format {
    name: "exported-csv",
    tool: "benchpages export csv",
    signature: "its heading: commit, timestamp, commit_time, branch, pull, suite, test, …",
    yields: "the records that were exported",
    backend: "unknown",
    reader: Reader::Text { recognizes, read },
};

const REMEDY: &str = "export it again, or give the row the columns of its heading";

pub(crate) fn recognizes(text: &Text) -> bool {
    text.columns.is_empty() && text.text.starts_with(&RECORD_FIELDS.join(","))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.text.as_bytes());
    let heads = reader.headers().map_err(|error| InputError::whole(error.to_string()))?.clone();
    for row in reader.records() {
        match row {
            Ok(row) => {
                let line = table::line_at(&text.text, row.position());
                ndjson::take_record(line, &Value::Object(record(&heads, &row)), sink);
            }
            Err(error) => {
                let line = table::line_at(&text.text, error.position());
                sink.reject(line, &error.to_string(), REMEDY, "");
            }
        }
    }
    Ok(())
}

fn record(heads: &csv::StringRecord, row: &csv::StringRecord) -> Map<String, Value> {
    let (mut record, mut body) = (Map::new(), Map::new());
    let mut metric = String::new();
    for (head, cell) in heads.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        let (head, cell) = (strip_formula_guard(head), strip_formula_guard(cell));
        match head {
            "metric" => cell.clone_into(&mut metric),
            "value" | "std" => {
                body.insert(head.to_owned(), number_value(cell));
            }
            "unit" | "better" => {
                body.insert(head.to_owned(), cell.into());
            }
            "samples" => {
                body.insert(head.to_owned(), number_list(cell));
            }
            "n" | "pull" => {
                record
                    .insert(head.to_owned(), cell.parse::<u64>().map_or(cell.into(), Value::from));
            }
            "parallel" => {
                record.insert(head.to_owned(), (cell == "true").into());
            }
            "warmup_ns" => {
                record.insert(head.to_owned(), number_list(cell));
            }
            "tags" => {
                record.insert(head.to_owned(), cell.split('\n').collect());
            }
            _ if Statistic::from_name(head).is_some() => {
                body.insert(head.to_owned(), number_value(cell));
            }
            _ => {
                record.insert(head.to_owned(), cell.into());
            }
        }
    }
    if record.contains_key("error") {
        record.insert("metric".to_owned(), metric.into());
        let named = ["unit", "better"].map(|name| (name.to_owned(), body.remove(name)));
        record.extend(named.into_iter().filter_map(|(name, value)| Some((name, value?))));
    } else {
        record.insert("metrics".to_owned(), json!({ metric: body }));
    }
    record
}

/// Without the guard that the export put before what could be a formula.
fn strip_formula_guard(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']))
        .unwrap_or(cell)
}

/// A number; what is none stays text, and the record says so when it is read.
fn number_value(cell: &str) -> Value {
    cell.parse().ok().and_then(Number::from_f64).map_or(cell.into(), Value::Number)
}

fn number_list(cell: &str) -> Value {
    cell.split(' ').map(number_value).collect()
}
