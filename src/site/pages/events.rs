//! All changes, newest first.

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::infrastructure;
use crate::site::view::{EventRow, PageFrame, PageLink};
use crate::site::{pages, table};
use model::text;

/// Changes on the page; the JSON has all of them.
const MAX_EVENTS: usize = 200;

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    frame: PageFrame,
    verdict: Phrase,
    infrastructure: Vec<Phrase>,
    events: Vec<EventRow>,
    more: Option<PageLink>,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "event/");
    let worse = site
        .events
        .newest_first()
        .iter()
        .filter(|event| site.change(event).2.is_regression)
        .count();
    let better = site.events.newest_first().len() - worse;
    let verdict = if site.events.newest_first().is_empty() {
        Phrase::new("better").text("No changes so far.")
    } else {
        Phrase::new("note")
            .marked("worse", format!("▲ {}", text::count_noun(worse as u64, "regression")))
            .text(", ")
            .marked("better", format!("▼ {}", text::count_noun(better as u64, "improvement")))
            .text(" (all time).")
    };
    let page = PageHead {
        path: "event/",
        title: "Changes".to_owned(),
        verdict: &verdict,
        section: NavSection::Changes,
    };
    // Apart from the changes of series: an infrastructure anomaly is not about the code.
    let days = site.input.analyses.infrastructure_days.iter().rev();
    let template = EventsPage {
        frame: frame(site, &page),
        infrastructure: days
            .map(|day| {
                let href = root.to(&urls::event(&infrastructure::id(day)));
                Phrase::new("")
                    .link(href, text::date(infrastructure::time(day)))
                    .text(format!(": {}", infrastructure::summary(day)))
            })
            .collect(),
        events: site
            .events
            .newest_first()
            .iter()
            .take(MAX_EVENTS)
            .map(|e| table::event_row(site, root, e))
            .collect(),
        more: (site.events.newest_first().len() > MAX_EVENTS).then(|| {
            let text =
                format!("All {} as JSON", text::count(site.events.newest_first().len() as u64));
            table::more_link(root, "api/v1/events.json", text)
        }),
        verdict,
    };
    pages::html(&template)
}
