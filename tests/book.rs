//! A folder of Markdown becomes pages of the site: in the order of its list, without markup of its
//! own, and with nothing from outside of the folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{self, Answer, History, NOW, Site, days};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h1'/></svg>";

/// A history beside a folder of documentation.
struct Project {
    history: History,
    folder: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let history = History::new();
        history.records(&days(&[100.0, 101.0, 99.0]));
        let cache = tempfile::tempdir().unwrap();
        let project = Self { history, folder: tempfile::tempdir().unwrap(), cache };
        let list = "# The manual\n\nRead on.\n\n## First\n\n- [Get going](start.md): an hour\n\
                    - [All the rules](rules.md)\n\n## Then\n\n- [Code](../src/main.rs)\n";
        project
            .file("README.md", list)
            .file(
                "start.md",
                "# Getting *started*\n\n## First run\n\nSee [the rule](rules.md#A-rule), \
                 [above](#first-run), [a draft](draft.md), [out](../../etc/passwd), \
                 [script](javascript:alert(1)) and [home](README.md).\n\n\
                 <script>alert(1)</script>\n\n<!-- a\ncomment -->\n\n![The CPU](pics/cpu.png)\n\
                 ![Far](https://e.org/x.png)\n\n## First run\n",
            )
            .file(
                "rules.md",
                "No title.\n\n## A rule\n\n| a | b |\n|---|--:|\n| `x<y` | 2 |\n\n![](d.svg)\n",
            )
            .file("draft.md", "# Draft\n")
            .file("d.svg", SVG)
            .file("pics/cpu.png", PNG)
            .file("pics/unused.png", PNG)
    }

    fn docs(&self) -> PathBuf {
        self.folder.path().join("docs")
    }

    fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.put(path, bytes);
        self
    }

    fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.docs().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn build(&self, more: &[&str]) -> Answer {
        let mut command = support::program();
        command.env("XDG_CACHE_HOME", self.cache.path()).args(["build", "--now", NOW, "--docs"]);
        command.arg(self.docs()).arg("--data").arg(self.history.data()).arg("--out");
        support::answer(command.arg(self.history.out()).args(more))
    }

    fn site(&self, more: &[&str]) -> Site {
        let answer = self.build(more);
        assert_eq!(answer.status, 0, "{}", answer.err);
        Site { root: self.history.out() }
    }

    fn refuses(&self, words: &[&str]) {
        let answer = self.build(&[]);
        assert_eq!(answer.status, 2, "{}", answer.err);
        for word in words {
            assert!(answer.err.contains(word), "{word}: {}", answer.err);
        }
    }
}

