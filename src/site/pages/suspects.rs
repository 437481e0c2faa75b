//! The suspect commits of a change: all after the last run on the old level, up to the first run on
//! the new one. Where the parents of commits are recorded, commits without a run are included.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::site::cards;
use crate::site::changes::EventRef;
use crate::site::context::{CommitRange, SiteContext};
use crate::site::repository;
use detect::ChangeKind;
use model::history::CommitFacts;
use model::series::CommitIndex;
use model::text;

/// Suspect commits listed one by one.
const MAX_LISTED: usize = 50;

/// One suspect.
enum SuspectCommit<'a> {
    Measured(CommitIndex),
    /// Known from its parents only.
    NotMeasured(&'a CommitFacts),
}

/// The suspects, oldest first, and whether commits without a run are among them.
fn suspects_of<'a>(site: &SiteContext<'a>, event: &EventRef) -> (Vec<SuspectCommit<'a>>, bool) {
    let CommitRange { base, head } = site.change_range(event);
    let measured: Vec<CommitIndex> = (base.0 + 1..=head.0)
        .map(CommitIndex)
        .filter(|commit| site.commit(*commit).main_line || *commit == head)
        .collect();
    // A measured commit off the main line would be missing from the line.
    let id = |at: CommitIndex| site.commit(at).id.as_str();
    let on_line = measured.iter().all(|at| site.lineage.facts(id(*at)).is_some());
    let line = site.lineage.between(id(base), id(head)).filter(|_| on_line);
    match line {
        Some(line) => {
            let suspect = |facts: &'a CommitFacts| match site.commits.measured_by_id(&facts.id) {
                Some(at) => SuspectCommit::Measured(at),
                None => SuspectCommit::NotMeasured(facts),
            };
            (line.iter().map(suspect).collect(), true)
        }
        None => (measured.into_iter().map(SuspectCommit::Measured).collect(), false),
    }
}

/// How many there are, and between which two runs.
pub(super) fn sentence(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Phrase {
    let CommitRange { base, head } = site.change_range(event);
    let name = |phrase: Phrase, commit: CommitIndex| {
        let id = &site.commit(commit).id;
        site.with_commit(phrase, root, id)
    };
    if site.change(event).2.kind == ChangeKind::Drift {
        let phrase = Phrase::new("")
            .text("A gradual change has no single commit. First run beyond the threshold: ");
        return name(phrase, head).text(".");
    }
    let (all, complete) = suspects_of(site, event);
    let phrase = name(Phrase::new("").text("Last run on the old level: "), base);
    let phrase = name(phrase.text(". First run on the new level: "), head).text(". ");
    let phrase = match (all.len(), complete) {
        (0 | 1, true) => phrase.text("No commit in between."),
        (0 | 1, false) => phrase.text("No measured commit in between."),
        (count, _) => phrase.text(count_text(count, &all)),
    };
    match repository::compare_url(site.input.policy, &site.commit(base).id, &site.commit(head).id) {
        Some(url) => phrase.text(" ").link(url, "All commits in between"),
        None => phrase,
    }
}

fn count_text(total: usize, all: &[SuspectCommit<'_>]) -> String {
    let unmeasured =
        all.iter().filter(|suspect| matches!(suspect, SuspectCommit::NotMeasured(_))).count()
            as u64;
    let count = text::count(total as u64);
    let mut sentence = if unmeasured == 0 {
        format!("{count} measured suspect commits")
    } else {
        format!("{count} suspect commits, {} of them not measured", text::count(unmeasured))
    };
    if total > MAX_LISTED {
        sentence.push_str(&format!("; newest {MAX_LISTED} shown"));
    }
    sentence + "."
}

/// Newest first; empty for a gradual change, which has no single commit.
pub(super) fn list(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<Phrase> {
    if site.change(event).2.kind == ChangeKind::Drift {
        return Vec::new();
    }
    let newest_first = suspects_of(site, event).0.into_iter().rev().take(MAX_LISTED);
    newest_first
        .map(|suspect| match suspect {
            SuspectCommit::Measured(at) => {
                let commit = site.commit(at);
                let phrase = site.with_commit(Phrase::new(""), root, &commit.id);
                let phrase = phrase.text(format!(" {}", text::date(commit.time)));
                let facts = CommitNote {
                    subject: commit.subject.as_deref(),
                    author: commit.author.as_deref(),
                    pull: commit.pull,
                    tags: &commit.tags,
                };
                with_commit_note(site, phrase, &facts)
            }
            SuspectCommit::NotMeasured(facts) => {
                let (id, phrase) = (text::short_commit(&facts.id), Phrase::new(""));
                let phrase = match repository::commit_url(site.input.policy, &facts.id) {
                    Some(url) => phrase.code_link(url, id),
                    None => phrase.marked("code", id),
                };
                let time = facts.time.map(|time| format!("{}, ", text::date(time)));
                let phrase = phrase.text(format!(" {}not measured", time.unwrap_or_default()));
                let facts = CommitNote {
                    subject: facts.subject.as_deref(),
                    author: facts.author.as_deref(),
                    pull: facts.pull,
                    tags: &facts.tags,
                };
                with_commit_note(site, phrase, &facts)
            }
        })
        .collect()
}

/// What a list says about a commit beside its id.
struct CommitNote<'a> {
    subject: Option<&'a str>,
    author: Option<&'a str>,
    pull: Option<u64>,
    tags: &'a [String],
}

/// Adds subject, author, pull request and tags, where they are recorded.
fn with_commit_note(site: &SiteContext<'_>, mut phrase: Phrase, note: &CommitNote<'_>) -> Phrase {
    let CommitNote { subject, author, pull, tags } = *note;
    if let Some(subject) = subject {
        phrase = phrase.text(": ").name(subject);
    }
    phrase = cards::with_author(phrase, author);
    // A squash-merge subject often ends with the number already.
    let number = pull.map(|pull| format!("#{pull}"));
    if let (Some(pull), Some(number)) = (pull, number)
        && (repository::pull_url(site.input.policy, pull).is_some()
            || !subject.unwrap_or_default().contains(&number))
    {
        phrase = phrase.text(" · ");
        phrase = match repository::pull_url(site.input.policy, pull) {
            Some(url) => phrase.link(url, number),
            None => phrase.text(number),
        };
    }
    for tag in tags {
        phrase = phrase.text(" · ").name(tag);
    }
    phrase
}
