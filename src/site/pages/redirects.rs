//! Redirects from the addresses that renamed benchmarks had before (`aliases` of the policy): each
//! leads to the page that has the history now. A page that exists is never replaced.
//!
//! Example: `aliases: {prase: parse}` makes `test/prase/` redirect to `test/parse/`.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls;
use crate::site::changes::EventRef;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::view::{PageFrame, PageLink};
use model::series::{SeriesKey, keys};

#[derive(Template)]
#[template(path = "redirect.html")]
struct RedirectPage {
    frame: PageFrame,
    name: String,
    verdict: Phrase,
    target: PageLink,
}

/// Where something stood, and where it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRedirect {
    /// The old page.
    pub(crate) from: String,
    /// The page now.
    to: String,
    /// The test's name before and now.
    old_test: String,
    new_test: String,
    /// The chart of the series under its old address.
    pub(crate) chart: Option<MovedChart>,
}

/// A chart under an old address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MovedChart {
    pub(crate) path: String,
    pub(crate) series: usize,
}

/// Everything that an alias moved, by its old address.
pub(crate) fn all(site: &SiteContext<'_>) -> Vec<PageRedirect> {
    let policy = site.input.policy;
    if policy.aliases.is_empty() {
        return Vec::new();
    }
    let at: BTreeMap<&SeriesKey, usize> =
        site.series_indices().map(|series| (&site.series(series).0.key, series)).collect();
    let mut events: BTreeMap<usize, Vec<&EventRef>> = BTreeMap::new();
    site.events
        .newest_first()
        .iter()
        .for_each(|event| events.entry(event.series).or_default().push(event));
    let mut redirects: BTreeMap<String, PageRedirect> = BTreeMap::new();
    let columns = &site.input.history.columns;
    for (column, key) in columns.iter().zip(keys::series_keys(columns, policy)) {
        let Some(&series) = at.get(&key).filter(|_| key.test != column.key.test) else { continue };
        let old = SeriesKey { test: column.key.test.clone(), ..key };
        let mut add = |from: String, to: String, chart: Option<MovedChart>| {
            let (old, new) = (old.test.clone(), site.series(series).0.key.test.clone());
            redirects.insert(
                from.clone(),
                PageRedirect { from, to, old_test: old, new_test: new, chart },
            );
        };
        let stem = urls::series_stem(&old);
        let chart = site
            .page_policy
            .has_series(series)
            .then(|| MovedChart { path: urls::series_svg(&stem), series });
        add(urls::series(&stem), site.series_path(series), chart);
        let now = &site.series(series).0.key.test;
        add(urls::test(&old.test), urls::test(now), None);
        for &event in events.get(&series).into_iter().flatten() {
            let (renamed, _, change) = site.change(event);
            let run = &renamed.runs[change.first_after];
            // What happened under the new name never had an address under the old.
            if column.rows.iter().any(|row| row.commit == run.commit.0) {
                let commit = &site.commit(run.commit).id;
                let id = urls::event_id(&old, run.time, commit, change.is_regression);
                add(urls::event(&id), urls::event(&event.id), None);
            }
        }
    }
    let tests = site.tests.keys().map(|name| urls::test(name));
    let all = site.stems.iter().map(|stem| urls::series(stem)).chain(tests);
    let events = site.events.newest_first().iter().map(|event| urls::event(&event.id));
    let taken: BTreeSet<String> = all.chain(events).collect();
    redirects.into_values().filter(|moved| !taken.contains(&moved.from)).collect()
}

pub(crate) fn render(site: &SiteContext<'_>, moved: &PageRedirect) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, &moved.from);
    let verdict = Phrase::new("note")
        .name(&moved.old_test)
        .text(" is now called ")
        .name(&moved.new_test)
        .text(". Its history continues there.");
    let page = PageHead {
        path: &moved.from,
        title: format!("{} was renamed", moved.old_test),
        verdict: &verdict,
        section: NavSection::None,
    };
    let mut frame = frame(site, &page);
    let base = site.input.options.base_url.as_deref();
    frame.canonical = base.map(|base| format!("{base}{}", moved.to));
    let target = PageLink {
        href: root.to(&moved.to),
        text: "Go to the new page".to_owned(),
        note: String::new(),
    };
    pages::html(&RedirectPage { frame, name: moved.old_test.clone(), verdict, target })
}
