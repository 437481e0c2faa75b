//! The repository as the rules see it: files in memory, and the packages that they belong to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::scan::{self, LineKind};

/// What is read: whole folders and single files.
const READ: [&str; 15] = [
    ".github",
    "Cargo.lock",
    "Cargo.toml",
    "fuzz",
    "src",
    "crates",
    "tests",
    "benches",
    "templates",
    "static",
    "script",
    "docs",
    "README.md",
    "CHANGELOG.md",
    "action.yml",
];
/// Build output, packages of Node and recorded data are not ours to hold to the rules.
const NOT_OURS: [&str; 6] = ["target", "node_modules", "browser", "cases", "samples", "corpus"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Band {
    Core,
    Base,
    Edge,
    Application,
}

/// A file of the repository. The fields below `text` are empty unless it is Rust.
pub struct File {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
    /// Comments and literals blanked.
    pub bare: String,
    /// The same without unit tests, line by line.
    pub code: String,
    /// What each line is.
    pub kinds: Vec<LineKind>,
    /// Which lines are unit tests.
    pub tests: Vec<bool>,
}

/// A package with its sources.
pub struct Package {
    /// `src` or `crates/NAME/src`.
    pub folder: String,
    /// Top-level modules in the order of `lib.rs`. Crates are core throughout.
    pub rooms: Vec<(String, Band)>,
}

pub struct House {
    pub files: Vec<File>,
    pub packages: Vec<Package>,
}

impl File {
    fn new(path: String, text: String) -> Self {
        let rust = path.ends_with(".rs");
        let pieces = if rust { scan::pieces(&text) } else { Vec::new() };
        let kinds = scan::line_kinds(&text, &pieces);
        let bare = scan::bare(&pieces);
        let tests = scan::test_lines(&bare);
        let mut file = Self { path, text, bare, code: String::new(), kinds, tests };
        file.fill_code();
        file
    }

    fn fill_code(&mut self) {
        let lines = self.bare.lines().zip(&self.tests);
        let product = lines.map(|(line, &test)| if test { "" } else { line });
        self.code = product.collect::<Vec<_>>().join("\n");
    }

    /// Whether the file is compiled with tests only.
    pub fn is_test(&self) -> bool {
        !self.tests.is_empty() && self.tests.iter().all(|&test| test)
    }

    /// Lines of a kind, without unit tests.
    pub fn count(&self, kind: LineKind) -> usize {
        let lines = self.kinds.iter().zip(&self.tests);
        lines.filter(|&(&line, &test)| line == kind && !test).count()
    }

    /// The lines before the unit tests, which stand last.
    pub fn product_lines(&self) -> usize {
        let text = &self.text;
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        text[..end].lines().count()
    }
}

impl Package {
    /// The path of a module: nothing for `lib.rs`, `["policy", "tree"]` for `policy/tree.rs`.
    /// None for a file of another package.
    pub fn module(&self, path: &str) -> Option<Vec<String>> {
        let inside = path.strip_prefix(self.folder.as_str())?.strip_prefix('/')?;
        let mut parts: Vec<_> = inside.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod") || parts == ["lib"] {
            parts.pop();
        }
        Some(parts)
    }

    /// `chart` for `crates/chart/src`; the package at the root has no name of its own.
    pub fn crate_name(&self) -> Option<&str> {
        self.folder.strip_prefix("crates/")?.strip_suffix("/src")
    }

    pub fn position(&self, room: &str) -> Option<usize> {
        self.rooms.iter().position(|(name, _)| name == room)
    }

    pub fn band(&self, module: &[String]) -> Option<Band> {
        match module.first() {
            Some(room) => Some(self.rooms[self.position(room)?].1),
            None => self.crate_name().map(|_| Band::Core),
        }
    }
}

impl House {
    pub fn read(root: &Path) -> Self {
        let mut files = Vec::new();
        for name in READ {
            collect(root, name, &mut files);
        }
        files.sort();
        Self::from_files(files)
    }

