//! The outcome as JUnit XML: a case for each series, so that tools which show tests show it.

use crate::report::decision::Decision;
use crate::report::escape::xml;
use crate::report::{CheckOutcome, SeriesFinding, SeriesRef, outcome_text};
use detect::Verdict;
use model::record::shorten;
use model::text;

/// Characters of a name or a message.
const MAX_CHARS: usize = 500;

/// One suite, with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let failing = matches!(outcome.decision, Decision::Fail | Decision::ApprovalNeeded);
    let mut cases = String::new();
    let (mut failures, mut skipped, mut tests) = (0_usize, 0_usize, 0_usize);
    let mut add = |subject: &SeriesRef, inner: &str| {
        tests += 1;
        let (class, name) = (attribute(&subject.backend), attribute(&subject.name));
        cases.push_str(&match inner {
            "" => format!("    <testcase classname=\"{class}\" name=\"{name}\"/>\n"),
            inner => {
                format!("    <testcase classname=\"{class}\" name=\"{name}\">{inner}</testcase>\n")
            }
        });
    };
    for it in &outcome.findings {
        if it.block.is_some() && failing {
            failures += 1;
            let message = attribute(&finding_text(it));
            add(&it.subject, &format!("<failure message=\"{message}\" type=\"regression\"/>"));
        } else if it.verdict == Verdict::Infrastructure {
            // Skipped, not passed: dashboards of tests must not count it as measured.
            skipped += 1;
            add(&it.subject, &format!("<skipped message=\"{}\"/>", attribute(&it.reason)));
        } else {
            add(&it.subject, &format!("<system-out>{}</system-out>", attribute(&finding_text(it))));
        }
    }
    for it in &outcome.not_compared {
        skipped += 1;
        add(&it.subject, &format!("<skipped message=\"{}\"/>", attribute(&it.reason)));
    }
    // Unchanged series are cases too: a report with failures only would look like an aborted run.
    outcome.unchanged.iter().for_each(|subject| add(subject, ""));
    let whole = check_cases(outcome, failing);
    tests += whole.len();
    failures += whole.iter().filter(|case| case.contains("<failure")).count();
    let errors = whole.iter().filter(|case| case.contains("<error")).count();
    let counts = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"benchpages\" {counts}>\n  \
         <testsuite name=\"benchpages check\" {counts} time=\"0\">\n{}{cases}  </testsuite>\n\
         </testsuites>\n",
        whole.concat()
    )
}

/// Cases that are of no one series.
fn check_cases(outcome: &CheckOutcome, failing: bool) -> Vec<String> {
    let case = |name: &str, inner: &str| {
        let name = attribute(name);
        format!("    <testcase classname=\"benchpages\" name=\"{name}\">{inner}</testcase>\n")
    };
    let mut cases = Vec::new();
    let next_step = outcome_text::next_step(outcome);
    if outcome.decision == Decision::NothingCompared {
        let message = attribute(&format!("{} {next_step}", outcome_text::headline(outcome)));
        cases.push(case("check", &format!("<error message=\"{message}\" type=\"nothing\"/>")));
    }
    if outcome.decision == Decision::Overridden {
        let message = attribute(&next_step);
        cases.push(case("overridden", &format!("<system-out>{message}</system-out>")));
    }
    for it in &outcome.violations {
        let subject = it.subject.as_ref().map_or("all together", |subject| &subject.title);
        let message = attribute(&format!("{subject}: {}", it.message));
        let inner = if failing {
            format!("<failure message=\"{message}\" type=\"violation\"/>")
        } else {
            format!("<system-out>{message}</system-out>")
        };
        cases.push(case(&it.rule, &inner));
    }
    cases
}

fn finding_text(it: &SeriesFinding) -> String {
    let change = it.change.map_or_else(|| "n/a".to_owned(), text::percent_change);
    let threshold = text::percent(it.threshold);
    format!("{}, {change} ({}), threshold {threshold}; {}", it.arrow, it.size, it.reason)
}

fn attribute(text: &str) -> String {
    xml(&shorten(text, MAX_CHARS))
}
