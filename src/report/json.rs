//! The outcome as JSON: the mapping from a check's outcome to the types of [`crate::report::wire`].
//!
//! Base units, sorted keys, no NaN.

use std::collections::BTreeMap;

use crate::report::decision::OverrideDecision;
use crate::report::escape::json::{JsonText, pretty};
use crate::report::finite;
use crate::report::first_runs::FirstRuns;
use crate::report::infrastructure::{InfrastructureAnomaly, LastingShift};
use crate::report::wire::{
    BackendView, BuiltFrom, CheckFile, FieldChangeView, FindingView, FirstRunsView,
    InfrastructureView, LastingShiftView, NotComparedView, OverrideView, ViolationView, Word,
};
use crate::report::wording::verdict_name;
use crate::report::{
    CheckOutcome, SeriesFinding, TargetViolation, UncomparedSeries, outcome_text, severity_name,
    target_view,
};
use detect::{PeerKind, Verdict};

/// The outcome, a line for each field, with a line end.
pub(crate) fn render(outcome: &CheckOutcome) -> JsonText {
    pretty(&check_file(outcome))
}

/// The outcome in the shape in which it leaves the program.
pub(crate) fn check_file(outcome: &CheckOutcome) -> CheckFile {
    let CheckOutcome { candidate, provenance, links, .. } = outcome;
    CheckFile {
        audit: outcome.audit.clone(),
        base: candidate.base.clone(),
        base_kind: word(if candidate.session.is_some() { "session" } else { "history" }),
        base_reason: candidate.base_reason.clone(),
        built_from: BuiltFrom {
            newest: provenance.newest.clone(),
            policy_sha: provenance.policy_sha.clone(),
            records: provenance.records,
            version: Word::Borrowed(env!("CARGO_PKG_VERSION")),
        },
        candidate: candidate.commit.clone(),
        candidate_runs: provenance.candidate_runs,
        code_url: links.code_url.clone(),
        compared: outcome.compared,
        counts: counts(outcome),
        exit: outcome.exit_code(),
        findings: outcome.findings.iter().map(|it| finding(outcome, it)).collect(),
        first_runs: outcome.first_runs.as_ref().map(first_runs),
        infrastructure: outcome.infrastructure.as_ref().map(infrastructure),
        lasting_shifts: outcome.lasting_shifts.iter().map(lasting_shift).collect(),
        next_step: outcome_text::next_step(outcome),
        not_compared: outcome.not_compared.iter().map(not_compared).collect(),
        notices: outcome.notices.clone(),
        override_view: outcome.override_decision.as_ref().map(override_view),
        policy_version: provenance.policy_version.clone(),
        pull: candidate.pull,
        regressions: outcome.open_regressions.clone(),
        runner: provenance.runner.clone(),
        schema: Word::Borrowed("schema/check.json"),
        site: links.base_url.clone(),
        suites: provenance.suites.clone(),
        target_counts: target_view::counts(&outcome.targets),
        targets: outcome.targets.clone(),
        targets_summary: target_view::overview(&outcome.targets).unwrap_or_default(),
        url: links.diff_path.as_deref().map(|path| links.url_of(path)),
        verdict: outcome.decision,
        violations: outcome.violations.iter().map(violation).collect(),
    }
}

fn word(text: &'static str) -> Word {
    Word::Borrowed(text)
}

/// How many series have each verdict.
fn counts(outcome: &CheckOutcome) -> BTreeMap<Word, usize> {
    let mut counts = BTreeMap::new();
    let findings = outcome.findings.iter().map(|it| it.verdict);
    let not_compared = outcome.not_compared.iter().map(|it| it.verdict);
    for verdict in findings.chain(not_compared) {
        *counts.entry(word(verdict_name(verdict))).or_default() += 1;
    }
    counts.insert(word(verdict_name(Verdict::Unchanged)), outcome.unchanged.len());
    counts
}

