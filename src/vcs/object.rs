//! Reads the bytes of a commit object (`git help cat-file`): parents, author and subject. Any bytes
//! will do; what is missing stays out. In a shallow clone only the object still names the
//! parents of the last commit.
//!
//! `author Ada <a@b> 1758863858 +0200` and the subject `parse: faster (#12)` become the time
//! 2025-09-26 05:17:38 UTC, the name Ada and pull request 12.

use model::history::CommitFacts;
use model::history::subject::pull_number;
use model::record::shorten;
use model::record::time::Timestamp;
use model::text::emails::person_name;

/// A subject longer than this is no subject.
const MAX_SUBJECT_CHARS: usize = 500;

/// What a commit says of itself. `time` is the author's, in UTC.
pub(super) fn parse_commit(id: &str, object: &[u8]) -> CommitFacts {
    let text = String::from_utf8_lossy(object);
    // A signature is part of the head: its lines begin with a space, so that none is taken for a
    // parent or an author.
    let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut facts = CommitFacts { id: id.to_owned(), ..CommitFacts::default() };
    for line in head.lines() {
        match line.split_once(' ') {
            Some(("parent", id)) => facts.parents.push(id.to_owned()),
            Some(("author", author)) if facts.time.is_none() => {
                facts.time = time(author);
                facts.author = name(author);
            }
            _ => {}
        }
    }
    let subject = subject(message);
    facts.pull = pull_number(&subject);
    facts.subject = Some(subject).filter(|subject| !subject.is_empty());
    facts
}

/// `Name <address> 1758863858 +0200`: the seconds are of UTC whatever the offset says.
fn time(author: &str) -> Option<Timestamp> {
    let (_, after) = author.rsplit_once('>')?;
    let seconds: i64 = after.split_whitespace().next()?.parse().ok()?;
    let time = Timestamp::from_micros(seconds.checked_mul(1_000_000)?);
    // Some clocks are off by more than a calendar holds.
    Timestamp::parse(&time.to_string()).ok()
}

/// The name before the address.
fn name(author: &str) -> Option<String> {
    person_name(author.rsplit_once('<')?.0)
}

/// The first paragraph of a message in one line, as git has it.
fn subject(message: &str) -> String {
    let lines = message.lines().map(str::trim).skip_while(|line| line.is_empty());
    let first: Vec<&str> = lines.take_while(|line| !line.is_empty()).take(20).collect();
    shorten(&first.join(" "), MAX_SUBJECT_CHARS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_gives_parents_author_and_subject() {
        let object = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
            parent 1111111111111111111111111111111111111111\n\
            parent 2222222222222222222222222222222222222222\n\
            author A > U Thor <a@b> 1758863858 +0200\n\
            committer C <c@d> 1858863858 +0000\n\
            gpgsig -----BEGIN\n parent 3\n author x <y> 1 +0000\n\n\
            parse: faster\n by far (#12)\n\nbody (#13)\n";
        let facts = parse_commit("abc", object);
        assert_eq!(facts.parents.len(), 2, "a signature's lines are no heads");
        assert_eq!(facts.time, Timestamp::parse("2025-09-26T05:17:38Z").ok());
        assert_eq!(facts.subject.as_deref(), Some("parse: faster by far (#12)"));
        assert_eq!(facts.pull, Some(12));
        assert_eq!(facts.author.as_deref(), Some("A > U Thor"), "no address");
    }

    #[test]
    fn bytes_that_are_no_commit_give_what_they_hold_and_no_more() {
        let huge = b"author x <y> 9223372036854775807 +0000\nauthor".to_vec();
        for object in [&b""[..], b"\n\n\n", b"parent", b"\xff\xfe", b"author  <> - +", &huge] {
            let facts = parse_commit("abc", object);
            assert_eq!((facts.time, facts.pull, facts.parents.len()), (None, None, 0));
        }
    }
}
