//! Every target of the policy against the newest levels: budgets, service levels, alerts.
//!
//! A budget or service level has a result for each of its series, an alert for each series it fires
//! for, or one where it could be evaluated and fires for none. Retired series are left out, and so
//! are series whose unit or statistics a target does not fit: a missing number is neither a pass
//! nor a violation.
//!
//! Example: `max_avg_time_ms: 50` for a series at 41 ms passes with the message
//! `41 ms, at most 50 ms`.

use model::filter::{ChangeAges, Filter};
use model::policy::Policy;
use model::policy::expression::{AlertComparison, AlertQuantity};
use model::policy::target::{Alert, AlertSeverity, Sla};
use model::record::{Direction, Statistic, TIME_METRIC, Unit};
use model::series::Series;
use model::text::{self, UnitScale};

use super::analysis::{Analysis, BudgetState, BudgetVerdict};

/// Nanoseconds in a millisecond.
const NS_PER_MS: f64 = 1e6;

/// One target and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetResult {
    pub kind: TargetKind,
    /// An alert's own name, else the key in the policy: `budgets[0]`, `sla[1].max_avg_time_ms`.
    pub name: String,
    /// Index of the series; none where the target is for several together.
    pub series: Option<usize>,
    /// Base units; a fraction for an alert on a share, NaN for an alert that stays quiet.
    pub measured: f64,
    /// As `measured`.
    pub limit: f64,
    pub verdict: BudgetVerdict,
    pub severity: AlertSeverity,
    /// What was measured against what, in words; for an alert its own message after that.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    Budget,
    Sla,
    Alert,
}

/// All targets that can be evaluated, the worst first, else in the order of the policy, then of the
/// series.
pub fn evaluate(series: &[Series], analyses: &[Analysis], policy: &Policy) -> Vec<TargetResult> {
    let judged: Vec<EvaluatedSeries<'_>> = series
        .iter()
        .zip(analyses)
        .enumerate()
        // A series that nobody measures any more violates nothing.
        .filter(|(_, (_, analysis))| !analysis.is_retired)
        .map(|(index, (series, analysis))| EvaluatedSeries { index, series, analysis })
        .collect();
    let mut targets: Vec<TargetResult> =
        judged.iter().filter_map(|one| one.budget(policy)).collect();
    for (at, sla) in policy.sla.iter().enumerate() {
        evaluate_sla(at, sla, &judged, &mut targets);
    }
    for alert in &policy.alerts {
        evaluate_alert(alert, &judged, &mut targets);
    }
    // A stable sort: within one verdict and severity the order of the policy stays.
    let rank = |verdict| match verdict {
        BudgetVerdict::Violation => 0,
        BudgetVerdict::Drift => 1,
        BudgetVerdict::Pass => 2,
    };
    targets.sort_by_key(|it| (rank(it.verdict), std::cmp::Reverse(it.severity)));
    targets
}

/// Targets that are violated.
pub fn count_missed(targets: &[TargetResult]) -> usize {
    targets.iter().filter(|target| target.verdict == BudgetVerdict::Violation).count()
}

/// How bad a verdict of a budget or a service level is.
fn severity(verdict: BudgetVerdict) -> AlertSeverity {
    match verdict {
        BudgetVerdict::Pass => AlertSeverity::Info,
        BudgetVerdict::Drift => AlertSeverity::Warning,
        BudgetVerdict::Violation => AlertSeverity::Critical,
    }
}

/// A series that is not retired, with what was concluded from it.
struct EvaluatedSeries<'a> {
    index: usize,
    series: &'a Series,
    analysis: &'a Analysis,
}

