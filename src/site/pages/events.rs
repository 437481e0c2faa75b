//! All regressions by cause, what needs somebody first; then all changes of series, newest first.

use askama::Template;

use crate::report::phrase::{Moment, Phrase};
use crate::report::regression_groups::RegressionGroup;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::cards;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::first_week;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::infrastructure;
use crate::site::view::{EventRow, PageFrame, PageLink};
use crate::site::{pages, table};
use model::text;

/// Changes on the page; the JSON has all of them.
const MAX_EVENTS: usize = 200;
/// Causes on the page.
const MAX_CAUSES: usize = 100;

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    frame: PageFrame,
    verdict: Phrase,
    causes: Vec<CauseRow>,
    more_causes: String,
    infrastructure: Vec<Phrase>,
    events: Vec<EventRow>,
    more: Option<PageLink>,
}

/// Regressions with one likely cause.
struct CauseRow {
    href: String,
    title: String,
    state: &'static str,
    since: Moment,
    series: String,
    confidence: String,
    suspect: Phrase,
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
        match first_week::no_verdict_yet(site) {
            Some(waits) => Phrase::new("note").text(waits),
            None => Phrase::new("better").text("No changes so far."),
        }
    } else {
        Phrase::new("note")
            .marked("worse", format!("▲ {}", text::count_noun(worse as u64, "regression")))
            .text(", ")
            .marked("better", format!("▼ {}", text::count_noun(better as u64, "improvement")))
            .text(" (all time).")
    };
    let page = PageHead {
        path: "event/",
        title: "Regressions".to_owned(),
        verdict: &verdict,
        section: NavSection::Changes,
    };
    // Apart from the changes of series: an infrastructure anomaly is not about the code.
    let days = site.input.analyses.infrastructure_days.iter().rev();
    let causes = site.regressions.groups();
    let template = EventsPage {
        frame: frame(site, &page),
        causes: causes.iter().take(MAX_CAUSES).map(|it| cause_row(site, root, it)).collect(),
        more_causes: match causes.len() {
            all if all > MAX_CAUSES => format!("{MAX_CAUSES} of {}", text::count(all as u64)),
            all => text::count_noun(all as u64, "cause"),
        },
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
            table::more_link(root, "api/v2/events.json", text)
        }),
        verdict,
    };
    pages::html(&template)
}

fn cause_row(site: &SiteContext<'_>, root: LinkRoot, group: &RegressionGroup) -> CauseRow {
    let first = &group.members[0];
    let page = first.event.as_deref().map(urls::event);
    CauseRow {
        href: root.to(&page.unwrap_or_else(|| site.series_path(first.series))),
        title: group.headline(&site.names, site.input.series),
        state: group.state(),
        since: wording::day(group.since()),
        series: text::count(group.members.len() as u64),
        confidence: group.confidence().map_or_else(|| "–".to_owned(), text::percent),
        suspect: cards::suspect(site, root, group),
    }
}
