//! What is wrong with a history, and what to do about it: each finding has a place, a cause and a
//! remedy. The subject is not the measured code, but the data, the policy and the files beside
//! them. Changes nothing; [`repairs`] says what `doctor --fix` may.
//!
//! ```text
//! the field `runer_image`   looks like a misspelling of `runner_image`
//!                           → name it `runner_image` where the records are written
//! ```

mod fields;
pub(crate) mod finding_kind;
mod machines;
mod metrics;
pub(crate) mod repairs;
mod series;

use crate::doctor::finding_kind::FindingKind;
use crate::regressions::RegressionLookup;
use detect::Analysis;
use model::audit::AuditChain;
use model::history::History;
use model::policy::Policy;
use model::policy::accepted::AcceptedEntry;
use model::policy::diagnostic::{self, Diagnostic};
use model::record::time::Timestamp;
use model::record::{Problem, SourceLocation};
use model::series::Series;
use model::series::machines::MachineDifference;
use model::text;

/// The history and everything beside it.
pub(crate) struct DoctorInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    /// Of each series, in their order.
    pub(crate) analyses: &'a [Analysis],
    /// Machines that share a fingerprint, by the name of their series.
    pub(crate) machine_differences: &'a [(String, MachineDifference)],
    pub(crate) policy: &'a Policy,
    /// Errors and warnings of the policy.
    pub(crate) diagnostics: &'a [Diagnostic],
    pub(crate) accepted: &'a [AcceptedEntry],
    pub(crate) problems: &'a [Problem],
    pub(crate) audit: &'a AuditChain,
    pub(crate) now: Timestamp,
    /// Whether the whole history may be demo data.
    pub(crate) demo: bool,
}

/// Whether somebody has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingLevel {
    Error,
    /// Worth knowing, possibly intended.
    Note,
}

/// One fault of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoctorFinding {
    pub(crate) level: FindingLevel,
    pub(crate) kind: FindingKind,
    /// What `explain` knows: the kind of the problem behind it, where there is one.
    pub(crate) code: &'static str,
    /// A file with its line, a series, or the history.
    pub(crate) place: String,
    pub(crate) cause: String,
    pub(crate) remedy: String,
}

impl DoctorFinding {
    fn new(kind: FindingKind, place: impl Into<String>) -> Self {
        let (place, cause, remedy) = (place.into(), String::new(), String::new());
        Self { level: FindingLevel::Error, kind, code: kind.code(), place, cause, remedy }
    }

    fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    fn note(self) -> Self {
        Self { level: FindingLevel::Note, ..self }
    }

    fn cause(self, cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), ..self }
    }

    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }
}

/// Days that the records-a-day rule looks back on.
const RECENT_DAYS: i64 = 30;
/// Names listed of one kind of field.
const MAX_NAMES: usize = 12;

/// Everything findings: what is wrong first, each kind together.
pub(crate) fn examine(input: &DoctorInput<'_>) -> Vec<DoctorFinding> {
    let mut findings = Vec::new();
    check_policy(input, &mut findings);
    fields::check_runner_fields(input, &mut findings);
    machines::examine(input.machine_differences, &mut findings);
    metrics::examine(input, &mut findings);
    check_records(input, &mut findings);
    check_accepted(input, &mut findings);
    check_audit(input, &mut findings);
    series::examine(input, &mut findings);
    let mut kinds: Vec<FindingKind> = Vec::new();
    for finding in &findings {
        if !kinds.contains(&finding.kind) {
            kinds.push(finding.kind);
        }
    }
    let order = |kind: FindingKind| kinds.iter().position(|first| *first == kind);
    // Errors first; within a level the order in which kinds were found, each kind together.
    findings.sort_by_key(|finding| (finding.level, order(finding.kind)));
    findings
}

fn check_policy(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    for entry in input.diagnostics {
        let severity = match entry.level {
            diagnostic::DiagnosticLevel::Error => "the policy is invalid",
            diagnostic::DiagnosticLevel::Warning => "the policy is valid, but",
        };
        let help = entry.help.clone();
        let remedy = help.unwrap_or_else(|| "correct it; see `benchpages policy check`".to_owned());
        let place = entry.location.to_string();
        findings.push(
            DoctorFinding::new(FindingKind::Policy, place)
                .code(entry.kind.code())
                .cause(format!("{severity}: {}", entry.message))
                .remedy(remedy),
        );
    }
}

/// Runs that the series nearest to its first verdict still needs.
fn runs_until_verdict(input: &DoctorInput<'_>) -> u64 {
    let runs = |series: &Series| series.runs.iter().filter(|run| run.value.is_some()).count();
    let most = input.series.iter().map(runs).max().unwrap_or(0) as u64;
    u64::from(input.policy.regression.min_sample_size).saturating_sub(most)
}

