//! The series of a session: what each round measured of both sides.
//!
//! Rows of a history are grouped by [`SessionPlace`]; repeats within one run become their median,
//! since they share whatever made that run fast or slow. The rest follows the rules of all series:
//! the policy's names, directions and `ignore`.

use std::collections::BTreeMap;

use crate::filter::ChangeAges;
use crate::history::History;
use crate::history::session::{SessionPlace, Side};
use crate::policy::Policy;
use crate::record::{Direction, Unit, median};
use crate::series::SeriesKey;
use crate::series::keys::series_keys;

/// What a round measured of a series; a side that failed or has no such benchmark has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundValues {
    pub build: u32,
    /// Base units.
    pub base: Option<f64>,
    pub head: Option<f64>,
}

/// One series of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionSeries {
    pub key: SeriesKey,
    pub unit: Unit,
    /// By the policy, else by the records, else by the metric.
    pub direction: Direction,
    pub tags: Vec<String>,
    pub rounds: BTreeMap<u32, RoundValues>,
}

impl SessionSeries {
    /// Whether a side has a value in any round.
    pub fn has(&self, side: Side) -> bool {
        self.rounds.values().any(|round| match side {
            Side::Base => round.base.is_some(),
            Side::Head => round.head.is_some(),
        })
    }
}

/// The series of the session of this id, by key.
pub fn session_series(history: &History, policy: &Policy, session: &str) -> Vec<SessionSeries> {
    let places: Vec<Option<SessionPlace<'_>>> = history
        .environments
        .iter()
        .map(|environment| SessionPlace::of(environment).filter(|place| place.session == session))
        .collect();
    let mut all: BTreeMap<SeriesKey, SessionSeries> = BTreeMap::new();
    for (key, column) in series_keys(&history.columns, policy).into_iter().zip(&history.columns) {
        let mut values: BTreeMap<(u32, Side), (u32, Vec<f64>)> = BTreeMap::new();
        for row in &column.rows {
            let Some(place) = places[row.environment as usize] else { continue };
            let run = values.entry((place.round, place.side)).or_default();
            // A failed run has a place and no value: its round is known, and its pair is not.
            run.0 = place.build;
            run.1.extend(row.value.get());
        }
        let is_ignored = || {
            let subject = key.subject(&column.tags);
            policy.ignore.iter().any(|filter| filter.holds(subject, ChangeAges::default()))
        };
        // Of a benchmark that failed in every round, only the failed metric is known.
        if values.values().all(|(_, values)| values.is_empty()) || is_ignored() {
            continue;
        }
        let recorded = column.direction;
        let direction = policy.direction_of(&key.metric).or(recorded);
        let direction =
            direction.unwrap_or_else(|| Direction::of_metric(&key.metric, &column.unit));
        let direction = policy.threshold_for(key.subject(&column.tags), direction).direction;
        let series = all.entry(key.clone()).or_insert_with(|| SessionSeries {
            key,
            unit: column.unit.clone(),
            direction,
            tags: column.tags.clone(),
            rounds: BTreeMap::new(),
        });
        // An alias may join columns of two units; their values have no common scale.
        if series.unit != column.unit {
            continue;
        }
        for ((round, side), (build, values)) in values {
            let round = series.rounds.entry(round).or_default();
            round.build = build;
            let value = median(&values);
            match side {
                Side::Base => round.base = value.or(round.base),
                Side::Head => round.head = value.or(round.head),
            }
        }
    }
    all.into_values().collect()
}
