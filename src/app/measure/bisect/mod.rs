//! `bisect`: which commit between a last good and a bad one made a series worse.
//!
//! ```text
//! goal    a regression, or two commits → the commits in between, and the series
//! detect::bisection   measurements → the next commit, or the culprit
//! bench   the last good commit and that one, side by side → values
//! note    the culprit → a note in the history
//! ```
//!
//! A commit whose set-up or run fails is skipped. A failure of the last good or the bad commit ends
//! the search: without one of them there is nothing to compare. Records are not kept: they say what
//! this machine measured of old commits, and no baseline should have them.

mod goal;
mod note;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use self::goal::Goal;
use crate::app::intake::run_reader::RunLine;
use crate::app::load;
use crate::app::measure::bench::{Bench, RunFailure};
use crate::app::measure::judgement::SessionJudge;
use crate::app::measure::rounds::Round;
use crate::app::measure::sides::{SideFolder, Sides};
use crate::app::measure::{MeasureRequest, session_id, spent};
use crate::app::observer::Observer;
use crate::report::bisection::{BisectReport, MeasuredCommit, SearchOutcome};
use crate::report::side_by_side::SessionEnding;
use crate::report::{SeriesRef, wording};
use crate::vcs::git;
use crate::workbench::checkouts::Checkouts;
use crate::workbench::interrupt::Interrupt;
use detect::bisection::{Bisection, BisectionState, CommitMeasurement, NextStep};
use model::history::session::Side;
use model::note::Culprit;
use model::policy::Policy;
use model::record::{Direction, median};
use model::series::session_series::SessionSeries;
use model::text;

/// What to search for, and how to measure.
#[derive(Clone, Debug)]
pub(crate) struct BisectRequest {
    /// The id or the address of a regression; none: between two commits.
    pub(crate) regression: Option<String>,
    pub(crate) good: Option<String>,
    pub(crate) bad: Option<String>,
    /// A glob for names of series.
    pub(crate) series: Option<String>,
    /// Probability at which the search ends.
    pub(crate) confidence: f64,
    pub(crate) max_measurements: usize,
    /// What is run. Its sides are not used.
    pub(crate) measure: MeasureRequest,
}

/// What came of it.
pub(crate) struct Bisected {
    pub(crate) report: BisectReport,
    /// The note that was written.
    pub(crate) note: Option<PathBuf>,
}

/// Searches, and writes the culprit down.
///
/// # Errors
/// The regression or a commit is unknown, one of the two ends cannot be measured, the command
/// prints no value of the series, or the note cannot be written.
pub(crate) fn bisect(
    request: &BisectRequest,
    interrupt: &Interrupt,
    observer: &dyn Observer,
) -> anyhow::Result<Bisected> {
    let options = &request.measure.options;
    let project = match options.data.is_dir() {
        true => Some(load::load(options, observer)?),
        false => None,
    };
    // Before anything is built: a wrong name should not cost ten minutes.
    let goal = Goal::of(request, project.as_ref())?;
    let default_policy = Policy::default();
    let policy = project.as_ref().map_or(&default_policy, |project| &project.policy);
    let session = session_id(options.now);
    let history = project.as_ref().map(|project| &project.history);
    let judge = SessionJudge::of_history(&session, policy, history);
    let mut search = Search::new(request, &goal, &judge, policy, &session, interrupt)?;
    search.bench.warnings().iter().for_each(|warning| observer.warn(warning));
    let ending = search.run(observer)?;
    search.bench.closing_warnings().iter().for_each(|warning| observer.warn(warning));
    let report = search.report(ending)?;
    let writes = project.is_some() && !request.measure.intake.dry_run;
    let note = match (&report.culprit, writes) {
        (Some(culprit), true) => Some(note::write(&options.data, &goal, &report, culprit)?),
        _ => None,
    };
    Ok(Bisected { report, note })
}

/// A search that runs.
struct Search<'a> {
    request: &'a BisectRequest,
    goal: &'a Goal,
    judge: &'a SessionJudge,
    policy: &'a Policy,
    interrupt: &'a Interrupt,
    bench: Bench<'a>,
    checkouts: Checkouts,
    /// Of the commits that were set up.
    folders: BTreeMap<usize, PathBuf>,
    /// The commit that is the head of the bench.
    head: Option<usize>,
    rounds: u32,
    bisection: Bisection,
    /// The series, once a round has shown it.
    series: Option<SessionSeries>,
}

