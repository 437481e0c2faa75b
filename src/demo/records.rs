//! One line of history: a slot, a day and the random numbers become a record. A level of 36.4 µs
//! with 1.3 % of noise may become `"mean_ns":36124.79,"std_ns":533.0747`.

use serde::Serialize;

use crate::demo::GENERATOR;
use crate::demo::matrix::BenchmarkSlot;
use crate::demo::random::{DemoRandom, round_significant};
use model::record::time::Timestamp;

/// Share of runs with a heavier tail, and the mean of what it adds. Times of benchmarks are not
/// normal: whatever interrupts a run makes it slower, never faster.
const TAIL_SHARES: (f64, f64) = (0.03, 0.035);
/// Share of runs that are outliers, and by how much they are slower.
const OUTLIER: (f64, f64, f64) = (0.004, 1.35, 1.9);
/// A run's own standard deviation, as a multiple of the backend's noise.
const SLOT_SPREAD: (f64, f64) = (0.8, 1.8);
/// Significant digits of printed values; far below what the noise leaves of them.
const DIGITS: usize = 7;

/// The fields of the first format of records, in their order there. Old names on purpose: the demo
/// is what shows that they are still read.
#[derive(Serialize)]
struct DemoRecordLine<'a> {
    commit: &'a str,
    timestamp: String,
    os: &'a str,
    cpu: &'a str,
    runner_image: &'a str,
    cpu_flags: &'a str,
    memory_total: &'a str,
    os_version: &'a str,
    backend: &'a str,
    test: &'a str,
    mode: &'a str,
    parallel: bool,
    n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    std_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warmup_ns: Option<[f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    reps: u32,
    k_policy: &'a str,
    generator: &'a str,
    bench_runner_ver: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull: Option<u64>,
}

/// The machine of a day.
pub(super) struct DemoRunner {
    image: &'static str,
    version: &'static str,
}

pub(super) const OLD_RUNNER: DemoRunner =
    DemoRunner { image: "ubuntu-22.04", version: "Ubuntu 22.04.5 LTS" };
pub(super) const NEW_RUNNER: DemoRunner =
    DemoRunner { image: "ubuntu-24.04", version: "Ubuntu 24.04.3 LTS" };

/// Where and when a record is measured.
pub(super) struct DemoRun<'a> {
    pub(super) commit: &'a str,
    pub(super) time: Timestamp,
    pub(super) runner: &'static DemoRunner,
    /// Pull request and its branch.
    pub(super) pull: Option<(u64, &'a str)>,
}

/// Either a level in nanoseconds around which the run falls, or why it failed.
pub(super) enum DemoResult<'a> {
    Level(f64),
    Failed(&'a str),
}

/// Appends one record with its newline. Each record draws the same count of random numbers, failed
/// or not, so that the story of one series changes no other.
pub(super) fn append(
    out: &mut Vec<u8>,
    slot: &BenchmarkSlot,
    at: &DemoRun<'_>,
    outcome: DemoResult<'_>,
    random: &mut DemoRandom,
) {
    let run = draw_run(slot, random);
    let (level, error) = match outcome {
        DemoResult::Level(level) => (Some(level), None),
        DemoResult::Failed(reason) => (None, Some(reason)),
    };
    let line = DemoRecordLine {
        commit: at.commit,
        timestamp: at.time.to_string(),
        os: "linux",
        cpu: "4 vCPU, x86-64",
        runner_image: at.runner.image,
        cpu_flags: "avx2 bmi2 fma sse4_2",
        memory_total: "15.6 GiB",
        os_version: at.runner.version,
        backend: &slot.backend,
        test: &slot.test,
        mode: &slot.mode,
        parallel: slot.parallel,
        n: slot.n,
        mean_ns: level.map(|level| round_significant(level * run.factor, DIGITS)),
        std_ns: level.map(|level| round_significant(level * run.factor * run.spread, DIGITS)),
        warmup_ns: level.map(|level| run.warmup.map(|warm| round_significant(level * warm, 4))),
        error,
        reps: 5,
        k_policy: "best-of-k",
        generator: GENERATOR,
        bench_runner_ver: "1.0.0",
        branch: at.pull.map(|(_, branch)| branch),
        pull: at.pull.map(|(number, _)| number),
    };
    // Strings, numbers and arrays of finite numbers always serialize, and a Vec takes every byte.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}

/// What chance makes of a run.
struct RunDraw {
    factor: f64,
    spread: f64,
    warmup: [f64; 3],
}

fn draw_run(slot: &BenchmarkSlot, random: &mut DemoRandom) -> RunDraw {
    let sigma = slot.profile.noise;
    // Noise of the logarithm: the same in percent for a loop of 30 µs and one of 6 ms.
    let mut log = sigma * random.normal();
    let tail = TAIL_SHARES.1 * random.exponential();
    if random.uniform() < TAIL_SHARES.0 {
        log += tail;
    }
    let mut spread = sigma * random.between(SLOT_SPREAD.0, SLOT_SPREAD.1);
    let mut factor = libm::exp(log);
    let slower = random.between(OUTLIER.1, OUTLIER.2);
    if random.uniform() < OUTLIER.0 {
        factor *= slower;
        // Two of five repetitions were slow, so the run's own deviation shows it, too.
        spread += 0.5 * (slower - 1.0);
    }
    let warmup = [slot.profile.cold_factor, 1.08, 1.02];
    RunDraw { factor, spread, warmup: warmup.map(|warm| warm * (1.0 + sigma * random.normal())) }
}
