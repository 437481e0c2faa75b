//! The index of the search: all benchmarks, commits, regressions and chapters by name, as scripts,
//! because a page that is read from disk may load a script and nothing else.
//!
//! Names that many series share stand once. In `search/benchmarks.js` the series of a test are
//! pairs of numbers: `["parse", "", [0, 3]]` is the test `parse` on the first backend in the fourth
//! variant. A variant below zero (`-1 - index`) marks a series without a page of its own.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::regression_groups::RegressionGroup;
use crate::report::urls;
use crate::report::wording;
use crate::site::book::sections::{ChapterSection, sections};
use crate::site::book::{self, Chapter};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use model::record::shorten;
use model::series::CommitIndex;
use model::text;

/// The files of the index. Commits come second: there may be more of them than series.
pub(crate) const FILES: [&str; 2] = ["search/benchmarks.js", "search/commits.js"];

/// Characters of a commit's subject.
const MAX_SUBJECT_CHARS: usize = 80;
/// Characters of a sentence or a title.
const MAX_TITLE_CHARS: usize = 160;
/// Where a result stands among others that match as well: with the benchmarks, with the backends,
/// with the commits, with the series.
const FIRST_RANK: u8 = 0;
const NAME_RANK: u8 = 1;
const COMMIT_RANK: u8 = 2;
const SERIES_RANK: u8 = 3;
/// Commit measured for a pull request only.
const NOT_MAIN_LINE: u8 = 1;
/// Commit without a page of its own.
const WITHOUT_PAGE: u8 = 2;

/// A name and its slug; the slug is empty where it is the name.
#[derive(Serialize)]
struct Named<'a>(&'a str, String);

/// A test, its slug, and backend and variant of each of its series.
#[derive(Serialize)]
struct IndexedTest<'a>(&'a str, String, Vec<i64>);

/// Slug, day, subject, tags and pull request, and what is not usual about it.
#[derive(Serialize)]
struct IndexedCommit<'a>(String, String, &'a str, String, u8);

/// Rank, text, note and path of anything else.
#[derive(Serialize)]
struct IndexedEntry(u8, String, String, String);

#[derive(Serialize)]
struct Benchmarks<'a> {
    backends: Vec<Named<'a>>,
    tests: Vec<IndexedTest<'a>>,
    /// The words of a variant, and the end of the path of its series.
    variants: Vec<(String, &'a str)>,
}

#[derive(Serialize)]
struct Commits<'a> {
    /// Newest first.
    commits: Vec<IndexedCommit<'a>>,
    /// Regressions, then chapters with their sections.
    entries: Vec<IndexedEntry>,
}

/// One of [`FILES`].
///
/// # Errors
/// Never in practice: the index has no text that JSON could not hold.
pub(crate) fn file(site: &SiteContext<'_>, path: &str) -> Result<Vec<u8>, RenderError> {
    if path == FILES[0] { script(&benchmarks(site)) } else { script(&commits(site)) }
}

/// A call of the function that the pages' script defines.
fn script(index: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = b"addToSearch(".to_vec();
    serde_json::to_writer(&mut bytes, index).map_err(|error| RenderError::Template {
        template: "search".to_owned(),
        reason: error.to_string(),
    })?;
    bytes.extend_from_slice(b");\n");
    Ok(bytes)
}

/// The slug of a name; empty where it is the name itself.
fn other_slug(name: &str) -> String {
    let slug = urls::slug(name);
    if slug == name { String::new() } else { slug }
}

fn benchmarks<'a>(site: &'a SiteContext<'_>) -> Benchmarks<'a> {
    let backends: BTreeMap<&str, i64> = site.backends.keys().copied().zip(0..).collect();
    let mut variants: BTreeMap<(String, &str), i64> = BTreeMap::new();
    // Numbered in their order, so that the same series give the same bytes.
    let variant = |index: usize| {
        let tail = site.stems[index].splitn(3, '/').nth(2).unwrap_or_default();
        (wording::variant_label(&site.series(index).0.key), tail)
    };
    for index in site.series_indices() {
        variants.insert(variant(index), 0);
    }
    variants.values_mut().zip(0..).for_each(|(number, at)| *number = at);
    let pair = |index: usize| {
        let number = variants[&variant(index)];
        // The script makes the name of a file of the stem; it cannot shorten one.
        let stem = &site.stems[index];
        let has_page =
            site.page_policy.has_series(index) && urls::series_file(stem) == stem.replace('/', ".");
        let backend = backends[site.series(index).0.key.backend.as_str()];
        [backend, if has_page { number } else { -1 - number }]
    };
    let test = |(name, members): (&&'a str, &Vec<usize>)| {
        let pairs = members.iter().flat_map(|index| pair(*index)).collect();
        IndexedTest(name, other_slug(name), pairs)
    };
    Benchmarks {
        tests: site.tests.iter().map(test).collect(),
        backends: site.backends.keys().map(|name| Named(name, other_slug(name))).collect(),
        variants: variants.into_keys().collect(),
    }
}

fn commits<'a>(site: &'a SiteContext<'_>) -> Commits<'a> {
    let commit = |at: CommitIndex| {
        let commit = site.commit(at);
        let pull = commit.pull.map(|pull| format!("#{pull}"));
        let names: Vec<String> = commit.tags.iter().cloned().chain(pull).collect();
        let on_main = if site.commits.main_runs(at).is_empty() { NOT_MAIN_LINE } else { 0 };
        let page = if site.page_policy.has_commit(at) { 0 } else { WITHOUT_PAGE };
        let subject = commit.subject.as_deref().unwrap_or_default();
        let cut = subject.char_indices().nth(MAX_SUBJECT_CHARS).map_or(subject.len(), |it| it.0);
        IndexedCommit(
            urls::commit_slug(&commit.id),
            text::iso_date(commit.time),
            &subject[..cut],
            names.join(" "),
            on_main | page,
        )
    };
    let regressions = site.regressions.groups().iter().filter_map(|group| regression(site, group));
    let chapters = site.input.options.book.iter().flat_map(|book| &book.chapters);
    Commits {
        commits: site.commits.with_address().into_iter().map(commit).collect(),
        entries: regressions.chain(chapters.flat_map(chapter)).collect(),
    }
}

fn regression(site: &SiteContext<'_>, group: &RegressionGroup) -> Option<IndexedEntry> {
    let path = group.members[0].event.as_deref().map(urls::event)?;
    let sentence = shorten(&group.sentence(site.input.history), MAX_TITLE_CHARS).into_owned();
    let (state, since) = (group.state(), text::iso_date(group.since()));
    let rank = if state == "open" { FIRST_RANK } else { COMMIT_RANK };
    Some(IndexedEntry(rank, sentence, format!("regression, {state}, since {since}"), path))
}

/// A chapter and its sections.
fn chapter(chapter: &Chapter) -> Vec<IndexedEntry> {
    let note = format!("documentation, in {}", shorten(&chapter.title, MAX_TITLE_CHARS));
    let section = |section: ChapterSection| {
        let title = shorten(&section.title, MAX_TITLE_CHARS).into_owned();
        IndexedEntry(SERIES_RANK, title, note.clone(), section.path)
    };
    let title = shorten(&chapter.title, MAX_TITLE_CHARS).into_owned();
    let page = book::chapter_path(&chapter.name);
    let first = IndexedEntry(NAME_RANK, title, "documentation".to_owned(), page);
    let sections = sections(chapter).into_iter().map(section);
    [first].into_iter().chain(sections).collect()
}
