//! `benchpages build`: what is read, refused, counted and told, and what never happens to other
//! people's files.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{self, History, NOW, SERIES, commit, days, lines, record, run, with};
use crate::web;

const LEVEL: [f64; 8] = [100.0, 101.0, 99.0, 100.5, 99.5, 100.0, 101.5, 98.5];

/// Eight good records.
fn good() -> Vec<Value> {
    days(&LEVEL)
}

/// What a history made of one more line refuses: its entry in the quarantine.
fn refusal(line: &[u8]) -> (Value, History) {
    let history = History::new();
    let mut bytes = lines(&good()).into_bytes();
    bytes.extend_from_slice(line);
    bytes.extend_from_slice(b"\n");
    history.file("results/2025-09-01.ndjson", &bytes);
    let built = history.build(&[]);
    assert_eq!(built.status, 0, "{}", built.err);
    let file = std::fs::read(history.data().join("results/2025-09-01.ndjson")).unwrap();
    assert!(file == bytes, "the line stays in its file");
    assert!(built.err.contains("(1 rejected: see health/"), "{}", built.err);
    let kept = std::fs::read_to_string(history.data().join("quarantine/refused.ndjson")).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    (serde_json::from_str(&kept).unwrap(), history)
}

#[test]
fn every_line_that_cannot_be_read_is_kept_with_its_place_and_reason() {
    let text = |value: Value| value.to_string().into_bytes();
    let one = || record("aaaaaaaa", "2025-09-20T06:00:00Z", 100.0);
    let without = |field: &str| {
        let mut record = one();
        record.as_object_mut().unwrap().remove(field);
        text(record)
    };
    let long = with(one(), json!({"note": "x".repeat(1 << 20)}));
    let nan = b"{\"commit\":\"a\",\"timestamp\":\"2025-09-20T06:00:00Z\",\"backend\":\"rust\",\
        \"test\":\"parse\",\"mean_ns\":NaN}";
    let huge = String::from_utf8(nan.to_vec()).unwrap().replace("NaN", "1e999").into_bytes();
    let cases: [(&str, Vec<u8>, &str); 14] = [
        ("cut off", b"{\"commit\": \"a\", \"time".to_vec(), "EOF"),
        ("no JSON", b"hello".to_vec(), "expected"),
        ("two on one line", [text(one()), text(one())].concat(), "trailing"),
        ("no commit", without("commit"), "no `commit`"),
        ("no time", without("timestamp"), "no `timestamp`"),
        ("no backend", without("backend"), "no `backend`"),
        ("no test", without("test"), "no `test`"),
        ("no value", without("mean_ns"), "no value"),
        ("not a number", nan.to_vec(), "expected"),
        ("infinite", huge, "number out of range"),
        ("below zero", text(with(one(), json!({"mean_ns": -1}))), "below zero"),
        ("bad time", text(with(one(), json!({"timestamp": "2025-02-30"}))), "`timestamp`"),
        ("too long", text(long), "the limit is 1 MiB"),
        ("not UTF-8", b"{\"commit\": \"\xff\"}".to_vec(), "not UTF-8"),
    ];
    for (name, line, reason) in cases {
        let (entry, history) = refusal(&line);
        assert_eq!(entry["file"], "results/2025-09-01.ndjson", "{name}");
        assert_eq!(entry["line"], 9, "{name}");
        let column = entry["column"].as_u64().unwrap();
        assert!(column >= 1 && column <= line.len() as u64, "{name}: column {column}");
        let told = entry["reason"].as_str().unwrap();
        assert!(told.contains(reason), "{name}: {told}");
        assert!(!entry["remedy"].as_str().unwrap().is_empty());
        // Of a long line the quarantine keeps the beginning; the line itself stays in its file.
        let text: String = String::from_utf8_lossy(&line[..line.len().min(1_000)]).into();
        assert_eq!(entry["text"], text, "{name}");
        let site = support::Site { root: history.out() };
        assert!(site.text("health/").contains(&format!("results/2025-09-01.ndjson:9:{column}")));
        assert_eq!(site.json("health.json")["refused"][0]["line"], 9);
        let points = site.series(SERIES)["points"].clone();
        assert_eq!(points.as_array().unwrap().len(), 8, "{name}: the rest is built");
    }
}

