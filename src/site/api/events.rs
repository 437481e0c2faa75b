//! `events.json`: changes, infrastructure days and changes of runner, as one list.

use crate::report::finite;
use crate::report::{urls, wording};
use crate::site::api::json_types::{EventView, EventsFile};
use crate::site::changes::EventRef;
use crate::site::context::SiteContext;
use crate::site::infrastructure;
use detect::runner::{self, RunnerChange};
use detect::{ChangeKind, ChangeSeverity, ChangeStatus};
use model::record::Direction;
use model::text;

pub(super) fn file(site: &SiteContext<'_>) -> EventsFile {
    let mut events: Vec<EventView> =
        site.events.newest_first().iter().map(|event| event_view(site, event)).collect();
    let days = site.input.analyses.infrastructure_days.iter().rev();
    events.extend(days.map(|day| EventView {
        after: None,
        before: None,
        change: day.change,
        commit: infrastructure::first_commit(site, day).unwrap_or_default(),
        commit_before: String::new(),
        confidence: None,
        direction: wording::tone(day.is_degradation),
        hints: vec![infrastructure::summary(day)],
        id: infrastructure::id(day),
        kind: "infrastructure",
        series: None,
        severity: None,
        status: match infrastructure::open_shift(site, day) {
            Some(_) => "open",
            None => "infrastructure",
        },
        timestamp: infrastructure::time(day).to_string(),
        url: urls::event(&infrastructure::id(day)),
    }));
    // Runner changes come last: readers of the file mostly want changes of the code.
    events.extend(site.series_indices().flat_map(|series| runner_changes(site, series)));
    EventsFile { events, schema: "schema/events.json" }
}

/// New runners and versions of one series: not compared, so neither worse nor better by verdict.
fn runner_changes(site: &SiteContext<'_>, at: usize) -> Vec<EventView> {
    let (series, _) = site.series(at);
    let id = |run: usize| site.commit(series.runs[run].commit).id.clone();
    let view = |change: RunnerChange| {
        let ratio = change.after / change.before - 1.0;
        let rose = change.after > change.before;
        let time = series.runs[change.first_after].time;
        EventView {
            after: finite(change.after),
            before: finite(change.before),
            change: if ratio.is_finite() { ratio } else { 0.0 },
            commit: id(change.first_after),
            commit_before: id(change.last_before),
            confidence: None,
            direction: wording::tone(rose == (series.direction == Direction::Lower)),
            hints: vec![
                "New runner or version: nothing is compared across this change.".to_owned(),
            ],
            // Derived from date and series alone, so that the id stays when older runs are added.
            id: format!(
                "{}-runner-{}",
                text::iso_date(time),
                model::hex::sha256(&site.stems[at], 8)
            ),
            kind: "runner_change",
            series: Some(site.stems[at].clone()),
            severity: None,
            status: "new",
            timestamp: time.to_string(),
            url: site.series_path(at),
        }
    };
    runner::runner_changes(series).into_iter().map(view).collect()
}

fn event_view(site: &SiteContext<'_>, event: &EventRef) -> EventView {
    let (series, _, change) = site.change(event);
    let id = |run: usize| site.commit(series.runs[run].commit).id.clone();
    // The acceptance is evidence too: a reader of the JSON sees no chart with its mark.
    let mut hints = change.hints.clone();
    if let ChangeStatus::Accepted { reason, accepted_by: by } = &change.status {
        hints.push(format!("accepted by {by}: {reason}"));
    }
    EventView {
        after: finite(change.after),
        before: finite(change.before),
        // JSON has no infinity. A level of zero before gives one.
        change: if change.change.is_finite() { change.change } else { 0.0 },
        commit: id(change.first_after),
        commit_before: id(change.last_before),
        confidence: finite(change.confidence),
        direction: wording::tone(change.is_regression),
        hints,
        id: event.id.clone(),
        kind: match change.kind {
            ChangeKind::Step => "change_point",
            ChangeKind::Drift => "drift",
        },
        series: Some(site.stems[event.series].clone()),
        severity: Some(match change.severity {
            ChangeSeverity::Minor => "minor",
            ChangeSeverity::Major => "major",
            ChangeSeverity::Critical => "critical",
        }),
        status: wording::state(change),
        timestamp: event.time.to_string(),
        url: urls::event(&event.id),
    }
}
