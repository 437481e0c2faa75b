//! llama-bench, its table in Markdown (the default); one entry a row, named by its model; tokens a
//! second.
//!
//! The test and every other setting that the table has are parameters, by the names that `-o json`
//! has. Size and number of weights follow from the model and are fields.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::markdown::{cells, is_ruler};
use crate::parse::name::is_whole;
use crate::parse::number::{is_no_number, parse_number};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Direction;

pub(crate) const FORMAT: Format = Format {
    name: "llama-bench-markdown",
    tool: "llama-bench -o md",
    signature: "a table with the columns `model`, `test` and `t/s`",
    yields: "throughput (std); tokens, backends, threads and other settings as parameters; size",
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

/// The settings that a test stands for, by the names that `-o json` has: `pp512`, `tg128`,
/// `pp512+tg128`, `tg128 @ d4096`. Older versions write `pp 512`.
fn test_settings(test: &str) -> Option<[(&'static str, String); 3]> {
    let (sizes, depth) = test.split_once('@').unwrap_or((test, "d0"));
    let (mut prompt, mut generated) = ("0", "0");
    for size in sizes.split('+').map(str::trim) {
        match (size.strip_prefix("pp"), size.strip_prefix("tg")) {
            (Some(tokens), _) => prompt = tokens.trim(),
            (None, Some(tokens)) => generated = tokens.trim(),
            (None, None) => return None,
        }
    }
    let depth = depth.trim().strip_prefix('d')?;
    let settings = [("n_prompt", prompt), ("n_gen", generated), ("n_depth", depth)];
    let are_whole = settings.iter().all(|(_, value)| is_whole(value));
    are_whole.then(|| settings.map(|(name, value)| (name, value.to_owned())))
}

/// Columns that `-o json` calls by another name.
const LONG_NAMES: [(&str, &str); 5] = [
    ("backend", "backends"),
    ("threads", "n_threads"),
    ("ngl", "n_gpu_layers"),
    ("fa", "flash_attn"),
    ("ts", "tensor_split"),
];

fn entry(columns: &[String], row: &[String]) -> Option<BenchmarkEntry> {
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column == name)?;
        row.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
    };
    let (rate, std) = cell("t/s")?.split_once('±').unwrap_or((cell("t/s")?, ""));
    let mut entry = BenchmarkEntry::named(cell("model")?);
    entry = match parse_number(rate) {
        // The unit alone does not say that more tokens are better.
        Some(rate) => entry.metric(
            metric(THROUGHPUT, "tokens/s", rate)
                .std(parse_number(std))
                .direction(Direction::Higher),
        ),
        None if is_no_number(rate) => entry.failed(format!("its rate is `{}`", rate.trim())),
        None => return None,
    };
    for (name, value) in test_settings(cell("test")?)? {
        // A depth of 0 is what the tool did before it had depths.
        if name != "n_depth" || value != "0" {
            entry = entry.param(name, value);
        }
    }
    for (name, value) in columns.iter().zip(row).filter(|(_, value)| !value.is_empty()) {
        let long = LONG_NAMES.iter().find(|(short, _)| short == name).map(|(_, long)| *long);
        entry = match name.as_str() {
            "model" | "test" | "t/s" => entry,
            "size" | "params" => entry.field(&format!("model_{name}"), value.as_str()),
            setting => entry.param(long.unwrap_or(setting), value.as_str()),
        };
    }
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_numbers_of_tokens() {
        let read = |test| test_settings(test).map(|all| all.map(|(_, value)| value).join(" "));
        assert_eq!(read("pp 64").as_deref(), Some("64 0 0"));
        assert_eq!(read("pp512+tg128").as_deref(), Some("512 128 0"));
        assert_eq!(read("tg128 @ d4096").as_deref(), Some("0 128 4096"));
        assert_eq!((read("pp"), read("x1"), read("")), (None, None, None));
    }
}
