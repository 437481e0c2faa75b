//! One file of records: its bytes in blocks, its lines in parallel where they are many, each line
//! into the builder. A line that cannot be read is reported; the others are read.

use std::cell::Cell;
use std::io::Read;

use anyhow::Context;
use rayon::prelude::*;

use crate::files::{self, FileError, Links};
use crate::store::cache::ParseCache;
use crate::store::record_reader::{Lines, RecordReader, long_line};
use crate::store::unpack::{UnpackLimit, Unpacker, unpack_whole};
use crate::store::{array, walk};
use model::history::build::HistoryBuilder;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation};

/// Bytes parsed as one task; large enough to make a task worth it, small enough to share the work.
const CHUNK_BYTES: usize = 4 << 20;
/// Bytes of a file that are in memory at once. No line may be as long.
const BLOCK_BYTES: usize = 8 * CHUNK_BYTES;
const MIN_BLOCK_BYTES: usize = 64 << 10;

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
    let mut input = files::open(&file.path, way.links)?;
    let limits = builder.limits();
    let is_whole = file.is_json || file.is_packed();
    let (limit, key) = match is_whole {
        true => (limits.array_bytes, "limits.array_bytes"),
        false => (limits.file_bytes, "limits.file_bytes"),
    };
    if input.metadata().with_context(failure)?.len() > limit {
        let too_large = FileError::TooLarge { path: file.path.clone(), limit, key: Some(key) };
        builder.reject(too_large.problem(&file.name));
        return Ok(0);
    }
    // By blocks, so that a large file takes little memory; of one that grows the blocks before come
    // from the cache.
    if !is_whole {
        let mut block = SPARE_BLOCK.take();
        let size = read_blocks(&mut input, file, builder, &mut block, way).with_context(failure);
        SPARE_BLOCK.set(block);
        return size;
    }
    let mut packed = Vec::new();
    input.take(limit).read_to_end(&mut packed).with_context(failure)?;
    let read = |part: &mut HistoryBuilder, _| read_whole(&packed, file, part, way);
    let source = CachedPart { bytes: &packed, file, start: Progress::default() };
    Ok(read_cached(way.cache, &source, builder, read))
}

/// How far the reading of a file has come.
#[derive(Clone, Copy, Default)]
struct Progress {
    lines: u32,
    rejected: u64,
}

/// Bytes of a file that an entry of the cache may hold, parsed.
struct CachedPart<'a> {
    bytes: &'a [u8],
    file: &'a walk::RecordFile,
    /// What was read of the file before these bytes.
    start: Progress,
}

/// Adds to the builder what `read` reads from a part, from the cache where it is there. `read` gets
/// the progress at its start; the number it returns is kept in the entry.
fn read_cached(
    cache: Option<&ParseCache>,
    part: &CachedPart<'_>,
    builder: &mut HistoryBuilder,
    read: impl FnOnce(&mut HistoryBuilder, Progress) -> u64,
) -> u64 {
    let CachedPart { bytes, file, start } = *part;
    let packing = if file.is_packed() { file.name.rsplit('.').next() } else { None };
    let how = format!("{} {:?} {:?} {}", file.is_json, packing, file.owner, start.rejected);
    let Some((cache, name)) = cache.and_then(|it| Some((it, it.entry_name(bytes, &how)?))) else {
        return read(builder, start);
    };
    let (mut parsed, number) = cache.get(&name, &file.name).unwrap_or_else(|| {
        // Lines count from 1 in the entry: the same bytes may stand further down another time.
        let mut parsed = builder.new_sibling();
        let number = read(&mut parsed, Progress { lines: 0, ..start });
        cache.put(&name, &parsed, number);
        (parsed, number)
    });
    parsed.shift_lines(start.lines);
    builder.merge(parsed);
    number
}

