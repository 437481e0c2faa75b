//! What is known of rows beyond their values, in columns: most rows have a few warm-up times and
//! nothing else, and all are in memory at once: an allocation for each would weigh more than they
//! do (`cargo bench --bench memory` tells the bytes of a record).

use crate::history::build::index_of;
use crate::record::{DetailRef, Rare};

/// Details by number, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
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
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The detail of a row by the row's own number for it, which counts from 1; none for 0.
    pub(crate) fn get(&self, number: u32) -> Option<DetailRef<'_>> {
        let at = number.checked_sub(1)? as usize;
        let entry = self.entries.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.entries[before].end);
        Some(DetailRef {
            warmup_ns: &self.warmup_ns[start as usize..entry.end as usize],
            rare: entry.rare.checked_sub(1).map(|at| &self.rare[at as usize]),
        })
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = DetailRef<'_>> {
        (0..self.len()).map(|at| self.get(index_of(at + 1)).unwrap_or_default())
    }

    /// Adds one; its number.
    pub(crate) fn push(&mut self, warmup_ns: &[f64], rare: Rare) -> u32 {
        self.warmup_ns.extend_from_slice(warmup_ns);
        let plain = rare == Rare::default();
        if !plain {
            self.rare.push(rare);
        }
        let rare = if plain { 0 } else { index_of(self.rare.len()) };
        self.entries.push(Entry { end: index_of(self.warmup_ns.len()), rare });
        index_of(self.entries.len())
    }

    /// Takes over those of another, whose numbers rise by what is returned.
    pub(crate) fn append(&mut self, other: Self) -> u32 {
        let before = index_of(self.entries.len());
        let (warmup, rare) = (index_of(self.warmup_ns.len()), index_of(self.rare.len()));
        self.entries.extend(other.entries.into_iter().map(|entry| Entry {
            end: entry.end + warmup,
            rare: if entry.rare == 0 { 0 } else { entry.rare + rare },
        }));
        self.warmup_ns.extend(other.warmup_ns);
        self.rare.extend(other.rare);
        before
    }

    pub(crate) fn rare_mut(&mut self) -> impl Iterator<Item = &mut Rare> {
        self.rare.iter_mut()
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
        assert_eq!(all.iter().len(), 4);
        assert_eq!(all.get(5), None);
    }
}
