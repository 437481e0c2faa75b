//! The picture of a page, as a PNG of 1,200 × 630 pixels: what a chat or a social network shows
//! for a link. The name of the site, a headline, a line of details, and below them the card of a
//! series.
//!
//! plotters draws the pixels, with a font that is part of the program: the same bytes on every
//! machine. The shapes are those of [`card`](crate::card), in the light colors of the stylesheet.

use std::collections::BTreeMap;
use std::sync::Once;

use plotters::backend::{BitMapBackend, DrawingBackend, RGBPixel};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, IntoFont, IntoTextStyle, RGBColor,
    ShapeStyle, TextStyle, register_font,
};

use crate::backend::{MarkLayer, MarkRole, Shape, Tone};
use crate::grid::WIDTH as GRID_WIDTH;
use crate::place::{GutterLabel, GutterRole};
use crate::small::{CardParts, CardSize, card_parts};
use detect::Analysis;
use model::series::Series;

/// Pixels across and down, as those who show such pictures ask for.
const WIDTH: u32 = 1200;
const HEIGHT: u32 = 630;

const MARGIN: i32 = 64;
const GUTTER: i32 = 190;
const FIELD_TOP: i32 = 330;
const FIELD_HEIGHT: i32 = 220;
const MAX_HEADLINE_ROWS: usize = 3;

const TEXT: RGBColor = RGBColor(0x16, 0x1b, 0x22);
const MUTED: RGBColor = RGBColor(0x50, 0x5b, 0x67);
const LINE: RGBColor = RGBColor(0xdd, 0xe2, 0xe8);
const RUN: RGBColor = RGBColor(0x45, 0x56, 0x6b);
const LEVEL: RGBColor = RGBColor(0x1c, 0x27, 0x33);
const WORSE: RGBColor = RGBColor(0xb0, 0x2a, 0x0c);
const BETTER: RGBColor = RGBColor(0x00, 0x68, 0x7a);

/// What is written on a picture, not escaped.
#[derive(Clone, Debug)]
pub struct PictureText<'a> {
    pub site: &'a str,
    /// What the page says first; at most three rows are shown.
    pub headline: &'a str,
    /// Smaller, in one row.
    pub details: &'a str,
}

/// The series below the text.
#[derive(Clone, Copy)]
pub struct PictureSeries<'a> {
    pub series: &'a Series,
    pub analysis: &'a Analysis,
    /// The change that the picture is about, by its index in the changes of the analysis.
    pub change: Option<usize>,
}

/// The picture as a PNG.
pub fn picture(text: &PictureText<'_>, series: Option<PictureSeries<'_>>) -> Vec<u8> {
    let mut pixels = vec![0xff; (WIDTH * HEIGHT * 3) as usize];
    {
        let backend =
            BitMapBackend::<RGBPixel>::with_buffer_and_format(&mut pixels, (WIDTH, HEIGHT));
        // The buffer has the size that is named.
        if let Ok(backend) = backend {
            let mut canvas = PixelCanvas { backend };
            canvas.write(text);
            if let Some(of) = series {
                canvas.chart(&card_parts(of.series, of.analysis, of.change, CardSize::Open));
            }
        }
    }
    encoded(&pixels)
}

/// A PNG of the pixels. Sixteen shades of each channel are enough for flat colors and the edges of
/// letters, and so few colors fit a palette, which makes a third of the bytes.
fn encoded(pixels: &[u8]) -> Vec<u8> {
    let mut numbers: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    let mut indices = Vec::with_capacity(pixels.len() / 3);
    for pixel in pixels.chunks_exact(3) {
        let color = [pixel[0], pixel[1], pixel[2]].map(|shade| shade / 16 * 17);
        let next = u8::try_from(numbers.len()).unwrap_or(u8::MAX);
        indices.push(*numbers.entry(color).or_insert(next));
    }
    let mut palette = vec![[0_u8; 3]; numbers.len().min(256)];
    for (color, number) in numbers {
        palette[usize::from(number)] = color;
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::Balanced);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&indices)?;
        writer.finish()
    });
    // Writing to memory does not fail, and the size is right.
    debug_assert!(written.is_ok());
    bytes
}

