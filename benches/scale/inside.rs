//! Steps of the program without its start and its files, each in a process of its own, which this
//! one starts: reading against serde_json, the gate on one core, the memory of records.

use std::borrow::Cow;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use benchpages::bench;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;

use crate::Asked;
use crate::bed::{self, Bed};
use crate::table::{Row, seconds, skipped, target};

/// The argument by which this program is started again for one step.
pub const STEP: &str = "--step";
const PARSE: f64 = 2.0;
const VERDICTS: f64 = 1e-3;
const ANALYSIS: f64 = 10e-3;
const MEMORY: u64 = 1_160_000;
const RUNS: usize = 101;

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    let history = bed.history(5_000, 200)?;
    let [ours, serde] = started(&history.to_string_lossy())?;
    let mut rows = vec![target(
        "parsing 1,000,000 records (CPU), without file access",
        "2 × serde_json into borrowed structs",
        format!("{:.2} × ({} and {})", ours / serde, seconds(ours), seconds(serde)),
        ours <= PARSE * serde,
    )];
    let [verdicts, analysis] = started("gate")?;
    let what = "3,900 records in memory, one core (CPU): verdicts of the gate";
    rows.push(target(what, "1 ms", seconds(verdicts), verdicts < VERDICTS));
    rows.push(target(
        "… full analysis for the pages",
        "10 ms",
        seconds(analysis),
        analysis < ANALYSIS,
    ));
    let (what, limit) = ("… memory for the records of 60 days", "1.16 MB");
    rows.push(match memory() {
        Ok(bytes) => target(what, limit, format!("{:.2} MB", bytes as f64 / 1e6), bytes < MEMORY),
        Err(error) => skipped(what, limit, &format!("{error:#}")),
    });
    Ok(rows)
}

/// Starts this program again for one step; the two figures that it prints.
fn started(step: &str) -> anyhow::Result<[f64; 2]> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.args([STEP, step]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the step {step} ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    let (one, two) = text.trim().split_once(' ').context("a step prints two figures")?;
    Ok([one.parse()?, two.parse()?])
}

/// The other side of [`started`]: a step by name, or the history to read.
pub fn step(name: &str) -> anyhow::Result<()> {
    let [one, two] = if name == "gate" { gate()? } else { parse(Path::new(name))? };
    println!("{one} {two}");
    Ok(())
}

/// Seconds of processor time of all threads of this process so far.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn took<T>(what: impl FnOnce() -> T) -> f64 {
    let start = now();
    black_box(what());
    now() - start
}

/// A record of the demo as serde_json reads it with the least work.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Borrowed<'a> {
    commit: &'a str,
    timestamp: &'a str,
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
    mean_ns: Option<f64>,
    std_ns: Option<f64>,
    warmup_ns: Option<[f64; 3]>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
    reps: u32,
    k_policy: &'a str,
    generator: &'a str,
    bench_runner_ver: &'a str,
}

/// Every day of a history by our reader, and by serde_json.
fn parse(history: &Path) -> anyhow::Result<[f64; 2]> {
    let (mut ours, mut serde) = (0.0, 0.0);
    for day in bed::days(history)? {
        let text = std::fs::read_to_string(&day)?;
        let mut rows = 0;
        ours += took(|| rows = bench::parse_lines(&text));
        let mut records: Vec<Borrowed<'_>> = Vec::new();
        serde += took(|| {
            records = text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
        });
        if rows != records.len() {
            bail!("{}: {rows} rows and {} records", day.display(), records.len());
        }
    }
    Ok([ours, serde])
}

/// The gate's verdicts and the whole analysis of the demo, on one thread: medians.
fn gate() -> anyhow::Result<[f64; 2]> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let loaded = bench::story()?.load()?;
    Ok(pool.install(|| [median(|| loaded.verdicts()), median(|| loaded.analyze())]))
}

fn median(mut what: impl FnMut() -> usize) -> f64 {
    let mut times: Vec<f64> = (0..RUNS).map(|_| took(&mut what)).collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// What `benches/memory.rs` counts, with its own allocator.
fn memory() -> anyhow::Result<u64> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["bench", "--quiet", "--features", "bench", "--bench", "memory"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let text = String::from_utf8(command.output()?.stdout)?;
    let rest = text.split_once("records: ").map(|it| it.1);
    let bytes =
        rest.and_then(|it| it.split(' ').next()).context("benches/memory.rs printed nothing")?;
    Ok(bytes.parse()?)
}
