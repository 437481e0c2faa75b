//! The arguments of commands that make a site.

#![allow(rustdoc::bare_urls)]

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::args::OutputFormat;

/// How a site is built.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SiteArgs {
    /// Folder to write; an existing one must be a site of benchpages
    #[arg(long, default_value = "site", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Address of the site (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Audience of the site; a public one hides the fields of site.redact [default: site.audience,
    /// internal]
    #[arg(long, value_enum, value_name = "WHO")]
    pub(crate) audience: Option<AudienceArg>,
    /// Read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
    /// Write index.html in links, so that pages work from disk without a server
    #[arg(long)]
    pub(crate) explicit_index: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AudienceArg {
    Public,
    Internal,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Format of the summary
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Port on this machine; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Path of the site on the server, as a project's GitHub Pages have one
    #[arg(long, default_value = "/", value_name = "PATH")]
    pub(crate) base_path: String,
}
