//! The main line of commits as their parents tell it, and times that agree with it. An author's
//! clock may be wrong, and a rebased commit is older than what it follows: on the main line the
//! order of parents is stronger than any time. Rings and missing parents end a line.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::history::CommitFacts;
use crate::record::time::Timestamp;

/// What is known of commits, by id.
pub(crate) type FactsById<'a> = BTreeMap<&'a str, &'a CommitFacts>;

/// How many first parents of each commit are known; 0 for a root, or one whose parent is unknown.
pub(crate) fn depths<'a>(facts: &FactsById<'a>) -> FxHashMap<&'a str, u32> {
    let mut depths: FxHashMap<&str, u32> = FxHashMap::default();
    for &id in facts.keys() {
        // Without recursion: a line of 100,000 commits would overflow the stack.
        let (mut path, mut seen, mut at) = (Vec::new(), FxHashSet::default(), Some(id));
        while let Some(id) = at.filter(|id| !depths.contains_key(id) && seen.insert(*id)) {
            path.push(id);
            at = first_parent(facts, id);
        }
        let mut next = at.and_then(|id| depths.get(id)).map_or(0, |depth| depth.saturating_add(1));
        for id in path.into_iter().rev() {
            depths.insert(id, next);
            next = next.saturating_add(1);
        }
    }
    depths
}

fn first_parent<'a>(facts: &FactsById<'a>, id: &str) -> Option<&'a str> {
    let first = facts.get(id)?.parents.first()?;
    facts.get_key_value(first.as_str()).map(|(id, _)| *id)
}

/// The line that ends at the deepest of these commits (ties: the first by id), oldest first.
pub(crate) fn main_line<'a>(
    facts: &FactsById<'a>,
    depths: &FxHashMap<&'a str, u32>,
    heads: impl Iterator<Item = &'a str>,
) -> Vec<&'a str> {
    let known = heads.filter(|id| depths.contains_key(id));
    // The deepest measured commit ends the line, not the newest: a clock may be wrong, parents are
    // not.
    let mut at = known.max_by(|a, b| depths[a].cmp(&depths[b]).then_with(|| b.cmp(a)));
    let (mut line, mut seen) = (Vec::new(), FxHashSet::default());
    while let Some(id) = at.filter(|id| seen.insert(*id)) {
        line.push(id);
        at = first_parent(facts, id);
    }
    line.reverse();
    line
}

/// Times that never go back: as many as can be are kept (a longest non-decreasing subsequence, by
/// patience sorting: Fredman 1975), the others become that of the nearest one kept before them, or
/// after where there is none.
pub(crate) fn nondecreasing_times(times: &[Timestamp]) -> Vec<Timestamp> {
    // By length: where the best subsequence of that length ends; and what each one follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(times.len());
    for (at, time) in times.iter().enumerate() {
        let length = ends.partition_point(|end| times[*end] <= *time);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = vec![false; times.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        kept[index] = true;
        at = before[index];
    }
    let first = kept.iter().position(|kept| *kept).map(|at| times[at]);
    let kept = times.iter().zip(kept);
    kept.scan(first, |last, (time, kept)| {
        *last = if kept { Some(*time) } else { *last };
        *last
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(id: &str, parents: &[&str]) -> CommitFacts {
        let parents = parents.iter().map(|id| (*id).to_owned()).collect();
        CommitFacts { id: id.to_owned(), parents, ..CommitFacts::default() }
    }

    fn line_of(all: &[CommitFacts], heads: &[&'static str]) -> Vec<String> {
        let facts: FactsById<'_> = all.iter().map(|fact| (fact.id.as_str(), fact)).collect();
        let heads = heads.iter().copied();
        let line = main_line(&facts, &depths(&facts), heads);
        line.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_main_line_follows_first_parents_to_the_deepest_measured_commit() {
        let all = [
            fact("a", &["unknown"]),
            fact("b", &["a"]),
            fact("side", &["a"]),
            fact("m", &["b", "side"]),
            fact("unmeasured", &["m"]),
        ];
        assert_eq!(line_of(&all, &["a", "side", "m"]), ["a", "b", "m"]);
        assert_eq!(line_of(&all, &["side", "nobody"]), ["a", "side"]);
        assert!(line_of(&all, &["nobody"]).is_empty() && line_of(&[], &["a"]).is_empty());
    }

    #[test]
    fn a_ring_of_parents_ends() {
        let ring = [fact("a", &["c"]), fact("b", &["a"]), fact("c", &["b"]), fact("s", &["s"])];
        assert_eq!(line_of(&ring, &["b"]).len(), 3);
        assert_eq!(line_of(&ring, &["s"]), ["s"]);
    }

    #[test]
    fn few_wrong_clocks_move_and_the_right_ones_stay() {
        let order = |times: &[i64]| -> Vec<i64> {
            let times: Vec<Timestamp> =
                times.iter().map(|us| Timestamp::from_micros(*us)).collect();
            nondecreasing_times(&times).into_iter().map(Timestamp::micros).collect()
        };
        assert_eq!(order(&[1, 2, 3, 3]), [1, 2, 3, 3]);
        assert_eq!(order(&[1, 2, 99, 3, 4]), [1, 2, 2, 3, 4], "a clock of next year");
        assert_eq!(order(&[5, 6, 0, 7]), [5, 6, 6, 7], "a clock that began in 1970");
        assert_eq!(order(&[1, 8, 2, 3, 4, 9]), [1, 1, 2, 3, 4, 9]);
        assert_eq!(order(&[9, 1, 2]), [1, 1, 2]);
        assert!(order(&[]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn times_in_order_never_go_back_and_sound_ones_are_untouched(
            times in proptest::collection::vec(-50_i64..50, 0..60)
        ) {
            let times: Vec<Timestamp> = times.into_iter().map(Timestamp::from_micros).collect();
            let ordered = nondecreasing_times(&times);
            proptest::prop_assert!(ordered.is_sorted() && ordered.len() == times.len());
            proptest::prop_assert_eq!(nondecreasing_times(&ordered), ordered);
        }
    }
}
