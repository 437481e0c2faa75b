//! What the environment says of a check: the job of GitHub Actions it runs in, and a request to
//! override it. Only read here; what follows from it is decided in [`crate::app`].

use crate::cli::ui::Reporter;
use crate::report::candidate::CandidateRef;
use crate::report::decision::OverrideRequest;

/// What refs of a merge queue begin with.
const QUEUE: &str = "refs/heads/gh-readonly-queue/";

/// Who runs the job, as the command line says.
#[derive(Clone, Copy)]
pub(super) struct JobActor<'a> {
    pub(super) name: Option<&'a str>,
    /// Nobody but the job itself says so.
    pub(super) is_unverified: bool,
}

/// The job that a check runs in.
pub(super) struct CheckJob {
    /// What the job runs for; none outside of GitHub Actions and on other events.
    pub(super) candidate: Option<CandidateRef>,
    /// The branch that the job's pull request is to be merged into.
    pub(super) base_branch: Option<String>,
    pub(super) override_request: Option<OverrideRequest>,
}

impl CheckJob {
    /// Reads the environment.
    pub(super) fn of_environment(actor: JobActor<'_>, reporter: &Reporter) -> Self {
        let is_job = variable("GITHUB_ACTIONS").as_deref() == Some("true");
        Self {
            candidate: if is_job { job_candidate() } else { None },
            base_branch: base_branch(),
            override_request: override_request(actor, reporter),
        }
    }
}

/// The pull request of the job, or the commit that a merge queue made. Without it the newest run of
/// the main line would be judged, and the job would be green for somebody else's work.
fn job_candidate() -> Option<CandidateRef> {
    let name = variable("GITHUB_REF")?;
    if name.starts_with(QUEUE) {
        return Some(CandidateRef::Commit(variable("GITHUB_SHA").unwrap_or_default()));
    }
    let number = name.strip_prefix("refs/pull/")?.split('/').next()?;
    number.parse().ok().map(CandidateRef::Pull)
}

/// The branch that the job's pull request is to be merged into: as GitHub names it, that of the
/// merge queue (`main` of `refs/heads/gh-readonly-queue/main/pr-7-0f1e2d3c`), or the default
/// branch, which every `workflow_run` job runs on. A push says nothing of it: its branch may be the
/// pull request's own.
fn base_branch() -> Option<String> {
    let name = variable("GITHUB_REF");
    let of_queue = || Some(name.as_deref()?.strip_prefix(QUEUE)?.rsplit_once("/pr-")?.0.to_owned());
    let of_default = || {
        variable("GITHUB_EVENT_NAME").filter(|event| event == "workflow_run")?;
        Some(name.as_deref()?.strip_prefix("refs/heads/")?.to_owned())
    };
    variable("GITHUB_BASE_REF").or_else(of_queue).or_else(of_default)
}

/// The request of whoever wants a failing check to pass.
fn override_request(actor: JobActor<'_>, reporter: &Reporter) -> Option<OverrideRequest> {
    let value = variable("ALLOW_REGRESSION").unwrap_or_default();
    // One spelling only: an override by a misread variable would be nobody's decision.
    let is_allowed = value.trim().eq_ignore_ascii_case("true");
    if !is_allowed && !["", "false", "0"].contains(&value.trim()) {
        reporter.warn(&format!("ALLOW_REGRESSION={value} is not `true`: nothing is overridden"));
    }
    let name = actor.name.map(str::to_owned);
    is_allowed.then(|| OverrideRequest {
        reason: variable("OVERRIDE_REASON").unwrap_or_default(),
        actor: name.or_else(|| variable("GITHUB_ACTOR")).unwrap_or_default(),
        is_unverified: actor.is_unverified,
        is_by_label: variable("OVERRIDE_LABEL").is_some(),
    })
}

/// A variable of the environment; an empty one is none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
