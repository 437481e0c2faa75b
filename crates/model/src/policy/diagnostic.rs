//! One thing that is wrong with a policy, and how people see it.
//!
//! A [`Diagnostic`] is plain data; [`render`] draws a block for each: message, place, the line with
//! a mark under the fault, and what to do. Nothing of the file reaches a terminal as a control
//! character. Draws at most [`MAX_BLOCKS`] blocks and counts the rest.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level as Title, Origin, Renderer, Snippet};

use crate::coded_enum;
use crate::record::SourceLocation;
use crate::text;
use crate::text::terminal::{Terminal, TerminalText};

/// Blocks drawn: more than anyone reads at once, and a bound on the output of a hostile file.
const MAX_BLOCKS: usize = 100;

/// Bytes of a line that is still drawn; of a longer one only the place is told.
const MAX_LINE_BYTES: usize = 2000;
/// The byte order mark that some editors put in front.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether a policy may be used in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiagnosticLevel {
    /// The policy is refused.
    Error,
    /// The policy holds, but probably does not say what was meant.
    Warning,
}

coded_enum! {
    /// What kind of fault a policy, or another reviewed file, has.
    pub enum PolicyFaultKind {
        /// The file is no YAML.
        Syntax = "yaml_syntax",
        UnknownKey = "unknown_key",
        MissingKey = "missing_key",
        /// A key is there twice.
        RepeatedKey = "repeated_key",
        /// Text where a number belongs, and the like.
        WrongType = "wrong_type",
        /// Of the right type, but out of range, empty, malformed, or against another key.
        WrongValue = "wrong_value",
        /// Valid, but probably not what was meant.
        Doubtful = "doubtful_value",
        /// A selector that holds for no series.
        NoMatch = "matches_nothing",
        /// A file of thresholds of which a part has no counterpart in the policy.
        NotImported = "not_imported",
    }
}

/// A fault of the policy: what, where, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub level: DiagnosticLevel,
    pub kind: PolicyFaultKind,
    pub message: String,
    /// Line and column, in characters, of the start of `span`.
    pub location: SourceLocation,
    /// Bytes of the file, on character boundaries.
    pub span: Range<usize>,
    pub help: Option<String>,
}

/// Goes through a text from front to back and counts lines and columns, so that the places of many
/// faults cost one pass. A byte order mark at the front is no column.
pub(crate) struct LocationCursor<'a> {
    text: &'a str,
    file: &'a str,
    offset: usize,
    line: u32,
    column: u32,
}

impl<'a> LocationCursor<'a> {
    pub fn new(text: &'a str, file: &'a str) -> Self {
        // Editors show the mark as nothing, so it is no column.
        let offset = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        Self { text, file, offset, line: 1, column: 1 }
    }

    /// Line and column, both from 1 and in characters, of a byte. Bytes before the one asked for
    /// last are taken to be that one.
    pub fn location(&mut self, offset: usize) -> SourceLocation {
        for character in self.text.get(self.offset..offset).unwrap_or("").chars() {
            self.offset += character.len_utf8();
            if character == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        SourceLocation { file: self.file.to_owned(), line: self.line, column: self.column }
    }
}

/// Every diagnostic as a block of text that ends in a newline; nothing where there are none.
/// `source` is the text they were read from.
pub fn render(diagnostics: &[Diagnostic], source: &str, color: bool) -> TerminalText {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_BLOCKS) {
        out.push_str(&render_block(diagnostic, source, &renderer));
        out.push_str("\n\n");
    }
    if let Some(rest) = diagnostics.len().checked_sub(MAX_BLOCKS).filter(|rest| *rest > 0) {
        let rest = u64::try_from(rest).unwrap_or(u64::MAX);
        out.push_str(&format!("and {} more\n\n", text::count(rest)));
    }
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
    // Every part was made harmless by `render_block`; what is left to a terminal is our color.
    TerminalText::made_by(Terminal(()), out)
}

