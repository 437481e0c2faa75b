//! Any CSV with a heading line: `,`, `;` or tab, told by the heading; lines with `#` before it are
//! passed over. What a column is, `--column FIELD=COLUMN` says, or its heading, where that is the
//! name of a record's field.
//!
//! Rows that differ in their values alone are repeats. Times may be RFC 3339, without a zone, or
//! numbers since 1970. A value may carry its unit (`4ms`). A row whose value or time cannot be read
//! is refused; an empty value is a gap. One mark stands before the decimals of the whole table
//! ([`decimal`](crate::parse::decimal)).

pub(crate) mod row;

use std::collections::BTreeMap;

use crate::csv_table::row::{RowGroup, TableRow};
use crate::exported;
use crate::format::{Format, Reader};
use crate::parse::table;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Statistic;
use model::record::fields::RecordField;

pub(crate) const FORMAT: Format = Format {
    name: "csv",
    tool: "any CSV with a heading, by --column",
    signature: "a heading with `test` and `value` or `mean_ns`; or --column is given",
    yields: "what --column FIELD=COLUMN names: suite, test, backend, n, value, metric:NAME:UNIT, \
             param:NAME, field:NAME, commit, timestamp, …",
    backend: "csv",
    reader: Reader::Text { recognizes, read },
};

/// Whether a column may be this field: any field of a record but `metrics`, which is no single
/// value. Several metrics have a column each, `metric:NAME`.
fn is_column_field(name: &str) -> bool {
    RecordField::from_name(name).is_some_and(|field| field != RecordField::Metrics)
}

/// The fields that a column may be, for errors.
fn column_field_names() -> String {
    let fields = RecordField::ALL.iter().map(|(name, _)| *name);
    fields.filter(|name| is_column_field(name)).collect::<Vec<_>>().join(", ")
}

fn recognizes(text: &Text) -> bool {
    if !text.columns.is_empty() {
        return true;
    }
    if exported::recognizes(text) {
        return false;
    }
    let Some(table) = table::find(&text.text) else { return false };
    let heading = table.text.lines().next().unwrap_or_default();
    let cells = heading.split(char::from(table.delimiter));
    let names: Vec<&str> = cells.map(|it| it.trim().trim_matches('"')).collect();
    let own = ["value", "mean_ns"].iter().any(|name| names.contains(name));
    names.contains(&"test") && own
}

/// Whether a column that is this field holds numbers with decimals.
fn is_numeric_field(field: &str) -> bool {
    ["value", "mean_ns", "std", "std_ns"].contains(&field)
        || field.starts_with("metric:")
        || Statistic::from_name(field).is_some()
}

