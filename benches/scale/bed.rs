//! Where everything happens: a temporary folder with histories, sites and a cache of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use tempfile::TempDir;

use crate::child::{self, Usage};

/// A temporary folder; it goes when this is dropped.
pub struct Bed(TempDir);

impl Bed {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program as it is shipped, with a cache of its own.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_benchpages"));
        command.env("XDG_CACHE_HOME", self.path("cache")).env("NO_COLOR", "1");
        command
    }

    /// A made-up history of so many series and days; made once.
    pub fn history(&self, series: u32, days: u32) -> anyhow::Result<PathBuf> {
        let out = self.history_path(series, days);
        if !out.exists() {
            self.history_usage(series, days)?;
        }
        Ok(out)
    }

    /// What it takes to make one.
    pub fn history_usage(&self, series: u32, days: u32) -> anyhow::Result<Usage> {
        let mut command = self.program();
        command.args(["demo-data", "--scenario", "large", "--out"]);
        command.arg(self.history_path(series, days));
        child::run(command.args(["--series", &series.to_string(), "--days", &days.to_string()]))
    }

    fn history_path(&self, series: u32, days: u32) -> PathBuf {
        self.path(&format!("history-{series}-{days}"))
    }

    /// Builds into a folder, on what is in it and in the cache.
    pub fn build(&self, history: &Path, site: &Path) -> anyhow::Result<Usage> {
        let mut command = self.program();
        command.args(["build", "--demo", "--data"]).arg(history).arg("--out").arg(site);
        child::run(&mut command)
    }

    /// Builds into a new folder, with nothing kept from before.
    pub fn cold(&self, history: &Path, site: &Path) -> anyhow::Result<Usage> {
        self.forget(site)?;
        self.build(history, site)
    }

    /// Puts a site and all that was kept for it out of the way.
    pub fn forget(&self, site: &Path) -> anyhow::Result<()> {
        remove(site)?;
        remove(&former(site))?;
        remove(&self.path("cache"))
    }
}

/// Where a build keeps the site that it replaced.
fn former(site: &Path) -> PathBuf {
    let name = site.file_name().unwrap_or_default().to_string_lossy();
    site.with_file_name(format!(".{name}.benchpages.former"))
}

/// Puts a folder out of the way, to go with the bed: some file systems make new files slowly for
/// seconds after many were removed, and that is not what is measured.
pub fn remove(folder: &Path) -> anyhow::Result<()> {
    static ASIDE: AtomicU32 = AtomicU32::new(0);
    if folder.exists() {
        let number = ASIDE.fetch_add(1, Ordering::Relaxed);
        let aside = folder.with_extension(format!("aside-{number}"));
        std::fs::rename(folder, aside)
            .with_context(|| format!("cannot put {} aside", folder.display()))?;
    }
    Ok(())
}

/// The files of a folder and of all below, by path, with their sizes.
pub fn files(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, u64>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder)?.to_owned();
                found.insert(path, entry.metadata()?.len());
            }
        }
    }
    Ok(found)
}

/// How many folders a folder holds, at any depth.
pub fn folders(folder: &Path) -> anyhow::Result<usize> {
    let mut count = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                count += 1;
                open.push(entry.path());
            }
        }
    }
    Ok(count)
}

/// The files of a history's results, oldest day first.
pub fn days(history: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let results = history.join("results");
    Ok(files(&results)?.into_keys().map(|name| results.join(name)).collect())
}
