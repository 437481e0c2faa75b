//! The gate: one series watched run by run. Is its newest level a regression?
//!
//! A [`Watch`] only ever looks back: what it says after a run is what it would have said on the day
//! of that run. A new level must pass a conjunction: size against the policy, every run of a short
//! level beyond it, significance against the runs before with their autocorrelation, and a shift
//! larger than what the same statistic did by itself in this series' past (rustc-perf's idea).
//! What it tells restarts the baseline at the first run of the new level.

mod aside;
mod look;
mod pool;
mod stand;

use super::ChangeKind;
use super::drift;
use super::noise::Noise;
use super::proof;
use super::stretch::Scale;
use super::window::Window;
use pool::{Pool, Runners};

/// What a new level must show, resolved from the policy for one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Relative change that counts (0.1 = 10 %), as the value moves.
    pub threshold: f64,
    /// Lower values are better.
    pub lower: bool,
    /// Runs that a new level needs, and that the one before it needs.
    pub confirmations: usize,
    pub min_before: usize,
    /// Runs for which a told change stays open.
    pub window: usize,
    /// Standard deviations beyond which one run alone is suspected.
    pub sigmas: f64,
}

/// The policy's size in levels, up being worse; both positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub worse: f64,
    pub better: f64,
}

impl Demand {
    fn size(&self, scale: Scale) -> Size {
        let (up, down) = (scale.shift_of(self.threshold), scale.shift_of(-self.threshold));
        let (worse, better) = if self.lower { (up, down) } else { (down, up) };
        Size { worse: worse.abs(), better: better.abs() }
    }
}

/// A new level that passes every demand of one series by itself.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub kind: ChangeKind,
    pub worse: bool,
    /// Score, on the scale of [`proof::PROOF`].
    pub z: f64,
    /// First point of the new level.
    at: usize,
    /// Where the baseline begins anew.
    restart: usize,
    /// Levels, up is worse.
    before: f64,
    after: f64,
    /// The policy's size is reached: a smaller improvement only restarts the baseline.
    told: bool,
    /// How the runners of a pool were brought to one level; empty for a single one.
    pool: Pool,
}

impl Candidate {
    /// How far the level moved, in levels; up is worse.
    pub fn shift(&self) -> f64 {
        self.after - self.before
    }

    /// Its first point.
    pub fn at(&self) -> usize {
        self.at
    }

    /// In the grace period nothing is told; the baseline begins anew all the same.
    pub fn in_grace(self, young: bool) -> Self {
        Self { told: self.told && !young, ..self }
    }
}

/// A change that was told. Places are points of the watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: ChangeKind,
    pub worse: bool,
    pub z: f64,
    /// First point of the level before, first of the new one, and the point that confirmed it.
    pub since: usize,
    pub at: usize,
    pub told: usize,
    before: f64,
    after: f64,
    pool: Pool,
    /// First point at which it no longer stood.
    pub ended: Option<usize>,
}

/// What the watch says after the newest run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// The finding of this index stands.
    Open(usize),
    /// So many of the newest runs are beyond everything, too few to tell.
    Suspected(usize),
    Steady,
}

/// Runs of one runner in a row after which the others' runs are forgotten.
const SETTLED: usize = 30;
/// The span of no levels.
const EMPTY: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);
/// One series on its way through its runs. Points are the runs that take part; vectors are
/// parallel to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    demand: Demand,
    scale: Option<Scale>,
    /// What the demand is in that scale.
    size: Size,
    pub value: Vec<f64>,
    /// Up is worse.
    level: Vec<f64>,
    /// Index of the run.
    run: Vec<u32>,
    segment: Vec<u32>,
    /// Median of the baseline's newest runs before the point.
    base: Vec<f64>,
    /// First point of the baseline that was in force.
    start: Vec<u32>,
    /// Not part of a shift that was told.
    calm: Vec<bool>,
    epoch: usize,
    /// Which way the level moved where the baseline began, where a shift began it.
    turned: Option<bool>,
    window: Window,
    /// The baseline holds runs of several runners.
    mixed: bool,
    /// While it does: their levels.
    runners: Runners,
    /// The baseline's oldest runs, as far as they were asked for: a drift is told against their
    /// median.
    oldest: Window,
    /// The lowest and the highest level of the baseline.
    span: (f64, f64),
    /// Points that wait for what becomes of an infrastructure shift: run, value, segment.
    held: Vec<(usize, f64, u32)>,
    pub findings: Vec<Finding>,
    open: Option<usize>,
}

