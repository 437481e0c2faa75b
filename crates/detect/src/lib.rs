//! How a change is called. [`analyze_all`] takes all series and a policy and returns an
//! [`Analysis`] of each; nothing outside this room computes statistics.
//!
//! A change counts when it is larger than the policy's threshold *and* beyond the series' own noise
//! *and* confirmed by enough runs *and* not the runner's *and* not everything's at once. `stats`
//! turns slices into numbers. Two questions are asked. *What happened here?* `stretch` says which
//! runs may be compared, `steps` and `drift` find where levels moved, `changes` tells what counts,
//! `evidence` what moved with it, `trend` how the newest level moves now. *Is the newest level a
//! regression?* `walk` goes through the history as the gate saw it, with a `gate` for each series
//! whose `proof` looks only back, and `infrastructure` for all of them; `verdict` speaks of today,
//! `replay` of every day, `sensitivity` of what would be noticed. `compare` looks at two commits.

pub mod analysis_cache;
mod budget;
mod naive_threshold;
mod changes;
pub mod compare;
mod drift;
pub mod evidence;
mod detector;
mod common_mode;
pub mod reanalysis;
mod commit_batches;
mod noise;
pub mod per_run;
#[cfg(test)]
mod prefixes;
mod prepared_series;
mod significance;
mod quality;
pub mod replay;
pub mod runner;
#[cfg(test)]
mod scenarios;
pub mod sensitivity;
mod prefilter;
mod series_state;
pub mod stats;
mod change_point;
mod comparable;
pub mod targets;
mod trend;
mod verdict;
mod peer_vote;
mod sequential;
mod window;

use rayon::prelude::*;

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series};

use changes::SeriesReview;
use per_run::PerRun;
use prepared_series::PreparedSeries;
use replay::ReplaySummary;
use series_state::SeriesState;

/// Everything concluded from one series. Vectors are parallel to [`model::series::Series::runs`].
#[derive(Clone, Debug)]
pub struct Analysis {
    pub verdict: Verdict,
    /// Relative threshold in force for this series, from the policy (0.12 = 12 %).
    pub threshold: f64,
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
    /// Smallest lasting relative change for the worse, unsigned, that would be reported within
    /// [`sensitivity::horizon`] runs in 9 of 10 cases; none for too few runs.
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
    /// Index of the first run after each gap: the time before it is longer than the policy allows.
    pub gaps: Vec<usize>,
    /// Values within which a chart shows its runs: quartiles ± 6 interquartile ranges.
    pub typical_range: Option<(f64, f64)>,
    pub budget: Option<BudgetState>,
    pub trend: Option<TrendEstimate>,
    /// No run for so long that the series is retired.
    pub is_retired: bool,
}

/// The verdict on a series: what its newest runs say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The runner changed and has too few runs yet: not compared.
    NotCompared,
    /// Too noisy to be judged at this threshold.
    TooNoisy,
    /// In its grace period, or fewer runs than the policy's minimum.
    New,
    /// No run where one was due, or only failed ones.
    Missing,
    /// None of these.
    Unchanged,
}

/// What the newest level is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Median of the baseline's runs, base units.
    pub value: f64,
    pub runs: u32,
    /// Index of the first run of the level that the baseline describes: where a limit line starts.
    pub first_run: usize,
}

/// What a run is beyond its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFlags {
    pub has_failed: bool,
    /// Off its level by the policy's σ: shown, left out of levels and verdicts.
    pub is_outlier: bool,
    /// Part of an infrastructure day.
    pub infrastructure: bool,
    /// Its own spread exceeds the policy's share of its value.
    pub is_noisy: bool,
}

/// A lasting change of level, or a drift.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Index of the first run on the new level.
    pub first_after: usize,
    /// Index of the last run on the old level.
    pub last_before: usize,
    /// Medians of the levels, base units; of a drift, of its oldest and of its newest runs.
    pub before: f64,
    pub after: f64,
    /// Runs of the levels; of a drift, those that `before` and `after` are the medians of.
    pub runs_before: u32,
    pub runs_after: u32,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    pub is_regression: bool,
    /// How sure, 0–1.
    pub confidence: f64,
    pub severity: ChangeSeverity,
    pub status: ChangeStatus,
    /// Evidence in whole sentences of plain text, the most telling first.
    pub hints: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// The level shifted for good.
    Step,
    /// The level moved slowly, no step shows it.
    Drift,
}

