//! Parameters that are taken apart in the signature. Two things that travel together deserve a
//! struct with a name, or are two parameters.

use crate::house::House;
use crate::scan::{closing, split_commas};

pub fn parameters(house: &House) -> Vec<String> {
    let mut places = Vec::new();
    for file in house.product() {
        for (at, _) in file.code.match_indices("fn ") {
            if file.code[..at].chars().next_back().is_some_and(|c| !c.is_whitespace()) {
                continue;
            }
            let line = file.code[..at].matches('\n').count() + 1;
            let tail = &file.code[at + 3..];
            let tuples = signature(tail).into_iter().filter(|part| is_tuple(part));
            places.extend(tuples.map(|part| format!("{}:{line}: {}", file.path, one_line(part))));
        }
    }
    places
}

/// The parameters of the function whose name starts `text`.
fn signature(text: &str) -> Vec<&str> {
    let name = text.find(['(', '<']).unwrap_or(text.len());
    let open = if text[name..].starts_with('<') { name + generics(&text[name..]) } else { name };
    match text[open..].starts_with('(') {
        true => split_commas(&text[open + 1..closing(text, open)]),
        false => Vec::new(),
    }
}

/// Length of `<…>`; the arrow of `Fn() -> T` closes nothing.
fn generics(text: &str) -> usize {
    let mut depth = 0;
    let mut last = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' if last != b'-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
        last = byte;
    }
    text.len()
}

fn is_tuple(parameter: &str) -> bool {
    parameter.trim_start().trim_start_matches('&').starts_with('(')
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_tuple_parameter_is_found() {
    let text = "//! A.\nfn a<F: Fn(u8) -> u8>(\n    f: F,\n    (b, c): (u8,\n        u8),\n) {}\n\
                fn d(&self, pair: (u8, u8), f: impl Fn((u8, u8)) -> u8) {}\n\
                fn e(&(x, y): &(u8, u8)) { g(|(a, b)| a) }\n";
    let house = House::new(&[("crates/a/src/b.rs", text)]);
    let places =
        ["crates/a/src/b.rs:2: (b, c): (u8, u8)", "crates/a/src/b.rs:8: &(x, y): &(u8, u8)"];
    assert_eq!(parameters(&house), places);
}