/// Reads a file that is packed or may hold an array; its size, unpacked.
pub(super) fn read_whole(
    packed: &[u8],
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    way: ReadOptions<'_>,
) -> u64 {
    // All of its records or none: half of a file would look like a day with few runs.
    let mut part = builder.new_sibling();
    let size = if file.is_json {
        read_json(packed, file, &mut part, way)
    } else {
        let unpacker = Unpacker::new(&file.name, packed, builder.limits());
        unpacker.and_then(|mut unpacker| {
            let options = ReadOptions { cache: None, ..way };
            read_blocks(&mut unpacker, file, &mut part, &mut Vec::new(), options)
        })
    };
    match size {
        Ok(size) => {
            builder.merge(part);
            size
        }
        Err(error) => {
            builder.reject(unpack_problem(file, &error));
            0
        }
    }
}

fn unpack_problem(file: &walk::RecordFile, error: &std::io::Error) -> Problem {
    let (reason, remedy, kind) = match UnpackLimit::of(error) {
        Some(limit) => (limit.to_string(), limit.remedy(), ProblemKind::OverLimit),
        None => (
            format!("the file cannot be unpacked: {error}"),
            "pack it again, whole; until then none of its records count".to_owned(),
            ProblemKind::BrokenArchive,
        ),
    };
    let location = SourceLocation { file: file.name.clone(), line: 1, column: 1 };
    Problem { location, reason, remedy, kind }
}

