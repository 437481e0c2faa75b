//! What the output promises: the old site or the new one, never a mixture, and nobody else's files.

use super::*;

pub(super) struct OutputFixture {
    pub(super) root: TempDir,
    pub(super) target: PathBuf,
}

pub(super) fn output_fixture() -> OutputFixture {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("site");
    OutputFixture { root, target }
}

impl OutputFixture {
    pub(super) fn build(&self, pages: &[(&str, &str)]) -> Committed {
        self.try_build(PreviousSite::Remove, pages).unwrap()
    }

    pub(super) fn try_build(
        &self,
        previous: PreviousSite,
        pages: &[(&str, &str)],
    ) -> Result<Committed, OutputError> {
        let output = Output::prepare(&self.target, previous, &default_keep())?;
        for (route, text) in pages {
            output.write(route, text.as_bytes()).unwrap();
        }
        output.commit()
    }

    /// Writes a file into the site, as somebody else does.
    pub(super) fn put(&self, path: &str, text: &str) {
        let path = self.target.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, route: &str) -> Option<String> {
        fs::read_to_string(self.target.join(route)).ok()
    }

    /// Names in the folder that holds the target.
    pub(super) fn beside(&self) -> Vec<String> {
        names(self.root.path())
    }
}

/// What a policy keeps that does not say otherwise.
pub(super) fn default_keep() -> Vec<String> {
    model::policy::Policy::default().site.keep
}

/// What is in a folder, sorted.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_commit_replaces_the_old_site_as_a_whole() {
    let place = output_fixture();
    let first = place.build(&[("index.html", "one"), ("old/page/index.html", "gone")]);
    let routes = vec!["index.html".to_owned(), "old/page/index.html".to_owned()];
    assert_eq!(first, Committed { routes, bytes: 7, leftover: None, cleanup: Cleanup::default() });
    let second = place.build(&[("index.html", "two"), ("new/index.html", "here")]);
    assert_eq!((second.routes.len(), second.bytes), (2, 7));
    assert_eq!(place.read("index.html").as_deref(), Some("two"));
    assert_eq!(place.read("new/index.html").as_deref(), Some("here"));
    assert!(!place.target.join("old").exists());
    assert_eq!(place.beside(), ["site"]);
    assert!(place.read(".benchpages").unwrap().starts_with("benchpages site 1\n"));
}

