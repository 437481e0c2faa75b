//! Inner parts of the method that the evaluation switches off, one at a time (`make ablation`).
//!
//! Only the feature `ablation` gives a way to do so: without it every part is on, which the
//! compiler knows, and the program has no such switch. What each part gives is in
//! `docs/ablation.md`.
//!
//! Example: with [`InnerPart::Memory`] off, a new level need not exceed what the same statistic did
//! by itself in the series' past.

#[cfg(feature = "ablation")]
use std::sync::atomic::{AtomicU32, Ordering};

/// A part of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InnerPart {
    /// A new level must exceed what its statistic did in the past.
    Memory,
    /// Levels that the series left and came back to twice are no news.
    Excursions,
    /// A suspicion must lie farther away than the baseline's runs ever did.
    SuspicionMemory,
    /// Few runs before need a higher score: Student's law.
    Student,
    /// The score counts the autocorrelation of the runs.
    Autocorrelation,
    /// The noise is at least most of that of the last ten runs.
    RecentNoise,
    /// The noise is at least that of the new runs among themselves.
    NewNoise,
    /// One run adds to the score no more than a bound.
    BoundedRuns,
    /// The runs of a new level must lie beyond the threshold, not only their median.
    NearestRun,
    /// Levels of up to three runs need a higher score.
    ShortLevels,
    /// An improvement needs a higher score to restart the baseline.
    ImprovementScore,
    /// Gradual changes.
    Drifts,
    /// A report that more runs show to be too small is withdrawn.
    Withdrawal,
    /// Runners that take turns are brought to one level.
    RunnerPool,
    /// Counts that never vary are proof.
    Exact,
    /// More series need a higher score each.
    FalseDiscoveries,
    /// The other backends vote before a report.
    PeerVote,
    /// The other tests may veto what counts as infrastructure.
    Controls,
    /// Runs of a pull request must stray farther than as many ever did.
    PullMemory,
    /// One run of a pull request may lead by no more than a bound.
    PullLead,
}

/// Every part, in the order of the table, with the name that it is switched off by.
#[cfg(feature = "ablation")]
const PARTS: [(&str, InnerPart); 20] = [
    ("memory", InnerPart::Memory),
    ("excursions", InnerPart::Excursions),
    ("suspicion-memory", InnerPart::SuspicionMemory),
    ("student", InnerPart::Student),
    ("autocorrelation", InnerPart::Autocorrelation),
    ("recent-noise", InnerPart::RecentNoise),
    ("new-noise", InnerPart::NewNoise),
    ("bounded-runs", InnerPart::BoundedRuns),
    ("nearest-run", InnerPart::NearestRun),
    ("short-levels", InnerPart::ShortLevels),
    ("improvement-score", InnerPart::ImprovementScore),
    ("drifts", InnerPart::Drifts),
    ("withdrawal", InnerPart::Withdrawal),
    ("runner-pool", InnerPart::RunnerPool),
    ("exact", InnerPart::Exact),
    ("false-discoveries", InnerPart::FalseDiscoveries),
    ("peer-vote", InnerPart::PeerVote),
    ("controls", InnerPart::Controls),
    ("pull-memory", InnerPart::PullMemory),
    ("pull-lead", InnerPart::PullLead),
];

/// A bit for each part that is off.
#[cfg(feature = "ablation")]
static OFF: AtomicU32 = AtomicU32::new(0);

/// Switches the part of this name off for the rest of the process; false where there is none.
#[cfg(feature = "ablation")]
pub fn switch_off(name: &str) -> bool {
    let part = PARTS.iter().find(|(known, _)| *known == name);
    part.inspect(|(_, part)| {
        OFF.fetch_or(1 << *part as u32, Ordering::Relaxed);
    })
    .is_some()
}

#[cfg(feature = "ablation")]
pub(crate) fn is_on(part: InnerPart) -> bool {
    OFF.load(Ordering::Relaxed) & 1 << part as u32 == 0
}

/// Whether a part is on: without the feature, each is.
#[cfg(not(feature = "ablation"))]
pub(crate) const fn is_on(_: InnerPart) -> bool {
    true
}
