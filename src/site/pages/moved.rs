//! Addresses of benchmarks before they were renamed (`aliases`): each leads on to where the
//! history stands now, at once and by a link. No address of a page that exists is ever taken.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::{EventRef, Index};
use crate::site::view::{Frame, Link, Phrase};
use crate::site::{Failure, pages, routes};
use model::series::{self, SeriesKey};

#[derive(Template)]
#[template(path = "moved.html")]
struct MovedPage {
    frame: Frame,
    name: String,
    verdict: Phrase,
    target: Link,
}

/// Where something stood, and where it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The old page.
    pub(crate) from: String,
    /// The page now.
    to: String,
    /// The test's name before and now.
    old: String,
    new: String,
    /// The series, where its chart can be had by its old address too.
    pub(crate) chart: Option<(String, usize)>,
}

/// Everything that an alias moved, by its old address.
pub(crate) fn all(site: &Index<'_>) -> Vec<Moved> {
    let policy = site.input.policy;
    if policy.aliases.is_empty() {
        return Vec::new();
    }
    let at: BTreeMap<&SeriesKey, usize> =
        site.all().map(|series| (&site.series(series).0.key, series)).collect();
    let mut events: BTreeMap<usize, Vec<&EventRef>> = BTreeMap::new();
    site.events.iter().for_each(|event| events.entry(event.series).or_default().push(event));
    let mut found: BTreeMap<String, Moved> = BTreeMap::new();
    for column in &site.input.history.columns {
        let key = series::key_of(&column.key, policy);
        let Some(&series) = at.get(&key).filter(|_| key.test != column.key.test) else { continue };
        let old = SeriesKey { test: column.key.test.clone(), ..key };
        let mut add = |from: String, to: String, chart: Option<(String, usize)>| {
            let (old, new) = (old.test.clone(), site.series(series).0.key.test.clone());
            found.insert(from.clone(), Moved { from, to, old, new, chart });
        };
        let stem = routes::series_stem(&old);
        let chart = site.has_page(series).then(|| (routes::series_svg(&stem), series));
        add(routes::series(&stem), site.series_path(series), chart);
        let now = &site.series(series).0.key.test;
        add(routes::test(&old.test), routes::test(now), None);
        for &event in events.get(&series).into_iter().flatten() {
            let (one, _, change) = site.change(event);
            let run = &one.runs[change.first];
            // What happened under the new name never had an address under the old.
            if column.rows.iter().any(|row| row.commit == run.commit.0) {
                let commit = &site.commit(run.commit).id;
                let id = routes::event_id(&old, run.time, commit, change.worse);
                add(routes::event(&id), routes::event(&event.id), None);
            }
        }
    }
    let tests = site.tests.keys().map(|name| routes::test(name));
    let all = site.stems.iter().map(|stem| routes::series(stem)).chain(tests);
    let events = site.events.iter().map(|event| routes::event(&event.id));
    let taken: BTreeSet<String> = all.chain(events).collect();
    found.into_values().filter(|moved| !taken.contains(&moved.from)).collect()
}

pub(crate) fn render(site: &Index<'_>, moved: &Moved) -> Result<Vec<u8>, Failure> {
    let root = root(site, &moved.from);
    let verdict = Phrase::new("note")
        .name(&moved.old)
        .text(" is called ")
        .name(&moved.new)
        .text(" now; its history went with it.");
    let page = Page {
        path: &moved.from,
        title: format!("{} has moved", moved.old),
        verdict: &verdict,
        section: Section::None,
    };
    let mut frame = frame(site, &page);
    let base = site.input.options.base_url.as_deref();
    frame.canonical = base.map(|base| format!("{base}{}", moved.to));
    let target =
        Link { href: root.to(&moved.to), text: "Go there".to_owned(), note: String::new() };
    pages::html(&MovedPage { frame, name: moved.old.clone(), verdict, target })
}
