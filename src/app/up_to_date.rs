//! Whether a build would make the very site that is there: then it need not be made.
//!
//! After a build, what went in and what came out is noted down in the user's cache folder: of each
//! file how it looks from outside, which is size, time of its last change, and inode. The times are
//! the system's own (`ctime`), which no program can set, so that an edit which keeps size and date
//! is seen. A note that is cut, altered, or of another program is as good as none, and so is one
//! whose site was touched. Files that changed within the clock's grain before they were looked at
//! are not trusted, as in git ("racy git"): nothing is noted down then.
//! Refused: to be a reason for a build to fail, and systems without such times.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use blake3::Hasher;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::{BuildSummary, LoadOptions};
use crate::store;
use model::record::time::Timestamp;

/// First line of a note.
const RECORD_HEADER: &str = "benchpages unchanged 1";
/// A change this long before a file is looked at could be followed by another of the same time:
/// where times are whole seconds, and where they are finer (a kernel's tick is 10 ms at most).
const COARSE_CLOCK_GRAIN: Duration = Duration::from_secs(2);
const FINE_CLOCK_GRAIN: Duration = Duration::from_millis(50);

/// What a build reads, as it looks from outside.
pub(crate) struct BuildFingerprint {
    key: String,
    /// The minute that pages show as the build's.
    build_minute: String,
    record_path: PathBuf,
}

/// What the note of a build says.
#[derive(Serialize, Deserialize)]
pub(crate) struct BuildRecord {
    pub(crate) built: BuildSummary,
    pub(crate) warnings: Vec<String>,
}

impl BuildFingerprint {
    /// Looks at everything that a build into `out` reads; none where that tells nothing: there is
    /// no cache, a file cannot be looked at, or one has just changed.
    pub(crate) fn of(options: &LoadOptions, out: &Path) -> Option<Self> {
        let root = options.cache.as_ref()?;
        let now = SystemTime::now();
        let mut key = Hasher::new();
        let mut add = |part: &[u8]| {
            key.update(&part.len().to_le_bytes()).update(part);
        };
        add(env!("CARGO_PKG_VERSION").as_bytes());
        add(&file_stamp(&std::env::current_exe().ok()?, None)?);
        let LoadOptions { demo, with_archive, now: at, base_url, explicit_index, audience, .. } =
            options;
        let said = (demo, with_archive, at, base_url, explicit_index, audience);
        add(format!("{said:?}").as_bytes());
        let mut files = store::inputs(&options.data).ok()?;
        files.extend(options.policy.clone());
        let looks: Vec<Vec<u8>> =
            files.par_iter().map(|file| file_stamp(file, Some(now))).collect::<Option<_>>()?;
        for (file, look) in files.iter().zip(&looks) {
            add(file.as_os_str().as_encoded_bytes());
            add(look);
        }
        let out = std::path::absolute(out).ok()?;
        add(out.as_os_str().as_encoded_bytes());
        let name = blake3::hash(out.as_os_str().as_encoded_bytes()).to_hex();
        Some(Self {
            key: key.finalize().to_hex().to_string(),
            build_minute: minute_of(options.clock),
            record_path: root.join("built").join(name.get(..16)?),
        })
    }

    /// What the last build said, where it read the same and its site is as it left it.
    pub(crate) fn last_build(&self, out: &Path) -> Option<BuildRecord> {
        let text = std::fs::read_to_string(&self.record_path).ok()?;
        let (body, sum) = text.trim_end().rsplit_once('\n')?;
        if blake3::hash(body.as_bytes()).to_hex().as_str() != sum {
            return None;
        }
        let mut lines = body.lines();
        let mut next = || lines.next();
        let (head, key, minute, site, told) = (next()?, next()?, next()?, next()?, next()?);
        let same = head == RECORD_HEADER
            && key == self.key
            && (minute == "-" || minute == self.build_minute);
        let routes: Vec<String> = lines.map(str::to_owned).collect();
        if !same || site_stamp(out, &routes)? != site {
            return None;
        }
        serde_json::from_str(told).ok()
    }

    /// Notes down what was built from this. `timeless`: the site does not tell when it was built.
    /// A note that cannot be written is left out.
    pub(crate) fn write_record(&self, out: &Path, known: &BuildRecord, timeless: bool) {
        let routes = &known.built.routes;
        let Some(site) = site_stamp(out, routes) else { return };
        let Ok(told) = serde_json::to_string(known) else { return };
        let minute = if timeless { "-" } else { &self.build_minute };
        let routes = routes.join("\n");
        let body = format!("{RECORD_HEADER}\n{}\n{minute}\n{site}\n{told}\n{routes}", self.key);
        let sum = blake3::hash(body.as_bytes()).to_hex();
        let _ = store::write_build_record(&self.record_path, format!("{body}\n{sum}\n").as_bytes());
    }
}

fn minute_of(time: Timestamp) -> String {
    (time.micros() / 60_000_000).to_string()
}

/// How all files of a site and their folders look, as one hash; none where one is missing. A folder
/// looks another when something was put into it.
fn site_stamp(out: &Path, routes: &[String]) -> Option<String> {
    let folders = |route: &str| -> Vec<String> {
        route.match_indices('/').map(|(end, _)| route[..end].to_owned()).collect()
    };
    let mut paths: Vec<String> = routes.iter().flat_map(|route| folders(route)).collect();
    paths.push(String::new());
    paths.sort_unstable();
    paths.dedup();
    paths.extend_from_slice(routes);
    let looks: Vec<Vec<u8>> =
        paths.par_iter().map(|path| file_stamp(&out.join(path), None)).collect::<Option<_>>()?;
    let mut all = Hasher::new();
    for (path, look) in paths.iter().zip(looks) {
        all.update(path.as_bytes()).update(b"\0").update(&look);
    }
    Some(all.finalize().to_hex().to_string())
}

/// How a file looks from outside. None where it is not there or, with the time at which the looking
/// began, where it changed too shortly before.
#[cfg(unix)]
fn file_stamp(path: &Path, began: Option<SystemTime>) -> Option<Vec<u8>> {
    use std::os::unix::fs::MetadataExt as _;
    // Through links: the policy may be one.
    let facts = std::fs::metadata(path).ok()?;
    if let Some(began) = began {
        let nanos = u32::try_from(facts.ctime_nsec()).ok()?;
        let changed = Duration::new(u64::try_from(facts.ctime()).ok()?, nanos);
        let grain = if nanos == 0 { COARSE_CLOCK_GRAIN } else { FINE_CLOCK_GRAIN };
        if SystemTime::UNIX_EPOCH + changed + grain > began {
            return None;
        }
    }
    let times = [facts.mtime(), facts.mtime_nsec(), facts.ctime(), facts.ctime_nsec()];
    let mut look: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
    for number in [facts.size(), facts.ino(), facts.dev()] {
        look.extend(number.to_le_bytes());
    }
    Some(look)
}

#[cfg(not(unix))]
fn look(_: &Path, _: Option<SystemTime>) -> Option<Vec<u8>> {
    None
}
