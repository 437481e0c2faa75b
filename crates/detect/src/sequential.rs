//! The walk: all series of a history, commit by commit, as the gate saw them at the time.
//!
//! Nothing here looks ahead, so that the state after any commit is what a history cut off there
//! would give: that is what `policy replay` prints and what today's verdicts are read from. In each
//! step infrastructure comes first, then each series by itself, then the false discoveries of the
//! many series that were judged at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use model::policy::Policy;
use model::record::time::DAY_US;
use model::series::{CommitIndex, Series, SeriesKey};

use super::commit_batches::{batches_by_commit, unpack_batch};
use super::common_mode::member::MemberLevels;
use super::common_mode::{CommonModeDetector, Exclusions, GroupMember, NewRuns};
use super::detector::ChangeCandidate;
use super::peer_vote::PeerVotes;
use super::series_state::{RunRequirements, SeriesState};
use super::significance::MIN_Z;
use super::{ChangeKind, InfrastructureDay};

/// Series judged at one commit up to which [`MIN_Z`] is enough. False alarms come at about one in
/// 10,000 runs (docs/accuracy.md), so that as many series give one in ten commits; that this is
/// borne is a choice: a smaller family means fewer false alarms in large histories, and later ones.
const FREE_FAMILY_SIZE: f64 = 1_000.0;
/// How much rarer a false alarm is for each unit of score beyond [`MIN_Z`], as an exponent. A
/// choice on the careful side: a normal tail falls with an exponent of about 5 there, real noise
/// more slowly. A larger one tells changes in large histories sooner, and more of them wrongly.
const FALSE_ALARM_DECAY: f64 = 2.0;
/// Runs of one commit from which on series are watched in parallel.
const MIN_PARALLEL_RUNS: usize = 256;

/// Where the walk ended.
pub struct PassResult {
    pub states: Vec<SeriesState>,
    pub infrastructure_days: Vec<InfrastructureDay>,
}

/// Walks all series to their ends. `visit` is called after each commit with the series that have
/// runs of it, ascending.
pub fn run_pass(
    series: &[Series],
    policy: &Policy,
    visit: &mut dyn FnMut(&[SeriesState], &[usize]),
) -> PassResult {
    let mut walk = SequentialPass::of(series, policy);
    for moment in batches_by_commit(series, &|it, _| 0..it.runs.len()) {
        let moment = unpack_batch(moment);
        walk.advance(&moment);
        let on: Vec<usize> = moment.iter().map(|it| it.member).collect();
        visit(&walk.states, &on);
    }
    walk.finish()
}

/// A walk that has stopped before a commit, to go on from there more than once.
pub struct PassCheckpoint<'a> {
    pass: SequentialPass<'a>,
    /// By series: runs that it has walked.
    pub runs_done: Vec<usize>,
}

impl<'a> PassCheckpoint<'a> {
    /// Walks all series up to a commit, which no later run of theirs may precede.
    pub fn before(from: CommitIndex, series: &'a [Series], policy: &'a Policy) -> Option<Self> {
        let before = |it: &Series| it.runs.iter().take_while(|run| run.commit < from).count();
        let reached: Vec<usize> = series.iter().map(before).collect();
        let mut later = series.iter().zip(&reached).flat_map(|(it, reached)| &it.runs[*reached..]);
        if later.any(|run| run.commit < from) {
            return None;
        }
        let mut walk = SequentialPass::of(series, policy);
        for moment in batches_by_commit(series, &|_, at| 0..reached[at]) {
            walk.advance(&unpack_batch(moment));
        }
        walk.touched.fill(false);
        Some(Self { pass: walk, runs_done: reached })
    }

    /// Goes on through series that differ from those before in what was not walked yet. Where the
    /// walk ends, and by series whether anything was done to it on the way there.
    pub fn resume<'b>(&self, series: &'b [Series]) -> (PassResult, Vec<bool>)
    where
        'a: 'b,
    {
        let mut walk = self.pass.resume_with(series);
        for moment in batches_by_commit(series, &|it, at| self.runs_done[at]..it.runs.len()) {
            walk.advance(&unpack_batch(moment));
        }
        let touched = std::mem::take(&mut walk.touched);
        (walk.finish(), touched)
    }
}

struct SequentialPass<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    states: Vec<SeriesState>,
    groups: Vec<PeerGroup<'a>>,
    /// The bodies of each series with its place there.
    memberships: Vec<Vec<(usize, usize)>>,
    /// Infrastructure days that a vote found.
    infrastructure_days: Vec<InfrastructureDay>,
    /// By series: it had a run, or something was done to it.
    touched: Vec<bool>,
}

/// Series that are asked together whether they moved together.
struct PeerGroup<'a> {
    detector: CommonModeDetector<'a>,
    members: Vec<usize>,
    new_runs: Vec<NewRuns>,
    /// The backends of one benchmark.
    is_benchmark: bool,
}

