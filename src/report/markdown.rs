//! The comment on a pull request, which is the summary of a job's step too.
//!
//! It is written from a check's JSON, so that `check --format markdown`, and `notify` with a result
//! that another job wrote, say the same in the same form. A template places finished strings
//! (`templates/comment.md`; a project may replace it by its own of that name).
//!
//! GitHub rejects a comment of more than 65,536 characters. The body is held to a budget of bytes
//! by steps: no details, fewer rows, then only the heading, the worst finding and the link. Names
//! cannot carry markup, mentions or links; only this program makes links.

use serde::Serialize;

use crate::report::decision::Decision;
use crate::report::escape::address::{allowed_link, link_target};
use crate::report::escape::markdown as escaped;
use crate::report::outcome_text::{NOTHING_TO_DO, by_reason};
use crate::report::template::{TemplateError, render_template_with};
use crate::report::urls::{self, commit_slug};
use crate::report::wire::{CheckFile, FindingView, InfrastructureView, NotComparedView};
use crate::report::{CheckOutcome, json, summary, wording};
use model::text;

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
    fn target(self, url: &str) -> Option<String> {
        match self {
            Self::Own => url.contains("://").then(|| link_target(url)),
            Self::Below(allowed) => allowed_link(url, allowed).map(str::to_owned),
        }
    }

    /// A link, or its text alone. `text` is already safe.
    fn link(self, text: &str, url: &str) -> String {
        match self.target(url) {
            Some(target) => format!("[{text}]({target})"),
            None => text.to_owned(),
        }
    }
}

/// What a template may name: finished Markdown, already safe.
#[derive(Serialize)]
struct CommentView {
    marker: String,
    heading: String,
    verdict: &'static str,
    sentence: String,
    /// Paragraphs: override, infrastructure, targets, what to do.
    notes: Vec<String>,
    /// The heading of the change: `Time`, or `Change` where other metrics are among the rows.
    column: &'static str,
    rows: Vec<CommentRow>,
    more: String,
    /// New, failing and removed benchmarks.
    lines: Vec<String>,
    links: Vec<String>,
    summary: String,
    details: Vec<String>,
}

#[derive(Serialize)]
struct CommentRow {
    mark: &'static str,
    series: String,
    before: String,
    after: String,
    change: String,
    limit: String,
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
) -> Result<String, TemplateError> {
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
) -> Result<String, TemplateError> {
    let template = template.unwrap_or(DEFAULT_TEMPLATE);
    let mut body = String::new();
    // Tried from the longest on, since only the finished text has a length: escaping makes a name
    // up to seven times as long.
    for size in SIZES {
        let view = CommentWriter { check, links, size }.view();
        body = render_template_with(TEMPLATE_NAME, template, &view)?;
        if !body.starts_with(MARKER) {
            body = format!("{}\n{body}", view.marker);
        }
        body = format!("{}\n", collapse_blank_lines(&body));
        if body.len() <= MAX_BYTES {
            return Ok(body);
        }
    }
    // Only a template that writes without end comes here.
    let mut end = MAX_BYTES;
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body.truncate(end);
    Ok(body)
}

/// The first line of a comment about a commit. A slug has no `>`, which would end the marker.
pub(crate) fn marker(candidate: Option<&str>) -> String {
    let head = candidate.map_or_else(|| "none".to_owned(), commit_slug);
    format!("{MARKER}v1 sha={head} -->")
}

