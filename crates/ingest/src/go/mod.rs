//! Go's benchmark format (golang.org/design/14313-benchmark-format, golang.org/x/perf/benchfmt):
//! configuration lines `key: value`, results `BenchmarkName-8 100 12.5 ns/op …`, `Unit` lines; also
//! inside the events of `go test -json`.
//!
//! Lines of one benchmark are its samples. `/k=v` in a name is a parameter, a last part that is a
//! whole number is `n`, `pkg` the suite. `-8` (GOMAXPROCS) is a parameter, and so is configuration
//! that does not describe the machine: benchstat too compares nothing across them, and whether a
//! benchmark has a parameter must not depend on the file's other benchmarks. `MB/s` beside `ns/op`
//! is the same number turned over and stays a field. Other lines are passed over, as Go says; a
//! line that begins as a result and is none is rejected.

pub(crate) mod benchstat;
mod lines;
pub(crate) mod units;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::BenchmarkEntry;
use crate::format::{Format, Reader};
use crate::parse::go_name::{GOMAXPROCS, GoRunNames};
use crate::parse::repeats::RepeatMerger;
use crate::parse::time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::shorten;
use model::record::time::Timestamp;

use self::lines::{GoPart, GoResult, OddValue, ResultFinder};
use self::units::GoUnits;

pub(crate) const FORMAT: Format = Format {
    name: "go",
    tool: "go test -bench (also -json), and what benchstat reads",
    signature: "lines `Benchmark… <iterations> <value> <unit>`",
    yields: "time, memory, allocations, every other unit, samples; iterations, mb_per_s",
    backend: "go",
    reader: Reader::Text { recognizes, read },
};

/// Keys of configuration that are fields of a record whether they vary or not: its own name for
/// each. What `go test` prints that only looks like configuration has none and is left out.
const CONFIG_FIELDS: [(&str, &str); 9] = [
    ("goos", "os"),
    ("goarch", "arch"),
    ("cpu", "cpu"),
    ("toolchain", "go"),
    ("coverage", ""),
    ("testing", ""),
    ("warning", ""),
    ("panic", ""),
    ("error", ""),
];

pub(crate) fn recognizes(text: &Text) -> bool {
    let is_result = |part: &GoPart<'_>| match part {
        GoPart::Result(result) => !result.values.is_empty(),
        _ => false,
    };
    let mut finder = ResultFinder::default();
    text.lines().any(|(number, line)| finder.take_line(number, line).iter().any(is_result))
        || is_events(&text.text)
}

/// `go test -json`: an event a line, benchmarks among what was put out.
fn is_events(text: &str) -> bool {
    text.contains("\"Action\":\"output\"") && text.contains("/op")
}

/// Lines of output with the numbers of the lines that hold them.
struct OutputLine {
    number: usize,
    text: String,
}

const REMEDY: &str = "let benchmarks write to a file instead of the output, or run them again";

pub(crate) fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut began = None;
    let output: Vec<OutputLine> = if is_events(&text.text) {
        event_output(text, &mut began)
    } else {
        text.lines().map(|(number, line)| OutputLine { number, text: line.to_owned() }).collect()
    };
    let runs = run_names(&output);
    let mut at = GoOutput::default();
    let mut finder = ResultFinder::default();
    let (mut run, mut in_header) = (0, true);
    for OutputLine { number, text: line } in &output {
        let parts = finder.take_line(*number, line);
        in_header |= opens_header(line);
        let (before, now) = (run, run + usize::from(begins_run(line)));
        run = now;
        for part in &parts {
            // A name that was still open belongs to the run before.
            let is_lost = matches!(part, GoPart::Lost { .. });
            let names = runs.get(if is_lost { before } else { run }).unwrap_or(&runs[0]);
            at.take_part(*number, line, part, names, sink);
        }
        if !parts.is_empty() {
        } else if let Some(rest) = line.strip_prefix("Unit ") {
            if let Err(reason) = at.units.declare(rest) {
                sink.remark(format!("line {number}: {reason}"));
            }
        } else if let Some((key, value)) = configuration(line).filter(|_| in_header) {
            match value {
                "" => at.config.remove(key),
                value => at.config.insert(key.to_owned(), value.to_owned()),
            };
        }
        in_header = is_header(line, in_header);
    }
    if let Some(part) = finder.lost() {
        at.take_part(0, "", &part, &runs[0], sink);
    }
    for mut entry in at.repeats.entries() {
        entry.run.timestamp = began;
        sink.entry(entry);
    }
    Ok(())
}

