//! The session of a candidate: what base and head measured in turns, in one job.
//!
//! A pull request that was measured side by side with its base is judged by its own rounds. What
//! the machine did that day is in both sides, so neither the history nor its runners matter; the
//! history only says how noisy a series usually is. Series outside the session are judged as ever.
//!
//! A session is recorded by `benchpages measure`, or found: runs of the base that alternate in time
//! with those of the head, on one runner. Sessions of one head and base are one session with more
//! rounds, so that a job that runs again adds to what is known.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use detect::AnalysisContext;
use detect::candidate_change::CandidateChange;
use detect::compare::{Delta, DeltaVerdict};
use detect::paired::known_noise::known_noise;
use detect::paired::{
    FALSE_BLOCK_RATE, KnownNoise, PairedResult, PairedSeries, PairedVerdict, judge_ended,
};
use model::history::session::Side;
use model::history::{BranchId, History, MeasurementRow};
use model::policy::Policy;
use model::record::Direction;
use model::series::alternating_runs::{MIN_ROUNDS, SidePair, alternating_series};
use model::series::session_series::{SessionSeries, recorded_sessions, session_series};
use model::series::{CommitIndex, Series, SeriesKey};
use model::text;

/// What was measured side by side.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct CandidateSession {
    /// The commit of the other side, as an index into the commits of the history.
    pub(crate) base: usize,
    pub(crate) rounds: u32,
    results: BTreeMap<SeriesKey, PairedResult>,
    /// Measured on one side only.
    pub(crate) only_head: Vec<SeriesKey>,
    pub(crate) only_base: Vec<SeriesKey>,
}

/// Where a session is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRequest {
    /// The candidate's commit, as an index.
    pub(crate) head: usize,
    /// The line of development of the candidate.
    pub(crate) branch: BranchId,
    /// A commit that is known to be the base, though the main line did not measure it.
    pub(crate) base: Option<usize>,
}

/// The rounds that were found, before they are judged.
struct FoundSession {
    base: usize,
    series: Vec<SessionSeries>,
    is_planned: bool,
}

impl CandidateSession {
    /// The session of a candidate; none where it was not measured side by side.
    pub(crate) fn find(
        history: &History,
        policy: &Policy,
        request: SessionRequest,
    ) -> Option<Self> {
        let found =
            recorded(history, policy, request).or_else(|| alternating(history, policy, request))?;
        let has_pair = |series: &&SessionSeries| {
            series.rounds.values().any(|it| it.base.is_some() && it.head.is_some())
        };
        let (both, single): (Vec<&SessionSeries>, Vec<&SessionSeries>) =
            found.series.iter().partition(has_pair);
        // What these rounds show is not known before them.
        let is_judged = |row: &MeasurementRow| {
            row.commit as usize == request.head || row.commit as usize == found.base
        };
        let known = known_noise(history, policy, &is_judged);
        let noise =
            |series: &SessionSeries| -> Option<KnownNoise> { known.get(&series.key).copied() };
        let paired: Vec<PairedSeries> =
            both.iter().map(|series| PairedSeries::of(series, policy, noise(series))).collect();
        let last = |series: &&SessionSeries| series.rounds.keys().next_back().copied();
        let rounds = both.iter().filter_map(last).max()?;
        let results = judge_ended(&paired, rounds, found.is_planned);
        let (head, base) =
            single.into_iter().partition::<Vec<_>, _>(|series| series.has(Side::Head));
        let keys = |series: Vec<&SessionSeries>| -> Vec<SeriesKey> {
            series.into_iter().map(|series| series.key.clone()).collect()
        };
        Some(Self {
            base: found.base,
            rounds,
            results: both.iter().map(|series| series.key.clone()).zip(results).collect(),
            only_head: keys(head),
            only_base: keys(base),
        })
    }

    /// `measured side by side, 8 rounds`.
    pub(crate) fn base_reason(&self) -> String {
        format!("measured side by side, {}", self.rounds_text())
    }

    /// `8 rounds`.
    pub(crate) fn rounds_text(&self) -> String {
        text::count_noun(u64::from(self.rounds), "round")
    }

    /// How many series have both sides.
    pub(crate) fn series_count(&self) -> usize {
        self.results.len()
    }

    pub(crate) fn result(&self, key: &SeriesKey) -> Option<&PairedResult> {
        self.results.get(key)
    }

    /// A series of the session as a comparison of two levels.
    pub(crate) fn delta(&self, key: &SeriesKey) -> Option<Delta> {
        let result = self.result(key)?;
        // Of the rounds, as the change is: the quotient of the two medians is another number.
        let ratio = if result.base > 0.0 { 1.0 + result.change } else { f64::NAN };
        Some(Delta {
            before: result.base,
            after: result.head,
            change: result.change,
            ratio: Some(ratio).filter(|ratio| ratio.is_finite() && *ratio > 0.0),
            verdict: match result.verdict {
                PairedVerdict::Regressed => DeltaVerdict::Regressed,
                PairedVerdict::Improved => DeltaVerdict::Improved,
                PairedVerdict::Unchanged => DeltaVerdict::Unchanged,
                PairedVerdict::Open | PairedVerdict::NotCompared => DeltaVerdict::Inconclusive,
            },
            confidence: 1.0 - FALSE_BLOCK_RATE,
        })
    }

    /// How the candidate was compared, as a sentence.
    pub(crate) fn notice(&self) -> String {
        format!(
            "{} measured side by side with the base, in {}.",
            text::count_noun(self.series_count() as u64, "series"),
            self.rounds_text()
        )
    }
}

