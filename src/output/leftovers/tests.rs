//! Each state that a killed run leaves: nothing of a site and nothing kept is lost, and the next
//! run cleans up.

use std::path::PathBuf;

use super::*;
use crate::output::Output;
use crate::output::previous::PreviousSite;
use crate::output::tests::{OutputFixture, default_keep, output_fixture};

const STAGING: &str = ".site.benchpages-x1";
const FORMER: &str = ".site.benchpages.former";
const PAGES: [(&str, &str); 2] = [("index.html", "one"), ("data/index.html", "d")];

impl OutputFixture {
    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A folder beside the target with these files.
    fn folder(&self, name: &str, files: &[(&str, &str)]) {
        fs::create_dir(self.at(name)).unwrap();
        for (file, text) in files {
            let path = self.at(name).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// The next run: what it says it did, and whether everything is in order then.
    fn next_run(&self) -> (Vec<String>, Vec<String>) {
        assert!(exist(&self.target));
        let built = self.try_build(PreviousSite::Keep, &PAGES).unwrap();
        assert_eq!(self.read("index.html").as_deref(), Some("one"));
        assert!(!exist(&self.target));
        (built.cleanup.removed, built.cleanup.restored)
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn unfinished_sites_are_removed() {
    let unlisted = "benchpages site 1\n";
    let states: [&[(&str, &str)]; 5] = [
        &[],
        &[(MARKER, "")],
        &[(MARKER, unlisted)],
        &[(MARKER, unlisted), ("index.html", "half"), ("series/a/index.html", "a")],
        &[(MARKER, "benchpages site 1\nwritten by benchpages 0.1.0\nfiles 2\ndata/in")],
    ];
    for files in states {
        let place = output_fixture();
        place.build(&PAGES);
        place.folder(STAGING, files);
        assert_eq!(place.next_run(), (names(&[STAGING]), names(&[])), "{files:?}");
        assert_eq!(place.beside(), [FORMER, "site"]);
    }
}

#[test]
fn folders_that_no_run_made_stay() {
    let place = output_fixture();
    place.build(&PAGES);
    place.folder(".site.benchpages-notes", &[("notes.txt", "mine")]);
    place.folder(".site.benchpages-file", &[(MARKER, "something else")]);
    place.folder(".other.benchpages-x1", &[(MARKER, "benchpages site 1\n")]);
    assert!(!exist(&place.target));
    let built = place.build(&PAGES);
    assert_eq!(built.cleanup, Cleanup::default());
    let all = [".other.benchpages-x1", ".site.benchpages-file", ".site.benchpages-notes", "site"];
    assert_eq!(place.beside(), all);
}

#[test]
fn what_is_kept_comes_back_from_the_old_site_of_a_run_killed_after_the_swap() {
    let place = output_fixture();
    place.build(&PAGES);
    place.put(".git/HEAD", "ref");
    place.put("CNAME", "bench.example.org");
    // The swap was done and the new site is in place; nothing was moved.
    fs::rename(&place.target, place.at(STAGING)).unwrap();
    place.build_elsewhere();
    assert_eq!(place.next_run(), (names(&[STAGING]), names(&[".git", "CNAME"])));
    assert_eq!(place.read(".git/HEAD").as_deref(), Some("ref"));
    assert_eq!(place.read("CNAME").as_deref(), Some("bench.example.org"));
}

#[test]
fn what_is_kept_comes_back_from_the_site_that_an_earlier_version_kept() {
    for previous in [PreviousSite::Keep, PreviousSite::Remove] {
        let place = output_fixture();
        place.try_build(PreviousSite::Keep, &PAGES).unwrap();
        place.try_build(PreviousSite::Keep, &PAGES).unwrap();
        let former = place.at(FORMER);
        fs::write(former.join(MARKER), "benchpages site 1\nwritten by benchpages 0.1.0\n").unwrap();
        fs::write(former.join(".gitignore"), "*\n").unwrap();
        fs::create_dir(former.join(".git")).unwrap();
        fs::write(former.join(".git/HEAD"), "ref").unwrap();
        let built = place.try_build(previous, &PAGES).unwrap();
        assert_eq!(built.cleanup.restored, [".git"]);
        assert_eq!(place.read(".git/HEAD").as_deref(), Some("ref"));
        assert_eq!(place.read(".gitignore"), None);
    }
}

#[test]
fn an_old_site_that_was_moved_aside_goes_back_and_keeps_what_is_in_it() {
    let place = output_fixture();
    place.build(&PAGES);
    place.put("CNAME", "bench.example.org");
    fs::rename(&place.target, place.at(".site.benchpages-x1-old")).unwrap();
    // The new site was finished and not moved into its place.
    place.build_elsewhere();
    fs::rename(&place.target, place.at(STAGING)).unwrap();
    let kept = default_keep();
    let output = Output::prepare(&place.target, PreviousSite::Remove, &kept).unwrap();
    assert_eq!(output.cleanup.restored, ["site"]);
    assert_eq!(output.cleanup.removed, [STAGING]);
    drop(output);
    assert_eq!(place.read("CNAME").as_deref(), Some("bench.example.org"));
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn entries_that_nobody_keeps_are_refused_beside_the_site_too() {
    for beside in [STAGING, FORMER] {
        let place = output_fixture();
        place.build(&PAGES);
        fs::rename(&place.target, place.at(beside)).unwrap();
        place.build_elsewhere();
        fs::write(place.at(beside).join("thesis.tex"), "years of work").unwrap();
        for previous in [PreviousSite::Keep, PreviousSite::Remove] {
            let error = place.try_build(previous, &PAGES).unwrap_err().to_string();
            assert!(error.contains(beside) && error.contains("thesis.tex"), "{error}");
        }
        assert!(place.at(beside).join("thesis.tex").exists());
    }
}

#[test]
fn nothing_comes_back_into_a_folder_of_somebody_else() {
    let place = output_fixture();
    place.build(&PAGES);
    place.put("CNAME", "mine");
    fs::rename(&place.target, place.at(STAGING)).unwrap();
    place.put("thesis.tex", "years of work");
    let refused = place.try_build(PreviousSite::Keep, &PAGES);
    assert!(matches!(refused, Err(OutputError::NotOurs { .. })));
    assert_eq!(fs::read_to_string(place.at(STAGING).join("CNAME")).unwrap(), "mine");
}

#[test]
fn nothing_is_overwritten_by_what_comes_back() {
    let place = output_fixture();
    place.build(&PAGES);
    place.put("CNAME", "old");
    fs::rename(&place.target, place.at(STAGING)).unwrap();
    place.build_elsewhere();
    place.put("CNAME", "new");
    let error = place.try_build(PreviousSite::Keep, &PAGES).unwrap_err();
    assert!(matches!(error, OutputError::KeptTwice { .. }), "{error}");
    assert_eq!(place.read("CNAME").as_deref(), Some("new"));
    assert_eq!(fs::read_to_string(place.at(STAGING).join("CNAME")).unwrap(), "old");
}

#[test]
fn the_folder_of_a_run_at_work_is_no_leftover() {
    let place = output_fixture();
    let at_work = Output::prepare(&place.target, PreviousSite::Remove, &[]).unwrap();
    assert!(!exist(&place.target));
    place.build(&PAGES);
    at_work.write("index.html", b"two").unwrap();
    at_work.commit().unwrap();
    assert_eq!(place.read("index.html").as_deref(), Some("two"));
}

impl OutputFixture {
    /// Builds the target without a look at what is beside it.
    fn build_elsewhere(&self) {
        let other = output_fixture();
        other.build(&PAGES);
        fs::rename(&other.target, &self.target).unwrap();
    }
}
