//! Which series and commits have a page of their own.
//!
//! Everything has one, unless the policy says `site.detail: events-only`, or `auto` and the site
//! would be too large: then quiet series are only rows on the page of their test, and commits have
//! a page where something happened. Every link asks here, so that none is broken.

use rustc_hash::FxHashSet;

use crate::report::page_detail::ResolvedDetail;
use crate::report::urls;
use crate::site::commits::CommitLookup;
use crate::site::input::SiteInput;
use crate::site::notes::DatedNotes;
use detect::{Analysis, Verdict};
use model::filter::ChangeAges;
use model::policy::site::PageDetail;
use model::series::CommitIndex;

/// Newest measured commits of the main line that always have a page.
const NEWEST_COMMITS: usize = 20;

/// Which series and commits have a page.
#[derive(Debug, Default)]
pub(crate) struct PagePolicy {
    /// By series; empty where all have a page.
    series_without_page: Vec<bool>,
    /// By commit; empty where all have a page.
    commits_without_page: Vec<bool>,
    /// By commit: no comparison with the one before. The last commit before a change has a page but
    /// no comparison. Empty where all are compared.
    uncompared_commits: Vec<bool>,
    /// What `auto` left out and how to change it.
    pub(crate) left_out: Option<String>,
    /// Slugs of commits with a page; empty where all have one.
    commit_slugs: FxHashSet<String>,
}

impl PagePolicy {
    pub(crate) fn of(
        input: &SiteInput<'_>,
        commits: &CommitLookup<'_>,
        notes: &DatedNotes<'_>,
        ages: &[ChangeAges],
    ) -> Self {
        let resolved = ResolvedDetail::of(input.policy, input.series);
        if resolved.detail == PageDetail::Full {
            return Self::default();
        }
        let has_note = |index: usize| {
            let mut about = notes.about(&input.series[index], ages[index]);
            // A note without a filter is about every series, and about none in particular.
            about.any(|dated| !dated.note.matches.is_empty())
        };
        // A page, a drawing and a table for each of thousands of series that never changed are most
        // of a large site, and few readers open them.
        let analyses = input.analyses.by_series.iter().enumerate();
        let series_without_page = analyses
            .map(|(index, analysis)| !is_noteworthy(analysis) && !has_note(index))
            .collect();
        let uncompared_commits = uncompared_commits(input, commits);
        let commits_without_page = commits_without_page(input, uncompared_commits.clone());
        let with_page = commits_without_page.iter().enumerate().filter(|(_, without)| !**without);
        let commit_slugs = with_page
            .map(|(index, _)| urls::commit_slug(&input.history.commits[index].id))
            .collect();
        Self {
            series_without_page,
            commits_without_page,
            uncompared_commits,
            commit_slugs,
            left_out: resolved.sentence(input.policy),
        }
    }

    /// Whether a series has a page, a drawing and a table of its own.
    pub(crate) fn has_series(&self, series: usize) -> bool {
        !self.series_without_page.get(series).copied().unwrap_or(false)
    }

    /// Whether some series or commits have no page.
    pub(crate) fn is_reduced(&self) -> bool {
        !self.series_without_page.is_empty() || !self.commits_without_page.is_empty()
    }

    /// How many series have no page of their own.
    pub(crate) fn count_without_page(&self) -> usize {
        self.series_without_page.iter().filter(|without| **without).count()
    }

    /// Whether a commit has a page.
    pub(crate) fn has_commit(&self, commit: CommitIndex) -> bool {
        !self.commits_without_page.get(commit.0 as usize).copied().unwrap_or(false)
    }

    /// Whether the address of a commit exists: commits with the same first twelve digits share one.
    pub(crate) fn has_commit_address(&self, id: &str) -> bool {
        self.commits_without_page.is_empty() || self.commit_slugs.contains(&urls::commit_slug(id))
    }

    /// Whether a commit has a page of its comparison with the one before.
    pub(crate) fn is_compared(&self, commit: CommitIndex) -> bool {
        !self.uncompared_commits.get(commit.0 as usize).copied().unwrap_or(false)
    }
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
                | Verdict::Failed
        )
}

/// By commit: whether nothing happened there.
fn uncompared_commits(input: &SiteInput<'_>, commits: &CommitLookup<'_>) -> Vec<bool> {
    let tagged = input.history.commits.iter();
    let mut uncompared: Vec<bool> = tagged.map(|commit| commit.tags.is_empty()).collect();
    let mut mark_compared = |commit: CommitIndex| uncompared[commit.0 as usize] = false;
    // People look up what they have just pushed, whether or not anything happened.
    commits.main_line().iter().rev().take(NEWEST_COMMITS).for_each(|at| mark_compared(*at));
    for (series, analysis) in input.series.iter().zip(&input.analyses.by_series) {
        for change in &analysis.changes {
            mark_compared(series.runs[change.first_after].commit);
        }
        series.pulls.iter().for_each(|pulled| mark_compared(pulled.run.commit));
    }
    uncompared
}

/// By commit: whether it has no page. The last commit before a change has one, because the page of
/// the change links to it.
fn commits_without_page(input: &SiteInput<'_>, mut without: Vec<bool>) -> Vec<bool> {
    for (series, analysis) in input.series.iter().zip(&input.analyses.by_series) {
        for change in &analysis.changes {
            without[series.runs[change.last_before].commit.0 as usize] = false;
        }
    }
    without
}
