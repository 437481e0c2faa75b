//! Which module of a package uses which, from the paths in its code.

use std::collections::BTreeSet;

use crate::house::{House, Package};
use crate::scan::{closing, is_word, split_commas};

pub type Module = Vec<String>;

/// One use of a module by another.
#[derive(Debug)]
pub struct Use {
    /// File and line of the use.
    pub place: String,
    pub from: Module,
    pub to: Module,
}

impl Use {
    /// Whether one is a direct child of the other.
    pub fn is_parent_and_child(&self) -> bool {
        let holds = |a: &Module, b: &Module| b.len() == a.len() + 1 && b.starts_with(a);
        holds(&self.from, &self.to) || holds(&self.to, &self.from)
    }
}

/// Every use between two modules of a package, in the order of files and lines.
pub fn uses(house: &House, package: &Package) -> Vec<Use> {
    let files = house.modules(package);
    let rooms = package.rooms.iter().map(|(name, _)| vec![name.clone()]);
    let modules: BTreeSet<Module> =
        files.iter().map(|(_, module)| module.clone()).chain(rooms).collect();
    let mut uses = Vec::new();
    for (file, from) in &files {
        for (number, to) in (Paths { modules: &modules, from }).of(&file.code) {
            if to != *from {
                let place = format!("{}:{}", file.path, number + 1);
                uses.push(Use { place, from: from.clone(), to });
            }
        }
    }
    uses
}

struct Paths<'a> {
    modules: &'a BTreeSet<Module>,
    from: &'a Module,
}

impl Paths<'_> {
    /// The modules that the paths in a file's code lead to, with the line of each.
    fn of(&self, code: &str) -> Vec<(usize, Module)> {
        let bytes = code.as_bytes();
        let (mut at, mut line) = (0, 0);
        let mut targets = Vec::new();
        while at < bytes.len() {
            line += usize::from(bytes[at] == b'\n');
            if !is_word(bytes[at]) {
                at += 1;
                continue;
            }
            let word = word(&code[at..]);
            let start = at == 0 || !matches!(bytes[at - 1], b':' | b'.' | b'\'' | b'$');
            at += word.len();
            let path = code[at..].strip_prefix("::").filter(|_| start);
            if let Some((tail, base)) = path.zip(self.base(word, &targets)) {
                let mut modules = Vec::new();
                self.follow(base, tail, &mut modules);
                targets.extend(modules.into_iter().map(|module| (line, module)));
                let length = path_length(tail);
                line += tail[..length].matches('\n').count();
                at += 2 + length;
            }
        }
        targets
    }

    /// The module that the first word of a path names: by keyword, as a child, or as one of the
    /// modules imported above.
    fn base(&self, word: &str, imported: &[(usize, Module)]) -> Option<Module> {
        let mut module = self.from.clone();
        match word {
            "crate" => module.clear(),
            "self" => {}
            "super" => drop(module.pop()),
            _ => {
                module.push(word.to_owned());
                if self.modules.contains(&module) {
                    return Some(module);
                }
                let named = |module: &&Module| module.last().is_some_and(|last| last == word);
                return imported.iter().map(|(_, module)| module).find(named).cloned();
            }
        }
        Some(module)
    }

    /// Follows what comes after `base::`.
    fn follow(&self, mut base: Module, tail: &str, targets: &mut Vec<Module>) {
        if tail.starts_with('{') {
            for part in split_commas(&tail[1..closing(tail, 0)]) {
                self.follow(base.clone(), part.trim(), targets);
            }
            return;
        }
        let word = word(tail);
        if word == "super" {
            base.pop();
        } else {
            base.push(word.to_owned());
            if !self.modules.contains(&base) {
                base.pop();
                targets.push(base);
                return;
            }
        }
        match tail[word.len()..].strip_prefix("::") {
            Some(tail) => self.follow(base, tail, targets),
            None => targets.push(base),
        }
    }
}

fn word(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    &text[..end]
}

