//! The note that names a culprit: written into the history, so that the page of the regression, the
//! comment and the issue show it.

use std::path::{Path, PathBuf};

use super::goal::Goal;
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::report::bisection::BisectReport;
use model::filter::{Filter, Names, Sizes};
use model::note::Culprit;
use model::series::SeriesKey;

/// Writes the note, in the place of one of an earlier search for the same regression; its path.
///
/// # Errors
/// The disk refuses, or something else is in its place.
pub(super) fn write(
    data: &Path,
    goal: &Goal,
    report: &BisectReport,
    culprit: &Culprit,
) -> anyhow::Result<PathBuf> {
    // By series and regression, so that a second search replaces the answer of the first.
    let hash = model::hex::sha256(&report.series.name, 8);
    let commit: String = goal.regression_commit.chars().take(12).collect();
    let name = format!("notes/culprit-{commit}-{hash}.md");
    let text = culprit.note_text(&goal.regression_commit, &report.matches, &report.markdown());
    let lock = HistoryLock::acquire(data, "bisect")?;
    Directory::new(data, Links::Reject).replace(&lock, &name, text.as_bytes())?;
    Ok(data.join(name))
}

/// The filter that holds for a series.
pub(super) fn filter_of(key: &SeriesKey) -> Filter {
    let name = |text: &str| (!text.is_empty()).then(|| Names::One(text.to_owned()));
    Filter {
        suite: name(&key.suite),
        test: name(&key.test),
        backend: name(&key.backend),
        mode: name(&key.mode),
        metric: name(&key.metric),
        params: name(&key.params),
        parallel: Some(key.parallel),
        n: key.n.map(Sizes::One),
        ..Filter::default()
    }
}
