//! What is wrong with a history, and what to do about it: each finding has a place, a cause and a
//! remedy. What the gate or the pages say of the code measured is no finding here; this is about
//! the data, the policy and the files beside them. Changes nothing and judges no speed.

mod series;

use std::collections::BTreeSet;

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
use model::text;

/// What is examined.
pub(crate) struct DoctorInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    /// Of each series, in their order.
    pub(crate) analyses: &'a [Analysis],
    pub(crate) policy: &'a Policy,
    /// What was said of the policy when it was read.
    pub(crate) diagnostics: &'a [Diagnostic],
    pub(crate) accepted: &'a [AcceptedEntry],
    pub(crate) problems: &'a [Problem],
    pub(crate) audit: &'a AuditChain,
    pub(crate) now: Timestamp,
    /// The history is said to be a demo.
    pub(crate) demo: bool,
}

/// Whether somebody has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingLevel {
    Error,
    /// Worth knowing, and maybe meant so.
    Note,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoctorFinding {
    pub(crate) level: FindingLevel,
    /// One stable word for scripts.
    pub(crate) kind: &'static str,
    /// A file with its line, a series, or the history.
    pub(crate) place: String,
    pub(crate) cause: String,
    pub(crate) remedy: String,
}

impl DoctorFinding {
    fn new(kind: &'static str, place: impl Into<String>) -> Self {
        let (place, cause, remedy) = (place.into(), String::new(), String::new());
        Self { level: FindingLevel::Error, kind, place, cause, remedy }
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

/// Fields of a record that mean something (the reference of the format names them all).
const KNOWN_FIELDS: &str = "arch backend bench_runner_ver better branch commit commit_time container_cpus \
     container_memory cpu cpu_count cpu_flags dirty error generator k_policy kernel lower max \
     mean_ns median memory_total merge_commit metric metrics min mode n os os_version p50 p90 p95 \
     p99 parallel params pcs_sha policy_sha pull reps runner runner_image runner_image_version \
     samples std std_ns suite tags test timestamp unit upper url value version warmup_ns";

/// Everything found: what is wrong first, each kind together.
pub(crate) fn examine(patient: &DoctorInput<'_>) -> Vec<DoctorFinding> {
    let mut found = Vec::new();
    check_policy(patient, &mut found);
    check_records(patient, &mut found);
    check_accepted(patient, &mut found);
    check_audit(patient, &mut found);
    series::examine(patient, &mut found);
    let mut kinds: Vec<&str> = Vec::new();
    for finding in &found {
        if !kinds.contains(&finding.kind) {
            kinds.push(finding.kind);
        }
    }
    let order = |kind: &str| kinds.iter().position(|known| *known == kind);
    found.sort_by_key(|finding| (finding.level, order(finding.kind)));
    found
}

fn check_policy(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    for one in patient.diagnostics {
        let sort = match one.level {
            diagnostic::DiagnosticLevel::Error => "the policy is refused",
            diagnostic::DiagnosticLevel::Warning => "the policy holds, but",
        };
        let help = one.help.clone();
        let remedy = help.unwrap_or_else(|| "correct it; see `benchpages policy check`".to_owned());
        let place = one.location.to_string();
        found.push(
            DoctorFinding::new("policy", place)
                .cause(format!("{sort}: {}", one.message))
                .remedy(remedy),
        );
    }
    let tracked = &patient.policy.runner_fingerprinting;
    let recorded = recorded_fields(patient.history);
    let wanted = tracked.track_fields.iter().filter(|_| tracked.enabled);
    let missing: Vec<String> =
        wanted.filter(|name| !recorded.contains(name.as_str())).cloned().collect();
    if missing.is_empty() || patient.history.counts.records == 0 {
        return;
    }
    let all = missing.len() == tracked.track_fields.len();
    let finding = DoctorFinding::new("runner", "policy.yml: runner_fingerprinting.track_fields")
        .cause(if all {
            "no record has any of the tracked fields: a change of the runner looks like a change \
             of the code"
                .to_owned()
        } else {
            format!("no record has {}", text::join_and(&missing))
        })
        .remedy("record these fields, or track those that are recorded");
    found.push(if all { finding } else { finding.note() });
}

fn check_records(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    let history = patient.history;
    let told = |kind, problem: &Problem| {
        DoctorFinding::new(kind, problem.location.to_string())
            .cause(problem.reason.clone())
            .remedy(problem.remedy.clone())
    };
    found.extend(history.rejected_records.iter().map(|problem| told("refused", problem)));
    found.extend(patient.problems.iter().map(|problem| told("file", problem)));
    let counts = history.counts;
    if counts.records == 0 {
        let finding = DoctorFinding::new("empty", "the history");
        found.push(
            finding
                .cause("no records at all")
                .remedy("write records to results/, one JSON object a line"),
        );
    }
    let mixed = counts.demo < counts.records;
    if counts.demo > 0 && (mixed || !patient.demo) {
        let cause = format!(
            "{} of {} are demo data; `build` and `check` refuse them",
            text::count(counts.demo),
            text::count_noun(counts.records, "record")
        );
        let remedy = "remove the records whose `generator` is a demo's or whose commit begins \
                      with `demo-`; where all of it is a demo, say --demo";
        found.push(DoctorFinding::new("demo", "the history").cause(cause).remedy(remedy));
    }
    if counts.conflicting > 0 {
        let cause = text::count_noun(counts.conflicting, "record")
            + " of the same series, commit, runner and time as another, with another value";
        let finding = DoctorFinding::new("conflict", "the history").cause(cause);
        found.push(finding.remedy("give repeats times of their own; both count until then").note());
    }
    sparse_days(patient, found);
    unknown_fields(patient, found);
}

/// Recent days with fewer records than the policy asks for; the newest may still be under way.
fn sparse_days(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    let least = patient.policy.data_quality.min_records_per_day;
    let newest = patient.history.newest.map_or(0, Timestamp::day);
    let days = patient.history.per_day.range(newest - RECENT_DAYS..newest);
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
    found.push(
        DoctorFinding::new("sparse", "results/").cause(cause).remedy(
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

/// The runner, provenance and unknown fields that records have.
fn recorded_fields(history: &History) -> BTreeSet<&str> {
    let all = history.environments.iter().flat_map(|one| one.fields.keys());
    all.map(String::as_str).collect()
}

/// Fields that mean nothing here: those one slip away from one that does are probably meant so.
fn unknown_fields(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    let mut other = Vec::new();
    let tracked = &patient.policy.runner_fingerprinting.track_fields;
    for name in recorded_fields(patient.history) {
        let mut known = KNOWN_FIELDS.split(' ');
        if known.clone().any(|field| field == name) || tracked.iter().any(|field| field == name) {
            continue;
        }
        let near = |field: &&str| {
            field.len() > 3 && strsim::damerau_levenshtein(name, field) * 4 <= field.len()
        };
        match known.find(near) {
            Some(field) => found.push(
                DoctorFinding::new("field", format!("the field `{name}`"))
                    .cause(format!("means nothing; it looks like `{field}`"))
                    .remedy(format!("call it `{field}` where the records are written")),
            ),
            None => other.push(name.to_owned()),
        }
    }
    if !other.is_empty() {
        let finding = DoctorFinding::new("field", "the records")
            .cause(format!("fields that mean nothing here: {}", list_some(&other)))
            .remedy(
                "nothing to do: they are shown with the runs; track those that tell runners apart",
            );
        found.push(finding.note());
    }
}

fn check_accepted(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    let known = RegressionLookup {
        history: patient.history,
        series: patient.series,
        analyses: patient.analyses,
    };
    for entry in patient.accepted {
        let place =
            format!("accepted.yml: {} at {}", entry.series, text::short_commit(&entry.commit));
        if let Some(until) = entry.expires.filter(|until| *until <= patient.now) {
            found.push(
                DoctorFinding::new("expired", place)
                    .cause(format!("expired on {}", text::date(until)))
                    .remedy("fix the regression, renew the entry, or remove it"),
            );
        } else if let Some(cause) = unused_reason(&known, entry) {
            let remedy = "correct the entry (`benchpages accept` shows what matches), or remove it";
            found.push(DoctorFinding::new("unused", place).cause(cause).remedy(remedy));
        }
    }
}

/// Why an entry covers nothing.
fn unused_reason(known: &RegressionLookup<'_>, entry: &AcceptedEntry) -> Option<String> {
    let matching = known.series_matching(&entry.series);
    if matching.is_empty() {
        return Some("no series has such a name".to_owned());
    }
    let commit = match known.commit_named(&entry.commit) {
        Ok(Some(commit)) => commit,
        Ok(None) => return Some("no measured commit has this id".to_owned()),
        Err(ambiguous) => return Some(ambiguous.to_string()),
    };
    let regressions = known.regressions_at(&matching, commit);
    let Some(smallest) = regressions.last() else {
        return Some("nothing got worse at this commit in these series".to_owned());
    };
    (smallest.change.abs() > entry.max_change + 1e-9).then(|| {
        format!(
            "covers up to {}, but the change is {}",
            text::percent(entry.max_change),
            text::percent_change(smallest.change)
        )
    })
}

fn check_audit(patient: &DoctorInput<'_>, found: &mut Vec<DoctorFinding>) {
    if let Some(broken) = &patient.audit.broken {
        let place =
            SourceLocation { file: "audit.ndjson".to_owned(), line: broken.line, column: 1 };
        found.push(
            DoctorFinding::new("audit", place.to_string()).cause(broken.reason.clone()).remedy(
                "find in version control who changed the line, and restore the file from before",
            ),
        );
    }
}
