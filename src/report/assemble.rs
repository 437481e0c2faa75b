//! From analyses to the [`CheckOutcome`]: every series judged, sorted, counted, decided.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::report::candidate::Candidate;
use crate::report::decision::{self, OverrideRequest, OverrideRight};
use crate::report::first_runs::{self, FirstRunsInput};
use crate::report::infrastructure::LastingShift;
use crate::report::inseparable;
use crate::report::judge::{SeriesJudge, SeriesOutcome, SessionVerdict};
use crate::report::links::ReportLinks;
use crate::report::page_detail::ResolvedDetail;
use crate::report::recheck::{AnalyzeFn, RecheckInput, TestFn};
use crate::report::regression_groups::{GroupInput, RegressionGroup};
use crate::report::regression_view::{RegressionGroupView, group_views};
use crate::report::session::CandidateSession;
use crate::report::target_view::TargetView;
use crate::report::unknown_runner::UnknownRunner;
use crate::report::urls;
use crate::report::{
    BlockReason, CheckOutcome, Provenance, SeriesFinding, SeriesRef, TargetViolation,
    UncomparedSeries, infrastructure, locate, reason, recheck,
};
use detect::paired::{PairedResult, PairedVerdict};
use detect::targets::TargetResult;
use detect::{Analyses, Analysis, Change, Verdict};
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::series::Series;
use model::text;

/// Open regressions of the main line that the check of a pull request mentions one by one.
const MAX_OPEN_NOTICES: usize = 3;

/// The change that a session shows of a series, with what people wrote about it; the number is the
/// index of the candidate's first run.
pub(crate) type SessionChangeFn<'a> = dyn Fn(&PairedResult, &Series, usize) -> Change + 'a;

/// Everything that a check needs.
pub(crate) struct CheckInput<'a> {
    pub(crate) candidate: Candidate,
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    pub(crate) analyses: &'a Analyses,
    /// Analyses other series as those were.
    pub(crate) analyze: &'a AnalyzeFn<'a>,
    pub(crate) test: &'a TestFn<'a>,
    pub(crate) session_change: &'a SessionChangeFn<'a>,
    pub(crate) targets: &'a [TargetResult],
    pub(crate) notes: &'a [Note],
    pub(crate) policy: &'a Policy,
    pub(crate) policy_sha: String,
    /// With a trailing slash.
    pub(crate) base_url: Option<String>,
    pub(crate) override_request: Option<OverrideRequest>,
    /// The policy's approvers may override: it is the one that reviewers let in.
    pub(crate) may_override: bool,
    /// The series whose candidate ran on a runner that the main line does not know.
    pub(crate) unknown_runners: &'a BTreeMap<usize, UnknownRunner>,
    /// Pull requests may pass while the main line has too few runs for any verdict.
    pub(crate) allow_first_runs: bool,
    /// Whether an accepted entry says that the candidate may have no result of a series.
    pub(crate) is_absence_accepted: &'a dyn Fn(&Series) -> bool,
    /// Notices from before the check, in sentences.
    pub(crate) notices: Vec<String>,
}

/// Judges the candidate.
pub(crate) fn outcome(input: CheckInput<'_>) -> CheckOutcome {
    let links = ReportLinks {
        detail: ResolvedDetail::of(input.policy, input.series).detail,
        ..links(&input.candidate, input.policy, input.base_url.clone())
    };
    let mut outcome = CheckOutcome {
        decision: decision::Decision::NothingCompared,
        compared: 0,
        findings: Vec::new(),
        unchanged: Vec::new(),
        not_compared: Vec::new(),
        open_regressions: open_regressions(&input),
        infrastructure: None,
        lasting_shifts: Vec::new(),
        violations: Vec::new(),
        targets: Vec::new(),
        override_decision: None,
        first_runs: None,
        audit: None,
        notices: input.notices.clone(),
        links,
        provenance: provenance(&input),
        candidate: input.candidate.clone(),
    };
    match &input.candidate.nothing_compared {
        Some(why) => outcome.notices.insert(0, format!("Nothing was compared: {why}.")),
        None => judge_all(&input, &mut outcome),
    }
    // The override comes after the decision and never changes the findings: the report of an
    // overridden check says the same as that of the failing one.
    let (findings, violations) = (&outcome.findings, &outcome.violations);
    let infrastructure = outcome.infrastructure.as_ref();
    let is_uncompared_failing = outcome.not_compared.iter().any(|it| it.blocks);
    // Exit status 3 is for jobs that measured nothing, not for machines that are noisy.
    // A noisy series is no reason to call the whole check blind while it shows what is critical.
    let partly = outcome.not_compared.iter().filter(|it| it.shows_critical).count();
    let compared = outcome.compared + partly;
    let decision =
        decision::decide(findings, violations, is_uncompared_failing, compared, infrastructure);
    outcome.decision = decision;
    if decision == decision::Decision::NothingCompared {
        outcome.first_runs = first_runs::find(&input.first_runs_input());
    }
    let min_reason_length = input.policy.governance.min_reason_length;
    // In the first days there is nothing to override either.
    let request = input.override_request.as_ref().filter(|_| outcome.first_runs.is_none());
    outcome.override_decision = request.and_then(|request| {
        decision::decide_override(decision, request, override_right(&input), min_reason_length)
    });
    if outcome.override_decision.as_ref().is_some_and(|it| it.granted) {
        outcome.decision = decision::Decision::Overridden;
    }
    outcome
}