/// A font of the program.
fn font(size: i32, style: FontStyle) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let fonts: [(FontStyle, &'static [u8]); 2] = [
            (FontStyle::Normal, include_bytes!("../fonts/Sans.ttf")),
            (FontStyle::Bold, include_bytes!("../fonts/Sans-Bold.ttf")),
        ];
        for (style, bytes) in fonts {
            let registered = register_font("sans-serif", style, bytes);
            debug_assert!(registered.is_ok());
        }
    });
    FontDesc::new(FontFamily::SansSerif, f64::from(size), style).transform(FontTransform::None)
}

/// Signs that the font has; another one would be an empty box.
fn printable(text: &str) -> String {
    let known = |c: char| {
        matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}' | '\u{370}'..='\u{3ff}'
            | '\u{400}'..='\u{45f}' | '\u{2010}'..='\u{2026}' | '→' | '−' | '≈' | '≤' | '≥' | '▲'
            | '▼' | '€' | '‰' | '′')
    };
    let sign = |c: char| match c {
        c if known(c) => c,
        c if c.is_whitespace() => ' ',
        _ => '?',
    };
    text.chars().map(sign).collect()
}

fn width_of(text: &str, font: &FontDesc<'_>) -> i32 {
    font.box_size(text).map_or(i32::MAX, |(width, _)| i32::try_from(width).unwrap_or(i32::MAX))
}

/// The words in rows of at most this width; a longer word is a row of its own, and is cut.
fn rows(text: &str, font: &FontDesc<'_>, width: i32, most: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = rows.last().map(|row| format!("{row} {word}"));
        match (joined, rows.last_mut()) {
            (Some(joined), Some(row)) if width_of(&joined, font) <= width => *row = joined,
            _ => rows.push(word.to_owned()),
        }
    }
    let is_cut = rows.len() > most;
    rows.truncate(most);
    let count = rows.len();
    for (at, row) in rows.iter_mut().enumerate() {
        let ending = if is_cut && at + 1 == count { "…" } else { "" };
        if width_of(row, font) > width || !ending.is_empty() {
            let mut cut = row.clone();
            while !cut.is_empty() && width_of(&format!("{cut}…"), font) > width {
                cut.pop();
            }
            *row = format!("{}…", cut.trim_end());
        }
    }
    rows
}

struct PixelCanvas<'a> {
    backend: BitMapBackend<'a>,
}

impl PixelCanvas<'_> {
    fn text(&mut self, text: &str, font: FontDesc<'static>, color: RGBColor, at: (i32, i32)) {
        let style: TextStyle<'_> = font.into_font().into_text_style(&(WIDTH, HEIGHT));
        let drawn = self.backend.draw_text(text, &style.color(&color), at);
        debug_assert!(drawn.is_ok());
    }

    fn write(&mut self, text: &PictureText<'_>) {
        let width = WIDTH.cast_signed() - 2 * MARGIN;
        let small = font(28, FontStyle::Normal);
        let site = rows(&printable(text.site), &small, width, 1);
        let site = site.first().map_or("", String::as_str);
        self.text(site, small, MUTED, (MARGIN, 48));
        let large = font(50, FontStyle::Bold);
        let mut top = 96;
        for row in rows(&printable(text.headline), &large, width, MAX_HEADLINE_ROWS) {
            self.text(&row, large.clone(), TEXT, (MARGIN, top));
            top += 60;
        }
        let medium = font(27, FontStyle::Normal);
        if let Some(row) = rows(&printable(text.details), &medium, width, 1).first() {
            self.text(row, medium, MUTED, (MARGIN, top + 8));
        }
    }

    fn chart(&mut self, card: &CardParts) {
        let height = card.frame.height.max(1);
        let place = |(x, y): (i32, i32)| {
            let width = WIDTH.cast_signed() - 2 * MARGIN - GUTTER;
            (MARGIN + x * width / GRID_WIDTH, FIELD_TOP + y * FIELD_HEIGHT / height)
        };
        for layer in &card.layers {
            self.layer(layer, &place);
        }
        for label in &card.frame.gutter {
            self.gutter(label, card.frame.tone, &place);
        }
        let small = font(22, FontStyle::Normal);
        let mut free = i32::MIN;
        let mut ticks: Vec<_> = card.frame.ticks.iter().collect();
        ticks.sort_by_key(|tick| tick.x);
        for tick in ticks {
            let (x, y) = place((tick.x, height));
            let width = width_of(&tick.text, &small);
            let left = (x - width / 2).max(MARGIN);
            if left > free {
                self.text(&printable(&tick.text), small.clone(), MUTED, (left, y + 14));
                free = left + width + 24;
            }
        }
    }

    /// The value of the newest level, and that of the baseline.
    fn gutter(
        &mut self,
        label: &GutterLabel,
        tone: Tone,
        place: &dyn Fn((i32, i32)) -> (i32, i32),
    ) {
        let (size, style, color) = match label.role {
            GutterRole::Now => (32, FontStyle::Bold, tone_color(tone)),
            GutterRole::Baseline => (24, FontStyle::Normal, MUTED),
            GutterRole::Threshold | GutterRole::Tick | GutterRole::Line(_) => return,
        };
        let (x, y) = place((GRID_WIDTH, label.y));
        self.text(&printable(&label.text), font(size, style), color, (x + 22, y - size / 2));
    }

    fn layer(&mut self, layer: &MarkLayer, place: &dyn Fn((i32, i32)) -> (i32, i32)) {
        let Some((color, share, stroke)) = paint(layer.role) else { return };
        let color = color.mix(share);
        for shape in &layer.shapes {
            let drawn = match shape {
                Shape::Dot(at) => {
                    let style = ShapeStyle::from(color).filled();
                    self.backend.draw_circle(place(*at), stroke, &style, true)
                }
                Shape::Line(points) => {
                    let style = ShapeStyle::from(color).stroke_width(stroke);
                    self.backend.draw_path(points.iter().map(|at| place(*at)), &style)
                }
                Shape::Area(points) => {
                    self.backend.fill_polygon(points.iter().map(|at| place(*at)), &color)
                }
            };
            debug_assert!(drawn.is_ok());
        }
    }
}

