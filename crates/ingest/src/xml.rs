//! What the readers of XML share: attributes, places, and a limit for nesting.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::json::LineCounter;
use crate::parse::number::parse_number;
use crate::sink::InputError;

/// Deeper than any nesting that a tool writes.
const MAX_DEPTH: usize = 256;

/// An attribute's text, trimmed, with XML's own entities resolved.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|pair| pair.key.as_ref() == name.as_bytes())?;
    let text = std::str::from_utf8(&found.value).ok()?;
    let plain = quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Into::into);
    Some(plain.trim().to_owned())
}

/// An attribute that is a number.
pub(crate) fn number(tag: &BytesStart<'_>, name: &str) -> Option<f64> {
    attribute(tag, name).and_then(|text| parse_number(&text))
}

/// A fault at a byte of a text.
pub(crate) fn error_at(text: &str, at: u64, reason: &str) -> InputError {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let before = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    let line = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
    InputError { line, column: 1, reason: reason.to_owned() }
}

/// A part of a document; `depth` is the number of elements around it.
pub(crate) enum Node<'x, 't> {
    /// Also an element without content; its end follows.
    Start {
        tag: &'x BytesStart<'t>,
        depth: usize,
        line: usize,
        source: &'t str,
    },
    Text {
        text: String,
    },
    End {
        name: &'x [u8],
    },
}

/// Whether the whole document was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Complete,
    /// It ends inside of an element, as where a tool was killed.
    CutOff,
}

/// Walks through a document from its beginning to its end. No entity but XML's own five is
/// resolved, and nothing outside of the text is read.
///
/// # Errors
/// It is not XML, or its elements lie too deep in each other; with the place.
pub(crate) fn walk<'t>(
    text: &'t str,
    visit: &mut dyn FnMut(Node<'_, 't>),
) -> Result<Ending, InputError> {
    let text = text.trim_start();
    let mut xml = Reader::from_str(text);
    let mut lines = LineCounter::new(text);
    let mut depth = 0;
    loop {
        let before = xml.buffer_position();
        let event = xml.read_event().map_err(|error| error_at(text, before, &error.to_string()))?;
        // What stands between two places is the source of the event, for messages.
        let (from, to) = (before as usize, xml.buffer_position() as usize);
        let source = text.get(from..to).unwrap_or_default();
        match event {
            Event::Start(tag) => {
                visit(Node::Start { tag: &tag, depth, line: lines.line_of(source), source });
                depth += 1;
            }
            // Callers see one form of an element, whether it was written with an end or not.
            Event::Empty(tag) => {
                visit(Node::Start { tag: &tag, depth, line: lines.line_of(source), source });
                visit(Node::End { name: tag.name().as_ref() });
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visit(Node::End { name: tag.name().as_ref() });
            }
            Event::Text(part) => {
                let raw = String::from_utf8_lossy(&part);
                let plain = quick_xml::escape::unescape(&raw);
                let text = plain.map_or_else(|_| raw.to_string(), Into::into);
                visit(Node::Text { text });
            }
            Event::CData(part) => {
                visit(Node::Text { text: String::from_utf8_lossy(&part).into_owned() });
            }
            Event::Eof if depth > 0 => return Ok(Ending::CutOff),
            Event::Eof => return Ok(Ending::Complete),
            _ => {}
        }
        // A document may be nothing but a million open elements.
        if depth > MAX_DEPTH {
            return Err(error_at(text, before, "elements lie too deep in each other"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_walked_with_its_lines() {
        let mut seen = Vec::new();
        let ending = walk("\n<a>\n<b x=\"1 &lt; 2\"/>t</a>", &mut |node| match node {
            Node::Start { tag, depth, line, .. } => {
                seen.push(format!("{depth} {line} {:?}", attribute(tag, "x")));
            }
            Node::Text { text } => seen.push(text.trim().to_owned()),
            Node::End { name } => seen.push(format!("/{}", String::from_utf8_lossy(name))),
        });
        assert_eq!(ending, Ok(Ending::Complete));
        let wanted = ["0 1 None", "", "1 2 Some(\"1 < 2\")", "/b", "t", "/a"];
        assert_eq!(seen, wanted);
        assert_eq!(walk("<a><b>", &mut |_| {}), Ok(Ending::CutOff));
        assert!(walk("<a></b>", &mut |_| {}).is_err());
        assert!(walk(&"<a>".repeat(300), &mut |_| {}).is_err());
    }
}
