//! The suspect commits of a change: all after the last run on the old level, up to the first run on
//! the new one. Where the parents of commits are recorded, commits without a run are included.

use crate::report::urls::LinkRoot;
use crate::site::context::{EventRef, SiteContext};
use crate::site::pages::event::change_range;
use crate::site::repository;
use crate::site::view::Phrase;
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
    let (base, head) = change_range(site, event);
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
            let suspect = |facts: &'a CommitFacts| match site.measured_commit(&facts.id) {
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
    let (base, head) = change_range(site, event);
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
    match repository::compare_url(site, &site.commit(base).id, &site.commit(head).id) {
        Some(url) => phrase.text(" ").link(url, "All commits in between"),
        None => phrase,
    }
}

fn count_text(total: usize, all: &[SuspectCommit<'_>]) -> String {
    let unmeasured =
        all.iter().filter(|one| matches!(one, SuspectCommit::NotMeasured(_))).count() as u64;
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
                with_commit_facts(
                    site,
                    phrase,
                    (commit.subject.as_deref(), commit.pull, &commit.tags),
                )
            }
            SuspectCommit::NotMeasured(facts) => {
                let (id, phrase) = (text::short_commit(&facts.id), Phrase::new(""));
                let phrase = match repository::commit_url(site, &facts.id) {
                    Some(url) => phrase.code_link(url, id),
                    None => phrase.marked("code", id),
                };
                let time = facts.time.map(|time| format!("{}, ", text::date(time)));
                let phrase = phrase.text(format!(" {}not measured", time.unwrap_or_default()));
                with_commit_facts(site, phrase, (facts.subject.as_deref(), facts.pull, &facts.tags))
            }
        })
        .collect()
}

/// Subject, pull request and tags, as far as they are known.
fn with_commit_facts(
    site: &SiteContext<'_>,
    mut phrase: Phrase,
    (subject, pull, tags): (Option<&str>, Option<u64>, &[String]),
) -> Phrase {
    if let Some(subject) = subject {
        phrase = phrase.text(": ").name(subject);
    }
    // A squash-merge subject often ends with the number already.
    let number = pull.map(|pull| format!("#{pull}"));
    if let (Some(pull), Some(number)) = (pull, number)
        && (repository::pull_url(site, pull).is_some()
            || !subject.unwrap_or_default().contains(&number))
    {
        phrase = phrase.text(" · ");
        phrase = match repository::pull_url(site, pull) {
            Some(url) => phrase.link(url, number),
            None => phrase.text(number),
        };
    }
    for tag in tags {
        phrase = phrase.text(" · ").name(tag);
    }
    phrase
}
