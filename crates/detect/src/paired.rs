//! Base and head measured side by side, round by round: what of their difference is the code.
//!
//! A session runs both sides of a change on one machine, in turns. What the machine does to both
//! sides of a round cancels out in their difference, so the verdict needs no history: the
//! differences of the logarithms are judged by their own scatter. A history only says how noisy a
//! series usually is, which few rounds cannot.
//!
//! Example: 100, 101, 99, 100 ms before and 107, 108, 105, 108 ms after under a threshold of 5 %.
//! The differences are +6.8, +6.7, +5.9 and +7.7 %; their mean, +6.8 %, is 19 times its standard
//! error. Four rounds are enough: `Regressed`.
//!
//! # The stated error
//!
//! Of sessions in which nothing changed at most [`FALSE_BLOCK_RATE`] block, all series and all
//! looks at the data together. Each series gets the same part of it (Bonferroni), and spends it at
//! the rounds of [`LOOKS`]. A union bound over looks needs no law of their dependence, so it holds
//! for Student's law as for the normal one, and for rounds that fail. Few looks cost less than one
//! after every round. A session that ends between two looks takes the next one early.
//!
//! A series is worse where Student's test says so at a look, and regressed where its mean is also
//! beyond the threshold: memory layout moves a build by less than a sensible threshold. It is
//! unchanged where the 90 % interval excludes a change for the worse as large as the threshold;
//! that costs no part of the error, so it may be found in any round. Everything else is open: too
//! noisy for so few rounds, and never called unchanged.
//!
//! How the scatter is estimated is in [`spread`].

#[cfg(any(test, feature = "bench"))]
pub mod simulate;
pub mod known_noise;
pub(crate) mod spread;

use model::policy::Policy;
use model::record::Direction;
use model::series::session_series::{RoundValues, SessionSeries};

use self::spread::{BuildSpread, Sample, Spread};
use super::level_scale::LevelScale;
use super::stats::median;
use super::student::{f_tail, t_quantile, t_tail};

/// Share of sessions without any change in which some series is called regressed, at most.
pub const FALSE_BLOCK_RATE: f64 = 0.005;

/// Rounds at which a series may be called worse, and the share of its error that each may spend.
const LOOKS: [Look; 9] = [
    Look { round: 6, share: 0.08 },
    Look { round: 8, share: 0.37 },
    Look { round: 12, share: 0.35 },
    Look { round: 16, share: 0.08 },
    Look { round: 24, share: 0.05 },
    Look { round: 32, share: 0.03 },
    Look { round: 48, share: 0.02 },
    Look { round: 64, share: 0.01 },
    Look { round: 96, share: 0.01 },
];

struct Look {
    round: u32,
    share: f64,
}

/// Whether more rounds follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// More may follow, or the session ends because every series is decided.
    Running,
    /// The planned number of rounds: an end that no value decided.
    Planned,
    /// Somebody or the time limit ended it.
    Interrupted,
}

/// Most rounds of a session. Their numbers come from records, which may say anything, and what
/// a thousand rounds do not show, no more will.
pub const MAX_ROUNDS: u32 = 1_000;
/// Fewest rounds after which a running session calls a series unchanged.
const MIN_ROUNDS: u32 = 4;
/// Probability on either side of the 90 % interval.
const OUTSIDE: f64 = 0.05;
/// Below this probability of such means, builds of one side differ.
const BUILD_EVIDENCE: f64 = 0.05;
/// Slack for sums like 0.1 + 0.2: a change of exactly the threshold counts.
const ROUNDING_SLACK: f64 = 1e-9;

/// One series at both sides of one round, base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub round: u32,
    /// Which build of the two sides was measured; 0 where each was built once.
    pub build: u32,
    pub base: f64,
    pub head: f64,
}

/// How much one run of a series varies on one machine, as far as its history tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownNoise {
    /// Standard deviation of one run, relative.
    pub sigma: f64,
    /// Degrees of freedom of it: how many runs it was taken from.
    pub freedom: f64,
}

/// One series of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedSeries {
    /// By round, ascending. A round in which a side failed has no pair.
    pub pairs: Vec<Pair>,
    /// Series of one metric may be alike in noise; those of two metrics are not.
    pub metric: String,
    /// The policy's threshold, relative.
    pub threshold: f64,
    /// The policy's absolute threshold, base units; 0 where it has none.
    pub absolute_threshold: f64,
    pub direction: Direction,
    pub known_noise: Option<KnownNoise>,
}

impl PairedSeries {
    /// A series of a session under its rule of the policy.
    pub fn of(series: &SessionSeries, policy: &Policy, known_noise: Option<KnownNoise>) -> Self {
        let subject = series.key.subject(&series.tags);
        let threshold = policy.threshold_for(subject, series.direction);
        let pair = |(round, values): (&u32, &RoundValues)| {
            let (base, head) = values.base.zip(values.head)?;
            Some(Pair { round: *round, build: values.build, base, head })
        };
        Self {
            pairs: series.rounds.iter().filter_map(pair).collect(),
            metric: series.key.metric.clone(),
            threshold: threshold.relative,
            absolute_threshold: threshold.absolute.unwrap_or(0.0),
            direction: series.direction,
            known_noise,
        }
    }
}

