//! The stages of a command: how far each one is while it lasts, and afterwards how long it took and
//! how much memory the process had used by then. Where the system does not tell its memory, none is
//! told.

use std::time::{Duration, Instant};

/// Told how far long work is: what is done, how much of it, and of how much; of 0 where nobody
/// knows. Called from many threads.
pub(crate) type Progress<'a> = dyn Fn(&'static str, u64, u64) + Sync + 'a;

/// Tells nobody.
pub(crate) fn silent(_: &'static str, _: u64, _: u64) {}

/// A stage that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    /// Most memory that the process had at once until the stage ended, in bytes.
    pub(crate) peak: Option<u64>,
}

/// The stages of a command, in their order.
#[derive(Debug)]
pub(crate) struct Stages {
    last: Instant,
    pub(crate) ended: Vec<Stage>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), ended: Vec::new() }
    }

    /// The stage since the last call has ended.
    pub(crate) fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        let took = now.duration_since(self.last);
        self.ended.push(Stage { name, took, peak: peak_memory() });
        self.last = now;
    }
}

/// The process's peak memory in bytes, as Linux tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}
