//! The writer for pages: an outer `<svg>` without `viewBox` carries the texts at percent
//! positions, a nested one carries the paths and stretches. Text stays 12 px and dots stay round
//! at any width, without a script; one `<svg>` with a `viewBox` would shrink its text on a phone.
//!
//! Classes and presentation attributes only, so a policy without inline styles lets it through.

use crate::grid::{WIDTH, column_of};
use crate::input::{ChartSize, ChartSpan, MAX_CHART_BYTES, TrendInput};
use crate::labels::{Anchor, Label, LabelRow, Tone};
use crate::layout::ChartLayout;
use crate::markup::{paths, push_percent};
use crate::palette;
use crate::rows::ChartRow;
use model::record;
use model::text;
use model::text::xml::XmlText;

/// Pixels above the plot, for the labels of changes.
const ABOVE: i32 = 14;
/// Pixels below it, for two lines of labels.
const BELOW: i32 = 30;
/// Up to this many runs have larger dots.
const MAX_LARGE_DOTS: usize = 60;
/// Link columns, most first: fewer where the chart would be larger than its budget. 48 columns are
/// 15 px each on a plot of 720 px.
const LINK_COLUMNS: [i32; 5] = [48, 36, 24, 16, 8];

/// The drawing of a trend.
pub(crate) fn trend(input: &TrendInput<'_>, layout: &ChartLayout, size: ChartSize) -> XmlText {
    let frame = SvgFrame {
        id: input.id,
        slot: input.slot,
        height: layout.height,
        large_dots: layout.rows.len() <= MAX_LARGE_DOTS,
    };
    let frame = frame.labeled(&axis_data(input, layout));
    let mut texts = label_texts(&layout.labels, layout.height);
    texts.push(note_symbols(input, layout));
    let drawing = paths(&layout.layers, |point| point);
    // Links take what the drawing leaves: a page without them still has the table of runs.
    let used = frame.empty_len() + drawing.len() + texts.len();
    let first_try = if size == ChartSize::Full { 0 } else { 2 };
    let room = MAX_CHART_BYTES.saturating_sub(used);
    let links = LINK_COLUMNS[first_try..]
        .iter()
        .map(|count| link_columns(input, layout, *count))
        .find(|links| links.len() <= room)
        .unwrap_or_default();
    frame.wrap(&drawing, &links, &texts)
}

/// What the script needs to place a run: `data-x` is the kind of axis and its first and last run
/// (microseconds or index), which lie [`crate::grid::INSET`] grid units inside the plot's
/// ends; `data-y` is the values at its bottom and top, in base units.
fn axis_data(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let (low, high) = layout.y_axis.bounds();
    let kind = if input.span == ChartSpan::Time { "time" } else { "order" };
    let (Some(first), Some(last)) = (layout.rows.first(), layout.rows.last()) else {
        return XmlText::new();
    };
    let (from, to) = (first.x_value, last.x_value);
    // `{:e}` is short for any double and reads back as the same one.
    let mut out = XmlText::new();
    out.push(r#" data-x=""#).push(kind).push_text(&format!(" {from} {to}"));
    out.push(r#"" data-y=""#).push_text(&format!("{low:e} {high:e}")).push(r#"""#);
    out
}

/// A chart for a page: a `<figure>` takes the caption with id `<id>-t`, the drawing, and the
/// description with id `<id>-s`. Caption and description are plain text, not escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendChart {
    pub svg: XmlText,
    pub caption: String,
    pub description: String,
    /// Drawn as columns: deserves the full width of the page.
    pub wide: bool,
}

/// The frame that every inline chart shares.
#[derive(Clone, Copy)]
pub(crate) struct SvgFrame<'a> {
    pub(crate) id: &'a str,
    pub(crate) slot: u8,
    pub(crate) height: i32,
    /// So few runs that their dots may be larger.
    pub(crate) large_dots: bool,
}

/// A frame with what its outer element says of itself.
pub(crate) struct NamedFrame<'a> {
    frame: SvgFrame<'a>,
    /// Each attribute after a space.
    attributes: XmlText,
}

