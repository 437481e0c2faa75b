//! What the words of a check mean: verdicts, states, outcomes.

use crate::explain::Advice;
use crate::report::bisection::SearchOutcome;
use crate::report::decision::Decision;
use detect::targets::TargetState;
use detect::{ChangeStatus, Verdict};

/// A verdict on a series.
pub(super) fn verdict(verdict: Verdict) -> Advice {
    match verdict {
        Verdict::Regressed => REGRESSED,
        Verdict::Suspected { .. } => SUSPECTED,
        Verdict::Infrastructure => INFRASTRUCTURE,
        Verdict::Accepted => ACCEPTED,
        Verdict::Improved => IMPROVED,
        Verdict::NotCompared => NOT_COMPARED,
        Verdict::TooNoisy => TOO_NOISY,
        Verdict::New => NEW,
        Verdict::Missing => MISSING,
        Verdict::Failed => FAILED,
        Verdict::Unchanged => UNCHANGED,
    }
}

const REGRESSED: Advice = Advice {
    meaning: "The series is worse than its baseline by more than the threshold, and enough runs \
         confirm it.",
    cause: "A commit since the last run on the earlier level made it slower or larger, or the \
         runner changed without a recorded field that shows it.",
    remedy: "Look at the suspect commits on the page of the series. Fix the cause, or accept the \
         change with a reason.",
    commands: &[
        "benchpages bisect REGRESSION -- COMMAND",
        "benchpages accept --series GLOB --commit SHA --reason TEXT",
    ],
    chapter: "docs/gate.md",
};

const SUSPECTED: Advice = Advice {
    meaning: "The newest runs are worse by more than the threshold, but too few of them confirm \
         it.",
    cause: "One slow run may be noise. The policy says how many runs on the new level make a \
         regression.",
    remedy: "Nothing yet: it does not fail a check. Run the benchmark again to decide sooner.",
    commands: &["benchpages measure --base main -- COMMAND"],
    chapter: "docs/accuracy.md",
};

const INFRASTRUCTURE: Advice = Advice {
    meaning: "Most series moved together: a machine problem, not the code.",
    cause: "A slower runner, another image, a new toolchain or a neighbor on the same host.",
    remedy: "Measure again on another day. If the runner changed for good, record the field that \
         differs and track it.",
    commands: &["benchpages doctor", "benchpages check"],
    chapter: "docs/gate.md",
};

const ACCEPTED: Advice = Advice {
    meaning: "The series is worse, and an entry of accepted.yml covers the change.",
    cause: "Somebody accepted it with a reason, and the owners of the file reviewed it.",
    remedy: "Nothing to do until the entry expires.",
    commands: &["benchpages doctor"],
    chapter: "docs/gate.md",
};

const IMPROVED: Advice = Advice {
    meaning: "The series is better than its baseline by more than the threshold, and enough runs \
         confirm it.",
    cause: "A commit since the last run on the earlier level made it faster or smaller.",
    remedy: "Check that it still does all of its work: a test that fails early is fast, too.",
    commands: &["benchpages compare BASE..HEAD"],
    chapter: "docs/gate.md",
};

const NOT_COMPARED: Advice = Advice {
    meaning: "There is nothing that the newest runs can be compared with.",
    cause: "The runner is new and has too few runs, the newest value is zero, or nobody says \
         which way is better.",
    remedy: "Record more runs on this runner, or give the metric a direction in the policy.",
    commands: &["benchpages doctor", "benchpages policy show --reference"],
    chapter: "docs/gate.md",
};

const TOO_NOISY: Advice = Advice {
    meaning: "The runs differ so much from each other that a change of the threshold's size cannot \
         be seen.",
    cause: "The benchmark is short, shares its machine, or depends on something that changes \
         from run to run.",
    remedy: "Make it less noisy, measure side by side, or raise the threshold of this series to \
         what can be detected.",
    commands: &["benchpages measure --base main -- COMMAND", "benchpages doctor"],
    chapter: "docs/noise.md",
};

const NEW: Advice = Advice {
    meaning: "The series has fewer runs than a verdict needs.",
    cause: "The benchmark is new, or its name, backend or parameters changed.",
    remedy: "Record more runs. If it was renamed, add an alias to the policy, and it keeps its \
         history.",
    commands: &["benchpages doctor"],
    chapter: "docs/gate.md",
};

