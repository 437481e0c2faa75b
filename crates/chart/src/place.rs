//! Where the texts of a chart stand, so that none covers another or leaves the chart.
//!
//! Flags stand in the lane above the field, ticks and notes of gaps below it, values in the gutter
//! beside it: no text is inside the field. The width of a field is known to the page alone, so
//! flags and ticks are placed for three widths ([`FIELD_WIDTHS`]), and the stylesheet shows the
//! set for the widest one that fits. Within a set the texts only move apart as the field grows.
//!
//! Of two flags at 300 and 320 on a field of 236 px, the second goes one row up; with a third one
//! there, a fourth is dropped. Candidates come most important first.

use crate::grid::WIDTH;

/// Pixels across a field: on a phone, in a column, and on a whole page.
pub(crate) const FIELD_WIDTHS: [i32; 3] = [236, 496, 836];
/// The same beside a wide gutter, of 128 px.
pub(crate) const NARROW_FIELD_WIDTHS: [i32; 3] = [160, 432, 772];
/// Pixels of the gutter beside the field.
pub(crate) const GUTTER: i32 = 64;
/// Characters that the gutter has room for.
pub(crate) const GUTTER_CHARACTERS: usize = 8;
/// Half pixels of a character: 12 px bold in the lane, 12 px below the field.
const BOLD_CHARACTER: i32 = 15;
const CHARACTER: i32 = 14;
/// Pixels between a flag's line and its text, and between two texts.
pub(crate) const FLAG_DISTANCE: i32 = 5;
const FREE: i32 = 8;
/// Pixels that a line keeps from the text of another flag.
const LINE_FREE: i32 = 3;
/// Pixels that a text below the field may reach into the gutter's column.
const OVERHANG: i32 = 44;
/// Pixels between the middles of two texts of the gutter.
pub(crate) const GUTTER_STEP: i32 = 15;

/// Where a text starts, seen from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One text in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed {
    /// Index among the candidates.
    pub(crate) index: usize,
    /// In the lane, counted from the field up; below the field, from the field down.
    pub(crate) row: i32,
    pub(crate) anchor: Anchor,
}

/// A text that stands at a place across.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextSpot<'a> {
    /// Grid units.
    pub(crate) x: i32,
    pub(crate) text: &'a str,
}

/// Pixels from the left end of the field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) from: i32,
    pub(crate) to: i32,
}

impl Extent {
    fn of_text(x: i32, width: i32, anchor: Anchor) -> Self {
        match anchor {
            Anchor::Start => Self { from: x, to: x + width },
            Anchor::Middle => Self { from: x - width / 2, to: x + (width + 1) / 2 },
            Anchor::End => Self { from: x - width, to: x },
        }
    }

    fn is_clear_of(self, other: Self, free: i32) -> bool {
        self.to + free <= other.from || other.to + free <= self.from
    }

    fn holds(self, x: i32) -> bool {
        (self.from - LINE_FREE..=self.to + LINE_FREE).contains(&x)
    }
}

fn text_width(text: &str, character: i32) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(WIDTH).saturating_mul(character) / 2
}

/// The pixel of a grid place.
pub(crate) fn pixel(x: i32, width: i32) -> i32 {
    (x * width + WIDTH / 2) / WIDTH
}

/// A flag with its line: the text beside it, on one side or the other.
pub(crate) fn flag_extent(flag: &TextSpot<'_>, anchor: Anchor, width: i32) -> Extent {
    let x = pixel(flag.x, width);
    let text = text_width(flag.text, BOLD_CHARACTER) + FLAG_DISTANCE;
    Extent::of_text(x, text, anchor)
}

/// A text below the field.
pub(crate) fn tick_extent(tick: &TextSpot<'_>, anchor: Anchor, width: i32) -> Extent {
    Extent::of_text(pixel(tick.x, width), text_width(tick.text, CHARACTER), anchor)
}

