//! The comment on a pull request, which is the step summary too: a template places finished
//! strings (`templates/comment.md`; a project may replace it by its own of that name).
//!
//! GitHub refuses a comment of more than 65,536 characters. The body is held to a budget of bytes
//! by steps: no details, fewer rows, verdict and link. Names cannot carry markup, mentions or
//! links; only what this program made is a link.

use serde::Serialize;

use crate::report::decision::Decision;
use crate::report::escape::markdown as escaped;
use crate::report::template::{TemplateError, render_template_with};
use crate::report::terminal::by_reason;
use crate::report::urls::{self, commit_slug};
use crate::report::wording::{self, arrow};
use crate::report::{BlockReason, CheckOutcome, SeriesFinding, UncomparedSeries, terminal};
use detect::Verdict;
use model::record::TIME_METRIC;
use model::text;

/// How the comment begins: what finds it again.
pub(crate) const MARKER: &str = "<!-- benchpages:pr v1";
/// Bytes of a body; GitHub stops at 65,536 characters.
const MAX_BYTES: usize = 60_000;
/// Rows of the table, improvements among them at most.
const MAX_ROWS: usize = 10;
const MAX_ROWS_SHORT: usize = 5;
const MAX_IMPROVEMENTS: usize = 3;
/// Lines about single benchmarks that were not compared, and about reasons in the details.
const MAX_LINES: usize = 10;
/// Characters of a name.
const NAME_CHARS: usize = 120;
const TEMPLATE_NAME: &str = "comment.md";
const DEFAULT_TEMPLATE: &str = include_str!("../../templates/comment.md");

