//! What is known of rows beyond their values, in columns: all are in memory at once, and an
//! allocation for each would weigh more than they do (`cargo bench --bench memory` measures the
//! bytes of a record).

use serde::{Deserialize, Serialize};

use crate::history::intern::to_index;
use crate::record::Statistic;
use crate::record::detail::{RareDetail, RunDetailRef, StatisticSet, StatisticsRef};

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

/// A detail that is added; the store copies its numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewDetail<'a> {
    pub warmup_ns: &'a [f64],
    /// Of two values of one statistic the first counts.
    pub statistics: &'a [(Statistic, f64)],
    pub samples: &'a [f64],
    /// What takes statistics and samples to base units.
    pub factor: f64,
    pub rare: RareDetail,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct DetailChunk {
    entries: Vec<DetailEntry>,
    /// Warm-up times of all, one after another.
    warmup_ns: Vec<f64>,
    /// Statistics of all in the order of [`Statistic::ALL`], each followed by its samples.
    numbers: Vec<f64>,
    /// The rare facts by the place of their entry, sorted.
    rare: Vec<(u32, RareDetail)>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct DetailEntry {
    /// Where its warm-up times end; they begin where those of the one before end.
    warmup_end: u32,
    /// Where its statistics and samples end.
    numbers_end: u32,
    statistics: StatisticSet,
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

    /// Adds one; its number.
    pub(crate) fn push(&mut self, detail: NewDetail<'_>) -> u32 {
        self.open_chunk.push(detail);
        to_index(self.len())
    }

    /// Takes over those of another, whose numbers rise by what is returned.
    pub fn append(&mut self, other: Self) -> u32 {
        let by = to_index(self.len());
        let own = std::mem::take(&mut self.open_chunk);
        let mut take = |before: u32, mut piece: DetailChunk| {
            if !piece.entries.is_empty() {
                piece.release_spare_room();
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

    /// Whether any has statistics or samples.
    pub(crate) fn has_numbers(&self) -> bool {
        let mut chunks = self.full_chunks.iter().map(|(_, chunk)| chunk);
        !self.open_chunk.numbers.is_empty() || chunks.any(|chunk| !chunk.numbers.is_empty())
    }

    /// The rarer facts of all.
    pub fn rare_mut(&mut self) -> impl Iterator<Item = &mut RareDetail> {
        let taken = self.full_chunks.iter_mut().flat_map(|(_, piece)| &mut piece.rare);
        taken.chain(&mut self.open_chunk.rare).map(|(_, rare)| rare)
    }
}

impl DetailChunk {
    fn is_consistent(&self) -> bool {
        let mut previous = DetailEntry::default();
        let follows = |entry: &DetailEntry| {
            let numbers = entry.numbers_end.checked_sub(previous.numbers_end);
            let is_within = entry.warmup_end >= previous.warmup_end
                && numbers.is_some_and(|all| entry.statistics.len() <= all as usize)
                && entry.statistics.is_consistent();
            previous = *entry;
            is_within
        };
        let places = || self.rare.iter().map(|(place, _)| *place as usize);
        self.entries.iter().all(follows)
            && previous.warmup_end as usize <= self.warmup_ns.len()
            && previous.numbers_end as usize <= self.numbers.len()
            && places().is_sorted()
            && places().next_back().is_none_or(|last| last < self.entries.len())
    }

    fn get(&self, at: usize) -> Option<RunDetailRef<'_>> {
        let entry = self.entries.get(at)?;
        // Only ends are stored: the start of an entry is the end of the one before it.
        let start = at.checked_sub(1).map_or_else(DetailEntry::default, |it| self.entries[it]);
        let numbers = &self.numbers[start.numbers_end as usize..entry.numbers_end as usize];
        let (values, samples) = numbers.split_at(entry.statistics.len());
        // A search and no index in each entry: few runs failed or have a link.
        let rare = self.rare.binary_search_by_key(&to_index(at), |(place, _)| *place);
        Some(RunDetailRef {
            warmup_ns: &self.warmup_ns[start.warmup_end as usize..entry.warmup_end as usize],
            samples,
            statistics: StatisticsRef { set: entry.statistics, values },
            rare: rare.ok().map(|place| &self.rare[place].1),
        })
    }

    fn push(&mut self, detail: NewDetail<'_>) {
        self.warmup_ns.extend_from_slice(detail.warmup_ns);
        let mut set = StatisticSet::default();
        detail.statistics.iter().for_each(|(statistic, _)| set.insert(*statistic));
        for (_, wanted) in Statistic::ALL.iter().filter(|(_, wanted)| set.contains(*wanted)) {
            let first = detail.statistics.iter().find(|(statistic, _)| statistic == wanted);
            self.numbers.extend(first.map(|(_, value)| value * detail.factor));
        }
        self.numbers.extend(detail.samples.iter().map(|sample| sample * detail.factor));
        if detail.rare != RareDetail::default() {
            self.rare.push((to_index(self.entries.len()), detail.rare));
        }
        self.entries.push(DetailEntry {
            warmup_end: to_index(self.warmup_ns.len()),
            numbers_end: to_index(self.numbers.len()),
            statistics: set,
        });
    }

    /// Nothing is added any more.
    fn release_spare_room(&mut self) {
        // Lists that grow by doubling have up to as much room again.
        self.entries.shrink_to_fit();
        self.warmup_ns.shrink_to_fit();
        self.numbers.shrink_to_fit();
        self.rare.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_warmup(warmup_ns: &[f64]) -> NewDetail<'_> {
        NewDetail { warmup_ns, factor: 1.0, ..NewDetail::default() }
    }

    #[test]
    fn details_keep_their_numbers_when_others_join() {
        let rare = RareDetail { error: Some("oom".to_owned()), ..RareDetail::default() };
        let failed = |warmup_ns| NewDetail { rare: rare.clone(), ..of_warmup(warmup_ns) };
        let (mut all, mut more) = (DetailStore::default(), DetailStore::default());
        assert_eq!(all.push(of_warmup(&[1.0, 2.0])), 1);
        assert_eq!(all.push(failed(&[])), 2);
        let number = more.push(failed(&[3.0]));
        more.push(of_warmup(&[]));
        let number = number + all.append(more);
        assert_eq!(all.get(0), None);
        assert_eq!(all.get(1).unwrap().warmup_ns, [1.0, 2.0]);
        assert_eq!(all.get(2).unwrap().error(), Some("oom"));
        assert_eq!(all.get(2).unwrap().warmup_ns, [0.0; 0]);
        let joined = all.get(number).unwrap();
        assert_eq!((joined.warmup_ns, joined.error()), (&[3.0][..], Some("oom")));
        assert_eq!(all.len(), 4);
        assert_eq!(all.push(of_warmup(&[5.0])), 5);
        assert_eq!(all.get(5).unwrap().warmup_ns, [5.0]);
        assert_eq!(all.get(6), None);
        assert!(all.is_consistent() && !all.has_numbers());
    }

    #[test]
    fn statistics_and_samples_come_back_scaled_and_by_name() {
        let mut all = DetailStore::default();
        let statistics = [(Statistic::P75, 3.0), (Statistic::P25, 1.0), (Statistic::P75, 9.0)];
        let detail = NewDetail {
            statistics: &statistics,
            samples: &[1.0, 2.0],
            factor: 1e3,
            ..NewDetail::default()
        };
        all.push(detail.clone());
        all.push(NewDetail { statistics: &[], samples: &[4.0], ..detail });
        let first = all.get(1).unwrap();
        let by_name = |name| first.statistics.get(name);
        assert_eq!((by_name(Statistic::P25), by_name(Statistic::P75)), (Some(1e3), Some(3e3)));
        assert_eq!((by_name(Statistic::P50), first.samples), (None, &[1e3, 2e3][..]));
        let second = all.get(2).unwrap();
        assert!(second.statistics.is_empty() && second.samples == [4e3] && all.has_numbers());
        assert!(all.is_consistent());
    }

    #[test]
    fn an_entry_takes_twelve_bytes_beside_its_numbers() {
        assert_eq!(size_of::<DetailEntry>(), 12);
    }

    #[test]
    fn a_store_that_points_beyond_its_numbers_is_inconsistent() {
        let mut all = DetailStore::default();
        let statistics = [(Statistic::P25, 1.0), (Statistic::P75, 3.0)];
        all.push(NewDetail { statistics: &statistics, factor: 1.0, ..NewDetail::default() });
        all.open_chunk.numbers.pop();
        assert!(!all.is_consistent());
        all.open_chunk.entries[0].numbers_end = 1;
        assert!(!all.is_consistent(), "two statistics in one number");
    }
}
