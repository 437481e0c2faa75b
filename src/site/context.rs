//! What pages look up: paths of series, events with their ids, who was measured at which commit,
//! which pairs of commits have a page, which series a preset holds.
//!
//! Everything here is found once, before the first page: a page that would search all series, all
//! commits, all pairs or all events for what concerns it makes the site quadratic.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::report::urls;
use crate::site::frame::FrameDefaults;
use crate::site::lineage::Lineage;
use crate::site::memo::Memo;
use crate::site::page_policy::PagePolicy;
use crate::site::pairs::CommitPair;
use crate::site::{RenderError, SiteInput, pairs};
use chart::TrendDrawing;
use chart::compare::ComparisonChart;
use detect::{Analysis, Change, ChangeStatus, Verdict};
use model::filter::{ChangeAges, Filter};
use model::history::Commit;
use model::note::Note;
use model::policy::threshold::preset_slug;
use model::record::TIME_METRIC;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series, SeriesKey};

/// Colour slots of the chart room.
const COLOR_SLOTS: usize = 6;

/// The input with its look-ups.
pub(crate) struct SiteContext<'a> {
    pub(crate) input: &'a SiteInput<'a>,
    /// By series: what its page, chart and JSON share of their path.
    pub(crate) stems: Vec<String>,
    /// By series: ages of its newest change and regression.
    pub(crate) recents: Vec<ChangeAges>,
    /// By series: see [`SiteContext::newest_at`].
    earliest_from: Vec<Vec<CommitIndex>>,
    /// By series: the number of its group in `alike`.
    peer_group_of: Vec<usize>,
    /// Series that differ in nothing but their backend, in order.
    peer_groups: Vec<Vec<usize>>,
    /// By group: its chart, for the page of each and that of their test.
    peer_charts: Vec<Memo<ComparisonChart>>,
    /// By series: its chart, for its page and its file.
    drawings: Vec<Memo<TrendDrawing>>,
    slots: BTreeMap<&'a str, u8>,
    /// What is the same around every page.
    pub(crate) frame_defaults: FrameDefaults,
    /// Notes with their time; those about a commit that nobody measured have none and are left out.
    pub(crate) notes: Vec<(Timestamp, &'a Note)>,
    pub(crate) lineage: Lineage<'a>,
    /// By id of a commit: its index.
    pub(crate) commit_by_id: FxHashMap<&'a str, usize>,
    /// Newest first.
    pub(crate) events: Vec<EventRef>,
    /// By series, then by its changes.
    event_ids: Vec<Vec<String>>,
    /// By commit: the series measured there on the main line, in order.
    pub(crate) main_runs: Vec<Vec<RunRef>>,
    /// By commit: the series measured there for a pull request.
    pub(crate) pull_runs: Vec<Vec<RunRef>>,
    /// Commits measured on the main line, in time order.
    pub(crate) main_commits: Vec<CommitIndex>,
    /// In order of their head, then their base.
    pub(crate) pairs: Vec<CommitPair>,
    pair_slugs: FxHashSet<String>,
    /// What has a page of its own.
    pub(crate) page_policy: PagePolicy,
    pub(crate) presets: Vec<PresetView>,
    /// By name, the series of it in order.
    pub(crate) tests: BTreeMap<&'a str, Vec<usize>>,
    pub(crate) backends: BTreeMap<&'a str, Vec<usize>>,
}

/// A change of one series.
#[derive(Clone, Debug)]
pub(crate) struct EventRef {
    pub(crate) id: String,
    pub(crate) series: usize,
    pub(crate) change: usize,
    pub(crate) time: Timestamp,
}

/// A run of one series; for pull requests an index into the series' `pulls`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunRef {
    pub(crate) series: u32,
    pub(crate) run: u32,
}

/// A preset with the series it holds.
pub(crate) struct PresetView {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) filter: Filter,
    /// Indices of series, in order.
    pub(crate) members: Vec<usize>,
}