#[test]
fn a_column_points_at_the_fault() {
    let (entry, _) =
        refusal(br#"{"commit":"a","timestamp":"soon","backend":"b","test":"t","mean_ns":1}"#);
    assert_eq!(entry["column"], 15, "at `timestamp`: {entry}");
    let (entry, _) = refusal(b"{\"commit\": \"\xff\"}");
    assert_eq!(entry["column"], 13, "at the byte that is no UTF-8: {entry}");
}

#[test]
fn a_unit_that_changes_within_a_series_is_refused() {
    let history = History::new();
    let rate = |value: f64, unit: &str| json!({"metric": "size", "value": value, "unit": unit});
    let mut records = good();
    for (at, one) in records.iter_mut().enumerate() {
        one.as_object_mut().unwrap().remove("mean_ns");
        *one = with(one.clone(), rate(5.0, if at == 3 { "ops/s" } else { "KiB" }));
    }
    let site = history.records(&records).site(&[]);
    let refused = site.json("health.json")["refused"].clone();
    assert_eq!((refused.as_array().unwrap().len(), &refused[0]["line"]), (1, &json!(4)));
    assert!(refused[0]["reason"].as_str().unwrap().contains("ops/s"), "{refused}");
    let index = site.json("index.json");
    assert_eq!(
        (&index["series"][0]["points"], &index["series"][0]["unit"]),
        (&json!(7), &json!("B"))
    );
    assert_eq!(index["series"][0]["latest"], 5.0 * 1024.0, "base units");
}

#[test]
fn the_quarantine_is_emptied_once_all_is_well() {
    let (_, history) = refusal(b"broken");
    history.file("results/2025-09-01.ndjson", lines(&good()));
    history.site(&[]);
    assert_eq!(support::files(&history.data()), ["results/2025-09-01.ndjson"]);
}

#[cfg(unix)]
#[test]
fn a_data_folder_that_cannot_be_written_still_builds() {
    use std::os::unix::fs::PermissionsExt;
    let history = History::new();
    history.file("results/a.ndjson", format!("{}broken\n", lines(&good())));
    // A file where the folder should be: what cannot be written even by root.
    history.file("quarantine", "");
    let read_only = std::fs::Permissions::from_mode(0o555);
    std::fs::set_permissions(history.data(), read_only).unwrap();
    let built = history.build(&[]);
    std::fs::set_permissions(history.data(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(built.status, 0, "{}", built.err);
    assert!(built.err.contains("warning:") && built.err.contains("quarantine"), "{}", built.err);
    let site = support::Site { root: history.out() };
    assert_eq!(site.json("health.json")["refused"].as_array().unwrap().len(), 1);
}

#[test]
fn a_duplicate_is_read_once_and_counted() {
    let history = History::new();
    let mut records = good();
    records.push(records[2].clone());
    records.push(records[2].clone());
    let site = history.records(&records).site(&[]);
    assert_eq!(site.json("health.json")["duplicates"], 2);
    let series = site.series(SERIES);
    assert_eq!(series["points"].as_array().unwrap().len(), 8);
    assert_eq!(series["points"][2].get("repeats"), None, "a duplicate is no repeat");
}

#[test]
fn repeats_of_a_commit_are_their_median() {
    let history = History::new();
    let mut records = good();
    let at =
        |hour: u32, value: f64| record(&commit(20), &format!("2025-09-21T{hour:02}:00:00Z"), value);
    records.extend([at(1, 90.0), at(2, 500.0), at(3, 110.0)]);
    let site = history.records(&records).site(&[]);
    let series = site.series(SERIES);
    let last = series["points"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["value"], &last["repeats"]), (&json!(110.0), &json!(3)));
}

#[test]
fn a_failed_run_stays_a_gap_with_its_reason() {
    let history = History::new();
    let mut records = good();
    records[4] = with(records[4].clone(), json!({"mean_ns": null, "error": "out of memory"}));
    let site = history.records(&records).site(&[]);
    let point = site.series(SERIES)["points"][4].clone();
    assert_eq!((&point["value"], &point["flags"]), (&Value::Null, &json!(["failed"])));
    assert!(site.text(&format!("series/{SERIES}/")).contains("out of memory"));
    assert!(site.text("health/").contains("out of memory"));
}

#[test]
fn a_short_sha_is_its_full_one() {
    let history = History::new();
    let full = "0123456789abcdef0123456789abcdef01234567";
    let mut records = good();
    records.push(record(full, "2025-09-20T06:00:00Z", 100.0));
    records.push(record(&full[..8], "2025-09-20T07:00:00Z", 102.0));
    let site = history.records(&records).site(&[]);
    let points = site.series(SERIES)["points"].clone();
    let last = points.as_array().unwrap().last().unwrap();
    assert_eq!((&last["commit"], &last["repeats"]), (&json!(full), &json!(2)));
    assert!(site.has("commit/0123456789ab/index.html"));
}

#[test]
fn every_commit_has_a_page_of_its_own_whatever_its_id() {
    let ids = ["20250926120000", "20250926120001", "v1.2.3", "V1.2.3", "abcdef0", "release/1"];
    let one = |(at, id): (usize, &&str)| record(id, &format!("2025-09-0{}T06:00:00Z", at + 1), 1.0);
    let records: Vec<Value> = ids.iter().enumerate().map(one).collect();
    let history = History::new();
    let site = history.records(&records).site(&[]);
    let pages = support::files(&site.root.join("commit"));
    assert_eq!(pages.len(), ids.len(), "{pages:?}");
}

#[test]
fn other_branches_and_pull_requests_are_no_part_of_the_main_line() {
    let history = History::new();
    let mut records: Vec<Value> =
        good().into_iter().map(|one| with(one, json!({"branch": "main"}))).collect();
    let slow = |id: &str, fields: Value| with(record(id, "2025-09-15T06:00:00Z", 900.0), fields);
    records.push(slow("bbbbbbbb", json!({"branch": "topic"})));
    history.records(&records);
    history.file("pulls/12.ndjson", lines(&[slow("dddddddd", json!({}))]));
    let site = history.site(&[]);
    let series = site.series(SERIES);
    assert_eq!(series["points"].as_array().unwrap().len(), 8);
    assert_eq!((&series["verdict"], &series["latest"]), (&json!("unchanged"), &json!(98.5)));
    assert!(site.text("health/").contains("1 record from branches other than"));
    assert!(site.text(&format!("series/{SERIES}/")).contains("#12"));
    assert!(!site.has("commit/bbbbbbbb/index.html"));
}

#[test]
fn the_archive_is_read_when_asked_for() {
    let history = History::new();
    history.records(&good()[4..]).file("archive/old.ndjson", lines(&good()[..4]));
    let points =
        |more: &[&str]| history.site(more).json("index.json")["series"][0]["points"].clone();
    assert_eq!((points(&[]), points(&["--with-archive"])), (json!(4), json!(8)));
}

#[test]
fn side_files_that_are_at_fault_are_told_and_stop_nothing() {
    let history = History::new();
    history
        .records(&good())
        .file("accepted.yml", "- series: x\n  nonsense: 1\n")
        .file("notes/bad.md", "no front matter")
        .file("commits.ndjson", "{}\n");
    let text = history.site(&[]).text("health/");
    for file in ["accepted.yml:", "notes/bad.md:1:1", "commits.ndjson:1:1"] {
        assert!(text.contains(file), "{file}: {text}");
    }
}

#[test]
fn user_templates_stand_on_every_page() {
    let history = History::new();
    history
        .records(&good())
        .file("policy.yml", "site: {title: \"A <b> & c\"}\n")
        .file("templates/banner.html", "<p>For <b>{{ site_title }}</b></p>")
        .file(
            "templates/footer.html",
            "<p>{{ series }} series, {{ policy.regression.default_threshold }}</p>",
        )
        .file("templates/methods.md", "## Ours\n\nWe *measure* at night, {{ records }} times.\n");
    let site = history.site(&[]);
    for page in ["", "health/", "about/"] {
        let html = site.page(page);
        let banner = html.split("<div class=\"banner\">").nth(1).unwrap();
        assert!(web::text(banner).starts_with("For A <b> & c"), "{page}");
        assert!(!banner.starts_with("<p>For <b>A <b>"), "{page}: escaped");
        assert!(html.contains("<p>1 series, 0.1</p>"), "{page}");
    }
    let about = site.main("about/");
    assert!(about.contains("<em>measure</em> at night, 8 times"), "{about}");
}

#[test]
fn a_template_at_fault_stops_the_build_with_its_name() {
    for (name, text, reason) in [
        ("banner.html", "{{ nonsense }}", "undefined"),
        ("footer.html", "{% if %}", "syntax"),
        ("methods.md", "{{ policy.nonsense.more }}", "undefined"),
        (
            "banner.html",
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "fuel",
        ),
    ] {
        let history = History::new();
        history.records(&good()).file(&format!("templates/{name}"), text);
        let built = history.build(&[]);
        assert_eq!(built.status, 2, "{name}: {}", built.err);
        assert!(built.err.contains(&format!("templates/{name}")), "{}", built.err);
        assert!(built.err.to_lowercase().contains(reason), "{reason}: {}", built.err);
        assert!(!history.out().exists());
    }
}

#[test]
fn a_folder_that_it_did_not_make_is_left_alone() {
    let history = History::new();
    history.records(&good());
    std::fs::create_dir(history.out()).unwrap();
    std::fs::write(history.out().join("thesis.txt"), "mine").unwrap();
    let built = history.build(&[]);
    assert_eq!(built.status, 2);
    assert!(built.err.contains("did not write"), "{}", built.err);
    assert_eq!(support::files(&history.out()), ["thesis.txt"]);
    // Not even when it is the history itself.
    let data = history.data();
    let data = data.to_str().unwrap();
    let built = run(&["build", "--data", data, "--out", data, "--now", NOW]);
    assert_eq!(built.status, 2, "{}", built.err);
    assert_eq!(support::files(Path::new(data)), ["results/all.ndjson"]);
}

#[test]
fn a_build_that_fails_leaves_the_old_site_as_it_was() {
    let history = History::new();
    history.records(&good());
    let before = history.site(&[]).snapshot();
    history.file("templates/banner.html", "{{ nonsense }}");
    assert_eq!(history.build(&[]).status, 2);
    let after = support::Site { root: history.out() }.snapshot();
    support::assert_same_site(&before, &after, "a failed build");
    let beside: Vec<_> = std::fs::read_dir(history.data().parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 2, "nothing half-made stays: {beside:?}");
}

#[test]
fn files_of_an_older_site_do_not_stay() {
    let history = History::new();
    history.records(&good()).site(&[]);
    let other: Vec<Value> =
        good().into_iter().map(|one| with(one, json!({"test": "other"}))).collect();
    let site = history.records(&other).site(&[]);
    assert!(site.has("test/other/index.html") && !site.has("test/parse/index.html"));
}

#[test]
fn faults_of_usage_are_told_and_exit_two() {
    let history = History::new();
    history.records(&good());
    let data = history.data().to_str().unwrap().to_owned();
    let out = history.out().to_str().unwrap().to_owned();
    let build = |more: &[&str]| run(&[&["build", "--data", &data, "--out", &out], more].concat());
    for (more, told) in [
        (&["--now", "yesterday"][..], "--now"),
        (&["--now", "2025-02-30T00:00:00Z"], "--now"),
        (&["--base-url", "example.org"], "--base-url"),
        (&["--base-url", "javascript:x"], "--base-url"),
        (&["--jobs", "0"], "--jobs"),
        (&["--policy", "/nowhere/policy.yml"], "cannot read"),
        (&["--format", "xml"], "--format"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let built = build(more);
        assert_eq!(built.status, 2, "{more:?}: {}", built.err);
        assert!(built.err.contains(told), "{more:?}: {}", built.err);
        assert!(built.out.is_empty() && !history.out().exists(), "{more:?}");
    }
    let built = run(&["build", "--data", "/nowhere", "--out", &out]);
    assert_eq!(built.status, 2);
    assert!(built.err.contains("no history directory at /nowhere"), "{}", built.err);
    let built = support::answer(
        support::program()
            .args(["build", "--data", &data, "--out", &out])
            .env("SOURCE_DATE_EPOCH", "x"),
    );
    assert_eq!(built.status, 2, "{}", built.err);
}

#[test]
fn the_time_of_the_build_is_the_one_that_is_told() {
    let history = History::new();
    history.records(&good());
    let built = |iso: &str, site: &support::Site| {
        site.page("about/").contains(&format!("datetime=\"{iso}\""))
    };
    assert!(built("2025-10-01T00:00:00Z", &history.site(&["--now", "2025-10-01T02:00:00+02:00"])));
    let by_environment = support::answer(
        support::program()
            .args(["build", "--data", history.data().to_str().unwrap()])
            .args(["--out", history.out().to_str().unwrap()])
            .env("SOURCE_DATE_EPOCH", "1760000000"),
    );
    assert_eq!(by_environment.status, 0, "{}", by_environment.err);
    assert!(built("2025-10-09T08:53:20Z", &support::Site { root: history.out() }));
}

#[test]
fn answers_go_to_stdout_and_talk_to_stderr() {
    let history = History::new();
    history.records(&good());
    let text = history.build(&[]);
    assert!(text.out.is_empty());
    assert!(text.err.contains("1 series from 8 records"), "{}", text.err);
    assert!(!text.err.contains('\u{1b}'), "no colour where there is no terminal");
    let quiet = history.build(&["-q"]);
    assert_eq!((quiet.status, quiet.err.as_str(), quiet.out.as_str()), (0, "", ""));
    let machine = history.build(&["--format", "json"]);
    let answer: Value = serde_json::from_str(&machine.out).unwrap();
    assert_eq!(
        (&answer["series"], &answer["records"], &answer["rejected"]),
        (&json!(1), &json!(8), &json!(0))
    );
    let site = support::Site { root: history.out() };
    let files = site.snapshot().len() as u64 - 1; // the marker is no part of the site
    assert_eq!(answer["files"], files);
    let colour = history.build(&["--color", "always"]);
    assert!(colour.err.contains('\u{1b}'), "{}", colour.err);
}

#[test]
fn time_and_memory_of_each_stage_are_told_when_asked_and_no_bar_without_a_terminal() {
    let history = History::new();
    history.records(&good());
    let told = history.build(&["-vv"]).err;
    let line = told.lines().find(|line| line.starts_with("stages: ")).unwrap();
    for stage in ["read", "put in order", "grouped", "analyzed", "wrote"] {
        let of =
            line.split(", ").find(|part| part.trim_start_matches("stages: ").starts_with(stage));
        let of = of.unwrap_or_else(|| panic!("{stage}: {line}"));
        assert!(of.contains(" s"), "{of}");
        assert_eq!(of.contains(" MB)"), cfg!(target_os = "linux"), "{of}");
    }
    for quiet in [history.build(&["-v"]).err, history.build(&[]).err, told] {
        assert!(!quiet.contains("reading files") && !quiet.contains('\r'), "{quiet}");
        assert!(!quiet.contains('\u{1b}'), "{quiet}");
    }
}

#[test]
fn demo_records_are_refused_with_their_count_unless_it_is_a_demo() {
    let history = History::new();
    let mut records = good();
    records[0] = with(records[0].clone(), json!({"commit": "demo-1"}));
    records[1] = with(records[1].clone(), json!({"generator": "benchpages@demo"}));
    history.records(&records);
    let built = history.build(&[]);
    assert_eq!(built.status, 2);
    assert!(built.err.contains("2 of 8 records"), "{}", built.err);
    assert_eq!(history.build(&["--demo"]).status, 0);
}

#[test]
fn a_policy_at_fault_is_told_whole() {
    let history = History::new();
    history.records(&good());
    history.file("policy.yml", "regresion:\n  default_threshold: 0.1\nsite:\n  titel: x\n");
    let built = history.build(&[]);
    assert_eq!(built.status, 2);
    for told in
        ["policy.yml:1:1", "regresion", "did you mean `regression`", "policy.yml:4:3", "titel"]
    {
        assert!(built.err.contains(told), "{told}: {}", built.err);
    }
}

#[test]
fn a_base_url_makes_feed_sitemap_and_canonical_links_absolute() {
    let history = History::new();
    let mut values = LEVEL.repeat(2);
    values.extend(LEVEL.map(|value| value * 1.4));
    history.records(&days(&values));
    let with_url = history.site(&["--base-url", "https://example.org/b"]);
    let canonical = "<link rel=\"canonical\" href=\"https://example.org/b/health/\">";
    assert!(with_url.page("health/").contains(canonical));
    let feed = with_url.read("feed.xml");
    assert!(feed.contains("href=\"https://example.org/b/event/"), "{feed}");
    assert!(feed.contains("<id>tag:example.org,2025:/b/event/"), "{feed}");
    let sitemap = with_url.read("sitemap.xml");
    assert!(sitemap.contains("<loc>https://example.org/b/</loc>"));
    for location in sitemap.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()) {
        let path = location.strip_prefix("https://example.org/b/").unwrap();
        assert!(with_url.has_page(path), "{location}");
    }
    assert!(with_url.read("robots.txt").contains("Sitemap: https://example.org/b/sitemap.xml"));
    let built = history.build(&[]);
    assert!(built.err.contains("no base URL"), "{}", built.err);
    let without = support::Site { root: history.out() };
    assert!(!without.has("sitemap.xml") && !without.page("").contains("canonical"));
}

#[test]
fn renamed_tests_keep_their_history_and_ignored_ones_go() {
    let history = History::new();
    let mut records = days(&LEVEL);
    records[..4].iter_mut().for_each(|one| one["test"] = json!("old_parse"));
    records.push(with(records[0].clone(), json!({"test": "scratch_1"})));
    history.records(&records);
    let policy = "aliases: {old_parse: parse}\nignore:\n  - {test: \"scratch_*\"}\n";
    history.file("policy.yml", policy);
    let site = history.site(&[]);
    let index = site.json("index.json");
    assert_eq!(index["series"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&index["series"][0]["test"], &index["series"][0]["points"]),
        (&json!("parse"), &json!(8))
    );
    assert!(site.text("health/").contains("Ignored by policy"));
    assert!(!site.has("test/scratch_1/index.html"));
    let kept = std::fs::read_to_string(history.data().join("results/all.ndjson")).unwrap();
    assert!(kept.contains("scratch_1"), "what is ignored is not deleted");
    history.file("policy.yml", "aliases: {old_parse: parse}\n");
    assert!(history.site(&[]).has("test/scratch_1/index.html"), "and comes back whole");
}

/// Addresses under the old name lead to the new one, whatever stood there.
#[test]
fn addresses_of_a_renamed_benchmark_lead_on() {
    let history = History::new();
    let mut values = LEVEL.repeat(2);
    values[8..].iter_mut().for_each(|value| *value *= 2.0);
    let mut records = days(&values);
    for record in &mut records {
        record["test"] = json!("Old Parse");
    }
    history.records(&records);
    let before = history.site(&[]);
    let old: Vec<String> = support::files(&before.root);
    let event = before.json("events.json")["events"][0]["url"].as_str().unwrap().to_owned();
    let mut more = days(&[values.clone(), vec![200.0; 3]].concat());
    more.drain(..values.len());
    records.extend(more);
    history.records(&records);
    let base = "https://example.org/b/";
    history.file("policy.yml", "aliases: {Old Parse: older, older: parse}\n");
    let after = history.site(&["--base-url", base]);
    for path in old.iter().filter(|path| path.ends_with(".html") || path.ends_with(".svg")) {
        assert!(after.has(path), "{path}");
    }
    let page = after.page(&event);
    let new = after.json("events.json")["events"][0]["url"].as_str().unwrap().to_owned();
    assert_ne!(event, new);
    let wanted = format!("<meta http-equiv=\"refresh\" content=\"0; url=../../{new}\">");
    assert!(page.contains(&wanted), "{page}");
    assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{base}{new}\">")), "{page}");
    assert!(after.text(&event).contains("Old Parse is now called parse"), "{page}");
    let index = after.json("index.json");
    assert_eq!(index["series"].as_array().unwrap().len(), 1, "one history, before and after");
    assert!(!after.read("sitemap.xml").contains("old-parse"));
    crate::web::check_under(&after, "/b/");
}

