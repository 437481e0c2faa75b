//! What is read: one text, or a folder whose files belong together. Folders are listed once and
//! their files read one at a time; links are not followed and nothing outside is touched.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json;
use crate::sink::InputError;

/// A file larger than this is no benchmark result: 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

/// One file's text, without byte order mark and colours.
pub struct Text {
    /// As places name it.
    pub name: String,
    pub text: String,
    /// What the user says that its columns are: `FIELD=COLUMN`; tables read it, nothing else does.
    pub columns: Vec<String>,
    value: OnceCell<Option<Value>>,
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
        // Only an escape character begins a colour.
        let text = if text.contains('\u{1b}') {
            anstream::adapter::strip_str(&text).to_string()
        } else {
            text.into_owned()
        };
        Self { name: name.into(), text, columns: Vec::new(), value: OnceCell::new() }
    }

    /// Lines with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The text as JSON, where it is one whole value; read once, for recognition. Bare `NaN` and
    /// `Infinity` read as the texts of that name.
    pub fn json(&self) -> Option<&Value> {
        let whole = || serde_json::from_str(&json::quote_bare_numbers(&self.text)).ok();
        let begins = self.text.trim_start().starts_with(['{', '[']);
        self.value.get_or_init(|| if begins { whole() } else { None }).as_ref()
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
        Ok(serde_json::from_str(&json::quote_bare_numbers(&self.text))?)
    }
}

/// A folder whose files belong together.
pub struct ResultFolder {
    pub root: PathBuf,
    /// Relative to the root, with `/`, sorted.
    pub files: Vec<String>,
}

impl ResultFolder {
    /// Lists a folder.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            if entry.file_type().is_file() {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                files.push(parts.join("/"));
            }
        }
        files.sort_unstable();
        Ok(Self { root: root.to_owned(), files })
    }

    pub fn has(&self, file: &str) -> bool {
        self.files.binary_search_by(|it| it.as_str().cmp(file)).is_ok()
    }

    /// One of its files.
    ///
    /// # Errors
    /// It cannot be read, or is larger than any result.
    pub fn read(&self, file: &str) -> Result<Text, InputError> {
        let path = file.split('/').fold(self.root.clone(), |path, part| path.join(part));
        read(&path, file).map_err(|error| InputError::whole(format!("{error:#}")))
    }
}

/// A file by its path; `name` is what places call it.
///
/// # Errors
/// It cannot be read, or is larger than any result.
pub fn read(path: &Path, name: &str) -> anyhow::Result<Text> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {shown}"))?.len();
    if size > MAX_BYTES {
        bail!("{shown} has {size} bytes; the limit is 1 GiB");
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    Ok(Text::new(name, &bytes))
}
