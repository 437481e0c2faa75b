//! What is known of a run beyond its value: statistics and samples that its tool reported, warm-up
//! times, and in few runs an error or a link.
//!
//! A history of a million runs with quartiles has them all in memory at once, so a set of
//! statistics is two bytes that say which, and its numbers are a slice of a larger list:
//!
//! ```text
//! {"value":3.1, "p25":2.9, "p75":3.4}     set {p25, p75}, numbers [2.9, 3.4]
//! ```

use std::cmp::Ordering;

use crate::record::Statistic;

/// Which statistics a run has, a bit for each, in the order of [`Statistic::ALL`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct StatisticSet(u16);

impl StatisticSet {
    /// The bits that stand for a statistic.
    const ALL_BITS: u16 = (1 << Statistic::ALL.len()) - 1;

    pub(crate) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether each of its bits stands for a statistic; bytes from outside may say otherwise.
    pub(crate) fn is_consistent(self) -> bool {
        self.0 & !Self::ALL_BITS == 0
    }

    fn bit(statistic: Statistic) -> u16 {
        1 << Statistic::ALL.iter().position(|(_, other)| *other == statistic).unwrap_or_default()
    }

    pub(crate) fn contains(self, statistic: Statistic) -> bool {
        self.0 & Self::bit(statistic) != 0
    }

    pub(crate) fn insert(&mut self, statistic: Statistic) {
        self.0 |= Self::bit(statistic);
    }

    /// The place of a statistic among the numbers of this set.
    fn place(self, statistic: Statistic) -> Option<usize> {
        let before = self.0 & (Self::bit(statistic) - 1);
        self.contains(statistic).then(|| before.count_ones() as usize)
    }
}

/// Statistics and their values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StatisticsRef<'a> {
    pub(crate) set: StatisticSet,
    /// In the order of [`Statistic::ALL`], as many as the set has.
    pub(crate) values: &'a [f64],
}

impl StatisticsRef<'_> {
    pub fn get(self, statistic: Statistic) -> Option<f64> {
        self.values.get(self.set.place(statistic)?).copied()
    }

    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// An order that looks at nothing but content.
    pub(crate) fn cmp_bits(self, other: Self) -> Ordering {
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        self.set.0.cmp(&other.set.0).then_with(|| bits(self.values).cmp(&bits(other.values)))
    }
}

/// What is known of a run beyond its value, in an allocation of its own.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RunDetail {
    pub warmup_ns: Box<[f64]>,
    pub samples: Box<[f64]>,
    pub(crate) statistics: StatisticSet,
    pub(crate) statistic_values: Box<[f64]>,
    /// None where there is nothing rare.
    pub rare: Option<Box<RareDetail>>,
    /// Measured at another time than its commit's: its time is that of the commit.
    pub is_moved: bool,
}

/// The facts that few runs have.
#[derive(Clone, Debug, Default, PartialEq, Hash, serde::Serialize, serde::Deserialize)]
pub struct RareDetail {
    pub error: Option<String>,
    pub url: Option<String>,
}

/// [`RunDetail`] where those of all runs are kept together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunDetailRef<'a> {
    pub warmup_ns: &'a [f64],
    pub samples: &'a [f64],
    pub statistics: StatisticsRef<'a>,
    pub rare: Option<&'a RareDetail>,
}

impl<'a> RunDetailRef<'a> {
    pub fn error(self) -> Option<&'a str> {
        self.rare.and_then(|it| it.error.as_deref())
    }

    pub fn url(self) -> Option<&'a str> {
        self.rare.and_then(|it| it.url.as_deref())
    }

    /// A copy of its own.
    pub(crate) fn to_detail(self) -> RunDetail {
        RunDetail {
            warmup_ns: self.warmup_ns.into(),
            samples: self.samples.into(),
            statistics: self.statistics.set,
            statistic_values: self.statistics.values.into(),
            rare: self.rare.cloned().map(Box::new),
            is_moved: false,
        }
    }
}

impl std::hash::Hash for RunDetail {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let Self { warmup_ns, samples, statistics, statistic_values, rare, is_moved } = self;
        (statistics, rare, is_moved).hash(state);
        for numbers in [warmup_ns, samples, statistic_values] {
            numbers.len().hash(state);
            numbers.iter().for_each(|number| number.to_bits().hash(state));
        }
    }
}

impl RunDetail {
    pub fn of_rare(rare: RareDetail) -> Self {
        let rare = (rare != RareDetail::default()).then(|| Box::new(rare));
        Self { rare, ..Self::default() }
    }

    pub fn of_statistic(statistic: Statistic, value: f64) -> Self {
        let mut set = StatisticSet::default();
        set.insert(statistic);
        Self { statistics: set, statistic_values: Box::new([value]), ..Self::default() }
    }

    pub fn error(&self) -> Option<&str> {
        self.rare.as_ref().and_then(|it| it.error.as_deref())
    }

    pub fn statistics(&self) -> StatisticsRef<'_> {
        StatisticsRef { set: self.statistics, values: &self.statistic_values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statistic_has_a_bit_and_a_place_of_its_own() {
        let mut set = StatisticSet::default();
        Statistic::ALL.iter().rev().for_each(|(_, statistic)| set.insert(*statistic));
        assert!(set.is_consistent() && set.len() == Statistic::ALL.len());
        for (place, (name, statistic)) in Statistic::ALL.iter().enumerate() {
            assert_eq!(set.place(*statistic), Some(place), "{name}");
        }
        assert!(!StatisticSet(u16::MAX).is_consistent());
    }

    #[test]
    fn a_statistic_that_is_not_in_the_set_has_no_value() {
        let mut set = StatisticSet::default();
        set.insert(Statistic::P75);
        set.insert(Statistic::P25);
        let statistics = StatisticsRef { set, values: &[2.9, 3.4] };
        assert_eq!(statistics.get(Statistic::P25), Some(2.9));
        assert_eq!(statistics.get(Statistic::P75), Some(3.4));
        assert_eq!(statistics.get(Statistic::P50), None);
    }
}
