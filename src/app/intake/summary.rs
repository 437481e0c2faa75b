//! What became of results or of a history, for people and for programs.

use std::collections::BTreeMap;

use serde_json::json;

use crate::store::append::Appended;
use crate::store::commits::CommitMerge;
use ingest::sink::RejectedPart;
use model::record::time::Timestamp;
use model::text::terminal::TerminalText;
use model::{escaped, text};

/// Commands that a summary lists.
const MAX_COMMANDS: usize = 10;

#[derive(Default)]
pub(crate) struct IntakeSummary {
    /// The kind of history; empty for output of tools.
    pub(crate) kind: &'static str,
    pub(crate) dry_run: bool,
    pub(crate) records: u64,
    pub(crate) values: u64,
    pub(crate) failed: u64,
    pub(crate) pulls: u64,
    pub(crate) series: u64,
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    pub(crate) appended: Appended,
    pub(crate) commits: u64,
    pub(crate) commit_merge: CommitMerge,
    pub(crate) rejected: Vec<RejectedPart>,
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) remarks: Vec<String>,
    /// A sentence about what an interrupted run had left.
    pub(crate) leftovers: Option<String>,
    /// Options of `ingest` that continue the imported series.
    pub(crate) continuations: Vec<String>,
}

impl IntakeSummary {
    /// One line on what `ingest` added, and the files that it went to.
    pub(crate) fn ingest_text(&self) -> String {
        let mut line = format!("{} added", text::count_noun(self.appended.added as u64, "record"));
        if self.appended.duplicates > 0 {
            let count = text::count(self.appended.duplicates as u64);
            line.push_str(&format!(", {count} already there"));
        }
        if !self.rejected.is_empty() {
            let count = text::count(self.rejected.len() as u64);
            line.push_str(&format!(", {count} rejected (see quarantine/)"));
        }
        line
    }

    pub(crate) fn import_json(&self) -> serde_json::Value {
        let (first, last) = match self.span {
            Some((first, last)) => (Some(first.to_string()), Some(last.to_string())),
            None => (None, None),
        };
        json!({
            "kind": self.kind,
            "dry_run": self.dry_run,
            "records": self.records,
            "values": self.values,
            "failed": self.failed,
            "pulls": self.pulls,
            "series": self.series,
            "first": first,
            "last": last,
            "added": self.appended.added,
            "duplicates": self.appended.duplicates,
            "files": self.appended.files,
            "commits": {
                "measured": self.commits,
                "added": self.commit_merge.added,
                "changed": self.commit_merge.changed,
            },
            "skipped": self.skipped,
            "rejected": self.reasons,
            "remarks": self.remarks,
            "continue_with": self.commands(),
        })
    }

    /// The commands that continue the imported series.
    fn commands(&self) -> Vec<String> {
        let command = |options: &String| format!("benchpages ingest {options}");
        self.continuations.iter().map(command).collect()
    }

    pub(crate) fn import_text(&self) -> TerminalText {
        let mut lines = vec![format!(
            "{}: {} in {} of {}",
            self.kind,
            text::count_noun(self.records, "record"),
            text::count_noun(self.series, "series"),
            text::count_noun(self.commits, "commit"),
        )];
        if let Some((first, last)) = self.span {
            lines.push(format!("  measured from {first} to {last}"));
        }
        let mut line = |count: u64, what: &str| {
            if count > 0 {
                lines.push(format!("  {} {what}", text::count(count)));
            }
        };
        line(self.values, "values");
        line(self.failed, "failed runs");
        line(self.pulls, "of pull requests (shown beside the main line)");
        line(self.appended.added as u64, "added");
        line(self.appended.duplicates as u64, "already there");
        line(self.commit_merge.added, "added to commits.ndjson");
        line(self.commit_merge.changed, "completed in commits.ndjson");
        for (reason, count) in &self.skipped {
            line(*count, &format!("skipped: {reason}"));
        }
        for (reason, count) in &self.reasons {
            line(*count, &format!("rejected: {reason}"));
        }
        if self.dry_run {
            lines.push("  nothing was written (--dry-run)".to_owned());
        } else if !self.reasons.is_empty() {
            lines.push("  rejected parts are in quarantine/ingested.ndjson".to_owned());
        }
        let commands = self.commands();
        if self.records > 0 && !commands.is_empty() {
            lines.push(
                "  to continue these series, ingest new results with these options:".to_owned(),
            );
            lines
                .extend(commands.iter().take(MAX_COMMANDS).map(|command| format!("    {command}")));
            let more = commands.len().saturating_sub(MAX_COMMANDS);
            if more > 0 {
                lines.push(format!("    and {more} more (--format json lists all)"));
            }
        }
        lines.iter().map(|line| escaped![TerminalText::text(line), "\n"]).collect()
    }
}
