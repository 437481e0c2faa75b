//! Opening a file that must be a plain one: no link, no folder, FIFO, socket or device.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation};

/// What to do with a symbolic link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Links {
    /// It is an error.
    #[default]
    Reject,
    /// Read what it points to (`--follow-links`). Nothing is ever written through a link.
    Follow,
}

/// Why a file was not read or written. Each message names the path, the cause and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{} is {kind}; only plain files and folders are read and written: {}", path.display(), remedy(kind))]
    NotPlain { path: PathBuf, kind: &'static str },
    #[error("{} has more than {limit} bytes; {}", path.display(), size_remedy(*key))]
    TooLarge { path: PathBuf, limit: u64, key: Option<&'static str> },
    // Not named `source`: the message has it, and whoever prints all causes would print it twice.
    #[error("cannot read or write {}: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
}

const SYMBOLIC_LINK: &str = "a symbolic link";

fn remedy(kind: &str) -> &'static str {
    if kind == SYMBOLIC_LINK {
        "put a copy in its place, or read it with --follow-links"
    } else {
        "remove it"
    }
}

fn size_remedy(key: Option<&'static str>) -> String {
    match key {
        Some(key) => format!("split the file, or raise `{key}` in policy.yml"),
        None => "split the file".to_owned(),
    }
}

impl FileError {
    /// For `map_err`.
    pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { path: path.to_owned(), cause }
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }

    /// The same as a problem of a history; `file` is the path relative to it.
    pub(crate) fn problem(&self, file: &str) -> Problem {
        let location = SourceLocation { file: file.to_owned(), line: 1, column: 1 };
        let (reason, remedy, problem_kind) = match self {
            Self::NotPlain { kind, .. } => {
                let reason = format!("it is {kind}, so it is not read");
                (reason, remedy(kind).to_owned(), ProblemKind::NotAFile)
            }
            Self::TooLarge { limit, key, .. } => {
                let reason = format!("it has more than {limit} bytes");
                (reason, size_remedy(*key), ProblemKind::FileTooLarge)
            }
            Self::Io { cause, .. } => {
                let reason = format!("it cannot be read: {cause}");
                (reason, "make it readable".to_owned(), ProblemKind::UnreadableFile)
            }
        };
        Problem { location, reason, remedy, kind: problem_kind }
    }
}

/// Opens a plain file for reading. Never blocks, whatever is at the path.
///
/// # Errors
/// There is none, or it is something else.
pub(crate) fn open(path: &Path, links: Links) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    options.read(true);
    open_with(path, &mut options, links)
}

/// Opens a plain file that exists, to change it. Never blocks, whatever is at the path.
///
/// # Errors
/// There is none, or it is something else.
pub(crate) fn open_existing(path: &Path) -> Result<File, FileError> {
    open_with(path, OpenOptions::new().read(true).write(true), Links::Reject)
}

/// Opens a plain file with these options. The kind is looked at before, because opening a device
/// can have effects, and after, because the path may have changed in between.
pub(super) fn open_with(
    path: &Path,
    options: &mut OpenOptions,
    links: Links,
) -> Result<File, FileError> {
    let at = FileError::at(path);
    let looked_up = match links {
        Links::Reject => std::fs::symlink_metadata(path),
        Links::Follow => std::fs::metadata(path),
    };
    match looked_up {
        Ok(metadata) => require_plain(path, metadata.file_type())?,
        // The options may say that it is to be created.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(error)),
    }
    never_follow_or_block(options, links);
    let file = options.open(path).map_err(&at)?;
    require_plain(path, file.metadata().map_err(&at)?.file_type())?;
    Ok(file)
}

#[cfg(unix)]
fn never_follow_or_block(options: &mut OpenOptions, links: Links) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Reject {
        flags |= OFlags::NOFOLLOW;
    }
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn never_follow_or_block(_: &mut OpenOptions, _: Links) {}

fn require_plain(path: &Path, kind: FileType) -> Result<(), FileError> {
    if kind.is_file() {
        return Ok(());
    }
    Err(FileError::NotPlain { path: path.to_owned(), kind: name_of(kind) })
}

/// What a thing that is no plain file is called.
pub(super) fn name_of(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    match kind {
        _ if kind.is_symlink() => SYMBOLIC_LINK,
        _ if kind.is_dir() => "a folder",
        _ if kind.is_file() => "a file",
        _ => "no plain file",
    }
}

/// A limit on the size of a file, and the policy key that raises it, if one does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SizeLimit {
    pub(crate) bytes: u64,
    pub(crate) key: Option<&'static str>,
}

/// The whole content of a plain file.
///
/// # Errors
/// As [`open`], or the file is larger than the limit. What grows while it is read is cut there too.
pub(crate) fn read(path: &Path, links: Links, limit: SizeLimit) -> Result<Vec<u8>, FileError> {
    let file = open(path, links)?;
    let mut bytes = Vec::new();
    file.take(limit.bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(FileError::at(path))?;
    if bytes.len() as u64 > limit.bytes {
        let (limit, key) = (limit.bytes, limit.key);
        return Err(FileError::TooLarge { path: path.to_owned(), limit, key });
    }
    Ok(bytes)
}

/// As [`read`]; none where there is no file.
pub(crate) fn read_optional(
    path: &Path,
    links: Links,
    limit: SizeLimit,
) -> Result<Option<Vec<u8>>, FileError> {
    match read(path, links, limit) {
        Err(error) if error.is_missing() => Ok(None),
        read => read.map(Some),
    }
}
