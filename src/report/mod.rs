//! The check of a candidate (a pull request, or the newest run of the main line), and every form in
//! which its result leaves the program.
//!
//! [`candidate`] selects which runs are compared with which, the analysis that makes the site runs
//! over them, [`judge`] finds what of it the candidate caused, [`decision`] says pass or fail and
//! who may override. [`json`] maps the [`CheckOutcome`] to the types of [`wire`]; one file per
//! format writes it for people and tools, and every stranger's text goes through [`escape`].
//! Computes no statistics, and never passes when nothing was compared.
//!
//! Example: pull request 7 made `parse/rust` 25 % slower under a threshold of 10 %. The outcome is
//! `fail` with one finding, exit status 1; in the comment: "**rust parse is 25.1% slower**".

mod accept_commands;
pub(crate) mod annotations;
pub(crate) mod assemble;
pub(crate) mod bisection;
pub(crate) mod compare;
pub(crate) mod decision;
pub(crate) mod delta;
pub(crate) mod escape;
pub(crate) mod first_runs;
pub(crate) mod gcc;
pub(crate) mod infrastructure;
mod inseparable;
pub(crate) mod insight;
pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod junit;
pub(crate) mod links;
pub(crate) mod markdown;
pub(crate) mod actions_output;
mod locate;
pub(crate) mod page_detail;
pub(crate) mod outcome_text;
pub(crate) mod pull_check;
pub(crate) mod phrase;
mod reason;
pub(crate) mod sarif;
pub(crate) mod side_by_side;
pub(crate) mod side_by_side_text;
pub(crate) mod session;
mod base_line;
pub(crate) mod candidate;
mod recheck;
pub(crate) mod regression_groups;
mod regression_sentence;
pub(crate) mod regression_view;
pub(crate) mod unknown_runner;
pub(crate) mod snapshot;
pub(crate) mod summary;
pub(crate) mod terminal;
pub(crate) mod urls;
pub(crate) mod wire;
pub(crate) mod target_view;
pub(crate) mod wording;

use std::collections::BTreeMap;

use crate::report::candidate::Candidate;
use crate::report::decision::{Decision, OverrideDecision};
use crate::report::first_runs::FirstRuns;
use crate::report::infrastructure::{InfrastructureAnomaly, LastingShift};
use crate::report::links::ReportLinks;
use crate::report::regression_view::RegressionGroupView;
use crate::report::target_view::TargetView;
use crate::report::wire::AuditHeadView;
use detect::{ChangeSeverity, Verdict};
use model::record::{SourceLocation, Unit};
use model::series::{CommitIndex, SeriesKey};

/// The result of a check. Names are as in the data: every format escapes them for its reader.
#[derive(Clone, Debug)]
pub(crate) struct CheckOutcome {
    pub(crate) decision: Decision,
    pub(crate) candidate: Candidate,
    /// Series with a verdict by comparison, findings among them.
    pub(crate) compared: usize,
    /// Blocking findings first, then by size of change over threshold.
    pub(crate) findings: Vec<SeriesFinding>,
    /// Compared series with nothing to report.
    pub(crate) unchanged: Vec<SeriesRef>,
    pub(crate) not_compared: Vec<UncomparedSeries>,
    /// The open regressions of the main line; on a pull request those from before it, which are not
    /// held against it.
    pub(crate) open_regressions: Vec<RegressionGroupView>,
    pub(crate) infrastructure: Option<InfrastructureAnomaly>,
    /// Shifts of most series that stayed, oldest first; their sentences are among the notices too.
    pub(crate) lasting_shifts: Vec<LastingShift>,
    /// Targets that make the check fail.
    pub(crate) violations: Vec<TargetViolation>,
    /// Every target, the worst first.
    pub(crate) targets: Vec<TargetView>,
    pub(crate) override_decision: Option<OverrideDecision>,
    /// Nothing was compared, because the main line has too few runs for any verdict.
    pub(crate) first_runs: Option<FirstRuns>,
    /// The audit log after the check; none where it cannot be read.
    pub(crate) audit: Option<AuditHeadView>,
    /// What a reader should know of the comparison as a whole, in sentences.
    pub(crate) notices: Vec<String>,
    pub(crate) links: ReportLinks,
    pub(crate) provenance: Provenance,
}

impl CheckOutcome {
    /// The status that the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match &self.first_runs {
            Some(first_runs) if first_runs.is_allowed => 0,
            _ => self.decision.exit_code(),
        }
    }
}

/// The data and the policy behind an outcome.
#[derive(Clone, Debug, Default)]
pub(crate) struct Provenance {
    pub(crate) records: u64,
    pub(crate) newest: Option<String>,
    pub(crate) policy_sha: String,
    pub(crate) policy_version: String,
    /// Most runs that a series has of the candidate.
    pub(crate) candidate_runs: u64,
    /// The suites of the series that the candidate measured.
    pub(crate) suites: Vec<String>,
    /// `runner_image ubuntu-24.04, …` where all compared runs of the candidate share it.
    pub(crate) runner: String,
}

/// A series, by all the names that reports need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeriesRef {
    /// `test/backend/mode/n`: what `accepted.yml` is matched against.
    pub(crate) name: String,
    /// Its id in the site's JSON and its path.
    pub(crate) stem: String,
    pub(crate) test: String,
    pub(crate) backend: String,
    pub(crate) metric: String,
    /// `sum_even_squares · julia · loops · parallel · n = 1,000,000`.
    pub(crate) title: String,
    /// The same without the backend.
    variant: String,
}

