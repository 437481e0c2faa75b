//! What stands around every page: title, navigation, banners, footer.

use crate::site::index::Index;
use crate::site::routes::Root;
use crate::site::view::{Frame, Moment, NavItem, Phrase};
use crate::site::{Input, assets, markdown, words};
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// The sections of the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Views,
    Changes,
    Compare,
    Health,
    About,
    Data,
    None,
}

const NAV: [(Section, &str, &str); 7] = [
    (Section::Overview, "", "Overview"),
    (Section::Views, "view/", "Views"),
    (Section::Changes, "event/", "Changes"),
    (Section::Compare, "diff/", "Compare"),
    (Section::Health, "health/", "Health"),
    (Section::About, "about/", "About"),
    (Section::Data, "data/", "Data"),
];
/// A result older than this at the build is told on every page: pages.md's gap rule in days.
const STALE_DAYS: u32 = 3;

/// What makes one page differ from another around its main part.
pub(crate) struct Page<'p> {
    /// `series/a/b/c/1/`: with a trailing slash, empty for the overview.
    pub(crate) path: &'p str,
    pub(crate) title: String,
    pub(crate) verdict: &'p Phrase,
    pub(crate) section: Section,
}

/// What stands around every page alike.
pub(crate) struct Shell {
    css: String,
    js: String,
    icon: String,
    banner: Option<String>,
    footer: Option<String>,
    policy: String,
    built: Moment,
}

impl Shell {
    pub(crate) fn of(input: &Input<'_>) -> Self {
        let version = &input.policy.version;
        let named = if version.is_empty() { String::new() } else { format!(" {version}") };
        Self {
            css: assets::css(),
            js: assets::js(),
            icon: assets::icon(),
            banner: markdown::user_html(input, "banner.html"),
            footer: markdown::user_html(input, "footer.html"),
            policy: format!("policy{named} ({})", input.policy_sha),
            built: words::minute(input.options.now),
        }
    }
}

/// The link root of a page.
pub(crate) fn root(site: &Index<'_>, path: &str) -> Root {
    Root::from(path, site.input.options.explicit_index)
}

/// What stands around a page.
pub(crate) fn frame(site: &Index<'_>, page: &Page<'_>) -> Frame {
    let (input, shell) = (site.input, &site.shell);
    let root = root(site, page.path);
    let site_title = input.policy.site.title.clone();
    let title = if page.title.is_empty() {
        site_title.clone()
    } else {
        format!("{} · {site_title}", page.title)
    };
    let demo = input.history.counts.demo > 0;
    let base_url = input.options.base_url.as_deref();
    Frame {
        description: page.verdict.plain(),
        title,
        site_title,
        nav: NAV
            .iter()
            .map(|&(section, path, text)| NavItem {
                href: root.to(path),
                text,
                current: section == page.section,
            })
            .collect(),
        css: root.to(&shell.css),
        js: root.to(&shell.js),
        icon: root.to(&shell.icon),
        feed: root.to("feed.xml"),
        canonical: base_url.map(|base| format!("{base}{}", page.path)),
        demo,
        banner: shell.banner.clone(),
        footer: shell.footer.clone(),
        stale: stale(input.history.newest, input.options.now).filter(|_| !demo),
        built: shell.built.clone(),
        newest_iso: input.history.newest.map_or_else(String::new, |time| time.to_string()),
        stale_after_days: STALE_DAYS,
        records: text::counted(input.history.counts.records, "record"),
        policy: shell.policy.clone(),
        about: root.to("about/"),
        health: root.to("health/"),
    }
}

/// The sentence that says how old the newest result is, where that is too old.
pub(crate) fn stale(newest: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let newest = newest?;
    let age = now.micros() - newest.micros();
    (age > i64::from(STALE_DAYS) * DAY_US).then(|| {
        format!("Newest result: {}, {} before this build.", text::date(newest), text::span(age))
    })
}
