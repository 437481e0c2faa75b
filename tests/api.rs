//! `api/v1/`: the fields that other people's programs read.

use serde_json::Value;

use crate::support;

/// Field names of an object, sorted.
fn fields(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_has_at_least_the_promised_fields() {
    let demo = support::demo();
    let site = &demo.site;
    let has = |value: &Value, wanted: &str| {
        let found = fields(value);
        for name in wanted.split_whitespace() {
            assert!(found.contains(&name), "{name} is missing in {found:?}");
        }
    };
    let head = "id url suite test backend mode parallel n params metric unit better latest \
        baseline noise verdict change detectable points";
    let built_from = "records newest policy_sha version";
    for name in ["index.json", "events.json", "health.json", "diffs.json"] {
        let file = site.json(name);
        has(&file, "schema built_from");
        has(&file["built_from"], built_from);
        let schema = file["schema"].as_str().unwrap();
        assert!(site.has(&format!("api/v1/{schema}")), "{schema}");
    }
    let index = site.json("index.json");
    has(&index["series"][0], head);
    for series in index["series"].as_array().unwrap() {
        let id = series["id"].as_str().unwrap();
        let file = site.json(&format!("series/{id}.json"));
        has(&file, head);
        has(&file, "points segments events schema built_from");
        has(&file["points"][0], "commit timestamp value std segment flags");
        assert_eq!(file["points"].as_array().unwrap().len() as u64, series["points"]);
        assert!(site.has(&format!("{}index.html", series["url"].as_str().unwrap())));
    }
    let events = site.json("events.json");
    for event in events["events"].as_array().unwrap() {
        has(
            event,
            "id series kind direction commit commit_before timestamp before after change \
            confidence severity status hints",
        );
        assert!(site.has(&format!("{}index.html", event["url"].as_str().unwrap())), "{event}");
        if let (Some(before), Some(after)) = (event["before"].as_f64(), event["after"].as_f64()) {
            let change = event["change"].as_f64().unwrap();
            assert!((after / before - 1.0 - change).abs() < 1e-9, "signed as the value moved");
        }
    }
}

#[test]
fn every_json_file_holds_to_its_schema_and_its_page() {
    let demo = support::demo();
    let site = &demo.site;
    for diff in site.json("diffs.json")["diffs"].as_array().unwrap() {
        let (base, head) = (diff["base"].as_str().unwrap(), diff["head"].as_str().unwrap());
        assert!(site.has(&format!("api/v1/diff/{base}..{head}.json")), "{diff}");
        assert!(site.has(&format!("{}index.html", diff["url"].as_str().unwrap())), "{diff}");
        assert!(site.has(&format!("api/v1/commit/{head}.json")), "{diff}");
    }
    let schema = site.json("policy.schema.json");
    assert!(schema["properties"]["regression"].is_object(), "the policy's schema is published");
}
