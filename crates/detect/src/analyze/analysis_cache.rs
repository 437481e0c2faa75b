//! Analyses of an earlier run of the program, found again by all that they were made from.
//!
//! The caller has a place for bytes, an [`AnalysisCache`]; what they mean is decided here. An entry
//! has the hash of everything that the analysis of one series is a function of: the series, the
//! state in which the pass left it, what people wrote about it, policy and depth. They are hashed
//! whole, as serde writes them, so a field that a type gets later is part of the hash. The clock is
//! not: verdicts are judged anew, as by a [`Reanalysis`](crate::reanalysis).
//!
//! Entries are kept by block, so that few of them are in memory at once, and a block in which
//! nothing changed is not written again. In builds with debug assertions, which all tests use, each
//! analysis that is found is made all the same and compared.

use std::cell::RefCell;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use model::policy::Policy;
use model::series::Series;

use crate::analysis::{Analysis, AnalysisContext, AnalysisDepth, Explanation, ResolvedAcceptance};
use crate::analyze;
use crate::changes::SeriesReview;
use crate::replay_summary::SeriesReplay;
use crate::series_state::SeriesState;
use crate::verdict::SeriesInput;

/// Series of one block.
pub(crate) const BLOCK_SERIES: usize = 64;

/// The hash of some content. Equal hashes stand for equal content.
pub type InputHash = [u8; 16];

/// A place for bytes, from one run of the program to the next.
pub trait AnalysisCache: Sync {
    /// The hash of these bytes.
    fn hash(&self, bytes: &[u8]) -> InputHash;

    /// The bytes of a block; none where they are not whole, or another program wrote them.
    fn read(&self, block: usize) -> Option<Vec<u8>>;

    /// Keeps the bytes of a block. A failure only costs the time of the next run.
    fn write(&self, block: usize, bytes: Vec<u8>);
}

/// What the analysis of a series is a function of, but for policy, depth and clock.
#[derive(Serialize)]
struct AnalyzedInput<'a> {
    of_all: InputHash,
    series: &'a Series,
    state: &'a SeriesState,
    accepted: &'a [ResolvedAcceptance],
    in_force: Vec<bool>,
    explanations: &'a [Explanation],
}

/// The analysis of one series, before evidence, which other series are a part of.
#[derive(Serialize, Deserialize)]
struct CachedAnalysis {
    input: InputHash,
    analysis: Analysis,
    replay: SeriesReplay,
}

/// A cache, and what all analyses of a run have in common.
pub(crate) struct CachedRun<'a> {
    cache: &'a dyn AnalysisCache,
    of_all: InputHash,
}

impl<'a> CachedRun<'a> {
    pub(crate) fn of(cache: &'a dyn AnalysisCache, policy: &Policy, depth: AnalysisDepth) -> Self {
        let is_full = depth == AnalysisDepth::Full;
        Self { cache, of_all: cache.hash(format!("{is_full} {policy:?}").as_bytes()) }
    }

