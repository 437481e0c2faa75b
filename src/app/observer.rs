//! What a use case says while it works. The command line shows it; tests and benchmarks do not.

use crate::app::stages::Stages;

/// Hears from a use case. It may be called from many threads.
pub(crate) trait Observer: Sync {
    /// `done` of `total` pieces of a stage are done; `total` is 0 where nobody knows the end.
    fn progress(&self, stage: &'static str, done: u64, total: u64);
    /// Something went wrong while work goes on.
    #[cfg_attr(not(feature = "serve"), allow(dead_code))]
    fn problem(&self, text: &str);
    /// Something was assumed, or could not be done.
    fn warn(&self, text: &str);
    fn info(&self, text: &str);
    /// For readers who asked for more.
    fn detail(&self, text: &str);
    /// Time and memory of all stages so far.
    fn stages(&self, stages: &Stages);
}

/// Hears nothing.
pub(crate) struct Silent;

impl Observer for Silent {
    fn progress(&self, _: &'static str, _: u64, _: u64) {}
    fn problem(&self, _: &str) {}
    fn warn(&self, _: &str) {}
    fn info(&self, _: &str) {}
    fn detail(&self, _: &str) {}
    fn stages(&self, _: &Stages) {}
}
