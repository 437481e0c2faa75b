//! Which mark stands before the decimals of a table's numbers: one rule for a whole file.
//!
//! `1,5` and `1.234,5` show a decimal comma, `1.5` and `1,234.5` a decimal point. `1,163` alone is
//! 1163 or 1.163: where nothing else in the file decides, it is refused, and `--decimal` says which
//! it is. Commas that separate cells decide too: whoever writes them has a decimal point.

use std::borrow::Cow;

use crate::parse::number;
use crate::sink::InputError;
use crate::source::DecimalMark;

/// A cell of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecimalCell<'t> {
    pub(crate) line: usize,
    pub(crate) text: &'t str,
    /// Its column holds values.
    pub(crate) is_value: bool,
}

/// What a cell says of the mark.
#[derive(Clone, Copy, PartialEq)]
enum CellEvidence {
    Mark(DecimalMark),
    /// `1,163`.
    Ambiguous,
}

impl DecimalMark {
    /// The rule of a table: what is requested, else what its values show, else what its other cells
    /// show.
    ///
    /// # Errors
    /// Two cells show different marks, or none decides what a value means.
    pub(crate) fn of_table<'t>(
        requested: Option<Self>,
        delimiter: u8,
        cells: impl Iterator<Item = DecimalCell<'t>>,
    ) -> Result<Self, InputError> {
        if let Some(mark) = requested {
            return Ok(mark);
        }
        let mut by_value: [Option<DecimalCell<'t>>; 2] = [None; 2];
        let mut beside = [false; 2];
        let mut ambiguous: Option<DecimalCell<'t>> = None;
        for cell in cells {
            match evidence(cell.text) {
                Some(CellEvidence::Mark(mark)) => {
                    let at = usize::from(mark == Self::Comma);
                    beside[at] = true;
                    if cell.is_value {
                        by_value[at] = by_value[at].or(Some(cell));
                    }
                }
                Some(CellEvidence::Ambiguous) if cell.is_value => {
                    ambiguous = ambiguous.or(Some(cell));
                }
                _ => {}
            }
        }
        match (by_value, beside, ambiguous) {
            ([Some(point), Some(comma)], _, _) => Err(refusal(
                point.line.max(comma.line),
                &format!(
                    "`{}` has a decimal point and `{}` a decimal comma, and one rule holds for all",
                    point.text, comma.text
                ),
            )),
            ([Some(_), None], _, _) | ([None, None], [true, false], _) => Ok(Self::Point),
            ([None, Some(_)], _, _) | ([None, None], [false, true], _) => Ok(Self::Comma),
            ([None, None], _, Some(cell)) if delimiter != b',' => Err(refusal(
                cell.line,
                &format!("`{}` may have decimals or thousands behind its comma", cell.text),
            )),
            _ => Ok(Self::Point),
        }
    }

    /// A number and the unit that follows it.
    pub(crate) fn parse_quantity(self, text: &str) -> Option<(f64, Cow<'_, str>)> {
        match self {
            Self::Point => {
                number::parse_quantity(text).map(|(value, unit)| (value, Cow::Borrowed(unit)))
            }
            Self::Comma => {
                let swapped = with_points(text);
                let (value, unit) = number::parse_quantity(&swapped)?;
                Some((value, Cow::Owned(unit.to_owned())))
            }
        }
    }

    /// The text of a number with a decimal point.
    pub(crate) fn to_points(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Point => Cow::Borrowed(text),
            Self::Comma => Cow::Owned(with_points(text)),
        }
    }

    /// A number with nothing after it.
    pub(crate) fn parse_number(self, text: &str) -> Option<f64> {
        self.parse_quantity(text).filter(|(_, unit)| unit.is_empty()).map(|(value, _)| value)
    }
}

fn refusal(line: usize, reason: &str) -> InputError {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    let reason = format!("{reason}; say which by `--decimal ,` or `--decimal .`");
    InputError { line, column: 1, reason }
}

/// Blanks that separate thousands where a comma separates decimals.
const THIN_BLANKS: [char; 2] = ['\u{a0}', '\u{202f}'];

fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ',' | '.')
}

