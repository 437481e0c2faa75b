//! The one incremental engine: a history that is analyzed again and again while it changes.
//!
//! `serve` and `check --watch` both keep a [`Reanalysis`]. It answers what
//! [`analyze_all`](super::analyze_all) would answer, and reuses what a change cannot have touched:
//! the pass through the history up to the first commit with other runs, and the analyses of the
//! series to which nothing happened.
//!
//! ```text
//! let (analyses, mut state) = Reanalysis::new(series, &policy, &context);  // everything
//! state.prepare(None);                    // while idle: up to the newest commit
//! let analyses = state.analyze(series, &policy, &context);                 // what changed
//! ```
//!
//! Example: 500 series of 200 runs, and a saved file adds a run to one of them. The pass continues
//! from the checkpoint before the newest commit, one series is analyzed, 499 are reused.
//!
//! Any difference is allowed: other runs, other series, another policy or depth. What cannot be
//! reused is found anew. All data is owned, so a state may outlive the project it came from.

use std::sync::Arc;

use rayon::prelude::*;

use model::policy::Policy;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Run, Series};

use super::analysis::{Analyses, Analysis, AnalysisContext, AnalysisDepth};
use super::changes::SeriesReview;
use super::replay_summary::SeriesReplay;
use super::sequential::{self, PassCheckpoint, PassResult};
use super::series_state::SeriesState;
use super::verdict::SeriesInput;
use super::{analyze, evidence};

/// Series that a thread takes at once: few, since the ones that have to be analyzed anew are often
/// next to each other.
const SERIES_PER_TASK: usize = 8;

/// A pass is continued from a checkpoint where at least this share of the runs lies before it. A
/// choice: copying the state and going through more than half costs little less than all of it.
const MIN_SHARED_RUNS: f64 = 0.5;

/// What an analysis leaves to the next one.
pub struct Reanalysis {
    /// The series that were analyzed last, each with what was found of it.
    series: Arc<[Series]>,
    analyzed: Vec<AnalyzedSeries>,
    policy: Policy,
    depth: AnalysisDepth,
    /// The clock that verdicts were judged by: the time, and the newest run of the whole history.
    judged_at: (Timestamp, Option<Timestamp>),
    checkpoint: Option<Checkpoint>,
}

/// A pass through the series up to a commit, before which they have not changed since.
struct Checkpoint {
    commit: CommitIndex,
    pass: PassCheckpoint,
}

/// What was found of one series, and from what besides its runs and the policy.
struct AnalyzedSeries {
    state: SeriesState,
    review: SeriesReview,
    /// Before evidence, which depends on the other series.
    analysis: Analysis,
    replay: SeriesReplay,
}

impl Reanalysis {
    /// Analyzes series for the first time.
    pub fn new(
        series: Arc<[Series]>,
        policy: &Policy,
        context: &AnalysisContext<'_>,
    ) -> (Analyses, Self) {
        let mut first = Self {
            series: Arc::new([]),
            analyzed: Vec::new(),
            policy: policy.clone(),
            depth: context.depth,
            judged_at: (context.now, context.newest_run),
            checkpoint: None,
        };
        (first.analyze(series, policy, context), first)
    }

    /// The series that were analyzed last.
    pub fn series(&self) -> &Arc<[Series]> {
        &self.series
    }

    /// Goes through the history up to the commit from which on the next series are expected to
    /// differ, the newest one where none is given: the next analysis continues from there. To be
    /// called while nobody waits. False where there was nothing to do.
    pub fn prepare(&mut self, from: Option<CommitIndex>) -> bool {
        let Some(commit) = from.or_else(|| newest_commit(&self.series)) else { return false };
        if self.checkpoint.as_ref().is_some_and(|it| it.commit <= commit) {
            return false;
        }
        let pass = PassCheckpoint::before(commit, &self.series, &self.policy);
        let is_new = pass.is_some();
        if let Some(pass) = pass {
            self.checkpoint = Some(Checkpoint { commit, pass });
        }
        is_new
    }

