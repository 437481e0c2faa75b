//! What pages look up: paths of series, events with their ids, who was measured at which commit,
//! which pairs of commits have a page, which series a preset holds.
//!
//! Everything here is found once, before the first page: a page that would search all series, all
//! commits, all pairs or all events for what concerns it makes the site quadratic.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::site::detail::Pages;
use crate::site::frame::Shell;
use crate::site::lineage::Lineage;
use crate::site::pairs::Pair;
use crate::site::shared::Shared;
use crate::site::{Failure, Input, pairs, routes};
use chart::Drawing;
use chart::compare::Comparison;
use detect::{Analysis, Change, Status, Verdict};
use model::filter::{Filter, Recent};
use model::history::Commit;
use model::note::Note;
use model::policy::threshold::preset_slug;
use model::record::TIME;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series, SeriesKey};

/// Colour slots of the chart room.
const SLOTS: usize = 6;

/// The input with its look-ups.
pub(crate) struct Index<'a> {
    pub(crate) input: &'a Input<'a>,
    /// By series: what its page, chart and JSON share of their path.
    pub(crate) stems: Vec<String>,
    /// By series: ages of its newest change and regression.
    pub(crate) recents: Vec<Recent>,
    /// By series: see [`Index::newest_at`].
    earliest_from: Vec<Vec<CommitIndex>>,
    /// By series: the number of its group in `alike`.
    group_of: Vec<usize>,
    /// Series that differ in nothing but their backend, in order.
    alike: Vec<Vec<usize>>,
    /// By group: its chart, for the page of each and that of their test.
    together: Vec<Shared<Comparison>>,
    /// By series: its chart, for its page and its file.
    drawings: Vec<Shared<Drawing>>,
    slots: BTreeMap<&'a str, u8>,
    /// What is the same around every page.
    pub(crate) shell: Shell,
    /// Notes with their time; those about a commit that nobody measured have none and are left out.
    pub(crate) notes: Vec<(Timestamp, &'a Note)>,
    pub(crate) lineage: Lineage<'a>,
    /// By id of a commit: its index.
    pub(crate) known: FxHashMap<&'a str, usize>,
    /// Newest first.
    pub(crate) events: Vec<EventRef>,
    /// By series, then by its changes.
    event_ids: Vec<Vec<String>>,
    /// By commit: the series measured there on the main line, in order.
    pub(crate) measured: Vec<Vec<RunRef>>,
    /// By commit: the series measured there for a pull request.
    pub(crate) pulled: Vec<Vec<RunRef>>,
    /// Commits measured on the main line, in time order.
    pub(crate) main: Vec<CommitIndex>,
    /// In order of their head, then their base.
    pub(crate) pairs: Vec<Pair>,
    slugs: FxHashSet<String>,
    /// What has a page of its own.
    pub(crate) pages: Pages,
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

impl<'a> Index<'a> {
    pub(crate) fn of(input: &'a Input<'a>) -> Result<Self, Failure> {
        let stems = stems(input.series)?;
        let recents = recents(input);
        let backends = by_name(input.series, |series| &series.key.backend);
        let commits = &input.history.commits;
        let known: FxHashMap<&str, usize> =
            commits.iter().enumerate().map(|(at, commit)| (commit.id.as_str(), at)).collect();
        let (group_of, alike) = alike(input.series);
        let event_ids = event_ids(input);
        let (measured, pulled) = measured(input);
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
            group_of,
            together: alike.iter().map(|group| Shared::by(group.len() + 1)).collect(),
            drawings: input.series.iter().map(|_| Shared::by(2)).collect(),
            alike,
            slots: slots(input, &backends),
            shell: Shell::of(input),
            notes: notes(input, &known),
            lineage: Lineage::of(input.history),
            events: events(input, &event_ids),
            event_ids,
            measured,
            pulled,
            main,
            pairs: Vec::new(),
            slugs: FxHashSet::default(),
            pages: Pages::default(),
            presets,
            tests: by_name(input.series, |series| &series.key.test),
            backends,
            known,
        };
        index.pages = Pages::of(&index);
        index.pairs = pairs::find(&index);
        index.slugs = index.pairs.iter().map(|pair| pair.slug.clone()).collect();
        Ok(index)
    }

    pub(crate) fn series(&self, index: usize) -> (&'a Series, &'a Analysis) {
        (&self.input.series[index], &self.input.analyses.each[index])
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        0..self.input.series.len()
    }

    pub(crate) fn commit(&self, index: CommitIndex) -> &'a Commit {
        &self.input.history.commits[index.0 as usize]
    }

    pub(crate) fn change(&self, event: &EventRef) -> (&'a Series, &'a Analysis, &'a Change) {
        let (series, analysis) = self.series(event.series);
        (series, analysis, &analysis.events[event.change])
    }

    /// The id of a change of a series.
    pub(crate) fn event_of(&self, series: usize, change: usize) -> &str {
        &self.event_ids[series][change]
    }

    /// The series that differ from this one in nothing but their backend, itself among them.
    pub(crate) fn alike(&self, series: usize) -> &[usize] {
        &self.alike[self.group_of[series]]
    }

    /// The chart of those series.
    pub(crate) fn together(
        &self,
        one: usize,
        draw: impl FnOnce() -> Comparison,
    ) -> Arc<Comparison> {
        self.together[self.group_of[one]].take(draw)
    }

    /// The chart of a series as its page has it.
    pub(crate) fn drawing(&self, one: usize, draw: impl FnOnce() -> Drawing) -> Arc<Drawing> {
        self.drawings[one].take(draw)
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

    pub(crate) fn pair(&self, base: CommitIndex, head: CommitIndex) -> Option<&Pair> {
        let order = |pair: &Pair| (pair.head, pair.base).cmp(&(head, base));
        self.pairs.binary_search_by(order).ok().map(|at| &self.pairs[at])
    }

    /// Whether a pair with this slug has a page.
    pub(crate) fn has_pair(&self, slug: &str) -> bool {
        self.slugs.contains(slug)
    }

    /// The pairs that end at a commit.
    pub(crate) fn pairs_to(&self, head: CommitIndex) -> &[Pair] {
        let start = self.pairs.partition_point(|pair| pair.head < head);
        let end = self.pairs.partition_point(|pair| pair.head <= head);
        &self.pairs[start..end]
    }

    /// The newest run of the main line before `commit`, where one was measured.
    pub(crate) fn before(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let at = self.main.partition_point(|other| *other < commit);
        at.checked_sub(1).map(|at| self.main[at])
    }

    pub(crate) fn after(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let at = self.main.partition_point(|other| *other <= commit);
        self.main.get(at).copied()
    }

    /// A commit that was measured, by its id.
    pub(crate) fn measured_id(&self, id: &str) -> Option<CommitIndex> {
        let at = *self.known.get(id)?;
        let measured = !self.measured[at].is_empty() || !self.pulled[at].is_empty();
        measured.then(|| u32::try_from(at).ok().map(CommitIndex)).flatten()
    }

    /// Age of a time at the build, in days; never below zero.
    pub(crate) fn days_old(&self, time: Timestamp) -> f64 {
        days_between(time, self.input.options.now)
    }
}