impl<'a> SiteContext<'a> {
    pub(crate) fn of(input: &'a SiteInput<'a>) -> Result<Self, RenderError> {
        let stems = stems(input.series)?;
        let recents = recents(input);
        let backends = group_by_name(input.series, |series| &series.key.backend);
        let commits = &input.history.commits;
        let known: FxHashMap<&str, usize> =
            commits.iter().enumerate().map(|(at, commit)| (commit.id.as_str(), at)).collect();
        let (group_of, alike) = peer_groups(input.series);
        let event_ids = event_ids(input);
        let (measured, pulled) = runs_by_commit(input);
        let main: Vec<CommitIndex> = (0..measured.len())
            .filter(|commit| !measured[*commit].is_empty())
            .map(|commit| CommitIndex(u32::try_from(commit).unwrap_or(u32::MAX)))
            .collect();
        let presets = presets(input, &recents);
        let mut index = Self {
            input,
            stems,
            recents,
            earliest_from: input.series.iter().map(earliest_from).collect(),
            peer_group_of: group_of,
            peer_charts: alike.iter().map(|group| Memo::for_uses(group.len() + 1)).collect(),
            drawings: input.series.iter().map(|_| Memo::for_uses(2)).collect(),
            peer_groups: alike,
            slots: color_slots(input, &backends),
            frame_defaults: FrameDefaults::of(input),
            notes: dated_notes(input, &known),
            lineage: Lineage::of(input.history),
            events: events(input, &event_ids),
            event_ids,
            main_runs: measured,
            pull_runs: pulled,
            main_commits: main,
            pairs: Vec::new(),
            pair_slugs: FxHashSet::default(),
            page_policy: PagePolicy::default(),
            presets,
            tests: group_by_name(input.series, |series| &series.key.test),
            backends,
            commit_by_id: known,
        };
        index.page_policy = PagePolicy::of(&index);
        index.pairs = pairs::find_pairs(&index);
        index.pair_slugs = index.pairs.iter().map(|pair| pair.slug.clone()).collect();
        Ok(index)
    }

    pub(crate) fn series(&self, index: usize) -> (&'a Series, &'a Analysis) {
        (&self.input.series[index], &self.input.analyses.by_series[index])
    }

    pub(crate) fn series_indices(&self) -> impl Iterator<Item = usize> {
        0..self.input.series.len()
    }

    pub(crate) fn commit(&self, index: CommitIndex) -> &'a Commit {
        &self.input.history.commits[index.0 as usize]
    }

    pub(crate) fn change(&self, event: &EventRef) -> (&'a Series, &'a Analysis, &'a Change) {
        let (series, analysis) = self.series(event.series);
        (series, analysis, &analysis.changes[event.change])
    }

    /// The id of a change of a series.
    pub(crate) fn event_id(&self, series: usize, change: usize) -> &str {
        &self.event_ids[series][change]
    }

    /// The series that differ from this one in nothing but their backend, itself among them.
    pub(crate) fn peers(&self, series: usize) -> &[usize] {
        &self.peer_groups[self.peer_group_of[series]]
    }

    /// The chart of those series.
    pub(crate) fn peer_chart(
        &self,
        one: usize,
        draw: impl FnOnce() -> ComparisonChart,
    ) -> Arc<ComparisonChart> {
        self.peer_charts[self.peer_group_of[one]].get_or_make(draw)
    }

    /// The chart of a series as its page has it.
    pub(crate) fn drawing(
        &self,
        one: usize,
        draw: impl FnOnce() -> TrendDrawing,
    ) -> Arc<TrendDrawing> {
        self.drawings[one].get_or_make(draw)
    }

    /// The newest run with a value at or before a commit: index into the series' runs. It mostly is
    /// the one just before the run `near`, so that is looked at first.
    pub(crate) fn newest_at(
        &self,
        series: usize,
        commit: CommitIndex,
        near: Option<usize>,
    ) -> Option<usize> {
        let earliest = &self.earliest_from[series];
        let known = |at: usize| earliest[at] <= commit;
        if let Some(at) = near
            && !known(at)
            && at.checked_sub(1).is_none_or(known)
        {
            return at.checked_sub(1);
        }
        earliest.partition_point(|earliest| *earliest <= commit).checked_sub(1)
    }

    /// The changes from `from` to `to`, both included, newest first.
    pub(crate) fn events_within(&self, from: Timestamp, to: Timestamp) -> &[EventRef] {
        let start = self.events.partition_point(|event| event.time > to);
        let end = self.events.partition_point(|event| event.time >= from);
        &self.events[start..end.max(start)]
    }

    /// The colour and dash slot of a backend: the same on every page.
    pub(crate) fn slot(&self, backend: &str) -> u8 {
        self.slots.get(backend).copied().unwrap_or(1)
    }

    pub(crate) fn pair(&self, base: CommitIndex, head: CommitIndex) -> Option<&CommitPair> {
        let order = |pair: &CommitPair| (pair.head, pair.base).cmp(&(head, base));
        self.pairs.binary_search_by(order).ok().map(|at| &self.pairs[at])
    }

    /// Whether a pair with this slug has a page.
    pub(crate) fn has_pair(&self, slug: &str) -> bool {
        self.pair_slugs.contains(slug)
    }

    /// The pairs that end at a commit.
    pub(crate) fn pairs_to(&self, head: CommitIndex) -> &[CommitPair] {
        let start = self.pairs.partition_point(|pair| pair.head < head);
        let end = self.pairs.partition_point(|pair| pair.head <= head);
        &self.pairs[start..end]
    }

    /// The newest run of the main line before `commit`, where one was measured.
    pub(crate) fn commit_before(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let at = self.main_commits.partition_point(|other| *other < commit);
        at.checked_sub(1).map(|at| self.main_commits[at])
    }

    pub(crate) fn commit_after(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let at = self.main_commits.partition_point(|other| *other <= commit);
        self.main_commits.get(at).copied()
    }

    /// A commit that was measured, by its id.
    pub(crate) fn measured_commit(&self, id: &str) -> Option<CommitIndex> {
        let at = *self.commit_by_id.get(id)?;
        let measured = !self.main_runs[at].is_empty() || !self.pull_runs[at].is_empty();
        measured.then(|| u32::try_from(at).ok().map(CommitIndex)).flatten()
    }

    /// Age of a time at the build, in days; never below zero.
    pub(crate) fn age_in_days(&self, time: Timestamp) -> f64 {
        days_between(time, self.input.options.now)
    }
}

