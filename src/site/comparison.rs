//! The series of a site at one commit, against their levels at an earlier one.
//!
//! The rule of the comparison itself is [`delta::compare_runs`]; here stands which series and
//! which runs it is asked for.

use crate::report::delta::{self, RunPosition, SeriesDelta};
use crate::site::context::SiteContext;
use model::series::CommitIndex;

/// One series in a comparison of two commits.
#[derive(Debug)]
pub(crate) struct ComparedSeries {
    pub(crate) series: usize,
    pub(crate) position: RunPosition,
    pub(crate) delta: SeriesDelta,
}

/// Every series (or every one of `members`) measured at the head, against its level at or before
/// the base.
pub(crate) fn compare_commits(
    site: &SiteContext<'_>,
    base: CommitIndex,
    head: CommitIndex,
    members: Option<&[usize]>,
) -> Vec<ComparedSeries> {
    let wanted = |series: &usize| members.is_none_or(|all| all.binary_search(series).is_ok());
    measured_series(site, head)
        .filter(|(series, _)| wanted(series))
        .map(|(series, position)| ComparedSeries {
            series,
            position,
            delta: compare_series(site, series, position, base),
        })
        .collect()
}

/// Compares a run with the newest run of its series at or before `base`.
fn compare_series(
    site: &SiteContext<'_>,
    index: usize,
    position: RunPosition,
    base: CommitIndex,
) -> SeriesDelta {
    let (series, analysis) = site.series(index);
    // The run itself is where the search begins: the base is most often the run before it.
    let near = position.main_index();
    let newest = site.newest_at(index, base, near);
    delta::compare_runs(series, analysis, position, newest)
}

/// The runs of a commit: those of the main line, then those of pull requests.
pub(crate) fn measured_series(
    site: &SiteContext<'_>,
    commit: CommitIndex,
) -> impl Iterator<Item = (usize, RunPosition)> {
    let main = site.main_runs[commit.0 as usize].iter();
    let main = main.map(|run| (run.series as usize, RunPosition::Main(run.run)));
    let pulled = site.pull_runs[commit.0 as usize].iter();
    main.chain(pulled.map(|run| (run.series as usize, RunPosition::Pull(run.run))))
}
