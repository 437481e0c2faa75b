//! Which pages have a picture for those who send a link, and what it is about.
//!
//! Pictures exist where the address of the site is known, since only a whole address leads to one.
//! A site has pictures of the overview, of its newest changes and their series, and of its newest
//! pull requests. Pages of other series show nothing that a sentence does not say.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::urls;
use crate::site::changes::{EventIndex, EventRef};
use crate::site::input::SiteInput;
use crate::site::page_policy::PagePolicy;
use crate::site::pairs::{PairIndex, PairKind};

/// Newest changes with a picture, and their series.
const MAX_CHANGES: usize = 60;
/// Newest pull requests with a picture.
const MAX_PULLS: usize = 40;

/// What a picture is about.
#[derive(Clone, Debug)]
pub(crate) enum PictureSubject {
    Overview,
    Change(EventRef),
    Series(usize),
    /// A pair, by its place among all pairs.
    Pull(usize),
}

/// The pages that have a picture, by address.
pub(crate) struct PictureIndex(BTreeMap<String, PictureSubject>);

/// Where the picture of a page is.
pub(crate) fn path(page: &str) -> String {
    match page.strip_suffix(".html") {
        Some(stem) => format!("{stem}.png"),
        None => format!("{page}picture.png"),
    }
}

/// What decides which pages have one.
pub(crate) struct PicturedPages<'a> {
    pub(crate) stems: &'a [String],
    pub(crate) events: &'a EventIndex,
    pub(crate) pairs: &'a PairIndex,
    pub(crate) page_policy: &'a PagePolicy,
}

impl PictureIndex {
    pub(crate) fn of(input: &SiteInput<'_>, pages: &PicturedPages<'_>) -> Self {
        let mut pictures = BTreeMap::new();
        if input.options.base_url.is_none() {
            return Self(pictures);
        }
        pictures.insert(String::new(), PictureSubject::Overview);
        let mut series = BTreeSet::new();
        for event in pages.events.newest_first().iter().take(MAX_CHANGES) {
            pictures.insert(urls::event(&event.id), PictureSubject::Change(event.clone()));
            series.insert(event.series);
        }
        for index in series.into_iter().filter(|index| pages.page_policy.has_series(*index)) {
            let page = urls::series(&pages.stems[index]);
            pictures.insert(page, PictureSubject::Series(index));
        }
        let pulls = pages.pairs.all().iter().enumerate().rev();
        let pulls = pulls.filter(|(_, pair)| matches!(pair.kind, PairKind::Pull(_)));
        for (at, pair) in pulls.take(MAX_PULLS) {
            pictures.insert(urls::diff(&pair.slug), PictureSubject::Pull(at));
        }
        Self(pictures)
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn has(&self, page: &str) -> bool {
        self.0.contains_key(page)
    }

    pub(crate) fn subject(&self, page: &str) -> Option<&PictureSubject> {
        self.0.get(page)
    }
}
