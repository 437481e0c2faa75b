//! What an outcome says as a whole: its headline, how many series have which verdict, and what to
//! do now. Every report format begins with these.

use std::collections::BTreeMap;

use crate::report::decision::Decision;
use crate::report::wording::verdict_label;
use crate::report::{BlockReason, CheckOutcome, target_view};
use detect::Verdict;
use model::text;

/// What a reader should do where nothing is wrong.
pub(crate) const NOTHING_TO_DO: &str = "Nothing to do.";
/// Reasons that are listed one by one.
const MAX_REASONS: usize = 20;
/// How to get past a gate that an accepted change would open.
const FIX_OR_ACCEPT: &str = "Fix it, or accept it: `benchpages accept` writes the entry, and its \
                             owners review it.";

/// `FAIL: 1 regressed, 64 unchanged.`
pub(crate) fn headline(outcome: &CheckOutcome) -> String {
    let word = match outcome.decision {
        Decision::Pass => "PASS",
        Decision::Fail => "FAIL",
        Decision::ApprovalNeeded => "APPROVAL NEEDED",
        Decision::Overridden => "OVERRIDDEN",
        Decision::NothingCompared => return nothing_compared(outcome),
    };
    format!("{word}: {}.", counts(outcome))
}

/// `No results for pull request #999: nothing to compare.`
fn nothing_compared(outcome: &CheckOutcome) -> String {
    if let Some(first_runs) = &outcome.first_runs {
        return first_runs.headline();
    }
    let candidate = &outcome.candidate;
    if !outcome.not_compared.is_empty() {
        let series = text::count_noun(outcome.not_compared.len() as u64, "series");
        return format!("NOTHING COMPARED: {series} not compared.");
    }
    let subject = match (candidate.pull, &candidate.commit) {
        (Some(pull), _) => format!("pull request #{pull}"),
        (None, Some(commit)) => format!("commit {}", text::short_commit(commit)),
        (None, None) => "the main line".to_owned(),
    };
    format!("No results for {subject}: nothing to compare.")
}

/// `1 regressed, 1 suspected, 34 unchanged, 2 not compared`.
pub(crate) fn counts(outcome: &CheckOutcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    let suspected = Verdict::Suspected { runs_needed: 0 };
    let listed = [
        Verdict::Regressed,
        suspected,
        Verdict::Accepted,
        Verdict::Improved,
        Verdict::Infrastructure,
    ];
    for label in listed.map(verdict_label) {
        let has_label = outcome.findings.iter().filter(|it| verdict_label(it.verdict) == label);
        let count = has_label.count();
        if count > 0 {
            parts.push(format!("{} {label}", text::count(count as u64)));
        }
    }
    if !outcome.violations.is_empty() {
        parts.push(text::count_noun(outcome.violations.len() as u64, "target") + " missed");
    }
    parts.extend(target_view::noted_counts(&outcome.targets));
    parts.push(format!("{} unchanged", text::count(outcome.unchanged.len() as u64)));
    let uncompared = [
        Verdict::TooNoisy,
        Verdict::New,
        Verdict::Missing,
        Verdict::Failed,
        Verdict::NotCompared,
        Verdict::Infrastructure,
    ];
    for verdict in uncompared {
        let count = outcome.not_compared.iter().filter(|it| it.verdict == verdict).count();
        if count > 0 {
            parts.push(format!("{} {}", text::count(count as u64), verdict_label(verdict)));
        }
    }
    parts.join(", ")
}

/// What the reader should do now.
pub(crate) fn next_step(outcome: &CheckOutcome) -> String {
    let override_decision = outcome.override_decision.as_ref();
    if let Some(rejected) = override_decision.filter(|it| !it.granted) {
        return format!("The override was rejected: {}.", rejected.rejection);
    }
    if let Some(first_runs) = &outcome.first_runs {
        return first_runs.next_step();
    }
    match outcome.decision {
        Decision::Overridden => {
            let (actor, reason) = override_decision.map_or(("", ""), |it| (&it.actor, &it.reason));
            format!("Let through by {actor}: {reason}. The override is logged; fix the cause next.")
        }
        Decision::NothingCompared => step_after_nothing(outcome),
        Decision::ApprovalNeeded => FIX_OR_ACCEPT.to_owned(),
        Decision::Fail => next_step_after_fail(outcome),
        Decision::Pass => next_step_after_pass(outcome),
    }
}

