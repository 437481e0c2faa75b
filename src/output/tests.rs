//! What the output promises: the old site or the new one, never a mixture, and nobody else's files.

use super::*;

struct OutputFixture {
    root: TempDir,
    target: PathBuf,
}

fn output_fixture() -> OutputFixture {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("site");
    OutputFixture { root, target }
}

impl OutputFixture {
    fn build(&self, pages: &[(&str, &str)]) -> Committed {
        let output = Output::prepare(&self.target, PreviousSite::Remove).unwrap();
        for (route, text) in pages {
            output.write(route, text.as_bytes()).unwrap();
        }
        output.commit().unwrap()
    }

    fn read(&self, route: &str) -> Option<String> {
        fs::read_to_string(self.target.join(route)).ok()
    }

    /// Names in the folder that holds the target.
    fn beside(&self) -> Vec<String> {
        names(self.root.path())
    }
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
    assert_eq!(first, Committed { routes, bytes: 7, leftover: None });
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
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
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
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
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
    let error = Output::prepare(&place.target, PreviousSite::Remove).unwrap_err().to_string();
    assert!(error.contains("site") && error.contains("--out"), "{error}");
    assert_eq!(place.read("thesis.tex").as_deref(), Some("years of work"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_folder_that_became_foreign_during_the_build_is_refused_too() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
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
    let output = Output::prepare(&deep, PreviousSite::Remove).unwrap();
    output.write("index.html", b"deep").unwrap();
    output.commit().unwrap();
    assert_eq!(fs::read_to_string(deep.join("index.html")).unwrap(), "deep");
}

#[test]
fn a_marker_must_be_a_file_that_says_so() {
    let place = output_fixture();
    fs::create_dir_all(place.target.join(".benchpages")).unwrap();
    assert!(matches!(
        Output::prepare(&place.target, PreviousSite::Remove),
        Err(OutputError::NotOurs { .. })
    ));
    fs::remove_dir(place.target.join(".benchpages")).unwrap();
    fs::write(place.target.join(".benchpages"), "something else\n").unwrap();
    assert!(matches!(
        Output::prepare(&place.target, PreviousSite::Remove),
        Err(OutputError::NotOurs { .. })
    ));
}

#[test]
fn a_file_a_nameless_path_and_an_impossible_parent_are_refused_with_a_remedy() {
    let place = output_fixture();
    fs::write(&place.target, "a file").unwrap();
    let below = place.target.join("below");
    for path in [&place.target, Path::new("/"), Path::new(""), Path::new(".."), &below] {
        let error = Output::prepare(path, PreviousSite::Remove).unwrap_err().to_string();
        assert!(error.contains("--out"), "{path:?}: {error}");
    }
    assert_eq!(fs::read_to_string(&place.target).unwrap(), "a file");
}

#[cfg(target_os = "linux")]
#[test]
fn a_parent_that_cannot_be_written_is_told() {
    let error = Output::prepare(Path::new("/proc/benchpages/site"), PreviousSite::Remove)
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
        Output::prepare(&place.target, PreviousSite::Remove),
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
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
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
    for route in [".nojekyll", "api/v1/index.json", "a..b/c~1.html", "diff/a..b/index.html"] {
        output.write(route, b"x").unwrap();
    }
}

#[test]
fn a_route_is_written_once() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
    output.write("a/index.html", b"one").unwrap();
    assert!(matches!(
        output.write("a/index.html", b"two"),
        Err(OutputError::DuplicateRoute { .. })
    ));
}

#[test]
fn many_threads_write_at_once() {
    let place = output_fixture();
    let output = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
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
fn staging_folders_of_crashed_runs_are_removed_and_nothing_else() {
    let place = output_fixture();
    let stale = place.root.path().join(".site.benchpages-crashed");
    fs::create_dir(&stale).unwrap();
    fs::write(stale.join(".benchpages"), "benchpages site 1\n").unwrap();
    let unmarked = place.root.path().join(".site.benchpages-notes");
    fs::create_dir(&unmarked).unwrap();
    fs::write(unmarked.join("notes.txt"), "mine").unwrap();
    let other = place.root.path().join(".other.benchpages-crashed");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(".benchpages"), "benchpages site 1\n").unwrap();
    place.build(&[("index.html", "one")]);
    assert_eq!(place.beside(), [".other.benchpages-crashed", ".site.benchpages-notes", "site"]);
}

#[test]
fn an_old_site_that_a_crash_left_aside_goes_back() {
    let place = output_fixture();
    place.build(&[("index.html", "one")]);
    fs::rename(&place.target, place.root.path().join(".site.benchpages-x1-old")).unwrap();
    drop(Output::prepare(&place.target, PreviousSite::Remove).unwrap());
    assert_eq!(place.read("index.html").as_deref(), Some("one"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_run_at_work_is_not_taken_for_a_crashed_one() {
    let place = output_fixture();
    let slow = Output::prepare(&place.target, PreviousSite::Remove).unwrap();
    slow.write("index.html", b"slow").unwrap();
    place.build(&[("index.html", "quick")]);
    assert_eq!(place.read("index.html").as_deref(), Some("quick"));
    slow.commit().unwrap();
    assert_eq!(place.read("index.html").as_deref(), Some("slow"));
    assert_eq!(place.beside(), ["site"]);
}
