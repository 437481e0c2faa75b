//! The outcome as JSON: fields are only ever added; base units, sorted keys, no NaN. A `#` before a
//! `[` is escaped, since runners of GitHub obey `##[…]` anywhere in a log.

use std::collections::BTreeMap;

use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::wire::{
    BackendView, BuiltFrom, ChangedView, CheckFile, FindingView, InfrastructureView,
    NotComparedView, OverrideView, ViolationView, finite,
};
use crate::report::wording::verdict_name;
use crate::report::{CheckOutcome, SeriesFinding, UncomparedSeries, severity_name};

/// The outcome, a line for each field, with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> String {
    let mut text = serde_json::to_string_pretty(&file(outcome)).unwrap_or_default();
    text.push('\n');
    text.replace("#[", "\\u0023[")
}

fn file(outcome: &CheckOutcome) -> CheckFile {
    let CheckOutcome { candidate: scene, provenance: facts, links, .. } = outcome;
    CheckFile {
        base: scene.base.clone(),
        base_reason: scene.base_reason.clone(),
        built_from: BuiltFrom {
            newest: facts.newest.clone(),
            policy_sha: facts.policy_sha.clone(),
            records: facts.records,
            version: env!("CARGO_PKG_VERSION"),
        },
        candidate: scene.commit.clone(),
        candidate_runs: facts.candidate_runs,
        compared: outcome.compared,
        counts: counts(outcome),
        exit: outcome.decision.exit_code(),
        findings: outcome.findings.iter().map(|it| finding(outcome, it)).collect(),
        infrastructure: outcome.infrastructure.as_ref().map(infrastructure),
        not_compared: outcome.not_compared.iter().map(not_compared).collect(),
        notices: outcome.notices.clone(),
        override_view: outcome.override_decision.as_ref().map(|it| OverrideView {
            actor: it.actor.clone(),
            granted: it.granted,
            of: it.decision.as_str(),
            reason: it.reason.clone(),
            refused: (!it.granted).then(|| it.rejection.clone()),
        }),
        pull: scene.pull,
        schema: "schema/check.json",
        url: links.diff_path.as_deref().map(|path| links.url_of(path)),
        verdict: outcome.decision.as_str(),
        violations: outcome
            .violations
            .iter()
            .map(|it| ViolationView {
                reason: it.message.clone(),
                rule: it.rule.clone(),
                series: it.subject.as_ref().map(|subject| subject.stem.clone()),
            })
            .collect(),
    }
}

/// How many series have each verdict.
fn counts(outcome: &CheckOutcome) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let found = outcome.findings.iter().map(|it| it.verdict);
    let not = outcome.not_compared.iter().map(|it| it.verdict);
    for verdict in found.chain(not) {
        *counts.entry(verdict_name(verdict)).or_default() += 1;
    }
    counts.insert("steady", outcome.unchanged.len());
    counts
}

fn finding(outcome: &CheckOutcome, it: &SeriesFinding) -> FindingView {
    FindingView {
        after: it.levels.and_then(|levels| finite(levels.1)),
        before: it.levels.and_then(|levels| finite(levels.0)),
        blocks: it.block.is_some(),
        change: it.change,
        commit: it.commit.clone(),
        confidence: it.confidence.and_then(finite),
        confirmed: it.confirmed,
        direction: direction(it.worse),
        hints: it.hints.clone(),
        name: it.subject.name.clone(),
        reason: it.reason.clone(),
        report_only: it.report_only,
        series: it.subject.stem.clone(),
        severity: it.severity.map(severity_name),
        threshold: finite(it.threshold),
        unit: it.unit.as_str().to_owned(),
        url: outcome.links.url_of(&it.path),
        verdict: verdict_name(it.verdict),
    }
}

fn direction(worse: bool) -> &'static str {
    if worse { "worse" } else { "better" }
}

fn not_compared(it: &UncomparedSeries) -> NotComparedView {
    NotComparedView {
        failed: it.failed,
        name: it.subject.name.clone(),
        reason: it.reason.clone(),
        runner_after: it.runners.as_ref().map(|(_, after)| after.clone()),
        runner_before: it.runners.as_ref().map(|(before, _)| before.clone()),
        series: it.subject.stem.clone(),
        verdict: verdict_name(it.verdict),
    }
}

fn infrastructure(it: &InfrastructureAnomaly) -> InfrastructureView {
    let backend = |(name, change): &(String, f64)| BackendView {
        backend: name.clone(),
        change: finite(*change),
    };
    InfrastructureView {
        alert: it.alert,
        backends: it.backends.iter().map(backend).collect(),
        backends_active: it.backends_active,
        backends_moved: it.backends_moved,
        change: finite(it.change),
        changed: it
            .field_changes
            .iter()
            .map(|changed| ChangedView {
                after: changed.after.clone(),
                before: changed.before.clone(),
                field: changed.field.clone(),
                kind: changed.kind.as_str(),
                series: changed.series,
            })
            .collect(),
        day: model::text::iso_date(it.day),
        days: it.days,
        direction: direction(it.worse),
        look_at: it.advice.clone(),
        moved: it.shifted_backends().iter().map(|(name, _)| name.clone()).collect(),
        series: it.series,
    }
}