/// What a session says of a series.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum PairedVerdict {
    /// Worse by at least the threshold, and significantly so.
    Regressed,
    /// Better by at least the threshold, and significantly so.
    Improved,
    /// No change for the worse as large as the threshold.
    Unchanged,
    /// Not decided in so many rounds.
    Open,
    /// Nobody says which way is better, or no round has both sides.
    NotCompared,
}

/// One series of a session, judged.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PairedResult {
    pub verdict: PairedVerdict,
    /// Rounds that have both sides.
    pub rounds: u32,
    /// Medians, base units.
    pub base: f64,
    pub head: f64,
    /// Relative change, signed as the value moved, and its 90 % interval.
    pub change: f64,
    pub lower: f64,
    pub upper: f64,
    /// Standard deviation of one run, relative.
    pub noise: f64,
    /// Builds of one commit differ by more than rounds do: the builds were counted, not the rounds.
    pub depends_on_build: bool,
}

/// Judges a session after so many rounds, of which [`MAX_ROUNDS`] count.
pub fn judge(session: &[PairedSeries], rounds: u32, end: SessionEnd) -> Vec<PairedResult> {
    let differences: Vec<Differences> = session.iter().map(Differences::of).collect();
    let tested = session.iter().filter(|series| series.direction != Direction::Unknown).count();
    let error_of_series = FALSE_BLOCK_RATE / tested.max(1) as f64;
    let mut found = vec![Found::default(); session.len()];
    let mut estimates = vec![None; session.len()];
    let mut look = 0;
    let rounds = rounds.min(MAX_ROUNDS);
    for round in 1..=rounds {
        let is_last = round == rounds;
        // Every round again, not only the last: what a look has found stays found.
        if round < MIN_ROUNDS && !is_last {
            continue;
        }
        estimates = Estimate::of_all(session, &differences, round);
        let ends = is_last && end != SessionEnd::Running;
        let share = match LOOKS.get(look..) {
            Some(left) if is_last && end == SessionEnd::Planned => {
                left.iter().map(|look| look.share).sum()
            }
            Some([next, ..]) if next.round == round || ends => next.share,
            _ => 0.0,
        };
        // A look is paid for once, also where it finds nothing.
        look += usize::from(share > 0.0);
        let error = share * error_of_series;
        for ((found, estimate), series) in found.iter_mut().zip(&estimates).zip(&differences) {
            if let Some(estimate) = estimate {
                found.add(estimate, series, error, round >= MIN_ROUNDS || ends);
            }
        }
    }
    let judged = session.iter().zip(&differences).zip(&estimates).zip(&found);
    judged.map(|(((series, it), estimate), found)| result(series, it, *estimate, *found)).collect()
}

/// Judges a session that is over. Its end was planned, or came when every series was decided or
/// somebody or a time limit ended it.
pub fn judge_ended(session: &[PairedSeries], rounds: u32, is_planned: bool) -> Vec<PairedResult> {
    if is_planned {
        return judge(session, rounds, SessionEnd::Planned);
    }
    let results = judge(session, rounds, SessionEnd::Running);
    match results.iter().any(|result| result.verdict == PairedVerdict::Open) {
        true => judge(session, rounds, SessionEnd::Interrupted),
        false => results,
    }
}

/// What has shown up in any round so far.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    worse: bool,
    better: bool,
    unchanged: bool,
}

impl Found {
    /// Adds what a round shows, where the test may err with probability `error`.
    fn add(&mut self, it: &Estimate, series: &Differences, error: f64, may_exclude: bool) {
        let score = it.mean / it.deviation;
        self.worse |= t_tail(score, it.freedom) < error;
        self.better |= t_tail(-score, it.freedom) < error;
        let to_threshold = (series.worse_threshold - it.mean) / it.deviation;
        self.unchanged |= may_exclude && t_tail(to_threshold, it.freedom) < OUTSIDE;
    }

    fn verdict(self, it: &Estimate, series: &Differences) -> PairedVerdict {
        // Significance was found at a look and stays; the size is that of all rounds.
        let is_beyond = |change: f64, threshold: f64| change >= threshold - ROUNDING_SLACK;
        if self.worse && is_beyond(it.mean, series.worse_threshold) {
            PairedVerdict::Regressed
        } else if self.better && is_beyond(-it.mean, series.better_threshold) {
            PairedVerdict::Improved
        } else if (self.unchanged || self.better) && !is_beyond(it.mean, series.worse_threshold) {
            PairedVerdict::Unchanged
        } else {
            PairedVerdict::Open
        }
    }
}

/// The differences of one series by round, turned so that up is worse.
struct Differences {
    scale: LevelScale,
    /// −1 where higher is better.
    sign: f64,
    values: Vec<Difference>,
    worse_threshold: f64,
    better_threshold: f64,
    /// Least variance of a difference: values are no more exact than they are written.
    floor: f64,
}

#[derive(Clone, Copy)]
struct Difference {
    round: u32,
    build: u32,
    value: f64,
}

