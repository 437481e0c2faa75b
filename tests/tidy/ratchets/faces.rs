//! Public items of a crate that nothing outside the crate names: they should be `pub(crate)`.

use std::collections::HashSet;

use crate::house::{File, House};
use crate::scan::{item_length, words};

const KEYWORDS: [&str; 9] =
    ["fn", "struct", "enum", "trait", "union", "type", "const", "static", "mod"];

/// An item that everybody may name.
struct Item<'a> {
    name: &'a str,
    place: String,
    /// What a user of the item sees: a signature, public fields, variants.
    face: Vec<&'a str>,
}

/// An item counts as used when a file outside the crate names it, or the face of a used item
/// does: the type of a public field has to be public, too.
pub fn unused(house: &House) -> Vec<String> {
    let crates = house.packages.iter().filter(|package| package.crate_name().is_some());
    let folders: Vec<&str> = crates.map(|package| package.folder.as_str()).collect();
    // By crate, and last of what belongs to no crate.
    let mut words_of = vec![HashSet::new(); folders.len() + 1];
    for file in house.under("", ".rs") {
        let owner = folders.iter().position(|folder| file.path.starts_with(folder));
        let names = words(&file.bare).map(|(_, word)| word);
        words_of[owner.unwrap_or(folders.len())].extend(names);
    }
    let mut places = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let files = house.product().filter(|file| file.path.starts_with(folder));
        let mut items: Vec<Item<'_>> = files.flat_map(items).collect();
        let mut by_face = HashSet::new();
        loop {
            let is_used = |item: &Item<'_>| {
                let mut others = words_of.iter().enumerate().filter(|(other, _)| *other != number);
                by_face.contains(item.name) || others.any(|(_, words)| words.contains(item.name))
            };
            let (used, unused): (Vec<_>, Vec<_>) = items.into_iter().partition(is_used);
            items = unused;
            if used.is_empty() {
                break;
            }
            let faces = used.iter().flat_map(|item| &item.face);
            by_face.extend(faces.flat_map(|line| words(line)).map(|(_, word)| word));
        }
        places.extend(items.iter().map(|item| format!("{}: {}", item.place, item.name)));
    }
    places
}

fn items(file: &File) -> Vec<Item<'_>> {
    let lines: Vec<&str> = file.code.lines().collect();
    let mut items = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some((keyword, name)) = public(line) {
            let whole = &lines[number..number + item_length(&lines[number..])];
            let place = format!("{}:{}", file.path, number + 1);
            items.push(Item { name, place, face: face(keyword, whole) });
        }
    }
    items
}

/// Keyword and name of the public item that starts on the line.
fn public(line: &str) -> Option<(&str, &str)> {
    let start = line.trim_start().strip_prefix("pub ")?;
    let mut words = words(start).map(|(_, word)| word).skip_while(|word| {
        let before = ["async", "unsafe"].contains(word);
        before || (*word == "const" && start.contains("const fn "))
    });
    let keyword = words.next().filter(|word| KEYWORDS.contains(word))?;
    Some((keyword, words.next()?))
}

fn face<'a>(keyword: &str, item: &[&'a str]) -> Vec<&'a str> {
    match keyword {
        "fn" => {
            let body = item.iter().position(|line| line.trim_end().ends_with('{'));
            let end = body.map_or(item.len(), |line| line + 1);
            item[..end].to_vec()
        }
        "struct" | "union" => {
            let fields = item[1..].iter().filter(|line| line.trim_start().starts_with("pub "));
            item[..1].iter().chain(fields).copied().collect()
        }
        "mod" => Vec::new(),
        // The value of a constant is nobody's business.
        "const" | "static" => item[0].split('=').next().into_iter().collect(),
        _ => item.to_vec(),
    }
}

#[test]
fn public_items_without_a_user_are_found() {
    let library = "//! A.\npub mod b;\npub struct Used {\n    pub part: Part,\n    own: Own,\n}\n\
                   pub struct Part;\npub struct Own;\nimpl Used {\n    pub const fn idle(&self) {\n\
                   \x20       Own::x()\n    }\n}\npub(crate) fn hidden() {}\n";
    let house = House::new(&[
        ("crates/a/src/lib.rs", library),
        ("crates/a/src/b.rs", "pub const LIMIT: u8 = 1;"),
        ("src/c.rs", "use a::{b::LIMIT, Used}; // Own"),
    ]);
    let places = ["crates/a/src/lib.rs:8: Own", "crates/a/src/lib.rs:10: idle"];
    assert_eq!(unused(&house), places);
}
