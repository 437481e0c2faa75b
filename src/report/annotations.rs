//! The outcome as workflow commands of GitHub Actions: `::error title=…::message`.
//!
//! A step may have 10 annotations of each level; GitHub drops the rest without a word. Where there
//! are more, the tenth counts them.

use crate::report::decision::Decision;
use crate::report::escape::{command_data, command_property, log_line};
use crate::report::wording::verdict_name;
use crate::report::{CheckOutcome, SeriesFinding, terminal};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// Annotations of one level in one step.
const MAX_ANNOTATIONS: usize = 10;
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// One command a line.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let failing = matches!(outcome.decision, Decision::Fail | Decision::ApprovalNeeded);
    let blocks = |it: &&SeriesFinding| it.block.is_some() && failing;
    let quiet = |it: &&SeriesFinding| matches!(it.verdict, Verdict::Improved | Verdict::Accepted);
    let told = outcome.findings.iter().filter(|it| it.verdict != Verdict::Infrastructure);
    let (mut errors, mut warnings, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for it in told {
        let level = match &it {
            it if blocks(it) => &mut errors,
            it if quiet(it) && it.block.is_none() => &mut notices,
            _ => &mut warnings,
        };
        level.push(finding(it));
    }
    for it in &outcome.violations {
        let of = it.subject.as_ref().map_or("all together", |subject| &subject.title);
        let level = if failing { &mut errors } else { &mut warnings };
        level.push((format!("target missed: {}", it.rule), format!("{of}: {}", it.message)));
    }
    if let Some(it) = &outcome.infrastructure {
        let said = format!("{}. {}", it.summary(), it.advice.join(" "));
        warnings.insert(0, ("infrastructure".to_owned(), said));
    }
    let said = || terminal::next_step(outcome);
    match (outcome.decision, &outcome.override_decision) {
        (Decision::NothingCompared, _) => errors.push(("nothing compared".to_owned(), said())),
        (Decision::Overridden, _) => warnings.insert(0, ("overridden".to_owned(), said())),
        (_, Some(_)) => errors.insert(0, ("override refused".to_owned(), said())),
        _ => {}
    }
    if !outcome.not_compared.is_empty() {
        let count = text::count_noun(outcome.not_compared.len() as u64, "series");
        let reasons = terminal::by_reason(&outcome.not_compared);
        let first = reasons.first().map_or("", |(reason, _)| reason);
        notices.push((format!("{count} not compared"), format!("most often: {first}")));
    }
    notices.insert(0, ("benchmarks".to_owned(), terminal::counts(outcome)));
    [("error", errors), ("warning", warnings), ("notice", notices)]
        .into_iter()
        .flat_map(|(level, all)| commands(level, all))
        .collect()
}

fn finding(it: &SeriesFinding) -> (String, String) {
    let title = shorten(&it.subject.title, NAME_CHARS);
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let message = format!(
        "{title}: {}, {change} ({}), limit {}; {}",
        it.arrow,
        it.size,
        text::percent(it.threshold),
        it.reason
    );
    (format!("{}: {title}", verdict_name(it.verdict)), message)
}

/// The commands of one level: at most ten, the last of them for all that are left.
fn commands(level: &str, mut all: Vec<(String, String)>) -> Vec<String> {
    if all.len() > MAX_ANNOTATIONS {
        let rest = all.split_off(MAX_ANNOTATIONS - 1);
        let names: Vec<&str> =
            rest.iter().map(|(title, _)| title.as_str()).take(MAX_ANNOTATIONS).collect();
        let title = format!("{} more", text::count(rest.len() as u64));
        all.push((title, format!("among them {}", names.join("; "))));
    }
    let command = |(title, message): &(String, String)| {
        let (title, message) = (log_line(title), log_line(message));
        format!("::{level} title={}::{}\n", command_property(&title), command_data(&message))
    };
    all.iter().map(command).collect()
}
