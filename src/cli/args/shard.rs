//! The arguments of `shard`: the steps of a build on several machines.

use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::args::published::PublishedArgs;
use crate::site::shard::SiteShard;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ShardCommand {
    /// Step 1, on each machine: read some of the records into a part
    ///
    /// Any split of the records will do. A record that cannot be read travels in the part, and the
    /// health page of the site lists it.
    Map(MapArgs),
    /// Step 2, once: merge the parts and analyze them; reads all but the records in --data
    Votes(VotesArgs),
    /// Step 3, on each machine: write the pages of one shard of the site
    Pages(PagesArgs),
    /// Step 4, once: join the shards to the site that `build` makes, byte for byte
    Assemble(AssembleArgs),
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MapArgs {
    /// Files of records [default: standard input]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read this share of the record files in --data instead, as 1/8: every eighth file
    #[arg(long, value_name = "I/N", conflicts_with = "files")]
    pub(crate) shard: Option<SiteShard>,
    /// Part to write, as parts/1.part
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// File name of standard input within the history, as rejected records give it; below pulls/ it
    /// names the pull request
    #[arg(long, default_value = "stdin.ndjson", value_name = "NAME")]
    pub(crate) name: String,
    /// With --shard, read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct VotesArgs {
    /// Parts, or folders of parts (*.part)
    #[arg(value_name = "PART", required = true)]
    pub(crate) parts: Vec<PathBuf>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) published: PublishedArgs,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PagesArgs {
    /// File that `shard votes` wrote
    #[arg(value_name = "FILE")]
    pub(crate) analysis: PathBuf,
    /// Shard to write, as 1/8: the first of eight
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: SiteShard,
    /// Folder of all shards; this one becomes 1-of-8 in it
    #[arg(long, default_value = "shards", value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AssembleArgs {
    /// Folder of all shards
    #[arg(value_name = "DIR")]
    pub(crate) shards: PathBuf,
    /// Folder to write; an existing one must be a site of benchpages
    #[arg(long, default_value = "site", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Move the files of the shards instead of copying them: faster, and leaves no shards
    #[arg(long = "move")]
    pub(crate) moves: bool,
}
