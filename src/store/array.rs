//! A `.json` file that holds one value: an array of records, or one record over several lines.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::store::record_reader::{Lines, RecordReader};
use crate::store::walk;
use model::history::build::HistoryBuilder;

/// Reads records out of a JSON value.
///
/// # Errors
/// The text is neither an array nor an object; the builder may hold some of its records then.
pub(super) fn read_array(
    text: &[u8],
    file: &walk::RecordFile,
    builder: &mut HistoryBuilder,
) -> anyhow::Result<()> {
    let text = std::str::from_utf8(text)?;
    let mut array =
        ArrayReader { text, scanned: 0, line: 1, records: RecordReader::new(file, 0, builder) };
    if text.trim_start().starts_with('[') {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_seq(&mut array)?;
        deserializer.end()?;
    } else {
        array.read(serde_json::from_str(text)?);
    }
    Ok(())
}

/// Takes one record after another: a list of millions of them would need more memory than the text.
struct ArrayReader<'a> {
    text: &'a str,
    /// Bytes of the text whose line ends are counted.
    scanned: usize,
    line: u32,
    records: RecordReader<'a>,
}

impl ArrayReader<'_> {
    fn read(&mut self, record: &RawValue) -> Lines {
        let start = record.get().as_ptr() as usize - self.text.as_ptr() as usize;
        let lines = memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.scanned..start]).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.scanned = start;
        self.records.read(record.get().as_bytes(), self.line)
    }
}

impl<'de> Visitor<'de> for &mut ArrayReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element::<&'de RawValue>()? {
            if self.read(record) == Lines::Cut {
                // The rest must still be JSON: a cut file is rejected whole.
                while seq.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
        Ok(())
    }
}
