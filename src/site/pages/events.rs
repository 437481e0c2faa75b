//! All changes, newest first.

use askama::Template;

use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::Index;
use crate::site::pages::infrastructure;
use crate::site::view::{EventRow, Frame, Link, Phrase};
use crate::site::{Failure, pages, routes, table};
use model::text;

/// Changes on the page; all of them stand in the JSON.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    frame: Frame,
    verdict: Phrase,
    infrastructure: Vec<Phrase>,
    events: Vec<EventRow>,
    more: Option<Link>,
}

pub(crate) fn render(site: &Index<'_>) -> Result<Vec<u8>, Failure> {
    let root = root(site, "event/");
    let worse = site.events.iter().filter(|event| site.change(event).2.worse).count();
    let better = site.events.len() - worse;
    let verdict = if site.events.is_empty() {
        Phrase::new("better").text("No change so far.")
    } else {
        Phrase::new("note")
            .marked("worse", format!("▲ {} for the worse", text::count(worse as u64)))
            .text(", ")
            .marked("better", format!("▼ {} for the better", text::count(better as u64)))
            .text(", in the whole history.")
    };
    let page = Page {
        path: "event/",
        title: "Changes".to_owned(),
        verdict: &verdict,
        section: Section::Changes,
    };
    let days = site.input.analyses.infrastructure.iter().rev();
    let template = EventsPage {
        frame: frame(site, &page),
        infrastructure: days
            .map(|day| {
                let href = root.to(&routes::event(&infrastructure::id(day)));
                Phrase::new("")
                    .link(href, text::date(infrastructure::time(day)))
                    .text(format!(": {}", infrastructure::summary(day)))
            })
            .collect(),
        events: site.events.iter().take(SHOWN).map(|e| table::event_row(site, root, e)).collect(),
        more: (site.events.len() > SHOWN).then(|| {
            let text = format!("All {} as JSON", text::count(site.events.len() as u64));
            table::more(root, "api/v1/events.json", text)
        }),
        verdict,
    };
    pages::html(&template)
}
