//! Holds the house rules over the source, so that review need not. Rooms, their order and their
//! bands are read from `src/lib.rs`; there is no second table of them. Every fault is collected
//! before the test fails. Each rule is a function over a [`House`], so its own test can plant one
//! fault in a small house. Unit tests inside a file are held only to what is said of whole files.

use std::fs;
use std::path::Path;

/// One word for the mark of unfinished work, put together so that this file does not hold it.
const MARKS: [(&str, &str); 5] =
    [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("dbg", "!("), ("#[ign", "ore")];
/// Core is a function of its arguments: it asks nobody for data, time or luck and tells nobody.
const OUTSIDE: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "thread_rng",
    "rand::rng",
    "getrandom",
];
/// Heavy crates and the rooms (one, where it can be) that may name each; any other crate is free.
const HOMES: [(&str, &[&str]); 18] = [
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("askama", &["site"]),
    ("minijinja", &["site"]),
    ("plotters", &["chart"]),
    ("plotters_backend", &["chart"]),
    ("serde_saphyr", &["policy"]),
    ("axum", &["serve"]),
    ("tokio", &["serve"]),
    ("notify", &["serve"]),
    ("notify_debouncer_full", &["serve"]),
    ("walkdir", &["store", "output", "demo", "ingest"]),
    ("flate2", &["store"]),
    ("ruzstd", &["store"]),
    ("ureq", &["notify"]),
    ("hmac", &["notify"]),
];
const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const LINE_CHARS: usize = 100;
/// A line with a literal of this length may be longer: data is not broken for its looks.
const UNBREAKABLE: usize = 40;
const SCRIPT_LINES: usize = 400;

#[derive(Clone, Copy, PartialEq)]
enum Band {
    Core,
    Edge,
    Application,
}

/// The repository as the rules see it.
struct House {
    /// Path from the root with `/`, and text.
    files: Vec<(String, String)>,
    /// In the order of `lib.rs`.
    rooms: Vec<(String, Band)>,
}

impl House {
    fn new(files: &[(&str, &str)]) -> Self {
        let owned = files.iter().map(|(path, text)| ((*path).into(), (*text).into()));
        Self::from_files(owned.collect())
    }

    fn from_files(files: Vec<(String, String)>) -> Self {
        let lib = files.iter().find(|(path, _)| path == "src/lib.rs");
        let rooms = lib.map(|(_, text)| rooms(text)).unwrap_or_default();
        Self { files, rooms }
    }

    fn read(root: &Path) -> Self {
        let mut files = Vec::new();
        for folder in ["src", "tests", "benches", "templates", "static"] {
            collect(root, folder, &mut files);
        }
        files.sort();
        Self::from_files(files)
    }

    fn under(&self, start: &str, end: &str) -> impl Iterator<Item = (&str, &str)> {
        let fits = move |path: &str| path.starts_with(start) && path.ends_with(end);
        let pairs = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        pairs.filter(move |(path, _)| fits(path)).collect::<Vec<_>>().into_iter()
    }

    /// Whether the file is a module that only tests are compiled with.
    fn is_test_only(&self, path: &str) -> bool {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let declared = format!("#[cfg(test)]\nmod {};", file.trim_end_matches(".rs"));
        let parent = format!("{folder}/mod.rs");
        self.files.iter().any(|(other, text)| *other == parent && text.contains(&declared))
    }

    /// Files that belong to a room: path, place of the room in the order, code without its tests.
    fn room_files(&self) -> Vec<(&str, usize, String)> {
        let place =
            |path| self.rooms.iter().position(|(name, _)| Some(name) == room(path).as_ref());
        let files = self.under("src/", ".rs").filter(|(path, _)| !self.is_test_only(path));
        files.filter_map(|(path, text)| Some((path, place(path)?, bare(code(text))))).collect()
    }
}

fn collect(root: &Path, folder: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            // Node's packages and recorded data are not ours to hold to the rules.
            if !["node_modules", "browser", "cases", "samples"].contains(&name.as_str()) {
                collect(root, &path, files);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push((path, text));
        }
    }
}

