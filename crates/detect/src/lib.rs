//! From series of benchmark runs to verdicts and changes. [`analyze_all`] is the way in.
//!
//! A change counts when it is larger than the policy's threshold, and beyond the series' own noise,
//! and confirmed by enough runs, and not caused by the runner, and not made by all backends at
//! once. Nothing outside this crate computes statistics, and the same input gives the same output
//! on every machine.
//!
//! Three questions are answered. *Is the newest level a regression?* The gate asks that after every
//! run and may only look back. *Are these few runs worse than their base?* A pull request asks that
//! once. *What happened in this history?* Pages ask that from the end, where both sides of every
//! change are known.
//!
//! # The method
//!
//! Values become log levels, turned so that up is worse. Levels are medians, noise is a robust
//! standard deviation around the level, and both are inflated by the autocorrelation of the runs.
//!
//! **The gate of the main line** holds the newest 1 to 30 runs against up to 60 before them. A new
//! level must pass all of:
//!
//! 1. size: the policy's threshold, and every run of a short new level beyond it;
//! 2. significance: a score of at least 6.5 against the runs before, since it is asked thousands of
//!    times;
//! 3. memory: 1.6 times what the same statistic did by itself in the last 250 runs, and not an
//!    excursion that the series came back from twice before;
//! 4. confirmation: as many runs as the policy asks for, else it is only suspected.
//!
//! A gradual change has no first run: the oldest 40 against the newest 12, or a line through all,
//! must differ by 1.3 times the threshold. Counts that never vary need none of this: one run that
//! differs is proof.
//!
//! **Infrastructure** moves most backends at once. It is excused only while the controls agree:
//! other tests of the same unit, runner and job. A shift that stays without a recorded cause
//! becomes an open finding.
//!
//! **A pull request** asks once, so Student's law on the base's noise decides, at a false rate of
//! 0.2 % a series, with the memory of how far as many runs ever strayed; false discoveries of a
//! check are controlled. What was measured side by side with its base is judged by its own rounds.
//!
//! **Pages** segment the whole history (PELT, then bottom-up merging with the same robust score),
//! and take the newest runs from the gate. A regression is open until its level is back, or a
//! person says otherwise. Nothing is ever compared across runners.
//!
//! Sources and measurements of the constants stand where they are defined. `docs/ablation.md` says
//! what each part gives.
//!
//! # The way of a series
//!
//! | step | modules |
//! |---|---|
//! | the policy becomes the rule of the series | `rule` |
//! | its runs, commit by commit, as the gate saw them | `sequential` with `series_state` |
//! | … what most backends do at once is infrastructure | `common_mode`, `peer_vote` |
//! | … unless other tests, their controls, stay quiet | `common_mode_groups`, `controls` |
//! | … a new level, large, significant, confirmed? | `detector`, `significance`, `drift` |
//! | all its runs at once: outliers out, one level | `prepared_series`, `comparable` |
//! | change points become changes | `change_point`, `changes` |
//! | what became of each: open, fixed, accepted, … | `lifecycle` |
//! | the verdict on its newest run | `verdict` |
//! | a pull request's few runs against their base | `candidate_test` |
//! | levels that infrastructure left worse | `baseline_restart` |
//! | what would be detected, its trend | `sensitivity`, `trend` |
//! | what else moved with a change | `evidence` |
//!
//! Beside it, `paired` judges what was measured side by side, by its own rounds, and `bisection`
//! finds the commit behind a regression.
//!
//! `analyze` calls these in this order. The result is in `analysis`: plain data.
//!
//! # Example
//!
//! Twelve nightly runs in ms under a threshold of 10 %, 3 confirmations and at least 5 runs:
//!
//! ```text
//! 100 101 99 100 102 100 99 101 100 | 121 120 122
//! ```
//!
//! After the tenth run the verdict is `Suspected { runs_needed: 2 }`, after the twelfth `Regressed`
//! against a baseline of 100 ms: one [`Change`] of +21 % with `first_after` 9, status `Open`.
//!
//! Modules are in the order in which they use each other.

// The switches of the evaluation; without its feature nothing can be switched.
#[cfg(feature = "ablation")]
pub mod ablation;
#[cfg(not(feature = "ablation"))]
mod ablation;

// The basis: statistics and the result.
pub mod stats;
mod student;
mod window;
pub mod per_run;
mod replay_summary;
mod analysis;

// One series and its policy.
mod level_scale;
mod confidence;
mod exact;
mod rule;

// Pure questions about levels.
mod quality;
mod change_point;
mod noise;
mod comparable;
mod drift;
mod trend;
pub mod growth;
pub mod chaos;
mod new_level;
mod prefilter;
mod significance;

// The gate: run by run, looking back only.
mod detector;
mod peer_vote;
mod commit_batches;
mod controls;
mod common_mode;
mod series_state;
mod common_mode_groups;
mod sequential;

// The look back: what happened in the whole history.
mod changes;
mod prepared_series;
mod lifecycle;
pub mod sensitivity;
mod verdict;
mod baseline_restart;
mod naive_threshold;
pub mod replay;
pub mod evidence;

// The question of a pull request.
pub mod candidate_change;
pub mod candidate_test;

// The whole.
mod analyze;
pub mod reanalysis;

// Beside the analysis.
pub mod compare;
pub mod paired;
pub mod bisection;
pub mod runner;
pub mod targets;

#[cfg(test)]
mod prefixes;
#[cfg(test)]
mod scenarios;

pub use analysis::{
    Analyses, Analysis, AnalysisContext, AnalysisDepth, Baseline, BaselineRestart, Change,
    ChangeKind, ChangeSeverity, ChangeStatus, Explanation, InfrastructureDay, NewestRuns, PeerKind,
    ResolvedAcceptance, RunFlags, TrendEstimate, Verdict, VetoedShift, shown_names,
};
pub use analyze::analysis_cache::{AnalysisCache, InputHash};
#[cfg(any(test, feature = "bench"))]
pub use analyze::verdicts;
pub use analyze::{analyze_all, analyze_all_cached};
pub use replay_summary::ReplaySummary;
