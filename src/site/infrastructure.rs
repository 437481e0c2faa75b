//! Facts about a day with an infrastructure anomaly: its id, its sentence, its runs. The page, the
//! list of changes, the health page and the JSON use them.

use std::ops::Range;

use crate::report::infrastructure::LastingShift;
use crate::site::context::SiteContext;
use detect::{InfrastructureDay, PeerKind};
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text;

pub(crate) fn time(day: &InfrastructureDay) -> Timestamp {
    Timestamp::from_micros(day.day.saturating_mul(DAY_US))
}

/// `<date>-infrastructure-<worse or better>`.
pub(crate) fn id(day: &InfrastructureDay) -> String {
    let direction = if day.is_degradation { "worse" } else { "better" };
    format!("{}-infrastructure-{direction}", text::iso_date(time(day)))
}

/// `5 of 5 backends 27% worse on the same day`.
pub(crate) fn summary(day: &InfrastructureDay) -> String {
    let word = if day.is_degradation { "worse" } else { "better" };
    let size = text::percent(day.change.abs());
    format!("{} {size} {word} on the same day", peers(day))
}

/// `5 of 5 backends`.
pub(crate) fn peers(day: &InfrastructureDay) -> String {
    let noun = match day.peers {
        PeerKind::Backends => "backends",
        PeerKind::Tests => "tests",
    };
    format!("{} of {} {noun}", day.peers_moved, day.peers_active)
}

/// The open shift that began on that day.
pub(crate) fn open_shift<'a>(
    site: &'a SiteContext<'_>,
    day: &InfrastructureDay,
) -> Option<&'a LastingShift> {
    site.lasting_shifts.iter().find(|shift| is_start(day, shift))
}

/// The day that a shift which stayed began on, as an infrastructure anomaly with a page.
pub(crate) fn first_day<'a>(
    site: &'a SiteContext<'_>,
    shift: &LastingShift,
) -> Option<&'a InfrastructureDay> {
    site.input.analyses.infrastructure_days.iter().find(|day| is_start(day, shift))
}

fn is_start(day: &InfrastructureDay, shift: &LastingShift) -> bool {
    day.is_lasting && day.is_degradation && day.day.abs_diff(shift.since.day()) <= 3
}

/// The runs of a series on that day: runs are in order of time.
pub(crate) fn runs_of(series: &Series, day: &InfrastructureDay) -> Range<usize> {
    // Binary search: this is asked for every series of every such day.
    let before = |other: i64| series.runs.partition_point(|run| run.time.day() < other);
    before(day.day)..before(day.day.saturating_add(1))
}

/// The first commit that was measured on that day.
pub(crate) fn first_commit(site: &SiteContext<'_>, day: &InfrastructureDay) -> Option<String> {
    let runs = site.series_indices().filter_map(|index| {
        let series = site.series(index).0;
        series.runs[runs_of(series, day)].iter().map(|run| run.commit).min()
    });
    runs.min().map(|commit| site.commit(commit).id.clone())
}
