//! The sequential pass: all series of a history, commit by commit, as the gate saw them.
//!
//! Nothing here looks ahead. The state after any commit is what a history that ends there would
//! give; `policy replay` prints those states, and today's verdicts are the last of them. At each
//! commit infrastructure comes first, then each series by itself, then the control of false
//! discoveries among the many series that were judged at once.
//!
//! Example: 3 backends run at each of 40 commits, and one is 20 % slower from commit 31 on. The
//! pass reads 3 runs a commit; after commit 33 (3 confirmations) the detector of that series has a
//! candidate, no peer moved with it, so it is reported.

use std::collections::BTreeMap;

use rayon::prelude::*;

use model::policy::Policy;
use model::series::{CommitIndex, Series};

use super::ablation::{InnerPart, is_on};
use super::analysis::{ChangeKind, InfrastructureDay, PeerKind, VetoedShift};
use super::commit_batches::{NewRuns, batches_by_commit, unpack_batch};
use super::common_mode::Exclusions;
use super::common_mode_groups::CommonModeGroups;
use super::controls::ControlVotes;
use super::detector::ChangeCandidate;
use super::new_level::MIN_Z;
use super::peer_vote::PeerVotes;
use super::series_state::SeriesState;

/// Series judged at one commit up to which [`MIN_Z`] is enough. False alarms come at about one in
/// 10,000 runs (docs/accuracy.md), so that as many series give one in ten commits; that this is
/// borne is a choice: a smaller family means fewer false alarms in large histories, and later ones.
const FREE_FAMILY_SIZE: f64 = 1_000.0;
/// How much rarer a false alarm is for each unit of score beyond [`MIN_Z`], as an exponent. A
/// choice on the careful side: a normal tail falls with an exponent of about 5 there, real noise
/// more slowly. A larger one reports changes in large histories sooner, and more of them wrongly.
const FALSE_ALARM_DECAY: f64 = 2.0;
/// Runs of one commit from which on series are watched in parallel.
pub(crate) const MIN_PARALLEL_RUNS: usize = 256;

/// Where a pass ended: at the newest run of every series.
pub(crate) struct PassResult {
    pub states: Vec<SeriesState>,
    pub infrastructure_days: Vec<InfrastructureDay>,
}

/// Takes all series through their whole history. `visit` is called after each commit with the
/// series that have runs of it, ascending.
pub(crate) fn run_pass(
    series: &[Series],
    policy: &Policy,
    visit: &mut dyn FnMut(&[SeriesState], &[usize]),
) -> PassResult {
    let mut pass = SequentialPass::of(series, policy);
    for batch in batches_by_commit(series, &|series, _| 0..series.runs.len()) {
        let batch = unpack_batch(batch);
        pass.advance(&batch);
        let members: Vec<usize> = batch.iter().map(|new_runs| new_runs.member).collect();
        visit(&pass.state.series_states, &members);
    }
    pass.state.finish()
}

/// A pass that stopped before a commit, to be continued from there more than once. It owns its
/// state: only the runs before the commit have to be the same, not the series themselves.
pub(crate) struct PassCheckpoint {
    state: PassState,
    /// By series: runs before the commit.
    runs_done: Vec<usize>,
}

impl PassCheckpoint {
    /// Takes all series up to a commit; none where a later run of a series belongs to an earlier
    /// commit, so that no cut through the runs is a cut through the commits.
    pub(crate) fn before(from: CommitIndex, series: &[Series], policy: &Policy) -> Option<Self> {
        let runs_done: Vec<usize> = series.iter().map(|it| runs_before(it, from)).collect();
        let mut later =
            series.iter().zip(&runs_done).flat_map(|(series, done)| &series.runs[*done..]);
        if later.any(|run| run.commit < from) {
            return None;
        }
        let mut pass = SequentialPass::of(series, policy);
        for batch in batches_by_commit(series, &|_, member| 0..runs_done[member]) {
            pass.advance(&unpack_batch(batch));
        }
        Some(Self { state: pass.state, runs_done })
    }

    /// Continues through series, in the same order, that differ from those before in nothing but
    /// their runs from the commit on.
    pub(crate) fn resume(&self, series: &[Series], policy: &Policy) -> PassResult {
        let state = self.state.with_series(series);
        let mut pass = SequentialPass { series, policy, state };
        let rest = |series: &Series, member: usize| self.runs_done[member]..series.runs.len();
        for batch in batches_by_commit(series, &rest) {
            pass.advance(&unpack_batch(batch));
        }
        pass.state.finish()
    }
}

/// Runs of a series before the first one of a commit or of a later one.
pub(crate) fn runs_before(series: &Series, commit: CommitIndex) -> usize {
    series.runs.iter().take_while(|run| run.commit < commit).count()
}

/// A pass under way.
struct SequentialPass<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    state: PassState,
}

/// What a pass has found so far. It borrows nothing, so that it can outlive the series.
struct PassState {
    series_states: Vec<SeriesState>,
    common_mode_groups: CommonModeGroups,
    /// Infrastructure days found by a vote.
    infrastructure_days: Vec<InfrastructureDay>,
}