impl<'a> SequentialPass<'a> {
    fn of(series: &'a [Series], policy: &'a Policy) -> Self {
        let standings: Vec<SeriesState> =
            series.par_iter().map(|it| SeriesState::of(it, policy)).collect();
        let levels = member_levels(series, &standings);
        let mut bodies = Vec::new();
        let mut belongs = vec![Vec::new(); series.len()];
        for (benchmark, members) in peer_groups(series) {
            let member = |member: &usize| GroupMember {
                series: &series[*member],
                threshold: standings[*member].threshold,
                levels: Arc::clone(&levels[*member]),
            };
            let own: Vec<GroupMember<'_>> = members.iter().map(member).collect();
            let Some(course) = CommonModeDetector::of(&own, policy) else { continue };
            for (place, member) in members.iter().enumerate() {
                belongs[*member].push((bodies.len(), place));
            }
            bodies.push(PeerGroup {
                detector: course,
                members,
                new_runs: Vec::new(),
                is_benchmark: benchmark,
            });
        }
        let touched = vec![false; series.len()];
        Self {
            series,
            policy,
            states: standings,
            groups: bodies,
            memberships: belongs,
            infrastructure_days: Vec::new(),
            touched,
        }
    }

    /// The same walk where the series have other runs from here on.
    fn resume_with<'b>(&self, series: &'b [Series]) -> SequentialPass<'b>
    where
        'a: 'b,
    {
        let levels = member_levels(series, &self.states);
        let bodies = self.groups.iter().map(|body| {
            let own = body.members.iter().map(|it| Arc::clone(&levels[*it]));
            let (members, benchmark) = (body.members.clone(), body.is_benchmark);
            PeerGroup {
                detector: body.detector.with_levels(own),
                members,
                new_runs: Vec::new(),
                is_benchmark: benchmark,
            }
        });
        SequentialPass {
            series,
            policy: self.policy,
            groups: bodies.collect(),
            states: self.states.par_iter().cloned().collect(),
            memberships: self.memberships.clone(),
            infrastructure_days: self.infrastructure_days.clone(),
            touched: vec![false; series.len()],
        }
    }

    fn advance(&mut self, moment: &[NewRuns]) {
        moment.iter().for_each(|it| self.touched[it.member] = true);
        self.apply_common_mode(moment);
        let candidates = self.find_candidates(moment);
        for (member, candidate) in control_false_discoveries(candidates, moment.len()) {
            if !self.is_common_mode(member, &candidate) {
                self.states[member].detector.report(candidate);
            }
        }
    }

    /// Whether the other backends of the benchmark moved with a candidate: then every one of them
    /// begins anew there, and nothing is told of any.
    fn is_common_mode(&mut self, member: usize, candidate: &ChangeCandidate) -> bool {
        let Some(body) = self.memberships[member]
            .iter()
            .map(|(body, _)| &self.groups[*body])
            .rfind(|it| it.is_benchmark)
        else {
            return false;
        };
        if candidate.kind != ChangeKind::Step {
            return false;
        }
        let onset = self.states[member].detector.run(candidate.change_point());
        let onset = self.series[member].runs[onset].time;
        let first = |other: usize| {
            let watch = &self.states[other].detector;
            watch.first_point(|run| self.series[other].runs[run].time < onset)
        };
        let places: Vec<(usize, usize)> =
            body.members.iter().map(|other| (*other, first(*other))).collect();
        let mut votes = PeerVotes::default();
        for (other, at) in places.iter().filter(|(other, _)| *other != member) {
            votes.add_voter(&self.states[*other].detector, *at, candidate);
        }
        if !votes.is_common_mode(self.policy.k_anomaly.threshold_ratio) {
            return false;
        }
        self.infrastructure_days.push(self.infrastructure_day(member, candidate, votes));
        for (other, at) in places {
            self.touched[other] = true;
            let standing = &mut self.states[other];
            if standing.detector.rebase_common_mode(at, candidate.is_regression) {
                let from = standing.detector.run(at);
                standing.rebased_at = Some(from);
                standing.exclusions.merge(Exclusions { runs: Vec::new(), rebases: vec![from] });
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
        let standing = &self.states[member];
        let runs = &self.series[member].runs;
        let points = candidate.change_point()..standing.detector.len();
        let mut days: Vec<i64> =
            points.map(|point| runs[standing.detector.run(point)].time.day()).collect();
        days.dedup();
        let consecutive = self.policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
        let count = |backends: usize| u32::try_from(backends).unwrap_or(u32::MAX);
        InfrastructureDay {
            day: days[0],
            backends_moved: count(1 + votes.votes_for),
            backends_active: count(votes.voters()),
            change: candidate.shift().signum() * candidate.shift().abs().exp_m1(),
            is_degradation: candidate.is_regression,
            alert: days.len() >= consecutive,
            is_lasting: true,
        }
    }

    /// Lets each body walk on, and each series know what that means for it.
    fn apply_common_mode(&mut self, moment: &[NewRuns]) {
        let mut touched: Vec<usize> = Vec::new();
        for it in moment {
            for &(body, member) in &self.memberships[it.member] {
                if self.groups[body].new_runs.is_empty() {
                    touched.push(body);
                }
                self.groups[body].new_runs.push(NewRuns { member, ..*it });
            }
        }
        touched.sort_unstable();
        let mut effects = Vec::new();
        for at in touched {
            let body = &mut self.groups[at];
            let fresh = std::mem::take(&mut body.new_runs);
            let first = self.series[body.members[fresh[0].member]].runs[fresh[0].from].time;
            effects.clear();
            body.detector.advance(first.day(), &fresh, &mut effects);
            // The room is kept for the next commit.
            body.new_runs = fresh;
            body.new_runs.clear();
            for effect in &effects {
                let member = body.members[effect.member()];
                self.touched[member] = true;
                let place = self.memberships[member].iter().position(|(body, _)| *body == at);
                self.states[member].apply(*effect, 1 << place.unwrap_or(0));
            }
        }
    }

    fn find_candidates(&mut self, moment: &[NewRuns]) -> Vec<(usize, ChangeCandidate)> {
        let rules = RunRequirements {
            grace_period_us: i64::from(self.policy.regression.grace_period_days) * DAY_US,
            min_runner_runs: self.policy.regression.min_sample_size as usize,
        };
        let series = self.series;
        if moment.len() < MIN_PARALLEL_RUNS {
            let each = moment.iter().filter_map(|it| {
                let standing = &mut self.states[it.member];
                standing.push(&series[it.member], *it, rules).map(|found| (it.member, found))
            });
            return each.collect();
        }
        let mut tasks: Vec<Option<NewRuns>> = vec![None; series.len()];
        moment.iter().for_each(|it| tasks[it.member] = Some(*it));
        self.states
            .par_iter_mut()
            .zip(&tasks)
            .enumerate()
            .with_min_len(64)
            .filter_map(|(member, (standing, task))| {
                let found = standing.push(&series[member], (*task)?, rules);
                found.map(|found| (member, found))
            })
            .collect()
    }

    fn finish(mut self) -> PassResult {
        let mut standings = self.states;
        standings.iter_mut().for_each(|it| it.detector.release_history());
        for body in self.groups {
            let (told, marks) = body.detector.finish();
            for (member, marks) in body.members.into_iter().zip(marks) {
                standings[member].exclusions.merge(marks);
            }
            self.infrastructure_days.extend(told);
        }
        let mut days: BTreeMap<(i64, bool), InfrastructureDay> = BTreeMap::new();
        {
            for day in self.infrastructure_days {
                let known = days.entry((day.day, day.is_degradation)).or_insert(day);
                let (alert, lasting) =
                    (known.alert || day.alert, known.is_lasting || day.is_lasting);
                if day.backends_active > known.backends_active {
                    *known = day;
                }
                (known.alert, known.is_lasting) = (alert, lasting);
            }
        }
        PassResult { states: standings, infrastructure_days: days.into_values().collect() }
    }
}

/// By series: what its bodies share.
fn member_levels(series: &[Series], standings: &[SeriesState]) -> Vec<Arc<MemberLevels>> {
    let each = series.par_iter().zip(standings);
    each.map(|(it, standing)| Arc::new(MemberLevels::of(it, standing.threshold.direction)))
        .collect()
}

/// The whole history, and the backends of each benchmark.
fn peer_groups(series: &[Series]) -> Vec<(bool, Vec<usize>)> {
    let mut benchmarks: BTreeMap<SeriesKey, Vec<usize>> = BTreeMap::new();
    for (index, it) in series.iter().enumerate() {
        let key = SeriesKey { backend: String::new(), ..it.key.clone() };
        benchmarks.entry(key).or_default().push(index);
    }
    let mut bodies: Vec<_> = benchmarks.into_values().map(|members| (true, members)).collect();
    if bodies.len() > 1 {
        bodies.insert(0, (false, (0..series.len()).collect()));
    }
    bodies
}

/// Those of the candidates of one commit that are told, where `judged` series were asked at once:
/// Benjamini & Hochberg's step-up procedure (1995) on the measured tail of false alarms. A series
/// among a few hundred is judged as if it were alone.
fn control_false_discoveries(
    mut candidates: Vec<(usize, ChangeCandidate)>,
    judged: usize,
) -> Vec<(usize, ChangeCandidate)> {
    candidates.sort_by(|a, b| b.1.z.total_cmp(&a.1.z).then(a.0.cmp(&b.0)));
    let scores: Vec<f64> = candidates.iter().map(|(_, candidate)| candidate.z).collect();
    candidates.truncate(count_passing(&scores, judged));
    candidates
}

/// How many of these scores, largest first, pass: all up to the last that does at its rank.
fn count_passing(scores: &[f64], judged: usize) -> usize {
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
        for (scores, kept) in [
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
            assert_eq!(count_passing(scores, 5_000), kept, "{scores:?}");
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