#[test]
fn without_a_commit_the_old_site_stands_and_nothing_is_left() {
    let place = output_fixture();
    place.build(&[("index.html", "one")]);
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    output.write("index.html", b"two").unwrap();
    assert_eq!(place.read("index.html").as_deref(), Some("one"));
    drop(output);
    assert_eq!(place.read("index.html").as_deref(), Some("one"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_page_that_the_disk_refuses_leaves_the_old_site() {
    let place = output_fixture();
    place.build(&[("index.html", "one")]);
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    let error = output.write(&"x".repeat(5_000), b"").unwrap_err().to_string();
    assert!(error.contains("site") && error.contains("--out"), "{error}");
    drop(output);
    assert_eq!(place.read("index.html").as_deref(), Some("one"));
}

#[test]
fn a_folder_with_foreign_files_is_refused_untouched() {
    let place = output_fixture();
    fs::create_dir(&place.target).unwrap();
    fs::write(place.target.join("thesis.tex"), "years of work").unwrap();
    let error = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap_err().to_string();
    assert!(error.contains("site") && error.contains("--out"), "{error}");
    assert_eq!(place.read("thesis.tex").as_deref(), Some("years of work"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_folder_that_became_foreign_during_the_build_is_refused_too() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    fs::create_dir(&place.target).unwrap();
    fs::write(place.target.join("thesis.tex"), "years of work").unwrap();
    assert!(matches!(output.commit(), Err(OutputError::NotOurs { .. })));
    assert_eq!(place.read("thesis.tex").as_deref(), Some("years of work"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn an_empty_folder_is_taken_and_missing_parents_are_made() {
    let place = output_fixture();
    fs::create_dir(&place.target).unwrap();
    place.build(&[("index.html", "one")]);
    assert_eq!(place.beside(), ["site"]);

    let deep = place.root.path().join("a/b/c");
    let output = Output::prepare(&deep, PreviousSite::Remove, &[]).unwrap();
    output.write("index.html", b"deep").unwrap();
    output.commit().unwrap();
    assert_eq!(fs::read_to_string(deep.join("index.html")).unwrap(), "deep");
}

#[test]
fn a_marker_must_be_a_file_that_says_so() {
    let place = output_fixture();
    fs::create_dir_all(place.target.join(".benchpages")).unwrap();
    assert!(matches!(
        Output::prepare(&place.target, PreviousSite::Remove, &[]),
        Err(OutputError::NotOurs { .. })
    ));
    fs::remove_dir(place.target.join(".benchpages")).unwrap();
    fs::write(place.target.join(".benchpages"), "something else\n").unwrap();
    assert!(matches!(
        Output::prepare(&place.target, PreviousSite::Remove, &[]),
        Err(OutputError::NotOurs { .. })
    ));
}

#[test]
fn a_file_a_nameless_path_and_an_impossible_parent_are_refused_with_a_remedy() {
    let place = output_fixture();
    fs::write(&place.target, "a file").unwrap();
    let below = place.target.join("below");
    for path in [&place.target, Path::new("/"), Path::new(""), Path::new(".."), &below] {
        let error = Output::prepare(path, PreviousSite::Remove, &[]).unwrap_err().to_string();
        assert!(error.contains("--out"), "{path:?}: {error}");
    }
    assert_eq!(fs::read_to_string(&place.target).unwrap(), "a file");
}

#[cfg(target_os = "linux")]
#[test]
fn a_parent_that_cannot_be_written_is_told() {
    let error = Output::prepare(Path::new("/proc/benchpages/site"), PreviousSite::Remove, &[])
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("/proc/benchpages: ") && error.contains("--out"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_and_what_it_points_to_is_untouched() {
    let place = output_fixture();
    let real = place.root.path().join("real");
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &place.target).unwrap();
    assert!(matches!(
        Output::prepare(&place.target, PreviousSite::Remove, &[]),
        Err(OutputError::SymbolicLink { .. })
    ));
    assert_eq!(place.beside(), ["real", "site"]);
}

#[cfg(unix)]
#[test]
fn the_site_can_be_read_by_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = output_fixture();
    let plain = place.root.path().join("plain");
    fs::create_dir(&plain).unwrap();
    place.build(&[("index.html", "one")]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&place.target), mode(&plain));
}

#[test]
fn routes_never_leave_the_site() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    let routes = [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a//b",
        "a/",
        "./a",
        "a/./b",
        "C:/x",
        "c:x",
        "a\\b",
        "..\\x",
        "a\0b",
        "a\nb",
        ".benchpages",
    ];
    for route in routes {
        let refused = output.write(route, b"x");
        assert!(matches!(refused, Err(OutputError::OutsideSite { .. })), "{route:?}");
    }
    for route in [".nojekyll", "api/v2/index.json", "a..b/c~1.html", "diff/a..b/index.html"] {
        output.write(route, b"x").unwrap();
    }
}

#[test]
fn a_route_is_written_once() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    output.write("a/index.html", b"one").unwrap();
    assert!(matches!(
        output.write("a/index.html", b"two"),
        Err(OutputError::DuplicateRoute { .. })
    ));
}

#[test]
fn many_threads_write_at_once() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let output = &output;
            scope.spawn(move || {
                for page in 0..50 {
                    let route = format!("series/{page}/{thread}.html");
                    output.write(&route, route.as_bytes()).unwrap();
                }
            });
        }
    });
    assert_eq!(output.commit().unwrap().routes.len(), 400);
    assert_eq!(place.read("series/49/7.html").as_deref(), Some("series/49/7.html"));
}

#[test]
fn a_run_at_work_is_not_taken_for_a_crashed_one() {
    let place = output_fixture();
    let slow = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    slow.write("index.html", b"slow").unwrap();
    place.build(&[("index.html", "quick")]);
    assert_eq!(place.read("index.html").as_deref(), Some("quick"));
    slow.commit().unwrap();
    assert_eq!(place.read("index.html").as_deref(), Some("slow"));
    assert_eq!(place.beside(), ["site"]);
}

const TWO_BUILDS: [PreviousSite; 2] = [PreviousSite::Keep, PreviousSite::Remove];

#[test]
fn what_the_policy_keeps_stays_and_any_other_foreign_entry_is_refused_by_name() {
    for previous in TWO_BUILDS {
        let place = output_fixture();
        place.try_build(previous, &[("a/index.html", "one")]).unwrap();
        place.put(".git/HEAD", "ref: refs/heads/gh-pages");
        place.put("CNAME", "bench.example.org");
        for text in ["two", "three", "four"] {
            place.try_build(previous, &[("a/index.html", text)]).unwrap();
            assert_eq!(place.read("a/index.html").as_deref(), Some(text));
            assert_eq!(place.read(".git/HEAD").as_deref(), Some("ref: refs/heads/gh-pages"));
            assert_eq!(place.read("CNAME").as_deref(), Some("bench.example.org"));
        }
        for (foreign, name) in [
            ("notes.txt", "notes.txt"),
            ("history/results/a.ndjson", "history/"),
            ("a/notes.txt", "a/notes.txt"),
            ("b/index.html", "b/"),
        ] {
            place.put(foreign, "mine");
            let error = place.try_build(previous, &[("a/index.html", "five")]).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(&format!("write: {name}; ")) && text.contains("--out"), "{text}");
            assert_eq!(text.contains("site.keep"), name != "a/notes.txt", "{text}");
            assert_eq!(place.read(foreign).as_deref(), Some("mine"));
            assert_eq!(place.read("a/index.html").as_deref(), Some("four"));
            let top = place.target.join(name.trim_end_matches('/'));
            if top.is_dir() { fs::remove_dir_all(top) } else { fs::remove_file(top) }.unwrap();
        }
    }
}

