//! Sessions that no record names: base and head of a pull request that another tool measured in
//! turns.
//!
//! Runs of the two commits alternate in time on one runner, whatever the order within a round. Only
//! runs of which the same is recorded are of one job: two machines of a kind may run at once. A
//! round is the shortest stretch that has both; repeats of one side within it become their median.
//!
//! Example: `A B B A A B` (by time) are three rounds: `A B`, `B A`, `A B`. `A A A B B B` is one,
//! and no session: what the machine did between the two blocks is not in both.

use std::collections::BTreeMap;

use crate::history::session::SESSION;
use crate::history::{BranchId, History, MeasurementRow};
use crate::policy::Policy;
use crate::record::median;
use crate::record::time::Timestamp;
use crate::series::session_series::{RoundValues, SessionSeries, gather};

/// Fewest rounds that are a session: two jobs that each measured both sides are not.
pub const MIN_ROUNDS: usize = 4;
/// Longest pause within a round: one job, not two nights.
const MAX_PAUSE_US: i64 = 3_600 * 1_000_000;

/// The commits whose runs may alternate, as indices into [`History::commits`].
#[derive(Clone, Copy, Debug)]
pub struct SidePair {
    pub base: usize,
    pub head: usize,
    /// The line of development of the head's runs; the base's are there or on the main line.
    pub branch: BranchId,
}

/// The series in which runs of the two commits alternate, by key.
pub fn alternating_series(
    history: &History,
    policy: &Policy,
    pair: SidePair,
) -> Vec<SessionSeries> {
    gather(history, policy, &|column| {
        let mut by_runner: BTreeMap<&BTreeMap<String, String>, Vec<SidedRun>> = BTreeMap::new();
        for row in &column.rows {
            let fields = &history.environments[row.environment as usize].fields;
            // A run of a session says itself what it belongs to.
            let run = SidedRun::of(row, pair).filter(|_| !fields.contains_key(SESSION));
            if let Some(run) = run {
                by_runner.entry(fields).or_default().push(run);
            }
        }
        let rounds: Vec<RoundValues> = by_runner.into_values().flat_map(rounds).collect();
        if rounds.len() < MIN_ROUNDS {
            return BTreeMap::new();
        }
        (1..).zip(rounds).collect()
    })
}

/// A run of one of the two commits.
#[derive(Clone, Copy)]
struct SidedRun {
    time: Timestamp,
    is_head: bool,
    /// Base units.
    value: f64,
}

impl SidedRun {
    fn of(row: &MeasurementRow, pair: SidePair) -> Option<Self> {
        let SidePair { base, head, branch } = pair;
        let commit = row.commit as usize;
        let is_head = commit == head && row.branch == branch;
        let is_base = commit == base && (row.branch == branch || row.branch == BranchId::MAIN);
        let value = row.value.get().filter(|_| is_head || is_base)?;
        Some(Self { time: row.time, is_head, value })
    }
}

/// The complete rounds of runs on one runner.
fn rounds(mut runs: Vec<SidedRun>) -> Vec<RoundValues> {
    runs.sort_by(|a, b| a.time.cmp(&b.time).then(a.value.total_cmp(&b.value)));
    let mut rounds = Vec::new();
    let [mut base, mut head] = [Vec::new(), Vec::new()];
    let mut last: Option<Timestamp> = None;
    for run in runs {
        let pause = last.map_or(0, |last| run.time.micros().saturating_sub(last.micros()));
        if pause > MAX_PAUSE_US {
            base.clear();
            head.clear();
        }
        last = Some(run.time);
        if run.is_head { &mut head } else { &mut base }.push(run.value);
        if let (Some(base_value), Some(head_value)) = (median(&base), median(&head)) {
            rounds.push(RoundValues { build: 0, base: Some(base_value), head: Some(head_value) });
            base.clear();
            head.clear();
        }
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of one runner, a letter each, a minute apart; `_` is a night.
    fn rounds_of(order: &str) -> Vec<(f64, f64)> {
        let mut time = 0;
        let mut runs = Vec::new();
        for (at, letter) in order.chars().enumerate() {
            time += if letter == '_' { 40_000_000_000 } else { 60_000_000 };
            let (is_head, value) = (letter == 'B', at as f64 + 1.0);
            if letter != '_' {
                runs.push(SidedRun { time: Timestamp::from_micros(time), is_head, value });
            }
        }
        let pair = |round: RoundValues| Some((round.base?, round.head?));
        rounds(runs).into_iter().filter_map(pair).collect()
    }

    #[test]
    fn a_round_is_the_shortest_stretch_that_has_both_sides() {
        assert_eq!(rounds_of("ABBAAB"), [(1.0, 2.0), (4.0, 3.0), (5.0, 6.0)]);
        assert_eq!(rounds_of("AABB"), [(1.5, 3.0)]);
        assert_eq!(rounds_of("AAA"), []);
    }

    #[test]
    fn two_nights_share_no_round() {
        assert_eq!(rounds_of("A_B"), []);
        assert_eq!(rounds_of("A_AB_B"), [(3.0, 4.0)]);
    }
}
