//! The site: a loaded history in, pages out, one at a time and in any order.
//!
//! [`render`] hands every page to a sink as `(path, bytes)`; it knows no files. All paths come from
//! `routes`, all numbers that people read from `text`, all statistics from `analysis`.

pub(crate) mod api;
mod assets;
mod audit;
mod repository;
mod page_policy;
mod feeds;
mod frame;
mod health;
pub(crate) mod context;
mod lineage;
mod links;
pub(crate) mod markdown;
mod pages;
mod pairs;
pub(crate) mod redact;
mod memo;
mod table;
mod targets;
mod verdict;
pub(crate) mod view;

use crate::report::delta;
use std::collections::BTreeMap;

use rayon::prelude::*;

use detect::Analyses;
use detect::replay::{ReplaySummary, ReplayedVerdict};
use detect::targets::TargetResult;
use model::audit::AuditChain;
use model::filter::Filter;
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::AcceptedEntry;
use model::record::Problem;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

/// Everything the pages speak of.
pub(crate) struct SiteInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    pub(crate) analyses: &'a Analyses,
    /// Budgets, service levels and alerts, the worst first.
    pub(crate) targets: &'a [TargetResult],
    pub(crate) policy: &'a Policy,
    /// Short hash of the policy's text.
    pub(crate) policy_sha: String,
    pub(crate) notes: &'a [Note],
    pub(crate) accepted: &'a [AcceptedEntry],
    pub(crate) audit: &'a AuditChain,
    /// What is wrong with files beside the records.
    pub(crate) problems: &'a [Problem],
    /// What was refused of other tools' files when they were ingested.
    pub(crate) ingest_problems: &'a [Problem],
    /// Series that the policy hides, and combinations of its matrix that nothing measures.
    pub(crate) ignored: usize,
    pub(crate) not_covered: &'a [String],
    /// The user's own templates: file name, text.
    pub(crate) templates: &'a [(String, String)],
    pub(crate) options: SiteOptions,
}

/// How the site is made.
#[derive(Clone, Debug)]
pub(crate) struct SiteOptions {
    /// The build's time.
    pub(crate) now: Timestamp,
    /// Where the site will stand, with a trailing slash.
    pub(crate) base_url: Option<String>,
    /// Write `index.html` in links, for reading from disk.
    pub(crate) explicit_index: bool,
}

/// Takes a finished page; called from many threads.
pub(crate) type FileSink<'a> = dyn Fn(&str, &[u8]) -> std::io::Result<()> + Sync + 'a;

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RenderedCounts {
    /// HTML pages.
    pub(crate) pages: u64,
    /// All files.
    pub(crate) files: u64,
}

/// Why a site could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("two names meet at {path}: {first} and {second}; rename one of them")]
    PathClash { path: String, first: String, second: String },
    #[error("cannot write {path}: {source}")]
    Sink { path: String, source: std::io::Error },
    #[error("{template}: {reason}")]
    Template { template: String, reason: String },
}

/// A page, or another file, that can be made on any thread.
type RenderJob<'a> = Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a>;

/// Makes every page and hands it to the sink.
///
/// # Errors
/// Two names meet on one path, the sink fails, or a template of the user's is at fault.
pub(crate) fn render(
    input: &SiteInput<'_>,
    sink: &FileSink<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RenderedCounts, RenderError> {
    markdown::check_user_templates(input)?;
    let site = context::SiteContext::of(input)?;
    let jobs = jobs(&site);
    check_unique(&jobs)?;
    let total = jobs.len() as u64;
    let done = std::sync::atomic::AtomicU64::new(0);
    jobs.par_iter().try_for_each(|(path, job)| {
        let bytes = job()?;
        sink(path, &bytes).map_err(|source| RenderError::Sink { path: path.clone(), source })?;
        progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
        Ok(())
    })?;
    let pages = jobs.iter().filter(|(path, _)| path.ends_with(".html")).count() as u64;
    Ok(RenderedCounts { pages, files: total })
}

/// What a replay of the gate says, as JSON.
///
/// # Errors
/// Two names meet on one path.
pub(crate) fn replay_json(
    input: &SiteInput<'_>,
    said: &[ReplayedVerdict],
    figures: &ReplaySummary,
) -> Result<Vec<u8>, RenderError> {
    let site = context::SiteContext::of(input)?;
    api::json(&api::replay::file(&site, said, figures))
}

/// Every file of the site.
fn jobs<'a>(site: &'a context::SiteContext<'a>) -> Vec<(String, RenderJob<'a>)> {
    let mut jobs = Vec::new();
    pages::jobs(site, &mut jobs);
    api::jobs(site, &mut jobs);
    feeds::jobs(site, &mut jobs);
    for asset in assets::all() {
        jobs.push((asset.path(), Box::new(move || Ok(asset.bytes.to_vec()))));
    }
    jobs
}

/// A site of which any file can be made, on any thread: what all pages share stands ready.
pub(crate) struct PreparedSite<'a>(BTreeMap<String, RenderJob<'a>>);

impl PreparedSite<'_> {
    /// The paths of all files, sorted.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Makes one file, by its path; none where the site has none.
    pub(crate) fn render(&self, path: &str) -> Option<Result<Vec<u8>, RenderError>> {
        self.0.get(path).map(|job| job())
    }
}

/// Prepares what all pages share and hands over the site whose files are made one by one.
///
/// # Errors
/// Two names meet on one path, or a template of the user's is at fault.
pub(crate) fn prepare(
    input: &SiteInput<'_>,
    then: &mut dyn FnMut(&PreparedSite<'_>),
) -> Result<(), RenderError> {
    markdown::check_user_templates(input)?;
    let site = context::SiteContext::of(input)?;
    let jobs = jobs(&site);
    check_unique(&jobs)?;
    then(&PreparedSite(jobs.into_iter().collect()));
    Ok(())
}

#[cfg(feature = "bench")]
/// The paths of all files of the site, in the order in which they are made.
///
/// # Errors
/// Two names meet on one path.
pub(crate) fn paths(input: &SiteInput<'_>) -> Result<Vec<String>, RenderError> {
    let site = context::SiteContext::of(input)?;
    Ok(jobs(&site).into_iter().map(|(path, _)| path).collect())
}

/// The series that `filter` holds for and that were measured at the second of two commits, each
/// against its level at the first: what the page of the pair says.
///
/// # Errors
/// Two names meet on one path.
pub(crate) fn compare(
    input: &SiteInput<'_>,
    commits: (CommitIndex, CommitIndex),
    filter: &Filter,
) -> Result<Vec<(usize, delta::SeriesDelta)>, RenderError> {
    let site = context::SiteContext::of(input)?;
    let members = context::preset_members(filter, input, &site.recents);
    let outcomes = delta::compare_commits(&site, commits, Some(&members));
    Ok(outcomes.into_iter().map(|one| (one.series, one.delta)).collect())
}

/// Two jobs on one path would make the site depend on the order of threads.
fn check_unique(jobs: &[(String, RenderJob<'_>)]) -> Result<(), RenderError> {
    let mut paths: Vec<&str> = jobs.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    match paths.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(RenderError::PathClash {
            path: pair[0].to_owned(),
            first: "a page".to_owned(),
            second: "another of the same address".to_owned(),
        }),
        None => Ok(()),
    }
}
