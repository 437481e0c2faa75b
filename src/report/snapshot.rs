//! A snapshot of a check: what is needed to see later why it gave this verdict.
//!
//! It is a history directory of its own (`policy.yml`, `results/`, `pulls/`) with the verdicts
//! beside it, so that `benchpages check --data` on it says the same again. Values are in base
//! units; samples and remarks of records are left out, since no verdict looks at them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::report::urls::commit_slug;
use crate::report::{CheckOutcome, json as report};
use model::history::{BranchId, History, MeasurementRow, SeriesColumn};
use model::policy::Policy;
use model::policy::accepted::AcceptedEntry;
use model::policy::show::to_yaml;
use model::record::time::Timestamp;
use model::text;
use model::text::emails::without_emails;

/// The files of the snapshot: path and text. `history` is as it was read, before the stage was set.
pub(crate) fn files(
    outcome: &CheckOutcome,
    history: &History,
    policy: &Policy,
    accepted: &[AcceptedEntry],
) -> Vec<(String, String)> {
    let candidate = &outcome.candidate;
    let at = |id: &Option<String>| {
        let id = id.as_deref()?;
        history.commits.iter().position(|commit| commit.id == id)
    };
    // Up to the base, as the check saw it: what was measured later had no part in the verdict.
    let main = if candidate.pull.is_some() { at(&candidate.base) } else { at(&candidate.commit) };
    let pull = candidate.pull.and_then(|pull| u32::try_from(pull).ok());
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for column in &history.columns {
        for row in &column.rows {
            let on_main = || main.is_some_and(|main| row.commit as usize <= main);
            let name = match row.branch.pull() {
                None if row.branch == BranchId::MAIN && on_main() => {
                    "results/main.ndjson".to_owned()
                }
                Some(number) if Some(number) == pull => format!("pulls/{number}.ndjson"),
                _ => continue,
            };
            let lines = files.entry(name).or_default();
            lines.push_str(&format!("{}\n", record(history, column, row)));
        }
    }
    // With every default written out, so that a later version with other defaults judges alike.
    // Approvers may be written as `Name <mail>`; a snapshot becomes an artifact of CI.
    files.insert("policy.yml".to_owned(), without_emails(&to_yaml(policy)).into_owned());
    files.insert("check.json".to_owned(), report::render(outcome).into_string());
    if !accepted.is_empty() {
        let entries: Vec<Value> = accepted.iter().map(entry).collect();
        files.insert("accepted.yml".to_owned(), format!("{}\n", json!(entries)));
    }
    files.into_iter().collect()
}

/// `<commit>-<time>`: safe as the name of a folder.
pub(crate) fn folder_name(outcome: &CheckOutcome, now: Timestamp) -> String {
    let head = outcome.candidate.commit.as_deref().map_or_else(|| "none".to_owned(), commit_slug);
    let time: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{head}-{time}")
}

/// An accepted change; JSON is YAML too.
fn entry(it: &AcceptedEntry) -> Value {
    json!({
        "series": it.series,
        "commit": it.commit,
        "max_change": it.max_change,
        "reason": it.reason,
        "by": it.by,
        "expires": it.expires.map(text::iso_date),
    })
}

/// A row as a line of a history.
fn record(history: &History, column: &SeriesColumn, row: &MeasurementRow) -> Value {
    let environment = &history.environments[row.environment as usize];
    let commit = &history.commits[row.commit as usize];
    let key = &column.key;
    let mut record = Map::new();
    for (name, value) in &environment.fields {
        record.insert(name.clone(), json!(value));
    }
    for (name, value) in [("suite", &key.suite), ("mode", &key.mode), ("params", &key.params)] {
        if !value.is_empty() {
            record.insert(name.to_owned(), json!(value));
        }
    }
    let fields = [
        ("commit", json!(commit.id)),
        ("timestamp", json!(row.time.to_string())),
        ("test", json!(key.test)),
        ("backend", json!(key.backend)),
        ("parallel", json!(key.parallel)),
        ("metric", json!(key.metric)),
    ];
    record.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let optional = [
        ("n", key.n.map(|n| json!(n))),
        ("version", environment.version.as_ref().map(|it| json!(it))),
        ("branch", environment.branch.as_ref().map(|it| json!(it))),
        ("better", column.direction.map(|it| json!(it.as_str()))),
        ("unit", Some(column.unit.as_str()).filter(|it| !it.is_empty()).map(|it| json!(it))),
        ("tags", (!column.tags.is_empty()).then(|| json!(column.tags))),
        ("std", row.std.get().map(|std| json!(std))),
        ("value", row.value.get().map(|value| json!(value))),
    ];
    for (name, value) in optional {
        record.extend(value.map(|value| (name.to_owned(), value)));
    }
    if let Some(time) = commit.author_time {
        record.insert("commit_time".to_owned(), json!(time.to_string()));
    }
    if row.value.is_none() {
        let error = history.detail(row).and_then(|detail| detail.error());
        record.insert("error".to_owned(), json!(error.unwrap_or("failed")));
    }
    Value::Object(record)
}
