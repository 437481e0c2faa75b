//! The lines that a check, an accepted change and a rotation leave in the audit log.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::report::decision::{Decision, OverrideDecision};
use crate::report::{AcceptedBy, CheckOutcome, SeriesFinding};
use crate::store;
use crate::store::erase::ErasureResult;
use crate::store::rotate::{RotationPlan, RotationResult};
use model::audit::AuditEntry;
use model::policy::accepted::AcceptedEntry;
use model::record::time::Timestamp;
use model::text;

/// Findings that a line of the log names: a line may not grow with the history.
const MAX_FINDINGS: usize = 20;

/// Logs an override, and the accepted changes that the main line rests on.
///
/// # Errors
/// The log cannot be written. Then an override is not granted, and nothing passes on an accepted
/// change: without a trace nobody could ask later who let it in.
pub(super) fn log_check(data: &Path, outcome: &CheckOutcome, now: Timestamp) -> anyhow::Result<()> {
    // A rejected request leaves no line: it changed nothing.
    let granted = match outcome.decision {
        Decision::Overridden => outcome.override_decision.as_ref(),
        _ => None,
    };
    // The job of a pull request keeps no log: what it writes is thrown away with its checkout.
    let accepted = match outcome.candidate.pull {
        None => acceptance_entries(outcome, now),
        Some(_) => Vec::new(),
    };
    if granted.is_none() && accepted.is_empty() {
        return Ok(());
    }
    let directory = Directory::new(data, Links::Reject);
    let lock = HistoryLock::acquire(data, "check")
        .context("the history cannot be locked, so nothing is logged or granted")?;
    if let Some(granted) = granted {
        store::audit::append(&directory, &lock, &override_entry(outcome, granted, now))
            .context("the override cannot be logged, so it is not granted")?;
    }
    for entry in accepted {
        // Each once for a commit, however often the main line is checked.
        store::audit::append_once(&directory, &lock, &entry)
            .context("the use of an accepted change cannot be logged")?;
    }
    Ok(())
}

fn override_entry(
    outcome: &CheckOutcome,
    granted: &OverrideDecision,
    time: Timestamp,
) -> AuditEntry {
    let blocking = outcome.findings.iter().filter(|finding| finding.block.is_some());
    let details = json!({
        "of": granted.decision.as_str(),
        "base": outcome.candidate.base,
        "pull": outcome.candidate.pull,
        "findings": summaries(blocking),
        "policy_sha": outcome.provenance.policy_sha,
    });
    AuditEntry {
        time,
        kind: "override".to_owned(),
        actor: granted.actor.clone(),
        reason: granted.reason.clone(),
        commit: outcome.candidate.commit.clone(),
        details: details.as_object().cloned().unwrap_or_default(),
    }
}

/// An entry for each accepted change without which the check would not have passed.
fn acceptance_entries(outcome: &CheckOutcome, time: Timestamp) -> Vec<AuditEntry> {
    // One line per entry and commit, with its series: forty series that one entry covers are one
    // decision. Sorted, so that the same check logs the same lines.
    let mut used: BTreeMap<(&AcceptedBy, &str), Vec<&SeriesFinding>> = BTreeMap::new();
    for finding in &outcome.findings {
        if let Some(accepted) = finding.effective_acceptance() {
            used.entry((accepted, &finding.commit)).or_default().push(finding);
        }
    }
    let entries = used.into_iter().map(|((accepted, commit), findings)| {
        let details = json!({
            "base": outcome.candidate.base,
            "candidate": outcome.candidate.commit,
            "findings": summaries(findings.into_iter()),
            "policy_sha": outcome.provenance.policy_sha,
        });
        AuditEntry {
            time,
            kind: "acceptance_used".to_owned(),
            actor: accepted.by.clone(),
            reason: accepted.reason.clone(),
            commit: Some(commit.to_owned()),
            details: details.as_object().cloned().unwrap_or_default(),
        }
    });
    entries.collect()
}

fn summaries<'a>(findings: impl Iterator<Item = &'a SeriesFinding>) -> Vec<Value> {
    let summary =
        |finding: &SeriesFinding| json!({"series": finding.subject.stem, "change": finding.change});
    findings.take(MAX_FINDINGS).map(summary).collect()
}

/// The line for an entry of `accepted.yml` that `accept` writes.
pub(super) fn accepted_entry(
    entry: &AcceptedEntry,
    regressions: usize,
    time: Timestamp,
) -> AuditEntry {
    let mut details = json!({
        "series": entry.series,
        "max_change": entry.max_change,
        "regressions": regressions,
    });
    if let Some(expires) = entry.expires {
        details["expires"] = Value::from(text::iso_date(expires));
    }
    AuditEntry {
        time,
        kind: "acceptance".to_owned(),
        actor: entry.by.clone(),
        reason: entry.reason.clone(),
        commit: Some(entry.commit.clone()),
        details: details.as_object().cloned().unwrap_or_default(),
    }
}

/// How long the policy keeps records, and who moves older ones.
pub(super) struct Retention {
    pub(super) days: u32,
    pub(super) now: Timestamp,
    pub(super) actor: String,
}

/// The line for months that `rotate` moved to the archive.
pub(super) fn rotation_entry(
    plan: &RotationPlan,
    moved: &RotationResult,
    retention: &Retention,
) -> AuditEntry {
    let details = json!({
        "months": plan.months.keys().collect::<Vec<_>>(),
        "pulls": plan.pulls.keys().collect::<Vec<_>>(),
        "records": moved.records,
        "bytes_before": moved.bytes,
        "bytes_after": moved.packed_bytes + moved.summary_bytes,
    });
    AuditEntry {
        time: retention.now,
        kind: "rotation".to_owned(),
        actor: retention.actor.clone(),
        reason: format!("older than governance.data_retention_days ({})", retention.days),
        commit: None,
        details: details.as_object().cloned().unwrap_or_default(),
    }
}

/// The line for an erasure; `actor` and `reason` are without what was erased, and names of files
/// stay out, because they may hold it.
pub(super) fn erasure_entry(
    result: &ErasureResult,
    actor: String,
    reason: String,
    time: Timestamp,
) -> AuditEntry {
    let details = json!({
        "files": result.files.len(),
        "lines": result.files.iter().map(|file| file.lines).sum::<usize>(),
    });
    AuditEntry {
        time,
        kind: "erasure".to_owned(),
        actor,
        reason,
        commit: None,
        details: details.as_object().cloned().unwrap_or_default(),
    }
}
