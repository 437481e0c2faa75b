//! The fields of a record: the one list of their names, for everyone who reads or writes records.
//!
//! ```text
//! {"commit":"1a2b3c4","timestamp":"2025-09-21T08:22:00Z","test":"parse","backend":"rust",
//!  "metric":"memory","value":4096,"unit":"B","os":"linux"}
//! ```
//!
//! Seven of these fields have a meaning. `os` is none of them: any other field says something about
//! the run and is kept as written; tools write those of [`ENVIRONMENT_FIELDS`].

use crate::record::Statistic;

/// A field with a meaning of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordField {
    /// Id of the measured commit.
    Commit,
    /// Time of the measurement, RFC 3339.
    Timestamp,
    /// Time of the commit, RFC 3339. Shown; it orders nothing.
    CommitTime,
    /// Branch of the commit.
    Branch,
    /// Number of the pull request.
    Pull,
    /// Group of tests.
    Suite,
    /// Name of the benchmark.
    Test,
    /// What was measured: language, library, engine.
    Backend,
    /// Variant of the backend.
    Mode,
    /// Whether it ran in parallel.
    Parallel,
    /// Input size.
    N,
    /// Further parameters.
    Params,
    /// Name of the metric; without it the time.
    Metric,
    /// A field that may also stand under a metric of `metrics`.
    Measurement(MeasurementField),
    /// Why the run failed.
    Error,
    /// Version of the benchmark: other versions are not compared.
    Version,
    /// Page of the run.
    Url,
    /// Labels of the series.
    Tags,
    /// Warm-up times.
    WarmupNs,
    /// Time in nanoseconds: short for the metric `time`.
    MeanNs,
    /// Standard deviation of `mean_ns`.
    StdNs,
    /// Several metrics by name.
    Metrics,
}

/// A field of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasurementField {
    /// The value.
    Value,
    /// Unit of all numbers of the metric.
    Unit,
    /// Which values are better, `lower` or `higher`.
    Better,
    /// Standard deviation of the value.
    Std,
    /// Single measurements; without a value their median is it.
    Samples,
    /// Another statistic.
    Statistic(Statistic),
}

impl RecordField {
    /// Every field. The first [`COLUMN_COUNT`] are the columns of a table of measurements, in its
    /// order; samples and statistics follow, then what a table says in other columns.
    pub const ALL: [(&'static str, Self); 39] = [
        ("commit", Self::Commit),
        ("timestamp", Self::Timestamp),
        ("commit_time", Self::CommitTime),
        ("branch", Self::Branch),
        ("pull", Self::Pull),
        ("suite", Self::Suite),
        ("test", Self::Test),
        ("backend", Self::Backend),
        ("mode", Self::Mode),
        ("parallel", Self::Parallel),
        ("n", Self::N),
        ("params", Self::Params),
        ("metric", Self::Metric),
        ("unit", Self::Measurement(MeasurementField::Unit)),
        ("better", Self::Measurement(MeasurementField::Better)),
        ("value", Self::Measurement(MeasurementField::Value)),
        ("std", Self::Measurement(MeasurementField::Std)),
        ("error", Self::Error),
        ("version", Self::Version),
        ("url", Self::Url),
        ("tags", Self::Tags),
        ("warmup_ns", Self::WarmupNs),
        ("samples", Self::Measurement(MeasurementField::Samples)),
        ("min", Self::statistic(Statistic::Min)),
        ("max", Self::statistic(Statistic::Max)),
        ("median", Self::statistic(Statistic::Median)),
        ("p25", Self::statistic(Statistic::P25)),
        ("p50", Self::statistic(Statistic::P50)),
        ("p75", Self::statistic(Statistic::P75)),
        ("p90", Self::statistic(Statistic::P90)),
        ("p95", Self::statistic(Statistic::P95)),
        ("p99", Self::statistic(Statistic::P99)),
        ("p99.9", Self::statistic(Statistic::P999)),
        ("lower", Self::statistic(Statistic::Lower)),
        ("upper", Self::statistic(Statistic::Upper)),
        ("mean", Self::statistic(Statistic::Mean)),
        ("mean_ns", Self::MeanNs),
        ("std_ns", Self::StdNs),
        ("metrics", Self::Metrics),
    ];

    const fn statistic(statistic: Statistic) -> Self {
        Self::Measurement(MeasurementField::Statistic(statistic))
    }

    /// The field of this name; none for a field about the run.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }
}

impl MeasurementField {
    /// The field of this name under a metric.
    pub fn from_name(name: &str) -> Option<Self> {
        match RecordField::from_name(name)? {
            RecordField::Measurement(field) => Some(field),
            _ => None,
        }
    }
}

/// Columns of a table of measurements, samples and statistics aside.
const COLUMN_COUNT: usize = 22;

/// The names of these columns, in their order.
pub const RECORD_FIELDS: [&str; COLUMN_COUNT] = {
    let mut names = [""; COLUMN_COUNT];
    let mut at = 0;
    // A constant can be computed by `while` alone.
    while at < COLUMN_COUNT {
        names[at] = RecordField::ALL[at].0;
        at += 1;
    }
    names
};

/// Fields about the run that this program and the tools it reads write: machine, toolchain, session
/// ([`session`](crate::history::session)) and origin of the record. They have no meaning but the
/// one the policy gives them; those of a session say what a run is compared with.
pub const ENVIRONMENT_FIELDS: [&str; 26] = [
    "arch",
    "bench_runner_ver",
    "build",
    "container_cpus",
    "container_memory",
    "cpu",
    "cpu_count",
    "cpu_flags",
    "dirty",
    "generator",
    "k_policy",
    "kernel",
    "memory_total",
    "merge_commit",
    "os",
    "os_version",
    "pcs_sha",
    "policy_sha",
    "reps",
    "round",
    "runner",
    "runner_image",
    "runner_image_version",
    "session",
    "side",
    "summary_runs",
];

/// Fields of tools that look like a misspelling of another field: the rounds of pytest-benchmark
/// are not the `round` of a session.
pub const LOOKALIKE_FIELDS: [&str; 3] = ["errors", "revs", "rounds"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statistic_is_a_field_and_every_name_is_listed_once() {
        for (name, statistic) in Statistic::ALL {
            let field = MeasurementField::Statistic(statistic);
            assert_eq!(MeasurementField::from_name(name), Some(field), "{name}");
        }
        let mut names: Vec<&str> = RecordField::ALL.iter().map(|(name, _)| *name).collect();
        names.extend(ENVIRONMENT_FIELDS);
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(RecordField::from_name("os"), None);
        assert_eq!(MeasurementField::from_name("commit"), None);
        assert_eq!(RECORD_FIELDS.last(), Some(&"warmup_ns"));
    }
}
