//! A row of COPY in its text format. Data never ends a column or a row.

/// One row, without its line end.
#[derive(Default)]
pub(super) struct CopyRow {
    line: String,
    columns: usize,
}

impl CopyRow {
    /// Data; none is NULL. PostgreSQL takes no NUL in a text.
    pub(super) fn text(mut self, data: Option<&str>) -> Self {
        self.begin_column();
        let Some(data) = data else {
            self.line.push_str("\\N");
            return self;
        };
        for c in data.chars() {
            match c {
                '\\' => self.line.push_str("\\\\"),
                '\n' => self.line.push_str("\\n"),
                '\r' => self.line.push_str("\\r"),
                '\t' => self.line.push_str("\\t"),
                '\0' => self.line.push('\u{fffd}'),
                c => self.line.push(c),
            }
        }
        self
    }

    /// A whole number; none is NULL.
    pub(super) fn integer(self, number: Option<u64>) -> Self {
        let text = number.map(|number| number.to_string());
        self.text(text.as_deref())
    }

    pub(super) fn boolean(self, value: bool) -> Self {
        self.text(Some(if value { "t" } else { "f" }))
    }

    /// The row with its line end.
    pub(super) fn end(mut self) -> String {
        self.line.push('\n');
        self.line
    }

    fn begin_column(&mut self) {
        self.line.push_str(if self.columns == 0 { "" } else { "\t" });
        self.columns += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_ends_no_column_and_no_row() {
        let row = CopyRow::default().text(Some("a\tb\n\\N\\.\u{0}")).text(None).integer(Some(7));
        assert_eq!(row.boolean(true).end(), "a\\tb\\n\\\\N\\\\.\u{fffd}\t\\N\t7\tt\n");
    }
}
