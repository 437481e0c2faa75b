//! The site: a loaded history in, pages out, one at a time and in any order.
//!
//! [`render`] hands every file to a [`SiteFiles`] as path and bytes; no code here opens a file.
//! Paths come from `report::urls`, sentences from `report::wording`, numbers from `model::text`,
//! statistics from `detect`.
//!
//! Example: the page `series/parse.rust.loops.1000.html` is a job of `jobs`, made by
//! `pages::series` from the look-ups of `context`, with the template `templates/series.html`.

pub(crate) mod api;
mod answers;
mod assets;
mod audit;
mod backend_ratios;
mod benchmark_grid;
mod benchmark_metrics;
pub(crate) mod book;
mod build_facts;
mod cards;
mod changes;
mod chaos;
mod chart_memos;
mod colors;
mod commits;
mod compared_verdict;
mod gate_verdict;
mod comparison;
mod comparison_chart;
pub(crate) mod content_hash;
mod context;
mod error;
mod feeds;
mod filter_form;
mod first_week;
mod frame;
mod frame_defaults;
mod glossary;
mod growth;
mod health;
mod infrastructure;
mod input;
mod job;
mod jobs;
pub(crate) mod layout;
mod ledger;
mod lineage;
mod links;
mod llms;
pub(crate) mod markdown;
mod memo;
pub(crate) mod metrics;
mod not_judged;
mod notes;
mod page_inputs;
mod page_policy;
mod pages;
mod pairs;
mod people;
mod peers;
mod percentiles;
mod picture_index;
mod pictures;
#[cfg(feature = "serve")]
pub(crate) mod prepared;
pub(crate) mod presets;
pub(crate) mod redact;
mod repository;
mod run_levels;
pub(crate) mod series_answers;
pub(crate) mod shard;
mod speed_up;
mod table;
mod targets;
mod target_cards;
mod regressions;
mod search;
mod trends;
mod urgency;
pub(crate) mod verdict_counts;
pub(crate) mod verdict;
mod verdict_progress;
pub(crate) mod view;
mod worked_example;

pub(crate) use crate::site::context::SiteContext;
pub(crate) use crate::site::error::RenderError;
pub(crate) use crate::site::input::{SiteInput, SiteOptions};

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::report::delta::SeriesDelta;
use crate::report::escape::prometheus::PrometheusText;
use crate::site::content_hash::ContentHash;
use crate::site::job::FileJob;
use crate::site::metrics::MetricsScope;
use crate::site::page_inputs::PageInputs;
use crate::site::shard::SiteShard;
use detect::ReplaySummary;
use detect::replay::ReplayedVerdict;
use model::filter::Filter;
use model::series::CommitIndex;

/// Takes the files of a site; called from many threads.
pub(crate) trait SiteFiles: Sync {
    /// Takes a finished file, and what it is made of where that is known.
    ///
    /// # Errors
    /// It cannot be written.
    fn write(&self, path: &str, inputs: Option<ContentHash>, bytes: &[u8]) -> io::Result<()>;

    /// What stands for the program and its settings among the inputs of a file; none where nothing
    /// is used again.
    fn program(&self) -> Option<ContentHash>;

