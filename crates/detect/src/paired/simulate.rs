//! Checks the stated figures of paired judgement: synthetic sessions with known truth.
//!
//! Each job has an effect of 3 % that both sides of it share, as two hosted runners differ. Noise
//! is normal, or has spikes. The same seed gives the same sessions on every machine.

use model::record::Direction;

use super::spread::noise_of_repeats;
use super::{KnownNoise, Pair, PairedSeries, PairedVerdict, SessionEnd, judge};

/// How much jobs differ from each other, both sides alike.
const JOB_SIGMA: f64 = 0.03;
/// Jobs of the main line of which the history knows, and rounds of each.
const HISTORY_JOBS: usize = 30;
const HISTORY_ROUNDS: usize = 4;

/// What the sessions are made of.
#[derive(Clone, Copy, Debug)]
pub struct SessionPlan {
    pub series: usize,
    /// Standard deviation of one run, relative; every series by another factor up to
    /// `noise_ratio`.
    pub sigma: f64,
    pub noise_ratio: f64,
    /// How much noisier today's machine is than the history says.
    pub today: f64,
    /// Share of runs that take a fifth longer.
    pub spikes: f64,
    /// Relative change of the first series; the others do not change.
    pub change: f64,
    /// The policy's threshold, relative.
    pub threshold: f64,
    /// The history knows the noise of each series.
    pub has_history: bool,
    pub max_rounds: u32,
    /// How a session ends after them.
    pub end: SessionEnd,
}

impl SessionPlan {
    /// Fifty series with noise of 1 % in which nothing changes, of which no history tells.
    pub const QUIET: Self = Self {
        series: 50,
        sigma: 0.01,
        noise_ratio: 1.0,
        today: 1.0,
        spikes: 0.0,
        change: 0.0,
        threshold: 0.01,
        has_history: false,
        max_rounds: 12,
        end: SessionEnd::Planned,
    };
}

/// What came of many sessions.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionFigures {
    pub sessions: u32,
    /// Sessions that block for a series that did not change.
    pub false_blocks: u32,
    /// Sessions that find the change of the first series in the last round or before.
    pub detected: u32,
    /// Rounds until every series was decided, summed over all sessions.
    pub rounds: u32,
}

impl SessionFigures {
    pub fn mean_rounds(&self) -> f64 {
        f64::from(self.rounds) / f64::from(self.sessions.max(1))
    }
}

/// Runs so many sessions. `stops`: a session ends once every series is decided.
pub fn simulate(plan: SessionPlan, sessions: u32, seed: u64, stops: bool) -> SessionFigures {
    let mut random = NoiseSource(seed);
    let mut figures = SessionFigures { sessions, ..SessionFigures::default() };
    for _ in 0..sessions {
        let session = plan.session(&mut random);
        let is_decided = |rounds: u32| {
            let results = judge(&upto(&session, rounds), rounds, SessionEnd::Running);
            results.iter().all(|result| result.verdict != PairedVerdict::Open)
        };
        let end =
            if stops { (4..plan.max_rounds).find(|rounds| is_decided(*rounds)) } else { None };
        let (rounds, end) = match end {
            Some(rounds) => (rounds, SessionEnd::Running),
            None => (plan.max_rounds, plan.end),
        };
        let results = judge(&upto(&session, rounds), rounds, end);
        let mut regressed = results.iter().map(|it| it.verdict == PairedVerdict::Regressed);
        let first = regressed.next().unwrap_or(false);
        let has_change = plan.change > 0.0;
        figures.detected += u32::from(has_change && first);
        figures.false_blocks += u32::from(regressed.any(|it| it) || first && !has_change);
        figures.rounds += rounds;
    }
    figures
}

fn upto(session: &[PairedSeries], rounds: u32) -> Vec<PairedSeries> {
    let cut = |series: &PairedSeries| PairedSeries {
        pairs: series.pairs.iter().copied().filter(|pair| pair.round <= rounds).collect(),
        ..series.clone()
    };
    session.iter().map(cut).collect()
}

impl SessionPlan {
    fn session(&self, random: &mut NoiseSource) -> Vec<PairedSeries> {
        let job = (JOB_SIGMA * random.normal()).exp();
        (0..self.series)
            .map(|at| {
                let sigma = self.sigma * self.noise_ratio.powf(random.uniform());
                let factor = if at == 0 { 1.0 + self.change } else { 1.0 };
                let level = 1e6 * job * (3.0 * random.uniform()).exp();
                let mut run = |level: f64, sigma: f64| self.run(level, sigma, random);
                let pairs = (1..=self.max_rounds).map(|round| Pair {
                    round,
                    build: 0,
                    base: run(level, self.today * sigma),
                    head: run(level * factor, self.today * sigma),
                });
                let pairs = pairs.collect();
                let known_noise = self.has_history.then(|| self.known_noise(sigma, random));
                PairedSeries {
                    pairs,
                    metric: "time".to_owned(),
                    threshold: self.threshold,
                    absolute_threshold: 0.0,
                    direction: Direction::Lower,
                    known_noise: known_noise.flatten(),
                }
            })
            .collect()
    }

    fn run(&self, level: f64, sigma: f64, random: &mut NoiseSource) -> f64 {
        let spike = if random.uniform() < self.spikes { 1.2 } else { 1.0 };
        level * spike * (sigma * random.normal()).exp()
    }

    fn known_noise(&self, sigma: f64, random: &mut NoiseSource) -> Option<KnownNoise> {
        let jobs: Vec<Vec<f64>> = (0..HISTORY_JOBS)
            .map(|_| {
                let level = (JOB_SIGMA * random.normal()).exp();
                (0..HISTORY_ROUNDS).map(|_| self.run(level, sigma, random)).collect()
            })
            .collect();
        noise_of_repeats(jobs.iter().map(Vec::as_slice))
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
pub(crate) struct NoiseSource(pub(crate) u64);

impl NoiseSource {
    /// Above 0 and below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON / 4.0
    }

    /// Standard normal (Box & Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}