    /// Analyzes the next series: the ones before, some of them, others.
    pub fn analyze(
        &mut self,
        series: Arc<[Series]>,
        policy: &Policy,
        context: &AnalysisContext<'_>,
    ) -> Analyses {
        if *policy != self.policy || context.depth != self.depth {
            self.analyzed.clear();
            self.series = Arc::new([]);
            self.checkpoint = None;
            (self.policy, self.depth) = (policy.clone(), context.depth);
        }
        let judged_at = (context.now, context.newest_run);
        let is_judged = judged_at == self.judged_at;
        let matches = match_series(&self.series, &series);
        let PassResult { states, infrastructure_days } = self.resume(&series, &matches);
        let mut before: Vec<Option<AnalyzedSeries>> =
            std::mem::take(&mut self.analyzed).into_iter().map(Some).collect();
        let reusable: Vec<Option<AnalyzedSeries>> = matches
            .iter()
            .map(|it| it.as_ref().filter(|it| it.is_same).and_then(|it| before[it.index].take()))
            .collect();
        // What cannot be reused goes before more is made.
        drop(before);
        self.analyzed = series
            .par_iter()
            .zip(states)
            .zip(reusable)
            .with_max_len(SERIES_PER_TASK)
            .map(|((series, state), before)| {
                let review = SeriesReview::of(series, context);
                let before =
                    before.filter(|it| it.state == state && it.review.has_same_effect(&review));
                let newest_run = context.newest_run;
                let input =
                    SeriesInput { series, policy, state: &state, review: &review, newest_run };
                let (analysis, replay) = match before {
                    Some(before) if is_judged => (before.analysis, before.replay),
                    Some(before) => reuse(&input, context.depth, before),
                    None => analyze_anew(&input, context.depth),
                };
                AnalyzedSeries { state, review, analysis, replay }
            })
            .collect();
        (self.series, self.judged_at) = (series, judged_at);
        let mut by_series: Vec<Analysis> =
            self.analyzed.par_iter().map(|it| it.analysis.clone()).collect();
        evidence::explain(&self.series, &mut by_series);
        let replays = self.analyzed.iter().map(|it| it.replay.clone()).collect();
        let replay_summary =
            analyze::total_replay(context.depth, replays, infrastructure_days.len());
        Analyses { by_series, infrastructure_days, replay_summary }
    }

    /// Goes through the series, from the checkpoint where they share enough with those before. A
    /// checkpoint that is too late is replaced by one before the first commit that differs: who
    /// edits one file edits it again.
    fn resume(&mut self, series: &[Series], matches: &[Option<SeriesMatch>]) -> PassResult {
        let anew = || sequential::run_pass(series, &self.policy, &mut |_, _| ());
        let Some(commit) = first_divergence(self.series.len(), series, matches) else {
            self.checkpoint = None;
            return anew();
        };
        let runs_before = |series: &Series| sequential::runs_before(series, commit);
        let shared: usize = series.par_iter().map(runs_before).sum();
        let all: usize = series.iter().map(|it| it.runs.len()).sum();
        if (shared as f64) < MIN_SHARED_RUNS * all as f64 {
            self.checkpoint = None;
            return anew();
        }
        if self.checkpoint.as_ref().is_none_or(|it| it.commit > commit) {
            let pass = PassCheckpoint::before(commit, series, &self.policy);
            self.checkpoint = pass.map(|pass| Checkpoint { commit, pass });
        }
        match &self.checkpoint {
            Some(checkpoint) => checkpoint.pass.resume(series, &self.policy),
            None => anew(),
        }
    }
}

fn analyze_anew(input: &SeriesInput<'_>, depth: AnalysisDepth) -> (Analysis, SeriesReplay) {
    let analysis = analyze::analyze_series(input, depth);
    let replay = analyze::replay_series(input, depth, &analysis);
    (analysis, replay)
}

/// What was found of the same series in the same state, at another time.
fn reuse(
    input: &SeriesInput<'_>,
    depth: AnalysisDepth,
    before: AnalyzedSeries,
) -> (Analysis, SeriesReplay) {
    match analyze::rejudge(input, &before.analysis) {
        Some(analysis) => (analysis, before.replay),
        None => analyze_anew(input, depth),
    }
}

