//! `benchpages compare`: two commits, series by series.

use anyhow::{Context, bail};

use crate::app;
use crate::app::stages;
use crate::cli::args::{CompareArgs, GlobalArgs, SiteArgs, TableFormat};
use crate::cli::build;
use crate::cli::ui::{self, Reporter};
use crate::report::candidate;
use crate::report::compare::{CommitComparison, ComparisonInput};
use crate::report::links::ReportLinks;
use crate::report::urls;
use crate::site::{self};
use crate::vcs::git;
use model::filter::Filter;

/// Nothing could be compared.
const EXIT_NOTHING_COMPARED: u8 = 3;

pub(crate) fn run(global: &GlobalArgs, args: &CompareArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let comparison = compare(global, args, talk)?;
    let text = match args.format {
        TableFormat::Text => comparison.text(),
        TableFormat::Json => comparison.json(),
        TableFormat::Markdown => comparison.markdown(),
    };
    ui::print(text.as_bytes())?;
    Ok(if comparison.is_empty() { EXIT_NOTHING_COMPARED } else { 0 })
}

fn compare(
    global: &GlobalArgs,
    args: &CompareArgs,
    talk: &Reporter,
) -> anyhow::Result<CommitComparison> {
    let Some((base, head)) = args.pair.split_once("..").filter(|(_, head)| !head.starts_with('.'))
    else {
        bail!("`{}` is no pair of commits: write BASE..HEAD", args.pair);
    };
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = SiteArgs {
        out: std::path::PathBuf::new(),
        base_url: args.base_url.clone(),
        audience: None,
        with_archive: args.with_archive,
        explicit_index: false,
    };
    let project = app::load(&build::load_options(global, &site)?, &stages::no_progress)?;
    project.warnings.iter().for_each(|warning| talk.detail(warning));
    let history = &project.history;
    let commit = |name: &str| {
        candidate::measured_commit(history, name, &git::ancestors)?
            .with_context(|| format!("`{name}` is no measured commit, nor a name git knows here"))
    };
    let (base_commit, head_commit) = (commit(base)?, commit(head)?);
    if !history.commits[base_commit.0 as usize].main_line {
        bail!("base `{base}` was not measured on the main line; a pull request can only be HEAD");
    }
    let id = |at: model::series::CommitIndex| history.commits[at.0 as usize].id.clone();
    let (base, head) = (id(base_commit), id(head_commit));
    let links = ReportLinks {
        base_url: project.site.base_url.clone(),
        diff_path: Some(urls::diff(&urls::pair(&base, &head))),
        code_url: None,
    };
    let compared = site::compare(&app::site_input(&project), base_commit, head_commit, &filter)?;
    let input = ComparisonInput {
        base,
        head,
        series: &project.grouped.series,
        analyses: &project.analyses.by_series,
        links,
    };
    Ok(CommitComparison::of(compared, input))
}
