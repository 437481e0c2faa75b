//! Names from strangers' data never break a page, a drawing, a path, a link or a message.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{self, Demo, History, Shared, commit, days, with};
use crate::web;

/// Names that the demo's own hostile scenario does not have, or has in other places.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "\"><svg onload=alert(1)>",
        "' onmouseover='alert(1)",
        "<!--",
        "--><script>alert(1)</script>",
        "]]>",
        "<![CDATA[",
        "<?xml version=\"1.0\"?>",
        "&lt;b&gt; &amp; &#0; &unknown;",
        "javascript:alert(1)",
        "../../../etc/passwd",
        "..",
        ".",
        "...",
        "/",
        "\\",
        "C:\\Windows",
        "con.txt",
        "NUL",
        "lpt9",
        "a\u{0}b",
        "\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}[2J\u{7f}\u{85}\u{9b}",
        "line\nfeed\r\nand\u{2028}separator",
        "\u{202e}gnp.exe\u{202c}",
        "\u{feff}bom",
        "\u{fffe}\u{ffff}\u{10ffff}",
        "e\u{301}",
        "\u{e9}",
        "Ⅷ ﬁ ａ",
        "👩‍👩‍👧‍👦 🦀",
        "العربية עברית",
        "{{ policy }} {% for %} ${x} #{x} %s %n",
        "`code` *bold* [x](javascript:alert(1)) | @someone #1",
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(1)",
        "a,b;c\td",
        "\"quoted\"",
        "page",
        "page/2",
        "suite-x",
        "params-a~000000",
        "loops-parallel",
        "__proto__",
        "null",
        "0",
        "A",
        "a",
        "~",
        "_",
        "-",
        " leading and trailing ",
        "trailing.",
        "trailing~",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(300));
    names.push("é".repeat(4_000));
    names.push(format!("<b>{}", "\u{202e}<i>".repeat(900)));
    names
}

/// Every name as test, mode, suite, parameter, metric, tag, runner, error and field name; some of
/// them as backends, commits and heads of pull requests, each of which multiplies the pages.
fn history() -> History {
    let names = names();
    let mut records: Vec<Value> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let other = &names[at % 12 * 5];
        let third = &names[(at + 13) % names.len()];
        let values: &[f64] = &[100.0, 101.0, 99.0, 100.5, 99.5, 100.0, 130.0, 131.0, 129.5, 130.5];
        let fields = json!({"test": name, "backend": other, "mode": third, "tags": [name],
            "runner_image": other, "url": "javascript:alert(1)", name.as_str(): third});
        records.extend(days(values).into_iter().map(|one| with(one, fields.clone())));
        let more = json!({"suite": name, "params": {other.as_str(): third}, "version": third,
            "metric": format!("m {name}"), "unit": other, "value": 3});
        records.push(with(days(&[1.0]).remove(0), more));
        let failed = json!({"error": name, "test": "failing", "n": at, "mean_ns": null});
        records.push(with(days(&[1.0]).remove(0), failed));
        if at % 5 == 1 {
            let id = if name.trim().is_empty() { "x".to_owned() } else { name.clone() };
            records.push(with(
                days(&[1.0]).remove(0),
                json!({"commit": id, "test": "by commit",
            "timestamp": "2025-09-20T06:00:00Z", "n": at}),
            ));
            let branch = json!({"pull": at + 1, "test": name, "backend": other, "mode": third,
            "commit": format!("head {name}"), "timestamp": "2025-09-21T06:00:00Z"});
            records.push(with(days(&[1.0]).remove(0), branch));
        }
    }
    let history = History::new();
    let subject = |name: &String| {
        json!({"commit": commit(0), "subject": name, "tag": name,
            "parents": [name]})
    };
    let facts: Vec<Value> = names.iter().map(subject).collect();
    history.records(&records).file("commits.ndjson", support::lines(&facts));
    let note = |text: &str| format!("---\ndate: 2025-09-03\ntitle: |-\n  {text}\n---\n{text}\n");
    history.file("notes/a.md", note("<script>alert(1)</script> [x](javascript:alert(1))"));
    history.file("notes/b.md", note("a\n\n  <iframe src=x></iframe>\n\n  ![i](http://x/i.png)"));
    let quoted = |name: &String| json!(name).to_string();
    let presets: String = names
        .iter()
        .filter(|name| name.chars().any(|c| c.is_ascii_alphanumeric()) && name.len() < 100)
        .take(4)
        .enumerate()
        .map(|(at, name)| {
            format!("  - {{name: {}, filters: {{n: {at}}}}}\n", quoted(&format!("{at} {name}")))
        })
        .collect();
    let title = quoted(&names[1]);
    let aliases = format!("aliases: {{{}: {}}}\n", quoted(&names[0]), quoted(&names[2]));
    let text = format!("site: {{title: {title}}}\n{aliases}dashboard_presets:\n{presets}");
    history.file("policy.yml", text);
    history
}