/// At most one empty line at a time: what a template leaves out leaves its line ends.
fn collapse_blank_lines(body: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in body.trim().lines() {
        if !line.trim().is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line.trim_end());
        }
    }
    lines.join("\n")
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
            marker: marker(self.check.candidate.as_deref()),
            heading: format!("Benchmarks: {}", self.check.counts_text()),
            verdict: self.check.verdict.as_str(),
            sentence: self.sentence(),
            notes: if is_full { self.notes() } else { Vec::new() },
            column: if all_time { "Time" } else { "Change" },
            more: match hidden {
                _ if rows.is_empty() => String::new(),
                0 => String::new(),
                hidden => format!("… and {} more.", text::count(hidden as u64)),
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
        let change = it.change_text();
        let change = match it.verdict.as_ref() {
            // Bold is what makes the check fail, and nothing else.
            _ if it.blocks => format!("**{change}**"),
            "suspected" => format!("{change} (suspected)"),
            "accepted" => format!("{change} (accepted)"),
            "improved" if !it.confirmed => format!("{change} (unconfirmed)"),
            _ if it.report_only => format!("{change} (report only)"),
            _ => change,
        };
        CommentRow {
            mark: it.symbol(),
            series: self.links.link(&escaped(it.display_name(), NAME_CHARS), &it.url),
            before: escaped(&it.before_text(), NAME_CHARS),
            after: escaped(&it.after_text(), NAME_CHARS),
            change,
            limit: it.threshold_text().unwrap_or_default(),
        }
    }

    /// `**[julia sum_even_squares is 13.9% slower](…)** (83.9 → 95.6 µs; threshold 12%).`
    fn sentence(self) -> String {
        let check = self.check;
        let Some(worst) = self.shown_findings().into_iter().next() else {
            return match check.verdict {
                Decision::NothingCompared => escaped(&check.next_step, SENTENCE_CHARS),
                _ if check.infrastructure.is_some() || !check.violations.is_empty() => {
                    String::new()
                }
                _ => {
                    let series = text::count_noun(check.compared as u64, "series");
                    format!("No regressions in {series}.")
                }
            };
        };
        // Results of older versions have neither backend nor test.
        let name = match (worst.backend.as_str(), worst.test.as_str()) {
            ("", _) | (_, "") => worst.display_name().to_owned(),
            (backend, test) => format!("{backend} {test}"),
        };
        let claim = format!("{} is {}", escaped(&name, NAME_CHARS), worst.size_text());
        let claim = self.links.link(&claim, &worst.url);
        let mut facts = Vec::new();
        if let (Some(before), Some(after)) = (worst.before, worst.after) {
            let levels = worst.levels_text().map(|levels| escaped(&levels, NAME_CHARS));
            let parts = levels.into_iter().chain(wording::factor(before, after));
            facts.push(parts.collect::<Vec<String>>().join(", "));
        }
        facts.extend(worst.threshold_text().map(|threshold| format!("threshold {threshold}")));
        // The two cases where the size alone does not say what to do.
        let is_critical = worst.blocks && worst.severity.as_deref() == Some("critical");
        if worst.is_accepted() || is_critical {
            facts.push(escaped(&worst.reason, REASON_CHARS));
        }
        match facts.as_slice() {
            [] => format!("**{claim}**."),
            facts => format!("**{claim}** ({}).", facts.join("; ")),
        }
    }

    /// Paragraphs that a reader must not miss.
    fn notes(self) -> Vec<String> {
        let check = self.check;
        let mut notes = Vec::new();
        match &check.override_view {
            Some(it) if it.granted => notes.push(format!(
                "**Overridden by {}:** {}",
                escaped(&it.actor, NAME_CHARS),
                escaped(&it.reason, 5 * NAME_CHARS)
            )),
            Some(it) => {
                let why = it.rejection.as_deref().unwrap_or_default();
                notes.push(format!("**Override rejected:** {}.", escaped(why, SENTENCE_CHARS)));
            }
            None => {}
        }
        notes.extend(check.infrastructure.as_ref().map(infrastructure_note));
        for violation in check.violations.iter().take(MAX_LINES) {
            let subject = violation.title.as_deref().or(violation.series.as_deref());
            notes.push(format!(
                "**Target missed:** {}: {}, {}.",
                escaped(&violation.rule, NAME_CHARS),
                escaped(subject.unwrap_or("all together"), NAME_CHARS),
                escaped(&violation.reason, REASON_CHARS)
            ));
        }
        // Both say above what to do.
        let is_said = check.override_view.is_some() || check.verdict == Decision::NothingCompared;
        let has_step = !check.next_step.is_empty() && check.next_step != NOTHING_TO_DO;
        if !is_said && has_step {
            notes.push(next_step_markdown(&check.next_step));
        }
        notes
    }

    /// New, failing and removed benchmarks, a line each.
    fn lines(self) -> Vec<String> {
        let mut special: Vec<(&str, &NotComparedView)> = self
            .check
            .not_compared
            .iter()
            .filter_map(|it| Some((special_label(it)?, it)))
            .collect();
        special.sort_by_key(|(label, _)| *label);
        let mut lines: Vec<String> = special
            .iter()
            .take(MAX_LINES)
            .map(|(label, it)| {
                let title = escaped(it.display_name(), NAME_CHARS);
                format!("{label}: {title} ({})", escaped(&it.reason, REASON_CHARS))
            })
            .collect();
        if special.len() > MAX_LINES {
            let more = text::count((special.len() - MAX_LINES) as u64);
            lines.push(format!("… and {more} more"));
        }
        lines
    }

    /// The full comparison, one slice for each backend with a finding, how thresholds work.
    fn link_line(self) -> Vec<String> {
        let Some(diff) = self.check.url.as_deref() else { return Vec::new() };
        let Some(target) = self.links.target(diff) else { return Vec::new() };
        let mut all = vec![format!("[Full before and after]({target})")];
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
            let link = |target| format!("[{} only]({target})", escaped(backend, NAME_CHARS));
            all.extend(slice.map(link));
        }
        let about = self.check.site.as_deref().map(|site| format!("{site}about/#thresholds"));
        let about = about.and_then(|url| self.links.target(&url));
        all.extend(about.map(|target| format!("[how thresholds work]({target})")));
        let code = self.check.code_url.as_deref().and_then(|url| self.links.target(url));
        all.extend(code.map(|target| format!("[code]({target})")));
        all
    }

    /// `34 unchanged, 2 not compared, 3 runs of <code>b18e51d</code> against <code>919ad74</code>`
    fn summary(self) -> String {
        let check = self.check;
        let code = |id: &Option<String>| match id {
            Some(id) => format!("<code>{}</code>", escaped(&text::short_commit(id), NAME_CHARS)),
            None => "nothing".to_owned(),
        };
        format!(
            "{} unchanged, {} not compared, {} of {} against {}",
            text::count(check.unchanged()),
            text::count(check.not_compared.len() as u64),
            text::count_noun(check.candidate_runs, "run"),
            code(&check.candidate),
            code(&check.base),
        )
    }

    /// Paragraphs of the part that is folded.
    fn details(self) -> Vec<String> {
        let check = self.check;
        let mut lines: Vec<String> = Vec::new();
        let others = check.not_compared.iter().filter(|it| special_label(it).is_none());
        let others = others.map(|it| (it.reason.as_str(), it.display_name()));
        for (reason, series) in by_reason(others).into_iter().take(MAX_LINES) {
            let names: Vec<String> =
                series.iter().take(MAX_LINES).map(|title| escaped(title, NAME_CHARS)).collect();
            let more = match series.len() - names.len() {
                0 => String::new(),
                more => format!(" and {} more", text::count(more as u64)),
            };
            let reason = escaped(reason, REASON_CHARS);
            lines.push(format!("Not compared: {}{more} ({reason}).\n", names.join(", ")));
        }
        for notice in &check.notices {
            lines.push(format!("{}\n", escaped(notice, SENTENCE_CHARS)));
        }
        let fact = |label: &str, value: &str, max_chars: usize| match value {
            "" => String::new(),
            value => format!("{label}: {}. ", escaped(value, max_chars)),
        };
        let runner = fact("Runner", &check.runner, REASON_CHARS);
        let base = fact("Base", &check.base_reason, NAME_CHARS);
        let policy = match check.built_from.policy_sha.as_str() {
            "" => String::new(),
            sha => {
                let version = escaped(&check.policy_version, NAME_CHARS);
                format!("Policy {version} (<code>{}</code>).", escaped(sha, NAME_CHARS))
            }
        };
        let facts = format!("{runner}{base}{policy}");
        lines.extend((!facts.is_empty()).then_some(facts));
        lines
    }
}

