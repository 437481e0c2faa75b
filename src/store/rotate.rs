//! What is older than the policy keeps moves to `archive/YYYY-MM.ndjson.gz`, whole months at a
//! time; `summaries/YYYY-MM.ndjson` keeps the trend. Lines that cannot be read stay where they are.
//!
//! Each step leaves the directory whole: first the archive has the lines too, then the summaries
//! stand, then the results lose them. A rotation that was cut off is completed by the next one, and
//! one more changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::Context;
use flate2::{Compression, GzBuilder};
use serde_json::value::RawValue;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::fast_parser::LineScanner;
use crate::store::unpack::unpack_whole;
use crate::store::walk::FileOwner;
use crate::store::{json_line, own_file_limit, walk};
use model::limits::Limits;
use model::summary::DailySummaries;

/// What a rotation would move.
#[derive(Debug, Default)]
pub(crate) struct RotationPlan {
    /// Months that have lines to move, with how many, oldest first.
    pub(crate) months: BTreeMap<String, usize>,
    /// Files that lose lines.
    files: Vec<walk::RecordFile>,
    /// Pull requests that move whole, with how many records, by number.
    pub(crate) pulls: BTreeMap<u64, usize>,
    /// Their files.
    pull_files: Vec<walk::RecordFile>,
    /// Files that hold old and new records in one array or one packed file, and stay whole.
    pub(crate) skipped: Vec<String>,
}

/// What a rotation did: bytes of results before, of archive and summaries after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RotationResult {
    pub(crate) records: usize,
    pub(crate) bytes: u64,
    pub(crate) packed_bytes: u64,
    pub(crate) summary_bytes: u64,
}

/// Records of a file: each one's text and month, and what else it holds.
struct DatedLines<'t> {
    records: Vec<(&'t str, String)>,
    /// Lines that are no records, or have no time.
    undated: usize,
    /// Cannot lose some of its lines.
    indivisible: bool,
}

/// Finds what is older than `before`, a month as `YYYY-MM`.
///
/// # Errors
/// The directory or a file in it cannot be read.
pub(crate) fn plan(directory: &Directory, before: &str) -> anyhow::Result<RotationPlan> {
    let mut plan = RotationPlan::default();
    for file in walk::record_files(directory, false)?.files {
        if !file.name.starts_with("results/") {
            continue;
        }
        let text = text(directory, &file.name)?;
        let lines = lines(&file, &text);
        let old = |month: &str| month < before;
        let (moved, kept): (Vec<_>, Vec<_>) =
            lines.records.iter().partition(|(_, month)| old(month));
        if moved.is_empty() {
            continue;
        }
        // An array or a packed file would have to be written anew; of that kind only whole files
        // move.
        if lines.indivisible && (!kept.is_empty() || lines.undated > 0) {
            plan.skipped.push(file.name.clone());
            continue;
        }
        for (_, month) in moved {
            *plan.months.entry(month.clone()).or_default() += 1;
        }
        plan.files.push(file);
    }
    Ok(plan)
}

/// Adds the pull requests whose records are all older than `before`. A pull request moves whole: a
/// part of it would be compared with itself.
///
/// # Errors
/// The directory or a file in it cannot be read.
pub(crate) fn plan_pulls(
    directory: &Directory,
    before: &str,
    plan: &mut RotationPlan,
) -> anyhow::Result<()> {
    let (mut files, mut recent) = (Vec::new(), BTreeSet::new());
    for file in walk::record_files(directory, false)?.files {
        let FileOwner::Pull(number) = file.owner else { continue };
        let text = text(directory, &file.name)?;
        let lines = lines(&file, &text);
        // Lines without a time stay, and nobody knows how old they are.
        let is_old = |(_, month): &(&str, String)| month.as_str() < before;
        if lines.undated > 0 || !lines.records.iter().all(is_old) {
            recent.insert(number);
        }
        *plan.pulls.entry(number).or_default() += lines.records.len();
        files.push(file);
    }
    plan.pulls.retain(|number, records| *records > 0 && !recent.contains(number));
    let moves = |file: &walk::RecordFile| match file.owner {
        FileOwner::Pull(number) => plan.pulls.contains_key(&number),
        _ => false,
    };
    files.retain(moves);
    plan.pull_files = files;
    Ok(())
}

/// Does what was planned under the same lock; `tracked` are the fields that make a runner.
///
/// # Errors
/// A file cannot be read or written; nothing is lost then, and the next rotation completes it.
pub(crate) fn apply(
    directory: &Directory,
    lock: &HistoryLock,
    plan: &RotationPlan,
    tracked: &[String],
) -> anyhow::Result<RotationResult> {
    let mut done = RotationResult::default();
    // Before anything moves: a link in their place must not stop a rotation halfway.
    directory.create_folder(lock, "archive")?;
    directory.create_folder(lock, "summaries")?;
    for month in plan.months.keys() {
        let archive = format!("archive/{month}.ndjson.gz");
        let mut all: BTreeSet<String> =
            text(directory, &archive)?.lines().map(str::to_owned).collect();
        for file in &plan.files {
            let text = text(directory, &file.name)?;
            let records = lines(file, &text).records;
            let of_month = records.into_iter().filter(|(_, of)| of == month);
            all.extend(of_month.map(|(line, _)| one_line(line)));
        }
        let packed = pack(&all)?;
        done.packed_bytes += replace_if_new(directory, lock, &archive, &packed)?;
        let summary = summarize(&all, tracked);
        let path = format!("summaries/{month}.ndjson");
        done.summary_bytes += replace_if_new(directory, lock, &path, summary.as_bytes())?;
    }
    for file in &plan.files {
        let (records, bytes) = remove(directory, lock, file, &plan.months)?;
        done.records += records;
        done.bytes += bytes;
    }
    apply_pulls(directory, lock, plan, &mut done)?;
    Ok(done)
}

