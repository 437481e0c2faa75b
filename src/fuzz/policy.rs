//! Policies, files that become one, declared formats, and the small languages in them and on the
//! command line.

use ingest::formats;
use ingest::naming::Pattern;
use model::filter::{ChangeAges, Filter, FilterSubject, glob};
use model::policy::{diagnostic, expression, import, read, show};
use model::record::Unit;
use model::record::time::Timestamp;

/// A policy; each line also as a filter, an expression, a name pattern, a time and a unit.
pub(super) fn policy_filters_expressions(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    check_policy(&text);
    if let Err(faults) = formats::declare(&text, "format.yml") {
        let _ = diagnostic::render(&faults, &text, true);
    }
    let imported = import::import(&text, "file");
    let _ = diagnostic::render(&imported.faults, &text, true);
    let _ = import::merge("version: '1'\n", &imported, "policy.yml");
    for line in text.lines().take(8) {
        check_filter(line);
        let _ = expression::parse::parse_condition(line);
        let _ = Pattern::parse(line);
        let _ = (Timestamp::parse(line), Unit::parse(line));
    }
}

/// What `policy show` prints reads back as the same policy.
fn check_policy(text: &str) {
    let parsed = read::read(text, "policy.yml");
    let _ = diagnostic::render(&parsed.diagnostics, text, true);
    let Some(policy) = parsed.policy else { return };
    let shown = show::to_yaml(&policy);
    let again = read::read(&shown, "policy.yml");
    let faults = diagnostic::render(&again.diagnostics, &shown, false);
    assert_eq!(again.policy.as_ref(), Some(&policy), "{faults}\n{shown}");
}

fn check_filter(line: &str) {
    let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let Ok(filter) = Filter::parse_args(&arguments) else { return };
    let subject = FilterSubject {
        suite: "core",
        test: "parse",
        backend: "rust",
        mode: line,
        metric: "time",
        base_metric: "time",
        params: "a=1,b=2",
        tags: &arguments,
        parallel: true,
        n: Some(1000),
    };
    let _ = (filter.holds(subject, ChangeAges::default()), filter.describe(), filter.clauses());
    let _ = glob(line, line);
}
