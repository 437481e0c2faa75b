//! `.gz` and `.zst` files, unpacked as they are read, up to the policy's limits.
//!
//! 30 KB of zstd can unpack to gigabytes ("the same byte 131,072 times"). So what comes out is
//! counted against what went in, and nobody holds all of it at once.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use model::limits::Limits;

/// Unpacked bytes from which on the ratio counts.
const FREE_BYTES: u64 = 64 << 20;

/// Why unpacking ended before the file did.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnpackLimit {
    #[error("it unpacks to more than {limit} bytes")]
    Bytes { limit: u64 },
    #[error("it unpacks to more than {limit} times its size")]
    Ratio { limit: u64 },
}

impl UnpackLimit {
    /// The limit behind an error of reading, if it was one.
    pub(super) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    pub(super) fn remedy(&self) -> String {
        let key = match self {
            Self::Bytes { .. } => "limits.unpacked_bytes",
            Self::Ratio { .. } => "limits.unpack_ratio",
        };
        format!("split the file, or raise `{key}` in policy.yml")
    }
}

/// The unpacked content of a packed file.
pub(super) struct Unpacker<'a> {
    decoder: Box<dyn Read + 'a>,
    consumed: Rc<Cell<u64>>,
    produced: u64,
    max_bytes: u64,
    max_ratio: u64,
}

impl<'a> Unpacker<'a> {
    /// `name` says by its ending how `packed` is packed; other files are read as they are.
    ///
    /// # Errors
    /// The head of the file is broken.
    pub(super) fn new(name: &str, packed: &'a [u8], limits: &Limits) -> io::Result<Self> {
        let consumed = Rc::new(Cell::new(0));
        let input = CountingReader { input: packed, consumed: Rc::clone(&consumed) };
        let decoder: Box<dyn Read + 'a> = match name.rsplit('.').next() {
            Some("gz") => Box::new(MultiGzDecoder::new(input)),
            Some("zst") => Box::new(ZstdFrames::new(input)?),
            _ => Box::new(input),
        };
        let (max_bytes, max_ratio) = (limits.unpacked_bytes, limits.unpack_ratio);
        Ok(Self { decoder, consumed, produced: 0, max_bytes, max_ratio })
    }
}

impl Read for Unpacker<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.produced += count as u64;
        if self.produced > self.max_bytes {
            return Err(io::Error::other(UnpackLimit::Bytes { limit: self.max_bytes }));
        }
        let allowed = self.consumed.get().saturating_mul(self.max_ratio);
        if self.produced > allowed.saturating_add(FREE_BYTES) {
            return Err(io::Error::other(UnpackLimit::Ratio { limit: self.max_ratio }));
        }
        Ok(count)
    }
}

/// Whether a name says that its file is packed.
pub(super) fn is_packed(name: &str) -> bool {
    name.ends_with(".gz") || name.ends_with(".zst")
}

/// The content of a packed file that has to be in memory whole; a plain one is borrowed.
///
/// # Errors
/// It cannot be unpacked, or a limit is met.
pub(super) fn unpack_whole<'a>(
    name: &str,
    packed: &'a [u8],
    limits: &Limits,
) -> io::Result<Cow<'a, [u8]>> {
    if !is_packed(name) {
        return Ok(Cow::Borrowed(packed));
    }
    let mut bytes = Vec::new();
    Unpacker::new(name, packed, limits)?.read_to_end(&mut bytes)?;
    Ok(Cow::Owned(bytes))
}

/// Counts what a decoder takes.
struct CountingReader<'a> {
    input: &'a [u8],
    consumed: Rc<Cell<u64>>,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.consumed.set(self.consumed.get() + count as u64);
        Ok(count)
    }
}

/// All frames of a file: `cat a.zst b.zst` is a file of two.
struct ZstdFrames<'a> {
    frame: Option<StreamingDecoder<CountingReader<'a>, ruzstd::decoding::FrameDecoder>>,
}

impl<'a> ZstdFrames<'a> {
    fn new(input: CountingReader<'a>) -> io::Result<Self> {
        Ok(Self { frame: Some(StreamingDecoder::new(input).map_err(io::Error::other)?) })
    }
}

impl Read for ZstdFrames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(frame) = &mut self.frame {
            let count = frame.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let input = self.frame.take().map(StreamingDecoder::into_inner);
            if let Some(input) = input.filter(|input| !input.input.is_empty()) {
                *self = Self::new(input)?;
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// A frame of blocks that each say "the same byte so many times" (RFC 8878, RLE_Block).
    fn zst(byte: u8, blocks: u32, block_bytes: u32) -> Vec<u8> {
        // Magic number, a window of 128 KiB, no size of the content.
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
        for number in 1..=blocks {
            let is_last = u32::from(number == blocks);
            frame.extend_from_slice(&(block_bytes << 3 | 1 << 1 | is_last).to_le_bytes()[..3]);
            frame.push(byte);
        }
        frame
    }

    fn error_of(name: &str, packed: &[u8], limits: &Limits) -> String {
        let error = unpack_whole(name, packed, limits).unwrap_err();
        let limit = UnpackLimit::of(&error).unwrap();
        format!("{limit}; {}", limit.remedy())
    }

    #[test]
    fn content_comes_back_and_all_frames_of_a_file_do() {
        let limits = Limits::default();
        assert_eq!(*unpack_whole("a.gz", &gz(b"one\ntwo\n"), &limits).unwrap(), *b"one\ntwo\n");
        assert_eq!(*unpack_whole("a.ndjson", b"plain", &limits).unwrap(), *b"plain");
        let two = [zst(b'a', 1, 3), zst(b'b', 2, 1)].concat();
        assert_eq!(*unpack_whole("a.zst", &two, &limits).unwrap(), *b"aaabb");
        assert!(unpack_whole("a.zst", &two[..8], &limits).is_err());
    }

    #[test]
    fn a_bomb_ends_at_its_limit() {
        let limits = Limits::default();
        let message = error_of("a.zst", &zst(0, 7_628, 131_072), &limits);
        assert!(message.starts_with("it unpacks to more than 200 times its size"), "{message}");
        assert!(message.ends_with("raise `limits.unpack_ratio` in policy.yml"), "{message}");
        let small = Limits { unpacked_bytes: 99, ..limits };
        let message = error_of("a.gz", &gz(&[b'x'; 100]), &small);
        assert!(
            message.contains("more than 99 bytes") && message.contains("limits.unpacked_bytes")
        );
        assert!(unpack_whole("a.gz", &gz(&[b'x'; 99]), &small).is_ok());
    }
}
