//! Accepted changes (`accepted.yml`): a reviewed yes to one change in some series.
//!
//! Read as a list; written by [`append`], which keeps every character that stands there and refuses
//! what it could not read back.

use serde::{Deserialize, Serialize};

use crate::policy::yaml::{self, YamlError};
use crate::record::time::Timestamp;
use crate::text;

/// An entry: the change at `commit` in the series that `series` matches is accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptedEntry {
    /// Glob over series names (`test/backend/mode/n`).
    pub series: String,
    pub commit: String,
    /// The pull request of the commit: the entry also covers the commit by which it was merged.
    pub pull: Option<u64>,
    /// Largest relative change that the entry covers.
    pub max_change: f64,
    pub reason: String,
    pub by: String,
    /// The entry stops counting at this time.
    pub expires: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptedEntryYaml {
    series: String,
    commit: String,
    #[serde(default)]
    pull: Option<u64>,
    max_change: f64,
    reason: String,
    by: String,
    #[serde(default)]
    expires: Option<String>,
}

/// Whether a glob over series names matches a name; `*` crosses `/`.
pub fn matches(glob: &str, name: &str) -> bool {
    crate::filter::glob(glob, name)
}

/// Reads the list; an empty file is an empty list.
///
/// # Errors
/// Not a YAML list of entries, or an entry with a missing, unknown or impossible field.
pub fn read(text: &str) -> Result<Vec<AcceptedEntry>, YamlError> {
    let refuse = |reason: String| YamlError { line: 1, column: 1, reason };
    let wires: Option<Vec<AcceptedEntryYaml>> = yaml::read(text)?;
    wires
        .unwrap_or_default()
        .into_iter()
        .map(|wire| {
            if !(wire.max_change > 0.0 && wire.max_change.is_finite()) {
                return Err(refuse(format!(
                    "`max_change` of {} is not a positive number",
                    wire.series
                )));
            }
            let day = |date: String| {
                Timestamp::parse(&format!("{date}T00:00:00Z"))
                    .map_err(|_| refuse(format!("`expires: {date}` is not YYYY-MM-DD")))
            };
            Ok(AcceptedEntry {
                expires: wire.expires.map(day).transpose()?,
                series: wire.series,
                commit: wire.commit,
                pull: wire.pull,
                max_change: wire.max_change,
                // Written by hand, too: nobody who reads the entry sees a secret or an address.
                reason: text::publishable(&wire.reason),
                by: text::publishable(&wire.by),
            })
        })
        .collect()
}

/// The head of a file that is made.
const FILE_HEADER: &str =
    "# Accepted changes: each entry accepts one reviewed change in some series.
# `benchpages accept` writes them; whoever owns this file (CODEOWNERS) has the say.
";

