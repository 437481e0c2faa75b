//! What must hold everywhere. A rule returns its faults, each with its place.

mod layers;
mod shape;
mod supply;
mod text;

use crate::house::{File, House};

use shape::Function;

pub type Rule = fn(&House) -> Vec<String>;

pub const RULES: [(&str, Rule); 17] = [
    ("a room uses only rooms above it", layers::rooms_use_only_rooms_above),
    ("an edge never uses an edge", layers::edges_never_use_edges),
    ("crates keep their order", layers::crates_keep_their_order),
    ("every source is a room", layers::every_source_is_a_room),
    ("core names nothing outside", layers::core_names_nothing_outside),
    ("heavy crates stay at home", layers::heavy_crates_stay_at_home),
    ("imports are plain", shape::imports_are_plain),
    ("every file says what it is", shape::every_file_says_what_it_is),
    ("files are short", shape::files_are_short),
    ("functions are short", shape::functions_are_short),
    ("lines are short", shape::lines_are_short),
    ("nothing is left unfinished", text::nothing_is_left_unfinished),
    ("templates and assets are used", text::templates_and_assets_are_used),
    ("actions are pinned", supply::actions_are_pinned),
    ("crates come from the registry", supply::crates_come_from_the_registry),
    ("unsafe code is forbidden", supply::unsafe_code_is_forbidden),
    ("templates escape every value", text::templates_escape_every_value),
];

/// The places that a rule lets pass, for their ratchet.
pub fn outside_exceptions(house: &House) -> Vec<String> {
    layers::outside_exceptions(house)
}

/// The functions of a file's product code.
pub fn functions(file: &File) -> Vec<Function<'_>> {
    shape::functions(file)
}

/// The rooms of the root package in the tests of the rules.
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
    let model = "//! Model.\npub mod unit;\npub mod policy;\n";
    let ingest = "//! Ingest.\nmod source;\n";
    rule(&House::new(&[
        ("src/lib.rs", LIB),
        ("crates/model/src/lib.rs", model),
        ("crates/ingest/src/lib.rs", ingest),
        (path, text),
    ]))
}

fn finds(rule: Rule, path: &str, text: &str, fault: &str) {
    assert_eq!(faults(rule, path, text), [fault], "{text}");
}

fn allows(rule: Rule, path: &str, text: &str) {
    assert_eq!(faults(rule, path, text), [""; 0], "{text}");
}
