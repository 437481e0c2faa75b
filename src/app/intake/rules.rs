//! The plan of an intake, and the rules that complete its entries.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::store::append::AppendTarget;
use ingest::line::{Completion, RecordLine};
use ingest::naming::Pattern;
use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::record::{Direction, Measurement, Unit};

/// How far ahead of this clock a run may be: clocks of other machines differ, and times without a
/// zone are hours off. A run that lies further ahead would stay the newest for good.
const MAX_AHEAD_US: i64 = DAY_US;

/// Where lines go, and by which rules.
pub(super) struct IntakePlan {
    pub(super) data: PathBuf,
    /// For messages to others who wait.
    pub(super) command: &'static str,
    pub(super) target: AppendTarget,
    pub(super) dry_run: bool,
    /// A file's date is that of the commit, so that a month of an imported history stays one file
    /// however late it was measured. Results go to the day they were measured on.
    pub(super) dated_by_commit: bool,
    /// Lines are handed back instead of written.
    pub(super) keep_lines: bool,
    /// Every rejected entry is kept, not only the first ones.
    pub(super) keep_all_rejected: bool,
    /// The history is a demo.
    pub(super) accept_demo: bool,
}

/// What completes and renames entries.
pub(super) struct EntryRules {
    pub(super) completion: Completion,
    pub(super) patterns: Vec<Pattern>,
    /// Units of metrics that have none, by metric.
    pub(super) units: BTreeMap<String, String>,
    pub(super) directions: BTreeMap<String, Direction>,
    /// The policy of the history: it may say which way is better.
    pub(super) policy: Policy,
    /// When the run began, where this program began it: two runs may end in one second.
    pub(super) began: Option<Timestamp>,
    /// The first stamp of the log that is read: the time of a run that states none.
    pub(super) log_time: Option<Timestamp>,
    /// The user said when it was measured.
    pub(super) is_time_named: bool,
    /// No run is later, but for the clocks of other machines.
    pub(super) now: Timestamp,
}

/// Where an entry comes from, as messages name it.
pub(super) enum EntryOrigin<'a> {
    File(&'a str),
    /// A history that is read in a stream: the commit is what finds the entry again.
    History,
}

impl EntryRules {
    /// The line, unless it lies ahead of this clock.
    pub(super) fn not_ahead(&self, line: RecordLine) -> Result<RecordLine, String> {
        let ahead = line.time.micros().saturating_sub(self.now.micros());
        // A session may take longer than a day, and its runs are timed here.
        if ahead <= MAX_AHEAD_US || self.began.is_some() {
            return Ok(line);
        }
        let (time, now) = (line.time, self.now);
        Err(format!("its time {time} is more than a day after now ({now})"))
    }

    /// Whether neither the tool, the policy nor the metric's name and unit say which way is better.
    pub(super) fn is_direction_unknown(&self, metric: &Measurement<'_>) -> bool {
        let of_name = || {
            let name = &metric.metric;
            let unit = metric.unit.as_deref().unwrap_or_else(|| Unit::name_of_metric(name));
            Direction::of_metric(name, &Unit::parse(unit).0)
        };
        self.policy.direction_of(&metric.metric).is_none()
            && metric.direction.unwrap_or_else(of_name) == Direction::Unknown
    }
}
