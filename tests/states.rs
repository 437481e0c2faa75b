//! What pages say in each state of a history: a folder of `tests/cases/build/` each, with tiny
//! inputs and the `<main>` of the pages that its claim is about.

use serde_json::{Value, json};

use crate::support::{Expected, History, SERIES, Site, commit, days, record, suite, with};
use crate::web;

/// Every case: its folder, what else is typed, and the pages that are compared.
const CASES: [(&str, &[&str], &[&str]); 16] = [
    ("empty_site", &[], &["", "health/", "view/", "event/", "diff/"]),
    ("empty_view", &[], &["view/parallel-and-large/"]),
    ("one_run", &[], &["", "series/parse/rust/default/1000/", "health/"]),
    ("two_runs_to_minimum", &[], &["series/parse/rust/default/1000/"]),
    ("gap", &[], &["series/parse/rust/default/1000/"]),
    ("stale", &[], &["health/", "series/parse/rust/default/1000/"]),
    ("only_failures", &[], &["", "series/parse/rust/default/1000/", "health/"]),
    ("a_failed_run_between_good_ones", &[], &["series/parse/rust/default/1000/"]),
    ("runner_changed", &[], &["series/parse/rust/default/1000/", "health/"]),
    (
        "a_regression",
        &["--base-url", "https://owner.github.io/widgets/", "--now", "2025-09-26T06:00:00Z"],
        &[
            "",
            "series/parse/rust/default/1000/",
            "test/parse/",
            "backend/rust/",
            "event/",
            "event/2025-09-19-rust-parse-*/",
            "commit/c000012c0ffe/",
            "diff/c000011c0ffe..c000012c0ffe/",
            "diff/",
            "view/",
            "health/",
            "data/",
            "about/",
        ],
    ),
    ("an_improvement_of_a_rate", &[], &["series/parse/rust/default/1000/metric-throughput/"]),
    ("an_accepted_regression", &[], &["", "series/parse/rust/default/1000/"]),
    ("a_budget_and_a_trend", &[], &["series/parse/rust/default/1000/"]),
    ("demo_banner", &["--demo"], &["", "health/"]),
    (
        "a_pull_request",
        &[],
        &["series/parse/rust/default/1000/", "diff/c000013c0ffe..c000063c0ffe/"],
    ),
    ("hostile_names", &[], &["", "series/*/"]),
];

fn case(name: &str) -> (History, Site) {
    let folder = suite().join("cases/build").join(name);
    let history = History::copy_of(&folder);
    let expected = history.data().join("expect");
    if expected.is_dir() {
        std::fs::remove_dir_all(expected).unwrap();
    }
    let more = CASES.iter().find(|(case, ..)| *case == name).unwrap().1;
    let site = history.site(more);
    (history, site)
}

/// The one address that a pattern with a `*` stands for.
fn resolve(site: &Site, address: &str) -> String {
    let Some((start, _)) = address.split_once('*') else { return address.to_owned() };
    let pages = crate::support::files(&site.root).into_iter();
    let mut found = pages.filter(|path| path.starts_with(start) && path.ends_with(".html"));
    let path = found.next().unwrap_or_else(|| panic!("no page at {address}"));
    assert_eq!(found.next(), None, "{address}");
    path.trim_end_matches("index.html").to_owned()
}

/// The names of assets carry the hash of their bytes.
fn without_hashes(page: &str) -> String {
    page.split("assets/").enumerate().fold(String::new(), |out, (at, piece)| match at {
        0 => piece.to_owned(),
        _ => {
            let mut parts = piece.splitn(3, '.');
            let (name, rest) = (parts.next().unwrap(), parts.nth(1).unwrap_or_default());
            format!("{out}assets/{name}.HASH.{rest}")
        }
    })
}

/// The page for review; what differs from one version of program or policy to the next left out.
fn golden(site: &Site, address: &str) -> String {
    let sha = site.json("policy.json")["policy_sha"].as_str().unwrap().to_owned();
    let main = web::outline(&site.main(&resolve(site, address)));
    let main = without_hashes(&main).replace(&sha, "POLICY_SHA");
    main.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn every_state_shows_what_its_case_expects() {
    let mut faults = Vec::new();
    for (name, more, pages) in CASES {
        let (_history, site) = case(name);
        let has_base = more.contains(&"--base-url");
        web::check_under(&site, if has_base { "/widgets/" } else { "/" });
        let mut expected = Expected::of(&format!("build/{name}/expect"));
        for address in pages {
            let plain = address.trim_end_matches('/').replace("-*", "").replace("/*", "");
            let stem = if plain.is_empty() { "overview".to_owned() } else { plain };
            expected.compare(&format!("{}.html", stem.replace('/', ".")), &golden(&site, address));
        }
        let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| expected.end()));
        faults.extend(compared.is_err().then_some(name));
    }
    assert!(faults.is_empty(), "see above; review the diff of {faults:?}, then run again");
}