/// The text with one more entry at its end; what stands there stays as it is. Secrets and addresses
/// in the entry are taken out.
///
/// # Errors
/// The text is no list that could be read, or is written so that nothing can be appended to it.
pub fn append(existing: &str, entry: &AcceptedEntry) -> Result<String, String> {
    let before = read(existing)
        .map_err(|error| format!("{}:{}: {}", error.line, error.column, error.reason))?;
    let entry = &AcceptedEntry {
        reason: text::publishable(&entry.reason),
        by: text::publishable(&entry.by),
        ..entry.clone()
    };
    let mut wanted = before.clone();
    wanted.push(entry.clone());
    let mut text = if existing.trim().is_empty() {
        FILE_HEADER.to_owned()
    } else if before.is_empty() {
        // `[]` or nothing at all: only the remarks are worth keeping.
        existing
            .lines()
            .filter(|line| is_comment_or_blank(line))
            .map(|line| format!("{line}\n"))
            .collect()
    } else {
        existing.to_owned()
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format_entry(entry, &indent(existing)));
    if existing.contains("\r\n") {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    match read(&text) {
        Ok(found) if found == wanted => Ok(text),
        _ => Err("cannot append to a list written this way: \
                  write it as `- series: …` with one key a line"
            .to_owned()),
    }
}

fn is_comment_or_blank(line: &str) -> bool {
    line.trim_start().starts_with('#') || line.trim().is_empty()
}

/// What stands before the first dash of the list.
fn indent(text: &str) -> String {
    let first = text.lines().find(|line| line.trim_start().starts_with("- "));
    first.map_or("", |line| &line[..line.len() - line.trim_start().len()]).to_owned()
}

fn format_entry(entry: &AcceptedEntry, indent: &str) -> String {
    let mut fields = vec![("series", quoted(&entry.series)), ("commit", quoted(&entry.commit))];
    fields.extend(entry.pull.map(|pull| ("pull", pull.to_string())));
    fields.extend([
        ("max_change", entry.max_change.to_string()),
        ("reason", quoted(&entry.reason)),
        ("by", quoted(&entry.by)),
    ]);
    fields.extend(entry.expires.map(|time| ("expires", quoted(&text::iso_date(time)))));
    let lines = fields.iter().enumerate().map(|(at, (name, value))| {
        format!("{indent}{} {name}: {value}\n", if at == 0 { "-" } else { " " })
    });
    lines.collect()
}

/// A double-quoted YAML scalar on one line. What a reviewer could not see as it is (controls, marks
/// of direction, blanks of no width) is written as an escape.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'.. => out.push_str(&format!("\\U{:08X}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\U{:08X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(series: &str, reason: &str) -> AcceptedEntry {
        AcceptedEntry {
            series: series.to_owned(),
            commit: "c0ffee1".to_owned(),
            pull: Some(7),
            max_change: 0.25,
            reason: reason.to_owned(),
            by: "@ada".to_owned(),
            expires: Timestamp::parse("2026-03-01T00:00:00Z").ok(),
        }
    }

    #[test]
    fn what_stands_there_stays_to_the_letter() {
        let one = "# ours\n- series: \"a/*\"   # why\n  commit: c1\n  max_change: 0.3\n  reason: r\n  \
                   by: b\n";
        for text in [
            one.to_owned(),
            one.trim_end().to_owned(),
            one.replace("\n", "\n  ").replace("# ours\n", "# ours\n\n"),
            format!("---\n{one}# the end\n"),
            "# nothing yet\n".to_owned(),
        ] {
            let longer = append(&text, &entry("b/*", "new")).unwrap();
            assert!(longer.starts_with(&text), "{longer}");
            let again = append(&longer, &entry("c/*", "newer")).unwrap();
            assert!(again.starts_with(&longer), "{again}");
            assert_eq!(read(&again).unwrap().last(), Some(&entry("c/*", "newer")));
        }
        let windows = append(&one.replace('\n', "\r\n"), &entry("b", "new")).unwrap();
        assert_eq!(windows.matches('\n').count(), windows.matches("\r\n").count());
        assert!(append("", &entry("b", "new")).unwrap().starts_with("# Accepted changes"));
        assert_eq!(read(&append("# x\n[]\n", &entry("b", "new")).unwrap()).unwrap().len(), 1);
    }

    #[test]
    fn what_could_not_be_read_back_is_rejected() {
        let flow = "[{series: a, commit: c, max_change: 1, reason: r, by: b}]\n";
        for text in [flow, "series: a\n", "- series: a\n", "- [", "...\n- x\n"] {
            assert!(append(text, &entry("b", "new")).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_a_reviewer_could_not_see_is_written_as_it_is() {
        let text = quoted("a\u{202e}b\u{200b}\t\u{7f}\u{85}é");
        assert_eq!(text, "\"a\\U0000202Eb\\U0000200B\\U00000009\\U0000007F\\U00000085é\"");
    }

    proptest! {
        #[test]
        fn any_glob_reason_and_name_come_back(
            series in any::<String>(),
            reason in "(?s).{0,60}",
            by in "[-?:,\\[\\]{}#&*!|>'\"%@` \\n]{0,12}",
            max_change in 0.0001f64..50.0,
        ) {
            let mut one = entry(&series, &reason);
            (one.by, one.max_change) = (by, max_change);
            let text = append("- {series: a, commit: c, max_change: 1, reason: r, by: b}\n", &one);
            let found = read(&text.unwrap()).unwrap();
            let public = AcceptedEntry {
                reason: crate::text::publishable(&one.reason),
                by: crate::text::publishable(&one.by),
                ..one
            };
            prop_assert_eq!(found.last(), Some(&public));
        }
    }
}