/// The number that begins a text, without its sign, and the rest.
fn split_number(text: &str) -> (&str, &str) {
    let text = text.trim();
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = text.find(|c: char| !is_numeric(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// The text of a number with a decimal comma as one with a decimal point.
fn with_points(text: &str) -> String {
    let mut is_inside = true;
    let swap = |c: char| {
        is_inside &= is_numeric(c) || THIN_BLANKS.contains(&c) || "+- ".contains(c);
        match c {
            _ if !is_inside => Some(c),
            ',' => Some('.'),
            '.' => Some(','),
            c if THIN_BLANKS.contains(&c) => None,
            c => Some(c),
        }
    };
    text.trim().chars().filter_map(swap).collect()
}

fn evidence(text: &str) -> Option<CellEvidence> {
    let (number, rest) = split_number(text);
    // What goes on with digits is a date, a version, or a list.
    if rest.bytes().any(|byte| byte.is_ascii_digit()) || !number.contains(['.', ',']) {
        return None;
    }
    let point = Some(CellEvidence::Mark(DecimalMark::Point));
    let comma = Some(CellEvidence::Mark(DecimalMark::Comma));
    let groups: Vec<&str> = number.split(['.', ',']).collect();
    let (first, last) = (groups[0], groups[groups.len() - 1]);
    let are_thousands = |groups: &[&str]| {
        (1..=3).contains(&groups[0].len())
            && groups[1..].iter().all(|group| group.len() == 3)
            && !groups[0].starts_with('0')
    };
    let marks: String = number.chars().filter(|c| !c.is_ascii_digit()).collect();
    let before = &groups[..groups.len() - 1];
    match marks.as_str() {
        "." if last.len() == 3 && are_thousands(&groups) => None,
        "." => point,
        "," if first.is_empty() || last.is_empty() => None,
        "," if are_thousands(&groups) => Some(CellEvidence::Ambiguous),
        "," => comma,
        many if many.bytes().all(|mark| mark == b',') => point.filter(|_| are_thousands(&groups)),
        many if many.bytes().all(|mark| mark == b'.') => comma.filter(|_| are_thousands(&groups)),
        _ if !are_thousands(before) => None,
        many if many.ends_with('.') && !many[..many.len() - 1].contains('.') => point,
        many if many.ends_with(',') && !many[..many.len() - 1].contains(',') => comma,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cells: &[&str], beside: &[&str], delimiter: u8) -> Result<DecimalMark, String> {
        let values = cells.iter().map(|it| DecimalCell { line: 2, text: it, is_value: true });
        let beside = beside.iter().map(|it| DecimalCell { line: 2, text: it, is_value: false });
        DecimalMark::of_table(None, delimiter, values.chain(beside)).map_err(|error| error.reason)
    }

    #[test]
    fn a_file_has_one_rule() {
        use DecimalMark::{Comma, Point};
        for (cells, beside, delimiter, expected) in [
            (&["1,163 us", "1,5 us"][..], &[][..], b';', Ok(Comma)),
            (&["1,163 us"], &["0,010 us"], b';', Ok(Comma)),
            (&["1.234,5", "2"], &["8.0"], b';', Ok(Comma)),
            (&["1.234.567", "1.163"], &[], b';', Ok(Comma)),
            (&["1,163", "1.5"], &[], b';', Ok(Point)),
            (&["1,163", "1,234,567"], &[], b';', Ok(Point)),
            (&["1.163", "2"], &["2026-01-02", "1.2.3"], b';', Ok(Point)),
            (&["1,163", "1.163"], &[], b',', Ok(Point)),
            (&["12", "7"], &[], b';', Ok(Point)),
        ] {
            assert_eq!(rule(cells, beside, delimiter), expected, "{cells:?}");
        }
        for (cells, beside) in [
            (&["1,163 us", "2,534 ns"][..], &["x"][..]),
            (&["1,163"], &["1.163"]),
            (&["1,163"], &["8.0", "0,5"]),
            (&["1,5", "1.5"], &[]),
        ] {
            let reason = rule(cells, beside, b';').unwrap_err();
            assert!(reason.contains("--decimal ,"), "{cells:?}: {reason}");
        }
    }

    #[test]
    fn numbers_are_read_by_their_rule() {
        for (text, value, unit) in [
            ("1,163 us", 1.163, "us"),
            ("1.234,5 ms", 1234.5, "ms"),
            ("-0,5", -0.5, ""),
            ("1\u{202f}234,5\u{a0}ns", 1234.5, "ns"),
            ("7 a.b", 7.0, "a.b"),
        ] {
            let read = DecimalMark::Comma.parse_quantity(text);
            assert_eq!(read, Some((value, unit.into())), "{text}");
        }
        assert_eq!(DecimalMark::Comma.parse_number("1.5"), None);
        assert_eq!(DecimalMark::Point.parse_number("1,5"), None);
        assert_eq!(DecimalMark::Point.parse_number("1,163"), Some(1163.0));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.,\u{a0}e ]{0,12}.{0,3}") {
            let _ = (evidence(&text), DecimalMark::Comma.parse_quantity(&text));
        }
    }
}
