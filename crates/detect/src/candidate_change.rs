//! What a comparison found between a candidate and its base, as a change of the series: with its
//! severity under the policy, and accepted where an entry covers it.

use model::policy::Policy;
use model::series::Series;

use super::analysis::{AnalysisContext, Change, ChangeKind, ChangeStatus};
use super::changes::{self, Boundary, SeriesReview};
use super::confidence::MAX_CONFIDENCE;

/// A difference between a candidate and its base.
#[derive(Clone, Copy, Debug)]
pub struct CandidateChange {
    /// Index of the candidate's first run, and of the last run of the base.
    pub first_after: usize,
    pub last_before: usize,
    /// Medians, base units.
    pub before: f64,
    pub after: f64,
    /// Relative, signed as the value moved.
    pub change: f64,
    pub runs_before: usize,
    pub runs_after: usize,
    pub is_regression: bool,
    /// How sure, 0–1; counts as `MAX_CONFIDENCE` at most.
    pub confidence: f64,
}

impl CandidateChange {
    /// The same as a change that was reviewed by people.
    pub fn reviewed(
        &self,
        series: &Series,
        policy: &Policy,
        context: &AnalysisContext<'_>,
    ) -> Change {
        let boundary = Boundary { last_before: self.last_before, first_after: self.first_after };
        let review = SeriesReview::of(series, context);
        let entry = self
            .is_regression
            .then(|| review.covering_acceptance(series, boundary, self.change))
            .flatten();
        let status = entry.map_or(ChangeStatus::Open, |entry| ChangeStatus::Accepted {
            reason: entry.reason.clone(),
            accepted_by: entry.accepted_by.clone(),
        });
        let count = |runs: usize| u32::try_from(runs).unwrap_or(u32::MAX);
        Change {
            kind: ChangeKind::Step,
            first_after: self.first_after,
            last_before: self.last_before,
            before: self.before,
            after: self.after,
            runs_before: count(self.runs_before),
            runs_after: count(self.runs_after),
            change: self.change,
            per_day: None,
            is_regression: self.is_regression,
            confidence: self.confidence.min(MAX_CONFIDENCE),
            severity: changes::severity(series, policy, self.change),
            status,
            reported_at: series.runs.len().checked_sub(1),
            left: None,
            hints: Vec::new(),
        }
    }
}
