//! A series that targets are evaluated for: its newest level, the runs that confirm a violation,
//! and what its runs measured.

use model::filter::{ChangeAges, Filter};
use model::policy::Policy;
use model::policy::amount::Amount;
use model::policy::expression::{AlertComparison, AlertQuantity};
use model::policy::target::AlertSeverity;
use model::policy::threshold::Threshold;
use model::record::time::Timestamp;
use model::record::{Direction, Statistic, Unit};
use model::series::Series;
use model::text::{self, UnitScale};

use super::{TargetKind, TargetResult, TargetState};
use crate::analysis::Analysis;

/// A series that is not retired, with what was concluded from it.
pub(super) struct EvaluatedSeries<'a> {
    pub(super) index: usize,
    pub(super) series: &'a Series,
    pub(super) analysis: &'a Analysis,
    threshold: Threshold,
    /// Runs that confirm a violation.
    pub(super) confirmations: usize,
    /// The newest runs that are looked at.
    window: usize,
    now: Timestamp,
}

impl<'a> EvaluatedSeries<'a> {
    pub(super) fn of(
        index: usize,
        series: &'a Series,
        analysis: &'a Analysis,
        policy: &Policy,
        now: Timestamp,
    ) -> Self {
        let threshold = policy.threshold_for(series.key.subject(&series.tags), series.direction);
        let confirmations = threshold.confirmations.unwrap_or(policy.detection.confirmations);
        let window = policy.detection.window.max(confirmations) as usize;
        let confirmations = confirmations.max(1) as usize;
        Self { index, series, analysis, threshold, confirmations, window, now }
    }

    pub(super) fn matches(&self, filter: &Filter) -> bool {
        filter.holds(self.series.key.subject(&self.series.tags), ChangeAges::default())
    }

    /// Which way is better, by the rules of the policy.
    pub(super) fn direction(&self) -> Direction {
        self.threshold.direction
    }

