//! The checks of the newest pull requests, for the pages of their comparisons.
//!
//! A page that judged a pull request by rules of its own would some day contradict the gate. So a
//! build asks the gate: each pull request is put behind the main line and judged as `check` does,
//! with the policy and the accepted changes of the history. git is not asked: a site depends on
//! nothing but its history.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::app::check::{CheckRequest, PreparedCheck};
use crate::app::load::LoadedHistory;
use crate::app::load_options::LoadOptions;
use crate::app::stages::Stages;
use crate::report::candidate::CandidateRef;
use crate::report::pull_check::PullCheck;
use crate::store;
use model::history::History;
use model::record::time::{DAY_US, Timestamp};

/// A pull request without a run for so long has no page.
const MAX_AGE_DAYS: i64 = 180;
/// Most pull requests, and most series that are analyzed for all of them but the newest: each check
/// analyzes the whole history up to its base.
const MAX_PULLS: usize = 20;
const MAX_ANALYZED: usize = 1_000;
/// A check works on a copy of the history: of a larger one no copy is made.
const MAX_RECORDS: u64 = 2_000_000;
/// Commits that are followed back from the head of a pull request.
const MAX_ANCESTORS: usize = 1_000;

/// What the check says of each recent pull request, by its number.
pub(super) fn of(loaded: &LoadedHistory, options: &LoadOptions) -> BTreeMap<u64, PullCheck> {
    if loaded.history.counts.records > MAX_RECORDS {
        return BTreeMap::new();
    }
    let pulls = newest_pulls(&loaded.history, loaded.as_of);
    let series = loaded.history.columns.len().max(1);
    let most = (MAX_ANALYZED / series).clamp(1, MAX_PULLS);
    let checks = pulls.into_iter().take(most).filter_map(|pull| {
        let check = check(loaded, options, pull)?;
        Some((pull, check))
    });
    checks.collect()
}

fn check(loaded: &LoadedHistory, options: &LoadOptions, pull: u64) -> Option<PullCheck> {
    let request = CheckRequest {
        options: options.clone(),
        candidate: CandidateRef::Pull(pull),
        base: None,
        base_branch: None,
        override_request: None,
        trust_checkout: true,
        allow_first_runs: false,
        artifact: None,
    };
    let contents = store::Contents {
        accepted: loaded.contents.accepted.clone(),
        notes: loaded.contents.notes.clone(),
        ..store::Contents::default()
    };
    let of_pull = LoadedHistory {
        policy: loaded.policy.clone(),
        policy_sha: loaded.policy_sha.clone(),
        history: loaded.history.clone(),
        contents,
        redaction: loaded.redaction.clone(),
        book: None,
        now: loaded.now,
        as_of: loaded.as_of,
        warnings: Vec::new(),
        stages: Stages::new(),
    };
    let ancestors = |name: &str| recorded_ancestors(&loaded.history, name);
    // A pull request that cannot be placed has no outcome, and its page says nothing of one.
    let mut prepared = PreparedCheck::select(&request, of_pull, &ancestors).ok()?;
    let series = prepared.group();
    let analyses = prepared.human_input().analyze(&series, &prepared.loaded.policy);
    PullCheck::of(&prepared.judge(series, analyses))
}

/// Pull requests with a recent run, the newest first.
fn newest_pulls(history: &History, now: Timestamp) -> Vec<u64> {
    let mut newest: BTreeMap<u32, Timestamp> = BTreeMap::new();
    for row in history.columns.iter().flat_map(|column| &column.rows) {
        if let Some(pull) = row.branch.pull() {
            let time = newest.entry(pull).or_insert(row.time);
            *time = row.time.max(*time);
        }
    }
    let is_recent = |time: Timestamp| now.micros() - time.micros() <= MAX_AGE_DAYS * DAY_US;
    let mut recent: Vec<(u32, Timestamp)> =
        newest.into_iter().filter(|(_, time)| is_recent(*time)).collect();
    recent.sort_by_key(|(pull, time)| Reverse((*time, *pull)));
    recent.into_iter().map(|(pull, _)| u64::from(pull)).collect()
}

/// A commit and its first parents, nearest first, as far as the history records them.
fn recorded_ancestors(history: &History, name: &str) -> Vec<String> {
    let measured = history.commits.iter().map(|commit| (&commit.id, &commit.parents));
    let known = history.main_line.iter().map(|facts| (&facts.id, &facts.parents));
    let parents: BTreeMap<&str, &str> = known
        .chain(measured)
        .filter_map(|(id, parents)| Some((id.as_str(), parents.first()?.as_str())))
        .collect();
    let mut line = vec![name.to_owned()];
    let mut at = name;
    while let Some(parent) = parents.get(at).filter(|_| line.len() < MAX_ANCESTORS) {
        line.push((*parent).to_owned());
        at = parent;
    }
    line
}
