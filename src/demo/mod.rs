//! Demo data: a seed becomes a believable history, the same bytes on every platform.
//!
//! 60 days × 65 records (5 backends, 3 tests, 2 sizes, sequential and parallel, one broadcast), one
//! commit a day, and a story (`story` has the days): a regression of julia and its fix, an
//! improvement of rust, a gradual change of csharp, a change of the runner image, an infrastructure
//! anomaly, a series that starts 2 days ago, a failed run, an accepted regression of go, and one
//! open pull request that makes julia slower. With seed 1337 the first run of
//! julia's `sum_even_squares` is 36.1 µs, around a level of 36.4 µs with 1.3 % of noise.
//!
//! Other scenarios: noise only, names that break tools, 200,000 records, and a service (`service`
//! has its story). [`each_file`] is pure; [`folder::write`] rejects a folder that holds anything
//! else.

mod commits;
pub(crate) mod folder;
mod matrix;
mod random;
mod records;
mod service;
mod story;

use std::collections::BTreeSet;

use crate::demo::matrix::BenchmarkSlot;
use crate::demo::random::DemoRandom;
use crate::demo::records::{DemoResult, DemoRun};
use model::record::time::{DAY_US, Timestamp};

/// The origin that every demo record names: a check for demo data among real records looks for it.
pub(crate) const GENERATOR: &str = "benchpages@demo";

/// Which history to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// The one worth looking at.
    Story,
    /// Noise and nothing else: any regression reported here is a false alarm.
    Steady,
    /// Names that break tools.
    Hostile,
    /// 200,000 records: 500 series × 400 days, a fifth of which step once; other numbers on demand.
    Large,
    /// An API in two environments: percentiles, throughput, errors, memory, and targets for them.
    Service,
}

impl Scenario {
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("story", Self::Story),
        ("steady", Self::Steady),
        ("hostile", Self::Hostile),
        ("large", Self::Large),
        ("service", Self::Service),
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(scenario, _)| *scenario == name).map(|(_, scenario)| *scenario)
    }

    /// Days of history, unless the options name another number.
    pub(crate) fn default_days(self) -> u32 {
        match self {
            Self::Story | Self::Steady | Self::Service => 60,
            Self::Hostile => 20,
            Self::Large => 400,
        }
    }
}

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DemoOptions {
    /// Days of history; more than [`MAX_DAYS`] are cut.
    pub(crate) days: u32,
    pub(crate) seed: u64,
    /// The newest day; its time of day does not matter.
    pub(crate) end: Timestamp,
    pub(crate) scenario: Scenario,
    /// Series of the large scenario; more than [`MAX_SERIES`] are cut.
    pub(crate) series: u32,
}

/// Series of the large scenario, unless the options name another number.
pub(crate) const LARGE_SERIES: u32 = 500;
/// At one second each after [`FIRST_RUN`], the benchmarks of a day still end on that day.
pub(crate) const MAX_SERIES: u32 = 20_000;
/// Ten years: more is no demo.
pub(crate) const MAX_DAYS: u32 = 3_650;
/// The seed, unless the options name another one.
pub(crate) const DEFAULT_SEED: u64 = 1337;
/// 2025-09-26, as days since 1970-01-01: fixed, so that the bytes never depend on the clock.
const DEFAULT_END: i64 = 20_357;

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            days: Scenario::Story.default_days(),
            seed: DEFAULT_SEED,
            end: Timestamp::from_micros(DEFAULT_END * DAY_US),
            scenario: Scenario::Story,
            series: LARGE_SERIES,
        }
    }
}

/// Reads the newest day, `YYYY-MM-DD`, in the years 1990–9000, where every demo day has a date.
///
/// # Errors
/// The text is no such date.
pub(crate) fn parse_end(text: &str) -> Result<Timestamp, String> {
    let time = (text.len() == 10).then(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
    match time {
        Some(Ok(time)) if (7_305..2_567_726).contains(&time.day()) => Ok(time),
        _ => Err("write the newest day as YYYY-MM-DD, from 1990-01-01 to 8999-12-31".to_owned()),
    }
}

/// A history directory that is not written yet.
#[cfg(test)]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DemoHistory {
    /// Path relative to the history directory (`/` between folders) and bytes, sorted by path.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Records in `results/`.
    pub(crate) records: u64,
}

