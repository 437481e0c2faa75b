//! JSON of any length, piece by piece: a history is read with one run in memory.
//!
//! ```text
//! {"lastUpdate": 1, "entries": {"suite": [{…}, {…}]}}
//!  key, skip         key        key       element, element
//! ```
//!
//! Only what stands between pieces is looked at; a piece ends where its brackets do, and who takes
//! it parses it. A file that ends within a piece is an error with its line; what was handed out
//! before stays handed out.

use std::io::{ErrorKind, Read};

use crate::json::quote_bare_numbers;
use crate::sink::InputError;

/// Bytes that are read at once.
const BLOCK_BYTES: usize = 64 << 10;
/// A piece larger than this is no run of a benchmark: 64 MiB.
const MAX_PIECE_BYTES: usize = 64 << 20;
/// Brackets within brackets, as deep as the JSON reader goes.
const MAX_DEPTH: usize = 128;

/// A piece of a file: one value.
pub(crate) struct JsonPiece {
    /// With bare `NaN` and `Infinity` in quotes.
    pub(crate) text: String,
    /// Where it begins, from 1.
    pub(crate) line: usize,
}

/// Reads values from the beginning of a file to its end.
pub(crate) struct JsonStream<'r> {
    reader: Box<dyn Read + 'r>,
    block: Vec<u8>,
    /// The next byte in the block.
    at: usize,
    line: usize,
}

impl<'r> JsonStream<'r> {
    pub(crate) fn new(reader: Box<dyn Read + 'r>) -> Self {
        Self { reader, block: Vec::new(), at: 0, line: 1 }
    }

    fn fault(&self, reason: impl Into<String>) -> InputError {
        let line = u32::try_from(self.line).unwrap_or(u32::MAX);
        InputError { line, column: 1, reason: reason.into() }
    }

