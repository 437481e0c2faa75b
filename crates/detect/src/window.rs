//! The median of the newest values, updated as values come and go.
//!
//! Inserting into a sorted list of 60 costs a search and a short move; sorting 60 values anew at
//! every run was a large part of a pass.

use super::stats::median_of_sorted;

/// At most so many values, ascending.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct SortedWindow {
    sorted: Vec<f64>,
}

impl SortedWindow {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { sorted: Vec::with_capacity(capacity + 1) }
    }

    /// Takes a value in, and the oldest one out where it is given.
    pub(crate) fn push(&mut self, value: f64, oldest: Option<f64>) {
        let to = self.place(value);
        let from = oldest.map(|oldest| self.place(oldest)).filter(|at| *at < self.sorted.len());
        // One value goes where another one leaves: only those between the two places move.
        match from {
            Some(from) if from < to => {
                self.sorted.copy_within(from + 1..to, from);
                self.sorted[to - 1] = value;
            }
            Some(from) => {
                self.sorted.copy_within(to..from, to + 1);
                self.sorted[to] = value;
            }
            None => self.sorted.insert(to, value),
        }
    }

    /// Takes a value out that was taken in.
    pub(crate) fn remove(&mut self, value: f64) {
        let at = self.place(value);
        if at < self.sorted.len() {
            self.sorted.remove(at);
        }
    }

    fn place(&self, value: f64) -> usize {
        self.sorted.partition_point(|other| *other < value)
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Middle value, or the mean of the two middle values.
    pub(crate) fn median(&self) -> Option<f64> {
        median_of_sorted(&self.sorted)
    }
}
