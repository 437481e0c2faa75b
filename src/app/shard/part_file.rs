//! A part: the parsed records of one machine, rejected ones among them, and how they were read.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use crate::app::shard::fault::ShardFault;
use crate::app::shard::sealed_file::SealedKind;
use model::history::build::HistoryBuilder;
use model::history::value_options::ValueOptions;

/// Files in a folder that are parts.
const EXTENSION: &str = "part";

const KIND: SealedKind = SealedKind { name: "part", format: 2, command: "benchpages shard map" };

/// Bytes of the hash of the options.
const OPTIONS_BYTES: usize = 16;

/// Writes a part; its size.
///
/// # Errors
/// The disk refuses.
pub(super) fn write(path: &Path, records: &HistoryBuilder) -> anyhow::Result<u64> {
    let options = options_hash(&records.options);
    KIND.write(path, &[options.to_vec(), records.encode_files()])
}

/// Reads parts in parallel and merges them.
///
/// # Errors
/// One of them cannot be read, is damaged, or its values were read in another way than `options`
/// say. All such parts are named.
pub(super) fn read_all(
    paths: &[PathBuf],
    options: &ValueOptions,
    records: HistoryBuilder,
    progress: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<HistoryBuilder> {
    let mut faults: Vec<String> = Vec::new();
    let mut all = records;
    // A few at a time: the bytes of all of them need not be in memory beside their records.
    for some in paths.chunks(2 * rayon::current_num_threads()) {
        let read: Vec<anyhow::Result<HistoryBuilder>> =
            some.par_iter().map(|path| read(path, options)).collect();
        for part in read {
            match part {
                Ok(part) if !all.has_too_many_series() => all.merge(part),
                Ok(_) => {}
                Err(fault) => faults.push(format!("{fault:#}")),
            }
        }
        progress(some.len() as u64);
    }
    if faults.is_empty() { Ok(all) } else { bail!("{}", faults.join("\n")) }
}

fn read(path: &Path, options: &ValueOptions) -> anyhow::Result<HistoryBuilder> {
    let content = KIND.read(path)?;
    let (hash, records) = content
        .payload()
        .split_first_chunk::<OPTIONS_BYTES>()
        .ok_or_else(|| damaged(path, "is too short"))?;
    if *hash != options_hash(options) {
        return Err(ShardFault::OtherPolicy.error(format!(
            "the values of {} were read under another policy (`warmup`, units of `metrics`, or \
             `limits`): {} with the policy of the other steps",
            path.display(),
            KIND.remedy()
        )));
    }
    HistoryBuilder::decode_files(records).ok_or_else(|| damaged(path, "makes no sense"))
}

fn damaged(path: &Path, fault: &str) -> anyhow::Error {
    ShardFault::Damaged.error(format!("{} {fault}: {}", path.display(), KIND.remedy()))
}

/// The parts that the arguments name: files, and the parts in folders, sorted.
///
/// # Errors
/// A folder cannot be listed, or there are no parts.
pub(super) fn list(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    for path in named {
        if !path.is_dir() {
            parts.push(path.clone());
            continue;
        }
        let failure = || format!("cannot list {}", path.display());
        for entry in std::fs::read_dir(path).with_context(failure)? {
            let file = entry.with_context(failure)?.path();
            // What a map that runs now writes has another ending until it is whole.
            if file.extension().is_some_and(|it| it == EXTENSION) {
                parts.push(file);
            }
        }
    }
    if parts.is_empty() {
        return Err(ShardFault::NoParts.error(format!(
            "there are no parts (*.{EXTENSION}) to read: write them with `{}`",
            KIND.command
        )));
    }
    // One part that is named twice would count its records as duplicates.
    parts.sort_unstable();
    parts.dedup();
    Ok(parts)
}

/// What decides how values are read, as a hash.
fn options_hash(options: &ValueOptions) -> [u8; OPTIONS_BYTES] {
    let mut hash = [0; OPTIONS_BYTES];
    let all = blake3::hash(format!("{options:?}").as_bytes());
    hash.copy_from_slice(&all.as_bytes()[..OPTIONS_BYTES]);
    hash
}
