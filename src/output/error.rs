//! Why a site was not written.

use std::io;
use std::path::{Path, PathBuf};

/// Why the site was not written: place, cause, remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error(
        "{} holds files that benchpages did not write (it has no `.benchpages` file); write to \
         another folder with --out, or delete that one yourself",
        .path.display()
    )]
    NotOurs { path: PathBuf },
    #[error(
        "{} is a symbolic link, and replacing it would leave what it points to; name the folder \
         itself with --out",
        .path.display()
    )]
    SymbolicLink { path: PathBuf },
    #[error("{} is a file, not a folder; name another folder with --out", .path.display())]
    NotAFolder { path: PathBuf },
    #[error(
        "`{}` cannot be replaced as a whole; name a folder inside it with --out",
        .path.display()
    )]
    NoName { path: PathBuf },
    #[error(
        "the page `{route}` would be written outside the site; this is a bug, please report it"
    )]
    OutsideSite { route: String },
    #[error("two pages are named `{route}`; this is a bug, please report it")]
    DuplicateRoute { route: String },
    #[error("{}: {source}; {}", .path.display(), remedy(.source))]
    Io { path: PathBuf, source: io::Error },
}

impl OutputError {
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free space on this disk, or write to another one with --out"
        }
        io::ErrorKind::ResourceBusy => {
            "it is in use or a mount point: name a folder inside it with --out"
        }
        _ => "name a folder that can be written with --out",
    }
}
