//! What else moved with a change: evidence that only all series together give.
//!
//! Counts series and names a few. Only reported changes of the same kind count: steps in the same
//! direction within a day; drifts, whose start is not sharp, within two weeks.
//!
//! Example: `Of the 6 backends of this benchmark only julia got worse.`

use std::collections::BTreeMap;

use model::record::time::DAY_US;
use model::series::names::SeriesNames;
use model::series::{Series, SeriesKey};
use model::text;

use crate::analysis::{Analysis, ChangeKind, VetoedShift, shown_names};

use super::{list_few, quote};

/// How many days around a drift others belong to it.
const DRIFT_DAYS: i64 = 14;
/// Other series that are named.
const MAX_NAMED: usize = 3;

/// The hints about one change.
pub(crate) struct PeerEvidence {
    pub series: usize,
    pub change: usize,
    pub hints: Vec<String>,
    /// No other series has runs on either side.
    pub is_only_series: bool,
}

/// One change among all.
#[derive(Clone, Copy)]
struct ChangeRef {
    is_drift: bool,
    is_regression: bool,
    time: i64,
    series: usize,
    change: usize,
    size: f64,
}

/// What happened to a series, in words.
struct VerbPhrases {
    did: &'static str,
    did_not: &'static str,
}

impl ChangeRef {
    /// What it and all that are counted beside it did, and what the others did not: one that moved
    /// the other way at the same time is among the others.
    fn verb_phrases(&self) -> VerbPhrases {
        let (did, did_not) = match (self.is_drift, self.is_regression) {
            (false, true) => ("got worse", "did not get worse"),
            (false, false) => ("got better", "did not get better"),
            (true, true) => ("got gradually worse", "did not get gradually worse"),
            (true, false) => ("got gradually better", "did not get gradually better"),
        };
        VerbPhrases { did, did_not }
    }
}

/// For every change of every series: on which backends, in which of its siblings, and in how many
/// other series the like happened at the same time.
pub(crate) fn peer_evidence(series: &[Series], each: &[Analysis]) -> Vec<PeerEvidence> {
    let moves = sorted_changes(series, each);
    let groups = RelatedSeries::of(series);
    let names = shown_names(series, each);
    let mut evidence = Vec::new();
    // Changes at one time have the same peers: these are looked up once.
    for alike in moves.chunk_by(|a, b| {
        (a.is_drift, a.is_regression, a.time) == (b.is_drift, b.is_regression, b.time)
    }) {
        let crowd = CoMovers::around(series, &moves, &alike[0]);
        for it in alike {
            let mut hints = Vec::new();
            let voted = vetoed_hint(&each[it.series], it);
            hints.extend(voted.or_else(|| groups.backends_hint(series, &crowd, it)));
            hints.extend(groups.siblings_hint(series, &names, &crowd, it));
            let measured = groups.measured_count(it.time);
            if measured > 1 {
                hints.push(crowd.other_series_hint(series, &names, it, measured));
            }
            evidence.push(PeerEvidence {
                series: it.series,
                change: it.change,
                hints,
                is_only_series: measured <= 1,
            });
        }
    }
    evidence
}

/// Runs by which the place of a change may differ between a vote and the look back.
const MATCH_TOLERANCE: usize = 5;

/// `3 of 3 backends got worse together, but 7 of 8 tests on them did not: …`, where a vote on the
/// change was decided by the controls. In its numbers, so that both agree.
fn vetoed_hint(analysis: &Analysis, change: &ChangeRef) -> Option<String> {
    let first = analysis.changes[change.change].first_after;
    let is_same = |it: &&VetoedShift| it.first_after.abs_diff(first) <= MATCH_TOLERANCE;
    let vote = analysis.vetoed_shifts.iter().rev().find(is_same)?;
    let VerbPhrases { did, .. } = change.verb_phrases();
    Some(format!(
        "{} of {} backends {did} together, but {} of {} tests on them did not: the code, not the \
         machine.",
        vote.backends_moved, vote.backends_active, vote.tests_quiet, vote.tests_active
    ))
}

