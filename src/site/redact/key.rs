//! The key under which redacted values are hashed. It comes from outside the history and never
//! leaves the program: it prints as stars, and only hashes made with it are written.

use model::text::secrets::MASK;

/// Bytes of a key that nobody guesses; shorter ones are rejected, because whoever guesses the key
/// can try out values.
const MIN_KEY_BYTES: usize = 16;
/// Separates these hashes from all others that the same key may ever make.
const CONTEXT: &str = "benchpages 2026 site.redact";
/// Digits of a hash in a page: two of a million values share one with a chance of 1 in 500.
const SHOWN_DIGITS: usize = 12;

/// A key for hashes of redacted values.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RedactionKey([u8; blake3::KEY_LEN]);

impl std::fmt::Debug for RedactionKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(MASK)
    }
}

impl RedactionKey {
    /// # Errors
    /// The text is too short to be a key.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() < MIN_KEY_BYTES {
            return Err(format!(
                "the key has {} bytes, and {MIN_KEY_BYTES} are needed: make one with \
                 `openssl rand -hex 32`",
                text.len()
            ));
        }
        Ok(Self(blake3::derive_key(CONTEXT, text.as_bytes())))
    }

    /// What stands for a value of a field, in hexadecimal digits.
    pub(super) fn hash(&self, field: &str, value: &str) -> String {
        // The length keeps `ab` + `c` and `a` + `bc` apart.
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&field.len().to_le_bytes()).update(field.as_bytes());
        let mut digits = hasher.update(value.as_bytes()).finalize().to_hex().to_string();
        digits.truncate(SHOWN_DIGITS);
        digits
    }

    /// Says only whether two builds have the same key.
    pub(crate) fn fingerprint(&self) -> String {
        blake3::keyed_hash(&self.0, b"fingerprint").to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_depend_on_key_field_and_value_and_nothing_shows_the_key() {
        let key = |text: &str| RedactionKey::new(text).unwrap();
        let (one, other) = (key("0123456789abcdef"), key("0123456789abcdeg\n"));
        let hashes = [
            one.hash("host", "a"),
            one.hash("host", "b"),
            one.hash("hos", "ta"),
            other.hash("host", "a"),
        ];
        let mut different = hashes.to_vec();
        different.sort();
        different.dedup();
        assert_eq!((different.len(), hashes[0].len()), (4, SHOWN_DIGITS));
        assert_eq!(key(" 0123456789abcdef\n").hash("host", "a"), hashes[0]);
        assert_eq!(format!("{one:?}"), "***");
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert!(RedactionKey::new("0123456789abcde ").unwrap_err().contains("15 bytes"));
    }
}
