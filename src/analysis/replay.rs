//! The gate as it would have acted: after every run, given only the runs up to it.

use crate::policy::Policy;
use crate::series::Series;

use super::changes::Facts;
use super::stats::median;
use super::verdict::{Evidence, Judged};
use super::walk::{Standing, Walked, walk};
use super::{Analysis, ChangeKind, Context, Verdict};

/// What the gate said after one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Said {
    /// Index of the series, and of its run.
    pub(crate) series: usize,
    pub(crate) run: usize,
    pub(crate) verdict: Verdict,
    pub(crate) change: Option<f64>,
    pub(crate) confidence: f64,
}

/// Every run at which the gate did not say steady: by series, then by run.
pub(crate) fn replay(series: &[Series], policy: &Policy, context: &Context<'_>) -> Vec<Said> {
    let accepted: Vec<_> = series.iter().map(|it| (context.accepted)(it)).collect();
    let mut said = Vec::new();
    walk(series, policy, &mut |standings, on| {
        for &at in on {
            let facts = Facts { accepted: &accepted[at], explained: &[], now: context.now };
            let (series, standing) = (&series[at], &standings[at]);
            let evidence = Evidence { series, policy, standing, facts, newest: None };
            let Judged { verdict, change, confidence, .. } = evidence.judge();
            if verdict != Verdict::Steady {
                let run = standing.runs - 1;
                said.push(Said { series: at, run, verdict, change, confidence });
            }
        }
    });
    said.sort_by_key(|it| (it.series, it.run));
    said
}

/// What a policy amounts to over a history.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    /// Runs that the gate saw, and series.
    pub(crate) runs: usize,
    pub(crate) series: usize,
    /// Regressions that it reported, each counted once.
    pub(crate) findings: usize,
    /// Runs that it did not compare because of a new runner.
    pub(crate) suppressed: usize,
    pub(crate) infrastructure_days: usize,
    /// Findings that vanished: the whole history shows no change for the worse there.
    pub(crate) withdrawn: usize,
    /// Changes for the worse in the whole history that it never reported.
    pub(crate) missed: usize,
    /// Runs from the first one on a new level to the one at which it was reported, the median.
    pub(crate) median_delay_runs: Option<f64>,
}

/// Runs by which the place of a change may differ between the report and the look back.
const SAME: usize = 5;
/// A report that comes later than so many runs is of something else.
const HORIZON: usize = 30;

impl Figures {
    /// Compares what the gate told on the way with what the whole history shows.
    pub(crate) fn of(series: &[Series], walked: &Walked, each: &[Analysis]) -> Self {
        let standings = &walked.standings;
        let mut figures = Self {
            runs: series.iter().map(|it| it.runs.len()).sum(),
            series: series.len(),
            suppressed: standings.iter().map(|it| it.suppressed).sum(),
            infrastructure_days: walked.infrastructure.len(),
            ..Self::default()
        };
        let mut delays = Vec::new();
        for (standing, analysis) in standings.iter().zip(each) {
            figures.add(&reports(standing), analysis, &mut delays);
        }
        figures.median_delay_runs = median(&delays);
        figures
    }

    fn add(&mut self, reports: &[usize], analysis: &Analysis, delays: &mut Vec<f64>) {
        self.findings += reports.len();
        let mut true_ones = vec![false; reports.len()];
        for event in analysis.events.iter().filter(|event| event.worse) {
            let (early, late) = match event.kind {
                ChangeKind::Step => (SAME, HORIZON),
                ChangeKind::Drift => (2 * HORIZON, 2 * HORIZON),
            };
            let span = event.first.saturating_sub(early)..=event.first + late;
            let hits = (0..reports.len()).filter(|it| span.contains(&reports[*it]));
            let hits: Vec<usize> = hits.collect();
            hits.iter().for_each(|it| true_ones[*it] = true);
            match hits.first() {
                Some(first) => delays.push(reports[*first].saturating_sub(event.first) as f64),
                None => self.missed += 1,
            }
        }
        self.withdrawn += true_ones.iter().filter(|it| !**it).count();
    }

    /// Share of all runs at which a finding was reported that vanished.
    pub(crate) fn false_alarm_rate(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.withdrawn as f64 / self.runs as f64 }
    }
}

/// The runs at which the gate reported a regression, ascending.
fn reports(standing: &Standing) -> Vec<usize> {
    let watch = &standing.watch;
    let told = watch.findings.iter().filter(|it| it.worse);
    let large = told.filter(|it| {
        let (before, after) = watch.levels(it, it.at - it.since, usize::MAX);
        (after - before).abs() >= standing.limit.absolute * (1.0 - 1e-9)
    });
    large.map(|it| watch.run[it.told]).collect()
}