/// The groups of regressions that are open on the main line.
fn open_regressions(input: &CheckInput<'_>) -> Vec<RegressionGroupView> {
    let groups = GroupInput {
        history: input.history,
        series: input.series,
        analyses: &input.analyses.by_series,
        notes: input.notes,
    };
    let is_before = |it: &RegressionGroup| match input.candidate.first_commit {
        Some(first) => it.first_bad < first,
        None => true,
    };
    // On a pull request the newest regressions may be its own: those are findings.
    let open: Vec<RegressionGroup> = groups.open_groups().into_iter().filter(is_before).collect();
    group_views(groups, &open)
}

fn override_right<'a>(input: &'a CheckInput<'_>) -> OverrideRight<'a> {
    if !input.may_override {
        return OverrideRight::Unverified;
    }
    OverrideRight::Named(&input.policy.governance.emergency_override_approvers)
}

impl CheckInput<'_> {
    fn recheck_input(&self) -> RecheckInput<'_> {
        let &Self { series, policy, analyze, test, .. } = self;
        RecheckInput { series, candidate: &self.candidate, policy, analyze, test }
    }

    fn first_runs_input(&self) -> FirstRunsInput<'_> {
        FirstRunsInput {
            history: self.history,
            series: self.series,
            candidate: &self.candidate,
            policy: self.policy,
            unknown_runners: self.unknown_runners,
            is_allowed: self.allow_first_runs,
        }
    }
}

fn judge_all(input: &CheckInput<'_>, outcome: &mut CheckOutcome) {
    let days = &input.analyses.infrastructure_days;
    // What was open before a candidate is not its concern.
    let is_main = input.candidate.first_commit.is_none();
    let analyses: Cow<'_, [Analysis]> = match is_main {
        true => Cow::Borrowed(&input.analyses.by_series),
        false => Cow::Owned(input.analyses.by_series.iter().map(Analysis::of_candidate).collect()),
    };
    let each: &[Analysis] = &analyses;
    let rechecks = recheck::recheck(input.recheck_input(), each);
    for (at, (series, analysis)) in input.series.iter().zip(each).enumerate() {
        let case = SeriesJudge {
            series,
            analysis,
            candidate: &input.candidate,
            policy: input.policy,
            history: input.history,
            links: &outcome.links,
            recheck: rechecks.get(&at),
            session: session_verdict(input, series),
            unknown_runner: input.unknown_runners.get(&at),
            is_absence_accepted: (input.is_absence_accepted)(series),
        };
        for judged in case.judge() {
            match judged {
                SeriesOutcome::Finding(finding) => outcome.findings.push(*finding),
                SeriesOutcome::Unchanged => {
                    outcome.unchanged.push(SeriesRef::of(&series.key));
                }
                SeriesOutcome::NotCompared(series) => outcome.not_compared.push(*series),
            }
        }
    }
    if is_main {
        outcome.notices.extend(retired_notice(each, input.policy));
        outcome.notices.extend(inseparable::notices(input.history, input.series, each));
    }
    outcome.not_compared.extend(missing_in_session(input, outcome));
    outcome.notices.extend(input.candidate.session.as_ref().map(CandidateSession::notice));
    sort_findings(&mut outcome.findings);
    outcome.compared = outcome.findings.len() + outcome.unchanged.len();
    // What the machine did in a session, it did to both sides.
    if input.candidate.session.is_none() {
        let (history, series) = (input.history, input.series);
        outcome.infrastructure = infrastructure::find_anomaly(history, series, each, days);
    }
    if let (Some(anomaly), Some(measured)) =
        (&mut outcome.infrastructure, input.candidate.measured_at)
    {
        anomaly.day = measured;
    }
    // A lasting shift is the main line's to explain, never a pull request's.
    if is_main {
        outcome.lasting_shifts = infrastructure::lasting_shifts(input.history, input.series, each);
        outcome.notices.extend(outcome.lasting_shifts.iter().map(LastingShift::notice));
    }
    outcome.violations = violations(input, &outcome.findings);
    outcome.targets = target_views(input, &outcome.violations);
    let (findings, violations) = (&mut outcome.findings, &mut outcome.violations);
    locate::set_places(input.history, input.policy, findings, violations);
    if !is_main {
        let open = open_notices(outcome);
        outcome.notices.extend(open);
    }
}

