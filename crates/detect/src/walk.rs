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

use super::gate::Candidate;
use super::infrastructure::walker::Levels;
use super::infrastructure::{Course, Fresh, Marks, Member};
use super::moments::{fresh, moments};
use super::proof::PROOF;
use super::standing::{Rules, Standing};
use super::vote::Votes;
use super::{ChangeKind, InfrastructureDay};

/// Series judged at one commit up to which [`PROOF`] is enough. False alarms come at about one in
/// 10,000 runs (docs/accuracy.md), so that as many series give one in ten commits; that this is
/// borne is a choice: a smaller family means fewer false alarms in large histories, and later ones.
const FAMILY: f64 = 1_000.0;
/// How much rarer a false alarm is for each unit of score beyond [`PROOF`], as an exponent. A
/// choice on the careful side: a normal tail falls with an exponent of about 5 there, real noise
/// more slowly. A larger one tells changes in large histories sooner, and more of them wrongly.
const DECAY: f64 = 2.0;
/// Runs of one commit from which on series are watched in parallel.
const PARALLEL: usize = 256;

/// Where the walk ended.
pub struct Walked {
    pub standings: Vec<Standing>,
    pub infrastructure: Vec<InfrastructureDay>,
}

/// Walks all series to their ends. `visit` is called after each commit with the series that have
/// runs of it, ascending.
pub fn walk(
    series: &[Series],
    policy: &Policy,
    visit: &mut dyn FnMut(&[Standing], &[usize]),
) -> Walked {
    let mut walk = Walk::of(series, policy);
    for moment in moments(series, &|it, _| 0..it.runs.len()) {
        let moment = fresh(moment);
        walk.step(&moment);
        let on: Vec<usize> = moment.iter().map(|it| it.member).collect();
        visit(&walk.standings, &on);
    }
    walk.end()
}

/// A walk that has stopped before a commit, to go on from there more than once.
pub struct Stopped<'a> {
    walk: Walk<'a>,
    /// By series: runs that it has walked.
    pub reached: Vec<usize>,
}

impl<'a> Stopped<'a> {
    /// Walks all series up to a commit, which no later run of theirs may precede.
    pub fn before(from: CommitIndex, series: &'a [Series], policy: &'a Policy) -> Option<Self> {
        let before = |it: &Series| it.runs.iter().take_while(|run| run.commit < from).count();
        let reached: Vec<usize> = series.iter().map(before).collect();
        let mut later = series.iter().zip(&reached).flat_map(|(it, reached)| &it.runs[*reached..]);
        if later.any(|run| run.commit < from) {
            return None;
        }
        let mut walk = Walk::of(series, policy);
        for moment in moments(series, &|_, at| 0..reached[at]) {
            walk.step(&fresh(moment));
        }
        walk.touched.fill(false);
        Some(Self { walk, reached })
    }

    /// Goes on through series that differ from those before in what was not walked yet. Where the
    /// walk ends, and by series whether anything was done to it on the way there.
    pub fn on<'b>(&self, series: &'b [Series]) -> (Walked, Vec<bool>)
    where
        'a: 'b,
    {
        let mut walk = self.walk.onto(series);
        for moment in moments(series, &|it, at| self.reached[at]..it.runs.len()) {
            walk.step(&fresh(moment));
        }
        let touched = std::mem::take(&mut walk.touched);
        (walk.end(), touched)
    }
}

struct Walk<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    standings: Vec<Standing>,
    bodies: Vec<Body<'a>>,
    /// The bodies of each series with its place there.
    belongs: Vec<Vec<(usize, usize)>>,
    /// Infrastructure days that a vote found.
    days: Vec<InfrastructureDay>,
    /// By series: it had a run, or something was done to it.
    touched: Vec<bool>,
}

/// Series that are asked together whether they moved together.
struct Body<'a> {
    course: Course<'a>,
    members: Vec<usize>,
    fresh: Vec<Fresh>,
    /// The backends of one benchmark.
    benchmark: bool,
}

