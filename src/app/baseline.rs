//! `baseline`: pins the present level of series, shows the pins, and clears them.
//!
//! A pin holds the level itself, so that it stays the same when old records move to the archive.

use std::sync::Arc;

use anyhow::{Context, bail};

use crate::app::accept::Expiry;
use crate::app::existing;
use crate::app::load::{Project, load};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::regressions::RegressionLookup;
use crate::report::candidate;
use crate::report::decision::Decision;
use crate::store;
use crate::vcs::git;
use detect::Analysis;
use detect::targets::TargetResult;
use detect::targets::pinned::PinnedLevel;
use model::audit::reason::reason_fault;
use model::pinned::{self, PinnedBaseline};
use model::policy::{BaselineUpdate, Policy, accepted};
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};
use model::text;

/// What is to be pinned.
pub(crate) struct PinRequest {
    /// A glob for names of series.
    pub(crate) series: String,
    /// The commit whose level counts; none: the newest.
    pub(crate) commit: Option<String>,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) until: Option<Expiry>,
}

/// The series of a check with their analyses, kept until its outcome is known.
pub(super) struct SeriesToPin {
    pub(super) series: Arc<[Series]>,
    /// Of each series, in their order.
    pub(super) analyses: Vec<Analysis>,
}

/// The pins of a history, with what became of them.
pub(crate) struct ShownBaselines {
    pub(crate) pins: Vec<PinnedBaseline>,
    /// Of the pins, in the order of all targets.
    pub(crate) targets: Vec<TargetResult>,
    /// Which pins there are, where none was asked for.
    pub(crate) others: Option<String>,
}

/// Pins the level of every series that matches; replaces their former pins.
///
/// # Errors
/// The history cannot be loaded, no series matches, the commit is not measured, no matching series
/// has a level there, or the file has an error or cannot be written.
pub(crate) fn set(
    options: &LoadOptions,
    request: &PinRequest,
) -> anyhow::Result<Vec<PinnedBaseline>> {
    let now = options.time();
    let until = request.until.map(|until| until.time(now)).transpose()?;
    let project = load(options, &Silent)?;
    let reason = text::publishable(request.reason.trim());
    if let Some(fault) = reason_fault(&reason, project.policy.governance.min_reason_length) {
        bail!("--reason: {fault}; whoever meets the pin wants to know why");
    }
    let lookup = RegressionLookup {
        history: &project.history,
        series: &project.series,
        analyses: &project.analyses.by_series,
    };
    let matching = lookup.series_matching(&request.series);
    if matching.is_empty() {
        bail!("{}", existing::no_series(&project.series, &request.series));
    }
    let commit = match &request.commit {
        // Not one commit for all: series are measured at different times.
        None => None,
        // As in `compare`: the level at a commit that was not measured is that of the one before.
        Some(name) => {
            let commit = candidate::measured_commit(&project.history, name, &git::ancestors)?;
            Some(commit.with_context(|| {
                format!("--commit: {}", existing::no_commit(&project.history, name))
            })?)
        }
    };
    let pins: Vec<PinnedBaseline> = matching
        .iter()
        .filter_map(|at| {
            let (series, analysis) = (&project.series[*at], &project.analyses.by_series[*at]);
            let id = |at: CommitIndex| project.history.commits[at.0 as usize].id.clone();
            let pin = pin_of(series, analysis, commit, &project.policy, now, id)?;
            let (reason, by) = (reason.clone(), text::publishable(&request.by));
            Some(PinnedBaseline { reason, by, until: until.map(text::iso_date), ..pin })
        })
        .collect();
    if pins.is_empty() {
        bail!("none of the series that match `{}` has a level above zero there", request.series);
    }
    // A series has one pin: two would contradict each other.
    change(options, |all| {
        all.retain(|old| !pins.iter().any(|new| new.series == old.series));
        all.extend(pins.iter().cloned());
    })?;
    Ok(pins)
}

