//! What people wrote beside the records, as an analysis needs it: accepted changes and notes name
//! commits (`3f2a91c`), an analysis wants their places in the history (commit 412 of 500).

use crate::report::candidate::Candidate;
use crate::store;
use detect::{
    Analyses, AnalysisCache, AnalysisContext, AnalysisDepth, Explanation, ResolvedAcceptance,
};
use model::commit_ref::CommitNames;
use model::filter::ChangeAges;
use model::history::{Commit, History};
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::{self, AcceptedEntry};
use model::policy::chaos::read_chaos_end;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

/// Accepted changes and notes, resolved against a history.
pub(super) struct HumanInput<'a> {
    depth: AnalysisDepth,
    now: Timestamp,
    newest_run: Option<Timestamp>,
    accepted: Vec<AcceptedAt<'a>>,
    notes: Vec<NoteAt<'a>>,
}

struct AcceptedAt<'a> {
    entry: &'a AcceptedEntry,
    resolved: ResolvedAcceptance,
}

struct NoteAt<'a> {
    note: &'a Note,
    explanations: Vec<Explanation>,
}

impl<'a> HumanInput<'a> {
    pub(super) fn of(
        depth: AnalysisDepth,
        history: &History,
        contents: &'a store::Contents,
        now: Timestamp,
    ) -> Self {
        Self::resolve(depth, history, contents, now, None)
    }

    /// For a check: what is accepted for the candidate's pull request, by its number or any of its
    /// commits, is accepted for its runs. Reviewers accept the commit they see, and a later push
    /// measures another one.
    pub(super) fn of_candidate(
        candidate: &Candidate,
        history: &History,
        contents: &'a store::Contents,
        now: Timestamp,
    ) -> Self {
        Self::resolve(AnalysisDepth::GateOnly, history, contents, now, Some(candidate))
    }

    fn resolve(
        depth: AnalysisDepth,
        history: &History,
        contents: &'a store::Contents,
        now: Timestamp,
        candidate: Option<&Candidate>,
    ) -> Self {
        // Resolved once here and not per series: a history has thousands of series and commits.
        let names = history.commit_names();
        let commits = |entry: &AcceptedEntry| -> Vec<CommitIndex> {
            let candidate = candidate.filter(|candidate| {
                let is_pull = entry.pull.is_some() && entry.pull == candidate.pull;
                is_pull || candidate.has_commit(&entry.commit)
            });
            // The runs of a pull request stand behind the main line, so that its own commits have
            // no place of their own in the history that is judged.
            match candidate.and_then(|candidate| candidate.first_commit) {
                Some(first) => vec![first],
                None => accepted_commits(entry, &names, history),
            }
        };
        let accepted = contents.accepted.iter().flat_map(|entry| {
            let resolve = |commit| AcceptedAt { entry, resolved: resolve_accepted(entry, commit) };
            commits(entry).into_iter().map(resolve).collect::<Vec<_>>()
        });
        let notes = contents.notes.iter();
        Self {
            depth,
            now,
            newest_run: history.newest,
            accepted: accepted.collect(),
            notes: notes.map(|note| NoteAt { note, explanations: explain(note, &names) }).collect(),
        }
    }

    /// Analyzes all series of the history.
    pub(super) fn analyze(&self, series: &[Series], policy: &Policy) -> Analyses {
        self.with_context(|context| detect::analyze_all(series, policy, context))
    }

    /// The same, with what an earlier run of the program left in this cache.
    pub(super) fn analyze_cached(
        &self,
        series: &[Series],
        policy: &Policy,
        cache: Option<&dyn AnalysisCache>,
    ) -> Analyses {
        self.with_context(|context| detect::analyze_all_cached(series, policy, context, cache))
    }

