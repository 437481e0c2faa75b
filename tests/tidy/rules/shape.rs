//! How a source file looks: its head, its imports, its lengths.

use crate::house::{File, House};
use crate::scan::{bare, item_length, pieces};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const LINE_CHARS: usize = 100;
/// A line with a literal of this length may be longer: data is not broken for its looks.
const UNBREAKABLE: usize = 40;
const SCRIPT_LINES: usize = 400;

/// A room is named in full, so that a search finds who uses it; in a crate, `crate::{…}` names the
/// items of its `lib.rs`. A name has one place. Only the face of a package
/// may show it at a second one.
pub fn imports_are_plain(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.sources() {
        let is_face =
            house.packages.iter().any(|package| file.path == format!("{}/lib.rs", package.folder));
        // A room, too, may show in its `mod.rs` what stands in its own files.
        let own = |line: &str| file.path.ends_with("/mod.rs") && names_a_child(&file.path, line);
        let has_rooms = file.path.starts_with("src/");
        for (number, line) in file.bare.lines().enumerate() {
            let start = line.trim_start();
            let again = start.starts_with("pub use") || start.starts_with("pub(crate) use");
            for (wrong, name) in [
                (line.contains("crate::{") && has_rooms, "crate::{"),
                (line.contains("super::super"), "super::super"),
                (again && !is_face && !own(start), "a re-export"),
            ] {
                if wrong {
                    faults.push(format!("{}:{}: {name}", file.path, number + 1));
                }
            }
        }
    }
    faults
}

/// Whether a re-export in the `mod.rs` at `path` names an item below that module.
fn names_a_child(path: &str, line: &str) -> bool {
    let target = line.split(" use ").nth(1).unwrap_or_default();
    let folder = path.trim_end_matches("/mod.rs");
    let inside = folder.split("src/").nth(1).unwrap_or_default().replace('/', "::");
    let child = target.strip_prefix("self::").unwrap_or(target);
    target.starts_with(&format!("crate::{inside}::"))
        || !["crate::", "super::", "model::", "detect::", "ingest::", "chart::"]
            .iter()
            .any(|other| child.starts_with(other))
}

pub fn every_file_says_what_it_is(house: &House) -> Vec<String> {
    let files = house.under("", ".rs").filter(|file| !file.text.starts_with("//! "));
    files.map(|file| format!("{}: does not open with //!", file.path)).collect()
}

pub fn files_are_short(house: &House) -> Vec<String> {
    let rust = house.product().map(|file| (file, file.product_lines(), FILE_LINES));
    let script = house.under("script/", ".js");
    let script = script.map(|file| (file, file.text.lines().count(), SCRIPT_LINES));
    let long = rust.chain(script).filter(|(_, lines, most)| lines > most);
    long.map(|(file, lines, most)| format!("{}: {lines} lines, at most {most}", file.path))
        .collect()
}

pub fn functions_are_short(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.sources() {
        for function in
            functions(file).into_iter().filter(|function| function.length > FUNCTION_LINES)
        {
            let Function { line, name, length } = function;
            faults.push(format!("{}:{}: {name} has {length} lines", file.path, line + 1));
        }
    }
    faults
}

/// A function of product code.
pub struct Function<'a> {
    pub line: usize,
    pub name: &'a str,
    /// Lines from `fn` to the closing brace.
    pub length: usize,
}

pub fn functions(file: &File) -> Vec<Function<'_>> {
    let lines: Vec<&str> = file.code.lines().collect();
    let mut functions = Vec::new();
    for (number, line) in lines.iter().copied().enumerate() {
        if opens_function(line) {
            let name = line.split("fn ").nth(1).unwrap_or_default();
            let name = name.split(['(', '<']).next().unwrap_or_default();
            functions.push(Function { line: number, name, length: item_length(&lines[number..]) });
        }
    }
    functions
}

fn opens_function(line: &str) -> bool {
    let words = line.split_whitespace();
    let mut words = words.skip_while(|word| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern"].contains(word)
    });
    words.next() == Some("fn")
}

pub fn lines_are_short(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in house.under("", ".rs").chain(house.under("script/", ".js")) {
        let without_literals = bare(&pieces(&file.text));
        let lines = file.text.lines().zip(without_literals.lines()).enumerate();
        let long = |line: &str, bare: &str| {
            let comment = line.trim_start().starts_with("//");
            let literal = bare.trim_start().contains(&" ".repeat(UNBREAKABLE));
            line.chars().count() > LINE_CHARS && (comment || !literal)
        };
        let lines = lines.filter(|(_, (line, bare))| long(line, bare));
        let fault = |number| format!("{}:{}: over {LINE_CHARS} chars", file.path, number + 1);
        faults.extend(lines.map(|(number, _)| fault(number)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{allows, finds};

    #[test]
    fn grouped_imports_and_re_exports_are_found() {
        let rule = imports_are_plain;
        finds(rule, "src/text.rs", "use crate::{record, git};", "src/text.rs:1: crate::{");
        finds(rule, "src/text.rs", "use super::super::x;", "src/text.rs:1: super::super");
        finds(rule, "src/text.rs", "pub(crate) use record::x;", "src/text.rs:1: a re-export");
        let fault = "crates/model/src/unit.rs:1: a re-export";
        finds(rule, "crates/model/src/unit.rs", "pub use record::x;", fault);
        allows(rule, "crates/chart/src/lib.rs", "pub use scene::Scene;");
        allows(rule, "crates/chart/src/scene.rs", "use crate::{Size, Span};");
        allows(rule, "src/text.rs", "use super::*;\nuse crate::record::{Unit, Commit};");
    }

    #[test]
    fn silent_files_are_found() {
        let silent = "crates/model/src/unit.rs: does not open with //!";
        finds(every_file_says_what_it_is, "crates/model/src/unit.rs", "fn a() {}", silent);
    }

    #[test]
    fn length_is_counted_without_tests() {
        let long = "x\n".repeat(501);
        finds(files_are_short, "src/text.rs", &long, "src/text.rs: 501 lines, at most 500");
        let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}");
        allows(files_are_short, "src/text.rs", &tested);
        let script = "script/core.js: 501 lines, at most 400";
        finds(files_are_short, "script/core.js", &long, script);
        let line = "é".repeat(101);
        finds(lines_are_short, "tests/a.rs", &line, "tests/a.rs:1: over 100 chars");
        allows(lines_are_short, "tests/a.rs", &"é".repeat(100));
        let data = format!("let a = \"{line}\";");
        allows(lines_are_short, "tests/a.rs", &data);
    }

    #[test]
    fn a_long_function_is_found_by_its_indentation() {
        let body = "        let a = \"}\";\n".repeat(69);
        let text = format!("impl A {{\n    pub(crate) fn b<T>(&self) {{\n{body}    }}\n}}\n");
        let fault = "crates/model/src/unit.rs:2: b has 71 lines";
        finds(functions_are_short, "crates/model/src/unit.rs", &text, fault);
        let short = format!("fn a() {{\n{}}}\nfn b() {{}}\nfn c();\n", "    x;\n".repeat(68));
        allows(functions_are_short, "src/text.rs", &short);
    }
}