/// Reads a `.json` file, which may hold an array; its size, unpacked.
fn read_json(
    packed: &[u8],
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    way: ReadOptions<'_>,
) -> std::io::Result<u64> {
    let bytes = unpack_whole(&file.name, packed, builder.limits())?;
    let text = without_bom(&bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    // Some tools name line-delimited JSON `.json`: the first character decides.
    let whole = file.is_json && first.is_some_and(|byte| *byte == b'[' || *byte == b'{');
    if whole {
        let mut part = builder.new_sibling();
        if array::read_array(text, file, &mut part).is_ok() {
            builder.merge(part);
            return Ok(bytes.len() as u64);
        }
    }
    read_block(text, Progress::default(), file, builder, way.one_thread_per_file);
    Ok(bytes.len() as u64)
}

/// Reads lines block by block, so that a file of any size takes the memory of one block, and what
/// is appended to a large file is read without what stood there before.
pub(super) fn read_blocks(
    input: &mut impl Read,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    block: &mut Vec<u8>,
    way: ReadOptions<'_>,
) -> std::io::Result<u64> {
    let (mut kept, mut progress, mut size) = (0, Progress::default(), 0);
    loop {
        let (filled, ended) = fill_block(input, block, kept)?;
        let end = if ended {
            filled
        } else if let Some(at) = memchr::memrchr(b'\n', &block[..filled]) {
            at + 1
        } else {
            // Longer than the block, which is longer than any line may be.
            let skipped = skip_line(input, block, filled)?;
            builder.reject(long_line(file, progress.lines + 1, skipped.bytes, builder.limits()));
            progress.lines = progress.lines.saturating_add(1);
            progress.rejected += 1;
            size += skipped.bytes;
            kept = skipped.kept;
            continue;
        };
        let text = if size == 0 { without_bom(&block[..end]) } else { &block[..end] };
        let part = CachedPart { bytes: text, file, start: progress };
        let rejected = builder.rejected_records().len();
        let outcome = read_cached(way.cache, &part, builder, |part, start| {
            u64::from(read_block(text, start, file, part, way.one_thread_per_file) == Lines::Cut)
        });
        progress.rejected += (builder.rejected_records().len() - rejected) as u64;
        let more = memchr::memchr_iter(b'\n', text).count();
        progress.lines = progress.lines.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        size += end as u64;
        if ended || outcome != 0 || builder.has_too_many_series() {
            return Ok(size);
        }
        block.copy_within(end..filled, 0);
        kept = filled - end;
    }
}

/// A line that was left out.
struct SkippedLine {
    bytes: u64,
    /// Bytes of the next line, at the start of the block.
    kept: usize,
}

/// Reads on to the end of a line of which `filled` bytes are in the block.
fn skip_line(
    input: &mut impl Read,
    block: &mut Vec<u8>,
    filled: usize,
) -> std::io::Result<SkippedLine> {
    let mut bytes = filled as u64;
    loop {
        let (filled, ended) = fill_block(input, block, 0)?;
        if let Some(at) = memchr::memchr(b'\n', &block[..filled]) {
            block.copy_within(at + 1..filled, 0);
            return Ok(SkippedLine { bytes: bytes + at as u64, kept: filled - at - 1 });
        }
        bytes += filled as u64;
        if ended {
            return Ok(SkippedLine { bytes, kept: 0 });
        }
    }
}

/// Fills the rest of a block; how many bytes it holds then, and whether the input has ended. The
/// block grows as it is filled: most files are far smaller.
fn fill_block(
    input: &mut impl Read,
    block: &mut Vec<u8>,
    from: usize,
) -> std::io::Result<(usize, bool)> {
    let mut at = from;
    loop {
        if at == block.len() {
            if at >= BLOCK_BYTES {
                return Ok((at, false));
            }
            block.resize((2 * at).clamp(MIN_BLOCK_BYTES, BLOCK_BYTES), 0);
        }
        match input.read(&mut block[at..]) {
            Ok(0) => return Ok((at, true)),
            Ok(more) => at += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The text without the byte order mark that some editors write.
fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Reads whole lines, in parallel where they are many and files are not.
fn read_block(
    text: &[u8],
    start: Progress,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
    many: bool,
) -> Lines {
    if many {
        return read_lines_from(text, start, file, builder);
    }
    let chunks = split_into_chunks(text, start.lines);
    if let [(chunk, lines)] = chunks.as_slice() {
        return read_lines_from(chunk, Progress { lines: *lines, ..start }, file, builder);
    }
    let parts = chunks.par_iter().map(|(chunk, lines)| {
        let mut part = builder.new_sibling();
        let ended = read_lines_from(chunk, Progress { lines: *lines, ..start }, file, &mut part);
        (part, ended)
    });
    let parts: Vec<(HistoryBuilder, Lines)> = parts.collect();
    let mut rejected = start.rejected;
    for ((chunk, lines), (part, ended)) in chunks.iter().zip(parts) {
        let total = rejected + part.rejected_records().len() as u64;
        if ended == Lines::All && total < builder.limits().rejected_per_file {
            builder.merge(part);
            rejected = total;
            if builder.has_too_many_series() {
                return Lines::Cut;
            }
            continue;
        }
        // A limit may fall into this chunk: where, depends on the chunks before it.
        let before = builder.rejected_records().len();
        let progress = Progress { lines: *lines, rejected };
        if read_lines_from(chunk, progress, file, builder) == Lines::Cut {
            return Lines::Cut;
        }
        rejected += (builder.rejected_records().len() - before) as u64;
    }
    Lines::All
}

/// The text in pieces that end at line ends, each with the number of lines before it.
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

/// Reads lines of which the first is line 1 of its file.
pub(super) fn read_lines(chunk: &[u8], file: &walk::RecordFile, builder: &mut HistoryBuilder) {
    read_lines_from(chunk, Progress::default(), file, builder);
}

fn read_lines_from(
    chunk: &[u8],
    start: Progress,
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
) -> Lines {
    let mut reader = RecordReader::new(file, start.rejected, builder);
    let mut scanned = 0;
    let ends = memchr::memchr_iter(b'\n', chunk).chain([chunk.len()]);
    for (index, end) in ends.enumerate() {
        let index = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let line = &chunk[scanned..end];
        scanned = end + 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if reader.read(line, start.lines.saturating_add(index)) == Lines::Cut {
            return Lines::Cut;
        }
    }
    Lines::All
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor};
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_line_of_any_length_takes_the_memory_of_one_block() {
        let (name, owner) = ("results/a.ndjson".to_owned(), walk::FileOwner::MainLine);
        let file = walk::RecordFile { path: PathBuf::new(), name, is_json: false, owner };
        let way = ReadOptions { cache: None, links: Links::Reject, one_thread_per_file: true };
        let (mut builder, mut block) = (HistoryBuilder::default(), Vec::new());
        let length = 4 * BLOCK_BYTES as u64 + 1;
        let mut input = io::repeat(b'x').take(length).chain(Cursor::new("\nno\n"));
        read_blocks(&mut input, &file, &mut builder, &mut block, way).unwrap();
        assert_eq!(block.capacity(), BLOCK_BYTES);
        let lines: Vec<u32> =
            builder.rejected_records().iter().map(|it| it.location.line).collect();
        assert_eq!(lines, [1, 2]);
    }
}
