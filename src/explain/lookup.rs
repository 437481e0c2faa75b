//! All codes, and the one that somebody asks for.

use crate::app::shard::fault::ShardFault;
use crate::app::warning::WarningKind;
use crate::doctor::finding_kind::FindingKind;
use crate::explain::statuses::ExitStatus;
use crate::explain::{Advice, checks, data, policy, shards, statuses, warnings};
use crate::report::bisection::SearchOutcome;
use crate::report::decision::Decision;
use crate::report::wording::{state_name, verdict_name};
use detect::targets::TargetState;
use detect::{ChangeStatus, Verdict};
use model::coded_enum;
use model::policy::diagnostic::PolicyFaultKind;
use model::record::problem_kind::ProblemKind;

/// Suggestions for a code that does not exist.
const MAX_SUGGESTIONS: usize = 5;

coded_enum! {
    /// What a code is about.
    pub(crate) enum CodeFamily {
        Verdict = "verdict of a series",
        State = "state of a regression",
        Outcome = "outcome of a check",
        Target = "target",
        Search = "outcome of bisect",
        Finding = "finding of doctor",
        Problem = "rejected record or file",
        Policy = "fault of the policy",
        Warning = "warning",
        Shard = "error of shard",
        Status = "exit status",
    }
}

/// A code with what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExplainedCode {
    pub(crate) code: &'static str,
    pub(crate) family: CodeFamily,
    pub(crate) advice: Advice,
}

/// All codes, by family.
pub(crate) fn all() -> Vec<ExplainedCode> {
    CodeFamily::ALL.iter().flat_map(|family| of_family(*family)).collect()
}

/// Those of one family, in the order of its enum.
fn of_family(family: CodeFamily) -> Vec<ExplainedCode> {
    let listed: Vec<(&'static str, Advice)> = match family {
        CodeFamily::Verdict => {
            VERDICTS.iter().map(|it| (verdict_name(*it), checks::verdict(*it))).collect()
        }
        CodeFamily::State => {
            states().iter().map(|it| (state_name(it, true), checks::state(it))).collect()
        }
        CodeFamily::Outcome => {
            DECISIONS.iter().map(|it| (it.as_str(), checks::outcome(*it))).collect()
        }
        CodeFamily::Target => TARGETS.iter().map(|it| (it.as_str(), checks::target(*it))).collect(),
        CodeFamily::Search => {
            SEARCHES.iter().map(|it| (it.as_str(), checks::search(*it))).collect()
        }
        CodeFamily::Finding => {
            FindingKind::ALL.iter().map(|it| (it.code(), data::finding(*it))).collect()
        }
        CodeFamily::Problem => {
            ProblemKind::ALL.iter().map(|it| (it.code(), data::problem(*it))).collect()
        }
        CodeFamily::Policy => {
            PolicyFaultKind::ALL.iter().map(|it| (it.code(), policy::fault(*it))).collect()
        }
        CodeFamily::Warning => {
            WarningKind::ALL.iter().map(|it| (it.code(), warnings::warning(*it))).collect()
        }
        CodeFamily::Shard => {
            ShardFault::ALL.iter().map(|it| (it.code(), shards::fault(*it))).collect()
        }
        CodeFamily::Status => {
            ExitStatus::ALL.iter().map(|it| (it.code(), statuses::status(*it))).collect()
        }
    };
    listed.into_iter().map(|(code, advice)| ExplainedCode { code, family, advice }).collect()
}

const VERDICTS: [Verdict; 11] = [
    Verdict::Regressed,
    Verdict::Suspected { runs_needed: 0 },
    Verdict::Infrastructure,
    Verdict::Accepted,
    Verdict::Improved,
    Verdict::NotCompared,
    Verdict::TooNoisy,
    Verdict::New,
    Verdict::Missing,
    Verdict::Failed,
    Verdict::Unchanged,
];
const DECISIONS: [Decision; 5] = [
    Decision::Pass,
    Decision::Fail,
    Decision::ApprovalNeeded,
    Decision::Overridden,
    Decision::NothingCompared,
];
const TARGETS: [TargetState; 4] =
    [TargetState::Passing, TargetState::NotMeasured, TargetState::Drifting, TargetState::Violated];
