//! The file of the policy: its text, what it says, and what is wrong with it.

use std::path::Path;

use anyhow::{Context, bail};

use crate::files::{self, Links, SizeLimit};
use model::policy::Policy;
use model::policy::diagnostic;
use model::policy::read::{self, ParsedPolicy};
use model::policy::threshold::policy_sha;
use model::text::terminal::TerminalText;

/// More than the reader of policies takes, which reports a large file by itself.
const POLICY_LIMIT: SizeLimit = SizeLimit { bytes: 16 << 20, key: None };

/// A policy file: its text, and what it says.
pub(crate) struct PolicyFile {
    pub(crate) text: String,
    pub(crate) parsed: ParsedPolicy,
}

impl PolicyFile {
    /// Reads a policy file.
    ///
    /// # Errors
    /// It cannot be read, or is not UTF-8.
    pub(crate) fn read(path: &Path, links: Links) -> anyhow::Result<Self> {
        let bytes = files::read(path, links, POLICY_LIMIT)?;
        let text =
            String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        Ok(Self::of_text(text, &path.display().to_string()))
    }

    /// The policy of a text; `name` is what its errors call the place.
    pub(super) fn of_text(text: String, name: &str) -> Self {
        let parsed = read::read(&text, name);
        Self { text, parsed }
    }

    /// All faults, with file, line and column.
    pub(crate) fn faults(&self, color: bool) -> TerminalText {
        diagnostic::render(&self.parsed.diagnostics, &self.text, color)
    }

    /// What it says.
    ///
    /// # Errors
    /// It has errors, which are all in the message.
    pub(super) fn policy(&self) -> anyhow::Result<Policy> {
        match &self.parsed.policy {
            Some(policy) => Ok(policy.clone()),
            None => bail!("the policy has errors\n{}", self.faults(false)),
        }
    }

    /// The warnings of a policy without errors.
    pub(super) fn warning(&self) -> Option<String> {
        let faults = self.faults(false);
        // The caller puts `warning: ` before the first; the others carry it already.
        let first = self.parsed.diagnostics.first()?;
        let code = first.kind.code();
        let text = faults.trim().trim_start_matches(&format!("warning[{code}]: "));
        let (message, block) = text.split_once('\n').unwrap_or((text, ""));
        Some(format!("{message} [{code}]\n{block}"))
    }

    /// The hash of its text.
    pub(super) fn sha(&self) -> String {
        policy_sha(&self.text)
    }

    /// Whether both say the same, to the letter; how lines end is git's choice.
    pub(super) fn is_same_text(&self, other: &str) -> bool {
        let lines = |text: &str| text.replace("\r\n", "\n");
        lines(&self.text) == lines(other)
    }
}
