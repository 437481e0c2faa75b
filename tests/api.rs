//! `api/v2/`: the fields that other people's programs read.

use serde_json::{Value, json};

use crate::check::{NOW, POLICY, Project, all, one};
use crate::support::{self, answer, program};

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
    for name in ["index.json", "events.json", "health.json", "diffs.json"] {
        let file = site.json(name);
        has(&file, "schema");
        assert!(!fields(&file).contains(&"built_from"), "{name} changes with every build");
        let schema = file["schema"].as_str().unwrap();
        assert!(site.has(&format!("api/v2/{schema}")), "{schema}");
    }
    let index = site.json("index.json");
    has(&index["series"][0], head);
    for series in index["series"].as_array().unwrap() {
        let id = series["id"].as_str().unwrap();
        let file = site.series(id);
        has(&file, head);
        has(&file, "points segments levels events");
        has(&file["points"][0], "commit timestamp value std segment flags");
        assert_eq!(file["points"].as_array().unwrap().len() as u64, series["points"]);
        assert!(site.has_page(series["url"].as_str().unwrap()));
    }
    let events = site.json("events.json");
    for event in events["events"].as_array().unwrap() {
        has(
            event,
            "id series kind direction commit commit_before timestamp before after change \
            confidence severity status hints",
        );
        assert!(site.has_page(event["url"].as_str().unwrap()), "{event}");
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
        let has_json = site.has(&format!("api/v2/diff/{base}..{head}.json"));
        assert_eq!(has_json, diff["kind"] == "pull", "{diff}");
        assert!(site.has_page(diff["url"].as_str().unwrap()), "{diff}");
        assert!(site.has(&format!("api/v2/commit/{head}.json")), "{diff}");
    }
    let schema = site.json("policy.schema.json");
    assert!(schema["properties"]["regression"].is_object(), "the policy's schema is published");
}

#[test]
fn llms_txt_leads_to_every_file_and_repeats_no_verdict() {
    let demo = support::demo();
    let text = demo.site.read("llms.txt");
    let links: Vec<&str> = text.split("](").skip(1).filter_map(|it| it.split(')').next()).collect();
    for link in &links {
        assert!(demo.site.has(link), "{link}");
    }
    for name in ["index", "events", "regressions", "health", "policy", "diffs"] {
        assert!(links.contains(&format!("api/v2/{name}.json").as_str()), "{name}: {links:?}");
    }
    for schema in ["check", "series", "replay"] {
        assert!(links.contains(&format!("api/v2/schema/{schema}.json").as_str()), "{schema}");
    }
    let index = demo.site.json("index.json");
    for series in index["series"].as_array().unwrap() {
        assert!(!text.contains(series["id"].as_str().unwrap()), "{series}");
    }
    let history = support::History::new();
    history.records(&support::days(&[100.0]));
    history.file("policy.yml", "site: {title: \"a](//evil)\\n## Obey <b>\"}\n");
    let first = history.site(&[]).read("llms.txt");
    let (heading, rest) = first.split_once("\n\n").unwrap();
    assert!(heading.starts_with("# a") && !heading.contains(['(', '<', '\n']), "{heading}");
    assert!(rest.starts_with("> Benchmark history"), "{rest}");
}

#[test]
fn the_search_leads_to_every_series_and_every_commit() {
    let site = &support::demo().site;
    let index = |path: &str| -> Value {
        let script = site.read(path);
        let data = script.strip_prefix("addToSearch(").and_then(|it| it.strip_suffix(");\n"));
        serde_json::from_str(data.unwrap()).unwrap()
    };
    let benchmarks = index("search/benchmarks.js");
    let slug = |entry: &Value| match entry[1].as_str().unwrap() {
        "" => entry[0].as_str().unwrap().to_owned(),
        slug => slug.to_owned(),
    };
    let mut stems = Vec::new();
    for test in benchmarks["tests"].as_array().unwrap() {
        assert!(site.has(&format!("test/{}/index.html", slug(test))));
        for pair in test[2].as_array().unwrap().chunks(2) {
            let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
            let backend = slug(&benchmarks["backends"][number(&pair[0])]);
            let tail = benchmarks["variants"][number(&pair[1])][1].as_str().unwrap();
            stems.push(format!("{}/{backend}/{tail}", slug(test)));
        }
    }
    let listed = site.json("index.json");
    let series = listed["series"].as_array().unwrap().iter();
    let mut ids: Vec<_> = series.map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    stems.sort();
    assert_eq!(ids, stems);
    let commits = index("search/commits.js");
    for commit in commits["commits"].as_array().unwrap() {
        let slug = commit[0].as_str().unwrap();
        assert!(site.has(&format!("commit/{slug}/index.html")), "{slug}");
        let file = site.json(&format!("commit/{slug}.json"));
        assert_eq!(file["list"], listed["list"]);
        let spans = file["series"].as_array().unwrap().iter();
        let rows: u64 = spans.map(|span| span[1].as_u64().unwrap()).sum();
        assert_eq!(rows, file["value"].as_array().unwrap().len() as u64, "a row for each value");
    }
    let entries = commits["entries"].as_array().unwrap();
    assert!(!entries.is_empty());
    for entry in entries {
        assert!(site.has_page(entry[3].as_str().unwrap()), "{entry}");
    }
}

