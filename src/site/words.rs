//! Verdicts and changes in words: always a mark, a sign and a word together, never colour alone.

use std::borrow::Cow;
use std::iter;

use crate::site::view::{ChangeCell, Moment, Phrase};
use detect::sensitivity::horizon;
use detect::{Analysis, Change, ChangeKind, Status, Trend, Verdict};
use model::record::time::Timestamp;
use model::record::{DEFAULT_MODE, TIME};
use model::series::{Series, SeriesKey};
use model::text::{self, Scale};

/// `julia · loops · parallel · n = 1,000,000`, then suite, parameters and metric.
pub(crate) fn key(key: &SeriesKey) -> String {
    joined(iter::once(Cow::from(&key.backend)).chain(variant_parts(key)))
}

/// The same without the backend.
pub(crate) fn variant(key: &SeriesKey) -> String {
    joined(variant_parts(key))
}

fn joined<'a>(parts: impl Iterator<Item = Cow<'a, str>>) -> String {
    let mut out = String::with_capacity(48);
    for (at, part) in parts.enumerate() {
        out.push_str(if at == 0 { "" } else { " · " });
        out.push_str(&part);
    }
    out
}

fn variant_parts(key: &SeriesKey) -> impl Iterator<Item = Cow<'_, str>> {
    [
        (key.mode != DEFAULT_MODE).then(|| Cow::from(&key.mode)),
        key.parallel.then(|| Cow::from("parallel")),
        key.n.map(|n| Cow::from(format!("n = {}", text::count(n)))),
        (!key.params.is_empty()).then(|| Cow::from(&key.params)),
        (!key.suite.is_empty()).then(|| Cow::from(&key.suite)),
        (key.metric != TIME).then(|| Cow::from(&key.metric_name)),
    ]
    .into_iter()
    .flatten()
}

/// ▲ where the value rose, ▼ where it fell.
pub(crate) fn mark(change: f64) -> &'static str {
    if change >= 0.0 { "▲" } else { "▼" }
}

pub(crate) fn tone(worse: bool) -> &'static str {
    if worse { "worse" } else { "better" }
}

/// `1.14×`: the larger level over the smaller.
pub(crate) fn factor(before: f64, after: f64) -> Option<String> {
    let ratio = after / before;
    let factor = if ratio >= 1.0 { ratio } else { 1.0 / ratio };
    factor.is_finite().then(|| text::times(factor))
}

/// `13.9% slower`, or `2.30× slower` from 100 % on.
pub(crate) fn sized(series: &Series, before: f64, after: f64, worse: bool) -> String {
    let word = text::comparative(&series.unit, series.better, worse);
    let change = after / before - 1.0;
    if change.abs() >= 1.0
        && let Some(factor) = factor(before, after)
    {
        return format!("{factor} {word}");
    }
    if !change.is_finite() {
        return word.to_owned();
    }
    format!("{} {word}", text::percent_change(change).trim_start_matches(['+', '−']))
}

/// The cell that says how a level moved.
pub(crate) fn cell(series: &Series, before: f64, after: f64, worse: bool) -> ChangeCell {
    let change = after / before - 1.0;
    let word = text::comparative(&series.unit, series.better, worse);
    let words = factor(before, after).map_or_else(|| word.to_owned(), |x| format!("{x} {word}"));
    ChangeCell {
        tone: tone(worse),
        mark: mark(change),
        change: text::percent_change(change),
        words,
    }
}

/// The cell of a series whose newest level is no news.
pub(crate) fn quiet(words: impl Into<String>) -> ChangeCell {
    ChangeCell { tone: "note", mark: "~", change: String::new(), words: words.into() }
}

/// The cell of a series by its verdict.
pub(crate) fn verdict_cell(series: &Series, analysis: &Analysis) -> ChangeCell {
    let open = analysis.events.last();
    match (analysis.verdict, open) {
        (Verdict::Regressed | Verdict::Improved, Some(change)) => {
            cell(series, change.before, change.after, change.worse)
        }
        (Verdict::Approved, Some(change)) => ChangeCell {
            tone: "note",
            words: format!("{}, accepted", text::comparative(&series.unit, series.better, true)),
            ..cell(series, change.before, change.after, change.worse)
        },
        (Verdict::Suspected { runs_needed }, _) => ChangeCell {
            tone: "note",
            mark: mark(analysis.change.unwrap_or(0.0)),
            change: analysis.change.map_or_else(String::new, text::percent_change),
            words: format!(
                "suspected, {} more needed",
                text::counted(u64::from(runs_needed), "run")
            ),
        },
        (Verdict::Infrastructure, _) => quiet("infrastructure, not compared"),
        (Verdict::Suppressed, _) => quiet("runner changed, not compared"),
        (Verdict::Noisy, _) => quiet("too noisy to tell"),
        (Verdict::New, _) => quiet("new"),
        (Verdict::Missing, _) => quiet("no result"),
        _ => quiet("no clear change"),
    }
}

