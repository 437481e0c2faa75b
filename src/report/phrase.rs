//! Sentences whose parts carry meaning, before any output format.
//!
//! The wording of a verdict is the same on a page, in a feed and in a report; what differs is how
//! a part is marked. So wording returns a [`Phrase`], and each format writes it in its own way:
//! `Phrase::new("worse").marked("worse", "▲ 13.9% slower").text(" (gradual)")` is a colored `span`
//! on a page and plain text in a feed.

/// A point in time for a `<time>` element.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) iso: String,
    pub(crate) text: String,
}

/// A sentence whose parts carry meaning: the verdict on top of a page, a cell, a list item.
#[derive(Clone, Default)]
pub(crate) struct Phrase {
    /// `worse`, `better`, `note` or empty: colors the mark beside the sentence.
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

    /// The sentence with another one behind it.
    pub(crate) fn append(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// The sentence without its marks: for titles, descriptions and feeds.
    pub(crate) fn plain(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// How a series changed, in three codes at once: mark, sign, word.
#[derive(Clone, Default)]
pub(crate) struct ChangeCell {
    pub(crate) tone: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) change: String,
    pub(crate) words: String,
}