const MISSING: Advice = Advice {
    meaning: "A run of the series was due and is not there.",
    cause: "The benchmark was removed or renamed, or its job did not run or did not upload its \
         results.",
    remedy: "Run it again. If it was removed on purpose, accept that in accepted.yml or leave it \
         out by `ignore`.",
    commands: &["benchpages doctor"],
    chapter: "docs/gate.md",
};

const FAILED: Advice = Advice {
    meaning: "The newest run of the series has an error or no value.",
    cause: "The benchmark ended with an error, or its record has neither a number nor samples.",
    remedy: "Read the error on the page of the series, and run the benchmark again.",
    commands: &["benchpages doctor"],
    chapter: "docs/gate.md",
};

const UNCHANGED: Advice = Advice {
    meaning: "The newest runs are on the level of the baseline, within the threshold.",
    cause: "Nothing that matters by the policy changed.",
    remedy: "Nothing to do.",
    commands: &["benchpages compare BASE..HEAD"],
    chapter: "docs/gate.md",
};

/// A state of a regression.
pub(super) fn state(status: &ChangeStatus) -> Advice {
    match status {
        ChangeStatus::Open => STATE_OPEN,
        ChangeStatus::Fixed { .. } => STATE_FIXED,
        ChangeStatus::Accepted { .. } => STATE_ACCEPTED,
        ChangeStatus::Explained => STATE_EXPLAINED,
        ChangeStatus::Withdrawn => STATE_WITHDRAWN,
        ChangeStatus::Closed => STATE_CLOSED,
    }
}

const STATE_OPEN: Advice = Advice {
    meaning: "The regression is not fixed, not accepted and not explained.",
    cause: "The newest runs are still on the new level.",
    remedy: "Fix it, accept it with a reason, or explain it by a note.",
    commands: &["benchpages check", "benchpages accept --series GLOB --commit SHA --reason TEXT"],
    chapter: "docs/gate.md",
};

const STATE_FIXED: Advice = Advice {
    meaning: "A later change brought the level back.",
    cause: "The runs after that commit are back on the earlier level.",
    remedy: "Nothing to do.",
    commands: &["benchpages build"],
    chapter: "docs/gate.md",
};

const STATE_ACCEPTED: Advice = Advice {
    meaning: "An entry of accepted.yml covers the regression.",
    cause: "Somebody accepted it with a reason, up to a size and until a date.",
    remedy: "Nothing to do until the entry expires.",
    commands: &["benchpages doctor"],
    chapter: "docs/gate.md",
};

const STATE_EXPLAINED: Advice = Advice {
    meaning: "A note explains the regression, so it is no longer open.",
    cause: "A file in notes/ names the series and the commit.",
    remedy: "Nothing to do. Remove the note to open the regression again.",
    commands: &["benchpages build"],
    chapter: "docs/gate.md",
};

const STATE_WITHDRAWN: Advice = Advice {
    meaning: "The report was no change of the code.",
    cause: "Later runs did not confirm it, or somebody marked it as a false alarm.",
    remedy: "Nothing to do.",
    commands: &["benchpages policy replay"],
    chapter: "docs/replay.md",
};

const STATE_CLOSED: Advice = Advice {
    meaning: "The regression is too old to be open.",
    cause: "It is older than `regression.close_after_days` of the policy.",
    remedy: "Nothing to do.",
    commands: &["benchpages policy show"],
    chapter: "docs/gate.md",
};

/// The outcome of a check.
pub(super) fn outcome(decision: Decision) -> Advice {
    match decision {
        Decision::Pass => OUTCOME_PASS,
        Decision::Fail => OUTCOME_FAIL,
        Decision::ApprovalNeeded => OUTCOME_APPROVAL_NEEDED,
        Decision::Overridden => OUTCOME_OVERRIDDEN,
        Decision::NothingCompared => OUTCOME_NOTHING_COMPARED,
    }
}

const OUTCOME_PASS: Advice = Advice {
    meaning: "The check passes: something was compared, and nothing blocks.",
    cause: "No confirmed regression above its threshold, and no target is missed. Exit status 0.",
    remedy: "Nothing to do.",
    commands: &["benchpages check"],
    chapter: "docs/gate.md",
};

const OUTCOME_FAIL: Advice = Advice {
    meaning: "The check fails: a regression, a missed target, or a result that must be there and \
         is not.",
    cause: "The report lists each finding with its size, threshold and suspect commits. Exit \
         status 1.",
    remedy: "Fix the largest finding first, or accept what is worth it. A critical one can only \
         be overridden.",
    commands: &[
        "benchpages check --format markdown",
        "benchpages accept --series GLOB --commit SHA --reason TEXT",
    ],
    chapter: "docs/gate.md",
};

