//! A hash of content: equal hashes stand for equal content, on every machine.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher as StandardHasher};

use blake3::Hasher;

/// Bytes of a hash: enough that no two files ever share one by accident.
pub(crate) const HASH_BYTES: usize = 16;

/// The first 128 bits of the BLAKE3 hash of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContentHash([u8; HASH_BYTES]);

impl ContentHash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        Self::first_of(&hasher)
    }

    /// Reads what [`fmt::Display`] wrote: hexadecimal digits.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        let mut bytes = [0; HASH_BYTES];
        if digits.len() != 2 * HASH_BYTES || !digits.is_ascii() {
            return None;
        }
        for (byte, at) in bytes.iter_mut().zip((0..digits.len()).step_by(2)) {
            *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub(crate) fn bytes(self) -> [u8; HASH_BYTES] {
        self.0
    }

    /// The first eight bytes as a number.
    pub(crate) fn number(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    fn first_of(hasher: &Hasher) -> Self {
        let mut bytes = [0; HASH_BYTES];
        hasher.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&model::hex::encode(self.0))
    }
}

/// Makes the hash of several parts. The parts `ab` and `c` are other content than `a` and `bc`.
#[derive(Default)]
pub(crate) struct ContentHasher {
    hasher: Hasher,
    /// What is not yet hashed: a call for each number would cost more than its hash.
    buffer: Vec<u8>,
}

/// Bytes that are hashed at once: BLAKE3 takes many of its chunks together, and none together with
/// half of another.
const BUFFER_BYTES: usize = 32 << 10;
/// Bytes of a chunk of BLAKE3.
const CHUNK_BYTES: usize = 1 << 10;

impl ContentHasher {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.write(bytes);
        self
    }

    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        self.write(&number.to_le_bytes());
        self
    }

    /// A value by all its fields, as `Debug` writes them. A field that a type gets later is part of
    /// the hash without a line of code here.
    pub(crate) fn debug(&mut self, value: &dyn fmt::Debug) -> &mut Self {
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = write!(text, "{value:?}");
        self.bytes(text.as_bytes())
    }

    /// The same by its `Hash`, for what there is a lot of.
    pub(crate) fn value(&mut self, value: &impl Hash) -> &mut Self {
        value.hash(self);
        self
    }

    pub(crate) fn content(mut self) -> ContentHash {
        self.flush();
        ContentHash::first_of(&self.hasher)
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        self.buffer.clear();
    }
}

/// So that a type with `#[derive(Hash)]` can be part of the content.
impl StandardHasher for ContentHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            let whole = self.buffer.len() / CHUNK_BYTES * CHUNK_BYTES;
            self.hasher.update(&self.buffer[..whole]);
            self.buffer.drain(..whole);
        }
    }

    fn finish(&self) -> u64 {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.buffer);
        ContentHash::first_of(&hasher).number()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_back_as_it_was_written() {
        let hash = ContentHash::of(b"page");
        assert_eq!(ContentHash::parse(&hash.to_string()), Some(hash));
        for digits in ["", "00", &"0".repeat(31), &"g".repeat(32), &"é".repeat(16)] {
            assert_eq!(ContentHash::parse(digits), None, "{digits}");
        }
    }

    #[test]
    fn where_one_part_ends_and_the_next_begins_counts() {
        let hash = |parts: [&str; 2]| {
            let mut hasher = ContentHasher::default();
            for part in parts {
                hasher.bytes(part.as_bytes());
            }
            hasher.content()
        };
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
        assert_eq!(hash(["ab", "c"]), hash(["ab", "c"]));
    }
}
