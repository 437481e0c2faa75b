//! The program is killed while it writes; the run after that finds nothing lost, nothing twice and
//! nothing left lying about.
//!
//! Moments come from a seed and are counted, never timed. Two ways to die see different moments:
//! the system ends a program that writes more than a number of blocks to one file, which is in the
//! middle of a write; and a test kills it after a number of changes in a folder, which is between
//! writes and renames.

mod build;
mod governance;
mod history;
mod intake;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use crate::support::{files, program, with_clean_environment};

/// Bytes of a block of `ulimit -f`, by POSIX.
const BLOCK_BYTES: u64 = 512;

/// When a run dies.
#[derive(Clone, Debug)]
enum Death {
    /// At the first write beyond so many blocks of one file.
    FileBlocks(u64),
    /// After so many changes of names or sizes in a folder.
    Changes { folder: PathBuf, count: u32 },
}

/// Moments from a seed.
struct Moments {
    random: Pcg32,
    /// The next death is by the size of a file.
    is_by_size: bool,
}

impl Moments {
    fn new(seed: u64) -> Self {
        Self { random: Pcg32::seed_from_u64(seed), is_by_size: false }
    }

    /// A number from 1 to `most`.
    fn number(&mut self, most: u32) -> u32 {
        1 + self.random.next_u32() % most
    }

    /// Every second death is while a file of at least `bytes` is written, and comes for sure. The
    /// others are after some changes in a folder; a busy machine can be too slow to see them all.
    fn death(&mut self, folder: &Path, bytes: u64) -> Death {
        self.is_by_size = !self.is_by_size;
        match self.is_by_size {
            true => self.death_by_size(bytes),
            false => Death::Changes { folder: folder.to_owned(), count: self.number(12) },
        }
    }

    /// A death while a file of at least `bytes` is written. Nobody has to watch for it.
    fn death_by_size(&mut self, bytes: u64) -> Death {
        let most = u32::try_from(bytes / BLOCK_BYTES).unwrap();
        Death::FileBlocks(u64::from(self.number(most - 1)))
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Killed,
    /// It was done before its moment came; the exit status.
    Status(i32),
}

/// Arguments and variables of a run that may be killed.
struct Run<'a> {
    arguments: &'a [OsString],
    variables: &'a [(&'a str, &'a str)],
}

impl Run<'_> {
    /// Runs the program to its end; its status.
    fn whole(&self) -> i32 {
        let mut command = program();
        self.prepare(command.args(self.arguments)).status().unwrap().code().unwrap_or(-1)
    }

    /// Runs the program until it dies or is done.
    fn until(&self, death: &Death) -> End {
        let status = match death {
            Death::FileBlocks(blocks) => {
                let mut shell = with_clean_environment(Command::new("sh"));
                let limited = "ulimit -c 0 && ulimit -f \"$0\" && exec \"$@\"";
                shell.arg("-c").arg(limited).arg(blocks.to_string());
                shell.arg(program().get_program()).args(self.arguments);
                self.prepare(&mut shell).status().unwrap()
            }
            Death::Changes { folder, count } => {
                let mut command = program();
                let mut child = self.prepare(command.args(self.arguments)).spawn().unwrap();
                kill_after(&mut child, folder, *count);
                child.wait().unwrap()
            }
        };
        status.code().map_or(End::Killed, End::Status)
    }

    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        // Nobody reads what is said: a full pipe would stop the program for good.
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.envs(self.variables.iter().copied())
    }
}

/// Kills a program once a folder has changed so often, or leaves it alone if it ends before.
fn kill_after(child: &mut Child, folder: &Path, count: u32) {
    let (mut last, mut changes) = (listing(folder), 0);
    while child.try_wait().unwrap().is_none() {
        let now = listing(folder);
        changes += u32::from(now != last);
        last = now;
        if changes >= count {
            child.kill().unwrap();
            return;
        }
        std::thread::yield_now();
    }
}

/// Names and sizes below a folder. Files that go while it is read are left out.
fn listing(folder: &Path) -> Vec<(PathBuf, u64)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let sized = |entry: walkdir::DirEntry| {
        let size = entry.metadata().map_or(0, |facts| facts.len());
        (entry.into_path(), size)
    };
    entries.map(sized).collect()
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        (name, bytes)
    };
    files(folder).into_iter().map(read).collect()
}

/// Files and folders that a run left behind: hidden ones, the lock among them, and unfinished ones
/// by their ending.
fn leftovers(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    let names = entries.map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let is_left = |name: &String| {
        let last = name.rsplit('/').next().unwrap_or_default();
        let unfinished = [".tmp", ".part", ".new", "~"].iter().any(|end| last.ends_with(end));
        last.starts_with('.') || unfinished
    };
    names.filter(is_left).collect()
}

/// The words of a command line; folders and files among them as they are.
fn words(words: &[&dyn AsRef<std::ffi::OsStr>]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}
