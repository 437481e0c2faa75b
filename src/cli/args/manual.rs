//! The arguments of `completions` and `man`.

use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// Shell of the script that is printed
    #[arg(required_unless_present = "out", conflicts_with = "out")]
    pub(crate) shell: Option<clap_complete::Shell>,
    /// Write the scripts of all shells to this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command to this folder: benchpages.1, benchpages-check.1, …
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