/// One day of the history, and the commit that is measured on it.
struct DemoDay {
    /// Days before the newest one.
    age: u32,
    start: Timestamp,
    commit: String,
}

impl DemoDay {
    fn date(&self) -> String {
        model::text::iso_date(self.start)
    }

    /// The file with its records.
    fn path(&self) -> String {
        format!("results/{}.ndjson", self.date())
    }

    fn at(&self, seconds: i64) -> Timestamp {
        Timestamp::from_micros(self.start.micros() + seconds * 1_000_000)
    }
}

/// Makes the history. Pure: the same options give the same bytes.
#[cfg(test)]
pub(crate) fn generate(options: &DemoOptions) -> DemoHistory {
    let mut files = Vec::new();
    let made = each_file(options, |path, bytes| {
        files.push((path, bytes));
        Ok::<(), std::convert::Infallible>(())
    });
    files.sort();
    DemoHistory { files, records: made.unwrap_or_default() }
}

/// The paths of all files of the history.
pub(crate) fn file_names(options: &DemoOptions) -> BTreeSet<String> {
    let days = days(options, &mut DemoRandom::new(options.seed));
    let mut names: BTreeSet<String> = days.iter().map(DemoDay::path).collect();
    if options.scenario == Scenario::Story && !days.is_empty() {
        names.insert(commits::DemoPull::path());
    }
    names.insert(commits::COMMITS_FILE.to_owned());
    names.extend(commits::companion_files(&days, options).into_iter().map(|(path, _)| path));
    names
}

/// Makes the files of the history one after the other, each with its path, so that no more than one
/// day is in memory; the number of records of the main line.
///
/// # Errors
/// The first one of `take`.
pub(crate) fn each_file<E>(
    options: &DemoOptions,
    mut take: impl FnMut(String, Vec<u8>) -> Result<(), E>,
) -> Result<u64, E> {
    let mut random = DemoRandom::new(options.seed);
    // Commits and steps are drawn before any run, so that the number of series cannot change them.
    let days = days(options, &mut random);
    let slots = match options.scenario {
        Scenario::Story | Scenario::Steady => matrix::slots(),
        Scenario::Hostile => matrix::hostile_slots(),
        Scenario::Large => matrix::many_slots(options.series.min(MAX_SERIES) as usize),
        Scenario::Service => Vec::new(),
    };
    let is_service = options.scenario == Scenario::Service;
    let steps = level_steps(&slots, options, &mut random);
    for day in &days {
        let bytes = match is_service {
            true => service::measure_day(day, &mut random),
            false => measure_day(day, &slots, &steps, options.scenario, &mut random),
        };
        take(day.path(), bytes)?;
    }
    // After the days: a story with a pull request has the same main line as one without.
    let pull = (options.scenario == Scenario::Story).then(|| commits::DemoPull::new(&mut random));
    if let (Some(pull), Some(newest)) = (&pull, days.last()) {
        take(commits::DemoPull::path(), measure_pull(pull, newest, &slots, &mut random))?;
    }
    let lines = commits::commit_lines(&days, pull.as_ref(), options.scenario, &mut random);
    take(commits::COMMITS_FILE.to_owned(), lines)?;
    for (path, bytes) in commits::companion_files(&days, options) {
        take(path, bytes)?;
    }
    let a_day = if is_service { service::RECORDS_PER_DAY } else { slots.len() as u64 };
    Ok(days.len() as u64 * a_day)
}

/// The days, oldest first.
fn days(options: &DemoOptions, random: &mut DemoRandom) -> Vec<DemoDay> {
    let ages = (0..options.days.min(MAX_DAYS)).rev();
    ages.map(|age| DemoDay {
        age,
        start: Timestamp::from_micros((options.end.day() - i64::from(age)) * DAY_US),
        commit: format!("demo-{}", random.hex8()),
    })
    .collect()
}

/// A step of a series in the large scenario: from this age on, by this factor.
type LevelStep = Option<(u32, f64)>;

/// Every fifth series of the large scenario steps once, up or down by 12–40 %.
fn level_steps(
    slots: &[BenchmarkSlot],
    options: &DemoOptions,
    random: &mut DemoRandom,
) -> Vec<LevelStep> {
    let large = options.scenario == Scenario::Large;
    // All numbers are drawn whatever becomes of them: the same seed gives the same noise in every
    // scenario.
    let draw = |_: &BenchmarkSlot| {
        let (age, size) = (random.below(options.days.min(MAX_DAYS)), random.between(1.12, 1.40));
        let (steps, down) = (random.uniform() < 0.2, random.uniform() < 0.5);
        (large && steps).then_some((age, if down { 1.0 / size } else { size }))
    };
    slots.iter().map(draw).collect()
}

