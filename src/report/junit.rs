//! The outcome as JUnit XML: a case for each series, so that tools which show tests show it.

use crate::report::decision::Decision;
use crate::report::wording::verdict_name;
use crate::report::{CheckOutcome, SeriesFinding, SeriesRef, outcome_text};
use detect::Verdict;
use model::record::shorten;
use model::text::xml::XmlText;
use model::{escaped, text};

/// Characters of a name or a message.
const MAX_CHARS: usize = 500;

/// One suite, with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> XmlText {
    let failing = matches!(outcome.decision, Decision::Fail | Decision::ApprovalNeeded);
    let mut cases: Vec<TestCase> = check_cases(outcome, failing);
    for it in &outcome.findings {
        let text = limited(&finding_text(it));
        let result = if it.block.is_some() && failing {
            CaseResult::Failure { message: text, kind: "regression" }
        } else if it.verdict == Verdict::Infrastructure {
            // Skipped, not passed: dashboards of tests must not count it as measured.
            CaseResult::Skipped(limited(&it.reason))
        } else {
            CaseResult::PassedWith(text)
        };
        cases.push(TestCase::of_series(&it.subject, result));
    }
    cases.extend(outcome.not_compared.iter().map(|it| {
        let message = limited(&it.reason);
        let result = if it.blocks && failing {
            CaseResult::Error { message, kind: verdict_name(it.verdict) }
        } else {
            CaseResult::Skipped(message)
        };
        TestCase::of_series(&it.subject, result)
    }));
    // Unchanged series are cases too: a report with failures only would look like an aborted run.
    let unchanged = outcome.unchanged.iter();
    cases.extend(unchanged.map(|subject| TestCase::of_series(subject, CaseResult::Passed)));
    suite(&cases)
}

/// A document of one suite.
fn suite(cases: &[TestCase]) -> XmlText {
    let count = |is: fn(&CaseResult) -> bool| cases.iter().filter(|it| is(&it.result)).count();
    let mut counts = escaped!["tests=\"", cases.len(), "\" failures=\""];
    counts.push(count(|it| matches!(it, CaseResult::Failure { .. }))).push("\" errors=\"");
    counts.push(count(|it| matches!(it, CaseResult::Error { .. }))).push("\" skipped=\"");
    counts.push(count(|it| matches!(it, CaseResult::Skipped(_)))).push("\"");
    let mut out = XmlText::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push("<testsuites name=\"benchpages\" ").push(&counts).push(">\n");
    out.push("  <testsuite name=\"benchpages check\" ").push(counts).push(" time=\"0\">\n");
    cases.iter().for_each(|case| case.write(&mut out));
    out.push("  </testsuite>\n</testsuites>\n");
    out
}

/// A case of the suite.
struct TestCase {
    class: XmlText,
    name: XmlText,
    result: CaseResult,
}

/// How a case ended, with the text beside it.
enum CaseResult {
    Passed,
    PassedWith(XmlText),
    Skipped(XmlText),
    Failure { message: XmlText, kind: &'static str },
    Error { message: XmlText, kind: &'static str },
}

impl TestCase {
    fn of_series(subject: &SeriesRef, result: CaseResult) -> Self {
        Self { class: limited(&subject.backend), name: limited(&subject.name), result }
    }

    fn of_check(name: &str, result: CaseResult) -> Self {
        Self { class: "benchpages".into(), name: limited(name), result }
    }

    fn of_target(name: &str, result: CaseResult) -> Self {
        Self { class: "targets".into(), name: limited(name), result }
    }

    fn write(&self, out: &mut XmlText) {
        out.push("    <testcase classname=\"").push(&self.class);
        out.push("\" name=\"").push(&self.name);
        let result: XmlText = match &self.result {
            CaseResult::Passed => {
                out.push("\"/>\n");
                return;
            }
            CaseResult::PassedWith(text) => escaped!["<system-out>", text, "</system-out>"],
            CaseResult::Skipped(message) => escaped!["<skipped message=\"", message, "\"/>"],
            CaseResult::Failure { message, kind } => {
                escaped!["<failure message=\"", message, "\" type=\"", *kind, "\"/>"]
            }
            CaseResult::Error { message, kind } => {
                escaped!["<error message=\"", message, "\" type=\"", *kind, "\"/>"]
            }
        };
        out.push("\">").push(result).push("</testcase>\n");
    }
}

/// Cases that are of no one series.
fn check_cases(outcome: &CheckOutcome, failing: bool) -> Vec<TestCase> {
    let mut cases = Vec::new();
    let next_step = outcome_text::next_step(outcome);
    if outcome.decision == Decision::NothingCompared {
        let message = limited(&format!("{} {next_step}", outcome_text::headline(outcome)));
        let result = match outcome.exit_code() {
            0 => CaseResult::PassedWith(message),
            _ => CaseResult::Error { message, kind: "nothing" },
        };
        cases.push(TestCase::of_check("check", result));
    }
    if outcome.decision == Decision::Overridden {
        let result = CaseResult::PassedWith(limited(&next_step));
        cases.push(TestCase::of_check("overridden", result));
    }
    for it in &outcome.violations {
        let subject = it.subject.as_ref().map_or("all together", |subject| &subject.title);
        let message = limited(&format!("{subject}: {}", it.message));
        let result = if failing {
            CaseResult::Failure { message, kind: "violation" }
        } else {
            CaseResult::PassedWith(message)
        };
        cases.push(TestCase::of_target(&it.name, result));
    }
    for it in outcome.targets.iter().filter(|it| !it.blocks) {
        let message = limited(&format!("{}: {}", it.label(), it.sentence()));
        let result = match it.state.as_ref() {
            // Skipped, not passed: a target that nobody measures must not count as met.
            "not_measured" => CaseResult::Skipped(message),
            _ => CaseResult::PassedWith(message),
        };
        cases.push(TestCase::of_target(&it.name, result));
    }
    cases
}

fn finding_text(it: &SeriesFinding) -> String {
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let threshold = text::percent(it.threshold);
    format!("{}, {change} ({}), threshold {threshold}; {}", it.arrow, it.size, it.reason)
}

fn limited(text: &str) -> XmlText {
    XmlText::text(&shorten(text, MAX_CHARS))
}
