//! Counts of what is not yet as it should be. A count may only get better: a worse one fails, and
//! a better one fails until the table records it, so that the ratchet never slackens.

mod commands;
mod comments;
mod faces;
pub mod imports;
pub mod names;
mod tuples;
mod wording;

use crate::house::House;
use crate::rules::outside_exceptions;

pub enum Measure {
    /// Places that should not be there, each with what it is. The fewer the better.
    Places(fn(&House) -> Vec<String>),
    /// A number that should be high.
    Share(fn(&House) -> usize),
}

use Measure::{Places, Share};

/// What is counted, the recorded number, the target, and how it is measured.
pub type Ratchet = (&'static str, usize, usize, Measure);

// One line each, so that a lower number is a change of one line.
#[rustfmt::skip]
pub const RATCHETS: [Ratchet; 8] = [
    ("type definitions that share a name", 8, 50, Places(names::shared)),
    ("tuple parameters", 0, 0, Places(tuples::parameters)),
    ("modules in an import ring", 0, 33, Places(imports::in_rings)),
    ("command files over 100 code lines", 0, 0, Places(commands::long)),
    ("words ruled out in user-visible text", 17, 0, Places(wording::ruled_out)),
    ("comment lines per 1,000 code lines", 19, 20, Share(comments::per_thousand)),
    ("public items that only their crate names", 8, 0, Places(faces::unused)),
    ("places where core reads files", 0, 0, Places(outside_exceptions)),
];

/// Why a measured number does not fit the recorded one.
pub fn judge(ratchet: &Ratchet, house: &House) -> Option<String> {
    let (name, recorded, _, measure) = ratchet;
    let (measured, better, verb) = match measure {
        Places(measure) => {
            let measured = measure(house).len();
            (measured, measured < *recorded, "lower")
        }
        Share(measure) => {
            let measured = measure(house);
            (measured, measured > *recorded, "raise")
        }
    };
    if measured == *recorded {
        None
    } else if better {
        Some(format!("{name}: {verb} the ratchet to {measured} (tests/tidy/ratchets/mod.rs)"))
    } else {
        let bound = if matches!(measure, Places(_)) { "at most" } else { "at least" };
        Some(format!("{name}: {measured}, must be {bound} {recorded}"))
    }
}

#[test]
fn a_ratchet_holds_both_ways() {
    let house = House::new(&[("src/a.rs", "//! A.\nfn a((b, c): (u8, u8)) {}\n")]);
    let judged = |recorded| judge(&("pairs", recorded, 0, Places(tuples::parameters)), &house);
    assert_eq!(judged(1), None);
    assert_eq!(judged(0).as_deref(), Some("pairs: 1, must be at most 0"));
    let lower = "pairs: lower the ratchet to 1 (tests/tidy/ratchets/mod.rs)";
    assert_eq!(judged(2).as_deref(), Some(lower));
    let floor = |recorded| judge(&("size", recorded, 9, Share(|_| 5)), &house);
    assert_eq!(floor(6).as_deref(), Some("size: 5, must be at least 6"));
    let raise = "size: raise the ratchet to 5 (tests/tidy/ratchets/mod.rs)";
    assert_eq!(floor(4).as_deref(), Some(raise));
}
