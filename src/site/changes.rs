//! The changes of all series with their ids, newest first.

use crate::report::urls;
use crate::site::input::SiteInput;
use detect::Change;
use model::record::time::Timestamp;
use model::series::Series;

/// A change of one series.
#[derive(Clone, Debug)]
pub(crate) struct EventRef {
    /// Part of its address: `2025-07-30-julia-parse-1a2b3c4d`.
    pub(crate) id: String,
    pub(crate) series: usize,
    /// Index into the changes of the analysis.
    pub(crate) change: usize,
    /// The time of the first run on the new level.
    pub(crate) time: Timestamp,
}

/// All changes of a site.
pub(crate) struct EventIndex {
    newest_first: Vec<EventRef>,
    /// By series, then by its changes.
    ids: Vec<Vec<String>>,
}

impl EventIndex {
    pub(crate) fn of(input: &SiteInput<'_>) -> Self {
        let ids: Vec<Vec<String>> = input
            .series
            .iter()
            .zip(&input.analyses.by_series)
            .map(|(series, analysis)| {
                analysis.changes.iter().map(|change| id_of(input, series, change)).collect()
            })
            .collect();
        let mut newest_first = Vec::new();
        for (index, series) in input.series.iter().enumerate() {
            for (at, change) in input.analyses.by_series[index].changes.iter().enumerate() {
                let (id, time) = (ids[index][at].clone(), series.runs[change.first_after].time);
                newest_first.push(EventRef { id, series: index, change: at, time });
            }
        }
        // By id within a time, so that the order depends on no hash and no thread.
        newest_first.sort_by(|a, b| (b.time, &a.id).cmp(&(a.time, &b.id)));
        // Two changes of a series on one day and commit share an id, which is a file name: one
        // page.
        newest_first.dedup_by(|a, b| a.id == b.id);
        Self { newest_first, ids }
    }

    pub(crate) fn newest_first(&self) -> &[EventRef] {
        &self.newest_first
    }

    /// The id of a change of a series.
    pub(crate) fn id(&self, series: usize, change: usize) -> &str {
        &self.ids[series][change]
    }

    /// The changes from `from` to `to`, both included, newest first.
    pub(crate) fn within(&self, from: Timestamp, to: Timestamp) -> &[EventRef] {
        let start = self.newest_first.partition_point(|event| event.time > to);
        let end = self.newest_first.partition_point(|event| event.time >= from);
        &self.newest_first[start..end.max(start)]
    }
}

fn id_of(input: &SiteInput<'_>, series: &Series, change: &Change) -> String {
    let run = &series.runs[change.first_after];
    let commit = &input.history.commits[run.commit.0 as usize].id;
    urls::event_id(&series.key, run.time, commit, change.is_regression)
}