/// Length of a path with the group that may end it.
fn path_length(path: &str) -> usize {
    let end = path.bytes().position(|byte| !is_word(byte) && byte != b':').unwrap_or(path.len());
    let group = path[end..].starts_with('{') && (end == 0 || path[..end].ends_with("::"));
    if group { closing(path, end) } else { end }
}

/// The modules of a package that reach each other: rings of two modules or more. `counted` says
/// which uses are followed.
pub fn rings(house: &House, package: &Package, counted: fn(&Use) -> bool) -> Vec<Vec<Module>> {
    let mut modules: Vec<Module> =
        house.modules(package).into_iter().map(|(_, module)| module).collect();
    modules.sort();
    let place = |module: &Module| modules.binary_search(module).ok();
    let mut next = vec![Vec::new(); modules.len()];
    for used in uses(house, package).iter().filter(|used| counted(used)) {
        if let Some((from, to)) = place(&used.from).zip(place(&used.to)) {
            next[from].push(to);
        }
    }
    let reached: Vec<Vec<bool>> = (0..modules.len()).map(|start| reach(&next, start)).collect();
    let mut rings: Vec<Vec<Module>> = Vec::new();
    let mut done = vec![false; modules.len()];
    for (start, forth) in reached.iter().enumerate() {
        let mut ring = Vec::new();
        for other in start..modules.len() {
            if !done[other] && forth[other] && reached[other][start] {
                done[other] = true;
                ring.push(modules[other].clone());
            }
        }
        if ring.len() > 1 {
            rings.push(ring);
        }
    }
    rings
}

/// What can be reached from `start` in one step or more.
fn reach(next: &[Vec<usize>], start: usize) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut open = next[start].clone();
    while let Some(at) = open.pop() {
        if !reached[at] {
            reached[at] = true;
            open.extend(&next[at]);
        }
    }
    reached
}

fn names(modules: &[Module]) -> Vec<String> {
    modules.iter().map(|module| module.join("::")).collect()
}

#[test]
fn paths_lead_to_modules() {
    let module = |path: &str| path.split_terminator("::").map(str::to_owned).collect::<Module>();
    let modules: BTreeSet<Module> =
        ["", "a", "a::b", "a::c", "d", "d::e"].into_iter().map(module).collect();
    let from = module("a::b");
    let paths = Paths { modules: &modules, from: &from };
    let led_to = |code: &str| {
        let targets: Vec<Module> = paths.of(code).into_iter().map(|(_, module)| module).collect();
        names(&targets)
    };
    assert_eq!(led_to("use crate::d::{self, e, e::X, Y};"), ["d", "d::e", "d::e", "d"]);
    assert_eq!(led_to("use super::c::{\n    F,\n};"), ["a::c"]);
    assert_eq!(led_to("let a = super::G; self::h(crate::i)"), ["a", "a::b", ""]);
    assert_eq!(led_to("model::d::X; std::super::y"), [""; 0]);
    assert_eq!(led_to("use crate::{d,\n a::{c::x, d::y}}; e::z()"), ["d", "a::c", "a"]);
    assert_eq!(led_to("use crate::d; let a = d::e::f();"), ["d", "d::e"]);
    assert_eq!(paths.of("\n\nx(crate::d::y)"), [(2, module("d"))]);
}

#[test]
fn rings_are_found_but_for_a_parent_and_its_child() {
    let house = House::new(&[
        ("src/lib.rs", "mod a;\nmod b;\nmod c;\n"),
        ("src/a/mod.rs", "mod x;\nuse x::Y;"),
        ("src/a/x.rs", "use super::Z;"),
        ("src/b.rs", "use crate::c::d;"),
        ("src/c.rs", "#[cfg(test)]\nmod tests {\n    use crate::a::q;\n}\nuse crate::b::e;"),
    ]);
    let package = &house.packages[0];
    let without = rings(&house, package, |used| !used.is_parent_and_child());
    assert_eq!(without.iter().map(|ring| names(ring)).collect::<Vec<_>>(), [["b", "c"]]);
    let all = rings(&house, package, |_| true);
    let all: Vec<_> = all.iter().map(|ring| names(ring)).collect();
    assert_eq!(all, [["a", "a::x"], ["b", "c"]]);
}
