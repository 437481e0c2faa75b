//! The static files, embedded: one table, each under a name that carries the hash of its content.

use crate::report::urls;

/// A file of `static/`.
#[derive(Clone, Copy)]
pub(crate) struct Asset {
    name: &'static str,
    extension: &'static str,
    pub(crate) bytes: &'static [u8],
}

const CSS: Asset =
    Asset { name: "app", extension: "css", bytes: include_bytes!("../../static/app.css") };
const JS: Asset =
    Asset { name: "app", extension: "js", bytes: include_bytes!("../../static/app.js") };
const ICON: Asset =
    Asset { name: "favicon", extension: "svg", bytes: include_bytes!("../../static/favicon.svg") };

pub(crate) fn all() -> [Asset; 3] {
    [CSS, JS, ICON]
}

pub(crate) fn css() -> String {
    CSS.path()
}

pub(crate) fn js() -> String {
    JS.path()
}

pub(crate) fn icon() -> String {
    ICON.path()
}

impl Asset {
    /// `assets/<name>.<hash>.<ending>`: may be cached for ever.
    pub(crate) fn path(self) -> String {
        // The hash in the name lets a browser cache the file for ever and still see the next
        // version.
        let hash = urls::sha256_hex(&String::from_utf8_lossy(self.bytes), 8);
        format!("assets/{}.{hash}.{}", self.name, self.extension)
    }
}
