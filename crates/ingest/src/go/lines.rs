//! Results among the lines of `go test`: name, iterations, values with their units.
//!
//! Go prints the name, runs the benchmark, then prints the numbers. What a benchmark prints itself
//! stands between: the numbers are then on a later line, or at the end of one.
//!
//! ```text
//! BenchmarkLoud-4     server started on :8080
//!      200   31 ns/op
//! ```

use crate::go::units::GoValue;
use crate::parse::number::{is_no_number, parse_number};

/// A value that is no finite number, with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OddValue<'a> {
    pub(super) value: &'a str,
    pub(super) unit: &'a str,
}

/// A result: name without `Benchmark`, iterations, values and their units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GoResult<'a> {
    pub(super) name: &'a str,
    pub(super) iterations: u64,
    pub(super) values: Vec<GoValue<'a>>,
    /// Values beside that cannot be read.
    pub(super) odd: Vec<OddValue<'a>>,
}

impl<'a> GoResult<'a> {
    /// None where the line is no result: another word, a name alone, no number of iterations.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("Benchmark")?;
        let name = rest.split_ascii_whitespace().next()?;
        // `Benchmark` alone is a benchmark too.
        let name = if rest.starts_with(|c: char| c.is_ascii_whitespace()) { "" } else { name };
        let words: Vec<&str> = rest.split_ascii_whitespace().collect();
        Self::of_words(name, &words[usize::from(!name.is_empty())..])
    }

    fn of_words(name: &'a str, words: &[&'a str]) -> Option<Self> {
        let (iterations, pairs) = words.split_first()?;
        let iterations = iterations.parse().ok()?;
        let (mut values, mut odd) = (Vec::new(), Vec::new());
        for pair in pairs.chunks(2) {
            let (value, unit) = (pair[0], pair.get(1).copied().unwrap_or_default());
            match parse_number(value) {
                Some(value) if is_unit(unit) => values.push(GoValue { value, unit }),
                None if values.is_empty() && !is_no_number(value) => return None,
                // Two numbers side by side are no value and unit.
                _ if values.is_empty() && !is_unit(unit) => return None,
                _ => odd.push(OddValue { value, unit }),
            }
        }
        (values.len() + odd.len() > 0).then_some(Self { name, iterations, values, odd })
    }

    /// The numbers at the end of what a program printed; `ns/op` or another unit of an operation
    /// is among them.
    fn of_end(name: &'a str, printed: &'a str) -> Option<Self> {
        if !printed.contains("/op") {
            return None;
        }
        let words: Vec<&str> = printed.split_ascii_whitespace().collect();
        let result = (0..words.len())
            .filter(|at| words[*at].bytes().all(|byte| byte.is_ascii_digit()))
            .take(MAX_NUMBERS)
            .find_map(|at| Self::of_words(name, &words[at..]))?;
        let units = result.values.iter().map(|it| it.unit);
        units
            .chain(result.odd.iter().map(|it| it.unit))
            .any(|unit| unit.ends_with("/op"))
            .then_some(result)
    }
}

/// Numbers of a line that are tried as the iterations. Bounds the work on hostile lines.
const MAX_NUMBERS: usize = 40;

fn is_unit(unit: &str) -> bool {
    !unit.is_empty() && parse_number(unit).is_none()
}

/// What a line of output brings.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum GoPart<'a> {
    Result(GoResult<'a>),
    /// A benchmark that failed: its name without `Benchmark`, and why.
    Failed(&'a str, &'a str),
    /// A line that looks like a result and is none.
    Lost {
        number: usize,
        reason: &'static str,
        line: &'a str,
    },
}

/// A name whose numbers are still to come.
struct OpenName<'a> {
    number: usize,
    line: &'a str,
    name: &'a str,
    /// The name is all there is: `-v` prints it so, and parents of other benchmarks.
    is_bare: bool,
}

/// Finds the results among lines of output, in their order.
#[derive(Default)]
pub(super) struct ResultFinder<'a> {
    open: Option<OpenName<'a>>,
}

impl<'a> ResultFinder<'a> {
    pub(super) fn take_line(&mut self, number: usize, line: &'a str) -> Vec<GoPart<'a>> {
        if let Some((_, name)) = line.split_once("--- FAIL: Benchmark") {
            self.open = None;
            let name = name.split_whitespace().next().unwrap_or(name);
            return vec![GoPart::Failed(name, "the benchmark failed")];
        }
        if let Some(result) = GoResult::parse(line) {
            return self.lost().into_iter().chain([GoPart::Result(result)]).collect();
        }
        if let Some((name, printed)) = split_name(line) {
            let mut parts: Vec<GoPart<'a>> = self.lost().into_iter().collect();
            if let Some(result) = GoResult::of_end(name, printed) {
                parts.push(GoPart::Result(result));
            } else if is_crash(printed.trim_start()) {
                parts.push(GoPart::Failed(name, printed.trim()));
            } else {
                self.open = Some(OpenName { number, line, name, is_bare: printed.is_empty() });
            }
            return parts;
        }
        match &self.open {
            Some(open) if is_crash(line) => {
                let part = GoPart::Failed(open.name, line.trim());
                self.open = None;
                vec![part]
            }
            Some(open) => match GoResult::of_end(open.name, line) {
                Some(result) => {
                    self.open = None;
                    vec![GoPart::Result(result)]
                }
                None if ends_run(line) => self.lost().into_iter().collect(),
                None => Vec::new(),
            },
            None => lonely_numbers(number, line).into_iter().collect(),
        }
    }

    /// The name that is still open, once no numbers can follow.
    pub(super) fn lost(&mut self) -> Option<GoPart<'a>> {
        let open = self.open.take().filter(|open| !open.is_bare)?;
        let reason = "no numbers follow the name of this benchmark";
        Some(GoPart::Lost { number: open.number, reason, line: open.line })
    }
}

