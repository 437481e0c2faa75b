//! Text in XML 1.0, and so in SVG and HTML: in an element or in a quoted attribute.

use crate::text::escaped::{Escaped, TextFormat};
use crate::text::sanitize::is_hidden;

/// XML 1.0, SVG and HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xml(());

/// Text that an XML or HTML parser may read.
pub type XmlText = Escaped<Xml>;

impl TextFormat for Xml {
    /// Marks are entities. Line ends and tabs are spaces. What XML forbids, and what hides or turns
    /// text, is U+FFFD. A runner of GitHub obeys `##[…]` anywhere in a log, so it is broken by an
    /// entity.
    fn push_escaped(out: &mut String, data: &str) {
        // Most texts have nothing to replace and are copied whole.
        if !(0..data.len()).any(|at| may_need_escape(&data.as_bytes()[at..])) {
            return out.push_str(data);
        }
        let mut before = ' ';
        for c in data.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&#34;"),
                '\'' => out.push_str("&#39;"),
                '#' if before == '#' => out.push_str("&#35;"),
                '\t' | '\n' | '\r' => out.push(' '),
                c if c.is_control() || is_hidden(c) => out.push('\u{fffd}'),
                '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
                c => out.push(c),
            }
            before = c;
        }
    }
}

/// Whether bytes of UTF-8 begin with, or may begin with, what the escaper replaces.
fn may_need_escape(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'&' | b'<' | b'>' | b'"' | b'\'' | ..0x20 | 0x7f, ..]
            | [b'#', b'#', ..]
            // U+0080 to U+009F, and the soft hyphen
            | [0xc2, ..=0x9f | 0xad, ..]
            // U+061C
            | [0xd8, 0x9c, ..]
            // U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F: not U+202F, which numbers have
            | [0xe2, 0x80, 0x8b..=0x8f | 0xa8..=0xae, ..]
            | [0xe2, 0x81, 0xa0..=0xaf, ..]
            // U+F000 and above, among them U+FEFF, U+FFFE and U+FFFF; the tags
            | [0xef, ..]
            | [0xf3, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_no_markup_and_nothing_xml_forbids() {
        assert_eq!(
            XmlText::text("<a b='c' d=\"e\">&\u{0}\u{1b}\u{7f}\n\u{fffe}").as_str(),
            "&lt;a b=&#39;c&#39; d=&#34;e&#34;&gt;&amp;\u{fffd}\u{fffd}\u{fffd} \u{fffd}"
        );
        assert_eq!(XmlText::text("##[error]x ###").as_str(), "#&#35;[error]x #&#35;&#35;");
    }

    #[test]
    fn the_quick_look_misses_nothing() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("a{c}b");
            let slow = c.is_control() || is_hidden(c) || "&<>\"'\u{fffe}\u{ffff}".contains(c);
            assert!(XmlText::text(&text).as_str() != text || !slow, "{c:?}");
        }
    }
}
