//! The outcome as people read it in a terminal: at most 80 columns, first what to do.
//!
//! Names come from strangers: control characters, marks that turn the direction of text, and what a
//! runner of GitHub would obey (`::…` at the start of a line, `##[` anywhere) are made harmless.

use std::collections::BTreeMap;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::gate::decide::Decision;
use crate::gate::escape::log_line;
use crate::gate::infrastructure::Infrastructure;
use crate::gate::{Block, Finding, NotCompared, Outcome};
use crate::site::words::{mark, verdict_name};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// What a reader should do where nothing is wrong.
pub(crate) const NOTHING_TO_DO: &str = "Nothing to do.";
/// Columns of a terminal that nobody has made wider.
const COLUMNS: usize = 80;
/// Findings, and series that were not compared, that are told one by one.
const MOST: usize = 20;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// The report; ends with a line end.
pub(crate) fn render(outcome: &Outcome) -> String {
    let mut page = Page::default();
    page.put(0, &headline(outcome));
    page.put(0, &to_do(outcome));
    page.put(0, &sides(outcome));
    if let Some(it) = &outcome.infrastructure {
        page.infrastructure(it);
    }
    let told = |finding: &&Finding| finding.verdict != Verdict::Infrastructure;
    let findings: Vec<&Finding> = outcome.findings.iter().filter(told).collect();
    if !findings.is_empty() {
        page.gap();
    }
    for finding in findings.iter().take(MOST) {
        page.finding(outcome, finding);
    }
    if findings.len() > MOST {
        let more = text::count((findings.len() - MOST) as u64);
        page.put(0, &format!("… and {more} more: see --format json."));
    }
    for violation in &outcome.violations {
        let of = violation.subject.as_ref().map_or("all together", |subject| &subject.title);
        page.put(0, &format!("violation  {}: {of}: {}", violation.rule, violation.message));
    }
    page.not_compared(outcome);
    for notice in &outcome.notices {
        page.put(0, &format!("note: {notice}"));
    }
    page.text
}

/// `FAIL: 1 regressed, 64 unchanged`.
pub(crate) fn headline(outcome: &Outcome) -> String {
    let word = match outcome.decision {
        Decision::Pass => "PASS",
        Decision::Fail => "FAIL",
        Decision::Approval => "APPROVAL NEEDED",
        Decision::Overridden => "OVERRIDDEN",
        Decision::NothingCompared => "NOTHING COMPARED",
    };
    format!("{word}: {}.", counts(outcome))
}

/// `1 regressed, 1 suspected, 34 unchanged, 2 not compared`.
pub(crate) fn counts(outcome: &Outcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    for name in ["regressed", "suspected", "approved", "improved", "infrastructure"] {
        let of = |finding: &&Finding| verdict_name(finding.verdict) == name;
        let count = outcome.findings.iter().filter(of).count();
        if count > 0 {
            parts.push(format!("{} {name}", text::count(count as u64)));
        }
    }
    if !outcome.violations.is_empty() {
        parts.push(text::counted(outcome.violations.len() as u64, "target") + " violated");
    }
    parts.push(format!("{} unchanged", text::count(outcome.unchanged.len() as u64)));
    if !outcome.not_compared.is_empty() {
        parts.push(format!("{} not compared", text::count(outcome.not_compared.len() as u64)));
    }
    parts.join(", ")
}

/// What the reader should do now.
pub(crate) fn to_do(outcome: &Outcome) -> String {
    let plea = outcome.overriding.as_ref();
    if let Some(refused) = plea.filter(|it| !it.granted) {
        return format!("The override was refused: {}.", refused.refused);
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
        Decision::Approval => {
            "Fix it, or have it accepted: `benchpages accept` writes the entry, its \
                               owners review it."
                .to_owned()
        }
        Decision::Fail => fail(outcome),
        Decision::Pass => pass(outcome),
    }
}

fn fail(outcome: &Outcome) -> String {
    let critical = outcome.findings.iter().any(|it| it.block == Some(Block::Critical));
    if critical {
        "Fix it: a change of this size cannot be accepted, only overridden.".to_owned()
    } else if outcome.findings.iter().any(|it| it.block.is_some()) {
        "Fix it, or have it accepted: `benchpages accept` writes the entry, its owners review it."
            .to_owned()
    } else {
        "Bring the missed targets back under their limits.".to_owned()
    }
}

