//! `commit/<sha12>.json`: what a comparison of a commit with any other needs.
//!
//! A reader's browser compares two commits from two of these files by the rules of
//! `report::delta::compare_runs`, so each run also says on which level it stands. There is a row
//! for each series at each commit, so the file holds no names and rounds: the exact values are in
//! the files of the series.

use std::collections::BTreeMap;

use crate::report::delta::RunPosition;
use crate::site::api;
use crate::site::api::API_VERSION;
use crate::site::api::columns::{RunColumn, ShortNumber};
use crate::site::api::json_types::CommitFile;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use model::series::{CommitIndex, Segment};

/// Steps in which a level is given above its value: basis points.
const LEVEL_STEPS: f64 = 1e4;
/// Steps beyond which a level is given as it is.
const MAX_LEVEL_STEPS: f64 = 1e4;

/// The file of a commit.
///
/// # Errors
/// The file cannot be written as JSON.
pub(crate) fn file(site: &SiteContext<'_>, at: CommitIndex) -> Result<Vec<u8>, RenderError> {
    let commit = site.commit(at);
    let by_series = measured_at(site, at);
    let mut runners = RunnerList::default();
    let rows: Vec<MeasuredRow> = by_series
        .iter()
        .map(|&(index, position)| row(site, index, position, at, &mut runners))
        .collect();
    let levels = rows.iter().enumerate().filter(|(_, row)| row.level_steps.is_none());
    let mut remarks: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| !row.remark.is_empty()) {
        remarks.entry(row.remark).or_default().push(place);
    }
    api::json(&CommitFile {
        commit: commit.id.clone(),
        level: RunColumn::of(rows.iter().map(|row| row.level_steps.unwrap_or(0)).collect()),
        levels: levels.map(|(place, row)| (place, ShortNumber::rounded(row.level))).collect(),
        list: site.series_hash.clone(),
        main_line: commit.main_line,
        remarks,
        runner: RunColumn::of(rows.iter().map(|row| row.runner).collect()),
        runners: runners.0.into_iter().map(|(_, it)| api::series::segment_view(it)).collect(),
        runs: RunColumn::of(rows.iter().map(|row| row.runs).collect()),
        schema: "schema/commit.json",
        segment: RunColumn::of(rows.iter().map(|row| row.segment).collect()),
        series: spans(by_series.iter().map(|(index, _)| *index)),
        timestamp: commit.time.to_string(),
        value: rows.iter().map(|row| ShortNumber::rounded(row.value)).collect(),
        version: API_VERSION,
    })
}

/// The series that were measured at a commit, in order, each with the run that counts.
fn measured_at(site: &SiteContext<'_>, at: CommitIndex) -> Vec<(usize, RunPosition)> {
    let pulled = site.commits.pull_runs(at).iter();
    let pulled = pulled.map(|run| (run.series as usize, RunPosition::Pull(run.run)));
    // The main line last: where a commit was measured for a pull request and then again on the
    // main line, the value of the main line counts.
    let main = site.commits.main_runs(at).iter();
    let main = main.map(|run| (run.series as usize, RunPosition::Main(run.run)));
    let mut all: Vec<(usize, RunPosition)> = pulled.chain(main).collect();
    // Stable, and fast for what is in order already: the last run of each series is kept.
    all.sort_by_key(|(series, _)| *series);
    all.reverse();
    all.dedup_by_key(|(series, _)| *series);
    all.reverse();
    all
}

/// A series at the commit.
struct MeasuredRow {
    value: Option<f64>,
    /// None where `level` is not given in steps.
    level_steps: Option<i64>,
    level: Option<f64>,
    /// Runs that the level is the median of.
    runs: usize,
    segment: u32,
    runner: usize,
    remark: &'static str,
}

/// Consecutive numbers as their first and their count: `[3, 4, 5, 9]` is `[[3, 3], [9, 1]]`.
fn spans(numbers: impl Iterator<Item = usize>) -> Vec<[usize; 2]> {
    let mut spans: Vec<[usize; 2]> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some([first, count]) if *first + *count == number => *count += 1,
            _ => spans.push([number, 1]),
        }
    }
    spans
}

/// How far a level lies above a value, in steps; none where that says little: a value of zero, or a
/// level far away.
fn level_steps(value: Option<f64>, level: Option<f64>) -> Option<i64> {
    let steps = (level? / value? - 1.0) * LEVEL_STEPS;
    (steps.abs() <= MAX_LEVEL_STEPS).then(|| steps.round() as i64)
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

fn row<'a>(
    site: &SiteContext<'a>,
    index: usize,
    measured: RunPosition,
    at: CommitIndex,
    runners: &mut RunnerList<'a>,
) -> MeasuredRow {
    let (series, analysis) = site.series(index);
    let value = measured.run_in(series).value.get();
    let position = as_base(site, index, measured, at);
    let run = position.run_in(series);
    let base = match position.main_index() {
        Some(at) => site.run_levels.of_main(index, series, analysis, at),
        None => site.run_levels.of_pull(index, series, run),
    };
    let level = base.level.get().filter(|level| level.is_finite() && run.value.is_some());
    MeasuredRow {
        value,
        level_steps: level_steps(value, level),
        level,
        runs: usize::from(base.runs),
        segment: run.segment,
        runner: runners.place(base.runner, || &series.segments[run.segment as usize]),
        remark: base.remark.as_str(),
    }
}

/// The runners of a commit, each once, with their numbers.
#[derive(Default)]
struct RunnerList<'a>(Vec<(u32, &'a Segment)>);

impl<'a> RunnerList<'a> {
    fn place(&mut self, number: u32, segment: impl FnOnce() -> &'a Segment) -> usize {
        self.0.iter().position(|(other, _)| *other == number).unwrap_or_else(|| {
            self.0.push((number, segment()));
            self.0.len() - 1
        })
    }
}