fn rooms(lib: &str) -> Vec<(String, Band)> {
    let mut band = Band::Core;
    let mut rooms = Vec::new();
    for line in lib.lines() {
        if let Some(heading) = line.strip_prefix("// ──") {
            band = match heading.trim_start() {
                text if text.starts_with("Edge") => Band::Edge,
                text if text.starts_with("App") => Band::Application,
                _ => Band::Core,
            };
        }
        let declared = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        if let Some(name) = declared.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            rooms.push((name.to_owned(), band));
        }
    }
    rooms
}

fn room(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?;
    let first = inside.split('/').next()?;
    Some(first.trim_end_matches(".rs").to_owned())
}

/// The part of a file before its unit tests, which stand last.
fn code(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |end| &text[..end])
}

/// Rust with comments and the insides of literals replaced by blanks, line by line the same.
fn bare(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself when none starts there.
fn skipped(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let length = match rest {
        ['/', '/', ..] => rest.iter().position(|&c| c == '\n'),
        ['/', '*', ..] => find(rest, 2, &['*', '/']),
        ['r', '"' | '#', ..] if !word_before => return at + raw_length(rest),
        ['"', ..] => quoted(rest, '"'),
        ['\'', '\\', ..] => quoted(rest, '\''),
        ['\'', _, '\'', ..] => Some(3),
        _ => Some(0),
    };
    at + length.unwrap_or(rest.len())
}

fn find(chars: &[char], from: usize, what: &[char]) -> Option<usize> {
    let found = chars[from..].windows(what.len()).position(|window| window == what);
    found.map(|place| from + place + what.len())
}

fn quoted(chars: &[char], quote: char) -> Option<usize> {
    let mut at = 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    Some((at + 1).min(chars.len()))
}

fn raw_length(chars: &[char]) -> usize {
    let hashes = chars[1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    find(chars, 2 + hashes, &end).unwrap_or(chars.len())
}

/// Whether `name` stands in `line` as a whole path segment that starts a path.
fn starts_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let free = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        let after = &line[at + name.len()..];
        let used = line[..at].ends_with("use ") && after.starts_with([';', ' ']);
        free && (after.starts_with("::") || used)
    })
}