/// Moves the pull requests of a plan: first the archive has their records too, then their files go.
fn apply_pulls(
    directory: &Directory,
    lock: &HistoryLock,
    plan: &RotationPlan,
    done: &mut RotationResult,
) -> anyhow::Result<()> {
    if !plan.pulls.is_empty() {
        directory.create_folder(lock, "archive/pulls")?;
    }
    for number in plan.pulls.keys() {
        let archive = format!("archive/pulls/{number}.ndjson.gz");
        let mut all: BTreeSet<String> =
            text(directory, &archive)?.lines().map(str::to_owned).collect();
        let of_pull = plan.pull_files.iter().filter(|it| it.owner == FileOwner::Pull(*number));
        let of_pull: Vec<&walk::RecordFile> = of_pull.collect();
        for file in &of_pull {
            let text = text(directory, &file.name)?;
            let records = lines(file, &text).records;
            all.extend(records.iter().map(|(line, _)| one_line(line)));
            done.records += records.len();
            done.bytes += text.len() as u64;
        }
        done.packed_bytes += replace_if_new(directory, lock, &archive, &pack(&all)?)?;
        for file in of_pull {
            directory.remove(lock, &file.name)?;
        }
    }
    Ok(())
}

/// Bytes as gzip, the same for the same text: no name and no time in the head.
///
/// # Errors
/// None that memory would not have.
pub(super) fn packed(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzBuilder::new().write(Vec::new(), Compression::default());
    packer.write_all(text)?;
    packer.finish()
}

/// A month's archive.
pub(super) fn pack(lines: &BTreeSet<String>) -> std::io::Result<Vec<u8>> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    packed(text.as_bytes())
}

/// A month's summary.
pub(super) fn summarize(lines: &BTreeSet<String>, tracked: &[String]) -> String {
    let (mut days, mut scanner) = (DailySummaries::new(tracked), LineScanner::default());
    for record in lines.iter().filter_map(|line| json_line::parse(line, &mut scanner).ok()) {
        if record.pull.is_none() {
            days.push(&record);
        }
    }
    days.lines()
}

/// Replaces a file unless it is the same already; its size.
pub(super) fn replace_if_new(
    directory: &Directory,
    lock: &HistoryLock,
    file: &str,
    bytes: &[u8],
) -> anyhow::Result<u64> {
    if directory.read(file, own_file_limit())?.is_none_or(|old| old != bytes) {
        directory.replace(lock, file, bytes)?;
    }
    Ok(bytes.len() as u64)
}

/// Takes the moved months out of a file; how many records and bytes that were.
fn remove(
    directory: &Directory,
    lock: &HistoryLock,
    file: &walk::RecordFile,
    months: &BTreeMap<String, usize>,
) -> anyhow::Result<(usize, u64)> {
    let text = text(directory, &file.name)?;
    let lines = lines(file, &text);
    let gone: BTreeSet<*const u8> = lines
        .records
        .iter()
        .filter(|(_, month)| months.contains_key(month))
        .map(|(line, _)| line.as_ptr())
        .collect();
    let bytes = lines.records.iter().filter(|(line, _)| gone.contains(&line.as_ptr()));
    let bytes: usize = bytes.map(|(line, _)| line.len() + 1).sum();
    if gone.len() == lines.records.len() && lines.undated == 0 {
        directory.remove(lock, &file.name)?;
    } else {
        let kept = text.lines().filter(|line| !gone.contains(&line.trim().as_ptr()));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        directory.replace(lock, &file.name, kept.as_bytes())?;
    }
    Ok((gone.len(), bytes as u64))
}

fn lines<'t>(file: &walk::RecordFile, text: &'t str) -> DatedLines<'t> {
    let packed = file.path.extension().is_some_and(|it| it == "gz" || it == "zst");
    let array: Option<Vec<&RawValue>> =
        if file.is_json { serde_json::from_str(text).ok() } else { None };
    let whole = packed || array.is_some();
    let each: Vec<&str> = match array {
        Some(array) => array.into_iter().map(RawValue::get).collect(),
        None => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
    };
    let mut scanner = LineScanner::default();
    let mut lines = DatedLines { records: Vec::new(), undated: 0, indivisible: whole };
    for line in each {
        match json_line::parse(line, &mut scanner).ok().and_then(|record| record.timestamp) {
            Some(time) => {
                let month = time.to_string().get(..7).unwrap_or_default().to_owned();
                lines.records.push((line, month));
            }
            None => lines.undated += 1,
        }
    }
    lines
}

/// A record on one line: an array may spread it over several.
fn one_line(record: &str) -> String {
    if record.contains('\n') { compact_json(record) } else { record.to_owned() }
}

fn compact_json(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or_else(|_| text.replace('\n', " "), |value| value.to_string())
}

/// A file's text, unpacked; empty where there is none.
pub(super) fn text(directory: &Directory, file: &str) -> anyhow::Result<String> {
    let Some(bytes) = directory.read(file, own_file_limit())? else { return Ok(String::new()) };
    let bytes = unpack_whole(file, &bytes, &Limits::default())
        .with_context(|| format!("cannot unpack {file}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
