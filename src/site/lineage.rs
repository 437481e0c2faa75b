//! The main line of commits as parents tell it, for the pages: what lies between two of its
//! commits, what git knows of one, and where the tags are.

use rustc_hash::{FxHashMap, FxHashSet};

use model::history::{CommitFacts, History};
use model::record::time::Timestamp;
use model::text;

pub(crate) struct Lineage<'a> {
    commits: &'a [CommitFacts],
    /// By id: the place in the line.
    position_by_id: FxHashMap<&'a str, usize>,
    /// Names of tags with the time of their commit, oldest first.
    pub(crate) tags: Vec<(Timestamp, String)>,
}

impl<'a> Lineage<'a> {
    pub(crate) fn of(history: &'a History) -> Self {
        let line = history.main_line.as_slice();
        // The order of parents, not of clocks: a rebased commit can be older than its parent.
        let places = line.iter().enumerate().map(|(at, facts)| (facts.id.as_str(), at)).collect();
        Self { commits: line, position_by_id: places, tags: tags(history) }
    }

    /// The commits after `base` up to `head`, oldest first; none where either is not on the line,
    /// or they stand the other way round.
    pub(crate) fn between(&self, base: &str, head: &str) -> Option<&'a [CommitFacts]> {
        self.commits.get(self.position_by_id.get(base)? + 1..=*self.position_by_id.get(head)?)
    }

    /// What git knows of a commit of the line: its author's own time among it.
    pub(crate) fn facts(&self, id: &str) -> Option<&'a CommitFacts> {
        self.commits.get(*self.position_by_id.get(id)?)
    }
}

/// Tags of measured commits at their time, and of the others of the main line at the author's.
fn tags(history: &History) -> Vec<(Timestamp, String)> {
    let recorded: FxHashSet<&str> =
        history.commits.iter().map(|commit| commit.id.as_str()).collect();
    // A tag of a pull request's commit would stand on a line that it is no part of.
    let measured = history.commits.iter().filter(|commit| commit.main_line);
    let measured = measured.map(|commit| (Some(commit.time), &commit.tags));
    let others = history.main_line.iter().filter(|facts| !recorded.contains(facts.id.as_str()));
    let others = others.map(|facts| (facts.time, &facts.tags));
    let tagged = measured.chain(others).filter(|(_, names)| !names.is_empty());
    let mut tags: Vec<(Timestamp, String)> =
        tagged.filter_map(|(time, names)| Some((time?, text::join_and(names)))).collect();
    tags.sort();
    tags
}
