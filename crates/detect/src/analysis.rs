//! The result: what is concluded from each series, and from all of them together.
//!
//! Plain data. The modules after this one in `lib.rs` compute it.

use model::record::time::Timestamp;
use model::series::names::SeriesNames;
use model::series::{CommitIndex, Series};

use super::per_run::PerRun;
use super::replay_summary::ReplaySummary;

/// Everything concluded from one series. Vectors are parallel to [`model::series::Series::runs`].
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Analysis {
    /// The state of the series: `Regressed` while a regression is open, however old.
    pub verdict: Verdict,
    /// What the newest runs say of the level before them, whatever is open from before.
    pub newest: NewestRuns,
    /// Relative threshold in force for this series, from the policy (0.12 = 12 %).
    pub threshold: f64,
    /// Absolute change that must be reached too, base units; 0 where the policy asks for none.
    pub absolute_threshold: f64,
    /// The most specific rule only reports, never fails.
    pub report_only: bool,
    /// Level that the newest run is compared with; none while there are too few runs.
    pub baseline: Option<Baseline>,
    /// Newest run that has a value: index into the runs.
    pub latest_run: Option<usize>,
    /// Relative change of the newest level against the baseline, signed as the value moved.
    pub latest_change: Option<f64>,
    /// The series' own noise: robust relative standard deviation of one run around its level, which
    /// may move: a drift adds nothing to it.
    pub noise: Option<f64>,
    /// The relative change below which noise hides a confirmed change of the newest level; none
    /// where that is no more than the threshold.
    pub noise_floor: Option<f64>,
    /// Detectable change: the smallest lasting regression, relative and unsigned, that is reported
    /// within [`horizon`](super::sensitivity::horizon) runs in 9 of 10 cases; none for too few
    /// runs.
    pub detectable_change_90: Option<f64>,
    /// The same in 99 of 100 cases.
    pub detectable_change_99: Option<f64>,
    /// Rolling median (7 runs) of the runs' values, restarted at events, segments and gaps; none
    /// for failed runs and outliers.
    pub level: PerRun,
    /// Robust standard deviation (1.4826 × MAD of 7 runs) around the level, same units.
    pub spread: PerRun,
    pub flags: Vec<RunFlags>,
    /// Changes, oldest first.
    pub changes: Vec<Change>,
    /// Reports of the gate that later runs did not confirm, oldest first.
    pub withdrawn: Vec<Change>,
    /// Baselines that infrastructure restarted on a worse level, oldest first.
    pub restarts: Vec<BaselineRestart>,
    /// Shifts of all backends that the controls attributed to the code, oldest first.
    pub vetoed_shifts: Vec<VetoedShift>,
    /// Index of the first run after each gap: the time before it is longer than the policy allows.
    pub gaps: Vec<usize>,
    /// Values within which a chart shows its runs: quartiles ± 6 interquartile ranges.
    pub typical_range: Option<(f64, f64)>,
    /// Median of the newest runs on the newest level, at most the policy's window: what targets are
    /// compared with.
    pub newest_level: Option<f64>,
    pub trend: Option<TrendEstimate>,
    /// No run for so long that the series is retired.
    pub is_retired: bool,
}

/// The verdict on a series: what its newest runs say.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Verdict {
    /// Worse by more than the threshold, confirmed, not fixed, not accepted.
    Regressed,
    /// Worse by more than the threshold, not yet confirmed: this many more runs are needed.
    Suspected { runs_needed: u32 },
    /// Moved together with most other backends.
    Infrastructure,
    /// Worse, and accepted by an entry in `accepted.yml`.
    Accepted,
    /// Better by more than the threshold, confirmed.
    Improved,
    /// Not compared: the runner changed and has too few runs yet, the newest time is zero, or the
    /// direction is unknown.
    NotCompared,
    /// Too noisy to be judged at this threshold.
    TooNoisy,
    /// In its grace period, or fewer runs than the policy's minimum.
    New,
    /// No run where one was due.
    Missing,
    /// The newest run failed: it has an error, or no value.
    Failed,
    /// None of these.
    Unchanged,
}

/// What the newest runs say, compared with the level before them: the verdict on a candidate.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NewestRuns {
    pub verdict: Verdict,
    pub baseline: Option<Baseline>,
    pub latest_change: Option<f64>,
}

