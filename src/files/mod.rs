//! The file system, as every edge uses it: plain files only, one writer at a time, whole files.
//!
//! A history and a cache come from strangers' pull requests and shared machines. Somebody may plant
//! a link to `~/.ssh/id_ed25519` as `notes/a.md`, a FIFO as `policy.yml`, or a link to another
//! folder as `archive`. So every path of a history is opened through a [`Directory`], which follows
//! no link and never blocks; [`lock::HistoryLock`] is the proof that no other process writes; and
//! [`Directory::replace`] puts a file in place whole and on the disk, or not at all.

pub(crate) mod cache_folder;
mod directory;
pub(crate) mod lock;
mod plain;

pub(crate) use directory::{Directory, replace_file};
pub(crate) use plain::{FileError, Links, SizeLimit, open, open_existing, read};
