//! Notes: a remark in Markdown about a day or a commit, shown on charts and pages.
//!
//! A note is a text with front matter between `---` lines: `date` or `commit`, optionally `title`,
//! `match` (a filter) and `false_alarm: true` (what was reported at the commit was no change). What
//! follows is Markdown; it is rendered by `site`, never trusted.

use serde::Deserialize;

use crate::filter::Filter;
use crate::policy::yaml;
use crate::record::time::Timestamp;

/// A remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The file's name without its ending.
    pub name: String,
    pub date: Option<Timestamp>,
    pub commit: Option<String>,
    pub title: String,
    pub matches: Filter,
    /// What the gate reported at the commit was no change.
    pub false_alarm: bool,
    pub markdown: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    commit: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, rename = "match")]
    matches: Filter,
    #[serde(default)]
    false_alarm: bool,
}

/// Reads a note; `file` is the file's name.
///
/// # Errors
/// No front matter, front matter that is not YAML or has an unknown key, or neither date nor
/// commit.
pub fn read(file: &str, text: &str) -> Result<Note, String> {
    let name = file.trim_end_matches(".md").to_owned();
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let rest = text.strip_prefix("---\n").ok_or("no front matter")?;
    let (front, markdown) = rest.split_once("\n---").ok_or("the front matter does not end")?;
    let front: FrontMatter =
        yaml::read(front).map_err(|error| format!("front matter: {}", error.reason))?;
    let date = front
        .date
        .map(|date| Timestamp::parse(&format!("{date}T00:00:00Z")).or(Timestamp::parse(&date)))
        .transpose()
        .map_err(|_| "`date` is not YYYY-MM-DD".to_owned())?;
    if date.is_none() && front.commit.is_none() {
        return Err("neither `date` nor `commit`".to_owned());
    }
    if front.false_alarm && front.commit.is_none() {
        return Err("`false_alarm` needs the `commit` that was reported".to_owned());
    }
    let title = front.title.unwrap_or_else(|| title_from_name(&name));
    let title = if front.false_alarm { format!("False alarm: {title}") } else { title };
    let markdown = markdown.trim_start_matches('-').trim().to_owned();
    Ok(Note {
        name,
        date,
        commit: front.commit,
        title,
        matches: front.matches,
        false_alarm: front.false_alarm,
        markdown,
    })
}

/// A file's name as a title: `julia-bounds-check` → `Julia bounds check`.
fn title_from_name(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_a_day_a_filter_and_prose() {
        let note = read("gc.md", "---\ndate: 2025-09-03\ntitle: New GC\nmatch: {backend: go}\n---\n\nGo 1.25 *changes* the GC.\n").unwrap();
        assert_eq!((note.name.as_str(), note.title.as_str()), ("gc", "New GC"));
        assert_eq!(note.date, Timestamp::parse("2025-09-03T00:00:00Z").ok());
        assert_eq!(note.markdown, "Go 1.25 *changes* the GC.");
    }

    #[test]
    fn a_note_without_a_title_is_called_after_its_file() {
        let note = read("julia-bounds_check.md", "---\ncommit: abc\n---\n").unwrap();
        assert_eq!(note.title, "Julia bounds check");
    }

    #[test]
    fn a_false_alarm_is_one_of_a_commit_and_says_so() {
        let note = read("busy-host.md", "---\ncommit: abc\nfalse_alarm: true\n---\n").unwrap();
        assert_eq!((note.title.as_str(), note.false_alarm), ("False alarm: Busy host", true));
        let fault = read("a.md", "---\ndate: 2025-09-03\nfalse_alarm: true\n---\n").unwrap_err();
        assert!(fault.contains("`commit`"), "{fault}");
    }

    #[test]
    fn a_note_without_a_place_in_time_is_rejected() {
        for text in [
            "",
            "hello",
            "---\ntitle: x\n---\n",
            "---\ndate: soon\n---\n",
            "---\ndte: 2025-09-03\n---\n",
        ] {
            assert!(read("a.md", text).is_err(), "{text:?}");
        }
    }
}
