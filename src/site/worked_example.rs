//! A made-up series for readers of the methods: its chart, and each mark of it explained with the
//! numbers of this very chart. The real detection judges it, so that no number is invented.
//!
//! Example: 76 runs of 100 µs, one of them at 110 µs for once, and from 11 March on 118 µs: "An
//! open regression: 11 Mar 2025 is the first run on the new level."

use crate::report::wording;
use crate::site::table;
use crate::site::view::Figure;
use chart::{ChartNote, ChartSpan, NoLinks, NoteKind, TrendInput};
use detect::{Analysis, AnalysisContext, AnalysisDepth, Change};
use model::policy::Policy;
use model::record::OptionalF64;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Run, Series, SeriesKey};
use model::text::{self, UnitScale};

/// The figure and its explanation.
pub(crate) struct WorkedExample {
    pub(crate) figure: Figure,
    pub(crate) marks: Vec<ExplainedMark>,
    /// What the check says of it.
    pub(crate) verdict: String,
}

/// A mark of the chart and what it says there.
pub(crate) struct ExplainedMark {
    pub(crate) mark: &'static str,
    pub(crate) text: String,
}

/// 1 Jan 2025, noon.
const START: i64 = 1_735_732_800_000_000;
const RUNS: usize = 76;
/// Indices of runs: off its level for once, without a value, the first after a pause, and the first
/// that is slower.
const OUTLIER: usize = 24;
const FAILED: usize = 33;
const AFTER_GAP: usize = 44;
const SLOWER: usize = 60;
const GAP_DAYS: i64 = 9;
/// Values in nanoseconds.
const LEVEL: f64 = 100_000.0;
const SLOWER_LEVEL: f64 = 118_000.0;
/// Percent by which runs differ from their level, again and again.
const NOISE: [f64; 11] = [0.4, -0.9, 0.1, 1.1, -0.3, -1.2, 0.8, 0.0, -0.6, 1.3, -0.2];

/// The example under the policy of the site; none where that policy sees no change in it.
pub(crate) fn example(policy: &Policy) -> Option<WorkedExample> {
    let series = series();
    let newest = series.runs.last()?.time;
    let context = AnalysisContext {
        depth: AnalysisDepth::Full,
        now: newest,
        newest_run: Some(newest),
        accepted: &|_| Vec::new(),
        explanations: &|_| Vec::new(),
    };
    let analyses = detect::analyze_all(std::slice::from_ref(&series), policy, &context);
    let analysis = analyses.by_series.first()?;
    let change = analysis.open_regressions().next()?;
    let note = ChartNote {
        time: series.runs[SLOWER].time,
        text: "A new parser".to_owned(),
        kind: NoteKind::Remark,
    };
    let input = TrendInput {
        series: &series,
        analysis,
        commits: &[],
        notes: &[note],
        id: "example",
        links: &NoLinks,
        span: ChartSpan::Time,
    };
    Some(WorkedExample {
        figure: table::figure("example", chart::trend(&input)),
        marks: marks(&series, analysis, change),
        verdict: verdict(&series, analysis, change),
    })
}

fn series() -> Series {
    let run = |index: usize| {
        let pause = if index >= AFTER_GAP { GAP_DAYS } else { 0 };
        let days = i64::try_from(index).unwrap_or(0) + pause;
        let level = if index >= SLOWER { SLOWER_LEVEL } else { LEVEL };
        let value = match index {
            FAILED => None,
            OUTLIER => Some(level * 1.1),
            _ => Some(level * (1.0 + NOISE[index % NOISE.len()] / 100.0)),
        };
        Run::of_value(
            CommitIndex(u32::try_from(index).unwrap_or(0)),
            Timestamp::from_micros(START + days * DAY_US),
            value.map_or(OptionalF64::NONE, OptionalF64::from),
        )
    };
    Series::of_times(SeriesKey::of_test("parse", "rust"), (0..RUNS).map(run).collect())
}