/// By size against the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeSeverity {
    /// At least the threshold.
    Minor,
    /// At least the approval threshold.
    Major,
    /// At least the policy's `max_regression_ratio`.
    Critical,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeStatus {
    New,
    /// A later change brought the level back.
    Fixed,
    /// Accepted, with the reason and the name given in `accepted.yml`.
    Accepted {
        reason: String,
        accepted_by: String,
    },
    /// A note or an annotation stands on its day or names its commit.
    Explained,
}

/// A series against its budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetState {
    pub budget: f64,
    /// Level over budget (or budget over level where higher is better): 1.0 is exactly on it.
    pub ratio: f64,
    pub verdict: BudgetVerdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetVerdict {
    Pass,
    Drift,
    Violation,
}

/// Robust slope of the newest level over the policy's trend window.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnalysisDepth {
    /// Pages: everything.
    Full,
    /// The gate, which says nothing of trends, of the typical range, and of what would be noticed
    /// in a series that is not too noisy: these are left out.
    GateOnly,
}

/// What an analysis needs beyond the series and the policy.
#[derive(Clone, Copy)]
pub struct AnalysisContext<'a> {
    pub depth: AnalysisDepth,
    /// The build's time: what has expired, what is retired.
    pub now: Timestamp,
    /// Time of the newest main-line run of the whole history; none where nothing is to be missed.
    pub newest_run: Option<Timestamp>,
    /// The accepted changes that concern a series.
    pub accepted: &'a (dyn Fn(&Series) -> Vec<ResolvedAcceptance> + Sync),
    /// What notes and annotations say of a series.
    pub explanations: &'a (dyn Fn(&Series) -> Vec<Explanation> + Sync),
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Explanation {
    /// A day: explains what happened on it, the day before or the day after.
    Day(Timestamp),
    Commit(CommitIndex),
    /// The same, and somebody looked: what was reported there was no change.
    FalseAlarm(CommitIndex),
}

/// An accepted change, resolved against the history.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedAcceptance {
    pub commit: CommitIndex,
    /// Largest relative change that the entry covers, unsigned.
    pub max_change: f64,
    pub reason: String,
    pub accepted_by: String,
    /// The entry counts until then.
    pub expires: Option<Timestamp>,
}

/// The analyses of all series, in their order, and the days on which the backends moved together.
#[derive(Clone, Debug)]
pub struct Analyses {
    pub by_series: Vec<Analysis>,
    pub infrastructure_days: Vec<InfrastructureDay>,
    /// What the gate would have reported over the whole history.
    pub replay_summary: ReplaySummary,
}

/// A UTC day on which most backends moved the same way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InfrastructureDay {
    /// Days since 1970-01-01.
    pub day: i64,
    pub backends_moved: u32,
    pub backends_active: u32,
    /// How much worse the median backend was than before, relative (0.1 = 10 % worse); negative
    /// where it was better.
    pub change: f64,
    pub is_degradation: bool,
    /// It has lasted for the policy's number of consecutive days with runs.
    pub alert: bool,
    /// First day of a shift that stayed: every baseline restarts here.
    pub is_lasting: bool,
}

/// Analyses all series of one history, in their order, each without what moved all of them
/// together.
pub fn analyze_all(series: &[Series], policy: &Policy, context: &AnalysisContext<'_>) -> Analyses {
    let sequential::PassResult { states: standings, infrastructure_days: infrastructure } =
        sequential::run_pass(series, policy, &mut |_, _| ());
    // The gate tells of today alone.
    let look_back = context.depth == AnalysisDepth::Full;
    // A standing holds every run of its series, and goes as soon as the analysis stands.
    let (mut each, figures): (Vec<Analysis>, Vec<_>) = series
        .par_iter()
        .zip(standings)
        .map(|(series, standing)| {
            let analysis = analyze_series(series, policy, context, &standing);
            let figures = look_back
                .then(|| ReplaySummary::of_series((series, &standing), policy, context, &analysis));
            (analysis, figures)
        })
        .unzip();
    evidence::explain(series, &mut each);
    let figures = if look_back {
        ReplaySummary::total(figures.into_iter().flatten().collect(), infrastructure.len())
    } else {
        ReplaySummary::default()
    };
    Analyses { by_series: each, infrastructure_days: infrastructure, replay_summary: figures }
}

