//! Strings as small numbers. Numbers follow the order of insertion and mean nothing outside.

use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// Each distinct string once.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    // A table of indices and no `HashMap<String, u32>`: that would hold every string twice.
    table: HashTable<u32>,
    strings: Vec<Box<str>>,
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(text)
}

impl Interner {
    /// Distinct strings by their places, to be read from only.
    pub(crate) fn from_strings(strings: Vec<Box<str>>) -> Self {
        Self { table: HashTable::new(), strings }
    }

    /// The number of a string; the same string always has the same number.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        let strings = &mut self.strings;
        let entry = self.table.entry(
            hash(text),
            |&index| *strings[index as usize] == *text,
            |&index| hash(&strings[index as usize]),
        );
        *entry
            .or_insert_with(|| {
                strings.push(text.into());
                u32::try_from(strings.len() - 1).expect("fewer than 2^32 distinct strings")
            })
            .get()
    }

    pub fn get(&self, index: u32) -> &str {
        &self.strings[index as usize]
    }

    pub fn strings(&self) -> &[Box<str>] {
        &self.strings
    }
}

/// A length or index as the 32 bits that rows have for it: half of what `usize` would take.
pub(crate) fn to_index(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 rows, names and files")
}