fn sorted_changes(series: &[Series], each: &[Analysis]) -> Vec<ChangeRef> {
    let mut moves = Vec::new();
    for (index, (it, analysis)) in series.iter().zip(each).enumerate() {
        for (event, change) in analysis.changes.iter().enumerate() {
            moves.push(ChangeRef {
                is_drift: change.kind == ChangeKind::Drift,
                is_regression: change.is_regression,
                time: it.runs[change.first_after].time.micros(),
                series: index,
                change: event,
                size: change.change.abs(),
            });
        }
    }
    moves.sort_unstable_by_key(|it| (it.is_drift, it.is_regression, it.time, it.series, it.change));
    moves
}

/// The series that moved around one time in one direction.
struct CoMovers {
    /// Ascending, each once.
    series: Vec<usize>,
    /// The largest movers, one more than are named.
    largest: Vec<usize>,
    /// How many moved the other way; 0 among drifts.
    opposite_count: usize,
    /// What all of them share and not all series do: ` All are of the backend julia.`
    shared_trait: String,
}

impl CoMovers {
    fn around(series: &[Series], moves: &[ChangeRef], at: &ChangeRef) -> Self {
        // A day to either side: nightly runs of one commit start hours apart.
        let reach = DAY_US * if at.is_drift { DRIFT_DAYS } else { 1 };
        let range = |is_regression: bool| {
            let from = (at.is_drift, is_regression, at.time.saturating_sub(reach));
            let to = (at.is_drift, is_regression, at.time.saturating_add(reach));
            let start = moves.partition_point(|it| (it.is_drift, it.is_regression, it.time) < from);
            let end = moves.partition_point(|it| (it.is_drift, it.is_regression, it.time) <= to);
            &moves[start..end]
        };
        let each_once = |moves: &[ChangeRef]| {
            let mut moved: Vec<usize> = moves.iter().map(|it| it.series).collect();
            moved.sort_unstable();
            moved.dedup();
            moved
        };
        let near = range(at.is_regression);
        let mut by_size: Vec<&ChangeRef> = near.iter().collect();
        // The largest are named, and of equal ones the first: the same on every machine.
        by_size.sort_by(|a, b| b.size.total_cmp(&a.size).then(a.series.cmp(&b.series)));
        let mut largest: Vec<usize> = Vec::new();
        for it in by_size {
            if !largest.contains(&it.series) {
                largest.push(it.series);
            }
            if largest.len() > MAX_NAMED {
                break;
            }
        }
        let moved = each_once(near);
        // Drifts overlap for weeks; opposite ones at the same time say nothing.
        let against = if at.is_drift { 0 } else { each_once(range(!at.is_regression)).len() };
        Self {
            shared_trait: shared_trait_sentence(series, &moved),
            series: moved,
            largest,
            opposite_count: against,
        }
    }

    fn contains(&self, series: usize) -> bool {
        self.series.binary_search(&series).is_ok()
    }

    /// `7 of 64 other series got worse within a day of it: a, b, c and 4 more.`
    fn other_series_hint(
        &self,
        series: &[Series],
        names: &SeriesNames,
        it: &ChangeRef,
        measured: usize,
    ) -> String {
        let others = self.series.len().saturating_sub(1);
        let measured = measured.saturating_sub(1).max(others);
        let VerbPhrases { did, did_not } = it.verb_phrases();
        let when = if it.is_drift { "within two weeks of it" } else { "within a day of it" };
        let all = text::count(measured as u64);
        let mut sentence = match (others, measured) {
            (0, 1) => format!("The one other series {did_not} {when}"),
            (0, _) => format!("None of the {all} other series {did} {when}"),
            (1, 1) => format!("The one other series {did} {when}"),
            (some, _) => {
                let some = text::count(some as u64);
                format!("{some} of the {all} other series {did} {when}")
            }
        };
        if others > 0 {
            let named = self.largest.iter().filter(|other| **other != it.series).take(MAX_NAMED);
            let name = |other: &usize| quote(&names.title(&series[*other].key));
            let named: Vec<String> = named.map(name).collect();
            sentence.push_str(&format!(": {}", list_few(&named, others)));
        }
        sentence.push('.');
        if others > 0 {
            sentence.push_str(&self.shared_trait);
        }
        if self.opposite_count > 0 {
            let turned = if it.is_regression { "better" } else { "worse" };
            let count = text::count(self.opposite_count as u64);
            sentence.push_str(&format!(" {count} got {turned}."));
        }
        sentence
    }
}

