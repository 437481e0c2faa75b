//! What is known of rows beyond their values, in columns: most rows have a few warm-up times and
//! nothing else, and all are in memory at once: an allocation for each would weigh more than they
//! do (`cargo bench --bench memory` measures the bytes of a record).

use serde::{Deserialize, Serialize};

use crate::history::intern::to_index;
use crate::record::{RareDetail, RunDetailRef};

/// Details by number, in the order in which they came.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DetailStore {
    /// Taken over from others, with the number of details before each: nothing large is moved for
    /// it.
    // Chunks are never joined: moving the details of a million records costs more than the search
    // for a chunk.
    full_chunks: Vec<(u32, DetailChunk)>,
    /// Those that were added last, and the number of details before them.
    open_chunk: DetailChunk,
    open_offset: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct DetailChunk {
    entries: Vec<DetailEntry>,
    /// Warm-up times of all, one after another.
    warmup_ns: Vec<f64>,
    rare: Vec<RareDetail>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct DetailEntry {
    /// Where its warm-up times end; they begin where those of the one before end.
    warmup_end: u32,
    /// Its place in the rare ones plus one; 0 where it has nothing rare.
    rare: u32,
}

impl DetailStore {
    pub(crate) fn len(&self) -> usize {
        self.open_offset as usize + self.open_chunk.entries.len()
    }

    /// The detail of a row by the row's own number for it, which counts from 1; none for 0.
    pub fn get(&self, number: u32) -> Option<RunDetailRef<'_>> {
        let at = number.checked_sub(1)?;
        if let Some(at) = at.checked_sub(self.open_offset) {
            return self.open_chunk.get(at as usize);
        }
        let piece = self.full_chunks.partition_point(|(before, _)| *before <= at).checked_sub(1)?;
        let (before, piece) = &self.full_chunks[piece];
        piece.get((at - before) as usize)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = RunDetailRef<'_>> {
        (0..self.len()).map(|at| self.get(to_index(at + 1)).unwrap_or_default())
    }

    /// Adds one; its number.
    pub fn push(&mut self, warmup_ns: &[f64], rare: RareDetail) -> u32 {
        self.open_chunk.push(warmup_ns, rare);
        to_index(self.len())
    }

    /// Takes over those of another, whose numbers rise by what is returned.
    pub fn append(&mut self, other: Self) -> u32 {
        let by = to_index(self.len());
        let own = std::mem::take(&mut self.open_chunk);
        let mut take = |before: u32, piece: DetailChunk| {
            if !piece.entries.is_empty() {
                self.full_chunks.push((before, piece));
            }
        };
        take(self.open_offset, own);
        for (before, piece) in other.full_chunks {
            take(by + before, piece);
        }
        let all = by + to_index(other.open_offset as usize + other.open_chunk.entries.len());
        take(by + other.open_offset, other.open_chunk);
        self.open_offset = all;
        by
    }

    /// Whether every entry lies within what it points into; bytes from outside may say otherwise.
    pub(super) fn is_consistent(&self) -> bool {
        let mut offset = 0_usize;
        let full = self.full_chunks.iter().all(|(before, chunk)| {
            let follows = *before as usize == offset && !chunk.entries.is_empty();
            offset += chunk.entries.len();
            follows && chunk.is_consistent()
        });
        full && self.open_offset as usize == offset && self.open_chunk.is_consistent()
    }

    /// The rarer facts of all.
    pub(crate) fn rare(&self) -> impl Iterator<Item = &RareDetail> {
        let taken = self.full_chunks.iter().flat_map(|(_, piece)| &piece.rare);
        taken.chain(&self.open_chunk.rare)
    }

    pub fn rare_mut(&mut self) -> impl Iterator<Item = &mut RareDetail> {
        let taken = self.full_chunks.iter_mut().flat_map(|(_, piece)| &mut piece.rare);
        taken.chain(&mut self.open_chunk.rare)
    }
}

impl DetailChunk {
    fn is_consistent(&self) -> bool {
        let ends = || self.entries.iter().map(|entry| entry.warmup_end as usize);
        ends().is_sorted()
            && ends().next_back().is_none_or(|end| end <= self.warmup_ns.len())
            && self.entries.iter().all(|entry| entry.rare as usize <= self.rare.len())
    }

    fn get(&self, at: usize) -> Option<RunDetailRef<'_>> {
        let entry = self.entries.get(at)?;
        // Only ends are stored: the start of an entry is the end of the one before it.
        let start = at.checked_sub(1).map_or(0, |before| self.entries[before].warmup_end);
        Some(RunDetailRef {
            warmup_ns: &self.warmup_ns[start as usize..entry.warmup_end as usize],
            rare: entry.rare.checked_sub(1).map(|at| &self.rare[at as usize]),
        })
    }

    fn push(&mut self, warmup_ns: &[f64], rare: RareDetail) {
        self.warmup_ns.extend_from_slice(warmup_ns);
        let plain = rare == RareDetail::default();
        if !plain {
            self.rare.push(rare);
        }
        let rare = if plain { 0 } else { to_index(self.rare.len()) };
        self.entries.push(DetailEntry { warmup_end: to_index(self.warmup_ns.len()), rare });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_keep_their_numbers_when_others_join() {
        let failed = RareDetail { error: Some("oom".to_owned()), ..RareDetail::default() };
        let (mut all, mut more) = (DetailStore::default(), DetailStore::default());
        assert_eq!(all.push(&[1.0, 2.0], RareDetail::default()), 1);
        assert_eq!(all.push(&[], failed.clone()), 2);
        let number = more.push(&[3.0], failed);
        more.push(&[], RareDetail::default());
        let number = number + all.append(more);
        assert_eq!(all.get(0), None);
        assert_eq!(all.get(1).unwrap().warmup_ns, [1.0, 2.0]);
        assert_eq!(all.get(2).unwrap().error(), Some("oom"));
        assert_eq!(all.get(2).unwrap().warmup_ns, [0.0; 0]);
        let joined = all.get(number).unwrap();
        assert_eq!((joined.warmup_ns, joined.error()), (&[3.0][..], Some("oom")));
        assert_eq!(all.iter().count(), 4);
        assert_eq!(all.push(&[5.0], RareDetail::default()), 5);
        assert_eq!(all.get(5).unwrap().warmup_ns, [5.0]);
        assert_eq!(all.get(6), None);
    }
}
