//! One series at a commit, against its level at an earlier one: what commit and diff pages share.
//!
//! The base is the median of up to [`BASE_RUNS`] runs at or before the base commit, on the same
//! runner, on the same level (never across a change), without outliers: one run is too little to
//! compare with. What cannot be compared says why.

use std::collections::{BTreeMap, VecDeque};

use crate::report::phrase::ChangeCell;
use crate::report::wording::{self, BELOW_RESOLUTION};
use detect::Analysis;
use detect::compare::{ComparisonCriteria, Delta, DeltaVerdict, compare};
use model::record::shorten;
use model::series::{Run, Segment, Series};
use model::text;

/// Runs that the base's median is taken of, at most.
pub(crate) const BASE_RUNS: usize = 5;

/// What became of a comparison.
#[derive(Debug)]
pub(crate) enum SeriesDelta {
    Delta(Delta),
    /// The candidate run is off its level for once, as the runs after it show.
    Outlier(Delta),
    /// Why it was not compared.
    NotCompared(String),
}

/// A run of a series: its index among the main line's, or among those of pull requests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunPosition {
    Main(u32),
    Pull(u32),
}

impl RunPosition {
    pub(crate) fn run_in(self, series: &Series) -> &Run {
        match self {
            Self::Main(at) => &series.runs[at as usize],
            Self::Pull(at) => &series.pulls[at as usize].run,
        }
    }

    /// The index of a run of the main line.
    pub(crate) fn main_index(self) -> Option<usize> {
        match self {
            Self::Main(at) => Some(at as usize),
            Self::Pull(_) => None,
        }
    }
}

/// Compares a run with the level of its series at `base_run`, the newest run at or before the base
/// commit.
pub(crate) fn compare_runs(
    series: &Series,
    analysis: &Analysis,
    position: RunPosition,
    base_run: Option<usize>,
) -> SeriesDelta {
    let after = position.run_in(series);
    let Some(value) = after.value.get() else {
        let reason = after.error().unwrap_or("no reason given");
        return SeriesDelta::NotCompared(format!("the run failed: {}", shorten(reason, 120)));
    };
    if series.is_below_resolution(after) {
        return SeriesDelta::NotCompared(BELOW_RESOLUTION.to_owned());
    }
    // Runs of pull requests have no flags: the main line's analysis never saw them.
    let flags = position.main_index().map(|at| analysis.flags[at]).unwrap_or_default();
    if flags.infrastructure {
        return SeriesDelta::NotCompared(
            "infrastructure: most backends shifted that day".to_owned(),
        );
    }
    let Some(newest) = base_run else {
        return SeriesDelta::NotCompared("no run at or before the base".to_owned());
    };
    let before = &series.runs[newest];
    if before.segment != after.segment {
        let segment = |run: &Run| &series.segments[run.segment as usize];
        return SeriesDelta::NotCompared(runner_difference(segment(before), segment(after)));
    }
    let criteria = ComparisonCriteria::of(series, analysis);
    let values = base_values(series, analysis, newest);
    match compare(&values, &[value], criteria) {
        Some(delta) if flags.is_outlier && is_significant(&delta) => SeriesDelta::Outlier(delta),
        Some(delta) => SeriesDelta::Delta(delta),
        None => SeriesDelta::NotCompared("a value is not a number".to_owned()),
    }
}

/// The values of the base: those of the newest runs up to `newest` that share its level.
pub(crate) fn base_values(series: &Series, analysis: &Analysis, newest: usize) -> Vec<f64> {
    let since =
        analysis.changes.iter().map(|change| change.first_after).rfind(|first| *first <= newest);
    let segment = series.runs[newest].segment;
    let level = since.unwrap_or(0)..=newest;
    let usable = |at: &usize| {
        let flags = analysis.flags[*at];
        series.runs[*at].segment == segment && !flags.is_outlier && !flags.infrastructure
    };
    // From the newest back: with drift the oldest runs of a level are the least like the base.
    let values: Vec<f64> = level
        .rev()
        .filter(usable)
        .filter_map(|at| series.compared_value(&series.runs[at]))
        .take(BASE_RUNS)
        .collect();
    // A level of outliers only: one of them is still better than no comparison.
    let of_newest = || series.compared_value(&series.runs[newest]).into_iter().collect();
    if values.is_empty() { of_newest() } else { values }
}

/// The values of the base at each run of a series, from the first run on; `visit` gets the run and
/// the same values as [`base_values`] finds, in any order.
pub(crate) fn for_each_base(
    series: &Series,
    analysis: &Analysis,
    mut visit: impl FnMut(usize, &[f64]),
) {
    // One pass: to look back from each run anew reads every run several times, which takes longer
    // than all that is made of it.
    let mut level_starts = analysis.changes.iter().map(|change| change.first_after).peekable();
    let mut by_segment: Vec<VecDeque<f64>> = vec![VecDeque::new(); series.segments.len()];
    for (at, run) in series.runs.iter().enumerate() {
        while level_starts.next_if(|first| *first <= at).is_some() {
            by_segment.iter_mut().for_each(VecDeque::clear);
        }
        let (newest, flags) = (series.compared_value(run), analysis.flags[at]);
        let values = &mut by_segment[run.segment as usize];
        if let Some(value) = newest.filter(|_| !flags.is_outlier && !flags.infrastructure) {
            values.truncate(BASE_RUNS - 1);
            values.push_front(value);
        }
        match values.is_empty() {
            true => visit(at, newest.as_slice()),
            false => visit(at, values.make_contiguous()),
        }
    }
}

