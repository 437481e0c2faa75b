//! Files that people have, as policy: thresholds of a service level in JSON, a table of budgets in
//! Markdown, alert rules in YAML; each alone, or inside a document that describes it.
//!
//! ```text
//! {"maxAvgTimeMs": 1.0}                                  → sla: [{max_avg_time_ms: 1.0}]
//! | SLO | Budget | Max |                                 → budgets: [{name, match, budget, …}]
//! rules: [{name, condition: error_rate > 1% for 5m}]     → alerts: [{name, when, …}]
//! ```
//!
//! What cannot be read is an error with its place. Nothing is dropped without a word: what a policy
//! says differently is a note.

mod merge;
mod rules;
mod table;
mod thresholds;

use std::ops::Range;

use crate::policy::diagnostic::{Diagnostic, DiagnosticLevel, LocationCursor, PolicyFaultKind};

pub use self::merge::merge;

/// Entries for the policy, and what a reader should know of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportedPolicy {
    pub entries: Vec<ImportedEntry>,
    /// What the policy says differently from the file, in sentences.
    pub notes: Vec<String>,
    /// Errors, in the order of the file; nothing may be used where there is one.
    pub faults: Vec<Diagnostic>,
}

/// One entry of a section.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedEntry {
    /// `budgets`, `sla` or `alerts`.
    pub section: &'static str,
    /// Keys and values as YAML, in the order in which they are written.
    pub pairs: Vec<(&'static str, String)>,
}

/// A fault at bytes of the file.
struct ImportFault {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    entries: Vec<ImportedEntry>,
    notes: Vec<String>,
    faults: Vec<ImportFault>,
}

impl Findings {
    fn fault(&mut self, span: Range<usize>, message: String, help: impl Into<String>) {
        self.faults.push(ImportFault { span, message, help: Some(help.into()) });
    }

    /// An amount that cannot be read: the reason, then the remedy behind a semicolon.
    fn amount_fault(&mut self, span: Range<usize>, why: &str) {
        let (message, help) = why.split_once("; ").unwrap_or((why, ""));
        self.fault(span, message.to_owned(), help);
    }

    fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|it| it == note) {
            self.notes.push(note.to_owned());
        }
    }
}

impl ImportedPolicy {
    /// The entries as a part of a policy.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        for section in ["budgets", "sla", "alerts"] {
            let entries: Vec<&ImportedEntry> =
                self.entries.iter().filter(|entry| entry.section == section).collect();
            if !entries.is_empty() {
                out.push_str(&format!("{section}:\n"));
                entries.iter().for_each(|entry| out.push_str(&entry.to_yaml("  ")));
            }
        }
        out
    }
}

impl ImportedEntry {
    fn to_yaml(&self, indent: &str) -> String {
        let mut out = String::new();
        for (at, (key, value)) in self.pairs.iter().enumerate() {
            let mark = if at == 0 { "- " } else { "  " };
            out.push_str(&format!("{indent}{mark}{key}: {value}\n"));
        }
        out
    }
}

/// Reads a file of any of the kinds. `file` is its name in places.
pub fn import(text: &str, file: &str) -> ImportedPolicy {
    let mut findings = Findings::default();
    let mut is_known = false;
    for part in parts(text) {
        let body = &text[part.clone()];
        let first = body.trim_start_matches('\u{feff}').trim_start();
        let is_read = if first.starts_with('{') {
            thresholds::read(text, part, &mut findings)
        } else if rules::has_rules(body) {
            rules::read(text, part, &mut findings)
        } else {
            table::read(text, part, &mut findings)
        };
        is_known |= is_read;
    }
    if !is_known && findings.faults.is_empty() {
        findings.fault(
            0..0,
            "no thresholds, budgets or alert rules in this file".to_owned(),
            "it must hold JSON with `maxAvgTimeMs`, a table with the columns SLO and Budget, or \
             YAML with `rules:` of `name` and `condition`",
        );
    }
    findings.faults.sort_by_key(|fault| fault.span.start);
    let mut cursor = LocationCursor::new(text, file);
    let diagnostic = |fault: ImportFault| Diagnostic {
        level: DiagnosticLevel::Error,
        kind: PolicyFaultKind::NotImported,
        message: fault.message,
        location: cursor.location(fault.span.start),
        span: fault.span,
        help: fault.help,
    };
    let faults = findings.faults.into_iter().map(diagnostic).collect();
    ImportedPolicy { entries: findings.entries, notes: findings.notes, faults }
}

/// The file, or the code blocks of a document and what stands between them.
fn parts(text: &str) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            parts.push(start..at);
            start = at + line.len();
        }
        at += line.len();
    }
    parts.push(start..text.len());
    parts.retain(|part| !text[part.clone()].trim().is_empty());
    parts
}

/// A text as a YAML scalar on one line.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " ._/()%<>=-".contains(c);
    let starts_plain = text.starts_with(|c: char| c.is_alphabetic());
    let is_word =
        ["true", "false", "yes", "no", "on", "off", "null"].contains(&text.to_lowercase().as_str());
    if starts_plain && text.chars().all(is_plain) && !text.ends_with(' ') && !is_word {
        text.to_owned()
    } else {
        // A text of JSON is one of YAML, whatever it holds.
        serde_json::Value::from(text).to_string()
    }
}

/// An amount as a YAML scalar: `0.85ms` needs no quotes.
fn scalar_amount(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || ".%/ ".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { scalar(text) }
}

#[cfg(test)]
mod tests;
