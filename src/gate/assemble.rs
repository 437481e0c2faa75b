//! From analyses to the [`Outcome`]: every series judged, sorted, counted, decided.

use crate::gate::decide::{self, Plea};
use crate::gate::judge::{Case, Told};
use crate::gate::link::Links;
use crate::gate::scene::Scene;
use crate::gate::second::Analyse;
use crate::gate::{
    Block, Facts, Finding, Outcome, Subject, Violation, infrastructure, place, second,
};
use crate::site::routes;
use detect::targets::{Target, TargetKind};
use detect::{Analyses, BudgetVerdict, Verdict};
use model::history::History;
use model::policy::Policy;
use model::series::Series;
use model::text;

/// Everything that is judged.
pub(crate) struct Input<'a> {
    pub(crate) scene: Scene,
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    pub(crate) analyses: &'a Analyses,
    /// Analyses other series as those were.
    pub(crate) analyse: &'a Analyse<'a>,
    pub(crate) targets: &'a [Target],
    pub(crate) policy: &'a Policy,
    pub(crate) policy_sha: String,
    /// With a trailing slash.
    pub(crate) base_url: Option<String>,
    pub(crate) plea: Option<Plea>,
    /// What was noticed before, in sentences.
    pub(crate) notices: Vec<String>,
}

/// Judges the candidate.
pub(crate) fn outcome(input: Input<'_>) -> Outcome {
    let links = links(&input.scene, input.policy, input.base_url.clone());
    let mut outcome = Outcome {
        decision: decide::Decision::NothingCompared,
        compared: 0,
        findings: Vec::new(),
        unchanged: Vec::new(),
        not_compared: Vec::new(),
        infrastructure: None,
        violations: Vec::new(),
        overriding: None,
        notices: input.notices.clone(),
        links,
        facts: facts(&input),
        scene: input.scene.clone(),
    };
    match &input.scene.nothing {
        Some(why) => outcome.notices.insert(0, format!("Nothing was compared: {why}.")),
        None => judge(&input, &mut outcome),
    }
    let (findings, violations) = (&outcome.findings, &outcome.violations);
    let infrastructure = outcome.infrastructure.as_ref();
    let decision = decide::decide(findings, violations, outcome.compared, infrastructure);
    outcome.decision = decision;
    outcome.overriding =
        input.plea.as_ref().and_then(|plea| decide::override_of(decision, plea, input.policy));
    if outcome.overriding.as_ref().is_some_and(|it| it.granted) {
        outcome.decision = decide::Decision::Overridden;
    }
    outcome
}

fn judge(input: &Input<'_>, outcome: &mut Outcome) {
    let mut on_base = 0_u64;
    let each = &input.analyses.each;
    let second = second::look(input.series, each, &input.scene, input.analyse);
    for (at, (series, analysis)) in input.series.iter().zip(each).enumerate() {
        let case = Case {
            series,
            analysis,
            scene: &input.scene,
            policy: input.policy,
            history: input.history,
            links: &outcome.links,
            second: second.get(&at),
        };
        match case.judge() {
            Told::Finding(finding) => outcome.findings.push(*finding),
            Told::Unchanged { on_base: already } => {
                on_base += u64::from(already);
                outcome.unchanged.push(Subject::of(&series.key));
            }
            Told::Not(not) => outcome.not_compared.push(*not),
            Told::Nothing => {}
        }
    }
    sort(&mut outcome.findings);
    outcome.compared = outcome.findings.len() + outcome.unchanged.len();
    outcome.infrastructure = infrastructure::find(
        input.history,
        input.series,
        &input.analyses.each,
        &input.analyses.infrastructure,
    );
    outcome.violations = violations(input, &outcome.findings);
    let told = (outcome.findings.as_mut_slice(), outcome.violations.as_mut_slice());
    place::mark(input.history, input.policy, told);
    if on_base > 0 {
        let series = text::counted(on_base, "series");
        outcome.notices.push(format!("{series} worse at the base already: not held against it."));
    }
}

/// What blocks first, then what is worse, each by severity: change over limit.
fn sort(findings: &mut [Finding]) {
    let rank = |finding: &Finding| match (finding.block, finding.verdict) {
        (Some(Block::Critical), _) => 0,
        (Some(_), _) => 1,
        (None, Verdict::Regressed) => 2,
        (None, Verdict::Suspected { .. }) => 3,
        (None, Verdict::Approved) => 4,
        (None, Verdict::Improved) => 5,
        _ => 6,
    };
    findings.sort_by(|a, b| {
        let by_weight = b.weight().total_cmp(&a.weight());
        rank(a).cmp(&rank(b)).then(by_weight).then_with(|| a.subject.stem.cmp(&b.subject.stem))
    });
}

/// Missed budgets and service levels: on the main line all of them, of a pull request only those of
/// a series that it made worse (the others were missed before it came).
fn violations(input: &Input<'_>, findings: &[Finding]) -> Vec<Violation> {
    let worse = |subject: &Subject| {
        findings.iter().any(|it| it.subject.stem == subject.stem && it.block.is_some())
    };
    let missed = input.targets.iter().filter(|target| {
        target.verdict == BudgetVerdict::Violation && target.kind != TargetKind::Alert
    });
    missed
        .map(|target| Violation {
            rule: target.name.clone(),
            subject: target.series.map(|at| Subject::of(&input.series[at].key)),
            message: target.message.clone(),
            place: None,
        })
        .filter(|it| input.scene.first.is_none() || it.subject.as_ref().is_some_and(worse))
        .collect()
}

fn links(scene: &Scene, policy: &Policy, base_url: Option<String>) -> Links {
    let (Some(base), Some(head)) = (&scene.base, &scene.candidate) else {
        return Links { base_url, ..Links::default() };
    };
    let shas = text::is_sha(base) && text::is_sha(head);
    let repository = policy.site.repo_url.as_deref().filter(|_| shas);
    Links {
        base_url,
        diff: Some(routes::diff(&routes::pair(base, head))),
        code: repository
            .map(|url| format!("{}/compare/{base}...{head}", url.trim_end_matches('/'))),
    }
}

fn facts(input: &Input<'_>) -> Facts {
    let first = input.scene.first;
    let own = |series: &Series| {
        let own = |run: &&model::series::Run| match first {
            Some(first) => run.commit >= first,
            None => Some(run.commit) == series.runs.last().map(|run| run.commit),
        };
        series.runs.iter().filter(own).count() as u64
    };
    Facts {
        records: input.history.counts.records,
        newest: input.history.newest.map(|time| time.to_string()),
        policy_sha: input.policy_sha.clone(),
        policy_version: input.policy.version.clone(),
        candidate_runs: input.series.iter().map(own).max().unwrap_or(0),
        runner: runner(input),
    }
}

/// The runner of the candidate's newest runs, where all share one.
fn runner(input: &Input<'_>) -> String {
    let first = input.scene.first;
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