pub(crate) fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    ((to.micros() - from.micros()).max(0)) as f64 / DAY_US as f64
}

/// Commits with the same slug share one page; commits are told apart by their index.
fn measured(input: &Input<'_>) -> (Vec<Vec<RunRef>>, Vec<Vec<RunRef>>) {
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

fn stems(series: &[Series]) -> Result<Vec<String>, Failure> {
    let stems: Vec<String> = series.iter().map(|series| routes::series_stem(&series.key)).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, stem) in stems.iter().enumerate() {
        if let Some(first) = seen.insert(stem, index) {
            return Err(Failure::Clash {
                path: routes::series(stem),
                first: series[first].key.name(),
                second: series[index].key.name(),
            });
        }
    }
    Ok(stems)
}

fn by_name(series: &[Series], name: fn(&Series) -> &str) -> BTreeMap<&str, Vec<usize>> {
    let mut all: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, series) in series.iter().enumerate() {
        all.entry(name(series)).or_default().push(index);
    }
    all
}

/// Groups of series that differ in nothing but their backend; and by series, its group.
fn alike(series: &[Series]) -> (Vec<usize>, Vec<Vec<usize>>) {
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

fn notes<'a>(input: &Input<'a>, known: &FxHashMap<&str, usize>) -> Vec<(Timestamp, &'a Note)> {
    let time = |note: &Note| {
        let of_commit = || known.get(note.commit.as_deref()?).copied();
        note.date.or_else(|| of_commit().map(|at| input.history.commits[at].time))
    };
    input.notes.iter().filter_map(|note| Some((time(note)?, note))).collect()
}

/// Backends in the policy's order, then by name, over the six slots in turn.
fn slots<'a>(input: &Input<'_>, backends: &BTreeMap<&'a str, Vec<usize>>) -> BTreeMap<&'a str, u8> {
    let named = &input.policy.regression.per_backend;
    let (first, rest): (Vec<&str>, Vec<&str>) =
        backends.keys().partition(|backend| named.contains_key(**backend));
    let ordered = first.into_iter().chain(rest).enumerate();
    ordered.map(|(at, backend)| (backend, u8::try_from(at % SLOTS + 1).unwrap_or(1))).collect()
}

