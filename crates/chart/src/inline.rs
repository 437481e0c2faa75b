//! The writer for pages: an outer `<svg>` without `viewBox` carries the texts at percent
//! positions, a nested one carries the paths and stretches. Text stays 12 px and dots stay round
//! at any width, without a script; one `<svg>` with a `viewBox` would shrink its text on a phone.
//!
//! Classes and presentation attributes only, so a policy without inline styles lets it through.

use std::fmt::Write;

use crate::grid::{WIDTH, column_of};
use crate::input::{ChartSize, ChartSpan, MAX_CHART_BYTES, TrendInput};
use crate::labels::{Anchor, Label, LabelRow, Tone};
use crate::layout::ChartLayout;
use crate::markup::paths;
use crate::palette;
use crate::rows::ChartRow;
use model::record;
use model::text::digits::push_integer;
use model::text::{self, sanitize};

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
pub(crate) fn trend(input: &TrendInput<'_>, layout: &ChartLayout, size: ChartSize) -> String {
    let frame = SvgFrame {
        id: input.id,
        slot: input.slot,
        height: layout.height,
        attributes: "",
        large_dots: layout.rows.len() <= MAX_LARGE_DOTS,
    };
    let frame = frame.labeled(&axis_data(input, layout));
    let texts = label_texts(&layout.labels, layout.height) + &note_symbols(input, layout);
    let drawing = paths(&layout.layers, |point| point);
    // Links take what the drawing leaves: a page without them still has the table of runs.
    let used = frame.wrap("", "", "").len() + drawing.len() + texts.len();
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
fn axis_data(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let (low, high) = layout.y_axis.bounds();
    let kind = if input.span == ChartSpan::Time { "time" } else { "order" };
    let (Some(first), Some(last)) = (layout.rows.first(), layout.rows.last()) else {
        return String::new();
    };
    let (from, to) = (first.x_value, last.x_value);
    // `{:e}` is short for any double and reads back as the same one.
    format!(r#" data-x="{kind} {from} {to}" data-y="{low:e} {high:e}""#)
}

/// A chart for a page: a `<figure>` takes the caption with id `<id>-t`, the drawing, and the
/// description with id `<id>-s`. Caption and description are plain text, not escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendChart {
    pub svg: String,
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
    /// What the outer element says of itself, each attribute after a space.
    pub(crate) attributes: &'a str,
    /// So few runs that their dots may be larger.
    pub(crate) large_dots: bool,
}

/// A frame that a caption and a description on the page name: a group, since it holds links.
pub(crate) struct LabeledFrame<'a> {
    frame: SvgFrame<'a>,
    attributes: String,
}

impl LabeledFrame<'_> {
    pub(crate) fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        SvgFrame { attributes: &self.attributes, ..self.frame }.wrap(drawing, links, texts)
    }
}

impl<'a> SvgFrame<'a> {
    /// Names the frame by `<id>-t` and describes it by `<id>-s`; `data` are further attributes.
    pub(crate) fn labeled(self, data: &str) -> LabeledFrame<'a> {
        let id = sanitize::markup(self.id);
        let attributes =
            format!(r#" role="group" aria-labelledby="{id}-t" aria-describedby="{id}-s"{data}"#);
        LabeledFrame { frame: self, attributes }
    }

    pub(crate) fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        let Self { id, height, attributes, .. } = self;
        // The size of dots is a class, since only the stylesheet knows pixels.
        let few = if self.large_dots { " few" } else { "" };
        let (id, slot) = (sanitize::markup(id), palette::slot(self.slot));
        let outer = height + ABOVE + BELOW;
        format!(
            concat!(
                r#"<svg class="tc s{slot}{few}" id="{id}" width="100%" height="{outer}""#,
                r#"{attributes}>"#,
                r#"<svg y="{above}" width="100%" height="{height}" "#,
                r#"viewBox="0 0 {width} {height}" preserveAspectRatio="none" "#,
                r#"aria-hidden="true">{drawing}{links}</svg>"#,
                r#"<g aria-hidden="true">{texts}</g></svg>"#
            ),
            slot = slot,
            id = id,
            outer = outer,
            few = few,
            attributes = attributes,
            above = ABOVE,
            height = height,
            width = WIDTH,
            drawing = drawing,
            links = links,
            texts = texts,
        )
    }
}

/// A grid place as a share of the width.
fn push_percent(out: &mut String, x: i32) {
    push_integer(out, x / 10);
    if x % 10 != 0 {
        out.push('.');
        push_integer(out, (x % 10).abs());
    }
    out.push('%');
}

