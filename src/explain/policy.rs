//! What the faults of a policy mean.

use crate::explain::Advice;
use model::policy::diagnostic::PolicyFaultKind;

/// A fault of a policy.
pub(super) fn fault(kind: PolicyFaultKind) -> Advice {
    match kind {
        PolicyFaultKind::Syntax => SYNTAX,
        PolicyFaultKind::UnknownKey => UNKNOWN_KEY,
        PolicyFaultKind::MissingKey => MISSING_KEY,
        PolicyFaultKind::RepeatedKey => REPEATED_KEY,
        PolicyFaultKind::WrongType => WRONG_TYPE,
        PolicyFaultKind::WrongValue => WRONG_VALUE,
        PolicyFaultKind::Doubtful => DOUBTFUL,
        PolicyFaultKind::NoMatch => NO_MATCH,
        PolicyFaultKind::NotImported => NOT_IMPORTED,
    }
}

const SYNTAX: Advice = Advice {
    meaning: "The file is no YAML.",
    cause: "A bracket, a quote or an indentation is wrong.",
    remedy: "Correct the line that the message shows.",
    commands: &["benchpages policy check"],
    chapter: "docs/policy.md",
};

const UNKNOWN_KEY: Advice = Advice {
    meaning: "The policy has no such key in this place.",
    cause: "A typing error, or a key in the wrong section.",
    remedy: "Use the key that the message suggests, or move it where it belongs.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/policy.md",
};

const MISSING_KEY: Advice = Advice {
    meaning: "A required key is missing, or all of several keys of which one is required.",
    cause: "The entry was written by hand or merged badly.",
    remedy: "Add the key that the message names.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/policy.md",
};

const REPEATED_KEY: Advice = Advice {
    meaning: "A key is there twice.",
    cause: "Two changes added it, and a merge kept both.",
    remedy: "Keep one of them.",
    commands: &["benchpages policy check"],
    chapter: "docs/policy.md",
};

const WRONG_TYPE: Advice = Advice {
    meaning: "A value has the wrong type: text where a number belongs, one value where a list \
         belongs.",
    cause: "YAML reads `5%` and `yes` as text.",
    remedy: "Write the value as the message says.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/policy.md",
};

const WRONG_VALUE: Advice = Advice {
    meaning: "A value is out of range, empty, malformed, none of the words that are allowed, or \
         contradicts another key.",
    cause: "A typing error, or another notation: shares are fractions (5 % is `0.05`), and dates \
         are written as 2026-03-01.",
    remedy: "Correct the value.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/policy.md",
};

const DOUBTFUL: Advice = Advice {
    meaning: "The value is valid, but probably not what was meant. The policy is used.",
    cause: "A threshold that is never reached, a rule without an effect, a policy without a \
         version.",
    remedy: "Correct it, or leave it if it is meant that way.",
    commands: &["benchpages policy check", "benchpages policy replay --against FILE"],
    chapter: "docs/policy.md",
};

const NO_MATCH: Advice = Advice {
    meaning: "A selector matches no series, so its entry has no effect.",
    cause: "A typing error in a name, or a benchmark that was renamed or removed.",
    remedy: "Use a name of the list in the message.",
    commands: &["benchpages policy check", "benchpages export series"],
    chapter: "docs/targets.md",
};

const NOT_IMPORTED: Advice = Advice {
    meaning: "A part of the file has no counterpart in the policy.",
    cause: "The threshold is for something that is not measured, or in a form that is not known.",
    remedy: "Write the entry by hand.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/targets.md",
};