impl EvaluatedSeries<'_> {
    fn matches(&self, filter: &Filter) -> bool {
        filter.holds(self.series.key.subject(&self.series.tags), ChangeAges::default())
    }

    /// The newest point of the line that charts draw.
    fn latest_level(&self) -> Option<f64> {
        self.analysis.level.last()
    }

    fn budget(&self, policy: &Policy) -> Option<TargetResult> {
        let BudgetState { budget, ratio: share, verdict } = self.analysis.budget?;
        let entry = policy.budgets.iter().position(|it| {
            it.metric == self.series.key.metric && it.budget == budget && self.matches(&it.matches)
        });
        let measured = match self.series.direction {
            Direction::Lower | Direction::Unknown => share * budget,
            Direction::Higher => budget / share,
        };
        let scale = UnitScale::for_values([measured, budget], &self.series.unit);
        let (level, of) = (scale.quantity(measured), scale.quantity(budget));
        Some(TargetResult {
            kind: TargetKind::Budget,
            name: entry.map_or_else(|| "budgets".to_owned(), |at| format!("budgets[{at}]")),
            series: Some(self.index),
            measured,
            limit: budget,
            verdict,
            severity: severity(verdict),
            message: format!("{level}, {} of its budget of {of}", text::percent(share)),
        })
    }

    /// What a run measured of what is compared; none where it has no such thing.
    fn measured(&self, at: usize, comparison: &AlertComparison) -> Option<f64> {
        let run = &self.series.runs[at];
        let value = self.series.compared_value(run)?;
        if comparison.unit.as_ref().is_some_and(|unit| *unit != self.series.unit) {
            return None;
        }
        let detail = run.detail.as_ref();
        let statistic = |wanted: Statistic| {
            let all = detail?.statistics();
            all.iter().find(|(statistic, _)| *statistic == wanted).map(|(_, value)| *value)
        };
        match comparison.quantity {
            AlertQuantity::Value => Some(value),
            AlertQuantity::Level => self.analysis.level.get(at),
            AlertQuantity::Mean => {
                Some(mean(detail.map_or(&[], |it| it.samples())).unwrap_or(value))
            }
            AlertQuantity::Std => run.std.get(),
            AlertQuantity::Statistic(Statistic::Median) => {
                // Tools report the median by either name.
                statistic(Statistic::Median).or_else(|| statistic(Statistic::P50))
            }
            AlertQuantity::Statistic(wanted) => statistic(wanted),
            // At the newest run the gate's own figure, so that an alert and the verdict agree.
            AlertQuantity::Change if Some(at) == self.analysis.latest_run => {
                self.analysis.latest_change
            }
            AlertQuantity::Change => {
                let baseline = self.analysis.baseline?.value;
                Some(self.analysis.level.get(at)? / baseline - 1.0).filter(|it| it.is_finite())
            }
            AlertQuantity::Noise => self.analysis.noise,
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    (count > 0.0).then(|| values.iter().map(|value| value / count).sum())
}

/// The entries of one service level.
fn evaluate_sla(
    at: usize,
    sla: &Sla,
    judged: &[EvaluatedSeries<'_>],
    targets: &mut Vec<TargetResult>,
) {
    let entry: Vec<(&EvaluatedSeries<'_>, f64)> = judged
        .iter()
        .filter(|one| one.matches(&sla.matches))
        .filter_map(|one| Some((one, one.latest_level()?)))
        .collect();
    let of = |names: &[&str], unit: Option<&str>| -> Vec<(&EvaluatedSeries<'_>, f64)> {
        let fits = |one: &EvaluatedSeries<'_>| {
            names.contains(&one.series.key.metric.as_str())
                && unit.is_none_or(|unit| one.series.unit.as_str() == unit)
        };
        entry.iter().filter(|(one, _)| fits(one)).copied().collect()
    };
    let times = of(&[TIME_METRIC], Some("ns"));
    let name = |key: &str| format!("sla[{at}].{key}");
    let mut each =
        |key: &str, members: &[(&EvaluatedSeries<'_>, f64)], limit: Option<f64>, is_upper: bool| {
            let Some(limit) = limit else { return };
            for (one, level) in members {
                let unit = &one.series.unit;
                let bound = Bound { measured: *level, limit, is_upper };
                let target = sla_result(name(key), bound, unit);
                targets.push(TargetResult { series: Some(one.index), ..target });
            }
        };
    each("max_avg_time_ms", &times, sla.max_avg_time_ms.map(|ms| ms * NS_PER_MS), true);
    each("min_throughput", &of(&["throughput"], None), sla.min_throughput, false);
    let memory = of(&["memory", "peak_memory"], Some("B"));
    each("max_memory_bytes", &memory, sla.max_memory_bytes, true);
    if let (Some(most), Some((first, _))) = (sla.max_total_time_ms, times.first()) {
        let total: f64 = times.iter().map(|(_, level)| level).sum();
        let unit = &first.series.unit;
        let bound = Bound { measured: total, limit: most * NS_PER_MS, is_upper: true };
        let target = sla_result(name("max_total_time_ms"), bound, unit);
        let of = text::count_noun(times.len() as u64, "series");
        targets.push(TargetResult { message: format!("{} for {of}", target.message), ..target });
    }
}

/// A level and the bound that it must keep, base units.
#[derive(Clone, Copy)]
struct Bound {
    measured: f64,
    limit: f64,
    /// The limit is the most that is allowed, else the least.
    is_upper: bool,
}

fn sla_result(name: String, bound: Bound, unit: &Unit) -> TargetResult {
    let Bound { measured, limit, is_upper } = bound;
    let is_kept = if is_upper { measured <= limit } else { measured >= limit };
    let verdict = if is_kept { BudgetVerdict::Pass } else { BudgetVerdict::Violation };
    let scale = UnitScale::for_values([measured, limit], unit);
    let word = if is_upper { "most" } else { "least" };
    TargetResult {
        kind: TargetKind::Sla,
        name,
        series: None,
        measured,
        limit,
        verdict,
        severity: severity(verdict),
        message: format!("{}, at {word} {}", scale.quantity(measured), scale.quantity(limit)),
    }
}

/// An alert at every series it fires for; once where it could be evaluated and fires for none.
fn evaluate_alert(alert: &Alert, judged: &[EvaluatedSeries<'_>], targets: &mut Vec<TargetResult>) {
    let Ok(when) = &alert.when.parsed else { return };
    let mut evaluated = 0;
    let before = targets.len();
    for one in judged.iter().filter(|one| one.matches(&alert.matches)) {
        let Some(newest) = one.series.runs.len().checked_sub(1) else { continue };
        let holds = |at: usize| when.holds(&|comparison| one.measured(at, comparison));
        evaluated += u64::from(holds(newest).is_some());
        let needed = (alert.runs as usize).max(1);
        // Every one of the newest runs must hold: an alert for one run would fire on each outlier.
        let Some(from) = one.series.runs.len().checked_sub(needed) else { continue };
        if !(from..=newest).rev().all(|at| holds(at) == Some(true)) {
            continue;
        }
        let witness = when.first_match(&|comparison| one.measured(newest, comparison));
        targets.extend(
            witness.map(|(comparison, measured)| alert_result(alert, one, comparison, measured)),
        );
    }
    if evaluated > 0 && targets.len() == before {
        targets.push(TargetResult {
            kind: TargetKind::Alert,
            name: alert.name.clone(),
            series: None,
            measured: f64::NAN,
            limit: f64::NAN,
            verdict: BudgetVerdict::Pass,
            severity: alert.severity,
            message: format!("fires for none of {}", text::count_noun(evaluated, "series")),
        });
    }
}

fn alert_result(
    alert: &Alert,
    one: &EvaluatedSeries<'_>,
    comparison: &AlertComparison,
    measured: f64,
) -> TargetResult {
    let limit = comparison.number;
    let quantity = comparison.quantity;
    let words = if quantity == AlertQuantity::Change {
        [text::percent_change(measured), text::percent_change(limit)]
    } else if quantity.is_share() {
        [text::percent(measured), text::percent(limit)]
    } else {
        let scale = UnitScale::for_values([measured, limit], &one.series.unit);
        [scale.quantity(measured), scale.quantity(limit)]
    };
    let sign = comparison.operator.sign();
    let mut message = format!("{} {} {sign} {}", quantity.name(), words[0], words[1]);
    if alert.runs > 1 {
        message.push_str(&format!(", {} in a row", text::count_noun(u64::from(alert.runs), "run")));
    }
    if let Some(entry) = alert.message.as_ref().filter(|entry| !entry.is_empty()) {
        message.push_str(". ");
        message.push_str(entry);
    }
    let verdict = match alert.severity {
        AlertSeverity::Info => BudgetVerdict::Drift,
        AlertSeverity::Warning | AlertSeverity::Critical => BudgetVerdict::Violation,
    };
    TargetResult {
        kind: TargetKind::Alert,
        name: alert.name.clone(),
        series: Some(one.index),
        measured,
        limit,
        verdict,
        severity: alert.severity,
        message,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use model::policy::read::read;
    use model::record::time::Timestamp;
    use model::record::{OptionalF64, RareDetail, RunDetail};
    use model::testing::SeriesBuilder;

    fn series(backend: &str, metric: &str, unit: &str, values: &[f64]) -> Series {
        let values = values.iter().copied();
        SeriesBuilder::of(values).backend(backend).metric(metric, unit).build()
    }

    fn evaluate_policy(series: &[Series], policy: &str) -> Vec<TargetResult> {
        let reading = read(&format!("version: '1'\n{policy}"), "policy.yml");
        let policy = reading.policy.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
        let newest = series[0].runs.last().map(|run| run.time);
        let now = newest.unwrap_or(Timestamp::from_micros(0));
        let context = crate::AnalysisContext {
            depth: crate::AnalysisDepth::Full,
            now,
            newest_run: newest,
            accepted: &|_| Vec::new(),
            explanations: &|_| Vec::new(),
        };
        let analyses = crate::analyze_all(series, &policy, &context);
        evaluate(series, &analyses.by_series, &policy)
    }

    /// Name, series and verdict of each.
    fn brief(targets: &[TargetResult]) -> Vec<(&str, Option<usize>, BudgetVerdict)> {
        targets.iter().map(|it| (it.name.as_str(), it.series, it.verdict)).collect()
    }

    use BudgetVerdict::{Drift, Pass, Violation};

    #[test]
    fn service_levels_ask_the_series_of_their_metric() {
        let all = [
            series("go", "time", "ns", &[4e6; 12]),
            series("rust", "time", "ns", &[2e6; 12]),
            series("go", "throughput", "ops/s", &[50.0; 12]),
            series("go", "peak_memory", "B", &[2048.0; 12]),
            series("go", "time", "parrots", &[1.0; 12]),
        ];
        let targets = evaluate_policy(
            &all,
            "sla:\n  - {max_avg_time_ms: 3, max_total_time_ms: 6, min_throughput: 60, \
             max_memory_bytes: 1000}\n  - {match: {backend: rust}, min_throughput: 1}\n",
        );
        assert_eq!(
            brief(&targets),
            [
                ("sla[0].max_avg_time_ms", Some(0), Violation),
                ("sla[0].min_throughput", Some(2), Violation),
                ("sla[0].max_memory_bytes", Some(3), Violation),
                ("sla[0].max_avg_time_ms", Some(1), Pass),
                ("sla[0].max_total_time_ms", None, Pass),
            ]
        );
        assert_eq!((targets[4].measured, targets[4].limit), (6e6, 6e6));
        assert_eq!(count_missed(&targets), 3);
    }

    #[test]
    fn budgets_drift_before_they_are_violated() {
        let of = |value: f64| {
            let all = [series("go", "time", "ns", &[value; 12])];
            evaluate_policy(&all, "budgets:\n  - {budget: 1000, tolerance: 0.5}\n")
        };
        for (value, verdict) in [(900.0, Pass), (1400.0, Drift), (1600.0, Violation)] {
            assert_eq!(brief(&of(value)), [("budgets[0]", Some(0), verdict)], "{value}");
        }
        assert!((of(1400.0)[0].measured - 1400.0).abs() < 1e-6);
    }

    #[test]
    fn an_alert_fires_after_so_many_runs_in_a_row() {
        let policy = "alerts:\n  - {name: Slow, when: value > 150ns, for: 2, severity: critical, \
                      message: Look.}\n";
        let with = |newest: [f64; 3]| {
            let values = [&[100.0; 10][..], &newest].concat();
            evaluate_policy(&[series("go", "time", "ns", &values)], policy)
        };
        let fires = with([100.0, 200.0, 200.0]);
        assert_eq!(brief(&fires), [("Slow", Some(0), Violation)]);
        assert_eq!(fires[0].severity, AlertSeverity::Critical);
        assert_eq!((fires[0].measured, fires[0].limit), (200.0, 150.0));
        assert!(fires[0].message.ends_with("2 runs in a row. Look."), "{}", fires[0].message);
        assert_eq!(brief(&with([200.0, 100.0, 200.0])), [("Slow", None, Pass)]);
    }

    #[test]
    fn what_a_run_does_not_have_neither_fires_nor_passes() {
        let mut one = series("go", "time", "ns", &[100.0; 12]);
        let policy = "alerts:\n  - {name: Tail, when: p95 > 150 ns}\n  - {name: Bytes, when: \
                      value > 1 B}\n  - {name: Told, when: value > 0, severity: info}\n";
        assert_eq!(brief(&evaluate_policy(&[one.clone()], policy)), [("Told", Some(0), Drift)]);
        let statistics = vec![(Statistic::P95, 180.0)];
        let last = one.runs.last_mut().unwrap();
        let rare = RareDetail { statistics, ..RareDetail::default() };
        last.detail = Some(Arc::new(RunDetail::of(Box::default(), rare)));
        let results = evaluate_policy(&[one.clone()], policy);
        assert_eq!(brief(&results), [("Tail", Some(0), Violation), ("Told", Some(0), Drift)]);
        assert_eq!(count_missed(&results), 1, "info is no missed target");
        one.runs.last_mut().unwrap().value = OptionalF64::NONE;
        assert_eq!(evaluate_policy(&[one], policy), [], "the newest run failed");
    }

    #[test]
    fn a_change_is_compared_with_the_baseline() {
        let values = [&[100.0; 20][..], &[130.0; 5]].concat();
        let all = [series("go", "time", "ns", &values)];
        let when = |when: &str| {
            let policy = format!("alerts:\n  - {{name: A, when: {when}, for: 3}}\n");
            evaluate_policy(&all, &policy).remove(0).verdict
        };
        assert_eq!(when("change > 25%"), Violation);
        assert_eq!(when("change > 35%"), Pass);
        assert_eq!(when("change > 25% and level > 200"), Pass);
    }

    #[test]
    fn a_rule_says_the_severity_whatever_the_size() {
        let values = [&[100.0; 20][..], &[130.0; 5]].concat();
        let all = [series("go", "time", "ns", &values)];
        let severity = |rule: &str| {
            let text = format!("version: '1'\nregression: {{rules: [{rule}]}}\n");
            let policy = read(&text, "policy.yml").policy.unwrap();
            let newest = all[0].runs.last().map(|run| run.time);
            let now = newest.unwrap();
            let context = crate::AnalysisContext {
                depth: crate::AnalysisDepth::Full,
                now,
                newest_run: newest,
                accepted: &|_| Vec::new(),
                explanations: &|_| Vec::new(),
            };
            crate::analyze_all(&all[..1], &policy, &context).by_series[0].changes[0].severity
        };
        assert_eq!(severity(""), crate::ChangeSeverity::Major);
        let critical = "{match: {backend: go}, severity: critical}";
        assert_eq!(severity(critical), crate::ChangeSeverity::Critical);
        assert_eq!(severity("{match: {backend: rust}, severity: critical}"), severity(""));
    }
}
