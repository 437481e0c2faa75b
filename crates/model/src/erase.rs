//! Erasing a person's name from lines of JSON, and nothing else of them.
//!
//! ```text
//! {"test":"parse","mean_ns":41000,"author":"Ada Lovelace <ada@example.org>"}
//! {"test":"parse","mean_ns":41000,"author":"erased"}
//! ```
//!
//! Only texts change: every number, and every field that says what was measured and when, stays to
//! the letter, so no verdict changes. Lines that are no JSON are taken as plain text. Knows no
//! files.

use crate::text::emails::ERASED;
use crate::text::sanitize;

/// A shorter name stands in many words by chance.
const MIN_NAME_CHARS: usize = 2;
/// Fields that say what was measured and when, of records and of `commits.ndjson`: a name in one of
/// them is that of a benchmark.
const MEASURED_FIELDS: [&str; 15] = [
    "commit",
    "parents",
    "timestamp",
    "commit_time",
    "author_time",
    "suite",
    "test",
    "backend",
    "mode",
    "params",
    "metric",
    "metrics",
    "unit",
    "better",
    "tags",
];

/// Names that are to be erased, without regard to letter case.
#[derive(Clone, Debug)]
pub struct NameEraser(Vec<Vec<char>>);

impl NameEraser {
    /// # Errors
    /// There is no name, or one is too short to be one.
    pub fn new(names: &[String]) -> Result<Self, String> {
        let mut folded = Vec::new();
        for name in names {
            let name = name.trim();
            let visible = name.chars().filter(|c| sanitize::is_visible(*c)).count();
            if visible < MIN_NAME_CHARS || !name.chars().any(char::is_alphabetic) {
                return Err(format!("`{name}` is no name: write {MIN_NAME_CHARS} letters or more"));
            }
            folded.push(name.chars().map(fold).collect::<Vec<char>>());
        }
        if folded.is_empty() {
            return Err("no name is given".to_owned());
        }
        // The longest first: of `Ada` and `Ada Lovelace` no rest may stay.
        folded.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Ok(Self(folded))
    }

    /// A line without the names; none where it has none of them. Its fields may be in any order.
    pub fn erase_line(&self, line: &str) -> Option<String> {
        self.erase_tokens(line, true)
    }

    /// A line without the names; with `keeps_measured` the fields that say what was measured stay.
    fn erase_tokens(&self, line: &str, keeps_measured: bool) -> Option<String> {
        let mut tokens = JsonTokens::of(line);
        let mut out = String::with_capacity(line.len());
        let mut is_changed = false;
        while let Some(token) = tokens.next() {
            let is_kept = keeps_measured && token.is_measured;
            let erased = if is_kept { None } else { self.erase_token(token.text) };
            is_changed |= erased.is_some();
            out.push_str(erased.as_deref().unwrap_or(token.text));
        }
        is_changed.then_some(out)
    }

    /// Whether a text holds one of the names.
    pub fn is_in(&self, text: &str) -> bool {
        self.erase_text(text).is_some()
    }

    /// A text without the names, and without the address that follows one; none where it has none.
    pub fn erase_text(&self, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let folded: Vec<char> = chars.iter().copied().map(fold).collect();
        let mut out = String::with_capacity(text.len());
        let (mut at, mut is_changed) = (0, false);
        while at < chars.len() {
            match self.name_at(&folded, at) {
                Some(end) => {
                    out.push_str(ERASED);
                    at = address_end(&chars, end);
                    is_changed = true;
                }
                None => {
                    out.push(chars[at]);
                    at += 1;
                }
            }
        }
        is_changed.then_some(out)
    }

    /// Where the name ends that begins here as a word of its own.
    fn name_at(&self, folded: &[char], at: usize) -> Option<usize> {
        let is_word = |at: usize| folded.get(at).is_some_and(|c| c.is_alphanumeric());
        if at > 0 && is_word(at - 1) {
            return None;
        }
        let names = self.0.iter().filter(|name| folded[at..].starts_with(name));
        names.map(|name| at + name.len()).find(|end| !is_word(*end))
    }

    /// A token of JSON without the names: a string stays a string. It may hold JSON itself, with
    /// escapes of its own, as a line in quarantine does.
    fn erase_token(&self, token: &str) -> Option<String> {
        match serde_json::from_str::<String>(token) {
            Ok(text) => {
                let erased = self.erase_tokens(&text, false)?;
                Some(serde_json::Value::String(erased).to_string())
            }
            Err(_) => self.erase_text(token),
        }
    }
}

/// One character for one, so that places stay the same.
fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// The end of ` <ada@example.org>` behind a name.
fn address_end(chars: &[char], end: usize) -> usize {
    let blanks = chars[end..].iter().take_while(|c| **c == ' ').count();
    let start = end + blanks;
    if chars.get(start) != Some(&'<') {
        return end;
    }
    let length = chars[start..].iter().position(|c| *c == '>');
    length.map_or(end, |length| start + length + 1)
}

