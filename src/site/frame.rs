//! The frame around every page: title, navigation, banners, footer.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::site::book;
use crate::site::context::SiteContext;
use crate::site::first_week;
use crate::site::picture_index;
use crate::site::search;
use crate::site::view::{BuildFacts, NavItem, PageFrame};
use model::record::time::DAY_US;
use model::text;

/// The sections of the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NavSection {
    Overview,
    Views,
    Changes,
    Compare,
    Digest,
    Health,
    About,
    Data,
    Book,
    None,
}

/// The row of the navigation, in order.
const ROW: [NavEntry; 4] = [
    (NavSection::Overview, "", "Overview"),
    (NavSection::Changes, "event/", "Regressions"),
    (NavSection::Views, "view/", "Benchmarks"),
    (NavSection::Compare, "diff/", "Compare"),
];
/// Its menu. A phone shows the benchmarks there.
const MORE: [NavEntry; 5] = [
    (NavSection::Views, "view/", "Benchmarks"),
    (NavSection::Digest, "digest/", "Weekly digest"),
    (NavSection::Health, "health/", "Data health"),
    (NavSection::About, "about/", "About and methods"),
    (NavSection::Data, "data/", "Data and feeds"),
];

/// Where the site has the project's documentation.
const BOOK: NavEntry = (NavSection::Book, book::FOLDER, "Documentation");

/// Section, address, text.
type NavEntry = (NavSection, &'static str, &'static str);

/// Every page warns when the latest result is older than this at the build. The same three days
/// make a pause in a series a gap.
pub(crate) const STALE_DAYS: u32 = 3;

/// What makes one page differ from another around its main part.
pub(crate) struct PageHead<'p> {
    /// `event/a/` or `series/a.b.c.1.html`; empty for the overview.
    pub(crate) path: &'p str,
    pub(crate) title: String,
    pub(crate) verdict: &'p Phrase,
    pub(crate) section: NavSection,
}

/// The link root of a page.
pub(crate) fn link_root(site: &SiteContext<'_>, path: &str) -> LinkRoot {
    LinkRoot::from(path, site.input.options.explicit_index)
}

/// What stands around a page.
pub(crate) fn frame(site: &SiteContext<'_>, page: &PageHead<'_>) -> PageFrame {
    let (input, shell) = (site.input, &site.frame_defaults);
    let root = link_root(site, page.path);
    let site_title = input.policy.site.title.clone();
    let title = if page.title.is_empty() {
        site_title.clone()
    } else {
        format!("{} · {site_title}", page.title)
    };
    let demo = input.history.counts.demo > 0;
    // A link to nothing would be worse than none.
    let mut more = MORE.to_vec();
    more.extend(input.options.book.as_ref().map(|_| BOOK));
    let base_url = input.options.base_url.as_deref();
    PageFrame {
        description: page.verdict.plain(),
        title,
        site_title,
        home: root.to(""),
        nav: nav_items(&ROW, root, page.section),
        more_current: more.iter().any(|(section, ..)| *section == page.section)
            && page.section != NavSection::Views,
        more: nav_items(&more, root, page.section),
        css: root.to(&shell.css),
        js: root.to(&shell.js),
        icon: root.to(&shell.icon),
        feed: root.to("feed.xml"),
        search: search::FILES.map(|path| root.to(path)).to_vec(),
        // Search engines would index every copy of the site otherwise.
        canonical: base_url.map(|base| format!("{base}{}", page.path)),
        picture: base_url
            .filter(|_| site.pictures.has(page.path))
            .map(|base| format!("{base}{}", picture_index::path(page.path))),
        demo,
        banner: shell.banner.clone(),
        footer: shell.footer.clone(),
        // Demo data is old by design, and the banner says that it is demo data.
        stale: stale(site).filter(|_| !demo),
        // On every page it would change every file of the site each day.
        build: [NavSection::Health, NavSection::About].contains(&page.section).then(|| {
            BuildFacts {
                time: shell.built.clone(),
                records: text::count_noun(input.history.counts.records, "record"),
            }
        }),
        stale_after_days: STALE_DAYS,
        policy: shell.policy.clone(),
        about: root.to("about/"),
        health: root.to("health/"),
    }
}

fn nav_items(entries: &[NavEntry], root: LinkRoot, current: NavSection) -> Vec<NavItem> {
    let item = |&(section, path, text): &NavEntry| NavItem {
        href: root.to(path),
        text,
        current: section == current,
        narrow_in_more: section == NavSection::Views,
    };
    entries.iter().map(item).collect()
}

/// The warning about the age of the latest result; none where it is recent.
pub(crate) fn stale(site: &SiteContext<'_>) -> Option<String> {
    // Once for all pages.
    site.frame_defaults.stale.get_or_init(|| stale_text(site)).clone()
}

fn stale_text(site: &SiteContext<'_>) -> Option<String> {
    let (newest, now) = (site.input.history.newest?, site.input.options.as_of);
    let age = now.micros() - newest.micros();
    (age > i64::from(STALE_DAYS) * DAY_US).then(|| {
        let date = text::date(newest);
        // In the first days nothing is lost yet: the next run is what is missing.
        if let Some(waits) = first_week::no_verdict_yet(site) {
            return format!("{waits} The latest run is of {date}.");
        }
        // A date, not an age: the page says the same tomorrow.
        format!(
            "No results since {}: the latest is more than {} old.",
            date,
            text::count_noun(u64::from(STALE_DAYS), "day"),
        )
    })
}
