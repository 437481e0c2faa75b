//! The static files, embedded: one table, each under a name that carries the hash of its content.
//!
//! The script and the stylesheet are joined from their parts. The script loses its comments and its
//! blanks, and the stylesheet's dark colors also serve readers who chose them on the page.

use std::sync::LazyLock;

/// The parts of the script, in the order in which they use each other.
const SCRIPT_PARTS: [&str; 10] = [
    include_str!("../../static/app/core.js"),
    include_str!("../../static/app/page.js"),
    include_str!("../../static/app/ages.js"),
    include_str!("../../static/app/sort.js"),
    include_str!("../../static/app/chart.js"),
    include_str!("../../static/app/combobox.js"),
    include_str!("../../static/app/search.js"),
    include_str!("../../static/app/filters.js"),
    include_str!("../../static/app/compare.js"),
    include_str!("../../static/app/lost.js"),
];
const STYLE_PARTS: [&str; 2] =
    [include_str!("../../static/app.css"), include_str!("../../static/controls.css")];

static SCRIPT: LazyLock<String> = LazyLock::new(|| joined_script(&SCRIPT_PARTS));
static STYLE: LazyLock<String> = LazyLock::new(|| with_chosen_theme(&STYLE_PARTS.concat()));

/// A file of `static/`.
#[derive(Clone, Copy)]
pub(crate) struct Asset {
    name: &'static str,
    extension: &'static str,
    pub(crate) bytes: &'static [u8],
}

const ICON: Asset =
    Asset { name: "favicon", extension: "svg", bytes: include_bytes!("../../static/favicon.svg") };

pub(crate) fn all() -> [Asset; 3] {
    [style(), script(), ICON]
}

pub(crate) fn css() -> String {
    style().path()
}

pub(crate) fn js() -> String {
    script().path()
}

pub(crate) fn icon() -> String {
    ICON.path()
}

fn style() -> Asset {
    Asset { name: "app", extension: "css", bytes: STYLE.as_bytes() }
}

fn script() -> Asset {
    Asset { name: "app", extension: "js", bytes: SCRIPT.as_bytes() }
}

impl Asset {
    /// `assets/<name>.<hash>.<ending>`: may be cached for ever.
    pub(crate) fn path(self) -> String {
        // The hash in the name lets a browser cache the file for ever and still see the next
        // version.
        let hash = model::hex::sha256(&String::from_utf8_lossy(self.bytes), 8);
        format!("assets/{}.{hash}.{}", self.name, self.extension)
    }
}

/// One script of its parts, in a scope of its own. No text in it spans lines, so lines may lose
/// their indentation.
fn joined_script(parts: &[&str]) -> String {
    let mut script = String::from("'use strict';(()=>{\n");
    for line in parts.iter().flat_map(|part| part.lines()) {
        let code = compact(line.trim());
        if !code.is_empty() {
            script.push_str(&code);
            script.push('\n');
        }
    }
    script.push_str("})();\n");
    script
}

/// A line of the script without its comment and without blanks beside punctuation. Texts stay as
/// they are.
fn compact(line: &str) -> String {
    const PUNCTUATION: &str = "{}()[];,=<>?:+*&|!-";
    let is_punctuation = |c: Option<char>| c.is_some_and(|c| PUNCTUATION.contains(c));
    let mut out = String::with_capacity(line.len());
    let mut quote = None;
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        let next = rest.clone().next();
        match character {
            '\\' => {
                out.push(character);
                out.extend(rest.next());
            }
            _ if quote == Some(character) => {
                quote = None;
                out.push(character);
            }
            _ if quote.is_some() => out.push(character),
            '\'' | '"' | '`' => {
                quote = Some(character);
                out.push(character);
            }
            '/' if next == Some('/') && (out.is_empty() || out.ends_with([' ', ';', '{', ','])) => {
                break;
            }
            ' ' if is_punctuation(out.chars().next_back()) || is_punctuation(next) => {}
            _ => out.push(character),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The dark colors of the stylesheet, unless the reader chose light ones, and again for readers who
/// chose dark ones. `:where` adds no weight, so that later rules (print) still win.
fn with_chosen_theme(css: &str) -> String {
    const OPEN: &str = "@media screen and (prefers-color-scheme:dark){:root{";
    let mut out = String::with_capacity(css.len() + 1024);
    let mut rest = css;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (colors, tail) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        out.push_str("@media screen and (prefers-color-scheme:dark){");
        out.push_str(&format!(":root:where(:not([data-theme=light])){{{colors}}}}}\n"));
        out.push_str(&format!("@media screen{{:root:where([data-theme=dark]){{{colors}}}}}"));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_color_follows_the_choice_of_the_reader() {
        let dark = STYLE.matches("prefers-color-scheme:dark").count();
        let chosen = STYLE.matches(":root:where([data-theme=dark]){").count();
        assert!(dark > 0);
        assert_eq!(dark, chosen, "a dark rule has another form");
    }

    #[test]
    fn the_script_loses_comments_and_blanks_only() {
        let script =
            joined_script(&["// a\nconst a = (b) => 1; // c\n\n", "  b(' =  x // '); // 'x'\n"]);
        let expected = "'use strict';(()=>{\nconst a=(b)=>1;\nb(' =  x // ');\n})();\n";
        assert_eq!(script, expected);
        assert_eq!(compact("x = /\\/+/g; return -1"), "x=/\\/+/g;return-1");
        // A text over several lines would lose its indentation.
        for (at, part) in SCRIPT_PARTS.iter().enumerate() {
            let open = part.lines().filter(|line| line.matches('`').count() % 2 == 1);
            assert_eq!(open.count(), 0, "part {at} has a text over several lines");
        }
    }
}
