//! `shard assemble`: all shards of a site → its folder, as a build leaves it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use rayon::prelude::*;

use crate::app::build::{self, finish_output};
use crate::app::observer::Observer;
use crate::app::shard::fault::ShardFault;
use crate::app::shard::shard_list::{self, ListedFile, ShardList};
use crate::app::stages::Stages;
use crate::app::up_to_date::BuildSummary;
use crate::files::{Directory, SizeLimit};
use crate::output::Output;
use crate::output::previous::PreviousSite;
use crate::site::shard::SiteShard;

/// What becomes of the files of the shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileTransfer {
    Copy,
    /// They are moved into the site, which is faster, and leaves no shards to begin again with.
    Move,
}

/// A shard with its list.
struct ListedShard {
    shard: SiteShard,
    directory: Directory,
    list: ShardList,
}

/// Most shards that an error names.
const MAX_NAMED: usize = 10;

/// Joins the shards in a folder to the site at `out`.
///
/// # Errors
/// A shard is missing, damaged, or of another site; the message says which to make again. Or the
/// site cannot be written.
pub(crate) fn assemble(
    shards: &Path,
    out: &Path,
    files: FileTransfer,
    observer: &dyn Observer,
) -> anyhow::Result<BuildSummary> {
    let mut stages = Stages::new();
    let listed = read_lists(shards)?;
    stages.finish("read lists");
    check_paths(&listed)?;
    let keep = listed.first().map(|first| first.list.keep.as_slice()).unwrap_or_default();
    let output = Output::prepare(out, PreviousSite::Remove, keep)?;
    let all: Vec<(&ListedShard, &ListedFile)> = listed
        .iter()
        .flat_map(|listed| listed.list.files.iter().map(move |file| (listed, file)))
        .collect();
    let (done, total) = (AtomicU64::new(0), all.len() as u64);
    let mut faults: Vec<(u32, String)> = all
        .par_iter()
        .filter_map(|(listed, file)| {
            let taken = take_file(listed, file, &output, files);
            observer.progress("writing files", done.fetch_add(1, Ordering::Relaxed) + 1, total);
            taken.err().map(|fault| (listed.shard.number(), format!("{fault:#}")))
        })
        .collect();
    if !faults.is_empty() {
        faults.sort();
        faults.dedup_by_key(|(number, _)| *number);
        let message = named_faults(shards, &listed, &faults);
        return Err(ShardFault::Incomplete.error(message));
    }
    let pages = all.iter().filter(|(_, file)| file.path.ends_with(".html")).count() as u64;
    let facts = listed.first().map(|first| &first.list);
    let summary = BuildSummary {
        pages,
        files: total,
        series: facts.map_or(0, |it| it.series),
        records: facts.map_or(0, |it| it.records),
        rejected: facts.map_or(0, |it| it.rejected),
        ..BuildSummary::default()
    };
    let summary = finish_output(output, summary, observer)?;
    stages.finish("wrote");
    observer.stages(&stages);
    build::size_warning(&summary).iter().for_each(|warning| observer.warn(warning));
    Ok(summary)
}