fn pass(outcome: &Outcome) -> String {
    let suspected = outcome.findings.iter().filter_map(|finding| match finding.verdict {
        Verdict::Suspected { runs_needed } => Some(runs_needed),
        _ => None,
    });
    match (suspected.max(), &outcome.infrastructure) {
        (_, Some(it)) if it.alert => {
            "Look at the machines: this has lasted long enough to be no accident.".to_owned()
        }
        (_, Some(_)) => "Look at the machines, not at the code: see below.".to_owned(),
        (Some(_), None) if outcome.scene.pull.is_none() => {
            "Wait for the next runs: they tell whether the suspicion holds.".to_owned()
        }
        (Some(0), None) => {
            "Look at the suspected series: they are at the edge of their limits.".to_owned()
        }
        (Some(needed), None) => format!(
            "Run the benchmarks again: {} of this commit would tell whether the suspicion holds.",
            text::counted(u64::from(needed), "more run")
        ),
        (None, None) => NOTHING_TO_DO.to_owned(),
    }
}

/// `Pull request #7: abc1234 against 1234567 (nearest measured ancestor), policy 4c740e2f3a1b.`
fn sides(outcome: &Outcome) -> String {
    let scene = &outcome.scene;
    let name = |id: &Option<String>| id.as_deref().map_or("none".to_owned(), text::commit);
    let what = scene.pull.map_or("Main line".to_owned(), |pull| format!("Pull request #{pull}"));
    let why = if scene.why.is_empty() { String::new() } else { format!(" ({})", scene.why) };
    format!(
        "{what}: {} against {}{why}; policy {}.",
        name(&scene.candidate),
        name(&scene.base),
        outcome.facts.policy_sha
    )
}

/// Lines of at most 80 columns.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) text: String,
}

impl Page {
    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A sentence or a row, broken at spaces, every line indented.
    pub(crate) fn put(&mut self, indent: usize, text: &str) {
        let mut line = String::new();
        let room = COLUMNS - indent;
        for word in log_line(text).split(' ').filter(|word| !word.is_empty()) {
            for piece in pieces(word, room) {
                if !line.is_empty() && line.width() + 1 + piece.width() > room {
                    self.push(indent, &line);
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&piece);
            }
        }
        self.push(indent, &line);
    }

    /// A line that no runner obeys.
    fn push(&mut self, indent: usize, line: &str) {
        let guarded = if line.starts_with("::") { "·" } else { "" };
        self.text.push_str(&format!("{}{guarded}{line}\n", " ".repeat(indent)));
    }

    fn finding(&mut self, outcome: &Outcome, it: &Finding) {
        let title = shorten(&it.subject.title, NAME_CHARS);
        self.put(
            0,
            &format!("{} {}: {title}", it.change.map_or("~", mark), verdict_name(it.verdict)),
        );
        if it.levels.is_some() {
            let sure = it.confidence.map_or_else(String::new, |confidence| {
                format!(", confidence {}", text::percent(confidence))
            });
            let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
            let (limit, size) = (text::percent(it.threshold), &it.size);
            self.put(4, &format!("{}, {change} ({size}), limit {limit}{sure}", it.arrow));
        }
        self.put(4, &it.reason);
        if outcome.links.base_url.is_some() {
            // Whole, however long: a broken address cannot be clicked.
            self.push(4, &outcome.links.to(&it.path));
        }
    }

    fn infrastructure(&mut self, it: &Infrastructure) {
        self.gap();
        let alert = if it.alert { ", ALERT" } else { "" };
        let day = text::date(it.day);
        let days = text::counted(it.days as u64, "day");
        self.put(0, &format!("INFRASTRUCTURE, {day} ({days} so far{alert}): {}.", it.summary()));
        let each: Vec<String> = it
            .moved()
            .iter()
            .map(|(name, change)| {
                format!("{} {}", shorten(name, 40), text::percent_change(*change))
            })
            .collect();
        self.put(2, &format!("moved: {}", each.join(", ")));
        for changed in &it.changed {
            self.put(2, &format!("{} changed: {}", changed.kind.as_str(), changed.words()));
        }
        for line in &it.look_at {
            self.put(2, line);
        }
    }

    fn not_compared(&mut self, outcome: &Outcome) {
        if outcome.not_compared.is_empty() {
            return;
        }
        self.gap();
        self.put(0, "Not compared:");
        for (reason, series) in by_reason(&outcome.not_compared) {
            let first = shorten(series[0], NAME_CHARS);
            let rest = series.len() - 1;
            let rest = if rest == 0 {
                String::new()
            } else {
                format!(" and {} more", text::count(rest as u64))
            };
            self.put(2, &format!("{first}{rest}: {reason}"));
        }
    }
}

/// Series that were not compared, by their reason: the most frequent one first.
pub(crate) fn by_reason<'a>(
    all: impl IntoIterator<Item = &'a NotCompared>,
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in all {
        reasons.entry(&it.reason).or_default().push(&it.subject.title);
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, series)| std::cmp::Reverse(series.len()));
    reasons.truncate(MOST);
    reasons
}

/// A word in pieces of at most `room` columns.
fn pieces(word: &str, room: usize) -> Vec<String> {
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
