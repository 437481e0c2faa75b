//! The user hears what a use case says.

use crate::app::observer::Observer;
use crate::app::stages::Stages;
use crate::cli::ui::Reporter;

impl Observer for Reporter {
    fn progress(&self, stage: &'static str, done: u64, total: u64) {
        Reporter::progress(self)(stage, done, total);
    }

    fn problem(&self, text: &str) {
        Reporter::problem(self, text);
    }

    fn warn(&self, text: &str) {
        Reporter::warn(self, text);
    }

    fn info(&self, text: &str) {
        Reporter::info(self, text);
    }

    fn detail(&self, text: &str) {
        Reporter::detail(self, text);
    }

    fn stages(&self, stages: &Stages) {
        if self.verbose < 2 {
            return;
        }
        let stages = stages.finished.iter().map(|stage| {
            let peak = stage.peak_bytes.map_or_else(String::new, |peak| {
                format!(" (peak memory {:.1} MB)", peak as f64 / 1e6)
            });
            format!("{} {:.3} s{peak}", stage.name, stage.duration.as_secs_f64())
        });
        self.detail(&format!("stages: {}", stages.collect::<Vec<_>>().join(", ")));
    }
}
