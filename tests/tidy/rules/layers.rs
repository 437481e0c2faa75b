//! Who may use whom: rooms, edges, crates, the outside world, heavy libraries.

use crate::graph::{Use, uses};
use crate::house::{Band, File, House, Package};

/// Packages whose `lib.rs` lists modules in the order in which they may use each other.
const ORDERED: [&str; 2] = ["src", "crates/model/src"];
/// The crates and, of each, the crates it may depend on.
const CRATES: [(&str, &[&str]); 4] = [
    ("model", &[]),
    ("detect", &["model"]),
    ("chart", &["model", "detect"]),
    ("ingest", &["model"]),
];
/// Core is a function of its arguments: it asks nobody for data, time or luck and prints nothing.
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
/// Where core may still name something outside. A ratchet counts these places.
const EXCEPTIONS: [(&str, &str); 1] = [("crates/ingest/src/", "std::fs")];
/// Heavy libraries and the places (one where possible) that may name each. Others are free. A place
/// is a room of the root package, or a crate, or a module of a crate.
const HOMES: [(&str, &[&str]); 19] = [
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("askama", &["site"]),
    ("minijinja", &["report", "site", "fuzz"]),
    ("plotters", &["crates/chart"]),
    ("plotters_backend", &["crates/chart"]),
    ("serde_saphyr", &["crates/model/policy"]),
    ("axum", &["serve"]),
    ("tokio", &["serve", "signals", "workbench", "mcp"]),
    ("notify", &["serve"]),
    ("notify_debouncer_full", &["serve"]),
    ("walkdir", &["files", "store", "output", "demo", "crates/ingest"]),
    ("flate2", &["store"]),
    ("ruzstd", &["store"]),
    ("ureq", &["notify"]),
    ("hmac", &["notify"]),
    ("rmcp", &["mcp"]),
];

pub fn rooms_use_only_rooms_above(house: &House) -> Vec<String> {
    let ordered =
        house.packages.iter().filter(|package| ORDERED.contains(&package.folder.as_str()));
    let judge = |package: &Package, from: usize, to: usize| {
        let name = |room: usize| &package.rooms[room].0;
        let lib = format!("{}/lib.rs", package.folder);
        (to > from).then(|| format!("{} stands below {} in {lib}", name(to), name(from)))
    };
    ordered.flat_map(|package| each_use(house, package, judge)).collect()
}

pub fn edges_never_use_edges(house: &House) -> Vec<String> {
    let judge = |package: &Package, from: usize, to: usize| {
        let is_edge = |room: usize| package.rooms[room].1 == Band::Edge;
        let both = is_edge(from) && is_edge(to);
        both.then(|| format!("{} is an edge too", package.rooms[to].0))
    };
    house.packages.iter().flat_map(|package| each_use(house, package, judge)).collect()
}

/// Faults of every use between two rooms of a package, as `judge` sees their positions.
fn each_use(
    house: &House,
    package: &Package,
    judge: impl Fn(&Package, usize, usize) -> Option<String>,
) -> Vec<String> {
    let room = |module: &[String]| package.position(module.first()?);
    let fault = |used: &Use| {
        let (from, to) = room(&used.from).zip(room(&used.to))?;
        let why = if from == to { None } else { judge(package, from, to) };
        why.map(|why| format!("{}: {why}", used.place))
    };
    let mut faults: Vec<String> = uses(house, package).iter().filter_map(fault).collect();
    faults.dedup();
    faults
}

/// Cargo forbids a ring of crates; this says which way round they stand.
pub fn crates_keep_their_order(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.under("crates/", "/Cargo.toml") {
        let name = file.path.trim_start_matches("crates/").trim_end_matches("/Cargo.toml");
        let Some((_, allowed)) = CRATES.iter().find(|(listed, _)| *listed == name) else {
            faults.push(format!("{}: {name} has no place in the order of crates", file.path));
            continue;
        };
        for (line, used) in dependencies(&file.text) {
            let used = used.strip_prefix("benchpages-").unwrap_or(used);
            let ours = used == "benchpages" || CRATES.iter().any(|(listed, _)| *listed == used);
            if ours && !allowed.contains(&used) {
                faults.push(format!("{}:{line}: {name} must not use {used}", file.path));
            }
        }
    }
    faults
}

