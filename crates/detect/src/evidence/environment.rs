//! What the records on the two sides of a step say differently: runner, toolchain, version, and how
//! often a run repeats.
//!
//! A field counts only if it kept one value on either side: a build number that changes with every
//! run is no evidence. Called after redaction, because it quotes values.
//!
//! Example: `Recorded changes from this run on: rustc (1.80 → 1.81).`

use std::collections::BTreeSet;
use std::fmt;

use model::history::{Environment, History, session};
use model::series::{Run, Series};

use crate::analysis::{Analysis, Change, ChangeKind};

use super::{list_few, quote};

/// Runs on either side in which a field must have kept its value.
const COMPARED_RUNS: usize = 3;
/// Fields that are named.
const NAMED: usize = 4;

/// Puts a hint before the others of every step: the recorded differences, or that there is none;
/// no hint where nothing is recorded.
pub fn explain(series: &[Series], each: &mut [Analysis], history: &History) {
    for (series, analysis) in series.iter().zip(each) {
        for event in 0..analysis.changes.len() {
            if analysis.changes[event].kind == ChangeKind::Step
                && let Some(hint) = difference_hint(series, &analysis.changes, event, history)
            {
                analysis.changes[event].hints.insert(0, hint);
            }
        }
    }
}

fn difference_hint(
    series: &Series,
    events: &[Change],
    event: usize,
    history: &History,
) -> Option<String> {
    let sides = RecordedChange::of(series, events, event, history);
    let is_recorded = !sides.fields().is_empty();
    let differences = sides.differences().into_iter();
    let mut moved: Vec<(bool, String)> =
        differences.map(|it| (it.old.is_none() || it.new.is_none(), it.to_string())).collect();
    let repeats = |side: &RecordedLevel<'_>| side.common_value(|run| run.run.repeats);
    if let (Some(old), Some(new)) = (repeats(&sides.old), repeats(&sides.new))
        && old != new
    {
        moved.push((false, format!("measurements a run ({old} → {new})")));
    }
    // What has a value on both sides says more than what was not recorded before.
    moved.sort_by_key(|(one_sided, _)| *one_sided);
    let names: Vec<String> =
        moved.iter().take(NAMED).map(|(_, sentence)| sentence.clone()).collect();
    match moved.len() {
        0 if is_recorded => Some("No recorded runner or toolchain change.".into()),
        0 => None,
        all => Some(format!("Recorded changes from this run on: {}.", list_few(&names, all))),
    }
}

/// A recorded field whose value differs on the two sides of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDifference {
    pub field: String,
    /// None where it was not recorded.
    pub old: Option<String>,
    pub new: Option<String>,
}

/// `rustc (1.80 → 1.81)`, each name quoted.
impl fmt::Display for RecordedDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted =
            |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), quote);
        write!(f, "{} ({} → {})", quote(&self.field), quoted(&self.old), quoted(&self.new))
    }
}

/// What the records on the two sides of a change say differently, by field.
pub fn recorded_changes(
    series: &Series,
    changes: &[Change],
    change: usize,
    history: &History,
) -> Vec<RecordedDifference> {
    RecordedChange::of(series, changes, change, history).differences()
}

/// A run with its environment.
#[derive(Clone, Copy)]
struct RecordedRun<'a> {
    run: &'a Run,
    environment: &'a Environment,
}

impl<'a> RecordedRun<'a> {
    fn field(self, name: &str) -> Option<&'a str> {
        match name {
            VERSION => self.environment.version.as_deref(),
            _ => self.environment.fields.get(name).map(String::as_str),
        }
    }
}

const VERSION: &str = "version";

/// The runs next to a step, at most [`COMPARED_RUNS`].
struct RecordedLevel<'a>(Vec<RecordedRun<'a>>);

impl<'a> RecordedLevel<'a> {
    /// The value that a field kept; the inner one is none where it was never recorded.
    fn value(&self, field: &str) -> Option<Option<&'a str>> {
        self.common_value(|run| run.field(field))
    }

    /// What all runs of the side have; none where they differ.
    fn common_value<T: PartialEq>(&self, of: impl Fn(RecordedRun<'a>) -> T) -> Option<T> {
        let first = of(*self.0.first()?);
        self.0.iter().all(|run| of(*run) == first).then_some(first)
    }
}

struct RecordedChange<'a> {
    old: RecordedLevel<'a>,
    new: RecordedLevel<'a>,
}

impl<'a> RecordedChange<'a> {
    fn of(series: &'a Series, events: &[Change], event: usize, history: &'a History) -> Self {
        let change = &events[event];
        let from = event.checked_sub(1).map_or(0, |before| events[before].first_after);
        let to = events.get(event + 1).map_or(series.runs.len(), |next| next.first_after);
        let recorded = |index: usize| {
            let run = &series.runs[index];
            let environment = history.environments.get(run.environment as usize)?;
            run.value.is_some().then_some(RecordedRun { run, environment })
        };
        let old = (from..=change.last_before).rev().filter_map(recorded).take(COMPARED_RUNS);
        let new = (change.first_after..to).filter_map(recorded).take(COMPARED_RUNS);
        Self { old: RecordedLevel(old.collect()), new: RecordedLevel(new.collect()) }
    }

    fn differences(&self) -> Vec<RecordedDifference> {
        let difference = |field: &str| {
            let (old, new) = (self.old.value(field)?, self.new.value(field)?);
            let owned = |value: Option<&str>| value.map(str::to_owned);
            let (field, old, new) = (field.to_owned(), owned(old), owned(new));
            (old != new).then_some(RecordedDifference { field, old, new })
        };
        self.fields().into_iter().filter_map(difference).collect()
    }

    /// The names of the fields of the two runs next to the step.
    fn fields(&self) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        for run in [self.old.0.first(), self.new.0.first()].into_iter().flatten() {
            names.extend(run.environment.fields.keys().map(String::as_str));
            names.extend(run.environment.version.as_ref().map(|_| VERSION));
        }
        // Every session has another id; it is no property of runner or toolchain. Outside of one
        // the same names are the project's own.
        if names.contains(session::SESSION) {
            names.retain(|name| !session::FIELDS.contains(name));
        }
        names
    }
}