    /// The relative size of a change that matters.
    pub(super) fn threshold(&self) -> f64 {
        self.threshold.relative
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// An amount in the unit of the series; none where it has another one. A percentage is a
    /// hundredth where the series is a plain share.
    pub(super) fn amount(&self, amount: &Amount) -> Option<f64> {
        self.in_own_unit(amount.number, amount.unit.as_ref())
    }

    fn in_own_unit(&self, number: f64, unit: Option<&Unit>) -> Option<f64> {
        let own = self.series.unit.as_str();
        match unit {
            None => Some(number),
            Some(unit) if unit.as_str() == own => Some(number),
            Some(unit) if unit.as_str() == "%" && matches!(own, "" | "ratio" | "share" | "1") => {
                Some(number / 100.0)
            }
            Some(_) => None,
        }
    }

    /// How many of the newest runs lie where `is_beyond` says.
    pub(super) fn runs_beyond(&self, is_beyond: impl Fn(f64) -> bool) -> usize {
        let values = self.series.runs.iter().rev();
        let values = values.filter_map(|run| self.series.compared_value(run));
        values.take(self.window).filter(|value| is_beyond(*value)).count()
    }

    /// The first of the newest runs whose levels all lie where `is_beyond` says.
    pub(super) fn since(&self, is_beyond: impl Fn(f64) -> bool) -> Option<Timestamp> {
        let mut since = None;
        for at in (0..self.series.runs.len()).rev() {
            match self.analysis.level.get(at) {
                Some(level) if is_beyond(level) => since = Some(self.series.runs[at].time),
                Some(_) => break,
                None => {}
            }
        }
        // The level that is judged is a longer median than the line: it may be beyond alone.
        since.or_else(|| self.series.runs.last().map(|run| run.time))
    }

    /// Whether a comparison is about this series at all.
    pub(super) fn is_asked(&self, comparison: &AlertComparison) -> bool {
        match &comparison.quantity {
            AlertQuantity::Metric(name) => self.metric_quantity(name).is_some(),
            _ => true,
        }
    }

    /// What of its runs a name means: the value of its metric, or a statistic of it.
    fn metric_quantity(&self, name: &str) -> Option<AlertQuantity> {
        let metric = self.series.key.metric.as_str();
        if metric == name {
            return Some(AlertQuantity::Value);
        }
        let (of, statistic) = Statistic::of_metric(name)?;
        (of == metric).then_some(AlertQuantity::Statistic(statistic))
    }

    /// The number of a comparison in the unit of the series.
    pub(super) fn limit(&self, comparison: &AlertComparison) -> Option<f64> {
        match comparison.quantity {
            AlertQuantity::Age => Some(comparison.number),
            _ => self.in_own_unit(comparison.number, comparison.unit.as_ref()),
        }
    }

    /// What a run measured of what is compared; none where it has no such thing.
    pub(super) fn measured(&self, at: usize, comparison: &AlertComparison) -> Option<f64> {
        self.limit(comparison)?;
        match &comparison.quantity {
            AlertQuantity::Metric(name) => self.quantity(at, &self.metric_quantity(name)?),
            quantity => self.quantity(at, quantity),
        }
    }

    fn quantity(&self, at: usize, quantity: &AlertQuantity) -> Option<f64> {
        let run = &self.series.runs[at];
        if *quantity == AlertQuantity::Age {
            let newest = self.series.runs.last()?.time;
            let micros = self.now.micros().saturating_sub(newest.micros()).max(0);
            return Some(micros as f64 * 1e3);
        }
        let value = self.series.compared_value(run)?;
        let detail = run.detail.as_ref();
        let statistic = |wanted: Statistic| detail?.statistics().get(wanted);
        match quantity {
            AlertQuantity::Value => Some(value),
            AlertQuantity::Level => self.analysis.level.get(at),
            AlertQuantity::Std => run.std.get(),
            AlertQuantity::Statistic(Statistic::Median) => {
                // Tools report the median by either name.
                statistic(Statistic::Median).or_else(|| statistic(Statistic::P50))
            }
            AlertQuantity::Statistic(Statistic::Mean) => {
                let of_samples = || mean(detail.map_or(&[], |it| &it.samples));
                statistic(Statistic::Mean).or_else(of_samples).or(Some(value))
            }
            AlertQuantity::Statistic(wanted) => statistic(*wanted),
            // At the newest run the gate's own figure, so that an alert and the verdict agree.
            AlertQuantity::Change if Some(at) == self.analysis.latest_run => {
                self.analysis.latest_change
            }
            AlertQuantity::Change => {
                let baseline = self.analysis.baseline?.value;
                Some(self.analysis.level.get(at)? / baseline - 1.0).filter(|it| it.is_finite())
            }
            AlertQuantity::Noise => self.analysis.noise,
            AlertQuantity::Age | AlertQuantity::Metric(_) => None,
        }
    }

    /// The warning of a regression smaller than the threshold; none where there is none.
    pub(super) fn warning(&self) -> Option<TargetResult> {
        let warn_at = self.threshold.warn_at?;
        let change = self.analysis.latest_change?;
        let size = match self.threshold.direction {
            Direction::Lower => change,
            Direction::Higher => -change,
            Direction::Unknown => return None,
        };
        let baseline = self.analysis.baseline?.value;
        let factor = if change < 0.0 { 1.0 - warn_at } else { 1.0 + warn_at };
        let limit = baseline * factor;
        let beyond =
            self.runs_beyond(|value| if change < 0.0 { value < limit } else { value > limit });
        // The change of a level in which too few runs took part may be an accident.
        if size <= warn_at || size > self.threshold.relative || beyond < self.confirmations {
            return None;
        }
        let level = baseline * (1.0 + change);
        let levels = text::levels(baseline, level, &self.series.unit);
        Some(TargetResult {
            kind: TargetKind::Warning,
            key: "regression.warn_at".to_owned(),
            name: "Change below the threshold".to_owned(),
            description: None,
            series: Some(self.index),
            measured: size,
            limit: warn_at,
            share: None,
            state: TargetState::Drifting,
            severity: AlertSeverity::Warning,
            message: format!(
                "{} ({levels}), warning from {}, threshold {}",
                text::percent_change(change),
                text::percent(warn_at),
                text::percent(self.threshold.relative)
            ),
            since: None,
            trend: None,
        })
    }

    /// Two values in words, in a unit that suits both.
    pub(super) fn quantities(&self, measured: f64, limit: f64) -> (String, String) {
        let scale = UnitScale::for_values([measured, limit], &self.series.unit);
        (scale.quantity(measured), scale.quantity(limit))
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    (count > 0.0).then(|| values.iter().map(|value| value / count).sum())
}
