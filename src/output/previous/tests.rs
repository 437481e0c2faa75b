//! Written over or made anew: the site is the same, and nothing else is touched.

use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::*;
use crate::output::Output;
use crate::output::tests::names;

const FORMER: &str = ".site.benchpages.former";

struct PreviousFixture {
    root: TempDir,
    target: PathBuf,
}

impl PreviousFixture {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("site");
        Self { root, target }
    }

    fn prepare(&self) -> Output {
        Output::prepare(&self.target, PreviousSite::Keep, &[]).unwrap()
    }

    fn build(&self, pages: &[(&str, &str)]) {
        let output = self.prepare();
        for (route, text) in pages {
            output.write(route, text.as_bytes()).unwrap();
        }
        assert_eq!(output.commit().unwrap().leftover, None);
    }

    /// The same, but pages that are in the site already are not written. Returns their routes.
    fn build_reusing<'p>(&self, pages: &[(&'p str, &str)]) -> Vec<&'p str> {
        let output = self.prepare();
        let mut reused = Vec::new();
        for (route, text) in pages {
            match output.reuse(route, ContentHash::of(text.as_bytes())).unwrap() {
                Some(length) => {
                    assert_eq!(length, text.len());
                    reused.push(*route);
                }
                None => output.write(route, text.as_bytes()).unwrap(),
            }
        }
        assert_eq!(output.commit().unwrap().leftover, None);
        reused
    }

    fn former(&self, route: &str) -> PathBuf {
        self.root.path().join(FORMER).join(route)
    }

    /// Files and folders of the site, sorted, with what is in the files.
    fn site(&self) -> Vec<(String, Option<String>)> {
        entries(&self.target)
    }

    /// Those of the site before it, without what hides it from git.
    fn former_site(&self) -> Vec<(String, Option<String>)> {
        let mut entries = entries(&self.former(""));
        entries.retain(|(route, _)| route != ".gitignore");
        entries
    }

    fn beside(&self) -> Vec<String> {
        names(self.root.path())
    }
}

fn entries(folder: &Path) -> Vec<(String, Option<String>)> {
    let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name();
    let read = |entry: walkdir::DirEntry| {
        let route = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
        let text = entry.file_type().is_file();
        (route.to_owned(), text.then(|| fs::read_to_string(entry.path()).unwrap()))
    };
    entries.into_iter().map(|entry| read(entry.unwrap())).collect()
}

/// What a place that kept nothing holds after one build.
fn anew(pages: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    let place = PreviousFixture::new();
    place.build(pages);
    assert_eq!(place.beside(), ["site"]);
    place.site()
}

#[test]
fn the_site_before_is_kept_hidden_from_git_and_the_one_before_it_written_over() {
    let place = PreviousFixture::new();
    place.build(&[("index.html", "one"), ("a/b.html", "b")]);
    place.build(&[("index.html", "number two"), ("a/b.html", "b")]);
    assert_eq!(place.beside(), [FORMER, "site"]);
    assert_eq!(fs::read_to_string(place.former("index.html")).unwrap(), "one");
    assert_eq!(
        fs::read_to_string(place.former(".gitignore")).unwrap(),
        "# written by benchpages\n*\n"
    );
    let third = [("index.html", "3"), ("a/b.html", "b")];
    place.build(&third);
    assert_eq!(place.site(), anew(&third));
    assert_eq!(fs::read_to_string(place.former("index.html")).unwrap(), "number two");
}

#[cfg(unix)]
#[test]
fn a_file_stays_the_same_one_and_untouched_where_its_bytes_do() {
    use std::os::unix::fs::MetadataExt as _;
    let place = PreviousFixture::new();
    place.build(&[("same.html", "same"), ("index.html", "1")]);
    let look = |at: &Path| fs::metadata(at).map(|it| (it.ino(), it.mtime_nsec())).unwrap();
    let (same, index) = (place.target.join("same.html"), place.target.join("index.html"));
    let before = (look(&same), look(&index));
    place.build(&[("same.html", "same"), ("index.html", "2")]);
    place.build(&[("same.html", "same"), ("index.html", "3")]);
    assert_eq!(look(&same), before.0);
    assert_eq!(look(&index).0, before.1.0);
    assert_eq!(fs::read_to_string(index).unwrap(), "3");
}

#[cfg(unix)]
#[test]
fn a_reused_file_is_that_of_the_site_before_and_is_never_written_through() {
    use std::os::unix::fs::MetadataExt as _;
    let place = PreviousFixture::new();
    let inode = |at: &Path| fs::metadata(at).unwrap().ino();
    let page = place.target.join("same.html");
    place.build(&[("same.html", "same"), ("index.html", "1")]);
    let first = inode(&page);
    let next = [("same.html", "same"), ("index.html", "2")];
    assert_eq!(place.build_reusing(&next), ["same.html"]);
    assert_eq!((inode(&page), inode(&place.former("same.html"))), (first, first));
    assert_eq!(place.build_reusing(&next), ["same.html", "index.html"]);
    assert_eq!(inode(&page), first);
    place.build_reusing(&[("same.html", "other")]);
    assert_eq!(fs::read_to_string(&page).unwrap(), "other");
    assert_eq!(place.former_site(), anew(&next));
}

