//! The texts of a chart, in grid numbers: values at their gridlines, times under the floor, changes
//! above the plot, the threshold at its line.
//!
//! Labels never overlap: of two that would, the less important one goes, or hides on narrow
//! screens. `▲ +40%` at 300 and `▲ +20%` at 320 leave the larger change only. The line or mark
//! that a label named stays.

use crate::axis::{Tick, XAxis};
use crate::grid::{GridPoint, WIDTH};
use crate::input::{ChartSpan, TrendInput};
use crate::rows::ChartRow;
use detect::{Change, ChangeKind, ChangeStatus};
use model::record::Direction;
use model::record::time::Timestamp;
use model::text::{self, UnitScale};
use plotters::coord::ranged1d::Ranged;

/// Grid units that a character takes on a page of usual width and on a phone: 12 px bold text at
/// 0.65 em on a plot of 720 and of 340 px. Nothing here knows the font, so this is on the wide
/// side.
const WIDE_CHARACTER: i32 = 11;
const NARROW_CHARACTER: i32 = 23;
/// Ticks across, at most: each label takes about a tenth of a phone's width.
const MAX_TICKS: usize = 6;
/// Changes and runner changes with a label, at most.
const MAX_LABELS: usize = 8;

/// One text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    /// Grid units across.
    pub(crate) x: i32,
    pub(crate) row: LabelRow,
    pub(crate) anchor: Anchor,
    pub(crate) text: String,
    /// More of the text, dropped on narrow screens.
    pub(crate) wide_suffix: String,
    pub(crate) tone: Tone,
    /// Hidden on narrow screens.
    pub(crate) wide_only: bool,
    /// Pixels to the right of `x`.
    pub(crate) shift: i32,
    pub(crate) href: Option<String>,
    pub(crate) title: Option<String>,
}

/// Where a text stands up and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LabelRow {
    /// In the strip above the plot.
    Above,
    /// With its baseline so many grid units below the plot's top.
    At(i32),
    /// First and second line under the floor.
    Ticks,
    UnderTicks,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// What a text's color says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tone {
    Muted,
    Regression,
    Improvement,
    /// In the color of a slot.
    Slot(u8),
}

impl Label {
    pub(crate) fn new(x: i32, row: LabelRow, text: String) -> Self {
        Self {
            x,
            row,
            anchor: Anchor::Start,
            text,
            wide_suffix: String::new(),
            tone: Tone::Muted,
            wide_only: false,
            shift: 0,
            href: None,
            title: None,
        }
    }

    /// Centered on `x`, or starting or ending there where it would stick out of a narrow plot.
    fn centered(mut self) -> Self {
        let half = self.width(NARROW_CHARACTER) / 2;
        self.anchor = match self.x {
            x if x < half => Anchor::Start,
            x if x > WIDTH - half => Anchor::End,
            _ => Anchor::Middle,
        };
        self
    }

    fn width(&self, character: i32) -> i32 {
        let more = if character == WIDE_CHARACTER { self.wide_suffix.chars().count() } else { 0 };
        let count = self.text.chars().count() + more + 1;
        i32::try_from(count).unwrap_or(WIDTH).saturating_mul(character)
    }

    /// Whether it overlaps none of the others that are shown at this width.
    fn fits(&self, others: &[Label], character: i32) -> bool {
        let (from, to) = self.extent(character);
        others
            .iter()
            .filter(|other| character == WIDE_CHARACTER || !other.wide_only)
            .map(|other| other.extent(character))
            .all(|(a, b)| to <= a || b <= from)
    }

    /// Grid units from left to right end.
    fn extent(&self, character: i32) -> (i32, i32) {
        let width = self.width(character);
        match self.anchor {
            Anchor::Start => (self.x, self.x + width),
            Anchor::Middle => (self.x - width / 2, self.x + width / 2),
            Anchor::End => (self.x - width, self.x),
        }
    }
}

/// At most `max_labels` labels that do not overlap a more important one; `candidates` come most
/// important first.
fn without_overlap(candidates: Vec<Label>, max_labels: usize) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for mut label in candidates {
        if labels.len() == max_labels {
            break;
        }
        // A shorter text is tried before the label is given up: the number matters more than the
        // word behind it.
        if !label.fits(&labels, WIDE_CHARACTER) {
            label.wide_suffix.clear();
        }
        if !label.fits(&labels, WIDE_CHARACTER) {
            continue;
        }
        label.wide_only |= !label.fits(&labels, NARROW_CHARACTER);
        labels.push(label);
    }
    labels
}

