//! Made-up series for the tests of this package and of those above it (feature `testing`).
//!
//! ```text
//! SeriesBuilder::of([100.0, 101.0, 130.0]).backend("go").metric("memory", "B").build()
//! SeriesBuilder::of([Some(100.0), None]).build()       the newest run failed
//! ```
//!
//! A test states what it is about, and nothing else: what it leaves out is the plainest series
//! there is, `t/rust/default/any` in nanoseconds, one run a day in one segment.

use crate::record::time::{DAY_US, Timestamp};
use crate::record::{Direction, OptionalF64, Unit};
use crate::series::{CommitIndex, Run, Series, SeriesKey};

/// Builds a [`Series`].
#[derive(Clone, Debug)]
pub struct SeriesBuilder {
    series: Series,
}

/// A series with these values in nanoseconds, and nothing else of note.
pub fn series(values: &[f64]) -> Series {
    SeriesBuilder::of(values.iter().copied()).build()
}

impl SeriesBuilder {
    /// One run for each value, of the commit with the same index, one a day from 1970-01-01.
    /// `None` is a failed run.
    pub fn of<V: Into<OptionalF64>>(values: impl IntoIterator<Item = V>) -> Self {
        let run = |(index, value): (u32, V)| {
            let time = Timestamp::from_micros(i64::from(index) * DAY_US);
            Run::of_value(CommitIndex(index), time, value.into())
        };
        let runs = (0..).zip(values).map(run).collect();
        let series = Series::of_times(SeriesKey::of_test("t", "rust"), runs);
        Self { series }
    }

    /// Sets the suite, which is empty otherwise.
    #[must_use]
    pub fn suite(mut self, suite: &str) -> Self {
        self.series.key.suite = suite.to_owned();
        self
    }

    /// Sets the test, which is `t` otherwise.
    #[must_use]
    pub fn test(mut self, test: &str) -> Self {
        self.series.key.test = test.to_owned();
        self
    }

    /// Sets the backend, which is `rust` otherwise.
    #[must_use]
    pub fn backend(mut self, backend: &str) -> Self {
        self.series.key.backend = backend.to_owned();
        self
    }

    /// Sets the mode, which is `default` otherwise.
    #[must_use]
    pub fn mode(mut self, mode: &str) -> Self {
        self.series.key.mode = mode.to_owned();
        self
    }

    /// Makes it a series of parallel runs.
    #[must_use]
    pub fn parallel(mut self) -> Self {
        self.series.key.parallel = true;
        self
    }

    /// Sets the input size.
    #[must_use]
    pub fn n(mut self, n: u64) -> Self {
        self.series.key.n = Some(n);
        self
    }

    /// Sets metric and unit (`"throughput"`, `"ops/s"`), and the direction that follows from them.
    #[must_use]
    pub fn metric(mut self, metric: &str, unit: &str) -> Self {
        self.series.key.metric = metric.to_owned();
        self.series.key.metric_name = metric.replace('_', " ");
        self.series.unit = Unit::parse(unit).0;
        self.series.direction = Direction::of_metric(metric, &self.series.unit);
        self
    }

    /// Moves all runs by the same time, so that the first is at `first`.
    #[must_use]
    pub fn starting_at(mut self, first: Timestamp) -> Self {
        let by = self.series.runs.first().map_or(0, |run| first.micros() - run.time.micros());
        for run in &mut self.series.runs {
            run.time = Timestamp::from_micros(run.time.micros() + by);
        }
        self
    }

    /// Gives the runs other commits, in their order.
    #[must_use]
    pub fn commits(mut self, commits: impl IntoIterator<Item = u32>) -> Self {
        for (run, commit) in self.series.runs.iter_mut().zip(commits) {
            run.commit = CommitIndex(commit);
        }
        self
    }

    /// The series.
    pub fn build(self) -> Series {
        self.series
    }
}
