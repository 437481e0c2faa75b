//! The comment on a pull request, which is the summary of a job's step too.
//!
//! It is written from a check's JSON, so that `check --format markdown`, and `notify` with a result
//! that another job wrote, say the same in the same form. A template places finished strings
//! (`templates/comment.md`; a project may replace it by its own of that name).
//!
//! GitHub rejects a comment of more than 65,536 characters. The body is held to a budget of bytes
//! by steps: no details, fewer rows, then only the heading, the worst finding and the link. All of
//! it is [`MarkdownText`], so data cannot carry markup, mentions or links; only this program makes
//! links.

mod parts;
mod view;

use crate::report::accept_commands::accept_commands;
use crate::report::decision::Decision;
use crate::report::escape::address::LinkTarget;
use crate::report::escape::markdown::{
    MarkdownText, command_block, cut, link, marker_id, truncated, without_gaps,
};
use crate::report::escape::template::{TemplateError, render_markdown};
use crate::report::markdown::parts::{count, infrastructure_note, next_step_markdown, worst_facts};
use crate::report::markdown::view::{CommentRow, CommentView};
use crate::report::outcome_text::{NOTHING_TO_DO, by_reason};
use crate::report::urls::{self, commit_slug};
use crate::report::wire::{CheckFile, FindingView, NotComparedView};
use crate::report::{CheckOutcome, json};
use model::{escaped, text};

/// Every comment of ours begins with this, whatever its version: what finds it again.
pub(crate) const MARKER: &str = "<!-- benchpages:pr ";
/// Bytes of a body. GitHub counts 65,536 characters; bytes hold in any script, and a caller may
/// add a line of its own.
pub(crate) const MAX_BYTES: usize = 60_000;
/// Rows of the table, improvements among them at most.
const MAX_ROWS: usize = 10;
const MAX_ROWS_SHORT: usize = 5;
const MAX_IMPROVEMENTS: usize = 3;
/// Lines about single benchmarks that were not compared, and about reasons in the details.
const MAX_LINES: usize = 10;
/// Characters of a name, of a reason, of a sentence.
const NAME_CHARS: usize = 120;
const REASON_CHARS: usize = 240;
const SENTENCE_CHARS: usize = 480;
const TEMPLATE_NAME: &str = "comment.md";
const DEFAULT_TEMPLATE: &str = include_str!("../../templates/comment.md");

/// Where links may lead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LinkTargets<'a> {
    /// The result is this program's own: to wherever it says.
    Own,
    /// Another job wrote it: only below these addresses.
    Below(&'a [String]),
}

impl LinkTargets<'_> {
    /// The target of a link to `url`; none where it may not be linked, or where the address of the
    /// site is not known and the URL is only a path.
    fn target(self, url: &str) -> Option<LinkTarget> {
        match self {
            Self::Own => url.contains("://").then(|| LinkTarget::encoded(url)),
            Self::Below(allowed) => LinkTarget::allowed(url, allowed),
        }
    }

    /// A link, or its text alone.
    fn link(self, text: MarkdownText, url: &str) -> MarkdownText {
        match self.target(url) {
            Some(target) => link(text, &target),
            None => text,
        }
    }
}

/// How much of the result a body holds.
#[derive(Clone, Copy)]
struct CommentSize {
    rows: usize,
    details: bool,
}

/// What is tried until the body fits.
const SIZES: [CommentSize; 4] = [
    CommentSize { rows: MAX_ROWS, details: true },
    CommentSize { rows: MAX_ROWS, details: false },
    CommentSize { rows: MAX_ROWS_SHORT, details: false },
    CommentSize { rows: 0, details: false },
];

/// The comment of a check that this program just made.
///
/// # Errors
/// The user's template is at fault.
pub(crate) fn render(
    outcome: &CheckOutcome,
    template: Option<&str>,
) -> Result<MarkdownText, TemplateError> {
    render_check(&json::check_file(outcome), LinkTargets::Own, template)
}

/// The comment of any check's result, by the user's template or the shipped one; always with the
/// marker, never longer than the budget.
///
/// # Errors
/// The user's template is at fault.
pub(crate) fn render_check(
    check: &CheckFile,
    links: LinkTargets<'_>,
    template: Option<&str>,
) -> Result<MarkdownText, TemplateError> {
    let template = template.unwrap_or(DEFAULT_TEMPLATE);
    let mut body = MarkdownText::new();
    // Tried from the longest on, since only the finished text has a length: escaping makes a name
    // up to seven times as long.
    for size in SIZES {
        let view = CommentWriter { check, links, size }.view();
        body = render_markdown(TEMPLATE_NAME, template, view.context())?;
        if !body.starts_with(MARKER) {
            body = escaped![view.marker, "\n", body];
        }
        // What a template leaves out leaves its line ends.
        body = without_gaps(&body);
        if body.len() <= MAX_BYTES {
            return Ok(body);
        }
    }
    // Only a template that writes without end comes here.
    Ok(truncated(body, MAX_BYTES))
}

