//! The one table of metrics: what a name means, whatever tool reports it.
//!
//! [`METRICS`] has whole names with their display name, unit, direction and category. [`WORDS`] has
//! words that mean something in any name. A name that neither has is [`Direction::Unknown`], unless
//! its unit settles the direction. `docs/metrics.md` prints both.
//!
//! ```text
//! lcp               a whole name          Largest Contentful Paint, lower, time
//! home_lcp          the word `lcp`        lower, time
//! cache_hit_rate    the word `hit`        higher, quality
//! errors/s          the word `errors`     lower, errors
//! ```
//!
//! [`METRICS`]: names::METRICS
//! [`WORDS`]: words::WORDS

pub mod names;
pub mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::record::Direction;
use names::METRICS;
use words::WORDS;

/// What a metric measures. A name with words of several categories is in the first of them:
/// `disk_latency` is of the disk, `disk_errors` are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricCategory {
    /// Errors, and their opposite: success and availability.
    Errors,
    Gpu,
    Frames,
    Disk,
    Network,
    Memory,
    Cpu,
    Energy,
    Time,
    Throughput,
    /// How good a result is: scores, hit rates, coverage.
    Quality,
    /// Size of what is built or sent.
    Size,
    Count,
}

/// What a word says of a metric. Of several words in a name the first meaning decides:
/// `time_to_success` is a time, `failed_checks` are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordMeaning {
    /// Growth is bad, whatever unit it is counted in.
    Bad,
    /// What is left over: more is better.
    LeftOver,
    Time,
    Good,
    /// Use of a resource.
    Cost,
}

/// A metric by its whole name.
pub struct NamedMetric {
    /// Its spellings in `snake_case`, separated by spaces.
    pub names: &'static str,
    /// How pages write it.
    pub display: &'static str,
    /// The unit of values that have none; empty where tools differ.
    pub unit: &'static str,
    pub direction: Direction,
    pub category: MetricCategory,
}

/// Words with the same meaning in any name.
pub struct MetricWords {
    /// In lower case, separated by spaces.
    pub words: &'static str,
    /// None: the words say what is measured, and not which way is better.
    pub meaning: Option<WordMeaning>,
    /// None: the words say which way is better, and not what is measured.
    pub category: Option<MetricCategory>,
}

impl MetricCategory {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Gpu => "gpu",
            Self::Frames => "frames",
            Self::Disk => "disk",
            Self::Network => "network",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Energy => "energy",
            Self::Time => "time",
            Self::Throughput => "throughput",
            Self::Quality => "quality",
            Self::Size => "size",
            Self::Count => "count",
        }
    }
}

impl WordMeaning {
    pub fn direction(self) -> Direction {
        match self {
            Self::Bad | Self::Time | Self::Cost => Direction::Lower,
            Self::LeftOver | Self::Good => Direction::Higher,
        }
    }
}

static BY_NAME: LazyLock<HashMap<&'static str, &'static NamedMetric>> = LazyLock::new(|| {
    let rows = METRICS.iter();
    rows.flat_map(|row| row.names.split(' ').map(move |name| (name, row))).collect()
});

static BY_WORD: LazyLock<HashMap<&'static str, &'static MetricWords>> = LazyLock::new(|| {
    let rows = WORDS.iter();
    rows.flat_map(|row| row.words.split(' ').map(move |word| (word, row))).collect()
});

/// The row of a whole name, in any spelling: `cacheHitRate` is `cache_hit_rate`.
pub fn metric_named(name: &str) -> Option<&'static NamedMetric> {
    let by_name = |name: &str| BY_NAME.get(name).copied();
    by_name(name).or_else(|| by_name(&words_of(name).join("_")))
}

/// What a word of a name means.
pub(crate) fn meaning_of(word: &str) -> Option<WordMeaning> {
    let by_end = || {
        let ends = |(end, _): &&(&str, WordMeaning)| word.ends_with(end);
        words::WORD_ENDS.iter().find(ends).map(|(_, meaning)| *meaning)
    };
    match BY_WORD.get(word) {
        Some(row) if row.meaning.is_some() => row.meaning,
        _ => by_end(),
    }
}

/// The category of a word of a name.
pub(crate) fn category_of(word: &str) -> Option<MetricCategory> {
    BY_WORD.get(word).and_then(|row| row.category)
}

/// How pages write a metric that the policy gives no name.
pub fn display_name(metric: &str) -> String {
    match BY_NAME.get(metric) {
        Some(row) => row.display.to_owned(),
        None => metric.replace('_', " "),
    }
}

/// The words of a name in lower case: `cacheHitRate`, `cache_hit_rate` and `Cache hit rate` have
/// the same.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in name.chars() {
        if c.is_alphanumeric() {
            let begins = last
                .is_none_or(|it| !it.is_alphanumeric() || (c.is_uppercase() && it.is_lowercase()));
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = Some(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_word_stands_in_two_rows() {
        let names: Vec<&str> = METRICS.iter().flat_map(|row| row.names.split(' ')).collect();
        assert_eq!(names.len(), BY_NAME.len(), "a name stands twice, or two spaces together");
        let words: Vec<&str> = WORDS.iter().flat_map(|row| row.words.split(' ')).collect();
        assert_eq!(words.len(), BY_WORD.len(), "a word stands twice, or two spaces together");
        for name in names.into_iter().chain(words) {
            assert!(!name.is_empty() && name.to_lowercase() == name, "{name}");
        }
    }

    #[test]
    fn a_display_name_says_the_same_as_the_name() {
        assert_eq!(display_name("lcp"), "Largest Contentful Paint");
        assert_eq!(display_name("p99_latency"), "p99 latency");
        assert_eq!(metric_named("cacheHitRate").map(|row| row.display), Some("cache hit rate"));
    }
}
