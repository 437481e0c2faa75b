//! Names of types that two definitions share. One name for two ideas is a puzzle for the reader.

use std::collections::BTreeMap;

use crate::house::{File, House};
use crate::scan::is_word;

/// A definition of a struct, an enum, a trait, a union or a type alias.
pub struct Definition<'a> {
    pub name: &'a str,
    pub place: String,
}

/// Every definition of the workspace's product code.
pub fn definitions(house: &House) -> Vec<Definition<'_>> {
    house.product().flat_map(of_file).collect()
}

fn of_file(file: &File) -> impl Iterator<Item = Definition<'_>> {
    let names = file.code.lines().enumerate().filter_map(|(n, line)| Some((n, defined(line)?)));
    names.map(|(n, name)| Definition { name, place: format!("{}:{}", file.path, n + 1) })
}

fn defined(line: &str) -> Option<&str> {
    let start = line.trim_start();
    let start = match start.strip_prefix("pub(") {
        Some(tail) => tail.split_once(") ")?.1,
        None => start.trim_start_matches("pub "),
    };
    let (keyword, tail) = start.split_once(' ')?;
    // An indented alias is the associated type of a trait.
    let alias = keyword == "type" && !line.starts_with(' ');
    if !alias && !["struct", "enum", "trait", "union"].contains(&keyword) {
        return None;
    }
    let end = tail.bytes().position(|byte| !is_word(byte)).unwrap_or(tail.len());
    (end > 0).then(|| &tail[..end])
}

/// The definitions whose name another one has, too, by name.
pub fn shared(house: &House) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for definition in definitions(house) {
        places.entry(definition.name).or_default().push(definition.place);
    }
    let shared = places.into_iter().filter(|(_, places)| places.len() > 1);
    shared
        .flat_map(|(name, places)| places.into_iter().map(move |place| format!("{place}: {name}")))
        .collect()
}

#[test]
fn a_name_of_two_types_is_found() {
    let house = House::new(&[
        (
            "src/a.rs",
            "pub(crate) struct Row<'a>(&'a str);\nimpl T for Row {\n    type Item = u8;\n}",
        ),
        (
            "crates/b/src/c.rs",
            "pub enum Row {}\nimpl U for Row {\n    type Item = u8;\n}\ntype X = u8;",
        ),
        ("crates/b/src/d.rs", "#[cfg(test)]\nmod tests {\n    struct X;\n}\n// struct X;"),
    ]);
    assert_eq!(shared(&house), ["src/a.rs:1: Row", "crates/b/src/c.rs:1: Row"]);
    assert_eq!(definitions(&house).len(), 3);
}
