//! Apache Otava's JSON, which is also what is sent to Nyrkiö: runs of `timestamp`, `metrics` and
//! `attributes`. Each run has its commit and time. Neither names a benchmark unless an attribute
//! (`test_name`, `test`) does: name it by `--set test=…`. Other attributes are fields.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{list, mostly, number, pairs, text as word, to_plain_text};
use crate::parse::{name, time, unit};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Direction;

pub(crate) const FORMAT: Format = Format {
    name: "otava-json",
    tool: "Apache Otava (Hunter) JSON, Nyrkiö upload",
    signature: "a list of `timestamp`, `metrics` with `name` and `value`, `attributes`",
    yields: "each metric by its own name; commit, branch, time, attributes",
    backend: "otava",
    reader: Reader::Text { recognizes, read },
};

/// Attributes that name the test, best first.
pub(crate) const TEST_NAMES: [&str; 4] = ["test_name", "test", "benchmark", "name"];

fn recognizes(text: &Text) -> bool {
    let runs = text.json().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    mostly(runs, |run| {
        run.get("timestamp").is_some()
            && mostly(list(run, "metrics"), |it| it.get("name").is_some())
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let Some(runs) = text.value()?.as_array() else {
        return Err(InputError::whole("not a list of runs"));
    };
    for run in runs {
        sink.entry(entry(run));
    }
    Ok(())
}

/// An attribute: text, or the first of a list.
fn attribute(value: &Value) -> String {
    to_plain_text(value.get(0).unwrap_or(value))
}

fn entry(run: &Value) -> BenchmarkEntry {
    let attributes = run.get("attributes").unwrap_or(&Value::Null);
    let said = |keys: &[&str]| {
        let told = keys.iter().find_map(|key| attributes.get(*key)).map(attribute);
        told.filter(|it| !it.is_empty())
    };
    let mut entry = BenchmarkEntry::named(said(&TEST_NAMES).unwrap_or_else(|| "otava".to_owned()));
    let commits = ["git_commit", "commit", "revision", "version"];
    entry.run.commit = said(&commits);
    entry.run.branch = said(&["branch"]);
    entry.run.timestamp =
        run.get("timestamp").map(to_plain_text).and_then(|it| time::parse_time(&it));
    let taken = [&TEST_NAMES[..], &commits[..], &["branch"]].concat();
    for (key, value) in pairs(attributes).filter(|(key, _)| !taken.contains(key)) {
        entry = entry.field(key, attribute(value));
    }
    for told in list(run, "metrics") {
        let value = number(told, "value").unwrap_or(f64::NAN);
        let mut measured =
            metric(&name::metric_name(word(told, "name")), &unit::plain(word(told, "unit")), value);
        match word(told, "direction") {
            "lower_is_better" => measured = measured.direction(Direction::Lower),
            "higher_is_better" => measured = measured.direction(Direction::Higher),
            _ => {}
        }
        entry = entry.metric(measured);
    }
    if run.get("passed").and_then(Value::as_bool) == Some(false) {
        return entry.failed("the run did not pass");
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_run_tells_its_commit_time_and_directions() {
        let text = r#"[{"timestamp":1706220908,"metrics":[{"name":"p50","unit":"us","value":56,"direction":"lower_is_better"}],
            "attributes":{"git_repo":"r","branch":"main",
             "git_commit":"6995e2de6891c724bfeb2db33d7b87775f913ad1"}}]"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics, [metric("p50", "us", 56.0).direction(Direction::Lower)]);
        assert_eq!(found[0].run.timestamp, time::parse_time("2024-01-25T22:15:08Z"));
        assert_eq!(
            (found[0].run.branch.as_deref(), &found[0].fields["git_repo"]),
            (Some("main"), &"r".into())
        );
    }
}