#[test]
fn what_the_matrix_asks_for_and_nobody_measures_is_told() {
    let history = History::new();
    let policy = "matrix:\n  enabled: true\n  dimensions:\n    - {name: N, values: [1000, 50]}\n";
    let site = history.records(&good()).file("policy.yml", policy).site(&[]);
    assert_eq!(site.json("health.json")["not_covered"], json!(["rust parse: N = 50"]));
    assert!(site.text("health/").contains("rust parse: N = 50"));
}

#[test]
fn a_budget_is_judged_in_three_steps() {
    for (budget, word) in [(120.0, "passing"), (95.0, "drifting"), (80.0, "violated")] {
        let history = History::new();
        history.records(&good());
        history.file(
            "policy.yml",
            format!("budgets:\n  - {{match: {{test: parse}}, budget: {budget}}}\n"),
        );
        let text = history.site(&[]).text(&format!("series/{SERIES}/"));
        assert!(text.contains(&format!("Budget: {word}")), "{budget}: {text}");
    }
}

#[test]
fn a_day_later_the_same_history_changes_only_what_says_when_it_was_built() {
    let history = History::new();
    history.records(&support::days(&[100.0, 101.0, 99.0, 100.0, 120.0, 121.0, 120.0, 119.0]));
    // First while the latest result is recent, then while it is old.
    for [day, next] in [
        ["2025-09-09T00:00:00Z", "2025-09-10T00:00:00Z"],
        ["2025-10-20T00:00:00Z", "2025-10-21T00:00:00Z"],
    ] {
        let site = |now| history.site(&["--no-cache", "--now", now]).snapshot();
        let (before, after) = (site(day), site(next));
        assert!(before.keys().eq(after.keys()));
        let changed: Vec<&str> = before
            .iter()
            .filter(|(path, bytes)| after[*path] != **bytes)
            .map(|(path, _)| path.as_str())
            .collect();
        let dated = ["about/index.html", "api/v2/health.json", "build.json", "health/index.html"];
        assert!(changed.iter().all(|path| dated.contains(path)), "{day}: {changed:?}");
        assert!(changed.contains(&"build.json") && changed.contains(&"about/index.html"));
    }
}