/// What was read of an output so far.
#[derive(Default)]
struct GoOutput {
    config: BTreeMap<String, String>,
    units: GoUnits,
    repeats: RepeatMerger,
}

impl GoOutput {
    /// The benchmark of a printed name under the configuration that holds here.
    fn entry(&self, names: &GoRunNames, name: &str) -> BenchmarkEntry {
        let package = self.config.get("pkg").map(String::as_str).unwrap_or_default();
        let entry = names.entry(package, name);
        let config =
            self.config.iter().filter(|(key, _)| !["pkg", GOMAXPROCS].contains(&key.as_str()));
        config.fold(entry, |entry, (key, value)| with_config(entry, key, value))
    }

    fn take_part(
        &mut self,
        number: usize,
        line: &str,
        part: &GoPart<'_>,
        names: &GoRunNames,
        sink: &mut EntrySink<'_>,
    ) {
        match part {
            GoPart::Failed(name, why) => {
                self.repeats.add(self.entry(names, name).failed(shorten(why, MAX_REASON)));
            }
            GoPart::Lost { number, reason, line } => sink.reject(*number, reason, REMEDY, line),
            GoPart::Result(result) => self.take_result(number, line, result, names, sink),
        }
    }

    fn take_result(
        &mut self,
        number: usize,
        line: &str,
        result: &GoResult<'_>,
        names: &GoRunNames,
        sink: &mut EntrySink<'_>,
    ) {
        let entry = self.entry(names, result.name).field("iterations", result.iterations);
        let reasons = result.odd.iter().map(|OddValue { value, unit }| match *unit {
            "" => format!("`{value}` of `{}` has no unit", result.name),
            unit => format!("{unit} of `{}` is `{value}`, no number", result.name),
        });
        if result.values.is_empty() {
            let why = reasons.collect::<Vec<_>>().join(", ");
            sink.remark(format!("line {number}: recorded as failed: {why}"));
            self.repeats.add(entry.failed(why));
            return;
        }
        for reason in reasons {
            sink.reject(number, &reason, "the other values of the line were taken", line);
        }
        self.repeats.add(self.units.with_metrics(entry, &result.values));
    }
}

/// Whether a line begins the output of another package, or of another run of the same one.
fn begins_run(line: &str) -> bool {
    line.starts_with("pkg:")
}

/// Whether a line is what `go test` itself puts before the results of a package, whatever a script
/// or a log printed before.
fn opens_header(line: &str) -> bool {
    ["goos: ", "goarch: ", "pkg: "].iter().any(|key| line.starts_with(key))
}

/// Whether configuration may follow a line. Programs print lines such as `took: 1.2s` between
/// their results, and such a line must not become part of a benchmark's identity: configuration
/// stands at the beginning, behind a blank line or remark, or behind other configuration.
fn is_header(line: &str, in_header: bool) -> bool {
    let ends = ["PASS", "ok ", "ok\t", "FAIL", "#", "?"];
    line.trim().is_empty()
        || ends.iter().any(|end| line.starts_with(end))
        || (in_header && (configuration(line).is_some() || line.starts_with("Unit ")))
}

