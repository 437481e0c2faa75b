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
        self.plan.months.values().chain(self.plan.pulls.values()).sum()
    }
}

/// What is moved, and whether it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RotationRequest {
    /// Old pull requests move, too.
    pub(crate) with_pulls: bool,
    /// Only say what would move.
    pub(crate) is_dry_run: bool,
}

/// Moves old months, and old pull requests where asked, to the archive and logs it.
///
/// # Errors
/// The history cannot be loaded, or the archive or the log cannot be written.
pub(crate) fn rotate(
    options: &LoadOptions,
    actor: &str,
    request: RotationRequest,
) -> anyhow::Result<Rotation> {
    let loaded = load_history(options, &Silent)?;
    let days = loaded.policy.governance.data_retention_days;
    let oldest = Timestamp::from_micros(loaded.now.micros() - i64::from(days) * DAY_US);
    // Whole months only: a month that is half in the archive would be read from two places.
    let month = text::iso_date(oldest).get(..7).unwrap_or_default().to_owned();
    let directory = Directory::new(&options.data, Links::Reject);
    // Before the plan: a record that another command adds after it would be moved by no one and
    // removed with its file.
    let acquire = || HistoryLock::acquire(&options.data, "rotate");
    let lock = if request.is_dry_run { None } else { Some(acquire()?) };
    let mut plan = rotate::plan(&directory, &month)?;
    if request.with_pulls {
        rotate::plan_pulls(&directory, &month, &mut plan)?;
    }
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
