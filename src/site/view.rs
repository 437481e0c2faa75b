//! What templates may see: finished text, finished links, finished SVG. Templates place and loop;
//! they compute nothing and format nothing.

use crate::report::phrase::{ChangeCell, Moment, Phrase};
use crate::site::markdown::Markup;

/// What stands around every page.
pub(crate) struct PageFrame {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) site_title: String,
    /// The link back to the overview.
    pub(crate) home: String,
    /// The row of the navigation, and what its menu "More" has.
    pub(crate) nav: Vec<NavItem>,
    pub(crate) more: Vec<NavItem>,
    /// The page is one of the menu.
    pub(crate) more_current: bool,
    pub(crate) css: String,
    pub(crate) js: String,
    pub(crate) icon: String,
    pub(crate) feed: String,
    /// The files of the search, loaded when somebody searches.
    pub(crate) search: Vec<String>,
    pub(crate) canonical: Option<String>,
    /// The whole address of the page's picture.
    pub(crate) picture: Option<String>,
    pub(crate) demo: bool,
    /// The user's own banner and footer.
    pub(crate) banner: Option<Markup>,
    pub(crate) footer: Option<Markup>,
    /// The newest result is older than the policy finds fresh.
    pub(crate) stale: Option<String>,
    /// When the site was built, and from what: only where a page is about that.
    pub(crate) build: Option<BuildFacts>,
    pub(crate) stale_after_days: u32,
    pub(crate) policy: String,
    pub(crate) about: String,
    pub(crate) health: String,
}

/// When a site was built, and from how many records.
pub(crate) struct BuildFacts {
    pub(crate) time: Moment,
    pub(crate) records: String,
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub(crate) href: String,
    pub(crate) text: &'static str,
    pub(crate) current: bool,
    /// On a phone the row has no room for it: it is in the menu there.
    pub(crate) narrow_in_more: bool,
}

/// A link with its text; `note` is set beside it, muted.
pub(crate) struct PageLink {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) note: String,
}

/// A fact in the line of facts under a verdict: `Newest result 26 Sep 2025`.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) note: String,
    pub(crate) time: Option<Moment>,
    pub(crate) href: Option<String>,
}

impl Fact {
    pub(crate) fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), note: String::new(), time: None, href: None }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(crate) fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    pub(crate) fn at(label: &'static str, time: Moment) -> Self {
        Self { time: Some(time), ..Self::new(label, "") }
    }
}

/// One series in a table.
pub(crate) struct SeriesRow {
    pub(crate) href: String,
    pub(crate) anchor: String,
    pub(crate) test: String,
    /// `julia · loops · parallel · n = 1,000,000`.
    pub(crate) key: String,
    pub(crate) cell: ChangeCell,
    /// `83.9 → 95.6 µs`, or the newest value alone.
    pub(crate) values: String,
    pub(crate) threshold: String,
    pub(crate) spark: Markup,
    pub(crate) data: RowData,
}

/// What the sorting and the filters of the page read; numbers in base units, empty for none.
pub(crate) struct RowData {
    /// Relative change of the cell.
    pub(crate) change: String,
    /// The newest value.
    pub(crate) value: String,
    /// See [`EventRow::filter`].
    pub(crate) filter: String,
}

/// A table of series, folded where it is long and nothing in it needs attention.
pub(crate) struct SeriesGroup {
    pub(crate) title: String,
    pub(crate) note: String,
    pub(crate) folded: bool,
    pub(crate) rows: Vec<SeriesRow>,
}

/// A chart with what it says in words.
pub(crate) struct Figure {
    pub(crate) id: String,
    pub(crate) title: Option<PageLink>,
    pub(crate) caption: String,
    /// Set beside the caption, muted.
    pub(crate) note: String,
    pub(crate) key: Vec<PlainKey>,
    pub(crate) svg: Markup,
    pub(crate) description: String,
}

/// A name in pieces, behind each of which a long one may break.
pub(crate) fn breakable(name: &str) -> Vec<String> {
    name.split_inclusive(['_', '/', ':']).map(str::to_owned).collect()
}

/// A small chart that its page says in words.
pub(crate) struct PlainChart {
    pub(crate) caption: String,
    pub(crate) svg: Markup,
    pub(crate) key: Vec<PlainKey>,
}

impl From<chart::CardChart> for PlainChart {
    fn from(card: chart::CardChart) -> Self {
        let key = card.key.into_iter().map(PlainKey::from).collect();
        Self { caption: card.caption, svg: card.drawing.into(), key }
    }
}

/// A mark of a chart, and its name.
pub(crate) struct PlainKey {
    pub(crate) mark: Markup,
    pub(crate) name: &'static str,
}

impl From<chart::KeyMark> for PlainKey {
    fn from(mark: chart::KeyMark) -> Self {
        Self { mark: mark.mark.into(), name: mark.name }
    }
}

/// One of the panels that share their axes.
pub(crate) struct Panel {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) name: String,
    /// Read with the name by those who hear the page: which test.
    pub(crate) context: String,
    pub(crate) value: String,
    pub(crate) svg: Markup,
    pub(crate) words: Phrase,
}

/// Panels under one heading.
pub(crate) struct PanelGroup {
    pub(crate) title: String,
    /// Class of the grid: `grid` for narrow panels, `stats` for two in a row.
    pub(crate) class: &'static str,
    pub(crate) href: String,
    pub(crate) note: String,
    pub(crate) panels: Vec<Panel>,
}

/// One change in a list of changes.
pub(crate) struct EventRow {
    pub(crate) href: String,
    pub(crate) date: Moment,
    pub(crate) what: Phrase,
    /// The relative change, for sorting.
    pub(crate) size: String,
    pub(crate) values: String,
    pub(crate) status: String,
    pub(crate) series: String,
    pub(crate) series_href: String,
    pub(crate) key: String,
    /// On pages that filter their changes: backend, test, mode, n and verdict, with spaces between.
    pub(crate) filter: Option<String>,
}