fn finding(outcome: &CheckOutcome, it: &SeriesFinding) -> FindingView {
    FindingView {
        after: it.levels.and_then(|levels| finite(levels.after)),
        backend: it.subject.backend.clone(),
        before: it.levels.and_then(|levels| finite(levels.before)),
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
        severity: it.severity.map(severity_name).map(word),
        spread_after: it.spread_after.and_then(finite),
        spread_before: it.spread_before.and_then(finite),
        test: it.subject.test.clone(),
        threshold: finite(it.threshold),
        title: it.subject.title.clone(),
        unit: it.unit.as_str().to_owned(),
        url: outcome.links.url_of(&it.path),
        verdict: word(verdict_name(it.verdict)),
    }
}

fn direction(worse: bool) -> Word {
    word(if worse { "worse" } else { "better" })
}

fn not_compared(it: &UncomparedSeries) -> NotComparedView {
    NotComparedView {
        blocks: it.blocks,
        failed: it.failed,
        name: it.subject.name.clone(),
        reason: it.reason.clone(),
        runner_after: it.runners.as_ref().map(|(_, after)| after.clone()),
        runner_before: it.runners.as_ref().map(|(before, _)| before.clone()),
        series: it.subject.stem.clone(),
        title: it.subject.title.clone(),
        verdict: word(verdict_name(it.verdict)),
    }
}

pub(crate) fn infrastructure(it: &InfrastructureAnomaly) -> InfrastructureView {
    let shifted = it.shifted_backends().iter().map(|shift| shift.backend.clone());
    let backends = it
        .backends
        .iter()
        .map(|shift| BackendView { backend: shift.backend.clone(), change: finite(shift.change) });
    let field_changes = it.field_changes.iter().map(|changed| FieldChangeView {
        after: changed.after.clone(),
        before: changed.before.clone(),
        field: changed.field.clone(),
        kind: word(changed.kind.as_str()),
        series: changed.series,
    });
    let (peers_active, peers_shifted) = (it.peers_active, it.peers_shifted);
    let is_by_tests = it.peers == PeerKind::Tests;
    let count = |backends: usize| u32::try_from(backends).unwrap_or(u32::MAX);
    let own = |peers: u32, backends: usize| if is_by_tests { count(backends) } else { peers };
    InfrastructureView {
        advice: it.advice.clone(),
        alert: it.alert,
        backends: backends.collect(),
        backends_active: own(peers_active, it.backends.len()),
        backends_shifted: own(peers_shifted, it.shifted_backends().len()),
        change: finite(it.change),
        day: model::text::iso_date(it.day),
        days: it.days,
        direction: direction(it.worse),
        field_changes: field_changes.collect(),
        series: it.series,
        shifted: shifted.collect(),
        tests_active: if is_by_tests { peers_active } else { 0 },
        tests_shifted: if is_by_tests { peers_shifted } else { 0 },
    }
}

fn lasting_shift(it: &LastingShift) -> LastingShiftView {
    LastingShiftView {
        change: finite(it.change),
        first_bad: it.first_commit.clone(),
        sentence: it.sentence(),
        series: it.series,
        since: model::text::iso_date(it.since),
        state: word("open"),
    }
}

fn first_runs(it: &FirstRuns) -> FirstRunsView {
    FirstRunsView {
        allowed: it.is_allowed,
        grace_until: it.grace_until.map(model::text::iso_date),
        missing: it.missing(),
        needed: it.needed,
        runs: it.runs,
    }
}

fn override_view(it: &OverrideDecision) -> OverrideView {
    OverrideView {
        actor: it.actor.clone(),
        decision: word(it.decision.as_str()),
        granted: it.granted,
        reason: it.reason.clone(),
        rejection: (!it.granted).then(|| it.rejection.clone()),
    }
}

fn violation(it: &TargetViolation) -> ViolationView {
    ViolationView {
        name: it.name.clone(),
        reason: it.message.clone(),
        rule: it.rule.clone(),
        series: it.subject.as_ref().map(|subject| subject.stem.clone()),
        title: it.subject.as_ref().map(|subject| subject.title.clone()),
    }
}
