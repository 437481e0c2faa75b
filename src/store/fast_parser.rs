//! The fast reader of a line of history: one flat JSON object without escapes, as every tool writes
//! most of its records.
//!
//! Any other line, above all one with an error, is an [`UnusualLine`] and left to the general
//! reader, which also words the errors: this one takes only lines that both read alike. It halves
//! the time of reading (`cargo bench --bench scale` compares it with the fastest general reader).

use std::borrow::Cow;

use serde::Deserialize;

use crate::store::raw_record::{FieldReader, RawRecord, SizeValue, take_field};
use model::record::fields::RecordField;

/// The line is left to the general reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnusualLine;

/// Nested deeper than this is left to the general reader, which has a limit of its own.
const MAX_DEPTH: usize = 64;

/// Reads lines one after another. Lines of one file mostly have the same fields in the same order:
/// what a field is needs to be asked once.
#[derive(Debug, Default)]
pub(crate) struct LineScanner {
    /// By its place in the line: the name last seen there, and which field that is.
    field_names: Vec<(Box<str>, Option<RecordField>)>,
}

impl LineScanner {
    /// # Errors
    /// The line is not of the usual form.
    pub(super) fn scan<'a>(&mut self, line: &'a str) -> Result<RawRecord<'a>, UnusualLine> {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if !is_plain(line.as_bytes()) {
            return Err(UnusualLine);
        }
        let mut cursor = LineCursor { text: line, at: 0 };
        let mut raw = RawRecord::with_capacity();
        cursor.take(b'{')?;
        if cursor.next_is(b'}') {
            return Err(UnusualLine);
        }
        let mut place = 0;
        loop {
            cursor.skip_whitespace();
            let (name, field) = self.name(place, &mut cursor)?;
            cursor.take(b':')?;
            cursor.skip_whitespace();
            take_field(&mut raw, field, Cow::Borrowed(name), &mut cursor)?;
            place += 1;
            if !cursor.next_is(b',') {
                break;
            }
        }
        cursor.take(b'}')?;
        cursor.skip_whitespace();
        if cursor.at == line.len() { Ok(raw) } else { Err(UnusualLine) }
    }

    /// The name of the field at this place, and which field that is.
    fn name<'a>(
        &mut self,
        place: usize,
        cursor: &mut LineCursor<'a>,
    ) -> Result<(&'a str, Option<RecordField>), UnusualLine> {
        // Comparing with the expected name is cheaper than finding its end and looking it up:
        // reading costs 1.8 times what serde_json needs for borrowed structs; it was 2.1.
        if let Some((known, field)) = self.field_names.get(place)
            && let Some(name) = cursor.expected_string(known)
        {
            return Ok((name, *field));
        }
        let name = cursor.string()?;
        let field = RecordField::from_name(name);
        match self.field_names.get_mut(place) {
            Some(known) => *known = (name.into(), field),
            None => self.field_names.push((name.into(), field)),
        }
        Ok((name, field))
    }
}

/// No escapes and no control characters: then a string ends at the next quote.
fn is_plain(line: &[u8]) -> bool {
    // No early way out within a piece, so that many bytes are looked at in one step.
    let plain = |piece: &[u8]| {
        piece.iter().fold(true, |plain, byte| plain & (*byte >= 0x20) & (*byte != b'\\'))
    };
    line.chunks(128).all(plain)
}

/// Decimal digits of which a double holds every whole number.
const EXACT_DIGITS: usize = 15;
/// Powers of ten up to [`EXACT_DIGITS`], which a double holds too.
const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