#[test]
fn every_folder_of_cases_is_a_case() {
    let here = std::fs::read_dir(suite().join("cases/build")).unwrap();
    let mut here: Vec<String> =
        here.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut named: Vec<String> = CASES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    here.sort();
    named.sort();
    assert_eq!(here, named);
}

#[test]
fn an_empty_site_says_how_to_begin() {
    let (_history, site) = case("empty_site");
    assert!(site.text("").contains("No results yet."));
    assert!(site.main("").contains("data/results/"), "the command that adds the first record");
    assert!(site.main("").contains("<code>benchpages init</code>"), "what sets it up");
    for page in ["", "view/", "event/", "diff/", "health/"] {
        assert!(!site.main(page).contains("<table"), "no empty table: {page}");
        assert!(!site.main(page).contains("<form"), "nothing to filter or to pick: {page}");
    }
    assert!(site.text("health/").contains("No results yet."));
    assert_eq!(site.read("feed.xml").matches("<entry>").count(), 0);
    let badge: Value = serde_json::from_str(&site.read("badge/status.json")).unwrap();
    assert_eq!((&badge["message"], &badge["schemaVersion"]), (&json!("no data"), &json!(1)));
}

#[test]
fn an_empty_view_names_the_clause_that_emptied_it() {
    let (_history, site) = case("empty_view");
    let text = site.text("view/parallel-and-large/");
    assert!(text.contains("No series matches parallel, n ≥ 1,000,000."), "{text}");
    assert!(text.contains("The condition that excluded the last series:"), "{text}");
    assert!(site.main("view/parallel-and-large/").contains("href=\"../../view/\""));
}

#[test]
fn one_run_is_a_value_and_no_verdict() {
    let (_history, site) = case("one_run");
    let page = format!("series/{SERIES}/");
    let text = site.text(&page);
    assert!(text.contains("1 run. A verdict needs 5"), "{text}");
    let (_, drawing) =
        site.main(&page).split_once("<svg").map(|(a, b)| (a.len(), b.to_owned())).unwrap();
    assert!(!drawing.contains("class=\"m\""), "no line through one run");
    assert_eq!(site.series(SERIES)["verdict"], "new");
}

#[test]
fn a_young_series_says_until_when_it_is_not_judged() {
    let (_history, site) = case("two_runs_to_minimum");
    let page = format!("series/{SERIES}/");
    let text = site.text(&page);
    assert!(!site.main(&page).contains("class=\"m\""), "dots, no median");
    assert!(text.contains("3 runs. A verdict needs 5"), "{text}");
    assert!(text.contains("until 26 Sep 2025"), "{text}");
}