/// What each column is; empty where it is nothing.
fn column_fields(
    heads: &csv::StringRecord,
    mappings: &[String],
) -> Result<Vec<Vec<String>>, String> {
    let mut columns = vec![Vec::new(); heads.len()];
    let mut faults = Vec::new();
    for pair in mappings {
        let Some((field, name)) = pair.split_once('=') else {
            faults.push(format!("--column {pair}: write FIELD=COLUMN"));
            continue;
        };
        let own = ["metric:", "param:", "field:"];
        let known = is_column_field(field)
            || own.iter().any(|start| field.strip_prefix(start).is_some_and(|it| !it.is_empty()));
        if !known {
            let all = column_field_names();
            let own = "metric:NAME[:UNIT], param:NAME, field:NAME";
            faults.push(format!("--column {pair}: `{field}` is none of {all}, {own}"));
        }
        match heads.iter().position(|head| head.trim() == name) {
            Some(at) => columns[at].push(field.to_owned()),
            None => {
                let all = heads.iter().collect::<Vec<_>>().join("`, `");
                faults.push(format!("--column {pair}: no column `{name}`, there are `{all}`"));
            }
        }
    }
    if mappings.is_empty() {
        for (column, head) in columns.iter_mut().zip(heads) {
            let head = head.trim();
            let field = if is_column_field(head) { String::new() } else { "field:".to_owned() };
            column.push(field + head);
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults.join("; ")) }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let table = table::find(&text.text).ok_or_else(|| InputError::whole("no heading"))?;
    let mut reader = table.reader();
    let heads = reader.headers().cloned().unwrap_or_default();
    let columns = column_fields(&heads, &text.columns).map_err(InputError::whole)?;
    let is_value: Vec<bool> =
        columns.iter().map(|fields| fields.iter().any(|it| is_numeric_field(it))).collect();
    let decimal = table.decimal_mark(text.decimal, &is_value)?;
    let mut rows: BTreeMap<String, RowGroup> = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                sink.reject(table.lines_before + 1, &error.to_string(), "write the row again", "");
                continue;
            }
        };
        let mut row = TableRow::new(decimal);
        let cells = columns.iter().zip(&record);
        let fields =
            cells.flat_map(|(fields, cell)| fields.iter().map(move |it| (it, cell.trim())));
        let faults: Vec<String> =
            fields.filter_map(|(field, cell)| row.set(field, cell).err()).collect();
        if !faults.is_empty() {
            let all: Vec<&str> = record.iter().collect();
            let remedy = match row.has_values() {
                true => "the other values of the row were taken; correct it",
                false => "correct the row, or name another column by --column",
            };
            sink.reject(table.line_of(&record), &faults.join("; "), remedy, &all.join(","));
        }
        // A time or name that cannot be read would put the values into another place.
        if faults.is_empty() || (row.has_values() && !row.is_misplaced) {
            row.add_to(&mut rows);
        }
    }
    rows.into_values().for_each(|group| sink.entry(group.entry()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IngestInput;
    use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
    use crate::test_support::read_text;
    use model::record::TIME_METRIC;

    /// Entries, and reasons of what was refused, or of the whole.
    fn mapped(text: &str, columns: &[&str]) -> Result<(Vec<BenchmarkEntry>, Vec<String>), String> {
        let mut text = Text::new("a.csv", text.as_bytes());
        text.columns = columns.iter().map(|it| (*it).to_owned()).collect();
        let mut entries = Vec::new();
        let read = IngestInput::Text(text).read(&FORMAT, &mut |entry| entries.push(entry));
        let read = read.map_err(|fault| fault.reason)?;
        let reasons = read
            .rejected
            .into_iter()
            .map(|it| format!("{} {}", it.problem.location.line, it.problem.reason));
        Ok((entries, reasons.collect()))
    }

    #[test]
    fn headings_that_are_fields_need_no_mapping() {
        let text =
            "# made by hand\n\ntest;value;unit;n;min;who\n\"a;b\";1.5;ms;10;1;me\nc;4us;;;;\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(
            found[0].metrics,
            [metric(TIME_METRIC, "ms", 1.5).statistic(Statistic::Min, 1.0)]
        );
        assert_eq!(
            (&*found[0].test, found[0].n, &found[0].fields["who"]),
            ("a;b", Some(10), &"me".into())
        );
        assert_eq!(found[1].metrics[0].unit.as_deref(), Some("us"));
    }

    #[test]
    fn every_field_of_a_record_can_be_a_column() {
        let text = "test;mean_ns;std_ns;params;tags;warmup_ns\na;5;0.5;b=2, a=1;x,y;3 2.5\n";
        let found = read_text(&FORMAT, text);
        let entry = &found[0];
        assert_eq!(entry.metrics, [metric(TIME_METRIC, "ns", 5.0).std(0.5)]);
        assert_eq!((&*entry.params["a"], &*entry.params["b"]), ("1", "2"));
        assert_eq!(entry.tags, ["x", "y"]);
        assert_eq!(entry.fields["warmup_ns"], serde_json::json!([3.0, 2.5]));
        let (_, rejected) = mapped("test,value,params\na,1,b\n", &[]).unwrap();
        assert_eq!(rejected, ["2 params: `b` is no pair; write key=value, key=value"]);
        let error = mapped("a,b\n1,2\n", &["metrics=a"]).unwrap_err();
        assert!(error.contains("`metrics` is none of commit, timestamp,"), "{error}");
    }

    #[test]
    fn rows_that_differ_in_their_values_alone_are_repeats() {
        let text = "when,bench,secs,size\n1700000000,a,0.5,3\n1700000000000,a,0.25,3\n2023-11-14 22:13:20,a,,3\n,b,x,1\n";
        let columns = ["timestamp=when", "test=bench", "metric:time:s=secs", "metric:size:B=size"];
        let (found, refused) = mapped(text, &columns).unwrap();
        // The row without a number of seconds keeps its size.
        assert_eq!((found.len(), found[1].metrics.len()), (2, 1));
        assert_eq!(found[0].metrics[1].samples, [0.5, 0.25]);
        assert_eq!(refused, ["5 metric:time:s: `x` is no number"]);
    }

    #[test]
    fn a_table_is_read_by_one_decimal_mark() {
        let columns = ["test=Method", "metric:time=Mean"];
        let text = "Method;Mean\nA;1,163 us\nB;1.234,5 ns\n";
        let (found, _) = mapped(text, &columns).unwrap();
        let values: Vec<_> = found.iter().map(|it| it.metrics[0].value.get()).collect();
        assert_eq!(values, [Some(1.163), Some(1234.5)]);
        let refused = mapped("Method;Mean\nA;5 us\nB;1,163 us\n", &columns).unwrap_err();
        assert!(refused.contains("`1,163 us`") && refused.contains("--decimal ,"), "{refused}");
    }

    #[test]
    fn one_bad_value_of_a_row_leaves_its_neighbors() {
        let columns = ["test=t", "metric:time:s=secs", "metric:size:B=size", "timestamp=at"];
        let text = "t,secs,size,at\na,0.5,x,2026-01-01\nb,0.5,3,soon\n";
        let (found, refused) = mapped(text, &columns).unwrap();
        assert_eq!(refused, ["2 metric:size:B: `x` is no number", "3 `soon` is no time"]);
        assert_eq!((found.len(), found[0].metrics.len()), (1, 1));
    }

    #[test]
    fn every_fault_of_a_mapping_is_told_at_once() {
        let told = mapped("a,b\n1,2\n", &["test=c", "tset=a", "value"]).unwrap_err();
        for part in ["no column `c`", "`tset` is none of", "write FIELD=COLUMN"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
