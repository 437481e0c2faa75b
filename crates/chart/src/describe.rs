//! What a chart shows, in words: the caption above it and the sentences below it, which a screen
//! reader reads as its description. Plain text: the caller escapes it.
//!
//! Example: `28 runs, 1–28 Sep 2025. Lower is better.` above, and below `1 lasting change: +13.9%
//! (slower) on 20 Sep 2025. 1 outlier.`

use crate::flags;
use crate::gutter;
use crate::input::{ChartSpan, TrendInput};
use crate::layout::ChartLayout;
use crate::rows::{self, ChartRow};
use model::record::time::{DAY_US, Timestamp};
use model::record::{self, Direction};
use model::text;

/// Most items of one kind that are named; of more, the latest are named and all are counted.
const MAX_NAMED: usize = 4;

/// `Median time per call`: what the values of a metric are.
pub(crate) fn metric_label(metric: &str) -> String {
    match metric {
        record::TIME_METRIC => "Median time per call".to_owned(),
        other => format!("Median {}", record::shorten(other, 60).replace('_', " ")),
    }
}

pub(crate) fn direction_phrase(better: Direction) -> &'static str {
    match better {
        Direction::Lower => "Lower is better.",
        Direction::Higher => "Higher is better.",
        Direction::Unknown => "Which way is better is unknown.",
    }
}

/// The metric, and its unit where the gutter has no room for it.
pub(crate) fn caption(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let name = metric_label(&input.series.key.metric_name);
    match layout.level {
        Some(level)
            if !layout.y_axis.is_log() && !gutter::has_room_for_unit(&layout.scale, level) =>
        {
            format!("{name}, {}", layout.scale.symbol())
        }
        _ => name,
    }
}

/// Count and span of the runs, direction, and what is unusual about the axes.
pub(crate) fn note(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let mut parts = vec![runs_sentence(input, layout)];
    parts.push(direction_phrase(input.series.direction).to_owned());
    let (low, high) = layout.y_axis.bounds();
    let any_value = layout.rows.iter().any(|row| row.value.is_some());
    if layout.y_axis.is_log() {
        parts.push("Log scale.".to_owned());
    } else if any_value && !(low <= 0.0 && high >= 0.0) {
        // A cut axis makes a change look larger than it is; whoever cuts it has to say so.
        parts.push("The axis does not start at 0.".to_owned());
    }
    if matches!(input.span, ChartSpan::Order(_)) {
        parts.push("One step per run.".to_owned());
    }
    parts.join(" ")
}

/// `200 runs, 30 Mar to 4 Oct 2025.`
fn runs_sentence(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let (Some(first), Some(last)) = (layout.rows.first(), layout.rows.last()) else {
        return "No runs yet.".to_owned();
    };
    let runs = &input.series.runs;
    let count = text::count_noun(layout.rows.len() as u64, "run");
    format!("{count}, {}.", text::date_span(runs[first.run].time, runs[last.run].time))
}

/// Changes, runner changes, gaps and unusual runs: `2 lasting changes: … 1 outlier.` Without any
/// of them, the runs and their time.
pub(crate) fn paragraph(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let shown = |run: usize| layout.rows.binary_search_by_key(&run, |row| row.run).is_ok();
    let mut parts: Vec<String> = Vec::new();
    parts.extend(changes_sentence(input, shown));
    parts.extend(runners_sentence(input, layout));
    parts.extend(gaps_sentence(input, layout));
    parts.extend(unusual_runs_sentence(layout));
    if parts.is_empty() {
        parts.push(runs_sentence(input, layout));
    }
    parts.join(" ")
}

/// One line for a panel: its series, count, span and changes.
pub(crate) fn short_description(input: &TrendInput<'_>) -> String {
    let key = &input.series.key;
    let name = format!("{}, {}", record::shorten(&key.test, 60), record::shorten(&key.backend, 40));
    let runs = &input.series.runs;
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return format!("{name}: no runs yet.");
    };
    let count = text::count_noun(runs.len() as u64, "run");
    let span = text::date_span(first.time, last.time);
    let changes =
        changes_sentence(input, |_| true).unwrap_or_else(|| "No lasting changes.".to_owned());
    format!("{name}: {count}, {span}. {changes}")
}