#[test]
fn a_gap_is_told_and_never_bridged() {
    let (_history, site) = case("gap");
    let text = site.text(&format!("series/{SERIES}/"));
    assert!(text.contains("No runs 10–17 Sep"), "{text}");
    let svg = site.read(&format!("chart/{}.svg", SERIES.replace('/', ".")));
    let line =
        svg.split("class=\"lv now\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(line.matches(['m', 'M']).count() >= 2, "the line breaks at the gap: {line}");
}

#[test]
fn a_stale_site_says_so_on_every_page_a_demo_never() {
    let (_history, site) = case("stale");
    let sentence = "No results since 10 Sep 2025: the latest is more than 3 days old.";
    for path in crate::support::files(&site.root).iter().filter(|path| path.ends_with(".html")) {
        assert!(site.read(path).contains(sentence), "{path}");
    }
    let (history, _) = case("stale");
    let fresh = history.site(&["--now", "2025-09-11T00:00:00Z"]);
    assert!(!fresh.page("").contains("No results since"));
}

#[test]
fn a_series_of_failures_shows_its_last_error_and_no_value() {
    let (_history, site) = case("only_failures");
    let main = site.main(&format!("series/{SERIES}/"));
    assert!(main.contains("<details><summary>Last error</summary>"), "{main}");
    assert!(main.contains("&lt;b&gt;") || main.contains("&#60;b&#62;"), "{main}");
    let series = site.series(SERIES);
    assert_eq!((&series["latest"], &series["verdict"]), (&Value::Null, &json!("failed")));
    let points = series["points"].as_array().unwrap();
    assert!(points.iter().all(|point| point["flags"] == json!(["failed"])), "{points:?}");
}

#[test]
fn nothing_is_compared_across_a_change_of_runner() {
    let (_history, site) = case("runner_changed");
    let text = site.text(&format!("series/{SERIES}/"));
    assert!(
        text.contains("Runner changed on 14 Sep 2025; not compared across the change."),
        "{text}"
    );
    let series = site.series(SERIES);
    assert_eq!(series["events"], json!([]), "a new runner is no improvement");
    assert_eq!(series["segments"].as_array().unwrap().len(), 2);
    assert_eq!(series["verdict"], "unchanged");
}

#[test]
fn demo_data_is_marked_on_every_page_and_kept_from_search_engines() {
    let (_history, site) = case("demo_banner");
    for path in crate::support::files(&site.root).iter().filter(|path| path.ends_with(".html")) {
        let page = site.read(path);
        assert!(page.contains(">Demo data</a>"), "{path}");
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"), "{path}");
    }
    assert!(site.read("robots.txt").contains("Disallow: /"));
    let badge: Value = serde_json::from_str(&site.read("badge/status.json")).unwrap();
    assert_eq!(badge["message"], "demo");
}

#[test]
fn a_regression_stands_first_wherever_it_is_asked_about() {
    let (_history, site) = case("a_regression");
    let found = format!("series/{SERIES}/");
    let text = site.text(&found);
    assert!(text.contains("slower since 19 Sep 2025"), "{text}");
    assert!(text.contains("Threshold for rust: 8%"), "{text}");
    assert!(site.text("").contains("1 regression"), "{}", site.text(""));
    assert!(site.text("backend/rust/").contains("slower"));
    let event = &site.json("events.json")["events"][0];
    assert_eq!(event["commit"], commit(18).as_str());
    assert_eq!(event["commit_before"], commit(17).as_str());
    assert_eq!(event["direction"], "worse");
    let change = event["change"].as_f64().unwrap();
    assert!((change - 0.2).abs() < 0.01, "{change}");
    let overview = site.main("");
    assert!(overview.contains("https://github.com/owner/widgets") || !overview.contains("http"));
}

#[test]
fn a_whole_page_stands_in_its_frame() {
    let (_history, site) = case("a_regression");
    let sha = site.json("policy.json")["policy_sha"].as_str().unwrap().to_owned();
    let page = without_hashes(&site.page("health/")).replace(&sha, "POLICY_SHA");
    Expected::of("frame").compare("health.html", &page).end();
}

/// A history of this many series of one backend, eighteen runs each.
fn many(series: usize, tests: usize) -> Vec<Value> {
    let one = |at: usize| {
        let fields = json!({"test": format!("test_{:02}", at % tests), "n": 10 + at / tests});
        let values = [100.0, 101.0, 99.0, 100.5, 99.5, 100.0].repeat(3);
        days(&values).into_iter().map(move |record| with(record, fields.clone()))
    };
    (0..series).flat_map(one).collect()
}

#[test]
fn more_than_sixty_series_are_grouped_and_only_groups_with_news_are_open() {
    let history = History::new();
    let mut records = many(66, 6);
    let slow = [100.0, 101.0, 99.0, 100.5, 99.5, 100.0, 100.0, 100.5, 99.5, 100.0, 101.0, 99.0];
    let mut slow = slow.to_vec();
    slow.extend([150.0, 151.0, 149.5, 150.5, 150.0, 149.0]);
    let news = json!({"test": "test_07", "n": 7});
    records.extend(days(&slow).into_iter().map(|record| with(record, news.clone())));
    let site = history.records(&records).site(&[]);
    let main = site.main("backend/rust/");
    assert_eq!(main.matches("<details><summary><b>").count(), 6, "quiet groups are folded");
    assert!(main.contains("open regression"), "{main}");
    web::check(&site);
    let few = History::new();
    let site = few.records(&many(60, 6)).site(&[]);
    assert_eq!(site.main("backend/rust/").matches("<details><summary><b>").count(), 0);
}

#[test]
fn a_view_of_many_series_has_further_pages() {
    let history = History::new();
    history.file("policy.yml", "dashboard_presets:\n  - {name: Rust, filters: {backend: rust}}\n");
    let records: Vec<Value> = (0..281)
        .map(|n| with(record(&commit(1), "2025-09-25T06:00:00Z", 100.0), json!({"n": n})))
        .collect();
    let site = history.records(&records).site(&[]);
    let rows = |address: &str| site.main(address).matches("<tr id=\"s-").count();
    assert_eq!((rows("view/rust/"), rows("view/rust/page/2/")), (280, 1));
    assert!(!site.has("view/rust/page/3/index.html"));
    assert!(site.main("view/rust/").contains("page/2/"));
    assert_eq!(site.json("index.json")["series"].as_array().unwrap().len(), 281);
}

/// A long history: one run an hour.
fn long(runs: usize) -> Vec<Value> {
    let run = |at: usize| {
        let (day, hour) = (at / 24, at % 24);
        let time = format!("2025-{:02}-{:02}T{hour:02}:00:00Z", 8 + day / 28, 1 + day % 28);
        record(&commit(at), &time, 1000.0 + (at * 7919 % 23) as f64)
    };
    (0..runs).map(run).collect()
}

#[test]
fn a_long_series_lists_its_newest_runs_and_links_all_of_them() {
    let history = History::new();
    let site = history.records(&long(450)).site(&[]);
    let page = format!("series/{SERIES}/");
    let main = site.main(&page);
    let table = main.split_once("id=\"runs\"").unwrap().1;
    assert_eq!(table.matches("<th scope=\"row\">").count(), 12);
    assert!(main.contains("latest 12 of 450 runs"), "{main}");
    assert!(main.contains(&format!("api/v2/series/{}.json", SERIES.replace('/', "."))));
    let points = site.series(SERIES)["points"].as_array().unwrap().len();
    assert_eq!(points, 450);
}

#[test]
fn a_long_series_stands_in_yearly_parts_whose_years_that_are_over_stay_as_they_are() {
    let run = |at: usize| {
        let (year, month, day) = (2022 + at / 336, 1 + at % 336 / 28, 1 + at % 28);
        let time = format!("{year}-{month:02}-{day:02}T06:00:00Z");
        record(&commit(at), &time, 1000.0 + (at * 7919 % 23) as f64)
    };
    let runs: Vec<Value> = (0..1_100).map(run).collect();
    let history = History::new();
    let site = history.records(&runs[..1_099]).site(&[]);
    let read = |site: &Site| {
        let main = site.series(SERIES);
        let parts: Vec<(String, u64)> = main["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                let url = part["url"].as_str().unwrap();
                let file: Value = serde_json::from_str(&site.read(url)).unwrap();
                let points = crate::support::decoded::runs_of(site, &file, &main["segments"]);
                assert_eq!(points.len() as u64, part["points"].as_u64().unwrap());
                let year = part["year"].as_str().unwrap();
                let own = |point: &Value| point["timestamp"].as_str().unwrap().starts_with(year);
                assert!(points.iter().all(own), "{url}");
                (site.read(url), points.len() as u64)
            })
            .collect();
        (main["points"].as_array().unwrap().len() as u64, parts)
    };
    let (newest, parts) = read(&site);
    assert_eq!(newest + parts.iter().map(|(_, points)| points).sum::<u64>(), 1_099);
    assert_eq!((newest, parts.len()), (427, 2));
    let (more, same) = read(&history.records(&runs).site(&[]));
    assert_eq!(more, newest + 1);
    assert!(same == parts, "a run of today changed a year that is over");
    assert_eq!(site.json("index.json")["series"][0]["points"], 1_100);
}

