//! Text for a terminal and for a log, which a runner of GitHub Actions may read too.
//!
//! Such a runner obeys `::…` at the beginning of a line and `##[…]` anywhere. A terminal obeys
//! control characters. Neither sees one of them from data.

use crate::text::escaped::{Escaped, TextFormat};
use crate::text::sanitize;

/// A terminal, or a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal(pub(crate) ());

/// Text that a terminal may show.
pub type TerminalText = Escaped<Terminal>;

/// Whether a text may hold colors: only a terminal shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    #[default]
    Plain,
    Colored,
}

/// What a word says to its reader at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictTone {
    Good,
    Bad,
    Warning,
    Neutral,
}

impl VerdictTone {
    /// The sequence that a terminal obeys; bad words are bold, too, for readers who see no red.
    fn sequence(self) -> &'static str {
        match self {
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[1;31m",
            Self::Warning => "\u{1b}[33m",
            Self::Neutral => "",
        }
    }
}

impl TextFormat for Terminal {
    /// One line. Control characters are spaces; what hides or turns text is U+FFFD. Text that is
    /// written from right to left is isolated, so that what stands beside it keeps its place.
    fn push_escaped(out: &mut String, data: &str) {
        let line = sanitize::line(data).replace("##[", "## [");
        sanitize::push_isolated(out, &line);
    }
}

impl TerminalText {
    /// Data of several lines, for instance an error message with an excerpt. Line ends and tabs
    /// stay.
    pub fn lines(data: &str) -> Self {
        let mut out = String::with_capacity(data.len());
        for (at, line) in data.split('\n').enumerate() {
            out.push_str(if at == 0 { "" } else { "\n" });
            out.push_str(if line.trim_start().starts_with("::") { "·" } else { "" });
            let parts = line.split('\t').map(|part| sanitize::line(part).replace("##[", "## ["));
            out.push_str(&parts.collect::<Vec<_>>().join("\t"));
        }
        Self::made_by(Terminal(()), out)
    }

    /// The text in a color. Colors are put on last: they count as characters of no width.
    #[must_use]
    pub fn toned(self, tone: VerdictTone, palette: Palette) -> Self {
        let end = self.len();
        self.with_toned_start(end, tone, palette)
    }

    /// The text with its first bytes in a color: those of a word at its beginning.
    #[must_use]
    pub fn with_toned_start(self, bytes: usize, tone: VerdictTone, palette: Palette) -> Self {
        let is_plain = palette == Palette::Plain || tone == VerdictTone::Neutral;
        match self.split_at_checked(bytes) {
            Some((word, text)) if !is_plain && !word.is_empty() => {
                let colored = format!("{}{word}\u{1b}[0m{text}", tone.sequence());
                Self::made_by(Terminal(()), colored)
            }
            _ => self,
        }
    }

    /// The parts between spaces, without the empty ones.
    pub fn words(&self) -> impl Iterator<Item = Self> {
        self.split(' ').filter(|word| !word.is_empty()).map(|word| self.part(word))
    }

    /// The text in pieces that end at these places, in bytes.
    pub fn split_at_each(&self, ends: &[usize]) -> Vec<Self> {
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(ends).filter_map(|(from, to)| Some(self.part(self.get(from..*to)?))).collect()
    }

    /// What a terminal obeys nothing in, it obeys nothing in a part of either.
    fn part(&self, part: &str) -> Self {
        Self::made_by(Terminal(()), part.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_commands_no_terminal_and_stays_on_its_line() {
        let text = |data: &str| TerminalText::text(data).into_string();
        assert_eq!(text("a\u{1b}[31m\nb\u{9b}c\u{202e}d"), "a [31m b c\u{fffd}d");
        assert_eq!(text("µs 👩\u{200d}🔬 é"), "µs 👩\u{200d}🔬 é");
        assert_eq!(text("##[error]x"), "## [error]x");
        assert_eq!(text("עברית"), "\u{2068}עברית\u{2069}");
    }

    #[test]
    fn a_word_is_colored_on_request_only() {
        let text = || TerminalText::text("FAIL: 1 regressed");
        assert_eq!(
            text().with_toned_start(4, VerdictTone::Bad, Palette::Plain),
            "FAIL: 1 regressed"
        );
        assert_eq!(text().toned(VerdictTone::Neutral, Palette::Colored), "FAIL: 1 regressed");
        let colored = text().with_toned_start(4, VerdictTone::Bad, Palette::Colored);
        assert_eq!(colored, "\u{1b}[1;31mFAIL\u{1b}[0m: 1 regressed");
        // Within a character: nothing is cut.
        let wide = TerminalText::text("é").with_toned_start(1, VerdictTone::Good, Palette::Colored);
        assert_eq!(wide, "é");
    }

    #[test]
    fn lines_keep_their_ends_and_command_no_runner() {
        let lines = |data: &str| TerminalText::lines(data).into_string();
        assert_eq!(lines("a\n\tb\u{1b}c\r"), "a\n\tb c ");
        assert_eq!(lines("a\n::set-output x\n  ::y"), "a\n·::set-output x\n·  ::y");
    }
}