fn used_rooms(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter_map(|(at, found)| {
        let rest = &line[at + found.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

// The rules.

fn rooms_use_only_rooms_above(house: &House) -> Vec<String> {
    each_use(house, |house, from, to| (to > from).then(|| below(house, from, to)))
}

fn below(house: &House, from: usize, to: usize) -> String {
    format!("{} stands below {} in src/lib.rs", house.rooms[to].0, house.rooms[from].0)
}

fn edges_never_use_edges(house: &House) -> Vec<String> {
    each_use(house, |house, from, to| {
        let both = house.rooms[from].1 == Band::Edge && house.rooms[to].1 == Band::Edge;
        both.then(|| format!("{} is an edge too", house.rooms[to].0))
    })
}

fn each_use(house: &House, judge: impl Fn(&House, usize, usize) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, from, text) in house.room_files() {
        for (number, line) in text.lines().enumerate() {
            for name in used_rooms(line) {
                let to = house.rooms.iter().position(|(room, _)| room == name);
                let fault = to.filter(|&to| to != from).and_then(|to| judge(house, from, to));
                faults.extend(fault.map(|why| format!("{path}:{}: {why}", number + 1)));
            }
        }
    }
    faults
}

fn core_names_nothing_outside(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, place, text) in house.room_files() {
        if house.rooms[place].1 != Band::Core {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let grouped = ["fs", "net", "process", "env"].iter().any(|name| {
                let inside = line.split("use std::{").nth(1).unwrap_or_default();
                inside.split(|c: char| !c.is_alphanumeric()).any(|word| word == *name)
            });
            let named = OUTSIDE.iter().find(|name| line.contains(*name));
            if let Some(name) = named.or(grouped.then_some(&"std::{…}")) {
                faults.push(format!("{path}:{}: core names {name}", number + 1));
            }
        }
    }
    faults
}

fn heavy_crates_stay_at_home(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, place, text) in house.room_files() {
        for (name, homes) in HOMES {
            // A room may bear the name of a crate; then the name does not tell which is meant.
            let ambiguous = house.rooms.iter().any(|(room, _)| room == name);
            if homes.contains(&house.rooms[place].0.as_str()) || ambiguous {
                continue;
            }
            let lines = text.lines().enumerate().filter(|(_, line)| starts_path(line, name));
            faults.extend(lines.map(|(n, _)| {
                let homes = homes.join(" and ");
                format!("{path}:{}: {name} lives in {homes}", n + 1)
            }));
        }
    }
    faults
}

fn imports_are_plain(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.under("src/", ".rs").filter(|(path, _)| *path != "src/lib.rs") {
        for (number, line) in bare(text).lines().enumerate() {
            let start = line.trim_start();
            let again = start.starts_with("pub use") || start.starts_with("pub(crate) use");
            for (wrong, name) in [
                (line.contains("crate::{"), "crate::{"),
                (line.contains("super::super"), "super::super"),
                (again, "a re-export"),
            ] {
                if wrong {
                    faults.push(format!("{path}:{}: {name}", number + 1));
                }
            }
        }
    }
    faults
}

fn every_file_says_what_it_is(house: &House) -> Vec<String> {
    let files = house.under("", ".rs").filter(|(_, text)| !text.starts_with("//! "));
    files.map(|(path, _)| format!("{path}: does not open with //!")).collect()
}

fn every_source_is_a_room(house: &House) -> Vec<String> {
    let listed = |path: &str| {
        let name = room(path);
        house.rooms.iter().any(|(room, _)| Some(room) == name.as_ref())
    };
    let root = ["src/lib.rs", "src/main.rs"];
    let files = house.under("src/", ".rs").map(|(path, _)| path);
    let strays = files.filter(|path| !root.contains(path) && !listed(path));
    strays.map(|path| format!("{path}: belongs to no room of src/lib.rs")).collect()
}

fn files_are_short(house: &House) -> Vec<String> {
    let rust = house.under("src/", ".rs").filter(|(path, _)| !house.is_test_only(path));
    let rust = rust.map(|(path, text)| (path, code(text), FILE_LINES));
    let script = house.under("static/app.js", "").map(|(path, text)| (path, text, SCRIPT_LINES));
    let counted = rust.chain(script).map(|(path, text, most)| (path, text.lines().count(), most));
    let long = counted.filter(|(_, lines, most)| lines > most);
    long.map(|(path, lines, most)| format!("{path}: {lines} lines, at most {most}")).collect()
}

fn functions_are_short(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.under("src/", ".rs") {
        let text = bare(code(text));
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate().filter(|(_, line)| opens_function(line)) {
            let length = function_length(&lines[start..]);
            if length > FUNCTION_LINES {
                let name = line.split("fn ").nth(1).unwrap_or_default();
                let name = name.split(['(', '<']).next().unwrap_or_default();
                faults.push(format!("{path}:{}: {name} has {length} lines", start + 1));
            }
        }
    }
    faults
}

fn opens_function(line: &str) -> bool {
    let words = line.split_whitespace();
    let mut rest = words.skip_while(|word| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern"].contains(word)
    });
    rest.next() == Some("fn")
}

/// By indentation, which the formatter guarantees: to the brace that stands where `fn` stood.
fn function_length(lines: &[&str]) -> usize {
    let indent = lines[0].len() - lines[0].trim_start().len();
    if lines[0].trim_end().ends_with(['}', ';']) {
        return 1;
    }
    let ends = |line: &&str| {
        let body = line.get(indent..).unwrap_or_default();
        body.starts_with('}') || (body.starts_with(')') && line.trim_end().ends_with(';'))
    };
    lines.iter().position(ends).map_or(lines.len(), |last| last + 1)
}

fn lines_are_short(house: &House) -> Vec<String> {
    let script = house.under("static/", ".js");
    let mut faults = Vec::new();
    for (path, text) in house.under("", ".rs").chain(script) {
        let without_literals = bare(text);
        let lines = text.lines().zip(without_literals.lines()).enumerate();
        let long = |line: &str, bare: &str| {
            let comment = line.trim_start().starts_with("//");
            let literal = bare.trim_start().contains(&" ".repeat(UNBREAKABLE));
            line.chars().count() > LINE_CHARS && (comment || !literal)
        };
        let lines = lines.filter(|(_, (line, bare))| long(line, bare));
        faults.extend(lines.map(|(n, _)| format!("{path}:{}: over {LINE_CHARS} chars", n + 1)));
    }
    faults
}