impl Watch {
    /// For a series of so many runs: watches of all series are in memory at once.
    pub fn new(demand: Demand, runs: usize) -> Self {
        Self {
            demand,
            scale: None,
            size: demand.size(Scale::Linear { size: 1.0 }),
            value: Vec::with_capacity(runs),
            level: Vec::with_capacity(runs),
            run: Vec::with_capacity(runs),
            segment: Vec::with_capacity(runs),
            base: Vec::with_capacity(runs),
            start: Vec::with_capacity(runs),
            calm: Vec::with_capacity(runs),
            epoch: 0,
            turned: None,
            window: Window::new(proof::REACH),
            mixed: false,
            runners: Runners::default(),
            oldest: Window::new(0),
            span: EMPTY,
            held: Vec::new(),
            findings: Vec::new(),
            open: None,
        }
    }

    /// The index of the run of a point.
    pub fn run(&self, point: usize) -> usize {
        self.run[point] as usize
    }

    /// The first point whose run is not before something.
    pub fn first_point(&self, is_before: impl Fn(usize) -> bool) -> usize {
        self.run.partition_point(|run| is_before(*run as usize))
    }

    pub fn len(&self) -> usize {
        self.level.len()
    }

    /// Forgets what only the next run would need: there is none.
    pub fn rest(&mut self) {
        (self.start, self.calm) = (Vec::new(), Vec::new());
    }

    /// Takes the newest run in: finite values only.
    pub fn push(&mut self, run: usize, value: f64, segment: u32) {
        self.rescale(value);
        self.mixed |= self.segment.last().is_some_and(|last| *last != segment);
        self.value.push(value);
        self.run.push(u32::try_from(run).unwrap_or(u32::MAX));
        self.segment.push(segment);
        self.level.push(self.level_of(value));
        self.base.push(0.0);
        self.start.push(0);
        self.calm.push(true);
        self.settle();
        self.extend(self.level.len() - 1);
        self.follow();
        self.close();
    }

    /// Linear levels from the first value on that has no logarithm.
    fn rescale(&mut self, value: f64) {
        let scale = match self.scale {
            None => Scale::of(&[value]),
            Some(Scale::Log { .. }) if value <= 0.0 => {
                let mut values = self.value.clone();
                values.push(value);
                Scale::of(&values)
            }
            Some(_) => return,
        };
        let old = self.scale();
        self.scale = Some(scale);
        self.size = self.demand.size(scale);
        self.level = self.value.iter().map(|value| self.level_of(*value)).collect();
        let sign = if self.demand.lower { 1.0 } else { -1.0 };
        let again = |level: f64| sign * scale.level(old.value(sign * level));
        for finding in &mut self.findings {
            (finding.before, finding.after) = (again(finding.before), again(finding.after));
            finding.pool.clear();
        }
        self.rebuild();
    }

    fn level_of(&self, value: f64) -> f64 {
        let level = self.scale().level(value);
        if self.demand.lower { level } else { -level }
    }

    pub fn scale(&self) -> Scale {
        self.scale.unwrap_or(Scale::Linear { size: 1.0 })
    }

    /// A runner that has been alone for long needs no others beside it.
    fn settle(&mut self) {
        let n = self.segment.len();
        if !self.mixed || n < self.epoch + SETTLED + 1 {
            return;
        }
        let newest = self.segment[n - 1];
        if self.segment[n - SETTLED..].iter().all(|segment| *segment == newest) {
            let alone = |at: &usize| *at >= self.epoch && self.segment[*at] == newest;
            let from = (0..n).rev().take_while(alone).last().unwrap_or(n - 1);
            self.restart(from, n - 1);
        }
    }

    /// Brings the baseline's bookkeeping up to the point `at`, the newest so far.
    fn extend(&mut self, at: usize) {
        self.base[at] = self.window.median().unwrap_or(self.level[at]);
        self.start[at] = u32::try_from(self.epoch).unwrap_or(u32::MAX);
        let reach = proof::REACH;
        let old = at.checked_sub(reach).filter(|old| *old >= self.epoch);
        self.window.push(self.level[at], old.map(|old| self.level[old]));
        self.span = (self.span.0.min(self.level[at]), self.span.1.max(self.level[at]));
    }

