//! One file of records: its bytes in blocks, its lines in parallel where they are many, each line
//! into the builder. A line that cannot be read is reported; the others are read.

use std::cell::Cell;
use std::io::Read;

use anyhow::Context;
use rayon::prelude::*;

use crate::files::{self, Links};
use crate::store::cache::ParseCache;
use crate::store::fast_parser::LineScanner;
use crate::store::{json_line, own_file_limit, unpack, walk};
use model::history::build::HistoryBuilder;
use model::record::{Problem, SourceLocation};

/// A longer line is rejected: 1 MiB.
pub(super) const MAX_LINE_BYTES: usize = 1 << 20;
/// Bytes parsed as one task; large enough to make a task worth it, small enough to share the work.
const CHUNK_BYTES: usize = 4 << 20;
/// Bytes of a file that are in memory at once, unless one line is longer.
const BLOCK_BYTES: usize = 8 * CHUNK_BYTES;

/// How files are read.
#[derive(Clone, Copy)]
pub(super) struct ReadOptions<'a> {
    pub(super) cache: Option<&'a ParseCache>,
    pub(super) links: Links,
    /// There are enough for all threads: each is read by one.
    pub(super) one_thread_per_file: bool,
}

/// Files for each thread from which on no file is shared among threads.
pub(super) const MIN_FILES_PER_THREAD: usize = 4;

/// Gives back what the threads kept for the next file.
pub(super) fn release_spare_blocks() {
    rayon::broadcast(|_| drop(SPARE_BLOCK.take()));
}

thread_local! {
    /// Memory for the next block of a file, kept for the file after.
    static SPARE_BLOCK: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads a file into the builder; its size, unpacked.
pub(super) fn read_file(
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    way: ReadOptions<'_>,
) -> anyhow::Result<u64> {
    let failure = || format!("cannot read {}", file.path.display());
    // By blocks, so that a large file takes little memory; of one that grows the blocks before come
    // from the cache.
    if !file.is_json && !file.is_packed() {
        let mut input = files::open(&file.path, way.links)?;
        let mut block = SPARE_BLOCK.take();
        let size = read_blocks(&mut input, file, builder, &mut block, way).with_context(failure);
        SPARE_BLOCK.set(block);
        return size;
    }
    let packed = files::read(&file.path, way.links, own_file_limit())?;
    let read =
        |part: &mut HistoryBuilder, _| read_whole(&packed, file, part, way.one_thread_per_file);
    let source = CachedPart { bytes: &packed, file, lines_before: 0 };
    Ok(read_cached(way.cache, &source, builder, read))
}

/// Bytes of a file that an entry of the cache may hold, parsed.
struct CachedPart<'a> {
    bytes: &'a [u8],
    file: &'a walk::RecordFile,
    /// Lines of the file before these bytes.
    lines_before: u32,
}

/// Adds to the builder what `read` reads from a part, from the cache where it is there. `read` gets
/// the number of the first line; the number it returns is kept in the entry.
fn read_cached(
    cache: Option<&ParseCache>,
    part: &CachedPart<'_>,
    builder: &mut HistoryBuilder,
    read: impl FnOnce(&mut HistoryBuilder, u32) -> u64,
) -> u64 {
    let CachedPart { bytes, file, lines_before } = *part;
    let packing = if file.is_packed() { file.name.rsplit('.').next() } else { None };
    let how = format!("{} {:?} {:?}", file.is_json, packing, file.pull);
    let Some((cache, name)) = cache.and_then(|it| Some((it, it.entry_name(bytes, &how)?))) else {
        return read(builder, lines_before.saturating_add(1));
    };
    let (mut parsed, number) = cache.get(&name, &file.name).unwrap_or_else(|| {
        // Lines count from 1 in the entry: the same bytes may stand further down another time.
        let mut parsed = builder.new_sibling();
        let number = read(&mut parsed, 1);
        cache.put(&name, &parsed, number);
        (parsed, number)
    });
    parsed.shift_lines(lines_before);
    builder.merge(parsed);
    number
}

