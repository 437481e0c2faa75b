//! The numbers that documents quote, so that they come from a command:
//! `cargo test --test tidy -- --nocapture figures`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::house::{File, House};
use crate::ratchets::{Measure, RATCHETS, imports, names};
use crate::rules::functions;
use crate::scan::LineKind;

/// Lines of some files, by what they are.
#[derive(Clone, Copy, Default)]
struct Lines {
    files: usize,
    code: usize,
    docs: usize,
    comments: usize,
    blank: usize,
    tests: usize,
}

impl Lines {
    fn add(&mut self, file: &File) {
        let tests = file.tests.iter().filter(|&&test| test).count();
        self.files += usize::from(!file.is_test());
        self.code += file.count(LineKind::Code);
        self.docs += file.count(LineKind::Doc);
        self.comments += file.count(LineKind::Comment);
        self.blank += file.count(LineKind::Blank);
        self.tests += tests;
    }

    fn row(&self, name: &str) -> String {
        let Self { files, code, docs, comments, blank, tests } = self;
        let share = per_hundred(*comments, *code);
        format!(
            "{name:<18}{files:>6}{code:>8}{docs:>7}{comments:>9}{share:>7.1}{blank:>7}{tests:>7}\n"
        )
    }
}

fn per_hundred(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}

/// The crate, or the room of the root package, that a file belongs to.
fn owner(path: &str) -> String {
    let mut parts = path.trim_end_matches(".rs").split('/');
    match (parts.next(), parts.next()) {
        (Some("crates"), Some(name)) => format!("crates/{name}"),
        (_, name) => format!("src/{}", name.unwrap_or_default()),
    }
}

pub fn table(house: &House) -> String {
    let mut owners: BTreeMap<String, Lines> = BTreeMap::new();
    let mut all = Lines::default();
    for file in house.sources() {
        owners.entry(owner(&file.path)).or_default().add(file);
        all.add(file);
    }
    let mut out = format!(
        "{:<18}{:>6}{:>8}{:>7}{:>9}{:>7}{:>7}{:>7}\n",
        "lines", "files", "code", "docs", "comments", "/100", "blank", "tests"
    );
    for (name, lines) in &owners {
        out += &lines.row(name);
    }
    out += &all.row("all");
    out.push('\n');
    let files = house.product().map(File::product_lines).collect();
    out += &spread("lines of a product file", files);
    let lengths = house.product().flat_map(functions).map(|function| function.length);
    out += &spread("lines of a function", lengths.collect());
    out + "\n" + &shares(house) + &ratchets(house)
}

fn spread(name: &str, mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    let at = |percent: usize| numbers.get(numbers.len().saturating_sub(1) * percent / 100);
    let [middle, high, most] = [50, 90, 100].map(|percent| at(percent).copied().unwrap_or(0));
    format!("{name:<42} p50 {middle}, p90 {high}, max {most}\n")
}

fn shares(house: &House) -> String {
    let definitions = names::definitions(house).len();
    let shared = names::shared(house).len();
    let modules: usize = house.packages.iter().map(|package| house.modules(package).len()).sum();
    let rings = imports::in_rings(house).len();
    let any = imports::in_any_ring(house).len();
    let mut out = String::new();
    for (name, part, whole) in [
        ("type definitions that share a name", shared, definitions),
        ("modules in an import ring", rings, modules),
        ("the same, with parent and child", any, modules),
    ] {
        let share = per_hundred(part, whole);
        let _ = writeln!(out, "{name:<42} {part} of {whole} ({share:.1}%)");
    }
    out
}

fn ratchets(house: &House) -> String {
    let mut out = format!("\n{:<42}{:>9}{:>9}{:>9}\n", "ratchet", "measured", "recorded", "target");
    for (name, recorded, target, measure) in &RATCHETS {
        let measured = match measure {
            Measure::Places(measure) => measure(house).len(),
            Measure::Share(measure) => measure(house),
        };
        let _ = writeln!(out, "{name:<42}{measured:>9}{recorded:>9}{target:>9}");
    }
    out
}

/// Every place that a ratchet counts.
pub fn places(house: &House) -> String {
    let mut out = String::new();
    for (name, _, _, measure) in &RATCHETS {
        if let Measure::Places(measure) = measure {
            let places = measure(house);
            let _ = writeln!(out, "\n{name}: {}", places.len());
            for place in places {
                let _ = writeln!(out, "  {place}");
            }
        }
    }
    out
}

#[test]
fn a_table_counts_each_line_once() {
    let text = "//! A.\n\n// why\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
    let house = House::new(&[("crates/a/src/lib.rs", text), ("src/b/c.rs", "fn d() {\n}\n")]);
    let table = table(&house);
    let rows: Vec<Vec<&str>> =
        table.lines().skip(1).take(3).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["crates/a", "1", "1", "1", "1", "100.0", "1", "4"]);
    assert_eq!(rows[1], ["src/b", "1", "2", "0", "0", "0.0", "0", "0"]);
    assert_eq!(rows[2], ["all", "2", "3", "1", "1", "33.3", "1", "4"]);
}
