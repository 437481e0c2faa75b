//! How a change is called. [`analyse_all`] takes all series and a policy and returns an
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

pub mod again;
mod budget;
mod bare;
mod changes;
pub mod compare;
mod drift;
pub mod evidence;
mod gate;
mod infrastructure;
pub mod kept;
mod moments;
mod noise;
pub mod per_run;
#[cfg(test)]
mod prefixes;
mod prepared;
mod proof;
mod quality;
pub mod replay;
pub mod runner;
#[cfg(test)]
mod scenarios;
pub mod sensitivity;
mod sieve;
mod standing;
pub mod stats;
mod steps;
mod stretch;
pub mod targets;
mod trend;
mod verdict;
mod vote;
mod walk;
mod window;

use rayon::prelude::*;

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series};

use changes::Facts;
use per_run::PerRun;
use prepared::Prepared;
use replay::Figures;
use standing::Standing;

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
    pub latest: Option<usize>,
    /// Relative change of the newest level against the baseline, signed as the value moved.
    pub change: Option<f64>,
    /// The series' own noise: robust relative standard deviation of one run around its level, which
    /// may move: a drift adds nothing to it.
    pub noise: Option<f64>,
    /// Smallest lasting relative change for the worse, unsigned, that would be reported within
    /// [`sensitivity::horizon`] runs in 9 of 10 cases; none for too few runs.
    pub detectable: Option<f64>,
    /// The same in 99 of 100 cases.
    pub detectable_surely: Option<f64>,
    /// Rolling median (7 runs) of the runs' values, restarted at events, segments and gaps; none
    /// for failed runs and outliers.
    pub level: PerRun,
    /// Robust standard deviation (1.4826 × MAD of 7 runs) around the level, same units.
    pub spread: PerRun,
    pub flags: Vec<RunFlags>,
    /// Changes, oldest first.
    pub events: Vec<Change>,
    /// Index of the first run after each gap: the time before it is longer than the policy allows.
    pub gaps: Vec<usize>,
    /// Values within which a chart shows its runs: quartiles ± 6 interquartile ranges.
    pub typical: Option<(f64, f64)>,
    pub budget: Option<BudgetState>,
    pub trend: Option<Trend>,
    /// No run for so long that the series is retired.
    pub retired: bool,
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
    Approved,
    /// Better by more than the threshold, confirmed.
    Improved,
    /// The runner changed and has too few runs yet: not compared.
    Suppressed,
    /// Too noisy to be judged at this threshold.
    Noisy,
    /// In its grace period, or fewer runs than the policy's minimum.
    New,
    /// No run where one was due, or only failed ones.
    Missing,
    /// None of these.
    Steady,
}

/// What the newest level is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Median of the baseline's runs, base units.
    pub value: f64,
    pub runs: u32,
    /// Index of the first run of the level that the baseline describes: where a limit line starts.
    pub since: usize,
}

/// What a run is beyond its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFlags {
    pub failed: bool,
    /// Off its level by the policy's σ: shown, left out of levels and verdicts.
    pub outlier: bool,
    /// Part of an infrastructure day.
    pub infrastructure: bool,
    /// Its own spread exceeds the policy's share of its value.
    pub noisy: bool,
}

/// A lasting change of level, or a drift.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Index of the first run on the new level.
    pub first: usize,
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
    pub worse: bool,
    /// How sure, 0–1.
    pub confidence: f64,
    pub severity: Severity,
    pub status: Status,
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
pub enum Severity {
    /// At least the threshold.
    Minor,
    /// At least the approval threshold.
    Major,
    /// At least the policy's `max_regression_ratio`.
    Critical,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    New,
    /// A later change brought the level back.
    Fixed,
    /// Accepted, with the reason and the name given in `accepted.yml`.
    Approved {
        reason: String,
        by: String,
    },
    /// A note or an annotation stands on its day or names its commit.
    Explained,
}

/// A series against its budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetState {
    pub budget: f64,
    /// Level over budget (or budget over level where higher is better): 1.0 is exactly on it.
    pub share: f64,
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
pub struct Trend {
    /// Relative change of the level per day, and its 95 % interval.
    pub per_day: f64,
    pub low: f64,
    pub high: f64,
    /// Share of the variance that the line explains.
    pub r_squared: f64,
    /// The interval does not hold zero: without it there is no trend to speak of.
    pub clear: bool,
    pub runs: u32,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Pages: everything.
    Pages,
    /// The gate, which says nothing of trends, of the typical range, and of what would be noticed
    /// in a series that is not too noisy: these are left out.
    Gate,
}

/// What an analysis needs beyond the series and the policy.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub depth: Depth,
    /// The build's time: what has expired, what is retired.
    pub now: Timestamp,
    /// Time of the newest main-line run of the whole history; none where nothing is to be missed.
    pub newest: Option<Timestamp>,
    /// The accepted changes that concern a series.
    pub accepted: &'a (dyn Fn(&Series) -> Vec<Accepted> + Sync),
    /// What notes and annotations say of a series.
    pub explained: &'a (dyn Fn(&Series) -> Vec<Explanation> + Sync),
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
pub struct Accepted {
    pub commit: CommitIndex,
    /// Largest relative change that the entry covers, unsigned.
    pub max_change: f64,
    pub reason: String,
    pub by: String,
    /// The entry counts until then.
    pub expires: Option<Timestamp>,
}

