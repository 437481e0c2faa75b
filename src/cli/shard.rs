//! `benchpages shard`: a build in steps that other machines can run.

use std::time::Instant;

use crate::app::shard::assemble::{FileTransfer, assemble};
use crate::app::shard::map::{MapInput, map};
use crate::app::shard::pages::pages;
use crate::app::shard::votes::votes;
use crate::cli::args::shard::{AssembleArgs, MapArgs, PagesArgs, ShardCommand, VotesArgs};
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::build::summary_line;
use crate::cli::load_options::load_options;
use crate::cli::ui::Reporter;
use model::text;

pub(crate) fn run(
    global: &GlobalArgs,
    command: ShardCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let summary = match command {
        ShardCommand::Map(args) => run_map(global, args, reporter),
        ShardCommand::Votes(args) => run_votes(global, args, reporter),
        ShardCommand::Pages(args) => run_pages(&args, reporter),
        ShardCommand::Assemble(args) => run_assemble(&args, reporter),
    }?;
    reporter.end_progress();
    reporter.info(&summary);
    Ok(0)
}

fn run_map(global: &GlobalArgs, args: MapArgs, reporter: &Reporter) -> anyhow::Result<String> {
    let site = SiteArgs { with_archive: args.with_archive, ..SiteArgs::default() };
    let options = load_options(global, &site)?;
    let mut stdin = std::io::stdin().lock();
    let input = match args.shard {
        Some(share) => MapInput::Share(share),
        None if args.files.is_empty() => MapInput::Stream(&mut stdin, args.name),
        None => MapInput::Files(args.files),
    };
    let part = map(&options, input, &args.out, reporter)?;
    Ok(format!(
        "Read {} ({} rejected) in {:.1} MB into a part of {:.1} MB",
        text::count_noun(part.records, "record"),
        text::count(part.rejected as u64),
        part.read_bytes as f64 / 1e6,
        part.part_bytes as f64 / 1e6,
    ))
}

fn run_votes(global: &GlobalArgs, args: VotesArgs, reporter: &Reporter) -> anyhow::Result<String> {
    let site = SiteArgs { published: args.published, ..SiteArgs::default() };
    let options = load_options(global, &site)?;
    let analysis = votes(&options, &args.parts, &args.out, reporter)?;
    Ok(format!(
        "Analyzed {} from {} in {}: {:.1} MB",
        text::count_noun(analysis.series as u64, "series"),
        text::count_noun(analysis.records, "record"),
        text::count_noun(analysis.parts as u64, "part"),
        analysis.bytes as f64 / 1e6,
    ))
}

fn run_pages(args: &PagesArgs, reporter: &Reporter) -> anyhow::Result<String> {
    let shard = pages(&args.analysis, args.shard, &args.out, reporter)?;
    let files = text::count_noun(shard.files, "file");
    Ok(format!("Wrote shard {}: {files} in {:.1} MB", args.shard, shard.bytes as f64 / 1e6))
}

fn run_assemble(args: &AssembleArgs, reporter: &Reporter) -> anyhow::Result<String> {
    let started = Instant::now();
    let files = if args.moves { FileTransfer::Move } else { FileTransfer::Copy };
    let summary = assemble(&args.shards, &args.out, files, reporter)?;
    Ok(summary_line(&summary, started.elapsed().as_secs_f64()))
}
