//! The warnings that ask somebody to act, each with a word that `explain` knows.
//!
//! `no policy.yml: the default policy applies [no_policy]`

use std::fmt::Display;

use model::coded_enum;

coded_enum! {
    /// What a warning is about. What only informs has no code.
    pub(crate) enum WarningKind {
        NoPolicy = "no_policy",
        NoBaseUrl = "no_base_url",
        LargeSite = "large_site",
        UnusedCache = "unused_cache",
        /// Rejected records cannot be written to the quarantine.
        NoQuarantine = "no_quarantine",
        /// The site before this one is still there.
        OldSite = "old_site",
        /// Records named another commit than the user.
        OtherCommit = "other_commit",
        /// Something of a run is unknown or uncertain: its commit, its branch, its tools.
        RunField = "run_field",
    }
}

impl WarningKind {
    /// The warning with its code.
    pub(crate) fn label(self, text: impl Display) -> String {
        with_code(text, self.code())
    }
}

/// A warning with the code of what it is about, as all messages write it.
pub(crate) fn with_code(text: impl Display, code: &str) -> String {
    format!("{text} [{code}]")
}
