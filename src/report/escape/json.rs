//! JSON that may be printed: to a terminal, or into a log that a runner of GitHub Actions reads.
//!
//! The value is the same to a parser. What a terminal or a runner would obey is written by number,
//! also between DEL and U+009F, which JSON's own escaper leaves.

use model::text::escaped::{Escaped, TextFormat};
use model::text::sanitize;
use serde::Serialize;

/// JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json(());

/// JSON that a terminal and a log may show.
pub(crate) type JsonText = Escaped<Json>;

impl TextFormat for Json {
    /// A string with its quotes.
    fn push_escaped(out: &mut String, data: &str) {
        push_by_number(out, &serde_json::to_string(data).unwrap_or_default());
    }
}

/// A value on one line, with a line end.
pub(crate) fn line(value: &impl Serialize) -> JsonText {
    document(&serde_json::to_string(value).unwrap_or_default())
}

/// A value with a line for each field, with a line end.
pub(crate) fn pretty(value: &impl Serialize) -> JsonText {
    document(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// What an encoder of JSON wrote, with a line end.
pub(crate) fn document(json: &str) -> JsonText {
    let mut out = String::with_capacity(json.len() + 1);
    push_by_number(&mut out, json);
    out.push('\n');
    JsonText::made_by(Json(()), out)
}

fn push_by_number(out: &mut String, json: &str) {
    for c in json.replace("#[", "\\u0023[").chars() {
        if c != '\n' && c.is_control() || sanitize::is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_by_number() {
        let value = serde_json::json!({"a": "\u{1b}[2J\u{9b}\u{202e}##[error]\u{e0041}é"});
        let text = line(&value);
        assert!(!text.trim_end().contains(|c: char| c.is_control() || sanitize::is_hidden(c)));
        assert!(!text.contains("##["), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&pretty(&value)).unwrap(), value);
    }
}
