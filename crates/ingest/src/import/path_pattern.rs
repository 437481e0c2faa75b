//! What the path of a result says of its run: `--name-pattern '{date}/{commit}.json'` takes
//! `20240131_120000/1a2b3c4.json` apart.
//!
//! A part takes as little as it can, never nothing, and never a `/`. A pattern may fit a file, or
//! a folder: then all files of that folder are of one run. A path that it does not fit says
//! nothing.

use std::collections::BTreeMap;

use crate::entry::RunContext;
use crate::naming::Pattern;
use crate::parse::time::parse_time;
use model::record::time::Timestamp;

/// Parts that are pieces of a time, in their order.
const TIME_PARTS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];

/// A pattern of paths, relative to the folder that is imported.
#[derive(Clone, Debug)]
pub struct PathPattern {
    pattern: Pattern,
    /// Names of folders and files in it.
    depth: usize,
}

/// What a path says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PathFacts {
    /// The file, or the folder whose files are of one run.
    pub(crate) path: String,
    pub(crate) run: RunContext,
    /// Parts with other names.
    pub(crate) params: BTreeMap<String, String>,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A brace is not closed, a part has no name, is named twice or stands directly beside another
    /// one, or no part says a commit or a time.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_matches('/');
        let pattern = Pattern::parse_parts(text)?;
        let says = |part: &str| pattern.has(part);
        if !["commit", "date", "year"].into_iter().any(says) {
            return Err(format!("`{text}`: no {{commit}} and no {{date}}"));
        }
        Ok(Self { pattern, depth: text.split('/').count() })
    }

    /// What the path of a file says; none where neither it nor a folder above it fits.
    pub(crate) fn facts(&self, path: &str) -> Option<PathFacts> {
        let end = path.match_indices('/').nth(self.depth - 1).map_or(path.len(), |(at, _)| at);
        let path = &path[..end];
        let parts = self.pattern.match_name(path)?;
        if parts.iter().any(|(_, value)| value.contains('/')) {
            return None;
        }
        let mut facts = PathFacts { path: path.to_owned(), ..PathFacts::default() };
        let mut pieces: BTreeMap<&str, &str> = BTreeMap::new();
        for (part, value) in parts {
            match part {
                "_" => {}
                "commit" => facts.run.commit = Some(value.to_owned()),
                "branch" => facts.run.branch = Some(value.to_owned()),
                _ if part == "date" || TIME_PARTS.contains(&part) => {
                    pieces.insert(part, value);
                }
                _ => {
                    facts.params.insert(part.to_owned(), value.to_owned());
                }
            }
        }
        facts.run.timestamp = time_of(&pieces);
        Some(facts)
    }
}

/// A time of a date, of pieces, or of a date and pieces.
fn time_of(pieces: &BTreeMap<&str, &str>) -> Option<Timestamp> {
    let mut digits = String::new();
    if let Some(date) = pieces.get("date") {
        if pieces.len() == 1 {
            return path_time(date);
        }
        digits.extend(date.chars().filter(char::is_ascii_digit));
    }
    for piece in TIME_PARTS {
        if let Some(value) = pieces.get(piece) {
            digits.push_str(&format!("{value:0>2}"));
        }
    }
    civil_digits(&digits)
}

/// A time as names of files have it: `2024-01-31_12-00`, `20240131_120000`, `1706702400`.
fn path_time(text: &str) -> Option<Timestamp> {
    let plain = |c: char| c.is_ascii_digit() || "-_. TZ:".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // Before numbers: 20240131 would be a moment in 1970.
    let civil = if text.chars().all(plain) { civil_digits(&digits) } else { None };
    civil.or_else(|| parse_time(text))
}

/// `20240131`, `202401311200` or `20240131120000`, in UTC.
fn civil_digits(digits: &str) -> Option<Timestamp> {
    let is_date = digits.starts_with("19") || digits.starts_with("20");
    if !is_date || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let piece = |from: usize| digits.get(from..from + 2);
    let (date, time) = (digits.get(..8)?, (piece(8), piece(10), piece(12)));
    let (hour, minute, second) = match (digits.len(), time) {
        (8, _) => ("00", "00", "00"),
        (10, (Some(hour), ..)) => (hour, "00", "00"),
        (12, (Some(hour), Some(minute), _)) => (hour, minute, "00"),
        (14, (Some(hour), Some(minute), Some(second))) => (hour, minute, second),
        _ => return None,
    };
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(pattern: &str, path: &str) -> Option<(String, Option<String>, Option<String>)> {
        let facts = PathPattern::parse(pattern).unwrap().facts(path)?;
        let time = facts.run.timestamp.map(|time| time.to_string());
        Some((facts.path, facts.run.commit, time))
    }

    fn expected(
        path: &str,
        commit: &str,
        time: &str,
    ) -> Option<(String, Option<String>, Option<String>)> {
        let text = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        Some((path.to_owned(), text(commit), text(time)))
    }

    #[test]
    fn paths_of_files_and_folders_are_taken_apart() {
        let sandmark = facts("{_}/{date}/{commit}", "navajo/20210720_000004/6c8abc7/4.12_1.bench");
        let folder = "navajo/20210720_000004/6c8abc7";
        assert_eq!(sandmark, expected(folder, "6c8abc7", "2021-07-20T00:00:04Z"));
        let perf = "2017-03-31_12-35-main-f23b7e1.json";
        let by_parts = facts("{date}_{hour}-{minute}-{branch}-{commit}.json", perf);
        assert_eq!(by_parts, expected(perf, "f23b7e1", "2017-03-31T12:35:00Z"));
        let skia = "2024/01/31/09/x.json";
        assert_eq!(
            facts("{year}/{month}/{day}/{hour}/{_}.json", skia),
            expected(skia, "", "2024-01-31T09:00:00Z")
        );
        let epoch = facts("{date}-{commit}.json", "1706702400-abc.json");
        assert_eq!(epoch, expected("1706702400-abc.json", "abc", "2024-01-31T12:00:00Z"));
    }

    #[test]
    fn a_path_that_does_not_fit_says_nothing() {
        assert_eq!(facts("{commit}.json", "a/b.json"), None);
        assert_eq!(facts("{commit}/{date}.json", "a.json"), None);
        let undated = facts("{date}-{commit}.json", "99999999-abc.json").unwrap();
        assert_eq!(undated.1.as_deref(), Some("abc"));
    }

    #[test]
    fn other_parts_are_parameters_and_a_pattern_says_a_commit_or_a_time() {
        let pattern = PathPattern::parse("{machine}/{commit}.json").unwrap();
        assert_eq!(pattern.facts("m1/abc.json").unwrap().params["machine"], "m1");
        assert!(PathPattern::parse("{machine}.json").is_err());
        assert!(PathPattern::parse("{commit.json").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_a_pattern_panic(path in "[0-9a-z/._\\-é]{0,40}") {
            for pattern in ["{date}/{commit}", "{year}/{month}/{day}/{_}", "{date}-{commit}.json"] {
                let _ = PathPattern::parse(pattern).unwrap().facts(&path);
            }
        }
    }
}