impl PassState {
    fn of(series: &[Series], policy: &Policy) -> Self {
        let series_states: Vec<SeriesState> =
            series.par_iter().map(|it| SeriesState::of(it, policy)).collect();
        let common_mode_groups = CommonModeGroups::of(series, &series_states, &policy.k_anomaly);
        Self { series_states, common_mode_groups, infrastructure_days: Vec::new() }
    }

    /// The same state on the way through series that have other runs from here on.
    fn with_series(&self, series: &[Series]) -> Self {
        Self {
            common_mode_groups: self.common_mode_groups.with_series(series, &self.series_states),
            series_states: self.series_states.par_iter().cloned().collect(),
            infrastructure_days: self.infrastructure_days.clone(),
        }
    }

    fn finish(mut self) -> PassResult {
        let mut states = self.series_states;
        states.iter_mut().for_each(|it| it.detector.release_history());
        self.infrastructure_days.extend(self.common_mode_groups.finish(&mut states));
        PassResult { states, infrastructure_days: merge_days(self.infrastructure_days) }
    }
}

/// One entry a day and direction. Several groups may report the same day: the one with the most
/// active backends describes it, but an alert or a lasting shift of any of them counts.
fn merge_days(reported: Vec<InfrastructureDay>) -> Vec<InfrastructureDay> {
    let mut days: BTreeMap<(i64, bool), InfrastructureDay> = BTreeMap::new();
    for day in reported {
        let merged = days.entry((day.day, day.is_degradation)).or_insert(day);
        let (alert, is_lasting) = (merged.alert || day.alert, merged.is_lasting || day.is_lasting);
        if day.peers_active > merged.peers_active {
            *merged = day;
        }
        (merged.alert, merged.is_lasting) = (alert, is_lasting);
    }
    days.into_values().collect()
}

impl<'a> SequentialPass<'a> {
    fn of(series: &'a [Series], policy: &'a Policy) -> Self {
        Self { series, policy, state: PassState::of(series, policy) }
    }

    fn advance(&mut self, batch: &[NewRuns]) {
        // First what all backends did together: a run that is suspended is not judged by itself.
        self.state.common_mode_groups.advance(self.series, batch, &mut self.state.series_states);
        let candidates = self.find_candidates(batch);
        for MemberCandidate { member, candidate } in
            control_false_discoveries(candidates, batch.len())
        {
            if !self.is_common_mode(member, &candidate) {
                self.state.series_states[member].detector.report(candidate);
            }
        }
    }

    /// Whether the other backends of the benchmark moved with a candidate. Then the baseline of
    /// every one of them restarts there, and nothing is reported of any.
    fn is_common_mode(&mut self, member: usize, candidate: &ChangeCandidate) -> bool {
        let states = &self.state.series_states;
        let Some(backends) = self.state.common_mode_groups.backends_of(member) else {
            return false;
        };
        // Drifts have no sharp onset, so nothing can be compared at it.
        if candidate.kind != ChangeKind::Step || !is_on(InnerPart::PeerVote) {
            return false;
        }
        let onset = states[member].detector.run(candidate.change_point());
        let onset = self.series[member].runs[onset].time;
        // The backends need not have run at the same moment: each votes from its first run on
        // that is not older than the candidate's onset.
        let first_since_onset = |peer: usize| {
            let runs = &self.series[peer].runs;
            states[peer].detector.first_point(|run| runs[run].time < onset)
        };
        let onsets: Vec<PeerOnset> = backends
            .iter()
            .map(|peer| PeerOnset { peer: *peer, point: first_since_onset(*peer) })
            .collect();
        let mut votes = PeerVotes::default();
        for PeerOnset { peer, point } in onsets.iter().filter(|onset| onset.peer != member) {
            votes.add_voter(&states[*peer].detector, *point, candidate);
        }
        if !votes.is_common_mode(self.policy.k_anomaly.threshold_ratio) {
            return false;
        }
        let groups = &self.state.common_mode_groups;
        let controls = groups.control_votes_since(self.series, member, onset, candidate.shift());
        if let Some(controls) = controls.filter(ControlVotes::veto_backends) {
            let state = &mut self.state.series_states[member];
            let first_after = state.detector.run(candidate.change_point());
            state.vetoed_shifts.push(vetoed_shift(first_after, votes, controls));
            return false;
        }
        let day = self.infrastructure_day(member, candidate, votes);
        self.state.infrastructure_days.push(day);
        // All of them restart, also those that have not confirmed anything yet: else each would
        // report the same shift a run later.
        for PeerOnset { peer, point } in onsets {
            let state = &mut self.state.series_states[peer];
            if state.detector.rebase_common_mode(point, candidate.is_regression) {
                let from = state.detector.run(point);
                state.rebased_at = Some(from);
                state.exclusions.merge(Exclusions { runs: Vec::new(), rebases: vec![from] });
            }
        }
        true
    }

