//! A verdict for each series, with the reason: what the candidate changed.
//!
//! The analysis says in which state a series is; this says whether the candidate brought it there.
//! On the main line every open regression is a finding. What was open before the base of a
//! candidate never blocks it: the author of a change can do nothing about it. [`finding`] puts a
//! verdict in numbers and words.

mod finding;

use crate::report::candidate::Candidate;
use crate::report::links::ReportLinks;
use crate::report::recheck::Recheck;
use crate::report::unknown_runner::UnknownRunner;
use crate::report::{SeriesFinding, UncomparedSeries, reason};
use detect::compare::DeltaVerdict;
use detect::paired::{PairedResult, PairedVerdict};
use detect::{Analysis, Change, ChangeStatus, Verdict};
use model::history::History;
use model::policy::Policy;
use model::policy::gate::FailingVerdict;
use model::series::Series;

/// Tag of series that only a schedule measures: no candidate is expected to have them.
const SCHEDULED_TAG: &str = "scheduled";

/// What one series is judged by.
#[derive(Clone)]
pub(crate) struct SeriesJudge<'a> {
    pub(crate) series: &'a Series,
    pub(crate) analysis: &'a Analysis,
    pub(crate) candidate: &'a Candidate,
    pub(crate) policy: &'a Policy,
    pub(crate) history: &'a History,
    pub(crate) links: &'a ReportLinks,
    /// The candidate's runs compared with the base's present level alone.
    pub(crate) recheck: Option<&'a Recheck>,
    /// What the candidate measured side by side with its base.
    pub(crate) session: Option<SessionVerdict>,
    /// The main line does not know the runner of the candidate's runs.
    pub(crate) unknown_runner: Option<&'a UnknownRunner>,
    /// An entry of `accepted.yml` names the series and the candidate: it may have no result.
    pub(crate) is_absence_accepted: bool,
}

/// What a session says of a series.
#[derive(Clone, Debug)]
pub(crate) struct SessionVerdict {
    pub(crate) result: PairedResult,
    /// The candidate's first run.
    pub(crate) start: usize,
    /// The regression or improvement, as a change of the series.
    pub(crate) change: Option<Change>,
}

/// The result for one series.
pub(crate) enum SeriesOutcome {
    Finding(Box<SeriesFinding>),
    /// Compared, nothing to report.
    Unchanged,
    NotCompared(Box<UncomparedSeries>),
}

