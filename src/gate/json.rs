//! The outcome as JSON: fields are only ever added; base units, sorted keys, no NaN. A `#` before a
//! `[` is escaped, since runners of GitHub obey `##[…]` anywhere in a log.

use serde_json::{Map, Value, json};

use crate::gate::infrastructure::Infrastructure;
use crate::gate::{Finding, NotCompared, Outcome, Subject, severity_name};
use crate::site::words::verdict_name;

/// The outcome, a line for each field, with a line end.
pub(crate) fn render(outcome: &Outcome) -> String {
    let mut text = serde_json::to_string_pretty(&value(outcome)).unwrap_or_default();
    text.push('\n');
    text.replace("#[", "\\u0023[")
}

/// The outcome as a JSON value.
pub(crate) fn value(outcome: &Outcome) -> Value {
    let scene = &outcome.scene;
    let facts = &outcome.facts;
    let links = &outcome.links;
    json!({
        "schema": "schema/check.json",
        "built_from": {
            "newest": facts.newest,
            "policy_sha": facts.policy_sha,
            "records": facts.records,
            "version": env!("CARGO_PKG_VERSION"),
        },
        "verdict": outcome.decision.as_str(),
        "exit": outcome.decision.exit(),
        "base": scene.base,
        "base_reason": scene.why,
        "candidate": scene.candidate,
        "candidate_runs": facts.candidate_runs,
        "pull": scene.pull,
        "url": links.diff.as_deref().map(|path| links.to(path)),
        "compared": outcome.compared,
        "counts": counts(outcome),
        "findings": outcome.findings.iter().map(|it| finding(outcome, it)).collect::<Vec<_>>(),
        "not_compared": outcome.not_compared.iter().map(not_compared).collect::<Vec<_>>(),
        "infrastructure": outcome.infrastructure.as_ref().map(infrastructure),
        "violations": outcome.violations.iter().map(|it| json!({
            "rule": it.rule,
            "series": it.subject.as_ref().map(|subject| &subject.stem),
            "reason": it.message,
        })).collect::<Vec<_>>(),
        "override": outcome.overriding.as_ref().map(|it| json!({
            "granted": it.granted,
            "actor": it.actor,
            "reason": it.reason,
            "of": it.of.as_str(),
            "refused": (!it.granted).then_some(&it.refused),
        })),
        "notices": outcome.notices,
    })
}

/// How many series have each verdict.
fn counts(outcome: &Outcome) -> Value {
    let mut counts: Map<String, Value> = Map::new();
    let found = outcome.findings.iter().map(|it| it.verdict);
    let not = outcome.not_compared.iter().map(|it| it.verdict);
    for verdict in found.chain(not) {
        let count = counts.entry(verdict_name(verdict)).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    counts.insert("steady".to_owned(), json!(outcome.unchanged.len()));
    Value::Object(counts)
}

fn finding(outcome: &Outcome, it: &Finding) -> Value {
    let finite = |value: f64| value.is_finite().then_some(value);
    json!({
        "series": it.subject.stem,
        "name": it.subject.name,
        "verdict": verdict_name(it.verdict),
        "before": it.levels.and_then(|levels| finite(levels.0)),
        "after": it.levels.and_then(|levels| finite(levels.1)),
        "change": it.change,
        "direction": if it.worse { "worse" } else { "better" },
        "threshold": finite(it.threshold),
        "confidence": it.confidence.and_then(finite),
        "severity": it.severity.map(severity_name),
        "confirmed": it.confirmed,
        "blocks": it.block.is_some(),
        "report_only": it.report_only,
        "commit": it.commit,
        "url": outcome.links.to(&it.path),
        "reason": it.reason,
        "hints": it.hints,
    })
}

fn not_compared(it: &NotCompared) -> Value {
    let Subject { name, stem, .. } = &it.subject;
    json!({
        "series": stem,
        "name": name,
        "verdict": verdict_name(it.verdict),
        "reason": it.reason,
        "failed": it.failed,
        "runner_before": it.runners.as_ref().map(|(before, _)| before),
        "runner_after": it.runners.as_ref().map(|(_, after)| after),
    })
}

fn infrastructure(it: &Infrastructure) -> Value {
    let finite = |value: f64| value.is_finite().then_some(value);
    let backend = |it: &(String, f64)| json!({"backend": it.0, "change": finite(it.1)});
    json!({
        "day": crate::text::iso_date(it.day),
        "days": it.days,
        "alert": it.alert,
        "backends_active": it.backends_active,
        "backends_moved": it.backends_moved,
        "backends": it.backends.iter().map(backend).collect::<Vec<_>>(),
        "moved": it.moved().iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "change": finite(it.change),
        "direction": if it.worse { "worse" } else { "better" },
        "series": it.series,
        "changed": it.changed.iter().map(|changed| json!({
            "kind": changed.kind.as_str(),
            "field": changed.field,
            "before": changed.before,
            "after": changed.after,
            "series": changed.series,
        })).collect::<Vec<_>>(),
        "look_at": it.look_at,
    })
}
