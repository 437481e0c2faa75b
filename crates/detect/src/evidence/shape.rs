//! What a series tells of its own change: how many runs saw it, how far it stands out of the noise
//! of one run, and how often the like happened here before.

use model::series::Series;
use model::text;

use crate::{Analysis, Change, ChangeKind, ChangeStatus};

/// Share of a change from which on an earlier one, or a single run, counts as large.
const SIMILAR_SIZE_SHARE: f64 = 0.8;
/// Runs before a change that are searched for single ones as far off.
const MAX_RUNS_BEFORE: usize = 200;

/// The sentences for one change.
pub fn hints(series: &Series, analysis: &Analysis, event: usize) -> Vec<String> {
    let change = &analysis.changes[event];
    let mut hints = vec![runs_and_noise(change, analysis.noise)];
    hints.extend(similar_outliers(series, analysis, event));
    hints.push(earlier_changes(series, &analysis.changes, event));
    hints
}

/// `60 runs stood on the old level, 12 on the new one; one run varies by ±1.2%, this is 11 times
/// that.`
fn runs_and_noise(change: &Change, noise: Option<f64>) -> String {
    let (before, after) = (u64::from(change.runs_before), u64::from(change.runs_after));
    let sides = match change.kind {
        ChangeKind::Step => format!(
            "{} stood on the old level, {} on the new one",
            text::count_noun(before, "run"),
            text::count(after)
        ),
        ChangeKind::Drift => format!(
            "Measured from the {} oldest to the {} newest runs of this level",
            text::count(before),
            text::count(after)
        ),
    };
    match noise.filter(|noise| *noise > 0.0) {
        Some(noise) => format!(
            "{sides}; one run varies by ±{}, this is {} times that.",
            text::percent(noise),
            text::ratio(change.change.abs() / noise).trim_end_matches('×'),
        ),
        None => format!("{sides}."),
    }
}

/// How many changes of this size and direction came before, when the last one did, and how many
/// went away.
fn earlier_changes(series: &Series, events: &[Change], event: usize) -> String {
    let change = &events[event];
    let alike = |it: &&Change| {
        let large = size(it.change) >= SIMILAR_SIZE_SHARE * size(change.change);
        it.first_after < change.first_after && it.is_regression == change.is_regression && large
    };
    let like: Vec<&Change> = events.iter().filter(alike).collect();
    let what =
        if change.is_regression { "got worse by this much" } else { "got better by this much" };
    let Some(last) = like.last() else { return format!("It never {what} before.") };
    let day = text::date(series.runs[last.first_after].time);
    let gone = like.iter().filter(|it| it.status == ChangeStatus::Fixed).count();
    let gone = match (like.len(), gone) {
        (_, 0) => String::new(),
        (1, _) => ", and went back again".to_owned(),
        (_, gone) => format!("; {} of them went back again", text::count(gone as u64)),
    };
    match like.len() {
        1 => format!("It {what} once before, on {day}{gone}."),
        many => {
            format!("It {what} {} times before, last on {day}{gone}.", text::count(many as u64))
        }
    }
}

/// How far a relative change goes whichever way: halving is as far as doubling.
fn size(change: f64) -> f64 {
    change.max(-0.999_999).ln_1p().abs()
}

/// How many single runs of the old level lay as far off as the new level; none where none did, and
/// where several runners took turns, whose runs do not compare.
fn similar_outliers(series: &Series, analysis: &Analysis, event: usize) -> Option<String> {
    let change = &analysis.changes[event];
    let segment = series.runs[change.last_before].segment;
    let earlier = analysis.changes[..event].last().map_or(0, |it| it.first_after);
    let from = earlier.max(change.last_before.saturating_sub(MAX_RUNS_BEFORE - 1));
    let (mut runs, mut far) = (0_u64, 0_u64);
    for index in from..=change.last_before {
        let run = &series.runs[index];
        let Some(value) = run.value.get().filter(|_| !analysis.flags[index].infrastructure) else {
            continue;
        };
        if run.segment != segment {
            return None;
        }
        runs += 1;
        let share = (value - change.before) / (change.after - change.before);
        far += u64::from(share >= SIMILAR_SIZE_SHARE);
    }
    let runs = text::count_noun(runs, "run");
    (far > 0 && change.kind == ChangeKind::Step)
        .then(|| format!("Of the {runs} before it {} lay as far off for once.", text::count(far)))
}
