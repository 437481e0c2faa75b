//! pytest-benchmark `--benchmark-json` and its storage files, 2.5 to 5: one entry a test; seconds.
//!
//! The value is the mean; rounds that were saved (`--benchmark-save-data`) stand beside it as
//! samples. Commit, branch and time are the file's own. Operations a second are the mean turned
//! over and are left out. `group` is a field: it says what is compared, not what the test is.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext, metric};
use crate::format::{Format, Reader};
use crate::json::{list, mostly, number, numbers, pairs, text as word, to_plain_text};
use crate::parse::{name, time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "pytest-benchmark",
    tool: "pytest-benchmark --benchmark-json, or its storage",
    signature: "`benchmarks` with a name and `stats` of `rounds`",
    yields: "time (mean, std, median, min, max, quartiles, samples); rounds, iterations, group, \
             machine, commit, branch, time",
    backend: "python",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let is_row = |it: &Value| {
        let named = it.get("fullname").or(it.get("name")).is_some_and(Value::is_string);
        named && it.get("stats").is_some_and(|stats| stats.get("rounds").is_some())
    };
    text.json().is_some_and(|file| mostly(list(file, "benchmarks"), is_row))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let Some(benchmarks) = file.get("benchmarks").and_then(Value::as_array) else {
        return Err(InputError::whole("no list `benchmarks`"));
    };
    let commit = file.get("commit_info").unwrap_or(&Value::Null);
    // Outside of a repository these words stand for nothing.
    let nothing = ["", "unversioned", "(unknown)", "(detached head)"];
    let told = |key: &str| Some(word(commit, key)).filter(|it| !nothing.contains(it));
    let run = RunContext {
        commit: told("id").map(str::to_owned),
        timestamp: time::parse_time(word(file, "datetime")),
        commit_time: time::parse_time(word(commit, "time")),
        branch: told("branch").map(str::to_owned),
        ..RunContext::default()
    };
    for benchmark in benchmarks {
        let entry = with_machine(file, entry(benchmark, text.plain_names));
        let dirty = commit.get("dirty").and_then(Value::as_bool) == Some(true);
        let entry = if dirty { entry.field("dirty", true) } else { entry };
        sink.entry(BenchmarkEntry { run: run.clone(), ..entry });
    }
    Ok(())
}

fn entry(benchmark: &Value, plain_names: bool) -> BenchmarkEntry {
    let mut entry = entry_of(benchmark, plain_names);
    let stats = benchmark.get("stats").unwrap_or(&Value::Null);
    for field in ["rounds", "iterations"] {
        entry = entry.field(field, stats.get(field).cloned());
    }
    entry = entry.field("group", word(benchmark, "group"));
    for (key, value) in benchmark.get("extra_info").into_iter().flat_map(pairs) {
        entry = entry.field(&format!("extra.{key}"), to_plain_text(value));
    }
    // Versions differ in where saved rounds stand.
    let data = [list(stats, "data"), list(benchmark, "data")].concat();
    let Some(mean) = number(stats, "mean") else {
        return entry.failed("pytest-benchmark reports no mean");
    };
    let time = metric(TIME_METRIC, "s", mean)
        .std(number(stats, "stddev"))
        .statistic(Statistic::Median, number(stats, "median"))
        .statistic(Statistic::Min, number(stats, "min"))
        .statistic(Statistic::Max, number(stats, "max"))
        .statistic(Statistic::P25, number(stats, "q1"))
        .statistic(Statistic::P75, number(stats, "q3"))
        .samples(numbers(&data));
    entry.metric(time)
}

/// The benchmark of an entry: parameters that pytest-benchmark names count, unless the user wants
/// plain names.
fn entry_of(benchmark: &Value, plain_names: bool) -> BenchmarkEntry {
    let name = match word(benchmark, "fullname") {
        "" => word(benchmark, "name"),
        full => full,
    };
    let params = benchmark.get("params").filter(|it| it.is_object() && !plain_names);
    let Some(params) = params else { return entry_named(name) };
    let (plain, _) = split_brackets(name);
    let entry = BenchmarkEntry { name: name.to_owned(), ..BenchmarkEntry::split(plain, "::") };
    pairs(params).fold(entry, |entry, (key, value)| entry.param(key, to_plain_text(value)))
}

/// The benchmark of a full name, `path/test_a.py::TestX::test_m[10-list]`: what stands before the
/// last `::` is the suite. The text in brackets is a parameter, a whole number `n`: their names
/// are not in it.
pub(crate) fn entry_named(full_name: &str) -> BenchmarkEntry {
    let (plain, bracket) = split_brackets(full_name);
    let entry = BenchmarkEntry { name: full_name.to_owned(), ..BenchmarkEntry::split(plain, "::") };
    match bracket {
        Some(text) if name::is_whole(text) => entry.param("n", text),
        Some(text) => entry.param(BRACKET, text),
        None => entry,
    }
}

/// The parameter that holds the text in brackets.
pub(crate) const BRACKET: &str = "param";

fn split_brackets(full_name: &str) -> (&str, Option<&str>) {
    match full_name.strip_suffix(']').and_then(|it| it.split_once('[')) {
        Some((plain, bracket)) => (plain, Some(bracket)),
        None => (full_name, None),
    }
}

/// What does not change from run to run on one machine.
fn with_machine(file: &Value, entry: BenchmarkEntry) -> BenchmarkEntry {
    let machine = file.get("machine_info").unwrap_or(&Value::Null);
    let cpu = machine.get("cpu").unwrap_or(&Value::Null);
    let brand = match word(cpu, "brand_raw") {
        "" => word(cpu, "brand"),
        brand => brand,
    };
    let python = [word(machine, "python_implementation"), word(machine, "python_version")];
    entry
        .field("os", word(machine, "system"))
        .field("kernel", word(machine, "release"))
        .field("arch", word(machine, "machine"))
        .field("hostname", word(machine, "node"))
        .field("cpu", brand)
        .field("python", python.join(" ").trim())
        .field("pytest_benchmark", word(file, "version"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn names_are_taken_apart_as_pytest_puts_them_together() {
        let text = r#"{"benchmarks":[
            {"fullname":"t/a.py::T::m[10-x]","params":{"n":10,"kind":"x"},"stats":{"rounds":1,
             "mean":2}},
            {"fullname":"t/a.py::m[a::b]","params":null,"stats":{"rounds":1,"mean":2}},
            {"name":"m[7]","stats":{"rounds":1}}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].test, found[0].n), ("t/a.py::T", "m", Some(10)));
        assert_eq!(found[0].params["kind"], "x");
        assert_eq!((&*found[1].suite, &*found[1].params["param"]), ("t/a.py", "a::b"));
        assert_eq!((&*found[2].test, found[2].n), ("m", Some(7)));
        assert!(found[2].error.is_some());
    }
}
