//! Where the table of a CSV begins, and what stands between its cells: `,`, `;` or a tab, as often
//! as the heading has it. Lines with `#` before the heading are passed over.

use crate::parse::decimal::DecimalCell;
use crate::sink::InputError;
use crate::source::DecimalMark;

/// A table within a text.
pub(crate) struct Table<'t> {
    /// The text from the heading on.
    pub(crate) text: &'t str,
    pub(crate) delimiter: u8,
    /// Lines of the text before the heading.
    pub(crate) lines_before: usize,
}

/// The table of a text; none where no line can be a heading.
pub(crate) fn find(text: &str) -> Option<Table<'_>> {
    let mut rest = text;
    let mut lines_before = 0;
    loop {
        let line = rest.lines().next()?;
        if !line.trim().is_empty() && !line.starts_with('#') {
            return Some(Table { text: rest, delimiter: delimiter(line), lines_before });
        }
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        lines_before += 1;
    }
}

/// The line, from 1, on which a row begins. The reader's own place is behind the row before it: on
/// the newline of `\r\n`, or on an empty line.
pub(crate) fn line_at(text: &str, place: Option<&csv::Position>) -> usize {
    let Some(place) = place else { return 1 };
    let after = text.as_bytes().get(place.byte() as usize..).unwrap_or_default();
    let ends = after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    place.line() as usize + ends.filter(|byte| **byte == b'\n').count()
}

fn delimiter(heading: &str) -> u8 {
    let count = |mark: &u8| heading.bytes().filter(|byte| byte == mark).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',')
}

impl<'t> Table<'t> {
    /// A reader of the rows; a row may have fewer or more cells than the heading.
    pub(crate) fn reader(&self) -> csv::Reader<&'t [u8]> {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(self.delimiter).flexible(true).from_reader(self.text.as_bytes())
    }

    /// The line of a row in the whole text.
    pub(crate) fn line_of(&self, row: &csv::StringRecord) -> usize {
        line_at(self.text, row.position()) + self.lines_before
    }

    /// The mark before the decimals of the table; `is_value` says which columns hold values.
    ///
    /// # Errors
    /// Two cells show different marks, or none decides what a value means.
    pub(crate) fn decimal_mark(
        &self,
        requested: Option<DecimalMark>,
        is_value: &[bool],
    ) -> Result<DecimalMark, InputError> {
        // Cells are short-lived, so each row is judged before the next is read.
        let rows: Vec<csv::StringRecord> = match requested {
            Some(_) => Vec::new(),
            None => self.reader().into_records().flatten().collect(),
        };
        let cells = rows.iter().flat_map(|row| {
            let line = self.line_of(row);
            row.iter().enumerate().map(move |(at, text)| DecimalCell {
                line,
                text,
                is_value: is_value.get(at).copied().unwrap_or(false),
            })
        });
        DecimalMark::of_table(requested, self.delimiter, cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_line_on_which_it_begins() {
        for end in ["\n", "\r\n"] {
            let text = ["# made by x", "a,b", "1,2", "", "3,\"4", "5\"", "6,7"].join(end);
            let table = find(&text).expect("a table");
            let rows: Vec<_> = table.reader().records().flatten().collect();
            let lines: Vec<usize> = rows.iter().map(|row| table.line_of(row)).collect();
            assert_eq!(lines, [3, 5, 7], "{end:?}");
        }
    }

    #[test]
    fn a_table_is_found_behind_remarks() {
        let table = find("# made by x\n\na;b,c;d\n1;2;3\n").expect("a table");
        assert_eq!((table.delimiter, table.lines_before), (b';', 2));
        let rows: Vec<_> = table.reader().records().flatten().collect();
        assert_eq!(rows, [vec!["1", "2", "3"]]);
        assert!(find("# nothing\n").is_none() && find("").is_none());
    }
}
