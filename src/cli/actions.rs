//! The files in which a job of GitHub Actions looks for a summary and outputs. The environment
//! names them; outside of a job there are none, and nothing is written.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::cli::ui::{self, Reporter};
use crate::report::{CheckOutcome, actions_output, annotations, markdown};

/// GitHub drops a longer summary as a whole: 1 MiB for all of a step.
const MAX_SUMMARY_BYTES: u64 = 1 << 20;

/// Appends the comment to the summary, and the outputs to the outputs. Where the user's `template`
/// has an error, the shipped one is used with a warning: the verdict must not get lost.
///
/// # Errors
/// A file that the environment names cannot be written.
pub(crate) fn write_summary(
    outcome: &CheckOutcome,
    template: Option<&str>,
    reporter: &Reporter,
) -> anyhow::Result<()> {
    let (summary, outputs) = (file_from_env("GITHUB_STEP_SUMMARY"), file_from_env("GITHUB_OUTPUT"));
    if summary.is_none() && outputs.is_none() {
        return Ok(());
    }
    // The outputs hold the comment too, so it is rendered once for both.
    let comment = markdown::render(outcome, template).or_else(|error| {
        reporter.warn(&format!("{error}; the shipped template is used instead"));
        markdown::render(outcome, None)
    })?;
    if let Some(path) = summary {
        let length = std::fs::metadata(&path).map_or(0, |facts| facts.len());
        if length + comment.len() as u64 > MAX_SUMMARY_BYTES {
            reporter.warn("the summary of this step is full (1 MiB): nothing was added");
        } else {
            append(&path, &comment)?;
        }
    }
    outputs.map_or(Ok(()), |path| append(&path, &actions_output::render(outcome, &comment)))
}

/// Annotates the job of GitHub Actions with the runs that are missing, so that nobody takes a check
/// that compared nothing for a verdict.
///
/// # Errors
/// Stdout is closed.
pub(crate) fn warn_of_first_runs(outcome: &CheckOutcome) -> anyhow::Result<()> {
    let is_job = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    match annotations::render_first_runs(outcome).filter(|_| is_job) {
        Some(command) => ui::print(&command).map(|_| ()),
        None => Ok(()),
    }
}

fn file_from_env(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn append(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    let cannot_write = || format!("cannot write {}", path.display());
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.with_context(cannot_write)?.write_all(text.as_bytes()).with_context(cannot_write)
}
