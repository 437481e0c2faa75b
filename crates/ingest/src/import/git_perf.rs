//! What git-perf keeps in the notes of a repository, as git prints them: a line `commit SHA`, then
//! a line a measurement, whose fields are parted by the byte 0x1c.
//!
//! ```text
//! git log --notes=refs/notes/perf-v3 --format='commit %H%n%N' > notes.txt
//! commit 9625533…
//! 0·sleep·1795831119.07·32683099.0·os=linux     epoch, name, time, value, key=value …
//! ```
//!
//! The notes say no unit; each measurement is a metric of its own name (`--unit sleep=ns`). A
//! higher epoch begins a new version of a benchmark, as git-perf compares nothing across epochs. A
//! line that is no measurement is rejected.

use crate::entry::{BenchmarkEntry, RunContext, metric};
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::parse::name::metric_name;
use crate::parse::number::parse_number;
use crate::parse::time::parse_epoch;
use crate::sink::{EntrySink, InputError};
use crate::source::{Source, Text};

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "git-perf",
    aliases: &["git-perf-notes"],
    takes: "output of: git log --notes=refs/notes/perf-v3 --format='commit %H%n%N'",
    yields: "test and metric of one name, key-value pairs as parameters, the epoch as version",
    backend: "git-perf",
    read,
};

/// What parts the fields of a measurement.
pub(crate) const SEPARATOR: char = '\u{1c}';

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    for_each_file(source, |file| file.ends_with(".txt"), sink, &mut read_notes)
}

fn read_notes(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut commit: Option<&str> = None;
    if !text.text.contains(SEPARATOR) {
        return Err(InputError::whole("no measurement of git-perf in it"));
    }
    for (place, line) in text.lines() {
        let line = line.trim_matches([' ', '\t', '\r']);
        if let Some(id) = line.strip_prefix("commit ").filter(|id| is_id(id)) {
            commit = Some(id);
        } else if !line.is_empty() {
            match entry(line, commit) {
                Ok(entry) => sink.entry(entry),
                Err(reason) => {
                    sink.reject(place, reason, "the other measurements were imported", line);
                }
            }
        }
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn entry(line: &str, commit: Option<&str>) -> Result<BenchmarkEntry, &'static str> {
    let fields: Vec<&str> = line.split(SEPARATOR).collect();
    let [epoch, name, time, value, pairs @ ..] = fields.as_slice() else {
        return Err("fewer than four fields");
    };
    if name.is_empty() {
        return Err("the measurement has no name");
    }
    let time = parse_number(time).and_then(parse_epoch).ok_or("its time is no number")?;
    let value = parse_number(value).ok_or("its value is no number")?;
    let mut entry = BenchmarkEntry::named(*name).metric(metric(&metric_name(name), "", value));
    for (key, value) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
        entry = entry.param(key, value);
    }
    // Most histories never began another epoch; there the version says nothing.
    entry.version = (*epoch != "0").then(|| format!("epoch {epoch}"));
    entry.run = RunContext {
        commit: commit.map(str::to_owned),
        timestamp: Some(time),
        ..RunContext::default()
    };
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_epoch_name_time_value_and_pairs() {
        let line = "2\u{1c}size\u{1c}1795831119.5\u{1c}1021.5\u{1c}kind=binary\u{1c}os=linux";
        let entry = entry(line, Some("abc")).unwrap();
        assert_eq!((entry.test.as_str(), entry.version.as_deref()), ("size", Some("epoch 2")));
        assert_eq!((&*entry.params["kind"], &*entry.params["os"]), ("binary", "linux"));
        assert_eq!(entry.metrics[0].value, 1021.5);
        assert_eq!(entry.run.timestamp.unwrap().to_string(), "2026-11-28T01:58:39.5Z");
    }

    #[test]
    fn a_broken_line_says_what_is_wrong() {
        assert_eq!(entry("0\u{1c}size", None), Err("fewer than four fields"));
        let odd = "0\u{1c}size\u{1c}1795831119\u{1c}fast";
        assert_eq!(entry(odd, None), Err("its value is no number"));
    }
}