impl SeriesRef {
    pub(crate) fn of(key: &SeriesKey) -> Self {
        Self {
            name: key.name(),
            stem: urls::series_stem(key),
            test: key.test.clone(),
            backend: key.backend.clone(),
            metric: key.metric.clone(),
            title: series_title(key),
            variant: series_variant(key),
        }
    }

    /// `sum_even_squares · loops · parallel · n = 1,000,000`.
    pub(crate) fn title_without_backend(&self) -> &str {
        &self.variant
    }
}

fn series_variant(key: &SeriesKey) -> String {
    match wording::variant_label(key) {
        variant if variant.is_empty() => key.test.clone(),
        variant => format!("{} · {variant}", key.test),
    }
}

/// The series in one line, with the words of its page.
fn series_title(key: &SeriesKey) -> String {
    format!("{} · {}", key.test, wording::series_label(key))
}

/// Why a finding makes the check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BlockReason {
    /// At or above `regression.max_regression_ratio`: it cannot be accepted.
    Critical,
    /// Worse by more than the threshold: fix it, or accept it.
    Regression,
    /// At or above `governance.require_approval_threshold`: an entry in `accepted.yml` is needed.
    NeedsAcceptance,
}

/// Who accepted a change in `accepted.yml`, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AcceptedBy {
    pub(crate) by: String,
    pub(crate) reason: String,
}

/// The old and the new level, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Levels {
    pub(crate) before: f64,
    pub(crate) after: f64,
}

/// A verdict worth a person's time.
#[derive(Clone, Debug)]
pub(crate) struct SeriesFinding {
    pub(crate) subject: SeriesRef,
    pub(crate) verdict: Verdict,
    /// None where it does not make the check fail.
    pub(crate) block: Option<BlockReason>,
    /// Enough runs are on the new level.
    pub(crate) confirmed: bool,
    pub(crate) report_only: bool,
    pub(crate) levels: Option<Levels>,
    pub(crate) unit: Unit,
    /// The levels as people read them: `83.9 → 95.6 µs`.
    pub(crate) arrow: String,
    /// Standard deviations of the runs on both levels, in base units.
    pub(crate) spread_before: Option<f64>,
    pub(crate) spread_after: Option<f64>,
    /// Signed as the value changed.
    pub(crate) change: Option<f64>,
    pub(crate) worse: bool,
    /// `13.9% slower`.
    pub(crate) size: String,
    pub(crate) threshold: f64,
    pub(crate) confidence: Option<f64>,
    pub(crate) severity: Option<ChangeSeverity>,
    /// The first commit on the new level.
    pub(crate) commit: String,
    /// Who accepted it, and why.
    pub(crate) accepted: Option<AcceptedBy>,
    /// In one sentence, without a full stop.
    pub(crate) reason: String,
    pub(crate) hints: Vec<String>,
    /// The path of its evidence on the site.
    pub(crate) path: String,
    /// The run that it is about, by its commit, and where that run's record stands.
    pub(crate) commit_index: Option<CommitIndex>,
    pub(crate) place: Option<SourceLocation>,
}

impl SeriesFinding {
    /// The entry of `accepted.yml` without which the check would fail.
    pub(crate) fn effective_acceptance(&self) -> Option<&AcceptedBy> {
        let passes = self.verdict == Verdict::Accepted && self.block.is_none();
        self.accepted.as_ref().filter(|_| passes && !self.report_only)
    }

    /// |change| ÷ threshold: what findings are sorted by.
    pub(crate) fn relative_size(&self) -> f64 {
        self.change.map_or(0.0, |change| change.abs() / self.threshold.max(1e-9))
    }
}

/// Names and values of a runner's tracked fields.
pub(crate) type RunnerFields = BTreeMap<String, String>;

/// A series that was not compared, and why.
#[derive(Clone, Debug)]
pub(crate) struct UncomparedSeries {
    pub(crate) subject: SeriesRef,
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// The fingerprints before and after, where the runner is the reason.
    pub(crate) runners: Option<(RunnerFields, RunnerFields)>,
    /// The candidate's run failed.
    pub(crate) failed: bool,
    /// It makes the check fail (`gate.fail_on`).
    pub(crate) blocks: bool,
    /// Too noisy for its threshold, but a critical regression would have been seen.
    pub(crate) shows_critical: bool,
    /// The base could be compared, and the candidate is why it was not: its result is missing, its
    /// run failed, its runner differs. Whoever checks a candidate has to look at it.
    pub(crate) needs_look: bool,
}

/// A budget or a service level that is missed.
#[derive(Clone, Debug)]
pub(crate) struct TargetViolation {
    /// The key in the policy: `budgets[0]`.
    pub(crate) rule: String,
    /// Its own name, else the key.
    pub(crate) name: String,
    pub(crate) subject: Option<SeriesRef>,
    pub(crate) message: String,
    /// Where the newest record of the series stands.
    pub(crate) place: Option<SourceLocation>,
}

/// JSON has no NaN and no infinity.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

pub(crate) fn severity_name(severity: ChangeSeverity) -> &'static str {
    match severity {
        ChangeSeverity::Minor => "minor",
        ChangeSeverity::Major => "major",
        ChangeSeverity::Critical => "critical",
    }
}
