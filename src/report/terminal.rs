//! The outcome as people read it in a terminal: at most 80 columns, first what to do.
//!
//! Names come from strangers: control characters, marks that turn the direction of text, and what a
//! runner of GitHub would obey (`::…` at the start of a line, `##[` anywhere) are made harmless.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::escape::log_line;
use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::outcome_text::{by_reason, headline, next_step};
use crate::report::wording::{arrow, verdict_label};
use crate::report::{CheckOutcome, SeriesFinding, json, summary};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// Columns of a terminal that nobody has made wider.
const COLUMNS: usize = 80;
/// Findings that are listed one by one.
const MAX_LISTED: usize = 20;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// The report; ends with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let mut page = TerminalText::default();
    page.write_wrapped(0, &headline(outcome));
    page.write_wrapped(0, &next_step(outcome));
    if let Some(commits) = compared_commits(outcome) {
        page.write_wrapped(0, &commits);
    }
    if let Some(it) = &outcome.infrastructure {
        page.infrastructure(it);
    }
    // They are one anomaly, not as many findings: the paragraph above says it once.
    let is_listed = |finding: &&SeriesFinding| finding.verdict != Verdict::Infrastructure;
    let findings: Vec<&SeriesFinding> = outcome.findings.iter().filter(is_listed).collect();
    if !findings.is_empty() {
        page.blank_line();
    }
    for finding in findings.iter().take(MAX_LISTED) {
        page.finding(outcome, finding);
    }
    if findings.len() > MAX_LISTED {
        let more = text::count((findings.len() - MAX_LISTED) as u64);
        page.write_wrapped(0, &format!("… and {more} more: see --format json."));
    }
    for violation in &outcome.violations {
        let of = violation.subject.as_ref().map_or("all together", |subject| &subject.title);
        page.write_wrapped(
            0,
            &format!("target missed: {}: {of}: {}", violation.rule, violation.message),
        );
    }
    page.not_compared(outcome);
    for notice in &outcome.notices {
        page.write_wrapped(0, &format!("note: {notice}"));
    }
    page.text
}

/// `Pull request #7: abc1234 against 1234567 (nearest measured ancestor); policy 4c740e2f3a1b.`
/// None where there are no commits to name.
fn compared_commits(outcome: &CheckOutcome) -> Option<String> {
    let candidate = &outcome.candidate;
    if candidate.commit.is_none() && candidate.base.is_none() {
        return None;
    }
    let name = |id: &Option<String>| id.as_deref().map_or("none".to_owned(), text::short_commit);
    let line =
        candidate.pull.map_or("Main line".to_owned(), |pull| format!("Pull request #{pull}"));
    let why = match candidate.base_reason.as_str() {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    Some(format!(
        "{line}: {} against {}{why}; policy {}.",
        name(&candidate.commit),
        name(&candidate.base),
        outcome.provenance.policy_sha
    ))
}

/// Lines of at most 80 columns.
#[derive(Default)]
pub(crate) struct TerminalText {
    pub(crate) text: String,
}

impl TerminalText {
    /// An empty line.
    pub(crate) fn blank_line(&mut self) {
        self.text.push('\n');
    }

    /// A sentence or a row, broken at spaces, every line indented.
    pub(crate) fn write_wrapped(&mut self, indent: usize, text: &str) {
        let mut line = String::new();
        let room = COLUMNS - indent;
        // Counted in columns, not in characters: East Asian names are twice as wide.
        for word in log_line(text).split(' ').filter(|word| !word.is_empty()) {
            for piece in split_to_width(word, room) {
                if !line.is_empty() && line.width() + 1 + piece.width() > room {
                    self.write_line(indent, &line);
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&piece);
            }
        }
        self.write_line(indent, &line);
    }

    /// A line that no runner obeys.
    fn write_line(&mut self, indent: usize, line: &str) {
        let guarded = if line.starts_with("::") { "·" } else { "" };
        self.text.push_str(&format!("{}{guarded}{line}\n", " ".repeat(indent)));
    }

    fn finding(&mut self, outcome: &CheckOutcome, it: &SeriesFinding) {
        let title = shorten(&it.subject.title, NAME_CHARS);
        self.write_wrapped(
            0,
            &format!("{} {}: {title}", it.change.map_or("~", arrow), verdict_label(it.verdict)),
        );
        if it.levels.is_some() {
            let confidence = it.confidence.map_or_else(String::new, |confidence| {
                format!(", confidence {}", text::percent(confidence))
            });
            let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
            let (threshold, size) = (text::percent(it.threshold), &it.size);
            let levels = &it.arrow;
            self.write_wrapped(
                4,
                &format!("{levels}, {change} ({size}), threshold {threshold}{confidence}"),
            );
        }
        self.write_wrapped(4, &it.reason);
        if outcome.links.base_url.is_some() {
            // In one piece, however long: a broken address cannot be clicked.
            self.write_line(4, &outcome.links.url_of(&it.path));
        }
    }

    fn infrastructure(&mut self, it: &InfrastructureAnomaly) {
        let view = json::infrastructure(it);
        self.blank_line();
        let alert = if it.alert { ", ALERT" } else { "" };
        let day = text::date(it.day);
        self.write_wrapped(
            0,
            &format!("INFRASTRUCTURE ANOMALY, {day}{alert}: {}.", summary::infrastructure(&view)),
        );
        let shifts: Vec<String> = it
            .shifted_backends()
            .iter()
            .map(|shift| {
                let change = text::percent_change(shift.change);
                format!("{} {change}", shorten(&shift.backend, 40))
            })
            .collect();
        self.write_wrapped(2, &format!("shifted: {}", shifts.join(", ")));
        for changed in &view.field_changes {
            let line = format!("{} changed: {}", changed.kind, summary::field_change(changed));
            self.write_wrapped(2, &line);
        }
        for line in &it.advice {
            self.write_wrapped(2, line);
        }
    }

    fn not_compared(&mut self, outcome: &CheckOutcome) {
        if outcome.not_compared.is_empty() {
            return;
        }
        self.blank_line();
        self.write_wrapped(0, "Not compared:");
        let reasons = outcome.not_compared.iter().map(|it| (&*it.reason, &*it.subject.title));
        for (reason, series) in by_reason(reasons) {
            let first = shorten(series[0], NAME_CHARS);
            let more = match series.len() - 1 {
                0 => String::new(),
                more => format!(" and {} more", text::count(more as u64)),
            };
            self.write_wrapped(2, &format!("{first}{more}: {reason}"));
        }
    }
}

/// A word in pieces of at most `room` columns.
fn split_to_width(word: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let (mut piece, mut width) = (String::new(), 0);
    for c in word.chars() {
        let columns = c.width().unwrap_or(0);
        if width + columns > room {
            pieces.push(std::mem::take(&mut piece));
            width = 0;
        }
        piece.push(c);
        width += columns;
    }
    pieces.push(piece);
    pieces
}
