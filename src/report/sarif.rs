//! The outcome as SARIF 2.1.0, for code scanning. No line of code causes a finding: its place is
//! the policy's file, since code scanning wants one, and its logical location is the series.

use serde_json::{Value, json};

use crate::report::decision::Decision;
use crate::report::escape::json::{JsonText, pretty};
use crate::report::escape::references::SarifText;
use crate::report::target_view::TargetView;
use crate::report::wording::verdict_name;
use crate::report::{CheckOutcome, SeriesFinding, SeriesRef, outcome_text};
use detect::Verdict;
use model::record::shorten;
use model::{escaped, text};

/// Results that code scanning takes of one run (GitHub's documentation: 25,000; it shows 5,000).
const MAX_RESULTS: usize = 5_000;
/// Characters of a name, and of what is said of it.
const NAME_CHARS: usize = 150;
const MAX_CHARS: usize = 740;

/// What can be found: id, name, what it means.
const RULES: [(&str, &str, &str); 13] = [
    ("regressed", "Regressed", "Worse than the baseline by more than the policy's threshold."),
    ("suspected", "Suspected", "Worse than the baseline, not yet confirmed by enough runs."),
    ("accepted", "Accepted", "Worse than the baseline, and accepted."),
    ("improved", "Improved", "Better than the baseline by more than the policy's threshold."),
    (
        "infrastructure",
        "Infrastructure",
        "Most backends shifted at once: a machine problem, not the code.",
    ),
    ("failed", "Failed", "The newest run has an error or no value."),
    ("missing", "Missing", "No result of a benchmark that the main line measures."),
    ("too_noisy", "TooNoisy", "The noise hides changes of the threshold's size."),
    ("not_compared", "NotCompared", "Nothing on the main line to compare with."),
    ("violation", "Violation", "A budget or a service level is missed."),
    ("alert", "Alert", "The condition of an alert holds."),
    (
        "drift",
        "Drift",
        "A budget is used up within its tolerance, or a change is near the threshold.",
    ),
    ("nothing-compared", "NothingCompared", "No result of the candidate could be compared."),
];

/// The log, with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> JsonText {
    let mut results: Vec<Value> = outcome
        .findings
        .iter()
        .map(|it| result(verdict_name(it.verdict), level(it), message(it), Some(&it.subject)))
        .collect();
    for it in outcome.not_compared.iter().filter(|it| it.blocks) {
        let message = limited(&format!("{}: {}.", it.subject.title, it.reason));
        results.push(result(verdict_name(it.verdict), "error", message, Some(&it.subject)));
    }
    for it in &outcome.violations {
        let message = limited(&format!("{}: {}", it.name, it.message));
        results.push(result("violation", "error", message, it.subject.as_ref()));
    }
    for it in outcome.targets.iter().filter(|it| it.is_news()) {
        let rule = if it.kind == "alert" { "alert" } else { "drift" };
        let level = if it.is_violated() { "warning" } else { "note" };
        let text = format!("{}: {}: {}", it.label(), it.name, it.sentence());
        results.push(target_result(rule, level, limited(&text), it));
    }
    if outcome.decision == Decision::NothingCompared {
        let level = if outcome.exit_code() == 0 { "warning" } else { "error" };
        let headline = outcome_text::headline(outcome);
        let message = format!("{headline} {}", outcome_text::next_step(outcome));
        results.push(result("nothing-compared", level, limited(&message), None));
    }
    results.truncate(MAX_RESULTS);
    let rules: Vec<Value> = RULES
        .iter()
        .map(|(id, name, text)| json!({"id": id, "name": name, "shortDescription": {"text": text}}))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "benchpages",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "automationDetails": {"id": "benchpages/check/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": outcome.exit_code(),
                "exitCodeDescription": outcome.decision.as_str(),
            }],
            "results": results,
        }],
    });
    pretty(&log)
}

fn level(it: &SeriesFinding) -> &'static str {
    match it.verdict {
        _ if it.block.is_some() => "error",
        Verdict::Regressed | Verdict::Suspected { .. } | Verdict::Infrastructure => "warning",
        _ => "note",
    }
}

fn message(it: &SeriesFinding) -> SarifText {
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let numbers = format!(
        "{}, {change} ({}), threshold {}; {}.",
        it.arrow,
        it.size,
        text::percent(it.threshold),
        it.reason
    );
    let title = SarifText::text(&shorten(&it.subject.title, NAME_CHARS));
    escaped![title, ": ", limited(&numbers)]
}

fn limited(text: &str) -> SarifText {
    SarifText::text(&shorten(text, MAX_CHARS))
}

fn result(rule: &str, level: &str, message: SarifText, subject: Option<&SeriesRef>) -> Value {
    located(rule, level, &message, subject.map_or("all", |subject| &subject.name))
}

/// A target that fails no check: by its key and series, since several may be about one series.
fn target_result(rule: &str, level: &str, message: SarifText, target: &TargetView) -> Value {
    let series = target.series.as_deref().unwrap_or("all");
    located(rule, level, &message, &format!("{}/{series}", target.key))
}

fn located(rule: &str, level: &str, message: &SarifText, name: &str) -> Value {
    let index = RULES.iter().position(|(id, ..)| *id == rule);
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": level,
        "message": {"text": message.as_str()},
        "locations": [{
            "physicalLocation": {
                // Code scanning drops a result without a file; the policy is where to change it.
                "artifactLocation": {"uri": "data/policy.yml"},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{"fullyQualifiedName": name, "kind": "member"}],
        }],
        // By rule and series, without numbers: the next run's finding is the same alert.
        "partialFingerprints": {"series/v1": model::hex::sha256(&format!("{rule}\n{name}"), 32)},
    })
}