    /// The day on which a vote found that the backends had moved together.
    fn infrastructure_day(
        &self,
        member: usize,
        candidate: &ChangeCandidate,
        votes: PeerVotes,
    ) -> InfrastructureDay {
        let detector = &self.state.series_states[member].detector;
        let runs = &self.series[member].runs;
        let points = candidate.change_point()..detector.len();
        let mut days: Vec<i64> = points.map(|point| runs[detector.run(point)].time.day()).collect();
        days.dedup();
        let consecutive = self.policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
        InfrastructureDay {
            day: days[0],
            peers: PeerKind::Backends,
            peers_moved: count(votes.movers()),
            peers_active: count(votes.voters()),
            change: candidate.shift().signum() * candidate.shift().abs().exp_m1(),
            is_degradation: candidate.is_regression,
            alert: days.len() >= consecutive,
            is_lasting: true,
        }
    }

    fn find_candidates(&mut self, batch: &[NewRuns]) -> Vec<MemberCandidate> {
        let series = self.series;
        let states = &mut self.state.series_states;
        // One commit of a small history is not worth waking other threads for.
        if batch.len() < MIN_PARALLEL_RUNS {
            let found = batch.iter().filter_map(|new_runs| {
                let member = new_runs.member;
                let candidate = states[member].push(&series[member], *new_runs)?;
                Some(MemberCandidate { member, candidate })
            });
            return found.collect();
        }
        let mut by_member: Vec<Option<NewRuns>> = vec![None; series.len()];
        batch.iter().for_each(|new_runs| by_member[new_runs.member] = Some(*new_runs));
        states
            .par_iter_mut()
            .zip(&by_member)
            .enumerate()
            .with_min_len(64)
            .filter_map(|(member, (state, new_runs))| {
                let candidate = state.push(&series[member], (*new_runs)?)?;
                Some(MemberCandidate { member, candidate })
            })
            .collect()
    }
}

fn count(peers: usize) -> u32 {
    u32::try_from(peers).unwrap_or(u32::MAX)
}

fn vetoed_shift(first_after: usize, votes: PeerVotes, controls: ControlVotes) -> VetoedShift {
    VetoedShift {
        first_after,
        backends_moved: count(votes.movers()),
        backends_active: count(votes.voters()),
        tests_quiet: count(controls.quiet),
        tests_active: count(controls.quiet + controls.moved),
    }
}

/// A new level of one series that has not been reported yet.
struct MemberCandidate {
    member: usize,
    candidate: ChangeCandidate,
}

/// Where a candidate's onset lies in another backend's series.
struct PeerOnset {
    peer: usize,
    /// Point of that series' detector.
    point: usize,
}

/// The candidates of one commit that are reported, where `judged` series were tested at once:
/// Benjamini & Hochberg's step-up procedure (1995) on the measured tail of false alarms. A series
/// among a few hundred is judged as if it were alone.
fn control_false_discoveries(
    mut candidates: Vec<MemberCandidate>,
    judged: usize,
) -> Vec<MemberCandidate> {
    candidates
        .sort_by(|a, b| b.candidate.z.total_cmp(&a.candidate.z).then(a.member.cmp(&b.member)));
    let scores: Vec<f64> = candidates.iter().map(|it| it.candidate.z).collect();
    candidates.truncate(count_passing(&scores, judged));
    candidates
}

/// How many of these scores, largest first, pass: all up to the last that does at its rank.
fn count_passing(scores: &[f64], judged: usize) -> usize {
    if !is_on(InnerPart::FalseDiscoveries) {
        return scores.len();
    }
    let needed = |rank: usize| {
        let share = judged as f64 / (FREE_FAMILY_SIZE * (rank + 1) as f64);
        MIN_Z + share.ln().max(0.0) / FALSE_ALARM_DECAY
    };
    (0..scores.len()).rev().find(|rank| scores[*rank] >= needed(*rank)).map_or(0, |rank| rank + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn among_five_thousand_series_the_step_up_procedure_keeps_what_it_should() {
        // Needed by rank, by hand: 4.8 + ln(5 / rank) / 2, and 4.8 from the fifth on.
        for (scores, passing) in [
            (&[] as &[f64], 0),
            (&[5.60], 0),
            (&[5.61], 1),
            (&[5.50, 5.25], 0),
            // The second vouches for the first, which alone would not pass.
            (&[5.50, 5.26], 2),
            (&[6.00, 5.00, 4.85], 1),
            (&[5.10, 5.10, 5.06, 4.80], 3),
            (&[4.80, 4.80, 4.80, 4.80], 0),
            (&[4.80, 4.80, 4.80, 4.80, 4.80], 5),
            (&[4.80, 4.80, 4.80, 4.80, 4.79], 0),
        ] {
            assert_eq!(count_passing(scores, 5_000), passing, "{scores:?}");
        }
    }

    #[test]
    fn a_series_among_a_thousand_is_judged_as_if_it_were_alone() {
        for judged in [1, 65, 1_000] {
            assert_eq!(count_passing(&[4.80], judged), 1, "{judged}");
            assert_eq!(count_passing(&[4.79], judged), 0, "{judged}");
        }
        assert_eq!(count_passing(&[4.80], 1_001), 0);
    }
}
