//! How much one run of each series varies, as far as the history tells: from rounds of earlier
//! sessions, and from runs of the main line that repeat each benchmark.
//!
//! Only what varies within one job counts. How jobs differ from each other is what a session gets
//! rid of; taken for noise, it would hide every change.

use std::collections::BTreeMap;

use model::history::session::{ROUND, SESSION, SIDE};
use model::history::{BranchId, Environment, History, MeasurementRow};
use model::policy::Policy;
use model::series::SeriesKey;
use model::series::keys::series_keys;

use super::KnownNoise;
use super::spread::noise_of_repeats;

/// Newest jobs of a series that its noise is taken from: machines and benchmarks change.
const MAX_JOBS: usize = 60;

/// What runs of one job share: the session and side, or commit and day, and the machine.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Job<'a> {
    day: i64,
    session: Option<(&'a str, Option<&'a str>)>,
    commit: u32,
    machine: Vec<(&'a str, &'a str)>,
}

/// The noise of every series of which the history has repeated runs. Rows of commits that are to be
/// judged are excluded: what they show is not known before.
pub fn known_noise(
    history: &History,
    policy: &Policy,
    is_excluded: &dyn Fn(&MeasurementRow) -> bool,
) -> BTreeMap<SeriesKey, KnownNoise> {
    let keys = series_keys(&history.columns, policy);
    let mut noise = BTreeMap::new();
    for (key, column) in keys.into_iter().zip(&history.columns) {
        let mut jobs: BTreeMap<Job<'_>, Vec<f64>> = BTreeMap::new();
        for row in column.rows.iter().rev() {
            let environment = &history.environments[row.environment as usize];
            let is_paired = environment.fields.contains_key(SESSION);
            if let Some(value) = row.value.get()
                && (row.branch == BranchId::MAIN || is_paired)
                && !is_excluded(row)
            {
                let job = job(row, environment);
                if jobs.len() == MAX_JOBS && !jobs.contains_key(&job) {
                    break;
                }
                jobs.entry(job).or_default().push(value);
            }
        }
        let known = noise_of_repeats(jobs.values().map(Vec::as_slice));
        noise.extend(known.map(|known| (key, known)));
    }
    noise
}

fn job<'a>(row: &MeasurementRow, environment: &'a Environment) -> Job<'a> {
    let field = |name: &str| environment.fields.get(name).map(String::as_str);
    // All fields but the round: repeats of one job differ in nothing else.
    let machine = environment.fields.iter().filter(|(name, _)| *name != ROUND);
    Job {
        day: row.time.day(),
        session: field(SESSION).map(|session| (session, field(SIDE))),
        commit: row.commit,
        machine: machine.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    }
}
