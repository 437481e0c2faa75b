//! What a chart shows, in words: the caption above it and the paragraph below it, which a screen
//! reader reads as its description. Plain text: the caller escapes it.
//!
//! Example: `28 runs, 1–28 Sep 2025. 1 lasting change: +13.9% (slower) on 20 Sep 2025. Dots are
//! runs and the line is the median of 7 runs.`

use crate::backend::MarkRole;
use crate::layout::ChartLayout;
use crate::rows::{self, ChartRow};
use crate::{ChartSpan, NoteKind, TrendInput};
use model::record::time::{DAY_US, Timestamp};
use model::record::{self, Direction};
use model::text;

/// Most items of one kind that are named; of more, the latest are named and all are counted.
const MAX_NAMED: usize = 4;

/// `Median time per call, µs`: metric and unit of an axis.
pub fn metric_label(metric: &str, symbol: &str) -> String {
    let name = match metric {
        record::TIME_METRIC => "time per call".to_owned(),
        other => record::shorten(other, 60).replace('_', " "),
    };
    let unit = if symbol.is_empty() { String::new() } else { format!(", {symbol}") };
    format!("Median {name}{unit}")
}

pub fn direction_phrase(better: Direction) -> &'static str {
    match better {
        Direction::Lower => "Lower is better ↓.",
        Direction::Higher => "Higher is better ↑.",
    }
}

/// Metric, unit, direction, and what is unusual about the axes.
pub fn caption(input: &TrendInput<'_>, scene: &ChartLayout) -> String {
    let any_value = scene.rows.iter().any(|row| row.value.is_some());
    let symbol = if any_value { scene.scale.symbol() } else { "" };
    let mut parts = vec![
        format!("{}.", metric_label(&input.series.key.metric_name, symbol)),
        direction_phrase(input.series.direction).to_owned(),
    ];
    let (low, high) = scene.y_axis.bounds();
    if any_value && !(low <= 0.0 && high >= 0.0) {
        parts.push("Axis does not start at 0.".to_owned());
    }
    if matches!(input.span, ChartSpan::Order(_)) {
        parts.push("One step per run.".to_owned());
    }
    if scene.dense {
        let marks = "Thin bars: lowest to highest run; thick bars: middle 80%; line: median.";
        parts.push(marks.to_owned());
    }
    parts.join(" ")
}

