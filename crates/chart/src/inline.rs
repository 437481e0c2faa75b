//! The writer for pages: an outer `<svg>` without `viewBox` carries the texts at percent
//! positions, a nested one carries the paths and stretches. Text stays 12 px and dots stay round
//! at any width, without a script.
//!
//! Classes and presentation attributes only, so a policy without inline styles lets it through.

use std::fmt::Write;

use crate::columns::column_of;
use crate::labels::{Anchor, Label, LabelRow, Tone};
use crate::layout::{ChartLayout, WIDTH};
use crate::markup::paths;
use crate::rows;
use crate::{ChartSize, ChartSpan, MAX_CHART_BYTES, TrendInput, palette};
use model::record;
use model::text::digits::push_integer;
use model::text::{self, sanitize};

/// Pixels above the plot, for the labels of events.
const ABOVE: i32 = 14;
/// Pixels below it, for two lines of labels.
const BELOW: i32 = 30;
/// Up to this many runs have larger dots.
const MAX_LARGE_DOTS: usize = 60;
/// Link columns, most first: fewer where the chart would be larger than its budget. 48 columns are
/// 15 px each on a plot of 720 px.
const LINK_COLUMNS: [i32; 5] = [48, 36, 24, 16, 8];

/// The drawing of a trend.
pub fn trend(input: &TrendInput<'_>, scene: &ChartLayout, size: ChartSize) -> String {
    let frame = SvgFrame {
        id: input.id,
        slot: input.slot,
        height: scene.height,
        attributes: "",
        large_dots: scene.rows.len() <= MAX_LARGE_DOTS,
    };
    let frame = frame.labeled(&axis_data(input, scene));
    let texts = label_texts(&scene.labels, scene.height) + &note_symbols(input, scene);
    let drawing = paths(&scene.marks, |point| point);
    let bare = frame.wrap("", "", "").len() + drawing.len() + texts.len();
    let most = if size == ChartSize::Full { 0 } else { 2 };
    let room = MAX_CHART_BYTES.saturating_sub(bare);
    let links = LINK_COLUMNS[most..]
        .iter()
        .map(|count| link_columns(input, scene, *count))
        .find(|links| links.len() <= room)
        .unwrap_or_default();
    frame.wrap(&drawing, &links, &texts)
}

/// What the script needs to place a run: `data-x` is the kind of axis and its first and last run
/// (microseconds or index), which lie [`crate::layout::INSET`] grid units inside the plot's
/// ends; `data-y` is the values at its bottom and top, in base units.
fn axis_data(input: &TrendInput<'_>, scene: &ChartLayout) -> String {
    let (low, high) = scene.y_axis.bounds();
    let kind = if input.span == ChartSpan::Time { "time" } else { "order" };
    let (Some(first), Some(last)) = (scene.rows.first(), scene.rows.last()) else {
        return String::new();
    };
    let (from, to) = (first.x_value, last.x_value);
    format!(r#" data-x="{kind} {from} {to}" data-y="{low:e} {high:e}""#)
}

/// The frame that every inline chart shares.
#[derive(Clone, Copy)]
pub struct SvgFrame<'a> {
    pub id: &'a str,
    pub slot: u8,
    pub height: i32,
    /// What the outer element says of itself, each attribute after a space.
    pub attributes: &'a str,
    /// So few runs that their dots may be larger.
    pub large_dots: bool,
}

/// A frame that a caption and a description on the page name: a group, since it holds links.
pub struct LabeledFrame<'a> {
    frame: SvgFrame<'a>,
    attributes: String,
}

impl LabeledFrame<'_> {
    pub fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        SvgFrame { attributes: &self.attributes, ..self.frame }.wrap(drawing, links, texts)
    }
}

impl<'a> SvgFrame<'a> {
    /// Names the frame by `<id>-t` and describes it by `<id>-s`; `data` are further attributes.
    pub fn labeled(self, data: &str) -> LabeledFrame<'a> {
        let id = sanitize::markup(self.id);
        let attributes =
            format!(r#" role="group" aria-labelledby="{id}-t" aria-describedby="{id}-s"{data}"#);
        LabeledFrame { frame: self, attributes }
    }

