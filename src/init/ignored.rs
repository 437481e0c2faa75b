//! The lines of `.gitignore` for the history, which has a branch of its own: whoever unpacks it to
//! `data/` must not commit it to the main branch. Lines are added, none is changed.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::init::{Proposal, ProposalState};

const PATH: &str = ".gitignore";
/// Folders that only the history branch has.
const FOLDERS: [&str; 2] = ["data/results", "data/pulls"];
const HEADING: &str = "# The history of benchpages has a branch of its own.\n";

/// The proposal; none where the repository itself holds a history.
///
/// # Errors
/// The file exists and cannot be read.
pub(super) fn proposal(root: &Path) -> anyhow::Result<Option<Proposal>> {
    if FOLDERS.iter().any(|folder| root.join(folder).exists()) {
        return Ok(None);
    }
    let path = root.join(PATH);
    let present = match std::fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        read => {
            let bytes = read.with_context(|| format!("cannot read {}", path.display()))?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    let missing = FOLDERS.iter().filter(|folder| {
        let mut lines = present.iter().flat_map(|text| text.lines());
        !lines.any(|line| ignores(line, folder))
    });
    let lines: String = missing.map(|folder| format!("/{folder}/\n")).collect();
    // Links are not followed: one may lead out of the repository.
    let is_file = std::fs::symlink_metadata(&path).is_ok_and(|facts| facts.is_file());
    let text = format!("{HEADING}{lines}");
    let state = match present {
        None => ProposalState::New,
        Some(_) if lines.is_empty() => ProposalState::Unchanged,
        Some(_) if is_file => ProposalState::Additions,
        Some(present) => ProposalState::Differs(present),
    };
    let purpose = "keeps an unpacked history out of the main branch";
    Ok(Some(Proposal { path: PATH, purpose, text, state }))
}

/// Whether a line ignores a folder or one around it.
fn ignores(line: &str, folder: &str) -> bool {
    let line = line.trim().trim_start_matches('/').trim_end_matches(['*', '/']);
    line == folder || folder.split_once('/').is_some_and(|(outer, _)| line == outer)
}
