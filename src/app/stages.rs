//! The stages of a command: how far each one is while it lasts, and afterwards how long it took and
//! how much memory the process had used by then. Where the system does not tell its memory, none is
//! told.

use std::time::{Duration, Instant};

/// Told how far long work is: what is done, how much of it, and of how much; of 0 where nobody
/// knows. Called from many threads.
pub(crate) type Progress<'a> = dyn Fn(&'static str, u64, u64) + Sync + 'a;

/// Tells nobody.
pub(crate) fn no_progress(_: &'static str, _: u64, _: u64) {}

/// A stage that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) duration: Duration,
    /// Most memory that the process had at once until the stage ended, in bytes.
    pub(crate) peak_bytes: Option<u64>,
}

/// The stages of a command, in their order.
#[derive(Debug)]
pub(crate) struct Stages {
    last_end: Instant,
    pub(crate) finished: Vec<Stage>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        Self { last_end: Instant::now(), finished: Vec::new() }
    }

    /// The stage since the last call has ended.
    pub(crate) fn finish(&mut self, name: &'static str) {
        let now = Instant::now();
        let took = now.duration_since(self.last_end);
        self.finished.push(Stage { name, duration: took, peak_bytes: peak_memory() });
        self.last_end = now;
    }
}

/// The process's peak memory in bytes, as Linux tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}
