//! The reader's glossary of the About page: terms, verdicts, statuses, check outcomes and the marks
//! of charts. Each entry has an anchor, so that a comment or a document can link to it.
//!
//! Example: `about/#verdict-too-noisy` explains the verdict `too_noisy`.

use crate::report::wording;
use detect::Verdict;

/// Entries under one heading.
pub(crate) struct GlossaryGroup {
    /// The anchor of the heading, and the prefix of those of its entries.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) entries: Vec<GlossaryEntry>,
}

/// One term with its meaning.
pub(crate) struct GlossaryEntry {
    pub(crate) id: String,
    pub(crate) term: String,
    pub(crate) meaning: &'static str,
}

const TERMS: [(&str, &str); 31] = [
    ("record", "One measured value: a metric of a benchmark at a commit, on a runner, at a time."),
    ("run", "All records of one commit on one runner at one time. Repeats become their median."),
    ("benchmark", "What is measured: suite, test, backend, mode, parallel, n, parameters."),
    ("metric", "Time, throughput, memory and so on, each with a unit and a direction."),
    ("direction", "Whether lower or higher values are better."),
    ("series", "One metric of one benchmark over the history."),
    ("runner fingerprint", "The tracked fields of a machine. A change begins a new segment."),
    ("segment", "The part of a series from one runner and one version of the benchmark."),
    ("level", "The robust center of the recent runs: a rolling median."),
    ("baseline", "The level that a run is compared with."),
    ("change point", "The first run on a new lasting level."),
    ("gradual change", "A change without a single change point: a drift."),
    ("threshold", "The size of change that counts, set by the policy."),
    ("noise", "The robust relative standard deviation of one run around its level."),
    ("detectable change", "The smallest change that would be reported, with its probability."),
    ("confidence", "The share of real changes among reports of this size, from 0 to 1."),
    ("significance", "How unlikely noise alone makes a shift of this size."),
    ("outlier", "One run off its level: shown, excluded from levels and verdicts."),
    ("severity", "The size class of a regression: minor, major or critical."),
    ("infrastructure anomaly", "Many series shift together for a reason outside the code."),
    ("cause", "Regressions of several series with a suspect commit in common: one entry."),
    ("suspect commit", "A commit after the last good run, up to the first run on the new level."),
    ("culprit", "The commit behind a regression, as `bisect` found it, with its probability."),
    ("candidate", "What a check judges: a pull request, a commit or a file of records."),
    (
        "base",
        "The commit that a candidate is compared with: where its branch leaves the main line.",
    ),
    ("note", "A remark on a day or a commit, written by the maintainers."),
    ("rejected record", "A line that could not be read. The health page has place and reason."),
    ("gap", "A pause without runs. Lines break there."),
    ("retired", "A series without a run for longer than the policy's max_age_days."),
    ("budget", "An absolute target for a level: passing, drifting or violated."),
    ("view", "A named filter of the policy (a preset) with its own page."),
];

/// All verdicts, the most urgent first.
const VERDICTS: [Verdict; 11] = [
    Verdict::Regressed,
    Verdict::Suspected { runs_needed: 0 },
    Verdict::Failed,
    Verdict::Missing,
    Verdict::Accepted,
    Verdict::Infrastructure,
    Verdict::Improved,
    Verdict::TooNoisy,
    Verdict::NotCompared,
    Verdict::New,
    Verdict::Unchanged,
];

fn verdict_meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => {
            "Worse by more than the threshold, confirmed; open until it is fixed or accepted."
        }
        Verdict::Suspected { .. } => "Worse by more than the threshold, but not confirmed yet.",
        Verdict::Infrastructure => "Shifted together with most other backends. Not a regression.",
        Verdict::Accepted => "Worse, and accepted by an entry of accepted.yml.",
        Verdict::Improved => "Better by more than the threshold, and confirmed.",
        Verdict::NotCompared => {
            "The runner changed and has too few runs so far, or the newest time is zero."
        }
        Verdict::TooNoisy => "The noise hides changes of the threshold's size.",
        Verdict::New => "In the grace period, or fewer runs than a verdict needs.",
        Verdict::Missing => "No run where one was due.",
        Verdict::Failed => "The newest run has an error or no value.",
        Verdict::Unchanged => {
            "No change, and the noise is low enough to see one of the threshold's size."
        }
    }
}

/// The state of a change, as [`wording::state`] names it.
const STATUSES: [(&str, &str); 8] = [
    ("suspected", "Beyond the threshold, but not confirmed yet. It has no page of its own."),
    ("open", "A confirmed regression that nobody has fixed, accepted or explained yet."),
    ("accepted", "Accepted by an entry of accepted.yml: a reason, a name and an end date."),
    ("explained", "A note explains it: no longer open."),
    ("fixed", "The level came back."),
    ("withdrawn", "Marked as a false alarm, or not confirmed by later runs."),
    ("closed", "Closed by the policy's close_after_days, or because the series is retired."),
    ("confirmed", "An improvement that has lasted."),
];