pub(crate) fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    ((to.micros() - from.micros()).max(0)) as f64 / DAY_US as f64
}

/// Commits with the same slug share one page; commits are told apart by their index.
fn runs_by_commit(input: &SiteInput<'_>) -> (Vec<Vec<RunRef>>, Vec<Vec<RunRef>>) {
    let commits = input.history.commits.len();
    let (mut main, mut pulls) = (vec![Vec::new(); commits], vec![Vec::new(); commits]);
    let refer = |series: usize, run: usize| RunRef {
        series: u32::try_from(series).unwrap_or(u32::MAX),
        run: u32::try_from(run).unwrap_or(u32::MAX),
    };
    for (index, series) in input.series.iter().enumerate() {
        for (at, run) in series.runs.iter().enumerate() {
            main[run.commit.0 as usize].push(refer(index, at));
        }
        for (at, pulled) in series.pulls.iter().enumerate() {
            pulls[pulled.run.commit.0 as usize].push(refer(index, at));
        }
    }
    (main, pulls)
}

fn stems(series: &[Series]) -> Result<Vec<String>, RenderError> {
    let stems: Vec<String> = series.iter().map(|series| urls::series_stem(&series.key)).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, stem) in stems.iter().enumerate() {
        if let Some(first) = seen.insert(stem, index) {
            return Err(RenderError::PathClash {
                path: urls::series(stem),
                first: series[first].key.name(),
                second: series[index].key.name(),
            });
        }
    }
    Ok(stems)
}

fn group_by_name(series: &[Series], name: fn(&Series) -> &str) -> BTreeMap<&str, Vec<usize>> {
    let mut all: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, series) in series.iter().enumerate() {
        all.entry(name(series)).or_default().push(index);
    }
    all
}

/// Groups of series that differ in nothing but their backend; and by series, its group.
fn peer_groups(series: &[Series]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut numbers: FxHashMap<SeriesKey, usize> = FxHashMap::default();
    let (mut group_of, mut groups) = (Vec::new(), Vec::new());
    for (index, series) in series.iter().enumerate() {
        let key = SeriesKey { backend: String::new(), ..series.key.clone() };
        let number = *numbers.entry(key).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Vec::new());
        }
        groups[number].push(index);
        group_of.push(number);
    }
    (group_of, groups)
}

/// For each run the earliest commit of all runs with a value from there on. Runs stand in order of
/// time, which need not be that of their commits; this does rise, so that it can be searched.
fn earliest_from(series: &Series) -> Vec<CommitIndex> {
    let mut earliest = CommitIndex(u32::MAX);
    let mut found: Vec<CommitIndex> = series
        .runs
        .iter()
        .rev()
        .map(|run| {
            if run.value.is_some() {
                earliest = earliest.min(run.commit);
            }
            earliest
        })
        .collect();
    found.reverse();
    found
}

fn dated_notes<'a>(
    input: &SiteInput<'a>,
    known: &FxHashMap<&str, usize>,
) -> Vec<(Timestamp, &'a Note)> {
    let time = |note: &Note| {
        let of_commit = || known.get(note.commit.as_deref()?).copied();
        note.date.or_else(|| of_commit().map(|at| input.history.commits[at].time))
    };
    input.notes.iter().filter_map(|note| Some((time(note)?, note))).collect()
}

/// Backends in the policy's order, then by name, over the six slots in turn.
fn color_slots<'a>(
    input: &SiteInput<'_>,
    backends: &BTreeMap<&'a str, Vec<usize>>,
) -> BTreeMap<&'a str, u8> {
    let named = &input.policy.regression.per_backend;
    let (first, rest): (Vec<&str>, Vec<&str>) =
        backends.keys().partition(|backend| named.contains_key(**backend));
    let ordered = first.into_iter().chain(rest).enumerate();
    ordered
        .map(|(at, backend)| (backend, u8::try_from(at % COLOR_SLOTS + 1).unwrap_or(1)))
        .collect()
}

