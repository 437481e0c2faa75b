//! The states of a change over time: when it began, when it was reported, how it ended.
//!
//! Example: `18 Aug: Slope begins`, `14 Sep: open, passed the 10% threshold`, and next: `fixed,
//! accepted or explained`.

use crate::report::phrase::Moment;
use crate::report::wording;
use crate::site::changes::EventRef;
use crate::site::context::SiteContext;
use detect::{ChangeKind, ChangeStatus};
use model::record::time::Timestamp;
use model::text;

/// A state of a change.
pub(super) struct LifeStep {
    /// `w` while it is open, `nx` for what comes next, else empty.
    pub(super) class: &'static str,
    /// None for what has no date.
    pub(super) time: Option<Moment>,
    pub(super) title: String,
    pub(super) text: String,
}

/// The states of a regression, oldest first; none for an improvement, which has no life.
pub(super) fn steps(site: &SiteContext<'_>, event: &EventRef) -> Vec<LifeStep> {
    let (series, analysis, change) = site.change(event);
    if !change.is_regression {
        return Vec::new();
    }
    let time = |run: usize| series.runs[run].time;
    let step = |class, time: Option<Timestamp>, title: &str, text: String| LifeStep {
        class,
        time: time.map(wording::day),
        title: title.to_owned(),
        text,
    };
    let threshold = text::percent(analysis.threshold);
    let mut steps = Vec::new();
    let first = time(change.first_after);
    // A slope is suspected where it passes the threshold, not where it begins.
    if change.kind == ChangeKind::Drift {
        let began = time(change.last_before);
        steps.push(step("", Some(began), "Slope begins", "Last run at the baseline.".to_owned()));
        let passed = format!("First run beyond the {threshold} threshold.");
        steps.push(step("w", Some(first), "suspected", passed));
    } else {
        let words = "First run on the new level.".to_owned();
        steps.push(step("w", Some(first), "suspected", words));
    }
    match change.reported_at {
        // The whole history may place the change later than the check did that reported it.
        Some(run) if run < change.first_after => {
            let words = format!("Reported by the check of {} already.", text::date(time(run)));
            steps.push(step("w", Some(first), "open", words));
        }
        Some(run) => {
            let after = run.saturating_sub(change.first_after) as u64 + 1;
            let words = format!("Confirmed after {}.", text::count_noun(after, "run"));
            steps.push(step("w", Some(time(run)), "open", words));
        }
        None => {
            let words = "Found in the whole history, not by the check of a run.".to_owned();
            steps.push(step("w", None, "open", words));
        }
    }
    let state = wording::state(change);
    let words = wording::state_sentence(series, analysis, change).plain();
    steps.push(match &change.status {
        ChangeStatus::Open => {
            let days = site.input.history.newest.unwrap_or(first).day() - first.day();
            let age = text::count_noun(u64::try_from(days).unwrap_or(0), "day");
            let words = format!("{words} Open for {age}.");
            step("nx", None, "next: fixed, accepted or explained", words)
        }
        ChangeStatus::Fixed { run } => step("", run.map(time), state, words),
        _ => step("", None, state, words),
    });
    steps
}