/// The names of each run of a package, in order; the first holds those before any `pkg:` line.
fn run_names(output: &[OutputLine]) -> Vec<GoRunNames> {
    let mut runs = vec![GoRunNames::default()];
    let mut finder = ResultFinder::default();
    for OutputLine { number, text: line } in output {
        if begins_run(line) {
            runs.push(GoRunNames::default());
        }
        let Some(run) = runs.last_mut() else { continue };
        for part in finder.take_line(*number, line) {
            if let GoPart::Result(result) = part {
                run.add(result.name);
            }
        }
        if let Some((GOMAXPROCS, number)) = configuration(line) {
            run.stated = Some(number.to_owned());
        }
    }
    runs
}

/// The output inside events, each package's on its own, for packages run side by side; and when the
/// first event was.
fn event_output(text: &Text, began: &mut Option<Timestamp>) -> Vec<OutputLine> {
    let mut outputs: BTreeMap<String, Vec<OutputLine>> = BTreeMap::new();
    for (number, line) in text.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        *began = began.or_else(|| time::parse_time(text("Time")?));
        let (Some("output"), Some(printed)) = (text("Action"), text("Output")) else { continue };
        let package = text("Package").unwrap_or_default();
        let lines = outputs
            .entry(package.to_owned())
            .or_insert_with(|| vec![OutputLine { number, text: format!("pkg: {package}\n") }]);
        for piece in printed.split_inclusive('\n') {
            match lines.last_mut() {
                // An event may hold a part of a line.
                Some(open) if !open.text.ends_with('\n') => open.text.push_str(piece),
                _ => lines.push(OutputLine { number, text: piece.to_owned() }),
            }
        }
    }
    let mut all: Vec<OutputLine> = outputs.into_values().flatten().collect();
    for line in &mut all {
        let length = line.text.trim_end_matches(['\r', '\n']).len();
        line.text.truncate(length);
    }
    all
}

/// Key and value of a configuration line: the key begins with a small letter and holds neither
/// space nor capital; blanks part it from its value; none of that is no configuration.
fn configuration(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let begins = key.chars().next()?.is_lowercase();
    if !begins || key.chars().any(|c| c.is_whitespace() || c.is_uppercase()) {
        return None;
    }
    let apart = value.is_empty() || value.starts_with([' ', '\t']);
    apart.then(|| (key, value.trim()))
}

fn with_config(mut entry: BenchmarkEntry, key: &str, value: &str) -> BenchmarkEntry {
    match key {
        "commit" if is_commit(value) => entry.run.commit = Some(value.to_owned()),
        "branch" => entry.run.branch = Some(value.to_owned()),
        "commit-time" => entry.run.commit_time = Timestamp::parse(value).ok(),
        _ => match CONFIG_FIELDS.iter().find(|(known, _)| *known == key) {
            Some((_, "")) => {}
            Some((_, field)) => return entry.field(field, value),
            None => {
                // A name may hold `/note=x` too: the line is another parameter then.
                let taken = entry.params.contains_key(key);
                let name = if taken { format!("{key}_2") } else { key.to_owned() };
                entry.params.insert(name, shorten(value, MAX_CONFIG_VALUE).into_owned());
            }
        },
    }
    entry
}

/// Longest reason that is kept of a failure, in characters.
const MAX_REASON: usize = 200;