/// The next step names a command between backticks; everything else in it is a name's text.
fn next_step_markdown(step: &str) -> String {
    const COMMAND: &str = "`benchpages accept`";
    let parts: Vec<String> =
        step.split(COMMAND).map(|part| escaped_part(part, SENTENCE_CHARS)).collect();
    parts.join(COMMAND)
}

/// Escaped text whose spaces at both ends stay, since it is a part of a sentence.
fn escaped_part(part: &str, max_chars: usize) -> String {
    let space = |is: bool| if is { " " } else { "" };
    let (before, after) = (space(part.starts_with(' ')), space(part.ends_with(' ')));
    format!("{before}{}{after}", escaped(part, max_chars))
}

fn infrastructure_note(it: &InfrastructureView) -> String {
    let shifts: Vec<String> = it
        .backends
        .iter()
        .take(it.backends_shifted as usize)
        .map(|shift| {
            let change = shift.change.map(text::percent_change).unwrap_or_default();
            format!("{} {change}", escaped(&shift.backend, NAME_CHARS))
        })
        .collect();
    let shifts =
        if shifts.is_empty() { String::new() } else { format!(" ({})", shifts.join(", ")) };
    let what = escaped(&summary::infrastructure(it), SENTENCE_CHARS);
    let mut note = format!("**Infrastructure anomaly:** {what}{shifts}.");
    for changed in it.field_changes.iter().take(MAX_LINES) {
        let kind = escaped(&changed.kind, NAME_CHARS);
        let words = escaped(&summary::field_change(changed), REASON_CHARS);
        note.push_str(&format!(" {kind} changed: {words}."));
    }
    for line in it.advice.iter().take(MAX_LINES) {
        note.push_str(&format!(" {}", escaped(line, SENTENCE_CHARS)));
    }
    note
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
