//! The outcome as compilers report faults, `file:line:column: error: message [series]`: what the
//! problem matchers of editors read.
//!
//! A line for each finding that asks for something: an error where it makes the check fail, else a
//! warning. Its place is the record of the run. What has no place stands under the program's name,
//! as with compilers.

use std::path::Path;

use crate::report::decision::Decision;
use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::wording::verdict_label;
use crate::report::{CheckOutcome, SeriesFinding, json, outcome_text, summary};
use detect::Verdict;
use model::record::SourceLocation;
use model::text;
use model::text::terminal::TerminalText;

/// The lines; empty where there is nothing to report. `data` is the history directory.
pub(crate) fn render(outcome: &CheckOutcome, data: &Path) -> TerminalText {
    let failing = matches!(outcome.decision, Decision::Fail | Decision::ApprovalNeeded);
    let level = |blocks: bool| if blocks && failing { "error" } else { "warning" };
    // Improvements and accepted changes ask for nothing: an editor's list of problems is no place
    // for praise.
    let asks = |it: &&SeriesFinding| {
        let quiet = matches!(it.verdict, Verdict::Improved | Verdict::Accepted);
        it.block.is_some() || !quiet && it.verdict != Verdict::Infrastructure
    };
    let mut out = TerminalText::new();
    let mut line =
        |place: Option<&SourceLocation>, level: &'static str, message: &str, series: &str| {
            let place = place.map_or_else(
                || "benchpages".to_owned(),
                |it| format!("{}:{}:{}", data.join(&it.file).display(), it.line, it.column),
            );
            let [place, message, name] = [&place, message, series].map(TerminalText::text);
            out.push(place).push(": ").push(level).push(": ").push(message);
            if !series.is_empty() {
                out.push(" [").push(name).push("]");
            }
            out.push("\n");
        };
    if outcome.decision == Decision::NothingCompared {
        let headline = outcome_text::headline(outcome);
        let message = format!("{headline} {}", outcome_text::next_step(outcome));
        let level = if outcome.exit_code() == 0 { "warning" } else { "error" };
        line(None, level, &message, "");
    }
    if let Some(it) = &outcome.infrastructure {
        line(None, "warning", &infrastructure(it), "");
    }
    for it in outcome.findings.iter().filter(asks) {
        line(it.place.as_ref(), level(it.block.is_some()), &message(it), &it.subject.name);
    }
    for it in outcome.not_compared.iter().filter(|it| it.blocks) {
        let message = format!("{}: {}", verdict_label(it.verdict), it.reason);
        line(None, level(true), &message, &it.subject.name);
    }
    for it in &outcome.violations {
        let series = it.subject.as_ref().map_or("", |subject| &subject.name);
        let message = format!("target missed: {}: {}", it.name, it.message);
        line(it.place.as_ref(), level(true), &message, series);
    }
    for it in outcome.targets.iter().filter(|it| it.is_news()) {
        let message = format!("{}: {}: {}", it.label(), it.name, it.message);
        line(None, "warning", &message, it.title.as_deref().unwrap_or_default());
    }
    out
}

fn infrastructure(it: &InfrastructureAnomaly) -> String {
    let what = summary::infrastructure(&json::infrastructure(it));
    format!("infrastructure anomaly: {what}")
}

/// `regressed: 13.9% slower (83.9 → 95.6 µs), threshold 12%; above the threshold, 3 runs`.
fn message(it: &SeriesFinding) -> String {
    let verdict = verdict_label(it.verdict);
    let threshold = text::percent(it.threshold);
    format!("{verdict}: {} ({}), threshold {threshold}; {}", it.size, it.arrow, it.reason)
}
