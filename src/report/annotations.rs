//! The outcome as workflow commands of GitHub Actions: `::error title=…::message`.
//!
//! A step may have 10 annotations of each level; GitHub drops the rest without a word. Where there
//! are more, the tenth counts them.

use crate::report::decision::Decision;
use crate::report::escape::workflow::{WorkflowText, command};
use crate::report::wording::verdict_label;
use crate::report::{CheckOutcome, SeriesFinding, json, outcome_text, summary, target_view};
use detect::Verdict;
use model::record::shorten;
use model::{escaped, text};

/// Annotations of one level in one step.
const MAX_ANNOTATIONS: usize = 10;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// A title and a message.
struct AnnotationText {
    title: WorkflowText,
    message: WorkflowText,
}

impl AnnotationText {
    fn new(title: impl Into<WorkflowText>, message: WorkflowText) -> Self {
        Self { title: title.into(), message }
    }
}

/// One command a line.
pub(crate) fn render(outcome: &CheckOutcome) -> WorkflowText {
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
    for it in outcome.not_compared.iter().filter(|it| it.blocks) {
        let level = if failing { &mut errors } else { &mut warnings };
        let title = WorkflowText::text(&shorten(&it.subject.title, NAME_CHARS));
        let message = escaped![&title, ": ", WorkflowText::text(&it.reason)];
        let title = escaped![verdict_label(it.verdict), ": ", title];
        level.push(AnnotationText::new(title, message));
    }
    for it in &outcome.violations {
        let subject = it.subject.as_ref().map_or("all together", |subject| &subject.title);
        let level = if failing { &mut errors } else { &mut warnings };
        let [name, subject, message] = [&it.name, subject, &it.message].map(WorkflowText::text);
        let title = escaped!["target missed: ", name];
        level.push(AnnotationText::new(title, escaped![subject, ": ", message]));
    }
    warnings.extend(noted_targets(outcome));
    if let Some(it) = &outcome.infrastructure {
        let what = summary::infrastructure(&json::infrastructure(it));
        let message = format!("{what}. {}", it.advice.join(" "));
        let message = WorkflowText::text(&message);
        warnings.insert(0, AnnotationText::new("infrastructure anomaly", message));
    }
    let next_step = WorkflowText::text(&outcome_text::next_step(outcome));
    let whole = |title: &'static str| AnnotationText::new(title, next_step.clone());
    match (outcome.decision, &outcome.override_decision) {
        (Decision::NothingCompared, _) if outcome.first_runs.is_some() => {
            let level = if outcome.exit_code() == 0 { &mut warnings } else { &mut errors };
            level.push(first_runs(outcome));
        }
        (Decision::NothingCompared, _) => {
            let headline = WorkflowText::text(&outcome_text::headline(outcome));
            let message = escaped![headline, " ", &next_step];
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
        let message = escaped!["most often: ", WorkflowText::text(first)];
        let title = escaped![WorkflowText::text(&count), " not compared"];
        notices.push(AnnotationText::new(title, message));
    }
    notices.insert(0, counts(outcome));
    [("error", errors), ("warning", warnings), ("notice", notices)]
        .into_iter()
        .flat_map(|(level, all)| commands(level, all))
        .collect()
}

/// Targets that fail no check, and that somebody should hear of.
fn noted_targets(outcome: &CheckOutcome) -> impl Iterator<Item = AnnotationText> {
    let noted = outcome.targets.iter().filter(|it| it.is_news());
    noted.map(|it| {
        let [name, sentence] = [&*it.name, &*it.sentence()].map(WorkflowText::text);
        AnnotationText::new(escaped![it.label(), ": ", name], sentence)
    })
}

/// How many series have which verdict, and how many targets hold.
fn counts(outcome: &CheckOutcome) -> AnnotationText {
    let overview = target_view::overview(&outcome.targets);
    let overview = overview.map_or_else(String::new, |targets| format!("; {targets}"));
    let counts = format!("{}{overview}", outcome_text::counts(outcome));
    AnnotationText::new("benchmarks", WorkflowText::text(&counts))
}

/// The annotation of the first days alone; nothing where they are over. For a job whose log holds
/// another format: a check that passes without a comparison must be seen.
pub(crate) fn render_first_runs(outcome: &CheckOutcome) -> Option<WorkflowText> {
    outcome.first_runs.as_ref()?;
    let AnnotationText { title, message } = first_runs(outcome);
    Some(command("warning", &title, &message))
}

fn first_runs(outcome: &CheckOutcome) -> AnnotationText {
    let headline = WorkflowText::text(&outcome_text::headline(outcome));
    let next_step = WorkflowText::text(&outcome_text::next_step(outcome));
    AnnotationText::new("no verdict yet", escaped![headline, " ", next_step])
}

fn finding(it: &SeriesFinding) -> AnnotationText {
    let title = WorkflowText::text(&shorten(&it.subject.title, NAME_CHARS));
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let numbers = format!(
        "{}, {change} ({}), threshold {}; {}",
        it.arrow,
        it.size,
        text::percent(it.threshold),
        it.reason
    );
    let message = escaped![&title, ": ", WorkflowText::text(&numbers)];
    AnnotationText::new(escaped![verdict_label(it.verdict), ": ", title], message)
}

/// The commands of one level: at most ten, the last of them for all that are left.
fn commands(level: &'static str, mut all: Vec<AnnotationText>) -> Vec<WorkflowText> {
    if all.len() > MAX_ANNOTATIONS {
        let dropped = all.split_off(MAX_ANNOTATIONS - 1);
        let names = dropped.iter().map(|it| it.title.clone()).take(MAX_ANNOTATIONS);
        let names = WorkflowText::join(names, "; ");
        let count = WorkflowText::text(&text::count(dropped.len() as u64));
        all.push(AnnotationText::new(escaped![count, " more"], escaped!["among them ", names]));
    }
    all.iter().map(|it| command(level, &it.title, &it.message)).collect()
}
