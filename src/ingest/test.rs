//! What the adapters' own tests share.

use crate::ingest::Input;
use crate::ingest::entry::Entry;
use crate::ingest::formats::{Format, Reader};
use crate::ingest::source::Text;

/// The entries of a text that the format must recognise and read whole.
pub(super) fn read_text(format: &Format, text: &str) -> Vec<Entry> {
    let text = Text::new("told.txt", text.as_bytes());
    let Reader::Text { is, .. } = format.reader else { panic!("{} reads folders", format.name) };
    assert!(is(&text), "{} does not recognise {}", format.name, text.text);
    let mut entries = Vec::new();
    let read = Input::Text(text).read(format, &mut |entry| entries.push(entry));
    let read = read.expect("it is of this format");
    assert_eq!(read.refused, []);
    entries
}
