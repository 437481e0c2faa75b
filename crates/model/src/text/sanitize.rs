//! Characters of strangers' text that no output may hold: controls, and what hides or turns text.
//!
//! The escaper of each format ([`crate::text::escaped`]) builds on these. Rejects nothing: what
//! cannot stand is replaced, one character by one.

/// Whether a character shows nothing of its own or turns the direction of the text around it: soft
/// hyphen, zero-width space, marks of direction, separators of lines, interlinear marks, tags.
/// Joiners are left out: scripts and emoji need them.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a text has a character that can be seen.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Whether a character can be seen: no blank, nothing hidden, no joiner or selector that only
/// changes its neighbors, no letter without a shape (the fillers of Hangul, the blank of Braille).
pub(crate) fn is_visible(c: char) -> bool {
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

fn replace_hostile(c: char) -> char {
    match c {
        c if c.is_control() => ' ',
        c if is_hidden(c) => '\u{fffd}',
        c => c,
    }
}

/// Whether a character turns the direction of the text around it.
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

/// Whether a character belongs to a script that is written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// U+2068 and U+2069, where a text needs them: with a letter that is written from right to left, it
/// would take the numbers and marks beside it along.
pub fn isolates(text: &str) -> Option<[char; 2]> {
    text.chars().any(is_right_to_left).then_some(['\u{2068}', '\u{2069}'])
}

/// Appends a text, isolated where it needs it.
pub fn push_isolated(out: &mut String, text: &str) {
    let isolates = isolates(text);
    out.extend(isolates.map(|[open, _]| open));
    out.push_str(text);
    out.extend(isolates.map(|[_, close]| close));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_shows_that_something_was_hidden() {
        assert_eq!(line("a\u{1b}[31m\nb\u{9b}c\u{202e}d"), "a [31m b c\u{fffd}d");
        assert_eq!(line("µs 👩\u{200d}🔬 é"), "µs 👩\u{200d}🔬 é");
    }

    #[test]
    fn only_what_runs_the_other_way_is_isolated() {
        assert_eq!(isolates("µs → 1"), None);
        for name in ["العربية", "x עברית"] {
            assert!(isolates(name).is_some(), "{name}");
        }
    }
}
