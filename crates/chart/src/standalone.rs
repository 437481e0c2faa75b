//! The writer of complete `.svg` files: fixed size, its own styles, light and dark by media query,
//! with title and description, and no link, since it is shown in `<img>`.
//!
//! Well-formed for any name: text is escaped, characters that XML forbids are replaced.

use std::fmt::Write;

use crate::describe;
use crate::grid::WIDTH;
use crate::input::{NoteKind, TrendInput};
use crate::labels::{Anchor, Label, LabelRow, Tone};
use crate::layout::ChartLayout;
use crate::markup::paths;
use crate::palette::{self, DARK, LIGHT, Theme};
use model::record;
use model::text::digits::push_integer;
use model::text::{self, sanitize};

/// Size of the file's drawing, and where the plot starts in it.
const SIZE: (i32, i32) = (720, 260);
const LEFT: i32 = 4;
const TOP: i32 = 32;

/// The whole file.
pub(crate) fn svg_file(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let (width, height) = SIZE;
    let name = name(input);
    let title = sanitize::markup(&format!("{name}. {}", describe::caption(input, layout)));
    let description = sanitize::markup(&describe::paragraph(input, layout));
    let heading = sanitize::markup(&heading(&name, input));
    let drawing = paths(&layout.layers, |(x, y)| (to_file_x(x), y));
    let mut texts = String::with_capacity(layout.labels.len() * 64);
    layout.labels.iter().for_each(|label| push_label(&mut texts, label, layout));
    push_symbols(&mut texts, layout);
    let style = style(input.slot);
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" "#,
            r#"height="{h}" role="img" aria-labelledby="t d"><title id="t">{title}</title>"#,
            r#"<desc id="d">{description}</desc><style>{style}</style>"#,
            r#"<rect class="bg" width="{w}" height="{h}"/><text class="hd" x="4" y="14">{heading}"#,
            r#"</text><g transform="translate({left} {top})">{drawing}{texts}</g></svg>"#
        ),
        w = width,
        h = height,
        title = title,
        description = description,
        style = style,
        heading = heading,
        left = LEFT,
        top = TOP,
        drawing = drawing,
        texts = texts,
    )
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

fn push_label(out: &mut String, label: &Label, layout: &ChartLayout) {
    let y = match label.row {
        LabelRow::Above => -4,
        LabelRow::At(y) => y,
        LabelRow::Ticks => layout.height + 12,
        LabelRow::UnderTicks => layout.height + 23,
    };
    out.push_str(match label.tone {
        Tone::Muted | Tone::Slot(_) => r#"<text x=""#,
        Tone::Regression => r#"<text class="wt" x=""#,
        Tone::Improvement => r#"<text class="kt" x=""#,
    });
    push_integer(out, to_file_x(label.x) + label.shift);
    out.push_str(r#"" y=""#);
    push_integer(out, y);
    out.push_str(match label.anchor {
        Anchor::Start => r#"">"#,
        Anchor::Middle => r#"" text-anchor="middle">"#,
        Anchor::End => r#"" text-anchor="end">"#,
    });
    sanitize::push_markup(out, &label.text);
    sanitize::push_markup(out, &label.wide_suffix);
    out.push_str("</text>");
}

fn push_symbols(out: &mut String, layout: &ChartLayout) {
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
        let xs: Vec<String> = places.iter().map(|x| to_file_x(*x).to_string()).collect();
        let (letters, xs, y) = (letter.repeat(xs.len()), xs.join(" "), layout.height - up);
        let _ = write!(out, r#"<text class="{class}" x="{xs}" y="{y}">{letters}</text>"#);
    }
}

/// Light colors, then the same rules with the dark ones: viewers that know no media queries show
/// the light file.
fn style(slot: u8) -> String {
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
    format!("{rules}{light}@media(prefers-color-scheme:dark){{{dark}}}")
}

fn colors(theme: &Theme, slot: u8) -> String {
    let Theme { page, text, muted, grid, regression, improvement, .. } = theme;
    let line = theme.slots[usize::from(palette::slot(slot)) - 1];
    format!(
        concat!(
            ".bg{{fill:{page}}}text{{fill:{muted};stroke:{page}}}.hd,.x{{fill:{text}}}",
            ".g{{stroke:{grid}}}.b{{fill:{line}}}.d,.hl,.mm,.m,.o,.f,.cl{{stroke:{line}}}",
            ".oi,.fi{{stroke:{page}}}.lim,.w{{stroke:{regression}}}.wt{{fill:{regression}}}",
            ".k{{stroke:{improvement}}}.kt{{fill:{improvement}}}.rc,.gp,.n{{stroke:{muted}}}"
        ),
        page = page,
        text = text,
        muted = muted,
        grid = grid,
        regression = regression,
        improvement = improvement,
        line = line,
    )
}
