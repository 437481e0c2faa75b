//! The arguments of every command that say what is kept for the next run.

use std::path::PathBuf;

#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct CacheArgs {
    /// Folder that keeps parsed files and lists of pages for the next build [default: the user's
    /// cache folder; in CI none, because nothing stays there]
    #[arg(
        id = "cache",
        long = "cache",
        global = true,
        value_name = "DIR",
        env = "BENCHPAGES_CACHE",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub(crate) folder: Option<PathBuf>,
    /// Read every record from its file; neither use nor write a cache folder, and keep no previous
    /// site
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_cache: bool,
}
