//! The static files, embedded: one table, each under a name that carries the hash of its content.
//!
//! `make script` makes the scripts of their parts. The dark colors of the stylesheet also serve
//! readers who chose them on the page.

use std::sync::LazyLock;

const JS: Asset =
    Asset { name: "app", extension: "js", bytes: include_bytes!("../../static/app.js") };
/// Draws the range of a chart that a reader chose; pages load it when somebody does.
const RANGE: Asset =
    Asset { name: "range", extension: "js", bytes: include_bytes!("../../static/range.js") };
const STYLE_PARTS: [&str; 2] =
    [include_str!("../../static/app.css"), include_str!("../../static/controls.css")];

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

pub(crate) fn all() -> [Asset; 4] {
    [style(), JS, RANGE, ICON]
}

pub(crate) fn css() -> String {
    style().path()
}

pub(crate) fn js() -> String {
    JS.path()
}

pub(crate) fn range() -> String {
    RANGE.path()
}

pub(crate) fn icon() -> String {
    ICON.path()
}

fn style() -> Asset {
    Asset { name: "app", extension: "css", bytes: STYLE.as_bytes() }
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
}
