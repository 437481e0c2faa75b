//! What a job of GitHub Actions reads: the step's summary and outputs, in the files that the
//! environment names. Outside of one there are no such files, and nothing is written.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::cli::ui::Reporter;
use crate::report::{CheckOutcome, actions_output, markdown};

/// A longer summary is dropped whole by GitHub: 1 MiB for all of a step.
const MAX_SUMMARY_BYTES: u64 = 1 << 20;

/// Appends the comment to the summary, and the outputs to the outputs. A template of the user's
/// that is at fault is told, and the shipped one stands in: the verdict must not get lost.
///
/// # Errors
/// A file that the environment names cannot be written, or the shipped template is at fault.
pub(crate) fn write_summary(
    outcome: &CheckOutcome,
    own: Option<&str>,
    talk: &Reporter,
) -> anyhow::Result<()> {
    let (summary, outputs) = (file_from_env("GITHUB_STEP_SUMMARY"), file_from_env("GITHUB_OUTPUT"));
    if summary.is_none() && outputs.is_none() {
        return Ok(());
    }
    let comment = markdown::render(outcome, own).or_else(|error| {
        talk.warn(&format!("{error}; the shipped comment stands in"));
        markdown::render(outcome, None)
    })?;
    if let Some(path) = summary {
        let there = std::fs::metadata(&path).map_or(0, |facts| facts.len());
        if there + comment.len() as u64 > MAX_SUMMARY_BYTES {
            talk.warn("the step's summary is full (1 MiB): nothing was added to it");
        } else {
            append(&path, &comment)?;
        }
    }
    outputs.map_or(Ok(()), |path| append(&path, &actions_output::render(outcome, &comment)))
}

fn file_from_env(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn append(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    let told = || format!("cannot write {}", path.display());
    let mut file = OpenOptions::new().append(true).create(true).open(path).with_context(told)?;
    file.write_all(text.as_bytes()).with_context(told)
}
