//! The table of metrics and units: printed in `docs/metrics.md`, and complete for every sample.

use std::fmt::Write as _;
use std::path::Path;

use model::record::category::{is_known_metric, is_known_unit};
use model::record::metrics::MetricCategory;
use model::record::metrics::names::METRICS;
use model::record::metrics::words::WORDS;
use model::record::unit::UNITS;
use model::record::{Direction, Unit};
use serde_json::{Value, json};

use crate::ingest::{ingest, samples, tools};
use crate::support::{History, NOW, days, run, with};

const HEAD: &str = "# Metrics and units

A record names its metric, and may state a unit and a direction (`better`). Where it does not, \
this table decides: first the whole name, then its words, then the unit. The policy's \
`metrics: {NAME: {better: …, unit: …, name: …}}` counts more than all of them. A metric whose \
direction nobody knows is drawn and compared, but never reported as a regression or an \
improvement; `benchpages doctor` lists such metrics, and units without a scale.

The suite writes this page from the table in the program, and holds it.

## Names

Names are read in any spelling: `cacheHitRate` is `cache_hit_rate`. A unit stands here where it \
is that of values recorded without one.

| metric | shown as | unit | better | category |
|-|-|-|-|-|
";

const WORDS_HEAD: &str = "
## Words

A name that is not listed has the direction of its words. The first row that matches decides: \
`failed_checks` are bad, `time_to_success` is a time. A value in a unit of time or memory is \
better when lower, and a rate (`rows/s`) when higher, unless a word above that rank says \
otherwise. Words without a direction only give the category.

| words | better | category |
|-|-|-|
";

const UNITS_HEAD: &str = "
## Units

Units of one row are one unit: they are read as the base unit, and shown with the prefix that \
fits. Words and capitals are read too (`Percent`, `requests/sec`). Any other unit is shown as it \
is written.

| base unit | written as |
|-|-|
";

/// Names that say nothing on purpose, in files that test a reader: no table can know them.
const UNKNOWN_METRICS: [(&str, &str); 3] = [
    ("aux_metric_units", "a unit that its author made up"),
    ("x", "a unit of one letter in a test of benchstat"),
    ("y", "a unit of one letter in a test of benchstat"),
];
const UNKNOWN_UNITS: [(&str, &str); 6] = [
    ("args-quality", "a score of Go's own compiler benchmark"),
    ("inputs-quality", "a score of Go's own compiler benchmark"),
    ("stmts-quality", "a score of Go's own compiler benchmark"),
    ("auxMetricUnits", "a unit that its author made up"),
    ("x", "a unit of one letter in a test of benchstat"),
    ("y", "a unit of one letter in a test of benchstat"),
];

fn page() -> String {
    let mut page = HEAD.to_owned();
    for row in METRICS {
        let names: Vec<String> = row.names.split(' ').map(|name| format!("`{name}`")).collect();
        let (names, category) = (names.join(", "), row.category.as_str());
        let (display, unit, better) = (row.display, row.unit, row.direction.as_str());
        writeln!(page, "| {names} | {display} | {unit} | {better} | {category} |").unwrap();
    }
    page.push_str(WORDS_HEAD);
    let mut words: Vec<_> = WORDS.iter().collect();
    words.sort_by_key(|row| (row.meaning.is_none(), row.meaning));
    for row in words {
        let better = row.meaning.map_or("", |meaning| meaning.direction().as_str());
        let category = row.category.map_or("", MetricCategory::as_str);
        writeln!(page, "| {} | {better} | {category} |", row.words).unwrap();
    }
    page.push_str(UNITS_HEAD);
    let mut bases: Vec<&str> = Vec::new();
    for (_, base, _) in UNITS {
        if !bases.contains(base) {
            bases.push(base);
        }
    }
    for base in bases {
        let written = UNITS.iter().filter(|(_, of, _)| *of == base);
        let written: Vec<String> = written.map(|(name, _, _)| format!("`{name}`")).collect();
        writeln!(page, "| `{base}` | {} |", written.join(", ")).unwrap();
    }
    page
}

#[test]
fn the_document_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let page = page();
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        std::fs::write(&path, &page).unwrap();
        panic!("docs/metrics.md was rewritten: review the difference, then run again");
    }
}

