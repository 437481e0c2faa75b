//! Finds the commit that a name means: the one rule for the command line, `accepted.yml`, notes,
//! the policy, CI and git.
//!
//! People write the first characters of an id, git writes all of them, and some tools record only
//! the first. So a name and a recorded id match where they are equal, or one of them begins with
//! the other. In a history of `1a2b3c4d5e6f…` and `demo-0921-ju577`:
//!
//! ```text
//! 1a2b3c4d5e6f…     the whole id
//! 1a2b3c4           its first 7 characters
//! demo-09           ids need not be hexadecimal
//! 1a2b3c            too short: unknown
//! ```
//!
//! The order of precedence: an equal id, then ids of the main line, then others, then tags where the
//! caller asks for them. A name that several commits match at one step is an error and no guess:
//! a check must not judge, and an entry of `accepted.yml` must not excuse, a commit nobody meant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;

use crate::text::{is_sha, join_and};

/// The fewest characters of an id that name it: git abbreviates to 7 unless told otherwise.
pub const MIN_PREFIX: usize = 7;

/// Ids that an error lists.
const MAX_LISTED: usize = 3;

/// A commit that can be named.
#[derive(Clone, Copy, Debug)]
pub struct NamedCommit<'a> {
    /// As recorded: full or short sha, or any id.
    pub id: &'a str,
    /// Whether it was measured on the main line.
    pub is_main_line: bool,
    /// Names of the repository for it.
    pub tags: &'a [String],
}

/// The name is the beginning of the ids of several commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousName {
    /// The name.
    pub name: String,
    /// Ids of the commits that it may mean, sorted.
    pub ids: Vec<String>,
}

impl std::error::Error for AmbiguousName {}

impl fmt::Display for AmbiguousName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut listed: Vec<String> = self.ids.iter().take(MAX_LISTED).cloned().collect();
        if self.ids.len() > MAX_LISTED {
            listed.push(format!("{} more", self.ids.len() - MAX_LISTED));
        }
        let (name, ids) = (&self.name, join_and(&listed));
        write!(f, "`{name}` is the beginning of several commits ({ids}); write more characters")
    }
}

/// The names of a history's commits, to find many of them.
#[derive(Clone, Debug)]
pub struct CommitNames<'a> {
    commits: Vec<NamedCommit<'a>>,
    by_id: BTreeMap<&'a str, usize>,
}

impl<'a> CommitNames<'a> {
    /// Takes the commits in the order of the history, oldest first.
    pub fn of(commits: impl IntoIterator<Item = NamedCommit<'a>>) -> Self {
        let commits: Vec<NamedCommit<'a>> = commits.into_iter().collect();
        let mut by_id = BTreeMap::new();
        for (at, commit) in commits.iter().enumerate() {
            // The gate adds commits of the same id behind the history; the recorded one counts.
            by_id.entry(commit.id).or_insert(at);
        }
        Self { commits, by_id }
    }

    /// The place of the commit with this id, or an abbreviation of it; none where there is no such
    /// commit.
    ///
    /// # Errors
    /// Several commits match, and none of them better than the others.
    pub fn find(&self, name: &str) -> Result<Option<usize>, AmbiguousName> {
        if let Some(&at) = self.by_id.get(name) {
            return Ok(Some(at));
        }
        let (main, other): (Vec<usize>, Vec<usize>) =
            self.abbreviated(name).into_iter().partition(|at| self.commits[*at].is_main_line);
        let matches = if main.is_empty() { other } else { main };
        let ids: BTreeSet<&str> = matches.iter().map(|at| self.commits[*at].id).collect();
        match longest_of_chain(ids.iter().copied()) {
            Some(id) => Ok(Some(self.by_id[id])),
            None if ids.is_empty() => Ok(None),
            None => {
                let ids = ids.into_iter().map(str::to_owned).collect();
                Err(AmbiguousName { name: name.to_owned(), ids })
            }
        }
    }

    /// As [`Self::find`], and where no id matches, the newest commit with this tag.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn find_with_tags(&self, name: &str) -> Result<Option<usize>, AmbiguousName> {
        let tagged = || self.commits.iter().rposition(|it| it.tags.iter().any(|tag| tag == name));
        Ok(self.find(name)?.or_else(tagged))
    }

    /// The commits whose ids the name begins, or that begin the name.
    fn abbreviated(&self, name: &str) -> Vec<usize> {
        if name.len() < MIN_PREFIX {
            return Vec::new();
        }
        let from = (Bound::Included(name), Bound::Unbounded);
        let longer = self.by_id.range::<str, _>(from).take_while(|(id, _)| id.starts_with(name));
        let mut matches: Vec<usize> = longer.map(|(_, at)| *at).collect();
        if is_sha(name) {
            let shorter = (MIN_PREFIX..name.len()).filter_map(|end| self.by_id.get(&name[..end]));
            matches.extend(shorter);
        }
        matches
    }
}

/// Whether a name means the commit with this id, as [`CommitNames::find`] would say if there were
/// no other.
pub fn is_name_of(id: &str, name: &str) -> bool {
    let is_short = |short: &str, long: &str| short.len() >= MIN_PREFIX && long.starts_with(short);
    // A recorded `release-1` is not the commit `release-10`: only a sha is ever cut off.
    id == name || is_short(name, id) || is_sha(id) && is_sha(name) && is_short(id, name)
}