fn newest_commit(series: &[Series]) -> Option<CommitIndex> {
    series.iter().flat_map(|it| &it.runs).map(|run| run.commit).max()
}

/// A series and the one of the same key that was analyzed before.
struct SeriesMatch {
    /// Index of the one before.
    index: usize,
    /// Nothing that an analysis looks at differs.
    is_same: bool,
    /// The pass treats both alike up to their first run that differs.
    is_resumable: bool,
    /// The first commit of which one has other runs; none where there is no such commit.
    diverges_at: Option<CommitIndex>,
}

impl SeriesMatch {
    fn of(index: usize, before: &Series, series: &Series) -> Self {
        let pairs = before.runs.iter().zip(&series.runs);
        let shared = pairs.take_while(|(a, b)| is_same_run(a, b)).count();
        let other = before.runs[shared..].iter().chain(&series.runs[shared..]);
        let diverges_at = other.map(|run| run.commit).min();
        let is_resumable = before.unit == series.unit
            && before.direction == series.direction
            && before.tags == series.tags;
        let same_details =
            || before.runs.iter().zip(&series.runs).all(|(a, b)| a.detail == b.detail);
        let is_same = is_resumable
            && diverges_at.is_none()
            && (&before.segments, &before.pulls) == (&series.segments, &series.pulls)
            && same_details();
        Self { index, is_same, is_resumable, diverges_at }
    }
}

/// Whether two runs are the same to an analysis. The number of an environment is not looked at: it
/// changes as soon as any record comes from a machine that is new.
fn is_same_run(a: &Run, b: &Run) -> bool {
    (a.commit, a.time, a.segment, a.repeats) == (b.commit, b.time, b.segment, b.repeats)
        && (a.value, a.std) == (b.value, b.std)
}

/// For each series the one before of the same key. Both are in the order of their keys.
fn match_series(before: &[Series], series: &[Series]) -> Vec<Option<SeriesMatch>> {
    let find = |series: &Series| {
        let index = before.binary_search_by(|other| other.key.cmp(&series.key)).ok()?;
        Some(SeriesMatch::of(index, &before[index], series))
    };
    series.par_iter().map(find).collect()
}

