//! What a policy amounts to over a history: the figures of a replay.
//!
//! Plain data, which [`super::replay`] fills in.
//!
//! Example: two regressions that were reported 2 and 4 runs late, and one report of nothing: 3
//! reported, 1 withdrawn, a median delay of 3 runs.

use super::stats::median;

/// What a policy amounts to over a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ReplaySummary {
    /// Runs that the gate saw, and series.
    pub runs: usize,
    pub series: usize,
    /// Regressions that it reported, each counted once.
    pub reported_regressions: usize,
    /// Runs that it did not compare because of a new runner.
    pub runs_not_compared: usize,
    pub infrastructure_days: usize,
    /// Reports that the whole history does not confirm: it shows no regression there.
    pub withdrawn_reports: usize,
    /// Other reports that a note marks as false alarms.
    pub marked_false_alarms: usize,
    /// Alarms of the threshold by itself that the gate avoided: where the whole history shows no
    /// regression, and the gate reported none.
    pub avoided_alarms: usize,
    /// Regressions of the whole history that it never reported.
    pub missed_regressions: usize,
    /// Runs from the first one on a new level to the one at which it was reported, the median.
    pub median_delay_runs: Option<f64>,
}

/// The summary of one series, and the delay of each report in it that was right: runs from the
/// first one on the new level to the report.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SeriesReplay {
    pub summary: ReplaySummary,
    pub delays: Vec<f64>,
}

impl ReplaySummary {
    /// The summary of all series together, and the number of infrastructure days.
    pub(crate) fn total(all: Vec<SeriesReplay>, infrastructure_days: usize) -> Self {
        let mut total = Self { series: all.len(), infrastructure_days, ..Self::default() };
        let mut delays = Vec::new();
        for SeriesReplay { summary, delays: mut of_series } in all {
            total.runs += summary.runs;
            total.reported_regressions += summary.reported_regressions;
            total.runs_not_compared += summary.runs_not_compared;
            total.withdrawn_reports += summary.withdrawn_reports;
            total.marked_false_alarms += summary.marked_false_alarms;
            total.avoided_alarms += summary.avoided_alarms;
            total.missed_regressions += summary.missed_regressions;
            delays.append(&mut of_series);
        }
        total.median_delay_runs = median(&delays);
        total
    }

    /// Minutes of people's work that the avoided alarms would have cost, at so many minutes each.
    pub fn minutes_saved(&self, minutes_per_finding: u32) -> u64 {
        u64::from(minutes_per_finding).saturating_mul(self.avoided_alarms as u64)
    }

    /// Reports that were no change: withdrawn, or marked so by somebody.
    pub(crate) fn false_alarms(&self) -> usize {
        self.withdrawn_reports + self.marked_false_alarms
    }

    /// Share of all runs at which a false alarm was reported.
    pub fn false_alarm_rate(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.false_alarms() as f64 / self.runs as f64 }
    }
}