/// Longest value of configuration that tells benchmarks apart, in characters.
const MAX_CONFIG_VALUE: usize = 200;

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{ALLOCATIONS, BANDWIDTH, MEMORY, MeasurementExt as _, metric};
    use crate::test_support::read_text;
    use model::record::{Direction, TIME_METRIC};

    fn only(text: &str) -> BenchmarkEntry {
        let mut found = read_text(&FORMAT, text);
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    #[test]
    fn processors_are_a_parameter_whatever_else_the_file_holds() {
        let one =
            only("BenchmarkA-8 10 1 ns/op\nBenchmarkA-8 10 2 ns/op\nBenchmarkA-8 12 3 ns/op\n");
        assert_eq!(one.metrics[0].samples, [1.0, 2.0, 3.0]);
        assert_eq!(one.params[GOMAXPROCS], "8");
        assert_eq!(one.fields["iterations"], serde_json::json!([10, 10, 12]));
        let two = read_text(&FORMAT, "BenchmarkA 10 1 ns/op\nBenchmarkA-4 10 2 ns/op\n");
        assert!(two[0].params.is_empty());
        assert_eq!(two[1].params[GOMAXPROCS], "4");
        let text = "pkg: a\nBenchmarkA-4 1 1 ns/op\nPASS\npkg: b\nBenchmarkB 1 1 ns/op\n";
        let packages = read_text(&FORMAT, text);
        assert_eq!((&*packages[0].test, &*packages[0].params[GOMAXPROCS]), ("A", "4"));
        assert!(packages[1].params.is_empty());
    }

    #[test]
    fn configuration_is_a_parameter_and_what_a_program_prints_is_none() {
        let text = "note: x\n\nBenchmarkA-4 1 1 ns/op\ntook: 1.2s\nBenchmarkB-4 1 1 ns/op\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].params["note"], found[1].params.len()), ("x", 2));
        let text = "$ go test\ngoos: linux\npkg: a/b\nBenchmarkA 1 1 ns/op\n";
        assert_eq!(only(text).suite, "a/b");
    }

    #[test]
    fn units_are_told_and_tell_directions() {
        let it = only(
            "Unit hits better=higher\n\
             BenchmarkA 1 2 ns/op 3 MB/s 4 B/op 5 allocs/op 6 hits 7 p99-ns\n",
        );
        let names: Vec<&str> = it.metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, MEMORY, ALLOCATIONS, "hits", "p99_ns"]);
        assert_eq!(it.metrics[3].direction, Some(Direction::Higher));
        assert_eq!(it.metrics[4].unit.as_deref(), Some("ns"));
        assert_eq!(it.fields["mb_per_s"], 3.0);
        let alone = only("BenchmarkA 1 3 MB/s");
        let rate = metric(BANDWIDTH, "MB/s", 3.0).direction(Direction::Higher);
        assert_eq!(alone.metrics, [rate]);
    }

    #[test]
    fn failures_and_odd_lines_are_told() {
        let found =
            read_text(&FORMAT, "BenchmarkA-8 1 2 ns/op\n--- FAIL: BenchmarkB-8\n    x.go:1: no\n");
        assert!(found[1].error.is_some() && found[1].test == "B");
        let text = Text::new("x", b"BenchmarkA-8 1 2 ns/op\nBenchmarkA-8 1 2 ns/op x B/op\n");
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!((sink.rejected.len(), sink.rejected[0].problem.location.line), (1, 2));
    }

    #[test]
    fn events_hold_the_same() {
        let text = r#"{"Time":"2024-01-01T00:00:00Z","Action":"start","Package":"a/b"}
{"Action":"output","Package":"a/b","Output":"goos: linux\n"}
{"Action":"output","Package":"a/b","Test":"BenchmarkX","Output":"BenchmarkX-8   \t"}
{"Action":"output","Package":"a/b","Test":"BenchmarkX","Output":"     295\t   4052123 ns/op\n"}
"#;
        let it = only(text);
        assert_eq!(
            (&*it.suite, &*it.test, it.metrics[0].value.get()),
            ("a/b", "X", Some(4_052_123.0))
        );
        assert_eq!(it.fields["os"], "linux");
        assert_eq!(it.run.timestamp, time::parse_time("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn a_rejected_line_of_events_has_its_place_in_the_file() {
        let text = r#"{"Action":"output","Package":"a","Output":"BenchmarkX-8   \tprinted\n"}
{"Action":"output","Package":"a","Output":"     295\t   40 ns/op\t   +Inf MB/s\n"}
{"Action":"output","Package":"a","Output":"BenchmarkY-8   \tprinted\nPASS\n"}
"#;
        let (names, lines) = crate::test_support::read_and_reject(&FORMAT, text);
        assert_eq!(lines, [2, 3]);
        assert_eq!(names, ["X"]);
    }
}