const SEARCHES: [SearchOutcome; 3] =
    [SearchOutcome::Found, SearchOutcome::NotReproduced, SearchOutcome::Undecided];

/// One value of each state; what they carry is in no code.
fn states() -> [ChangeStatus; 6] {
    [
        ChangeStatus::Open,
        ChangeStatus::Fixed { run: None },
        ChangeStatus::Accepted { reason: String::new(), accepted_by: String::new() },
        ChangeStatus::Explained,
        ChangeStatus::Withdrawn,
        ChangeStatus::Closed,
    ]
}

/// What was found for a word.
pub(crate) enum Lookup {
    /// At least one; two families may share a word.
    Found(Vec<ExplainedCode>),
    /// Codes that look like it; none where nothing does.
    Unknown(Vec<&'static str>),
}

/// What a word means, as it stands in a message: `[not_json]`, `too noisy`, `TOO-NOISY`.
pub(crate) fn lookup(word: &str) -> Lookup {
    let word = normalized(word);
    let all = all();
    let found: Vec<ExplainedCode> = all.iter().filter(|it| it.code == word).copied().collect();
    if !found.is_empty() {
        return Lookup::Found(found);
    }
    let mut near: Vec<(usize, &'static str)> = all
        .iter()
        .map(|it| (strsim::damerau_levenshtein(&word, it.code), it.code))
        .filter(|(slips, code)| *slips * 3 <= code.len() || is_part(&word, code))
        .collect();
    near.sort_unstable();
    near.dedup();
    Lookup::Unknown(near.into_iter().take(MAX_SUGGESTIONS).map(|(_, code)| code).collect())
}

/// Shorter words are parts of many codes.
fn is_part(word: &str, code: &str) -> bool {
    word.len() > 3 && code.contains(word)
}

fn normalized(word: &str) -> String {
    // As long as a code and not as long as a hostile argument: the distance takes its square.
    let word: String = word.chars().take(64).collect();
    let word = word.trim().trim_start_matches('[').trim_end_matches(']');
    match word.bytes().all(|digit| digit.is_ascii_digit()) && !word.is_empty() {
        // An exit status, as a shell shows it.
        true => format!("exit_{word}"),
        false => word.to_ascii_lowercase().replace([' ', '-'], "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(word: &str) -> Vec<&'static str> {
        match lookup(word) {
            Lookup::Found(found) => found.iter().map(|it| it.code).collect(),
            Lookup::Unknown(_) => Vec::new(),
        }
    }

    fn suggestions(word: &str) -> Vec<&'static str> {
        match lookup(word) {
            Lookup::Found(_) => Vec::new(),
            Lookup::Unknown(near) => near,
        }
    }

    #[test]
    fn a_word_is_found_as_messages_write_it() {
        for word in ["too_noisy", "too noisy", "Too-Noisy", "[too_noisy]", " TOO_NOISY "] {
            assert_eq!(codes(word), ["too_noisy"], "{word}");
        }
        assert_eq!(codes("3"), ["exit_3"]);
        // A verdict, and a finding of `doctor`.
        assert_eq!(codes("missing"), ["missing", "missing"]);
    }

    #[test]
    fn an_unknown_word_gets_suggestions() {
        assert_eq!(suggestions("to_noisy"), ["too_noisy"]);
        assert_eq!(suggestions("json"), ["not_json"]);
        assert!(suggestions("zzzzzzzzzz").is_empty());
        assert!(suggestions(&"x".repeat(1 << 20)).is_empty());
    }

    #[test]
    fn a_family_has_each_code_once() {
        for family in CodeFamily::ALL {
            let codes: Vec<&str> = of_family(*family).iter().map(|it| it.code).collect();
            let mut once = codes.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), codes.len(), "{codes:?}");
            let is_word =
                |code: &&str| code.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
            assert!(codes.iter().all(is_word), "{codes:?}");
        }
    }

    #[test]
    fn each_explanation_leads_to_a_document_of_the_repository() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for explained in all() {
            let url = explained.advice.url();
            let path = url.split_once("/blob/main/").unwrap().1;
            assert!(root.join(path).is_file(), "{}: {path}", explained.code);
        }
    }
}
