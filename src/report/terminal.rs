//! The outcome as people read it in a terminal: at most 80 columns, first what to do.
//!
//! Names come from strangers: control characters, marks that turn the direction of text, and what a
//! runner of GitHub would obey (`::…` at the start of a line, `##[` anywhere) are made harmless.

use std::collections::BTreeMap;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::decision::Decision;
use crate::report::escape::log_line;
use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::wording::{arrow, verdict_name};
use crate::report::{BlockReason, CheckOutcome, SeriesFinding, UncomparedSeries};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// What a reader should do where nothing is wrong.
pub(crate) const NOTHING_TO_DO: &str = "Nothing to do.";
/// Columns of a terminal that nobody has made wider.
const COLUMNS: usize = 80;
/// Findings, and series that were not compared, that are told one by one.
const MAX_LISTED: usize = 20;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// The report; ends with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let mut page = TerminalText::default();
    page.write_wrapped(0, &headline(outcome));
    page.write_wrapped(0, &next_step(outcome));
    page.write_wrapped(0, &compared_commits(outcome));
    if let Some(it) = &outcome.infrastructure {
        page.infrastructure(it);
    }
    let told = |finding: &&SeriesFinding| finding.verdict != Verdict::Infrastructure;
    let findings: Vec<&SeriesFinding> = outcome.findings.iter().filter(told).collect();
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
            &format!("violation  {}: {of}: {}", violation.rule, violation.message),
        );
    }
    page.not_compared(outcome);
    for notice in &outcome.notices {
        page.write_wrapped(0, &format!("note: {notice}"));
    }
    page.text
}

/// `FAIL: 1 regressed, 64 unchanged`.
pub(crate) fn headline(outcome: &CheckOutcome) -> String {
    let word = match outcome.decision {
        Decision::Pass => "PASS",
        Decision::Fail => "FAIL",
        Decision::ApprovalNeeded => "APPROVAL NEEDED",
        Decision::Overridden => "OVERRIDDEN",
        Decision::NothingCompared => "NOTHING COMPARED",
    };
    format!("{word}: {}.", counts(outcome))
}

/// `1 regressed, 1 suspected, 34 unchanged, 2 not compared`.
pub(crate) fn counts(outcome: &CheckOutcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    for name in ["regressed", "suspected", "approved", "improved", "infrastructure"] {
        let of = |finding: &&SeriesFinding| verdict_name(finding.verdict) == name;
        let count = outcome.findings.iter().filter(of).count();
        if count > 0 {
            parts.push(format!("{} {name}", text::count(count as u64)));
        }
    }
    if !outcome.violations.is_empty() {
        parts.push(text::count_noun(outcome.violations.len() as u64, "target") + " violated");
    }
    parts.push(format!("{} unchanged", text::count(outcome.unchanged.len() as u64)));
    if !outcome.not_compared.is_empty() {
        parts.push(format!("{} not compared", text::count(outcome.not_compared.len() as u64)));
    }
    parts.join(", ")
}

/// What the reader should do now.
pub(crate) fn next_step(outcome: &CheckOutcome) -> String {
    let plea = outcome.override_decision.as_ref();
    if let Some(refused) = plea.filter(|it| !it.granted) {
        return format!("The override was refused: {}.", refused.rejection);
    }
    match outcome.decision {
        Decision::Overridden => {
            let (actor, reason) = plea.map_or(("", ""), |it| (&it.actor, &it.reason));
            format!("Let through by {actor}: {reason}. It is in the audit log; fix it next.")
        }
        Decision::NothingCompared => {
            "Measure again: no result of the candidate could be compared, so this is not green."
                .to_owned()
        }
        Decision::ApprovalNeeded => {
            "Fix it, or have it accepted: `benchpages accept` writes the entry, its \
                               owners review it."
                .to_owned()
        }
        Decision::Fail => next_step_after_fail(outcome),
        Decision::Pass => next_step_after_pass(outcome),
    }
}

fn next_step_after_fail(outcome: &CheckOutcome) -> String {
    let critical = outcome.findings.iter().any(|it| it.block == Some(BlockReason::Critical));
    if critical {
        "Fix it: a change of this size cannot be accepted, only overridden.".to_owned()
    } else if outcome.findings.iter().any(|it| it.block.is_some()) {
        "Fix it, or have it accepted: `benchpages accept` writes the entry, its owners review it."
            .to_owned()
    } else {
        "Bring the missed targets back under their limits.".to_owned()
    }
}

