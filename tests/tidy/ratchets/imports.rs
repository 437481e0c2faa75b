//! Modules that import each other in a ring. A ring has no place to start reading. A parent and
//! its own child may use each other.

use crate::graph::{Use, rings};
use crate::house::House;

pub fn in_rings(house: &House) -> Vec<String> {
    all(house, |used| !used.is_parent_and_child())
}

/// The same where a parent and its child are a ring, too.
pub fn in_any_ring(house: &House) -> Vec<String> {
    all(house, |_| true)
}

fn all(house: &House, counted: fn(&Use) -> bool) -> Vec<String> {
    let mut all = Vec::new();
    for package in &house.packages {
        for ring in rings(house, package, counted) {
            let count = ring.len();
            let name = |module: &[String]| match module {
                [] => "lib".to_owned(),
                parts => parts.join("::"),
            };
            let modules = ring.iter().map(|module| (name(module), &package.folder));
            all.extend(modules.map(|(name, at)| format!("{at}: {name}, in a ring of {count}")));
        }
    }
    all
}

#[test]
fn a_ring_of_modules_is_found() {
    let house = House::new(&[
        ("crates/a/src/lib.rs", "mod b;\nmod c;\nmod d;\npub struct X;"),
        ("crates/a/src/b.rs", "use crate::c::Y;\nuse crate::X;"),
        ("crates/a/src/c.rs", "use super::b::Z;"),
        ("crates/a/src/d.rs", "use crate::{b::Z, X};"),
    ]);
    let places = ["crates/a/src: b, in a ring of 2", "crates/a/src: c, in a ring of 2"];
    assert_eq!(in_rings(&house), places);
    assert_eq!(in_any_ring(&house), places);
}
