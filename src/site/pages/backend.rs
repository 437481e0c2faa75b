//! A backend: what changed in mine?

use askama::Template;

use crate::report::urls;
use crate::site::context::{EventRef, SiteContext};
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::view::{EventRow, Fact, PageFrame, PageLink, Phrase, SeriesGroup};
use crate::site::{RenderError, pages, table};
use detect::Verdict;
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
        more_events: (events.len() > MAX_EVENTS)
            .then(|| table::more_link(root, "event/", format!("All {} changes", events.len()))),
        events: events
            .iter()
            .take(MAX_EVENTS)
            .map(|one| table::event_row(site, root, one))
            .collect(),
        groups: table::series_groups(site, root, members),
        verdict,
    };
    pages::html(&template)
}

/// `▲ 1 slower, ▼ 1 faster, 11 steady, 0 not judged.`
pub(crate) fn verdict_counts(site: &SiteContext<'_>, members: &[usize]) -> Phrase {
    let (mut worse, mut better, mut steady, mut other) = (0_u64, 0_u64, 0_u64, 0_u64);
    for &one in members {
        match site.series(one).1.verdict {
            _ if table::has_open_regression(site, one) => worse += 1,
            Verdict::Improved => better += 1,
            Verdict::Unchanged | Verdict::Accepted | Verdict::Regressed => steady += 1,
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