fn has_all(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn the_listed_files_become_pages_in_the_order_of_the_list() {
    let project = Project::new();
    let site = project.site(&[]);
    let pages: Vec<String> =
        support::files(&site.root).into_iter().filter(|path| path.starts_with("docs/")).collect();
    let expected = ["d.svg", "index.html", "pics/cpu.png", "rules.html", "start.html"];
    assert_eq!(pages, expected.map(|name| format!("docs/{name}")));
    let start = site.page("docs/start.html");
    has_all(
        &start,
        &[
            "<title>Get going",
            "<h1>Getting started</h1>",
            "<h2 id=\"first-run\">First run</h2>",
            "<h2 id=\"first-run-1\">First run</h2>",
            "<a rel=\"next\" href=\"../docs/rules.html\">All the rules →</a>",
            "<a href=\"../docs/start.html\" aria-current=\"page\">Get going</a>",
            "<p class=\"note\">First</p>",
        ],
    );
    assert!(!start.contains("rel=\"prev\""));
    has_all(
        &site.page("docs/rules.html"),
        &[
            "<h1>All the rules</h1>",
            "<h2 id=\"a-rule\">",
            "<td><code>x&lt;y</code></td><td class=\"r\">2</td>",
            "<th class=\"r\">b</th>",
            "rel=\"prev\" href=\"../docs/start.html\"",
            "<img src=\"../docs/d.svg\"",
        ],
    );
    has_all(&site.page("docs/"), &["<h1>The manual</h1>", "href=\"../docs/start.html\""]);
}

#[test]
fn the_search_finds_chapters_and_their_sections() {
    let project = Project::new();
    project.put("rules.md", "# Rules\n\n## A\n\n### `x` & y\n\n#### Detail\n\n## A\n");
    let entries = |site: &Site| -> Value {
        let script = site.read("search/commits.js");
        let index = script.strip_prefix("addToSearch(").and_then(|it| it.strip_suffix(");\n"));
        let index: Value = serde_json::from_str(index.unwrap()).unwrap();
        index["entries"].clone()
    };
    let site = project.site(&[]);
    let found = entries(&site);
    let expected = json!([
        [1, "Get going", "documentation", "docs/start.html"],
        [3, "Getting started", "documentation, in Get going", "docs/start.html"],
        [3, "First run", "documentation, in Get going", "docs/start.html#first-run"],
        [3, "First run", "documentation, in Get going", "docs/start.html#first-run-1"],
        [1, "All the rules", "documentation", "docs/rules.html"],
        [3, "Rules", "documentation, in All the rules", "docs/rules.html"],
        [3, "A", "documentation, in All the rules", "docs/rules.html#a"],
        [3, "x & y", "documentation, in All the rules", "docs/rules.html#x--y"],
        [3, "A", "documentation, in All the rules", "docs/rules.html#a-1"],
    ]);
    assert_eq!(found, expected, "{found:#}");
    for entry in found.as_array().unwrap() {
        if let Some((page, anchor)) = entry[3].as_str().unwrap().split_once('#') {
            assert!(site.page(page).contains(&format!(" id=\"{anchor}\">")), "{entry}");
        }
    }
    // Nothing but the index changes with a heading of a site that was built before.
    project.put("rules.md", "# Rules\n\n## B\n");
    assert!(entries(&project.site(&[])).to_string().contains("rules.html#b"));
    assert_eq!(entries(&project.history.site(&[])), json!([]));
}

#[test]
fn a_text_has_no_markup_and_no_way_out_of_its_own() {
    let project = Project::new();
    let site = project.site(&["--explicit-index"]);
    let start = site.main("docs/start.html");
    has_all(
        &start,
        &[
            "href=\"../docs/rules.html#a-rule\"",
            "href=\"#first-run\"",
            "href=\"../docs/index.html\">home</a>",
            "a draft, out,",
            "script and",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "<img src=\"../docs/pics/cpu.png\" alt=\"The CPU\"",
            "<em>Far</em>",
        ],
    );
    for part in ["<script", "javascript:", "passwd\"", "e.org", "comment"] {
        assert!(!start.contains(part), "{part}\n{start}");
    }
}

#[test]
fn only_a_site_with_documentation_links_to_it() {
    let project = Project::new();
    let with = project.site(&[]).page("");
    has_all(&with, &["<a href=\"docs/\">Documentation</a>"]);
    let without = project.history.site(&[]);
    assert!(!without.page("").contains("Documentation") && !without.has_page("docs/"));
}

#[test]
fn all_faults_are_reported_at_once_with_their_places() {
    let project = Project::new();
    project.put(
        "README.md",
        "- [a](gone.md)\n- [b](Big.md)\n- [c](start.md)\n- [d](in/side.md)\n- [e](odd.md)\n",
    );
    project.put("odd.md", b"\xff");
    project.put("start.md", "![a](gone.png) ![b](../up.png) ![c](x.html) ![d](bad.svg)");
    project.put("bad.svg", "<svg onload='x'/>");
    project.refuses(&[
        "8 faults",
        "README.md:1:3: there is no gone.md; write it, or remove the link",
        "README.md:2:3: no page can be called as the chapter Big.md",
        "README.md:4:3: the chapter in/side.md is in another folder",
        "README.md:5:3: odd.md is not UTF-8",
        "start.md:1:1: there is no gone.png",
        "../up.png cannot be shown",
        "x.html cannot be shown",
        "bad.svg cannot be shown: it holds a script",
    ]);
    assert!(!project.history.out().exists());
    fs::write(project.docs().join("README.md"), "# Nothing\n").unwrap();
    project.refuses(&["README.md:1:1: it lists no chapter"]);
    fs::remove_file(project.docs().join("README.md")).unwrap();
    project.refuses(&["it has no README.md; write one that lists the pages"]);
    fs::remove_dir_all(project.docs()).unwrap();
    fs::write(project.docs(), "# A file\n").unwrap();
    project.refuses(&["it is no folder; name the one that holds README.md"]);
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_is_shown() {
    let project = Project::new();
    let outside = project.folder.path().join("secret.md");
    fs::write(&outside, "hunter2").unwrap();
    fs::remove_file(project.docs().join("rules.md")).unwrap();
    std::os::unix::fs::symlink(&outside, project.docs().join("rules.md")).unwrap();
    project.refuses(&["README.md:8:3: rules.md: it is a symbolic link", "--follow-links"]);
    let site = project.site(&["--follow-links"]);
    assert!(site.main("docs/rules.html").contains("hunter2"));
}

/// A cold build of the same.
fn cold(project: &Project) -> std::collections::BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let root = out.path().join("cold");
    let mut command = support::program();
    command.args(["build", "--no-cache", "--now", NOW, "--docs"]).arg(project.docs());
    command.arg("--data").arg(project.history.data()).arg("--out").arg(&root);
    assert_eq!(support::answer(&mut command).status, 0);
    Site { root }.snapshot()
}

#[test]
fn a_change_of_one_chapter_is_seen_and_nothing_else_is_made_again() {
    let project = Project::new();
    let reused = |answer: &Answer| {
        let summary: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        summary["reused"].as_u64().unwrap()
    };
    let json = ["--format", "json"];
    project.build(&json);
    project.build(&json);
    project.put("rules.md", "# Rules\n\nAll new.\n\n![](d.svg)\n");
    let answer = project.build(&json);
    let site = Site { root: project.history.out() };
    support::assert_same_site(&cold(&project), &site.snapshot(), "a chapter changed");
    let after_text = reused(&answer);
    // The other chapter, the contents, the pictures that stay, and the pages of the series.
    assert!(after_text >= 4, "{after_text}");
    // A new title stands on every page of the book.
    project.put("README.md", "- [Begin](start.md)\n- [Rules](rules.md)\n");
    let answer = project.build(&json);
    support::assert_same_site(&cold(&project), &site.snapshot(), "a title changed");
    let after_title = reused(&answer);
    assert!(after_title < after_text, "{after_title} of {after_text}");
}

#[test]
fn shards_have_the_pages_too() {
    let project = Project::new();
    let folder = project.folder.path();
    let shard = |step: &str, more: &[&Path]| {
        let mut command = support::program();
        command.current_dir(folder).args(["shard", step, "--data"]).arg(project.history.data());
        let answer = support::answer(command.args(more));
        assert_eq!(answer.status, 0, "{}", answer.err);
    };
    let docs = project.docs();
    let path = Path::new;
    shard("map", &[path("--shard"), path("1/1"), path("--out"), path("parts/1.part")]);
    let votes = ["parts", "--out", "analysis", "--now", NOW, "--docs"].map(path);
    shard("votes", &[&votes[..], &[&docs]].concat());
    for number in ["1/2", "2/2"] {
        shard("pages", &[path("analysis"), path("--shard"), path(number)]);
    }
    shard("assemble", &[path("shards")]);
    let assembled = Site { root: folder.join("site") }.snapshot();
    support::assert_same_site(&cold(&project), &assembled, "two shards");
}

#[test]
fn the_book_of_this_project_has_no_fault_and_no_link_into_nothing() {
    let history = History::new();
    history.records(&days(&[100.0, 101.0, 99.0]));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let site = history.site(&["--docs", docs.to_str().unwrap()]);
    let mut faults = Vec::new();
    for path in support::files(&site.root) {
        let Some(name) = path.strip_prefix("docs/").filter(|name| name.ends_with(".html")) else {
            continue;
        };
        for href in site.read(&path).split(" href=\"").skip(1) {
            let href = href.split('"').next().unwrap();
            let (target, anchor) = href.split_once('#').unwrap_or((href, ""));
            let target = match target {
                "" => path.clone(),
                "../docs/" => "docs/index.html".to_owned(),
                _ => match target.strip_prefix("../docs/") {
                    Some(page) => format!("docs/{page}"),
                    None => continue,
                },
            };
            let is_there = site.has(&target)
                && (anchor.is_empty() || site.read(&target).contains(&format!("id=\"{anchor}\"")));
            if !is_there {
                faults.push(format!("{name}: {href}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_document_of_this_project_is_a_chapter() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let list = fs::read_to_string(docs.join("README.md")).unwrap();
    for entry in fs::read_dir(&docs).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_listed = name == "README.md" || list.contains(&format!("]({name})"));
        assert!(!name.ends_with(".md") || is_listed, "docs/README.md does not list {name}");
    }
}