/// The full id of a recorded short sha, where exactly one commit's id begins with it; else the sha
/// itself, or any other id as it is.
pub fn full_id<'a>(id: &'a str, ids: &BTreeSet<&'a str>) -> &'a str {
    if !is_sha(id) {
        return id;
    }
    let longer = ids.range::<str, _>((Bound::Excluded(id), Bound::Unbounded));
    let longer = longer.take_while(|other| other.starts_with(id)).copied();
    longest_of_chain(longer).unwrap_or(id)
}

/// Of sorted ids the longest, where each one is an abbreviation of the next: then all are one
/// commit, recorded at different lengths. None where they are several commits, or no ids.
fn longest_of_chain<'a>(mut sorted: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = sorted.next()?;
    sorted.try_fold(first, |short, long| {
        (is_sha(short) && is_sha(long) && long.starts_with(short)).then_some(long)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &[String] = &[];

    fn names<'a>(main: &[&'a str], other: &[&'a str]) -> CommitNames<'a> {
        let of = |is_main_line| move |id: &&'a str| NamedCommit { id, is_main_line, tags: V1 };
        CommitNames::of(main.iter().map(of(true)).chain(other.iter().map(of(false))))
    }

    fn found<'a>(names: &CommitNames<'a>, name: &str) -> Option<&'a str> {
        names.find(name).unwrap().map(|at| names.commits[at].id)
    }

    #[test]
    fn a_name_is_an_id_or_its_beginning_from_7_characters_on() {
        let names = names(&["1a2b3c4d5e", "demo-0921-ju577"], &[]);
        for name in ["1a2b3c4d5e", "1a2b3c4", "1a2b3c4d", "1a2b3c4d5eff0011"] {
            assert_eq!(found(&names, name), Some("1a2b3c4d5e"), "{name}");
        }
        assert_eq!(found(&names, "demo-09"), Some("demo-0921-ju577"));
        for unknown in ["1a2b3c", "demo-0", "", "1a2b3c5", "demo-0921-ju577-2"] {
            assert_eq!(found(&names, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn only_a_sha_is_cut_off_where_it_is_recorded() {
        let releases = names(&["release-1"], &[]);
        assert_eq!(found(&releases, "release-10"), None);
        assert!(!is_name_of("release-1", "release-10"));
        assert!(is_name_of("release-10", "release-1"), "a person may cut off any id");
        assert!(is_name_of("1a2b3c4", "1a2b3c4d5e") && is_name_of("1a2b3c4d5e", "1a2b3c4"));
        assert!(!is_name_of("1a2b3c4d5e", "1a2b3c"));
    }

    #[test]
    fn equal_comes_before_beginning_and_the_main_line_before_others() {
        let both = names(&["1a2b3c4d"], &["1a2b3c4", "1a2b3c4f"]);
        assert_eq!(found(&both, "1a2b3c4"), Some("1a2b3c4"), "equal, though of a pull request");
        let main = names(&["1a2b3c4d"], &["1a2b3c4f"]);
        assert_eq!(found(&main, "1a2b3c4"), Some("1a2b3c4d"));
        assert_eq!(found(&main, "1a2b3c4f"), Some("1a2b3c4f"));
    }

    #[test]
    fn several_commits_are_an_error_and_several_lengths_of_one_are_not() {
        let two = names(&["1a2b3c4d", "1a2b3c4e"], &[]);
        let error = two.find("1a2b3c4").unwrap_err();
        assert_eq!(error.ids, ["1a2b3c4d", "1a2b3c4e"]);
        assert_eq!(
            error.to_string(),
            "`1a2b3c4` is the beginning of several commits (1a2b3c4d and 1a2b3c4e); write more \
             characters"
        );
        let lengths = names(&["1a2b3c4d", "1a2b3c4d5e6f"], &[]);
        assert_eq!(found(&lengths, "1a2b3c4"), Some("1a2b3c4d5e6f"));
        assert_eq!(found(&lengths, "1a2b3c4d5e6f7788"), Some("1a2b3c4d5e6f"));
    }

    #[test]
    fn tags_come_last_and_only_where_asked_for() {
        let (old, new) = (["v1.0".to_owned()], ["v1.0".to_owned(), "v2.0.0".to_owned()]);
        let commit = |id, tags| NamedCommit { id, is_main_line: true, tags };
        let names =
            CommitNames::of([commit("1a2b3c4d", &old), commit("v2.0.0", &[]), commit("c", &new)]);
        assert_eq!(names.find("v1.0"), Ok(None));
        assert_eq!(names.find_with_tags("v1.0"), Ok(Some(2)), "the newest of a moved tag");
        assert_eq!(names.find_with_tags("v2.0.0"), Ok(Some(1)), "an id of that name");
    }

    #[test]
    fn a_recorded_short_sha_is_the_one_longer_id() {
        let full = |id, ids: &[&'static str]| full_id(id, &ids.iter().copied().collect());
        assert_eq!(full("1a2b3c4", &["1a2b3c4", "1a2b3c4d5e"]), "1a2b3c4d5e");
        assert_eq!(full("1a2b3c4", &["1a2b3c4d", "1a2b3c4d5e"]), "1a2b3c4d5e");
        assert_eq!(full("1a2b3c4", &["1a2b3c4d", "1a2b3c4e"]), "1a2b3c4", "two commits");
        assert_eq!(full("release", &["release-10"]), "release", "no sha");
    }
}
