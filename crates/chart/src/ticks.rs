//! The texts below a field: times, runs by their day, and how long the longest gaps are.
//!
//! Most important first, since a narrow field drops the others: years, then months; or the change,
//! the first run and the newest one.

use crate::axis::XAxis;
use crate::backend::Canvas;
use crate::frame::AxisText;
use crate::input::{ChartSpan, TrendInput};
use crate::rows::ChartRow;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text;

/// Ticks of a field of any width.
pub(crate) const MAX_TICKS: usize = 9;
/// Gaps with a note.
const MAX_NOTES: usize = 3;

/// The ticks of an axis of time; one date where all runs share a time.
pub(crate) fn time_ticks(
    x_axis: XAxis,
    rows: &[ChartRow],
    canvas: &Canvas,
    most: usize,
) -> Vec<AxisText> {
    let place = |at: i64| canvas.place((at, 0.0)).0;
    // The day around a single moment would get ticks by the hour, which say nothing of a date.
    if let ([first, ..], [.., last]) = (rows, rows)
        && first.x_value == last.x_value
    {
        let text = text::date(Timestamp::from_micros(first.x_value));
        return vec![AxisText { x: place(first.x_value), text }];
    }
    let mut ticks = x_axis.time_ticks(most);
    ticks.sort_by_key(|tick| !tick.is_major);
    ticks.into_iter().map(|tick| AxisText { x: place(tick.value), text: tick.label }).collect()
}

/// The days of some runs, else of the first and the newest one and of those between.
pub(crate) fn run_ticks(
    series: &Series,
    rows: &[ChartRow],
    positions: &[i32],
    runs: impl IntoIterator<Item = usize>,
) -> Vec<AxisText> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let time = |run: usize| series.runs[run].time;
    let same_year = text::year(time(first.run)) == text::year(time(last.run));
    let between = (1..4).map(|quarter| rows[rows.len() * quarter / 4].run);
    let named = runs.into_iter().chain([first.run, last.run]).chain(between);
    let mut ticks: Vec<AxisText> = Vec::new();
    for run in named {
        let Ok(row) = rows.binary_search_by_key(&run, |row| row.run) else { continue };
        let text = match run == first.run && !same_year {
            true => text::date(time(run)),
            false => text::day_month(time(run)),
        };
        // Several runs of a day need no second date.
        if ticks.iter().all(|other| other.text != text) {
            ticks.push(AxisText { x: positions[row], text });
        }
    }
    ticks
}

/// How long the longest gaps are, each in its middle.
pub(crate) fn gap_notes(
    input: &TrendInput<'_>,
    rows: &[ChartRow],
    positions: &[i32],
    gap_ends: &[usize],
) -> Vec<AxisText> {
    if input.span != ChartSpan::Time {
        return Vec::new();
    }
    let length = |end: usize| rows[end].x_value.saturating_sub(rows[end - 1].x_value);
    let mut longest = gap_ends.to_vec();
    longest.sort_by_key(|end| std::cmp::Reverse(length(*end)));
    longest
        .into_iter()
        .take(MAX_NOTES)
        .map(|end| AxisText {
            x: i32::midpoint(positions[end - 1], positions[end]),
            text: text::count_noun((length(end) / DAY_US).unsigned_abs(), "day"),
        })
        .collect()
}
