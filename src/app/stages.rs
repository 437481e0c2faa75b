//! The stages of a command: how long each took, and how much memory the process had used by its
//! end. Systems that do not publish a process's memory give none.

use std::time::{Duration, Instant};

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

    /// Ends the stage that began with the end of the one before it.
    pub(crate) fn finish(&mut self, name: &'static str) {
        let now = Instant::now();
        let duration = now.duration_since(self.last_end);
        self.finished.push(Stage { name, duration, peak_bytes: peak_memory() });
        self.last_end = now;
    }
}

/// The process's peak memory in bytes, as Linux publishes it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}
