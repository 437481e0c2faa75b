//! `benchpages compare`: two commits, series by series.

use anyhow::{Context, bail};

use crate::cli::args::{Compare, Global, Site, Table};
use crate::cli::build;
use crate::cli::talk::{self, Talk};
use crate::context::git;
use crate::gate::compare::Comparison;
use crate::gate::link::Links;
use crate::gate::scene;
use crate::project;
use crate::project::stages;
use crate::site::{self, routes};
use model::filter::Filter;

/// Nothing could be compared.
const NOTHING: u8 = 3;

pub(crate) fn run(global: &Global, args: &Compare, talk: &Talk) -> anyhow::Result<u8> {
    let comparison = compare(global, args, talk)?;
    let text = match args.format {
        Table::Text => comparison.text(),
        Table::Json => comparison.json(),
        Table::Markdown => comparison.markdown(),
    };
    talk::answer(text.as_bytes())?;
    Ok(if comparison.is_empty() { NOTHING } else { 0 })
}

fn compare(global: &Global, args: &Compare, talk: &Talk) -> anyhow::Result<Comparison> {
    let Some((base, head)) = args.pair.split_once("..").filter(|(_, head)| !head.starts_with('.'))
    else {
        bail!("`{}` is no pair of commits: write BASE..HEAD", args.pair);
    };
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = Site {
        out: std::path::PathBuf::new(),
        base_url: args.base_url.clone(),
        audience: None,
        with_archive: args.with_archive,
        explicit_index: false,
    };
    let project = project::load(&build::options(global, &site)?, &stages::silent)?;
    project.warnings.iter().for_each(|warning| talk.detail(warning));
    let history = &project.history;
    let commit = |name: &str| {
        scene::measured(history, name, &git::ancestors)
            .with_context(|| format!("`{name}` is no measured commit, nor a name git knows here"))
    };
    let pair = (commit(base)?, commit(head)?);
    if !history.commits[pair.0.0 as usize].main_line {
        bail!("base `{base}` was not measured on the main line; a pull request can only be HEAD");
    }
    let id = |at: model::series::CommitIndex| history.commits[at.0 as usize].id.clone();
    let ids = (id(pair.0), id(pair.1));
    let links = Links {
        base_url: project.site.base_url.clone(),
        diff: Some(routes::diff(&routes::pair(&ids.0, &ids.1))),
        code: None,
    };
    let compared = site::compared(&project::input(&project), pair, &filter)?;
    let all = (project.grouped.series.as_slice(), project.analyses.each.as_slice());
    Ok(Comparison::of(ids, compared, all, links))
}