/// What a template may name: finished Markdown, already safe.
#[derive(Serialize)]
struct CommentView {
    marker: String,
    heading: String,
    verdict: &'static str,
    sentence: String,
    /// Paragraphs: infrastructure, override, what to do.
    notes: Vec<String>,
    /// What the fourth number is: `Time`, or `Change` where other metrics are among the rows.
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

/// How much of it is told.
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

/// The body, by the user's template or the shipped one; always with the marker, never longer than
/// the budget.
///
/// # Errors
/// The user's template is at fault.
pub(crate) fn render(
    outcome: &CheckOutcome,
    template: Option<&str>,
) -> Result<String, TemplateError> {
    let mut body = String::new();
    for size in SIZES {
        body = render_template_with(
            TEMPLATE_NAME,
            template.unwrap_or(DEFAULT_TEMPLATE),
            &view(outcome, size),
        )?;
        if !body.starts_with(MARKER) {
            body = format!("{}\n{body}", marker(outcome));
        }
        body = format!("{}\n", collapse_blank_lines(&body));
        if body.len() <= MAX_BYTES {
            return Ok(body);
        }
    }
    let mut end = MAX_BYTES;
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body.truncate(end);
    Ok(body)
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

fn marker(outcome: &CheckOutcome) -> String {
    let head = outcome.candidate.commit.as_deref().map_or_else(|| "none".to_owned(), commit_slug);
    format!("{MARKER} sha={head} -->")
}

fn view(outcome: &CheckOutcome, size: CommentSize) -> CommentView {
    let told = shown_findings(outcome);
    let rows: Vec<CommentRow> = told.iter().take(size.rows).map(|it| row(outcome, it)).collect();
    let all_time = told.iter().take(size.rows).all(|it| it.subject.metric == TIME_METRIC);
    let hidden = row_count(outcome).saturating_sub(rows.len());
    let full = size.rows > 0;
    CommentView {
        marker: marker(outcome),
        heading: heading(outcome),
        verdict: outcome.decision.as_str(),
        sentence: sentence(outcome),
        notes: if full { notes(outcome) } else { Vec::new() },
        column: if all_time { "Time" } else { "Change" },
        more: if hidden > 0 && !rows.is_empty() {
            format!("… and {} more.", text::count(hidden as u64))
        } else {
            String::new()
        },
        rows,
        lines: if full { lines(outcome) } else { Vec::new() },
        links: links(outcome, full),
        summary: summary(outcome),
        details: if size.details { details(outcome) } else { Vec::new() },
    }
}

fn is_row(finding: &SeriesFinding) -> bool {
    finding.verdict != Verdict::Infrastructure
}

fn row_count(outcome: &CheckOutcome) -> usize {
    outcome.findings.iter().filter(|it| is_row(it)).count()
}

/// The rows in their order: what is worse by severity, then a few improvements.
fn shown_findings(outcome: &CheckOutcome) -> Vec<&SeriesFinding> {
    let of = |better: bool| {
        let is =
            move |it: &&SeriesFinding| is_row(it) && (it.verdict == Verdict::Improved) == better;
        outcome.findings.iter().filter(is)
    };
    of(false).chain(of(true).take(MAX_IMPROVEMENTS)).collect()
}

fn row(outcome: &CheckOutcome, it: &SeriesFinding) -> CommentRow {
    let with = |value: &str, spread: &str| match spread {
        "" => value.to_owned(),
        spread => format!("{value} {spread}"),
    };
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let change = match it.verdict {
        _ if it.block.is_some() => format!("**{change}**"),
        Verdict::Suspected { .. } => format!("{change} (suspected)"),
        Verdict::Accepted => format!("{change} (accepted)"),
        Verdict::Improved if !it.confirmed => format!("{change} (unconfirmed)"),
        _ if it.report_only => format!("{change} (report only)"),
        _ => change,
    };
    CommentRow {
        mark: it.change.map_or("~", arrow),
        series: linked(outcome, &escaped(&it.subject.title, NAME_CHARS), &it.path),
        before: with(&it.before, &it.spread_before),
        after: with(&it.after, &it.spread_after),
        change,
        limit: text::percent(it.threshold),
    }
}

/// A link where the site's address is known; `words` are safe already.
fn linked(outcome: &CheckOutcome, words: &str, path: &str) -> String {
    match &outcome.links.base_url {
        Some(_) => format!("[{words}]({})", outcome.links.url_of(path)),
        None => words.to_owned(),
    }
}

/// `Benchmarks: ▲ 1 slower, ▼ 1 faster, 34 unchanged`: e-mail and phones show only this.
fn heading(outcome: &CheckOutcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    match outcome.decision {
        Decision::NothingCompared => return "Benchmarks: nothing compared".to_owned(),
        Decision::Overridden => parts.push("overridden".to_owned()),
        Decision::ApprovalNeeded => parts.push("approval needed".to_owned()),
        Decision::Pass | Decision::Fail => {}
    }
    let group = |verdicts: &dyn Fn(&SeriesFinding) -> bool, plain: &str| {
        let found: Vec<&SeriesFinding> =
            outcome.findings.iter().filter(|it| verdicts(it)).collect();
        let first = found.first()?;
        let word = |it: &SeriesFinding| it.size.rsplit(' ').next().unwrap_or_default().to_owned();
        let same = found.iter().all(|it| word(it) == word(first) && !word(it).is_empty());
        let word = if same { word(first) } else { plain.to_owned() };
        Some(format!(
            "{} {} {word}",
            first.change.map_or("~", arrow),
            text::count(found.len() as u64)
        ))
    };
    let suspects = |it: &SeriesFinding| matches!(it.verdict, Verdict::Suspected { .. });
    let count = |is: &dyn Fn(&SeriesFinding) -> bool, word: &str| {
        let found = outcome.findings.iter().filter(|it| is(it)).count();
        (found > 0).then(|| format!("{} {word}", text::count(found as u64)))
    };
    parts.extend(group(
        &|it| {
            it.verdict == Verdict::Regressed
                || it.verdict == Verdict::Accepted && it.block.is_some()
        },
        "worse",
    ));
    parts.extend(count(&suspects, "suspected"));
    parts.extend(count(&|it| it.verdict == Verdict::Accepted && it.block.is_none(), "accepted"));
    parts.extend(group(&|it| it.verdict == Verdict::Improved, "better"));
    if let Some(it) = &outcome.infrastructure {
        parts.push(format!(
            "infrastructure ({} set aside)",
            text::count_noun(it.series as u64, "series")
        ));
    }
    if !outcome.violations.is_empty() {
        parts.push(text::count_noun(outcome.violations.len() as u64, "target") + " missed");
    }
    parts.push(format!("{} unchanged", text::count(outcome.unchanged.len() as u64)));
    format!("Benchmarks: {}", parts.join(", "))
}

/// `**[julia sum_even_squares is 13.9% slower](…)** (83.9 → 95.6 µs; limit 12%).`
fn sentence(outcome: &CheckOutcome) -> String {
    let Some(worst) = shown_findings(outcome).into_iter().next() else {
        return match outcome.decision {
            Decision::NothingCompared => terminal::next_step(outcome),
            _ if outcome.infrastructure.is_some() || !outcome.violations.is_empty() => {
                String::new()
            }
            _ => {
                format!(
                    "No clear change in {}.",
                    text::count_noun(outcome.compared as u64, "series")
                )
            }
        };
    };
    let subject = &worst.subject;
    let name = escaped(&format!("{} {}", subject.backend, subject.test), NAME_CHARS);
    let size = &worst.size;
    let linked = linked(outcome, &format!("{name} is {size}"), &worst.path);
    let factor = worst.levels.and_then(|(before, after)| wording::factor(before, after));
    let factor = factor.map_or_else(String::new, |factor| format!(", {factor}"));
    let why = match (worst.verdict, worst.block) {
        (Verdict::Accepted, _) | (_, Some(BlockReason::Critical)) => {
            format!("; {}", escaped(&worst.reason, 2 * NAME_CHARS))
        }
        _ => String::new(),
    };
    let limit = text::percent(worst.threshold);
    format!("**{linked}** ({}{factor}; limit {limit}{why}).", worst.arrow)
}

/// Paragraphs that a reader must not miss.
fn notes(outcome: &CheckOutcome) -> Vec<String> {
    let mut notes = Vec::new();
    match &outcome.override_decision {
        Some(it) if it.granted => notes.push(format!(
            "**Overridden by {}:** {}",
            escaped(&it.actor, NAME_CHARS),
            escaped(&it.reason, 5 * NAME_CHARS)
        )),
        Some(it) => {
            notes.push(format!("**The override was refused:** {}.", escaped(&it.rejection, 500)));
        }
        None => {}
    }
    if let Some(it) = &outcome.infrastructure {
        let moved: Vec<String> = it
            .shifted_backends()
            .iter()
            .map(|(name, change)| {
                format!("{} {}", escaped(name, NAME_CHARS), text::percent_change(*change))
            })
            .collect();
        let mut note = format!("**Infrastructure:** {} ({}).", it.summary(), moved.join(", "));
        for changed in it.field_changes.iter().take(MAX_LINES) {
            let words = escaped(&changed.describe(), 2 * NAME_CHARS);
            note.push_str(&format!(" {} changed: {words}.", changed.kind.as_str()));
        }
        for line in &it.advice {
            note.push_str(&format!(" {line}"));
        }
        notes.push(note);
    }
    for violation in outcome.violations.iter().take(MAX_LINES) {
        let of = violation.subject.as_ref().map_or("all together", |subject| &subject.title);
        notes.push(format!(
            "**Target missed:** {}: {}, {}.",
            escaped(&violation.rule, NAME_CHARS),
            escaped(of, NAME_CHARS),
            escaped(&violation.message, 2 * NAME_CHARS)
        ));
    }
    let quiet = outcome.findings.is_empty() && outcome.decision == Decision::Pass;
    let refused = outcome.override_decision.is_some();
    if !quiet && !refused && outcome.decision != Decision::NothingCompared {
        let to_do = terminal::next_step(outcome);
        if to_do != terminal::NOTHING_TO_DO {
            notes.push(to_do);
        }
    }
    notes
}

/// What a benchmark is that gets a line of its own though it was not compared.
fn line_word(it: &UncomparedSeries) -> Option<&'static str> {
    match it.verdict {
        Verdict::New => Some("New"),
        _ if it.failed => Some("Failed"),
        Verdict::Missing => Some("No result"),
        _ => None,
    }
}

/// New, failing and removed benchmarks, a line each.
fn lines(outcome: &CheckOutcome) -> Vec<String> {
    let mut told: Vec<(&str, &UncomparedSeries)> =
        outcome.not_compared.iter().filter_map(|it| Some((line_word(it)?, it))).collect();
    told.sort_by_key(|(word, _)| *word);
    let mut lines: Vec<String> = told
        .iter()
        .take(MAX_LINES)
        .map(|(word, it)| {
            let title = escaped(&it.subject.title, NAME_CHARS);
            format!("{word}: {title} ({})", escaped(&it.reason, 2 * NAME_CHARS))
        })
        .collect();
    if told.len() > MAX_LINES {
        lines.push(format!("… and {} more", text::count((told.len() - MAX_LINES) as u64)));
    }
    lines
}

/// The full comparison, one slice for each backend with a finding, how limits work.
fn links(outcome: &CheckOutcome, full: bool) -> Vec<String> {
    let links = &outcome.links;
    let (Some(_), Some(diff)) = (&links.base_url, &links.diff_path) else { return Vec::new() };
    let mut all = vec![format!("[Full before and after]({})", links.url_of(diff))];
    let mut backends: Vec<&str> = shown_findings(outcome)
        .iter()
        .filter(|_| full && outcome.candidate.pull.is_some())
        .map(|it| it.subject.backend.as_str())
        .collect();
    backends.sort_unstable();
    backends.dedup();
    for backend in backends.into_iter().take(MAX_ROWS) {
        let path = format!("{diff}{}", urls::backend(backend));
        all.push(format!("[{} only]({})", escaped(backend, NAME_CHARS), links.url_of(&path)));
    }
    all.push(format!("[how limits work]({})", links.url_of("about/#limits")));
    if let Some(code) = &links.code_url {
        all.push(format!("[code]({code})"));
    }
    all
}

/// `34 unchanged, 2 not compared, 3 runs of <code>b18e51d</code> against <code>919ad74</code>`.
fn summary(outcome: &CheckOutcome) -> String {
    let code = |id: &Option<String>| match id {
        Some(id) => format!("<code>{}</code>", escaped(&text::short_commit(id), NAME_CHARS)),
        None => "nothing".to_owned(),
    };
    format!(
        "{} unchanged, {} not compared, {} of {} against {}",
        text::count(outcome.unchanged.len() as u64),
        text::count(outcome.not_compared.len() as u64),
        text::count_noun(outcome.provenance.candidate_runs, "run"),
        code(&outcome.candidate.commit),
        code(&outcome.candidate.base),
    )
}

/// Paragraphs of the part that is folded.
fn details(outcome: &CheckOutcome) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let others = outcome.not_compared.iter().filter(|it| line_word(it).is_none());
    for (reason, series) in by_reason(others).into_iter().take(MAX_LINES) {
        let named: Vec<String> =
            series.iter().take(MAX_LINES).map(|title| escaped(title, NAME_CHARS)).collect();
        let rest = series.len() - named.len();
        let rest = match rest {
            0 => String::new(),
            rest => format!(" and {} more", text::count(rest as u64)),
        };
        let reason = escaped(reason, 2 * NAME_CHARS);
        lines.push(format!("Not compared: {}{rest} ({reason}).\n", named.join(", ")));
    }
    for notice in &outcome.notices {
        lines.push(format!("{}\n", escaped(notice, 4 * NAME_CHARS)));
    }
    let facts = &outcome.provenance;
    let runner = match facts.runner.as_str() {
        "" => String::new(),
        runner => format!("Runner: {}. ", escaped(runner, 2 * NAME_CHARS)),
    };
    let why = escaped(&outcome.candidate.base_reason, NAME_CHARS);
    let base = if why.is_empty() { String::new() } else { format!("Base: {why}. ") };
    let version = escaped(&facts.policy_version, NAME_CHARS);
    lines.push(format!("{runner}{base}Policy {version} (<code>{}</code>).", facts.policy_sha));
    lines
}
