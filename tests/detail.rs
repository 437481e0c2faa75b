//! `site.detail`: with `events-only`, and with `auto` where a site would be too large, quiet series
//! and quiet commits have no page, and no link leads to one.

use serde_json::{Value, json};

use crate::check::{POLICY, Project};
use crate::support::{self, History, Site};
use crate::web;

/// The demo history, its policy with one line more.
fn demo_with(line: &str) -> History {
    let history = History::copy_of(&support::demo().history.data());
    let policy = std::fs::read_to_string(history.data().join("policy.yml")).unwrap();
    history.file("policy.yml", policy.replace("\nsite:\n", &format!("\nsite:\n  {line}\n")));
    history
}

/// Without pictures, which only a site with an address has.
fn bytes(site: &Site) -> usize {
    let files = site.snapshot();
    files.iter().filter(|(path, _)| !path.ends_with(".png")).map(|(_, bytes)| bytes.len()).sum()
}

/// Whether an address of the JSON is that of a page and, where it has one, of a place on it.
fn stands(site: &Site, url: &str) -> bool {
    let (page, place) = url.split_once('#').unwrap_or((url, ""));
    let file = support::file_of(page);
    site.has(&file) && (place.is_empty() || site.read(&file).contains(&format!("id=\"{place}\"")))
}

#[test]
fn a_site_of_events_is_much_smaller_and_no_link_is_broken() {
    let full = support::demo();
    let history = demo_with("detail: events-only");
    let site = history.site(&["--demo", "--base-url", "https://o.example/b/"]);
    web::check_under(&site, "/b/");
    let (files, all) = (site.snapshot().len(), full.site.snapshot().len());
    assert!(10 * files < 8 * all, "{files} of {all} files");
    let (size, whole) = (bytes(&site), bytes(&full.site));
    assert!(100 * size < 61 * whole, "{size} of {whole} bytes");
    for name in ["index.json", "events.json", "diffs.json"] {
        let file = site.json(name);
        let list = ["series", "events", "diffs"].into_iter().find_map(|key| file[key].as_array());
        for one in list.unwrap() {
            assert!(stands(&site, one["url"].as_str().unwrap()), "{name}: {one}");
        }
    }
}

#[test]
fn a_quiet_series_is_a_row_and_its_json() {
    let history = demo_with("detail: events-only");
    let site = history.site(&["--demo", "--base-url", "https://o.example/"]);
    let sitemap = site.read("sitemap.xml");
    let index = site.json("index.json");
    let (mut quiet, mut paged) = (0, 0);
    for series in index["series"].as_array().unwrap() {
        let (id, url) = (series["id"].as_str().unwrap(), series["url"].as_str().unwrap());
        let file = site.series(id);
        let tells = ["regressed", "suspected", "accepted", "improved", "missing"];
        let tells = tells.contains(&series["verdict"].as_str().unwrap());
        let own = url.starts_with("series/");
        if tells || file["events"].as_array().is_some_and(|all| !all.is_empty()) {
            assert!(own, "{series}");
        }
        let paths = ["series", "chart"].map(|kind| {
            let ending = if kind == "series" { "html" } else { "svg" };
            format!("{kind}/{}.{ending}", id.replace('/', "."))
        });
        for path in &paths {
            assert_eq!(site.has(path), own, "{path}");
        }
        assert_eq!(
            sitemap.contains(&format!("/series/{}.html<", id.replace('/', "."))),
            own,
            "{id}"
        );
        if own { paged += 1 } else { quiet += 1 }
    }
    assert!(quiet > paged && paged > 10, "{quiet} quiet, {paged} with a page");
    assert!(site.text("").contains(&format!("{quiet} quiet series without a page")));
    assert!(site.text("about/").contains("Which pages exist"));
}

#[test]
fn a_note_about_a_series_keeps_its_page_and_one_about_all_keeps_none() {
    let history = History::new();
    history.records(&support::days(&[100.0; 40]));
    let site = |matches: &str| {
        let note = format!("annotations: [{{date: '2025-09-03', text: moved{matches}}}]\n");
        let policy = format!("version: '1'\nsite: {{detail: events-only}}\n{note}");
        history.file("policy.yml", policy).site(&[])
    };
    let page = support::file_of(&format!("series/{}/", support::SERIES));
    assert!(site(", match: {backend: rust}").has(&page));
    assert!(!site("").has(&page));
}

