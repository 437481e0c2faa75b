//! The flags of a chart: what its lane says of changes and of runners.
//!
//! A step of +18.7 % on 31 August is `31 Aug ▲ +18.7%`, a factor is `12 Jan: 1,168× slower`, and a
//! gradual change is `threshold passed 13 Sep`, since no day is its first one.

use crate::backend::{MarkRole, Tone};
use crate::frame::{Flag, FlagTone};
use detect::{Change, ChangeKind, ChangeStatus};
use model::record::Unit;
use model::series::Series;
use model::text::{self, UnitScale};

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

/// The flag of a change at its place across.
pub(crate) fn change_flag(series: &Series, change: &Change, x: i32) -> Flag {
    let time = series.runs.get(change.first_after).map(|run| run.time);
    let day = time.map(text::day_month).unwrap_or_default();
    let word = text::comparative(&series.unit, series.direction, change.is_regression);
    let arrow = if change.change < 0.0 { '▼' } else { '▲' };
    let percent = text::percent_change(change.change);
    let status = match change.status {
        ChangeStatus::Accepted { .. } => " accepted",
        ChangeStatus::Fixed { .. } => " fixed",
        ChangeStatus::Withdrawn => " withdrawn",
        ChangeStatus::Closed => " closed",
        ChangeStatus::Open | ChangeStatus::Explained => "",
    };
    let size = match change.change >= FACTOR_ABOVE {
        true => format!(": {} {word}", text::ratio(1.0 + change.change)),
        false => format!(" {arrow} {percent}"),
    };
    let text = match change.kind {
        ChangeKind::Drift => format!("threshold passed {day}{status}"),
        ChangeKind::Step => format!("{day}{size}{status}"),
    };
    let date = time.map(text::date).unwrap_or_default();
    let levels = levels(change.before, change.after, &series.unit);
    let title = format!("{date}{size}{status}, {levels}");
    let tone = FlagTone::Of(change_tone(change));
    Flag { x, text, tone, href: None, title: Some(title) }
}

/// `83.9 → 95.6 µs`; levels of different sizes have a unit each: `35.1 µs → 41.0 ms`.
pub(crate) fn levels(before: f64, after: f64, unit: &Unit) -> String {
    let scale = UnitScale::for_values([before, after], unit);
    let own = |value: f64| UnitScale::for_value(value, unit);
    let (of_before, of_after) = (own(before), own(after));
    if of_before.symbol() == of_after.symbol()
        || (before / after).abs() > 0.01 && (after / before).abs() > 0.01
    {
        return scale.arrow(before, after);
    }
    format!("{} → {}", of_before.quantity(before), of_after.quantity(after))
}

/// The flag of the run that fixed a regression.
pub(crate) fn fixed_flag(series: &Series, run: usize, x: i32) -> Flag {
    let day = series.runs.get(run).map(|run| text::day_month(run.time)).unwrap_or_default();
    let tone = FlagTone::Of(Tone::Better);
    Flag { x, text: format!("fixed {day}"), tone, href: None, title: None }
}

/// The flag of a new runner or a new version of the benchmark.
pub(crate) fn runner_flag(text: &str, x: i32) -> Flag {
    Flag { x, text: text.to_owned(), tone: FlagTone::Runner, href: None, title: None }
}