#[test]
fn a_run_without_an_end_leaves_the_site_and_nothing_else() {
    let place = PreviousFixture::new();
    let pages = [("index.html", "one")];
    place.build(&pages);
    place.build(&pages);
    let output = place.prepare();
    output.write("index.html", b"half").unwrap();
    assert_eq!(place.site(), anew(&pages));
    drop(output);
    assert_eq!(place.site(), anew(&pages));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn of_two_runs_at_once_one_writes_over() {
    let place = PreviousFixture::new();
    place.build(&[("index.html", "one")]);
    place.build(&[("index.html", "two")]);
    let (first, second) = (place.prepare(), place.prepare());
    first.write("index.html", b"first").unwrap();
    second.write("index.html", b"second").unwrap();
    second.commit().unwrap();
    assert_eq!(place.site(), anew(&[("index.html", "second")]));
    first.commit().unwrap();
    assert_eq!(place.site(), anew(&[("index.html", "first")]));
    assert_eq!(place.beside(), [FORMER, "site"]);
    assert_eq!(fs::read_to_string(place.former("index.html")).unwrap(), "two");
}

#[test]
fn a_run_that_keeps_nothing_removes_what_was_kept() {
    let place = PreviousFixture::new();
    place.build(&[("index.html", "one")]);
    place.build(&[("index.html", "two")]);
    let output = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    output.write("index.html", b"three").unwrap();
    output.commit().unwrap();
    assert_eq!(place.site(), anew(&[("index.html", "three")]));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_route_is_written_once_here_too() {
    let place = PreviousFixture::new();
    place.build(&[("a/index.html", "one")]);
    place.build(&[("a/index.html", "two")]);
    let output = place.prepare();
    output.write("a/index.html", b"three").unwrap();
    let again = output.write("a/index.html", b"four").unwrap_err().to_string();
    assert!(again.contains("two pages are named"), "{again}");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_links_or_into_files_with_other_names() {
    let place = PreviousFixture::new();
    let pages = [("index.html", "one"), ("a/b.html", "b"), ("c.html", "c")];
    place.build(&pages);
    place.build(&pages);
    let (mine, copy) = (place.root.path().join("mine"), place.root.path().join("copy"));
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("b.html"), "mine").unwrap();
    fs::write(mine.join("c.html"), "mine").unwrap();
    fs::hard_link(place.former("index.html"), &copy).unwrap();
    fs::remove_dir_all(place.former("a")).unwrap();
    std::os::unix::fs::symlink(&mine, place.former("a")).unwrap();
    fs::remove_file(place.former("c.html")).unwrap();
    std::os::unix::fs::symlink(mine.join("c.html"), place.former("c.html")).unwrap();
    let refused = Output::prepare(&place.target, PreviousSite::Keep, &[]).unwrap_err();
    assert!(
        refused.to_string().contains("a file or folder that benchpages did not write: a;"),
        "{refused}"
    );
    fs::remove_file(place.former("a")).unwrap();
    let next = [("index.html", "new"), ("a/b.html", "new"), ("c.html", "new")];
    place.build(&next);
    assert_eq!(place.site(), anew(&next));
    assert_eq!(fs::read_to_string(copy).unwrap(), "one");
    assert_eq!(fs::read_to_string(mine.join("b.html")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(mine.join("c.html")).unwrap(), "mine");
}

#[test]
fn a_folder_of_that_name_that_is_not_ours_is_left_alone() {
    let place = PreviousFixture::new();
    fs::create_dir(place.root.path().join(FORMER)).unwrap();
    fs::write(place.former("thesis.tex"), "years of work").unwrap();
    for text in ["one", "two", "three"] {
        place.build(&[("index.html", text)]);
        assert_eq!(place.site(), anew(&[("index.html", text)]));
    }
    assert_eq!(fs::read_to_string(place.former("thesis.tex")).unwrap(), "years of work");
}

/// Routes of a small site of which none is a folder of another.
fn routes() -> impl Strategy<Value = Vec<(String, String)>> {
    let route = prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4);
    prop::collection::btree_map(route, "x{0,9}", 0..8).prop_map(|files| {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (route, text) in files {
            let route = route.join("/");
            let folder = |above: &str| route.starts_with(&format!("{above}/"));
            if !kept.iter().any(|(above, _)| folder(above)) {
                kept.push((route, text));
            }
        }
        kept
    })
}

proptest! {
    #[test]
    fn any_site_over_any_other_is_as_if_made_anew_and_leaves_the_one_before_as_it_was(
        sites in prop::collection::vec((routes(), any::<bool>()), 3..8),
    ) {
        let place = PreviousFixture::new();
        let mut before = Vec::new();
        for (site, reuses) in &sites {
            let pages: Vec<(&str, &str)> =
                site.iter().map(|(route, text)| (route.as_str(), text.as_str())).collect();
            if *reuses {
                place.build_reusing(&pages);
            } else {
                place.build(&pages);
            }
            let site = place.site();
            prop_assert_eq!(&site, &anew(&pages));
            prop_assert!(before.is_empty() || place.former_site() == before);
            before = site;
        }
    }
}