    /// Analyzes the series of a block.
    pub(crate) fn analyze(
        &self,
        block: usize,
        series: &[Series],
        states: &[SeriesState],
        policy: &Policy,
        context: &AnalysisContext<'_>,
    ) -> Vec<(Analysis, SeriesReplay)> {
        let reviews: Vec<SeriesReview> =
            series.iter().map(|series| SeriesReview::of(series, context)).collect();
        let newest_run = context.newest_run;
        let inputs =
            series.par_iter().zip(states).zip(&reviews).map(|((series, state), review)| {
                let input = SeriesInput { series, policy, state, review, newest_run };
                (self.hash_of(&input), input)
            });
        let inputs: Vec<(InputHash, SeriesInput<'_>)> = inputs.collect();
        let mut earlier: Vec<CachedAnalysis> =
            self.cache.read(block).and_then(|bytes| decode(&bytes)).unwrap_or_default();
        let is_of_others = earlier.len() != series.len();
        let found = inputs.iter().map(|(hash, _)| {
            let at = earlier.iter().position(|entry| entry.input == *hash)?;
            Some(earlier.swap_remove(at))
        });
        let found: Vec<Option<CachedAnalysis>> = found.collect();
        let is_changed = is_of_others || found.iter().any(Option::is_none);
        let analyzed: Vec<CachedAnalysis> = inputs
            .par_iter()
            .zip(found)
            .map(|((hash, input), before)| {
                let (analysis, replay) = analyze_or_reuse(input, context.depth, before);
                CachedAnalysis { input: *hash, analysis, replay }
            })
            .collect();
        // Only a sequence of unknown length could fail, and no field has one.
        if is_changed && let Ok(bytes) = postcard::to_stdvec(&analyzed) {
            self.cache.write(block, bytes);
        }
        analyzed.into_iter().map(|entry| (entry.analysis, entry.replay)).collect()
    }

    fn hash_of(&self, input: &SeriesInput<'_>) -> InputHash {
        let &SeriesInput { series, state, review, .. } = input;
        let SeriesReview { accepted, explanations, now } = review;
        let in_force = accepted.iter().map(|entry| entry.is_in_force(*now)).collect();
        let input =
            AnalyzedInput { of_all: self.of_all, series, state, accepted, in_force, explanations };
        // One buffer for all inputs of a thread: each is as large as the runs of its series.
        INPUT_BYTES.with_borrow_mut(|buffer| {
            let mut bytes = std::mem::take(buffer);
            bytes.clear();
            // Only a sequence of unknown length could fail, and no field has one.
            *buffer = postcard::to_extend(&input, bytes).unwrap_or_default();
            self.cache.hash(buffer)
        })
    }
}

thread_local! {
    static INPUT_BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn decode(bytes: &[u8]) -> Option<Vec<CachedAnalysis>> {
    let (entries, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(entries)
}

fn analyze_or_reuse(
    input: &SeriesInput<'_>,
    depth: AnalysisDepth,
    before: Option<CachedAnalysis>,
) -> (Analysis, SeriesReplay) {
    let anew = || {
        let analysis = analyze::analyze_series(input, depth);
        let replay = analyze::replay_series(input, depth, &analysis);
        (analysis, replay)
    };
    let rejudged =
        before.and_then(|before| Some((analyze::rejudge(input, &before.analysis)?, before.replay)));
    let found = rejudged.unwrap_or_else(anew);
    debug_assert_eq!(found, anew(), "an analysis of the cache is another one than made anew");
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use model::record::time::{DAY_US, Timestamp};

    use crate::scenarios::{at, noisy_history, series};
    use crate::{analyze_all, analyze_all_cached};

    use super::*;

    #[derive(Default)]
    struct Memory {
        blocks: Mutex<BTreeMap<usize, Vec<u8>>>,
        writes: AtomicUsize,
    }

    impl AnalysisCache for Memory {
        fn hash(&self, bytes: &[u8]) -> InputHash {
            let half = |seed: u64| {
                let mut hasher = DefaultHasher::new();
                (seed, bytes).hash(&mut hasher);
                hasher.finish().to_le_bytes()
            };
            let mut hash = [0; 16];
            hash[..8].copy_from_slice(&half(1));
            hash[8..].copy_from_slice(&half(2));
            hash
        }

        fn read(&self, block: usize) -> Option<Vec<u8>> {
            self.blocks.lock().unwrap().get(&block).cloned()
        }

        fn write(&self, block: usize, bytes: Vec<u8>) {
            self.writes.fetch_add(1, Ordering::Relaxed);
            self.blocks.lock().unwrap().insert(block, bytes);
        }
    }

    /// Backends of one test; the newest runs of each are multiplied by its factor.
    fn history(runs: usize, factors: &[f64]) -> Vec<Series> {
        let of_backend = |(index, factor): (usize, &f64)| {
            let values = noisy_history(runs, &[(30, 1.2), (45, *factor)], 0.01, index);
            let mut series = series(&values);
            series.key.backend = format!("b{index}");
            series
        };
        factors.iter().enumerate().map(of_backend).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_the_cache_holds_never_changes_an_analysis(
            versions in prop::collection::vec(
                (40..60_usize, prop::collection::vec(0.8..1.4_f64, 1..6), 0..40_i64, any::<bool>()),
                1..6,
            ),
        ) {
            let memory = Memory::default();
            for (runs, factors, later, is_strict) in versions {
                let series = history(runs, &factors);
                let newest = series[0].runs[runs - 1].time;
                let now = Timestamp::from_micros(newest.micros() + later * 20 * DAY_US);
                let context = at(now, Some(newest));
                let mut policy = Policy::default();
                policy.regression.default_threshold = if is_strict { 0.05 } else { 0.1 };
                let cached = analyze_all_cached(&series, &policy, &context, Some(&memory));
                prop_assert_eq!(cached, analyze_all(&series, &policy, &context));
            }
        }
    }

    #[test]
    fn a_block_is_written_once_for_what_does_not_change_and_again_for_what_does() {
        let (memory, policy) = (Memory::default(), Policy::default());
        let analyze = |series: &[Series], later: i64| {
            let newest = series[0].runs.last().unwrap().time;
            let now = Timestamp::from_micros(newest.micros() + later * DAY_US);
            analyze_all_cached(series, &policy, &at(now, Some(newest)), Some(&memory));
            memory.writes.load(Ordering::Relaxed)
        };
        let first = history(50, &[1.0; BLOCK_SERIES + 1]);
        assert_eq!(analyze(&first, 0), 2);
        assert_eq!(analyze(&first, 3), 2, "another day");
        let mut next = first.clone();
        next[BLOCK_SERIES].runs[49].value = 900.0.into();
        assert_eq!(analyze(&next, 3), 3, "the other block is the same");
    }

    #[test]
    fn a_damaged_block_is_as_good_as_none() {
        let (memory, policy) = (Memory::default(), Policy::default());
        let series = history(50, &[1.0, 1.3]);
        let newest = series[0].runs[49].time;
        let context = at(newest, Some(newest));
        let plain = analyze_all_cached(&series, &policy, &context, Some(&memory));
        let whole = memory.read(0).unwrap();
        for end in (0..whole.len()).step_by(97) {
            memory.write(0, whole[..end].to_vec());
            assert_eq!(analyze_all_cached(&series, &policy, &context, Some(&memory)), plain);
        }
    }
}