#[test]
fn an_error_counts_the_foreign_entries_that_it_does_not_name() {
    let place = output_fixture();
    place.build(&[("index.html", "one")]);
    for name in ["e", "d", "c", "b", "a"] {
        place.put(name, "mine");
    }
    let error = place.try_build(PreviousSite::Remove, &[]).unwrap_err().to_string();
    assert!(
        error.contains("5 files or folders") && error.contains("a, b, c and 2 more"),
        "{error}"
    );
}

#[test]
fn a_file_that_comes_during_the_build_is_kept_or_refused_too() {
    for previous in TWO_BUILDS {
        let place = output_fixture();
        place.build(&[("index.html", "one")]);
        let output = Output::prepare(&place.target, previous, &default_keep()).unwrap();
        output.write("index.html", b"two").unwrap();
        place.put("CNAME", "bench.example.org");
        output.commit().unwrap();
        assert_eq!(place.read("CNAME").as_deref(), Some("bench.example.org"));
        let output = Output::prepare(&place.target, previous, &default_keep()).unwrap();
        place.put("notes.txt", "mine");
        assert!(matches!(output.commit(), Err(OutputError::Foreign { .. })));
        assert_eq!(place.read("notes.txt").as_deref(), Some("mine"));
    }
}

#[test]
fn edited_and_removed_files_of_the_site_are_written_again() {
    let place = output_fixture();
    let pages = [("index.html", "one"), ("a/b.html", "b")];
    place.build(&pages);
    place.put("index.html", "edited");
    fs::remove_file(place.target.join("a/b.html")).unwrap();
    place.build(&pages);
    assert_eq!(place.read("index.html").as_deref(), Some("one"));
    assert_eq!(place.read("a/b.html").as_deref(), Some("b"));
}

