//! The main line of commits as their parents tell it, and times that agree with it. A commit may be
//! measured after its children, and a clock may be wrong: on the main line the order of parents is
//! stronger than any time. Rings and missing parents end a line.

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

/// The dates of a commit of the main line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitDates {
    /// When it was first measured.
    pub measured: Timestamp,
    /// When its author wrote it.
    pub authored: Option<Timestamp>,
}

/// Times of a line of commits that never go back. As many measuring times as can be are kept (a
/// longest non-decreasing subsequence, by patience sorting: Fredman 1975). The other commits were
/// measured out of order: between the kept ones their author's time counts, so that a history that
/// was measured backwards in one night still has an axis of time.
pub(crate) fn nondecreasing_times(line: &[CommitDates]) -> Vec<Timestamp> {
    let kept = longest_nondecreasing(line);
    // From the end: the next kept time is the bound of those before it.
    let mut bounds: Vec<Option<Timestamp>> = Vec::with_capacity(line.len());
    let mut next = None;
    for (commit, kept) in line.iter().zip(&kept).rev() {
        bounds.push(next);
        next = if *kept { Some(commit.measured) } else { next };
    }
    bounds.reverse();
    let mut last: Option<Timestamp> = None;
    let placed = line.iter().zip(kept).zip(bounds).map(|((commit, kept), bound)| {
        // One commit at least is kept, so that one of the two bounds is known.
        let between = commit.authored.or(last).or(bound).unwrap_or(commit.measured);
        let between = bound.map_or(between, |bound| between.min(bound));
        let between = last.map_or(between, |last| between.max(last));
        let time = if kept { commit.measured } else { between };
        last = Some(time);
        time
    });
    placed.collect()
}

/// Whether a commit is one of as many as can be whose measuring times never go back.
fn longest_nondecreasing(line: &[CommitDates]) -> Vec<bool> {
    // By length: where the best subsequence of that length ends; and what each one follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(line.len());
    for (at, commit) in line.iter().enumerate() {
        let length = ends.partition_point(|end| line[*end].measured <= commit.measured);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = vec![false; line.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        kept[index] = true;
        at = before[index];
    }
    kept
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

    /// Times of commits of which each is `(measured, authored)` in microseconds.
    fn order(dates: &[(i64, Option<i64>)]) -> Vec<i64> {
        let line: Vec<CommitDates> = dates
            .iter()
            .map(|&(measured, authored)| CommitDates {
                measured: Timestamp::from_micros(measured),
                authored: authored.map(Timestamp::from_micros),
            })
            .collect();
        nondecreasing_times(&line).into_iter().map(Timestamp::micros).collect()
    }

    #[test]
    fn few_commits_measured_out_of_order_move_and_the_others_stay() {
        let order = |times: &[i64]| {
            let dates: Vec<(i64, Option<i64>)> = times.iter().map(|time| (*time, None)).collect();
            order(&dates)
        };
        assert_eq!(order(&[1, 2, 3, 3]), [1, 2, 3, 3]);
        assert_eq!(order(&[1, 2, 99, 3, 4]), [1, 2, 2, 3, 4], "a clock of next year");
        assert_eq!(order(&[5, 6, 0, 7]), [5, 6, 6, 7], "a clock that began in 1970");
        assert_eq!(order(&[1, 8, 2, 3, 4, 9]), [1, 1, 2, 3, 4, 9]);
        assert_eq!(order(&[9, 1, 2]), [1, 1, 2]);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn an_author_time_places_a_commit_between_the_kept_ones_and_orders_nothing() {
        let authored = |measured: i64, authored: i64| (measured, Some(authored));
        let backwards = [authored(93, 10), authored(92, 20), authored(91, 30)];
        assert_eq!(order(&backwards), [10, 20, 91]);
        // The author times of a rebased branch are old, or of next year.
        assert_eq!(order(&[authored(1, 1), authored(2, -9), authored(3, 99)]), [1, 2, 3]);
        assert_eq!(order(&[authored(5, 5), authored(9, 0), authored(6, 6)]), [5, 5, 6]);
        assert_eq!(order(&[authored(5, 5), authored(9, 8), authored(6, 6)]), [5, 6, 6]);
    }

    proptest::proptest! {
        #[test]
        fn times_in_order_never_go_back_and_sound_ones_are_untouched(
            dates in proptest::collection::vec(
                (-50_i64..50, proptest::option::of(-50_i64..50)), 0..60
            )
        ) {
            let ordered = order(&dates);
            proptest::prop_assert!(ordered.is_sorted() && ordered.len() == dates.len());
            let measured: Vec<(i64, Option<i64>)> =
                ordered.iter().map(|time| (*time, None)).collect();
            proptest::prop_assert_eq!(order(&measured), ordered);
        }
    }
}
