//! Verdicts and changes in words: always a mark, a sign and a word together, never color alone.
//!
//! Example: a level that rose from 83.9 to 95.6 µs is `▲ +13.9%` with the words `1.14× slower`.

use std::borrow::Cow;
use std::iter;

use crate::report::phrase::{ChangeCell, Moment, Phrase};
use detect::chaos::{ChaosImpact, ChaosWindow};
use detect::growth::GrowthEstimate;
use detect::sensitivity::horizon;
use detect::{Analysis, Change, ChangeKind, ChangeStatus, TrendEstimate, Verdict};
use model::note::Culprit;
use model::record::time::Timestamp;
use model::record::{DEFAULT_MODE, TIME_METRIC};
use model::series::{Series, SeriesKey};
use model::text::terminal::VerdictTone;
use model::text::{self, UnitScale};

/// `julia · loops · parallel · n = 1,000,000`, then suite, parameters and metric.
pub(crate) fn series_label(key: &SeriesKey) -> String {
    joined(iter::once(Cow::from(&key.backend)).chain(variant_parts(key)))
}

/// The same without the backend.
pub(crate) fn variant_label(key: &SeriesKey) -> String {
    joined(variant_parts(key))
}

/// The backend and the variant without the metric: what all metrics of a benchmark share.
pub(crate) fn benchmark_label(key: &SeriesKey) -> String {
    let (metric, metric_name) = (TIME_METRIC.to_owned(), String::new());
    series_label(&SeriesKey { metric, metric_name, statistic: None, ..key.clone() })
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
        (key.metric != TIME_METRIC).then(|| Cow::from(&key.metric_name)),
    ]
    .into_iter()
    .flatten()
}

/// ▲ where the value rose, ▼ where it fell.
pub(crate) fn arrow(change: f64) -> &'static str {
    if change >= 0.0 { "▲" } else { "▼" }
}

pub(crate) fn tone(worse: bool) -> &'static str {
    if worse { "worse" } else { "better" }
}

/// `1.14×`: the larger level over the smaller, of a relative change.
pub(crate) fn factor(change: f64) -> Option<String> {
    // Never below 1: "0.43× faster" reads as slower.
    let ratio = 1.0 + change;
    let factor = if ratio >= 1.0 { ratio } else { 1.0 / ratio };
    factor.is_finite().then(|| text::ratio(factor))
}

/// `13.9% slower`, or `2.30× slower` from 100 % on. Of the change that was judged: the levels
/// beside it may be medians of their own, and their quotient is another number.
pub(crate) fn change_size(series: &Series, change: f64, worse: bool) -> String {
    size_text(change, text::comparative(&series.unit, series.direction, worse))
}

/// The same with the comparative given: `slower`, `larger`, ….
pub(crate) fn size_text(change: f64, word: &str) -> String {
    // From double on a factor is easier to grasp than 130 %.
    if change.abs() >= 1.0
        && let Some(factor) = factor(change)
    {
        return format!("{factor} {word}");
    }
    if !change.is_finite() {
        return word.to_owned();
    }
    // Equal values have no direction, which `<0.1% faster` would claim.
    if change == 0.0 {
        return "no change".to_owned();
    }
    format!("{} {word}", text::percent_change(change).trim_start_matches(['+', '−']))
}

/// The cell of a change of level: mark, percentage and words.
pub(crate) fn change_cell(series: &Series, change: f64, worse: bool) -> ChangeCell {
    let word = text::comparative(&series.unit, series.direction, worse);
    let words = factor(change).map_or_else(|| word.to_owned(), |x| format!("{x} {word}"));
    ChangeCell {
        tone: tone(worse),
        mark: arrow(change),
        change: text::percent_change(change),
        words,
    }
}

/// The cell of a series without a significant change.
pub(crate) fn muted_cell(words: impl Into<String>) -> ChangeCell {
    ChangeCell { tone: "note", mark: "~", change: String::new(), words: words.into() }
}

