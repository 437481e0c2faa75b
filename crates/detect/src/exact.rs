//! Exact metrics: values that a deterministic program repeats to the last digit.
//!
//! Instruction counts, allocations and sizes of files do not vary from run to run. Where a
//! baseline shows that, one run that differs is proof: no noise has to be told from it, no run has
//! to confirm it, and the floor below which timings are not trusted does not apply.
//!
//! A baseline is exact where its newest values come in blocks of equal ones: few changes, and no
//! value that comes back. A count that moves between two values is noise with two values. Times and
//! rates are never exact: equal ones show the resolution of a clock.
//!
//! Example: 20 runs of 1,000,000 instructions, then 1,000,300 after a new toolchain, 10 runs. The
//! level is 1,000,300, and a run of 1,002,000 is a change of 0.17 %, proven by itself.

use model::record::Unit;

/// Newest values that show whether a baseline is exact.
const MAX_VALUES: usize = 60;
/// Share of the values that may differ from the one before: one in five.
const MAX_CHANGE_SHARE: f64 = 0.2;
/// Fewest values of an exact baseline: of five equal ones that could differ, the sixth does by
/// chance once in six times at most; that counts and sizes rarely vary at all says the rest.
const MIN_VALUES: usize = 5;
/// The score of a change that one run proves: no score of noisy runs comes near it.
pub(crate) const PROOF_Z: f64 = 100.0;

/// Whether a metric in this unit may be exact: a count or a size, no time, rate or share.
pub(crate) fn is_countable(unit: &Unit) -> bool {
    let unit = unit.as_str();
    !matches!(unit, "ns" | "%" | "Hz" | "fps" | "iops" | "FLOPS") && !unit.ends_with("/s")
}

/// The level of values in time order that are exact; none where they vary.
pub(crate) fn exact_level(values: &[f64]) -> Option<f64> {
    let values = &values[values.len().saturating_sub(MAX_VALUES)..];
    if values.len() < MIN_VALUES {
        return None;
    }
    let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if changes as f64 > MAX_CHANGE_SHARE * values.len() as f64 {
        return None;
    }
    let mut blocks: Vec<f64> = values.to_vec();
    blocks.dedup();
    blocks.sort_by(f64::total_cmp);
    // A value with two blocks came back.
    let returns = blocks.windows(2).any(|pair| pair[0] == pair[1]);
    values.last().copied().filter(|_| !returns)
}

/// A run of a metric that may be exact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountedRun {
    pub value: f64,
    /// Equal where every recorded field is equal.
    pub environment: u32,
}

/// The level that a run in this environment is compared with, where the runs before it never
/// varied, or only from environment to environment (inputs, toolchains); none where they did, or
/// where the environment is new: then it may have changed the count itself.
pub(crate) fn level_before(runs: &[CountedRun], environment: u32, min_runs: usize) -> Option<f64> {
    let exact =
        |values: Vec<f64>| (values.len() >= min_runs).then(|| exact_level(&values)).flatten();
    let same = runs.iter().filter(|run| run.environment == environment);
    let same: Vec<f64> = same.map(|run| run.value).collect();
    let is_new = same.is_empty();
    if let Some(level) = exact(same) {
        return Some(level);
    }
    // A field that differs in every run (an id, a time) says nothing; one that was the same and is
    // new now may say all.
    let is_settled = match runs {
        [.., one, newest] => one.environment == newest.environment,
        _ => false,
    };
    if is_new && is_settled { None } else { exact(runs.iter().map(|run| run.value).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_and_blocks_of_them_are_exact() {
        assert_eq!(exact_level(&[7.0; 5]), Some(7.0));
        let updated = [[7.0; 10], [8.0; 10]].concat();
        assert_eq!(exact_level(&updated), Some(8.0));
    }

    #[test]
    fn values_that_vary_or_come_back_are_not() {
        assert_eq!(exact_level(&[7.0; 4]), None);
        assert_eq!(exact_level(&[7.0, 7.0, 7.0, 7.0, 8.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0]), None);
        assert_eq!(exact_level(&[7.0, 8.0, 9.0, 10.0, 11.0, 12.0]), None);
    }

    #[test]
    fn inputs_that_take_turns_are_compared_with_their_own_runs() {
        let run = |at: u32| CountedRun {
            value: if at.is_multiple_of(2) { 500.0 } else { 700.0 },
            environment: at % 2,
        };
        let runs: Vec<CountedRun> = (0..20).map(run).collect();
        assert_eq!(level_before(&runs, 1, 5), Some(700.0));
        assert_eq!(level_before(&runs, 0, 5), Some(500.0));
    }

    #[test]
    fn a_new_toolchain_may_have_changed_the_count_and_a_new_run_id_has_not() {
        let same = [CountedRun { value: 7.0, environment: 1 }; 9];
        assert_eq!(level_before(&same, 2, 5), None);
        let ids: Vec<CountedRun> =
            (0..9).map(|id| CountedRun { value: 7.0, environment: id }).collect();
        assert_eq!(level_before(&ids, 99, 5), Some(7.0));
    }

    #[test]
    fn counts_and_sizes_may_be_exact_and_times_and_rates_may_not() {
        for unit in ["B", "count", "instructions", ""] {
            assert!(is_countable(&Unit::parse(unit).0), "{unit}");
        }
        for unit in ["ms", "ops/s", "%", "MB/s"] {
            assert!(!is_countable(&Unit::parse(unit).0), "{unit}");
        }
    }
}