/// The lists of all shards, of one analysis.
fn read_lists(shards: &Path) -> anyhow::Result<Vec<ListedShard>> {
    let present = shard_list::shards_in(shards)?;
    let count = present.first().map_or(0, |shard| shard.count()) as u32;
    let all = (1..=count).filter_map(|number| SiteShard::new(number, count));
    let read: Vec<(u32, anyhow::Result<ListedShard>)> = all
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|shard| {
            let directory = ShardList::directory(shards, shard);
            let list = match present.contains(&shard) {
                true => ShardList::read(&directory, shard),
                false => Err(anyhow::anyhow!("its folder is missing")),
            };
            (shard.number(), list.map(|list| ListedShard { shard, directory, list }))
        })
        .collect();
    let (mut listed, mut faults): (Vec<ListedShard>, Vec<(u32, String)>) = Default::default();
    for (number, read) in read {
        match read {
            Ok(shard) => listed.push(shard),
            Err(fault) => faults.push((number, format!("{fault:#}"))),
        }
    }
    if !faults.is_empty() {
        let message = named_faults(shards, &listed, &faults);
        return Err(ShardFault::Incomplete.error(message));
    }
    // A shard of another analysis shows other verdicts: two truths in one site.
    let mut analyses: Vec<&str> = listed.iter().map(|it| it.list.analysis.as_str()).collect();
    analyses.sort_unstable();
    analyses.dedup();
    if analyses.len() > 1 {
        let of = |analysis: &str| {
            let shards = listed.iter().filter(|it| it.list.analysis == analysis);
            let numbers: Vec<u32> = shards.map(|it| it.shard.number()).collect();
            format!(
                "{} from analysis {}",
                number_list(&numbers),
                &analysis.get(..12).unwrap_or_default()
            )
        };
        let groups: Vec<String> = analyses.iter().map(|analysis| of(analysis)).collect();
        return Err(ShardFault::MixedAnalyses.error(format!(
            "{} has shards of {} analyses: {}; run `benchpages shard pages` again for those of the \
             older one",
            shards.display(),
            analyses.len(),
            groups.join("; ")
        )));
    }
    Ok(listed)
}

/// Checks that no two shards have the same file.
fn check_paths(listed: &[ListedShard]) -> anyhow::Result<()> {
    let all = listed.iter().flat_map(|listed| {
        listed.list.files.iter().map(move |file| (file.path.as_str(), listed.shard))
    });
    let mut all: Vec<(&str, SiteShard)> = all.collect();
    all.sort_unstable_by_key(|(path, _)| *path);
    match all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some([(path, first), (_, second)]) => Err(ShardFault::Overlap.error(format!(
            "{path} is in shard {first} and in shard {second}: run `benchpages shard pages` again \
             for both, with one version of benchpages"
        ))),
        _ => Ok(()),
    }
}

/// Puts one file into the site, if it is the one that its shard lists.
fn take_file(
    listed: &ListedShard,
    file: &ListedFile,
    output: &Output,
    files: FileTransfer,
) -> anyhow::Result<()> {
    let limit = SizeLimit { bytes: file.bytes, key: None };
    let bytes = match listed.directory.read(&file.path, limit) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => bail!("{} is missing", file.path),
        Err(error) => bail!("{}: {error}", file.path),
    };
    if blake3::hash(&bytes).to_hex().as_str() != file.blake3 {
        bail!("{} is altered", file.path);
    }
    match files {
        FileTransfer::Copy => output.write(&file.path, &bytes)?,
        FileTransfer::Move => output.adopt(&file.path, &listed.directory, &bytes)?,
    }
    Ok(())
}

/// `shards/3-of-7: it is missing …` for each, and what to do.
fn named_faults(shards: &Path, listed: &[ListedShard], faults: &[(u32, String)]) -> String {
    let count = listed.first().map(|it| it.shard.count());
    let count = count.or_else(|| Some(shard_list::shards_in(shards).ok()?.first()?.count()));
    let count = count.unwrap_or(faults.len());
    let mut lines: Vec<String> = faults
        .iter()
        .take(MAX_NAMED)
        .map(|(number, fault)| format!("shard {number}/{count}: {fault}"))
        .collect();
    if faults.len() > MAX_NAMED {
        lines.push(format!("… and {} more", faults.len() - MAX_NAMED));
    }
    let numbers: Vec<u32> = faults.iter().map(|(number, _)| *number).collect();
    lines.push(format!(
        "run `benchpages shard pages --shard N/{count} --out {}` again for N = {}",
        shards.display(),
        number_list(&numbers)
    ));
    lines.join("\n")
}

/// `1, 3, 4`, and how many more.
fn number_list(numbers: &[u32]) -> String {
    let named: Vec<String> = numbers.iter().take(MAX_NAMED).map(u32::to_string).collect();
    match numbers.len().saturating_sub(MAX_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
