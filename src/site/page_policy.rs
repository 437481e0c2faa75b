//! What has a page of its own. Everything has one, unless the policy says `site.detail:
//! events-only`: then quiet series are rows on their test's page alone, and commits have a page
//! where something happened. Every link asks here, so that none leads nowhere.

use rustc_hash::FxHashSet;

use crate::report::urls::{self, LinkRoot};
use crate::site::context::SiteContext;
use crate::site::view::Phrase;
use crate::site::{repository, table};
use detect::{Analysis, Verdict};
use model::policy::PageDetail;
use model::series::CommitIndex;
use model::text;

/// Newest measured commits of the main line that have a page whatever happened there.
const NEWEST_COMMITS: usize = 20;

/// Which series and commits have a page.
#[derive(Debug, Default)]
pub(crate) struct PagePolicy {
    /// By series: none of its own; empty where all have one.
    series_without_page: Vec<bool>,
    /// By commit: none of its own; empty where all have one.
    commits_without_page: Vec<bool>,
    /// By commit: nothing happened there, at most the last run before a change; empty where all are
    /// compared with the one before.
    uncompared_commits: Vec<bool>,
    /// Slugs of commits with a page; empty where all have one.
    commit_slugs: FxHashSet<String>,
}

impl PagePolicy {
    /// What the policy gives a page, by what is indexed before the pairs are.
    pub(crate) fn of(site: &SiteContext<'_>) -> Self {
        if site.input.policy.site.detail == PageDetail::Full {
            return Self::default();
        }
        let quiet = site.series_indices().map(|one| is_without_page(site, one)).collect();
        let still = uncompared_commits(site);
        let silent = commits_without_page(site, still.clone());
        let paged = silent.iter().enumerate().filter(|(_, silent)| !**silent);
        let slugs =
            paged.map(|(at, _)| urls::commit_slug(&site.input.history.commits[at].id)).collect();
        Self {
            series_without_page: quiet,
            commits_without_page: silent,
            uncompared_commits: still,
            commit_slugs: slugs,
        }
    }
}

/// Whether nothing is to be told of a series: no change, nothing due, no note about it. A note
/// about every series is none about this one.
fn is_without_page(site: &SiteContext<'_>, one: usize) -> bool {
    let noted = || table::notes_on(site, one).any(|(_, note)| !note.matches.is_empty());
    !is_noteworthy(site.series(one).1) && !noted()
}

fn is_noteworthy(analysis: &Analysis) -> bool {
    !analysis.changes.is_empty()
        || matches!(
            analysis.verdict,
            Verdict::Regressed
                | Verdict::Suspected { .. }
                | Verdict::Accepted
                | Verdict::Improved
                | Verdict::Missing
        )
}

/// By commit: whether nothing happened there.
fn uncompared_commits(site: &SiteContext<'_>) -> Vec<bool> {
    let commits = &site.input.history.commits;
    let mut still: Vec<bool> = commits.iter().map(|commit| commit.tags.is_empty()).collect();
    let mut tell = |at: CommitIndex| still[at.0 as usize] = false;
    site.main_commits.iter().rev().take(NEWEST_COMMITS).for_each(|at| tell(*at));
    for (series, analysis) in site.input.series.iter().zip(&site.input.analyses.by_series) {
        for change in &analysis.changes {
            tell(series.runs[change.first_after].commit);
        }
        series.pulls.iter().for_each(|pulled| tell(pulled.run.commit));
    }
    still
}

/// By commit: whether it has no page; the last run before a change has one.
fn commits_without_page(site: &SiteContext<'_>, mut still: Vec<bool>) -> Vec<bool> {
    for (series, analysis) in site.input.series.iter().zip(&site.input.analyses.by_series) {
        for change in &analysis.changes {
            still[series.runs[change.last_before].commit.0 as usize] = false;
        }
    }
    still
}

impl SiteContext<'_> {
    /// Whether a series has a page, a drawing and a table of its own.
    pub(crate) fn has_page(&self, series: usize) -> bool {
        !self.page_policy.series_without_page.get(series).copied().unwrap_or(false)
    }

    /// Series without a page of their own.
    pub(crate) fn count_without_page(&self) -> usize {
        self.page_policy.series_without_page.iter().filter(|quiet| **quiet).count()
    }

    /// Where a series is shown: on its page, else in its row on its test's page. A test of more
    /// series than one table takes has no row for the last of them: then it is the page.
    pub(crate) fn series_path(&self, series: usize) -> String {
        if self.has_page(series) {
            return urls::series(&self.stems[series]);
        }
        let test = self.series(series).0.key.test.as_str();
        let page = urls::test(test);
        let members = self.tests.get(test).map_or(&[][..], Vec::as_slice);
        match members.binary_search(&series) {
            Ok(place) if place < table::MAX_ROWS => {
                format!("{page}#{}", table::series_anchor(self, series))
            }
            _ => page,
        }
    }

    /// Whether a commit has a page.
    pub(crate) fn has_commit(&self, commit: CommitIndex) -> bool {
        !self.page_policy.commits_without_page.get(commit.0 as usize).copied().unwrap_or(false)
    }

    /// Whether a commit has a page of its comparison with the one before.
    pub(crate) fn is_compared(&self, commit: CommitIndex) -> bool {
        !self.page_policy.uncompared_commits.get(commit.0 as usize).copied().unwrap_or(false)
    }

    /// The link to a commit: its page, else its code, where the policy names the repository.
    pub(crate) fn commit_link(&self, root: LinkRoot, id: &str) -> Option<String> {
        let slugs = &self.page_policy.commit_slugs;
        if self.page_policy.commits_without_page.is_empty()
            || slugs.contains(&urls::commit_slug(id))
        {
            Some(root.to(&urls::commit(id)))
        } else {
            repository::commit_url(self, id)
        }
    }

    /// A sentence with the name of a commit, linked where there is something to see.
    pub(crate) fn with_commit(&self, phrase: Phrase, root: LinkRoot, id: &str) -> Phrase {
        match self.commit_link(root, id) {
            Some(href) => phrase.code_link(href, text::short_commit(id)),
            None => phrase.marked("code", text::short_commit(id)),
        }
    }
}
