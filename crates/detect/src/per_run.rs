//! A number for each run that has one, in half the memory of optional numbers: of a large history
//! these are a good part of what is in memory at once.

use model::record::OptionalF64;

/// Parallel to the runs of a series.
#[derive(Clone, Debug, Default, PartialEq, Hash, serde::Serialize, serde::Deserialize)]
pub struct PerRun(Vec<OptionalF64>);

impl PerRun {
    /// None for so many runs.
    pub fn none(runs: usize) -> Self {
        Self(vec![OptionalF64::NONE; runs])
    }

    /// The number of a run; none too where there is no such run.
    pub fn get(&self, run: usize) -> Option<f64> {
        self.0.get(run).and_then(|number| number.get())
    }

    /// Sets the number of a run.
    pub fn set(&mut self, run: usize, number: Option<f64>) {
        self.0[run] = number.into();
    }

    /// The number of the last run before `end` that has one.
    pub fn last_before(&self, end: usize) -> Option<f64> {
        self.0[..end].iter().rev().find_map(|number| number.get())
    }

    /// The number of the last run that has one.
    pub fn last(&self) -> Option<f64> {
        self.last_before(self.0.len())
    }

    /// The numbers in the order of runs.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Option<f64>> {
        self.0.iter().map(|number| number.get())
    }
}

impl FromIterator<Option<f64>> for PerRun {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(numbers: I) -> Self {
        Self(numbers.into_iter().map(OptionalF64::from).collect())
    }
}