fn nothing_is_left_unfinished(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.under("", "") {
        for (number, line) in text.lines().enumerate() {
            for (head, tail) in MARKS {
                let mark = format!("{head}{tail}");
                if stands_alone(line, &mark) {
                    faults.push(format!("{path}:{}: {mark}", number + 1));
                }
            }
        }
    }
    faults
}

fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !joined(before) && (!joined(after) || mark.ends_with('('))
    })
}

fn templates_and_assets_are_used(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    let template_text = |path: &str| path.starts_with("templates/") || path.starts_with("src/");
    for (path, _) in house.under("templates/", "") {
        let name = format!("\"{}\"", path.trim_start_matches("templates/"));
        let named = |(other, text): &&(String, String)| {
            template_text(other) && other != path && text.contains(&name)
        };
        if !house.files.iter().any(|file| named(&file)) {
            faults.push(format!("{path}: nothing names it"));
        }
    }
    let table = house.under("src/site/assets.rs", "").next();
    for (path, _) in house.under("static/", "") {
        let name = path.rsplit('/').next().unwrap_or(path);
        if table.is_some_and(|(_, text)| !text.contains(name)) {
            faults.push(format!("{path}: src/site/assets.rs does not name it"));
        }
    }
    faults
}

type Rule = fn(&House) -> Vec<String>;

const RULES: [(&str, Rule); 12] = [
    ("a room uses only rooms above it", rooms_use_only_rooms_above),
    ("an edge never uses an edge", edges_never_use_edges),
    ("core names nothing outside", core_names_nothing_outside),
    ("heavy crates stay at home", heavy_crates_stay_at_home),
    ("imports are plain", imports_are_plain),
    ("every file says what it is", every_file_says_what_it_is),
    ("every source is a room", every_source_is_a_room),
    ("files are short", files_are_short),
    ("functions are short", functions_are_short),
    ("lines are short", lines_are_short),
    ("nothing is left unfinished", nothing_is_left_unfinished),
    ("templates and assets are used", templates_and_assets_are_used),
];

