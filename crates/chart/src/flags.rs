//! The flags of a chart: what its lane says of changes and of runners.
//!
//! A step of +18.7 % on 31 August is `31 Aug ▲ +18.7%`, a factor is `12 Jan: 1,168× slower`, and a
//! gradual change is `threshold passed 13 Sep`, since no day is its first one.

use crate::backend::{MarkRole, Tone};
use crate::frame::{Flag, FlagTone};
use detect::{Change, ChangeKind, ChangeStatus};
use model::series::Series;
use model::text;

/// Changes at least this large are said as a factor.
const FACTOR_ABOVE: f64 = 1.0;

/// The color of a change: red while it is an open regression.
pub(crate) fn change_tone(change: &Change) -> Tone {
    match (change.is_regression, &change.status) {
        (true, ChangeStatus::Open) => Tone::Worse,
        (true, _) => Tone::Neutral,
        (false, _) => Tone::Better,
    }
}

pub(crate) fn change_role(change: &Change) -> MarkRole {
    MarkRole::Change(change_tone(change))
}

/// The first run of a step, the last one on the old level of a gradual change.
pub(crate) fn start_of(change: &Change) -> usize {
    match change.kind {
        ChangeKind::Step => change.first_after,
        ChangeKind::Drift => change.last_before,
    }
}

/// How large a change is, the same for twice as slow and twice as fast.
pub(crate) fn log_size(change: &Change) -> f64 {
    let size = change.change.ln_1p().abs();
    if size.is_nan() { 0.0 } else { size }
}

/// The flag of a change at its place across.
pub(crate) fn change_flag(series: &Series, change: &Change, x: i32) -> Flag {
    let time = series.runs.get(change.first_after).map(|run| run.time);
    let day = time.map(text::day_month).unwrap_or_default();
    let (size, status) = (size(series, change), status(change));
    let text = match change.kind {
        ChangeKind::Drift => format!("threshold passed {day}{status}"),
        ChangeKind::Step => format!("{day}{size}{status}"),
    };
    let tone = FlagTone::Of(change_tone(change));
    Flag { x, text, tone, href: None }
}

/// The whole of a change: `31 Aug 2025 ▲ +18.7% fixed, 118 → 140 µs`.
pub(crate) fn change_title(series: &Series, change: &Change) -> String {
    let date = series.runs.get(change.first_after).map(|run| text::date(run.time));
    let gradual = if change.kind == ChangeKind::Drift { " (gradual)" } else { "" };
    let (size, status) = (size(series, change), status(change));
    let levels = text::levels(change.before, change.after, &series.unit);
    format!("{}{size}{gradual}{status}, {levels}", date.unwrap_or_default())
}

/// `+18.7% (slower)`, or as a factor `1,168× slower`.
pub(crate) fn size_words(series: &Series, change: &Change) -> String {
    let word = text::comparative(&series.unit, series.direction, change.is_regression);
    match change.change >= FACTOR_ABOVE {
        true => format!("{} {word}", text::ratio(1.0 + change.change)),
        false => format!("{} ({word})", text::percent_change(change.change)),
    }
}

/// ` ▲ +18.7%`, or as a factor `: 1,168× slower`.
fn size(series: &Series, change: &Change) -> String {
    let word = text::comparative(&series.unit, series.direction, change.is_regression);
    let arrow = if change.change < 0.0 { '▼' } else { '▲' };
    match change.change >= FACTOR_ABOVE {
        true => format!(": {} {word}", text::ratio(1.0 + change.change)),
        false => format!(" {arrow} {}", text::percent_change(change.change)),
    }
}

fn status(change: &Change) -> &'static str {
    match change.status {
        ChangeStatus::Accepted { .. } => " accepted",
        ChangeStatus::Fixed { .. } => " fixed",
        ChangeStatus::Withdrawn => " withdrawn",
        ChangeStatus::Closed => " closed",
        ChangeStatus::Open | ChangeStatus::Explained => "",
    }
}

/// The flag of the run that fixed a regression.
pub(crate) fn fixed_flag(series: &Series, run: usize, x: i32) -> Flag {
    let day = series.runs.get(run).map(|run| text::day_month(run.time)).unwrap_or_default();
    let tone = FlagTone::Of(Tone::Better);
    Flag { x, text: format!("fixed {day}"), tone, href: None }
}

/// The flag of a day that a chart is about.
pub(crate) fn day_flag(series: &Series, run: usize, x: i32) -> Flag {
    let text = series.runs.get(run).map(|run| text::day_month(run.time)).unwrap_or_default();
    Flag { x, text, tone: FlagTone::Of(Tone::Neutral), href: None }
}

/// The flag of a new runner or a new version of the benchmark.
pub(crate) fn runner_flag(text: &str, x: i32) -> Flag {
    Flag { x, text: text.to_owned(), tone: FlagTone::Runner, href: None }
}
