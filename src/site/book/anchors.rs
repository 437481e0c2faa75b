//! The anchors of headings, the same on the page, in links and in the index of the search.
//!
//! `1. First step` gets `at-1-first-step`; a second heading of this text `at-1-first-step-1`.

use std::collections::BTreeMap;

/// Ids of the frame around each page.
const FRAME_IDS: [&str; 3] = ["main", "find", "stale"];
/// Longest anchor, in bytes.
const MAX_ANCHOR_BYTES: usize = 120;

/// The anchors that the headings of one text have so far.
#[derive(Debug, Default)]
pub(crate) struct HeadingAnchors {
    /// How often each has come.
    counts: BTreeMap<String, u32>,
}

impl HeadingAnchors {
    /// The anchor of the next heading, numbered as GitHub does, so that a link is right in both
    /// places; none where its text has no letter.
    pub(crate) fn next(&mut self, text: &str) -> Option<String> {
        let name = anchor(text);
        if name.is_empty() {
            return None;
        }
        let mut count = self.counts.get(&name).copied().unwrap_or(0);
        let mut anchor = name.clone();
        while self.counts.contains_key(&anchor) {
            count += 1;
            anchor = format!("{name}-{count}");
        }
        // The next one goes on from here: a text of equal headings takes no quadratic time.
        self.counts.insert(name, count);
        self.counts.entry(anchor.clone()).or_insert(0);
        Some(anchor)
    }
}

/// The anchor of a heading, as GitHub makes it of the same text. An anchor that was already made
/// stays as it is, so a link's fragment goes through here as well.
pub(crate) fn anchor(text: &str) -> String {
    let mut anchor = String::new();
    for character in text.trim().chars().flat_map(char::to_lowercase) {
        let letter = match character {
            ' ' => '-',
            c if c.is_alphanumeric() || c == '-' || c == '_' => c,
            _ => continue,
        };
        if anchor.len() + letter.len_utf8() > MAX_ANCHOR_BYTES {
            break;
        }
        anchor.push(letter);
    }
    if FRAME_IDS.contains(&anchor.as_str()) {
        anchor.push_str("-section");
    }
    // An id begins with a letter, where GitHub takes `1-first-step`.
    match anchor.chars().next() {
        Some(first) if !first.is_alphabetic() => format!("at-{}", anchor.trim_start_matches('-')),
        _ => anchor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        for (text, expected) in [
            ("In CI", "in-ci"),
            ("What `check` does: 1 + 1", "what-check-does-1--1"),
            ("Größe_2", "größe_2"),
            ("<script>", "script"),
            ("main", "main-section"),
            ("1. First step", "at-1-first-step"),
            ("; and on", "at-and-on"),
        ] {
            assert_eq!(anchor(text), expected, "{text}");
            assert_eq!(anchor(&anchor(text)), expected, "{text}");
        }
    }
}
