//! What a chart shows, in words: the caption above it and the paragraph below it, which a screen
//! reader reads as its description. Plain text: the caller escapes it.
//!
//! Example: `28 runs, 1–28 Sep 2025. 1 lasting change: +13.9% (slower) on 20 Sep 2025. Dots are
//! runs and the line is the median of 7 runs.`

use crate::backend::MarkRole;
use crate::input::{ChartSpan, NoteKind, TrendInput};
use crate::layout::ChartLayout;
use crate::rows::{self, ChartRow};
use model::record::time::{DAY_US, Timestamp};
use model::record::{self, Direction};
use model::text;

/// Most items of one kind that are named; of more, the latest are named and all are counted.
const MAX_NAMED: usize = 4;

/// `Median time per call, µs`: what the values of a metric are.
pub(crate) fn metric_label(metric: &str, symbol: &str) -> String {
    let name = match metric {
        record::TIME_METRIC => "time per call".to_owned(),
        other => record::shorten(other, 60).replace('_', " "),
    };
    let unit = if symbol.is_empty() { String::new() } else { format!(", {symbol}") };
    format!("Median {name}{unit}")
}

pub(crate) fn direction_phrase(better: Direction) -> &'static str {
    match better {
        Direction::Lower => "Lower is better ↓.",
        Direction::Higher => "Higher is better ↑.",
        Direction::Unknown => "Which way is better is unknown.",
    }
}

/// Metric, unit, direction, and what is unusual about the axes.
pub(crate) fn caption(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let any_value = layout.rows.iter().any(|row| row.value.is_some());
    let symbol = if any_value { layout.scale.symbol() } else { "" };
    let mut parts = vec![
        format!("{}.", metric_label(&input.series.key.metric_name, symbol)),
        direction_phrase(input.series.direction).to_owned(),
    ];
    let (low, high) = layout.y_axis.bounds();
    // A cut axis makes a change look larger than it is; whoever cuts it has to say so.
    if any_value && !(low <= 0.0 && high >= 0.0) {
        parts.push("Axis does not start at 0.".to_owned());
    }
    if matches!(input.span, ChartSpan::Order(_)) {
        parts.push("One step per run.".to_owned());
    }
    if layout.dense {
        let marks = "Thin bars: lowest to highest run; thick bars: middle 80%; line: median.";
        parts.push(marks.to_owned());
    }
    parts.join(" ")
}

/// Count, span, changes, runner changes, gaps, unusual runs, and what the marks mean: `200 runs,
/// 30 Mar to 4 Oct 2025. 2 lasting changes: … Dots are runs, the line is the median of 7 runs.`
pub(crate) fn paragraph(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let (Some(first), Some(last)) = (layout.rows.first(), layout.rows.last()) else {
        return "No runs yet.".to_owned();
    };
    let runs = &input.series.runs;
    let count = text::count_noun(layout.rows.len() as u64, "run");
    let span = text::date_span(runs[first.run].time, runs[last.run].time);
    let mut parts = vec![format!("{count}, {span}.")];
    parts.extend(changes_sentence(input, layout));
    parts.extend(runners_sentence(input, layout));
    parts.extend(gaps_sentence(input, layout));
    parts.extend(unusual_runs_sentence(layout));
    parts.push(legend(layout));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// One line for a panel: its series, count, span and changes.
pub(crate) fn short_description(input: &TrendInput<'_>, layout: &ChartLayout) -> String {
    let key = &input.series.key;
    let name = format!("{}, {}", record::shorten(&key.test, 60), record::shorten(&key.backend, 40));
    let (Some(first), Some(last)) = (layout.rows.first(), layout.rows.last()) else {
        return format!("{name}: no runs yet.");
    };
    let runs = &input.series.runs;
    let count = text::count_noun(layout.rows.len() as u64, "run");
    let span = text::date_span(runs[first.run].time, runs[last.run].time);
    let changes =
        changes_sentence(input, layout).unwrap_or_else(|| "No lasting changes.".to_owned());
    format!("{name}: {count}, {span}. {changes}")
}

fn changes_sentence(input: &TrendInput<'_>, layout: &ChartLayout) -> Option<String> {
    // In a zoom the paragraph is about the runs that are drawn, not about the whole series.
    let shown = |run: usize| layout.rows.binary_search_by_key(&run, |row| row.run).is_ok();
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
            let word =
                text::comparative(&input.series.unit, input.series.direction, change.is_regression);
            let percent = text::percent_change(change.change);
            Some(format!("{percent} ({word}) on {}", text::date(run.time)))
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

fn gaps_sentence(input: &TrendInput<'_>, layout: &ChartLayout) -> Option<String> {
    let spans: Vec<String> = input
        .analysis
        .gaps
        .iter()
        .filter(|gap| layout.rows.binary_search_by_key(*gap, |row| row.run).is_ok())
        .filter_map(|gap| {
            let before = input.series.runs.get(gap.checked_sub(1)?)?;
            let after = input.series.runs.get(*gap)?;
            // The days between them; a gap within two days has none, so its ends are named.
            let (from, to) = (day_after(before.time, 1), day_after(after.time, -1));
            let (from, to) = if from <= to { (from, to) } else { (before.time, after.time) };
            Some(text::date_span(from, to))
        })
        .collect();
    match spans.len() {
        0 => None,
        1..=MAX_NAMED => Some(format!("No runs {}.", text::join_and(&spans))),
        many => Some(format!("{many} gaps without runs, latest {}.", spans[many - 1])),
    }
}

fn day_after(time: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_micros((time.day() + days).saturating_mul(DAY_US))
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
        (layout.clamped, "run outside the axis"),
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

/// Names the marks that are drawn, and no others: nobody looks up a mark that is not on the chart.
fn legend(layout: &ChartLayout) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |is_drawn: bool, words: &str| {
        if is_drawn {
            parts.push(words.to_owned());
        }
    };
    let any = |test: fn(&ChartRow) -> bool| layout.rows.iter().any(test);
    let values = layout.rows.iter().filter(|row| row.value.is_some()).count();
    add(values > 1 && !layout.dense, "dots are runs");
    let levels = layout.rows.iter().filter(|row| row.level.is_some()).count();
    add(levels > 1 && !layout.dense, "the line is the median of 7 runs");
    let band = any(|row| row.spread.is_some_and(|spread| spread > 0.0));
    add(band && levels > 1 && !layout.dense, "the shaded band is their usual spread");
    add(layout.threshold_drawn, "the dashed line is the threshold");
    add(any(|row| row.flags.is_outlier), "hollow squares are outliers");
    add(
        infrastructure_rows(layout).next().is_some(),
        "hollow circles are runs with an infrastructure anomaly",
    );
    add(
        layout.layers.iter().any(|layer| layer.role == MarkRole::Clamped),
        "filled squares are outside the axis",
    );
    add(!layout.failed_runs.is_empty(), "× marks a failed run");
    let has_note = |kind| layout.notes.iter().any(|note| note.kind == kind);
    add(has_note(NoteKind::Remark), "◆ marks a note");
    add(has_note(NoteKind::Tag), "◇ marks a tag");
    if parts.is_empty() {
        String::new()
    } else {
        format!("{}.", capitalize(&text::join_and(&parts)))
    }
}

fn capitalize(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
