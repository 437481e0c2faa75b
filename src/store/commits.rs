//! `commits.ndjson`: what git knows of the commits, one a line. Read as it is; joined with new
//! facts so that the same facts again change no byte. Lines that cannot be read are kept where they
//! are joined, and unknown fields with them.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::own_file_limit;
use model::history::CommitFacts;
use model::history::subject::pull_number;
use model::record::problem_kind::ProblemKind;
use model::record::time::Timestamp;
use model::record::{Problem, SourceLocation};
use model::text::emails::{ERASED, person_name};
use model::text::sanitize;

pub(super) const FILE: &str = "commits.ndjson";

/// A line of the file. `tag` is the older form of `tags`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct CommitLine {
    commit: String,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// A name, never an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pull: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    /// Fields that nothing here knows.
    #[serde(flatten)]
    unknown_fields: Map<String, Value>,
}

impl CommitLine {
    pub(super) fn of(id: &str) -> Self {
        Self { commit: id.to_owned(), ..Self::default() }
    }

    pub(super) fn id(&self) -> &str {
        &self.commit
    }

    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let mut wire: Self = serde_json::from_str(line).map_err(|error| error.to_string())?;
        wire.tags.extend(wire.tag.take());
        wire.tags.sort_unstable();
        wire.tags.dedup();
        Ok(wire)
    }

    pub(super) fn time(&self) -> Result<Option<Timestamp>, String> {
        self.author_time.as_deref().map(Timestamp::parse).transpose()
    }

    /// A tag that moved leaves its old commit.
    pub(super) fn leave_tags(&mut self, moved: &BTreeSet<String>) {
        self.tags.retain(|tag| !moved.contains(tag));
    }

    /// The newer facts, and what only the older ones know.
    pub(super) fn merge(&mut self, new: &CommitFacts) {
        if !new.parents.is_empty() {
            self.parents.clone_from(&new.parents);
        }
        if let Some(time) = new.time.filter(|time| self.time() != Ok(Some(*time))) {
            self.author_time = Some(time.to_string());
        }
        self.subject = new.subject.clone().or_else(|| self.subject.take());
        // A name that was erased does not come back from the repository.
        if self.author.as_deref() != Some(ERASED) {
            self.author = new.author.as_deref().and_then(person_name).or(self.author.take());
        }
        self.pull = new.pull.or(self.pull);
        self.tags.extend(new.tags.iter().cloned());
        self.tags.sort_unstable();
        self.tags.dedup();
    }
}

/// What joining did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommitMerge {
    /// Commits that were not in the file.
    pub(crate) added: u64,
    /// Commits of which something new was learned.
    pub(crate) changed: u64,
}

/// The file's commits, by content and not by place: of two lines about one commit the later one
/// counts when they are looked up. And the lines that cannot be read.
pub(super) fn read(text: &str) -> (Vec<CommitFacts>, Vec<Problem>) {
    let (mut commits, mut problems) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match CommitLine::parse(line).and_then(|wire| Ok((wire.time()?, wire))) {
            Ok((time, wire)) => commits.push(CommitFacts {
                id: wire.commit,
                time,
                pull: wire.pull.or_else(|| wire.subject.as_deref().and_then(pull_number)),
                // Pages have a subject as their heading, which must not be empty.
                subject: wire.subject.filter(|it| sanitize::has_visible(it)),
                author: wire.author.as_deref().and_then(person_name),
                parents: wire.parents,
                tags: wire.tags,
            }),
            Err(reason) => problems.push(Problem {
                location: SourceLocation {
                    file: FILE.to_owned(),
                    line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    column: 1,
                },
                reason,
                remedy: "write `commit`, `parents`, `author_time`, `subject`".to_owned(),
                kind: ProblemKind::CommitLine,
            }),
        }
    }
    commits.sort_by(|a, b| {
        let of = |it: &CommitFacts| (it.id.clone(), it.time, it.subject.clone(), it.pull);
        let lists = |it: &CommitFacts| (it.tags.clone(), it.parents.clone(), it.author.clone());
        of(a).cmp(&of(b)).then_with(|| lists(a).cmp(&lists(b)))
    });
    (commits, problems)
}

/// Joins facts with the file of a history directory, which is made where there is none. The file is
/// replaced as a whole, and only where something changed; it is sorted by author time, then id.
///
/// A tag names one commit: where it stands on a new one, the old one loses it.
///
/// # Errors
/// The file is no plain file, is not UTF-8, or the disk refuses; it is as before.
pub(crate) fn merge(
    directory: &Directory,
    lock: &HistoryLock,
    facts: &[CommitFacts],
) -> anyhow::Result<CommitMerge> {
    let bytes = directory.read(FILE, own_file_limit())?.unwrap_or_default();
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{} is not UTF-8", directory.path().join(FILE).display()))?;
    let (merged_text, merge) = merge_text(&text, facts);
    if merged_text != text {
        directory.replace(lock, FILE, merged_text.as_bytes())?;
    }
    Ok(merge)
}