/// The names in all tables of dependencies, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut names = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table.ends_with("dependencies");
            // `[dependencies.model]`
            let alone = table.rsplit_once("dependencies.").map(|(_, name)| name);
            names.extend(alone.map(|name| (number + 1, name)));
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.push((number + 1, name));
        }
    }
    names
}

pub fn every_source_is_a_room(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for package in &house.packages {
        for file in house.sources().filter(|file| file.path != "src/main.rs") {
            let Some(module) = package.module(&file.path) else { continue };
            if module.first().is_some_and(|room| package.position(room).is_none()) {
                let lib = format!("{}/lib.rs", package.folder);
                faults.push(format!("{}: belongs to no room of {lib}", file.path));
            }
        }
    }
    faults
}

pub fn core_names_nothing_outside(house: &House) -> Vec<String> {
    let all = outside(house);
    let faults = all.iter().filter(|named| !named.is_excepted());
    faults.map(|named| format!("{}: core names {}", named.place, named.name)).collect()
}

/// The listed exceptions, for their ratchet.
pub fn outside_exceptions(house: &House) -> Vec<String> {
    let all = outside(house);
    let excepted = all.iter().filter(|named| named.is_excepted());
    excepted.map(|named| format!("{}: {}", named.place, named.name)).collect()
}

/// Something outside that core names.
struct Named {
    place: String,
    name: &'static str,
}

impl Named {
    fn is_excepted(&self) -> bool {
        let place = &self.place;
        EXCEPTIONS.iter().any(|(start, name)| place.starts_with(start) && *name == self.name)
    }
}

fn outside(house: &House) -> Vec<Named> {
    let mut all = Vec::new();
    for package in &house.packages {
        for (file, module) in house.modules(package) {
            if package.band(&module) != Some(Band::Core) {
                continue;
            }
            for (number, line) in file.code.lines().enumerate() {
                let named = OUTSIDE.iter().find(|name| line.contains(*name));
                let named = named.or(groups_outside(line).then_some(&"std::{…}"));
                let place = format!("{}:{}", file.path, number + 1);
                all.extend(named.map(|name| Named { place, name }));
            }
        }
    }
    all
}

fn groups_outside(line: &str) -> bool {
    let inside = line.split("use std::{").nth(1).unwrap_or_default();
    let mut words = inside.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ["fs", "net", "process", "env"].contains(&word))
}

pub fn heavy_crates_stay_at_home(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for package in &house.packages {
        for (file, module) in house.modules(package) {
            for (name, homes) in HOMES {
                // A room may bear the name of a crate; then the name does not say which is meant.
                if package.position(name).is_none() && !is_home(homes, package, &module) {
                    let why = format!("{name} lives in {}", homes.join(" and "));
                    faults.extend(lines_with_path(file, name).map(|at| format!("{at}: {why}")));
                }
            }
        }
    }
    faults
}

fn is_home(homes: &[&str], package: &Package, module: &[String]) -> bool {
    let crate_name = package.crate_name().map(|name| format!("crates/{name}"));
    let place: Vec<&str> =
        crate_name.iter().chain(module).map(std::string::String::as_str).collect();
    let place = format!("{}/", place.join("/"));
    homes.iter().any(|home| place.starts_with(&format!("{home}/")))
}

