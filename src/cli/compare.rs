//! `benchpages compare`: two commits, series by series.

use anyhow::bail;

use crate::app::compare::compare;
use crate::cli::args::check::{CompareArgs, TableFormat};
use crate::cli::args::published::PublishedArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use model::filter::Filter;

/// The exit status where nothing could be compared.
const EXIT_NOTHING_COMPARED: u8 = 3;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &CompareArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    // Three dots mean another pair in git; guessing would compare the wrong commits.
    let pair = args.pair.split_once("..").filter(|(_, head)| !head.starts_with('.'));
    let Some((base, head)) = pair else {
        bail!("`{}` is not a pair of commits: write BASE..HEAD", args.pair);
    };
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = SiteArgs {
        published: PublishedArgs::at(args.base_url.clone()),
        with_archive: args.with_archive,
        ..SiteArgs::default()
    };
    let options = load_options(global, &site)?;
    let comparison = compare(&options, base, head, &filter, reporter)?;
    match args.format {
        TableFormat::Text => ui::print(&comparison.text(reporter.palette()))?,
        TableFormat::Json => ui::print(&comparison.json())?,
        TableFormat::Markdown => ui::print(&comparison.markdown())?,
    };
    Ok(if comparison.is_empty() { EXIT_NOTHING_COMPARED } else { 0 })
}
