//! A backend: what changed in mine?

use askama::Template;

use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::{EventRef, Index};
use crate::site::view::{EventRow, Fact, Frame, Link, Phrase, SeriesGroup};
use crate::site::{Failure, pages, routes, table};
use detect::Verdict;
use model::text;

/// Changes listed before the link to all of them.
const EVENTS: usize = 20;

#[derive(Template)]
#[template(path = "backend.html")]
struct BackendPage {
    frame: Frame,
    name: String,
    verdict: Phrase,
    facts: Vec<Fact>,
    events: Vec<EventRow>,
    more_events: Option<Link>,
    groups: Vec<SeriesGroup>,
}

pub(crate) fn render(site: &Index<'_>, name: &str) -> Result<Vec<u8>, Failure> {
    let path = routes::backend(name);
    let root = root(site, &path);
    let members = site.backends.get(name).map_or(&[][..], Vec::as_slice);
    let verdict = counts(site, members);
    let page =
        Page { path: &path, title: name.to_owned(), verdict: &verdict, section: Section::None };
    let events: Vec<&EventRef> =
        site.events.iter().filter(|event| members.binary_search(&event.series).is_ok()).collect();
    let regression = &site.input.policy.regression;
    let limit = regression.per_backend.get(name).copied().unwrap_or(regression.default_threshold);
    let template = BackendPage {
        frame: frame(site, &page),
        name: name.to_owned(),
        facts: vec![
            Fact::new("Limit", text::percent(limit)).href(root.to("about/#limits")),
            Fact::new("Series", text::count(members.len() as u64)),
            Fact::new("Changes", text::count(events.len() as u64)),
        ],
        more_events: (events.len() > EVENTS)
            .then(|| table::more(root, "event/", format!("All {} changes", events.len()))),
        events: events.iter().take(EVENTS).map(|one| table::event_row(site, root, one)).collect(),
        groups: table::groups(site, root, members),
        verdict,
    };
    pages::html(&template)
}

/// `▲ 1 slower, ▼ 1 faster, 11 steady, 0 not judged.`
pub(crate) fn counts(site: &Index<'_>, members: &[usize]) -> Phrase {
    let (mut worse, mut better, mut steady, mut other) = (0_u64, 0_u64, 0_u64, 0_u64);
    for &one in members {
        match site.series(one).1.verdict {
            _ if table::is_off(site, one) => worse += 1,
            Verdict::Improved => better += 1,
            Verdict::Steady | Verdict::Approved | Verdict::Regressed => steady += 1,
            _ => other += 1,
        }
    }
    let tone = if worse > 0 { "worse" } else { "better" };
    let mut phrase = Phrase::new(tone);
    if worse > 0 {
        phrase = phrase.marked("worse", format!("▲ {} off their limit", text::count(worse)));
    } else {
        phrase = phrase.text("None off its limit");
    }
    if better > 0 {
        phrase = phrase.text(", ").marked("better", format!("▼ {} improved", text::count(better)));
    }
    phrase = phrase.text(format!(", {} steady", text::count(steady)));
    if other > 0 {
        phrase = phrase.text(format!(", {} not judged yet", text::count(other)));
    }
    phrase.text(".")
}
