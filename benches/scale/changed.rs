//! How many bytes of a site differ from one day to the next: what a push to a pages branch, a copy
//! to object storage or a reader who comes back every day has to move.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rustc_hash::FxHashSet;

use crate::Asked;
use crate::bed::{self, Bed};
use crate::child;
use crate::table::{Row, figure, megabytes, share};

const SERIES: u32 = 5_000;
const DAYS: u32 = 200;
/// One in so many series runs on a quiet day.
const QUIET: usize = 10;
/// Bytes of a block that both sites may share.
const BLOCK: usize = 32;
/// An odd number: the factor of the hash of a block.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// What differs between two sites.
#[derive(Default)]
struct ChangedBytes {
    /// Bytes of the newer site.
    bytes: u64,
    /// Bytes of its files that are not in the older site as they are.
    in_changed_files: u64,
    /// Bytes of those files that [`new_bytes`] counts.
    new_bytes: u64,
}

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    let history = bed.history(SERIES, DAYS)?;
    let days = bed::days(&history)?;
    let newest = days.last().context("a history of some days")?;
    let before = days.get(days.len().wrapping_sub(2)).context("a history of two days")?;
    let lines = std::fs::read(newest)?;
    std::fs::remove_file(newest)?;
    let old = bed.path("site-before");
    // The clock stands at the end of the day that was measured last.
    build_on(bed, &history, &old, before)?;
    let quiet = some_lines(&lines, QUIET);
    let mut rows = Vec::new();
    for (what, lines) in [("a full day", &lines), ("a tenth of the series", &quiet)] {
        std::fs::File::create(newest)?.write_all(lines)?;
        let site = bed.path("site-after");
        build_on(bed, &history, &site, newest)?;
        let difference = difference(&old, &site)?;
        bed::remove(&site)?;
        rows.push(figure(
            &format!("bytes of the site of 1,000,000 records that differ after {what}"),
            format!(
                "{} of {} ({}); in changed files {}",
                megabytes(difference.new_bytes),
                megabytes(difference.bytes),
                share(difference.new_bytes as f64, difference.bytes as f64),
                share(difference.in_changed_files as f64, difference.bytes as f64),
            ),
        ));
    }
    std::fs::write(newest, &lines)?;
    Ok(rows)
}

/// Builds the site as it is at the end of a day, which is the name of its file.
fn build_on(bed: &Bed, history: &Path, site: &Path, day: &Path) -> anyhow::Result<()> {
    let date = day.file_stem().unwrap_or_default().to_string_lossy();
    let mut command = bed.program();
    command.args(["build", "--demo", "--no-cache", "--now", &format!("{date}T23:59:59Z")]);
    command.arg("--data").arg(history).arg("--out").arg(site);
    child::run(&mut command).map(drop)
}

/// The first and every n-th line after it.
fn some_lines(text: &[u8], every: usize) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.step_by(every).flatten().copied().collect()
}

fn difference(old: &Path, new: &Path) -> anyhow::Result<ChangedBytes> {
    let mut sum = ChangedBytes::default();
    for path in bed::files(new)?.into_keys() {
        let text = std::fs::read(new.join(&path))?;
        let size = text.len() as u64;
        sum.bytes += size;
        let former = read_if_there(&old.join(&path))?;
        if former.as_ref() != Some(&text) {
            sum.in_changed_files += size;
            sum.new_bytes += new_bytes(&former.unwrap_or_default(), &text);
        }
    }
    Ok(sum)
}

fn read_if_there(path: &PathBuf) -> anyhow::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        other => Ok(Some(other?)),
    }
}

/// The bytes that rsync would send of the new file with blocks of 32 bytes: those that stand in no
/// 32 consecutive bytes which are a block of the old file, wherever in it. Blocks of the old file
/// begin at multiples of 32.
fn new_bytes(old: &[u8], new: &[u8]) -> u64 {
    let blocks: FxHashSet<u64> = old.chunks_exact(BLOCK).map(hash).collect();
    // The factor of the byte that leaves a block.
    let out = (0..BLOCK).fold(1_u64, |product, _| product.wrapping_mul(FACTOR));
    let (mut sent, mut at, mut rolling) = (0, 0, None);
    while at + BLOCK <= new.len() {
        let value = rolling.unwrap_or_else(|| hash(&new[at..at + BLOCK]));
        if blocks.contains(&value) {
            (at, rolling) = (at + BLOCK, None);
            continue;
        }
        sent += 1;
        rolling = new.get(at + BLOCK).map(|next| {
            let value = value.wrapping_mul(FACTOR).wrapping_add(u64::from(*next) + 1);
            value.wrapping_sub(out.wrapping_mul(u64::from(new[at]) + 1))
        });
        at += 1;
    }
    sent + (new.len() - at) as u64
}

/// A polynomial of the bytes, which can go on with the next byte.
fn hash(block: &[u8]) -> u64 {
    let next =
        |value: u64, byte: &u8| value.wrapping_mul(FACTOR).wrapping_add(u64::from(*byte) + 1);
    block.iter().fold(0, next)
}
