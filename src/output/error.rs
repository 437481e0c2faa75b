//! Why a site was not written.

use std::io;
use std::path::{Path, PathBuf};

use model::text;

/// Why the site was not written: place, cause, remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error(
        "{} holds files that benchpages did not write (it has no `.benchpages` file); write to \
         another folder with --out, or delete that one yourself",
        .path.display()
    )]
    NotOurs { path: PathBuf },
    #[error("{}", foreign(path, named, *count, *is_nested))]
    Foreign {
        path: PathBuf,
        /// The first foreign entries; folders end in `/`.
        named: Vec<String>,
        count: usize,
        /// Some of them lie below the top of the folder, where none can be kept.
        is_nested: bool,
    },
    #[error(
        "{} is listed in `site.keep`, but the new site has an entry of this name; rename the file, \
         or move it elsewhere",
        .path.display()
    )]
    KeptClash { path: PathBuf },
    #[error(
        "{} was left by a stopped build and cannot go back, since {} exists; move one of the two \
         elsewhere",
        .kept.display(), .site.display()
    )]
    KeptTwice { kept: PathBuf, site: PathBuf },
    #[error(
        "the new site is in place, but {} cannot be moved into it: {source}; move it yourself, or \
         build again",
        .kept.display()
    )]
    KeptNotMoved { kept: PathBuf, source: io::Error },
    #[error(
        "--out {} and --data {} lie inside one another, and a build replaces the whole --out; \
         choose a folder beside the history with --out",
        .out.display(), .data.display()
    )]
    NotApart { out: PathBuf, data: PathBuf },
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

/// `site has 3 entries that benchpages did not write: CNAME, notes.txt and 1 more; …`
fn foreign(path: &Path, named: &[String], count: usize, is_nested: bool) -> String {
    let entries = match count {
        1 => "a file or folder".to_owned(),
        count => format!("{} files or folders", text::count(count as u64)),
    };
    let more = match count - named.len().min(count) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let keep = if is_nested { "" } else { "list them in `site.keep` of the policy, or " };
    format!(
        "{} holds {entries} that benchpages did not write: {}{more}; {keep}move them elsewhere, or \
         write to another folder with --out",
        path.display(),
        named.join(", "),
    )
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
