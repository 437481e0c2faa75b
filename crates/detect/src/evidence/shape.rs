//! What a series itself shows of its change: the runs on both sides, the size against the
//! run-to-run noise, one-off spikes and earlier changes of the same size.
//!
//! Example: `13 runs before, 14 after; 7.1 × the run-to-run noise (±2.1%).`

use model::series::Series;
use model::text;

use crate::analysis::{Analysis, Change, ChangeKind, ChangeStatus};

/// Share of a change from which on an earlier one, or a single run, counts as large.
const SIMILAR_SIZE_SHARE: f64 = 0.8;
/// Larger multiples of the noise are not told apart.
const MAX_MULTIPLE: f64 = 100.0;
/// Runs before a change that are searched for single ones as far off.
const MAX_RUNS_BEFORE: usize = 200;

/// The sentences for one change.
pub(crate) fn hints(series: &Series, analysis: &Analysis, event: usize) -> Vec<String> {
    let change = &analysis.changes[event];
    let mut hints = vec![runs_and_noise(change, analysis.noise)];
    hints.extend(similar_outliers(series, analysis, event));
    hints.push(earlier_changes(series, &analysis.changes, event));
    hints
}

/// `60 runs before, 12 after; 11 × the run-to-run noise (±1.2%).`
fn runs_and_noise(change: &Change, noise: Option<f64>) -> String {
    let (before, after) = (u64::from(change.runs_before), u64::from(change.runs_after));
    let sides = match change.kind {
        ChangeKind::Step => {
            format!("{} before, {} after", text::count_noun(before, "run"), text::count(after))
        }
        ChangeKind::Drift => format!(
            "Measured between the {} oldest and the {} newest runs of this level",
            text::count(before),
            text::count(after)
        ),
    };
    match noise.filter(|noise| *noise > 0.0) {
        Some(noise) => {
            let multiple = noise_multiple(change.change.abs() / noise);
            let percent = text::percent(noise);
            let noise = match percent.strip_prefix('<') {
                Some(least) => format!("under {least}"),
                None => format!("±{percent}"),
            };
            format!("{sides}; {multiple} the run-to-run noise ({noise}).")
        }
        None => format!("{sides}."),
    }
}

/// `11 ×`; of a series whose runs hardly differ the number would be as arbitrary as it is large.
fn noise_multiple(multiple: f64) -> String {
    if multiple > MAX_MULTIPLE {
        return format!("more than {} ×", text::count(MAX_MULTIPLE as u64));
    }
    format!("{} ×", text::ratio(multiple).trim_end_matches('×'))
}

/// How many changes of this size and direction there were before, when the last one was, and how
/// many of them were fixed.
fn earlier_changes(series: &Series, changes: &[Change], index: usize) -> String {
    let change = &changes[index];
    let is_similar = |earlier: &&Change| {
        let is_large = size(earlier.change) >= SIMILAR_SIZE_SHARE * size(change.change);
        let is_earlier = earlier.first_after < change.first_after;
        is_earlier && earlier.is_regression == change.is_regression && is_large
    };
    let similar: Vec<&Change> = changes.iter().filter(is_similar).collect();
    let kind = if change.is_regression { "regression" } else { "improvement" };
    let Some(last) = similar.last() else { return format!("Largest {kind} so far.") };
    let day = text::date(series.runs[last.first_after].time);
    let fixed = similar.iter().filter(|it| matches!(it.status, ChangeStatus::Fixed { .. })).count();
    if similar.len() == 1 {
        let fixed = if fixed > 0 { ", since fixed" } else { "" };
        return format!("One earlier {kind} of this size, on {day}{fixed}.");
    }
    let fixed = match fixed {
        0 => String::new(),
        fixed => format!("; {} of them fixed", text::count(fixed as u64)),
    };
    let count = text::count(similar.len() as u64);
    format!("{count} earlier {kind}s of this size, the last on {day}{fixed}.")
}

/// The size of a relative change on the scale of ratios: halving is as far as doubling.
fn size(change: f64) -> f64 {
    change.max(-0.999_999).ln_1p().abs()
}

/// How many single runs of the level before were as far off as the new level; none where none was,
/// and where several runners took turns, whose runs cannot be compared.
fn similar_outliers(series: &Series, analysis: &Analysis, event: usize) -> Option<String> {
    let change = &analysis.changes[event];
    let segment = series.runs[change.last_before].segment;
    // Only runs on the level just before: what an earlier change left is another level.
    let earlier = analysis.changes[..event].last().map_or(0, |it| it.first_after);
    // 200 runs are a season of nightly runs; older spikes came from another time.
    let from = earlier.max(change.last_before.saturating_sub(MAX_RUNS_BEFORE - 1));
    let (mut runs, mut far) = (0_u64, 0_u64);
    for index in from..=change.last_before {
        let run = &series.runs[index];
        let Some(value) =
            series.compared_value(run).filter(|_| !analysis.flags[index].infrastructure)
        else {
            continue;
        };
        if run.segment != segment {
            return None;
        }
        runs += 1;
        let share = (value - change.before) / (change.after - change.before);
        far += u64::from(share >= SIMILAR_SIZE_SHARE);
    }
    let runs = text::count(runs);
    (far > 0 && change.kind == ChangeKind::Step).then(|| match far {
        1 => format!("1 of the previous {runs} runs was a one-off spike of this size."),
        _ => {
            let far = text::count(far);
            format!("{far} of the previous {runs} runs were one-off spikes of this size.")
        }
    })
}