impl Analysis {
    /// The same as the verdict on a candidate: what was open before it is not its concern.
    #[must_use]
    pub fn of_candidate(&self) -> Self {
        let NewestRuns { verdict, baseline, latest_change } = self.newest;
        Self { verdict, baseline, latest_change, ..self.clone() }
    }

    /// The regressions that are open, oldest first.
    pub fn open_regressions(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_open_regression())
    }

    /// The change that the verdict is about; none where it is about no change.
    pub fn verdict_change(&self) -> Option<&Change> {
        let newest = |is_meant: &dyn Fn(&Change) -> bool| {
            self.changes.iter().rev().find(|change| is_meant(change))
        };
        match self.verdict {
            Verdict::Regressed => self.open_regressions().next_back(),
            Verdict::Improved => newest(&|it| !it.is_regression),
            Verdict::Accepted => newest(&|it| matches!(it.status, ChangeStatus::Accepted { .. })),
            _ => None,
        }
    }
}

impl Verdict {
    /// Whether there is no result that could be compared.
    pub fn has_no_result(self) -> bool {
        matches!(self, Self::Missing | Self::Failed)
    }
}

/// What the newest level is compared with.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Baseline {
    /// Median of the baseline's runs, base units.
    pub value: f64,
    pub runs: u32,
    /// Index of the first run of the level that the baseline describes: where its line starts in a
    /// chart.
    pub first_run: usize,
}

/// What a run is beyond its value.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RunFlags {
    pub has_failed: bool,
    /// Off its level by the policy's σ: shown, left out of levels and verdicts.
    pub is_outlier: bool,
    /// A time of zero: shown, left out of levels and verdicts.
    pub is_below_resolution: bool,
    /// Part of an infrastructure day.
    pub infrastructure: bool,
    /// Its own spread exceeds the policy's share of its value.
    pub is_noisy: bool,
}

/// A lasting change of level, or a drift.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// Index of the first run on the new level.
    pub first_after: usize,
    /// Index of the last run on the old level. A gradual change leaves it slowly: there it is the
    /// run at which it began, and `first_after` the first one beyond the threshold.
    pub last_before: usize,
    /// Medians of the levels, base units; of a drift, of its oldest and of its newest runs.
    pub before: f64,
    pub after: f64,
    /// Runs of the levels; of a drift, those that `before` and `after` are the medians of.
    pub runs_before: u32,
    pub runs_after: u32,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    /// Of a gradual change: the relative change per day while it moved.
    pub per_day: Option<f64>,
    pub is_regression: bool,
    /// How sure, 0–1.
    pub confidence: f64,
    pub severity: ChangeSeverity,
    pub status: ChangeStatus,
    /// Index of the run after which the gate reported it; none where only the look back shows it.
    pub reported_at: Option<usize>,
    /// Of an open regression, where a part of it is fixed: how much worse the newest level still is
    /// than `before`, relative and signed as the value moved.
    pub left: Option<f64>,
    /// Evidence in whole sentences of plain text, the most telling first.
    pub hints: Vec<String>,
}

/// A baseline that a lasting infrastructure shift restarted on a worse level.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BaselineRestart {
    /// Index of the first run of the new baseline.
    pub first_after: usize,
    /// Medians of the runs before it and of the first ones after it, base units.
    pub before: f64,
    pub after: f64,
    /// `after / before − 1`.
    pub change: f64,
    pub status: ChangeStatus,
}

/// How a vote on a change of one backend ended: the other backends moved along, the controls did
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct VetoedShift {
    /// Index of the first run of the change, as it was seen then.
    pub first_after: usize,
    pub backends_moved: u32,
    pub backends_active: u32,
    /// Tests that stayed quiet, and all that could have shown the shift.
    pub tests_quiet: u32,
    pub tests_active: u32,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum ChangeKind {
    /// The level shifted for good.
    Step,
    /// The level moved slowly, no step shows it.
    Drift,
}

/// By size against the policy.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum ChangeSeverity {
    /// At least the threshold.
    Minor,
    /// At least the approval threshold.
    Major,
    /// At least the policy's `max_regression_ratio`.
    Critical,
}

