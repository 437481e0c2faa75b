//! The outcome as workflow commands of GitHub Actions: `::error title=…::message`.
//!
//! A step may have 10 annotations of each level; GitHub drops the rest without a word. Where there
//! are more, the tenth counts them.

use crate::report::decision::Decision;
use crate::report::escape::{command_data, command_property, log_line};
use crate::report::wording::verdict_label;
use crate::report::{CheckOutcome, SeriesFinding, json, outcome_text, summary};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// Annotations of one level in one step.
const MAX_ANNOTATIONS: usize = 10;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// A title and a message.
struct AnnotationText {
    title: String,
    message: String,
}

impl AnnotationText {
    fn new(title: impl Into<String>, message: impl Into<String>) -> Self {
        Self { title: title.into(), message: message.into() }
    }
}

/// One command a line.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let failing = matches!(outcome.decision, Decision::Fail | Decision::ApprovalNeeded);
    let blocks = |it: &SeriesFinding| it.block.is_some() && failing;
    let quiet = |it: &SeriesFinding| matches!(it.verdict, Verdict::Improved | Verdict::Accepted);
    // Series of an infrastructure anomaly share one annotation: the ten of a step are precious.
    let listed = outcome.findings.iter().filter(|it| it.verdict != Verdict::Infrastructure);
    let (mut errors, mut warnings, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for it in listed {
        let level = match it {
            it if blocks(it) => &mut errors,
            it if quiet(it) && it.block.is_none() => &mut notices,
            _ => &mut warnings,
        };
        level.push(finding(it));
    }
    for it in &outcome.violations {
        let subject = it.subject.as_ref().map_or("all together", |subject| &subject.title);
        let level = if failing { &mut errors } else { &mut warnings };
        let title = format!("target missed: {}", it.rule);
        level.push(AnnotationText::new(title, format!("{subject}: {}", it.message)));
    }
    if let Some(it) = &outcome.infrastructure {
        let what = summary::infrastructure(&json::infrastructure(it));
        let message = format!("{what}. {}", it.advice.join(" "));
        warnings.insert(0, AnnotationText::new("infrastructure anomaly", message));
    }
    let whole = |title: &str| AnnotationText::new(title, outcome_text::next_step(outcome));
    match (outcome.decision, &outcome.override_decision) {
        (Decision::NothingCompared, _) => {
            let headline = outcome_text::headline(outcome);
            let message = format!("{headline} {}", outcome_text::next_step(outcome));
            errors.push(AnnotationText::new("nothing compared", message));
        }
        (Decision::Overridden, _) => warnings.insert(0, whole("overridden")),
        (_, Some(_)) => errors.insert(0, whole("override rejected")),
        _ => {}
    }
    if !outcome.not_compared.is_empty() {
        let count = text::count_noun(outcome.not_compared.len() as u64, "series");
        let pairs = outcome.not_compared.iter().map(|it| (&*it.reason, &*it.subject.title));
        let reasons = outcome_text::by_reason(pairs);
        let first = reasons.first().map_or("", |(reason, _)| reason);
        let message = format!("most often: {first}");
        notices.push(AnnotationText::new(format!("{count} not compared"), message));
    }
    notices.insert(0, AnnotationText::new("benchmarks", outcome_text::counts(outcome)));
    [("error", errors), ("warning", warnings), ("notice", notices)]
        .into_iter()
        .flat_map(|(level, all)| commands(level, all))
        .collect()
}

fn finding(it: &SeriesFinding) -> AnnotationText {
    let title = shorten(&it.subject.title, NAME_CHARS);
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let message = format!(
        "{title}: {}, {change} ({}), threshold {}; {}",
        it.arrow,
        it.size,
        text::percent(it.threshold),
        it.reason
    );
    AnnotationText::new(format!("{}: {title}", verdict_label(it.verdict)), message)
}

/// The commands of one level: at most ten, the last of them for all that are left.
fn commands(level: &str, mut all: Vec<AnnotationText>) -> Vec<String> {
    if all.len() > MAX_ANNOTATIONS {
        let dropped = all.split_off(MAX_ANNOTATIONS - 1);
        let names: Vec<&str> =
            dropped.iter().map(|it| it.title.as_str()).take(MAX_ANNOTATIONS).collect();
        let title = format!("{} more", text::count(dropped.len() as u64));
        all.push(AnnotationText::new(title, format!("among them {}", names.join("; "))));
    }
    let command = |it: &AnnotationText| {
        let (title, message) = (log_line(&it.title), log_line(&it.message));
        format!("::{level} title={}::{}\n", command_property(&title), command_data(&message))
    };
    all.iter().map(command).collect()
}
