//! What the tests share: a history in a folder of its own, the program run on it, its site read
//! back, and expected texts that rewrite themselves and fail once: review is the diff.

#[path = "decoded.rs"]
pub mod decoded;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The time of every build that is not told another one.
pub const NOW: &str = "2025-09-26T12:00:00Z";

/// What a run of the program answered.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// What the program listens to.
const OUR_VARIABLES: [&str; 19] = [
    "SOURCE_DATE_EPOCH",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "GITHUB_ACTIONS",
    "GITHUB_ACTOR",
    "GITHUB_BASE_REF",
    "GITHUB_EVENT_NAME",
    "GITHUB_OUTPUT",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_SHA",
    "GITHUB_STEP_SUMMARY",
    "ALLOW_REGRESSION",
    "BENCHPAGES_CACHE",
    "BENCHPAGES_DATABASE_URL",
    "BENCHPAGES_REDACT_KEY",
    "BENCHPAGES_REDACT_KEY_FILE",
    "CI",
    "OVERRIDE_REASON",
];

/// The program, with nothing of the caller's environment that it listens to.
pub fn program() -> Command {
    with_clean_environment(Command::new(env!("CARGO_BIN_EXE_benchpages")))
}

/// A command that starts the program in the end, with the environment of [`program`].
pub fn with_clean_environment(mut command: Command) -> Command {
    for name in OUR_VARIABLES {
        command.env_remove(name);
    }
    // What is kept for the next time is kept here, not with the caller's.
    command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command.env("COLUMNS", "100").stdin(Stdio::null());
    command
}

pub fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Answer {
    answer(program().args(arguments))
}

pub fn answer(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    Answer {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A history directory, and beside it the site that is built from it.
pub struct History {
    folder: TempDir,
}

impl History {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder }
    }

    /// A copy of a history directory that stands in the repository.
    pub fn copy_of(source: &Path) -> Self {
        let history = Self::new();
        for path in files(source) {
            history.file(&path, std::fs::read(source.join(&path)).unwrap());
        }
        history
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.data().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Records, one a line, in `results/all.ndjson`.
    pub fn records(&self, records: &[Value]) -> &Self {
        self.file("results/all.ndjson", lines(records))
    }

    /// Runs `build` at [`NOW`], unless `more` says another time.
    pub fn build(&self, more: &[&str]) -> Answer {
        let now = if more.contains(&"--now") { &[][..] } else { &["--now", NOW] };
        let mut command = program();
        command.arg("build").arg("--data").arg(self.data()).arg("--out").arg(self.out());
        answer(command.args(now).args(more))
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Builds and reads; the build must succeed.
    pub fn site(&self, more: &[&str]) -> Site {
        let built = self.build(more);
        assert_eq!(built.status, 0, "{}", built.err);
        Site { root: self.out() }
    }
}

/// A record of the series [`SERIES`].
pub fn record(commit: &str, time: &str, value: f64) -> Value {
    json!({"commit": commit, "timestamp": time, "backend": "rust", "test": "parse", "n": 1000,
        "mean_ns": value})
}

/// The same record with other fields.
pub fn with(mut record: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

/// The series that [`record`] belongs to.
pub const SERIES: &str = "parse/rust/default/1000";

/// One record a day from 1 September 2025 on.
pub fn days(values: &[f64]) -> Vec<Value> {
    let day = |at: usize| format!("2025-{:02}-{:02}T06:00:00Z", 9 + at / 30, 1 + at % 30);
    values.iter().enumerate().map(|(at, value)| record(&commit(at), &day(at), *value)).collect()
}

/// The commit of a day.
pub fn commit(at: usize) -> String {
    format!("{:07x}c0ffe", 0xc00_0000 + at)
}

pub fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// A site on disk.
pub struct Site {
    pub root: PathBuf,
}

impl Site {
    pub fn read(&self, path: &str) -> String {
        let file = self.root.join(path);
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.read(&format!("api/v2/{path}"))).unwrap()
    }

    /// The file of a series by its id, with its runs as `export series` has them.
    pub fn series(&self, id: &str) -> Value {
        let mut file = self.json(&format!("series/{}.json", id.replace('/', ".")));
        file["points"] = decoded::runs_of(self, &file, &file["segments"]).into();
        file
    }

    /// A page by its address (`health/`; the overview's is empty) or by the id of a series
    /// (`series/parse/rust/default/1000/`).
    pub fn page(&self, address: &str) -> String {
        self.read(&file_of(address))
    }

    /// Whether there is a page at an address.
    pub fn has_page(&self, address: &str) -> bool {
        self.has(&file_of(address))
    }

    /// What stands in `<main>`.
    pub fn main(&self, address: &str) -> String {
        let page = self.page(address);
        let (_, rest) = page.split_once("<main id=\"main\">").unwrap();
        rest.split_once("</main>").unwrap().0.trim().to_owned()
    }

    /// The text of `<main>`, without tags.
    pub fn text(&self, address: &str) -> String {
        crate::web::text(&self.main(address))
    }

    /// Every file by its path, with its bytes.
    pub fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        let read = |path: String| {
            let bytes = std::fs::read(self.root.join(&path)).unwrap();
            (path, bytes)
        };
        files(&self.root).into_iter().map(read).collect()
    }
}

/// The file of a page.
pub fn file_of(address: &str) -> String {
    match address.strip_prefix("series/") {
        _ if address.ends_with(".html") => address.to_owned(),
        Some(id) => format!("series/{}.html", id.trim_end_matches('/').replace('/', ".")),
        None => format!("{address}index.html"),
    }
}

/// Paths of all files under a folder, with `/`, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let mut paths: Vec<String> = walk
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            path.to_str().unwrap().replace('\\', "/")
        })
        .collect();
    paths.sort();
    paths
}

