//! What is read: one text, or a folder whose files belong together. This crate opens no files: the
//! program does, and hands texts and folders in. What a log of continuous integration adds to the
//! lines of a text is taken off first, for every format.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::Read;

use crate::json;
use crate::log_lines::{self, PlainLines};
use crate::sink::InputError;
use model::record::time::Timestamp;

/// One file's text, without byte order mark, colors and the stamps of a log.
pub struct Text {
    /// As places name it.
    pub name: String,
    pub text: String,
    /// The first stamp of the log that the text is: the time of a run that states none.
    pub log_time: Option<Timestamp>,
    /// What the columns of a table hold, `FIELD=COLUMN`; other formats ignore it.
    pub columns: Vec<String>,
    /// The mark before the decimals of a table's numbers, where the user says it.
    pub decimal: Option<DecimalMark>,
    /// Parameters come from the printed name alone, as an import has to read them.
    pub plain_names: bool,
    value: OnceCell<Option<Value>>,
    /// Once it was looked for.
    part: OnceCell<Option<JsonPart>>,
}

/// The JSON among other lines of a text.
struct JsonPart {
    /// On the lines on which it stands there.
    text: String,
    value: Value,
}

impl Text {
    /// Decodes UTF-8 and, by its mark, UTF-16, as shells on Windows write it. What is neither is
    /// read with replacement characters.
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        let wide = |read: fn([u8; 2]) -> u16| {
            let units = bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
            Cow::Owned(char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect())
        };
        let text: Cow<'_, str> = match bytes {
            [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
            [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
            _ => String::from_utf8_lossy(bytes),
        };
        let PlainLines { text, time } = log_lines::plain_lines(&text);
        Self {
            name: name.into(),
            text,
            log_time: time,
            columns: Vec::new(),
            decimal: None,
            plain_names: false,
            value: OnceCell::new(),
            part: OnceCell::new(),
        }
    }

    /// Lines with their numbers from 1; of a line that was printed over itself, the last state.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let last = |line: &'_ str| line.trim_end_matches('\r').rfind('\r').map_or(0, |at| at + 1);
        self.text.lines().enumerate().map(move |(index, line)| (index + 1, &line[last(line)..]))
    }

    /// The text as JSON, where it is one value; read once, for recognition. Bare `NaN` and
    /// `Infinity` read as the texts of that name. After [`Self::look_within`] the value may stand
    /// among other lines.
    pub fn json(&self) -> Option<&Value> {
        let begins = self.text.trim_start().starts_with(['{', '[']);
        let whole = || if begins { json::parse(&self.text).ok() } else { None };
        let value = self.value.get_or_init(whole).as_ref();
        value.or_else(|| self.part.get()?.as_ref().map(|part| &part.value))
    }

    /// Looks for a JSON value among lines that a package manager or the tool itself printed before
    /// and after it; whether there is one.
    pub fn look_within(&self) -> bool {
        let part = || {
            let text = json::within(&self.text)?;
            let value = json::parse(&text).ok()?;
            Some(JsonPart { text, value })
        };
        self.json().is_none() && self.part.get_or_init(part).is_some()
    }

    /// The JSON of the text: itself, or the part of it that is, on the same lines.
    pub(crate) fn json_text(&self) -> &str {
        match self.part.get() {
            Some(Some(part)) => &part.text,
            _ => &self.text,
        }
    }

    /// The text as JSON.
    ///
    /// # Errors
    /// It is not, with line and column, or neither an object nor a list.
    pub fn value(&self) -> Result<&Value, InputError> {
        match self.json() {
            Some(value) => Ok(value),
            None => {
                self.parse::<serde::de::IgnoredAny>()?;
                Err(InputError::whole("neither an object nor a list"))
            }
        }
    }

    /// The text as JSON of this shape.
    ///
    /// # Errors
    /// It is not, with line and column.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, InputError> {
        Ok(json::parse(self.json_text())?)
    }
}

/// The mark before the decimals of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMark {
    #[default]
    Point,
    Comma,
}

/// A folder whose files belong together. Who implements it lists the files once and reads each
/// when it is asked for, so that a folder of any size passes through.
pub trait Folder {
    /// As messages name it.
    fn name(&self) -> &str;

    /// Every file, relative to the folder, with `/`, sorted.
    fn files(&self) -> &[String];

    /// One of its files; places name it as it is given here.
    ///
    /// # Errors
    /// It cannot be read, or is larger than any result.
    fn read(&self, file: &str) -> Result<Text, InputError>;

    /// When one of its files was last written; none where that is not known.
    fn modified(&self, _file: &str) -> Option<Timestamp> {
        None
    }

    /// One of its files, to be read from its beginning to its end and never held whole.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&self, file: &str) -> Result<Box<dyn Read + '_>, InputError>;

    /// Whether it holds a file of this name.
    fn has(&self, file: &str) -> bool {
        self.files().binary_search_by(|known| known.as_str().cmp(file)).is_ok()
    }
}

/// A file of a history, which may be larger than memory.
pub trait SourceFile {
    /// As messages name it.
    fn name(&self) -> &str;

    /// All of it.
    ///
    /// # Errors
    /// It cannot be read, or is larger than what is held whole.
    fn text(&self) -> Result<Text, InputError>;

    /// To be read from its beginning to its end.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&self) -> Result<Box<dyn Read + '_>, InputError>;
}

impl SourceFile for Text {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> Result<Text, InputError> {
        Ok(Self::new(self.name.clone(), self.text.as_bytes()))
    }

    fn open(&self) -> Result<Box<dyn Read + '_>, InputError> {
        Ok(Box::new(self.text.as_bytes()))
    }
}

/// What a history is imported from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    File(&'a dyn SourceFile),
    Folder(&'a dyn Folder),
}

impl<'a> Source<'a> {
    /// The folder.
    ///
    /// # Errors
    /// It is a file.
    pub(crate) fn folder(self) -> Result<&'a dyn Folder, InputError> {
        match self {
            Self::Folder(folder) => Ok(folder),
            Self::File(_) => Err(InputError::whole("not a folder")),
        }
    }
}
