//! Parts of a comment that need only their own data.

use crate::report::escape::markdown::{MarkdownText, cut};
use crate::report::markdown::{MAX_LINES, NAME_CHARS, REASON_CHARS, SENTENCE_CHARS};
use crate::report::wire::{FindingView, InfrastructureView};
use crate::report::{summary, wording};
use model::record::shorten;
use model::{escaped, text};

/// What proves the worst finding: levels, threshold, and the reason where the size alone does not
/// say what to do.
pub(super) fn worst_facts(worst: &FindingView) -> Vec<MarkdownText> {
    let mut facts = Vec::new();
    if let Some(levels) = worst.levels_text().map(|levels| cut(&levels, NAME_CHARS)) {
        let factor = worst.change.and_then(wording::factor);
        let factor = factor.map(|factor| MarkdownText::text(&factor));
        facts.push(MarkdownText::join([levels].into_iter().chain(factor), ", "));
    }
    let threshold = worst.threshold_text();
    facts.extend(threshold.map(|it| escaped!["threshold ", MarkdownText::text(&it)]));
    let is_critical = worst.blocks && worst.severity.as_deref() == Some("critical");
    if worst.is_accepted() || is_critical {
        facts.push(cut(&worst.reason, REASON_CHARS));
    }
    facts
}

pub(super) fn count(number: usize) -> MarkdownText {
    MarkdownText::text(&text::count(number as u64))
}

/// The next step names a command between backticks; everything else in it is a name's text.
pub(super) fn next_step_markdown(step: &str) -> MarkdownText {
    const COMMAND: &str = "`benchpages accept`";
    let step = shorten(step, SENTENCE_CHARS);
    MarkdownText::join(step.split(COMMAND).map(MarkdownText::text), COMMAND)
}

pub(super) fn infrastructure_note(it: &InfrastructureView) -> MarkdownText {
    let shifted = it.backends.iter().take(it.backends_shifted as usize).map(|shift| {
        let change = shift.change.map(text::percent_change).unwrap_or_default();
        escaped![cut(&shift.backend, NAME_CHARS), " ", MarkdownText::text(&change)]
    });
    let shifted = MarkdownText::join(shifted, ", ");
    let what = cut(&summary::infrastructure(it), SENTENCE_CHARS);
    let mut note = escaped!["**Infrastructure anomaly:** ", what];
    if !shifted.is_empty() {
        note.push(" (").push(shifted).push(")");
    }
    note.push(".");
    for changed in it.field_changes.iter().take(MAX_LINES) {
        let kind = cut(&changed.kind, NAME_CHARS);
        let words = cut(&summary::field_change(changed), REASON_CHARS);
        note.push(" ").push(kind).push(" changed: ").push(words).push(".");
    }
    for line in it.advice.iter().take(MAX_LINES) {
        note.push(" ").push(cut(line, SENTENCE_CHARS));
    }
    note
}
