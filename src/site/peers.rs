//! Which series differ in nothing but their backend: the page of one shows the others.

use rustc_hash::FxHashMap;

use model::series::{Series, SeriesKey};

/// The groups of series that differ in nothing but their backend. Example: `parse/rust/1000` and
/// `parse/julia/1000` are peers, `parse/rust/2000` is not.
pub(crate) struct PeerGroups {
    /// By series: the number of its group.
    group_of: Vec<usize>,
    /// The series of each group, in order.
    groups: Vec<Vec<usize>>,
}

impl PeerGroups {
    pub(crate) fn of(all: &[Series]) -> Self {
        let mut numbers: FxHashMap<SeriesKey, usize> = FxHashMap::default();
        let (mut group_of, mut groups) = (Vec::new(), Vec::new());
        for (index, series) in all.iter().enumerate() {
            // The key without its backend is what peers have in common.
            let key = SeriesKey { backend: String::new(), ..series.key.clone() };
            let number = *numbers.entry(key).or_insert(groups.len());
            if number == groups.len() {
                groups.push(Vec::new());
            }
            groups[number].push(index);
            group_of.push(number);
        }
        Self { group_of, groups }
    }

    /// The number of a series' group.
    pub(crate) fn group(&self, series: usize) -> usize {
        self.group_of[series]
    }

    /// The peers of a series, itself among them.
    pub(crate) fn members(&self, series: usize) -> &[usize] {
        &self.groups[self.group_of[series]]
    }
}