/// The word that filters and JSON know a verdict by.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "regressed",
        Verdict::Suspected { .. } => "suspected",
        Verdict::Infrastructure => "infrastructure",
        Verdict::Approved => "approved",
        Verdict::Improved => "improved",
        Verdict::Suppressed => "suppressed",
        Verdict::Noisy => "noisy",
        Verdict::New => "new",
        Verdict::Missing => "missing",
        Verdict::Steady => "steady",
    }
}

pub(crate) fn status(status: &Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Fixed => "fixed",
        Status::Approved { .. } => "approved",
        Status::Explained => "explained",
    }
}

/// Before and after of a change in one unit.
pub(crate) fn levels(series: &Series, change: &Change) -> String {
    Scale::for_values([change.before, change.after], &series.unit)
        .arrow(change.before, change.after)
}

/// What happened, as a list of changes says it: `▲ 13.9% slower`.
pub(crate) fn event(series: &Series, change: &Change) -> Phrase {
    let size = sized(series, change.before, change.after, change.worse);
    let text = format!("{} {size}", mark(change.change));
    let phrase = Phrase::new(tone(change.worse)).marked(tone(change.worse), text);
    match change.kind {
        ChangeKind::Step => phrase,
        ChangeKind::Drift => phrase.text(", slowly"),
    }
}

/// What would be noticed: `Smallest lasting change that would be reported within 5 runs in 9 of
/// 10 cases: 3.1%; in 99 of 100: 4.2%.` None where too little is known.
pub(crate) fn sensitivity(analysis: &Analysis, confirmations: u32, rule: String) -> Option<Phrase> {
    let likely = text::percent(analysis.detectable?);
    let runs = text::counted(horizon(confirmations as usize) as u64, "run");
    let phrase = Phrase::new("")
        .text("Smallest lasting change for the worse that would be reported within ")
        .text(format!("{runs} in 9 of 10 cases: "))
        .link(rule, likely);
    Some(match analysis.detectable_surely {
        Some(surely) => phrase.text(format!("; in 99 of 100: {}.", text::percent(surely))),
        None => phrase.text("."),
    })
}

/// Value and note of a trend: `+0.11% a day` and `95% interval +0.04% to +0.17%, r² 0.61, 28 runs
/// in 29 days`; `none` where the interval holds zero.
pub(crate) fn trend(trend: &Trend) -> (String, String) {
    let rate = text::percent_rate;
    let runs = text::counted(u64::from(trend.runs), "run");
    let days = text::span(trend.to.micros().saturating_sub(trend.from.micros()));
    let value =
        if trend.clear { format!("{} a day", rate(trend.per_day)) } else { "none".to_owned() };
    let interval = format!("{} to {}", rate(trend.low), rate(trend.high));
    let unit = if trend.clear { "" } else { " a day" };
    let fit = if trend.clear { format!(", r² {:.2}", trend.r_squared) } else { String::new() };
    (value, format!("95% interval {interval}{unit}{fit}, {runs} in {days}"))
}

/// A day as a `<time>` element shows it.
pub(crate) fn day(time: Timestamp) -> Moment {
    Moment { iso: time.to_string(), text: text::date(time) }
}

/// A minute as a `<time>` element shows it.
pub(crate) fn minute(time: Timestamp) -> Moment {
    Moment { iso: time.to_string(), text: text::date_time(time) }
}

/// The scale of a series' own values.
pub(crate) fn scale(series: &Series, analysis: &Analysis) -> Scale {
    let latest = analysis.latest.and_then(|run| series.runs[run].value);
    let baseline = analysis.baseline.map(|baseline| baseline.value);
    Scale::for_values(latest.into_iter().chain(baseline), &series.unit)
}