fn next_step_after_pass(outcome: &CheckOutcome) -> String {
    let suspected = outcome.findings.iter().filter_map(|finding| match finding.verdict {
        Verdict::Suspected { runs_needed } => Some(runs_needed),
        _ => None,
    });
    match (suspected.max(), &outcome.infrastructure) {
        (_, Some(it)) if it.alert => {
            "Look at the machines: this has lasted long enough to be no accident.".to_owned()
        }
        (_, Some(_)) => "Look at the machines, not at the code: see below.".to_owned(),
        (Some(_), None) if outcome.candidate.pull.is_none() => {
            "Wait for the next runs: they tell whether the suspicion holds.".to_owned()
        }
        (Some(0), None) => {
            "Look at the suspected series: they are at the edge of their limits.".to_owned()
        }
        (Some(needed), None) => format!(
            "Run the benchmarks again: {} of this commit would tell whether the suspicion holds.",
            text::count_noun(u64::from(needed), "more run")
        ),
        (None, None) => NOTHING_TO_DO.to_owned(),
    }
}

/// `Pull request #7: abc1234 against 1234567 (nearest measured ancestor), policy 4c740e2f3a1b.`
fn compared_commits(outcome: &CheckOutcome) -> String {
    let scene = &outcome.candidate;
    let name = |id: &Option<String>| id.as_deref().map_or("none".to_owned(), text::short_commit);
    let what = scene.pull.map_or("Main line".to_owned(), |pull| format!("Pull request #{pull}"));
    let why = if scene.base_reason.is_empty() {
        String::new()
    } else {
        format!(" ({})", scene.base_reason)
    };
    format!(
        "{what}: {} against {}{why}; policy {}.",
        name(&scene.commit),
        name(&scene.base),
        outcome.provenance.policy_sha
    )
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
            &format!("{} {}: {title}", it.change.map_or("~", arrow), verdict_name(it.verdict)),
        );
        if it.levels.is_some() {
            let sure = it.confidence.map_or_else(String::new, |confidence| {
                format!(", confidence {}", text::percent(confidence))
            });
            let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
            let (limit, size) = (text::percent(it.threshold), &it.size);
            self.write_wrapped(4, &format!("{}, {change} ({size}), limit {limit}{sure}", it.arrow));
        }
        self.write_wrapped(4, &it.reason);
        if outcome.links.base_url.is_some() {
            // Whole, however long: a broken address cannot be clicked.
            self.write_line(4, &outcome.links.url_of(&it.path));
        }
    }

    fn infrastructure(&mut self, it: &InfrastructureAnomaly) {
        self.blank_line();
        let alert = if it.alert { ", ALERT" } else { "" };
        let day = text::date(it.day);
        let days = text::count_noun(it.days as u64, "day");
        self.write_wrapped(
            0,
            &format!("INFRASTRUCTURE, {day} ({days} so far{alert}): {}.", it.summary()),
        );
        let each: Vec<String> = it
            .shifted_backends()
            .iter()
            .map(|(name, change)| {
                format!("{} {}", shorten(name, 40), text::percent_change(*change))
            })
            .collect();
        self.write_wrapped(2, &format!("moved: {}", each.join(", ")));
        for changed in &it.field_changes {
            self.write_wrapped(
                2,
                &format!("{} changed: {}", changed.kind.as_str(), changed.describe()),
            );
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
        for (reason, series) in by_reason(&outcome.not_compared) {
            let first = shorten(series[0], NAME_CHARS);
            let rest = series.len() - 1;
            let rest = if rest == 0 {
                String::new()
            } else {
                format!(" and {} more", text::count(rest as u64))
            };
            self.write_wrapped(2, &format!("{first}{rest}: {reason}"));
        }
    }
}

/// Series that were not compared, by their reason: the most frequent one first.
pub(crate) fn by_reason<'a>(
    all: impl IntoIterator<Item = &'a UncomparedSeries>,
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in all {
        reasons.entry(&it.reason).or_default().push(&it.subject.title);
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, series)| std::cmp::Reverse(series.len()));
    reasons.truncate(MAX_LISTED);
    reasons
}

/// A word in pieces of at most `room` columns.
fn split_to_width(word: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let (mut piece, mut width) = (String::new(), 0);
    for c in word.chars() {
        let own = c.width().unwrap_or(0);
        if width + own > room {
            pieces.push(std::mem::take(&mut piece));
            width = 0;
        }
        piece.push(c);
        width += own;
    }
    pieces.push(piece);
    pieces
}
