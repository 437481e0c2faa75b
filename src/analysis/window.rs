//! The median of the newest values, kept as they come.

/// At most so many values, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    sorted: Vec<f64>,
}

impl Window {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { sorted: Vec::with_capacity(capacity + 1) }
    }

    /// Takes a value in, and the oldest one out where it is given.
    pub(crate) fn push(&mut self, value: f64, oldest: Option<f64>) {
        if let Some(oldest) = oldest {
            let at = self.sorted.partition_point(|other| other.total_cmp(&oldest).is_lt());
            if at < self.sorted.len() {
                self.sorted.remove(at);
            }
        }
        let at = self.sorted.partition_point(|other| other.total_cmp(&value).is_lt());
        self.sorted.insert(at, value);
    }

    /// Middle value, or the mean of the two middle values.
    pub(crate) fn median(&self) -> Option<f64> {
        let n = self.sorted.len();
        let upper = *self.sorted.get(n / 2)?;
        Some(if n % 2 == 1 { upper } else { (self.sorted[n / 2 - 1] + upper) / 2.0 })
    }
}