/// Count, time span, changes, runner changes, gaps, unusual runs, and the legend.
pub fn paragraph(input: &TrendInput<'_>, scene: &ChartLayout) -> String {
    let (Some(first), Some(last)) = (scene.rows.first(), scene.rows.last()) else {
        return "No runs yet.".to_owned();
    };
    let runs = &input.series.runs;
    let count = text::count_noun(scene.rows.len() as u64, "run");
    let span = text::date_span(runs[first.run].time, runs[last.run].time);
    let mut parts = vec![format!("{count}, {span}.")];
    parts.extend(changes_sentence(input, scene));
    parts.extend(runners_sentence(input, scene));
    parts.extend(gaps_sentence(input, scene));
    parts.extend(unusual_runs_sentence(scene));
    parts.push(legend(scene));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// One line for a panel: its series, count, time span and changes.
pub fn short_description(input: &TrendInput<'_>, scene: &ChartLayout) -> String {
    let key = &input.series.key;
    let name = format!("{}, {}", record::shorten(&key.test, 60), record::shorten(&key.backend, 40));
    let (Some(first), Some(last)) = (scene.rows.first(), scene.rows.last()) else {
        return format!("{name}: no runs yet.");
    };
    let runs = &input.series.runs;
    let count = text::count_noun(scene.rows.len() as u64, "run");
    let span = text::date_span(runs[first.run].time, runs[last.run].time);
    let changes =
        changes_sentence(input, scene).unwrap_or_else(|| "No lasting changes.".to_owned());
    format!("{name}: {count}, {span}. {changes}")
}

fn changes_sentence(input: &TrendInput<'_>, scene: &ChartLayout) -> Option<String> {
    let shown = |run: usize| scene.rows.binary_search_by_key(&run, |row| row.run).is_ok();
    let events: Vec<_> = input.analysis.changes.iter().filter(|e| shown(e.first_after)).collect();
    if events.is_empty() {
        return None;
    }
    let named: Vec<String> = events
        .iter()
        .rev()
        .take(MAX_NAMED)
        .rev()
        .filter_map(|event| {
            let run = input.series.runs.get(event.first_after)?;
            let word =
                text::comparative(&input.series.unit, input.series.direction, event.is_regression);
            let change = text::percent_change(event.change);
            Some(format!("{change} ({word}) on {}", text::date(run.time)))
        })
        .collect();
    let noun = text::count_noun(events.len() as u64, "lasting change");
    let lead = if events.len() > named.len() { format!("{noun}, latest") } else { noun };
    Some(format!("{lead}: {}.", text::join_and(&named)))
}

fn runners_sentence(input: &TrendInput<'_>, scene: &ChartLayout) -> Option<String> {
    let found = rows::new_segments(&scene.rows, &input.series.segments);
    let when = |at: usize| text::date(input.series.runs[scene.rows[at].run].time);
    let parts: Vec<String> = ["runner changed", "runner added", "benchmark changed"]
        .into_iter()
        .filter_map(|what| {
            let dates: Vec<String> =
                found.iter().filter(|(_, is)| *is == what).map(|(at, _)| when(*at)).collect();
            let what = capitalize(what);
            match dates.as_slice() {
                [] => None,
                [.., last] if dates.len() > MAX_NAMED => {
                    Some(format!("{what} {} times, last on {last}.", dates.len()))
                }
                some if what == "Runner changed" => Some(format!(
                    "{what} on {}; not compared across the change.",
                    text::join_and(some)
                )),
                some => Some(format!("{what} on {}.", text::join_and(some))),
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn gaps_sentence(input: &TrendInput<'_>, scene: &ChartLayout) -> Option<String> {
    let spans: Vec<String> = input
        .analysis
        .gaps
        .iter()
        .filter(|gap| scene.rows.binary_search_by_key(*gap, |row| row.run).is_ok())
        .filter_map(|gap| {
            let before = input.series.runs.get(gap.checked_sub(1)?)?;
            let after = input.series.runs.get(*gap)?;
            // The days in between. A gap of less than two days has none, so its ends are named.
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

fn infrastructure_rows(scene: &ChartLayout) -> impl Iterator<Item = &ChartRow> {
    scene.rows.iter().filter(|row| row.flags.infrastructure && row.value.is_some())
}

/// Failed runs, outliers, infrastructure anomalies and runs outside the axis.
fn unusual_runs_sentence(scene: &ChartLayout) -> Option<String> {
    let failed = scene.rows.iter().filter(|row| row.value.is_none()).count();
    let outliers = scene.rows.iter().filter(|row| row.flags.is_outlier).count();
    let infrastructure = infrastructure_rows(scene).count();
    let counts = [
        (failed, "failed run"),
        (outliers, "outlier"),
        (infrastructure, "run with an infrastructure anomaly"),
        (scene.clamped, "run outside the axis"),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| match (count, noun) {
            (1, _) => format!("1 {noun}"),
            _ => match noun.strip_prefix("run ") {
                Some(detail) => format!("{} {detail}", text::count_noun(count as u64, "run")),
                None => text::count_noun(count as u64, noun),
            },
        })
        .collect();
    (!parts.is_empty()).then(|| format!("{}.", text::join_and(&parts)))
}

/// The meaning of the marks that the chart has.
fn legend(scene: &ChartLayout) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |there: bool, words: &str| {
        if there {
            parts.push(words.to_owned());
        }
    };
    let any = |test: fn(&ChartRow) -> bool| scene.rows.iter().any(test);
    let values = scene.rows.iter().filter(|row| row.value.is_some()).count();
    add(values > 1 && !scene.dense, "dots are runs");
    let levels = scene.rows.iter().filter(|row| row.level.is_some()).count();
    add(levels > 1 && !scene.dense, "the line is the median of 7 runs");
    let band = any(|row| row.spread.is_some_and(|spread| spread > 0.0));
    add(band && levels > 1 && !scene.dense, "the shaded band is their usual spread");
    add(scene.threshold_drawn, "the dashed line is the threshold");
    add(any(|row| row.flags.is_outlier), "hollow squares are outliers");
    add(
        infrastructure_rows(scene).next().is_some(),
        "hollow circles are runs with an infrastructure anomaly",
    );
    add(
        scene.marks.iter().any(|mark| mark.role == MarkRole::Clamped),
        "filled squares are outside the axis",
    );
    add(!scene.failed_runs.is_empty(), "× marks a failed run");
    let noted = |wanted| scene.notes.iter().any(|(.., kind)| *kind == wanted);
    add(noted(NoteKind::Remark), "◆ marks a note");
    add(noted(NoteKind::Tag), "◇ marks a tag");
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