/// The name of a benchmark, without `Benchmark`, and what stands behind it. Go's names do not go on
/// with a small letter: `Benchmarking …` is a program's own.
fn split_name(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("Benchmark")?;
    let first = rest.chars().next().filter(|c| !c.is_lowercase())?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    (first.is_alphanumeric() || first == '_').then(|| rest.split_at(end))
}

fn is_crash(line: &str) -> bool {
    line.starts_with("panic: ") || line.starts_with("fatal error: ")
}

fn ends_run(line: &str) -> bool {
    ["PASS", "FAIL", "ok ", "ok\t", "pkg:", "exit status "].iter().any(|end| line.starts_with(end))
}

/// Numbers of a result whose name is not there.
fn lonely_numbers<'a>(number: usize, line: &'a str) -> Option<GoPart<'a>> {
    let result = line.contains("ns/op").then(|| GoResult::of_end("", line)).flatten()?;
    let begins = line.trim_start().starts_with(&result.iterations.to_string());
    let reason = "no name of a benchmark stands before these numbers";
    begins.then_some(GoPart::Lost { number, reason, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut finder = ResultFinder::default();
        let mut parts = Vec::new();
        for (at, line) in text.lines().enumerate() {
            parts.extend(finder.take_line(at + 1, line));
        }
        parts.extend(finder.lost());
        let shown = |part: &GoPart<'_>| match part {
            GoPart::Result(it) => format!("{} {} {}", it.name, it.iterations, it.values[0].value),
            GoPart::Failed(name, reason) => format!("{name} failed: {reason}"),
            GoPart::Lost { number, reason, .. } => format!("{number}: {reason}"),
        };
        parts.iter().map(shown).collect()
    }

    #[test]
    fn numbers_find_the_name_that_was_printed_before_them() {
        let text = "BenchmarkA-4  \t2026/05/04 10:00:00 server on :8080\nport 80\n     200\t 31 ns/op\n\
                    BenchmarkB-4 \t....\t 300\t 32.5 ns/op\t 2 B/op\n\
                    BenchmarkC\nBenchmarkC-4  \tdone 7 of 8     400\t 33 ns/op\n\
                    BenchmarkD-4 \nsome text 2 3     500\t 34 ns/op\nBenchmarking it\nPASS\n";
        assert_eq!(read(text), ["A-4 200 31", "B-4 300 32.5", "C-4 400 33", "D-4 500 34"]);
    }

    #[test]
    fn what_has_no_numbers_or_no_name_is_lost_with_a_word() {
        let none = "no numbers follow the name of this benchmark";
        let text = "BenchmarkParent\nBenchmarkA-4 \tstarted\nBenchmarkB-4  100 5 ns/op\n\
                    BenchmarkC-4 \tx\nPASS\n  200  7 ns/op\nBenchmarkD-4 \tpanic: no luck\n\
                    BenchmarkE-4 \t\npanic: none\nBenchmark results: 5\n--- FAIL: BenchmarkF-4\n";
        assert_eq!(
            read(text),
            [
                &*format!("2: {none}"),
                "B-4 100 5",
                &format!("4: {none}"),
                "6: no name of a benchmark stands before these numbers",
                "D-4 failed: panic: no luck",
                "E-4 failed: panic: none",
                "F-4 failed: the benchmark failed"
            ]
        );
    }

    #[test]
    fn one_odd_value_leaves_its_neighbors() {
        let result = GoResult::parse("BenchmarkA-4  100  12 ns/op  NaN hit%  3 B/op 7").unwrap();
        assert_eq!(result.values.len(), 2);
        let odd = [OddValue { value: "NaN", unit: "hit%" }, OddValue { value: "7", unit: "" }];
        assert_eq!(result.odd, odd);
        let infinite = GoResult::parse("BenchmarkA-4  100  +Inf ns/op").unwrap();
        assert_eq!((infinite.values.len(), infinite.odd.len()), (0, 1));
        for line in ["BenchmarkA 100", "BenchmarkA 100 5", "BenchmarkA 100 x ns/op", "Benchmark"] {
            assert_eq!(GoResult::parse(line), None, "{line}");
        }
    }
}