    /// The next byte, left where it is; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, InputError> {
        if self.at == self.block.len() {
            self.block.resize(BLOCK_BYTES, 0);
            let read = loop {
                match self.reader.read(&mut self.block) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(self.fault(format!("cannot be read: {error}"))),
                    Ok(read) => break read,
                }
            };
            self.block.truncate(read);
            self.at = 0;
        }
        Ok(self.block.get(self.at).copied())
    }

    /// The next byte.
    fn next(&mut self) -> Result<u8, InputError> {
        let Some(byte) = self.peek()? else { return Err(self.fault("the file ends here")) };
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Ok(byte)
    }

    /// The next byte that is no space, left where it is; none at the end.
    pub(crate) fn peek_value(&mut self) -> Result<Option<u8>, InputError> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.next()?;
        }
        Ok(None)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), InputError> {
        match self.peek_value()? {
            Some(byte) if byte == wanted => self.next().map(drop),
            Some(byte) => {
                let (wanted, found) = (wanted as char, byte.escape_ascii());
                Err(self.fault(format!("expected `{wanted}`, found `{found}`")))
            }
            None => Err(self.fault("the file ends here")),
        }
    }

    /// Passes over a byte order mark, and over a name and its `=` before the value:
    /// `window.BENCHMARK_DATA = {`.
    pub(crate) fn skip_assignment(&mut self) -> Result<(), InputError> {
        while let Some(byte) = self.peek_value()? {
            if matches!(byte, b'{' | b'[') {
                break;
            }
            let is_name = byte.is_ascii_alphanumeric() || b"._=$\xef\xbb\xbf".contains(&byte);
            if !is_name {
                return Err(self.fault("neither an object nor a list"));
            }
            self.next()?;
        }
        Ok(())
    }

    /// Calls `each` before the value of each key of an object. It must read or skip that value.
    pub(crate) fn object(
        &mut self,
        each: &mut dyn FnMut(&mut Self, &str) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        self.expect(b'{')?;
        if self.peek_value()? == Some(b'}') {
            return self.next().map(drop);
        }
        loop {
            let key = self.piece()?;
            let key: String =
                serde_json::from_str(&key.text).map_err(|_| self.fault("a key must be a text"))?;
            self.expect(b':')?;
            each(self, &key)?;
            if self.ends_with(b'}')? {
                return Ok(());
            }
        }
    }

    /// Calls `each` with every element of a list; anything else is its only element.
    pub(crate) fn elements(
        &mut self,
        each: &mut dyn FnMut(JsonPiece) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        if self.peek_value()? != Some(b'[') {
            let piece = self.piece()?;
            return each(piece);
        }
        self.expect(b'[')?;
        if self.peek_value()? == Some(b']') {
            return self.next().map(drop);
        }
        loop {
            let piece = self.piece()?;
            each(piece)?;
            if self.ends_with(b']')? {
                return Ok(());
            }
        }
    }

    /// Whether the object or list ends after a value, else a further one follows.
    fn ends_with(&mut self, end: u8) -> Result<bool, InputError> {
        match self.peek_value()? {
            Some(b',') => self.next().map(|_| false),
            _ => self.expect(end).map(|()| true),
        }
    }

    /// Nothing follows the value but a `;`.
    pub(crate) fn expect_end(&mut self) -> Result<(), InputError> {
        while let Some(byte) = self.peek_value()? {
            if byte != b';' {
                return Err(self.fault(format!("`{}` after the end", byte.escape_ascii())));
            }
            self.next()?;
        }
        Ok(())
    }

    /// The next value.
    pub(crate) fn piece(&mut self) -> Result<JsonPiece, InputError> {
        let mut bytes = Vec::new();
        let line = self.walk(Some(&mut bytes))?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(JsonPiece { text: quote_bare_numbers(&text).into_owned(), line })
    }

    /// Passes over the next value.
    pub(crate) fn skip(&mut self) -> Result<(), InputError> {
        self.walk(None).map(drop)
    }

    /// Walks to the end of the next value; its line.
    fn walk(&mut self, mut taken: Option<&mut Vec<u8>>) -> Result<usize, InputError> {
        let begins_value = |byte: u8| byte.is_ascii_alphanumeric() || b"{[\"-".contains(&byte);
        match self.peek_value()? {
            Some(byte) if begins_value(byte) => {}
            Some(byte) => {
                return Err(
                    self.fault(format!("expected a value, found `{}`", byte.escape_ascii()))
                );
            }
            None => return Err(self.fault("the file ends here")),
        }
        let line = self.line;
        let mut depth = 0_usize;
        loop {
            // A number or a word ends before what follows it.
            let at_end = depth == 0
                && self.peek()?.is_none_or(|it| b",]}:".contains(&it) || it.is_ascii_whitespace());
            if at_end {
                return Ok(line);
            }
            let byte = self.next()?;
            let mut put = |byte: u8| {
                if let Some(bytes) = taken.as_deref_mut() {
                    bytes.push(byte);
                }
            };
            put(byte);
            match byte {
                b'"' => {
                    let mut escaped = false;
                    loop {
                        let byte = self.next()?;
                        put(byte);
                        match byte {
                            _ if escaped => escaped = false,
                            b'\\' => escaped = true,
                            b'"' => break,
                            _ => {}
                        }
                    }
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth > MAX_DEPTH {
                return Err(self.fault("brackets within brackets, too deep"));
            }
            if taken.as_deref().is_some_and(|bytes| bytes.len() > MAX_PIECE_BYTES) {
                return Err(self.fault("one value has more than 64 MiB"));
            }
            if depth == 0 {
                return Ok(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys and elements of an object of lists, with their lines, and the error at the end.
    fn read(text: &str) -> (Vec<(String, String, usize)>, Option<InputError>) {
        let mut stream = JsonStream::new(Box::new(text.as_bytes()));
        let mut found = Vec::new();
        let read = stream.skip_assignment().and_then(|()| {
            stream.object(&mut |stream, key| {
                stream.elements(&mut |piece| {
                    found.push((key.to_owned(), piece.text, piece.line));
                    Ok(())
                })
            })
        });
        (found, read.and_then(|()| stream.expect_end()).err())
    }

    #[test]
    fn elements_come_whole_with_their_lines() {
        let text = "\u{feff}window.X = {\"a\": [1, {\"b\": \"]}\\\"\"},\n [NaN]],\n\"c\\n\": -2.5,\"d\":[]};\n";
        let (found, error) = read(text);
        let found: Vec<(&str, &str, usize)> =
            found.iter().map(|(key, text, line)| (&**key, &**text, *line)).collect();
        let expected = [
            ("a", "1", 1),
            ("a", "{\"b\": \"]}\\\"\"}", 1),
            ("a", "[\"NaN\"]", 2),
            ("c\n", "-2.5", 3),
        ];
        assert_eq!((&found[..], error), (&expected[..], None));
    }

    #[test]
    fn what_is_cut_off_is_an_error_after_what_came_before_it() {
        let (found, error) = read("{\"a\": [1,\n{\"b\":");
        assert_eq!((found.len(), error.unwrap().line), (1, 2));
        for broken in
            ["{\"a\": [1 2]}", "{\"a\" [1]}", "{1: 2}", "{\"a\": 1} x", "<html>", "{\"a\":}"]
        {
            assert!(read(broken).1.is_some(), "{broken}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_legal_is_read_as_serde_reads_it(
            values in proptest::collection::vec("[ -~\\n]{0,12}", 0..5),
        ) {
            let text = serde_json::json!({"k": values}).to_string();
            let (found, error) = read(&text);
            proptest::prop_assert_eq!(error, None);
            let strings: Vec<String> =
                found.iter().map(|(_, text, _)| serde_json::from_str(text).unwrap()).collect();
            proptest::prop_assert_eq!(strings, values);
        }

        #[test]
        fn no_bytes_make_it_panic(text in "[a\"\\\\{}\\[\\],: \\n1=.]{0,60}") {
            let _ = read(&text);
        }
    }
}
