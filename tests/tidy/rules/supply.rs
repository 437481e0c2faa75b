//! What the program is built from: actions by commit, crates of the registry, no unsafe code.

use crate::house::House;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Hexadecimal digits of a commit.
const COMMIT_DIGITS: usize = 40;

/// A tag of an action can be moved by whoever owns it; a commit cannot. The version stands behind
/// it as a comment, for people and for Dependabot.
pub fn actions_are_pinned(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.under("", ".yml") {
        for (number, line) in file.text.lines().enumerate() {
            let action = line.trim_start().trim_start_matches("- ").strip_prefix("uses: ");
            let action = action.filter(|action| !action.starts_with("./"));
            if action.is_some_and(|action| !is_pinned(action)) {
                faults.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    faults
}

fn is_pinned(action: &str) -> bool {
    let Some((name, version)) = action.split_once(" # v") else { return false };
    let commit = name.split_once('@').map_or("", |(_, commit)| commit);
    let is_commit =
        commit.len() == COMMIT_DIGITS && commit.bytes().all(|it| it.is_ascii_hexdigit());
    is_commit && version.starts_with(|first: char| first.is_ascii_digit())
}

/// A lock file names a registry for each crate, and no other registry than crates.io.
pub fn crates_come_from_the_registry(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.under("", "Cargo.lock") {
        for (number, line) in file.text.lines().enumerate() {
            let source = line.strip_prefix("source = ").map(|source| source.trim_matches('"'));
            if let Some(source) = source.filter(|source| *source != REGISTRY) {
                faults.push(format!("{}:{}: {source}", file.path, number + 1));
            }
        }
    }
    faults
}

/// Every package forbids unsafe code, itself or by the lints of the workspace.
pub fn unsafe_code_is_forbidden(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.under("", "Cargo.toml") {
        let has = |table: &str, line: &str| lines_of_table(&file.text, table).any(|it| it == line);
        let forbids = |table: &str| has(table, "unsafe_code = \"forbid\"");
        let inherits = has("[lints]", "workspace = true");
        let is_workspace = file.path == "Cargo.toml";
        let by_workspace = inherits && (!is_workspace || forbids("[workspace.lints.rust]"));
        if !by_workspace && !forbids("[lints.rust]") {
            faults.push(format!("{}: does not forbid unsafe code", file.path));
        }
    }
    faults
}

fn lines_of_table<'a>(manifest: &'a str, table: &'a str) -> impl Iterator<Item = &'a str> {
    let inside = manifest.lines().skip_while(move |line| *line != table).skip(1);
    inside.take_while(|line| !line.starts_with('['))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{allows, finds};

    #[test]
    fn an_action_by_tag_or_branch_is_found() {
        let rule = actions_are_pinned;
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for version in ["v4", "main", commit, &format!("{} # v4", &commit[1..])] {
            let line = format!("- uses: a/b@{version}");
            let fault = format!(".github/workflows/a.yml:2: {line}");
            finds(rule, ".github/workflows/a.yml", &format!("steps:\n  {line}\n"), &fault);
        }
        allows(rule, "action.yml", &format!("uses: a/b@{commit} # v4.1.0\nuses: ./c\n"));
    }

    #[test]
    fn a_crate_from_elsewhere_is_found() {
        let rule = crates_come_from_the_registry;
        let fault = "fuzz/Cargo.lock:2: git+https://example.org/x#1";
        let git = "name = \"x\"\nsource = \"git+https://example.org/x#1\"\n";
        finds(rule, "fuzz/Cargo.lock", git, fault);
        allows(rule, "Cargo.lock", &format!("source = \"{REGISTRY}\"\n"));
    }

    #[test]
    fn a_package_that_allows_unsafe_code_is_found() {
        let rule = unsafe_code_is_forbidden;
        let inherits = "[package]\n\n[lints]\nworkspace = true\n";
        let fault = |path: &str| format!("{path}: does not forbid unsafe code");
        allows(rule, "crates/model/Cargo.toml", inherits);
        finds(rule, "crates/new/Cargo.toml", "[package]\n", &fault("crates/new/Cargo.toml"));
        finds(rule, "Cargo.toml", inherits, &fault("Cargo.toml"));
        let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n\n";
        allows(rule, "Cargo.toml", &format!("{forbids}{inherits}"));
        let denies = "[lints.rust]\nunsafe_code = \"deny\"\n";
        finds(rule, "fuzz/Cargo.toml", denies, &fault("fuzz/Cargo.toml"));
        allows(rule, "fuzz/Cargo.toml", &denies.replace("deny", "forbid"));
    }
}
