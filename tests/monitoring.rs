//! What Prometheus and Grafana read of a site and of a policy. The real tools read it in
//! `tests/services`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Answer, History, NOW, days, program, run, with};

/// Names that end a label, a template, a scalar or a line, where they are not escaped.
const HOSTILE: &str = "a\"} 1\nb{{ .Value }}\\: [x] #\u{0}";

const POLICY: &str = r#"version: "1"
budgets:
  - {name: "Tight \"}", match: {test: parse}, budget: 50ns}
  - {name: Loose, match: {test: parse}, budget: 500ns}
sla:
  - {name: API, match: {test: parse}, max_avg_time_ms: 1}
alerts:
  - name: "{{ hostile }}"
    description: "On {{ $labels }}."
    when: value > 1ns
    message: Look.
    severity: error
  - {name: "{{ hostile }}", when: value > 2ns}
site:
  base_url: https://example.org/b
"#;

fn history(policy: &str) -> History {
    let history = History::new();
    let mut records = days(&[100.0, 101.0, 99.0, 100.0, 101.0, 100.0, 99.0]);
    let hostile: Vec<Value> =
        records.iter().map(|it| with(it.clone(), json!({"test": HOSTILE}))).collect();
    records.extend(hostile);
    history.file("policy.yml", policy).records(&records);
    history
}

fn export(history: &History, arguments: &[&str]) -> Answer {
    let mut command = program();
    command.arg("export").args(arguments).arg("--data").arg(history.data());
    crate::support::answer(command.args(["--now", NOW]))
}

fn exported(history: &History, arguments: &[&str]) -> String {
    let answer = export(history, arguments);
    assert_eq!(answer.status, 0, "{}", answer.err);
    answer.out
}

/// The samples by name and labels. A family is declared before its samples, once.
fn samples(text: &str) -> BTreeMap<&str, f64> {
    let (mut samples, mut families) = (BTreeMap::new(), BTreeSet::new());
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.strip_suffix(" gauge").unwrap();
            assert!(families.insert(family), "{family} stands twice");
        } else if !line.starts_with('#') {
            let (labels, value) = line.rsplit_once(' ').unwrap();
            let name = labels.split('{').next().unwrap();
            assert_eq!(name, family, "a timestamp, or a sample of another family: {line}");
            let repeated = samples.insert(labels, value.parse().unwrap());
            assert!(repeated.is_none(), "{line}");
        }
    }
    assert!(text.ends_with("\n# EOF\n"));
    samples
}

const PARSE: &str =
    r#"test="parse",backend="rust",mode="default",parallel="false",n="1000",metric="time""#;

#[test]
fn a_site_says_levels_verdicts_and_targets_for_prometheus() {
    let history = history(POLICY);
    let site = history.site(&[]);
    let text = site.read("metrics.prom");
    let samples = samples(&text);
    let of = |name: &str| samples[name];
    let level = format!("benchpages_series_level{{{PARSE},unit=\"seconds\"}}");
    assert_eq!(of(&level), 1e-7, "times are in seconds");
    assert_eq!(of(&format!("benchpages_series_open_regressions{{{PARSE}}}")), 0.0);
    assert_eq!(of("benchpages_regressions{state=\"open\"}"), 0.0);
    assert_eq!(of("benchpages_records"), 14.0);
    assert_eq!(of("benchpages_targets{kind=\"budget\",state=\"violated\"}"), 1.0);
    let budget = r#"kind="budget",name="Tight \"}",key="budgets[0]""#;
    assert_eq!(of(&format!("benchpages_target_used_ratio{{{budget},{PARSE}}}")), 2.0);
    let state = format!("benchpages_target_state{{{budget},{PARSE},state=\"violated\"}}");
    assert_eq!(of(&state), 1.0);
    let hostile = "test=\"a\\\"} 1\\nb{{ .Value }}\\\\: [x] #\u{fffd}\"";
    assert!(text.contains(hostile), "{text}");
    let data = site.page("data/");
    assert!(data.contains("metrics.prom"), "the data page lists the file");
}