/// What a pull request's check says of the regressions that are open on the main line.
fn open_notices(outcome: &CheckOutcome) -> Vec<String> {
    let open = &outcome.open_regressions;
    let sentence = |group: &RegressionGroupView| {
        format!("Open on the main line, not counted here: {}.", group.sentence)
    };
    let mut notices: Vec<String> = open.iter().take(MAX_OPEN_NOTICES).map(sentence).collect();
    let hidden = open.len().saturating_sub(MAX_OPEN_NOTICES) as u64;
    if hidden > 0 {
        let more = text::count_noun(hidden, "more open regression");
        notices.push(format!("{more} on the main line, not counted here."));
    }
    notices
}

/// What the candidate's session says of a series, and the change that it shows.
fn session_verdict(input: &CheckInput<'_>, series: &Series) -> Option<SessionVerdict> {
    let candidate = &input.candidate;
    let first = candidate.first_commit?;
    let result = *candidate.session.as_ref()?.result(&series.key)?;
    let start = series.runs.iter().position(|run| run.commit >= first)?;
    let is_change = matches!(result.verdict, PairedVerdict::Regressed | PairedVerdict::Improved);
    let change = is_change.then(|| (input.session_change)(&result, series, start));
    Some(SessionVerdict { result, start, change })
}

/// The series that only the base has in the session, and of which nothing else was said.
fn missing_in_session(input: &CheckInput<'_>, outcome: &CheckOutcome) -> Vec<UncomparedSeries> {
    let Some(session) = &input.candidate.session else { return Vec::new() };
    let refs = session.only_base.iter().map(SeriesRef::of);
    let is_said = |subject: &SeriesRef| {
        let not_compared = outcome.not_compared.iter().map(|it| &it.subject);
        let findings = outcome.findings.iter().map(|it| &it.subject);
        not_compared.chain(findings).any(|it| it.stem == subject.stem)
    };
    refs.filter(|subject| !is_said(subject)).map(reason::removed).collect()
}

/// How many series have had no run for as long as the policy allows.
fn retired_notice(analyses: &[Analysis], policy: &Policy) -> Option<String> {
    let retired = analyses.iter().filter(|analysis| analysis.is_retired).count() as u64;
    let max_age = u64::from(policy.data_quality.max_age_days);
    (retired > 0).then(|| {
        format!(
            "{} retired: no run for {}.",
            text::count_noun(retired, "series"),
            text::count_noun(max_age, "day")
        )
    })
}

/// What blocks first, then what is worse, each by severity: change over limit.
fn sort_findings(findings: &mut [SeriesFinding]) {
    // Relative to the threshold, not by percent: 5 % over a threshold of 2 % is worse news than
    // 12 % over one of 10 %. The name decides last, so that equal inputs give equal reports.
    let rank = |finding: &SeriesFinding| match (finding.block, finding.verdict) {
        (Some(BlockReason::Critical), _) => 0,
        (Some(_), _) => 1,
        (None, Verdict::Regressed) => 2,
        (None, Verdict::Suspected { .. }) => 3,
        (None, Verdict::Accepted) => 4,
        (None, Verdict::Improved) => 5,
        _ => 6,
    };
    findings.sort_by(|a, b| {
        let by_weight = b.relative_size().total_cmp(&a.relative_size());
        rank(a).cmp(&rank(b)).then(by_weight).then_with(|| a.subject.stem.cmp(&b.subject.stem))
    });
}

