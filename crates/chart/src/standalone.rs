//! The writer of complete `.svg` files: fixed size, its own styles, light and dark by media query,
//! with title and description, and no link, since it is shown in `<img>`.
//!
//! Well-formed for any name: text is escaped, characters that XML forbids are replaced.

use std::collections::BTreeSet;

use crate::backend::Tone;
use crate::describe;
use crate::frame::{self, FlagTone};
use crate::grid::WIDTH;
use crate::input::{NoteKind, TrendInput};
use crate::layout::ChartLayout;
use crate::markup::paths;
use crate::palette::{DARK, LIGHT, Theme};
use crate::place::{self, Anchor, FLAG_DISTANCE, GUTTER, GutterRole};
use model::record;
use model::text;
use model::text::xml::XmlText;

/// Pixels of the file, of its field, and around that.
const FILE_WIDTH: i32 = 720;
const LEFT: i32 = 8;
const FIELD: i32 = FILE_WIDTH - LEFT - GUTTER;
const HEADING: i32 = 22;
const LANE_ROW: i32 = 18;
const LANE_ROWS: i32 = 3;
const BELOW: i32 = 20;
const NOTE_ROW: i32 = 15;

/// The whole file.
pub(crate) fn svg_file(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let (lane, lane_rows) = lane(layout);
    let (axis, note_rows) = axis(layout);
    let top = HEADING + lane_rows * LANE_ROW + 2;
    let height = top + layout.height + BELOW + note_rows * NOTE_ROW;
    let name = name(input);
    let drawing = paths(&layout.layers, |(x, y)| (to_file_x(x), y));
    let mut body = XmlText::with_capacity(2048 + drawing.len());
    body.push(r#"<rect class="bg" width=""#).push(FILE_WIDTH).push(r#"" height=""#).push(height);
    body.push(r#""/><text class="hd" x="8" y="15">"#).push_text(&heading(&name, input));
    body.push(r#"</text><g transform="translate("#).push(LEFT).push(" ").push(top).push(r#")">"#);
    body.push(r#"<path class="g" d="m0 "#).push(layout.height).push("h").push(FIELD).push(r#""/>"#);
    body.push(drawing).push(lane).push(gutter(layout)).push(axis);
    push_symbols(&mut body, layout);
    let mut out = XmlText::with_capacity(2048 + body.len());
    out.push(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    out.push(FILE_WIDTH).push(" ").push(height).push(r#"" width=""#).push(FILE_WIDTH);
    out.push(r#"" height=""#).push(height);
    out.push(r#"" role="img" aria-labelledby="t d"><title id="t">"#);
    let caption = describe::caption(input, layout);
    out.push_text(&format!("{name}. {caption}. {}", describe::note(input, layout)));
    out.push(r#"</title><desc id="d">"#).push_text(&describe::paragraph(input, layout));
    out.push("</desc><style>").push(style(&body)).push("</style>").push(body).push("</g></svg>");
    out
}

/// `sum, julia, loops, n = 1,000,000`.
fn name(input: &TrendInput<'_>) -> String {
    let key = &input.series.key;
    let size = key.n.map(|n| format!("n = {}", text::count(n)));
    let parallel = key.parallel.then(|| "parallel".to_owned());
    [Some(key.test.clone()), Some(key.backend.clone()), Some(key.mode.clone()), parallel, size]
        .into_iter()
        .flatten()
        .chain([key.params.clone()])
        .filter(|part| !part.is_empty())
        .map(|part| record::shorten(&part, 60).into_owned())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn heading(name: &str, input: &TrendInput<'_>) -> String {
    let direction = describe::direction_phrase(input.series.direction);
    let room = 100_usize.saturating_sub(direction.chars().count());
    format!("{} — {direction}", record::shorten(name, room))
}

/// From the grid to the pixels of the file, rounded. The height needs no such step: both are
/// pixels.
fn to_file_x(x: i32) -> i32 {
    (x * FIELD + WIDTH / 2) / WIDTH
}

fn push_text(out: &mut XmlText, class: &'static str, x: i32, y: i32, anchor: Anchor, text: &str) {
    out.push("<text");
    if !class.is_empty() {
        out.push(r#" class=""#).push(class).push(r#"""#);
    }
    out.push(r#" x=""#).push(x).push(r#"" y=""#).push(y).push(match anchor {
        Anchor::Start => r#"">"#,
        Anchor::Middle => r#"" text-anchor="middle">"#,
        Anchor::End => r#"" text-anchor="end">"#,
    });
    out.push_text(text).push("</text>");
}

/// The flags that fit, above the field, and how many rows they take.
fn lane(layout: &ChartLayout) -> (XmlText, i32) {
    let flags = frame::flag_candidates(&layout.flags);
    let placed = place::place_flags(&flags, FIELD, LANE_ROWS);
    let mut out = XmlText::new();
    for placed in &placed {
        let flag = &layout.flags[placed.index];
        let (x, top) = (to_file_x(flag.x), -(placed.row + 1) * LANE_ROW - 1);
        let (line, text) = match flag.tone {
            FlagTone::Of(Tone::Neutral) => ("ev", "ht"),
            FlagTone::Of(Tone::Worse) => ("ev w", "wt"),
            FlagTone::Of(Tone::Better) => ("ev k", "kt"),
            FlagTone::Runner => ("rc", ""),
        };
        out.push(r#"<path class=""#).push(line).push(r#"" d="m"#).push(x).push(" ").push(top);
        out.push(r#"V0"/>"#);
        let beside = if placed.anchor == Anchor::End { -FLAG_DISTANCE } else { FLAG_DISTANCE };
        push_text(&mut out, text, x + beside, top + 11, placed.anchor, &flag.text);
    }
    (out, placed.iter().map(|placed| placed.row + 1).max().unwrap_or(0))
}

fn gutter(layout: &ChartLayout) -> XmlText {
    let mut out = XmlText::new();
    for label in &layout.gutter {
        let class = match (label.role, layout.tone) {
            (GutterRole::Now, Tone::Neutral) => "ht",
            (GutterRole::Now, Tone::Worse) => "wt",
            (GutterRole::Now, Tone::Better) => "kt",
            _ => "",
        };
        push_text(&mut out, class, FIELD + LEFT, label.y + 4, Anchor::Start, &label.text);
    }
    out
}

/// The ticks and notes that fit, below the field, and how many rows the notes take.
fn axis(layout: &ChartLayout) -> (XmlText, i32) {
    let mut out = XmlText::new();
    let mut rows = 0;
    let texts = [(&layout.ticks, 1, 14), (&layout.gap_notes, 2, 14 + NOTE_ROW)];
    for (texts, max_rows, first) in texts {
        for placed in place::place_ticks(&frame::axis_candidates(texts), FIELD, max_rows) {
            let (text, y) = (&texts[placed.index], first + placed.row * NOTE_ROW);
            if first > 14 {
                rows = rows.max(placed.row + 1);
            }
            let y = layout.height + y;
            push_text(&mut out, "", to_file_x(text.x), y, placed.anchor, &text.text);
        }
    }
    (out, rows)
}

fn push_symbols(out: &mut XmlText, layout: &ChartLayout) {
    let notes = |kind: NoteKind| {
        let of_kind = layout.notes.iter().filter(|note| note.kind == kind);
        let (mark, above) = kind.symbol();
        ("an", mark, of_kind.map(|note| note.x).collect(), above)
    };
    // One text for all marks of a kind: an image has no titles that would need one each.
    for (class, letter, places, up) in
        [("x", "×", layout.failed_runs.clone(), 1), notes(NoteKind::Remark), notes(NoteKind::Tag)]
    {
        if places.is_empty() {
            continue;
        }
        out.push(r#"<text class=""#).push(class).push(r#"" x=""#);
        for (at, x) in places.iter().enumerate() {
            out.push(if at == 0 { "" } else { " " }).push(to_file_x(*x));
        }
        out.push(r#"" y=""#).push(layout.height - up).push(r#"">"#);
        for _ in &places {
            out.push(letter);
        }
        out.push("</text>");
    }
}

/// Light colors, then the same rules with the dark ones: viewers that know no media queries show
/// the light file. Only the rules of what is drawn: all of them are a third of a file.
fn style(body: &str) -> XmlText {
    let rules = concat!(
        "text{font:12px system-ui,sans-serif}path{fill:none}.hd,.ht,.wt,.kt{font-weight:600}",
        ".x{font-size:15px;font-weight:700}.x,.an{text-anchor:middle}",
        ".d{stroke-width:5;stroke-linecap:round;opacity:.5}",
        ".d1{stroke-width:3;stroke-linecap:round;opacity:.38}",
        ".d2{stroke-width:4;stroke-linecap:round;opacity:.55}",
        ".d3{stroke-width:5;stroke-linecap:round;opacity:.78}",
        ".out{stroke-width:7;stroke-linecap:round}.outi{stroke-width:4;stroke-linecap:round}",
        ".inf{stroke-width:8;stroke-linecap:square}.infi{stroke-width:5;stroke-linecap:square}",
        ".pr{stroke-width:6;stroke-linecap:square}.clip{stroke-width:2.5}",
        ".lv{stroke-width:2.5}.lv.now,.lv.w,.lv.k{stroke-width:4}",
        ".end{stroke-width:11;stroke-linecap:round}.cost{fill-opacity:.13}",
        ".base{stroke-width:1.5;stroke-dasharray:2 3}.thr{stroke-width:1.5;stroke-dasharray:7 4}",
        ".rc{stroke-dasharray:2 3}"
    );
    // Its own copy of the stylesheet's rules: a file in an `<img>` sees nothing of its page.
    let classes = body.split("class=\"").skip(1).filter_map(|tag| tag.split('"').next());
    let classes: BTreeSet<&str> = classes.flat_map(|names| names.split(' ')).collect();
    let mut out = XmlText::with_capacity(2048);
    push_rules_of(&classes, rules, &mut out);
    push_rules_of(&classes, &colors(&LIGHT), &mut out);
    out.push("@media(prefers-color-scheme:dark){");
    push_rules_of(&classes, &colors(&DARK), &mut out);
    out.push("}");
    out
}

/// The rules for elements of these classes, and of any class.
fn push_rules_of(classes: &BTreeSet<&str>, rules: &str, out: &mut XmlText) {
    for (selectors, declarations) in rules.split('}').filter_map(|rule| rule.split_once('{')) {
        let has_class =
            |selector: &&str| selector.split('.').skip(1).all(|class| classes.contains(class));
        for (at, selector) in selectors.split(',').filter(has_class).enumerate() {
            out.push(if at == 0 { "" } else { "," }).push_text(selector);
        }
        if selectors.split(',').any(|selector| has_class(&selector)) {
            out.push("{").push_text(declarations).push("}");
        }
    }
}

fn colors(theme: &Theme) -> XmlText {
    let Theme { page, text, muted, grid, regression, improvement, .. } = *theme;
    let runs = theme.slots[0];
    let mut out = XmlText::with_capacity(768);
    out.push(".bg{fill:").push(page).push("}text{fill:").push(muted);
    out.push("}.hd,.ht,.x,.an{fill:").push(text).push("}.g{stroke:").push(grid);
    out.push("}.gap{fill:").push(grid).push(";fill-opacity:.4}.cost{fill:").push(regression);
    out.push("}.d,.d1,.d2,.d3,.out,.inf,.clip{stroke:").push(runs).push("}.pr{stroke:");
    out.push(theme.slots[1]).push("}.outi,.infi{stroke:").push(page);
    out.push("}.lv,.end{stroke:").push(text).push("}.base,.thr,.ev,.rc{stroke:").push(muted);
    out.push("}.w{stroke:").push(regression).push("}.wt{fill:").push(regression);
    out.push("}.k{stroke:").push(improvement).push("}.kt{fill:").push(improvement).push("}");
    out
}