    /// A house of a few files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let owned = files.iter().map(|(path, text)| ((*path).into(), (*text).into()));
        Self::from_files(owned.collect())
    }

    fn from_files(files: Vec<(String, String)>) -> Self {
        let mut files: Vec<File> =
            files.into_iter().map(|(path, text)| File::new(path, text)).collect();
        let tests: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
        for file in &mut files {
            let stem = file.path.trim_end_matches(".rs");
            let test = stem.match_indices('/').map(|(at, _)| &stem[..at]).chain([stem]);
            if test.into_iter().any(|folder| tests.contains(folder)) {
                file.tests.fill(true);
                file.fill_code();
            }
        }
        let package = |file: &File| {
            let folder = file.path.strip_suffix("/lib.rs")?.to_owned();
            let ours = folder == "src" || folder.starts_with("crates/");
            ours.then(|| Package { folder, rooms: rooms(&file.bare, &file.text) })
        };
        let packages = files.iter().filter_map(package).collect();
        Self { files, packages }
    }

    pub fn under(&self, start: &str, end: &str) -> impl Iterator<Item = &File> {
        let fits = move |path: &str| path.starts_with(start) && path.ends_with(end);
        self.files.iter().filter(move |file| fits(&file.path))
    }

    /// Every source of every package, unit tests included.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| {
            let ours = file.path.starts_with("src/") || file.path.starts_with("crates/");
            ours && file.path.ends_with(".rs")
        })
    }

    /// The sources that become part of a program or library.
    pub fn product(&self) -> impl Iterator<Item = &File> {
        self.sources().filter(|file| !file.is_test())
    }

    /// The product files of a package, each with its module.
    pub fn modules(&self, package: &Package) -> Vec<(&File, Vec<String>)> {
        let files = self.product().filter(|file| file.path != "src/main.rs");
        files.filter_map(|file| Some((file, package.module(&file.path)?))).collect()
    }
}

fn collect(root: &Path, path: &str, files: &mut Vec<(String, String)>) {
    let full = root.join(path);
    let Ok(entries) = fs::read_dir(&full) else {
        // Pictures are not text.
        files.extend(fs::read_to_string(&full).ok().map(|text| (path.to_owned(), text)));
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !NOT_OURS.contains(&name.as_str()) {
            collect(root, &format!("{path}/{name}"), files);
        }
    }
}

/// Paths, without `.rs`, of the modules that the file declares for tests only.
fn test_modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let within = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        _ => format!("{folder}/{stem}"),
    };
    let lines = file.bare.lines().zip(&file.tests).filter(|&(_, &test)| test);
    let names = lines.filter_map(|(line, _)| declared(line));
    names.map(|name| format!("{within}/{name}")).collect()
}

/// The module that a line declares and another file holds.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("pub ");
    let line =
        line.strip_prefix("pub(").and_then(|tail| tail.split_once(") ")).map_or(line, |p| p.1);
    line.strip_prefix("mod ")?.strip_suffix(';')
}

fn rooms(bare: &str, text: &str) -> Vec<(String, Band)> {
    let mut band = Band::Core;
    let mut rooms = Vec::new();
    for (line, full) in bare.lines().zip(text.lines()) {
        if let Some(heading) = full.strip_prefix("// ──") {
            band = match heading.trim_start() {
                text if text.starts_with("Base") => Band::Base,
                text if text.starts_with("Edge") => Band::Edge,
                text if text.starts_with("App") => Band::Application,
                _ => Band::Core,
            };
        }
        rooms.extend(declared(line).map(|name| (name.to_owned(), band)));
    }
    rooms
}

#[test]
fn what_is_declared_for_tests_is_no_product() {
    let house = House::new(&[
        ("crates/a/src/lib.rs", "mod b;\n#[cfg(test)]\npub(crate) mod c;\n"),
        ("crates/a/src/b.rs", "#[cfg(test)]\nmod d;\nfn e() {}\n"),
        ("crates/a/src/b/d.rs", "fn d() {}"),
        ("crates/a/src/c/deep.rs", "fn deep() {}"),
    ]);
    let product: Vec<&str> = house.product().map(|file| file.path.as_str()).collect();
    assert_eq!(product, ["crates/a/src/lib.rs", "crates/a/src/b.rs"]);
    let package = &house.packages[0];
    assert_eq!(package.crate_name(), Some("a"));
    assert_eq!(package.module("crates/a/src/b/d.rs").unwrap_or_default(), ["b", "d"]);
    assert_eq!(package.module("src/b.rs"), None);
}