/// The text of the file after joining; the same text where nothing is new.
pub(super) fn merge_text(text: &str, facts: &[CommitFacts]) -> (String, CommitMerge) {
    let mut known: BTreeMap<String, CommitLine> = BTreeMap::new();
    let mut strange: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match CommitLine::parse(line).and_then(|wire| Ok((wire.time()?, wire))) {
            // Two lines about one commit are left to whoever wrote them.
            Ok((_, wire)) if !known.contains_key(&wire.commit) => {
                known.insert(wire.commit.clone(), wire);
            }
            _ => strange.push(line),
        }
    }
    let mut merged = CommitMerge::default();
    let moved: BTreeSet<String> = facts.iter().flat_map(|new| &new.tags).cloned().collect();
    let holders: BTreeMap<&str, &CommitFacts> =
        facts.iter().map(|new| (new.id.as_str(), new)).collect();
    for wire in known.values_mut() {
        let before = wire.clone();
        wire.leave_tags(&moved);
        if let Some(new) = holders.get(wire.commit.as_str()) {
            wire.merge(new);
        }
        merged.changed += u64::from(*wire != before);
    }
    for new in holders.values().filter(|new| !known.contains_key(&new.id)).collect::<Vec<_>>() {
        let mut wire = CommitLine::of(&new.id);
        wire.merge(new);
        known.insert(new.id.clone(), wire);
        merged.added += 1;
    }
    // The same bytes: a job that commits its changes should commit nothing.
    if merged == CommitMerge::default() {
        return (text.to_owned(), merged);
    }
    let mut sorted: Vec<&CommitLine> = known.values().collect();
    sorted.sort_by_key(|wire| (wire.time().ok().flatten(), wire.commit.as_str()));
    let mut out = String::new();
    for wire in sorted {
        // Strings, numbers and lists always become JSON.
        out.push_str(&serde_json::to_string(wire).unwrap_or_default());
        out.push('\n');
    }
    for line in strange {
        out.push_str(line);
        out.push('\n');
    }
    (out, merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Links;

    fn fact(id: &str, day: u32, tags: &[&str]) -> CommitFacts {
        CommitFacts {
            id: id.to_owned(),
            time: Timestamp::parse(&format!("2025-01-{day:02}T00:00:00Z")).ok(),
            subject: Some(format!("subject of {id}")),
            parents: vec!["p".to_owned()],
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..CommitFacts::default()
        }
    }

    #[test]
    fn an_author_is_a_name_and_stays_erased() {
        let by =
            |author: &str| CommitFacts { author: Some(author.to_owned()), ..fact("a", 1, &[]) };
        let (text, _) = merge_text("", &[by("Ada Lovelace <ada@mail.example>")]);
        assert!(text.contains("\"author\":\"Ada Lovelace\"") && !text.contains('@'), "{text}");
        assert_eq!(read(&text).0[0].author.as_deref(), Some("Ada Lovelace"));
        let erased = text.replace("Ada Lovelace", "erased");
        let (again, merge) = merge_text(&erased, &[by("Ada Lovelace")]);
        assert_eq!((&again, merge), (&erased, CommitMerge::default()));
        assert_eq!(read(&again).0[0].author, None);
        let (text, _) = merge_text("", &[by("ada@mail.example")]);
        assert!(!text.contains("author\""), "an address is no name: {text}");
    }

    #[test]
    fn joining_twice_changes_no_byte_and_the_order_of_facts_has_no_say() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::new(folder.path(), Links::Reject);
        let lock = HistoryLock::acquire(folder.path(), "test").unwrap();
        let facts = [fact("b", 2, &[]), fact("a", 3, &["v1"]), fact("c", 1, &[])];
        assert_eq!(merge(&directory, &lock, &facts).unwrap(), CommitMerge { added: 3, changed: 0 });
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        let back: Vec<CommitFacts> = facts.iter().rev().cloned().collect();
        assert_eq!(merge(&directory, &lock, &back).unwrap(), CommitMerge::default());
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
        assert_eq!(merge_text("", &back).0, text);
        let order: Vec<&str> = text.lines().map(|line| &line[11..12]).collect();
        assert_eq!(order, ["c", "b", "a"], "oldest first");
        let (read, problems) = read(&text);
        assert!(problems.is_empty());
        assert_eq!(read.len(), 3);
        assert!(facts.iter().all(|fact| read.contains(fact)));
    }

    #[test]
    fn what_only_the_file_knows_is_kept() {
        let text = "{\"commit\":\"a\",\"parents\":[\"p\"],\"author_time\":\"2025-01-03T01:00:00+01:00\",\
                    \"pull\":4,\"tag\":\"old\",\"mine\":[1]}\nno json\n";
        let (now, told) = merge_text(text, &[fact("a", 3, &["v1"])]);
        assert_eq!(told, CommitMerge { added: 0, changed: 1 });
        assert!(now.contains("\"mine\":[1]") && now.contains("\"pull\":4"), "{now}");
        assert!(now.contains("\"tags\":[\"old\",\"v1\"]"), "{now}");
        assert!(now.contains("+01:00") && now.ends_with("\nno json\n"), "{now}");
        assert_eq!(
            merge_text(&now, &[fact("a", 3, &["v1"])]),
            (now.clone(), CommitMerge::default())
        );
        let empty = CommitFacts { id: "a".to_owned(), ..CommitFacts::default() };
        assert_eq!(
            merge_text(&now, &[empty]).1,
            CommitMerge::default(),
            "a poorer clone takes nothing away"
        );
    }

    #[test]
    fn a_tag_that_moved_stands_on_one_commit() {
        let (text, _) = merge_text("", &[fact("a", 1, &["nightly"]), fact("b", 2, &[])]);
        let (text, told) = merge_text(&text, &[fact("b", 2, &["nightly"])]);
        assert_eq!(told, CommitMerge { added: 0, changed: 2 });
        let tags: Vec<Vec<String>> = read(&text).0.into_iter().map(|it| it.tags).collect();
        assert_eq!(tags, [vec![], vec!["nightly".to_owned()]]);
    }
}
