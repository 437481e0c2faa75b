//! The detection on a small history with ground truth (`samples/accuracy`, made by
//! `evaluate/sample.py`): a floor and a ceiling that a change of the detection must not break.
//! How good it is, `make evaluate` says; this only notices when it got worse.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{History, answer, program};

/// Runs before this one, and alarms closer than that, count as `evaluate/score.py` has them.
const WARM: u64 = 10;
const GAP: u64 = 5;

/// What a gate did on all series.
#[derive(Debug, Default)]
struct Score {
    required: usize,
    found: usize,
    false_episodes: usize,
    delays: Vec<u64>,
}

impl Score {
    /// Adds one series: the runs that alarmed, against its entry in `truth.json`.
    fn count(&mut self, truth: &Value, alarms: &[u64]) {
        let events = truth["events"].as_array().unwrap();
        let number = |event: &Value, name: &str| event[name].as_u64().unwrap();
        let within = |event: &Value, run: u64| {
            (number(event, "first")..=number(event, "last")).contains(&run)
        };
        let grace = number(truth, "grace");
        let mut before = None;
        for &run in alarms.iter().filter(|run| **run >= WARM) {
            let begins = before.is_none_or(|last| run - last > GAP);
            before = Some(run);
            let right = run >= grace && events.iter().any(|event| within(event, run));
            self.false_episodes += usize::from(begins && !right);
        }
        for event in events.iter().filter(|event| event["required"] == true) {
            self.required += 1;
            let first = alarms.iter().find(|run| **run >= grace && within(event, **run));
            if let Some(run) = first {
                self.found += 1;
                self.delays.push(run.saturating_sub(number(event, "onset")));
            }
        }
    }
}

#[test]
fn the_gate_finds_what_it_found_and_stays_as_quiet() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/accuracy");
    let truth: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let history = History::copy_of(&folder.join("history"));
    let mut command = program();
    command.args(["policy", "replay", "--format", "json", "--data"]).arg(history.data());
    let replay = answer(&mut command);
    let said: Value =
        serde_json::from_str(&replay.out).unwrap_or_else(|e| panic!("{e}: {replay:?}"));
    let mut alarms: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for alarm in said["alarms"].as_array().unwrap() {
        if alarm["verdict"] == "regressed" {
            let commit = alarm["commit"].as_str().unwrap();
            let run = commit.trim_start_matches('c').parse::<u64>().unwrap() - 1;
            alarms.entry(alarm["series"].as_str().unwrap()).or_default().push(run);
        }
    }
    let mut score = Score::default();
    for (series, truth) in &truth {
        let mut runs = alarms.remove(series.as_str()).unwrap_or_default();
        runs.sort_unstable();
        score.count(truth, &runs);
    }
    assert!(alarms.is_empty(), "alarms of unknown series: {alarms:?}");
    score.delays.sort_unstable();
    assert_eq!(score.required, REQUIRED, "{score:?}");
    assert!(score.found >= FOUND, "{score:?}");
    assert!(score.false_episodes <= FALSE_EPISODES, "{score:?}");
    assert!(score.delays[score.delays.len() / 2] <= 2, "{score:?}");
}

/// Required events of the sample, the fewest that must be found, and the most false episodes.
const REQUIRED: usize = 28;
const FOUND: usize = 22;
const FALSE_EPISODES: usize = 1;