#[test]
fn every_metric_and_unit_of_every_sample_is_in_the_table() {
    let mut unknown = Vec::new();
    let mut excused: Vec<&str> = Vec::new();
    for sample in samples() {
        let path = tools().join(&sample);
        // Some samples are not readable: docs/formats.md lists them.
        let answer = ingest(&["--dry-run", "--demo", path.to_str().unwrap()]);
        for line in answer.out.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            for (metric, body) in record["metrics"].as_object().into_iter().flatten() {
                let name = body["unit"].as_str();
                let name = name.unwrap_or_else(|| Unit::name_of_metric(metric));
                let unit = Unit::parse(name).0;
                if !is_known_metric(metric, &unit) && body["better"].is_null() {
                    match UNKNOWN_METRICS.iter().find(|(name, _)| name == metric) {
                        Some((name, _)) => excused.push(name),
                        None => unknown.push(format!("{sample}: metric {metric} in `{name}`")),
                    }
                }
                if !is_known_unit(&unit) {
                    match UNKNOWN_UNITS.iter().find(|(it, _)| *it == unit.as_str()) {
                        Some((name, _)) => excused.push(name),
                        None => unknown.push(format!("{sample}: unit {name} of {metric}")),
                    }
                }
            }
        }
    }
    unknown.sort();
    unknown.dedup();
    assert!(unknown.is_empty(), "{unknown:#?}");
    for (name, _) in UNKNOWN_METRICS.iter().chain(&UNKNOWN_UNITS) {
        assert!(excused.contains(name), "{name} is in the table, or in no sample");
    }
}

/// A steady history of these fields beside each time.
fn history(fields: &[Value]) -> History {
    let made = History::new();
    let mut records = Vec::new();
    for (at, fields) in fields.iter().enumerate() {
        let values: Vec<f64> = (0..20).map(|day| 100.0 + f64::from(day % 3) / 10.0).collect();
        for mut record in days(&values) {
            let value = record.as_object_mut().unwrap().remove("mean_ns").unwrap();
            let more = json!({"value": value, "test": format!("t{at}")});
            records.push(with(with(record, more), fields.clone()));
        }
    }
    made.records(&records);
    made
}

fn doctor(history: &History) -> Vec<Value> {
    let data = history.data().display().to_string();
    let answer = run(&["doctor", "--data", &data, "--now", NOW, "--format", "json"]);
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    json["findings"].as_array().unwrap().clone()
}

#[test]
fn doctor_lists_all_unknown_metrics_in_one_finding_and_units_in_another() {
    let made = history(&[
        json!({"metric": "tokens", "unit": "parrots"}),
        json!({"metric": "zephyr", "unit": "parrots"}),
        json!({"metric": "p99", "unit": "ms"}),
        json!({"metric": "settled", "unit": "sheep", "better": "higher"}),
    ]);
    let found = doctor(&made);
    let of = |kind: &str| found.iter().filter(|it| it["kind"] == kind).collect::<Vec<_>>();
    let [metrics] = of("direction")[..] else { panic!("{found:#?}") };
    assert_eq!(metrics["place"], "2 metrics");
    let cause = metrics["cause"].as_str().unwrap();
    assert!(cause.contains("`tokens` (1 series: t0/rust/default/1000"), "{cause}");
    assert!(cause.contains("`zephyr`") && !cause.contains("p99"), "{cause}");
    let remedy = metrics["remedy"].as_str().unwrap();
    let lines = "metrics: {tokens: {better: higher}, zephyr: {better: higher}}";
    assert!(remedy.contains(lines), "{remedy}");
    let [units] = of("unit")[..] else { panic!("{found:#?}") };
    let cause = units["cause"].as_str().unwrap();
    assert!(cause.contains("`parrots` (2 series, such as t0/"), "{cause}");
    assert!(cause.contains("`sheep` (1 series: t3/"), "{cause}");
    assert_eq!(units["level"], "note");
    made.file("policy.yml", format!("version: '1'\n{lines}\n"));
    let found = doctor(&made);
    assert!(!found.iter().any(|it| it["kind"] == "direction"), "{found:#?}");
}

#[test]
fn pages_show_the_display_name_and_keep_the_raw_name() {
    let made = history(&[json!({"metric": "lcp", "unit": "ms"})]);
    let site = made.site(&["--now", NOW]);
    let page = site.text("series/t0/rust/default/1000/metric-lcp/");
    assert!(page.contains("Largest Contentful Paint"), "{page}");
    let index = site.json("index.json");
    assert_eq!(index["series"][0]["metric"], "lcp");
    assert_eq!(Direction::of_metric("lcp", &Unit::parse("ms").0), Direction::Lower);
}