impl Differences {
    fn of(series: &PairedSeries) -> Self {
        let finite = |pair: &&Pair| pair.base.is_finite() && pair.head.is_finite();
        let pairs: Vec<&Pair> = series.pairs.iter().filter(finite).collect();
        let values: Vec<f64> = pairs.iter().flat_map(|pair| [pair.base, pair.head]).collect();
        let scale = LevelScale::of(&values);
        let sign = if series.direction == Direction::Higher { -1.0 } else { 1.0 };
        let base: Vec<f64> = pairs.iter().map(|pair| pair.base).collect();
        let size = median(&base).unwrap_or(0.0).abs();
        // A change must exceed both thresholds; relative to the base they are one number.
        let absolute = if size > 0.0 { series.absolute_threshold / size } else { 0.0 };
        let threshold = series.threshold.max(absolute);
        let difference = |pair: &&Pair| Difference {
            round: pair.round,
            build: pair.build,
            value: sign * (scale.level(pair.head) - scale.level(pair.base)),
        };
        Self {
            scale,
            sign,
            values: pairs.iter().map(difference).collect(),
            worse_threshold: scale.shift_of(sign * threshold).abs(),
            better_threshold: scale.shift_of(-sign * threshold).abs(),
            floor: spread::least_variance(&values),
        }
    }

    fn up_to(&self, round: u32) -> &[Difference] {
        &self.values[..self.values.partition_point(|it| it.round <= round)]
    }
}

/// The mean difference of one series, and how exact it is.
#[derive(Clone, Copy, Debug)]
struct Estimate {
    mean: f64,
    /// Standard error of the mean.
    deviation: f64,
    freedom: f64,
    rounds: u32,
    /// Standard deviation of a difference.
    sigma: f64,
    depends_on_build: bool,
}

impl Estimate {
    /// Of every series with at least two pairs after a round, or one pair and a known noise.
    fn of_all(session: &[PairedSeries], all: &[Differences], round: u32) -> Vec<Option<Self>> {
        let samples: Vec<Sample> = all
            .iter()
            .map(|series| {
                let values: Vec<f64> = series.up_to(round).iter().map(|it| it.value).collect();
                Sample::of(&values, series.floor)
            })
            .collect();
        let spreads = Spread::of_all(session, &samples);
        let each = samples.iter().zip(spreads).zip(all);
        each.map(|((sample, spread), series)| {
            Self::of(sample, spread?, series.up_to(round), series.floor)
        })
        .collect()
    }

    fn of(sample: &Sample, spread: Spread, differences: &[Difference], floor: f64) -> Option<Self> {
        // A known noise alone is an answer to nothing.
        if sample.count == 0 {
            return None;
        }
        let Spread { mut variance, mut freedom } = spread;
        // A tight interval of one build is no proof: layout moves a build as a whole. Where builds
        // differ, they are what was drawn at random.
        let builds = BuildSpread::of(differences, floor);
        let depends_on_build = builds.is_some_and(|BuildSpread { between, within }| {
            let ratio = between.variance / within.variance;
            f_tail(ratio, between.freedom, within.freedom) < BUILD_EVIDENCE
        });
        if let Some(builds) = builds.filter(|_| depends_on_build) {
            Spread { variance, freedom } = builds.between;
        }
        let count = f64::from(sample.count);
        Some(Self {
            mean: sample.mean,
            deviation: (variance / count).sqrt(),
            freedom,
            rounds: sample.count,
            sigma: variance.sqrt(),
            depends_on_build,
        })
    }
}

fn result(
    series: &PairedSeries,
    differences: &Differences,
    estimate: Option<Estimate>,
    found: Found,
) -> PairedResult {
    let side = |of: fn(&Pair) -> f64| {
        median(&series.pairs.iter().map(of).collect::<Vec<_>>()).unwrap_or(f64::NAN)
    };
    let (base, head) = (side(|pair| pair.base), side(|pair| pair.head));
    // One round without a known noise shows two values and no interval.
    let Some(it) = estimate else {
        let change = differences.scale.change(base, head);
        return PairedResult {
            verdict: if series.pairs.is_empty() || series.direction == Direction::Unknown {
                PairedVerdict::NotCompared
            } else {
                PairedVerdict::Open
            },
            rounds: u32::try_from(series.pairs.len()).unwrap_or(u32::MAX),
            base,
            head,
            change,
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            noise: f64::NAN,
            depends_on_build: false,
        };
    };
    let Differences { scale, sign, .. } = *differences;
    let half = t_quantile(OUTSIDE, it.freedom) * it.deviation;
    let change = |difference: f64| scale.change_of(sign * difference);
    let (one, other) = (change(it.mean - half), change(it.mean + half));
    PairedResult {
        verdict: match series.direction {
            Direction::Unknown => PairedVerdict::NotCompared,
            _ => found.verdict(&it, differences),
        },
        rounds: it.rounds,
        base,
        head,
        change: change(it.mean),
        lower: one.min(other),
        upper: one.max(other),
        // A difference has the noise of two runs.
        noise: it.sigma / std::f64::consts::SQRT_2,
        depends_on_build: it.depends_on_build,
    }
}

#[cfg(test)]
mod tests;