/// The changes among the runs that are drawn: a zoom is not about the whole series.
fn changes_sentence(input: &TrendInput<'_>, shown: impl Fn(usize) -> bool) -> Option<String> {
    let changes = input.analysis.changes.iter();
    let changes: Vec<_> = changes.filter(|change| shown(change.first_after)).collect();
    if changes.is_empty() {
        return None;
    }
    let named: Vec<String> = changes
        .iter()
        .rev()
        .take(MAX_NAMED)
        .rev()
        .filter_map(|change| {
            let run = input.series.runs.get(change.first_after)?;
            Some(format!("{} on {}", flags::size_words(input.series, change), text::date(run.time)))
        })
        .collect();
    let noun = text::count_noun(changes.len() as u64, "lasting change");
    let lead = if changes.len() > named.len() { format!("{noun}, latest") } else { noun };
    Some(format!("{lead}: {}.", text::join_and(&named)))
}

fn runners_sentence(input: &TrendInput<'_>, layout: &ChartLayout) -> Option<String> {
    let starts = rows::new_segments(&layout.rows, &input.series.segments);
    let date = |at: usize| text::date(input.series.runs[layout.rows[at].run].time);
    let parts: Vec<String> = ["runner changed", "runner added", "benchmark changed"]
        .into_iter()
        .filter_map(|what| {
            let dates: Vec<String> =
                starts.iter().filter(|(_, kind)| *kind == what).map(|(at, _)| date(*at)).collect();
            let what = capitalize(what);
            match dates.as_slice() {
                [] => None,
                [.., last] if dates.len() > MAX_NAMED => {
                    Some(format!("{what} {} times, last on {last}.", dates.len()))
                }
                // Only another runner cuts a series: one that joins a pool has a line of its own.
                few if what == "Runner changed" => Some(format!(
                    "{what} on {}; not compared across the change.",
                    text::join_and(few)
                )),
                few => Some(format!("{what} on {}.", text::join_and(few))),
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// `3 gaps of more than 3 days; the longest are 12, 12 and 11 days.`
fn gaps_sentence(input: &TrendInput<'_>, layout: &ChartLayout) -> Option<String> {
    let time = |row: usize| input.series.runs[layout.rows[row].run].time;
    let mut gaps: Vec<(i64, usize)> = layout
        .gap_ends
        .iter()
        .map(|end| (time(*end).micros().saturating_sub(time(end - 1).micros()) / DAY_US, *end))
        .collect();
    gaps.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
    match gaps.as_slice() {
        [] => None,
        [(_, only)] => {
            // The days between the runs on both sides.
            let (from, to) = (day_after(time(only - 1), 1), day_after(time(*only), -1));
            Some(format!("No runs {}.", text::date_span(from, to)))
        }
        many => {
            let longest: Vec<String> = many
                .iter()
                .take(MAX_NAMED - 1)
                .map(|(days, _)| text::count(days.unsigned_abs()))
                .collect();
            let count = text::count_noun(many.len() as u64, "gap");
            Some(format!("{count}; the longest are {} days.", text::join_and(&longest)))
        }
    }
}

fn day_after(time: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_micros(time.day().saturating_add(days).saturating_mul(DAY_US))
}

fn infrastructure_rows(layout: &ChartLayout) -> impl Iterator<Item = &ChartRow> {
    layout.rows.iter().filter(|row| row.flags.infrastructure && row.value.is_some())
}

/// Failed runs, outliers, runs of infrastructure anomalies and runs off the scale.
fn unusual_runs_sentence(layout: &ChartLayout) -> Option<String> {
    let failed = layout.rows.iter().filter(|row| row.value.is_none()).count();
    let outliers = layout.rows.iter().filter(|row| row.flags.is_outlier).count();
    let infrastructure = infrastructure_rows(layout).count();
    let counts = [
        (failed, "failed run"),
        (outliers, "outlier"),
        (infrastructure, "run with an infrastructure anomaly"),
        (layout.outside, "run outside the chart"),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| match (count, noun) {
            (1, _) => format!("1 {noun}"),
            _ => match noun.strip_prefix("run ") {
                Some(place) => format!("{} {place}", text::count_noun(count as u64, "run")),
                None => text::count_noun(count as u64, noun),
            },
        })
        .collect();
    (!parts.is_empty()).then(|| format!("{}.", text::join_and(&parts)))
}

fn capitalize(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