/// The verdicts alone, in the order of the series: where the walk ends, judged.
pub fn verdicts(series: &[Series], policy: &Policy, context: &AnalysisContext<'_>) -> Vec<Verdict> {
    let walked = sequential::run_pass(series, policy, &mut |_, _| ());
    let judged = series.iter().zip(&walked.states).map(|(series, standing)| {
        let (accepted, explained) = ((context.accepted)(series), (context.explanations)(series));
        let facts =
            SeriesReview { accepted: &accepted, explanations: &explained, now: context.now };
        let newest = context.newest_run;
        verdict::VerdictInput { series, policy, state: standing, review: facts, newest_run: newest }
            .judge()
            .verdict
    });
    judged.collect()
}

/// Whether the last run of a series is older than the policy keeps series alive for.
fn is_retired(series: &Series, policy: &Policy, now: Timestamp) -> bool {
    let oldest = i64::from(policy.data_quality.max_age_days).saturating_mul(DAY_US);
    let last = series.runs.last();
    last.is_some_and(|run| now.micros().saturating_sub(run.time.micros()) > oldest)
}

fn analyze_series(
    series: &Series,
    policy: &Policy,
    context: &AnalysisContext<'_>,
    standing: &SeriesState,
) -> Analysis {
    let limit = &standing.threshold;
    let ready = PreparedSeries::of(series, policy, &standing.exclusions);
    let mut found = ready.changes(policy, limit, &standing.change_points());
    let (accepted, explained) = ((context.accepted)(series), (context.explanations)(series));
    let facts = SeriesReview { accepted: &accepted, explanations: &explained, now: context.now };
    let judged = verdict::VerdictInput {
        series,
        policy,
        state: standing,
        review: facts,
        newest_run: context.newest_run,
    }
    .judge();
    found.add_open(verdict::open_change(series, policy, standing));
    let changes = &mut found.changes;
    changes::resolve_statuses(series, changes, limit.relative, &facts);
    let noise = ready.noise(&found.level_starts);
    let share = noise.map(|noise| ready.scale.change_of(noise.sigma));
    let demand = sensitivity::DetectabilityRule::of(limit, ready.scale, policy);
    let pages = context.depth == AnalysisDepth::Full;
    let sense =
        ready.comparable.last().filter(|_| pages || judged.verdict == Verdict::TooNoisy).and_then(
            |runs| {
                sensitivity::detectable_change(
                    runs,
                    &found.all_level_starts,
                    ready.scale,
                    limit,
                    demand,
                )
            },
        );
    let lines = ready.lines(&found.changes);
    let level = ready.newest_level(&found.level_starts, policy.detection.window);
    let retired = is_retired(series, policy, context.now);
    let days = policy.trends.window_days;
    let trend = pages.then(|| ready.trend(&found.level_starts, days)).flatten();
    Analysis {
        verdict: judged.verdict,
        threshold: limit.relative,
        report_only: limit.report_only,
        baseline: judged.baseline,
        latest_run: ready.latest_run,
        latest_change: judged.latest_change,
        noise: share,
        detectable_change_90: sense.map(|it| it.power_90),
        detectable_change_99: sense.map(|it| it.power_99),
        level: lines.level,
        spread: lines.spread,
        typical_range: pages.then(|| quality::typical_range(&ready.valued())).flatten(),
        flags: ready.flags,
        changes: found.changes,
        gaps: ready.gaps,
        budget: budget::budget_state(series, policy, limit.direction, level),
        trend,
        is_retired: retired,
    }
}
