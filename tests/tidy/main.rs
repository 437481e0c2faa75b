//! Holds the house rules over the source, so that review need not.
//!
//! A rule is a function over a [`house::House`], so its own test can plant one fault in a small
//! house. `rules` must hold; every fault is collected before the test fails. `ratchets` count what
//! is not yet as it should be and may only get better. Rooms, their order and their bands are read
//! from the `lib.rs` of each package; there is no second table of them. Unit tests inside a file
//! only have to follow the rules for whole files.
//!
//! `cargo test --test tidy -- --nocapture figures` prints all numbers, `… places` what a ratchet
//! counts.

mod figures;
mod graph;
mod house;
mod licenses;
mod ratchets;
mod rules;
mod scan;

use std::path::Path;
use std::sync::LazyLock;

use house::House;

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let house = House::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let listed = house.packages.iter().all(|package| !package.rooms.is_empty());
    assert!(listed && house.packages.len() > 1, "a lib.rs lists no rooms");
    house
});

#[test]
fn the_house_is_tidy() {
    let mut faults = String::new();
    for (name, rule) in rules::RULES {
        for fault in rule(&HOUSE) {
            faults.push_str(&format!("\n  {name}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{faults}\n");
}

#[test]
fn nothing_gets_worse() {
    let faults = ratchets::RATCHETS.iter().filter_map(|ratchet| ratchets::judge(ratchet, &HOUSE));
    let faults: Vec<String> = faults.collect();
    let help = "`cargo test --test tidy -- --nocapture places` lists what is counted";
    assert!(faults.is_empty(), "\n  {}\n{help}\n", faults.join("\n  "));
}

#[test]
#[expect(clippy::print_stdout, reason = "asked for with --nocapture")]
fn figures() {
    println!("{}", figures::table(&HOUSE));
}

#[test]
#[expect(clippy::print_stdout, reason = "asked for with --nocapture")]
fn places() {
    println!("{}", figures::places(&HOUSE));
}