/// The sessions of all pull requests, by the indices of their commits.
pub(crate) fn all_sessions(
    history: &History,
    policy: &Policy,
) -> BTreeMap<CommitIndex, CandidateSession> {
    // One pass for all pull requests: most of them have no session to look for.
    let heads = history.columns.par_iter().map(|column| {
        let mut runs: BTreeMap<(u32, BranchId), usize> = BTreeMap::new();
        for row in column.rows.iter().filter(|row| row.branch.pull().is_some()) {
            let is_recorded = history.environments[row.environment as usize].is_of_session();
            let count = runs.entry((row.commit, row.branch)).or_default();
            *count += if is_recorded { MIN_ROUNDS } else { 1 };
        }
        runs.retain(|(commit, _), count| {
            *count >= MIN_ROUNDS && !history.commits[*commit as usize].main_line
        });
        runs.into_keys().collect::<BTreeSet<(u32, BranchId)>>()
    });
    let heads = heads.reduce(BTreeSet::new, |all, more| all.into_iter().chain(more).collect());
    let found = heads.into_par_iter().filter_map(|(head, branch)| {
        let request = SessionRequest { head: head as usize, branch, base: None };
        Some((CommitIndex(head), CandidateSession::find(history, policy, request)?))
    });
    found.collect()
}

/// The recorded sessions of the head with its newest base, as one.
fn recorded(history: &History, policy: &Policy, request: SessionRequest) -> Option<FoundSession> {
    let mut sessions = recorded_sessions(history, request.head, request.branch);
    let base = sessions.last()?.base;
    sessions.retain(|session| session.base == base);
    let mut series: BTreeMap<SeriesKey, SessionSeries> = BTreeMap::new();
    let mut is_planned = true;
    // Rounds and builds of a later session are numbered on.
    let (mut rounds, mut builds) = (0_u32, 0_u32);
    for session in &sessions {
        let (round_offset, build_offset) = (rounds, builds);
        let own = session_series(history, policy, &session.id);
        // A number is what a record says; how many rounds there are is counted.
        let numbers: BTreeSet<u32> =
            own.iter().flat_map(|series| series.rounds.keys().copied()).collect();
        let numbered: BTreeMap<u32, u32> = numbers.into_iter().zip(round_offset + 1..).collect();
        rounds = rounds.saturating_add(u32::try_from(numbered.len()).unwrap_or(u32::MAX));
        for own in own {
            let all = series
                .entry(own.key.clone())
                .or_insert_with(|| SessionSeries { rounds: BTreeMap::new(), ..own.clone() });
            for (round, mut values) in own.rounds {
                values.build = values.build.saturating_add(build_offset);
                builds = builds.max(values.build.saturating_add(1));
                all.rounds.insert(numbered[&round], values);
            }
        }
        is_planned &= session.planned_rounds == Some(rounds - round_offset);
    }
    Some(FoundSession { base, series: series.into_values().collect(), is_planned })
}

/// The session of another tool: the base with the most rounds.
fn alternating(
    history: &History,
    policy: &Policy,
    request: SessionRequest,
) -> Option<FoundSession> {
    let SessionRequest { head, branch, base } = request;
    let is_head = |row: &&MeasurementRow| row.commit as usize == head && row.branch == branch;
    // Most pull requests are measured once or three times: no need to look further.
    let mut columns = history.columns.iter();
    if !columns.any(|column| column.rows.iter().filter(is_head).count() >= MIN_ROUNDS) {
        return None;
    }
    let rows = || history.columns.iter().flat_map(|column| &column.rows);
    let began = rows().filter(is_head).map(|row| row.time).min()?;
    let ended = rows().filter(is_head).map(|row| row.time).max()?;
    let is_between = |row: &&MeasurementRow| {
        let is_main = history.commits[row.commit as usize].main_line;
        let is_near = row.branch == branch || row.branch == BranchId::MAIN;
        is_main && is_near && row.time >= began && row.time <= ended
    };
    let between = rows().filter(is_between).map(|row| row.commit as usize);
    let bases: BTreeSet<usize> = base.into_iter().chain(between).filter(|it| *it != head).collect();
    let of_base = |base: usize| {
        let series = alternating_series(history, policy, SidePair { base, head, branch });
        let rounds = series.iter().map(|series| series.rounds.len()).max()?;
        // Nobody looked at the values between the rounds.
        Some((rounds, FoundSession { base, series, is_planned: true }))
    };
    let candidates = bases.into_iter().filter_map(of_base);
    let longest = |best: Option<(usize, FoundSession)>, next: (usize, FoundSession)| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    };
    candidates.fold(None, longest).map(|(_, found)| found)
}

/// The change of a series that a session shows. `start` is the candidate's first run in it.
pub(crate) fn session_change(
    result: &PairedResult,
    series: &Series,
    start: usize,
    policy: &Policy,
    context: &AnalysisContext<'_>,
) -> detect::Change {
    let is_higher_better = series.direction == Direction::Higher;
    CandidateChange {
        first_after: start,
        last_before: start.saturating_sub(1),
        before: result.base,
        after: result.head,
        change: result.change,
        runs_before: result.rounds as usize,
        runs_after: result.rounds as usize,
        is_regression: match result.verdict {
            PairedVerdict::Regressed => true,
            PairedVerdict::Improved => false,
            _ => (result.change > 0.0) != is_higher_better,
        },
        confidence: 1.0 - FALSE_BLOCK_RATE,
    }
    .reviewed(series, policy, context)
}
