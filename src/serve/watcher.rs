//! Watches files for changes. Folders are watched, not files, because editors save by renaming: the
//! file that was watched would be gone.

use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use notify_debouncer_full::notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
};

use crate::serve::{ServeError, ServeOptions};

/// Pause after a change before it counts: long enough for the events of one write. An event that
/// comes later is another change.
const DEBOUNCE: Duration = Duration::from_millis(10);

/// Watches until it is dropped.
pub(super) type SiteWatcher = Debouncer<RecommendedWatcher, RecommendedCache>;

/// Watches the folders and files of the options; `report` gets the paths that changed.
///
/// # Errors
/// A path is missing, or the system watches no more.
pub(super) fn watch_site(
    options: &ServeOptions,
    report: impl Fn(Vec<PathBuf>) + Send + 'static,
) -> Result<SiteWatcher, ServeError> {
    start_watcher(&WatchScope::new(options)?, DEBOUNCE, report)
}

/// Watches folders (with everything in them) and single files; files that a build itself writes and
/// dot files are ignored. Each message holds the paths that changed since the last message, after a
/// pause without changes; an empty message means that anything may have changed.
///
/// # Errors
/// A path is missing, or the system watches no more.
pub(crate) fn watch_paths(
    watch: &[PathBuf],
    ignore: &[PathBuf],
    pause: Duration,
) -> Result<(impl Sized, mpsc::Receiver<Vec<PathBuf>>), ServeError> {
    let (sender, changes) = mpsc::channel();
    let report = move |paths| {
        let _ = sender.send(paths); // fails while the program ends
    };
    Ok((start_watcher(&WatchScope::of(watch, ignore.iter())?, pause, report)?, changes))
}

/// Reports relevant paths as they change.
fn start_watcher(
    scope: &WatchScope,
    pause: Duration,
    report: impl Fn(Vec<PathBuf>) + Send + 'static,
) -> Result<SiteWatcher, ServeError> {
    let filter = scope.clone();
    let handler = move |result: DebounceEventResult| {
        let relevant = match result {
            Ok(events) => filter.changed_paths(&events),
            // Events were lost: one needless load is better than a missed change.
            Err(_) => Some(Vec::new()),
        };
        if let Some(paths) = relevant {
            report(paths);
        }
    };
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: notify_debouncer_full::notify::Error| ServeError::Watch {
            path,
            reason: error.to_string(),
        }
    };
    let mut debouncer =
        new_debouncer(pause, None, handler).map_err(failed(Path::new("the file system")))?;
    for root in &scope.roots {
        let depth = if root.only_file.is_some() {
            RecursiveMode::NonRecursive
        } else {
            RecursiveMode::Recursive
        };
        debouncer.watch(&root.folder, depth).map_err(failed(&root.folder))?;
    }
    Ok(debouncer)
}

/// Which changes count.
#[derive(Clone, Debug)]
struct WatchScope {
    roots: Vec<WatchRoot>,
    ignore: Vec<PathBuf>,
}

/// A folder with everything in it, or one file of it.
#[derive(Clone, Debug)]
struct WatchRoot {
    folder: PathBuf,
    only_file: Option<PathBuf>,
}

impl WatchScope {
    fn new(options: &ServeOptions) -> Result<Self, ServeError> {
        Self::of(&options.watch, options.ignore.iter().chain([&options.site_dir]))
    }

    fn of<'a>(
        watch: &[PathBuf],
        ignore: impl Iterator<Item = &'a PathBuf>,
    ) -> Result<Self, ServeError> {
        let roots = watch.iter().map(|path| {
            let failed = |error: std::io::Error| ServeError::Watch {
                path: path.clone(),
                reason: error.to_string(),
            };
            let real = path.canonicalize().map_err(failed)?;
            let parent = real.parent().filter(|_| !real.is_dir()).map(Path::to_owned);
            Ok(match parent {
                Some(folder) => WatchRoot { folder, only_file: Some(real) },
                None => WatchRoot { folder: real, only_file: None },
            })
        });
        Ok(Self {
            roots: roots.collect::<Result<_, _>>()?,
            ignore: ignore.map(real_path).collect(),
        })
    }

    /// The relevant paths of these events; empty where anything may have changed, none where
    /// nothing relevant did.
    fn changed_paths(&self, events: &[DebouncedEvent]) -> Option<Vec<PathBuf>> {
        if events.iter().any(|event| event.need_rescan()) {
            return Some(Vec::new());
        }
        // Reading a file is an event too; a load would then cause the next load.
        let changes = events.iter().filter(|event| !matches!(event.kind, EventKind::Access(_)));
        let mut paths: Vec<PathBuf> = changes
            .flat_map(|event| &event.paths)
            .filter(|path| self.is_relevant(path))
            .cloned()
            .collect();
        paths.sort_unstable();
        paths.dedup();
        (!paths.is_empty()).then_some(paths)
    }

    /// Whether a change of `path` may change the site.
    fn is_relevant(&self, path: &Path) -> bool {
        let inside = |root: &WatchRoot| match &root.only_file {
            Some(file) => path == file,
            None => path.strip_prefix(&root.folder).is_ok_and(|inside| !is_ignored_name(inside)),
        };
        !self.ignore.iter().any(|ignored| path.starts_with(ignored))
            && self.roots.iter().any(inside)
    }
}

/// Whether a path is a dot file, an editor's backup, or a record that could not be read.
fn is_ignored_name(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            name == "quarantine" || name.starts_with('.') || name.ends_with('~')
        }
        _ => false,
    })
}

/// The real path, also of a file that does not exist yet in a folder that does.
fn real_path(path: &PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
            (Some(parent), Some(name)) => parent.join(name),
            _ => path,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_count_where_they_can_change_the_site() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let data = root.join("data");
        std::fs::create_dir(&data).unwrap();
        let policy = root.join("policy.yml");
        std::fs::write(&policy, "").unwrap();
        let scope = WatchScope::new(&ServeOptions {
            base_path: "/".to_owned(),
            site_dir: data.join("site"),
            watch: vec![data.clone(), policy.clone()],
            ignore: vec![data.join("events.ndjson")],
        })
        .unwrap();
        for counts in ["results/2025-09-26.ndjson", "notes/x.md", "policy.yml", "sites/a.json"] {
            assert!(scope.is_relevant(&data.join(counts)), "{counts}");
        }
        let ignored = [
            "quarantine/x",
            "site/index.html",
            "events.ndjson",
            ".git/HEAD",
            "notes/.x.md.swp",
            "notes/x.md~",
            ".site.benchpages-x1/index.html",
        ];
        for ignored in ignored {
            assert!(!scope.is_relevant(&data.join(ignored)), "{ignored}");
        }
        assert!(scope.is_relevant(&policy));
        assert!(!scope.is_relevant(&root.join("policy.yml.bak")));
    }

    #[test]
    fn a_missing_path_is_named() {
        let options = ServeOptions {
            base_path: "/".to_owned(),
            site_dir: PathBuf::from("site"),
            watch: vec![PathBuf::from("no/such/folder")],
            ignore: Vec::new(),
        };
        let error = WatchScope::new(&options).unwrap_err().to_string();
        assert!(error.starts_with("no/such/folder cannot be watched"), "{error}");
    }
}