impl Change {
    /// A regression that is neither fixed, accepted, explained nor closed.
    pub(crate) fn is_open_regression(&self) -> bool {
        self.is_regression && self.status == ChangeStatus::Open
    }
}

/// The state of a change: what became of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ChangeStatus {
    /// None of the following; an improvement that lasts.
    Open,
    /// The level came back.
    Fixed {
        /// Index of the first run that is back; none where no single run is.
        run: Option<usize>,
    },
    /// Accepted, with the reason and the name given in `accepted.yml`.
    Accepted { reason: String, accepted_by: String },
    /// A note or an annotation is dated on its day or names its commit.
    Explained,
    /// Somebody marked it as a false alarm, or later runs did not confirm it.
    Withdrawn,
    /// Older than the policy's `regression.close_after_days`.
    Closed,
}

/// Robust slope of the newest level over the policy's trend window.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TrendEstimate {
    /// Relative change of the level per day, and its 95 % interval.
    pub per_day: f64,
    pub low: f64,
    pub high: f64,
    /// Share of the variance that the line explains.
    pub r_squared: f64,
    /// The interval does not hold zero: without it there is no trend to speak of.
    pub is_significant: bool,
    pub runs: u32,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Who needs the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnalysisDepth {
    /// Pages: everything.
    Full,
    /// The gate. It reports no trends, no typical range, and the detectable change of noisy series
    /// alone, so that a seventh of the work is left out.
    GateOnly,
}

/// What an analysis needs beyond the series and the policy.
#[derive(Clone, Copy)]
pub struct AnalysisContext<'a> {
    pub depth: AnalysisDepth,
    /// The build's time: what has expired, what is retired.
    pub now: Timestamp,
    /// Time of the newest main-line run of the whole history; none where no run can be missing.
    pub newest_run: Option<Timestamp>,
    /// The accepted changes that concern a series.
    pub accepted: &'a (dyn Fn(&Series) -> Vec<ResolvedAcceptance> + Sync),
    /// What notes and annotations say about a series.
    pub explanations: &'a (dyn Fn(&Series) -> Vec<Explanation> + Sync),
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub enum Explanation {
    /// A day: explains what happened on it, the day before or the day after.
    Day(Timestamp),
    Commit(CommitIndex),
    /// The same, and somebody looked: what was reported there was no change.
    FalseAlarm(CommitIndex),
}

/// An accepted change, resolved against the history.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ResolvedAcceptance {
    pub commit: CommitIndex,
    /// Largest relative change that the entry covers, unsigned.
    pub max_change: f64,
    pub reason: String,
    pub accepted_by: String,
    /// The entry counts until then.
    pub expires: Option<Timestamp>,
}

impl ResolvedAcceptance {
    /// Whether the entry still counts at this time.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|until| until > now)
    }
}

/// The analyses of all series, in their order, and the days on which the backends moved together.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Analyses {
    pub by_series: Vec<Analysis>,
    pub infrastructure_days: Vec<InfrastructureDay>,
    /// What the gate would have reported over the whole history.
    pub replay_summary: ReplaySummary,
}

/// What is compared where many series move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PeerKind {
    Backends,
    /// Where there are too few backends.
    Tests,
}

/// A UTC day on which most peers moved the same way.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct InfrastructureDay {
    /// Days since 1970-01-01.
    pub day: i64,
    pub peers: PeerKind,
    /// Peers that moved together, and those with a vote.
    pub peers_moved: u32,
    pub peers_active: u32,
    /// How much worse the median peer was than before, relative (0.1 = 10 % worse); negative
    /// where it was better.
    pub change: f64,
    pub is_degradation: bool,
    /// It has lasted for the policy's number of consecutive days with runs.
    pub alert: bool,
    /// First day of a shift that stayed: every baseline restarts here.
    pub is_lasting: bool,
}

/// How pages and evidence name series: without what all that are still measured have in common.
pub fn shown_names(series: &[Series], each: &[Analysis]) -> SeriesNames {
    let is_over = each.iter().all(|analysis| analysis.is_retired);
    let shown = series.iter().zip(each).filter(|(_, analysis)| is_over || !analysis.is_retired);
    SeriesNames::of(shown.map(|(series, _)| &series.key))
}