#[test]
fn the_house_is_tidy() {
    let house = House::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(!house.rooms.is_empty(), "src/lib.rs lists no rooms");
    let mut faults = String::new();
    for (name, rule) in RULES {
        for fault in rule(&house) {
            faults.push_str(&format!("\n  {name}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{faults}\n");
}

const LIB: &str = "//! Lib.
// ── Core: pure values ──
mod record;
mod text;

// ── Edges ──
mod store;
mod git;

// ── Application ──
mod project;
";

/// Faults that `rule` finds in a house with this one more file.
fn faults(rule: Rule, path: &str, text: &str) -> Vec<String> {
    rule(&House::new(&[("src/lib.rs", LIB), (path, text)]))
}

fn finds(rule: Rule, path: &str, text: &str, fault: &str) {
    assert_eq!(faults(rule, path, text), [fault], "{text}");
}

fn allows(rule: Rule, path: &str, text: &str) {
    assert_eq!(faults(rule, path, text), [""; 0], "{text}");
}

#[test]
fn the_order_of_rooms_is_held() {
    let rule = rooms_use_only_rooms_above;
    let fault = "src/record.rs:2: text stands below record in src/lib.rs";
    finds(rule, "src/record.rs", "\nuse crate::text::Scale;", fault);
    allows(rule, "src/text.rs", "use crate::record::Unit;\n// crate::git\nlet a = \"crate::git\";");
    allows(rule, "src/text.rs", "#[cfg(test)]\nmod tests {\n    use crate::git::log;\n}");
}

#[test]
fn edges_are_kept_apart() {
    let fault = "src/git/log.rs:1: store is an edge too";
    finds(edges_never_use_edges, "src/git/log.rs", "use crate::store::load;", fault);
    allows(edges_never_use_edges, "src/project.rs", "use crate::store::load;\nuse crate::git;");
    allows(edges_never_use_edges, "src/git.rs", "use crate::record::Commit;\nuse crate::git::x;");
}

#[test]
fn core_is_kept_pure() {
    let rule = core_names_nothing_outside;
    finds(rule, "src/text.rs", "use std::fs::File;", "src/text.rs:1: core names std::fs");
    finds(rule, "src/text.rs", "use std::{fmt, env};", "src/text.rs:1: core names std::{…}");
    finds(rule, "src/text.rs", "println!(\"x\");", "src/text.rs:1: core names println!");
    allows(rule, "src/store.rs", "use std::fs;");
    allows(rule, "src/text.rs", "let s = \"std::fs\"; let t = r#\"std::env \"# ; // std::net");
}

#[test]
fn heavy_crates_have_one_home() {
    let rule = heavy_crates_stay_at_home;
    finds(
        rule,
        "src/text.rs",
        "use walkdir::WalkDir;",
        "src/text.rs:1: walkdir lives in store and output and demo and ingest",
    );
    allows(rule, "src/store.rs", "use walkdir::WalkDir;");
    allows(rule, "src/text.rs", "let my_walkdir::x = crate::walkdir::y;");
}

#[test]
fn grouped_imports_and_re_exports_are_found() {
    let rule = imports_are_plain;
    finds(rule, "src/text.rs", "use crate::{record, git};", "src/text.rs:1: crate::{");
    finds(rule, "src/text.rs", "use super::super::x;", "src/text.rs:1: super::super");
    finds(rule, "src/text.rs", "pub(crate) use record::x;", "src/text.rs:1: a re-export");
    allows(rule, "src/text.rs", "use super::*;\nuse crate::record::{Unit, Commit};");
}

#[test]
fn silent_and_stray_files_are_found() {
    let silent = "src/text.rs: does not open with //!";
    finds(every_file_says_what_it_is, "src/text.rs", "fn a() {}", silent);
    let stray = "src/old/x.rs: belongs to no room of src/lib.rs";
    finds(every_source_is_a_room, "src/old/x.rs", "", stray);
    allows(every_source_is_a_room, "src/git/x.rs", "");
}

#[test]
fn length_is_counted_without_tests() {
    let long = "x\n".repeat(501);
    finds(files_are_short, "src/text.rs", &long, "src/text.rs: 501 lines, at most 500");
    let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}");
    allows(files_are_short, "src/text.rs", &tested);
    let script = "static/app.js: 501 lines, at most 400";
    finds(files_are_short, "static/app.js", &long, script);
    let line = "é".repeat(101);
    finds(lines_are_short, "tests/a.rs", &line, "tests/a.rs:1: over 100 chars");
    allows(lines_are_short, "tests/a.rs", &"é".repeat(100));
}

#[test]
fn a_long_function_is_found_by_its_indentation() {
    let body = "        let a = \"}\";\n".repeat(69);
    let text = format!("impl A {{\n    pub(crate) fn b(&self) {{\n{body}    }}\n}}\n");
    let fault = "src/text.rs:2: b has 71 lines";
    finds(functions_are_short, "src/text.rs", &text, fault);
    let short = format!("fn a() {{\n{}}}\nfn b() {{}}\nfn c();\n", "    x;\n".repeat(68));
    allows(functions_are_short, "src/text.rs", &short);
}

#[test]
fn unfinished_work_is_found() {
    for (head, tail) in MARKS {
        let mark = format!("{head}{tail}");
        let fault = format!("templates/a.html:1: {mark}");
        finds(nothing_is_left_unfinished, "templates/a.html", &format!("a {mark} b"), &fault);
    }
    allows(nothing_is_left_unfinished, "src/text.rs", "let XXXL = 1; // odbg!(");
}

#[test]
fn unused_templates_and_assets_are_found() {
    let house = |page: &str, table: &str| {
        House::new(&[
            ("src/lib.rs", LIB),
            ("src/site/page.rs", page),
            ("src/site/assets.rs", table),
            ("templates/base.html", ""),
            ("templates/page.html", "{% extends \"base.html\" %}"),
            ("static/app.js", ""),
        ])
    };
    let rule = templates_and_assets_are_used;
    let used = house("#[template(path = \"page.html\")]", "include_bytes!(\"app.js\")");
    assert_eq!(rule(&used), [""; 0]);
    let unused = ["templates/page.html: nothing names it"];
    assert_eq!(rule(&house("", "app.js")), unused);
    let unlisted = ["static/app.js: src/site/assets.rs does not name it"];
    assert_eq!(rule(&house("\"page.html\"", "")), unlisted);
    assert_eq!(rule(&House::new(&[("static/app.js", "")])), [""; 0]);
}