/// Fails with the paths that differ, not with their bytes.
pub fn assert_same_site(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>, why: &str) {
    let all: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let differ: Vec<&&String> = all.iter().filter(|path| a.get(**path) != b.get(**path)).collect();
    assert!(differ.is_empty(), "{why}: {} files differ: {differ:?}", differ.len());
}

/// A history and its site.
pub struct Demo {
    pub history: History,
    pub site: Site,
}

/// What several tests look at: made by the first of them, removed from disk with the last.
pub struct Shared(Mutex<Weak<Demo>>);

impl Shared {
    pub const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    pub fn get(&self, make: impl FnOnce() -> Demo) -> Arc<Demo> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.upgrade().unwrap_or_else(|| {
            let made = Arc::new(make());
            *known = Arc::downgrade(&made);
            made
        })
    }
}

/// The demo history and its site.
pub fn demo() -> Arc<Demo> {
    static DEMO: Shared = Shared::new();
    DEMO.get(|| scenario("story", &["--demo"]))
}

/// A demo scenario and its site.
pub fn scenario(name: &str, more: &[&str]) -> Demo {
    let history = History::new();
    let data = history.data();
    std::fs::remove_dir(&data).unwrap();
    let made = run(&["demo-data", "--scenario", name, "--out", data.to_str().unwrap()]);
    assert_eq!(made.status, 0, "{}", made.err);
    let site = history.site(more);
    Demo { history, site }
}

/// The folder of this suite.
pub fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Expected texts of one case: compared, rewritten where they differ, and every file that no claim
/// asked for is a fault.
pub struct Expected {
    folder: PathBuf,
    asked: BTreeSet<String>,
    faults: Vec<String>,
}

/// Two tests never write the same file, but they may make the same folder.
static WRITING: Mutex<()> = Mutex::new(());

impl Expected {
    /// The expected files in a folder under `tests/cases/`.
    pub fn of(folder: &str) -> Self {
        let folder = suite().join("cases").join(folder);
        Self { folder, asked: BTreeSet::new(), faults: Vec::new() }
    }

    pub fn compare(&mut self, name: &str, found: &str) -> &mut Self {
        let found = format!("{}\n", found.trim_end());
        self.asked.insert(name.to_owned());
        let path = self.folder.join(name);
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        if known != found {
            let _guard = WRITING.lock().unwrap();
            std::fs::create_dir_all(&self.folder).unwrap();
            std::fs::write(&path, &found).unwrap();
            let first = known.lines().zip(found.lines()).position(|(old, new)| old != new);
            let line = first.unwrap_or_else(|| known.lines().count()) + 1;
            self.faults.push(format!("{} was rewritten from line {line} on", path.display()));
        }
        self
    }

    /// Fails if anything was rewritten or left over; the next run passes: review is the diff.
    pub fn end(&mut self) {
        let here = if self.folder.is_dir() { files(&self.folder) } else { Vec::new() };
        let unused = here.into_iter().filter(|name| !self.asked.contains(name));
        let unused = unused.map(|name| format!("{name} in {} is unused", self.folder.display()));
        self.faults.extend(unused);
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n"));
    }
}