#[test]
fn commits_at_which_nothing_happened_have_no_page_and_lead_to_the_code() {
    let history = History::new();
    // So few runs have a link each in the chart.
    let mut values = [100.0; 50];
    values[30..].fill(150.0);
    history.records(&support::days(&values));
    let facts = [json!({"commit": support::commit(10), "tags": ["v1"]})];
    history.file("commits.ndjson", support::lines(&facts));
    let policy = "version: '1'\nsite: {detail: events-only, repo_url: 'https://h.example/o/r'}\n";
    let site = history.file("policy.yml", policy).site(&[]);
    web::check(&site);
    let has = |at: usize| site.has(&format!("commit/{}/index.html", support::commit(at)));
    let kept: Vec<usize> = (0..50).filter(|at| has(*at)).collect();
    let wanted: Vec<usize> = [10, 29, 30].into_iter().chain(31..50).collect();
    assert_eq!(kept, wanted);
    let page = site.page(&format!("series/{}/", support::SERIES));
    let code = |at: usize| format!("https://h.example/o/r/commit/{}", support::commit(at));
    assert!(page.contains(&code(20)) && !page.contains(&code(30)));
    let pair = |at: usize| format!("diff/{}..{}", support::commit(at - 1), support::commit(at));
    for (at, own) in [(20, false), (29, false), (30, true), (10, true), (45, true)] {
        assert_eq!(site.has(&format!("{}/index.html", pair(at))), own, "{at}");
    }
}

#[test]
fn a_check_leads_to_what_the_site_has() {
    let policy = format!("{POLICY}site: {{detail: events-only}}\n");
    let mut project = Project::new(30, &policy);
    project.day(30, &[("rust", 1.3), ("go", 1.0)], &json!({}));
    project.write();
    let (_, answer) = project.json(&[]);
    let site = project.history.site(&["--now", crate::check::NOW]);
    let findings = answer["findings"].as_array().unwrap();
    assert!(!findings.is_empty(), "{answer}");
    for finding in findings {
        let url = finding["url"].as_str().unwrap();
        assert!(stands(&site, url), "{finding}");
    }
}

#[test]
fn a_word_that_is_no_detail_is_refused_with_the_choice() {
    let history = History::new();
    history.file("policy.yml", "version: '1'\nsite:\n  detail: events\n");
    let data = history.data();
    let answer = support::run(&["policy", "check", "--data", data.to_str().unwrap()]);
    assert_eq!(answer.status, 2);
    for part in ["policy.yml:3", "auto", "events-only", "full"] {
        assert!(answer.err.contains(part), "{part}: {}", answer.err);
    }
    history.file("policy.yml", "version: '1'\nsite:\n  detail: events-only\n");
    let shown =
        support::run(&["policy", "show", "--format", "json", "--data", data.to_str().unwrap()]);
    let policy: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(policy["site"]["detail"], "events-only");
}

#[test]
fn auto_leaves_out_quiet_pages_before_the_limit_and_says_so() {
    let complete = demo_with("detail: full");
    let full = complete.site(&["--demo"]);
    let history = demo_with("max_megabytes: 667");
    let auto = history.site(&["--demo"]);
    let policy = "api/v2/policy.json";
    let (mut whole, mut fitting) = (full.snapshot(), auto.snapshot());
    for site in [&mut whole, &mut fitting] {
        // They quote the policy, which is another one.
        site.retain(|path, _| !path.starts_with("about/") && path != policy);
        site.retain(|path, _| path.starts_with("series/") || path.starts_with("commit/"));
    }
    assert_eq!(whole.keys().collect::<Vec<_>>(), fitting.keys().collect::<Vec<_>>());
    assert!(!auto.text("health/").contains("max_megabytes"));

    let history = demo_with("max_megabytes: 2");
    let built = history.build(&["--demo", "--base-url", "https://o.example/b/"]);
    assert_eq!(built.status, 0, "{}", built.err);
    let site = Site { root: history.out() };
    web::check_under(&site, "/b/");
    let said = built.out + &built.err;
    for text in [said, site.text("health/"), site.json("health.json").to_string()] {
        for part in ["Quiet series", "MB", "site.max_megabytes", "site.detail: full"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let reduced = demo_with("detail: events-only");
    let events_only = reduced.site(&["--demo"]);
    let pages = |site: &Site| {
        let files = site.snapshot().into_keys();
        files.filter(|path| path.ends_with(".html")).collect::<Vec<_>>()
    };
    assert_eq!(pages(&site), pages(&events_only));
}
