//! What templates may see: finished text, finished links, finished SVG. Templates place and loop;
//! they compute nothing and format nothing.

/// What stands around every page.
pub(crate) struct PageFrame {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) site_title: String,
    /// The link back to the overview, and to every page of the navigation.
    pub(crate) nav: Vec<NavItem>,
    pub(crate) css: String,
    pub(crate) js: String,
    pub(crate) icon: String,
    pub(crate) feed: String,
    pub(crate) canonical: Option<String>,
    pub(crate) demo: bool,
    /// HTML of the user's own banner and footer, rendered and escaped before.
    pub(crate) banner: Option<String>,
    pub(crate) footer: Option<String>,
    /// The newest result is older than the policy finds fresh.
    pub(crate) stale: Option<String>,
    pub(crate) built: Moment,
    pub(crate) newest_iso: String,
    pub(crate) stale_after_days: u32,
    pub(crate) records: String,
    pub(crate) policy: String,
    pub(crate) about: String,
    pub(crate) health: String,
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub(crate) href: String,
    pub(crate) text: &'static str,
    pub(crate) current: bool,
}

/// A point in time for a `<time>` element.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) iso: String,
    pub(crate) text: String,
}

/// A sentence whose parts carry meaning: the verdict on top of a page, a cell, a list item.
#[derive(Clone, Default)]
pub(crate) struct Phrase {
    /// `worse`, `better`, `note` or empty: colours the mark beside the sentence.
    pub(crate) tone: &'static str,
    pub(crate) spans: Vec<PhraseSpan>,
}

/// A part of a sentence.
#[derive(Clone, Default)]
pub(crate) struct PhraseSpan {
    pub(crate) text: String,
    /// `worse`, `better`, `note`, `strong`, `code` or empty.
    pub(crate) class: &'static str,
    pub(crate) href: Option<String>,
    /// A name from the data: isolated, so that its direction of writing stays its own.
    pub(crate) name: bool,
}

impl Phrase {
    pub(crate) fn new(tone: &'static str) -> Self {
        Self { tone, spans: Vec::new() }
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.spans.push(PhraseSpan { text: text.into(), ..PhraseSpan::default() });
        self
    }

    pub(crate) fn marked(mut self, class: &'static str, text: impl Into<String>) -> Self {
        self.spans.push(PhraseSpan { text: text.into(), class, ..PhraseSpan::default() });
        self
    }

    pub(crate) fn name(mut self, text: impl Into<String>) -> Self {
        self.spans.push(PhraseSpan { text: text.into(), name: true, ..PhraseSpan::default() });
        self
    }

    pub(crate) fn link(mut self, href: impl Into<String>, text: impl Into<String>) -> Self {
        let (text, href) = (text.into(), Some(href.into()));
        self.spans.push(PhraseSpan { text, href, name: true, ..PhraseSpan::default() });
        self
    }

    pub(crate) fn code_link(mut self, href: impl Into<String>, text: impl Into<String>) -> Self {
        let (text, href) = (text.into(), Some(href.into()));
        self.spans.push(PhraseSpan { text, href, class: "code", name: true });
        self
    }

    /// The sentence without its marks: for titles, descriptions and feeds.
    pub(crate) fn plain(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
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
    pub(crate) spark: String,
    pub(crate) data: RowData,
}

/// How a series changed, in three codes at once: mark, sign, word.
#[derive(Clone, Default)]
pub(crate) struct ChangeCell {
    pub(crate) tone: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) change: String,
    pub(crate) words: String,
}

/// What the filters on the page read.
pub(crate) struct RowData {
    pub(crate) backend: String,
    pub(crate) mode: String,
    pub(crate) test: String,
    pub(crate) n: String,
    pub(crate) parallel: &'static str,
    pub(crate) verdict: &'static str,
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
    pub(crate) svg: String,
    pub(crate) description: String,
}

/// One of the panels that share their axes.
pub(crate) struct Panel {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) name: String,
    /// Read with the name by those who hear the page: which test.
    pub(crate) context: String,
    pub(crate) value: String,
    pub(crate) svg: String,
    pub(crate) words: Phrase,
}

/// Panels under one heading.
pub(crate) struct PanelGroup {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) note: String,
    pub(crate) panels: Vec<Panel>,
}

/// One change in a list of changes.
pub(crate) struct EventRow {
    pub(crate) href: String,
    pub(crate) date: Moment,
    pub(crate) what: Phrase,
    pub(crate) values: String,
    pub(crate) status: String,
    pub(crate) series: String,
    pub(crate) series_href: String,
    pub(crate) key: String,
}
