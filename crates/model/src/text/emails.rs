//! E-mail addresses in text: no page, report or export shows one.
//!
//! ```text
//! Ada Lovelace <ada@example.org>    Ada Lovelace
//! ask ada@example.org               ask [e-mail]
//! ```
//!
//! The name stays: `site.redact` and `benchpages erase` are about names. Rejects no text.

use std::borrow::Cow;

use crate::record::shorten;
use crate::text::sanitize;

/// What stands in the place of an address that nothing encloses.
const REMOVED: &str = "[e-mail]";
/// What stands in the place of a name that was erased.
pub const ERASED: &str = "erased";
/// A longer name is shortened.
const MAX_NAME_CHARS: usize = 80;

/// The text without e-mail addresses; borrowed where it has none.
pub fn without_emails(text: &str) -> Cow<'_, str> {
    // Almost every text ends here.
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let text = without_enclosed(text);
    let mut out = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('@') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let local = before.len() - before.trim_end_matches(is_local).len();
        match domain_length(after) {
            Some(domain) if local > 0 => {
                out.push_str(&before[..at - local]);
                out.push_str(REMOVED);
                rest = &after[domain..];
            }
            _ => {
                out.push_str(&rest[..=at]);
                rest = after;
            }
        }
    }
    Cow::Owned(out + rest)
}

/// The name of a person as git and other tools record it, in one line; none where only an address
/// is left of it, or where the name was erased.
pub fn person_name(recorded: &str) -> Option<String> {
    let name = without_emails(recorded);
    let name = sanitize::line(&shorten(name.trim(), MAX_NAME_CHARS));
    let is_name = sanitize::has_visible(&name) && !name.contains(REMOVED) && name != ERASED;
    is_name.then_some(name)
}

/// The text without `<…@…>`, as it follows the name of an author; whatever the address looks like.
fn without_enclosed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let inside = &rest[start + 1..];
        let end = inside.find(|c: char| c == '<' || c == '>' || c.is_whitespace());
        match end.filter(|end| inside[*end..].starts_with('>')) {
            Some(end) if inside[..end].contains('@') && !inside[..end].contains("://") => {
                let name = &rest[..start];
                out.push_str(name.strip_suffix(' ').unwrap_or(name));
                rest = &inside[end + 1..];
            }
            _ => {
                out.push_str(&rest[..=start]);
                rest = inside;
            }
        }
    }
    out + rest
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "._%+-".contains(c)
}

/// Bytes of the domain that a text begins with; none where it does not: a domain has two labels or
/// more, and the last one has letters only (`checkout@v4.1` is no address).
fn domain_length(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    let domain = text[..end].trim_end_matches(['.', '-']);
    let (first, last) = domain.rsplit_once('.')?;
    let is_top = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    let is_domain = is_top && first.split('.').all(|label| !label.is_empty());
    is_domain.then_some(domain.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_go_and_names_stay() {
        for (text, shown) in [
            ("Ada Lovelace <ada@example.org>", "Ada Lovelace"),
            ("fix (Co-authored-by: A <1+a[bot]@users.noreply.example>)", "fix (Co-authored-by: A)"),
            ("<ada@localhost> wrote", " wrote"),
            ("ask ada.l+x@mail.example.org.", "ask [e-mail]."),
            ("mailto:ada@example.org?x", "mailto:[e-mail]?x"),
            ("é@exämple.org, b@c.de", "[e-mail], [e-mail]"),
        ] {
            assert_eq!(without_emails(text), shown);
        }
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in [
            "@ada",
            "actions/checkout@v4.1",
            "a @ b",
            "p99@64KiB",
            "x@y",
            "a<b",
            "<https://a@b/>",
            "<a b@c>",
            "@.",
            "a@.de",
        ] {
            assert_eq!(without_emails(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_address_survives_wherever_it_stands(
            address in "[a-z0-9._+-]{1,12}@[a-z0-9]{1,8}[.][a-z]{2,6}",
            before in "(|.{0,12}[ (:,])", after in "(|[ ),;:!?].{0,12})",
        ) {
            let shown = without_emails(&format!("{before}{address}{after}")).into_owned();
            prop_assert!(!shown.contains(&address), "{shown}");
        }
    }
}
