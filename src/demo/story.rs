//! The story of the demo: what happens to which series, and how many days before the end.
//!
//! Ages count back from the newest day (age 0), so that a shorter or a longer history ends the same
//! way; in the default 60 days, age 59 is day 0. What lies before the first day does not happen.

use crate::demo::matrix::BenchmarkSlot;

/// The runner image moves from ubuntu-22.04 to ubuntu-24.04 (day 18).
pub(super) const RUNNER_CHANGE: u32 = 41;
/// A noisy neighbor: everything is 25–30 % slower, for this one day (day 27).
pub(super) const INFRASTRUCTURE: u32 = 32;
/// julia sum_even_squares, parallel, n = 1,000,000: 18 % slower from here (day 33) …
pub(super) const REGRESSION: u32 = 26;
/// … until here (day 46).
pub(super) const FIX: u32 = 13;
/// csharp groupby_topN gets slower by 15 % in all, a little every day, over the last 35 days (from
/// day 24).
const DRIFT: u32 = 35;
/// One run of csharp time_buckets, parallel, n = 1,000,000, is killed (day 40).
pub(super) const FAILURE: u32 = 19;
/// rust time_buckets gets 12 % faster (day 54).
pub(super) const IMPROVEMENT: u32 = 5;
/// go groupby_topN gets 17 % slower, and somebody accepts it (day 55).
pub(super) const ACCEPTED: u32 = 4;
/// ts time_buckets, parallel, n = 1,000,000, is measured from here (day 57): too new for a verdict.
/// Before, its place in the day is a second run of the sequential loop.
pub(super) const BIRTH: u32 = 2;

const REGRESSION_FACTOR: f64 = 1.18;
const DRIFT_FACTOR: f64 = 1.15;
const IMPROVEMENT_FACTOR: f64 = 0.88;
const ACCEPTED_FACTOR: f64 = 1.17;
/// By backend, in the order of [`crate::demo::matrix::BACKENDS`] by name.
const INFRASTRUCTURE_FACTORS: [(&str, f64); 5] =
    [("julia", 1.30), ("rust", 1.26), ("go", 1.28), ("ts", 1.29), ("csharp", 1.27)];
/// The open pull request: julia groupby_topN, sequential, n = 1,000,000.
pub(super) const PULL_FACTOR: f64 = 1.139;

/// The level of a slot on a day, relative to the slot's own level at the beginning.
pub(super) fn factor(slot: &BenchmarkSlot, age: u32) -> f64 {
    let mut factor = runner_factor(slot, age);
    if age == INFRASTRUCTURE {
        let entry = INFRASTRUCTURE_FACTORS.iter().find(|(backend, _)| *backend == slot.backend);
        factor *= entry.map_or(1.0, |(_, factor)| *factor);
    }
    if is_regression(slot) && (FIX + 1..=REGRESSION).contains(&age) {
        factor *= REGRESSION_FACTOR;
    }
    if slot.matches("groupby_topN", "csharp") && age < DRIFT {
        // The same percentage every day, which is what a drift test looks for.
        let share = f64::from(DRIFT - age) / f64::from(DRIFT);
        factor *= libm::exp(libm::log(DRIFT_FACTOR) * share);
    }
    if slot.matches("time_buckets", "rust") && age <= IMPROVEMENT {
        factor *= IMPROVEMENT_FACTOR;
    }
    if slot.matches("groupby_topN", "go") && age <= ACCEPTED {
        factor *= ACCEPTED_FACTOR;
    }
    factor
}

/// The level on the runner of that day, relative to the old runner.
pub(super) fn runner_factor(slot: &BenchmarkSlot, age: u32) -> f64 {
    if age <= RUNNER_CHANGE { slot.profile.new_runner_factor } else { 1.0 }
}

fn is_regression(slot: &BenchmarkSlot) -> bool {
    slot.matches("sum_even_squares", "julia") && is_large_parallel(slot)
}

/// The slot whose run is killed.
pub(super) fn fails(slot: &BenchmarkSlot, age: u32) -> bool {
    age == FAILURE && slot.matches("time_buckets", "csharp") && is_large_parallel(slot)
}

/// The slot that is not measured yet on that day.
pub(super) fn is_unborn(slot: &BenchmarkSlot, age: u32) -> bool {
    age > BIRTH && slot.matches("time_buckets", "ts") && is_large_parallel(slot)
}

/// The slot that the open pull request slows down.
pub(super) fn is_slowed_by_pull(slot: &BenchmarkSlot) -> bool {
    slot.matches("groupby_topN", "julia") && !slot.parallel && slot.n == 1_000_000
}

fn is_large_parallel(slot: &BenchmarkSlot) -> bool {
    slot.parallel && slot.n == 1_000_000
}

/// Subjects of ordinary days, taken in turn.
const SUBJECTS: [&str; 24] = [
    "Bump the toolchain of the go backend to 1.24.6",
    "docs: explain how a generator picks its loop bounds",
    "codegen: name temporaries after their source expression",
    "Fix the exit status of the runner when a backend is missing",
    "ci: cache the julia depot between jobs",
    "tests: cover empty input in groupby_topN",
    "Remove the unused --legacy-output flag",
    "ts: emit const where a binding is never assigned",
    "refactor: move the type table into its own module",
    "csharp: target net9.0",
    "Pin actions by hash",
    "parser: accept trailing commas in bucket lists",
    "rust: drop the itertools dependency",
    "Update the lock files",
    "docs: correct the units in the README table",
    "runner: print the seed of generated input",
    "julia: precompile the runtime package",
    "Fix a typo in the error for unknown aggregates",
    "codegen: fold constants before lowering",
    "go: use slices.SortFunc",
    "tests: compare backends on negative numbers",
    "ci: run the linters before the benchmarks",
    "runner: refuse to start on battery power",
    "Revert \"ts: emit const where a binding is never assigned\"",
];

/// The subject of the commit that was measured on a day.
pub(super) fn subject(age: u32) -> &'static str {
    match age {
        RUNNER_CHANGE => "ci: move the benchmark runner to ubuntu-24.04",
        REGRESSION => "julia: check bounds in generated parallel loops",
        FIX => "julia: hoist the bounds check out of the parallel loop",
        IMPROVEMENT => "rust: find the bucket by multiplication, not by division",
        ACCEPTED => "go: break ties in groupby_topN by key, for a stable order",
        BIRTH => "ts: run large inputs on worker threads and measure them",
        _ => SUBJECTS[(age as usize * 7) % SUBJECTS.len()],
    }
}

/// The error of the killed run.
pub(super) const FAILURE_TEXT: &str = "exit status 137: the process was killed after 3 of 5 \
     repetitions (out of memory: 15.6 GiB of 15.6 GiB in use)";