#[test]
fn a_kept_name_that_the_new_site_has_is_refused() {
    let place = output_fixture();
    let keep = ["blog".to_owned()];
    place.build(&[("index.html", "one")]);
    place.put("blog/index.html", "mine");
    for route in ["blog", "blog/index.html"] {
        let output = Output::prepare(&place.target, PreviousSite::Keep, &keep).unwrap();
        output.write(route, b"ours").unwrap();
        assert!(matches!(output.commit(), Err(OutputError::KeptClash { .. })), "{route}");
        assert_eq!(place.read("blog/index.html").as_deref(), Some("mine"));
    }
    // A name of the site in the list is the site's.
    let keep = ["index.html".to_owned(), "blog".to_owned()];
    let output = Output::prepare(&place.target, PreviousSite::Keep, &keep).unwrap();
    output.write("index.html", b"two").unwrap();
    output.commit().unwrap();
    assert_eq!(place.read("index.html").as_deref(), Some("two"));
}

#[test]
fn a_fresh_checkout_with_nothing_but_kept_names_is_taken() {
    for previous in TWO_BUILDS {
        let place = output_fixture();
        place.put(".git", "gitdir: /elsewhere");
        place.try_build(previous, &[("index.html", "one")]).unwrap();
        assert_eq!(place.read(".git").as_deref(), Some("gitdir: /elsewhere"));
        assert_eq!(place.beside(), ["site"]);
    }
}

/// Makes the marker that of a version without a list of files.
fn forget_files(folder: &Path) {
    fs::write(folder.join(".benchpages"), "benchpages site 1\nwritten by benchpages 0.1.0\n")
        .unwrap();
}

#[test]
fn a_site_without_a_list_of_its_files_is_replaced_only_if_it_looks_like_one() {
    for previous in TWO_BUILDS {
        let place = output_fixture();
        let pages = [("index.html", "one"), ("data/index.html", "d"), ("api/v2/a.json", "{}")];
        place.build(&pages);
        forget_files(&place.target);
        place.put(".git/HEAD", "ref");
        place.try_build(previous, &pages).unwrap();
        assert_eq!(place.read(".git/HEAD").as_deref(), Some("ref"));
        for foreign in [
            "policy.yml",
            "data/policy.yml",
            "results/a.ndjson",
            "data/results/a.ndjson",
            "a.ndjson",
            "thesis.tex",
            ".gitignore",
            "series/x/notes.md",
        ] {
            forget_files(&place.target);
            place.put(foreign, "*\n");
            let refused = place.try_build(previous, &pages);
            assert!(matches!(refused, Err(OutputError::Foreign { .. })), "{foreign}");
            assert_eq!(place.read(foreign).as_deref(), Some("*\n"));
            let top = place.target.join(foreign);
            fs::remove_file(&top).unwrap();
            let above = top.parent().unwrap();
            if above.ends_with("results") {
                fs::remove_dir(above).unwrap();
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_or_pipe_in_the_site_is_foreign_and_never_opened() {
    let place = output_fixture();
    let pages = [("index.html", "one"), ("a/b.html", "b")];
    place.build(&pages);
    let mine = place.root.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("b.html"), "mine").unwrap();
    // A folder of the site that became a link: what it points to is not the site's.
    fs::remove_dir_all(place.target.join("a")).unwrap();
    std::os::unix::fs::symlink(&mine, place.target.join("a")).unwrap();
    for previous in TWO_BUILDS {
        let refused = place.try_build(previous, &pages);
        assert!(matches!(refused, Err(OutputError::Foreign { .. })), "{refused:?}");
    }
    fs::remove_file(place.target.join("a")).unwrap();
    // A file of the site that became a pipe or a link is written again.
    for previous in TWO_BUILDS {
        fs::remove_file(place.target.join("index.html")).unwrap();
        let page = place.target.join("index.html");
        assert!(std::process::Command::new("mkfifo").arg(page).status().unwrap().success());
        for _ in 0..3 {
            place.try_build(previous, &pages).unwrap();
        }
        assert_eq!(place.read("index.html").as_deref(), Some("one"));
    }
    assert_eq!(fs::read_to_string(mine.join("b.html")).unwrap(), "mine");
}
