//! Files of every kind: marks of unfinished work, templates and assets that nothing uses, templates
//! that turn escaping off.

use crate::house::{File, House};

/// The marks, put together so that this file does not hold them.
const MARKS: [(&str, &str); 5] =
    [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("dbg", "!("), ("#[ign", "ore")];

pub fn nothing_is_left_unfinished(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for file in &house.files {
        for (number, line) in file.text.lines().enumerate() {
            for (head, tail) in MARKS {
                let mark = format!("{head}{tail}");
                if stands_alone(line, &mark) {
                    faults.push(format!("{}:{}: {mark}", file.path, number + 1));
                }
            }
        }
    }
    faults
}

fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !joined(before) && (!joined(after) || mark.ends_with('('))
    })
}

pub fn templates_and_assets_are_used(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    let users: Vec<&File> = house.under("templates/", "").chain(house.sources()).collect();
    for template in house.under("templates/", "") {
        let name = format!("\"{}\"", template.path.trim_start_matches("templates/"));
        let names = |user: &&&File| user.path != template.path && user.text.contains(&name);
        if !users.iter().any(|user| names(&user)) {
            faults.push(format!("{}: nothing names it", template.path));
        }
    }
    let table = house.under("src/site/assets.rs", "").next();
    for asset in house.under("static/", "") {
        let name = asset.path.rsplit('/').next().unwrap_or(&asset.path);
        if table.is_some_and(|table| !table.text.contains(name)) {
            faults.push(format!("{}: src/site/assets.rs does not name it", asset.path));
        }
    }
    faults
}

/// What a template must not escape has a type that says so; a filter would let any string through.
pub fn templates_escape_every_value(house: &House) -> Vec<String> {
    let templates = house.under("templates/", "").map(|file| (file, "|safe"));
    let sources = house.product().map(|file| (file, "filters::Safe"));
    let mut faults = Vec::new();
    for (file, word) in templates.chain(sources) {
        for (number, line) in file.text.lines().enumerate() {
            if line.replace(' ', "").contains(word) {
                faults.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{LIB, allows, finds};

    #[test]
    fn unfinished_work_is_found() {
        for (head, tail) in MARKS {
            let mark = format!("{head}{tail}");
            let fault = format!("templates/a.html:1: {mark}");
            finds(nothing_is_left_unfinished, "templates/a.html", &format!("a {mark} b"), &fault);
        }
        allows(nothing_is_left_unfinished, "src/text.rs", "let XXXL = 1; // odbg!(");
    }

    #[test]
    fn a_template_that_escapes_nothing_is_found() {
        let rule = templates_escape_every_value;
        finds(rule, "templates/a.html", "{{ a | safe }}", "templates/a.html:1: |safe");
        finds(rule, "src/text.rs", "askama::filters::Safe(a)", "src/text.rs:1: filters::Safe");
        allows(rule, "templates/a.html", "{{ a }} is safe");
    }

    #[test]
    fn unused_templates_and_assets_are_found() {
        let house = |page: &str, table: &str| {
            House::new(&[
                ("src/lib.rs", LIB),
                ("src/site/page.rs", page),
                ("src/site/assets.rs", table),
                ("templates/base.html", ""),
                ("templates/page.html", "{% extends \"base.html\" %}"),
                ("static/app.js", ""),
            ])
        };
        let rule = templates_and_assets_are_used;
        let used = house("#[template(path = \"page.html\")]", "include_bytes!(\"app.js\")");
        assert_eq!(rule(&used), [""; 0]);
        let unused = ["templates/page.html: nothing names it"];
        assert_eq!(rule(&house("", "app.js")), unused);
        let unlisted = ["static/app.js: src/site/assets.rs does not name it"];
        assert_eq!(rule(&house("\"page.html\"", "")), unlisted);
        assert_eq!(rule(&House::new(&[("static/app.js", "")])), [""; 0]);
    }
}