impl SeriesJudge<'_> {
    /// What the check says of the series; nothing where the series is of no concern.
    pub(crate) fn judge(&self) -> Vec<SeriesOutcome> {
        if let Some(verdict) = &self.session {
            return vec![self.judge_session(verdict)];
        }
        match self.first_run() {
            _ if self.candidate.first_commit.is_none() => self.judge_main(),
            Some(start) => vec![self.judge_candidate(start)],
            // A benchmark that was missing before is not the candidate's to explain; one that it
            // stopped measuring is. Silence here would make a deleted benchmark look like a pass.
            None => self.unmeasured().into_iter().collect(),
        }
    }

    /// What was measured side by side is judged by its own rounds.
    fn judge_session(&self, verdict: &SessionVerdict) -> SeriesOutcome {
        let SessionVerdict { result, start, change } = verdict;
        match (result.verdict, change) {
            (_, Some(change)) => self.change_outcome(change),
            (PairedVerdict::Open, None) => {
                let max_regression = self.policy.regression.max_regression_ratio;
                let threshold = self.analysis.threshold;
                let open = reason::open_in_session(self.series, result, threshold, max_regression);
                SeriesOutcome::NotCompared(Box::new(self.with_block(open)))
            }
            (PairedVerdict::NotCompared, None) => self.not_compared(*start),
            _ => SeriesOutcome::Unchanged,
        }
    }

    /// The main line: every open regression, and the newest runs.
    fn judge_main(&self) -> Vec<SeriesOutcome> {
        let analysis = self.analysis;
        if analysis.is_retired {
            return Vec::new();
        }
        let open = analysis.open_regressions();
        let mut outcomes: Vec<SeriesOutcome> =
            open.map(|change| self.finding_outcome(Verdict::Regressed, Some(change))).collect();
        let newest = match analysis.newest.verdict {
            Verdict::Infrastructure if self.is_newest_infrastructure() => {
                Some(self.finding_outcome(Verdict::Infrastructure, None))
            }
            // A suspicion is about the level before it, not about the regression that is open.
            verdict @ Verdict::Suspected { .. } => {
                let newest = analysis.of_candidate();
                Some(
                    SeriesJudge { analysis: &newest, ..self.clone() }
                        .finding_outcome(verdict, None),
                )
            }
            verdict @ (Verdict::Accepted | Verdict::Improved) if outcomes.is_empty() => {
                Some(self.finding_outcome(verdict, analysis.verdict_change()))
            }
            // An open regression is no excuse for a result that is not there.
            Verdict::Missing | Verdict::Failed => Some(self.not_compared(0)),
            // A regression is reported of it; how noisy its level is changes nothing.
            _ if !outcomes.is_empty() => None,
            Verdict::Infrastructure | Verdict::New | Verdict::NotCompared | Verdict::TooNoisy => {
                Some(self.not_compared(0))
            }
            // `Regressed` without an open regression: explained or closed.
            _ => Some(SeriesOutcome::Unchanged),
        };
        outcomes.extend(newest);
        outcomes
    }

    fn unmeasured(&self) -> Option<SeriesOutcome> {
        let analysis = self.analysis;
        let is_scheduled = self.series.tags.iter().any(|tag| tag == SCHEDULED_TAG);
        let was_measured =
            !analysis.verdict.has_no_result() && !analysis.is_retired && !is_scheduled;
        let session = self.candidate.session.as_ref();
        let outcome = match self.unknown_runner {
            Some(_) if session.is_some_and(|it| it.only_head.contains(&self.series.key)) => {
                reason::new_in_session(self.series)
            }
            Some(unknown) => reason::unknown_runner(self.series, unknown, self.policy),
            None if was_measured => reason::unmeasured(self.series),
            None => return None,
        };
        Some(SeriesOutcome::NotCompared(Box::new(self.with_block(outcome))))
    }

    fn judge_candidate(&self, start: usize) -> SeriesOutcome {
        let (series, analysis) = (self.series, self.analysis);
        if series.runs[start..].iter().all(|run| run.value.is_none()) {
            let failed = reason::failed_runs(series, start);
            return SeriesOutcome::NotCompared(Box::new(self.with_block(failed)));
        }
        let runs = &series.runs[start..];
        if runs.iter().all(|run| series.compared_value(run).is_none()) {
            return SeriesOutcome::NotCompared(Box::new(reason::below_resolution(series)));
        }
        let not = || self.not_compared(start);
        match analysis.verdict {
            Verdict::Infrastructure if self.is_newest_infrastructure() => {
                self.finding_outcome(Verdict::Infrastructure, None)
            }
            Verdict::Infrastructure
            | Verdict::Missing
            | Verdict::Failed
            | Verdict::New
            | Verdict::NotCompared => not(),
            // Too noisy for the threshold; a change of several times the threshold still shows.
            Verdict::TooNoisy => self.recheck_outcome(start).unwrap_or_else(not),
            // The runs of one commit are alike: where only the newest of several is slow, it is an
            // outlier, and no new level begins with it as on the main line.
            Verdict::Suspected { .. } if self.recheck_finds(DeltaVerdict::Unchanged) => {
                SeriesOutcome::Unchanged
            }
            Verdict::Suspected { .. } => self
                .recheck_outcome(start)
                .unwrap_or_else(|| self.finding_outcome(analysis.verdict, None)),
            Verdict::Unchanged => {
                // Back on the level before an earlier regression: the series is unchanged as a
                // whole, and the pull request that fixed it should hear so.
                let undone = self
                    .newest_change(start, false)
                    .map(|change| self.finding_outcome(Verdict::Improved, Some(change)));
                let rechecked = || self.recheck_outcome(start);
                undone.or_else(rechecked).unwrap_or(SeriesOutcome::Unchanged)
            }
            Verdict::Regressed | Verdict::Accepted | Verdict::Improved => self.judge_changed(start),
        }
    }

    /// Whether the newest run is on an infrastructure day.
    fn is_newest_infrastructure(&self) -> bool {
        self.analysis.latest_run.is_some_and(|at| self.analysis.flags[at].infrastructure)
    }

    fn not_compared(&self, start: usize) -> SeriesOutcome {
        let of_candidate = self.analysis.of_candidate();
        let outcome = reason::not_compared(self.series, &of_candidate, self.policy, start);
        SeriesOutcome::NotCompared(Box::new(self.with_block(outcome)))
    }

    /// The same with what `gate.fail_on` says of it. What was never measured cannot be missing.
    fn with_block(&self, outcome: UncomparedSeries) -> UncomparedSeries {
        let verdict = match outcome.verdict {
            Verdict::Failed => FailingVerdict::Failed,
            Verdict::Missing => FailingVerdict::Missing,
            Verdict::TooNoisy => FailingVerdict::TooNoisy,
            Verdict::NotCompared => FailingVerdict::NotCompared,
            _ => return outcome,
        };
        // A benchmark that never gave a value was never part of the gate.
        let is_measured = self.series.runs.iter().any(|run| run.value.is_some());
        let is_excused = self.analysis.report_only || self.is_absence_accepted;
        let blocks = self.policy.gate.fails_on(verdict) && is_measured && !is_excused;
        UncomparedSeries { blocks, ..outcome }
    }

    /// Index of the candidate's first run; 0 where every open change counts.
    fn first_run(&self) -> Option<usize> {
        match self.candidate.first_commit {
            None => Some(0),
            Some(first) => self.series.runs.iter().position(|run| run.commit >= first),
        }
    }

    /// The newest change from `start` on that was not undone, worse or better.
    fn newest_change(&self, start: usize, worse: bool) -> Option<&Change> {
        let is_own =
            |change: &&Change| change.first_after >= start && change.is_regression == worse;
        self.analysis
            .changes
            .iter()
            .rev()
            .filter(is_own)
            .find(|change| !matches!(change.status, ChangeStatus::Fixed { .. }))
    }

    /// A series with an open change: the candidate's, or what the base was already.
    fn judge_changed(&self, start: usize) -> SeriesOutcome {
        // A regression before an improvement: who made one benchmark faster may have made it slower
        // again in the next commit of the same pull request.
        let own = self.newest_change(start, true).or_else(|| self.newest_change(start, false));
        if let Some(change) = own {
            return self.change_outcome(change);
        }
        if let Some(outcome) = self.recheck_outcome(start) {
            return outcome;
        }
        let worse = self.analysis.verdict == Verdict::Regressed;
        let Some(change) = self.newest_change(0, worse).filter(|_| worse) else {
            return SeriesOutcome::Unchanged;
        };
        let compared = |at: &usize| self.series.compared_value(&self.series.runs[*at]).is_some();
        let before = (change.first_after..start).filter(compared).count();
        let needed = self.policy.detection.confirmations as usize;
        if before < needed {
            // A slow run or two at the end of the base: whether they are the base's level or its
            // noise, only more runs of the base can tell. Blaming the candidate would be a guess.
            let more = u32::try_from(needed - before).unwrap_or(1);
            return self.finding_outcome(Verdict::Suspected { runs_needed: more }, None);
        }
        SeriesOutcome::Unchanged
    }

    fn change_outcome(&self, change: &Change) -> SeriesOutcome {
        let verdict = match change.status {
            ChangeStatus::Accepted { .. } => Verdict::Accepted,
            _ if change.is_regression => Verdict::Regressed,
            _ => Verdict::Improved,
        };
        self.finding_outcome(verdict, Some(change))
    }

    fn recheck_finds(&self, verdict: DeltaVerdict) -> bool {
        self.recheck.is_some_and(|it| it.change.is_none() && it.delta.verdict == verdict)
    }

    /// What the recheck shows: a change, a suspicion, or an improvement not confirmed yet.
    fn recheck_outcome(&self, start: usize) -> Option<SeriesOutcome> {
        let recheck = self.recheck?;
        if let Some(change) = &recheck.change {
            return Some(self.change_outcome(change));
        }
        let own = self.series.runs[start..].iter();
        let runs = own.filter(|run| self.series.compared_value(run).is_some()).count();
        let runs = u32::try_from(runs).unwrap_or(u32::MAX);
        let runs_needed = self.policy.detection.confirmations.saturating_sub(runs);
        match recheck.delta.verdict {
            DeltaVerdict::Regressed => {
                Some(self.finding_outcome(Verdict::Suspected { runs_needed }, None))
            }
            DeltaVerdict::Improved => Some(self.finding_outcome(Verdict::Improved, None)),
            DeltaVerdict::Unchanged | DeltaVerdict::Inconclusive => None,
        }
    }

    fn finding_outcome(&self, verdict: Verdict, change: Option<&Change>) -> SeriesOutcome {
        SeriesOutcome::Finding(Box::new(self.finding(verdict, change)))
    }
}
