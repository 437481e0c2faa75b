//! LLVM's LNT: reports of format 2 and the older one, as JSON, and its text of lines
//! `test.metric value`. One entry a test; seconds and bytes; values that repeat are samples.
//!
//! The commit is the revision that the report is ordered by, the runner its machine. A test whose
//! status is not 0 and that has no value is a gap. Hashes are fields, profiles are left out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, RunContext, metric, sampled};
use crate::format::{Format, Reader};
use crate::json::{Number, numbers, pairs, text as word, to_plain_text};
use crate::parse::number;
use crate::parse::time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "lnt",
    tool: "LNT reports (JSON, both formats), LNT text",
    signature: "`machine`, `run` and `tests`, or `Machine`, `Run`, `Tests`; or lines `test.metric value`",
    yields: "time, compile_time, user_time, sys_time, code_size, size_bytes, memory, score (samples); \
             commit, time, runner, hash",
    backend: "llvm",
    reader: Reader::Text { recognizes, read },
};

/// What LNT measures: its name in format 2, in the older one, ours, unit.
const METRICS: [(&str, &str, &str, &str); 10] = [
    ("execution_time", "exec", TIME_METRIC, "s"),
    ("compile_time", "compile", "compile_time", "s"),
    ("wall_time", "wall", TIME_METRIC, "s"),
    ("user_time", "user", "user_time", "s"),
    ("sys_time", "sys", "system_time", "s"),
    ("mem_bytes", "mem", MEMORY, "B"),
    ("size_bytes", "size", "size", "B"),
    ("code_size", "code_size", "code_size", "B"),
    ("score", "score", "score", ""),
    ("hash", "hash", "hash", ""),
];

fn recognizes(text: &Text) -> bool {
    match text.json() {
        Some(file) => {
            ["machine", "Machine"].iter().any(|key| file.get(*key).is_some_and(Value::is_object))
                && ["run", "Run"].iter().any(|key| file.get(*key).is_some_and(Value::is_object))
        }
        None => {
            let filled = || text.lines().filter(|(_, line)| !line.trim().is_empty());
            let rows = filled().filter(|(_, line)| is_row(line)).count();
            // One odd row among many makes no other format of it.
            rows > 0 && 10 * rows >= 9 * filled().count()
        }
    }
}

/// `test.execution_time 10`
fn is_row(line: &str) -> bool {
    let Some((name, _)) = line.trim().rsplit_once(' ') else { return false };
    let Some((_, what)) = name.trim_end().rsplit_once('.') else { return false };
    what == "profile" || what.ends_with("_status") || METRICS.iter().any(|it| it.0 == what)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if text.json().is_none() && !text.text.trim_start().starts_with(['{', '[']) {
        return read_lines(text, sink);
    }
    let file = text.value()?;
    let (tests, machine, run) = match file.get("tests") {
        Some(tests) => (tests, file.get("machine"), file.get("run")),
        None => (file.get("Tests").unwrap_or(&Value::Null), file.get("Machine"), file.get("Run")),
    };
    let Some(tests) = tests.as_array() else {
        return Err(InputError::whole("no list `tests`"));
    };
    let (machine, run) = (machine.unwrap_or(&Value::Null), run.unwrap_or(&Value::Null));
    // LNT's own default.
    let schema = Some(word(file, "schema")).filter(|it| !it.is_empty()).unwrap_or("nts");
    let report = LntReport { run: run_context(run), machine, suite: schema };
    let mut all: BTreeMap<(String, String), BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    for test in tests {
        if file.get("tests").is_some() {
            let key = (report.suite.to_owned(), word(test, "name").to_owned());
            for (what, value) in pairs(test).filter(|(what, _)| *what != "name") {
                add_value(all.entry(key.clone()).or_default(), what, value);
            }
        } else if let Some((suite, name, what)) = split_old_name(word(test, "Name")) {
            let test_values = all.entry((suite.to_owned(), name.to_owned())).or_default();
            let data = test.get("Data").unwrap_or(&Value::Null);
            add_value(test_values, &what, data);
        }
    }
    emit_entries(all, &report, sink);
    Ok(())
}

fn add_value(test: &mut BTreeMap<String, Vec<Value>>, what: &str, value: &Value) {
    let values = test.entry(what.to_owned()).or_default();
    match value.as_array() {
        Some(all) => values.extend(all.iter().cloned()),
        None => values.push(value.clone()),
    }
}

/// What all tests of a report share.
struct LntReport<'v> {
    run: RunContext,
    machine: &'v Value,
    suite: &'v str,
}

/// Revision and start, from either format.
fn run_context(run: &Value) -> RunContext {
    let info = run.get("Info").unwrap_or(&Value::Null);
    let orders = ["llvm_project_revision", "run_order", "inferred_run_order", "cc_src_revision"];
    let order = orders.iter().find_map(|key| run.get(*key).or_else(|| info.get(*key)));
    let commit = order.map(|it| to_plain_text(it).trim().to_owned()).filter(|it| !it.is_empty());
    let start = run.get("start_time").or_else(|| run.get("Start Time")).map(to_plain_text);
    let timestamp = start.and_then(|it| time::parse_time(&it));
    RunContext { commit, timestamp, ..RunContext::default() }
}

