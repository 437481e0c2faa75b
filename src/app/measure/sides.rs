//! The two that are compared: commits of this repository, two folders, or two commands; or what is
//! here, alone.
//!
//! | request | base | head |
//! |---|---|---|
//! | a branch as base | the newest commit that it shares with the head, checked out | the head |
//! | any other commit | that commit, checked out | the head, checked out |
//! | two folders | the first as it is | the second as it is |
//! | two commands | the base command, here | the command, here |
//!
//! The head is the commit that is checked out here. Where its files differ from it, no commit is
//! the measured code: that is an error, or with `include_dirty` the files as they are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::vcs::git;
use crate::workbench::checkouts::{self, Checkouts};
use model::history::session::Side;
use model::text;

/// What is compared with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SidesRequest {
    /// What is here, and nothing else.
    One,
    Commits {
        base: String,
        /// None: the commit that is checked out.
        head: Option<String>,
        /// The changed files are measured, too.
        include_dirty: bool,
    },
    Folders {
        base: PathBuf,
        head: PathBuf,
    },
    Commands {
        base: Vec<OsString>,
    },
}

/// One side, ready to be set up.
#[derive(Clone, Debug)]
pub(super) struct SideFolder {
    /// None where there is only one.
    pub(super) side: Option<Side>,
    /// What the user called it, and how it became this commit.
    pub(super) name: String,
    /// The commit of its records; none: the one that git or the job around names.
    pub(super) commit: Option<String>,
    pub(super) folder: PathBuf,
    pub(super) command: Vec<OsString>,
}

/// The sides, and the checkouts that some of them lie in.
pub(super) struct Sides {
    pub(super) folders: Vec<SideFolder>,
    /// Removed when the session is over.
    pub(super) checkouts: Option<Checkouts>,
}

impl Sides {
    /// # Errors
    /// A side is unknown, or its files differ from its commit.
    pub(super) fn of(request: &SidesRequest, command: &[OsString]) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let plain = |folders| Ok(Self { folders, checkouts: None });
        match request {
            SidesRequest::One => plain(vec![SideFolder {
                side: None,
                name: "here".to_owned(),
                commit: None,
                folder: here,
                command: command.to_vec(),
            }]),
            SidesRequest::Folders { base, head } => plain(folders(base, head, command)?),
            SidesRequest::Commands { base } => {
                let of = |side, name: &str, command: &[OsString]| SideFolder {
                    side: Some(side),
                    name: name.to_owned(),
                    commit: Some(name.replace(' ', "-")),
                    folder: here.clone(),
                    command: command.to_vec(),
                };
                plain(vec![
                    of(Side::Base, "base command", base),
                    of(Side::Head, "head command", command),
                ])
            }
            SidesRequest::Commits { base, head, include_dirty } => {
                let head = Head::of(&here, head.as_deref(), *include_dirty)?;
                commits(&here, base, head, command)
            }
        }
    }
}

/// The head before it is checked out.
struct Head {
    name: String,
    /// The commit whose history the base is looked for in.
    commit: String,
    /// What is checked out: the commit, or one that holds the changed files, too.
    measured: String,
    is_named: bool,
    is_dirty: bool,
}

impl Head {
    fn of(here: &Path, name: Option<&str>, include_dirty: bool) -> anyhow::Result<Self> {
        if git::place_in_repository(here).is_none() {
            bail!(
                "{} is in no git repository; compare two folders (--a DIR --b DIR) or two commands \
                 (--base-command)",
                here.display()
            );
        }
        let commit = git::resolve(here, name.unwrap_or("HEAD"))
            .with_context(|| unknown(name.unwrap_or("HEAD"), "--head"))?;
        let changed = name.is_none() && git::is_dirty(here) == Some(true);
        if changed && !include_dirty {
            bail!(
                "tracked files differ from {}, so no commit is the code here; commit them, or \
                 measure them as they are: --include-dirty",
                text::short_commit(&commit)
            );
        }
        let measured = match changed {
            true => checkouts::commit_of_changes(here)?.unwrap_or_else(|| commit.clone()),
            false => commit.clone(),
        };
        Ok(Self {
            name: name.unwrap_or("HEAD").to_owned(),
            is_dirty: measured != commit,
            commit,
            measured,
            is_named: name.is_some(),
        })
    }
}

fn unknown(name: &str, option: &str) -> String {
    let remote = name.strip_prefix("origin/");
    let remedy = match remote {
        Some(branch) => format!("fetch it: git fetch origin {branch}"),
        None => "fetch it, or name another commit".to_owned(),
    };
    format!("{option} {name}: no commit that git knows here; {remedy}")
}

fn commits(here: &Path, base: &str, head: Head, command: &[OsString]) -> anyhow::Result<Sides> {
    let named = git::resolve(here, base).with_context(|| unknown(base, "--base"))?;
    let Some(base_commit) = git::comparison_base(here, base, &head.commit) else {
        bail!(
            "--base {base}: no commit in common with {}; fetch the whole history (fetch-depth: 0, \
             or git fetch --unshallow)",
            text::short_commit(&head.commit)
        );
    };
    if base_commit == head.measured && !head.is_named {
        bail!(
            "base and head are the same commit, {}; name an older --base, or --head for a \
             comparison of the commit with itself",
            text::short_commit(&base_commit)
        );
    }
    let base_name = match named == base_commit {
        true => base.to_owned(),
        false => format!("where {} leaves {base}", head.name),
    };
    let head_name = match head.is_dirty {
        true => format!("{} with changed files", head.name),
        false => head.name.clone(),
    };
    let place = git::place_in_repository(here).unwrap_or_default();
    let mut checkouts = Checkouts::new(here)?;
    let mut folders = Vec::new();
    let head_commit = head.is_named.then(|| head.commit.clone());
    // Both folders have names of the same length.
    for (side, name, commit, measured) in [
        (Side::Base, base_name, Some(base_commit.clone()), &base_commit),
        (Side::Head, head_name, head_commit, &head.measured),
    ] {
        let folder = checkouts.add(measured, side.as_str())?.join(&place);
        if !folder.is_dir() {
            bail!("{place} does not exist in {}", text::short_commit(measured));
        }
        let command = command.to_vec();
        folders.push(SideFolder { side: Some(side), name, commit, folder, command });
    }
    Ok(Sides { folders, checkouts: Some(checkouts) })
}

fn folders(base: &Path, head: &Path, command: &[OsString]) -> anyhow::Result<Vec<SideFolder>> {
    let absolute = |option: &str, folder: &Path| {
        let found = folder.canonicalize().ok().filter(|path| path.is_dir());
        found.with_context(|| format!("{option} {}: no such folder", folder.display()))
    };
    let paths = [absolute("--a", base)?, absolute("--b", head)?];
    let of_git = paths.each_ref().map(|path| git::resolve(path, "HEAD"));
    let names = paths.each_ref().map(|path| {
        path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    });
    // Two folders of one repository have one commit, which tells nothing apart.
    let ids = match &of_git {
        [Some(a), Some(b)] if a != b => [a.clone(), b.clone()],
        _ if names[0] != names[1] && names.iter().all(|name| !name.is_empty()) => names,
        _ => ["a".to_owned(), "b".to_owned()],
    };
    let shown = [base, head].map(|path| path.display().to_string());
    let sides = [Side::Base, Side::Head].into_iter().zip(paths).zip(ids).zip(shown);
    let side = |(((side, folder), id), name)| SideFolder {
        side: Some(side),
        name,
        commit: Some(id),
        folder,
        command: command.to_vec(),
    };
    Ok(sides.map(side).collect())
}
