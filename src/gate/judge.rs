//! What of the analysis is the candidate's: a verdict for each series, with the reason.
//!
//! The analysis says where a series stands; this says whether the candidate brought it there. What
//! the base already was is told, and held against nobody.

use crate::gate::link::{self, Links};
use crate::gate::scene::Scene;
use crate::gate::second::Second;
use crate::gate::{Accepted, Block, Finding, NotCompared, Subject, reason};
use crate::site::{routes, words};
use detect::compare::DeltaVerdict;
use detect::{Analysis, Change, Severity, Status, Verdict};
use model::history::History;
use model::policy::Policy;
use model::series::Series;
use model::text::{self, Scale};

/// What one series is judged by.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) series: &'a Series,
    pub(crate) analysis: &'a Analysis,
    pub(crate) scene: &'a Scene,
    pub(crate) policy: &'a Policy,
    pub(crate) history: &'a History,
    pub(crate) links: &'a Links,
    /// What a second look at the runs of a pull request shows.
    pub(crate) second: Option<&'a Second>,
}

/// What is told of a series.
pub(crate) enum Told {
    Finding(Box<Finding>),
    /// Compared, nothing to tell; whether the base was already worse than it had been.
    Unchanged {
        on_base: bool,
    },
    Not(Box<NotCompared>),
    /// Of no concern to this candidate.
    Nothing,
}