impl<'a> SvgFrame<'a> {
    /// A frame that a caption and a description on the page name, by `<id>-t` and `<id>-s`: a
    /// group, since it holds links. `data` are further attributes.
    pub(crate) fn labeled(self, data: &XmlText) -> NamedFrame<'a> {
        let id = XmlText::text(self.id);
        let mut attributes = XmlText::from(r#" role="group" aria-labelledby=""#);
        attributes.push(&id).push(r#"-t" aria-describedby=""#).push(&id).push(r#"-s""#).push(data);
        NamedFrame { frame: self, attributes }
    }

    /// A frame that is an image with a name.
    pub(crate) fn image(self, name: &str) -> NamedFrame<'a> {
        let mut attributes = XmlText::from(r#" role="img" aria-label=""#);
        attributes.push_text(name).push(r#"""#);
        NamedFrame { frame: self, attributes }
    }
}

impl NamedFrame<'_> {
    /// The bytes of a frame around nothing.
    pub(crate) fn empty_len(&self) -> usize {
        let nothing = XmlText::new();
        self.wrap(&nothing, &nothing, &nothing).len()
    }

    pub(crate) fn wrap(&self, drawing: &XmlText, links: &XmlText, texts: &XmlText) -> XmlText {
        let SvgFrame { id, slot, height, large_dots } = self.frame;
        let mut out = XmlText::with_capacity(512 + drawing.len() + links.len() + texts.len());
        out.push(r#"<svg class="tc s"#).push(i32::from(palette::slot(slot)));
        // The size of dots is a class, since only the stylesheet knows pixels.
        out.push(if large_dots { " few" } else { "" });
        out.push(r#"" id=""#).push_text(id).push(r#"" width="100%" height=""#);
        out.push(height + ABOVE + BELOW).push(r#"""#).push(&self.attributes).push(">");
        out.push(r#"<svg y=""#).push(ABOVE).push(r#"" width="100%" height=""#).push(height);
        out.push(r#"" viewBox="0 0 "#).push(WIDTH).push(" ").push(height);
        out.push(r#"" preserveAspectRatio="none" aria-hidden="true">"#);
        out.push(drawing).push(links).push(r#"</svg><g aria-hidden="true">"#);
        out.push(texts).push("</g></svg>");
        out
    }
}

/// All labels, each as a `<text>`, within its link where it has one.
pub(crate) fn label_texts(labels: &[Label], height: i32) -> XmlText {
    let mut out = XmlText::with_capacity(labels.len() * 80);
    for label in labels {
        // Out of the order of the tab key: the page lists the same links below its charts, and 48
        // stops for each chart would bury them.
        if let Some(href) = &label.href {
            out.push(r#"<a href=""#);
            out.push_text(href);
            out.push(r#"" tabindex="-1">"#);
        }
        push_text(&mut out, label, height);
        if label.href.is_some() {
            out.push("</a>");
        }
    }
    out
}

fn push_text(out: &mut XmlText, label: &Label, height: i32) {
    let y = match label.row {
        LabelRow::Above => ABOVE - 4,
        LabelRow::At(y) => ABOVE + y,
        LabelRow::Ticks => ABOVE + height + 16,
        LabelRow::UnderTicks => ABOVE + height + 28,
    };
    push_start(out, "", label.x, y);
    push_class(out, label);
    out.push(match label.anchor {
        Anchor::Start => "",
        Anchor::Middle => r#" text-anchor="middle""#,
        Anchor::End => r#" text-anchor="end""#,
    });
    if label.shift != 0 {
        out.push(r#" dx=""#);
        out.push(label.shift);
        out.push(r#"""#);
    }
    out.push(">");
    out.push_text(&label.text);
    if !label.wide_suffix.is_empty() {
        out.push(r#"<tspan class="h">"#);
        out.push_text(&label.wide_suffix);
        out.push("</tspan>");
    }
    if let Some(title) = &label.title {
        push_title(out, title);
    }
    out.push("</text>");
}

/// A `<text>` up to the place it stands at; more attributes may follow.
fn push_start(out: &mut XmlText, class: &'static str, x: i32, y: i32) {
    out.push("<text");
    out.push(class);
    out.push(r#" x=""#);
    push_percent(out, x);
    out.push(r#"" y=""#);
    out.push(y);
    out.push(r#"""#);
}

fn push_class(out: &mut XmlText, label: &Label) {
    let tone = match label.tone {
        Tone::Muted => "",
        Tone::Regression => "w",
        Tone::Improvement => "k",
        Tone::Slot(_) => "t s",
    };
    if tone.is_empty() && !label.wide_only {
        return;
    }
    out.push(r#" class=""#);
    out.push(tone);
    if let Tone::Slot(slot) = label.tone {
        out.push(i32::from(palette::slot(slot)));
    }
    if label.wide_only {
        out.push(if tone.is_empty() { "h" } else { " h" });
    }
    out.push(r#"""#);
}

fn push_title(out: &mut XmlText, title: &str) {
    out.push("<title>");
    out.push_text(title);
    out.push("</title>");
}

/// Failed runs as one text whose letters have a place each; remarks one by one, with their text.
pub(crate) fn note_symbols(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let mut out = XmlText::new();
    let floor = ABOVE + layout.height;
    if !layout.failed_runs.is_empty() {
        out.push(r#"<text class="x" x=""#);
        for (at, x) in layout.failed_runs.iter().enumerate() {
            out.push(if at == 0 { "" } else { " " });
            push_percent(&mut out, *x);
        }
        // One text with a place for each letter takes far fewer bytes than one text each.
        out.push(r#"" y=""#).push(floor - 1).push(r#"">"#);
        for _ in &layout.failed_runs {
            out.push("×");
        }
        out.push("</text>");
    }
    for placed in &layout.notes {
        let note = &input.notes[placed.index];
        let (mark, above) = placed.kind.symbol();
        push_start(&mut out, r#" class="an""#, placed.x, floor - above);
        out.push(">");
        out.push(mark);
        let title = format!("{}: {}", text::date(note.time), record::shorten(&note.text, 80));
        push_title(&mut out, &title);
        out.push("</text>");
    }
    out
}

/// The columns that carry titles and links, over everything else.
fn link_columns(input: &TrendInput<'_>, layout: &ChartLayout, count: i32) -> XmlText {
    let rows: Vec<(i32, usize)> =
        layout.positions.iter().map(|x| column_of(*x, count)).zip(0..).collect();
    let mut out = XmlText::with_capacity(MAX_CHART_BYTES);
    let mut words = String::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let (column, first) = group[0];
        words.clear();
        push_runs_title(&mut words, input, layout, &layout.rows[first..first + group.len()]);
        let href = input.links.run(layout.rows[first].run, group.len() == 1);
        if let Some(href) = &href {
            out.push(r#"<a href=""#);
            out.push_text(href);
            out.push(r#"" tabindex="-1">"#);
        } else {
            out.push(r#"<g class="c">"#);
        }
        push_column(&mut out, GridColumn { index: column, count }, layout.height, &words);
        out.push(if href.is_some() { "</a>" } else { "</g>" });
    }
    out
}

/// One of `count` equal columns of the grid.
#[derive(Clone, Copy)]
pub(crate) struct GridColumn {
    pub(crate) index: i32,
    pub(crate) count: i32,
}

/// An invisible column with its title.
pub(crate) fn push_column(out: &mut XmlText, column: GridColumn, height: i32, title: &str) {
    let GridColumn { index, count } = column;
    let (from, to) = (index * WIDTH / count, (index + 1) * WIDTH / count);
    out.push(r#"<path d="m"#);
    out.push(from);
    out.push(" 0v");
    out.push(height);
    out.push("h");
    out.push(to - from);
    out.push(r#"V0"/>"#);
    push_title(out, title);
}

/// `18–20 Sep 2025: 4 runs, 92.1–96.2 µs`, or one run with its commit and its own spread.
fn push_runs_title(
    out: &mut String,
    input: &TrendInput<'_>,
    layout: &ChartLayout,
    rows: &[ChartRow],
) {
    let [first, .., last] = rows else {
        return rows.iter().for_each(|row| push_run_title(out, input, layout, row));
    };
    let time = |row: &ChartRow| input.series.runs[row.run].time;
    text::push_date_span(out, time(first), time(last));
    out.push_str(": ");
    out.push_str(&text::count_noun(rows.len() as u64, "run"));
    let values = || rows.iter().filter_map(|row| row.value);
    if let Some((low, high)) = values().reduce(f64::min).zip(values().reduce(f64::max)) {
        out.push_str(", ");
        out.push_str(&layout.scale.range(low, high));
    }
    let failed = rows.len() - values().count();
    if failed > 0 {
        out.push_str(&format!(", {failed} failed"));
    }
}

fn push_run_title(out: &mut String, input: &TrendInput<'_>, layout: &ChartLayout, row: &ChartRow) {
    let run = &input.series.runs[row.run];
    text::push_date_span(out, run.time, run.time);
    let at = usize::try_from(run.commit.0).unwrap_or(usize::MAX);
    if let Some(commit) = input.commits.get(at) {
        out.push_str(", ");
        out.push_str(&text::short_commit(&commit.id));
    }
    let Some(value) = row.value else {
        out.push_str(": failed, ");
        out.push_str(&record::shorten(run.error().unwrap_or("no reason given"), 60));
        return;
    };
    out.push_str(": ");
    layout.scale.push_quantity(out, value);
    if let Some(std) = run.std.get() {
        out.push(' ');
        text::push_spread(out, std, &layout.scale);
    }
    // The anomaly explains the outlier, so it is named alone.
    out.push_str(match (row.flags.infrastructure, row.flags.is_outlier) {
        (true, _) => ", infrastructure anomaly",
        (_, true) => ", outlier",
        _ => "",
    });
}
