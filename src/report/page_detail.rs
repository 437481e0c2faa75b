//! What `site.detail: auto` is for a history: every page, or pages for what has events where the
//! site would otherwise come near the limit of its host.
//!
//! The size is estimated from counts, before anything is rendered, so that it is the same for the
//! same history and `check` knows it without a site. Its constants are measured on the sites of
//! `demo-data --scenario large` with 200 to 5,000 series and 50 to 800 days: the estimate lies
//! within 15% of those that take 30 MB or more.

use model::policy::Policy;
use model::policy::site::PageDetail;
use model::series::Series;

/// Page, chart, JSON and rows of a series without its runs; a page of a change for each fifth one.
const SERIES_BYTES: u64 = 36_000;
/// A run in the chart, on the page, in the JSON of its series and in that of its commit.
const RUN_BYTES: u64 = 28;
/// The page of a commit.
const COMMIT_BYTES: u64 = 4_000;
/// The comparison of a commit with the one before.
const COMPARISON_BYTES: u64 = 60_000;
/// About as many newest commits as have such a comparison.
const MAX_COMPARISONS: u64 = 250;

/// What decides about the size of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SiteCounts {
    pub(crate) series: u64,
    pub(crate) runs: u64,
    /// Measured commits.
    pub(crate) commits: u64,
}

impl SiteCounts {
    pub(crate) fn of(series: &[Series]) -> Self {
        let runs = || series.iter().flat_map(|series| &series.runs);
        let last = runs().map(|run| run.commit.0 as usize).max();
        let mut measured = vec![false; last.map_or(0, |last| last + 1)];
        runs().for_each(|run| measured[run.commit.0 as usize] = true);
        Self {
            series: series.len() as u64,
            runs: series.iter().map(|series| series.runs.len() as u64).sum(),
            commits: measured.into_iter().filter(|is_measured| *is_measured).count() as u64,
        }
    }

    /// Estimated bytes of the site with every page.
    pub(crate) fn bytes(self) -> u64 {
        self.series * SERIES_BYTES
            + self.runs * RUN_BYTES
            + self.commits * COMMIT_BYTES
            + self.commits.min(MAX_COMPARISONS) * COMPARISON_BYTES
    }
}

/// What a site shows, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResolvedDetail {
    /// Never `Auto`.
    pub(crate) detail: PageDetail,
    /// Megabytes of the site with every page, where `auto` left some out.
    pub(crate) reduced_from: Option<u64>,
}

impl ResolvedDetail {
    pub(crate) fn of(policy: &Policy, series: &[Series]) -> Self {
        let detail = policy.site.detail;
        if detail != PageDetail::Auto {
            return Self { detail, reduced_from: None };
        }
        let megabytes = SiteCounts::of(series).bytes() / 1_000_000;
        let is_large = megabytes > u64::from(policy.site.max_megabytes);
        Self {
            detail: if is_large { PageDetail::EventsOnly } else { PageDetail::Full },
            reduced_from: is_large.then_some(megabytes),
        }
    }

    /// What was left out and how to change it, for Data health and the end of a build.
    pub(crate) fn sentence(self, policy: &Policy) -> Option<String> {
        let megabytes = self.reduced_from?;
        let limit = policy.site.max_megabytes;
        Some(format!(
            "Quiet series and commits have no page of their own: with them the site would take \
             about {megabytes} MB, and `site.max_megabytes` is {limit}. `site.detail: full` builds \
             all pages."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_near_the_measured_sites() {
        let measured = [
            (200, 160_000, 800, 33.3),
            (500, 200_000, 400, 46.9),
            (1_000, 50_000, 50, 47.3),
            (5_000, 1_000_000, 200, 210.0),
        ];
        for (series, runs, commits, megabytes) in measured {
            let estimate = SiteCounts { series, runs, commits }.bytes() as f64 / 1e6;
            let error = (estimate / megabytes - 1.0_f64).abs();
            assert!(error < 0.15, "{series} series: {estimate} MB for {megabytes} MB");
        }
    }
}
