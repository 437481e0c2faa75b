//! Whether a build would make the site that is there: then it is not made again.
//!
//! After a build, a record of what went in and what came out is written into the user's cache
//! folder. It holds each file's stamp: size, times and inode, never its content. The times include
//! the system's own (`ctime`), which no program can set, so an edit that keeps size and date is
//! noticed. A record that is cut off, altered or of another program counts as none, and so does one
//! whose site was touched. A file that changed within the clock's grain before it was looked at
//! could change again without a trace, as in git ("racy git"); then no record is written.
//! A failure here never fails a build. Systems without such times always build.

use std::path::Path;
use std::time::{Duration, SystemTime};

use blake3::Hasher;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::book;
use crate::app::load_options::LoadOptions;
use crate::files::cache_folder::CacheFolder;
use crate::output::leftovers::Cleanup;
use crate::site::redact::key::RedactionKey;
use crate::store;

/// First line of a record; a new number where its form or that of [`BuildRecord`] changes.
const RECORD_HEADER: &str = "benchpages build 3";
/// A change this long before a file is looked at could be followed by another with the same time:
/// where times are whole seconds, and where they are finer (a kernel's tick is 10 ms at most).
const COARSE_CLOCK_GRAIN: Duration = Duration::from_secs(2);
const FINE_CLOCK_GRAIN: Duration = Duration::from_millis(50);

/// One hash of all files and options of a build.
pub(crate) struct BuildFingerprint {
    key: String,
    /// The day up to which ages are counted. The same history on the same day makes the same site
    /// but for the time of the build, which stays that of the build that made it.
    build_day: String,
    cache: CacheFolder,
    /// In the cache.
    record_path: String,
}

/// What a build made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct BuildSummary {
    pub(crate) pages: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) series: usize,
    pub(crate) records: u64,
    pub(crate) rejected: usize,
    /// Files of an earlier build, which were not made again.
    #[serde(skip)]
    pub(crate) reused: u64,
    /// What was done about the leftovers of killed builds; nothing where nothing was built.
    #[serde(skip)]
    pub(crate) cleanup: Cleanup,
    /// Paths of all files within the site.
    #[serde(skip)]
    pub(crate) routes: Vec<String>,
}

/// What a build said at its end, to say it again.
#[derive(Serialize, Deserialize)]
pub(crate) struct BuildRecord {
    pub(crate) summary: BuildSummary,
    pub(crate) warnings: Vec<String>,
}

impl BuildFingerprint {
    /// Looks at everything that a build into `out` reads; none where that proves nothing: there is
    /// no cache, a file cannot be looked at, or one has just changed.
    pub(crate) fn of(options: &LoadOptions, out: &Path) -> Option<Self> {
        let root = options.cache.as_ref()?;
        let now = SystemTime::now();
        let mut key = Hasher::new();
        let mut add = |part: &[u8]| {
            key.update(&part.len().to_le_bytes()).update(part);
        };
        add(env!("CARGO_PKG_VERSION").as_bytes());
        // While the program is being developed its version stays, and its pages change.
        add(&file_stamp(&std::env::current_exe().ok()?, None)?);
        let LoadOptions { demo, with_archive, now: at, base_url, explicit_index, .. } = options;
        let settings = (demo, with_archive, at, base_url, explicit_index, options.audience);
        add(&[u8::from(options.follow_links)]);
        // By content: a book is small, and which files it has is only known after reading it.
        let book = book::read_optional(options).ok()?.map(|book| book.content_hash().to_string());
        add(book.unwrap_or_default().as_bytes());
        let redaction = options.redaction_key.as_ref().map(RedactionKey::fingerprint);
        add(redaction.unwrap_or_default().as_bytes());
        add(format!("{settings:?}").as_bytes());
        let mut files = store::inputs(&options.directory()).ok()?;
        files.extend(options.policy.clone());
        let stamps: Vec<Vec<u8>> =
            files.par_iter().map(|file| file_stamp(file, Some(now))).collect::<Option<_>>()?;
        for (file, stamp) in files.iter().zip(&stamps) {
            add(file.as_os_str().as_encoded_bytes());
            add(stamp);
        }
        // One record per folder: two sites of one history do not push each other out.
        let out = std::path::absolute(out).ok()?;
        add(out.as_os_str().as_encoded_bytes());
        let name = blake3::hash(out.as_os_str().as_encoded_bytes()).to_hex();
        Some(Self {
            key: key.finalize().to_hex().to_string(),
            build_day: options.clock.day().to_string(),
            cache: root.clone(),
            record_path: format!("built/{}", name.get(..16)?),
        })
    }

