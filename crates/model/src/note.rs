//! Notes: a remark in Markdown about a day or a commit, shown on charts and pages.
//!
//! A note is a text with front matter between `---` lines: `date` or `commit`, optionally `title`,
//! `match` (a filter) and `false_alarm: true` (what was reported at the commit was no change). What
//! follows is Markdown; it is rendered by `site`, never trusted.
//!
//! `chaos_until` is the last day of a chaos experiment that begins on `date`. It explains what
//! happens on its days.
//!
//! `bisect` writes a note with `culprit`, `confidence` and `measurements`: the commit that caused
//! the regression at `commit`. It names a cause and excuses nothing, so the regression stays open.

use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::policy::chaos::read_chaos_end;
use crate::policy::yaml;
use crate::record::time::{DAY_US, Timestamp};
use crate::text;

/// Most commits of a range of which one is the culprit.
const MAX_CULPRITS: usize = 1000;

/// A remark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The file's name without its ending.
    pub name: String,
    pub date: Option<Timestamp>,
    /// Last day of the chaos experiment that begins on `date`.
    pub chaos_until: Option<Timestamp>,
    pub commit: Option<String>,
    pub title: String,
    #[serde(with = "crate::json_field")]
    pub matches: Filter,
    /// What the gate reported at the commit was no change.
    pub false_alarm: bool,
    /// What caused the regression at the commit.
    pub culprit: Option<Culprit>,
    pub markdown: String,
}

/// The commit that caused a regression, as `bisect` found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Culprit {
    /// Ids, oldest first: one, or a range that no measurement separates. Never empty.
    pub commits: Vec<String>,
    /// Probability, above 0 and at most 1.
    pub confidence: f64,
    pub measurements: u64,
}

impl Note {
    /// The days that the note is about: one, those of a chaos experiment, or none.
    pub fn days(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let first = self.date;
        let last = self.chaos_until.or(first).map_or(i64::MIN, Timestamp::day);
        let more = first.into_iter().flat_map(move |first| first.day() + 1..=last);
        first.into_iter().chain(more.map(|day| Timestamp::from_micros(day * DAY_US)))
    }
}

impl Culprit {
    /// `abc1234 (97% confidence, 38 measurements)`.
    pub fn text(&self) -> String {
        let commit = |id: Option<&String>| text::short_commit(id.map_or("", |id| id));
        let (first, last) = (commit(self.commits.first()), commit(self.commits.last()));
        let commits = match self.commits.len() {
            0 | 1 => first,
            count => format!("one of {} commits, {first} to {last}", text::count(count as u64)),
        };
        let confidence = text::percent(self.confidence);
        let measurements = text::count_noun(self.measurements, "measurement");
        format!("{commits} ({confidence} confidence, {measurements})")
    }

    /// The text of the note that names it: `commit` is that of the regression, `matches` holds for
    /// its series.
    pub fn note_text(&self, commit: &str, matches: &Filter, markdown: &str) -> String {
        // JSON is YAML, and leaves no name room to end the front matter.
        let json = |value: serde_json::Value| value.to_string();
        let culprit = match self.commits.as_slice() {
            [one] => json(one.as_str().into()),
            several => json(several.into()),
        };
        let matches = serde_json::to_value(matches).unwrap_or_default();
        format!(
            "---\ncommit: {}\nculprit: {culprit}\nconfidence: {:.4}\nmeasurements: {}\nmatch: {}\n\
             ---\n\n{markdown}",
            json(commit.into()),
            self.confidence,
            self.measurements,
            json(matches),
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    chaos_until: Option<String>,
    #[serde(default)]
    commit: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, rename = "match")]
    matches: Filter,
    #[serde(default)]
    false_alarm: bool,
    #[serde(default)]
    culprit: Option<CommitIds>,
    #[serde(default)]
    confidence: Option<f64>,
    #[serde(default)]
    measurements: Option<u64>,
}

/// One commit, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum CommitIds {
    One(String),
    Many(Vec<String>),
}

