//! What Prometheus reads: its text format and expressions, the templates of its annotations, and
//! the YAML that rules are written in.
//!
//! A label value has the same escapes in the text format and in an expression. An annotation is a
//! Go template, so a brace of data stands in a template of its own. Control characters are U+FFFD:
//! parsers end at some of them.

use model::text::escaped::{Escaped, TextFormat};

/// The text format, and expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prometheus(());

/// Samples or an expression; data in it is the inside of a quoted label value.
pub(crate) type PrometheusText = Escaped<Prometheus>;

impl TextFormat for Prometheus {
    fn push_escaped(out: &mut String, data: &str) {
        for c in data.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                c => out.push(readable(c)),
            }
        }
    }
}

/// A template of an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleAnnotation(());

/// The text of an annotation, before it is expanded.
pub(crate) type RuleAnnotationText = Escaped<RuleAnnotation>;

impl TextFormat for RuleAnnotation {
    fn push_escaped(out: &mut String, data: &str) {
        for c in data.chars() {
            match c {
                // Two braces of two pieces of data would be a template, too.
                '{' => out.push_str("{{ \"{\" }}"),
                '\n' => out.push(' '),
                c => out.push(readable(c)),
            }
        }
    }
}

/// YAML whose texts are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotedYaml(());

/// A document.
pub(crate) type QuotedYamlText = Escaped<QuotedYaml>;

impl TextFormat for QuotedYaml {
    /// A scalar with its quotes: every string of JSON is one of YAML.
    fn push_escaped(out: &mut String, data: &str) {
        let data: String = data.chars().map(readable).collect();
        out.push_str(&serde_json::to_string(&data).unwrap_or_default());
    }
}

/// A character that every parser here takes; YAML allows neither controls nor these three.
fn readable(c: char) -> char {
    let is_line_end = c == '\n';
    let is_rejected = c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if is_rejected && !is_line_end { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_ends_no_label_and_begins_no_template() {
        let label = PrometheusText::text("a\"} 1\nb\\\u{0}é");
        assert_eq!(label, "a\\\"} 1\\nb\\\\\u{fffd}é");
        let annotation = RuleAnnotationText::text("{{ .Secret }}\n");
        assert_eq!(annotation, "{{ \"{\" }}{{ \"{\" }} .Secret }} ");
        let scalar = QuotedYamlText::text("a: [\"b\"]\n\u{feff}\u{7f}");
        assert_eq!(scalar, "\"a: [\\\"b\\\"]\\n\u{fffd}\u{fffd}\"");
    }
}
