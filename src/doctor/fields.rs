//! The fields of records: which of them identify a runner, and which are probably misspelled.
//!
//! Any name is allowed, and the readers of tools pass on what a tool names. So a name that is new
//! here is no fault. Only one that looks like a field with a meaning, and stands in its place, is.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::finding_kind::FindingKind;
use crate::doctor::{DoctorFinding, DoctorInput, list_some, runs_until_verdict};
use model::history::{Environment, History};
use model::record::fields::{ENVIRONMENT_FIELDS, LOOKALIKE_FIELDS, RecordField};
use model::text;

/// Finds out whether runners can be distinguished.
pub(super) fn check_runner_fields(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let tracked = &input.policy.runner_fingerprinting;
    let recorded = recorded_fields(input.history);
    let wanted = tracked.track_fields.iter().filter(|_| tracked.enabled);
    // Where none is recorded runners cannot be distinguished at all, which is an error; some
    // missing fields may be intended.
    let missing: Vec<String> =
        wanted.filter(|name| !recorded.contains(name.as_str())).cloned().collect();
    if missing.is_empty() || input.history.counts.records == 0 {
        return;
    }
    let all = missing.len() == tracked.track_fields.len();
    let others = match further_fields(input) {
        others if others.is_empty() => String::new(),
        others => format!(", such as {}", list_some(&others)),
    };
    let finding = DoctorFinding::new(
        FindingKind::Runner,
        "policy.yml: runner_fingerprinting.track_fields",
    )
    .cause(if all {
        "no record has any of the tracked fields: a change of the runner looks like a change \
             of the code"
            .to_owned()
    } else {
        format!("no record has {}", text::join_and(&missing))
    })
    .remedy(format!(
        "name them where the records are written (`benchpages ingest FILE --set {}=NAME`), or \
         track fields that are recorded{others}",
        missing[0]
    ));
    // In the first days nothing rests on them yet.
    let is_error = all && runs_until_verdict(input) == 0;
    findings.push(if is_error { finding } else { finding.note() });
}

/// The runner, provenance and further fields that records have.
fn recorded_fields(history: &History) -> BTreeSet<&str> {
    let all = history.environments.iter().flat_map(|environment| environment.fields.keys());
    all.map(String::as_str).collect()
}

/// Fields of the user's own that may identify a runner.
fn further_fields(input: &DoctorInput<'_>) -> Vec<String> {
    // A number counts something; it names no machine.
    let is_name = |value: &str| value.contains(|c: char| c.is_alphabetic());
    let all = input.history.environments.iter().flat_map(|environment| &environment.fields);
    let names = all.filter(|(_, value)| is_name(value)).map(|(name, _)| name.as_str());
    let misspelled = misspelled_fields(input);
    let once: BTreeSet<&str> = names
        .filter(|name| !ENVIRONMENT_FIELDS.contains(name) && !misspelled.contains_key(name))
        .collect();
    once.into_iter().map(str::to_owned).collect()
}

/// Finds fields that are probably misspelled.
pub(super) fn examine(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    findings.extend(misspelled_fields(input).into_iter().map(|(name, field)| {
        DoctorFinding::new(FindingKind::Field, format!("the field `{name}`"))
            .cause(format!("looks like a misspelling of `{field}`"))
            .remedy(format!("name it `{field}` where the records are written"))
    }));
}

/// Names that are probably misspelled, each with the field that is meant.
fn misspelled_fields<'a>(input: &DoctorInput<'a>) -> BTreeMap<&'a str, &'static str> {
    let tracked = &input.policy.runner_fingerprinting.track_fields;
    let meanings = RecordField::ALL.iter().map(|(name, _)| *name);
    let mut fields: Vec<&str> = meanings.chain(ENVIRONMENT_FIELDS).collect();
    fields.sort_unstable();
    let all = &input.history.environments;
    let mut misspelled = BTreeMap::new();
    for name in recorded_fields(input.history) {
        let is_meant = fields.binary_search(&name).is_ok()
            || LOOKALIKE_FIELDS.contains(&name)
            || tracked.iter().any(|field| field == name);
        let beside = |field: &str| all.iter().any(|it| has(it, name) && has(it, field));
        let mut near = fields.iter().filter(|field| is_near(name, field) && !beside(field));
        if let Some(field) = near.next().filter(|_| !is_meant) {
            misspelled.insert(name, *field);
        }
    }
    misspelled
}

fn has(environment: &Environment, name: &str) -> bool {
    environment.fields.contains_key(name)
}

/// Whether a name differs from that of a field as a typing error does.
fn is_near(name: &str, field: &str) -> bool {
    // Every record has these: no other name stands in their place.
    let is_required = ["commit", "timestamp", "test"].contains(&field);
    // One slip in four letters: shorter names are similar by chance. So are `gl_version` and
    // `os_version`, but hardly anybody mistypes the first letter.
    let is_similar = |slips: usize| slips * 4 <= field.len();
    let has_same_start = name.as_bytes().first() == field.as_bytes().first();
    // The lengths come first, because the distance takes the product of both.
    !is_required
        && field.len() > 3
        && has_same_start
        && is_similar(name.len().abs_diff(field.len()))
        && is_similar(strsim::damerau_levenshtein(name, field))
}