/// Seconds after midnight at which the day's first benchmark is measured: 16:20.
const FIRST_RUN: i64 = 58_800;
/// Seconds between the starts of two benchmarks, without jitter.
const RUN_INTERVAL: i64 = 40;
/// Seconds within which all benchmarks of a day start, however many they are: they end on that day.
const SESSION_SECONDS: i64 = 20_000;

/// The lines of one day, one for each slot.
fn measure_day(
    day: &DemoDay,
    slots: &[BenchmarkSlot],
    steps: &[LevelStep],
    scenario: Scenario,
    random: &mut DemoRandom,
) -> Vec<u8> {
    let mut lines = Vec::with_capacity(slots.len() * 420);
    // What all runs of one day share: without it, no peer of a series would ever move with it.
    let weather = libm::exp(0.003 * random.normal());
    // Many series are measured closer together, so that each day's runs end on that day.
    let pace = RUN_INTERVAL.min(SESSION_SECONDS / slots.len().max(1) as i64);
    for (index, slot) in slots.iter().enumerate() {
        let seconds = FIRST_RUN + pace * index as i64 + i64::from(random.below(35));
        let story = scenario == Scenario::Story;
        let on_old_runner = story && day.age > story::RUNNER_CHANGE;
        let at = DemoRun {
            commit: &day.commit,
            time: day.at(seconds),
            runner: if on_old_runner { &records::OLD_RUNNER } else { &records::NEW_RUNNER },
            pull: None,
        };
        let unborn = story && story::is_unborn(slot, day.age);
        // The slot before it is the sequential loop of the same test, which is measured twice until
        // then: every day has 65 records, so that a day with fewer is one with a missing run.
        let slot = if unborn { &slots[index.saturating_sub(1)] } else { slot };
        let outcome = match scenario {
            Scenario::Story if story::fails(slot, day.age) => {
                DemoResult::Failed(story::FAILURE_TEXT)
            }
            Scenario::Story => {
                DemoResult::Level(slot.level * story::factor(slot, day.age) * weather)
            }
            Scenario::Hostile if index == 0 && day.age == 3 => DemoResult::Failed(HOSTILE_ERROR),
            _ => {
                let step = steps[index].filter(|(from, _)| day.age <= *from);
                DemoResult::Level(slot.level * step.map_or(1.0, |(_, factor)| factor) * weather)
            }
        };
        records::append(&mut lines, slot, &at, outcome, random);
    }
    lines
}

/// The worst that the error of a failed run may hold.
const HOSTILE_ERROR: &str =
    "</pre><script>alert('error')</script>\n\u{1b}[31mpanicked\u{1b}[0m at \u{202e}gnp.exe";

/// Seconds after midnight at which the pull request is measured: 18:00, after the main line.
const PULL_RUN: i64 = 64_800;
/// Repeats of each benchmark for a pull request, so that a slowdown is confirmed at once.
const PULL_REPEATS: i64 = 5;

/// The lines of the open pull request, measured on the newest day.
fn measure_pull(
    pull: &commits::DemoPull,
    day: &DemoDay,
    slots: &[BenchmarkSlot],
    random: &mut DemoRandom,
) -> Vec<u8> {
    let mut lines = Vec::new();
    // All benchmarks once, then all again, as a job measures them: a slow minute hits one repeat.
    for repeat in 0..PULL_REPEATS {
        for (index, slot) in slots.iter().enumerate() {
            let place = repeat * slots.len() as i64 + index as i64;
            let at = DemoRun {
                commit: &pull.commit,
                time: day.at(PULL_RUN + RUN_INTERVAL * place),
                runner: &records::NEW_RUNNER,
                pull: Some((pull.number, pull.branch)),
            };
            let slower = if story::is_slowed_by_pull(slot) { story::PULL_FACTOR } else { 1.0 };
            let level = slot.level * story::factor(slot, day.age) * slower;
            records::append(&mut lines, slot, &at, DemoResult::Level(level), random);
        }
    }
    lines
}

#[cfg(test)]
mod tests;
