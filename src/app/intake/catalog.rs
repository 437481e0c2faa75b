//! Formats and kinds of history by name: their tables, and what to say where a name or an input
//! fits none of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::files::{self, Links, SizeLimit};

use ingest::IngestInput;
use ingest::format::Format;
use ingest::formats;
use ingest::import::{self, HistoryKind};
use ingest::sink::InputError;
use ingest::unsupported;
use model::policy::diagnostic;

/// Names at least this similar (Jaro-Winkler, 1 is the same) are offered for one that is mistyped.
const SIMILAR: f64 = 0.8;
/// More than the reader of declarations takes, which reports a large file by itself.
const FORMAT_FILE_LIMIT: SizeLimit = SizeLimit { bytes: 1 << 20, key: None };

/// The table of formats that `ingest --list` prints.
pub(crate) fn list_formats() -> String {
    let rows = formats::all().iter().map(|format| {
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

/// The formats that the user asks for.
#[derive(Default)]
pub(super) struct FormatChoice {
    /// The only one.
    pub(super) only: Option<&'static Format>,
    /// Those of `--format-file`, which count more than the program's own.
    declared: Vec<&'static Format>,
}

impl FormatChoice {
    /// The format of a name, `auto` for any, and those that files declare.
    ///
    /// # Errors
    /// No format has the name, or a declaration has faults; all of them.
    pub(super) fn new(name: &str, files: &[PathBuf]) -> anyhow::Result<Self> {
        let mut faults = Vec::new();
        let mut declared = Vec::new();
        for file in files {
            match declared_format(file) {
                Ok(format) => declared.push(format),
                Err(error) => faults.push(format!("{error:#}")),
            }
        }
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        let of_file = declared.iter().copied().find(|format| format.name == name);
        if let Some(format) = of_file.or_else(|| formats::by_name(name)) {
            return Ok(Self { only: Some(format), declared });
        }
        if name == "auto" {
            return Ok(Self { only: None, declared });
        }
        bail!(no_such_format("--format", name))
    }

    /// The format of an input: the requested one, or the only one that recognizes it.
    pub(super) fn detect(&self, input: &IngestInput) -> Result<Option<&'static Format>, String> {
        if self.only.is_some() {
            return Ok(self.only);
        }
        let mut fitting = match input {
            IngestInput::Text(_) if self.declared.is_empty() => Vec::new(),
            IngestInput::Text(text) => {
                text.look_within();
                let fits = |format: &&Format| format.recognizes_text(text);
                self.declared.iter().copied().filter(fits).collect()
            }
            IngestInput::Folder(_) => Vec::new(),
        };
        if fitting.is_empty() {
            fitting = input.formats();
        }
        match fitting.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            several => {
                let names: Vec<&str> = several.iter().map(|format| format.name).collect();
                let (name, names) = (input.name(), names.join(", "));
                Err(format!("{name}: several formats fit: {names}; name one: --format NAME"))
            }
        }
    }
}

impl FormatChoice {
    /// Why no format recognizes an input, and what to do.
    pub(super) fn explain_unknown(&self, input: &IngestInput) -> String {
        let IngestInput::Text(text) = input else { return unknown_format_message(input) };
        // Who declares a format wants to know why it does not fit, whatever else the file is.
        let misfit = |format: &&Format| {
            let marks = format.missing_marks(text);
            let marks: Vec<String> = marks.iter().map(|mark| format!("`{mark}`")).collect();
            format!("`{}` needs {}", format.name, marks.join(" and "))
        };
        let misfits: Vec<String> = self.declared.iter().map(misfit).collect();
        match misfits.as_slice() {
            [] => unknown_format_message(input),
            misfits => format!(
                "{}: no format of --format-file recognizes it: {}, which it does not have; correct \
                 `recognize`",
                input.name(),
                misfits.join("; ")
            ),
        }
    }
}

/// The format that all files of a folder of results have.
pub(super) fn result_format(name: &str) -> anyhow::Result<&'static Format> {
    formats::by_name(name).with_context(|| no_such_format("--result-format", name))
}

fn no_such_format(option: &str, name: &str) -> String {
    let hint = similar_names(name, formats::all().iter().map(|format| format.name));
    format!("{option} {name}: no such format{hint} `benchpages ingest --list` prints all of them")
}

/// The format that a file declares.
fn declared_format(path: &Path) -> anyhow::Result<&'static Format> {
    let shown = path.display().to_string();
    // The message names the file and its cause.
    let bytes = files::read(path, Links::Follow, FORMAT_FILE_LIMIT)
        .map_err(|error| anyhow::anyhow!("--format-file: {error}"))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{shown} is not UTF-8"))?;
    formats::declare(&text, &shown).map_err(|faults| {
        let blocks = diagnostic::render(&faults, &text, false);
        anyhow::anyhow!("--format-file {shown} has errors\n{blocks}")
    })
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
    /// Names that are listed where none is similar.
    const MAX_LISTED: usize = 10;
    /// Names this much less similar than the best one are not meant.
    const BESIDE_BEST: f64 = 0.05;
    let all: Vec<&str> = all.collect();
    let scored = all.iter().map(|known| (strsim::jaro_winkler(known, name), *known));
    let similar: Vec<(f64, &str)> = scored.filter(|(score, _)| *score > SIMILAR).collect();
    let best = similar.iter().map(|(score, _)| *score).fold(SIMILAR, f64::max);
    let close = similar.iter().filter(|(score, _)| *score > best - BESIDE_BEST);
    let names: Vec<&str> = close.map(|(_, name)| *name).collect();
    match names.as_slice() {
        [] => {
            let listed = all.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join(", ");
            let more = all.len().saturating_sub(MAX_LISTED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("; there are {listed}{more};")
        }
        names => format!(", did you mean {}?", names.join(" or ")),
    }
}

/// Why no format recognizes an input, and what to do.
fn unknown_format_message(input: &IngestInput) -> String {
    let name = input.name();
    if let IngestInput::Text(text) = input {
        if let Some(kind) = import::recognize(text) {
            return format!("{name}: this is a whole history: `benchpages import {kind} {name}`");
        }
        if text.text.trim().is_empty() {
            return format!("{name}: the file is empty");
        }
        if let Some(explained) = unsupported::explain(text) {
            return format!("{name}: {explained}");
        }
        // A file that was cut off is recognized by nothing: the user should learn why.
        if begins_as_json(&text.text)
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

/// Whether a text begins as JSON does: `[OVERALL], RunTime(ms)` and `[ 10s ] tps` do not.
fn begins_as_json(text: &str) -> bool {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('{') {
        let inside = inside.trim_start();
        return inside.is_empty() || inside.starts_with(['"', '}']);
    }
    let Some(inside) = text.strip_prefix('[') else { return false };
    let inside = inside.trim_start();
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
    let word = &inside[..end.unwrap_or(inside.len())];
    match word {
        "" => inside.is_empty() || inside.starts_with(['{', '[', '"', ']']),
        "true" | "false" | "null" | "NaN" => true,
        number => number.parse::<f64>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::begins_as_json;

    #[test]
    fn brackets_alone_are_no_json() {
        for text in [r#"[{"a":1}"#, "[1, 2", "{\n \"a\"", "[[", "[null", "[-1.5e3]", "{"] {
            assert!(begins_as_json(text), "{text}");
        }
        for text in ["[OVERALL], RunTime(ms)", "[ 10s ] tps", "[info] x", "{{range}}", "a", ""] {
            assert!(!begins_as_json(text), "{text}");
        }
    }
}