/// All labels, each as a `<text>`, within its link where it has one.
pub(crate) fn label_texts(labels: &[Label], height: i32) -> String {
    let mut out = String::with_capacity(labels.len() * 80);
    for label in labels {
        // Out of the order of the tab key: the page lists the same links below its charts, and 48
        // stops for each chart would bury them.
        if let Some(href) = &label.href {
            out.push_str(r#"<a href=""#);
            sanitize::push_markup(&mut out, href);
            out.push_str(r#"" tabindex="-1">"#);
        }
        push_text(&mut out, label, height);
        if label.href.is_some() {
            out.push_str("</a>");
        }
    }
    out
}

fn push_text(out: &mut String, label: &Label, height: i32) {
    let y = match label.row {
        LabelRow::Above => ABOVE - 4,
        LabelRow::At(y) => ABOVE + y,
        LabelRow::Ticks => ABOVE + height + 16,
        LabelRow::UnderTicks => ABOVE + height + 28,
    };
    push_start(out, "", label.x, y);
    push_class(out, label);
    out.push_str(match label.anchor {
        Anchor::Start => "",
        Anchor::Middle => r#" text-anchor="middle""#,
        Anchor::End => r#" text-anchor="end""#,
    });
    if label.shift != 0 {
        out.push_str(r#" dx=""#);
        push_integer(out, label.shift);
        out.push('"');
    }
    out.push('>');
    sanitize::push_markup(out, &label.text);
    if !label.wide_suffix.is_empty() {
        out.push_str(r#"<tspan class="h">"#);
        sanitize::push_markup(out, &label.wide_suffix);
        out.push_str("</tspan>");
    }
    if let Some(title) = &label.title {
        push_title(out, title);
    }
    out.push_str("</text>");
}

/// A `<text>` up to the place it stands at; more attributes may follow.
fn push_start(out: &mut String, class: &str, x: i32, y: i32) {
    out.push_str("<text");
    out.push_str(class);
    out.push_str(r#" x=""#);
    push_percent(out, x);
    out.push_str(r#"" y=""#);
    push_integer(out, y);
    out.push('"');
}

fn push_class(out: &mut String, label: &Label) {
    let tone = match label.tone {
        Tone::Muted => "",
        Tone::Regression => "w",
        Tone::Improvement => "k",
        Tone::Slot(_) => "t s",
    };
    if tone.is_empty() && !label.wide_only {
        return;
    }
    out.push_str(r#" class=""#);
    out.push_str(tone);
    if let Tone::Slot(slot) = label.tone {
        push_integer(out, palette::slot(slot).into());
    }
    if label.wide_only {
        out.push_str(if tone.is_empty() { "h" } else { " h" });
    }
    out.push('"');
}

fn push_title(out: &mut String, title: &str) {
    out.push_str("<title>");
    sanitize::push_markup(out, title);
    out.push_str("</title>");
}

/// Failed runs as one text whose letters have a place each; remarks one by one, with their text.
pub(crate) fn note_symbols(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let mut out = String::new();
    let floor = ABOVE + layout.height;
    if !layout.failed_runs.is_empty() {
        out.push_str(r#"<text class="x" x=""#);
        for (at, x) in layout.failed_runs.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { " " });
            push_percent(&mut out, *x);
        }
        // One text with a place for each letter takes far fewer bytes than one text each.
        let (letters, y) = ("×".repeat(layout.failed_runs.len()), floor - 1);
        let _ = write!(out, r#"" y="{y}">{letters}</text>"#);
    }
    for placed in &layout.notes {
        let note = &input.notes[placed.index];
        let (mark, above) = placed.kind.symbol();
        push_start(&mut out, r#" class="an""#, placed.x, floor - above);
        out.push('>');
        out.push_str(mark);
        let title = format!("{}: {}", text::date(note.time), record::shorten(&note.text, 80));
        push_title(&mut out, &title);
        out.push_str("</text>");
    }
    out
}

/// The columns that carry titles and links, over everything else.
fn link_columns(input: &TrendInput<'_>, layout: &ChartLayout, count: i32) -> String {
    let rows: Vec<(i32, usize)> =
        layout.positions.iter().map(|x| column_of(*x, count)).zip(0..).collect();
    let mut out = String::with_capacity(MAX_CHART_BYTES);
    let mut words = String::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let (column, first) = group[0];
        words.clear();
        push_runs_title(&mut words, input, layout, &layout.rows[first..first + group.len()]);
        let href = input.links.run(layout.rows[first].run, group.len() == 1);
        if let Some(href) = &href {
            out.push_str(r#"<a href=""#);
            sanitize::push_markup(&mut out, href);
            out.push_str(r#"" tabindex="-1">"#);
        } else {
            out.push_str(r#"<g class="c">"#);
        }
        push_column(&mut out, GridColumn { index: column, count }, layout.height, &words);
        out.push_str(if href.is_some() { "</a>" } else { "</g>" });
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
pub(crate) fn push_column(out: &mut String, column: GridColumn, height: i32, title: &str) {
    let GridColumn { index, count } = column;
    let (from, to) = (index * WIDTH / count, (index + 1) * WIDTH / count);
    out.push_str(r#"<path d="m"#);
    push_integer(out, from);
    out.push_str(" 0v");
    push_integer(out, height);
    out.push('h');
    push_integer(out, to - from);
    out.push_str(r#"V0"/>"#);
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
        let _ = write!(out, ", {failed} failed");
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