#[test]
fn the_export_is_the_file_of_the_site_for_chosen_series() {
    let history = history(POLICY);
    let site = history.site(&[]);
    assert_eq!(exported(&history, &["openmetrics"]), site.read("metrics.prom"));
    let text = exported(&history, &["openmetrics", "test=parse"]);
    let of_series = samples(&text).into_keys().filter(|it| it.contains("test=\"")).count();
    let of_parse = text.lines().filter(|line| line.contains("test=\"parse\"")).count();
    assert!(of_series == of_parse && of_parse > 8, "{text}");
    let past = exported(&history, &["openmetrics-history", "test=parse"]);
    assert_eq!(past.lines().filter(|line| line.starts_with("benchpages_value{")).count(), 7);
}

#[test]
fn a_large_site_says_how_many_series_its_metrics_leave_out() {
    let history = History::new();
    let records: Vec<Value> = (0..1_003)
        .flat_map(|at| days(&[100.0]).into_iter().map(move |it| with(it, json!({"n": at + 1}))))
        .collect();
    history.records(&records);
    let site = history.site(&[]);
    let text = site.read("metrics.prom");
    let samples = samples(&text);
    let runs = samples.keys().filter(|it| it.starts_with("benchpages_series_runs{")).count();
    assert_eq!((runs, samples["benchpages_omitted_series"]), (1_000, 3.0));
    assert_eq!(samples["benchpages_series{verdict=\"new\"}"], 1_003.0, "totals count all");
    let all = exported(&history, &["openmetrics"]);
    assert_eq!(all.matches("\nbenchpages_series_runs{").count(), 1_003);
}

#[test]
fn rules_are_yaml_with_one_rule_for_each_target_of_the_policy() {
    let history = history(POLICY);
    let text = exported(&history, &["alert-rules"]);
    let rules: Value = serde_saphyr::from_str(&text).unwrap();
    let rules = rules["groups"][0]["rules"].as_array().unwrap();
    let names: Vec<&str> = rules.iter().map(|rule| rule["alert"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "BenchmarkRegressionOpen",
            "BenchmarkHistoryStale",
            "Tight \"}",
            "Loose",
            "API: max_avg_time_ms",
            "{{ hostile }}"
        ],
        "two alerts of one name have one rule"
    );
    let rule = &rules[5];
    assert_eq!(
        rule["expr"],
        "benchpages_target_state{kind=\"alert\",name=\"{{ hostile }}\",\
         state=~\"drifting|violated\"} == 1"
    );
    assert_eq!(rule["labels"]["severity"], "error");
    assert_eq!(
        rule["annotations"]["description"],
        r#"On {{ "{" }}{{ "{" }} $labels }}. Fires at: value > 1ns Look."#,
        "a template of the policy is text"
    );
    assert_eq!(rule["annotations"]["link"], "https://example.org/b/health/#targets");
    let elsewhere = exported(&history, &["alert-rules", "--base-url", "https://other.example/"]);
    assert!(elsewhere.contains("https://other.example/event/"), "{elsewhere}");
}

#[test]
fn a_dashboard_is_json_with_variables_and_the_same_every_time() {
    let history = history(POLICY);
    let text = exported(&history, &["grafana"]);
    assert_eq!(text, exported(&history, &["grafana"]));
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let names = dashboard["templating"]["list"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["datasource", "benchmark", "backend", "metric"]);
    assert_eq!(dashboard["links"][0]["url"], "https://example.org/b/");
    // Each family that a panel asks for is one that the site has.
    let metrics = exported(&history, &["openmetrics"]);
    for panel in dashboard["panels"].as_array().unwrap() {
        let query = panel["targets"][0]["expr"].as_str().unwrap();
        let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let families: Vec<&str> = words.filter(|it| it.starts_with("benchpages_")).collect();
        assert!(!families.is_empty(), "{query}");
        for family in families {
            assert!(metrics.contains(&format!("\n# TYPE {family} gauge\n")), "{family}");
        }
    }
}

#[test]
fn a_filter_has_no_meaning_for_a_policy() {
    let history = history(POLICY);
    let data = history.data();
    for format in ["alert-rules", "grafana"] {
        let answer = run(&["export", format, "test=parse", "--data", data.to_str().unwrap()]);
        assert_eq!(answer.status, 2);
        assert!(answer.err.contains("remove the filters"), "{}", answer.err);
    }
}
