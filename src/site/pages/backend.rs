//! A backend: what changed in mine?

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls;
use crate::site::changes::EventRef;
use crate::site::context::{MAX_TABLE_ROWS, SiteContext};
use crate::site::error::RenderError;
use crate::site::filter_form::FilterForm;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::verdict_counts::verdict_counts;
use crate::site::view::{EventRow, Fact, PageFrame, PageLink, SeriesGroup};
use crate::site::{pages, table};
use model::text;

/// Changes listed before the link to all of them.
const MAX_EVENTS: usize = 20;

#[derive(Template)]
#[template(path = "backend.html")]
struct BackendPage {
    frame: PageFrame,
    name: String,
    verdict: Phrase,
    facts: Vec<Fact>,
    events: Vec<EventRow>,
    more_events: Option<PageLink>,
    filters: Option<FilterForm>,
    groups: Vec<SeriesGroup>,
}

pub(crate) fn render(site: &SiteContext<'_>, name: &str) -> Result<Vec<u8>, RenderError> {
    let path = urls::backend(name);
    let root = link_root(site, &path);
    let members = site.backends.get(name).map_or(&[][..], Vec::as_slice);
    let verdict = verdict_counts(site, members);
    let page = PageHead {
        path: &path,
        title: name.to_owned(),
        verdict: &verdict,
        section: NavSection::None,
    };
    let events: Vec<&EventRef> = site
        .events
        .newest_first()
        .iter()
        .filter(|event| members.binary_search(&event.series).is_ok())
        .collect();
    let regression = &site.input.policy.regression;
    let threshold =
        regression.per_backend.get(name).copied().unwrap_or(regression.default_threshold);
    let template = BackendPage {
        frame: frame(site, &page),
        name: name.to_owned(),
        facts: vec![
            Fact::new("Threshold", text::percent(threshold)).href(root.to("about/#thresholds")),
            Fact::new("Series", text::count(members.len() as u64)),
            Fact::new("Changes", text::count(events.len() as u64)),
        ],
        more_events: (events.len() > MAX_EVENTS)
            .then(|| table::more_link(root, "event/", format!("All {} changes", events.len()))),
        events: events
            .iter()
            .take(MAX_EVENTS)
            .map(|event| table::filtered_event_row(site, root, event))
            .collect(),
        filters: FilterForm::of(site, &members[..members.len().min(MAX_TABLE_ROWS)]),
        groups: table::series_groups(site, root, members),
        verdict,
    };
    pages::html(&template)
}