fn render_block(diagnostic: &Diagnostic, source: &str, renderer: &Renderer) -> String {
    let (line, mark) = excerpt(source, &diagnostic.span);
    let title = match diagnostic.level {
        DiagnosticLevel::Error => Title::ERROR,
        DiagnosticLevel::Warning => Title::WARNING,
    };
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let (row, column) = (number(diagnostic.location.line), number(diagnostic.location.column));
    let path = replace_hostile(&diagnostic.location.file, false);
    let title = title.primary_title(replace_hostile(&diagnostic.message, false));
    let title = title.id(diagnostic.kind.code());
    // No terminal shows such a line: its place is enough.
    let mut group = if line.len() > MAX_LINE_BYTES {
        title.element(Origin::path(path).line(row).char_column(column))
    } else {
        let snippet = Snippet::source(replace_hostile(line, true)).line_start(row).path(path);
        title.element(snippet.annotation(AnnotationKind::Primary.span(mark)))
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Title::HELP.message(replace_hostile(help, false)));
    }
    renderer.render(&[group])
}

/// The line on which a span starts, and the part of the span on it, in bytes of that line.
fn excerpt<'a>(source: &'a str, span: &Range<usize>) -> (&'a str, Range<usize>) {
    let first = if source.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let at = span.start.clamp(first, source.len().max(first));
    let start = source[..at].rfind('\n').map_or(first, |newline| newline + 1);
    let rest = &source[start..];
    let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let from = (at - start).min(line.len());
    let to = span.end.saturating_sub(start).clamp(from, line.len());
    (line, from..to)
}

/// The text with every character that could drive a terminal or turn the reading direction replaced
/// by one of the same length in bytes, so that spans still fit. Tabs stay where `tabs` says so.
fn replace_hostile(text: &str, tabs: bool) -> String {
    let replace = |character: char| match character {
        '\t' if tabs => character,
        _ if !text::sanitize::is_hostile(character) => character,
        _ => match character.len_utf8() {
            1 => '?',
            2 => '¿',
            _ => '\u{fffd}',
        },
    };
    text.chars().map(replace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(source: &str, span: Range<usize>) -> Diagnostic {
        Diagnostic {
            level: DiagnosticLevel::Error,
            kind: PolicyFaultKind::UnknownKey,
            message: "unknown key `bakend`".to_owned(),
            location: LocationCursor::new(source, "policy.yml").location(span.start),
            span,
            help: Some("did you mean `backend`?".to_owned()),
        }
    }

    #[test]
    fn a_block_shows_message_place_line_mark_and_help() {
        let source = "a: 1\nü: {bakend: x}\n";
        let block = render(&[diagnostic(source, 10..16)], source, false);
        assert_eq!(
            block,
            "error[unknown_key]: unknown key `bakend`\n --> policy.yml:2:5\n  \
             |\n2 | ü: {bakend: x}\n  \
             |     ^^^^^^\n  |\n  = help: did you mean `backend`?\n"
        );
    }

    #[test]
    fn nothing_of_the_file_drives_the_terminal() {
        let source = "a: \u{1b}[31m\u{9b}31m\u{202e}\u{7}\r\n";
        let mut fault = diagnostic(source, 3..4);
        fault.message = source.to_owned();
        fault.help = Some(source.to_owned());
        fault.location.file = source.to_owned();
        let block = render(&[fault], source, false);
        assert!(
            block
                .chars()
                .all(|character| character == '\n' || !text::sanitize::is_hostile(character))
        );
    }

    #[test]
    fn the_place_in_the_block_is_the_place_in_the_data() {
        let source = "\u{feff}ä: 1\n日本: [x,\n  y]\n";
        for (offset, _) in source.char_indices().skip(1) {
            let fault = diagnostic(source, offset..offset);
            let place = fault.location.to_string();
            let block = render(&[fault], source, false);
            assert!(block.contains(&format!("--> {place}\n")), "{place} {block}");
        }
    }

    #[test]
    fn a_very_long_line_is_reported_by_place_only() {
        let source = format!("a: {}bakend", "é".repeat(MAX_LINE_BYTES));
        let end = source.len();
        let block = render(&[diagnostic(&source, end - 6..end)], &source, false);
        assert!(block.len() < 100 && block.contains("--> policy.yml:1:2004\n"), "{block}");
    }

    #[test]
    fn a_thousand_faults_are_counted_not_drawn() {
        let source = "a: 1\n";
        let out = render(&vec![diagnostic(source, 0..1); 1000], source, false);
        assert!(out.ends_with("and 900 more\n"));
        assert_eq!(render(&[], source, false), "");
    }
}
