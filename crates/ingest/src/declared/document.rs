//! The values of a text, layout by layout: one of JSON, one a line, one a row.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::declared::declaration::Layout;
use crate::declared::path::{Frame, Token};
use crate::json::{self, LineCounter, quote_bare_numbers};
use crate::parse::table::{self, Table};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::text;

/// A value of a text: what the records of a declaration are looked for in.
pub(crate) struct Document<'v> {
    pub(crate) value: &'v Value,
    /// The line on which it stands.
    pub(crate) line: usize,
    /// The headings of a table, in their order; none elsewhere.
    pub(crate) headings: &'v [String],
}

/// Whether the first value of a text, which decides what it is, is as `test` says; of a table a
/// row of its headings.
pub(crate) fn first_is(layout: Layout, text: &Text, test: impl Fn(&Value) -> bool) -> bool {
    match layout {
        Layout::Json => text.json().is_some_and(test),
        Layout::JsonLines => {
            let first = json_lines(text).next();
            let value: Option<Value> = first.and_then(|(_, line)| json::parse(line).ok());
            value.as_ref().is_some_and(test)
        }
        Layout::Csv => {
            let headings =
                table::find(&text.text).and_then(|it| it.reader().headers().cloned().ok());
            let cell = |name: &str| (name.trim().to_owned(), Value::from("1"));
            headings.is_some_and(|all| test(&Value::Object(all.iter().map(cell).collect())))
        }
    }
}

/// The lines that should be JSON; others are banners and remarks.
fn json_lines(text: &Text) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(|(place, line)| (place, line.trim()));
    lines.filter(|(_, line)| line.starts_with('{'))
}

/// Calls `take` with each value of a text; lines and rows that cannot be read are rejected.
/// `is_number` says which columns of a table hold numbers.
///
/// # Errors
/// The text does not have the layout.
pub(crate) fn for_each<'s>(
    layout: Layout,
    text: &Text,
    is_number: &dyn Fn(&str) -> bool,
    sink: &mut EntrySink<'s>,
    take: &mut dyn FnMut(&Document<'_>, &mut EntrySink<'s>),
) -> Result<(), InputError> {
    match layout {
        Layout::Json => take(&Document { value: text.value()?, line: 1, headings: &[] }, sink),
        Layout::JsonLines => {
            for (line, line_text) in json_lines(text) {
                match json::parse(line_text) {
                    Ok(value) => take(&Document { value: &value, line, headings: &[] }, sink),
                    Err(error) => {
                        let reason = InputError::from(error).reason;
                        sink.reject(line, &reason, "write one JSON object a line", line_text);
                    }
                }
            }
        }
        Layout::Csv => {
            let table = table::find(&text.text).ok_or_else(|| InputError::whole("no heading"))?;
            let headings = table.reader().headers().cloned().unwrap_or_default();
            let headings: Vec<String> = headings.iter().map(|it| it.trim().to_owned()).collect();
            let is_value: Vec<bool> = headings.iter().map(|it| is_number(it)).collect();
            let decimal = table.decimal_mark(text.decimal, &is_value)?;
            for_each_row(&table, sink, &mut |row, line, sink| {
                let mut cells = Map::new();
                for ((heading, cell), is_value) in headings.iter().zip(row).zip(&is_value) {
                    let cell = unquoted(cell.trim());
                    let cell = if *is_value { decimal.to_points(cell) } else { cell.into() };
                    cells.insert(heading.clone(), Value::from(cell));
                }
                let value = Value::Object(cells);
                take(&Document { value: &value, line, headings: &headings }, sink);
            });
        }
    }
    Ok(())
}

/// Calls `take` with each row that has the columns of the heading, and with its line.
fn for_each_row<'s>(
    table: &Table<'_>,
    sink: &mut EntrySink<'s>,
    take: &mut dyn FnMut(&csv::StringRecord, usize, &mut EntrySink<'s>),
) {
    const REMEDY: &str = "give the row the columns of the heading";
    let mut reader = table.reader();
    // A heading that cannot be read has no columns: every row is rejected then.
    let headings = reader.headers().cloned().unwrap_or_default();
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = table::line_at(table.text, error.position());
                sink.reject(line + table.lines_before, &error.to_string(), REMEDY, "");
                continue;
            }
        };
        let line = table.line_of(&row);
        // Tools append to a file that is there, heading and all.
        if row == headings {
            continue;
        }
        let more_are_empty = row.iter().skip(headings.len()).all(str::is_empty);
        if row.len() < headings.len() || !more_are_empty {
            // A cell too few shifts all that follow: another column's number would be read.
            let cells = text::count_noun(row.len() as u64, "cell");
            let columns = text::count_noun(headings.len() as u64, "column");
            let reason = format!("{cells}, and {columns} in the heading");
            sink.reject(line, &reason, REMEDY, &row.iter().collect::<Vec<_>>().join(","));
            continue;
        }
        take(&row, line, sink);
    }
}

/// A cell without the single quotes that some tools write around names with spaces.
fn unquoted(cell: &str) -> &str {
    let inside = cell.strip_prefix('\'').and_then(|cell| cell.strip_suffix('\''));
    inside.filter(|inside| !inside.is_empty()).unwrap_or(cell)
}

/// The line, from 1, on which a value of a JSON text begins; the first where it is not found.
pub(crate) fn line_of(text: &str, frames: &[Frame<'_>]) -> usize {
    // Quotes around bare numbers add no line.
    let text = quote_bare_numbers(text);
    find_line(&text, frames).unwrap_or(1)
}

fn find_line(text: &str, frames: &[Frame<'_>]) -> Option<usize> {
    let mut part: &RawValue = serde_json::from_str(text).ok()?;
    for token in frames.iter().flat_map(|frame| &frame.tokens) {
        part = match token {
            Token::Item(index) => {
                let items: Vec<&RawValue> = serde_json::from_str(part.get()).ok()?;
                items.get(*index).copied()?
            }
            Token::Key(key) => {
                let pairs: std::collections::BTreeMap<String, &RawValue> =
                    serde_json::from_str(part.get()).ok()?;
                pairs.get(*key).copied()?
            }
        };
    }
    Some(LineCounter::new(text).line_of(part.get()))
}
