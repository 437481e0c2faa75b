//! `commit/<sha12>.json`: what was measured at a commit, and what a comparison with it needs.
//!
//! A reader's browser compares any two commits from two of these files by the rules of
//! [`delta::compare_runs`], so each run also says on which level it stands.

use std::collections::BTreeMap;

use crate::report::delta::{self, RunPosition};
use crate::site::api;
use crate::site::api::json_types::{CommitFile, ComparableRun};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use detect::stats::median;
use model::series::{CommitIndex, Segment};

/// The file of a commit.
///
/// # Errors
/// The file cannot be written as JSON.
pub(crate) fn file(site: &SiteContext<'_>, at: CommitIndex) -> Result<Vec<u8>, RenderError> {
    let commit = site.commit(at);
    let (mut values, mut runs) = (BTreeMap::new(), BTreeMap::new());
    let mut runners = RunnerList::default();
    let pulled = site.commits.pull_runs(at).iter();
    let pulled = pulled.map(|run| (run.series as usize, RunPosition::Pull(run.run)));
    // The main line last: where a commit was measured for a pull request and then again on the
    // main line, the value of the main line counts.
    let main = site.commits.main_runs(at).iter();
    let main = main.map(|run| (run.series as usize, RunPosition::Main(run.run)));
    for (index, position) in pulled.chain(main) {
        let (series, _) = site.series(index);
        let stem = site.stems[index].as_str();
        values.insert(stem, position.run_in(series).value.get());
        let position = as_base(site, index, position, at);
        let segment = position.run_in(series).segment;
        let runner = runners.place(&series.segments[segment as usize]);
        runs.insert(stem, comparable(site, index, position, runner));
    }
    api::json(&CommitFile {
        built_from: api::built_from(site),
        commit: commit.id.clone(),
        main_line: commit.main_line,
        runners: runners.0.into_iter().map(api::series::segment_view).collect(),
        runs: runs.into_values().collect(),
        schema: "schema/commit.json",
        timestamp: commit.time.to_string(),
        values,
    })
}

/// The run that stands for a commit as the base: of a failed one the newest run before it.
fn as_base(
    site: &SiteContext<'_>,
    index: usize,
    position: RunPosition,
    commit: CommitIndex,
) -> RunPosition {
    let has_value = position.run_in(site.series(index).0).value.is_some();
    let newest = site.commits.newest_run(index, commit, None).filter(|_| !has_value);
    newest.and_then(|run| u32::try_from(run).ok()).map_or(position, RunPosition::Main)
}

fn comparable(
    site: &SiteContext<'_>,
    index: usize,
    position: RunPosition,
    runner: usize,
) -> ComparableRun {
    let (series, analysis) = site.series(index);
    let run = position.run_in(series);
    // Runs of pull requests stand on no level: the analysis of the main line never saw them.
    let (values, flags) = match position.main_index() {
        Some(at) => (delta::base_values(series, analysis, at), analysis.flags[at]),
        None => (series.compared_value(run).into_iter().collect(), Default::default()),
    };
    let remark = match () {
        () if series.is_below_resolution(run) => "below_resolution",
        () if flags.infrastructure => "infrastructure",
        () if flags.is_outlier => "outlier",
        () => "",
    };
    let level = median(&values).filter(|level| level.is_finite() && run.value.is_some());
    ComparableRun(level, values.len(), run.segment, runner, remark)
}

/// The runners of a commit, each once.
#[derive(Default)]
struct RunnerList<'a>(Vec<&'a Segment>);

impl<'a> RunnerList<'a> {
    fn place(&mut self, segment: &'a Segment) -> usize {
        let is_same = |other: &&Segment| {
            (&other.fingerprint, &other.version) == (&segment.fingerprint, &segment.version)
        };
        self.0.iter().position(is_same).unwrap_or_else(|| {
            self.0.push(segment);
            self.0.len() - 1
        })
    }
}