    /// Forgets the windows: a baseline begins.
    fn renew(&mut self) {
        self.window = Window::new(proof::REACH);
        self.oldest = Window::new(0);
        self.span = EMPTY;
        self.runners = Runners::default();
    }

    /// Recomputes the bookkeeping of all points, each in the baseline that was in force there.
    fn rebuild(&mut self) {
        let epoch = self.epoch;
        self.epoch = 0;
        self.renew();
        for at in 0..self.level.len() {
            if self.start[at] as usize != self.epoch {
                self.epoch = self.start[at] as usize;
                self.renew();
            }
            self.extend(at);
        }
        if self.epoch != epoch {
            self.epoch = epoch;
            self.renew();
        }
    }

    /// Begins a baseline at `from`; the points before `to` follow.
    fn restart(&mut self, from: usize, to: usize) {
        self.epoch = from;
        self.turned = None;
        let segments = &self.segment[from..];
        self.mixed = segments.iter().any(|segment| *segment != segments[0]);
        self.renew();
        for at in from..to {
            self.extend(at);
        }
        self.follow();
    }

    /// Whether the newest run's runner is known well enough to be compared.
    pub fn knows_runner(&self, needed: usize) -> bool {
        let Some(newest) = self.segment.last() else { return false };
        if !self.mixed || self.runners.learnt(*newest) >= needed {
            return true;
        }
        let own = self.segment[self.epoch..].iter().filter(|segment| *segment == newest);
        own.take(needed).count() == needed
    }

    /// Tells a candidate: the baseline begins anew.
    pub fn tell(&mut self, it: Candidate) {
        let n = self.level.len();
        let (restart, worse) = (it.restart, it.worse);
        let since = match it.kind {
            ChangeKind::Step => self.epoch.max(it.at.saturating_sub(proof::REACH)),
            ChangeKind::Drift => self.epoch.max(n.saturating_sub(drift::LONGEST)),
        };
        if it.told {
            let fix = self.is_fix(&it);
            self.open = Some(self.findings.len()).filter(|_| !fix);
            self.findings.push(Finding {
                kind: it.kind,
                worse: it.worse,
                z: it.z,
                since: since.min(it.at.saturating_sub(1)),
                at: it.at,
                told: n - 1,
                before: it.before,
                after: it.after,
                pool: it.pool,
                ended: fix.then_some(n - 1),
            });
        }
        self.begin(restart, worse);
    }

    /// Begins the baseline at a shift.
    fn begin(&mut self, at: usize, worse: bool) {
        self.calm[at..].fill(false);
        self.restart(at, self.level.len());
        self.turned = Some(worse);
    }

    /// Which way the level moved where the baseline began.
    pub fn turned(&self) -> Option<bool> {
        self.turned
    }

    /// Whether an improvement brings a level back that an earlier change had left: no news.
    fn is_fix(&self, it: &Candidate) -> bool {
        let size = self.size;
        let back = |earlier: &Finding| earlier.worse && it.after - earlier.before <= size.worse;
        !it.worse && self.findings.iter().any(back)
    }

    /// Noise of the present baseline; none for fewer than 4 runs.
    pub fn noise(&self) -> Option<Noise> {
        let newest = |y: &[f64]| Noise::of_level(&y[y.len().saturating_sub(proof::REACH)..]);
        if self.mixed { newest(&self.pooled()?.y) } else { newest(&self.level[self.epoch..]) }
    }

    /// Values of the present baseline, of the newest run's runner, and its first run.
    pub fn present(&self) -> Option<(Vec<f64>, usize)> {
        let newest = *self.segment.last()?;
        let own = (self.epoch..self.len()).filter(|at| self.segment[*at] == newest);
        let own: Vec<usize> = own.collect();
        let since = self.run(*own.first()?);
        Some((own.into_iter().map(|at| self.value[at]).collect(), since))
    }

    /// Points of the present baseline: where it begins.
    pub fn epoch(&self) -> usize {
        self.epoch
    }
}