impl Case<'_> {
    /// The verdict of the candidate in this series.
    pub(crate) fn judge(&self) -> Told {
        let (series, analysis) = (self.series, self.analysis);
        let Some(start) = self.start() else {
            let known = analysis.verdict != Verdict::Missing && !analysis.retired;
            return if known {
                Told::Not(Box::new(reason::unmeasured(series)))
            } else {
                Told::Nothing
            };
        };
        if self.scene.first.is_none() && analysis.retired {
            return Told::Nothing;
        }
        if series.runs[start..].iter().all(|run| run.value.is_none()) {
            return Told::Not(Box::new(reason::all_failed(series, start)));
        }
        let not = || {
            let not = reason::not_compared((series, analysis), self.policy, start);
            Told::Not(Box::new(not))
        };
        match analysis.verdict {
            Verdict::Infrastructure => {
                let marked = analysis.latest.is_some_and(|at| analysis.flags[at].infrastructure);
                if marked { self.tell(Verdict::Infrastructure, None) } else { not() }
            }
            Verdict::Missing | Verdict::New | Verdict::Suppressed => not(),
            Verdict::Noisy => self.look_again(start).unwrap_or_else(not),
            // The runs of one commit are alike: where only the newest of several is slow, it is an
            // outlier, and no new level begins with it as on the main line.
            Verdict::Suspected { .. } if self.is_within(DeltaVerdict::Same) => {
                Told::Unchanged { on_base: false }
            }
            Verdict::Suspected { .. } => {
                self.look_again(start).unwrap_or_else(|| self.tell(analysis.verdict, None))
            }
            Verdict::Steady => {
                // It undoes an earlier change, so that the series is steady again.
                let undone = self.change(start, false).filter(|_| self.scene.first.is_some());
                let undone = undone.map(|change| self.tell(Verdict::Improved, Some(change)));
                let again = || self.look_again(start);
                undone.or_else(again).unwrap_or(Told::Unchanged { on_base: false })
            }
            Verdict::Regressed | Verdict::Approved | Verdict::Improved => self.moved(start),
        }
    }

    /// Index of the candidate's first run; 0 where every open change counts.
    fn start(&self) -> Option<usize> {
        match self.scene.first {
            None => Some(0),
            Some(first) => self.series.runs.iter().position(|run| run.commit >= first),
        }
    }

    /// The newest change from `start` on that was not undone, worse or better.
    fn change(&self, start: usize, worse: bool) -> Option<&Change> {
        let own = |change: &&Change| change.first >= start && change.worse == worse;
        self.analysis.events.iter().rev().filter(own).find(|change| change.status != Status::Fixed)
    }

    /// A series with an open change: the candidate's, or what the base was already.
    fn moved(&self, start: usize) -> Told {
        let own = self.change(start, true).or_else(|| self.change(start, false));
        if let Some(change) = own {
            return self.tell_change(change);
        }
        if let Some(told) = self.look_again(start) {
            return told;
        }
        let worse = self.analysis.verdict == Verdict::Regressed;
        let Some(change) = self.change(0, worse).filter(|_| worse) else {
            return Told::Unchanged { on_base: false };
        };
        let valued = |at: &usize| self.series.runs[*at].value.is_some();
        let before = (change.first..start).filter(valued).count();
        let needed = self.policy.detection.confirmations as usize;
        if before < needed {
            // A slow run or two at the end of the base: whether they are the base's level or its
            // noise, only more runs of the base can tell. Blaming the candidate would be a guess.
            let more = u32::try_from(needed - before).unwrap_or(1);
            return self.tell(Verdict::Suspected { runs_needed: more }, None);
        }
        Told::Unchanged { on_base: true }
    }

    fn tell_change(&self, change: &Change) -> Told {
        let verdict = match change.status {
            Status::Approved { .. } => Verdict::Approved,
            _ if change.worse => Verdict::Regressed,
            _ => Verdict::Improved,
        };
        self.tell(verdict, Some(change))
    }

    fn is_within(&self, verdict: DeltaVerdict) -> bool {
        self.second.is_some_and(|it| it.change.is_none() && it.delta.verdict == verdict)
    }

    /// What the second look shows: a change, a suspicion, or an improvement not confirmed yet.
    fn look_again(&self, start: usize) -> Option<Told> {
        let second = self.second?;
        if let Some(change) = &second.change {
            return Some(self.tell_change(change));
        }
        let own = self.series.runs[start..].iter().filter(|run| run.value.is_some()).count();
        let own = u32::try_from(own).unwrap_or(u32::MAX);
        let runs_needed = self.policy.detection.confirmations.saturating_sub(own);
        match second.delta.verdict {
            DeltaVerdict::Worse => Some(self.tell(Verdict::Suspected { runs_needed }, None)),
            DeltaVerdict::Better => Some(self.tell(Verdict::Improved, None)),
            DeltaVerdict::Same | DeltaVerdict::Unclear => None,
        }
    }

    /// Levels before and after, base units, and the relative change between them.
    fn levels(&self, change: Option<&Change>) -> (Option<(f64, f64)>, Option<f64>) {
        let analysis = self.analysis;
        let second = self.second.map(|second| second.delta);
        match (change, second, analysis.baseline, analysis.change) {
            (Some(change), ..) => (Some((change.before, change.after)), Some(change.change)),
            (None, Some(delta), ..) => (Some((delta.before, delta.after)), Some(delta.change)),
            (None, None, Some(baseline), Some(moved)) => {
                (Some((baseline.value, baseline.value * (1.0 + moved))), Some(moved))
            }
            (None, None, _, moved) => (None, moved),
        }
    }

    fn tell(&self, verdict: Verdict, change: Option<&Change>) -> Told {
        let (series, analysis) = (self.series, self.analysis);
        let (levels, moved) = self.levels(change);
        let worse = match (change, verdict) {
            (Some(change), _) => change.worse,
            (None, Verdict::Improved) => false,
            _ => true,
        };
        let (before, after) = levels.unwrap_or_default();
        let scale = Scale::for_values([before, after], &series.unit);
        let said = |value: f64| levels.map_or_else(String::new, |_| scale.quantity(value));
        let spread = |at: Option<usize>| {
            let std = at.and_then(|at| analysis.spread.get(at));
            said_spread(std, &scale)
        };
        let own = analysis.latest.and_then(|at| series.runs[at].std.get());
        let after_spread = match change {
            Some(change) => spread(Some(change.first)),
            None => said_spread(own.filter(|std| std.is_finite()), &scale),
        };
        let first = change.map(|change| change.first).or(analysis.latest);
        let subject = Subject::of(&series.key);
        let finding = Finding {
            verdict,
            block: self.block(verdict, change),
            confirmed: change.is_some(),
            report_only: analysis.report_only,
            accepted: change.and_then(accepted),
            before: said(before),
            after: said(after),
            spread_before: spread(change.map(|change| change.last_before).or_else(|| {
                (0..analysis.latest.unwrap_or(0))
                    .rev()
                    .find(|at| analysis.spread.get(*at).is_some())
            })),
            spread_after: after_spread,
            arrow: levels.map_or_else(String::new, |_| scale.arrow(before, after)),
            levels,
            unit: series.unit.clone(),
            change: moved.filter(|moved| moved.is_finite()),
            worse,
            size: words::sized(series, before, after, worse),
            threshold: analysis.threshold,
            confidence: change
                .map(|it| it.confidence)
                .or(self.second.map(|it| it.delta.confidence)),
            severity: change.map(|change| change.severity),
            commit: first.map_or_else(String::new, |at| self.commit(at)),
            reason: self.reason(verdict, change),
            hints: self.hints(change),
            path: self.path(&subject, change),
            run: first.map(|at| series.runs[at].commit),
            place: None,
            subject,
        };
        Told::Finding(Box::new(finding))
    }

    fn commit(&self, run: usize) -> String {
        self.history.commits[self.series.runs[run].commit.0 as usize].id.clone()
    }

    /// Whether a verdict keeps the gate shut. A suspicion does not: one slow run in a hundred is
    /// nothing but noise, and a pull request with 65 series would be stopped by it every other
    /// time, until nobody believes the gate. It is told first of all with what settles it (more
    /// runs of the same commit: each counts), and where a team measures once and wants to be
    /// stopped at once it says `detection.confirmations: 1`, or
    /// `governance.block_suspected: true` to be stopped until more runs have come.
    fn block(&self, verdict: Verdict, change: Option<&Change>) -> Option<Block> {
        if self.analysis.report_only {
            return None;
        }
        let severity = change.map(|change| change.severity);
        match (verdict, severity) {
            (Verdict::Regressed | Verdict::Approved, Some(Severity::Critical)) => {
                Some(Block::Critical)
            }
            (Verdict::Regressed, Some(Severity::Major)) => Some(Block::Approval),
            (Verdict::Regressed, _) => Some(Block::Regression),
            (Verdict::Suspected { .. }, _) if self.policy.governance.block_suspected => {
                Some(Block::Regression)
            }
            _ => None,
        }
    }

    fn reason(&self, verdict: Verdict, change: Option<&Change>) -> String {
        let limit = text::percent(self.analysis.threshold);
        let governance = &self.policy.governance;
        let most = text::percent(self.policy.regression.max_regression_ratio);
        let confirmed = change.map_or_else(String::new, |change| {
            format!(", seen in {}", text::counted(u64::from(change.runs_after), "run"))
        });
        let accepted = change.and_then(accepted);
        let accepted = accepted.map(|it| format!("accepted by {}: {}", it.by, it.reason));
        match verdict {
            Verdict::Suspected { runs_needed: 0 } => {
                format!("beyond the limit of {limit} against the newest runs of the base only")
            }
            Verdict::Suspected { runs_needed } => {
                let more = text::counted(u64::from(runs_needed), "more run");
                format!("beyond the limit of {limit}, not confirmed: {more} needed")
            }
            Verdict::Infrastructure => {
                "most backends moved at once: not the code's doing".to_owned()
            }
            Verdict::Improved if change.is_none() => {
                format!("better by more than {limit}, not confirmed yet")
            }
            Verdict::Improved => format!("better by more than {limit}{confirmed}"),
            _ => match (self.block(verdict, change), accepted) {
                (Some(Block::Critical), _) => {
                    format!("no approval helps from {most} on, only an override{confirmed}")
                }
                (Some(Block::Approval), _) => {
                    let from = text::percent(governance.require_approval_threshold);
                    format!("from {from} on it needs an entry in accepted.yml{confirmed}")
                }
                (_, Some(accepted)) => accepted,
                (None, _) => format!("beyond the limit of {limit}, report only{confirmed}"),
                _ => format!("beyond the limit of {limit}{confirmed}"),
            },
        }
    }

    fn hints(&self, change: Option<&Change>) -> Vec<String> {
        let mut hints = change.map_or_else(Vec::new, |change| change.hints.clone());
        let accepted = change.is_some_and(|it| matches!(it.status, Status::Approved { .. }));
        if accepted && change.is_some_and(|it| it.severity == Severity::Critical) {
            hints.push(
                "An entry in accepted.yml covers it, but it is too large for one.".to_owned(),
            );
        }
        if self.analysis.report_only {
            hints.push("The rule for this series only reports.".to_owned());
        }
        hints
    }

    /// The evidence: the row of a pull request's comparison, that of the two commits around the
    /// change, or the page of the series.
    fn path(&self, subject: &Subject, change: Option<&Change>) -> String {
        if self.scene.pull.is_some()
            && let Some(diff) = &self.links.diff
        {
            return link::row(diff, subject);
        }
        match change {
            Some(change) => {
                let pair =
                    routes::pair(&self.commit(change.last_before), &self.commit(change.first));
                link::row(&routes::diff(&pair), subject)
            }
            None => link::series(subject, self.policy.site.detail),
        }
    }
}

/// What `accepted.yml` says of a change.
fn accepted(change: &Change) -> Option<Accepted> {
    match &change.status {
        Status::Approved { reason, by } => {
            Some(Accepted { by: by.clone(), reason: reason.clone() })
        }
        _ => None,
    }
}

/// `±1.6`; empty where there is none, or none that shows beside the value.
fn said_spread(std: Option<f64>, scale: &Scale) -> String {
    let said = std.map_or_else(String::new, |std| text::spread(std, scale));
    if said.contains(|c: char| ('1'..='9').contains(&c)) { said } else { String::new() }
}
