//! What the files of the three kinds become.

use proptest::prelude::*;

use super::*;
use crate::policy::read::read;

fn yaml(text: &str) -> String {
    let imported = import(text, "file");
    assert_eq!(imported.faults, []);
    let policy = read(&format!("version: '1'\n{}", imported.to_yaml()), "policy.yml");
    assert_eq!(policy.diagnostics, [], "{}", imported.to_yaml());
    imported.to_yaml()
}

#[test]
fn thresholds_in_camel_case_are_a_service_level() {
    let text = "{\n  \"maxAvgTimeMs\": 1.0,    // average\n  \"maxTotalTimeMs\": 1000,\n  \
                \"minThroughput\": 1000.0,\n  \"maxMemoryUsage\": 1000000,\n  \
                \"regressionThreshold\": 0.1\n}\n";
    let expected = "sla:\n  - max_avg_time_ms: 1\n    max_total_time_ms: 1000\n    \
                    min_throughput: 1000\n    max_memory_bytes: 1000000\n    \
                    regression_threshold: 0.1\n";
    assert_eq!(yaml(text), expected);
    let document = format!("# SLA\n\n```json\n{text}```\n\n```json\n{{\"other\": 1}}\n```\n");
    assert_eq!(yaml(&document), expected);
}

#[test]
fn a_table_of_budgets_is_read_by_its_heads() {
    let text = "## SLO\n\n| SLO | Budget | Min | Max | Description |\n|-----|--------|-----|-----|---\
                |\n| **transpile-simple** | 0.85ms | 0.8075 | 0.8925 | Single var declaration |\n\
                | heap | 2 MiB | | | |\n";
    assert_eq!(
        yaml(text),
        "budgets:\n  - name: transpile-simple\n    description: Single var declaration\n    match: \
         {test: transpile-simple}\n    budget: 0.85ms\n    tolerance: 0.05\n  - name: heap\n    \
         match: {test: heap}\n    metric: memory\n    budget: 2 MiB\n"
    );
}

#[test]
fn alert_rules_become_alerts_and_times_become_runs() {
    let text = "# alerting_rules.yml\nrules:\n  - name: High Response Time\n    condition: \
                response_time_p95 > 500ms for 5m\n    severity: warning\n    message: \"P95 \
                exceeded 500ms\"\n  - {name: E, condition: error_rate > 1% for 3 runs, severity: \
                high}\n";
    assert_eq!(
        yaml(text),
        "alerts:\n  - name: High Response Time\n    when: \"response_time_p95 > 500ms\"\n    \
         severity: warning\n    message: P95 exceeded 500ms\n  - name: E\n    when: \"error_rate > \
         1% for 3 runs\"\n    severity: error\n"
            .replace("\"response_time_p95 > 500ms\"", "response_time_p95 > 500ms")
            .replace("\"error_rate > 1% for 3 runs\"", "error_rate > 1% for 3 runs")
    );
    assert_eq!(import(text, "file").notes.len(), 1);
}

#[test]
fn faults_have_place_and_remedy() {
    let fault = |text: &str| {
        let imported = import(text, "file");
        let fault = imported.faults.first().cloned().unwrap_or_else(|| panic!("{imported:?}"));
        (fault.message, text[fault.span].to_owned(), fault.help.unwrap_or_default())
    };
    let (message, at, help) = fault("{\"maxAvgTimeMS\": 1}");
    assert_eq!(
        (message.as_str(), at.as_str()),
        ("unknown threshold `maxAvgTimeMS`", "\"maxAvgTimeMS\"")
    );
    assert_eq!(help, "did you mean `maxAvgTimeMs`?");
    let (message, at, _) = fault("| SLO | Budget |\n|-|-|\n| a | soon |\n");
    assert_eq!((message.as_str(), at.as_str()), ("`soon` has no number", "soon"));
    let (message, at, _) = fault("rules:\n  - {name: A, condition: p95 >> 5}\n");
    assert_eq!((message.as_str(), at.as_str()), ("expected a comparison, found `>>`", ">>"));
    let (message, _, help) =
        fault("rules:\n  - {name: A, condition: p95 > 5, severity: critcal}\n");
    assert!(message.contains("critcal") && help.contains("critical"), "{message} {help}");
    let (message, at, _) = fault("{\"maxAvgTimeMs\": \"soon\"}");
    assert_eq!((message.as_str(), at.as_str()), ("`soon` has no number", "\"soon\""));
    let (message, at, _) = fault("| SLO | Budget | Goal |\n|-|-|-|\n| a | 5ms | best |\n");
    assert_eq!((message.as_str(), at.as_str()), ("`best` has no number", "best"));
    assert!(fault("hello").0.starts_with("no thresholds"));
}

#[test]
fn entries_are_merged_behind_those_that_are_there() {
    let imported = import("| SLO | Budget |\n|-|-|\n| parse | 5ms |\n", "file");
    let merged = |policy: &str| merge(policy, &imported, "policy.yml");
    let entry = "  - name: parse\n    match: {test: parse}\n    budget: 5ms\n";
    let with_comment = "version: '1'\nbudgets:\n  - {budget: 1ms}  # ours\nsla: []\n";
    let expected = format!("version: '1'\nbudgets:\n  - {{budget: 1ms}}  # ours\n{entry}sla: []\n");
    assert_eq!(merged(with_comment).unwrap(), expected);
    let several = "budgets:\n  - match:\n      test: a\n    budget: 1ms\n# end\nversion: '1'\n";
    let expected = format!(
        "budgets:\n  - match:\n      test: a\n    budget: 1ms\n{entry}# end\nversion: '1'\n"
    );
    assert_eq!(merged(several).unwrap(), expected);
    let expected = format!("version: '1'\nbudgets:\n{entry}");
    assert_eq!(merged("version: '1'\n").unwrap(), expected);
    assert_eq!(merged("version: '1'\nbudgets: []\n").unwrap().trim_end(), expected.trim_end());
    assert!(merged(&expected).unwrap_err().contains("already has an entry named parse"));
    assert!(merged("budgets: [{budget: 1}]\n").unwrap_err().contains("one line"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        text in "(\\| ?|SLO|Budget|Max|```|\\{|\\}|\"maxAvgTimeMs\"|: |rules:\n|  - |name|condition\
                 |p95 > |for 5m|[0-9.]{1,3}|ms|//|é|\n|\\PC){0,40}"
    ) {
        let imported = import(&text, "file");
        for fault in &imported.faults {
            prop_assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
        }
        let _ = merge(&text, &imported, "policy.yml");
    }
}