/// The first commit of which any series has other runs than before, the newest commit where there
/// is none; none where they are not the same series.
fn first_divergence(
    before: usize,
    series: &[Series],
    matches: &[Option<SeriesMatch>],
) -> Option<CommitIndex> {
    let is_known = |it: &Option<SeriesMatch>| it.as_ref().is_some_and(|it| it.is_resumable);
    if before != series.len() || !matches.iter().all(is_known) {
        return None;
    }
    let diverging = matches.iter().flatten().filter_map(|it| it.diverges_at);
    diverging.min().or_else(|| newest_commit(series))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use model::record::time::DAY_US;
    use model::series::Segment;

    use crate::analyze_all;
    use crate::scenarios::{at, noisy_history, series};

    use super::*;

    /// Runs before the commit from which on they change.
    const BEFORE: usize = 40;
    const RUNS: usize = 46;

    /// One version of the series: what became of each, and of all.
    #[derive(Clone, Debug)]
    struct Version {
        edits: Vec<Edit>,
        /// Tenths of a day after the newest run.
        later: i64,
        /// Another policy, and series that go.
        is_strict: bool,
        gone: usize,
    }

    #[derive(Clone, Debug)]
    enum Edit {
        None,
        /// Factor on the newest runs.
        Factor(f64),
        Shorter(usize),
        /// The newest run failed.
        Failed,
        /// The newest runs are of another version of the benchmark.
        Version,
        /// One value in the middle of the history.
        Value(usize),
    }

    /// Series of two benchmarks with four backends each, after these edits.
    fn edited(edits: &[Edit], shift: usize, gone: usize) -> Arc<[Series]> {
        let mut all: Vec<Series> = edits
            .iter()
            .enumerate()
            .map(|(index, edit)| {
                let factor = if let Edit::Factor(factor) = edit { *factor } else { 1.0 };
                let steps = [(shift, 1.2), (BEFORE, factor)];
                let mut series = series(&noisy_history(RUNS, &steps, 0.01, index));
                series.key.backend = format!("b{}", index % 4);
                series.key.test = format!("t{}", index / 4);
                apply(edit, &mut series);
                series
            })
            .collect();
        all.truncate(all.len() - gone);
        all.into()
    }

    fn apply(edit: &Edit, series: &mut Series) {
        match edit {
            Edit::None | Edit::Factor(_) => {}
            Edit::Shorter(runs) => series.runs.truncate(RUNS - runs),
            Edit::Failed => series.runs[RUNS - 1].value = None.into(),
            Edit::Version => {
                let segment = Segment { fingerprint: Vec::new(), version: Some("2".into()) };
                series.segments.push(segment);
                series.runs[BEFORE..].iter_mut().for_each(|run| run.segment = 1);
            }
            Edit::Value(run) => series.runs[*run].value = 250.0.into(),
        }
    }

    fn any_version() -> impl Strategy<Value = Version> {
        let edit = prop_oneof![
            12 => Just(Edit::None),
            4 => prop_oneof![Just(1.3), 0.7..1.5_f64].prop_map(Edit::Factor),
            2 => (1..7_usize).prop_map(Edit::Shorter),
            1 => Just(Edit::Failed),
            1 => Just(Edit::Version),
            1 => (0..RUNS).prop_map(Edit::Value),
        ];
        let gone = prop_oneof![8 => Just(0_usize), 1 => 1..3_usize];
        (prop::collection::vec(edit, 8), 0..40_i64, prop::bool::weighted(0.1), gone)
            .prop_map(|(edits, later, is_strict, gone)| Version { edits, later, is_strict, gone })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn an_analysis_of_what_changed_is_the_analysis_of_everything(
            versions in prop::collection::vec((any_version(), any::<bool>()), 1..6),
            shift in 20..60_usize,
            is_gate: bool,
        ) {
            let depth = if is_gate { AnalysisDepth::GateOnly } else { AnalysisDepth::Full };
            let first = edited(&[const { Edit::None }; 8], shift, 0);
            let newest = first[0].runs[RUNS - 1].time;
            let context = |later: i64| {
                let newest_run = Timestamp::from_micros(newest.micros() + later / 10 * DAY_US);
                let now = Timestamp::from_micros(newest.micros() + later / 20 * 300 * DAY_US);
                AnalysisContext { depth, ..at(now, Some(newest_run)) }
            };
            let mut policy = Policy::default();
            let (analyses, mut state) = Reanalysis::new(Arc::clone(&first), &policy, &context(0));
            prop_assert_eq!(analyses, analyze_all(&first, &policy, &context(0)));
            for (version, prepare) in versions {
                let Version { edits, later, is_strict, gone } = version;
                if prepare {
                    state.prepare(None);
                }
                policy.regression.default_threshold = if is_strict { 0.05 } else { 0.1 };
                let series = edited(&edits, shift, gone);
                let again = state.analyze(Arc::clone(&series), &policy, &context(later));
                prop_assert_eq!(again, analyze_all(&series, &policy, &context(later)));
            }
        }
    }

    #[test]
    fn what_nothing_happened_to_is_walked_from_the_checkpoint_alone() {
        let series = edited(&[const { Edit::None }; 8], 20, 0);
        let policy = Policy::default();
        let context = at(series[0].runs[RUNS - 1].time, None);
        let (_, mut state) = Reanalysis::new(Arc::clone(&series), &policy, &context);
        assert!(state.prepare(None) && !state.prepare(None));
        let newest = newest_commit(&series);
        assert_eq!(state.checkpoint.as_ref().map(|it| it.commit), newest);
        state.analyze(edited(&[const { Edit::Factor(1.3) }; 8], 20, 0), &policy, &context);
        let commit = state.checkpoint.as_ref().map(|it| it.commit);
        assert_eq!(commit, Some(series[0].runs[BEFORE].commit), "an earlier change moves it back");
        state.analyze(series, &policy, &context);
        assert_eq!(state.checkpoint.map(|it| it.commit), commit);
    }
}