    /// What the last build said, where it read the same and its site is as it was left.
    pub(crate) fn last_build(&self, out: &Path) -> Option<BuildRecord> {
        let text = String::from_utf8(self.cache.read(&self.record_path)?).ok()?;
        let (body, sum) = text.trim_end().rsplit_once('\n')?;
        if blake3::hash(body.as_bytes()).to_hex().as_str() != sum {
            return None;
        }
        let mut lines = body.lines();
        let mut next = || lines.next();
        let (head, key, day, site) = (next()?, next()?, next()?, next()?);
        let record = next()?;
        let same =
            head == RECORD_HEADER && key == self.key && (day == "-" || day == self.build_day);
        let routes: Vec<String> = lines.map(str::to_owned).collect();
        if !same || site_stamp(out, &routes)? != site {
            return None;
        }
        let record: BuildRecord = serde_json::from_str(record).ok()?;
        let reused = record.summary.files;
        Some(BuildRecord { summary: BuildSummary { reused, ..record.summary }, ..record })
    }

    /// Records what was built from this. Unless `has_fixed_time`, the site of an earlier day is
    /// another one. A record that cannot be written is left out.
    pub(crate) fn write_record(&self, out: &Path, record: &BuildRecord, has_fixed_time: bool) {
        let routes = &record.summary.routes;
        let Some(site) = site_stamp(out, routes) else { return };
        let Ok(summary) = serde_json::to_string(record) else { return };
        let day = if has_fixed_time { "-" } else { &self.build_day };
        let (key, routes) = (&self.key, routes.join("\n"));
        let body = format!("{RECORD_HEADER}\n{key}\n{day}\n{site}\n{summary}\n{routes}");
        // A record that another program cut off or merged is not trusted: it says what was built.
        let sum = blake3::hash(body.as_bytes()).to_hex();
        let _ = self.cache.write(&self.record_path, format!("{body}\n{sum}\n").as_bytes());
    }
}

/// The stamps of all files of a site and of their folders, as one hash; none where one is missing.
/// A folder's stamp changes when something is put into it, so that stray files are noticed.
fn site_stamp(out: &Path, routes: &[String]) -> Option<String> {
    let folders = |route: &str| -> Vec<String> {
        route.match_indices('/').map(|(end, _)| route[..end].to_owned()).collect()
    };
    let mut paths: Vec<String> = routes.iter().flat_map(|route| folders(route)).collect();
    paths.push(String::new());
    paths.sort_unstable();
    paths.dedup();
    paths.extend_from_slice(routes);
    let stamps: Vec<Vec<u8>> =
        paths.par_iter().map(|path| file_stamp(&out.join(path), None)).collect::<Option<_>>()?;
    let mut all = Hasher::new();
    for (path, stamp) in paths.iter().zip(stamps) {
        all.update(path.as_bytes()).update(b"\0").update(&stamp);
    }
    Some(all.finalize().to_hex().to_string())
}

/// Size, times and inode of a file. None where it is not there or, given the time at which the
/// looking began, where it changed too shortly before.
#[cfg(unix)]
fn file_stamp(path: &Path, began: Option<SystemTime>) -> Option<Vec<u8>> {
    use std::os::unix::fs::MetadataExt as _;
    // Follows links: the policy may be one.
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
    let mut stamp: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
    for number in [facts.size(), facts.ino(), facts.dev()] {
        stamp.extend(number.to_le_bytes());
    }
    Some(stamp)
}

#[cfg(not(unix))]
fn file_stamp(_: &Path, _: Option<SystemTime>) -> Option<Vec<u8>> {
    None
}