#[test]
fn a_chart_stays_small_however_many_runs_it_shows() {
    let drawing = |runs: usize| {
        let history = History::new();
        let site = history.records(&long(runs)).site(&[]);
        let main = site.main(&format!("series/{SERIES}/"));
        let (_, rest) = main.split_once("<figure>").unwrap();
        rest.split_once("</figure>").unwrap().0.len()
    };
    // 12,288 bytes a chart, and what stands around it in words.
    for runs in [200, 401, 1200] {
        let size = drawing(runs);
        assert!(size < 12_288 + 1_024, "{runs} runs: {size} bytes");
    }
}

#[test]
fn growth_with_n_is_drawn_of_one_metric_alone() {
    let history = History::new();
    let sized = |n: u64, metrics: Value| {
        let run = record(&commit(0), "2025-09-20T06:00:00Z", n as f64);
        with(run, json!({"n": n, "metrics": metrics}))
    };
    let memory = |bytes: u64| json!({"memory": {"value": bytes, "unit": "B"}});
    let records = [sized(1_000, memory(7_000_000)), sized(100_000, memory(9_000_000))];
    let main = history.records(&records).site(&[]).main("test/parse/");
    let (_, sweep) = main.split_once("id=\"sweep\"").unwrap();
    let (_, line) = sweep.split_once("<path class=\"m s1\" d=\"").unwrap();
    // Two sizes are two vertices; memory on the same axis would be two more.
    let line = line.split_once('"').unwrap().0;
    assert_eq!(line.matches(['l', ' ', 'v', 'h']).count(), 2, "{line}");
    assert!(web::text(sweep).contains("At n = 100,000: rust 8.58"), "{sweep}");
}
