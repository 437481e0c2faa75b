//! The head of an audit log: how many lines it has, and the hash of the newest one.
//!
//! ```text
//! 3:9f2c…e1    the first three lines, and through their hashes every character of them
//! ```
//!
//! A log cannot prove its own end: an emptied, cut or rewritten one looks like a new one. A head
//! that is kept where the log's writer cannot change it (the published site, the result of a check)
//! can. Heads are read from text and from JSON; knows no files.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::audit::{AuditChain, FIRST_PREVIOUS_HASH};

/// Digits of a hash.
const HASH_DIGITS: usize = 64;

/// A point in a log: everything up to it is proven by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Lines up to here; 0 for a log without any.
    pub count: u64,
    /// Hash of the last of them, 64 lower-case hexadecimal digits; zeros where there is none.
    pub hash: String,
}

/// Why a log does not go on from a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadMismatch {
    /// The log has fewer proven lines than the head counts: `lines` of them.
    Shorter { lines: u64 },
    /// The line with the head's number has another hash.
    Rewritten,
}

impl Default for AuditHead {
    /// The head of a log without lines.
    fn default() -> Self {
        Self { count: 0, hash: FIRST_PREVIOUS_HASH.to_owned() }
    }
}

impl fmt::Display for AuditHead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.count, self.hash)
    }
}

impl FromStr for AuditHead {
    type Err = String;

    /// Reads `COUNT:HASH`.
    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is not COUNT:HASH with {HASH_DIGITS} hexadecimal digits");
        let (count, hash) = text.trim().split_once(':').ok_or_else(fault)?;
        let is_hash =
            hash.len() == HASH_DIGITS && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        let count = count.parse().ok().filter(|_| is_hash).ok_or_else(fault)?;
        Ok(Self { count, hash: hash.to_ascii_lowercase() })
    }
}

impl AuditHead {
    /// The head in a JSON file of this program: the `audit` of a check's result, of the site's
    /// `health.json` and of `audit verify --format json`.
    ///
    /// # Errors
    /// The text is no such JSON, or the log was already broken when it was written.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let file: Value =
            serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let audit = file.get("audit").ok_or("it has no `audit`")?;
        if audit.get("intact").and_then(Value::as_bool) != Some(true) {
            return Err("the log was already broken when it was written".to_owned());
        }
        let count =
            audit.get("entries").and_then(Value::as_u64).ok_or("`audit` has no `entries`")?;
        let hash = audit.get("head").and_then(Value::as_str).ok_or("`audit` has no `head`")?;
        format!("{count}:{hash}").parse()
    }

    /// Checks that a log holds everything up to this head, and goes on from there or ends.
    ///
    /// # Errors
    /// Lines are missing at its end, or it is another log. Lines after a break are no proof.
    pub fn check(&self, chain: &AuditChain) -> Result<(), HeadMismatch> {
        let Some(last) = self.count.checked_sub(1) else {
            // Every log goes on from nothing; another hash belongs to no log.
            let is_first = self.hash == FIRST_PREVIOUS_HASH;
            return if is_first { Ok(()) } else { Err(HeadMismatch::Rewritten) };
        };
        let last = usize::try_from(last).unwrap_or(usize::MAX);
        match chain.verified().nth(last) {
            Some(link) if link.hash == self.hash => Ok(()),
            Some(_) => Err(HeadMismatch::Rewritten),
            None => Err(HeadMismatch::Shorter { lines: chain.head().count }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audit::{AuditEntry, format_line, read};
    use crate::record::time::Timestamp;

    /// A log with one line for each reason.
    fn log(reasons: &[u8]) -> AuditChain {
        let mut head = AuditHead::default();
        let lines = reasons.iter().map(|reason| {
            let entry = AuditEntry {
                time: Timestamp::from_micros(0),
                kind: "override".to_owned(),
                actor: "ada".to_owned(),
                reason: reason.to_string(),
                commit: None,
                details: serde_json::Map::new(),
            };
            let (line, hash) = format_line(&entry, &head);
            head = AuditHead { count: head.count + 1, hash };
            line + "\n"
        });
        read(&lines.collect::<String>())
    }

    #[test]
    fn a_head_is_read_from_text_and_from_json() {
        let head = log(&[1, 2]).head();
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        let AuditHead { count, hash } = &head;
        let json = |intact: bool| {
            let audit = format!("\"entries\": {count}, \"head\": \"{hash}\", \"intact\": {intact}");
            format!("{{\"audit\": {{{audit}}}}}")
        };
        assert_eq!(AuditHead::from_json(&json(true)), Ok(head.clone()));
        assert!(AuditHead::from_json(&json(false)).unwrap_err().contains("already broken"));
        for text in ["", "3", "3:", "x:00", "-1:00", &hash[..], &format!("2:{}", &hash[1..])] {
            assert!(text.parse::<AuditHead>().is_err(), "{text}");
        }
        for text in ["", "[]", "{}", "{\"audit\": {\"intact\": true, \"entries\": 1}}"] {
            assert!(AuditHead::from_json(text).is_err(), "{text}");
        }
        let stranger = AuditHead { count: 0, ..head };
        assert_eq!(stranger.check(&log(&[1, 2])), Err(HeadMismatch::Rewritten));
    }

    proptest! {
        #[test]
        fn a_log_holds_a_head_exactly_where_it_begins_with_the_same_lines(
            remembered in proptest::collection::vec(0u8..2, 0..4),
            present in proptest::collection::vec(0u8..2, 0..5),
        ) {
            let holds = log(&remembered).head().check(&log(&present));
            prop_assert_eq!(holds.is_ok(), present.starts_with(&remembered));
            let is_shorter = present.len() < remembered.len();
            let shorter = HeadMismatch::Shorter { lines: present.len() as u64 };
            prop_assert_eq!(holds == Err(shorter), is_shorter);
        }

        #[test]
        fn no_text_breaks_the_readers(text in "(?s).{0,80}") {
            let _ = text.parse::<AuditHead>();
            let _ = AuditHead::from_json(&text);
        }
    }
}
