//! Views: a preset of the policy, and the page of all series with free filters.

use std::collections::BTreeMap;

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::backend_ratios::BackendRatios;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::filter_form::FilterForm;
use crate::site::first_week;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::speed_up::SpeedUpRow;
use crate::site::table::PanelHeading;
use crate::site::verdict_counts::verdict_counts;
use crate::site::view::{Fact, PageFrame, PageLink, PanelGroup, SeriesGroup};
use crate::site::{backend_ratios, links, pages, presets, speed_up, table, trends, urgency};
use model::filter::Filter;
use model::text;

/// Series on one page of a view.
const SERIES_PER_PAGE: usize = 280;

#[derive(Template)]
#[template(path = "view.html")]
struct ViewPage {
    frame: PageFrame,
    name: String,
    verdict: Phrase,
    facts: Vec<Fact>,
    presets: Vec<PageLink>,
    filters: Option<FilterForm>,
    ratios: Option<BackendRatios>,
    speed_ups: Vec<SpeedUpRow>,
    panels: Vec<PanelGroup>,
    groups: Vec<SeriesGroup>,
    pages: Vec<PageLink>,
}

pub(crate) fn page_count(members: usize) -> usize {
    members.div_ceil(SERIES_PER_PAGE).max(1)
}

/// `view/<preset>/`, then `view/<preset>/page/2/`.
pub(crate) fn page_path(preset: &str, page: usize) -> String {
    let first = urls::view(preset);
    if page == 0 { first } else { format!("{first}page/{}/", page + 1) }
}

/// A preset.
pub(crate) fn render(
    site: &SiteContext<'_>,
    at: usize,
    page: usize,
) -> Result<Vec<u8>, RenderError> {
    let preset = &site.presets[at];
    let path = page_path(&preset.slug, page);
    let root = link_root(site, &path);
    let verdict = if preset.members.is_empty() {
        empty(site, root, &preset.filter)
    } else {
        verdict_counts(site, &preset.members)
    };
    let from = page * SERIES_PER_PAGE;
    let shown = &preset.members[from..preset.members.len().min(from + SERIES_PER_PAGE)];
    let framed = PageHead {
        path: &path,
        title: preset.name.clone(),
        verdict: &verdict,
        section: NavSection::Views,
    };
    let template = ViewPage {
        frame: frame(site, &framed),
        name: preset.name.clone(),
        facts: vec![
            Fact::new("Series", text::count(preset.members.len() as u64)),
            Fact::new("Filter", preset.filter.describe().join(", ")),
        ]
        .into_iter()
        .chain(trends::fact(site, root, &preset.members))
        .collect(),
        presets: links::presets(site, root),
        filters: FilterForm::of(site, shown),
        ratios: backend_ratios::of_members(site, root, &preset.members),
        speed_ups: speed_up::rows(site, root, &preset.members),
        panels: panels(site, root, shown),
        groups: table::series_groups(site, root, shown),
        pages: page_links(root, &preset.slug, preset.members.len()),
        verdict,
    };
    pages::html(&template)
}

/// All series, with free filters for those who have JavaScript.
pub(crate) fn render_all(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "view/");
    let members: Vec<usize> = site.series_indices().collect();
    // Cut after sorting: what needs attention is on the page however many series there are.
    let sorted = urgency::by_urgency(site, &members);
    let shown = &sorted[..sorted.len().min(SERIES_PER_PAGE)];
    let verdict = if members.is_empty() {
        Phrase::new("note").text(first_week::no_results(site))
    } else {
        verdict_counts(site, &members)
    };
    let framed = PageHead {
        path: "view/",
        title: "Benchmarks".to_owned(),
        verdict: &verdict,
        section: NavSection::Views,
    };
    let mut facts = vec![Fact::new("Series", text::count(members.len() as u64))];
    if shown.len() < members.len() {
        let note = "those that need attention first; the views above show the others";
        facts.push(Fact::new("Shown here", text::count(shown.len() as u64)).note(note));
    }
    let template = ViewPage {
        frame: frame(site, &framed),
        name: "Benchmarks".to_owned(),
        facts,
        presets: links::presets(site, root),
        filters: FilterForm::of(site, shown),
        ratios: None,
        speed_ups: Vec::new(),
        panels: Vec::new(),
        groups: table::series_groups(site, root, shown),
        pages: Vec::new(),
        verdict,
    };
    pages::html(&template)
}

/// `No series matches parallel, n ≥ 1,000,000.` and which condition excluded the last series.
fn empty(site: &SiteContext<'_>, root: LinkRoot, filter: &Filter) -> Phrase {
    let phrase =
        Phrase::new("note").text(format!("No series matches {}. ", filter.describe().join(", ")));
    let mut remaining: Vec<usize> = site.series_indices().collect();
    // One condition after another, so that the page can name the one to relax.
    for clause in filter.clauses() {
        let matching = presets::members(&clause, site.input, &site.change_ages);
        remaining.retain(|index| matching.binary_search(index).is_ok());
        if remaining.is_empty() {
            let words = clause.describe().join(", ");
            return phrase
                .text(format!("The condition that excluded the last series: {words}. "))
                .link(root.to("view/"), "All series");
        }
    }
    phrase.link(root.to("view/"), "All series")
}

/// Panels of a view: like series side by side, as many as a page may hold.
fn panels(site: &SiteContext<'_>, root: LinkRoot, members: &[usize]) -> Vec<PanelGroup> {
    let mut alike: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for &index in members {
        let (series, analysis) = site.series(index);
        if analysis.latest_run.is_some() {
            alike
                .entry((&series.key.test, wording::variant_label(&series.key)))
                .or_default()
                .push(index);
        }
    }
    let mut groups = Vec::new();
    let mut drawn = 0;
    for ((test, variant), members) in alike {
        if drawn + members.len().min(table::MAX_GROUP_PANELS) > table::MAX_PAGE_PANELS {
            break;
        }
        let heading = PanelHeading {
            title: test.to_owned(),
            href: root.to(&urls::test(test)),
            note: variant,
        };
        groups.push(table::panel_group(site, root, heading, &members, drawn));
        drawn += members.len().min(table::MAX_GROUP_PANELS);
    }
    groups
}

fn page_links(root: LinkRoot, slug: &str, members: usize) -> Vec<PageLink> {
    let pages = page_count(members);
    if pages == 1 {
        return Vec::new();
    }
    (0..pages)
        .map(|page| PageLink {
            href: root.to(&page_path(slug, page)),
            text: format!("Page {}", page + 1),
            note: String::new(),
        })
        .collect()
}