struct LineCursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> LineCursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Takes one byte, and the spaces before it.
    fn take(&mut self, wanted: u8) -> Result<(), UnusualLine> {
        if self.next_is(wanted) { Ok(()) } else { Err(UnusualLine) }
    }

    fn next_is(&mut self, wanted: u8) -> bool {
        self.skip_whitespace();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// What stands from `start` to here.
    fn since(&self, start: usize) -> Result<&'a str, UnusualLine> {
        self.text.get(start..self.at).ok_or(UnusualLine)
    }

    fn string(&mut self) -> Result<&'a str, UnusualLine> {
        if self.peek() != Some(b'"') {
            return Err(UnusualLine);
        }
        let start = self.at + 1;
        let rest = self.text.as_bytes().get(start..).ok_or(UnusualLine)?;
        self.at = start + memchr::memchr(b'"', rest).ok_or(UnusualLine)?;
        let string = self.since(start);
        self.at += 1;
        string
    }

    /// A string that is expected here: to compare is cheaper than to look for its end.
    fn expected_string(&mut self, expected: &str) -> Option<&'a str> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let string = rest.get(1..1 + expected.len())?;
        let quoted = rest[0] == b'"' && rest.get(1 + expected.len()) == Some(&b'"');
        let found = quoted && string == expected.as_bytes();
        let start = self.at + 1;
        self.at += if found { expected.len() + 2 } else { 0 };
        self.text.get(start..start + expected.len()).filter(|_| found)
    }

    /// Digits, at least one; `number` goes on with them, and wraps around where they are many.
    fn digits(&mut self, number: &mut u64) -> Result<usize, UnusualLine> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            *number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        if self.at > start { Ok(self.at - start) } else { Err(UnusualLine) }
    }

    /// A number by the grammar of JSON (RFC 8259, section 6), as written; and its size where it is
    /// the exact quotient of two numbers that a double holds: then one division rounds correctly
    /// (Clinger 1990).
    fn raw_number(&mut self) -> Result<(&'a str, Option<f64>), UnusualLine> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        self.at += usize::from(is_negative);
        let (mut number, mut fraction) = (0, 0);
        let mut digits = 1;
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            digits = self.digits(&mut number)?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            fraction = self.digits(&mut number)?;
        }
        let is_scaled = matches!(self.peek(), Some(b'e' | b'E'));
        if is_scaled {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits(&mut 0)?;
        }
        // Fewer digits than that make two exact doubles, whose quotient is correctly rounded; other
        // numbers go to the standard library.
        let size = (digits + fraction <= EXACT_DIGITS && !is_scaled)
            .then(|| number as f64 / POWERS_OF_TEN[fraction])
            .map(|size| if is_negative { -size } else { size });
        Ok((self.since(start)?, size))
    }

    fn finite(&mut self) -> Result<f64, UnusualLine> {
        let (written, size) = self.raw_number()?;
        if let Some(size) = size {
            return Ok(size);
        }
        let number: f64 = written.parse().map_err(|_| UnusualLine)?;
        if number.is_finite() { Ok(number) } else { Err(UnusualLine) }
    }

    /// Any value as written; the general reader says whether it is one.
    fn raw_value(&mut self) -> Result<&'a str, UnusualLine> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => drop(self.string()?),
            Some(b'{' | b'[') => self.skip_nested()?,
            Some(b'-' | b'0'..=b'9') => drop(self.raw_number()?),
            _ => {
                while self.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
                    self.at += 1;
                }
            }
        }
        self.since(start)
    }

    /// Goes past an object or an array.
    fn skip_nested(&mut self) -> Result<(), UnusualLine> {
        let mut depth = 0;
        loop {
            match self.peek().ok_or(UnusualLine)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            match depth {
                0 => return Ok(()),
                1..MAX_DEPTH => {}
                _ => return Err(UnusualLine),
            }
        }
    }
}