/// The cell of a series by its verdict.
pub(crate) fn verdict_cell(series: &Series, analysis: &Analysis) -> ChangeCell {
    if analysis.is_retired {
        return muted_cell("retired");
    }
    match (analysis.verdict, analysis.verdict_change()) {
        (Verdict::Regressed | Verdict::Improved, Some(change)) => {
            change_cell(series, change.change, change.is_regression)
        }
        (Verdict::Accepted, Some(change)) => ChangeCell {
            tone: "note",
            words: format!("{}, accepted", text::comparative(&series.unit, series.direction, true)),
            ..change_cell(series, change.change, change.is_regression)
        },
        (Verdict::Suspected { runs_needed }, _) => ChangeCell {
            tone: "note",
            mark: arrow(analysis.latest_change.unwrap_or(0.0)),
            change: analysis.latest_change.map_or_else(String::new, text::percent_change),
            words: format!("suspected, {} needed to confirm", more_runs(runs_needed)),
        },
        (Verdict::Infrastructure, _) => muted_cell("infrastructure anomaly"),
        (Verdict::NotCompared, _) if is_newest_below_resolution(series) => {
            muted_cell("not compared: time is zero")
        }
        (Verdict::NotCompared, _) => muted_cell("not compared: runner changed"),
        (Verdict::TooNoisy, _) => muted_cell("too noisy"),
        (Verdict::New, _) => muted_cell("new"),
        (Verdict::Missing, _) => muted_cell("no recent result"),
        (Verdict::Failed, _) => muted_cell("failed"),
        _ => muted_cell("unchanged"),
    }
}

/// Why a time of zero is not compared.
pub(crate) const BELOW_RESOLUTION: &str = "the time is zero: below the resolution of the timer";

/// Whether the newest run measured a time of zero.
pub(crate) fn is_newest_below_resolution(series: &Series) -> bool {
    series.runs.last().is_some_and(|run| series.is_below_resolution(run))
}

/// `2 more runs`.
pub(crate) fn more_runs(needed: u32) -> String {
    format!("{needed} more {}", if needed == 1 { "run" } else { "runs" })
}

/// The word that filters and JSON know a verdict by.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "regressed",
        Verdict::Suspected { .. } => "suspected",
        Verdict::Infrastructure => "infrastructure",
        Verdict::Accepted => "accepted",
        Verdict::Improved => "improved",
        Verdict::NotCompared => "not_compared",
        Verdict::TooNoisy => "too_noisy",
        Verdict::New => "new",
        Verdict::Missing => "missing",
        Verdict::Failed => "failed",
        Verdict::Unchanged => "unchanged",
    }
}

/// How a verdict, an outcome, or the state of a target is colored, by its word in JSON.
pub(crate) fn verdict_tone(word: &str) -> VerdictTone {
    match word {
        "pass" | "improved" | "passing" | "found" => VerdictTone::Good,
        "fail" | "regressed" | "failed" | "missing" | "violated" => VerdictTone::Bad,
        "approval_needed" | "overridden" | "nothing_compared" | "suspected" | "too_noisy"
        | "not_compared" | "infrastructure" | "drifting" | "not_measured" | "removed"
        | "undecided" | "not_reproduced" | "outlier" => VerdictTone::Warning,
        _ => VerdictTone::Neutral,
    }
}

/// The same for people.
pub(crate) fn verdict_label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotCompared => "not compared",
        Verdict::TooNoisy => "too noisy",
        verdict => verdict_name(verdict),
    }
}

/// The state of a change in one word, the same on every page and in every format: an open
/// regression is `open`, a lasting improvement `confirmed`.
pub(crate) fn state(change: &Change) -> &'static str {
    state_name(&change.status, change.is_regression)
}

pub(crate) fn state_name(status: &ChangeStatus, is_regression: bool) -> &'static str {
    match status {
        ChangeStatus::Open if is_regression => "open",
        ChangeStatus::Open => "confirmed",
        ChangeStatus::Fixed { .. } => "fixed",
        ChangeStatus::Accepted { .. } => "accepted",
        ChangeStatus::Explained => "explained",
        ChangeStatus::Withdrawn => "withdrawn",
        ChangeStatus::Closed => "closed",
    }
}

