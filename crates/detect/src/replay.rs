//! The gate as it would have acted: after every run, given only the runs up to it.

use std::ops::RangeInclusive;

use model::policy::Policy;
use model::series::{CommitIndex, Series};

use super::bare;
use super::changes::Facts;
use super::standing::Standing;
use super::stats::median;
use super::verdict::{Evidence, Judged};
use super::walk::walk;
use super::{Analysis, Change, ChangeKind, Context, Explanation, Verdict};

/// What the gate said after one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// Index of the series, and of its run.
    pub series: usize,
    pub run: usize,
    pub verdict: Verdict,
    pub change: Option<f64>,
    pub confidence: f64,
}

/// Every run at which the gate did not say steady: by series, then by run.
pub fn replay(series: &[Series], policy: &Policy, context: &Context<'_>) -> Vec<Said> {
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
pub struct Figures {
    /// Runs that the gate saw, and series.
    pub runs: usize,
    pub series: usize,
    /// Regressions that it reported, each counted once.
    pub findings: usize,
    /// Runs that it did not compare because of a new runner.
    pub suppressed: usize,
    pub infrastructure_days: usize,
    /// Findings that vanished: the whole history shows no change for the worse there.
    pub withdrawn: usize,
    /// Findings that did not vanish, and that a note marks as false alarms.
    pub marked: usize,
    /// Alarms of a bare limit that it kept back: where the whole history shows no change for the
    /// worse, and it reported none.
    pub spared: usize,
    /// Changes for the worse in the whole history that it never reported.
    pub missed: usize,
    /// Runs from the first one on a new level to the one at which it was reported, the median.
    pub median_delay_runs: Option<f64>,
}

/// Runs by which the place of a change may differ between the report and the look back.
const SAME: usize = 5;
/// A report that comes later than so many runs is of something else.
const HORIZON: usize = 30;

impl Figures {
    /// Those of all series together, and the days on which the backends moved together.
    pub fn sum(all: Vec<(Self, Vec<f64>)>, infrastructure_days: usize) -> Self {
        let mut figures = Self { series: all.len(), infrastructure_days, ..Self::default() };
        let mut delays = Vec::new();
        for (one, mut late) in all {
            figures.runs += one.runs;
            figures.findings += one.findings;
            figures.suppressed += one.suppressed;
            figures.withdrawn += one.withdrawn;
            figures.marked += one.marked;
            figures.spared += one.spared;
            figures.missed += one.missed;
            delays.append(&mut late);
        }
        figures.median_delay_runs = median(&delays);
        figures
    }

    /// What the gate told of one series on the way, compared with what its whole history shows; and
    /// the delay of each finding that was right.
    pub fn of_one(
        (series, standing): (&Series, &Standing),
        policy: &Policy,
        context: &Context<'_>,
        analysis: &Analysis,
    ) -> (Self, Vec<f64>) {
        let reports = reports(standing);
        let mut figures = Self {
            runs: series.runs.len(),
            suppressed: standing.suppressed,
            findings: reports.len(),
            ..Self::default()
        };
        let mut delays = Vec::new();
        let mut true_ones = vec![false; reports.len()];
        for event in analysis.events.iter().filter(|event| event.worse) {
            let span = span(event);
            let hits = (0..reports.len()).filter(|it| span.contains(&reports[*it].told));
            let hits: Vec<usize> = hits.collect();
            hits.iter().for_each(|it| true_ones[*it] = true);
            match hits.first() {
                Some(first) => delays.push(reports[*first].told.saturating_sub(event.first) as f64),
                None => figures.missed += 1,
            }
        }
        let marks =
            if reports.is_empty() { Vec::new() } else { false_alarms((context.explained)(series)) };
        for (report, is_true) in reports.iter().zip(true_ones) {
            figures.withdrawn += usize::from(!is_true);
            let marked = marks.iter().any(|mark| report.is_of(*mark, series));
            figures.marked += usize::from(is_true && marked);
        }
        let runs_before =
            (policy.detection.window as usize, policy.regression.min_sample_size as usize);
        let spared = |(first, last): &(usize, usize)| {
            let seen = |span: &RangeInclusive<usize>| first <= span.end() && last >= span.start();
            let mut events = analysis.events.iter().filter(|event| event.worse);
            let told = |it: &Report| seen(&(it.from..=it.told));
            !events.any(|event| seen(&span(event))) && !reports.iter().any(told)
        };
        let bare = bare::alarms(series, &standing.limit, runs_before);
        figures.spared = bare.iter().filter(|alarm| spared(alarm)).count();
        (figures, delays)
    }

    /// Minutes of people's work that the alarms it kept back would have cost, where each costs so
    /// many.
    pub fn minutes_saved(&self, minutes_per_finding: u32) -> u64 {
        u64::from(minutes_per_finding).saturating_mul(self.spared as u64)
    }

    /// Findings that were no change: they vanished, or somebody marked them so.
    pub fn false_alarms(&self) -> usize {
        self.withdrawn + self.marked
    }

    /// Share of all runs at which a false alarm was reported.
    pub fn false_alarm_rate(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.false_alarms() as f64 / self.runs as f64 }
    }
}

/// The runs at which a report is of this change.
fn span(event: &Change) -> RangeInclusive<usize> {
    let (early, late) = match event.kind {
        ChangeKind::Step => (SAME, HORIZON),
        ChangeKind::Drift => (2 * HORIZON, 2 * HORIZON),
    };
    event.first.saturating_sub(early)..=event.first + late
}

/// The commits whose findings somebody marked.
fn false_alarms(explained: Vec<Explanation>) -> Vec<CommitIndex> {
    let marks = explained.into_iter().filter_map(|it| match it {
        Explanation::FalseAlarm(commit) => Some(commit),
        Explanation::Day(_) | Explanation::Commit(_) => None,
    });
    marks.collect()
}

/// A regression that the gate reported.
#[derive(Clone, Copy, Debug)]
struct Report {
    /// The first run on the new level, as it was seen then.
    from: usize,
    /// The run at which it was told.
    told: usize,
}

impl Report {
    /// Whether a commit is one that was blamed: after the last run on the old level, and not after
    /// the run that told.
    fn is_of(&self, commit: CommitIndex, series: &Series) -> bool {
        let before = self.from.checked_sub(1).map(|run| series.runs[run].commit);
        before.is_none_or(|before| commit > before) && commit <= series.runs[self.told].commit
    }
}

/// The regressions that the gate reported, oldest first.
fn reports(standing: &Standing) -> Vec<Report> {
    let watch = &standing.watch;
    let told = watch.findings.iter().filter(|it| it.worse);
    let large = told.filter(|it| {
        let (before, after) = watch.levels(it, it.at - it.since, usize::MAX);
        (after - before).abs() >= standing.limit.absolute * (1.0 - 1e-9)
    });
    large.map(|it| Report { from: watch.run(it.at), told: watch.run(it.told) }).collect()
}
