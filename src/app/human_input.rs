//! What people wrote beside the records (approvals, notes), and analyses that know of it: names of
//! commits become places in the history.

use crate::report::candidate::Candidate;
use crate::store;
use detect::{Analyses, AnalysisDepth, Explanation};
use model::commit_ref::CommitNames;
use model::filter::ChangeAges;
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::{self, AcceptedEntry};
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

/// What people wrote beside the records.
#[derive(Clone, Copy)]
pub(super) struct HumanInput<'a> {
    pub(super) depth: AnalysisDepth,
    pub(super) accepted: &'a [AcceptedEntry],
    pub(super) notes: &'a [Note],
    /// What is accepted for a commit of this pull request is accepted for its runs.
    pub(super) candidate: Option<&'a Candidate>,
}

impl<'a> HumanInput<'a> {
    pub(super) fn for_gate(contents: &'a store::Contents, scene: &'a Candidate) -> Self {
        let (accepted, notes) = (&contents.accepted, &contents.notes);
        Self { depth: AnalysisDepth::GateOnly, accepted, notes, candidate: Some(scene) }
    }
}

pub(super) fn analyze_series(
    history: &History,
    series: &[Series],
    policy: &Policy,
    said: HumanInput<'_>,
    now: Timestamp,
) -> Analyses {
    with_analysis_context(history, said, now, |context| {
        detect::analyze_all(series, policy, context)
    })
}

/// Hands over what analyses need to know of a history beside its series.
pub(super) fn with_analysis_context<T>(
    history: &History,
    said: HumanInput<'_>,
    now: Timestamp,
    then: impl FnOnce(&detect::AnalysisContext<'_>) -> T,
) -> T {
    let names = history.commit_names();
    let find = |name: &str| commit_named(&names, name);
    let commit = |name: &str| {
        let own = said
            .candidate
            .filter(|scene| scene.has_commit(name))
            .and_then(|scene| scene.first_commit);
        own.or_else(|| find(name))
    };
    let resolved = said
        .accepted
        .iter()
        .filter_map(|entry| Some((entry, resolve_accepted(entry, commit(&entry.commit)?))));
    let resolved: Vec<(&AcceptedEntry, detect::ResolvedAcceptance)> = resolved.collect();
    let accepted = |series: &Series| -> Vec<detect::ResolvedAcceptance> {
        let name = series.key.name();
        let concerned = resolved.iter().filter(|(e, _)| accepted::matches(&e.series, &name));
        concerned.map(|(_, accepted)| accepted.clone()).collect()
    };
    let explained = |series: &Series| -> Vec<Explanation> {
        let subject = series.key.subject(&series.tags);
        let notes = said.notes.iter();
        let concerned = notes.filter(|note| note.matches.holds(subject, ChangeAges::default()));
        concerned.flat_map(|note| explanations(note, &find)).collect()
    };
    let newest = history.newest;
    then(&detect::AnalysisContext {
        depth: said.depth,
        now,
        newest_run: newest,
        accepted: &accepted,
        explanations: &explained,
    })
}

/// The commit that is certainly meant: an entry with a name of several commits covers none.
fn commit_named(names: &CommitNames<'_>, name: &str) -> Option<CommitIndex> {
    let at = names.find(name).ok().flatten()?;
    Some(CommitIndex(u32::try_from(at).ok()?))
}

/// A note's day and its commit, where the history has it.
fn explanations(
    note: &Note,
    find: &impl Fn(&str) -> Option<CommitIndex>,
) -> impl Iterator<Item = Explanation> {
    let commit = note.commit.as_deref().and_then(find);
    let day = note.date.map(Explanation::Day);
    let about = if note.false_alarm { Explanation::FalseAlarm } else { Explanation::Commit };
    day.into_iter().chain(commit.map(about))
}

/// An accepted entry with its commit.
fn resolve_accepted(entry: &AcceptedEntry, commit: CommitIndex) -> detect::ResolvedAcceptance {
    detect::ResolvedAcceptance {
        commit,
        max_change: entry.max_change,
        reason: entry.reason.clone(),
        accepted_by: entry.by.clone(),
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
