//! A verdict for each series, with the reason: what the candidate changed.
//!
//! The analysis says in which state a series is; this says whether the candidate brought it there.
//! A series that had regressed before the base is counted and never blocks: the author of a change
//! can do nothing about it.

use crate::report::candidate::Candidate;
use crate::report::links::{self, ReportLinks};
use crate::report::recheck::Recheck;
use crate::report::unknown_runner::UnknownRunner;
use crate::report::{
    AcceptedBy, BlockReason, Levels, SeriesFinding, SeriesRef, UncomparedSeries, reason,
};
use crate::report::{urls, wording};
use detect::compare::DeltaVerdict;
use detect::{Analysis, Change, ChangeSeverity, ChangeStatus, Verdict};
use model::history::History;
use model::policy::Policy;
use model::policy::gate::{FailingVerdict, MainGate};
use model::series::Series;
use model::text::{self, UnitScale};

/// What one series is judged by.
#[derive(Clone, Copy)]
pub(crate) struct SeriesJudge<'a> {
    pub(crate) series: &'a Series,
    pub(crate) analysis: &'a Analysis,
    pub(crate) candidate: &'a Candidate,
    pub(crate) policy: &'a Policy,
    pub(crate) history: &'a History,
    pub(crate) links: &'a ReportLinks,
    /// The candidate's runs compared with the base's present level alone.
    pub(crate) recheck: Option<&'a Recheck>,
    /// The main line does not know the runner of the candidate's runs.
    pub(crate) unknown_runner: Option<&'a UnknownRunner>,
    /// An entry of `accepted.yml` names the series and the candidate: it may have no result.
    pub(crate) is_absence_accepted: bool,
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
        match self.first_run() {
            _ if self.candidate.first_commit.is_none() => self.judge_main(),
            Some(start) => vec![self.judge_candidate(start)],
            // A benchmark that was missing before is not the candidate's to explain; one that it
            // stopped measuring is. Silence here would make a deleted benchmark look like a pass.
            None => self.unmeasured().into_iter().collect(),
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
                Some(SeriesJudge { analysis: &newest, ..*self }.finding_outcome(verdict, None))
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
        let was_measured = !analysis.verdict.has_no_result() && !analysis.is_retired;
        let outcome = match self.unknown_runner {
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

    /// The levels that a finding compares, and the relative change between them: those of the
    /// change, else of the recheck, else the newest level against the baseline.
    fn levels(&self, verdict: Verdict, change: Option<&Change>) -> (Option<Levels>, Option<f64>) {
        let analysis = self.analysis;
        if verdict == Verdict::Infrastructure {
            return self.infrastructure_levels();
        }
        let recheck = self.recheck.map(|recheck| recheck.delta);
        let levels = |before, after| Some(Levels { before, after });
        match (change, recheck, analysis.baseline, analysis.latest_change) {
            (Some(change), ..) => (levels(change.before, change.after), Some(change.change)),
            (None, Some(delta), ..) => (levels(delta.before, delta.after), Some(delta.change)),
            (None, None, Some(baseline), Some(change)) => {
                (levels(baseline.value, baseline.value * (1.0 + change)), Some(change))
            }
            (None, None, _, change) => (None, change),
        }
    }

    /// The newest run of an infrastructure day against the level before the day: the run is no part
    /// of any level.
    fn infrastructure_levels(&self) -> (Option<Levels>, Option<f64>) {
        // Baseline and latest change of the analysis leave such runs out, and would say +2% beneath
        // a headline of +32%.
        let levels = || {
            let latest = self.analysis.latest_run?;
            let after = self.series.runs[latest].value.get()?;
            let before = self.analysis.level.last_before(latest)?;
            Some(Levels { before, after })
        };
        let levels = levels();
        let change = |it: Levels| Some(it.after / it.before - 1.0).filter(|it| it.is_finite());
        (levels, levels.and_then(change))
    }

    fn finding_outcome(&self, verdict: Verdict, change: Option<&Change>) -> SeriesOutcome {
        let (series, analysis) = (self.series, self.analysis);
        let (levels, relative) = self.levels(verdict, change);
        let worse = match (change, verdict) {
            (Some(change), _) => change.is_regression,
            (None, Verdict::Improved) => false,
            _ => true,
        };
        let Levels { before, after } = levels.unwrap_or(Levels { before: 0.0, after: 0.0 });
        let scale = UnitScale::for_values([before, after], &series.unit);
        let spread = |at: usize| analysis.spread.get(at);
        let newest_with_spread = || {
            let earlier = 0..analysis.latest_run.unwrap_or(0);
            earlier.rev().find_map(spread)
        };
        // Without a change there is one run on the new level: its own repeats are its spread.
        let own_spread = || {
            let std = analysis.latest_run.and_then(|at| series.runs[at].std.get());
            std.filter(|std| std.is_finite())
        };
        let first = change.map(|change| change.first_after).or(analysis.latest_run);
        let subject = SeriesRef::of(&series.key);
        let finding = SeriesFinding {
            verdict,
            block: self.block_reason(verdict, change),
            confirmed: change.is_some(),
            report_only: analysis.report_only,
            accepted: change.and_then(acceptance_of),
            spread_before: match change {
                Some(change) => spread(change.last_before),
                None => newest_with_spread(),
            },
            spread_after: match change {
                Some(change) => spread(change.first_after),
                None => own_spread(),
            },
            arrow: levels.map_or_else(String::new, |_| scale.arrow(before, after)),
            levels,
            unit: series.unit.clone(),
            change: relative.filter(|change| change.is_finite()),
            worse,
            size: wording::change_size(series, before, after, worse),
            threshold: analysis.threshold,
            confidence: change
                .map(|it| it.confidence)
                .or(self.recheck.map(|it| it.delta.confidence)),
            severity: change.map(|change| change.severity),
            commit: first.map_or_else(String::new, |at| self.commit_id(at)),
            reason: self.reason(verdict, change),
            hints: self.hints(change),
            path: self.page_path(&subject, change),
            commit_index: first.map(|at| series.runs[at].commit),
            place: None,
            subject,
        };
        SeriesOutcome::Finding(Box::new(finding))
    }

    fn commit_id(&self, run: usize) -> String {
        self.history.commits[self.series.runs[run].commit.0 as usize].id.clone()
    }

    /// Whether a verdict makes the check fail. A suspicion does not: one slow run in a hundred is
    /// nothing but noise, and a pull request with 65 series would be stopped by it every other
    /// time, until nobody believes the gate. It is reported first of all, with what settles it
    /// (more runs of the same commit: each counts). A team that measures once and wants to be
    /// stopped at once sets `detection.confirmations: 1`, or `governance.block_suspected: true` to
    /// be stopped until more runs have come.
    fn block_reason(&self, verdict: Verdict, change: Option<&Change>) -> Option<BlockReason> {
        if self.analysis.report_only || !self.policy.gate.fails_on(FailingVerdict::Regressed) {
            return None;
        }
        if self.candidate.first_commit.is_none() && !self.is_main_gate_closed(change) {
            return None;
        }
        let severity = change.map(|change| change.severity);
        // Critical comes first and covers accepted changes too: an entry in accepted.yml must not
        // open the gate for a change of any size.
        match (verdict, severity) {
            (Verdict::Regressed | Verdict::Accepted, Some(ChangeSeverity::Critical)) => {
                Some(BlockReason::Critical)
            }
            (Verdict::Regressed, Some(ChangeSeverity::Major)) => Some(BlockReason::NeedsAcceptance),
            (Verdict::Regressed, _) => Some(BlockReason::Regression),
            (Verdict::Suspected { .. }, _) if self.policy.governance.block_suspected => {
                Some(BlockReason::Regression)
            }
            _ => None,
        }
    }

    /// Whether a regression makes a check of the main line fail: any, or those that the newest run
    /// confirms.
    fn is_main_gate_closed(&self, change: Option<&Change>) -> bool {
        let newest = self.series.runs.last().map(|run| run.commit);
        let confirmed_now = |change: &Change| {
            change.reported_at.is_some_and(|at| Some(self.series.runs[at].commit) == newest)
        };
        match self.policy.gate.main {
            MainGate::Open => true,
            MainGate::New => change.is_none_or(confirmed_now),
        }
    }

    fn reason(&self, verdict: Verdict, change: Option<&Change>) -> String {
        let threshold = text::percent(self.analysis.threshold);
        let governance = &self.policy.governance;
        let critical = text::percent(self.policy.regression.max_regression_ratio);
        let confirmed = change.map_or_else(String::new, |change| {
            format!(", confirmed by {}", text::count_noun(u64::from(change.runs_after), "run"))
        });
        let accepted = change.and_then(acceptance_of);
        let accepted = accepted.map(|it| format!("accepted by {}: {}", it.by, it.reason));
        match verdict {
            Verdict::Suspected { runs_needed: 0 } => {
                format!("above the {threshold} threshold against the newest base runs only")
            }
            Verdict::Suspected { runs_needed } => {
                let more = text::count_noun(u64::from(runs_needed), "more run");
                format!("above the {threshold} threshold, not confirmed: {more} needed")
            }
            Verdict::Infrastructure => {
                "most backends shifted at once: a machine problem, not the code".to_owned()
            }
            Verdict::Improved if change.is_none() => {
                format!("improved by more than {threshold}, not confirmed yet")
            }
            Verdict::Improved => format!("improved by more than {threshold}{confirmed}"),
            _ => match (self.block_reason(verdict, change), accepted) {
                (Some(BlockReason::Critical), _) => {
                    format!(
                        "too large to accept (from {critical} on), only an override \
                         helps{confirmed}"
                    )
                }
                (Some(BlockReason::NeedsAcceptance), _) => {
                    let from = text::percent(governance.require_approval_threshold);
                    format!("needs an entry in accepted.yml (from {from} on){confirmed}")
                }
                (_, Some(accepted)) => accepted,
                (None, _) if self.analysis.report_only => {
                    format!("above the {threshold} threshold, report only{confirmed}")
                }
                _ => format!("above the {threshold} threshold{confirmed}"),
            },
        }
    }

    fn hints(&self, change: Option<&Change>) -> Vec<String> {
        let mut hints = change.map_or_else(Vec::new, |change| change.hints.clone());
        let accepted = change.is_some_and(|it| matches!(it.status, ChangeStatus::Accepted { .. }));
        if accepted && change.is_some_and(|it| it.severity == ChangeSeverity::Critical) {
            hints.push(
                "accepted.yml covers it, but a regression of this size cannot be accepted."
                    .to_owned(),
            );
        }
        if self.analysis.report_only {
            hints.push("The policy only reports on this series.".to_owned());
        }
        hints
    }

    /// The evidence: the row of a pull request's comparison, that of the two commits around the
    /// change, or the page of the series.
    fn page_path(&self, subject: &SeriesRef, change: Option<&Change>) -> String {
        // Reviewers want the two commits side by side; on the main line the pair around the change
        // is the evidence, since the candidate may be many runs later.
        if self.candidate.pull.is_some()
            && let Some(diff) = &self.links.diff_path
        {
            return links::row_path(diff, subject);
        }
        match change {
            Some(change) => {
                let pair = urls::pair(
                    &self.commit_id(change.last_before),
                    &self.commit_id(change.first_after),
                );
                links::row_path(&urls::diff(&pair), subject)
            }
            None => links::series_path(subject, self.policy.site.detail),
        }
    }
}

/// What `accepted.yml` says of a change.
fn acceptance_of(change: &Change) -> Option<AcceptedBy> {
    match &change.status {
        ChangeStatus::Accepted { reason, accepted_by: by } => {
            Some(AcceptedBy { by: by.clone(), reason: reason.clone() })
        }
        _ => None,
    }
}
