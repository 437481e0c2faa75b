//! The arguments of commands that make a site, in one step or in several.

use std::path::PathBuf;

use clap::ValueEnum;

/// Where a site will stand, and who may see it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PublishedArgs {
    /// Address of the site (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Audience of the site; a public one hides the fields of site.redact [default: site.audience,
    /// internal]
    #[arg(long, value_enum, value_name = "WHO")]
    pub(crate) audience: Option<AudienceArg>,
    /// Write index.html in links, so that pages work from disk without a server
    #[arg(long)]
    pub(crate) explicit_index: bool,
    /// Folder of Markdown files to show as pages of the site; its README.md lists them in order
    #[arg(long, value_name = "DIR")]
    pub(crate) docs: Option<PathBuf>,
}

impl PublishedArgs {
    /// A site that others made at this address.
    pub(crate) fn at(base_url: Option<String>) -> Self {
        Self { base_url, ..Self::default() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AudienceArg {
    Public,
    Internal,
}