/// Reads a file that is packed or may hold an array; its size, unpacked.
fn read_whole(
    packed: &[u8],
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    many: bool,
) -> u64 {
    let bytes = match unpack(&file.path, packed) {
        Ok(bytes) => bytes,
        Err(error) => {
            builder.reject(Problem {
                location: SourceLocation { file: file.name.clone(), line: 1, column: 1 },
                reason: format!("the file cannot be unpacked: {error:#}"),
                remedy: "pack it again, whole; until then none of its records count".to_owned(),
            });
            return 0;
        }
    };
    let text = without_bom(&bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    // Some tools name line-delimited JSON `.json`: the first character decides.
    let whole = file.is_json && first.is_some_and(|byte| *byte == b'[' || *byte == b'{');
    if !(whole && read_array(text, file, builder).is_ok()) {
        read_block(text, 1, file, builder, many);
    }
    bytes.len() as u64
}

/// Reads lines block by block, so that a file of any size takes the memory of one block, and what
/// is appended to a large file is read without what stood there before.
fn read_blocks(
    input: &mut std::fs::File,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    block: &mut Vec<u8>,
    way: ReadOptions<'_>,
) -> std::io::Result<u64> {
    let (mut kept, mut lines, mut size) = (0, 0_u32, 0);
    // One byte more than the file: the end is seen at once.
    let whole = usize::try_from(input.metadata()?.len()).unwrap_or(BLOCK_BYTES);
    let mut most = BLOCK_BYTES.min(whole.saturating_add(1));
    loop {
        block.resize(block.len().max(most), 0);
        let (filled, ended) = fill_block(input, &mut block[..most], kept)?;
        let end = if ended {
            filled
        } else if let Some(at) = memchr::memrchr(b'\n', &block[..filled]) {
            at + 1
        } else {
            // The line is longer than the block.
            (kept, most) = (filled, 2 * most);
            continue;
        };
        let text = if size == 0 { without_bom(&block[..end]) } else { &block[..end] };
        let part = CachedPart { bytes: text, file, lines_before: lines };
        read_cached(way.cache, &part, builder, |part, first| {
            read_block(text, first, file, part, way.one_thread_per_file);
            0
        });
        let more = memchr::memchr_iter(b'\n', text).count();
        lines = lines.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        size += end as u64;
        if ended {
            return Ok(size);
        }
        block.copy_within(end..filled, 0);
        kept = filled - end;
    }
}

/// Fills the rest of a block; how many bytes it holds then, and whether the input has ended.
fn fill_block(
    input: &mut impl Read,
    block: &mut [u8],
    from: usize,
) -> std::io::Result<(usize, bool)> {
    let mut at = from;
    while at < block.len() {
        match input.read(&mut block[at..]) {
            Ok(0) => return Ok((at, true)),
            Ok(more) => at += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((at, false))
}

/// The text without the byte order mark that some editors write.
fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Reads whole lines, in parallel where they are many and files are not.
fn read_block(
    text: &[u8],
    first_line: u32,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    many: bool,
) {
    if many {
        return read_lines(text, first_line, file, builder);
    }
    match split_into_chunks(text, first_line).as_slice() {
        [] => {}
        [(chunk, first_line)] => read_lines(chunk, *first_line, file, builder),
        chunks => {
            let parts = chunks.par_iter().map(|(chunk, first_line)| {
                let mut part = builder.new_sibling();
                read_lines(chunk, *first_line, file, &mut part);
                part
            });
            for part in parts.collect::<Vec<_>>() {
                builder.merge(part);
            }
        }
    }
}

/// The text in pieces that end at line ends, each with the number of its first line.
fn split_into_chunks(mut text: &[u8], mut line: u32) -> Vec<(&[u8], u32)> {
    let mut chunks = Vec::new();
    while !text.is_empty() {
        let end = match text.get(CHUNK_BYTES..) {
            Some(rest) => memchr::memchr(b'\n', rest).map_or(text.len(), |at| CHUNK_BYTES + at + 1),
            None => text.len(),
        };
        let (chunk, rest) = text.split_at(end);
        chunks.push((chunk, line));
        let lines = memchr::memchr_iter(b'\n', chunk).count();
        line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        text = rest;
    }
    chunks
}

pub(super) fn read_lines(
    chunk: &[u8],
    first_line: u32,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
) {
    let number = builder.add_file(&file.name);
    let mut scanner = LineScanner::default();
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', chunk).chain([chunk.len()]);
    for (index, end) in ends.enumerate() {
        let line_number = first_line.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        let line = &chunk[start..end];
        start = end + 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            read_line(builder, &mut scanner, line, file, (number, line_number));
        }
    }
}

/// Reads a line into the builder; `place` is the file's number there, and the line's.
fn read_line(
    builder: &mut HistoryBuilder,
    scanner: &mut LineScanner,
    line: &[u8],
    file: &walk::RecordFile,
    place: (u32, u32),
) {
    let problem = |column: u32, reason: String, remedy: &str| Problem {
        location: SourceLocation { file: file.name.clone(), line: place.1, column },
        reason,
        remedy: remedy.to_owned(),
    };
    // A file without line ends must not become one record of any size.
    if line.len() > MAX_LINE_BYTES {
        let reason = format!("line of {} bytes; the limit is 1 MiB", line.len());
        builder.reject(problem(1, reason, "split the record, or leave out its samples"));
        return;
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let column = u32::try_from(error.valid_up_to() + 1).unwrap_or(u32::MAX);
            builder.reject(problem(column, "not UTF-8".to_owned(), "write the file as UTF-8"));
            return;
        }
    };
    match json_line::parse(text, scanner) {
        Ok(mut record) => {
            record.pull = record.pull.or(file.pull);
            builder.push(&record, place.0, place.1);
        }
        Err(error) => builder.reject(problem(error.column, error.reason, error.remedy)),
    }
}

/// A JSON array of records, or one record over several lines.
///
/// # Errors
/// The text is neither; nothing was taken into the builder then.
fn read_array(
    text: &[u8],
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
) -> anyhow::Result<()> {
    let text = std::str::from_utf8(text)?;
    let records: Vec<&serde_json::value::RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text)?
    } else {
        vec![serde_json::from_str(text)?]
    };
    let number = builder.add_file(&file.name);
    let mut scanner = LineScanner::default();
    let (mut line, mut read) = (1, 0);
    for record in records {
        let start = record.get().as_ptr() as usize - text.as_ptr() as usize;
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[read..start]).count();
        line += u32::try_from(lines).unwrap_or(u32::MAX);
        read = start;
        read_line(builder, &mut scanner, record.get().as_bytes(), file, (number, line));
    }
    Ok(())
}