/// `nts.Path/test.exec.status` is suite, test and `execution_status`.
fn split_old_name(name: &str) -> Option<(&str, &str, String)> {
    let (name, status) = match name.strip_suffix(".status") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (suite, rest) = name.split_once('.')?;
    let (test, what) = rest.rsplit_once('.')?;
    let known = METRICS.iter().find(|it| it.1 == what).map_or(what, |it| it.0);
    let what = match (status, what) {
        (false, _) => known.to_owned(),
        (true, "exec") => "execution_status".to_owned(),
        (true, what) => format!("{what}_status"),
    };
    Some((suite, test, what))
}

fn read_lines(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut all: BTreeMap<(String, String), BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    for (place, line) in text.lines().filter(|(_, line)| !line.trim().is_empty()) {
        let parts = line.trim().rsplit_once(' ');
        let named =
            parts.and_then(|(name, value)| Some((name.trim_end().rsplit_once('.')?, value)));
        let Some(((test, what), value)) = named else {
            sink.reject(place, "not `test.metric value`", "write one value a line", line);
            continue;
        };
        let number = number::parse_number(value);
        if number.is_none() && !matches!(what, "hash" | "profile") {
            sink.reject(place, "the value is no number", "write one value a line", line);
            continue;
        }
        let value = number.map_or_else(|| Value::from(value), Value::from);
        let test = all.entry((String::new(), test.to_owned())).or_default();
        add_value(test, what, &value);
    }
    let report = LntReport { run: RunContext::default(), machine: &Value::Null, suite: "" };
    emit_entries(all, &report, sink);
    Ok(())
}

fn emit_entries(
    all: BTreeMap<(String, String), BTreeMap<String, Vec<Value>>>,
    report: &LntReport<'_>,
    sink: &mut EntrySink<'_>,
) {
    let mut empty = 0;
    for ((suite, test), values) in all {
        let entry = entry(&suite, &test, &values, report);
        if entry.metrics.is_empty() && entry.error.is_none() {
            empty += 1;
        } else {
            sink.entry(entry);
        }
    }
    if empty > 0 {
        sink.remark(format!("{empty} of the tests have a hash or a profile and no value"));
    }
}

fn entry(
    suite: &str,
    test: &str,
    values: &BTreeMap<String, Vec<Value>>,
    report: &LntReport<'_>,
) -> BenchmarkEntry {
    let info = report.machine.get("Info").unwrap_or(report.machine);
    let said = |key: &str| info.get(key).map(to_plain_text);
    let name = report.machine.get("name").or_else(|| report.machine.get("Name"));
    let mut entry = BenchmarkEntry::of(suite, test)
        .field("runner", name.map(to_plain_text))
        .field("arch", said("hardware"))
        .field("os", said("os"))
        .field("os_version", said("os_version"))
        .field("hostname", said("hostname"));
    entry.run = report.run.clone();
    test.clone_into(&mut entry.name);
    let mut bad = None;
    for (what, values) in values {
        if what == "hash" {
            let hash: Vec<String> = values.iter().map(to_plain_text).collect();
            entry = entry.field("hash", hash.join(" "));
        } else if let Some(status) = what.strip_suffix("_status") {
            let failed = values.iter().filter_map(|it| Number::of(it).0).find(|code| *code != 0.0);
            bad = bad.or(failed.map(|code| format!("{status} status {code}")));
        } else if what != "profile" {
            entry.metrics.extend(measurement(what, numbers(values)));
        }
    }
    match bad {
        Some(why) if entry.metrics.is_empty() => entry.failed(why),
        Some(why) => entry.field("status", why),
        None => entry,
    }
}

fn measurement(what: &str, values: Vec<f64>) -> Option<Measurement<'static>> {
    let known = METRICS.iter().find(|it| it.0 == what);
    let (name, unit) = known.map_or((what, ""), |it| (it.2, it.3));
    let told = match values.as_slice() {
        [] => return None,
        [one] => metric(name, unit, *one),
        _ => sampled(name, unit, values),
    };
    let better = if name == "score" { Direction::Higher } else { Direction::Lower };
    Some(told.direction(better))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn statuses_make_gaps_only_where_nothing_was_measured() {
        let text = r#"{"format_version":"2","machine":{"name":"m"},"run":{"llvm_project_revision":"12"},"tests":[
            {"name":"a","compile_time":0.5,"compile_status":0,"execution_status":1},
            {"name":"b","execution_status":[1,0]},{"name":"c","score":[2,3]}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(
            (found[0].metrics.len(), &found[0].fields["status"]),
            (1, &"execution status 1".into())
        );
        assert_eq!(found[1].error.as_deref(), Some("execution status 1"));
        assert_eq!(found[2].metrics[0].direction, Some(Direction::Higher));
        assert_eq!(
            (found[0].run.commit.as_deref(), &found[0].fields["runner"]),
            (Some("12"), &"m".into())
        );
    }

    #[test]
    fn names_of_the_older_report_may_hold_dots() {
        let told = split_old_name("compile.build/Adium-1.5.7(config='Debug',j=1).user");
        let name = "build/Adium-1.5.7(config='Debug',j=1)";
        assert_eq!(told, Some(("compile", name, "user_time".to_owned())));
        let status = split_old_name("nts.a.exec.status");
        assert_eq!(status, Some(("nts", "a", "execution_status".to_owned())));
    }
}
