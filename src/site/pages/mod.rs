//! Every page: one room per template of the same name.

pub(crate) mod about;
pub(crate) mod backend;
pub(crate) mod chapter;
mod deltas;
mod life;
mod suspects;
pub(crate) mod commit;
pub(crate) mod data;
pub(crate) mod diff;
pub(crate) mod digest;
pub(crate) mod diffs;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod infrastructure;
pub(crate) mod not_found;
pub(crate) mod people;
pub(crate) mod redirects;
pub(crate) mod overview;
pub(crate) mod series;
pub(crate) mod test;
pub(crate) mod view;

use askama::Template;

use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use model::series::CommitIndex;
use model::text::sanitize;

/// Bytes that most pages fit into: a page that does is never moved while it grows.
const PAGE_CAPACITY: usize = 96 << 10;

/// The bytes of a filled template.
fn html(template: &impl Template) -> Result<Vec<u8>, RenderError> {
    let mut page = String::with_capacity(PAGE_CAPACITY);
    template.render_into(&mut page).map_err(|error| RenderError::Template {
        template: "page".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(printable(page).into_bytes())
}

/// HTML and XML have no place for most control characters and for noncharacters, not even as
/// references, and none of ours turns the direction of text: names may hold them, pages show
/// `\u{fffd}` instead.
pub(crate) fn printable(html: String) -> String {
    let banned = |c: char| {
        let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
        control || noncharacter || sanitize::turns_text(c)
    };
    // Nearly every page passes the fast test on bytes; the slow one decodes each character.
    if may_need_escape(html.as_bytes()) && html.contains(banned) {
        html.replace(banned, "\u{fffd}")
    } else {
        html
    }
}

/// Whether bytes of UTF-8 may hold what [`printable`] replaces: control characters, marks of
/// direction, or what begins like U+0080 to U+009F, like U+F000 to U+FFFF, or what lies beyond.
fn may_need_escape(html: &[u8]) -> bool {
    // No early way out within a piece, so that many bytes are looked at in one step.
    let odd = |(piece, next): (&[u8], &[u8])| {
        piece.iter().zip(next).fold(false, |odd, (&byte, &next)| {
            let control = (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
            let c1 = (byte == 0xc2) & (next < 0xa0);
            let mark = (byte == 0x80) & ((next & 0xfe == 0x8e) | (0xaa..=0xae).contains(&next));
            let isolate = (byte == 0x81) & (0xa6..=0xa9).contains(&next);
            let arabic_mark = (byte == 0xd8) & (next == 0x9c);
            let turns = mark | isolate | arabic_mark;
            odd | control | c1 | turns | (byte == 0x7f) | (byte >= 0xef)
        })
    };
    let Some((last, rest)) = html.split_last() else { return false };
    rest.chunks(256).zip(html[1..].chunks(256)).any(odd) || odd((&[*last], b" "))
}

/// A commit as links name it.
fn commit_text(site: &SiteContext<'_>, commit: CommitIndex) -> String {
    model::text::short_commit(&site.commit(commit).id)
}
