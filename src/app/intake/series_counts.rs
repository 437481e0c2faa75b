//! How many series and commits an intake saw, whatever the number of records.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use ingest::entry::BenchmarkEntry;

/// Hashes of what was seen: a history of millions of records has few series.
#[derive(Default)]
pub(super) struct SeriesCounts {
    series: BTreeSet<u64>,
    /// Benchmarks that have values, and those that failed: one that only ever failed is a series.
    measured_benchmarks: BTreeSet<u64>,
    failed_benchmarks: BTreeSet<u64>,
    commits: BTreeSet<u64>,
}

impl SeriesCounts {
    pub(super) fn add(&mut self, entry: &BenchmarkEntry) {
        let BenchmarkEntry { suite, test, backend, mode, parallel, n, params, .. } = entry;
        let benchmark = (suite, test, backend, mode, parallel, n, params);
        let failed = entry.error.is_some();
        let benchmarks =
            if failed { &mut self.failed_benchmarks } else { &mut self.measured_benchmarks };
        benchmarks.insert(hash(benchmark));
        for metric in entry.metrics.iter().filter(|_| !failed) {
            self.series.insert(hash((benchmark, &metric.metric)));
        }
        self.commits.insert(hash(&entry.run.commit));
    }

    pub(super) fn series(&self) -> u64 {
        let only_failed = self.failed_benchmarks.difference(&self.measured_benchmarks).count();
        (self.series.len() + only_failed) as u64
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.len() as u64
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
