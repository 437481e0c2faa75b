//! `accept`, and a check that logs an override.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Death, End, Moments, Run, leftovers, words};
use crate::support::{History, NOW, commit, days, run};

/// Twelve days at 100, then ten at 121.
fn slower() -> History {
    let values: Vec<f64> = (0..22)
        .map(|day| if day < 12 { 100.0 } else { 121.3 } + f64::from(day % 3) / 10.0)
        .collect();
    let history = History::new();
    history.records(&days(&values));
    history
}

/// The entries of a log; the log must prove all of them.
fn proven_entries(history: &History) -> usize {
    let data = history.data();
    let data = data.to_str().unwrap();
    assert_eq!(run(&["audit", "verify", "--data", data]).status, 0);
    let shown = run(&["audit", "show", "--format", "json", "--data", data]).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    shown["entries"].as_array().unwrap().len()
}

#[test]
fn an_acceptance_that_was_killed_is_whole_and_logged_or_not_there() {
    let at = commit(12);
    // Longer than a block, so that the system can end the program in the middle of it.
    let reason = "worth it. ".repeat(180);
    let source = slower();
    let mut moments = Moments::new(3);
    let mut texts = BTreeSet::new();
    let mut killed = 0;
    for _ in 0..10 {
        let history = History::copy_of(&source.data());
        let data = history.data();
        let arguments = words(&[
            &"accept",
            &"--data",
            &data,
            &"--now",
            &NOW,
            &"--by",
            &"@ada",
            &"--series",
            &"parse/*",
            &"--commit",
            &at,
            &"--reason",
            &reason,
        ]);
        let accept = Run { arguments: &arguments, variables: &[] };
        killed += u32::from(accept.until(&moments.death(&data, 2_000)) == End::Killed);
        let entries = proven_entries(&history);
        let is_accepted = data.join("accepted.yml").exists();
        assert!(entries == 1 || !is_accepted, "{entries} entries for what is accepted");
        assert_eq!(history.build(&[]).status, 0);
        // What is accepted already is not accepted again.
        assert_eq!(accept.whole(), if is_accepted { 2 } else { 0 });
        assert!(proven_entries(&history) >= 1);
        texts.insert(std::fs::read_to_string(data.join("accepted.yml")).unwrap());
        // A run that refuses writes nothing, and so takes nothing away.
        let left = leftovers(&data);
        assert!(is_accepted || left.is_empty(), "{left:?}");
    }
    assert!(killed >= 5, "only {killed} acceptances were killed");
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[test]
fn a_log_whose_writer_was_killed_is_continued() {
    let source = slower();
    source
        .file("policy.yml", "version: '1.0'\ngovernance: {emergency_override_approvers: [ada]}\n");
    let reason = "outage. ".repeat(150);
    let variables = [
        ("ALLOW_REGRESSION", "true"),
        ("OVERRIDE_REASON", reason.as_str()),
        ("GITHUB_ACTOR", "ada"),
    ];
    let mut killed = 0;
    for blocks in 1..6 {
        let history = History::copy_of(&source.data());
        let data = history.data();
        let arguments = words(&[&"check", &"--data", &data, &"--now", &NOW, &"-q", &"--no-cache"]);
        let check = Run { arguments: &arguments, variables: &variables };
        let end = check.until(&Death::FileBlocks(blocks));
        killed += usize::from(end == End::Killed);
        assert_eq!(check.whole(), 0, "{blocks} blocks");
        let expected = if end == End::Killed { 1 } else { 2 };
        assert_eq!(proven_entries(&history), expected, "{blocks} blocks, {end:?}");
        assert_eq!(leftovers(&data), Vec::<String>::new());
    }
    assert!(killed >= 2, "only {killed} checks were killed");
}