fn event_ids(input: &SiteInput<'_>) -> Vec<Vec<String>> {
    let id = |series: &Series, change: &Change| {
        let run = &series.runs[change.first_after];
        let commit = &input.history.commits[run.commit.0 as usize].id;
        urls::event_id(&series.key, run.time, commit, change.is_regression)
    };
    let pairs = input.series.iter().zip(&input.analyses.by_series);
    pairs
        .map(|(series, analysis)| analysis.changes.iter().map(|one| id(series, one)).collect())
        .collect()
}

fn events(input: &SiteInput<'_>, ids: &[Vec<String>]) -> Vec<EventRef> {
    let mut events = Vec::new();
    for (index, (series, analysis)) in
        input.series.iter().zip(&input.analyses.by_series).enumerate()
    {
        for (at, change) in analysis.changes.iter().enumerate() {
            let (id, time) = (ids[index][at].clone(), series.runs[change.first_after].time);
            events.push(EventRef { id, series: index, change: at, time });
        }
    }
    events.sort_by(|a, b| (b.time, &a.id).cmp(&(a.time, &b.id)));
    events.dedup_by(|a, b| a.id == b.id);
    events
}

fn recents(input: &SiteInput<'_>) -> Vec<ChangeAges> {
    let age = |series: &Series, change: &Change| {
        days_between(series.runs[change.first_after].time, input.options.now)
    };
    let pairs = input.series.iter().zip(&input.analyses.by_series);
    pairs
        .map(|(series, analysis)| {
            let newest = |worse_only: bool| {
                let changes =
                    analysis.changes.iter().filter(|change| change.is_regression || !worse_only);
                changes.map(|change| age(series, change)).min_by(f64::total_cmp)
            };
            ChangeAges { changed_days: newest(false), regressed_days: newest(true) }
        })
        .collect()
}

fn presets(input: &SiteInput<'_>, recents: &[ChangeAges]) -> Vec<PresetView> {
    let views = input.policy.dashboard_presets.iter();
    views
        .map(|preset| PresetView {
            name: preset.name.clone(),
            slug: preset_slug(&preset.name),
            members: preset_members(&preset.filters, input, recents),
            filter: preset.filters.clone(),
        })
        .collect()
}

/// The series that a filter holds for.
pub(crate) fn preset_members(
    filter: &Filter,
    input: &SiteInput<'_>,
    recents: &[ChangeAges],
) -> Vec<usize> {
    let holds = |index: &usize| {
        let series = &input.series[*index];
        filter.holds(series.key.subject(&series.tags), recents[*index])
    };
    (0..input.series.len()).filter(holds).collect()
}

/// Whether a change still stands: not fixed, not accepted.
pub(crate) fn is_open(change: &Change) -> bool {
    matches!(change.status, ChangeStatus::New | ChangeStatus::Explained)
}

/// How urgent a series is: sorts tables, worst first.
pub(crate) fn urgency(series: &Series, analysis: &Analysis) -> (u8, f64) {
    let rank = match analysis.verdict {
        Verdict::Regressed => 0,
        Verdict::Suspected { .. } => 1,
        Verdict::Missing => 2,
        Verdict::Accepted => 3,
        Verdict::Infrastructure => 4,
        Verdict::Improved => 5,
        Verdict::TooNoisy => 6,
        Verdict::NotCompared => 7,
        Verdict::New => 8,
        Verdict::Unchanged => 9,
    };
    let drifting =
        analysis.changes.last().is_some_and(|change| change.is_regression && is_open(change));
    let rank = if drifting { rank.min(1) } else { rank };
    let plain = if series.key.metric == TIME_METRIC { 0.0 } else { 1e-6 };
    (rank, -(analysis.latest_change.unwrap_or(0.0).abs() / analysis.threshold.max(1e-9)) + plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::testing::SeriesBuilder;
    use proptest::prelude::*;

    fn series(runs: &[(u32, bool)]) -> Series {
        SeriesBuilder::of(runs.iter().map(|(_, valued)| valued.then_some(1.0)))
            .commits(runs.iter().map(|(commit, _)| *commit))
            .build()
    }

    proptest! {
        #[test]
        fn the_newest_run_before_a_commit_is_found_in_any_order_of_commits(
            runs in proptest::collection::vec((0..12_u32, any::<bool>()), 0..20),
            base in 0..12_u32,
        ) {
            let linear = runs.iter().rposition(|(commit, valued)| *valued && *commit <= base);
            let earliest = earliest_from(&series(&runs));
            let found = earliest.partition_point(|earliest| *earliest <= CommitIndex(base));
            prop_assert_eq!(found.checked_sub(1), linear);
        }
    }
}