const OUTCOME_APPROVAL_NEEDED: Advice = Advice {
    meaning: "The check fails for want of a review: an entry in accepted.yml would let it pass.",
    cause: "The largest regression is above `governance.require_approval_threshold`. Exit status \
         1.",
    remedy: "Fix it, or add the entry and let the owners of the file review it.",
    commands: &["benchpages accept --series GLOB --commit SHA --reason TEXT"],
    chapter: "docs/gate.md",
};

const OUTCOME_OVERRIDDEN: Advice = Advice {
    meaning: "The check would fail, and a person whom the policy names let it pass once.",
    cause: "ALLOW_REGRESSION and OVERRIDE_REASON are set. The audit log has an entry. Exit \
         status 0.",
    remedy: "Fix the cause next, and remove the variable or the label.",
    commands: &["benchpages audit show", "benchpages audit verify"],
    chapter: "docs/gate.md",
};

const OUTCOME_NOTHING_COMPARED: Advice = Advice {
    meaning: "No result of the candidate could be compared. This is not a pass.",
    cause: "The benchmarks did not run, wrote to another folder, or measured another commit. \
         Exit status 3.",
    remedy: "Look for the records in results/ or pulls/, and check again.",
    commands: &["benchpages doctor", "benchpages ingest FILE --pull NUMBER"],
    chapter: "docs/gate.md",
};

/// Where a series stands against a target.
pub(super) fn target(state: TargetState) -> Advice {
    match state {
        TargetState::Passing => TARGET_PASSING,
        TargetState::NotMeasured => TARGET_NOT_MEASURED,
        TargetState::Drifting => TARGET_DRIFTING,
        TargetState::Violated => TARGET_VIOLATED,
    }
}

const TARGET_PASSING: Advice = Advice {
    meaning: "The series is within the limit of the target.",
    cause: "The newest level meets it.",
    remedy: "Nothing to do.",
    commands: &["benchpages check"],
    chapter: "docs/targets.md",
};

const TARGET_NOT_MEASURED: Advice = Advice {
    meaning: "The target selects no series with a recent run.",
    cause: "Its selector matches nothing, or the benchmark has no result.",
    remedy: "Correct the selector, or run the benchmark.",
    commands: &["benchpages policy check"],
    chapter: "docs/targets.md",
};

const TARGET_DRIFTING: Advice = Advice {
    meaning: "The series exceeds its limit, but is within the tolerance or not confirmed.",
    cause: "A budget is nearly used up.",
    remedy: "Act before it is violated.",
    commands: &["benchpages check"],
    chapter: "docs/targets.md",
};

const TARGET_VIOLATED: Advice = Advice {
    meaning: "The series exceeds its limit, confirmed.",
    cause: "A change used the budget up, or the limit is too tight for this machine.",
    remedy: "Fix the cause, or change the limit in a reviewed change of the policy.",
    commands: &["benchpages check", "benchpages policy replay"],
    chapter: "docs/targets.md",
};

/// The outcome of a search for a culprit.
pub(super) fn search(outcome: SearchOutcome) -> Advice {
    match outcome {
        SearchOutcome::Found => SEARCH_FOUND,
        SearchOutcome::NotReproduced => SEARCH_NOT_REPRODUCED,
        SearchOutcome::Undecided => SEARCH_UNDECIDED,
    }
}

const SEARCH_FOUND: Advice = Advice {
    meaning: "The search found the commit that caused the regression, with the stated confidence.",
    cause: "Its measurements are on the new level, those of the commit before it on the earlier \
         one.",
    remedy: "Commit the note, and the page of the regression names the culprit.",
    commands: &["benchpages build"],
    chapter: "docs/bisect.md",
};

const SEARCH_NOT_REPRODUCED: Advice = Advice {
    meaning: "The bad commit is as fast as the good one on this machine.",
    cause: "Another machine, compiler or input than that of the recorded runs.",
    remedy: "Search on the machine that recorded the regression, or between other commits.",
    commands: &["benchpages bisect --good COMMIT --bad COMMIT -- COMMAND"],
    chapter: "docs/bisect.md",
};

const SEARCH_UNDECIDED: Advice = Advice {
    meaning: "Too few measurements to name a commit with the stated confidence.",
    cause: "The benchmark is noisy, the change is small, or the time was over.",
    remedy: "Measure more, or ask for less confidence.",
    commands: &["benchpages bisect REGRESSION --max-measurements 1000 --time-limit 8h -- COMMAND"],
    chapter: "docs/bisect.md",
};
