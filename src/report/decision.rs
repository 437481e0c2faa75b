//! Pass or fail, and who may let a failing check pass.
//!
//! Example: one regression of 25 % with `require_approval_threshold: 0.2` and nothing else is
//! `approval_needed`; with a missed budget beside it, `fail`; with a permitted actor's reason for
//! an override, `overridden`.

use serde::{Deserialize, Serialize};

use crate::report::infrastructure::InfrastructureAnomaly;
use crate::report::{BlockReason, SeriesFinding, TargetViolation};
use model::audit::reason::reason_fault;
use model::text;

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Pass,
    Fail,
    /// Nothing but an entry in `accepted.yml` is missing.
    #[serde(alias = "approval")]
    ApprovalNeeded,
    /// It would fail, and someone who may has let it pass.
    Overridden,
    /// Never green by accident.
    NothingCompared,
}

impl Decision {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::ApprovalNeeded => "approval_needed",
            Self::Overridden => "overridden",
            Self::NothingCompared => "nothing_compared",
        }
    }

    /// The status that the process ends with.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Pass | Self::Overridden => 0,
            Self::Fail | Self::ApprovalNeeded => 1,
            Self::NothingCompared => 3,
        }
    }
}

/// The outcome of a check. A shift of all backends at once passes: it was compared, and the change
/// did not cause it.
pub(crate) fn decide(
    findings: &[SeriesFinding],
    violations: &[TargetViolation],
    is_uncompared_failing: bool,
    compared: usize,
    infrastructure: Option<&InfrastructureAnomaly>,
) -> Decision {
    // In this order: one finding that only a fix helps makes the whole check a failure, and a
    // reviewer is asked for an acceptance only where that would be enough.
    let mut blocks = findings.iter().filter_map(|finding| finding.block);
    let first = blocks.next();
    if first.is_some_and(|it| it != BlockReason::NeedsAcceptance)
        || blocks.any(|it| it != BlockReason::NeedsAcceptance)
        || !violations.is_empty()
        || is_uncompared_failing
    {
        Decision::Fail
    } else if first.is_some() {
        Decision::ApprovalNeeded
    } else if compared == 0 && infrastructure.is_none() {
        // Never a pass by accident: a typing error in a path, or a job that measured nothing, would
        // otherwise be green for months.
        Decision::NothingCompared
    } else {
        Decision::Pass
    }
}

/// Someone asks to let a failing gate pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OverrideRequest {
    pub(crate) reason: String,
    pub(crate) actor: String,
    /// Nothing but the job that was let through says who asked.
    pub(crate) is_unverified: bool,
    /// A label of the pull request asks, not a variable of the repository.
    pub(crate) is_by_label: bool,
}

impl OverrideRequest {
    /// Who asks, as reports and the log name it.
    fn shown_actor(&self) -> String {
        let actor = text::publishable(self.actor.trim());
        if self.is_unverified { format!("{actor} (not verified)") } else { actor }
    }

    /// What a reader should know of a variable that counts for every pull request.
    pub(crate) fn notice(&self, earlier: usize) -> Option<String> {
        let used = match earlier {
            0 => String::new(),
            _ => format!(
                ", and its reason was used {} before",
                text::count_noun(earlier as u64, "time")
            ),
        };
        (!self.is_by_label).then(|| {
            format!(
                "ALLOW_REGRESSION is set{used}: it counts for every pull request until somebody \
                 deletes the variable."
            )
        })
    }
}

/// What became of a request to override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OverrideDecision {
    pub(crate) granted: bool,
    /// Who requested it, and why.
    pub(crate) actor: String,
    pub(crate) reason: String,
    /// The outcome without it.
    pub(crate) decision: Decision,
    /// Why it was rejected, in a sentence; empty where it was granted.
    pub(crate) rejection: String,
}

/// Who may override a failing check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OverrideRight<'a> {
    /// Those whom the policy names.
    Named(&'a [String]),
    /// Nobody: the policy could not be compared with that of the base, so its names may be those
    /// of the pull request.
    Unverified,
}

/// Grants or rejects an override. Only a failing check can be overridden: what nobody measured,
/// nobody can have looked at.
pub(crate) fn decide_override(
    decision: Decision,
    request: &OverrideRequest,
    right: OverrideRight<'_>,
    min_reason_length: u32,
) -> Option<OverrideDecision> {
    if decision == Decision::Pass {
        return None;
    }
    // The first reason that is missing is named: each is one thing that the caller can mend.
    let (actor, reason) = (request.actor.trim(), text::publishable(request.reason.trim()));
    let fault = reason_fault(&reason, min_reason_length);
    let approvers = match right {
        OverrideRight::Named(approvers) => approvers,
        OverrideRight::Unverified => &[],
    };
    let rejection = if decision == Decision::NothingCompared {
        "nothing was compared, so there is no regression to allow".to_owned()
    } else if reason.is_empty() {
        "no reason is given: set OVERRIDE_REASON".to_owned()
    } else if let Some(fault) = fault {
        format!("the reason does not do: {fault}; say more in OVERRIDE_REASON")
    } else if actor.is_empty() {
        "no actor is given: set GITHUB_ACTOR, or use --actor".to_owned()
    } else if matches!(right, OverrideRight::Unverified) {
        "the policy could not be compared with that of the base, so its approvers do not count; \
         fetch the history (fetch-depth: 0)"
            .to_owned()
    } else if approvers.is_empty() {
        "the policy names nobody in governance.emergency_override_approvers".to_owned()
    } else if !approvers.iter().any(|one| is_same_name(one, actor)) {
        let actor = text::publishable(actor);
        format!("{actor} is not among governance.emergency_override_approvers")
    } else {
        String::new()
    };
    Some(OverrideDecision {
        granted: rejection.is_empty(),
        actor: request.shown_actor(),
        reason,
        decision,
        rejection,
    })
}

/// Logins are alike whatever their letter case; a policy may write them as mentions.
fn is_same_name(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim().trim_start_matches('@').to_lowercase();
    plain(a) == plain(b) && !plain(a).is_empty()
}
