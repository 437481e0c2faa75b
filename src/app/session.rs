//! The one incremental engine: a history directory that is loaded again and again while it changes,
//! for `serve` and for `check --watch`.
//!
//! A [`Session`] keeps what one load leaves to the next: the parsed records of all files but the
//! one that changes, and the analyses of all series with the pass through the history that led to
//! them. Every answer is the one that a cold load would give at the same moment.
//!
//! Example: 200,000 records in 500 files, and a benchmark appends to one of them. That file is
//! read, the pass continues from the first commit with other runs, and the series that got a run
//! are analyzed. Where too much is different, everything is read and analyzed again; that is
//! slower, and nothing else.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::check::{CheckRequest, CheckRun, PreparedCheck};
use crate::app::human_input::HumanInput;
use crate::app::load::{GroupedHistory, LoadedHistory, OpenedDirectory, Project};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::pull_checks;
use crate::store::Source;
use crate::store::resident::{self, ResidentRecords};
use detect::Analyses;
use detect::reanalysis::Reanalysis;
use model::policy::Policy;
use model::series::{CommitIndex, Series};

/// A pass that is prepared while nobody waits may still delay somebody who begins to: from this
/// number of runs on it takes seconds, and is left to the change that needs it.
const MAX_PREPARED_RUNS: usize = 500_000;

/// What the loads of a history directory leave to each other.
#[derive(Default)]
pub(crate) struct Session {
    /// The records of all files but the one that changes.
    resident: Option<ResidentRecords>,
    reanalysis: Option<Reanalysis>,
    /// Where the last load read from; none before the first load and after one that failed.
    source: Option<Source>,
    /// Where the next change is expected to begin; none: at the newest commit.
    expected_change: Option<CommitIndex>,
}

impl Session {
    /// Loads the project of a site as [`build`](super::build::build) does. `changed` are the paths
    /// that are known to have changed since the last load; with none of them, anything may have.
    ///
    /// # Errors
    /// As [`load`](super::load::load).
    pub(crate) fn load(
        &mut self,
        options: &LoadOptions,
        changed: &[PathBuf],
        observer: &dyn Observer,
    ) -> anyhow::Result<Project> {
        self.source = None;
        let loaded = self.read(OpenedDirectory::open(options)?, changed, observer)?;
        let pull_checks = pull_checks::of(&loaded, options);
        let grouped = GroupedHistory::of(loaded, options, observer);
        let analyses = self.analyze(&grouped.series, grouped.policy(), &grouped.human_input());
        self.expected_change = None;
        Ok(Project { pull_checks, ..grouped.into_project(analyses) })
    }

    /// Judges a candidate as [`check`](super::check::check) does, but neither grants overrides nor
    /// writes files: this is for somebody at work. `changed` as in [`Session::load`].
    ///
    /// # Errors
    /// As [`check`](super::check::check).
    pub(crate) fn check(
        &mut self,
        request: &CheckRequest,
        changed: &[PathBuf],
        observer: &dyn Observer,
    ) -> anyhow::Result<CheckRun> {
        self.source = None;
        let mut load = |opened: OpenedDirectory<'_>| self.read(opened, changed, observer);
        let mut prepared = PreparedCheck::of(request, &mut load)?;
        prepared.loaded.warnings.iter().for_each(|warning| observer.warn(warning));
        observer.progress("analyzing", 0, 0);
        let series = prepared.group();
        let analyses = self.analyze(&series, &prepared.loaded.policy, &prepared.human_input());
        // The candidate's runs are put behind the main line, so they change and nothing else does.
        self.expected_change = prepared.candidate.first_commit;
        let outcome = prepared.judge(series, analyses);
        observer.stages(&prepared.loaded.stages);
        Ok(prepared.into_run(outcome))
    }

    fn read(
        &mut self,
        opened: OpenedDirectory<'_>,
        changed: &[PathBuf],
        observer: &dyn Observer,
    ) -> anyhow::Result<LoadedHistory> {
        self.source = None;
        // The policy says how values are read. Records that were read under another policy are not
        // reused; `reread` compares that.
        let progress = |done, total| observer.progress("reading files", done, total);
        let contents = resident::reread(&opened.source, &mut self.resident, changed, &progress)?;
        let source = opened.source.clone();
        let loaded = opened.into_history(contents, observer)?;
        self.source = Some(source);
        Ok(loaded)
    }

    fn analyze(
        &mut self,
        series: &Arc<[Series]>,
        policy: &Policy,
        input: &HumanInput<'_>,
    ) -> Analyses {
        // What may be reused (same policy, same depth, same runs) is decided where it is known: in
        // `detect`. A session only hands the state on.
        input.with_context(|context| match &mut self.reanalysis {
            Some(reanalysis) => reanalysis.analyze(Arc::clone(series), policy, context),
            None => {
                let (analyses, first) = Reanalysis::new(Arc::clone(series), policy, context);
                self.reanalysis = Some(first);
                analyses
            }
        })
    }

    /// Prepares a part of what the next load will need; to be called while nobody waits, until it
    /// returns false. What cannot be read is left to the load, which reports why.
    pub(crate) fn prepare(&mut self) -> bool {
        if self.prepare_pass() {
            return true;
        }
        // Once for a load: where records cannot be kept, reading them again and again would only
        // keep the machine busy.
        let Some(source) = self.source.take().filter(|_| self.resident.is_none()) else {
            return false;
        };
        self.resident = ResidentRecords::prefetch(&source).ok().flatten();
        self.resident.is_some()
    }

    fn prepare_pass(&mut self) -> bool {
        // A pass that stops too early is only slower, one that stops too late cannot be continued.
        let expected = self.expected_change;
        let Some(reanalysis) = &mut self.reanalysis else { return false };
        let runs: usize = reanalysis.series().iter().map(|series| series.runs.len()).sum();
        runs <= MAX_PREPARED_RUNS && reanalysis.prepare(expected)
    }
}

#[cfg(test)]
mod tests;