impl<'a> Walk<'a> {
    fn of(series: &'a [Series], policy: &'a Policy) -> Self {
        let standings: Vec<Standing> =
            series.par_iter().map(|it| Standing::of(it, policy)).collect();
        let levels = levels(series, &standings);
        let mut bodies = Vec::new();
        let mut belongs = vec![Vec::new(); series.len()];
        for (benchmark, members) in bodies_of(series) {
            let member = |member: &usize| Member {
                series: &series[*member],
                limit: standings[*member].limit,
                levels: Arc::clone(&levels[*member]),
            };
            let own: Vec<Member<'_>> = members.iter().map(member).collect();
            let Some(course) = Course::of(&own, policy) else { continue };
            for (place, member) in members.iter().enumerate() {
                belongs[*member].push((bodies.len(), place));
            }
            bodies.push(Body { course, members, fresh: Vec::new(), benchmark });
        }
        let touched = vec![false; series.len()];
        Self { series, policy, standings, bodies, belongs, days: Vec::new(), touched }
    }

    /// The same walk where the series have other runs from here on.
    fn onto<'b>(&self, series: &'b [Series]) -> Walk<'b>
    where
        'a: 'b,
    {
        let levels = levels(series, &self.standings);
        let bodies = self.bodies.iter().map(|body| {
            let own = body.members.iter().map(|it| Arc::clone(&levels[*it]));
            let (members, benchmark) = (body.members.clone(), body.benchmark);
            Body { course: body.course.onto(own), members, fresh: Vec::new(), benchmark }
        });
        Walk {
            series,
            policy: self.policy,
            bodies: bodies.collect(),
            standings: self.standings.par_iter().cloned().collect(),
            belongs: self.belongs.clone(),
            days: self.days.clone(),
            touched: vec![false; series.len()],
        }
    }

    fn step(&mut self, moment: &[Fresh]) {
        moment.iter().for_each(|it| self.touched[it.member] = true);
        self.infrastructure(moment);
        let candidates = self.watch(moment);
        for (member, candidate) in discovered(candidates, moment.len()) {
            if !self.together(member, &candidate) {
                self.standings[member].watch.tell(candidate);
            }
        }
    }

    /// Whether the other backends of the benchmark moved with a candidate: then every one of them
    /// begins anew there, and nothing is told of any.
    fn together(&mut self, member: usize, candidate: &Candidate) -> bool {
        let Some(body) = self.belongs[member]
            .iter()
            .map(|(body, _)| &self.bodies[*body])
            .rfind(|it| it.benchmark)
        else {
            return false;
        };
        if candidate.kind != ChangeKind::Step {
            return false;
        }
        let onset = self.standings[member].watch.run(candidate.at());
        let onset = self.series[member].runs[onset].time;
        let first = |other: usize| {
            let watch = &self.standings[other].watch;
            watch.first_point(|run| self.series[other].runs[run].time < onset)
        };
        let places: Vec<(usize, usize)> =
            body.members.iter().map(|other| (*other, first(*other))).collect();
        let mut votes = Votes::default();
        for (other, at) in places.iter().filter(|(other, _)| *other != member) {
            votes.ask(&self.standings[*other].watch, *at, candidate);
        }
        if !votes.together(self.policy.k_anomaly.threshold_ratio) {
            return false;
        }
        self.days.push(self.infrastructure_day(member, candidate, votes));
        for (other, at) in places {
            self.touched[other] = true;
            let standing = &mut self.standings[other];
            if standing.watch.carry(at, candidate.worse) {
                let from = standing.watch.run(at);
                standing.cut = Some(from);
                standing.marks.join(Marks { runs: Vec::new(), cuts: vec![from] });
            }
        }
        true
    }

    /// The day on which a vote found that the backends had moved together.
    fn infrastructure_day(
        &self,
        member: usize,
        candidate: &Candidate,
        votes: Votes,
    ) -> InfrastructureDay {
        let standing = &self.standings[member];
        let runs = &self.series[member].runs;
        let points = candidate.at()..standing.watch.len();
        let mut days: Vec<i64> =
            points.map(|point| runs[standing.watch.run(point)].time.day()).collect();
        days.dedup();
        let consecutive = self.policy.k_anomaly.alert_on_consecutive_days.max(1) as usize;
        let count = |backends: usize| u32::try_from(backends).unwrap_or(u32::MAX);
        InfrastructureDay {
            day: days[0],
            backends_moved: count(1 + votes.yes),
            backends_active: count(votes.voters()),
            change: candidate.shift().signum() * candidate.shift().abs().exp_m1(),
            worse: candidate.worse,
            alert: days.len() >= consecutive,
            lasting: true,
        }
    }

    /// Lets each body walk on, and each series know what that means for it.
    fn infrastructure(&mut self, moment: &[Fresh]) {
        let mut touched: Vec<usize> = Vec::new();
        for it in moment {
            for &(body, member) in &self.belongs[it.member] {
                if self.bodies[body].fresh.is_empty() {
                    touched.push(body);
                }
                self.bodies[body].fresh.push(Fresh { member, ..*it });
            }
        }
        touched.sort_unstable();
        let mut effects = Vec::new();
        for at in touched {
            let body = &mut self.bodies[at];
            let fresh = std::mem::take(&mut body.fresh);
            let first = self.series[body.members[fresh[0].member]].runs[fresh[0].from].time;
            effects.clear();
            body.course.step(first.day(), &fresh, &mut effects);
            // The room is kept for the next commit.
            body.fresh = fresh;
            body.fresh.clear();
            for effect in &effects {
                let member = body.members[effect.member()];
                self.touched[member] = true;
                let place = self.belongs[member].iter().position(|(body, _)| *body == at);
                self.standings[member].apply(*effect, 1 << place.unwrap_or(0));
            }
        }
    }

    fn watch(&mut self, moment: &[Fresh]) -> Vec<(usize, Candidate)> {
        let rules = Rules {
            grace: i64::from(self.policy.regression.grace_period_days) * DAY_US,
            needed: self.policy.regression.min_sample_size as usize,
        };
        let series = self.series;
        if moment.len() < PARALLEL {
            let each = moment.iter().filter_map(|it| {
                let standing = &mut self.standings[it.member];
                standing.push(&series[it.member], *it, rules).map(|found| (it.member, found))
            });
            return each.collect();
        }
        let mut tasks: Vec<Option<Fresh>> = vec![None; series.len()];
        moment.iter().for_each(|it| tasks[it.member] = Some(*it));
        self.standings
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

    fn end(mut self) -> Walked {
        let mut standings = self.standings;
        standings.iter_mut().for_each(|it| it.watch.rest());
        for body in self.bodies {
            let (told, marks) = body.course.end();
            for (member, marks) in body.members.into_iter().zip(marks) {
                standings[member].marks.join(marks);
            }
            self.days.extend(told);
        }
        let mut days: BTreeMap<(i64, bool), InfrastructureDay> = BTreeMap::new();
        {
            for day in self.days {
                let known = days.entry((day.day, day.worse)).or_insert(day);
                let (alert, lasting) = (known.alert || day.alert, known.lasting || day.lasting);
                if day.backends_active > known.backends_active {
                    *known = day;
                }
                (known.alert, known.lasting) = (alert, lasting);
            }
        }
        Walked { standings, infrastructure: days.into_values().collect() }
    }
}