/// `Culprit: abc1234 (97% confidence, 38 measurements)`.
pub(crate) fn culprit(culprit: &Culprit) -> String {
    format!("Culprit: {}", culprit.text())
}

/// The state of a change in a sentence: `Fixed on 13 Sep 2025 (−14.9%).`
pub(crate) fn state_sentence(series: &Series, analysis: &Analysis, change: &Change) -> Phrase {
    let phrase = Phrase::new("");
    match &change.status {
        ChangeStatus::Open if !change.is_regression => phrase.text("It has lasted since."),
        ChangeStatus::Open => match change.left {
            Some(left) => {
                let size = change_size(series, left, true);
                phrase.text(format!("Partly fixed: {size} than before is left."))
            }
            None => phrase.text("Not fixed yet."),
        },
        ChangeStatus::Fixed { run } => phrase.text(fixed_text(series, analysis, *run)),
        ChangeStatus::Explained => phrase.text("Explained by a note."),
        ChangeStatus::Withdrawn => phrase.text("Withdrawn: marked as a false alarm."),
        ChangeStatus::Closed if analysis.is_retired => {
            phrase.text("Closed: the series is retired.")
        }
        ChangeStatus::Closed => phrase.text("Closed by the policy (close_after_days)."),
        ChangeStatus::Accepted { reason, accepted_by: by } => {
            phrase.text("Accepted by ").name(by).text(": ").name(reason)
        }
    }
}

fn fixed_text(series: &Series, analysis: &Analysis, run: Option<usize>) -> String {
    let Some(run) = run else { return "Fixed: the level came back gradually.".to_owned() };
    let date = text::date(series.runs[run].time);
    let fix = analysis.changes.iter().find(|it| !it.is_regression && it.first_after == run);
    match fix {
        Some(fix) => format!("Fixed on {date} ({}).", text::percent_change(fix.change)),
        None => format!("Fixed on {date}."),
    }
}

/// Before and after of a change in one unit.
pub(crate) fn levels(series: &Series, change: &Change) -> String {
    text::levels(change.before, change.after, &series.unit)
}

/// When a change began: a gradual one before the first run beyond the threshold.
pub(crate) fn since(series: &Series, change: &Change) -> Timestamp {
    let run = match change.kind {
        ChangeKind::Step => change.first_after,
        ChangeKind::Drift => change.last_before,
    };
    series.runs[run].time
}

/// `Rose 0.43% a day, passed the 10% threshold on 14 Sep 2025.`; none for a step.
pub(crate) fn rate_sentence(series: &Series, threshold: f64, change: &Change) -> Option<String> {
    let per_day = change.per_day?;
    let way = if per_day > 0.0 { "Rose" } else { "Fell" };
    let crossed = text::date(series.runs[change.first_after].time);
    let (rate, threshold) = (text::percent_rate(per_day.abs()), text::percent(threshold));
    let rate = rate.trim_start_matches('+');
    Some(format!("{way} {rate} a day, passed the {threshold} threshold on {crossed}."))
}

/// Size and direction of a change: `▲ 13.9% slower`, or `▲ 13.9% slower (gradual)`.
pub(crate) fn event(series: &Series, change: &Change) -> Phrase {
    let size = change_size(series, change.change, change.is_regression);
    let text = format!("{} {size}", arrow(change.change));
    let phrase = Phrase::new(tone(change.is_regression)).marked(tone(change.is_regression), text);
    match change.kind {
        ChangeKind::Step => phrase,
        ChangeKind::Drift => phrase.text(" (gradual)"),
    }
}