/// Labels inside the plot, on their gridlines; the top one names the unit.
pub(crate) fn value_labels(
    ticks: &[f64],
    scale: &UnitScale,
    place: impl Fn(f64) -> i32,
) -> Vec<Label> {
    let step = match ticks {
        [a, b, ..] => b - a,
        [only] => *only,
        [] => 0.0,
    };
    let top = ticks.len().saturating_sub(1);
    let unit = match scale.symbol() {
        "" => String::new(),
        symbol => format!("\u{202f}{symbol}"),
    };
    ticks
        .iter()
        .enumerate()
        .map(|(at, tick)| {
            let unit = if at == top { unit.as_str() } else { "" };
            let text = format!("{}{unit}", scale.tick(*tick, step));
            on_gridline(place(*tick), text)
        })
        .collect()
}

/// Labels of a relative axis: `+20%`.
pub(crate) fn share_labels(ticks: &[f64], place: impl Fn(f64) -> i32) -> Vec<Label> {
    let label = |tick: &f64| {
        let sign = if *tick > 0.0 { "+" } else { "" };
        let text = format!("{sign}{}", text::percent(*tick));
        on_gridline(place(*tick), text)
    };
    ticks.iter().map(label).collect()
}

/// Above its gridline, or below it where the labels of changes begin.
fn on_gridline(y: i32, text: String) -> Label {
    let row = LabelRow::At(if y < 8 { y + 13 } else { y - 4 });
    Label { shift: 2, ..Label::new(0, row, text) }
}

/// What a narrow panel keeps: no label for wide screens, no link.
pub(crate) fn for_panel(labels: Vec<Label>) -> Vec<Label> {
    let everywhere = labels.into_iter().filter(|label| !label.wide_only);
    everywhere.map(|label| Label { wide_suffix: String::new(), href: None, ..label }).collect()
}

/// The ticks of a trend's axis across: dates, or commits; one date where all runs share a time.
pub(crate) fn x_ticks(input: &TrendInput<'_>, x_axis: XAxis, rows: &[ChartRow]) -> Vec<Tick> {
    // The day around a single moment would get ticks by the hour, which say nothing of a date. Not
    // so on an axis that other series share: there the moment is one of many.
    if let ([first, ..], [.., last]) = (rows, rows)
        && first.x_value == last.x_value
        && input.span == ChartSpan::Time
    {
        let time = Timestamp::from_micros(first.x_value);
        if x_axis == XAxis::time(time, time) {
            return vec![Tick { value: first.x_value, label: text::date(time) }];
        }
    }
    match input.span {
        ChartSpan::Time => x_axis.time_ticks(MAX_TICKS),
        ChartSpan::Order(_) => x_axis
            .key_points(MAX_TICKS)
            .into_iter()
            .filter_map(|at| {
                let run = input.series.runs.get(usize::try_from(at).ok()?)?;
                let commit = input.commits.get(usize::try_from(run.commit.0).ok()?)?;
                Some(Tick { value: at, label: text::short_commit(&commit.id) })
            })
            .collect(),
    }
}

/// Labels under the floor; every second one hides on narrow screens where there are many.
pub(crate) fn x_tick_labels(ticks: &[Tick], place: impl Fn(i64) -> i32) -> Vec<Label> {
    let label = |(index, tick): (usize, &Tick)| {
        let mut label = Label::new(place(tick.value), LabelRow::Ticks, tick.label.clone());
        label.wide_only = ticks.len() > 3 && index % 2 == 1;
        label.centered()
    };
    without_overlap(ticks.iter().enumerate().map(label).collect(), MAX_TICKS)
}

/// `threshold +12%`, at the left end of its line and clear of the labels of values.
pub(crate) fn threshold_label(line_start: GridPoint, input: &TrendInput<'_>) -> Label {
    let (x, y) = line_start;
    let sign = if input.series.direction == Direction::Lower { '+' } else { '−' };
    let text = format!("threshold {sign}{}", text::percent(input.analysis.threshold));
    let row = LabelRow::At(if y < 16 { y + 13 } else { y - 5 });
    // Values have their labels at the left end of the plot.
    let shift = if x < 90 { 48 } else { 4 };
    let mut label = Label { tone: Tone::Regression, shift, ..Label::new(x, row, text) };
    label.x = x.min(WIDTH - label.width(NARROW_CHARACTER));
    label
}

