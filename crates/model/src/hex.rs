//! Bytes and hashes in hexadecimal digits: how ids, file names and signatures are written.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Two lower-case digits for each byte: `[1, 255]` → `01ff`.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The first `digits` digits (of 64) of the SHA-256 of a text.
pub fn sha256(text: &str, digits: usize) -> String {
    let mut out = encode(Sha256::digest(text.as_bytes()));
    out.truncate(digits);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_of_the_standard() {
        assert_eq!(encode([0, 1, 255]), "0001ff");
        // FIPS 180-4, the example of a message of one block.
        assert_eq!(sha256("abc", 13), "ba7816bf8f01c");
        assert_eq!(sha256("", 100).len(), 64);
    }
}
