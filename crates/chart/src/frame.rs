//! A chart as a grid of four drawings: lane, field, gutter and axis share one column, so that text
//! stays 12 px while the paths of the field stretch.
//!
//! ```text
//! <div class="ch">
//!   <svg class="ln">  flags of changes         ▏Sep 13 ▼ −14.9%
//!   <svg class="fd">  paths, 1,000 units wide  ──•──•──•──    <svg class="gt">  119 µs
//!   <svg class="ax">  dates and gaps            Aug    Sep
//! </div>
//! ```
//!
//! Classes and presentation attributes only, so a policy without inline styles lets it through.

use std::collections::BTreeMap;

use crate::backend::Tone;
use crate::grid::WIDTH;
use crate::markup::push_percent;
use crate::place::{
    self, Anchor, FIELD_WIDTHS, FLAG_DISTANCE, GutterLabel, GutterRole, NARROW_FIELD_WIDTHS,
    Placed, TextSpot,
};
use model::text::xml::XmlText;

/// Pixels of a row of the lane, of the axis, and of a row of notes under it.
const LANE_ROW: i32 = 18;
const AXIS: i32 = 20;
const NOTE_ROW: i32 = 15;
/// Classes of the sets of texts, in the order of [`FIELD_WIDTHS`].
const SETS: [&str; 3] = ["bn", "bm", "bw"];

/// A text in the lane, with a line down to the field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    /// Grid units across.
    pub(crate) x: i32,
    pub(crate) text: String,
    pub(crate) tone: FlagTone,
    pub(crate) href: Option<String>,
}

/// What a flag's color says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagTone {
    Of(Tone),
    /// A new runner or a new version of the benchmark.
    Runner,
}

impl FlagTone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Of(Tone::Neutral) => "",
            Self::Of(Tone::Worse) => "w",
            Self::Of(Tone::Better) => "k",
            Self::Runner => "r",
        }
    }
}

/// A text below the field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AxisText {
    /// Grid units across.
    pub(crate) x: i32,
    pub(crate) text: String,
}

/// Everything around a field. Flags, ticks and notes come most important first.
pub(crate) struct ChartFrame {
    pub(crate) height: i32,
    pub(crate) flags: Vec<Flag>,
    pub(crate) lane_rows: i32,
    pub(crate) gutter: Vec<GutterLabel>,
    /// Room for names in the gutter.
    pub(crate) wide_gutter: bool,
    pub(crate) tone: Tone,
    pub(crate) ticks: Vec<AxisText>,
    pub(crate) notes: Vec<AxisText>,
    /// Marks on the floor of the field that must not stretch, as `<text>` elements above the axis.
    pub(crate) symbols: XmlText,
}

/// Placed texts, each with the sets that show it: a bit for each of [`SETS`].
type PlacedSets = BTreeMap<(usize, i32, i32), (Placed, u8)>;

fn place_in_sets(widths: [i32; 3], place: impl Fn(i32) -> Vec<Placed>) -> PlacedSets {
    let mut sets = PlacedSets::new();
    // What stands alike in several sets is written once: most flags and ticks do.
    for (bit, width) in widths.into_iter().enumerate() {
        for placed in place(width) {
            let key = (placed.index, placed.row, placed.anchor as i32);
            sets.entry(key).or_insert((placed, 0)).1 |= 1 << bit;
        }
    }
    sets
}

pub(crate) fn flag_candidates(flags: &[Flag]) -> Vec<TextSpot<'_>> {
    flags.iter().map(|flag| TextSpot { x: flag.x, text: &flag.text }).collect()
}

pub(crate) fn axis_candidates(texts: &[AxisText]) -> Vec<TextSpot<'_>> {
    texts.iter().map(|text| TextSpot { x: text.x, text: &text.text }).collect()
}

impl ChartFrame {
    /// The chart as one picture, whose parts nobody reads: `attributes` are those of its outermost
    /// element, `field` the paths.
    pub(crate) fn wrap(&self, attributes: &XmlText, field: &XmlText) -> XmlText {
        self.wrap_parts(attributes, "", field)
    }

