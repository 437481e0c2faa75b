//! `commits/<n>.json`: the commits that the runs of all series name by their place in one list.
//!
//! The list holds the measured commits of the main line in their order, 1,000 in a file. A new
//! commit stands at its end, so that files of older ones stay as they are. A commit that is
//! measured later, between two others, moves all after it: every file that names one of them is
//! then another.

use crate::site::api;
use crate::site::api::API_VERSION;
use crate::site::api::json_types::CommitsFile;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;

/// Commits of one file: 45 KB. The script of the pages counts on it.
const COMMITS_OF_FILE: usize = 1_000;

/// How many files there are.
pub(crate) fn file_count(site: &SiteContext<'_>) -> usize {
    site.commits.main_line().len().div_ceil(COMMITS_OF_FILE)
}

/// The file of a number.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn file(site: &SiteContext<'_>, number: usize) -> Result<Vec<u8>, RenderError> {
    let first = number * COMMITS_OF_FILE;
    let commits = site.commits.main_line().iter().skip(first).take(COMMITS_OF_FILE);
    api::json(&CommitsFile {
        commits: commits.map(|at| site.commit(*at).id.as_str()).collect(),
        first,
        schema: "schema/commits.json",
        version: API_VERSION,
    })
}
