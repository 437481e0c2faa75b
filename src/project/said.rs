//! What people wrote beside the records (approvals, notes), and analyses that know of it: names of
//! commits become places in the history.

use crate::gate::scene::Scene;
use crate::store;
use detect::{Analyses, Depth, Explanation};
use model::filter::Recent;
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::{self, Accepted};
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

/// What people wrote beside the records.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) depth: Depth,
    pub(super) accepted: &'a [Accepted],
    pub(super) notes: &'a [Note],
    /// What is accepted for a commit of this pull request is accepted for its runs.
    pub(super) own: Option<&'a Scene>,
}

impl<'a> Said<'a> {
    pub(super) fn of_gate(contents: &'a store::Contents, scene: &'a Scene) -> Self {
        let (accepted, notes) = (&contents.accepted, &contents.notes);
        Self { depth: Depth::Gate, accepted, notes, own: Some(scene) }
    }
}

pub(super) fn analyse(
    history: &History,
    series: &[Series],
    policy: &Policy,
    said: Said<'_>,
    now: Timestamp,
) -> Analyses {
    with_context(history, said, now, |context| detect::analyse_all(series, policy, context))
}

/// Hands over what analyses need to know of a history beside its series.
pub(super) fn with_context<T>(
    history: &History,
    said: Said<'_>,
    now: Timestamp,
    then: impl FnOnce(&detect::Context<'_>) -> T,
) -> T {
    let commit = |name: &str| {
        let own = said.own.filter(|scene| scene.owns(name)).and_then(|scene| scene.first);
        own.or_else(|| commit_named(name, history))
    };
    let resolved = said
        .accepted
        .iter()
        .filter_map(|entry| Some((entry, resolve(entry, commit(&entry.commit)?))));
    let resolved: Vec<(&Accepted, detect::Accepted)> = resolved.collect();
    let accepted = |series: &Series| -> Vec<detect::Accepted> {
        let name = series.key.name();
        let concerned = resolved.iter().filter(|(e, _)| accepted::matches(&e.series, &name));
        concerned.map(|(_, accepted)| accepted.clone()).collect()
    };
    let explained = |series: &Series| -> Vec<Explanation> {
        let subject = series.key.subject(&series.tags);
        let notes = said.notes.iter();
        let concerned = notes.filter(|note| note.matches.holds(subject, Recent::default()));
        concerned.flat_map(|note| explanations(note, history)).collect()
    };
    let newest = history.newest;
    then(&detect::Context {
        depth: said.depth,
        now,
        newest,
        accepted: &accepted,
        explained: &explained,
    })
}

/// A note's day and its commit, where the history has it.
fn explanations(note: &Note, history: &History) -> impl Iterator<Item = Explanation> {
    let commit = note.commit.as_deref().and_then(|commit| commit_named(commit, history));
    let day = note.date.map(Explanation::Day);
    let about = if note.false_alarm { Explanation::FalseAlarm } else { Explanation::Commit };
    day.into_iter().chain(commit.map(about))
}

/// The commit with this name or, from 7 characters on, with an id that begins with it.
fn commit_named(name: &str, history: &History) -> Option<CommitIndex> {
    let known = |id: &str| id == name || name.len() >= 7 && id.starts_with(name);
    let at = history.commits.iter().position(|commit| known(&commit.id))?;
    Some(CommitIndex(u32::try_from(at).ok()?))
}

/// An accepted entry with its commit.
fn resolve(entry: &Accepted, commit: CommitIndex) -> detect::Accepted {
    detect::Accepted {
        commit,
        max_change: entry.max_change,
        reason: entry.reason.clone(),
        by: entry.by.clone(),
        expires: entry.expires,
    }
}

/// The policy's annotations are notes like those in `notes/`.
pub(super) fn annotations(policy: &Policy) -> impl Iterator<Item = Note> {
    let entries = policy.annotations.iter().enumerate();
    entries.map(|(at, entry)| Note {
        false_alarm: false,
        name: format!("annotation-{at}"),
        date: Timestamp::parse(&format!("{}T00:00:00Z", entry.date)).ok(),
        commit: None,
        title: entry.text.clone(),
        matches: entry.matches.clone(),
        markdown: String::new(),
    })
}
