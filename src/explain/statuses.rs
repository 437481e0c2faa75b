//! What the exit statuses of the commands mean.

use crate::explain::Advice;
use model::coded_enum;

coded_enum! {
    /// How a command ends.
    pub(super) enum ExitStatus {
        Success = "exit_0",
        Finding = "exit_1",
        Error = "exit_2",
        NothingCompared = "exit_3",
        Partial = "exit_4",
    }
}

/// How a command ends.
pub(super) fn status(status: ExitStatus) -> Advice {
    match status {
        ExitStatus::Success => SUCCESS,
        ExitStatus::Finding => FINDING,
        ExitStatus::Error => ERROR,
        ExitStatus::NothingCompared => NOTHING_COMPARED,
        ExitStatus::Partial => PARTIAL,
    }
}

const SUCCESS: Advice = Advice {
    meaning: "The command did what it was asked. A check passes.",
    cause: "Exit status 0.",
    remedy: "Nothing to do.",
    commands: &["benchpages check"],
    chapter: "docs/commands.md",
};

const FINDING: Advice = Advice {
    meaning: "The command worked and found something: a check fails, doctor has errors, a search \
         is undecided.",
    cause: "Exit status 1.",
    remedy: "Read the report.",
    commands: &["benchpages check", "benchpages doctor"],
    chapter: "docs/commands.md",
};

const ERROR: Advice = Advice {
    meaning: "The input or the arguments have an error. Nothing was judged.",
    cause: "Exit status 2. The message names the place, the cause and the remedy.",
    remedy: "Correct what the message names. A job must not treat this as a pass.",
    commands: &["benchpages doctor", "benchpages policy check"],
    chapter: "docs/commands.md",
};

const NOTHING_COMPARED: Advice = Advice {
    meaning: "Nothing could be compared. This is not a pass.",
    cause: "Exit status 3. The benchmarks did not run, or measured another commit.",
    remedy: "Look for the records, and check again.",
    commands: &["benchpages doctor"],
    chapter: "docs/commands.md",
};

const PARTIAL: Advice = Advice {
    meaning: "A part of the input was rejected, and the other parts were taken.",
    cause: "Exit status 4 of `ingest` and `import`.",
    remedy: "Read what was rejected, or allow it with --allow-partial.",
    commands: &["benchpages ingest FILE --allow-partial"],
    chapter: "docs/formats.md",
};
