//! Which pictures a text of the book shows, and whether a file may be one.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Parser, Tag};

use crate::site::book::is_plain_name;
use crate::site::markdown;

/// The pictures of a text that are files of its folder: relative paths. Those of the web have no
/// place on a site that makes no request to another host.
pub(crate) fn picture_paths(text: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for event in Parser::new_ext(text, markdown::OPTIONS) {
        if let Event::Start(Tag::Image { dest_url, .. }) = event {
            let path = dest_url.trim_start_matches("./");
            if !path.contains(':') && !path.starts_with('/') && !path.is_empty() {
                paths.insert(path.to_owned());
            }
        }
    }
    paths
}

/// Why a path cannot be that of a picture; none where it can.
pub(crate) fn path_fault(path: &str) -> Option<&'static str> {
    let named = path.rsplit_once('.').filter(|(_, kind)| ["png", "svg"].contains(kind));
    // Other kinds have no use in a text, and HTML among them would be a page of its own.
    let Some((stem, _)) = named else { return Some("it is neither .png nor .svg") };
    (!stem.split('/').all(is_plain_name)).then_some("no file of a site can have its name")
}

/// Why the content of a file is no picture; none where it is. A drawing that is opened by itself
/// could run scripts on the address of the site.
pub(crate) fn content_fault(path: &str, bytes: &[u8]) -> Option<&'static str> {
    if path.ends_with(".png") {
        let is_png = bytes.starts_with(b"\x89PNG\r\n\x1a\n");
        return (!is_png).then_some("its content is no PNG");
    }
    // Another encoding would hide what is looked for below.
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("it is not UTF-8") };
    let text = text.to_ascii_lowercase();
    if !text.contains("<svg") {
        return Some("its content is no SVG");
    }
    (!is_still(&text)).then_some("it holds a script, a link or foreign content")
}

/// Whether a drawing in lower case only draws. An escape or an entity could write any of the rest.
fn is_still(svg: &str) -> bool {
    let banned =
        ["script", "foreignobject", "<!entity", "&#", "<a ", "<iframe", "<set", "<animate"];
    let has_handler = svg.split(|c: char| c.is_whitespace() || c == '/' || c == '"').any(|word| {
        let name = word.split('=').next().filter(|name| name.len() < word.len());
        name.is_some_and(|name| name.starts_with("on"))
    });
    !has_handler && !banned.iter().any(|part| svg.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_files_of_the_folder() {
        let text = "![a](a.png) ![b](./x/b.svg \"t\") ![c](https://e.org/c.png) ![d](/etc/d.png)";
        assert_eq!(picture_paths(text).into_iter().collect::<Vec<_>>(), ["a.png", "x/b.svg"]);
        for (path, is_allowed) in [
            ("a.png", true),
            ("x/b-2.svg", true),
            ("../a.png", false),
            ("x/../../a.png", false),
            ("A.png", false),
            ("a.html", false),
            ("con.png", false),
            (".png", false),
        ] {
            assert_eq!(path_fault(path).is_none(), is_allowed, "{path}");
        }
    }

    #[test]
    fn a_drawing_only_draws() {
        let svg = |inside: &str| format!("<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>");
        assert_eq!(content_fault("a.svg", svg("<path d='M0 0'/>").as_bytes()), None);
        for inside in [
            "<script>alert(1)</script>",
            "<path onload=\"x\"/>",
            "<path/onload='x'/>",
            "<a href='https://e.org'/>",
            "<foreignObject/>",
            "<path d='&#106;'/>",
            "<x:SCRIPT/>",
        ] {
            assert!(content_fault("a.svg", svg(inside).as_bytes()).is_some(), "{inside}");
        }
        assert!(content_fault("a.png", b"<svg/>").is_some());
        assert!(content_fault("a.svg", b"GIF89a").is_some());
    }
}
