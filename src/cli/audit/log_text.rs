//! The audit log, and what was verified of it, as people read it.

use crate::app::verify::AuditVerification;
use model::audit::AuditChain;
use model::text::{self, terminal::TerminalText};

/// One line that says how much of the log is verified, and one that says how far that proves it.
pub(super) fn verified_text(verification: &AuditVerification) -> String {
    let AuditVerification { chain, path, reach, .. } = verification;
    let lines = text::count_noun(chain.links.len() as u64, "line");
    let verified = match &chain.broken {
        None if chain.links.is_empty() => {
            format!("{path}: the log is empty: nothing was overridden, accepted or erased yet")
        }
        None => format!("{path}: {lines} verified; head {}", chain.head()),
        Some(broken) => format!(
            "{path}: broken at line {}; {} before it verified",
            broken.line,
            text::count_noun(chain.head().count, "line")
        ),
    };
    format!("{verified}\n{reach}\n")
}

/// The entries, newest first.
pub(super) fn chain_text(chain: &AuditChain) -> TerminalText {
    let mut out = TerminalText::new();
    if chain.links.is_empty() {
        out.push("The audit log is empty: nothing was overridden, accepted or erased yet.\n");
    }
    for link in chain.links.iter().rev() {
        let entry = &link.entry;
        out.push_text(&text::date_time(entry.time)).push(" ");
        out.push_text(&entry.kind.replace('_', " ")).push(" by ").push_text(&entry.actor);
        if let Some(commit) = &entry.commit {
            out.push(" at ").push_text(&text::short_commit(commit));
        }
        out.push(if chain.is_verified(link) { "" } else { " (not verified)" });
        out.push("\n    ").push_text(&entry.reason).push("\n");
        for (name, value) in &entry.details {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            out.push("    ").push_text(name).push(": ").push_text(&value).push("\n");
        }
    }
    out
}