    pub fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        let Self { id, height, attributes, .. } = self;
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
pub fn label_texts(labels: &[Label], height: i32) -> String {
    let mut out = String::with_capacity(labels.len() * 80);
    for label in labels {
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
pub fn note_symbols(input: &TrendInput<'_>, scene: &ChartLayout) -> String {
    let mut out = String::new();
    let floor = ABOVE + scene.height;
    if !scene.failed_runs.is_empty() {
        out.push_str(r#"<text class="x" x=""#);
        for (at, x) in scene.failed_runs.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { " " });
            push_percent(&mut out, *x);
        }
        let (letters, y) = ("×".repeat(scene.failed_runs.len()), floor - 1);
        let _ = write!(out, r#"" y="{y}">{letters}</text>"#);
    }
    for (x, note, kind) in &scene.notes {
        let note = &input.notes[*note];
        let (mark, above) = kind.symbol();
        push_start(&mut out, r#" class="an""#, *x, floor - above);
        out.push('>');
        out.push_str(mark);
        let title = format!("{}: {}", text::date(note.time), record::shorten(&note.text, 80));
        push_title(&mut out, &title);
        out.push_str("</text>");
    }
    out
}

/// The columns that carry titles and links, over everything else.
fn link_columns(input: &TrendInput<'_>, scene: &ChartLayout, count: i32) -> String {
    let rows: Vec<(i32, usize)> =
        scene.positions.iter().map(|x| column_of(*x, count)).zip(0..).collect();
    let mut out = String::with_capacity(MAX_CHART_BYTES);
    let mut words = String::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let (column, first) = group[0];
        words.clear();
        push_runs_title(&mut words, input, scene, &scene.rows[first..first + group.len()]);
        let href = input.links.run(scene.rows[first].run, group.len() == 1);
        if let Some(href) = &href {
            out.push_str(r#"<a href=""#);
            sanitize::push_markup(&mut out, href);
            out.push_str(r#"" tabindex="-1">"#);
        } else {
            out.push_str(r#"<g class="c">"#);
        }
        push_column(&mut out, (column, count), scene.height, &words);
        out.push_str(if href.is_some() { "</a>" } else { "</g>" });
    }
    out
}

/// An invisible column, one of `count`, with its title.
pub fn push_column(out: &mut String, (column, count): (i32, i32), height: i32, title: &str) {
    let (from, to) = (column * WIDTH / count, (column + 1) * WIDTH / count);
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
    scene: &ChartLayout,
    rows: &[rows::ChartRow],
) {
    let [first, .., last] = rows else {
        return rows.iter().for_each(|row| push_run_title(out, input, scene, row));
    };
    let time = |row: &rows::ChartRow| input.series.runs[row.run].time;
    text::push_date_span(out, time(first), time(last));
    out.push_str(": ");
    out.push_str(&text::count_noun(rows.len() as u64, "run"));
    let values = || rows.iter().filter_map(|row| row.value);
    if let Some((low, high)) = values().reduce(f64::min).zip(values().reduce(f64::max)) {
        out.push_str(", ");
        out.push_str(&scene.scale.range(low, high));
    }
    let failed = rows.len() - values().count();
    if failed > 0 {
        let _ = write!(out, ", {failed} failed");
    }
}

fn push_run_title(
    out: &mut String,
    input: &TrendInput<'_>,
    scene: &ChartLayout,
    row: &rows::ChartRow,
) {
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
    scene.scale.push_quantity(out, value);
    if let Some(std) = run.std.get() {
        out.push(' ');
        text::push_spread(out, std, &scene.scale);
    }
    out.push_str(match (row.flags.infrastructure, row.flags.is_outlier) {
        (true, _) => ", infrastructure anomaly",
        (_, true) => ", outlier",
        _ => "",
    });
}
