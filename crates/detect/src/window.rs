//! The median of the newest values, updated as values come and go.
//!
//! Inserting into a sorted list of 60 costs a search and a short move; sorting 60 values anew at
//! every run was a large part of a pass.

use super::stats::median_of_sorted;

/// At most so many values, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct SortedWindow {
    sorted: Vec<f64>,
}

impl SortedWindow {
    pub fn new(capacity: usize) -> Self {
        Self { sorted: Vec::with_capacity(capacity + 1) }
    }

    /// Takes a value in, and the oldest one out where it is given.
    pub fn push(&mut self, value: f64, oldest: Option<f64>) {
        if let Some(oldest) = oldest {
            self.remove(oldest);
        }
        self.sorted.insert(self.place(value), value);
    }

    /// Takes a value out that was taken in.
    pub fn remove(&mut self, value: f64) {
        let at = self.place(value);
        if at < self.sorted.len() {
            self.sorted.remove(at);
        }
    }

    fn place(&self, value: f64) -> usize {
        self.sorted.partition_point(|other| *other < value)
    }

    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Middle value, or the mean of the two middle values.
    pub fn median(&self) -> Option<f64> {
        median_of_sorted(&self.sorted)
    }
}
