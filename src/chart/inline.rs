//! The writer for pages: an outer `<svg>` without `viewBox` carries the texts at percent
//! positions, a nested one carries the paths and stretches. Text stays 12 px and dots stay round
//! at any width, without a script.
//!
//! Classes and presentation attributes only, so a policy without inline styles lets it through.

use std::fmt::Write;

use crate::chart::columns::column_of;
use crate::chart::labels::{Anchor, Label, Row, Tone};
use crate::chart::markup::paths;
use crate::chart::scene::{Scene, WIDTH};
use crate::chart::{MOST_BYTES, Size, Span, TrendInput, palette};
use crate::record;
use crate::text::{self, harmless};

/// Pixels above the plot, for the labels of events.
const ABOVE: i32 = 14;
/// Pixels below it, for two lines of labels.
const BELOW: i32 = 30;
/// Up to this many runs have larger dots.
const FEW: usize = 60;
/// Link columns, most first: fewer where the chart would be larger than its budget. 48 columns are
/// 15 px each on a plot of 720 px.
const LINK_COLUMNS: [i32; 5] = [48, 36, 24, 16, 8];

/// The drawing of a trend.
pub(crate) fn trend(input: &TrendInput<'_>, scene: &Scene, size: Size) -> String {
    let frame = Frame {
        id: input.id,
        slot: input.slot,
        height: scene.height,
        attributes: "",
        few: scene.rows.len() <= FEW,
    };
    let frame = frame.labelled(&axis_data(input, scene));
    let mut texts: String = scene.labels.iter().map(|label| text(label, scene.height)).collect();
    texts.push_str(&symbols(input, scene));
    let drawing = paths(&scene.marks, |point| point);
    let bare = frame.wrap(&drawing, "", &texts);
    let most = if size == Size::Full { 0 } else { 2 };
    let room = MOST_BYTES.saturating_sub(bare.len());
    let links = LINK_COLUMNS[most..]
        .iter()
        .map(|count| links(input, scene, *count))
        .find(|links| links.len() <= room)
        .unwrap_or_default();
    frame.wrap(&drawing, &links, &texts)
}

/// What the script needs to place a run: `data-x` is the kind of axis and its first and last run
/// (microseconds or index), which lie [`crate::chart::scene::INSET`] grid units inside the plot's
/// ends; `data-y` is the values at its bottom and top, in base units.
fn axis_data(input: &TrendInput<'_>, scene: &Scene) -> String {
    let (low, high) = scene.up.ends();
    let kind = if input.span == Span::Time { "time" } else { "order" };
    let (Some(first), Some(last)) = (scene.rows.first(), scene.rows.last()) else {
        return String::new();
    };
    let (from, to) = (first.at, last.at);
    format!(r#" data-x="{kind} {from} {to}" data-y="{low:e} {high:e}""#)
}

/// The frame that every inline chart shares.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) id: &'a str,
    pub(crate) slot: u8,
    pub(crate) height: i32,
    /// What the outer element says of itself, each attribute after a space.
    pub(crate) attributes: &'a str,
    /// So few runs that their dots may be larger.
    pub(crate) few: bool,
}

/// A frame that a caption and a description on the page name: a group, since it holds links.
pub(crate) struct Labelled<'a> {
    frame: Frame<'a>,
    attributes: String,
}

impl Labelled<'_> {
    pub(crate) fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        Frame { attributes: &self.attributes, ..self.frame }.wrap(drawing, links, texts)
    }
}

impl<'a> Frame<'a> {
    /// Names the frame by `<id>-t` and describes it by `<id>-s`; `data` are further attributes.
    pub(crate) fn labelled(self, data: &str) -> Labelled<'a> {
        let id = harmless::markup(self.id);
        let attributes =
            format!(r#" role="group" aria-labelledby="{id}-t" aria-describedby="{id}-s"{data}"#);
        Labelled { frame: self, attributes }
    }

