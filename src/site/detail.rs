//! What has a page of its own. Everything has one, unless the policy says `site.detail:
//! events-only`: then quiet series are rows on their test's page alone, and commits have a page
//! where something happened. Every link asks here, so that none leads nowhere.

use rustc_hash::FxHashSet;

use crate::site::index::Index;
use crate::site::routes::{self, Root};
use crate::site::view::Phrase;
use crate::site::{code, table};
use detect::{Analysis, Verdict};
use model::policy::Detail;
use model::series::CommitIndex;
use model::text;

/// Newest measured commits of the main line that have a page whatever happened there.
const NEWEST: usize = 20;

/// Which series and commits have a page.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// By series: none of its own; empty where all have one.
    quiet: Vec<bool>,
    /// By commit: none of its own; empty where all have one.
    silent: Vec<bool>,
    /// By commit: nothing happened there, at most the last run before a change; empty where all are
    /// compared with the one before.
    still: Vec<bool>,
    /// Slugs of commits with a page; empty where all have one.
    slugs: FxHashSet<String>,
}

impl Pages {
    /// What the policy gives a page, by what is indexed before the pairs are.
    pub(crate) fn of(site: &Index<'_>) -> Self {
        if site.input.policy.site.detail == Detail::Full {
            return Self::default();
        }
        let quiet = site.all().map(|one| is_quiet(site, one)).collect();
        let still = still(site);
        let silent = silent(site, still.clone());
        let paged = silent.iter().enumerate().filter(|(_, silent)| !**silent);
        let slugs =
            paged.map(|(at, _)| routes::commit_slug(&site.input.history.commits[at].id)).collect();
        Self { quiet, silent, still, slugs }
    }
}

/// Whether nothing is to be told of a series: no change, nothing due, no note about it. A note
/// about every series is none about this one.
fn is_quiet(site: &Index<'_>, one: usize) -> bool {
    let noted = || table::notes_of(site, one).any(|(_, note)| !note.matches.is_empty());
    !is_telling(site.series(one).1) && !noted()
}

fn is_telling(analysis: &Analysis) -> bool {
    !analysis.events.is_empty()
        || matches!(
            analysis.verdict,
            Verdict::Regressed
                | Verdict::Suspected { .. }
                | Verdict::Approved
                | Verdict::Improved
                | Verdict::Missing
        )
}

/// By commit: whether nothing happened there.
fn still(site: &Index<'_>) -> Vec<bool> {
    let commits = &site.input.history.commits;
    let mut still: Vec<bool> = commits.iter().map(|commit| commit.tags.is_empty()).collect();
    let mut tell = |at: CommitIndex| still[at.0 as usize] = false;
    site.main.iter().rev().take(NEWEST).for_each(|at| tell(*at));
    for (series, analysis) in site.input.series.iter().zip(&site.input.analyses.each) {
        for change in &analysis.events {
            tell(series.runs[change.first].commit);
        }
        series.pulls.iter().for_each(|pulled| tell(pulled.run.commit));
    }
    still
}

/// By commit: whether it has no page; the last run before a change has one.
fn silent(site: &Index<'_>, mut still: Vec<bool>) -> Vec<bool> {
    for (series, analysis) in site.input.series.iter().zip(&site.input.analyses.each) {
        for change in &analysis.events {
            still[series.runs[change.last_before].commit.0 as usize] = false;
        }
    }
    still
}

impl Index<'_> {
    /// Whether a series has a page, a drawing and a table of its own.
    pub(crate) fn has_page(&self, series: usize) -> bool {
        !self.pages.quiet.get(series).copied().unwrap_or(false)
    }

    /// Series without a page of their own.
    pub(crate) fn quiet(&self) -> usize {
        self.pages.quiet.iter().filter(|quiet| **quiet).count()
    }

    /// Where a series is shown: on its page, else in its row on its test's page. A test of more
    /// series than one table takes has no row for the last of them: then it is the page.
    pub(crate) fn series_path(&self, series: usize) -> String {
        if self.has_page(series) {
            return routes::series(&self.stems[series]);
        }
        let test = self.series(series).0.key.test.as_str();
        let page = routes::test(test);
        let members = self.tests.get(test).map_or(&[][..], Vec::as_slice);
        match members.binary_search(&series) {
            Ok(place) if place < table::MOST_ROWS => {
                format!("{page}#{}", table::anchor(self, series))
            }
            _ => page,
        }
    }

    /// Whether a commit has a page.
    pub(crate) fn has_commit(&self, commit: CommitIndex) -> bool {
        !self.pages.silent.get(commit.0 as usize).copied().unwrap_or(false)
    }

    /// Whether a commit has a page of its comparison with the one before.
    pub(crate) fn is_compared(&self, commit: CommitIndex) -> bool {
        !self.pages.still.get(commit.0 as usize).copied().unwrap_or(false)
    }

    /// The link to a commit: its page, else its code, where the policy names the repository.
    pub(crate) fn commit_link(&self, root: Root, id: &str) -> Option<String> {
        let slugs = &self.pages.slugs;
        if self.pages.silent.is_empty() || slugs.contains(&routes::commit_slug(id)) {
            Some(root.to(&routes::commit(id)))
        } else {
            code::commit(self, id)
        }
    }

    /// A sentence with the name of a commit, linked where there is something to see.
    pub(crate) fn with_commit(&self, phrase: Phrase, root: Root, id: &str) -> Phrase {
        match self.commit_link(root, id) {
            Some(href) => phrase.code_link(href, text::commit(id)),
            None => phrase.marked("code", text::commit(id)),
        }
    }
}