/// By series: what its bodies share.
fn levels(series: &[Series], standings: &[Standing]) -> Vec<Arc<Levels>> {
    let each = series.par_iter().zip(standings);
    each.map(|(it, standing)| Arc::new(Levels::of(it, standing.limit.better))).collect()
}

/// The whole history, and the backends of each benchmark.
fn bodies_of(series: &[Series]) -> Vec<(bool, Vec<usize>)> {
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
fn discovered(mut candidates: Vec<(usize, Candidate)>, judged: usize) -> Vec<(usize, Candidate)> {
    candidates.sort_by(|a, b| b.1.z.total_cmp(&a.1.z).then(a.0.cmp(&b.0)));
    let scores: Vec<f64> = candidates.iter().map(|(_, candidate)| candidate.z).collect();
    candidates.truncate(passing(&scores, judged));
    candidates
}

/// How many of these scores, largest first, pass: all up to the last that does at its rank.
fn passing(scores: &[f64], judged: usize) -> usize {
    let needed = |rank: usize| {
        let share = judged as f64 / (FAMILY * (rank + 1) as f64);
        PROOF + share.ln().max(0.0) / DECAY
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
            assert_eq!(passing(scores, 5_000), kept, "{scores:?}");
        }
    }

    #[test]
    fn a_series_among_a_thousand_is_judged_as_if_it_were_alone() {
        for judged in [1, 65, 1_000] {
            assert_eq!(passing(&[4.80], judged), 1, "{judged}");
            assert_eq!(passing(&[4.79], judged), 0, "{judged}");
        }
        assert_eq!(passing(&[4.80], 1_001), 0);
    }
}
