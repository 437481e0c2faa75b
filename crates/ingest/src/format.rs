//! What a format is: how it is recognized and read. The adapters make one each; [`crate::formats`]
//! is the table of all of them.

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
    /// A folder whose files belong together.
    Folder {
        recognizes: fn(&dyn Folder) -> bool,
        read: fn(&dyn Folder, &mut EntrySink<'_>) -> Result<(), InputError>,
    },
}