/// The flags that have room in a lane of so many rows over a field of `width` pixels.
pub(crate) fn place_flags(flags: &[TextSpot<'_>], width: i32, rows: i32) -> Vec<Placed> {
    let mut placed: Vec<(Placed, Extent, i32)> = Vec::new();
    for (index, flag) in flags.iter().enumerate() {
        let x = pixel(flag.x, width);
        // Nearest to the field first, and to the right, where a reader goes on from the line.
        let choices = (0..rows).flat_map(|row| [(row, Anchor::Start), (row, Anchor::End)]);
        let free = choices
            .map(|(row, anchor)| (row, anchor, flag_extent(flag, anchor, width)))
            .find(|(row, _, extent)| {
                let inside = extent.from >= 0 && extent.to <= width;
                inside
                    && placed.iter().all(|(other, theirs, their_x)| match other.row {
                        // The line of a flag goes down through the rows below its own.
                        lower if lower < *row => !theirs.holds(x),
                        higher if higher > *row => !extent.holds(*their_x),
                        _ => extent.is_clear_of(*theirs, FREE),
                    })
            });
        if let Some((row, anchor, extent)) = free {
            placed.push((Placed { index, row, anchor }, extent, x));
        }
    }
    placed.into_iter().map(|(placed, ..)| placed).collect()
}

/// The texts that have room in so many rows below a field of `width` pixels.
pub(crate) fn place_ticks(ticks: &[TextSpot<'_>], width: i32, rows: i32) -> Vec<Placed> {
    let mut placed: Vec<(Placed, Extent)> = Vec::new();
    for (index, tick) in ticks.iter().enumerate() {
        let x = pixel(tick.x, width);
        let half = text_width(tick.text, CHARACTER) / 2;
        // Centered, unless it would leave the chart.
        let anchor = match x {
            x if x < half => Anchor::Start,
            x if x + half > width + OVERHANG => Anchor::End,
            _ => Anchor::Middle,
        };
        let extent = tick_extent(tick, anchor, width);
        let free = (0..rows).find(|row| {
            let on_row = placed.iter().filter(|(other, _)| other.row == *row);
            extent.from >= 0
                && on_row.map(|(_, theirs)| theirs).all(|it| it.is_clear_of(extent, FREE))
        });
        if let Some(row) = free {
            placed.push((Placed { index, row, anchor }, extent));
        }
    }
    placed.into_iter().map(|(placed, _)| placed).collect()
}

/// What a text of the gutter is: most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GutterRole {
    /// The name of a line, by its color slot.
    Line(u8),
    Now,
    Threshold,
    Baseline,
    Tick,
}

/// A text of the gutter, with its middle in pixels below the top of the field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GutterLabel {
    pub(crate) role: GutterRole,
    pub(crate) y: i32,
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

impl GutterLabel {
    pub(crate) fn new(role: GutterRole, y: i32, text: String) -> Self {
        Self { role, y, text, href: None }
    }
}

/// The texts of the gutter that have room, moved apart: a tick goes where another text is near, the
/// others move by at most one line.
pub(crate) fn place_gutter(mut labels: Vec<GutterLabel>, height: i32) -> Vec<GutterLabel> {
    // By importance, so that a tick gives way to a level and never the other way round.
    labels.sort_by_key(|label| label.role);
    let mut placed: Vec<GutterLabel> = Vec::new();
    for label in labels {
        let own = label.y.clamp(4, height - 4);
        let moves = match label.role {
            GutterRole::Tick => 0,
            // Right beside the newest level it says nothing new.
            GutterRole::Baseline => GUTTER_STEP / 2,
            _ => GUTTER_STEP,
        };
        let room = (0..=moves)
            .flat_map(|by| [own + by, own - by])
            .filter(|y| (4..=height - 4).contains(y))
            .find(|y| placed.iter().all(|other| (other.y - y).abs() >= GUTTER_STEP));
        if let Some(y) = room {
            placed.push(GutterLabel { y, ..label });
        }
    }
    placed
}