fn lines_with_path(file: &File, name: &str) -> impl Iterator<Item = String> {
    let lines = file.code.lines().enumerate().filter(move |(_, line)| starts_path(line, name));
    lines.map(|(number, _)| format!("{}:{}", file.path, number + 1))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{allows, finds};

    #[test]
    fn the_order_of_rooms_is_held() {
        let rule = rooms_use_only_rooms_above;
        let fault = "src/record.rs:2: text stands below record in src/lib.rs";
        finds(rule, "src/record.rs", "\nuse crate::text::Scale;", fault);
        allows(
            rule,
            "src/text.rs",
            "use crate::record::A;\n// crate::git\nlet a = \"crate::git\";",
        );
        allows(rule, "src/text.rs", "#[cfg(test)]\nmod tests {\n    use crate::git::log;\n}");
        let fault = "crates/model/src/unit.rs:1: policy stands below unit in \
                     crates/model/src/lib.rs";
        finds(rule, "crates/model/src/unit.rs", "use super::policy::Policy;", fault);
        allows(rule, "crates/model/src/policy/mod.rs", "use crate::unit::Unit;\nuse crate::x;");
    }

    #[test]
    fn edges_are_kept_apart() {
        let rule = edges_never_use_edges;
        let fault = "src/git/log.rs:1: store is an edge too";
        finds(rule, "src/git/log.rs", "use crate::store::load;", fault);
        allows(rule, "src/project.rs", "use crate::store::load;\nuse crate::git;");
        allows(rule, "src/git.rs", "use crate::record::Commit;\nuse crate::git::x;");
    }

    #[test]
    fn the_order_of_crates_is_held() {
        let rule = crates_keep_their_order;
        let path = "crates/ingest/Cargo.toml";
        let fault = "crates/ingest/Cargo.toml:2: ingest must not use detect";
        finds(rule, path, "[dependencies]\ndetect.workspace = true\nmodel.workspace = true", fault);
        finds(rule, path, "[x]\n[dev-dependencies.benchpages-detect]\npath = \"\"", fault);
        allows(rule, path, "[package]\ndetect = 1\n[dependencies]\nserde = \"1\"\nmodel = {}");
        let stray = "crates/new/Cargo.toml: new has no place in the order of crates";
        finds(rule, "crates/new/Cargo.toml", "", stray);
    }

    #[test]
    fn core_is_kept_pure() {
        let rule = core_names_nothing_outside;
        finds(rule, "src/text.rs", "use std::fs::File;", "src/text.rs:1: core names std::fs");
        finds(rule, "src/text.rs", "use std::{fmt, env};", "src/text.rs:1: core names std::{…}");
        finds(rule, "src/text.rs", "println!(\"x\");", "src/text.rs:1: core names println!");
        let fault = "crates/model/src/unit.rs:1: core names Instant::now";
        finds(rule, "crates/model/src/unit.rs", "Instant::now()", fault);
        allows(rule, "src/store.rs", "use std::fs;");
        allows(rule, "src/text.rs", "let s = \"std::fs\"; let t = r#\"std::env \"# ; // std::net");
    }

    #[test]
    fn an_exception_is_counted() {
        let path = "crates/ingest/src/source.rs";
        allows(core_names_nothing_outside, path, "std::fs::read(path)");
        finds(outside_exceptions, path, "std::fs::read(path)", &format!("{path}:1: std::fs"));
        let fault = format!("{path}:1: core names std::env");
        finds(core_names_nothing_outside, path, "std::env::var(name)", &fault);
    }

    #[test]
    fn heavy_crates_have_one_home() {
        let rule = heavy_crates_stay_at_home;
        let fault = "src/text.rs:1: plotters lives in crates/chart";
        finds(rule, "src/text.rs", "use plotters::prelude;", fault);
        let fault = "crates/model/src/unit.rs:1: serde_saphyr lives in crates/model/policy";
        finds(rule, "crates/model/src/unit.rs", "serde_saphyr::from_str(a)", fault);
        allows(rule, "crates/model/src/policy/tree.rs", "serde_saphyr::from_str(a)");
        allows(rule, "src/store.rs", "use walkdir::WalkDir;");
        allows(rule, "src/text.rs", "let my_walkdir::x = crate::walkdir::y;");
    }

    #[test]
    fn stray_files_are_found() {
        let rule = every_source_is_a_room;
        finds(rule, "src/old/x.rs", "", "src/old/x.rs: belongs to no room of src/lib.rs");
        let fault = "crates/model/src/x.rs: belongs to no room of crates/model/src/lib.rs";
        finds(rule, "crates/model/src/x.rs", "", fault);
        allows(rule, "src/git/x.rs", "");
    }
}
