//! A number for each run that has one, in half the room of optional numbers: of a large history
//! these are a good part of what is in memory at once.

/// Parallel to the runs of a series; NaN stands for none and is never handed out.
#[derive(Clone, Debug, Default)]
pub struct PerRun(Vec<f64>);

impl PerRun {
    /// None for so many runs.
    pub fn none(runs: usize) -> Self {
        Self(vec![f64::NAN; runs])
    }

    /// None too for a run that there is not.
    pub fn get(&self, run: usize) -> Option<f64> {
        self.0.get(run).copied().filter(|number| !number.is_nan())
    }

    pub fn set(&mut self, run: usize, number: Option<f64>) {
        self.0[run] = number.unwrap_or(f64::NAN);
    }

    /// The number of the last run before `end` that has one.
    pub fn last_before(&self, end: usize) -> Option<f64> {
        self.0[..end].iter().rev().copied().find(|number| !number.is_nan())
    }

    /// The number of the last run that has one.
    pub fn last(&self) -> Option<f64> {
        self.last_before(self.0.len())
    }
}

impl PerRun {
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Option<f64>> {
        self.0.iter().map(|number| Some(*number).filter(|number| !number.is_nan()))
    }
}

/// NaN stands for none here, so two of them are equal.
impl PartialEq for PerRun {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<Option<f64>> for PerRun {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(numbers: I) -> Self {
        Self(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
    }
}
