//! `compare`: two commits, series by series, as the page of the pair shows them.

use anyhow::{Context, bail};

use crate::app::build::site_input;
use crate::app::existing;
use crate::app::load::load;
use crate::app::load_options::LoadOptions;
use crate::app::observer::{Observer, Silent};
use crate::report::candidate;
use crate::report::compare::{CommitComparison, ComparisonInput};
use crate::report::links::ReportLinks;
use crate::report::urls;
use crate::site;
use crate::vcs::git;
use model::filter::Filter;
use model::series::CommitIndex;

/// Compares two commits, each a measured one or a name that git knows here.
///
/// # Errors
/// The history cannot be loaded, a name stands for no measured commit, or the base was measured by
/// a pull request alone.
pub(crate) fn compare(
    options: &LoadOptions,
    base: &str,
    head: &str,
    filter: &Filter,
    observer: &dyn Observer,
) -> anyhow::Result<CommitComparison> {
    let project = load(options, &Silent)?;
    project.warnings.iter().for_each(|warning| observer.detail(warning));
    let history = &project.history;
    let commit = |name: &str| {
        candidate::measured_commit(history, name, &git::ancestors)?
            .with_context(|| existing::no_commit(history, name))
    };
    let (base_commit, head_commit) = (commit(base)?, commit(head)?);
    // A pull request is put behind the main line to be compared; there is nothing behind it.
    if !history.commits[base_commit.0 as usize].main_line {
        bail!("base `{base}` was not measured on the main line; a pull request can only be HEAD");
    }
    let id = |commit: CommitIndex| history.commits[commit.0 as usize].id.clone();
    let (base, head) = (id(base_commit), id(head_commit));
    let links = ReportLinks {
        base_url: project.site.base_url.clone(),
        diff_path: Some(urls::diff(&urls::pair(&base, &head))),
        code_url: None,
        ..ReportLinks::default()
    };
    existing::warn_of_filter(filter, &project.series, observer);
    let compared = site::compare(&site_input(&project), base_commit, head_commit, filter)?;
    let input = ComparisonInput {
        base,
        head,
        series: &project.series,
        analyses: &project.analyses.by_series,
        links,
    };
    Ok(CommitComparison::of(compared, input))
}