impl<'a> Search<'a> {
    fn new(
        request: &'a BisectRequest,
        goal: &'a Goal,
        judge: &'a SessionJudge,
        policy: &'a Policy,
        session: &'a str,
        interrupt: &'a Interrupt,
    ) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let mut checkouts = Checkouts::new(&here)?;
        // All folders have names of the same length.
        let root = checkouts.add(&goal.good, "0000")?;
        let folder = goal.folder_in(&root)?;
        let base = SideFolder {
            side: Some(Side::Base),
            name: "last good commit".to_owned(),
            commit: Some(goal.good.clone()),
            folder,
            command: request.measure.command.clone(),
        };
        let sides = Sides { folders: vec![base], checkouts: None };
        let bench = Bench::of_sides(&request.measure, session, interrupt, sides)?;
        let bisection = Bisection {
            commits: goal.commits.len(),
            direction: Direction::Unknown,
            recorded: goal.recorded,
            threshold: 0.0,
            known_noise: None,
            confidence: request.confidence,
            measurements: Vec::new(),
            skipped: BTreeSet::new(),
        };
        Ok(Self {
            request,
            goal,
            judge,
            policy,
            interrupt,
            bench,
            checkouts,
            folders: BTreeMap::new(),
            head: None,
            rounds: 0,
            bisection,
            series: None,
        })
    }

    /// Measures until the culprit is known, or no more may be measured.
    fn run(&mut self, observer: &dyn Observer) -> anyhow::Result<SessionEnding> {
        let began = Instant::now();
        let mut longest = Duration::ZERO;
        self.bench.set_up(0, observer)?;
        loop {
            let state = self.bisection.judge();
            let NextStep::Measure(commit) = state.next else { return Ok(SessionEnding::Decided) };
            let measured = self.bisection.measurements.len();
            if self.interrupt.is_requested() {
                return Ok(SessionEnding::Interrupted);
            }
            if measured >= self.request.max_measurements {
                return Ok(SessionEnding::Rounds);
            }
            let step_began = began.elapsed();
            if measured > 0 && step_began + longest > self.request.measure.time_limit {
                return Ok(SessionEnding::TimeLimit);
            }
            if let Err(error) = self.step(commit, observer) {
                // What was measured answers, also where Ctrl-C ended a set-up.
                if self.interrupt.is_requested() {
                    return Ok(SessionEnding::Interrupted);
                }
                return Err(error);
            }
            longest = longest.max(began.elapsed().saturating_sub(step_began));
            observer.info(&self.progress(commit, began.elapsed()));
        }
    }

    /// Measures a commit once beside the last good one, or skips it.
    fn step(&mut self, commit: usize, observer: &dyn Observer) -> anyhow::Result<()> {
        if let Err(error) = self.set_head(commit, observer) {
            return self.skip(commit, &error, observer);
        }
        self.rounds += 1;
        let round = Round { number: self.rounds, build: 0, rebuilds: false };
        let lines = match self.bench.round(round, observer) {
            Ok(Some(lines)) => lines,
            Ok(None) => return Ok(()),
            Err(error) => {
                // A commit that crashes is skipped like one that does not build.
                let failure = error.downcast_ref::<RunFailure>();
                return match failure.is_some_and(|it| it.side == Some(Side::Head)) {
                    true => self.skip(commit, &error, observer),
                    false => Err(error),
                };
            }
        };
        match self.measurement(commit, &lines)? {
            Some(measurement) => self.bisection.measurements.push(measurement),
            None => {
                let error = anyhow::anyhow!("{} has no value there", self.goal.series_text());
                return self.skip(commit, &error, observer);
            }
        }
        Ok(())
    }

    /// Makes a commit the head of the bench; the first time it is checked out and set up.
    fn set_head(&mut self, commit: usize, observer: &dyn Observer) -> anyhow::Result<()> {
        if self.head == Some(commit) {
            return Ok(());
        }
        let id = &self.goal.commits[commit];
        let (folder, is_new) = match self.folders.get(&commit) {
            Some(folder) => (folder.clone(), false),
            None => {
                let root = self.checkouts.add(id, &format!("{:04}", commit + 1))?;
                (self.goal.folder_in(&root)?, true)
            }
        };
        // No head while it is set up: the next attempt must not take it for ready.
        self.head = None;
        self.bench.replace_head(SideFolder {
            side: Some(Side::Head),
            name: text::short_commit(id),
            commit: Some(id.clone()),
            folder: folder.clone(),
            command: self.request.measure.command.clone(),
        })?;
        if is_new {
            self.bench.set_up_head(observer)?;
            self.folders.insert(commit, folder);
        }
        self.head = Some(commit);
        Ok(())
    }

    /// Skips a commit that cannot be measured.
    ///
    /// # Errors
    /// It is the bad commit, or the search was ended.
    fn skip(
        &mut self,
        commit: usize,
        error: &anyhow::Error,
        observer: &dyn Observer,
    ) -> anyhow::Result<()> {
        let id = text::short_commit(&self.goal.commits[commit]);
        if self.interrupt.is_requested() {
            bail!("interrupted");
        }
        if commit + 1 == self.goal.commits.len() {
            bail!(
                "the bad commit {id} cannot be measured: {error:#}\n\
                 name a later one that builds: --good {} --bad COMMIT",
                text::short_commit(&self.goal.good)
            );
        }
        observer.warn(&format!("{id} is skipped: {error:#}"));
        self.bisection.skipped.insert(commit);
        self.head = None;
        Ok(())
    }

    /// What a round measured of the series; none where the commit does not measure it.
    fn measurement(
        &mut self,
        commit: usize,
        lines: &[RunLine],
    ) -> anyhow::Result<Option<CommitMeasurement>> {
        let all = self.judge.series(lines);
        let series = match &self.series {
            Some(known) => all.into_iter().find(|series| series.key == known.key),
            None => Some(self.goal.choose(all)?),
        };
        let Some(series) = series else { return Ok(None) };
        let measurement = series.rounds.values().find_map(|round| {
            let (good, value) = round.base.zip(round.head)?;
            Some(CommitMeasurement { commit, good, value })
        });
        // The first round decides: a series that is renamed in between is another series.
        if self.series.is_none() {
            let subject = series.key.subject(&series.tags);
            let threshold = self.policy.threshold_for(subject, series.direction).relative;
            self.bisection.direction = series.direction;
            self.bisection.threshold = threshold;
            self.bisection.known_noise = self.judge.known_noise(&series.key);
            self.series = Some(series);
        }
        Ok(measurement)
    }

    /// `measurement 7: 1a2b3c4 +5.1%; most likely 9f8e7d6 (62%), 12 of 64 commits left; 4 min`.
    fn progress(&self, commit: usize, time: Duration) -> String {
        let BisectionState { culprit, not_reproduced, .. } = self.bisection.judge();
        let id = |at: usize| text::short_commit(&self.goal.commits[at]);
        let count = text::count(self.bisection.measurements.len() as u64);
        let change = self.bisection.changes_of(commit).last().copied();
        let change = change.map_or_else(|| "skipped".to_owned(), text::percent_change);
        let likely = match not_reproduced > culprit.probability {
            true => format!("does not reproduce ({})", text::percent(not_reproduced)),
            false => {
                let probability = text::percent(culprit.probability);
                format!("most likely {} ({probability})", id(culprit.last))
            }
        };
        format!("measurement {count}: {} {change}; {likely}; {}", id(commit), spent(time))
    }

    fn report(&self, ending: SessionEnding) -> anyhow::Result<BisectReport> {
        let Some(series) = &self.series else { bail!("interrupted before the first measurement") };
        let state = self.bisection.judge();
        // By what is known, not by how it ended: the last measurement may have decided it.
        let outcome = match state.next {
            NextStep::Found => SearchOutcome::Found,
            NextStep::NotReproduced => SearchOutcome::NotReproduced,
            NextStep::Measure(_) => SearchOutcome::Undecided,
        };
        let range = &self.goal.commits[state.culprit.first..=state.culprit.last];
        let likely = Culprit {
            commits: range.to_vec(),
            confidence: state.culprit.probability,
            measurements: self.bisection.measurements.len() as u64,
        };
        let measured = self.goal.commits.iter().enumerate().filter_map(|(at, id)| {
            let changes = self.bisection.changes_of(at);
            let is_skipped = self.bisection.skipped.contains(&at);
            (is_skipped || !changes.is_empty()).then(|| MeasuredCommit {
                id: id.clone(),
                measurements: changes.len(),
                change: median(&changes),
                is_skipped,
            })
        });
        Ok(BisectReport {
            outcome,
            ending,
            series: SeriesRef::of(&series.key),
            change: state.change.map(|change| wording::size_text(change, self.worse_word(series))),
            good: self.goal.good.clone(),
            bad: self.goal.bad().to_owned(),
            suspects: self.goal.commits.len(),
            culprit: (outcome == SearchOutcome::Found).then(|| likely.clone()),
            likely,
            not_reproduced: state.not_reproduced,
            measured: measured.collect(),
            matches: note::filter_of(&series.key),
        })
    }

    fn worse_word(&self, series: &SessionSeries) -> &'static str {
        text::comparative(&series.unit, series.direction, true)
    }
}

/// Where the bench lies in the repository.
fn place_here() -> anyhow::Result<String> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    git::place_in_repository(&here).with_context(|| {
        format!("{} is in no git repository; run bisect in a clone of the code", here.display())
    })
}
