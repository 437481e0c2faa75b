//! A verdict as a finding: its levels, its reason, whether it blocks, and where its evidence is.
//!
//! Example: `parse/rust` is `regressed` by 25 % at a threshold of 10 %. The finding has the levels
//! 80 and 100 µs, blocks with `NeedsAcceptance`, and links to the two commits around the change.

use crate::report::judge::SeriesJudge;
use crate::report::{AcceptedBy, BlockReason, Levels, SeriesFinding, SeriesRef};
use crate::report::{links, urls, wording};
use detect::{Change, ChangeSeverity, ChangeStatus, Verdict};
use model::policy::gate::{FailingVerdict, MainGate};
use model::text::{self, UnitScale};

impl SeriesJudge<'_> {
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

    /// The finding of a verdict, about a change where it is about one.
    pub(super) fn finding(&self, verdict: Verdict, change: Option<&Change>) -> SeriesFinding {
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
        SeriesFinding {
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
            size: wording::change_size(series, relative.unwrap_or(f64::NAN), worse),
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
        }
    }

    fn commit_id(&self, run: usize) -> String {
        self.history.commits[self.series.runs[run].commit.0 as usize].id.clone()
    }

    /// Whether a verdict makes the check fail. A suspicion does not: what the test of a pull
    /// request leaves open is noise more often than not. It is reported first of all, with what
    /// settles it (more runs of the same commit: each counts). `governance.block_suspected: true`
    /// stops until more runs have come.
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
            let runs = u64::from(change.runs_after);
            match self.session {
                Some(_) => format!(", side by side in {}", text::count_noun(runs, "round")),
                None => format!(", confirmed by {}", text::count_noun(runs, "run")),
            }
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
        if self.candidate.pull.is_some() {
            // Without a run of the main line there is no page of the comparison: the site itself.
            let diff = self.links.diff_path.as_ref();
            return diff.map(|diff| links::row_path(diff, subject)).unwrap_or_default();
        }
        match change {
            Some(change) => {
                let pair = urls::pair(
                    &self.commit_id(change.last_before),
                    &self.commit_id(change.first_after),
                );
                links::row_path(&urls::diff(&pair), subject)
            }
            None => links::series_path(subject, self.links.detail),
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