fn event_ids(input: &Input<'_>) -> Vec<Vec<String>> {
    let id = |series: &Series, change: &Change| {
        let run = &series.runs[change.first];
        let commit = &input.history.commits[run.commit.0 as usize].id;
        routes::event_id(&series.key, run.time, commit, change.worse)
    };
    let pairs = input.series.iter().zip(&input.analyses.each);
    pairs
        .map(|(series, analysis)| analysis.events.iter().map(|one| id(series, one)).collect())
        .collect()
}

fn events(input: &Input<'_>, ids: &[Vec<String>]) -> Vec<EventRef> {
    let mut events = Vec::new();
    for (index, (series, analysis)) in input.series.iter().zip(&input.analyses.each).enumerate() {
        for (at, change) in analysis.events.iter().enumerate() {
            let (id, time) = (ids[index][at].clone(), series.runs[change.first].time);
            events.push(EventRef { id, series: index, change: at, time });
        }
    }
    events.sort_by(|a, b| (b.time, &a.id).cmp(&(a.time, &b.id)));
    events.dedup_by(|a, b| a.id == b.id);
    events
}

fn recents(input: &Input<'_>) -> Vec<Recent> {
    let age = |series: &Series, change: &Change| {
        days_between(series.runs[change.first].time, input.options.now)
    };
    let pairs = input.series.iter().zip(&input.analyses.each);
    pairs
        .map(|(series, analysis)| {
            let newest = |worse_only: bool| {
                let changes = analysis.events.iter().filter(|change| change.worse || !worse_only);
                changes.map(|change| age(series, change)).min_by(f64::total_cmp)
            };
            Recent { changed_days: newest(false), regressed_days: newest(true) }
        })
        .collect()
}

fn presets(input: &Input<'_>, recents: &[Recent]) -> Vec<PresetView> {
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
pub(crate) fn preset_members(filter: &Filter, input: &Input<'_>, recents: &[Recent]) -> Vec<usize> {
    let holds = |index: &usize| {
        let series = &input.series[*index];
        filter.holds(series.key.subject(&series.tags), recents[*index])
    };
    (0..input.series.len()).filter(holds).collect()
}

/// Whether a change still stands: not fixed, not accepted.
pub(crate) fn is_open(change: &Change) -> bool {
    matches!(change.status, Status::New | Status::Explained)
}

/// How urgent a series is: sorts tables, worst first.
pub(crate) fn urgency(series: &Series, analysis: &Analysis) -> (u8, f64) {
    let rank = match analysis.verdict {
        Verdict::Regressed => 0,
        Verdict::Suspected { .. } => 1,
        Verdict::Missing => 2,
        Verdict::Approved => 3,
        Verdict::Infrastructure => 4,
        Verdict::Improved => 5,
        Verdict::Noisy => 6,
        Verdict::Suppressed => 7,
        Verdict::New => 8,
        Verdict::Steady => 9,
    };
    let drifting = analysis.events.last().is_some_and(|change| change.worse && is_open(change));
    let rank = if drifting { rank.min(1) } else { rank };
    let plain = if series.key.metric == TIME { 0.0 } else { 1e-6 };
    (rank, -(analysis.change.unwrap_or(0.0).abs() / analysis.threshold.max(1e-9)) + plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::record::{Direction, Unit};
    use model::series::{Run, Std};
    use proptest::prelude::*;

    fn series(runs: &[(u32, bool)]) -> Series {
        let run = |(at, (commit, valued)): (usize, &(u32, bool))| Run {
            commit: CommitIndex(*commit),
            time: Timestamp::from_micros(at as i64),
            value: valued.then_some(1.0),
            std: Std::of(None),
            repeats: 1,
            segment: 0,
            environment: 0,
            detail: None,
        };
        Series {
            key: SeriesKey {
                suite: String::new(),
                test: "test".to_owned(),
                backend: "rust".to_owned(),
                mode: "default".to_owned(),
                parallel: false,
                n: None,
                params: String::new(),
                metric: TIME.to_owned(),
                metric_name: TIME.to_owned(),
            },
            unit: Unit::of_metric(TIME),
            better: Direction::Lower,
            tags: Vec::new(),
            runs: runs.iter().enumerate().map(run).collect(),
            pulls: Vec::new(),
            segments: Vec::new(),
        }
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