/// The analyses of all series, in their order, and the days on which the backends moved together.
#[derive(Clone, Debug)]
pub struct Analyses {
    pub each: Vec<Analysis>,
    pub infrastructure: Vec<InfrastructureDay>,
    /// What the gate would have reported over the whole history.
    pub figures: Figures,
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
    pub worse: bool,
    /// It has lasted for the policy's number of consecutive days with runs.
    pub alert: bool,
    /// First day of a shift that stayed: every baseline restarts here.
    pub lasting: bool,
}

/// Analyses all series of one history, in their order, each without what moved all of them
/// together.
pub fn analyse_all(series: &[Series], policy: &Policy, context: &Context<'_>) -> Analyses {
    let walk::Walked { standings, infrastructure } = walk::walk(series, policy, &mut |_, _| ());
    // The gate tells of today alone.
    let look_back = context.depth == Depth::Pages;
    // A standing holds every run of its series, and goes as soon as the analysis stands.
    let (mut each, figures): (Vec<Analysis>, Vec<_>) = series
        .par_iter()
        .zip(standings)
        .map(|(series, standing)| {
            let analysis = analyse_one(series, policy, context, &standing);
            let figures =
                look_back.then(|| Figures::of_one((series, &standing), policy, context, &analysis));
            (analysis, figures)
        })
        .unzip();
    evidence::explain(series, &mut each);
    let figures = if look_back {
        Figures::sum(figures.into_iter().flatten().collect(), infrastructure.len())
    } else {
        Figures::default()
    };
    Analyses { each, infrastructure, figures }
}

/// The verdicts alone, in the order of the series: where the walk ends, judged.
pub fn verdicts(series: &[Series], policy: &Policy, context: &Context<'_>) -> Vec<Verdict> {
    let walked = walk::walk(series, policy, &mut |_, _| ());
    let judged = series.iter().zip(&walked.standings).map(|(series, standing)| {
        let (accepted, explained) = ((context.accepted)(series), (context.explained)(series));
        let facts = Facts { accepted: &accepted, explained: &explained, now: context.now };
        let newest = context.newest;
        verdict::Evidence { series, policy, standing, facts, newest }.judge().verdict
    });
    judged.collect()
}

/// Whether the last run of a series is older than the policy keeps series alive for.
fn retired(series: &Series, policy: &Policy, now: Timestamp) -> bool {
    let oldest = i64::from(policy.data_quality.max_age_days).saturating_mul(DAY_US);
    let last = series.runs.last();
    last.is_some_and(|run| now.micros().saturating_sub(run.time.micros()) > oldest)
}

fn analyse_one(
    series: &Series,
    policy: &Policy,
    context: &Context<'_>,
    standing: &Standing,
) -> Analysis {
    let limit = &standing.limit;
    let ready = Prepared::of(series, policy, &standing.marks);
    let mut found = ready.changes(policy, limit, &standing.steps());
    let (accepted, explained) = ((context.accepted)(series), (context.explained)(series));
    let facts = Facts { accepted: &accepted, explained: &explained, now: context.now };
    let judged =
        verdict::Evidence { series, policy, standing, facts, newest: context.newest }.judge();
    found.tell(verdict::open_change(series, policy, standing));
    let changes = &mut found.changes;
    changes::settle(series, changes, limit.threshold, &facts);
    let noise = ready.noise(&found.firsts);
    let share = noise.map(|noise| ready.scale.change_of(noise.sigma));
    let demand = sensitivity::Demand::of(limit, ready.scale, policy);
    let pages = context.depth == Depth::Pages;
    let sense =
        ready.stretches.last().filter(|_| pages || judged.verdict == Verdict::Noisy).and_then(
            |runs| sensitivity::relative(runs, &found.shifts, ready.scale, limit, demand),
        );
    let lines = ready.lines(&found.changes);
    let level = ready.newest_level(&found.firsts, policy.detection.window);
    let retired = retired(series, policy, context.now);
    let days = policy.trends.window_days;
    let trend = pages.then(|| ready.trend(&found.firsts, days)).flatten();
    Analysis {
        verdict: judged.verdict,
        threshold: limit.threshold,
        report_only: limit.report_only,
        baseline: judged.baseline,
        latest: ready.latest,
        change: judged.change,
        noise: share,
        detectable: sense.map(|it| it.likely),
        detectable_surely: sense.map(|it| it.surely),
        level: lines.level,
        spread: lines.spread,
        typical: pages.then(|| quality::typical(&ready.valued())).flatten(),
        flags: ready.flags,
        events: found.changes,
        gaps: ready.gaps,
        budget: budget::budget(series, policy, limit.better, level),
        trend,
        retired,
    }
}
