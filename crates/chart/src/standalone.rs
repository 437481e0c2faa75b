//! The writer of complete `.svg` files: fixed size, its own styles, light and dark by media query,
//! with title and description, and no link, since it is shown in `<img>`.
//!
//! Well-formed for any name: text is escaped, characters that XML forbids are replaced.

use crate::describe;
use crate::grid::WIDTH;
use crate::input::{NoteKind, TrendInput};
use crate::labels::{Anchor, Label, LabelRow, Tone};
use crate::layout::ChartLayout;
use crate::markup::paths;
use crate::palette::{self, DARK, LIGHT, Theme};
use model::text;
use model::text::xml::XmlText;
use model::{escaped, record};

/// Size of the file's drawing, and where the plot starts in it.
const SIZE: (i32, i32) = (720, 260);
const LEFT: i32 = 4;
const TOP: i32 = 32;

/// The whole file.
pub(crate) fn svg_file(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let (width, height) = SIZE;
    let name = name(input);
    let drawing = paths(&layout.layers, |(x, y)| (to_file_x(x), y));
    let mut out = XmlText::with_capacity(4096 + drawing.len());
    out.push(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    out.push(width).push(" ").push(height).push(r#"" width=""#).push(width);
    out.push(r#"" height=""#).push(height);
    out.push(r#"" role="img" aria-labelledby="t d"><title id="t">"#);
    out.push_text(&format!("{name}. {}", describe::caption(input, layout)));
    out.push(r#"</title><desc id="d">"#).push_text(&describe::paragraph(input, layout));
    out.push("</desc><style>").push(style(input.slot)).push(r#"</style><rect class="bg" width=""#);
    out.push(width).push(r#"" height=""#).push(height).push(r#""/><text class="hd" x="4" y="14">"#);
    out.push_text(&heading(&name, input)).push(r#"</text><g transform="translate("#);
    out.push(LEFT).push(" ").push(TOP).push(r#")">"#).push(drawing);
    layout.labels.iter().for_each(|label| push_label(&mut out, label, layout));
    push_symbols(&mut out, layout);
    out.push("</g></svg>");
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
    let plot = SIZE.0 - 2 * LEFT;
    (x * plot + WIDTH / 2) / WIDTH
}

fn push_label(out: &mut XmlText, label: &Label, layout: &ChartLayout) {
    let y = match label.row {
        LabelRow::Above => -4,
        LabelRow::At(y) => y,
        LabelRow::Ticks => layout.height + 12,
        LabelRow::UnderTicks => layout.height + 23,
    };
    out.push(match label.tone {
        Tone::Muted | Tone::Slot(_) => r#"<text x=""#,
        Tone::Regression => r#"<text class="wt" x=""#,
        Tone::Improvement => r#"<text class="kt" x=""#,
    });
    out.push(to_file_x(label.x) + label.shift);
    out.push(r#"" y=""#);
    out.push(y);
    out.push(match label.anchor {
        Anchor::Start => r#"">"#,
        Anchor::Middle => r#"" text-anchor="middle">"#,
        Anchor::End => r#"" text-anchor="end">"#,
    });
    out.push_text(&label.text);
    out.push_text(&label.wide_suffix);
    out.push("</text>");
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
/// the light file.
fn style(slot: u8) -> XmlText {
    let rules = concat!(
        "text{font:12px system-ui,sans-serif;paint-order:stroke;stroke-width:3px;",
        "stroke-linejoin:round}path{fill:none}.hd,.wt,.kt{font-weight:600}",
        ".x{font-size:15px;font-weight:700}.x,.an{text-anchor:middle}",
        ".d{stroke-width:4;stroke-linecap:round;opacity:.55}.hl{opacity:.35}",
        ".mm{stroke-width:3;opacity:.5}.m{stroke-width:2;stroke-linejoin:round}",
        ".b{opacity:.2}.lim{stroke-dasharray:6 4}.ev{stroke-width:1.5}",
        ".ev.n,.ev.a{stroke-dasharray:8 3}",
        ".rc{stroke-dasharray:2 4;stroke-width:1.5}.gp{stroke-width:2}",
        ".o{stroke-width:7;stroke-linecap:square}.oi{stroke-width:4;stroke-linecap:square}",
        ".cl{stroke-width:7;stroke-linecap:square}",
        ".f{stroke-width:8;stroke-linecap:round}.fi{stroke-width:5;stroke-linecap:round}"
    );
    // Its own copy of the stylesheet's rules: a file in an `<img>` sees nothing of its page.
    let light = colors(&LIGHT, slot);
    let dark = colors(&DARK, slot);
    escaped![rules, light, "@media(prefers-color-scheme:dark){", dark, "}"]
}

fn colors(theme: &Theme, slot: u8) -> XmlText {
    let Theme { page, text, muted, grid, regression, improvement, .. } = *theme;
    let line = theme.slots[usize::from(palette::slot(slot)) - 1];
    let mut out = XmlText::with_capacity(512);
    out.push(".bg{fill:").push(page).push("}text{fill:").push(muted).push(";stroke:").push(page);
    out.push("}.hd,.x{fill:").push(text).push("}.g{stroke:").push(grid);
    out.push("}.b{fill:").push(line).push("}.d,.hl,.mm,.m,.o,.f,.cl{stroke:").push(line);
    out.push("}.oi,.fi{stroke:").push(page).push("}.lim,.w{stroke:").push(regression);
    out.push("}.wt{fill:").push(regression).push("}.k{stroke:").push(improvement);
    out.push("}.kt{fill:").push(improvement).push("}.rc,.gp,.n{stroke:").push(muted).push("}");
    out
}