/// The marks in the order in which a reader meets them.
fn marks(series: &Series, analysis: &Analysis, change: &Change) -> Vec<ExplainedMark> {
    let date = |run: usize| text::date(series.runs[run].time);
    let quantity = |value: f64| UnitScale::for_value(value, &series.unit).quantity(value);
    let value = |run: usize| series.runs[run].value.get().map(quantity).unwrap_or_default();
    let threshold = text::percent(analysis.threshold);
    let limit = quantity(change.before * (1.0 + analysis.threshold));
    let (before, after) = (quantity(change.before), quantity(change.after));
    let first = date(change.first_after);
    let lines = [
        ("Dots", "The runs, one a day.".to_owned()),
        (
            "Solid lines",
            format!(
                "The levels: half of the runs are above and half below. {before} at first, \
                 {after} since {first}. The last one is thick; the dot at its end is the level now."
            ),
        ),
        ("Dotted line", format!("The baseline, {before}: what new runs are compared with.")),
        (
            "Dashed line",
            format!(
                "The threshold, {threshold} above the baseline, at {limit}. Smaller changes are \
                 not reported."
            ),
        ),
        (
            "Flag and red line",
            format!(
                "An open regression: {first} is the first run on the new level. It is red until \
                 somebody fixes, accepts or explains it."
            ),
        ),
        ("Filled area", "What the regression has cost since.".to_owned()),
        (
            "Hollow circle",
            format!(
                "An outlier: {} on {} alone. The next run was back, so it changes no level and no \
                 verdict.",
                value(OUTLIER),
                date(OUTLIER)
            ),
        ),
        ("×", format!("A failed run on {}. It has no value, and none is made up.", date(FAILED))),
        (
            "Shaded band",
            format!(
                "A gap: no runs between {} and {}. The number below is their distance; lines \
                 break there.",
                date(AFTER_GAP - 1),
                date(AFTER_GAP)
            ),
        ),
        ("◆", "A note that somebody wrote about a day or a commit.".to_owned()),
    ];
    let is_drawn = |mark: &str| match mark {
        // A policy may take another run for an outlier.
        "Hollow circle" => analysis.flags[OUTLIER].is_outlier,
        "Shaded band" => analysis.gaps.contains(&AFTER_GAP),
        _ => true,
    };
    let drawn = lines.into_iter().filter(|(mark, _)| is_drawn(mark));
    drawn.map(|(mark, text)| ExplainedMark { mark, text }).collect()
}

/// Why it is reported, with the numbers.
fn verdict(series: &Series, analysis: &Analysis, change: &Change) -> String {
    let size = wording::change_size(series, change.change, true);
    let confidence = text::percent(change.confidence);
    let threshold = text::percent(analysis.threshold);
    let reported = change.reported_at.and_then(|run| series.runs.get(run));
    let reported = reported.map_or_else(String::new, |run| {
        format!(" It was reported on {}, when enough runs had confirmed it.", text::date(run.time))
    });
    let evidence = change.hints.iter().find(|hint| hint.contains("before")).cloned();
    let evidence = evidence.map_or_else(String::new, |hint| format!(" Evidence: {hint}"));
    format!(
        "The check says: regressed, {size}, more than the {threshold} threshold, confidence \
         {confidence}.{reported}{evidence}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_shows_what_its_text_explains() {
        let example = example(&Policy::default()).unwrap();
        let marks: Vec<&str> = example.marks.iter().map(|it| it.mark).collect();
        assert_eq!(marks.len(), 10, "{marks:?}");
        assert!(
            example.verdict.starts_with("The check says: regressed, 18."),
            "{}",
            example.verdict
        );
        assert!(example.verdict.contains("It was reported on"), "{}", example.verdict);
        let key: Vec<&str> = example.figure.key.iter().map(|mark| mark.name).collect();
        let drawn = [
            "run",
            "level",
            "level now",
            "baseline",
            "threshold",
            "outlier",
            "gap",
            "failed run",
            "note",
        ];
        assert_eq!(key, drawn);
    }
}