/// A piece of a line: a whole string with its quotes, or what stands between two of them.
struct JsonToken<'a> {
    text: &'a str,
    /// It says what was measured, or when.
    is_measured: bool,
}

/// Cuts a line into strings and what is between them, and follows which field each belongs to.
struct JsonTokens<'a> {
    rest: &'a str,
    /// For each open object or array, whether it belongs to a measured field.
    open: Vec<bool>,
    /// Whether the value that comes next does.
    is_measured: bool,
}

impl<'a> JsonTokens<'a> {
    fn of(line: &'a str) -> Self {
        Self { rest: line, open: Vec::new(), is_measured: false }
    }

    fn next(&mut self) -> Option<JsonToken<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let length = match self.rest.strip_prefix('"') {
            Some(inside) => string_length(inside),
            None => self.rest.find('"').unwrap_or(self.rest.len()),
        };
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        let is_string = text.starts_with('"');
        let is_key = is_string && rest.trim_start().starts_with(':');
        if is_key {
            let name = text.trim_matches('"');
            self.is_measured = self.open.last() == Some(&true) || MEASURED_FIELDS.contains(&name);
        } else if !is_string {
            text.chars().for_each(|c| self.follow(c));
        }
        Some(JsonToken { text, is_measured: self.is_measured })
    }

    fn follow(&mut self, c: char) {
        match c {
            '{' | '[' => self.open.push(self.is_measured),
            '}' | ']' => self.is_measured = self.open.pop().unwrap_or(false),
            // An element belongs to its array; in an object the next key decides.
            ',' => self.is_measured = self.open.last().copied().unwrap_or(false),
            _ => {}
        }
    }
}

/// Bytes of a string with both quotes, from what follows the first; to the end where it does not
/// end.
fn string_length(inside: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 2,
            _ => {}
        }
    }
    inside.len() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eraser(names: &[&str]) -> NameEraser {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        NameEraser::new(&names).unwrap()
    }

    #[test]
    fn names_go_and_what_was_measured_stays_to_the_letter() {
        let ada = eraser(&["Ada", "ada lovelace"]);
        for (line, erased) in [
            (
                "{\"author\":\"Ada Lovelace <a@b.de>\",\"mean_ns\":1.50e3}",
                "{\"author\":\"erased\",\"mean_ns\":1.50e3}",
            ),
            (
                "{ \"test\" : \"ada\", \"os\" : \"ADA's \\\"box\\\"\"}",
                "{ \"test\" : \"ada\", \"os\" : \"erased's \\\"box\\\"\"}",
            ),
            (
                "[{\"metrics\":{\"ada\":{\"unit\":\"ada\"}},\"by\":[\"x\",\"\\u0041da\"]}]",
                "[{\"metrics\":{\"ada\":{\"unit\":\"ada\"}},\"by\":[\"x\",\"erased\"]}]",
            ),
            (
                "{\"tags\":[\"ada\"],\"error\":\"lost by ada\"}",
                "{\"tags\":[\"ada\"],\"error\":\"lost by erased\"}",
            ),
            ("no JSON of ada, \"ada", "no JSON of erased, \"erased"),
            (
                "{\"text\":\"{\\\"test\\\":\\\"\\\\u0041da\\\"}\"}",
                "{\"text\":\"{\\\"test\\\":\\\"erased\\\"}\"}",
            ),
        ] {
            assert_eq!(ada.erase_line(line).as_deref(), Some(erased));
        }
        for line in ["{\"author\":\"Adam, Nada\"}", "{\"test\":\"ada\",\"commit\":\"ada\"}", ""] {
            assert_eq!(ada.erase_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_name_has_two_letters_or_more() {
        for names in [&[][..], &[""], &["a"], &["42"], &["\u{200b}a"]] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert!(NameEraser::new(&names).is_err(), "{names:?}");
        }
    }

    proptest! {
        #[test]
        fn a_line_stays_json_loses_the_name_and_keeps_every_other_value(
            before in "(.{0,8}[ (,;])?", after in "([ ),;].{0,8})?",
            number in any::<f64>(), test in ".{0,8}",
        ) {
            let eraser = eraser(&["zq lovelace"]);
            let author = format!("{before}Zq Lovelace{after}");
            let line = serde_json::json!({"author": author, "mean_ns": number, "test": test});
            let erased = eraser.erase_line(&line.to_string()).unwrap();
            let value: serde_json::Value = serde_json::from_str(&erased).unwrap();
            prop_assert!(!eraser.is_in(&erased));
            prop_assert_eq!(&value["mean_ns"], &line["mean_ns"]);
            prop_assert_eq!(&value["test"], &line["test"]);
            prop_assert_eq!(eraser.erase_line(&erased), None);
        }

        #[test]
        fn no_line_breaks_the_eraser(line in "[\"\\\\{}\\[\\],:a zq\u{e9}]{0,40}") {
            let erased = eraser(&["zq"]).erase_line(&line);
            prop_assert!(erased.is_none_or(|erased| !erased.contains(" zq ")));
        }
    }
}
