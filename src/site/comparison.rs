//! The series of a site at one commit, against their levels at an earlier one.
//!
//! The rule of the comparison itself is [`delta::compare_runs`]; this selects the series and the
//! runs for it.

use std::sync::Arc;

use crate::report::delta::{self, RunPosition, SeriesDelta};
use crate::site::compared_verdict::VerdictWords;
use crate::site::context::SiteContext;
use crate::site::gate_verdict;
use crate::site::pairs::{CommitPair, ComparedSeries};
use model::series::CommitIndex;

/// Every series measured at the head of a pair against its base: computed once for all files that
/// were announced to the pair's memo.
pub(crate) fn of_pair(site: &SiteContext<'_>, pair: &CommitPair) -> Arc<Vec<ComparedSeries>> {
    pair.compared.get_or_make(|| compare_commits(site, pair.base, pair.head, None))
}

/// How many series of a pair have which verdict.
pub(crate) fn words_of_pair(site: &SiteContext<'_>, pair: &CommitPair) -> VerdictWords {
    let count = || {
        let compared = compare_commits(site, pair.base, pair.head, None);
        VerdictWords::of(compared.iter().map(|entry| entry.verdict))
    };
    *pair.words.get_or_init(count)
}

/// Every series (or every one of `members`) measured at the head, against its level at or before
/// the base.
pub(crate) fn compare_commits(
    site: &SiteContext<'_>,
    base: CommitIndex,
    head: CommitIndex,
    members: Option<&[usize]>,
) -> Vec<ComparedSeries> {
    // Members are sorted, so a search is cheaper than a set for the few series of a slice.
    let is_wanted = |series: usize| members.is_none_or(|all| all.binary_search(&series).is_ok());
    let session = site.session(base, head);
    measured_series(site, head)
        .filter(|run| is_wanted(run.series))
        .map(|MeasuredSeries { series, position }| {
            let key = &site.input.series[series].key;
            let checked = match position {
                RunPosition::Pull(_) => gate_verdict::of_check(site, series, base, head),
                RunPosition::Main(_) => None,
            };
            let in_session = session.and_then(|session| session.delta(key));
            if let Some(delta) = in_session {
                let verdict =
                    checked.unwrap_or_else(|| gate_verdict::of_session(site, series, head, &delta));
                let delta = SeriesDelta::Delta(delta);
                return ComparedSeries { series, position, delta, verdict };
            }
            let delta = compare_series(site, series, position, base);
            let verdict = match &delta {
                SeriesDelta::Delta(_) => checked,
                SeriesDelta::Outlier(_) | SeriesDelta::NotCompared(_) => None,
            };
            let verdict =
                verdict.unwrap_or_else(|| gate_verdict::of(site, series, position, base, &delta));
            ComparedSeries { series, position, delta, verdict }
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
    // The search begins at the run itself: the base is most often the run before it.
    let near = position.main_index();
    let newest = site.commits.newest_run(index, base, near);
    delta::compare_runs(series, analysis, position, newest)
}

/// A series with its run at some commit.
pub(crate) struct MeasuredSeries {
    pub(crate) series: usize,
    pub(crate) position: RunPosition,
}

/// The runs of a commit: those of the main line, then those of pull requests.
pub(crate) fn measured_series(
    site: &SiteContext<'_>,
    commit: CommitIndex,
) -> impl Iterator<Item = MeasuredSeries> {
    let main = site.commits.main_runs(commit).iter();
    let main = main.map(|run| MeasuredSeries {
        series: run.series as usize,
        position: RunPosition::Main(run.run),
    });
    let pulled = site.commits.pull_runs(commit).iter();
    main.chain(pulled.map(|run| MeasuredSeries {
        series: run.series as usize,
        position: RunPosition::Pull(run.run),
    }))
}