fn step_after_nothing(outcome: &CheckOutcome) -> String {
    let candidate = &outcome.candidate;
    let is_empty = candidate.pull.is_none() && candidate.commit.is_none();
    match is_empty {
        true => "This is not a pass. Record a first run: `benchpages ingest FILE` converts the \
                 output of a benchmark tool."
            .to_owned(),
        false => "This is not a pass. Run the benchmarks and check again.".to_owned(),
    }
}

fn next_step_after_fail(outcome: &CheckOutcome) -> String {
    let critical = outcome.findings.iter().any(|it| it.block == Some(BlockReason::Critical));
    if critical {
        "Fix it: a regression of this size cannot be accepted, only overridden.".to_owned()
    } else if outcome.findings.iter().any(|it| it.block.is_some()) {
        FIX_OR_ACCEPT.to_owned()
    } else if outcome.not_compared.iter().any(|it| it.blocks) {
        step_for_blocking(outcome)
    } else {
        "Bring the missed targets back within their limits.".to_owned()
    }
}

fn next_step_after_pass(outcome: &CheckOutcome) -> String {
    let suspected = outcome.findings.iter().filter_map(|finding| match finding.verdict {
        Verdict::Suspected { runs_needed } => Some(runs_needed),
        _ => None,
    });
    // The most runs that any suspicion needs settle all of them.
    match (suspected.max(), &outcome.infrastructure) {
        (_, Some(it)) if it.alert => {
            "Check the machines: this has lasted too long to be an accident.".to_owned()
        }
        (_, Some(_)) => "Check the machines, not the code: see below.".to_owned(),
        (Some(_), None) if outcome.candidate.pull.is_none() => {
            "Wait for the next runs: they confirm or clear the suspicion.".to_owned()
        }
        (Some(0), None) => {
            "Check the suspected series: they are at the edge of their thresholds.".to_owned()
        }
        (Some(needed), None) => format!(
            "Run the benchmarks again: {} of this commit would confirm or clear the suspicion.",
            text::count_noun(u64::from(needed), "more run")
        ),
        (None, None) if !outcome.lasting_shifts.is_empty() => {
            "Check the machines: see the note below.".to_owned()
        }
        (None, None) => step_for_uncompared(outcome)
            .or_else(|| target_view::next_step(&outcome.targets))
            .unwrap_or_else(|| NOTHING_TO_DO.to_owned()),
    }
}

/// What to do about series without a verdict that make the check fail.
fn step_for_blocking(outcome: &CheckOutcome) -> String {
    let count = |verdict: Verdict| {
        let blocking = outcome.not_compared.iter().filter(|it| it.blocks);
        blocking.filter(|it| it.verdict == verdict).count() as u64
    };
    let (failed, missing) = (count(Verdict::Failed), count(Verdict::Missing));
    if failed + missing > 0 {
        let series = text::count_noun(failed + missing, "series");
        return format!(
            "Check {series} without a result: run their benchmarks, or declare the removal \
             (`ignore` in policy.yml, or an entry in accepted.yml)."
        );
    }
    "Measure again, with more runs or on a known runner: see the reasons below.".to_owned()
}

/// What to do about series that the candidate kept from being compared; none where there are none.
/// On the main line the doctor and the health page list them.
fn step_for_uncompared(outcome: &CheckOutcome) -> Option<String> {
    outcome.candidate.first_commit?;
    let needing = outcome.not_compared.iter().filter(|series| series.needs_look);
    let (missing, others): (Vec<_>, Vec<_>) =
        needing.partition(|series| series.verdict.has_no_result());
    let count = |series: &[_]| text::count_noun(series.len() as u64, "series");
    if !missing.is_empty() {
        let series = count(&missing);
        return Some(format!(
            "Check {series} without a result: run their benchmarks, or confirm that they were \
             removed."
        ));
    }
    (!others.is_empty()).then(|| {
        let series = count(&others);
        format!("Check {series} that could not be compared: see the reasons below.")
    })
}

/// Titles of series by the reason why they were not compared, from pairs of reason and title: the
/// most frequent reason first, since it most often explains the others.
pub(crate) fn by_reason<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (reason, title) in pairs {
        reasons.entry(reason).or_default().push(title);
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, series)| std::cmp::Reverse(series.len()));
    reasons.truncate(MAX_REASONS);
    reasons
}
