//! Formats and kinds of history by name: their tables, and what to say where a name or an input
//! fits none of them.

use anyhow::bail;

use ingest::IngestInput;
use ingest::format::Format;
use ingest::formats;
use ingest::import::{self, HistoryKind};
use ingest::sink::InputError;

/// Names at least this similar (Jaro-Winkler, 1 is the same) are offered for one that is mistyped.
const SIMILAR: f64 = 0.8;

/// The table of formats that `ingest --list` prints.
pub(crate) fn list_formats() -> String {
    let rows = formats::FORMATS.iter().map(|format| {
        format!(
            "{}\n  {}\n  recognized by: {}\n  yields: {}\n  backend: {}\n",
            format.name, format.tool, format.signature, format.yields, format.backend,
        )
    });
    rows.collect()
}

/// The table of kinds that `import --list` prints.
pub(crate) fn list_kinds() -> String {
    let rows = import::KINDS.iter().map(|kind| {
        let aliases = match kind.aliases {
            [] => String::new(),
            aliases => format!(" (also {})", aliases.join(", ")),
        };
        format!(
            "{}{aliases}\n  takes: {}\n  yields: {}\n  backend: {}\n",
            kind.name, kind.takes, kind.yields, kind.backend,
        )
    });
    rows.collect()
}

/// The format of this name; none for `auto`.
pub(super) fn requested_format(name: &str) -> anyhow::Result<Option<&'static Format>> {
    if name == "auto" {
        return Ok(None);
    }
    format_of_option("--format", name).map(Some)
}

/// The format that all files of a folder of results have.
pub(super) fn result_format(name: &str) -> anyhow::Result<&'static Format> {
    format_of_option("--result-format", name)
}

fn format_of_option(option: &str, name: &str) -> anyhow::Result<&'static Format> {
    if let Some(format) = formats::by_name(name) {
        return Ok(format);
    }
    let hint = similar_names(name, formats::FORMATS.iter().map(|format| format.name));
    bail!("{option} {name}: no such format{hint} `benchpages ingest --list` prints all of them")
}

/// The kind of this name.
pub(super) fn requested_kind(name: &str) -> anyhow::Result<&'static HistoryKind> {
    if let Some(kind) = import::by_name(name) {
        return Ok(kind);
    }
    let hint = similar_names(name, import::KINDS.iter().map(|kind| kind.name));
    bail!("{name}: no such kind{hint} `benchpages import --list` prints all of them")
}

fn similar_names(name: &str, all: impl Iterator<Item = &'static str>) -> String {
    let similar: Vec<&str> =
        all.filter(|known| strsim::jaro_winkler(known, name) > SIMILAR).collect();
    match similar.as_slice() {
        [] => ";".to_owned(),
        names => format!(", did you mean {}?", names.join(" or ")),
    }
}

/// The format of an input: the requested one, or the only one that recognizes it.
pub(super) fn detect_format(
    input: &IngestInput,
    requested: Option<&'static Format>,
) -> Result<Option<&'static Format>, String> {
    if requested.is_some() {
        return Ok(requested);
    }
    match input.formats().as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => {
            let names: Vec<&str> = several.iter().map(|format| format.name).collect();
            let (name, names) = (input.name(), names.join(", "));
            Err(format!("{name}: several formats fit: {names}; name one: --format NAME"))
        }
    }
}

/// Why no format recognizes an input, and what to do.
pub(super) fn unknown_format_message(input: &IngestInput) -> String {
    let name = input.name();
    if let IngestInput::Text(text) = input {
        if let Some(kind) = import::recognize(text) {
            return format!("{name}: this is a whole history: `benchpages import {kind} {name}`");
        }
        if text.text.trim().is_empty() {
            return format!("{name}: the file is empty");
        }
        // A file that was cut off is recognized by nothing: the user should learn why.
        if text.text.trim_start().starts_with(['{', '['])
            && let Err(fault) = text.parse::<serde::de::IgnoredAny>()
        {
            let InputError { line, column, reason } = fault;
            return format!(
                "{name}:{line}:{column}: broken JSON, so no format recognizes it: {reason}"
            );
        }
        if name.ends_with(".csv") {
            return format!(
                "{name}: the headings are no fields of a record; name the columns: --column \
                 test=NAME --column value=NAME"
            );
        }
    }
    format!(
        "{name}: no format recognizes it; `benchpages ingest --list` shows how each is recognized, \
         --format NAME reads it as one"
    )
}