/// `Detects regressions of 3.1% or more (90% chance within 5 runs), of 4.2% or more (99%).` None
/// where too few runs are known.
pub(crate) fn sensitivity(analysis: &Analysis, confirmations: u32, rule: String) -> Option<Phrase> {
    let likely = text::percent(analysis.detectable_change_90?);
    let surely = analysis.detectable_change_99.map(text::percent);
    // With little noise both are the threshold: one number says it all.
    let chance = if surely.as_ref() == Some(&likely) { "99%" } else { "90%" };
    let runs = text::count_noun(horizon(confirmations as usize) as u64, "run");
    let phrase = Phrase::new("")
        .text("Detects regressions of ")
        .link(rule, format!("{likely} or more"))
        .text(format!(" ({chance} chance within {runs})"));
    Some(match surely.filter(|_| chance == "90%") {
        Some(surely) => phrase.text(format!(", of {surely} or more (99%).")),
        None => phrase.text("."),
    })
}

/// Value and note of a trend: `+0.11% per day` and `95% interval +0.04% to +0.17%, r² 0.61, 28 runs
/// in 29 days`; `none` where the interval holds zero.
pub(crate) fn trend(trend: &TrendEstimate) -> (String, String) {
    let rate = text::percent_rate;
    let runs = text::count_noun(u64::from(trend.runs), "run");
    let days = text::duration(trend.to.micros().saturating_sub(trend.from.micros()));
    let value = if trend.is_significant {
        format!("{} per day", rate(trend.per_day))
    } else {
        "none".to_owned()
    };
    let interval = format!("{} to {}", rate(trend.low), rate(trend.high));
    let unit = if trend.is_significant { "" } else { " per day" };
    let fit =
        if trend.is_significant { format!(", r² {:.2}", trend.r_squared) } else { String::new() };
    (value, format!("95% interval {interval}{unit}{fit}, {runs} in {days}"))
}

/// `time grows as n^1.02 (0.98–1.06)`; what falls with n has an exponent below zero.
pub(crate) fn growth(metric: &str, growth: &GrowthEstimate) -> String {
    let decimals = if growth.high - growth.low < 0.01 { 3 } else { 2 };
    let [exponent, low, high] =
        [growth.exponent, growth.low, growth.high].map(|it| text::exponent(it, decimals));
    let verb = if growth.exponent < 0.0 { "falls" } else { "grows" };
    let dash = if growth.low < 0.0 { " to " } else { "–" };
    format!("{metric} {verb} as n^{exponent} ({low}{dash}{high})")
}

/// `1–2 Sep 2025: baseline 82.4 ms, degraded 133 ms (+61.9%), recovered after 2 days.`
pub(crate) fn chaos(
    series: &Series,
    threshold: f64,
    window: ChaosWindow,
    impact: &ChaosImpact,
) -> String {
    let scale = UnitScale::for_values([impact.baseline, impact.degraded], &series.unit);
    let days = match window.first_day.day() == window.last_day.day() {
        true => text::date(window.first_day),
        false => text::date_span(window.first_day, window.last_day),
    };
    let baseline = scale.quantity(impact.baseline);
    if impact.degraded_runs == 0 {
        let limit = text::percent(threshold);
        return format!("{days}: baseline {baseline}, no change above the {limit} threshold.");
    }
    let recovery = match impact.recovery_us {
        Some(length) => format!("recovered after {}", text::duration(length)),
        None => "not recovered yet".to_owned(),
    };
    let (degraded, change) = (scale.quantity(impact.degraded), text::percent_change(impact.change));
    format!("{days}: baseline {baseline}, degraded {degraded} ({change}), {recovery}.")
}

/// A day as a `<time>` element shows it.
pub(crate) fn day(time: Timestamp) -> Moment {
    Moment { iso: time.to_string(), text: text::date(time) }
}

/// A minute as a `<time>` element shows it.
pub(crate) fn minute(time: Timestamp) -> Moment {
    Moment { iso: time.to_string(), text: text::date_time(time) }
}

/// The unit scale for the values of one series.
pub(crate) fn scale(series: &Series, analysis: &Analysis) -> UnitScale {
    let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
    let baseline = analysis.baseline.map(|baseline| baseline.value);
    UnitScale::for_values(latest.into_iter().chain(baseline), &series.unit)
}
