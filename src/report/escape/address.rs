//! Addresses: which may be linked, and how they are written in a link.

/// Longer addresses are cut by mail programs and browsers.
const MAX_LINK_CHARS: usize = 2_000;

/// An address that ends no link in Markdown, HTML or mrkdwn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkTarget(String);

impl LinkTarget {
    /// What would end a link is percent-encoded. Slugs hold none of it, a base URL of a policy may.
    pub(crate) fn encoded(address: &str) -> Self {
        Self(encoded(address))
    }

    /// An address that another job gave, where it may stand in a link: under one of `allowed`,
    /// without what ends a link or acts in its text.
    pub(crate) fn allowed(url: &str, allowed: &[String]) -> Option<Self> {
        let harmless =
            |byte: u8| byte.is_ascii_graphic() && !b"<>\"'`\\|()[]{}^@*&".contains(&byte);
        let is_known = allowed.iter().any(|start| is_under(url, start));
        let fits = url.len() <= MAX_LINK_CHARS && url.bytes().all(harmless) && is_known;
        fits.then(|| Self(url.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        if c.is_control() || c.is_whitespace() || "()<>\"'`|\\[]{}^".contains(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether an address is `start` or lies below it.
pub(crate) fn is_under(url: &str, start: &str) -> bool {
    let start = start.trim_end_matches('/');
    let rest = url.strip_prefix(start);
    let within = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    // `..` would lead out again.
    within && !url.contains("/../") && !url.ends_with("/..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_addresses_become_links() {
        let known = ["https://o.github.io/r/".to_owned()];
        for url in ["https://o.github.io/r", "https://o.github.io/r/diff/a..b/#x"] {
            assert!(LinkTarget::allowed(url, &known).is_some(), "{url}");
        }
        for url in [
            "https://o.github.io/rx/",
            "https://evil.org/",
            "javascript:alert(1)",
            "//evil.org",
            "https://o.github.io/r/../x",
            "https://o.github.io/r/)[x](y",
            "https://o.github.io/r/ x",
            "https://o.github.io/r/|x",
            "https://o.github.io/r/>",
            "https://o.github.io@evil.org/",
        ] {
            assert!(LinkTarget::allowed(url, &known).is_none(), "{url}");
        }
    }

    #[test]
    fn an_address_cannot_end_its_link() {
        assert_eq!(encoded("https://o.example/a (b)|\n"), "https://o.example/a%20%28b%29%7C%0A");
        assert_eq!(encoded("https://o.example/x~1/#s-a"), "https://o.example/x~1/#s-a");
    }
}