    /// Lends the context of an analysis to `work`. A context borrows what it looks up per series,
    /// so it cannot leave this function.
    pub(super) fn with_context<T>(&self, work: impl FnOnce(&AnalysisContext<'_>) -> T) -> T {
        work(&AnalysisContext {
            depth: self.depth,
            now: self.now,
            newest_run: self.newest_run,
            accepted: &|series| self.accepted_for(series),
            explanations: &|series| self.explanations_for(series),
        })
    }

    /// The entries that concern a series.
    pub(super) fn accepted_for(&self, series: &Series) -> Vec<ResolvedAcceptance> {
        let name = series.key.name();
        let accepted = self.accepted.iter();
        let concerned = accepted.filter(|it| accepted::matches(&it.entry.series, &name));
        concerned.map(|accepted| accepted.resolved.clone()).collect()
    }

    fn explanations_for(&self, series: &Series) -> Vec<Explanation> {
        let subject = series.key.subject(&series.tags);
        let notes = self.notes.iter();
        let concerned = notes.filter(|it| it.note.matches.holds(subject, ChangeAges::default()));
        concerned.flat_map(|note| note.explanations.iter().copied()).collect()
    }
}

/// A note's day and its commit, where the history has it.
fn explain(note: &Note, names: &CommitNames<'_>) -> Vec<Explanation> {
    // A culprit says who should look at a regression, and excuses nothing.
    if note.culprit.is_some() {
        return Vec::new();
    }
    let commit = note.commit.as_deref().and_then(|commit| find_commit(commit, names));
    let days = note.days().map(Explanation::Day);
    let about = if note.false_alarm { Explanation::FalseAlarm } else { Explanation::Commit };
    days.chain(commit.map(about)).collect()
}

/// The commit that is certainly meant. An entry with a name of several commits covers none: nobody
/// has accepted the one it would be guessed to mean.
fn find_commit(name: &str, names: &CommitNames<'_>) -> Option<CommitIndex> {
    let index = names.find(name).ok().flatten()?;
    Some(CommitIndex(u32::try_from(index).ok()?))
}

/// The commits of the main line that an entry covers: the one that it names, and those by which its
/// pull request was merged. A squash or a rebase makes new commits, and what reviewers saw is the
/// pull request's.
fn accepted_commits(
    entry: &AcceptedEntry,
    names: &CommitNames<'_>,
    history: &History,
) -> Vec<CommitIndex> {
    let named = find_commit(&entry.commit, names);
    let of_named = named.map(|at| &history.commits[at.0 as usize]);
    let outside = of_named.filter(|commit| !commit.main_line);
    let pull = entry.pull.or_else(|| outside.and_then(|commit| commit.pull));
    let is_merge = |commit: &Commit| {
        let of_pull = pull.is_some() && commit.pull == pull;
        let has_parent = || outside.is_some_and(|outside| commit.parents.contains(&outside.id));
        commit.main_line && (of_pull || has_parent())
    };
    let merged = history.commits.iter().enumerate().filter(|(_, commit)| is_merge(commit));
    let merged = merged.filter_map(|(at, _)| Some(CommitIndex(u32::try_from(at).ok()?)));
    // Where nothing is known of merges, the entry counts for what came next.
    let knows_pulls = history.commits.iter().any(|it| it.main_line && it.pull.is_some());
    let named = named.filter(|_| outside.is_none() || !knows_pulls);
    let mut all: Vec<CommitIndex> = named.into_iter().chain(merged).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// An accepted entry with its commit.
fn resolve_accepted(entry: &AcceptedEntry, commit: CommitIndex) -> ResolvedAcceptance {
    ResolvedAcceptance {
        commit,
        max_change: entry.max_change,
        reason: entry.reason.clone(),
        accepted_by: entry.by.clone(),
        expires: entry.expires,
    }
}

/// The policy's annotations, which are notes like those in `notes/`.
pub(super) fn policy_annotations(policy: &Policy) -> impl Iterator<Item = Note> {
    policy.annotations.iter().enumerate().map(|(number, entry)| {
        let date = Timestamp::parse(&format!("{}T00:00:00Z", entry.date)).ok();
        let last = entry.chaos_until.as_deref();
        Note {
            false_alarm: false,
            culprit: None,
            name: format!("annotation-{number}"),
            date,
            chaos_until: last.and_then(|last| read_chaos_end(date, last).ok()),
            commit: None,
            title: entry.text.clone(),
            matches: entry.matches.clone(),
            markdown: String::new(),
        }
    })
}