/// The level of a series as a pin without reason.
fn pin_of(
    series: &Series,
    analysis: &Analysis,
    commit: Option<CommitIndex>,
    policy: &Policy,
    now: Timestamp,
    id: impl Fn(CommitIndex) -> String,
) -> Option<PinnedBaseline> {
    let level = PinnedLevel::of(series, analysis, commit, policy.detection.window)?;
    Some(PinnedBaseline {
        series: series.key.name(),
        commit: id(level.commit),
        level: level.level,
        unit: series.unit.as_str().to_owned(),
        runs: level.runs,
        mean: level.mean,
        deviation: level.deviation,
        low: level.interval.map(|(low, _)| low),
        high: level.interval.map(|(_, high)| high),
        set: text::iso_date(now),
        ..PinnedBaseline::default()
    })
}

/// The pins of series that match a glob, with their results.
///
/// # Errors
/// The history cannot be loaded.
pub(crate) fn show(options: &LoadOptions, glob: &str) -> anyhow::Result<ShownBaselines> {
    let Project { contents, targets, .. } = load(options, &Silent)?;
    let mut pins = contents.baselines;
    let is_match = |pin: &PinnedBaseline| accepted::matches(glob, &pin.series);
    let is_unmatched = !pins.is_empty() && !pins.iter().any(is_match);
    let others = is_unmatched.then(|| existing::no_pin(&pins, glob));
    pins.retain(is_match);
    let is_shown = |it: &TargetResult| pins.iter().any(|pin| it.key == pin.key());
    let targets = targets.into_iter().filter(is_shown).collect();
    Ok(ShownBaselines { pins, targets, others })
}

/// Removes the pins of series that match a glob; how many there were.
///
/// # Errors
/// No pin matches, or the file has an error or cannot be written.
pub(crate) fn clear(options: &LoadOptions, glob: &str) -> anyhow::Result<usize> {
    // Counted under the lock: the file may have changed since somebody looked.
    let mut removed = 0;
    let mut others = Vec::new();
    change(options, |all| {
        let before = all.len();
        all.retain(|pin| !accepted::matches(glob, &pin.series));
        removed = before - all.len();
        others.clone_from(all);
    })?;
    if removed == 0 {
        bail!("{}", existing::no_pin(&others, glob));
    }
    Ok(removed)
}

/// Moves the pins that checks made to the present levels, and makes those that are missing, where
/// the policy says so and the check passed.
///
/// # Errors
/// The file has an error or cannot be written.
pub(super) fn update_after(
    options: &LoadOptions,
    decision: Decision,
    analyzed: &SeriesToPin,
    policy: &Policy,
    now: Timestamp,
    id: impl Fn(CommitIndex) -> String,
) -> anyhow::Result<()> {
    if policy.baseline.update != BaselineUpdate::OnPass || decision != Decision::Pass {
        return Ok(());
    }
    let reason = "newest level of the last check that passed";
    let pin = |(series, analysis)| {
        let (reason, by) = (reason.to_owned(), "check".to_owned());
        let pin = pin_of(series, analysis, None, policy, now, &id)?;
        Some(PinnedBaseline { reason, by, is_automatic: true, ..pin })
    };
    let all = analyzed.series.iter().zip(&analyzed.analyses);
    let pins: Vec<PinnedBaseline> = all.filter_map(pin).collect();
    change(options, |all| {
        // What a person pinned stays where it is.
        let by_people: Vec<PinnedBaseline> =
            all.drain(..).filter(|old| !old.is_automatic).collect();
        let is_free = |pin: &&PinnedBaseline| !by_people.iter().any(|it| it.series == pin.series);
        all.extend(pins.iter().filter(is_free).cloned());
        all.extend(by_people.iter().cloned());
    })
}

/// Reads the file, changes it and writes it, under the lock of the history.
fn change(
    options: &LoadOptions,
    edit: impl FnOnce(&mut Vec<PinnedBaseline>),
) -> anyhow::Result<()> {
    let directory = Directory::new(&options.data, Links::Reject);
    let lock = HistoryLock::acquire(&options.data, "baseline")?;
    let text = store::reviewed_file::BASELINES.read(&directory)?;
    let path = store::reviewed_file::BASELINES.path(&options.data);
    let mut all = pinned::read(&text).map_err(|reason| {
        let path = path.display();
        anyhow::anyhow!("{path}: {reason}; correct the file first, nothing was written")
    })?;
    edit(&mut all);
    let new = pinned::write(&all);
    // A file that stays as it is keeps its time, so that nothing is rebuilt for it.
    if new == text {
        Ok(())
    } else {
        store::reviewed_file::BASELINES.write(&directory, &lock, &new)
    }
}
