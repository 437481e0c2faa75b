//! What else moved with a change: evidence that only a look at all series gives.
//!
//! Counts series, names no cause. Only told changes count, in the same direction: within a day of
//! a step; of a drift, whose place is not sharp, other drifts within two weeks.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::DAY_US;
use crate::series::Series;
use crate::text;

use super::{Analysis, Change, ChangeKind};

/// Series of one test and backend in one metric: suite, test, backend, metric.
type Family<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Whether only drifts count, and whether for the worse.
type Sort = (bool, bool);

/// How many days around a drift others belong to it.
const DRIFT_DAYS: i64 = 14;

fn family(series: &Series) -> Family<'_> {
    let key = &series.key;
    (&key.suite, &key.test, &key.backend, &key.metric)
}

/// Adds to the hints of every change how many other series moved with it, and which of its own
/// test and backend did.
pub(crate) fn explain(series: &[Series], each: &mut [Analysis]) {
    let mut moves: Vec<(Sort, i64, usize)> = Vec::new();
    let mut families: BTreeMap<Family<'_>, Vec<usize>> = BTreeMap::new();
    for (index, (it, analysis)) in series.iter().zip(each.iter()).enumerate() {
        families.entry(family(it)).or_default().push(index);
        let events = analysis.events.iter();
        for event in events {
            let time = it.runs[event.first].time.micros();
            moves.push(((false, event.worse), time, index));
            if event.kind == ChangeKind::Drift {
                moves.push(((true, event.worse), time, index));
            }
        }
    }
    moves.sort_unstable();
    for (index, analysis) in each.iter_mut().enumerate() {
        let it = &series[index];
        for event in &mut analysis.events {
            let time = it.runs[event.first].time.micros();
            let sort = (event.kind == ChangeKind::Drift, event.worse);
            let reach = DAY_US * if sort.0 { DRIFT_DAYS } else { 1 };
            let from = (sort, time.saturating_sub(reach), 0);
            let to = (sort, time.saturating_add(reach), usize::MAX);
            let start = moves.partition_point(|moved| *moved < from);
            let end = moves.partition_point(|moved| *moved <= to);
            let moved: BTreeSet<usize> = moves[start..end].iter().map(|moved| moved.2).collect();
            event.hints.push(others(moved.len().saturating_sub(1), event));
            let members = families.get(&family(it)).map_or(&[][..], Vec::as_slice);
            let measured: Vec<usize> =
                members.iter().copied().filter(|other| spans(&series[*other], time)).collect();
            event.hints.extend(siblings(series, &measured, &moved));
        }
    }
}

/// Whether a series has runs on either side of a time.
fn spans(series: &Series, time: i64) -> bool {
    let before = series.runs.first().is_some_and(|run| run.time.micros() < time);
    before && series.runs.last().is_some_and(|run| run.time.micros() >= time)
}

fn others(count: usize, event: &Change) -> String {
    let what = match (event.kind, event.worse) {
        (ChangeKind::Step, true) => "got worse within a day of it",
        (ChangeKind::Step, false) => "got better within a day of it",
        (ChangeKind::Drift, _) => "drifted the same way within two weeks of it",
    };
    match count {
        0 => format!("No other series {what}."),
        1 => format!("One other series {what}."),
        many => format!("{} other series {what}.", text::count(many as u64)),
    }
}

/// What the moved ones among the series of one test and backend have in common, and none of the
/// others has; none where there is but one of them.
fn siblings(series: &[Series], measured: &[usize], moved: &BTreeSet<usize>) -> Option<String> {
    let (with, without): (Vec<usize>, Vec<usize>) =
        measured.iter().partition(|index| moved.contains(index));
    let all = text::count(measured.len() as u64);
    if measured.len() < 2 || with.is_empty() {
        return None;
    }
    if without.is_empty() {
        return Some(format!("All {all} series of this test and backend moved."));
    }
    if with.len() == 1 {
        return Some(format!("Of the {all} series of this test and backend only this one moved."));
    }
    let apart = |holds: &dyn Fn(&Series) -> bool| {
        with.iter().all(|index| holds(&series[*index]))
            && !without.iter().any(|index| holds(&series[*index]))
    };
    let smallest = with.iter().filter_map(|index| series[*index].key.n).min();
    let what = if apart(&|it| it.key.parallel) {
        "only the parallel ones moved".to_owned()
    } else if apart(&|it| !it.key.parallel) {
        "only the sequential ones moved".to_owned()
    } else if let Some(n) = smallest.filter(|n| apart(&|it| it.key.n >= Some(*n))) {
        format!("only those with n of {} and more moved", text::count(n))
    } else {
        format!("{} moved", text::count(with.len() as u64))
    };
    Some(format!("Of the {all} series of this test and backend {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(keys: &[(bool, u64)], moved: &[usize]) -> Option<String> {
        let series: Vec<Series> = keys
            .iter()
            .map(|(parallel, n)| {
                let mut it = crate::analysis::scenarios::series(&[1.0]);
                (it.key.parallel, it.key.n) = (*parallel, Some(*n));
                it
            })
            .collect();
        let measured: Vec<usize> = (0..series.len()).collect();
        siblings(&series, &measured, &moved.iter().copied().collect())
    }

    #[test]
    fn what_the_moved_series_of_a_test_share_is_said_only_where_no_other_has_it() {
        let keys = [(false, 1_000), (false, 1_000_000), (true, 1_000), (true, 1_000_000)];
        let of = "Of the 4 series of this test and backend";
        for (moved, words_of_it) in [
            (&[2, 3][..], "only the parallel ones moved."),
            (&[0, 1][..], "only the sequential ones moved."),
            (&[1, 3][..], "only those with n of 1,000,000 and more moved."),
            (&[0, 3][..], "2 moved."),
            (&[3][..], "only this one moved."),
        ] {
            assert_eq!(words(&keys, moved).unwrap(), format!("{of} {words_of_it}"));
        }
        assert_eq!(words(&keys, &[]), None);
        assert_eq!(words(&keys[..1], &[0]), None);
        let all = "All 4 series of this test and backend moved.";
        assert_eq!(words(&keys, &[0, 1, 2, 3]).unwrap(), all);
    }
}
