//! What is known of rows beyond their values, in columns: most rows have a few warm-up times and
//! nothing else, and all are in memory at once: an allocation for each would weigh more than they
//! do (`cargo bench --bench memory` tells the bytes of a record).

use crate::history::build::index_of;
use crate::record::{DetailRef, Rare};

/// Details by number, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Taken over from others, with the number of details before each: nothing large is moved for
    /// it.
    taken: Vec<(u32, Piece)>,
    /// Those that were added last, and the number of details before them.
    own: Piece,
    before: u32,
}

#[derive(Clone, Debug, Default)]
struct Piece {
    entries: Vec<Entry>,
    /// Warm-up times of all, one after another.
    warmup_ns: Vec<f64>,
    rare: Vec<Rare>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where its warm-up times end; they begin where those of the one before end.
    end: u32,
    /// Its place in the rare ones plus one; 0 where it has nothing rare.
    rare: u32,
}

impl Details {
    pub fn len(&self) -> usize {
        self.before as usize + self.own.entries.len()
    }

    /// The detail of a row by the row's own number for it, which counts from 1; none for 0.
    pub fn get(&self, number: u32) -> Option<DetailRef<'_>> {
        let at = number.checked_sub(1)?;
        if let Some(at) = at.checked_sub(self.before) {
            return self.own.get(at as usize);
        }
        let piece = self.taken.partition_point(|(before, _)| *before <= at).checked_sub(1)?;
        let (before, piece) = &self.taken[piece];
        piece.get((at - before) as usize)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = DetailRef<'_>> {
        (0..self.len()).map(|at| self.get(index_of(at + 1)).unwrap_or_default())
    }

    /// Adds one; its number.
    pub fn push(&mut self, warmup_ns: &[f64], rare: Rare) -> u32 {
        self.own.push(warmup_ns, rare);
        index_of(self.len())
    }

    /// Takes over those of another, whose numbers rise by what is returned.
    pub fn append(&mut self, other: Self) -> u32 {
        let by = index_of(self.len());
        let own = std::mem::take(&mut self.own);
        let mut take = |before: u32, piece: Piece| {
            if !piece.entries.is_empty() {
                self.taken.push((before, piece));
            }
        };
        take(self.before, own);
        for (before, piece) in other.taken {
            take(by + before, piece);
        }
        let all = by + index_of(other.before as usize + other.own.entries.len());
        take(by + other.before, other.own);
        self.before = all;
        by
    }

    pub fn rare_mut(&mut self) -> impl Iterator<Item = &mut Rare> {
        let taken = self.taken.iter_mut().flat_map(|(_, piece)| &mut piece.rare);
        taken.chain(&mut self.own.rare)
    }
}

impl Piece {
    fn get(&self, at: usize) -> Option<DetailRef<'_>> {
        let entry = self.entries.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.entries[before].end);
        Some(DetailRef {
            warmup_ns: &self.warmup_ns[start as usize..entry.end as usize],
            rare: entry.rare.checked_sub(1).map(|at| &self.rare[at as usize]),
        })
    }

    fn push(&mut self, warmup_ns: &[f64], rare: Rare) {
        self.warmup_ns.extend_from_slice(warmup_ns);
        let plain = rare == Rare::default();
        if !plain {
            self.rare.push(rare);
        }
        let rare = if plain { 0 } else { index_of(self.rare.len()) };
        self.entries.push(Entry { end: index_of(self.warmup_ns.len()), rare });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_keep_their_numbers_when_others_join() {
        let failed = Rare { error: Some("oom".to_owned()), ..Rare::default() };
        let (mut all, mut more) = (Details::default(), Details::default());
        assert_eq!(all.push(&[1.0, 2.0], Rare::default()), 1);
        assert_eq!(all.push(&[], failed.clone()), 2);
        let number = more.push(&[3.0], failed);
        more.push(&[], Rare::default());
        let number = number + all.append(more);
        assert_eq!(all.get(0), None);
        assert_eq!(all.get(1).unwrap().warmup_ns, [1.0, 2.0]);
        assert_eq!(all.get(2).unwrap().error(), Some("oom"));
        assert_eq!(all.get(2).unwrap().warmup_ns, [0.0; 0]);
        let joined = all.get(number).unwrap();
        assert_eq!((joined.warmup_ns, joined.error()), (&[3.0][..], Some("oom")));
        assert_eq!(all.iter().count(), 4);
        assert_eq!(all.push(&[5.0], Rare::default()), 5);
        assert_eq!(all.get(5).unwrap().warmup_ns, [5.0]);
        assert_eq!(all.get(6), None);
    }
}