/// Missed budgets and service levels: on the main line all of them, of a pull request only those of
/// a series that it made worse (the others were missed before it came).
fn violations(input: &CheckInput<'_>, findings: &[SeriesFinding]) -> Vec<TargetViolation> {
    let worse = |subject: &SeriesRef| {
        findings.iter().any(|it| it.subject.stem == subject.stem && it.block.is_some())
    };
    let missed = input.targets.iter().filter(|target| {
        // Alerts call people; they never fail a build.
        target.is_missed() && target.can_block()
    });
    missed
        .map(|target| TargetViolation {
            rule: target.key.clone(),
            name: target.name.clone(),
            subject: target.series.map(|at| SeriesRef::of(&input.series[at].key)),
            message: target.message.clone(),
            place: None,
        })
        .filter(|it| {
            input.candidate.first_commit.is_none() || it.subject.as_ref().is_some_and(worse)
        })
        .collect()
}

/// Every target, and whether it makes the check fail.
fn target_views(input: &CheckInput<'_>, violations: &[TargetViolation]) -> Vec<TargetView> {
    let view = |target: &TargetResult| {
        let subject = target.series.map(|at| SeriesRef::of(&input.series[at].key));
        let stem = |it: &Option<SeriesRef>| it.as_ref().map(|subject| subject.stem.clone());
        let is_same =
            |it: &TargetViolation| it.rule == target.key && stem(&it.subject) == stem(&subject);
        let blocks = violations.iter().any(is_same);
        TargetView { blocks, ..TargetView::of(target, subject.as_ref()) }
    };
    input.targets.iter().map(view).collect()
}

fn links(candidate: &Candidate, policy: &Policy, base_url: Option<String>) -> ReportLinks {
    let (Some(base), Some(head)) = (&candidate.base, &candidate.commit) else {
        return ReportLinks { base_url, ..ReportLinks::default() };
    };
    // Hosts compare commits by sha only; an id such as a build number would make a dead link.
    let shas = text::is_sha(base) && text::is_sha(head);
    let repository = policy.site.repo_url.as_deref().filter(|_| shas);
    let pair = |main_base: &String| urls::diff(&urls::pair(main_base, head));
    ReportLinks {
        base_url,
        diff_path: candidate.main_base.as_ref().map(pair),
        code_url: repository
            .map(|url| format!("{}/compare/{base}...{head}", url.trim_end_matches('/'))),
        ..ReportLinks::default()
    }
}

fn provenance(input: &CheckInput<'_>) -> Provenance {
    let first = input.candidate.first_commit;
    let candidate_runs = |series: &Series| {
        let is_own = |run: &&model::series::Run| match first {
            Some(first) => run.commit >= first,
            None => Some(run.commit) == series.runs.last().map(|run| run.commit),
        };
        series.runs.iter().filter(is_own).count() as u64
    };
    let suites_of = |of: &dyn Fn(&&Series) -> bool| -> BTreeSet<String> {
        let suites = input.series.iter().filter(of).map(|series| series.key.suite.clone());
        suites.filter(|suite| !suite.is_empty()).collect()
    };
    let mut suites = suites_of(&|series| candidate_runs(series) > 0);
    if suites.is_empty() {
        suites = suites_of(&|_| true);
    }
    Provenance {
        records: input.history.counts.records,
        newest: input.history.newest.map(|time| time.to_string()),
        policy_sha: input.policy_sha.clone(),
        policy_version: input.policy.version.clone(),
        candidate_runs: input.series.iter().map(candidate_runs).max().unwrap_or(0),
        suites: suites.into_iter().collect(),
        runner: runner_text(input),
    }
}

/// The runner of the candidate's newest runs, where all share one.
fn runner_text(input: &CheckInput<'_>) -> String {
    let first = input.candidate.first_commit;
    let newest = input.series.iter().filter_map(|series| {
        let run = series.runs.last().filter(|run| first.is_none_or(|first| run.commit >= first))?;
        series.segments.get(run.segment as usize)
    });
    let mut segments: Vec<_> = newest.map(|segment| &segment.fingerprint).collect();
    segments.sort_unstable();
    segments.dedup();
    match segments.as_slice() {
        [only] => only.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}