/// A change of the series, and its place across.
#[derive(Clone, Copy)]
pub(crate) struct PlacedChange<'a> {
    pub(crate) x: i32,
    /// Index in the changes of the analysis.
    pub(crate) index: usize,
    pub(crate) change: &'a Change,
}

/// `▲ +13.9% slower (fixed)` above each change, the largest first; links to the change.
pub(crate) fn change_labels(changes: &[PlacedChange<'_>], input: &TrendInput<'_>) -> Vec<Label> {
    let mut by_size = changes.to_vec();
    by_size.sort_by(|a, b| b.change.change.abs().total_cmp(&a.change.change.abs()));
    let labels = by_size.iter().map(|placed| change_label(placed, input));
    without_overlap(labels.collect(), MAX_LABELS)
}

fn change_label(placed: &PlacedChange<'_>, input: &TrendInput<'_>) -> Label {
    let (change, series) = (placed.change, input.series);
    let arrow = if change.change < 0.0 { '▼' } else { '▲' };
    let percent = text::percent_change(change.change);
    let word = text::comparative(&series.unit, series.direction, change.is_regression);
    let gradual = if change.kind == ChangeKind::Drift { " (gradual)" } else { "" };
    let status = match change.status {
        ChangeStatus::Accepted { .. } => " (accepted)",
        ChangeStatus::Fixed { .. } => " (fixed)",
        ChangeStatus::Withdrawn => " (withdrawn)",
        ChangeStatus::Closed => " (closed)",
        ChangeStatus::Open | ChangeStatus::Explained => "",
    };
    let scale = UnitScale::for_values([change.before, change.after], &series.unit);
    let date = series.runs.get(change.first_after).map(|run| text::date(run.time));
    let mut label = Label::new(placed.x, LabelRow::Above, format!("{arrow} {percent}"));
    label.wide_suffix = format!(" {word}{gradual}{status}");
    label.tone = if change.is_regression { Tone::Regression } else { Tone::Improvement };
    label.href = input.links.change(placed.index);
    label.title = Some(format!(
        "{}: {percent}, {word}{gradual}{status}, {}",
        date.unwrap_or_default(),
        scale.arrow(change.before, change.after)
    ));
    label.centered()
}

/// The first run of a segment, and its place across.
pub(crate) struct PlacedSegmentStart {
    pub(crate) x: i32,
    /// `runner changed`, as the label says it.
    pub(crate) text: &'static str,
}

/// `runner changed` under the floor, newest first.
pub(crate) fn runner_labels(changes: &[PlacedSegmentStart]) -> Vec<Label> {
    let label = |start: &PlacedSegmentStart| {
        Label::new(start.x, LabelRow::UnderTicks, start.text.to_owned()).centered()
    };
    without_overlap(changes.iter().rev().map(label).collect(), MAX_LABELS)
}

/// `no runs` over a gap that is wide enough for it.
pub(crate) fn gap_label(from: i32, to: i32, floor: i32) -> Option<Label> {
    let mut label = Label::new(from / 2 + to / 2, LabelRow::At(floor - 6), "no runs".to_owned());
    label.anchor = Anchor::Middle;
    label.wide_only = to - from < label.width(NARROW_CHARACTER);
    (to - from >= label.width(WIDE_CHARACTER)).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_labels_that_overlap_the_more_important_one_stays() {
        let at = |x, text: &str| Label::new(x, LabelRow::Above, text.to_owned());
        let labels = without_overlap(vec![at(300, "▲ +40%"), at(320, "▲ +20%")], 8);
        assert_eq!(labels.iter().map(|label| label.x).collect::<Vec<_>>(), [300]);
        let labels = without_overlap(vec![at(300, "▲ +40%"), at(400, "▲ +20%")], 8);
        assert_eq!(labels.iter().map(|label| label.wide_only).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_label_at_the_edge_stays_within_the_plot() {
        for x in [0, 5, 500, 995, 1000] {
            let label = Label::new(x, LabelRow::UnderTicks, "runner changed".to_owned()).centered();
            let (from, to) = label.extent(NARROW_CHARACTER);
            assert!(from >= 0 && to <= WIDTH, "{x}: {from}..{to}");
        }
    }
}