fn tone_color(tone: Tone) -> RGBColor {
    match tone {
        Tone::Neutral => LEVEL,
        Tone::Worse => WORSE,
        Tone::Better => BETTER,
    }
}

/// Color, opacity, and the width of a line or the radius of a dot; none for what a picture of this
/// size leaves out.
fn paint(role: MarkRole) -> Option<(RGBColor, f64, u32)> {
    Some(match role {
        MarkRole::Grid => (LINE, 1.0, 2),
        MarkRole::GapBand => (LINE, 0.4, 1),
        MarkRole::Cost => (WORSE, 0.13, 1),
        MarkRole::Run => (RUN, 0.5, 4),
        MarkRole::Density(weight) => (RUN, 0.3 + 0.2 * f64::from(weight), 3),
        MarkRole::Outlier => (RUN, 0.9, 4),
        MarkRole::Baseline => (MUTED, 1.0, 2),
        MarkRole::Threshold => (MUTED, 0.6, 2),
        MarkRole::Change(tone) => (tone_color(tone), 1.0, 2),
        MarkRole::LevelPiece => (LEVEL, 1.0, 5),
        MarkRole::LevelNow(tone) | MarkRole::LevelThen(tone) => (tone_color(tone), 1.0, 8),
        MarkRole::LevelEnd(tone) => (tone_color(tone), 1.0, 11),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_headline_ends_in_the_third_row() {
        let font = font(50, FontStyle::Bold);
        let text = "scan_intervals is 12 % slower ".repeat(20);
        let rows = rows(&text, &font, 1072, MAX_HEADLINE_ROWS);
        assert_eq!(rows.len(), 3);
        assert!(rows[2].ends_with('…') && !rows[1].ends_with('…'), "{rows:?}");
        assert!(rows.iter().all(|row| width_of(row, &font) <= 1072), "{rows:?}");
        let word = "x".repeat(500);
        let rows = super::rows(&word, &font, 1072, 3);
        assert!(rows.len() == 1 && rows[0].ends_with('…'), "{rows:?}");
    }

    #[test]
    fn any_text_gives_a_picture_and_the_same_text_the_same_bytes() {
        for headline in ["", "a", "日本語 <script> \u{202e}", "▲ parse is 12.3% slower"] {
            let text = PictureText { site: "engine", headline, details: "since 1 May" };
            let bytes = picture(&text, None);
            assert!(bytes.len() < 30_000, "{headline}: {}", bytes.len());
            assert!(bytes.starts_with(b"\x89PNG\r\n") && bytes == picture(&text, None));
        }
    }
}
