//! `rotate`: whole months that are older than the policy keeps move to the archive.

use crate::app::audit::{self, Retention};
use crate::app::load::load_history;
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::store;
use crate::store::rotate::{self, RotationPlan, RotationResult};
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// What was moved, or would be.
pub(crate) struct Rotation {
    pub(crate) plan: RotationPlan,
    /// None where nothing was moved.
    pub(crate) moved: Option<RotationResult>,
    pub(crate) retention_days: u32,
    /// A sentence about what an interrupted run had left.
    pub(crate) leftovers: Option<String>,
}

impl Rotation {
    pub(crate) fn records(&self) -> usize {
        self.plan.months.values().sum()
    }
}

/// Moves old months to the archive and logs it; with `dry_run` only says what would move.
///
/// # Errors
/// The history cannot be loaded, or the archive or the log cannot be written.
pub(crate) fn rotate(
    options: &LoadOptions,
    actor: &str,
    dry_run: bool,
) -> anyhow::Result<Rotation> {
    let loaded = load_history(options, &Silent)?;
    let days = loaded.policy.governance.data_retention_days;
    let oldest = Timestamp::from_micros(loaded.now.micros() - i64::from(days) * DAY_US);
    // Whole months only: a month that is half in the archive would be read from two places.
    let month = text::iso_date(oldest).get(..7).unwrap_or_default().to_owned();
    let directory = Directory::new(&options.data, Links::Reject);
    // Before the plan: a record that another command adds after it would be moved by no one and
    // removed with its file.
    let lock = if dry_run { None } else { Some(HistoryLock::acquire(&options.data, "rotate")?) };
    let plan = rotate::plan(&directory, &month)?;
    let leftovers = lock.as_ref().and_then(HistoryLock::leftovers_warning);
    let mut rotation = Rotation { plan, moved: None, retention_days: days, leftovers };
    if let Some(lock) = lock.filter(|_| rotation.records() > 0) {
        let tracked = &loaded.policy.runner_fingerprinting.track_fields;
        let moved = rotate::apply(&directory, &lock, &rotation.plan, tracked)?;
        let retention = Retention { days, now: loaded.now, actor: actor.to_owned() };
        let entry = audit::rotation_entry(&rotation.plan, &moved, &retention);
        store::audit::append(&directory, &lock, &entry)?;
        rotation.moved = Some(moved);
    }
    Ok(rotation)
}
