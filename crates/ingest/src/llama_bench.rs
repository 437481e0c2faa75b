//! llama-bench, its table in Markdown (the default); one entry a row, tokens a second.
//!
//! Model and every setting that the table has are parameters. Size and number of weights
//! follow from the model and are fields.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::markdown::{cells, is_ruler};
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Direction;

pub(crate) const FORMAT: Format = Format {
    name: "llama-bench-markdown",
    tool: "llama-bench -o md",
    signature: "a table with the columns `model`, `test` and `t/s`",
    yields: "throughput (std); backend; model, threads and other settings as parameters; size, params",
    backend: "llama.cpp",
    reader: Reader::Text { recognizes, read },
};

fn heading(line: &str) -> Option<Vec<String>> {
    let cells = cells(line)?;
    let has = |name: &str| cells.iter().any(|cell| cell == name);
    (has("model") && has("test") && has("t/s")).then_some(cells)
}

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| heading(line).is_some())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<Vec<String>> = None;
    let mut has_heading = false;
    for (place, line) in text.lines() {
        if let Some(next) = heading(line) {
            (open, has_heading) = (Some(next), true);
            continue;
        }
        let Some(row) = cells(line) else {
            open = None;
            continue;
        };
        let Some(columns) = open.as_ref().filter(|_| !is_ruler(line)) else { continue };
        match entry(columns, &row) {
            Some(entry) => sink.entry(entry),
            None => sink.reject(place, "no test and rate", "print the table again", line),
        }
    }
    if has_heading {
        Ok(())
    } else {
        Err(InputError::whole("no heading `model | … | test | t/s`"))
    }
}

fn entry(columns: &[String], row: &[String]) -> Option<BenchmarkEntry> {
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column == name)?;
        row.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
    };
    // Older versions write `pp 64` for `pp64`.
    let test = cell("test")?.replacen("pp ", "pp", 1).replacen("tg ", "tg", 1);
    let (rate, std) = match cell("t/s")?.split_once('±') {
        Some((rate, std)) => (parse_number(rate)?, parse_number(std)),
        None => (parse_number(cell("t/s")?)?, None),
    };
    // The unit alone does not say that more tokens are better.
    let rate = metric(THROUGHPUT, "tokens/s", rate).std(std).direction(Direction::Higher);
    let mut entry = BenchmarkEntry::named(test).metric(rate);
    for (name, value) in columns.iter().zip(row).filter(|(_, value)| !value.is_empty()) {
        entry = match name.as_str() {
            "test" | "t/s" => entry,
            "backend" => BenchmarkEntry { backend: value.clone(), ..entry },
            "size" | "params" => entry.field(&format!("model_{name}"), value.as_str()),
            setting => entry.param(setting, value.as_str()),
        };
    }
    Some(entry)
}