    /// The chart as a group that holds links.
    pub(crate) fn wrap_group(&self, attributes: &XmlText, field: &XmlText) -> XmlText {
        self.wrap_parts(attributes, r#" aria-hidden="true""#, field)
    }

    fn wrap_parts(&self, attributes: &XmlText, hidden: &'static str, field: &XmlText) -> XmlText {
        let mut out = XmlText::with_capacity(2048 + field.len());
        out.push(if self.wide_gutter { r#"<div class="ch wg""# } else { r#"<div class="ch""# });
        out.push(attributes).push(">");
        self.push_lane(&mut out, hidden);
        push_svg(&mut out, "fd", self.height, hidden);
        out.push(r#" viewBox="0 0 "#).push(WIDTH).push(" ").push(self.height);
        out.push(r#"" preserveAspectRatio="none">"#).push(field).push("</svg>");
        if !self.gutter.is_empty() {
            self.push_gutter(&mut out, hidden);
        }
        self.push_axis(&mut out, hidden);
        out.push("</div>");
        out
    }

    fn field_widths(&self) -> [i32; 3] {
        if self.wide_gutter { NARROW_FIELD_WIDTHS } else { FIELD_WIDTHS }
    }

    fn push_lane(&self, out: &mut XmlText, hidden: &'static str) {
        let flags = flag_candidates(&self.flags);
        let sets = place_in_sets(self.field_widths(), |width| {
            place::place_flags(&flags, width, self.lane_rows)
        });
        let Some(rows) = sets.values().map(|(placed, _)| placed.row + 1).max() else { return };
        let height = rows * LANE_ROW + 2;
        push_svg(out, "ln", height, hidden);
        out.push(">");
        for (placed, sets) in sets.values() {
            let flag = &self.flags[placed.index];
            out.push("<g");
            push_classes(out, flag.tone.class(), *sets);
            out.push(">");
            let top = height - (placed.row + 1) * LANE_ROW + 1;
            out.push(r#"<line x1=""#);
            push_percent(out, flag.x);
            out.push(r#"" x2=""#);
            push_percent(out, flag.x);
            out.push(r#"" y1=""#).push(top).push(r#"" y2=""#).push(height).push(r#""/>"#);
            // Out of the order of the tab key: the page lists the same links below its charts.
            if let Some(href) = &flag.href {
                out.push(r#"<a href=""#).push_text(href).push(r#"" tabindex="-1">"#);
            }
            push_text(out, "", flag.x, top + 11);
            out.push(match placed.anchor {
                Anchor::End => r#" text-anchor="end" dx="-"#,
                _ => r#" dx=""#,
            });
            out.push(FLAG_DISTANCE).push(r#"">"#).push_text(&flag.text);
            out.push("</text>").push(if flag.href.is_some() { "</a></g>" } else { "</g>" });
        }
        out.push("</svg>");
    }

    fn push_gutter(&self, out: &mut XmlText, hidden: &'static str) {
        push_svg(out, "gt", self.height, hidden);
        out.push(">");
        for label in &self.gutter {
            if let Some(href) = &label.href {
                out.push(r#"<a href=""#).push_text(href).push(r#"" tabindex="-1">"#);
            }
            let is_now = label.role == GutterRole::Now;
            // The stylesheet moves them away from the field.
            out.push(r#"<text y=""#).push(label.y + if is_now { 5 } else { 4 });
            match (label.role, self.tone) {
                (GutterRole::Now, Tone::Neutral) => out.push(r#"" class="now">"#),
                (GutterRole::Now, Tone::Worse) => out.push(r#"" class="now w">"#),
                (GutterRole::Now, Tone::Better) => out.push(r#"" class="now k">"#),
                (GutterRole::Line(slot), _) => {
                    out.push(r#"" class="t s"#).push(i32::from(slot)).push(r#"">"#)
                }
                _ => out.push(r#"">"#),
            };
            out.push_text(&label.text).push("</text>");
            out.push(if label.href.is_some() { "</a>" } else { "" });
        }
        out.push("</svg>");
    }

    fn push_axis(&self, out: &mut XmlText, hidden: &'static str) {
        let (ticks, notes) = (axis_candidates(&self.ticks), axis_candidates(&self.notes));
        let ticks =
            place_in_sets(self.field_widths(), |width| place::place_ticks(&ticks, width, 1));
        let notes =
            place_in_sets(self.field_widths(), |width| place::place_ticks(&notes, width, 2));
        let rows = notes.values().map(|(placed, _)| placed.row + 1).max().unwrap_or(0);
        if ticks.is_empty() && notes.is_empty() && self.symbols.is_empty() {
            return;
        }
        push_svg(out, "ax", AXIS + NOTE_ROW * rows, hidden);
        out.push(">").push(&self.symbols);
        let of = |texts: &'_ [AxisText], sets: PlacedSets, first: i32, out: &mut XmlText| {
            for (placed, sets) in sets.values() {
                let text = &texts[placed.index];
                out.push(r#"<text x=""#);
                push_percent(out, text.x);
                out.push(r#"""#);
                // The stylesheet knows where most texts stand: in the middle of the first row.
                if first + placed.row > 0 {
                    out.push(r#" y=""#).push(14 + (first + placed.row) * NOTE_ROW).push(r#"""#);
                }
                let anchor = match placed.anchor {
                    Anchor::Start => "s",
                    Anchor::Middle => "",
                    Anchor::End => "e",
                };
                push_classes(out, anchor, *sets);
                out.push(">").push_text(&text.text).push("</text>");
            }
        };
        of(&self.ticks, ticks, 0, out);
        of(&self.notes, notes, 1, out);
        out.push("</svg>");
    }
}

/// The start of one of the drawings; its width is the column's.
fn push_svg(out: &mut XmlText, class: &'static str, height: i32, hidden: &'static str) {
    out.push(r#"<svg class=""#).push(class).push(r#"" height=""#).push(height).push(r#"""#);
    out.push(hidden);
}

/// A `<text>` up to the place it stands at; more attributes may follow.
pub(crate) fn push_text(out: &mut XmlText, class: &'static str, x: i32, y: i32) {
    out.push("<text").push(class).push(r#" x=""#);
    push_percent(out, x);
    out.push(r#"" y=""#).push(y).push(r#"""#);
}

/// The class attribute of a text: its tone or anchor, and the sets that show it unless all do.
fn push_classes(out: &mut XmlText, tone: &'static str, sets: u8) {
    let all = (1 << SETS.len()) - 1;
    let names = SETS.iter().enumerate().filter(|(bit, _)| sets != all && sets & (1 << bit) != 0);
    let names = (!tone.is_empty()).then_some(tone).into_iter().chain(names.map(|(_, name)| *name));
    for (at, name) in names.clone().enumerate() {
        out.push(if at == 0 { r#" class=""# } else { " " }).push(name);
    }
    if names.count() > 0 {
        out.push(r#"""#);
    }
}