fn check_records(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let history = input.history;
    let problem_finding = |kind, problem: &Problem| {
        DoctorFinding::new(kind, problem.location.to_string())
            .code(problem.kind.code())
            .cause(problem.reason.clone())
            .remedy(problem.remedy.clone())
    };
    findings.extend(
        history
            .rejected_records
            .iter()
            .map(|problem| problem_finding(FindingKind::Rejected, problem)),
    );
    let ignored = history.ignored_fields.iter();
    findings.extend(ignored.map(|problem| problem_finding(FindingKind::Ignored, problem).note()));
    findings
        .extend(input.problems.iter().map(|problem| problem_finding(FindingKind::File, problem)));
    let counts = history.counts;
    if counts.records == 0 {
        let finding =
            DoctorFinding::new(FindingKind::Empty, "the history").cause("no records at all");
        findings.push(finding.remedy(
            "record a first run: `benchpages init` writes a script that measures, `benchpages \
             ingest FILE` converts the output of a benchmark tool",
        ));
    } else if input.series.iter().all(|series| series.runs.is_empty()) {
        let finding = DoctorFinding::new(FindingKind::FirstRuns, "the history");
        findings.push(
            finding
                .cause("no records of the main line, so pull requests are compared with nothing")
                .remedy("measure the main branch, too: that job writes to results/")
                .note(),
        );
    } else if let missing @ 1.. = runs_until_verdict(input) {
        let runs = text::count_noun(missing, "more run");
        let finding = DoctorFinding::new(FindingKind::FirstRuns, "the history");
        findings.push(
            finding
                .cause("too few runs for a verdict")
                .remedy(format!("measure {runs} of the main line; verdicts come by themselves"))
                .note(),
        );
    }
    let mixed = counts.demo < counts.records;
    if counts.demo > 0 && (mixed || !input.demo) {
        let cause = format!(
            "{} of {} are demo data; `build` and `check` reject them",
            text::count(counts.demo),
            text::count_noun(counts.records, "record")
        );
        let remedy = "remove the records whose `generator` is a demo's or whose commit begins \
                      with `demo-`; if the whole history is a demo, pass --demo";
        findings
            .push(DoctorFinding::new(FindingKind::Demo, "the history").cause(cause).remedy(remedy));
    }
    if counts.conflicting > 0 {
        let cause = text::count_noun(counts.conflicting, "record")
            + " with the series, commit, runner and time of another, but not its value";
        let finding = DoctorFinding::new(FindingKind::Conflict, "the history").cause(cause);
        findings
            .push(finding.remedy("give each repeat its own time; until then both count").note());
    }
    sparse_days(input, findings);
    fields::examine(input, findings);
}

/// Recent days with fewer records than the policy asks for; the newest may still be under way.
fn sparse_days(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let least = input.policy.data_quality.min_records_per_day;
    let newest = input.history.newest.map_or(0, Timestamp::day);
    // Without the newest day, which may not be complete.
    let days = input.history.per_day.range(newest - RECENT_DAYS..newest);
    let sparse: Vec<String> = days
        .filter(|(_, records)| **records < least)
        .map(|(day, records)| format!("{}: {records}", text::date(midnight(*day))))
        .collect();
    if sparse.is_empty() {
        return;
    }
    let cause = format!(
        "{} of the last {RECENT_DAYS} with fewer than {least} records ({})",
        text::count_noun(sparse.len() as u64, "day"),
        list_some(&sparse)
    );
    findings.push(
        DoctorFinding::new(FindingKind::Sparse, "results/").cause(cause).remedy(
            "see why the benchmarks did not run, or lower data_quality.min_records_per_day",
        ),
    );
}

fn midnight(day: i64) -> Timestamp {
    Timestamp::from_micros(day.saturating_mul(model::record::time::DAY_US))
}

/// The first of many.
fn list_some(names: &[String]) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let listed = names[..names.len() - more].join(", ");
    if more == 0 { listed } else { format!("{listed}, and {more} more") }
}

fn check_accepted(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let known =
        RegressionLookup { history: input.history, series: input.series, analyses: input.analyses };
    for entry in input.accepted {
        let place =
            format!("accepted.yml: {} at {}", entry.series, text::short_commit(&entry.commit));
        if let Some(until) = entry.expires.filter(|until| *until <= input.now) {
            findings.push(
                DoctorFinding::new(FindingKind::Expired, place)
                    .cause(format!("expired on {}", text::date(until)))
                    .remedy("fix the regression, renew the entry, or remove it"),
            );
        } else if let Some(cause) = unused_reason(&known, entry) {
            let remedy = "correct the entry (`benchpages accept` shows what matches), or remove it";
            findings
                .push(DoctorFinding::new(FindingKind::Unused, place).cause(cause).remedy(remedy));
        }
    }
}

/// Why an entry covers nothing.
fn unused_reason(known: &RegressionLookup<'_>, entry: &AcceptedEntry) -> Option<String> {
    let matching = known.series_matching(&entry.series);
    if matching.is_empty() {
        return Some("no series matches".to_owned());
    }
    let commit = match known.commit_named(&entry.commit) {
        Ok(Some(commit)) => commit,
        Ok(None) => return Some("no measured commit has this id".to_owned()),
        Err(ambiguous) => return Some(ambiguous.to_string()),
    };
    let regressions = known.regressions_at(&matching, commit);
    let Some(smallest) = regressions.last() else {
        return Some("there is no regression at this commit in these series".to_owned());
    };
    (smallest.change.abs() > entry.max_change + 1e-9).then(|| {
        format!(
            "covers up to {}, but the change is {}",
            text::percent(entry.max_change),
            text::percent_change(smallest.change)
        )
    })
}

fn check_audit(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    if let Some(broken) = &input.audit.broken {
        let place =
            SourceLocation { file: "audit.ndjson".to_owned(), line: broken.line, column: 1 };
        let finding = DoctorFinding::new(FindingKind::Audit, place.to_string());
        findings.push(finding.cause(broken.reason.clone()).remedy(
            "find in version control who changed the line, and restore the file from before",
        ));
    }
}
