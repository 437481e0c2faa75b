//! The series of a session: what each round measured of both sides.
//!
//! Rows of a history are grouped by [`SessionPlace`]; repeats within one run become their median,
//! since they share whatever made that run fast or slow. The rest follows the rules of all series:
//! the policy's names, directions and `ignore`.

use std::collections::BTreeMap;

use crate::filter::ChangeAges;
use crate::history::session::{SessionPlace, Side};
use crate::history::{BranchId, History, SeriesColumn};
use crate::policy::Policy;
use crate::record::time::Timestamp;
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

impl RoundValues {
    fn is_empty(&self) -> bool {
        self.base.is_none() && self.head.is_none()
    }
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

/// A session in which a commit was the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSession {
    pub id: String,
    /// The commit of the other side, as an index into [`History::commits`].
    pub base: usize,
    /// When its newest run began.
    pub newest: Timestamp,
    /// How many rounds were to be measured; none where the session ended by what it showed.
    pub planned_rounds: Option<u32>,
}

/// The sessions of a commit on a line of development that have both sides, oldest first.
pub fn recorded_sessions(history: &History, head: usize, branch: BranchId) -> Vec<RecordedSession> {
    let places: Vec<Option<SessionPlace<'_>>> =
        history.environments.iter().map(SessionPlace::of).collect();
    if places.iter().all(Option::is_none) {
        return Vec::new();
    }
    let mut heads: BTreeMap<&str, (Timestamp, Option<u32>)> = BTreeMap::new();
    let mut bases: BTreeMap<&str, usize> = BTreeMap::new();
    for row in history.columns.iter().flat_map(|column| &column.rows) {
        let Some(place) = places[row.environment as usize] else { continue };
        match place.side {
            Side::Head if row.commit as usize == head && row.branch == branch => {
                let (newest, planned) = heads.entry(place.session).or_insert((row.time, None));
                *newest = row.time.max(*newest);
                *planned = place.planned_rounds.or(*planned);
            }
            Side::Head => {}
            Side::Base => {
                bases.insert(place.session, row.commit as usize);
            }
        }
    }
    let session = |(id, (newest, planned_rounds)): (&str, (Timestamp, Option<u32>))| {
        let base = *bases.get(id)?;
        Some(RecordedSession { id: id.to_owned(), base, newest, planned_rounds })
    };
    let mut sessions: Vec<RecordedSession> = heads.into_iter().filter_map(session).collect();
    sessions.sort_by(|a, b| a.newest.cmp(&b.newest).then_with(|| a.id.cmp(&b.id)));
    sessions
}

/// The series of the session of this id, by key.
pub fn session_series(history: &History, policy: &Policy, session: &str) -> Vec<SessionSeries> {
    let places: Vec<Option<SessionPlace<'_>>> = history
        .environments
        .iter()
        .map(|environment| SessionPlace::of(environment).filter(|place| place.session == session))
        .collect();
    gather(history, policy, &|column| {
        let mut values: BTreeMap<(u32, Side), (u32, Vec<f64>)> = BTreeMap::new();
        for row in &column.rows {
            let Some(place) = places[row.environment as usize] else { continue };
            let run = values.entry((place.round, place.side)).or_default();
            // A failed run has a place and no value: its round is known, and its pair is not.
            run.0 = place.build;
            run.1.extend(row.value.get());
        }
        let mut rounds: BTreeMap<u32, RoundValues> = BTreeMap::new();
        for ((round, side), (build, values)) in values {
            let round = rounds.entry(round).or_default();
            round.build = build;
            let value = median(&values);
            match side {
                Side::Base => round.base = value,
                Side::Head => round.head = value,
            }
        }
        rounds
    })
}

/// The series whose rounds `rounds_of` finds in a column, by key.
pub(super) fn gather(
    history: &History,
    policy: &Policy,
    rounds_of: &dyn Fn(&SeriesColumn) -> BTreeMap<u32, RoundValues>,
) -> Vec<SessionSeries> {
    let mut all: BTreeMap<SeriesKey, SessionSeries> = BTreeMap::new();
    for (key, column) in series_keys(&history.columns, policy).into_iter().zip(&history.columns) {
        let rounds = rounds_of(column);
        let is_ignored = || {
            let subject = key.subject(&column.tags);
            policy.ignore.iter().any(|filter| filter.holds(subject, ChangeAges::default()))
        };
        // Of a benchmark that failed in every round, only the failed metric is known.
        if rounds.values().all(RoundValues::is_empty) || is_ignored() {
            continue;
        }
        let direction = policy.direction_of(&key.metric).or(column.direction);
        let direction =
            direction.unwrap_or_else(|| Direction::of_metric(key.base_metric(), &column.unit));
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
        for (number, values) in rounds {
            let round = series.rounds.entry(number).or_default();
            round.build = values.build;
            round.base = values.base.or(round.base);
            round.head = values.head.or(round.head);
        }
    }
    all.into_values().collect()
}
