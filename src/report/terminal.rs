//! The outcome as people read it in a terminal: at most 80 columns, first what to do.
//!
//! A runner of GitHub may read it too, and would obey `::…` at the beginning of a line. So no line
//! begins with it; [`TerminalText`] sees to the rest.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::accept_commands::accept_commands;
use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::outcome_text::{by_reason, headline, next_step};
use crate::report::wording::{arrow, verdict_label, verdict_name, verdict_tone};
use crate::report::{CheckOutcome, SeriesFinding, json, summary, target_view};
use detect::Verdict;
use model::record::shorten;
use model::text::terminal::{Palette, TerminalText, VerdictTone};
use model::{escaped, text};

/// Columns of a terminal that nobody has made wider.
const COLUMNS: usize = 80;
/// Findings that are listed one by one.
const MAX_LISTED: usize = 20;
/// Hints of a finding, the most telling first.
const MAX_HINTS: usize = 2;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// The report; ends with a line end.
pub(crate) fn render(outcome: &CheckOutcome, palette: Palette) -> TerminalText {
    let mut page = TerminalPage::new(palette);
    let headline = TerminalText::text(&headline(outcome));
    let word = headline.find(':').unwrap_or(headline.len());
    page.write_toned(&headline, word, verdict_tone(outcome.decision.as_str()));
    page.write_text(0, &next_step(outcome));
    // The main line lists those of each open regression below.
    if outcome.candidate.first_commit.is_some() {
        for command in accept_commands(&json::check_file(outcome)) {
            // In one piece: a broken command cannot be pasted.
            page.write_line(2, &TerminalText::text(&command));
        }
    }
    if let Some(commits) = compared_commits(outcome) {
        page.write_text(0, &commits);
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
        page.write_text(0, &format!("… and {more} more: see --format json."));
    }
    page.targets(outcome);
    page.not_compared(outcome);
    if outcome.candidate.first_commit.is_none() {
        page.open_regressions(outcome);
    }
    for notice in &outcome.notices {
        page.write_text(0, &format!("note: {notice}"));
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
pub(crate) struct TerminalPage {
    pub(crate) text: TerminalText,
    palette: Palette,
}

impl TerminalPage {
    /// An empty page.
    pub(crate) fn new(palette: Palette) -> Self {
        Self { palette, ..Self::default() }
    }

    /// As [`Self::write`], with the first bytes in a color as far as they stand on the first line.
    pub(crate) fn write_toned(&mut self, sentence: &TerminalText, bytes: usize, tone: VerdictTone) {
        for (at, line) in wrapped(sentence, COLUMNS).into_iter().enumerate() {
            let bytes = if at == 0 { bytes.min(line.len()) } else { 0 };
            self.write_line(0, &line.with_toned_start(bytes, tone, self.palette));
        }
    }

    /// An empty line.
    pub(crate) fn blank_line(&mut self) {
        self.text.push("\n");
    }

    /// A sentence of data; as [`Self::write`].
    pub(crate) fn write_text(&mut self, indent: usize, sentence: &str) {
        self.write(indent, &TerminalText::text(sentence));
    }

    /// A sentence or a row, broken at spaces, every line indented.
    pub(crate) fn write(&mut self, indent: usize, sentence: &TerminalText) {
        for line in wrapped(sentence, COLUMNS - indent) {
            self.write_line(indent, &line);
        }
    }

    /// A line that no runner obeys.
    fn write_line(&mut self, indent: usize, line: &TerminalText) {
        for _ in 0..indent {
            self.text.push(" ");
        }
        self.text.push(if line.starts_with("::") { "·" } else { "" });
        self.text.push(line).push("\n");
    }

    fn finding(&mut self, outcome: &CheckOutcome, it: &SeriesFinding) {
        let title = TerminalText::text(&shorten(&it.subject.title, NAME_CHARS));
        let mark = it.change.map_or("~", arrow);
        let label: TerminalText = escaped![mark, " ", verdict_label(it.verdict)];
        let tone = verdict_tone(verdict_name(it.verdict));
        self.write_toned(&escaped![&label, ": ", title], label.len(), tone);
        if it.levels.is_some() {
            let confidence = it.confidence.map_or_else(String::new, |confidence| {
                format!(", confidence {}", text::percent(confidence))
            });
            let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
            let (threshold, size) = (text::percent(it.threshold), &it.size);
            let levels = &it.arrow;
            self.write_text(
                4,
                &format!("{levels}, {change} ({size}), threshold {threshold}{confidence}"),
            );
        }
        self.write_text(4, &it.reason);
        for hint in it.hints.iter().take(MAX_HINTS) {
            self.write_text(4, hint);
        }
        if outcome.links.base_url.is_some() {
            // In one piece, however long: a broken address cannot be clicked.
            self.write_line(4, &TerminalText::text(&outcome.links.url_of(&it.path)));
        }
    }

    fn infrastructure(&mut self, it: &InfrastructureAnomaly) {
        let view = json::infrastructure(it);
        self.blank_line();
        let alert = if it.alert { ", ALERT" } else { "" };
        let day = text::date(it.day);
        self.write_text(
            0,
            &format!("INFRASTRUCTURE ANOMALY, {day}{alert}: {}.", summary::infrastructure(&view)),
        );
        let shifts = it.shifted_backends().iter().map(|shift| {
            let backend = TerminalText::text(&shorten(&shift.backend, 40));
            escaped![backend, " ", TerminalText::text(&text::percent_change(shift.change))]
        });
        self.write(2, &escaped!["shifted: ", TerminalText::join(shifts, ", ")]);
        for changed in &view.field_changes {
            let line = format!("{} changed: {}", changed.kind, summary::field_change(changed));
            self.write_text(2, &line);
        }
        for line in &it.advice {
            self.write_text(2, line);
        }
    }

    /// Every target that somebody should hear of, failing ones first; then all in a sentence.
    fn targets(&mut self, outcome: &CheckOutcome) {
        let blocking = || outcome.targets.iter().filter(|target| target.blocks);
        let news = || outcome.targets.iter().filter(|target| target.is_news());
        let all = blocking().chain(news());
        for target in all.take(MAX_LISTED) {
            let name = TerminalText::text(&shorten(&target.name, NAME_CHARS));
            let sentence = TerminalText::text(&target.sentence());
            let line: TerminalText = escaped![target.label(), ": ", name, ": ", sentence];
            self.write_toned(&line, target.label().len(), verdict_tone(&target.state));
        }
        let hidden = (blocking().count() + news().count()).saturating_sub(MAX_LISTED) as u64;
        if hidden > 0 {
            let more = text::count(hidden);
            self.write_text(0, &format!("… and {more} more targets: see --format json."));
        }
        if let Some(overview) = target_view::overview(&outcome.targets) {
            self.write_text(0, &format!("Targets: {overview}."));
        }
    }

    /// The open regressions by cause, and what closes each.
    fn open_regressions(&mut self, outcome: &CheckOutcome) {
        if outcome.open_regressions.is_empty() {
            return;
        }
        self.blank_line();
        self.write_text(0, "Open regressions, until they are fixed, accepted or explained:");
        for group in outcome.open_regressions.iter().take(MAX_LISTED) {
            self.write_text(2, &format!("{}.", group.sentence));
            self.write_line(4, &TerminalText::text(&group.compare));
            self.write_line(4, &TerminalText::text(&group.accept));
        }
        let hidden = outcome.open_regressions.len().saturating_sub(MAX_LISTED);
        if hidden > 0 {
            self.write_text(2, &format!("… and {hidden} more: see --format json."));
        }
    }

    fn not_compared(&mut self, outcome: &CheckOutcome) {
        if outcome.not_compared.is_empty() {
            return;
        }
        self.blank_line();
        self.write_text(0, "Not compared:");
        let reasons = outcome.not_compared.iter().map(|it| (&*it.reason, &*it.subject.title));
        for (reason, series) in by_reason(reasons) {
            let mut line = TerminalText::text(&shorten(series[0], NAME_CHARS));
            if series.len() > 1 {
                line.push(" and ").push_text(&text::count(series.len() as u64 - 1)).push(" more");
            }
            self.write(2, line.push(": ").push_text(reason));
        }
    }
}

/// The lines of a sentence, of at most `room` columns.
fn wrapped(sentence: &TerminalText, room: usize) -> Vec<TerminalText> {
    let (mut lines, mut line) = (Vec::new(), TerminalText::new());
    // Counted in columns, not in characters: East Asian names are twice as wide.
    for piece in sentence.words().flat_map(|word| split_to_width(&word, room)) {
        if !line.is_empty() && line.width() + 1 + piece.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push(if line.is_empty() { "" } else { " " }).push(piece);
    }
    lines.push(line);
    lines
}

/// A word in pieces of at most `room` columns.
fn split_to_width(word: &TerminalText, room: usize) -> Vec<TerminalText> {
    let (mut ends, mut width) = (Vec::new(), 0);
    for (at, c) in word.char_indices() {
        let columns = c.width().unwrap_or(0);
        if width + columns > room {
            ends.push(at);
            width = 0;
        }
        width += columns;
    }
    ends.push(word.len());
    word.split_at_each(&ends)
}