    /// Takes the file that an earlier build made of the same inputs, and returns the hash of its
    /// content; none where there is no such file.
    ///
    /// # Errors
    /// There is one, and it cannot be written.
    fn reuse(&self, path: &str, inputs: ContentHash) -> io::Result<Option<ContentHash>>;
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RenderedCounts {
    /// HTML pages.
    pub(crate) pages: u64,
    /// All files.
    pub(crate) files: u64,
    /// Those of an earlier build, which were not made again.
    pub(crate) reused: u64,
}

/// Makes every file of a shard that is not the same as in an earlier build, and hands all of them
/// to `files`.
///
/// # Errors
/// Two files have the same path, one cannot be written, or a template of the user has an error.
pub(crate) fn render(
    input: &SiteInput<'_>,
    shard: SiteShard,
    files: &dyn SiteFiles,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RenderedCounts, RenderError> {
    // Templates first: an error in one of them should not cost the time of a build.
    markdown::check_user_templates(input)?;
    let site = SiteContext::of(input)?;
    let inputs = files.program().map(|program| PageInputs::of(&site, program));
    let jobs = jobs::all(&site, shard, inputs.as_ref())?;
    let total = jobs.len() as u64;
    let (done, reused) = (AtomicU64::new(0), AtomicU64::new(0));
    jobs.par_iter().try_for_each(|job| {
        if add_file(job, files)? {
            reused.fetch_add(1, Ordering::Relaxed);
        }
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        Ok::<(), RenderError>(())
    })?;
    let pages = jobs.iter().filter(|job| job.path.ends_with(".html")).count() as u64;
    Ok(RenderedCounts { pages, files: total, reused: reused.into_inner() })
}

/// Adds one file to a site. Returns whether it is that of an earlier build.
fn add_file(job: &FileJob<'_>, files: &dyn SiteFiles) -> Result<bool, RenderError> {
    let path = || job.path.clone();
    let failed = |source| RenderError::Sink { path: path(), source };
    let reused = job.inputs.map(|inputs| files.reuse(&job.path, inputs)).transpose();
    let Some(content) = reused.map_err(failed)?.flatten() else {
        files.write(&job.path, job.inputs, &job.render()?).map_err(failed)?;
        return Ok(false);
    };
    // Whether the inputs are all that a file shows is not proven by any type. Tests run with this.
    if cfg!(debug_assertions) && ContentHash::of(&job.render()?) != content {
        return Err(RenderError::StaleReuse { path: path() });
    }
    Ok(true)
}

/// The result of a replay as JSON.
///
/// # Errors
/// Two files of the site have the same path.
pub(crate) fn replay_json(
    input: &SiteInput<'_>,
    verdicts: &[ReplayedVerdict],
    figures: &ReplaySummary,
) -> Result<Vec<u8>, RenderError> {
    let site = SiteContext::of(input)?;
    api::json(&api::replay::file(&site, verdicts, figures))
}

/// The newest levels and verdicts of the series that match `filter`, for Prometheus.
///
/// # Errors
/// Two files of the site have the same path.
pub(crate) fn metrics_text(
    input: &SiteInput<'_>,
    filter: &Filter,
) -> Result<PrometheusText, RenderError> {
    let site = SiteContext::of(input)?;
    let members = presets::members(filter, input, &site.change_ages);
    let includes = |index: usize| members.binary_search(&index).is_ok();
    let scope = MetricsScope { includes: &includes, max_series: usize::MAX };
    Ok(metrics::text(&site, &scope))
}

/// The series that match `filter`, each as a line of JSON with its verdict and all its runs.
///
/// # Errors
/// Two files of the site have the same path.
pub(crate) fn series_lines(input: &SiteInput<'_>, filter: &Filter) -> Result<Vec<u8>, RenderError> {
    let site = SiteContext::of(input)?;
    let members = presets::members(filter, input, &site.change_ages);
    let lines: Result<Vec<Vec<u8>>, RenderError> =
        members.par_iter().map(|index| api::series::with_runs(&site, *index, 0)).collect();
    Ok(lines?.concat())
}

#[cfg(feature = "bench")]
/// The paths of all files of the site, in the order in which they are made.
///
/// # Errors
/// Two files have the same path.
pub(crate) fn paths(input: &SiteInput<'_>) -> Result<Vec<String>, RenderError> {
    let site = SiteContext::of(input)?;
    Ok(jobs::all(&site, SiteShard::WHOLE, None)?.into_iter().map(|job| job.path).collect())
}

/// The series that match `filter` and have a run at `head`, each against its level at `base`: what
/// the page of the pair shows.
///
/// # Errors
/// Two files of the site have the same path.
pub(crate) fn compare(
    input: &SiteInput<'_>,
    base: CommitIndex,
    head: CommitIndex,
    filter: &Filter,
) -> Result<Vec<(usize, SeriesDelta)>, RenderError> {
    let site = SiteContext::of(input)?;
    let members = presets::members(filter, input, &site.change_ages);
    let compared = comparison::compare_commits(&site, base, head, Some(&members));
    Ok(compared.into_iter().map(|entry| (entry.series, entry.delta)).collect())
}
