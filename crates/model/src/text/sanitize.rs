//! Text of strangers, made harmless for where it is read: a terminal, and XML or HTML.
//!
//! Whatever else obeys text (Markdown, Slack, workflow commands) builds on these. Refuses nothing:
//! what cannot stand is replaced, one character by one.

/// Whether a character shows nothing of its own or turns the direction of the text around it: soft
/// hyphen, zero-width space, marks of direction, separators of lines, interlinear marks, tags.
/// Joiners are left out: scripts and emoji need them.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character can be seen: no blank, nothing hidden, no joiner or selector that only
/// changes its neighbors, no letter without a shape (the fillers of Hangul, the blank of Braille).
pub fn is_visible(c: char) -> bool {
    let is_shapeless = matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}');
    !(c.is_whitespace() || is_hostile(c) || is_shapeless)
}

/// Whether a character could drive a terminal or make a reader see other text than there is.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

/// One line that commands no terminal: control characters are spaces, hidden ones U+FFFD.
pub fn line(text: &str) -> String {
    text.chars().map(replace_hostile).collect()
}

/// The same with its line ends and tabs.
pub fn lines(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { replace_hostile(c) }).collect()
}

fn replace_hostile(c: char) -> char {
    match c {
        c if c.is_control() => ' ',
        c if is_hidden(c) => '\u{fffd}',
        c => c,
    }
}

/// Text for an element or a quoted attribute, in HTML and in XML 1.0, which has no place for most
/// control characters.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_markup(&mut out, text);
    out
}

/// The same, behind what is there. Most texts have nothing to replace and are copied whole.
pub fn push_markup(out: &mut String, text: &str) {
    if !(0..text.len()).any(|at| may_need_escape(&text.as_bytes()[at..])) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// Whether bytes of UTF-8 begin with, or may begin with, what [`push_markup`] replaces: U+FFFE and
/// U+FFFF begin with EF.
fn may_need_escape(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'&' | b'<' | b'>' | b'"' | b'\'' | ..0x20 | 0x7f | 0xef, ..] | [0xc2, ..0xa0, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_no_markup_and_nothing_xml_forbids() {
        assert_eq!(
            markup("<a b='c' d=\"e\">&\u{0}\u{1b}\u{7f}\n\u{fffe}"),
            "&lt;a b=&#39;c&#39; d=&#34;e&#34;&gt;&amp;\u{fffd}\u{fffd}\u{fffd} \u{fffd}"
        );
    }

    #[test]
    fn a_name_commands_no_terminal_and_stays_on_its_line() {
        assert_eq!(line("a\u{1b}[31m\nb\u{9b}c\u{202e}d"), "a [31m b c\u{fffd}d");
        assert_eq!(lines("a\n\tb\u{1b}c\r"), "a\n\tb c ");
        assert_eq!(line("µs 👩\u{200d}🔬 é"), "µs 👩\u{200d}🔬 é");
    }
}