/// The worst history and its site.
fn worst() -> Arc<Demo> {
    static WORST: Shared = Shared::new();
    WORST.get(|| {
        let history = history();
        let site = history.site(&[]);
        Demo { history, site }
    })
}

#[test]
fn the_demo_is_a_sound_site() {
    web::check(&support::demo().site);
}

#[test]
fn the_hostile_scenario_is_a_sound_site() {
    let demo = support::scenario("hostile", &["--demo", "--base-url", "https://example.org/b/"]);
    web::check_under(&demo.site, "/b/");
}

#[test]
fn the_worst_names_make_a_sound_site_and_touch_nothing_else() {
    let worst = worst();
    let (history, site) = (&worst.history, &worst.site);
    let beside = history.data().parent().unwrap().to_owned();
    web::check(site);
    let mut names: Vec<String> = std::fs::read_dir(&beside)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["data", "site"], "nothing is written beside the site");
    // Two names that differ never share a page.
    let index = site.json("index.json");
    let series = index["series"].as_array().unwrap();
    let urls: std::collections::BTreeSet<&str> =
        series.iter().map(|one| one["url"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), series.len());
    assert!(urls.iter().all(|url| site.has_page(url)));
}

#[test]
fn the_worst_names_survive_unchanged_in_the_data() {
    let worst = worst();
    let site = &worst.site;
    let index = site.json("index.json");
    let series = index["series"].as_array().unwrap();
    let tests: std::collections::BTreeSet<&str> =
        series.iter().map(|one| one["test"].as_str().unwrap()).collect();
    let renamed = &names()[0];
    for name in names().iter().filter(|name| !name.trim().is_empty() && *name != renamed) {
        assert!(tests.contains(name.as_str()), "{:?}", name.chars().take(40).collect::<String>());
    }
}

#[test]
fn links_that_name_index_html_lead_somewhere_too() {
    let history = history();
    let site = history.site(&["--explicit-index"]);
    web::check(&site);
    let folder_link = |path: &String| {
        let page = site.read(path);
        let mut links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.any(|link| {
            link.split('#').next().is_some_and(|link| link.ends_with('/')) && !link.contains("://")
        })
    };
    let pages = support::files(&site.root).into_iter();
    let bad: Vec<String> = pages
        .filter(|path| path.ends_with(".html") && path != "404.html")
        .filter(folder_link)
        .collect();
    assert!(bad.is_empty(), "a browser without a server opens no folders: {bad:?}");
}

#[test]
fn messages_hold_nothing_that_a_terminal_obeys() {
    let history = History::new();
    history.file("results/\u{1b}[31mred.ndjson", "{\"commit\": \u{1b}[2J\n");
    history.file("policy.yml", "\u{1b}[31mkey: \u{7}\n");
    let built = history.build(&[]);
    assert_eq!(built.status, 2);
    assert!(!built.err.contains(['\u{1b}', '\u{7}']), "{:?}", built.err);
}