/// What several series have in common and not all series have, as a sentence; empty where there is
/// no such thing.
fn shared_trait_sentence(series: &[Series], moved: &[usize]) -> String {
    let Some((first, rest)) = moved.split_first() else { return String::new() };
    if rest.is_empty() {
        return String::new();
    }
    let key = &series[*first].key;
    let apart = |same: &dyn Fn(&SeriesKey) -> bool| {
        rest.iter().all(|index| same(&series[*index].key)) && !series.iter().all(|it| same(&it.key))
    };
    // The most useful trait first; one is enough.
    if apart(&|it| it.backend == key.backend) {
        format!(" All are of the backend {}.", quote(&key.backend))
    } else if apart(&|it| it.test == key.test) {
        format!(" All are of the test {}.", quote(&key.test))
    } else if apart(&|it| it.mode == key.mode) {
        format!(" All are of the mode {}.", quote(&key.mode))
    } else if apart(&|it| it.parallel == key.parallel) {
        format!(" All are {}.", if key.parallel { "parallel" } else { "sequential" })
    } else {
        String::new()
    }
}

/// Which series belong together, and when they were measured.
struct RelatedSeries<'a> {
    /// Of one test and backend in one metric.
    by_family: BTreeMap<[&'a str; 4], Vec<usize>>,
    /// The same benchmark on all backends.
    by_benchmark: BTreeMap<BenchmarkKey<'a>, Vec<usize>>,
    /// Of each series the first run and the last.
    spans: Vec<(i64, i64)>,
    /// The same, each ascending.
    firsts: Vec<i64>,
    lasts: Vec<i64>,
}

/// Suite, test, mode, parameters and metric; parallel; n.
type BenchmarkKey<'a> = ([&'a str; 5], bool, Option<u64>);

impl<'a> RelatedSeries<'a> {
    fn of(series: &'a [Series]) -> Self {
        let (mut families, mut benchmarks) = (BTreeMap::new(), BTreeMap::new());
        let mut spans = Vec::with_capacity(series.len());
        for (index, it) in series.iter().enumerate() {
            let key = &it.key;
            let family = [&key.suite, &key.test, &key.backend, &key.metric].map(String::as_str);
            let benchmark = [&key.suite, &key.test, &key.mode, &key.params, &key.metric];
            let benchmark = (benchmark.map(String::as_str), key.parallel, key.n);
            families.entry(family).or_insert_with(Vec::new).push(index);
            benchmarks.entry(benchmark).or_insert_with(Vec::new).push(index);
            let time = |run: Option<&model::series::Run>| run.map(|run| run.time.micros());
            // A series without runs was measured at no time.
            let first = time(it.runs.first()).unwrap_or(i64::MAX);
            spans.push((first, time(it.runs.last()).unwrap_or(i64::MAX)));
        }
        let mut firsts: Vec<i64> = spans.iter().map(|span| span.0).collect();
        let mut lasts: Vec<i64> = spans.iter().map(|span| span.1).collect();
        firsts.sort_unstable();
        lasts.sort_unstable();
        Self { by_family: families, by_benchmark: benchmarks, spans, firsts, lasts }
    }

    /// How many series have runs on either side of a time.
    fn measured_count(&self, time: i64) -> usize {
        // Counted by two sorted lists: asking every series for every change would be quadratic.
        let begun = self.firsts.partition_point(|first| *first < time);
        begun.saturating_sub(self.lasts.partition_point(|last| *last < time))
    }

