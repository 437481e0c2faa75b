//! What `cargo bench` prints of `#[bench]`: `test NAME ... bench: 1,234 ns/iter (+/- 56)`, also as
//! criterion.rs imitates it with `--output-format bencher`.
//!
//! The value is the median, `(+/- …)` the distance of the slowest from the fastest sample: it is
//! kept as the field `spread`, for it is no standard deviation. `MB/s` beside a time is that time
//! turned over and becomes a field. Ignored tests are skipped; failed ones are failed runs.

use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{is_no_number, parse_number, parse_quantity};
use crate::parse::repeats::RepeatMerger;
use crate::parse::{name, unit};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::direction::direction_of_unit;
use model::record::{Measurement, shorten};

pub(crate) const FORMAT: Format = Format {
    name: "libtest",
    tool: "cargo bench with #[bench]; criterion.rs --output-format bencher",
    signature: "lines `test … ... bench: … ns/iter (+/- …)`",
    yields: "time (median), or a rate; spread, mb_per_s; failed benchmarks",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

/// Longest reason that is kept of a failure, in characters.
const MAX_REASON: usize = 200;

fn recognizes(text: &Text) -> bool {
    let told = |line: &str| line.starts_with("test ") && line.contains(" ... bench:");
    text.lines().any(|(_, line)| told(line)) || is_empty_run(text)
}

/// A run without benchmarks: nothing but what the test harness itself prints.
fn is_empty_run(text: &Text) -> bool {
    let own = |line: &str| {
        let words = ["running ", "test ", "test result:", "Running ", "Doc-tests "];
        line.is_empty() || words.iter().any(|word| line.starts_with(word))
    };
    text.text.contains("test result:")
        && text.text.contains(" measured")
        && text.lines().all(|(_, line)| own(line.trim()))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let reasons = failure_reasons(text);
    let mut repeats = RepeatMerger::default();
    let mut target = None;
    // With --nocapture, what a benchmark prints stands between its name and its result.
    let mut open: Option<&str> = None;
    for (number, line) in text.lines() {
        target = name::cargo_target(line).or(target);
        let named = line.strip_prefix("test ").and_then(|it| it.split_once(" ..."));
        let (name, printed) = match (named, open) {
            (Some((name, printed)), _) => (name, printed),
            (None, Some(name)) => (name, line),
            (None, None) => {
                if is_result(line) {
                    let reason = "no name of a benchmark stands before this result";
                    sink.reject(number, reason, "run the benchmark again", line);
                }
                continue;
            }
        };
        open = Some(name).filter(|_| !printed.trim().starts_with("ignored"));
        let plain = name.trim().trim_end_matches(" - should panic");
        let entry = entry_named(plain, target);
        if printed.trim() == "FAILED" {
            let why = reasons.get(plain).map_or("the benchmark panicked", String::as_str);
            repeats.add(entry.failed(why));
            open = None;
        } else if let Some((_, result)) = printed.split_once("bench:") {
            match with_result(result, entry) {
                Some(entry) => repeats.add(entry),
                None if named.is_some() || is_result(line) => {
                    let reason = "no number and unit after `bench:`";
                    sink.reject(number, reason, "run the benchmark again", line);
                }
                // A word of the program.
                None => continue,
            }
            open = None;
        } else if ["ok", "ignored"].contains(&printed.trim()) {
            open = None;
        }
    }
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

fn is_result(line: &str) -> bool {
    line.contains("bench:") && line.contains("/iter")
}

/// `tests::add` of the target `app` is `add` of `app::tests`.
pub(crate) fn entry_named(name: &str, target: Option<&str>) -> BenchmarkEntry {
    let entry = BenchmarkEntry::split(name, "::");
    let module = entry.suite.as_str();
    let suite: Vec<&str> =
        target.into_iter().chain([module]).filter(|part| !part.is_empty()).collect();
    BenchmarkEntry { suite: suite.join("::"), ..entry }
}

fn with_result(result_text: &str, entry: BenchmarkEntry) -> Option<BenchmarkEntry> {
    let word = result_text.split_whitespace().next().unwrap_or_default();
    if is_no_number(word) {
        return Some(entry.failed(format!("its result is `{word}`, no number")));
    }
    let (value, rest) = parse_quantity(result_text)?;
    let unit = rest.split_whitespace().next()?;
    let spread = rest.split_once("(+/- ").and_then(|(_, it)| parse_number(it.split_once(')')?.0));
    let rate = rest.split_once('=').and_then(|(_, it)| parse_quantity(it));
    let rate = rate.filter(|(_, unit)| *unit == "MB/s").map(|(rate, _)| rate);
    let entry = entry.metric(measurement_in(unit, value)).field("spread", spread);
    Some(entry.field("mb_per_s", rate))
}

/// A time of one iteration, another count of one iteration, or a rate.
pub(crate) fn measurement_in(unit: &str, value: f64) -> Measurement<'static> {
    let counted = unit.strip_suffix("/iter").unwrap_or(unit);
    let counted = unit::plain(counted);
    let named = match unit::metric(&counted) {
        // `cycles/iter`: what is counted is the metric.
        "value" => unit::named_metric(&counted),
        known => known.to_owned(),
    };
    let measured = metric(&named, &counted, value);
    match direction_of_unit(unit) {
        Some(better) => measured.direction(better),
        None => measured,
    }
}

/// The last output of failed benchmarks, by name: the blocks `---- NAME stdout ----`.
fn failure_reasons(text: &Text) -> BTreeMap<String, String> {
    let mut reasons: BTreeMap<String, String> = BTreeMap::new();
    let mut name = None;
    for (_, line) in text.lines() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("---- ") {
            name = rest.strip_suffix(" stdout ----");
        } else if line.is_empty() || line.starts_with("note: ") {
            name = name.filter(|name| !reasons.contains_key(*name));
        } else if let Some(name) = name {
            let reason = reasons.entry(name.to_owned()).or_default();
            let space = if reason.is_empty() { "" } else { " " };
            *reason = shorten(&format!("{reason}{space}{line}"), MAX_REASON).into_owned();
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;
    use model::record::TIME_METRIC;

    #[test]
    fn throughput_beside_a_time_is_no_second_metric() {
        let line = "test a ... bench:       1,234.50 ns/iter (+/- 5) = 829 MB/s";
        let found = read_text(&FORMAT, line);
        assert_eq!(found[0].metrics, [metric(TIME_METRIC, "ns", 1234.5)]);
        assert_eq!(
            (&found[0].fields["spread"], &found[0].fields["mb_per_s"]),
            (&5.into(), &829.into())
        );
    }

    #[test]
    fn a_failure_tells_its_panic() {
        let text = "test a::b ... FAILED\ntest c ... bench: 1 ns/iter (+/- 0)\n\nfailures:\n\n\
            ---- a::b stdout ----\n\nthread 'main' panicked at src/lib.rs:3:5:\nout of luck\n\
            note: run with `RUST_BACKTRACE=1`\n\n";
        let found = read_text(&FORMAT, text);
        let why = "thread 'main' panicked at src/lib.rs:3:5: out of luck";
        assert_eq!((&*found[0].test, found[0].error.as_deref()), ("b", Some(why)));
        assert_eq!(found[1].error, None);
    }

    #[test]
    fn what_a_benchmark_prints_parts_its_name_from_its_result() {
        let text = "running 2 tests\ntest a ... loading\nbench: none\nbench:   1,234 ns/iter (+/- 5)\n\
            test b ... ok\nbench:   7 ns/iter (+/- 0)\ntest c ... bench: NaN ns/iter\n\
            test d ... bench: x\n";
        let (names, lines) = crate::test_support::read_and_reject(&FORMAT, text);
        assert_eq!(lines, [6, 8]);
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn the_same_name_in_two_targets_is_two_benchmarks() {
        let text = "Running benches/x.rs (target/release/deps/x-0123456789abcdef)\n\
            test a ... bench: 1 ns/iter (+/- 0)\n\
            Running benches/y.rs (target/release/deps/y-0123456789abcdef)\n\
            test a ... bench: 2 ns/iter (+/- 0)\n";
        let suites: Vec<String> = read_text(&FORMAT, text).into_iter().map(|it| it.suite).collect();
        assert_eq!(suites, ["x", "y"]);
    }
}
