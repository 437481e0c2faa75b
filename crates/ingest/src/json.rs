//! JSON as tools write it: `NaN` and `Infinity` stand bare in it, numbers stand in text.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::parse::number;

/// Reads JSON in which `NaN` and its like may stand bare.
///
/// # Errors
/// It is no JSON, or JSON of another shape.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    // Legal JSON is the rule, and is read without a copy.
    serde_json::from_str(text).or_else(|fault| match quote_bare_numbers(text) {
        Cow::Borrowed(_) => Err(fault),
        Cow::Owned(legal) => serde_json::from_str(&legal),
    })
}

/// Lines before a JSON value that are passed over: the banner of a package manager, warnings.
const MAX_LINES_BEFORE: usize = 200;

/// The one JSON value in a text of other lines, on the same lines as there; none where there is
/// none, or several.
pub(crate) fn within(text: &str) -> Option<String> {
    let is_start = |line: &str| line.starts_with(['{', '[']);
    let mut lines = text.split_inclusive('\n').take(MAX_LINES_BEFORE);
    let before: usize = lines.by_ref().take_while(|line| !is_start(line)).map(str::len).sum();
    let body = &text[before..];
    if !is_start(body) {
        return None;
    }
    let legal = quote_bare_numbers(body);
    let mut values = serde_json::Deserializer::from_str(&legal).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let (value, after) = legal.split_at(values.byte_offset());
    let mut after = after.lines();
    // What follows on the same line belongs to it, and another value makes it a list of lines.
    let is_alone = after.next().is_none_or(|line| line.trim().is_empty());
    (is_alone && !after.any(is_start)).then(|| {
        let empty_lines = text[..before].matches('\n').count();
        "\n".repeat(empty_lines) + value
    })
}

/// The same text with bare `NaN`, `Infinity`, `-nan`, `inf` and their like in quotes: legal JSON.
/// Columns after one on the same line shift by two.
pub(crate) fn quote_bare_numbers(text: &str) -> Cow<'_, str> {
    // Programs in C print the short ones.
    const BARE: [&str; 8] = ["NaN", "-NaN", "Infinity", "-Infinity", "nan", "-nan", "inf", "-inf"];
    if !["NaN", "Infinity", "nan", "inf"].iter().any(|bare| text.contains(bare)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find(['"', 'N', 'I', 'n', 'i', '-']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        if found.starts_with('"') {
            let end = string_end(found);
            out.push_str(&found[..end]);
            rest = &found[end..];
        } else if let Some(bare) = BARE.iter().find(|bare| found.starts_with(**bare)) {
            out.push('"');
            out.push_str(bare);
            out.push('"');
            rest = &found[bare.len()..];
        } else {
            out.push_str(&found[..1]);
            rest = &found[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Where the string that begins here ends; the text's end where it does not.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A number, a number in text, or none: `null`, `NaN`, `Infinity` and other text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number(pub Option<f64>);

impl Number {
    pub(crate) fn of(value: &Value) -> Self {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => number::parse_number(text),
            _ => None,
        };
        Self(number.filter(|it| it.is_finite()))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&Value::deserialize(deserializer)?))
    }
}

/// A count as a field: whole where it is whole.
pub(crate) fn count_value(number: f64) -> Value {
    // 2^53: up to here every whole number has its own f64.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// The text under a key; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number under a key, also where it stands in text.
pub(crate) fn number(value: &Value, key: &str) -> Option<f64> {
    value.get(key).and_then(|it| Number::of(it).0)
}

/// The list under a key; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The pairs of an object, sorted by key; none of what is no object.
pub(crate) fn pairs(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// Whether at least half of a list is of a kind: one odd row makes no file unknown.
pub(crate) fn mostly<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    is_of_kind: impl Fn(&Value) -> bool,
) -> bool {
    let (mut count, mut total) = (0_usize, 0_usize);
    for value in values {
        total += 1;
        count += usize::from(is_of_kind(value));
    }
    count > 0 && 2 * count >= total
}

/// The numbers of a list; what is none is passed over.
pub(crate) fn numbers(values: &[Value]) -> Vec<f64> {
    values.iter().filter_map(|it| Number::of(it).0).collect()
}

/// Text as it is, anything else as JSON writes it.
pub(crate) fn to_plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The elements of a list as they stand; anything else is the only element of one.
///
/// # Errors
/// The text is no JSON.
pub(crate) fn elements(text: &str) -> Result<Vec<&RawValue>, serde_json::Error> {
    if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(text).map(|one| vec![one])
    }
}

/// Lines of parts of a text, asked for from its beginning to its end; counts each byte once.
pub(crate) struct LineCounter<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
}

impl<'t> LineCounter<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line, from 1, on which a part of the text begins.
    pub(crate) fn line_of(&mut self, part: &'t str) -> usize {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.offset..start).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count();
        self.offset = self.offset.max(start);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_are_quoted_outside_of_text_only() {
        let text = r#"{"NaN \" Infinity": [NaN, -Infinity, -nan, inf, null, -1, "-inf"]}"#;
        let legal = r#"{"NaN \" Infinity": ["NaN", "-Infinity", "-nan", "inf", null, -1, "-inf"]}"#;
        assert_eq!(quote_bare_numbers(text), legal);
    }

    #[test]
    fn json_among_other_lines_is_found_with_its_lines() {
        let text = "\n> app@1.0.0 bench\n> tool --json\n\n{\n\"a\": NaN\n}\nDone in 3.2s.\n";
        assert_eq!(within(text).as_deref(), Some("\n\n\n\n{\n\"a\": \"NaN\"\n}"));
        for text in ["{\"a\":1}\n{\"a\":2}\n", "[OVERALL], x, 1\n", "{\"a\":1} x\n", "a\n", ""] {
            assert_eq!(within(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_around_a_value_makes_it_panic(text in "[ab{}\\[\\]\":1,\n é]{0,40}") {
            let _ = within(&text);
        }

        #[test]
        fn what_is_legal_means_the_same_after(text in "[NaIfnityul\"\\\\ ,\\[\\]\\-0-9é]{0,60}") {
            if let Ok(before) = serde_json::from_str::<Value>(&text) {
                let quoted = quote_bare_numbers(&text);
                let after = serde_json::from_str::<Value>(&quoted).expect("still JSON");
                proptest::prop_assert_eq!(before, after);
            }
        }
    }
}