    /// Those of `members` that have runs on either side of a time: those that moved then, and those
    /// that did not.
    fn split_by_movement(
        &self,
        members: &[usize],
        crowd: &CoMovers,
        time: i64,
    ) -> (Vec<usize>, Vec<usize>) {
        let spans = |it: &usize| self.spans[*it].0 < time && self.spans[*it].1 >= time;
        members.iter().copied().filter(spans).partition(|index| crowd.contains(*index))
    }

    /// `Of the 6 backends of this benchmark only julia got worse.` None where there is but one.
    fn backends_hint(
        &self,
        series: &[Series],
        crowd: &CoMovers,
        change: &ChangeRef,
    ) -> Option<String> {
        let key = &series[change.series].key;
        let benchmark = [&key.suite, &key.test, &key.mode, &key.params, &key.metric];
        let benchmark = (benchmark.map(String::as_str), key.parallel, key.n);
        let (with, without) =
            self.split_by_movement(self.by_benchmark.get(&benchmark)?, crowd, change.time);
        let all = text::count((with.len() + without.len()) as u64);
        if with.len() + without.len() < 2 {
            return None;
        }
        let names: Vec<String> =
            with.iter().take(MAX_NAMED).map(|one| quote(&series[*one].key.backend)).collect();
        let VerbPhrases { did, .. } = change.verb_phrases();
        Some(match (with.len(), without.len()) {
            (_, 0) => format!("All {all} backends of this benchmark {did}."),
            (1, _) => {
                format!("Of the {all} backends of this benchmark only {} {did}.", names[0])
            }
            (some, _) => {
                let names = list_few(&names, some);
                format!("Of the {all} backends of this benchmark {names} {did}.")
            }
        })
    }

    /// What the moved ones among the series of one test and backend have in common, and none of
    /// the others has; none where there is but one of them.
    fn siblings_hint(
        &self,
        series: &[Series],
        names: &SeriesNames,
        crowd: &CoMovers,
        change: &ChangeRef,
    ) -> Option<String> {
        let key = &series[change.series].key;
        let family = [&key.suite, &key.test, &key.backend, &key.metric].map(String::as_str);
        let (with, without) =
            self.split_by_movement(self.by_family.get(&family)?, crowd, change.time);
        let all = text::count((with.len() + without.len()) as u64);
        if with.len() + without.len() < 2 || with.is_empty() {
            return None;
        }
        let VerbPhrases { did, .. } = change.verb_phrases();
        if without.is_empty() {
            return Some(format!("All {all} series of this test and backend {did}."));
        }
        let what = if with.len() == 1 {
            "only this one".to_owned()
        } else {
            describe_movers(series, names, &with, &without)
        };
        Some(format!("Of the {all} series of this test and backend {what} {did}."))
    }
}

/// Those that moved, by what they have and the others do not have, else how many they are.
fn describe_movers(
    series: &[Series],
    names: &SeriesNames,
    with: &[usize],
    without: &[usize],
) -> String {
    let apart = |holds: &dyn Fn(&SeriesKey) -> bool| {
        with.iter().all(|index| holds(&series[*index].key))
            && !without.iter().any(|index| holds(&series[*index].key))
    };
    let key = &series[with[0]].key;
    let sizes = || with.iter().filter_map(|index| series[*index].key.n);
    if apart(&|it| it.parallel) {
        "only the parallel ones".to_owned()
    } else if apart(&|it| !it.parallel) {
        "only the sequential ones".to_owned()
    } else if apart(&|it| it.mode == key.mode) {
        format!("only those of mode {}", quote(&key.mode))
    } else if let Some(n) = sizes().min().filter(|n| apart(&|it| it.n >= Some(*n))) {
        format!("only those with n of {} and more", text::count(n))
    } else if let Some(n) = sizes().max().filter(|n| apart(&|it| it.n.is_some_and(|it| it <= *n))) {
        format!("only those with n up to {}", text::count(n))
    } else if apart(&|it| it.params == key.params) && !names.params(key).is_empty() {
        format!("only those with {}", quote(&names.params(key)))
    } else {
        text::count(with.len() as u64)
    }
}
