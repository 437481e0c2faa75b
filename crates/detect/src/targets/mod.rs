//! Every target of the policy against the newest levels: budgets, goals, service levels, alerts and
//! warnings below the threshold. Computed once; every surface shows this.
//!
//! A target has a result for each of its series; an alert for each series it fires for, or one
//! where it could be evaluated and fires for none. A target of which nothing could be evaluated is
//! `NotMeasured`, which is neither a pass nor a violation. Retired series are left out.
//!
//! Nothing is violated by one run: a level is a median, and as many runs as confirm a change must
//! be past the limit. Until then the target drifts.
//!
//! Example: `max_avg_time_ms: 50` for a series at 41 ms passes with the message
//! `41 ms, at most 50 ms`.

mod alerts;
pub mod declared;
mod evaluated;
mod forecast;
mod levels;
pub mod pinned;

use model::pinned::PinnedBaseline;
use model::policy::Policy;
use model::policy::target::AlertSeverity;
use model::record::time::Timestamp;
use model::series::Series;

use self::evaluated::EvaluatedSeries;
use super::analysis::Analysis;

pub use self::forecast::{CrossingForecast, TargetTrend};

/// One target and what became of it at one series.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TargetResult {
    pub kind: TargetKind,
    /// Its place in the policy: `budgets[0]`, `sla[1].max_avg_time_ms`, `alerts[2]`.
    pub key: String,
    /// Its own name, else its place.
    pub name: String,
    pub description: Option<String>,
    /// Index of the series; none where the target is for several together.
    pub series: Option<usize>,
    /// Base units; a fraction for an alert on a share, NaN where nothing was measured.
    pub measured: f64,
    /// As `measured`.
    pub limit: f64,
    /// How much of the limit is used: 1 is exactly on it; none for alerts.
    pub share: Option<f64>,
    pub state: TargetState,
    pub severity: AlertSeverity,
    /// What was measured against what, in words; for an alert its own message after that.
    pub message: String,
    /// The first of the newest runs that are all in this state; none where it passes.
    pub since: Option<Timestamp>,
    /// How the level moves, and when it would cross the limit.
    pub trend: Option<TargetTrend>,
}

/// What a target is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum TargetKind {
    Budget,
    Sla,
    Alert,
    /// `regression.warn_at`: a regression smaller than the threshold.
    Warning,
    /// An aim: reached or not, and never a failure.
    Goal,
    /// A pinned baseline (`baselines.json`).
    Baseline,
}

/// Where a series stands against a target.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum TargetState {
    Passing,
    NotMeasured,
    /// Beyond the limit, within its tolerance or not confirmed.
    Drifting,
    Violated,
}

impl TargetState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::NotMeasured => "not_measured",
            Self::Drifting => "drifting",
            Self::Violated => "violated",
        }
    }
}

impl TargetResult {
    /// Whether it must be answered: a missed budget or service level, an alert that fires.
    pub fn is_missed(&self) -> bool {
        self.state == TargetState::Violated
    }

    /// Whether a missed one fails a check: alerts call people, and goals and warnings are shown.
    pub fn can_block(&self) -> bool {
        matches!(self.kind, TargetKind::Budget | TargetKind::Sla | TargetKind::Baseline)
    }

    /// A target of which nothing could be evaluated.
    fn not_measured(kind: TargetKind, key: String, name: String, why: String) -> Self {
        Self {
            kind,
            key,
            name,
            description: None,
            series: None,
            measured: f64::NAN,
            limit: f64::NAN,
            share: None,
            state: TargetState::NotMeasured,
            severity: AlertSeverity::Warning,
            message: why,
            since: None,
            trend: None,
        }
    }
}

/// All targets, the worst first, else in the order of the policy, then of the series. `now` is what
/// the age of a result is counted to.
pub fn evaluate(
    series: &[Series],
    analyses: &[Analysis],
    policy: &Policy,
    pins: &[PinnedBaseline],
    now: Timestamp,
) -> Vec<TargetResult> {
    let all = series.iter().zip(analyses).enumerate();
    let judged: Vec<EvaluatedSeries<'_>> = all
        // A series that nobody measures any more violates nothing.
        .filter(|(_, (_, analysis))| !analysis.is_retired)
        .map(|(index, (series, analysis))| {
            EvaluatedSeries::of(index, series, analysis, policy, now)
        })
        .collect();
    let mut targets: Vec<TargetResult> = Vec::new();
    for (at, budget) in policy.budgets.iter().enumerate() {
        levels::evaluate_budget(at, budget, &judged, &mut targets);
    }
    for (at, sla) in policy.sla.iter().enumerate() {
        levels::evaluate_sla(at, sla, &judged, &mut targets);
    }
    for (at, alert) in policy.alerts.iter().enumerate() {
        alerts::evaluate_alert(at, alert, &judged, &mut targets);
    }
    targets.extend(pins.iter().map(|pin| pinned::evaluate_pin(pin, &judged)));
    targets.extend(judged.iter().filter_map(EvaluatedSeries::warning));
    // A stable sort: within one state and severity the order of the policy stays. Goals come last,
    // since nothing has to be done about them.
    let rank = |it: &TargetResult| (it.kind == TargetKind::Goal, std::cmp::Reverse(it.state));
    targets.sort_by_key(|it| (rank(it), std::cmp::Reverse(it.severity)));
    targets
}

/// Targets that are violated.
pub fn count_missed(targets: &[TargetResult]) -> usize {
    targets.iter().filter(|target| target.is_missed()).count()
}

/// The budget that decides for a series: of all that match it the strictest.
pub fn strictest_budget(targets: &[TargetResult], series: usize) -> Option<&TargetResult> {
    let of_series = targets
        .iter()
        .filter(|target| target.kind == TargetKind::Budget && target.series == Some(series));
    let share = |target: &TargetResult| target.share.unwrap_or(0.0);
    of_series.max_by(|a, b| a.state.cmp(&b.state).then(share(a).total_cmp(&share(b))))
}

/// How bad a state of a budget or a service level is.
fn severity(state: TargetState) -> AlertSeverity {
    match state {
        TargetState::Passing => AlertSeverity::Info,
        TargetState::Drifting | TargetState::NotMeasured => AlertSeverity::Warning,
        TargetState::Violated => AlertSeverity::Critical,
    }
}

#[cfg(test)]
mod tests;
