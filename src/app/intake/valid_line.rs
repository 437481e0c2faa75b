//! The last check of a line, by the reader of the history itself.

use ingest::line::RecordLine;
use model::history::BranchId;

use crate::store;

/// A line that the history will take.
pub(super) struct ValidLine {
    pub(super) line: RecordLine,
    /// A demo generator made it.
    pub(super) is_demo: bool,
}

/// The line, checked as a build would read it.
///
/// # Errors
/// The history would reject it, for this reason.
pub(super) fn validated(line: RecordLine) -> Result<ValidLine, String> {
    if let Some(pull) = line.pull.filter(|pull| !(1..=BranchId::MAX_PULL).contains(pull)) {
        // Its file would have no usable number.
        return Err(format!("`pull` {pull} is no number of a pull request"));
    }
    let read = store::read_lines_of_text(line.text.as_bytes());
    match read.rejected_records().first() {
        Some(problem) => Err(problem.reason.clone()),
        None => Ok(ValidLine { is_demo: read.counts.demo > 0, line }),
    }
}