/// Outcomes of a check of a pull request or a commit.
const OUTCOMES: [(&str, &str); 5] = [
    ("pass", "No regression that fails the check."),
    ("fail", "At least one regression that was not accepted."),
    ("approval needed", "A major regression waits for an entry in accepted.yml."),
    ("overridden", "A failed check that was let through for one run. The override is logged."),
    ("nothing compared", "No result could be compared, so there is no verdict."),
];

/// What the gate says of two compared commits, beyond the verdicts.
const COMPARED: [(&str, &str); 4] = [
    ("improved, not confirmed", "Better by more than the threshold in one run."),
    ("not confirmed", "Beyond the threshold in one run, and later runs did not confirm it."),
    ("outlier", "The run is off its level, and later runs are back on it."),
    ("too noisy", "Beyond the threshold, within the noise."),
];

/// Marks beside numbers, in tables and sentences.
const SYMBOLS: [(&str, &str, &str); 6] = [
    ("up", "▲", "The value rose. Red: worse; blue: better; gray: no longer open."),
    ("down", "▼", "The value fell. Red: worse; blue: better; gray: no longer open."),
    ("none", "~", "No significant change, or no verdict."),
    ("spread", "±2.1%", "How far runs lie from their level: noise, or the spread of one run."),
    ("factor", "1.14×", "The larger value over the smaller one."),
    ("dash", "–", "No value."),
];

/// The whole glossary, in the order of the page.
pub(crate) fn groups() -> Vec<GlossaryGroup> {
    let verdicts =
        VERDICTS.map(|verdict| (wording::verdict_name(verdict), verdict_meaning(verdict)));
    let marks = chart::legend::LEGEND.map(|entry| GlossaryEntry {
        id: format!("mark-{}", entry.id),
        term: entry.mark.to_owned(),
        meaning: entry.meaning,
    });
    let symbols = SYMBOLS.map(|(id, symbol, meaning)| GlossaryEntry {
        id: format!("mark-{id}"),
        term: symbol.to_owned(),
        meaning,
    });
    vec![
        group("term", "Terms", TERMS),
        group("verdict", "Verdicts of a series", verdicts),
        group("status", "Status of a change", STATUSES),
        group("compared", "Words of a comparison", COMPARED),
        group("outcome", "Outcomes of a check", OUTCOMES),
        GlossaryGroup {
            id: "mark",
            title: "Marks of charts and tables",
            entries: marks.into_iter().chain(symbols).collect(),
        },
    ]
}

fn group(
    id: &'static str,
    title: &'static str,
    entries: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> GlossaryGroup {
    let entry = |(term, meaning): (&'static str, &'static str)| GlossaryEntry {
        id: format!("{id}-{}", term.replace(", ", "-").replace(['_', ' '], "-")),
        term: term.replace('_', " "),
        meaning,
    };
    GlossaryGroup { id, title, entries: entries.into_iter().map(entry).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use detect::ChangeStatus;

    /// Fails to compile when a verdict is added: it needs an entry in [`VERDICTS`].
    fn number_of_verdict(verdict: Verdict) -> usize {
        match verdict {
            Verdict::Regressed => 0,
            Verdict::Suspected { .. } => 1,
            Verdict::Failed => 2,
            Verdict::Missing => 3,
            Verdict::Accepted => 4,
            Verdict::Infrastructure => 5,
            Verdict::Improved => 6,
            Verdict::TooNoisy => 7,
            Verdict::NotCompared => 8,
            Verdict::New => 9,
            Verdict::Unchanged => 10,
        }
    }

    /// Fails to compile when a status is added: it needs an entry in [`STATUSES`].
    fn number_of_status(status: &ChangeStatus) -> usize {
        match status {
            ChangeStatus::Open => 1,
            ChangeStatus::Accepted { .. } => 2,
            ChangeStatus::Explained => 3,
            ChangeStatus::Fixed { .. } => 4,
            ChangeStatus::Withdrawn => 5,
            ChangeStatus::Closed => 6,
        }
    }

    #[test]
    fn every_verdict_and_every_status_has_an_entry() {
        let numbers: Vec<usize> = VERDICTS.map(number_of_verdict).to_vec();
        assert_eq!(numbers, (0..11).collect::<Vec<_>>());
        let accepted = ChangeStatus::Accepted { reason: String::new(), accepted_by: String::new() };
        let fixed = ChangeStatus::Fixed { run: None };
        let others = [ChangeStatus::Open, ChangeStatus::Explained, ChangeStatus::Withdrawn];
        for status in [accepted, fixed, ChangeStatus::Closed].into_iter().chain(others) {
            let name = STATUSES[number_of_status(&status)].0;
            assert_eq!(name, wording::state_name(&status, true));
        }
    }

    #[test]
    fn every_entry_has_an_anchor_of_its_own() {
        let groups = groups();
        let anchors = groups.iter().flat_map(|group| &group.entries).map(|entry| entry.id.as_str());
        let anchors: Vec<&str> = anchors.chain(groups.iter().map(|group| group.id)).collect();
        let unique: BTreeSet<&str> = anchors.iter().copied().collect();
        assert_eq!(unique.len(), anchors.len(), "{anchors:?}");
        let is_safe = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(anchors.iter().all(|anchor| anchor.chars().all(is_safe)), "{anchors:?}");
    }
}
