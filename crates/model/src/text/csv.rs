//! A row of CSV (RFC 4180) whose cells a spreadsheet takes for what they are: numbers stay numbers,
//! and data never becomes a formula.
//!
//! ```
//! use benchpages_model::text::csv::CsvRow;
//!
//! let row = CsvRow::new().text("=1+1").number(Some(-2.5)).literal("lower");
//! assert_eq!(row.as_str(), "\"'=1+1\",-2.5,lower");
//! ```
//!
//! A cell of data has one way in:
//!
//! ```compile_fail,E0716
//! benchpages_model::text::csv::CsvRow::new().literal(String::from("=1+1").as_str());
//! ```

use crate::text::digits;

/// One row, without its line end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvRow {
    line: String,
    cells: usize,
}

impl CsvRow {
    pub fn new() -> Self {
        Self::default()
    }

    /// Data. Quoted where it must be. What a spreadsheet would take for a formula gets a `'` in
    /// front, and so does what begins with `'`, so that the guard can be taken off again. Control
    /// characters are U+FFFD, except the ends of lines and tabs. What hides or turns text stays: a
    /// reader of the table looks names up by it.
    pub fn text(mut self, data: &str) -> Self {
        self.begin_cell();
        push_field(&mut self.line, data);
        self
    }

    /// A word of the program.
    pub fn literal(mut self, word: &'static str) -> Self {
        self.begin_cell();
        self.line.push_str(word);
        self
    }

    /// A number; none is an empty cell.
    pub fn number(mut self, number: Option<f64>) -> Self {
        self.begin_cell();
        if let Some(number) = number {
            self.line.push_str(&number.to_string());
        }
        self
    }

    /// A whole number; none is an empty cell.
    pub fn integer(mut self, number: Option<u64>) -> Self {
        self.begin_cell();
        if let Some(number) = number {
            digits::push_plain(&mut self.line, number);
        }
        self
    }

    /// Numbers in one cell, with spaces between them.
    pub fn numbers(mut self, numbers: &[f64]) -> Self {
        self.begin_cell();
        let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
        self.line.push_str(&numbers.join(" "));
        self
    }

    pub fn as_str(&self) -> &str {
        &self.line
    }

    fn begin_cell(&mut self) {
        self.line.push_str(if self.cells == 0 { "" } else { "," });
        self.cells += 1;
    }
}

fn push_field(out: &mut String, data: &str) {
    let data: String = data.chars().map(replace_control).collect();
    let guarded = data.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']);
    if guarded || data.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(if guarded { "'" } else { "" });
        out.push_str(&data.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&data);
    }
}

fn replace_control(c: char) -> char {
    if c.is_control() && !matches!(c, '\t' | '\n' | '\r') { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(data: &str) -> String {
        CsvRow::new().text(data).line
    }

    #[test]
    fn data_is_quoted_guarded_and_commands_no_terminal() {
        assert_eq!(cell("a b"), "a b");
        assert_eq!(cell("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "'x"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert_eq!(cell("a\u{1b}[2Jb\u{9b}"), "a\u{fffd}[2Jb\u{fffd}");
    }

    #[test]
    fn numbers_stay_numbers() {
        let row =
            CsvRow::new().number(Some(-0.5)).number(None).integer(Some(7)).numbers(&[-1.0, 2.5]);
        assert_eq!(row.as_str(), "-0.5,,7,-1 2.5");
        assert_eq!(CsvRow::new().number(None).integer(None).as_str(), ",");
    }
}