impl FrontMatter {
    /// The culprit; none where the note names none.
    fn culprit(&self) -> Result<Option<Culprit>, String> {
        let commits = match &self.culprit {
            None if self.confidence.is_some() || self.measurements.is_some() => {
                return Err("`confidence` and `measurements` need a `culprit`".to_owned());
            }
            None => return Ok(None),
            Some(CommitIds::One(id)) => vec![id.clone()],
            Some(CommitIds::Many(ids)) => ids.clone(),
        };
        if self.commit.is_none() {
            return Err("`culprit` needs the `commit` of the regression".to_owned());
        }
        if self.false_alarm {
            return Err("a false alarm has no `culprit`".to_owned());
        }
        if !(1..=MAX_CULPRITS).contains(&commits.len())
            || !commits.iter().all(|it| text::is_sha(it))
        {
            return Err("`culprit` is not the id of a commit, or a list of ids".to_owned());
        }
        let confidence = self.confidence.filter(|it| *it > 0.0 && *it <= 1.0);
        let confidence = confidence.ok_or("`confidence` is not above 0 and at most 1")?;
        let measurements = self.measurements.filter(|count| *count > 0);
        let measurements = measurements.ok_or("`measurements` is not a whole number above 0")?;
        Ok(Some(Culprit { commits, confidence, measurements }))
    }
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
    let culprit = front.culprit()?;
    let date = front
        .date
        .map(|date| Timestamp::parse(&format!("{date}T00:00:00Z")).or(Timestamp::parse(&date)))
        .transpose()
        .map_err(|_| "`date` is not YYYY-MM-DD".to_owned())?;
    if date.is_none() && front.commit.is_none() {
        return Err("neither `date` nor `commit`".to_owned());
    }
    let chaos_until = match front.chaos_until {
        Some(last) => Some(read_chaos_end(date, &last)?),
        None => None,
    };
    if front.false_alarm && front.commit.is_none() {
        return Err("`false_alarm` needs the `commit` that was reported".to_owned());
    }
    let untitled = || match &culprit {
        Some(culprit) => format!("Culprit: {}", culprit.text()),
        None => title_from_name(&name),
    };
    let title = front.title.unwrap_or_else(untitled);
    let title = if front.false_alarm { format!("False alarm: {title}") } else { title };
    let markdown = markdown.trim_start_matches('-').trim().to_owned();
    Ok(Note {
        name,
        date,
        chaos_until,
        commit: front.commit,
        title,
        matches: front.matches,
        false_alarm: front.false_alarm,
        culprit,
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
    use crate::filter::Names;

    #[test]
    fn a_chaos_experiment_ends_within_a_month() {
        let of = |last: &str| {
            let front = format!("---\ndate: 2025-09-03\nchaos_until: {last}\n---\n");
            read("chaos.md", &front).map(|note| note.chaos_until.map(Timestamp::day))
        };
        let day = Timestamp::parse("2025-09-04T00:00:00Z").unwrap().day();
        assert_eq!(of("2025-09-04"), Ok(Some(day)));
        for wrong in ["2025-09-02", "2025-12-01", "soon"] {
            assert!(of(wrong).unwrap_err().contains("`chaos_until`"), "{wrong}");
        }
        assert!(read("chaos.md", "---\ncommit: c1\nchaos_until: 2025-09-04\n---\n").is_err());
    }

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
    fn a_culprit_has_a_confidence_and_the_number_of_measurements() {
        let note = |front: &str| read("a.md", &format!("---\n{front}\n---\n"));
        let measured = "commit: abc1234\nconfidence: 0.97\nmeasurements: 38\nculprit";
        let one = note(&format!("{measured}: deadbeef0")).unwrap();
        assert_eq!(one.title, "Culprit: deadbee (97% confidence, 38 measurements)");
        let range = note(&format!("{measured}: [deadbeef0, c0ffee00]")).unwrap();
        let text = "one of 2 commits, deadbee to c0ffee0 (97% confidence, 38 measurements)";
        assert_eq!(range.culprit.unwrap().text(), text);
        let culprit = Culprit {
            commits: vec!["1234567".to_owned(), "12e4567".to_owned()],
            confidence: 0.9711,
            measurements: 38,
        };
        let matches = Filter { test: Some(Names::One("a\n--- '\"*".into())), ..Filter::default() };
        let written = read("a.md", &culprit.note_text("7654321", &matches, "Text.\n")).unwrap();
        assert_eq!((written.culprit, written.matches), (Some(culprit), matches));
        assert_eq!(written.commit.as_deref(), Some("7654321"));
        for (front, fault) in [
            ("date: 2025-09-03\nculprit: deadbeef0", "needs the `commit`"),
            ("commit: abc1234\nconfidence: 0.9", "need a `culprit`"),
            ("commit: abc1234\nculprit: '<b>'", "not the id of a commit"),
            ("commit: abc1234\nculprit: []", "not the id of a commit"),
            ("commit: abc1234\nculprit: deadbeef0\nmeasurements: 3", "`confidence` is not"),
            ("commit: abc1234\nculprit: deadbeef0\nconfidence: 97", "`confidence` is not"),
            ("commit: abc1234\nculprit: deadbeef0\nconfidence: 0.9", "`measurements` is not"),
            ("commit: a\nculprit: deadbeef0\nfalse_alarm: true", "a false alarm has no"),
        ] {
            let found = note(front).unwrap_err();
            assert!(found.contains(fault), "{front}: {found}");
        }
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
