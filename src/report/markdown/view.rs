//! What a template of a comment may name: finished Markdown, which it writes as it is.

use minijinja::{Value, context};

use crate::report::escape::markdown::MarkdownText;
use crate::report::escape::template::markdown_value;

/// What a template may name.
pub(super) struct CommentView {
    pub(super) marker: MarkdownText,
    pub(super) heading: MarkdownText,
    pub(super) verdict: &'static str,
    pub(super) sentence: MarkdownText,
    /// Paragraphs: override, infrastructure, targets, what to do.
    pub(super) notes: Vec<MarkdownText>,
    /// The heading of the change: `Time`, or `Change` where other metrics are among the rows.
    pub(super) column: &'static str,
    pub(super) rows: Vec<CommentRow>,
    pub(super) more: MarkdownText,
    /// New, failing and removed benchmarks.
    pub(super) lines: Vec<MarkdownText>,
    pub(super) links: Vec<MarkdownText>,
    pub(super) summary: MarkdownText,
    pub(super) details: Vec<MarkdownText>,
}

pub(super) struct CommentRow {
    pub(super) mark: &'static str,
    pub(super) series: MarkdownText,
    pub(super) before: MarkdownText,
    pub(super) after: MarkdownText,
    pub(super) change: MarkdownText,
    pub(super) limit: MarkdownText,
}

impl CommentView {
    pub(super) fn context(&self) -> Value {
        let all = |texts: &[MarkdownText]| texts.iter().map(markdown_value).collect::<Vec<_>>();
        context! {
            marker => markdown_value(&self.marker),
            heading => markdown_value(&self.heading),
            verdict => self.verdict,
            sentence => markdown_value(&self.sentence),
            notes => all(&self.notes),
            column => self.column,
            rows => self.rows.iter().map(CommentRow::context).collect::<Vec<_>>(),
            more => markdown_value(&self.more),
            lines => all(&self.lines),
            links => all(&self.links),
            summary => markdown_value(&self.summary),
            details => all(&self.details),
        }
    }
}

impl CommentRow {
    fn context(&self) -> Value {
        context! {
            mark => self.mark,
            series => markdown_value(&self.series),
            before => markdown_value(&self.before),
            after => markdown_value(&self.after),
            change => markdown_value(&self.change),
            limit => markdown_value(&self.limit),
        }
    }
}