/// Whether any run from `start` on is away from the level before by half the threshold: most are
/// not, and cost no more than this. `analysis` is of these series, or of the runs before alone.
pub(crate) fn is_far_from_base(series: &Series, analysis: &Analysis, start: usize) -> bool {
    let level = analysis.level.last_before(start);
    let reach = analysis.threshold / 2.0;
    let far = |value: f64| level.is_none_or(|it| (value / it - 1.0).abs() > reach);
    series.runs[start..].iter().filter_map(|run| series.compared_value(run)).any(far)
}

fn is_significant(delta: &Delta) -> bool {
    matches!(delta.verdict, DeltaVerdict::Regressed | DeltaVerdict::Improved)
}

/// `runner_image ubuntu-22.04 → ubuntu-24.04`, or the versions of the benchmark.
pub(crate) fn runner_difference(old: &Segment, new: &Segment) -> String {
    let cut = |text: &str| shorten(text, 60).into_owned();
    let before: BTreeMap<&str, &str> =
        old.fingerprint.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut changes: Vec<String> = new
        .fingerprint
        .iter()
        .filter(|(name, value)| before.get(name.as_str()) != Some(&value.as_str()))
        .map(|(name, value)| {
            let old = before.get(name.as_str()).copied().unwrap_or("not recorded");
            format!("{} {} → {}", cut(name), cut(old), cut(value))
        })
        .collect();
    if old.version != new.version {
        let version = |version: &Option<String>| cut(version.as_deref().unwrap_or("none"));
        changes.push(format!("version {} → {}", version(&old.version), version(&new.version)));
    }
    if changes.is_empty() {
        changes.push("fields that only one of the two records".to_owned());
    }
    format!("the runner differs: {}", changes.join(", "))
}

/// How an outcome reads in a table.
pub(crate) fn delta_cell(series: &Series, outcome: &SeriesDelta) -> ChangeCell {
    let quiet = |delta: &Delta, words: &str| ChangeCell {
        change: text::percent_change(delta.change),
        ..wording::muted_cell(words)
    };
    match outcome {
        SeriesDelta::NotCompared(reason) => wording::muted_cell(format!("not compared: {reason}")),
        SeriesDelta::Outlier(delta) => quiet(delta, "outlier, not confirmed by later runs"),
        SeriesDelta::Delta(delta) => match delta.verdict {
            DeltaVerdict::Regressed => wording::change_cell(series, delta.change, true),
            DeltaVerdict::Improved => wording::change_cell(series, delta.change, false),
            DeltaVerdict::Unchanged => quiet(delta, "within the threshold"),
            DeltaVerdict::Inconclusive => quiet(delta, "within the noise"),
        },
    }
}

#[cfg(test)]
mod tests {
    use detect::{
        AnalysisContext, AnalysisDepth, Change, ChangeKind, ChangeSeverity, ChangeStatus,
    };
    use model::policy::Policy;
    use model::record::time::Timestamp;
    use model::testing::SeriesBuilder;
    use proptest::prelude::*;

    use super::*;

    fn analysis_of(series: &Series) -> Analysis {
        let context = AnalysisContext {
            depth: AnalysisDepth::GateOnly,
            now: Timestamp::from_micros(0),
            newest_run: None,
            accepted: &|_| Vec::new(),
            explanations: &|_| Vec::new(),
        };
        let all = std::slice::from_ref(series);
        detect::analyze_all(all, &Policy::default(), &context).by_series.remove(0)
    }

    fn change_at(first_after: usize) -> Change {
        Change {
            kind: ChangeKind::Step,
            first_after,
            last_before: first_after.saturating_sub(1),
            before: 1.0,
            after: 2.0,
            runs_before: 1,
            runs_after: 1,
            change: 1.0,
            per_day: None,
            is_regression: true,
            confidence: 0.9,
            severity: ChangeSeverity::Minor,
            status: ChangeStatus::Open,
            reported_at: None,
            left: None,
            hints: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn one_pass_finds_the_base_of_every_run(
            runs in prop::collection::vec((prop::option::of(1..9_u8), 0..3_u32, 0..4_u8), 1..40),
            starts in prop::collection::btree_set(0..40_usize, 0..4),
        ) {
            let values = runs.iter().map(|(value, ..)| value.map(f64::from));
            let mut series = SeriesBuilder::of(values).build();
            let segment = series.segments[0].clone();
            series.segments = vec![segment; 3];
            for (run, (_, segment, _)) in series.runs.iter_mut().zip(&runs) {
                run.segment = *segment;
            }
            let mut analysis = analysis_of(&series);
            for (flags, (.., mark)) in analysis.flags.iter_mut().zip(&runs) {
                (flags.is_outlier, flags.infrastructure) = (*mark == 1, *mark == 2);
            }
            analysis.changes = starts.into_iter().map(change_at).collect();
            let mut seen = Vec::new();
            for_each_base(&series, &analysis, |_, values| seen.push(values.to_vec()));
            let each = 0..series.runs.len();
            let expected: Vec<Vec<f64>> =
                each.map(|at| base_values(&series, &analysis, at)).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