/// The first place where a value is not what a schema allows, of what the schemas here use.
fn fault(value: &Value, schema: &Value, whole: &Value, place: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let named = whole.pointer(name.trim_start_matches('#')).unwrap();
        return fault(value, named, whole, place);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let faults: Vec<_> = any.iter().map(|it| fault(value, it, whole, place)).collect();
        return faults.iter().all(Option::is_some).then(|| faults[0].clone().unwrap());
    }
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let allowed = match &schema["type"] {
        Value::Array(any) => any.iter().any(is),
        Value::Null => true,
        name => is(name),
    };
    if !allowed {
        return Some(format!("{place}: {value} is not {}", schema["type"]));
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = |name: &&Value| value.is_object() && value.get(name.as_str().unwrap()).is_none();
    if let Some(name) = required.into_iter().find(missing) {
        return Some(format!("{place}: {name} is missing"));
    }
    let inner = |(name, value): (&String, &Value)| {
        let known = schema["properties"].get(name).or(schema.get("additionalProperties"));
        match known {
            Some(known) => fault(value, known, whole, &format!("{place}.{name}")),
            None => Some(format!("{place}: {name} is not in the schema")),
        }
    };
    let items = value.as_array().into_iter().flatten().enumerate();
    let mut items = items.filter(|_| schema["items"].is_object());
    let item =
        items.find_map(|(at, it)| fault(it, &schema["items"], whole, &format!("{place}[{at}]")));
    item.or_else(|| value.as_object().into_iter().flatten().find_map(inner))
}

#[test]
fn what_is_printed_holds_to_the_schema_that_is_published() {
    let demo = support::demo();
    let holds = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let schema = demo.site.json(value["schema"].as_str().unwrap());
        assert_eq!(fault(&value, &schema, &schema, "$"), None);
        value
    };
    for name in ["index.json", "events.json", "health.json", "diffs.json"] {
        holds(&demo.site.json(name).to_string());
    }
    let policy = format!("{POLICY}governance: {{emergency_override_approvers: [ada]}}\n");
    let mut project = Project::new(20, &policy);
    project.write().pull(7, 19, 3, 1.15, &json!({}));
    let mut check = project.command(&["--pull", "7", "--format", "json", "--actor", "ada"]);
    check.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", "a release waits");
    let overridden = holds(&answer(&mut check).out);
    assert_eq!(overridden["override"]["granted"], json!(true));
    (20..22).for_each(|day| project.day(day, &all(1.3), &json!({"runner_image": "x"})));
    let suppressed = holds(&project.write().check(&["--format", "json"]).out);
    assert!(suppressed["not_compared"][0]["runner_after"].is_object(), "{suppressed}");
    let mut project = Project::new(20, POLICY);
    let slow = [("julia", 1.3), ("rust", 1.3), ("go", 1.3), ("ts", 1.3), ("csharp", 1.0)];
    project.day(20, &slow, &json!({}));
    let anomaly = holds(&project.write().check(&["--format", "json"]).out);
    assert!(anomaly["infrastructure"].is_object(), "{anomaly}");
    project.day(21, &one("go", 1.3), &json!({}));
    let mut compare = program();
    let pair = format!("{}..{}", crate::check::main(19), crate::check::main(21));
    compare.args(["compare", &pair, "--now", NOW, "--format", "json"]);
    holds(&answer(compare.arg("--data").arg(project.write().history.data())).out);
    let mut replay = program();
    replay
        .args(["policy", "replay", "--now", NOW, "--format", "json", "--data"])
        .arg(project.history.data());
    holds(&answer(&mut replay).out);
}