    pub(crate) fn wrap(&self, drawing: &str, links: &str, texts: &str) -> String {
        let Self { id, height, attributes, .. } = self;
        let few = if self.few { " few" } else { "" };
        let (id, slot) = (harmless::markup(id), palette::slot(self.slot));
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
pub(crate) fn percent(x: i32) -> String {
    if x % 10 == 0 { format!("{}%", x / 10) } else { format!("{}.{}%", x / 10, (x % 10).abs()) }
}

/// One label as a `<text>`, within its link where it has one.
pub(crate) fn text(label: &Label, height: i32) -> String {
    let y = match label.row {
        Row::Above => ABOVE - 4,
        Row::At(y) => ABOVE + y,
        Row::Ticks => ABOVE + height + 16,
        Row::Under => ABOVE + height + 28,
    };
    let mut classes: Vec<String> = Vec::new();
    match label.tone {
        Tone::Muted => {}
        Tone::Worse => classes.push("w".to_owned()),
        Tone::Better => classes.push("k".to_owned()),
        Tone::Slot(slot) => classes.push(format!("t s{}", palette::slot(slot))),
    }
    if label.wide_only {
        classes.push("h".to_owned());
    }
    let mut attributes = String::new();
    if !classes.is_empty() {
        let _ = write!(attributes, r#" class="{}""#, classes.join(" "));
    }
    match label.anchor {
        Anchor::Start => {}
        Anchor::Middle => attributes.push_str(r#" text-anchor="middle""#),
        Anchor::End => attributes.push_str(r#" text-anchor="end""#),
    }
    if label.shift != 0 {
        let _ = write!(attributes, r#" dx="{}""#, label.shift);
    }
    let title = label
        .title
        .as_deref()
        .map_or(String::new(), |title| format!("<title>{}</title>", harmless::markup(title)));
    let more = match label.more.as_str() {
        "" => String::new(),
        more => format!(r#"<tspan class="h">{}</tspan>"#, harmless::markup(more)),
    };
    let x = percent(label.x);
    let words = harmless::markup(&label.text);
    let text = format!(r#"<text x="{x}" y="{y}"{attributes}>{words}{more}{title}</text>"#);
    match &label.href {
        Some(href) => format!(r#"<a href="{}" tabindex="-1">{text}</a>"#, harmless::markup(href)),
        None => text,
    }
}

/// Failed runs as one text whose letters have a place each; remarks one by one, with their text.
pub(crate) fn symbols(input: &TrendInput<'_>, scene: &Scene) -> String {
    let mut out = String::new();
    let floor = ABOVE + scene.height;
    if !scene.failed.is_empty() {
        let places: Vec<String> = scene.failed.iter().map(|x| percent(*x)).collect();
        let letters = "×".repeat(places.len());
        let (places, y) = (places.join(" "), floor - 1);
        let _ = write!(out, r#"<text class="x" x="{places}" y="{y}">{letters}</text>"#);
    }
    for (x, note, kind) in &scene.notes {
        let note = &input.notes[*note];
        let (mark, above) = kind.mark();
        let (x, y) = (percent(*x), floor - above);
        let title = format!("{}: {}", text::date(note.time), record::shorten(&note.text, 80));
        let title = harmless::markup(&title);
        let _ =
            write!(out, r#"<text class="an" x="{x}" y="{y}">{mark}<title>{title}</title></text>"#);
    }
    out
}

/// The columns that carry titles and links, over everything else.
fn links(input: &TrendInput<'_>, scene: &Scene, count: i32) -> String {
    let mut out = String::new();
    let rows: Vec<(i32, usize)> =
        scene.places.iter().map(|x| column_of(*x, count)).zip(0..).collect();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let column = group[0].0;
        let (from, to) = (column * WIDTH / count, (column + 1) * WIDTH / count);
        let runs: Vec<usize> = group.iter().map(|(_, row)| *row).collect();
        let title = harmless::markup(&title(input, scene, &runs));
        let path = format!(r#"<path d="m{from} 0v{}h{}V0"/>"#, scene.height, to - from);
        match input.links.run(scene.rows[runs[0]].run, runs.len() == 1) {
            Some(href) => {
                let href = harmless::markup(&href);
                let _ = write!(
                    out,
                    r#"<a href="{href}" tabindex="-1">{path}<title>{title}</title></a>"#
                );
            }
            None => {
                let _ = write!(out, r#"<g class="c">{path}<title>{title}</title></g>"#);
            }
        }
    }
    out
}

/// `18–20 Sep 2025: 4 runs, 92.1–96.2 µs`, or one run with its commit and its own spread.
fn title(input: &TrendInput<'_>, scene: &Scene, rows: &[usize]) -> String {
    let run = |row: &usize| &input.series.runs[scene.rows[*row].run];
    let (first, last) = (run(&rows[0]), run(rows.last().unwrap_or(&rows[0])));
    let when = text::date_span(first.time, last.time);
    if rows.len() == 1 {
        let at = usize::try_from(first.commit.0).unwrap_or(usize::MAX);
        let commit = input
            .commits
            .get(at)
            .map_or(String::new(), |commit| format!(", {}", text::commit(&commit.id)));
        let spread = match first.std {
            Some(std) => format!(" {}", text::spread(std, &scene.scale)),
            None => String::new(),
        };
        let flags = scene.rows[rows[0]].flags;
        let outlier = match (flags.infrastructure, flags.outlier) {
            (true, _) => ", infrastructure day",
            (_, true) => ", outlier",
            _ => "",
        };
        return match scene.rows[rows[0]].value {
            Some(value) => {
                format!("{when}{commit}: {}{spread}{outlier}", scene.scale.quantity(value))
            }
            None => {
                let error = record::shorten(first.error().unwrap_or("no reason given"), 60);
                format!("{when}{commit}: failed, {error}")
            }
        };
    }
    let values: Vec<f64> = rows.iter().filter_map(|row| scene.rows[*row].value).collect();
    let low = values.iter().copied().reduce(f64::min);
    let high = values.iter().copied().reduce(f64::max);
    let failed = rows.len() - values.len();
    let mut parts = vec![format!("{when}: {}", text::counted(rows.len() as u64, "run"))];
    if let Some((low, high)) = low.zip(high) {
        parts.push(scene.scale.range(low, high));
    }
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    parts.join(", ")
}
