//! One program run once: the time it took, the processor time of it alone, its peak memory.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use wait4::Wait4;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all its threads, the system's share included.
    pub cpu: f64,
    /// Bytes.
    pub peak: u64,
}

/// Runs over which more are made where each is short.
const RUNS: usize = 3;
/// Seconds after which no further run is made.
const ENOUGH: f64 = 10.0;

/// Runs a program that must work. This process stays small, since what a child weighs includes what
/// its parent weighed when it was started.
pub fn run(command: &mut Command) -> anyhow::Result<Usage> {
    run_until(command, 0)
}

/// The same of a judge, which may say no.
pub fn run_judge(command: &mut Command) -> anyhow::Result<Usage> {
    run_until(command, 1)
}

/// The status may be `most` at most.
fn run_until(command: &mut Command, most: i32) -> anyhow::Result<Usage> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let mut said = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        std::io::Read::read_to_string(&mut stderr, &mut said)?;
    }
    let done = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    if done.status.code().is_none_or(|code| code > most) {
        bail!("{command:?} ended with {}:\n{said}", done.status);
    }
    let cpu = (done.rusage.utime + done.rusage.stime).as_secs_f64();
    Ok(Usage { wall, cpu, peak: done.rusage.maxrss })
}

/// The best of up to three runs, each figure by itself: what else the machine does only ever adds.
pub fn best(mut once: impl FnMut() -> anyhow::Result<Usage>) -> anyhow::Result<Usage> {
    let start = Instant::now();
    let mut best = once()?;
    for _ in 1..RUNS {
        if start.elapsed().as_secs_f64() > ENOUGH {
            break;
        }
        let next = once()?;
        best.wall = best.wall.min(next.wall);
        best.cpu = best.cpu.min(next.cpu);
        best.peak = best.peak.min(next.peak);
    }
    Ok(best)
}