/// The first line of a comment about the result of a check: its commit, and the suites it speaks
/// of. Each suite that reports by itself has a comment of its own.
pub(crate) fn marker(check: &CheckFile) -> MarkdownText {
    let head = check.candidate.as_deref().map_or_else(|| "none".to_owned(), commit_slug);
    let mut line = escaped![MARKER, "v1 sha=", marker_id(&head)];
    for (at, suite) in marked_suites(check).iter().enumerate() {
        line.push(if at == 0 { " suites=" } else { "," }).push(marker_id(suite));
    }
    line.push(" -->");
    line
}

/// Suites that a marker names.
const MAX_MARKED_SUITES: usize = 20;

/// Hashes of the suites: a name could mention people, even where no reader sees it.
fn marked_suites(check: &CheckFile) -> Vec<String> {
    let hash = |suite: &String| model::hex::sha256(suite, 12);
    check.suites.iter().take(MAX_MARKED_SUITES).map(hash).collect()
}

/// Whether a comment is about suites that this result speaks of too.
pub(crate) fn is_comment_about(body: &str, check: &CheckFile) -> bool {
    let Some((line, _)) = body.strip_prefix(MARKER).and_then(|rest| rest.split_once("-->")) else {
        return false;
    };
    let named = line.split_whitespace().find_map(|word| word.strip_prefix("suites="));
    let named: Vec<&str> = named.into_iter().flat_map(|names| names.split(',')).collect();
    let own = marked_suites(check);
    let is_shared = |name: &&str| own.iter().any(|suite| suite == name);
    (named.is_empty() && own.is_empty()) || named.iter().any(is_shared)
}

/// A comment of one size.
#[derive(Clone, Copy)]
struct CommentWriter<'a> {
    check: &'a CheckFile,
    links: LinkTargets<'a>,
    size: CommentSize,
}

impl<'a> CommentWriter<'a> {
    fn view(self) -> CommentView {
        let shown = self.shown_findings();
        let shown = &shown[..shown.len().min(self.size.rows)];
        let rows: Vec<CommentRow> = shown.iter().map(|finding| self.row(finding)).collect();
        let hidden = self.listed().count().saturating_sub(rows.len());
        // "Time" says more than "Change", where it is true of all rows.
        let all_time = shown.iter().all(|finding| finding.is_time());
        let is_full = self.size.rows > 0;
        CommentView {
            marker: marker(self.check),
            heading: escaped!["Benchmarks: ", cut(&self.check.counts_text(), SENTENCE_CHARS)],
            verdict: self.check.verdict.as_str(),
            sentence: self.sentence(),
            notes: if is_full { self.notes() } else { Vec::new() },
            column: if all_time { "Time" } else { "Change" },
            more: match hidden {
                _ if rows.is_empty() => MarkdownText::new(),
                0 => MarkdownText::new(),
                hidden => escaped!["… and ", count(hidden), " more."],
            },
            rows,
            lines: if is_full { self.lines() } else { Vec::new() },
            links: self.link_line(),
            summary: self.summary(),
            details: if self.size.details { self.details() } else { Vec::new() },
        }
    }

