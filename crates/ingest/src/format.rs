//! What a format is: how it is recognized and read. The adapters make one each; [`crate::formats`]
//! is the table of all of them.

use crate::declared::DeclaredFormat;
use crate::sink::{EntrySink, InputError};
use crate::source::{Folder, Text};

/// A format that can be read.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// The tool and its version or option, for people.
    pub tool: &'static str,
    /// What distinguishes it from other formats, for people.
    pub signature: &'static str,
    /// Metrics and fields it yields, for people.
    pub yields: &'static str,
    /// The backend of its records where neither tool nor user names one.
    pub backend: &'static str,
    pub reader: Reader,
}

/// How a format is recognized and read.
pub enum Reader {
    /// One file, or standard input.
    Text {
        recognizes: fn(&Text) -> bool,
        read: fn(&Text, &mut EntrySink<'_>) -> Result<(), InputError>,
    },
    /// One file, by a declaration.
    Declared(DeclaredFormat),
    /// A folder whose files belong together.
    Folder {
        recognizes: fn(&dyn Folder) -> bool,
        read: fn(&dyn Folder, &mut EntrySink<'_>) -> Result<(), InputError>,
    },
}

impl Format {
    /// Whether it recognizes a text; a format of folders recognizes none.
    pub fn recognizes_text(&self, text: &Text) -> bool {
        match &self.reader {
            Reader::Text { recognizes, .. } => recognizes(text),
            Reader::Declared(declared) => declared.recognizes(text),
            Reader::Folder { .. } => false,
        }
    }

    /// Whether it recognizes a folder; a format of texts recognizes none.
    pub(crate) fn recognizes_folder(&self, folder: &dyn Folder) -> bool {
        match &self.reader {
            Reader::Folder { recognizes, .. } => recognizes(folder),
            Reader::Text { .. } | Reader::Declared(_) => false,
        }
    }

    /// The marks of a declared format that do not stand in a text; none of a format that is code.
    pub fn missing_marks(&self, text: &Text) -> Vec<&str> {
        match &self.reader {
            Reader::Declared(declared) => declared.missing_marks(text),
            Reader::Text { .. } | Reader::Folder { .. } => Vec::new(),
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// The text is not of this format, or broken as a whole; the format reads folders.
    pub fn read_text(&self, text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
        match &self.reader {
            Reader::Text { read, .. } => read(text, sink),
            Reader::Declared(declared) => declared.read(text, sink),
            Reader::Folder { .. } => {
                Err(InputError::whole(format!("{} is read from a folder", self.name)))
            }
        }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// The folder is not of this format; the format reads texts.
    pub fn read_folder(
        &self,
        folder: &dyn Folder,
        sink: &mut EntrySink<'_>,
    ) -> Result<(), InputError> {
        match &self.reader {
            Reader::Folder { read, .. } => read(folder, sink),
            Reader::Text { .. } | Reader::Declared(_) => {
                Err(InputError::whole(format!("{} is read from files", self.name)))
            }
        }
    }

    /// Whether it reads a folder as a whole.
    pub fn takes_folders(&self) -> bool {
        matches!(self.reader, Reader::Folder { .. })
    }
}