impl<'a> FieldReader<'a> for LineCursor<'a> {
    type Error = UnusualLine;

    fn text(&mut self, _: &str) -> Result<Option<Cow<'a, str>>, UnusualLine> {
        match self.peek() {
            Some(b'"') => self.string().map(|text| Some(Cow::Borrowed(text))),
            Some(b'-' | b'0'..=b'9') => {
                let start = self.at;
                // As the general reader would: it refuses what is no finite number.
                self.finite()?;
                self.since(start).map(|text| Some(Cow::Borrowed(text)))
            }
            Some(b't' | b'f') => {
                let start = self.at;
                let rest = &self.text.as_bytes()[start..];
                self.at += if rest.starts_with(b"true") { 4 } else { 5 };
                let literal = self.since(start)?;
                let known = literal == "true" || literal == "false";
                if known { Ok(Some(Cow::Borrowed(literal))) } else { Err(UnusualLine) }
            }
            _ => Err(UnusualLine),
        }
    }

    fn number(&mut self, _: &str) -> Result<Option<f64>, UnusualLine> {
        self.finite().map(Some)
    }

    fn flag(&mut self, _: &str) -> Result<Option<bool>, UnusualLine> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(UnusualLine)?;
        let flag = rest.starts_with(b"true");
        if !flag && !rest.starts_with(b"false") {
            return Err(UnusualLine);
        }
        self.at += if flag { 4 } else { 5 };
        Ok(Some(flag))
    }

    fn size(&mut self, name: &str) -> Result<Option<u64>, UnusualLine> {
        let start = self.at;
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            let (written, size) = self.raw_number()?;
            let whole = size.filter(|_| written.bytes().all(|byte| byte.is_ascii_digit()));
            if let Some(whole) = whole {
                return Ok(Some(whole as u64));
            }
        }
        self.at = start;
        Ok(self.value::<SizeValue>(name)?.map(|size| size.0))
    }

    fn numbers(&mut self, _: &str) -> Result<Vec<f64>, UnusualLine> {
        let mut numbers = Vec::with_capacity(4);
        self.take(b'[')?;
        if self.next_is(b']') {
            return Ok(numbers);
        }
        loop {
            self.skip_whitespace();
            numbers.push(self.finite()?);
            if !self.next_is(b',') {
                break;
            }
        }
        self.take(b']')?;
        Ok(numbers)
    }

    fn value<T: Deserialize<'a>>(&mut self, _: &str) -> Result<Option<T>, UnusualLine> {
        let written = self.raw_value()?;
        serde_json::from_str(written).map_err(|_| UnusualLine)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::json_line;
    use model::record::fields::RECORD_FIELDS;

    /// What both readers make of a line, the quick one having read others before.
    fn both(line: &str) {
        let mut scanner = LineScanner::default();
        let _ = scanner.scan(r#"{"commit":"a","test":"b","n":1,"os":"x","value":2}"#);
        let general = json_line::parse_general(line)
            .map_err(|_| ())
            .and_then(|raw| json_line::validate(line, raw).map_err(|_| ()));
        if let Ok(raw) = scanner.scan(line) {
            let quick = json_line::validate(line, raw).map_err(|_| ());
            assert_eq!(format!("{quick:?}"), format!("{general:?}"), "{line}");
        }
    }

    #[test]
    fn the_usual_line_is_read_the_quick_way() {
        let mut scanner = LineScanner::default();
        let told = concat!(
            r#"{"commit":"a","timestamp":"2025-09-21T08:22:00Z","backend":"b","test":"t","n":5,"#,
            r#""parallel":false,"mean_ns":1.5,"warmup_ns":[3.0, 2],"os":"linux","ok":true,"é":5}"#
        );
        let nested = concat!(
            r#"{ "commit" : "a" , "tags": ["x", "]"], "#,
            r#""metrics": {"m": {"value": 1}} }"#,
            "\r"
        );
        for line in [told, nested] {
            assert!(scanner.scan(line).is_ok(), "{line}");
            both(line);
        }
    }

    #[test]
    fn what_is_unusual_is_left_alone() {
        let mut scanner = LineScanner::default();
        for line in [
            "",
            "{",
            "{}",
            "[]",
            "{\"a\"}",
            r#"{"a":"b\n"}"#,
            r#"{"a":null}"#,
            r#"{"mean_ns":1e999}"#,
            r#"{"mean_ns":01}"#,
            r#"{"mean_ns":"1"}"#,
            r#"{"mean_ns":1.}"#,
            r#"{"a":1} x"#,
            r#"{"a":1,}"#,
            "{\"a\":\"tab\there\"}",
            r#"{"a":tru}"#,
            r#"{"warmup_ns":[1,]}"#,
            r#"{"n":1.5}"#,
        ] {
            assert!(matches!(scanner.scan(line), Err(UnusualLine)), "{line}");
        }
    }

    fn name() -> impl Strategy<Value = &'static str> {
        let more = ["metrics", "mean_ns", "std_ns", "value", "samples", "p99", "os", "é"];
        prop::sample::select([&RECORD_FIELDS[..], &more].concat())
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            "\"[ -~é]{0,8}\"",
            "-?[0-9]{1,20}",
            "-?[0-9]{1,3}\\.[0-9]{0,18}([eE][+-]?[0-9]{1,3})?",
            prop::sample::select(vec![
                "null",
                "true",
                "false",
                "nul",
                "[]",
                "{}",
                "[1, 2.5]",
                r#"{"a": {"value": 1, "unit": "us"}, "b": [1]}"#,
                r#"["x", "]"]"#,
                r#""2025-09-21T08:22:00Z""#,
                r#""lower""#,
            ])
            .prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn both_readers_agree_on_any_line(
            fields in prop::collection::vec((name(), value(), "( |)"), 0..8),
            end in "(|\\r| |x|,)",
        ) {
            let field = |(name, value, gap)| format!("\"{name}\"{gap}:{gap}{value}");
            let fields: Vec<String> = fields.into_iter().map(field).collect();
            both(&format!("{{{}}}{end}", fields.join(",")));
        }

        #[test]
        fn both_readers_agree_on_any_text(line in "[\\[\\]{}\",:a-c0-9e.\\- ]{0,40}") {
            both(&line);
        }
    }
}