    /// Findings that get a row. Series of an infrastructure anomaly are one note instead.
    fn listed(self) -> impl Iterator<Item = &'a FindingView> {
        self.check.findings.iter().filter(|it| it.verdict != "infrastructure")
    }

    /// The rows in their order: the check's own, then a few improvements.
    fn shown_findings(self) -> Vec<&'a FindingView> {
        // A few improvements are praise; a hundred would push the regressions out of the table.
        let improvements = self.listed().filter(|it| it.is_improvement());
        let others = self.listed().filter(|it| !it.is_improvement());
        others.chain(improvements.take(MAX_IMPROVEMENTS)).collect()
    }

    fn row(self, it: &FindingView) -> CommentRow {
        let change = MarkdownText::text(&it.change_text());
        let change = match it.verdict.as_ref() {
            // Bold is what makes the check fail, and nothing else.
            _ if it.blocks => escaped!["**", change, "**"],
            "suspected" => escaped![change, " (suspected)"],
            "accepted" => escaped![change, " (accepted)"],
            "improved" if !it.confirmed => escaped![change, " (unconfirmed)"],
            _ if it.report_only => escaped![change, " (report only)"],
            _ => change,
        };
        CommentRow {
            mark: it.symbol(),
            series: self.links.link(cut(it.display_name(), NAME_CHARS), &it.url),
            before: cut(&it.before_text(), NAME_CHARS),
            after: cut(&it.after_text(), NAME_CHARS),
            change,
            limit: MarkdownText::text(&it.threshold_text().unwrap_or_default()),
        }
    }

    /// `**[julia sum_even_squares is 13.9% slower](…)** (83.9 → 95.6 µs; threshold 12%).`
    fn sentence(self) -> MarkdownText {
        let check = self.check;
        let Some(worst) = self.shown_findings().into_iter().next() else {
            return match check.verdict {
                Decision::NothingCompared => cut(&check.next_step, SENTENCE_CHARS),
                _ if check.infrastructure.is_some() || !check.violations.is_empty() => {
                    MarkdownText::new()
                }
                _ => {
                    let series = text::count_noun(check.compared as u64, "series");
                    escaped!["No regressions in ", MarkdownText::text(&series), "."]
                }
            };
        };
        // Results of older versions have neither backend nor test.
        let name = match (worst.backend.as_str(), worst.test.as_str()) {
            ("", _) | (_, "") => worst.display_name().to_owned(),
            (backend, test) => format!("{backend} {test}"),
        };
        let size = MarkdownText::text(&worst.size_text());
        let claim = escaped![cut(&name, NAME_CHARS), " is ", size];
        let claim = self.links.link(claim, &worst.url);
        let facts = MarkdownText::join(worst_facts(worst), "; ");
        if facts.is_empty() {
            return escaped!["**", claim, "**."];
        }
        escaped!["**", claim, "** (", facts, ")."]
    }

    /// Paragraphs that a reader must not miss.
    fn notes(self) -> Vec<MarkdownText> {
        let check = self.check;
        let mut notes = Vec::new();
        match &check.override_view {
            Some(it) if it.granted => {
                let (actor, reason) = (cut(&it.actor, NAME_CHARS), cut(&it.reason, 5 * NAME_CHARS));
                notes.push(escaped!["**Overridden by ", actor, ":** ", reason]);
            }
            Some(it) => {
                let why = cut(it.rejection.as_deref().unwrap_or_default(), SENTENCE_CHARS);
                notes.push(escaped!["**Override rejected:** ", why, "."]);
            }
            None => {}
        }
        notes.extend(check.infrastructure.as_ref().map(infrastructure_note));
        for violation in check.violations.iter().take(MAX_LINES) {
            let subject = violation.title.as_deref().or(violation.series.as_deref());
            let rule = cut(violation.display_name(), NAME_CHARS);
            let subject = cut(subject.unwrap_or("all together"), NAME_CHARS);
            let reason = cut(&violation.reason, REASON_CHARS);
            notes.push(escaped!["**Target missed:** ", rule, ": ", subject, ", ", reason, "."]);
        }
        for target in check.noted_targets().take(MAX_LINES) {
            let name = cut(&target.name, NAME_CHARS);
            let sentence = cut(target.sentence().trim_end_matches('.'), REASON_CHARS);
            let label = sentence_case(target.label());
            notes.push(escaped!["**", label, ":** ", name, ": ", sentence, "."]);
        }
        let hidden = check.noted_targets().count().saturating_sub(MAX_LINES);
        if hidden > 0 {
            notes.push(escaped!["… and ", count(hidden), " more targets to watch."]);
        }
        if !check.targets_summary.is_empty() {
            let summary = cut(&check.targets_summary, SENTENCE_CHARS);
            notes.push(escaped!["Targets: ", summary, "."]);
        }
        // Both say above what to do.
        let is_said = check.override_view.is_some() || check.verdict == Decision::NothingCompared;
        let has_step = !check.next_step.is_empty() && check.next_step != NOTHING_TO_DO;
        if !is_said && has_step {
            notes.push(next_step_markdown(&check.next_step));
        }
        if matches!(check.verdict, Decision::Fail | Decision::ApprovalNeeded) {
            let commands = accept_commands(check);
            notes.extend((!commands.is_empty()).then(|| command_block(&commands)));
        }
        notes
    }

    /// New, failing and removed benchmarks, a line each.
    fn lines(self) -> Vec<MarkdownText> {
        let mut special: Vec<(&'static str, &NotComparedView)> = self
            .check
            .not_compared
            .iter()
            .filter_map(|it| Some((special_label(it)?, it)))
            .collect();
        special.sort_by_key(|(label, _)| *label);
        let line = |(label, it): &(&'static str, &NotComparedView)| {
            let (title, reason) =
                (cut(it.display_name(), NAME_CHARS), cut(&it.reason, REASON_CHARS));
            escaped![*label, ": ", title, " (", reason, ")"]
        };
        let mut lines: Vec<MarkdownText> = special.iter().take(MAX_LINES).map(line).collect();
        if special.len() > MAX_LINES {
            lines.push(escaped!["… and ", count(special.len() - MAX_LINES), " more"]);
        }
        lines
    }

    /// The full comparison, one slice for each backend with a finding, how thresholds work.
    fn link_line(self) -> Vec<MarkdownText> {
        let Some(diff) = self.check.url.as_deref() else { return Vec::new() };
        let Some(target) = self.links.target(diff) else { return Vec::new() };
        let mut all = vec![link("Full before and after".into(), &target)];
        // Slices exist for pull requests only: on the main line they would be links to nothing.
        let is_full = self.size.rows > 0 && self.check.pull.is_some();
        let mut backends: Vec<&str> = self
            .shown_findings()
            .iter()
            .map(|it| it.backend.as_str())
            .filter(|backend| is_full && !backend.is_empty())
            .collect();
        backends.sort_unstable();
        backends.dedup();
        for backend in backends.into_iter().take(MAX_ROWS) {
            let slice = self.links.target(&format!("{diff}{}", urls::backend(backend)));
            let name = escaped![cut(backend, NAME_CHARS), " only"];
            all.extend(slice.map(|target| link(name, &target)));
        }
        let about = self.check.site.as_deref().map(|site| format!("{site}about/#thresholds"));
        let about = about.and_then(|url| self.links.target(&url));
        all.extend(about.map(|target| link("how thresholds work".into(), &target)));
        let code = self.check.code_url.as_deref().and_then(|url| self.links.target(url));
        all.extend(code.map(|target| link("code".into(), &target)));
        all
    }

    /// `34 unchanged, 2 not compared, 3 runs of <code>b18e51d</code> against <code>919ad74</code>`
    fn summary(self) -> MarkdownText {
        let check = self.check;
        let code = |id: &Option<String>| match id {
            Some(id) => escaped!["<code>", cut(&text::short_commit(id), NAME_CHARS), "</code>"],
            None => "nothing".into(),
        };
        let unchanged = MarkdownText::text(&text::count(check.unchanged()));
        let runs = MarkdownText::text(&text::count_noun(check.candidate_runs, "run"));
        let (candidate, base) = (code(&check.candidate), code(&check.base));
        let not_compared = count(check.not_compared.len());
        let mut out = escaped![unchanged, " unchanged, ", not_compared, " not compared, "];
        out.push(runs).push(" of ").push(candidate).push(" against ").push(base);
        out
    }

    /// Paragraphs of the part that is folded.
    fn details(self) -> Vec<MarkdownText> {
        let check = self.check;
        let mut lines: Vec<MarkdownText> = Vec::new();
        let others = check.not_compared.iter().filter(|it| special_label(it).is_none());
        let others = others.map(|it| (it.reason.as_str(), it.display_name()));
        for (reason, series) in by_reason(others).into_iter().take(MAX_LINES) {
            let shown = series.iter().take(MAX_LINES).map(|title| cut(title, NAME_CHARS));
            let mut line = escaped!["Not compared: ", MarkdownText::join(shown, ", ")];
            if series.len() > MAX_LINES {
                line.push(" and ").push(count(series.len() - MAX_LINES)).push(" more");
            }
            line.push(" (").push(cut(reason, REASON_CHARS)).push(").\n");
            lines.push(line);
        }
        lines.extend(check.notices.iter().map(|it| escaped![cut(it, SENTENCE_CHARS), "\n"]));
        let fact = |label: &'static str, value: &str, max_chars: usize| match value {
            "" => MarkdownText::new(),
            value => escaped![label, ": ", cut(value, max_chars), ". "],
        };
        let runner = fact("Runner", &check.runner, REASON_CHARS);
        let base = fact("Base", &check.base_reason, NAME_CHARS);
        let suites = fact("Suites", &check.suites.join(", "), NAME_CHARS);
        let policy = match check.built_from.policy_sha.as_str() {
            "" => MarkdownText::new(),
            sha => {
                let version = cut(&check.policy_version, NAME_CHARS);
                escaped!["Policy ", version, " (<code>", cut(sha, NAME_CHARS), "</code>)."]
            }
        };
        let facts = escaped![suites, runner, base, policy];
        lines.extend((!facts.is_empty()).then_some(facts));
        lines
    }
}

/// `Target drifting`: a label at the beginning of a sentence.
fn sentence_case(label: &'static str) -> MarkdownText {
    let (first, rest) = label.split_at(1);
    MarkdownText::text(&format!("{}{rest}", first.to_uppercase()))
}

/// The label of a benchmark that gets a line of its own though it was not compared.
fn special_label(it: &NotComparedView) -> Option<&'static str> {
    match it.verdict.as_ref() {
        "new" => Some("New"),
        _ if it.failed => Some("Failed"),
        "missing" => Some("No result"),
        _ => None,
    }
}
