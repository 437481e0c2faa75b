//! The audit log as text: one line for every time somebody was let through or moved something.
//!
//! A line is JSON with sorted keys: `actor`, `commit`, `details`, `hash`, `kind`, `number`,
//! `previous`, `reason`, `time`. `hash` is the SHA-256 of the line without `hash`; `previous` is
//! the hash of the line before, 64 zeros in the first one; `number` counts from 1, and lines of
//! older versions have none. What was edited, removed, inserted or moved is found from the text
//! alone. Lines missing at the end are not, nor is a log that was written anew: that takes a
//! [`head`] that is kept elsewhere. Rejects no text; knows no files.

pub mod head;
pub mod reason;

use serde_json::{Map, Value};

use crate::hex;
use crate::record::time::Timestamp;
use crate::text::publishable;
use head::AuditHead;

/// `previous` of the first line.
pub(crate) const FIRST_PREVIOUS_HASH: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// Something that was let through or moved, by whom and why.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AuditEntry {
    pub time: Timestamp,
    /// `override`, `approval`, `approval_used`, `rotation`, …
    pub kind: String,
    pub actor: String,
    pub reason: String,
    pub commit: Option<String>,
    /// What else belongs to the kind: base units, never a secret.
    #[serde(with = "crate::json_field")]
    pub details: Map<String, Value>,
}

/// A line of the log that could be read.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AuditLink {
    /// From 1.
    pub line: u32,
    pub hash: String,
    pub entry: AuditEntry,
}

/// The first place where a log is not what was once written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChainBreak {
    /// From 1.
    pub line: u32,
    pub reason: String,
}

/// A log as it was read: every readable line, and where it stops being proven.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AuditChain {
    pub links: Vec<AuditLink>,
    pub broken: Option<ChainBreak>,
}

impl AuditChain {
    /// The newest proven hash; [`FIRST_PREVIOUS_HASH`] where nothing is proven.
    pub fn newest_hash(&self) -> &str {
        self.verified().last().map_or(FIRST_PREVIOUS_HASH, |link| link.hash.as_str())
    }

    /// The count and the newest hash of the lines before the first break.
    pub fn head(&self) -> AuditHead {
        AuditHead { count: self.verified().count() as u64, hash: self.newest_hash().to_owned() }
    }

    /// The lines before the first break.
    pub fn verified(&self) -> impl Iterator<Item = &AuditLink> {
        self.links.iter().filter(|link| self.is_verified(link))
    }

    /// Whether the log has this already: the same kind, actor, reason and commit.
    pub fn has_entry(&self, entry: &AuditEntry) -> bool {
        let (actor, reason) = (publishable(&entry.actor), publishable(&entry.reason));
        self.links.iter().map(|link| &link.entry).any(|it| {
            it.kind == entry.kind
                && it.commit == entry.commit
                && it.actor == actor
                && it.reason == reason
        })
    }

    pub fn is_verified(&self, link: &AuditLink) -> bool {
        self.broken.as_ref().is_none_or(|broken| link.line < broken.line)
    }

    /// Whether a hash that somebody remembers is still in the log: without it, lines were cut off
    /// at the end, or the log was written anew. A beginning of at least 8 characters will do.
    pub fn contains(&self, hash: &str) -> bool {
        let known = |link: &AuditLink| hash.len() >= 8 && link.hash.starts_with(hash);
        hash == FIRST_PREVIOUS_HASH || self.verified().any(known)
    }
}

/// The line that follows those before `head`, and its own hash; no line end.
pub fn format_line(entry: &AuditEntry, head: &AuditHead) -> (String, String) {
    let mut fields = Map::new();
    fields.insert("number".to_owned(), Value::from(head.count + 1));
    fields.insert("time".to_owned(), Value::String(entry.time.to_string()));
    fields.insert("kind".to_owned(), Value::String(publishable(&entry.kind)));
    fields.insert("actor".to_owned(), Value::String(publishable(&entry.actor)));
    fields.insert("reason".to_owned(), Value::String(publishable(&entry.reason)));
    if let Some(commit) = &entry.commit {
        fields.insert("commit".to_owned(), Value::String(commit.clone()));
    }
    if !entry.details.is_empty() {
        let mut details = Value::Object(entry.details.clone());
        mask_secrets(&mut details);
        fields.insert("details".to_owned(), details);
    }
    fields.insert("previous".to_owned(), Value::String(head.hash.clone()));
    let hash = hex::sha256(&canonical(&Value::Object(fields.clone())), 64);
    fields.insert("hash".to_owned(), Value::String(hash.clone()));
    (canonical(&Value::Object(fields)), hash)
}

/// Reads a log. Lines after a break are read too, but they prove nothing.
pub fn read(text: &str) -> AuditChain {
    let mut chain = AuditChain::default();
    let mut previous = FIRST_PREVIOUS_HASH.to_owned();
    // Every whole line ends: what does not was cut off by a crash, or written by hand.
    let ended = text.is_empty() || text.ends_with('\n');
    let last = text.lines().count();
    for (index, line) in text.lines().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let (link, fault) = parse_link(line, number, &previous);
        let cut = (index + 1 == last && !ended).then(|| {
            "the line does not end: something is cut off, or was added by hand".to_owned()
        });
        if let (None, Some(reason)) = (&chain.broken, fault.or(cut)) {
            chain.broken = Some(ChainBreak { line: number, reason });
        }
        // The chain goes on from the line as it is, so that one edited line is one break: the lines
        // after it may still be as they were written, and `show` prints them.
        previous = link.as_ref().map_or_else(String::new, |link| link.hash.clone());
        chain.links.extend(link);
    }
    chain
}

/// One line: what of it can be read, and what is wrong with it.
fn parse_link(line: &str, number: u32, previous: &str) -> (Option<AuditLink>, Option<String>) {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(line) else {
        return (None, Some("not a line of this log: no JSON object".to_owned()));
    };
    // Compared with the text below: the hash alone would not see blanks or another order of keys.
    let whole = canonical(&Value::Object(fields.clone()));
    let Some(Value::String(hash)) = fields.remove("hash") else {
        return (None, Some("the line has no hash".to_owned()));
    };
    let Some(entry) = parse_entry(&fields) else {
        let reason = "the line has no `time`, `kind`, `actor` or `reason` that could be read";
        return (None, Some(reason.to_owned()));
    };
    let before = fields.get("previous").and_then(Value::as_str).unwrap_or_default();
    // Lines of older versions have no number: the hashes alone prove their order.
    let is_numbered_wrong =
        fields.get("number").is_some_and(|value| value.as_u64() != Some(u64::from(number)));
    let fault = if hex::sha256(&canonical(&Value::Object(fields.clone())), 64) != hash {
        Some("the line was edited: its text does not give its hash".to_owned())
    } else if whole != line {
        Some("the line was edited: it is not written as this program writes it".to_owned())
    } else if before != previous {
        let reason = "the line does not follow the one before it: \
                      a line was removed, inserted or moved here";
        Some(reason.to_owned())
    } else if is_numbered_wrong {
        Some("the number of the line is not its place: a line was removed or inserted".to_owned())
    } else {
        None
    };
    (Some(AuditLink { line: number, hash, entry }), fault)
}

fn parse_entry(fields: &Map<String, Value>) -> Option<AuditEntry> {
    // Older versions masked fewer secrets; whoever reads the entry sees none.
    let text = |name: &str| fields.get(name)?.as_str().map(publishable);
    let mut details = fields.get("details").cloned().unwrap_or_default();
    mask_secrets(&mut details);
    Some(AuditEntry {
        time: Timestamp::parse(fields.get("time")?.as_str()?).ok()?,
        kind: text("kind")?,
        actor: text("actor")?,
        reason: text("reason")?,
        commit: text("commit"),
        details: details.as_object().cloned().unwrap_or_default(),
    })
}

/// JSON without blanks, keys sorted at every depth, whatever order the map keeps.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut pairs: Vec<(&String, &Value)> = fields.iter().collect();
            // serde_json keeps the order of insertion where another crate of the build asks for it;
            // a hash must not depend on that.
            pairs.sort_by_key(|(name, _)| *name);
            let pairs = pairs.iter().map(|(name, value)| {
                let name = Value::String((*name).clone());
                format!("{name}:{}", canonical(value))
            });
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// Masks secrets in every text at any depth.
fn mask_secrets(value: &mut Value) {
    match value {
        Value::String(text) => *text = publishable(text),
        Value::Array(values) => values.iter_mut().for_each(mask_secrets),
        Value::Object(fields) => fields.values_mut().for_each(mask_secrets),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(reason: &str) -> AuditEntry {
        AuditEntry {
            time: Timestamp::parse("2025-09-26T12:00:00Z").unwrap(),
            kind: "override".to_owned(),
            actor: "ada".to_owned(),
            reason: reason.to_owned(),
            commit: Some("c0ffee".to_owned()),
            details: Map::from_iter([("findings".to_owned(), Value::from(3))]),
        }
    }

    fn log(reasons: &[&str]) -> Vec<String> {
        let mut head = AuditHead::default();
        let lines = reasons.iter().map(|reason| {
            let (line, hash) = format_line(&entry(reason), &head);
            head = AuditHead { count: head.count + 1, hash };
            line + "\n"
        });
        lines.collect()
    }

    fn broken(lines: &[String]) -> Option<u32> {
        read(&lines.concat()).broken.map(|broken| broken.line)
    }

    #[test]
    fn an_untouched_log_is_whole_and_read_as_it_was_written() {
        let lines = log(&["one", "two \"quoted\"\n<b>", "drei 🙂"]);
        let chain = read(&lines.concat());
        assert_eq!(chain.broken, None);
        let reasons: Vec<&str> = chain.links.iter().map(|link| &*link.entry.reason).collect();
        assert_eq!(reasons, ["one", "two \"quoted\"\n<b>", "drei 🙂"]);
        assert_eq!(chain.links[0].entry, entry("one"));
        assert_eq!(chain.newest_hash(), chain.links[2].hash);
        assert!(chain.contains(&chain.links[0].hash.clone()) && !chain.contains("12345678"));
        assert_eq!(read("").newest_hash(), FIRST_PREVIOUS_HASH);
    }

    #[test]
    fn every_kind_of_tampering_is_found_at_its_line() {
        let lines = log(&["one", "two", "three", "four"]);
        let changed = |change: &dyn Fn(&mut Vec<String>)| {
            let mut lines = lines.clone();
            change(&mut lines);
            broken(&lines)
        };
        assert_eq!(changed(&|_| {}), None);
        let edited = changed(&|lines| lines[1] = lines[1].replace("two", "tow"));
        assert_eq!(edited, Some(2), "edited");
        assert_eq!(changed(&|lines| drop(lines.remove(1))), Some(2), "removed");
        assert_eq!(changed(&|lines| drop(lines.remove(0))), Some(1), "first removed");
        assert_eq!(changed(&|lines| lines.swap(1, 2)), Some(2), "moved");
        let twice = changed(&|lines| lines.insert(1, lines[0].clone()));
        assert_eq!(twice, Some(2), "said twice");
        let forged = format_line(&entry("forged"), &read(&lines[0]).head()).0 + "\n";
        let inserted = changed(&|lines| lines.insert(1, forged.clone()));
        assert_eq!(inserted, Some(3), "inserted with a hash of its own");
        let cut = changed(&|lines| lines[3].truncate(40));
        assert_eq!(cut, Some(4), "cut in the last line");
        let open = changed(&|lines| lines[3] = lines[3].trim_end().to_owned());
        assert_eq!(open, Some(4), "line end removed");
        let blank = changed(&|lines| lines.insert(2, "\n".to_owned()));
        assert_eq!(blank, Some(3), "blank line");
        let spaced = changed(&|lines| lines[0] = lines[0].replace("\":", "\": "));
        assert_eq!(spaced, Some(1), "blanks between");
        let doubled = changed(&|lines| {
            lines[0] = lines[0].replace("{\"actor\"", "{\"actor\":\"eve\",\"actor\"");
        });
        assert_eq!(doubled, Some(1), "a key twice");
    }

    #[test]
    fn a_number_that_is_not_the_place_of_its_line_breaks_the_log_and_older_lines_have_none() {
        let lines = log(&["one", "two"]);
        assert!(lines[1].contains("\"number\":2"), "{}", lines[1]);
        let wrong = AuditHead { count: 7, ..read(&lines[0]).head() };
        let (eighth, _) = format_line(&entry("two"), &wrong);
        assert_eq!(broken(&[lines[0].clone(), eighth + "\n"]), Some(2));
        let mut old: Map<String, Value> = serde_json::from_str(&lines[0]).unwrap();
        old.remove("number");
        old.remove("hash");
        let hash = hex::sha256(&canonical(&Value::Object(old.clone())), 64);
        old.insert("hash".to_owned(), Value::from(hash.clone()));
        let old = canonical(&Value::Object(old)) + "\n";
        let (next, _) = format_line(&entry("two"), &AuditHead { count: 1, hash });
        assert_eq!(broken(&[old, next + "\n"]), None);
    }

    #[test]
    fn lines_cut_off_at_the_end_are_noticed_by_who_remembers_a_hash() {
        let lines = log(&["one", "two"]);
        let head = read(&lines.concat()).newest_hash().to_owned();
        let shorter = read(&lines[0]);
        assert_eq!(shorter.broken, None);
        assert!(!shorter.contains(&head) && shorter.contains(FIRST_PREVIOUS_HASH));
    }

    #[test]
    fn after_a_break_lines_are_shown_but_prove_nothing() {
        let mut lines = log(&["one", "two", "three"]);
        lines[1] = "{\"hash\": 1}\n".to_owned();
        let chain = read(&lines.concat());
        assert_eq!(chain.broken.as_ref().map(|broken| broken.line), Some(2));
        assert_eq!((chain.links.len(), chain.verified().count()), (2, 1));
    }

    #[test]
    fn no_secret_reaches_the_log() {
        let token = format!("gh{}_{}", "p", "a".repeat(36));
        let hook = "https://hooks.slack.com/services/T0/B0/xyz";
        let mut one = entry(&format!("see ({token}), {hook} ok"));
        one.details.insert("note".to_owned(), Value::from(vec![token.clone()]));
        let (text, _) = format_line(&one, &AuditHead::default());
        assert!(!text.contains(&token) && !text.contains("xyz"), "{text}");
        assert!(text.contains("see (***), https://hooks.slack.com/*** ok"), "{text}");
        // A line of an older version may hold what this one masks.
        let older = format_line(&entry("one"), &AuditHead::default()).0;
        let older = older.replace("\"one\"", "\"password=hunter2\"") + "\n";
        assert_eq!(read(&older).links[0].entry.reason, "password=***");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_any_changed_character_is_found(
            reason in ".{0,40}", actor in "\\PC{0,10}", at in 0usize..200, number in any::<f64>(),
        ) {
            let mut one = entry(&reason);
            one.actor = actor;
            one.details.insert("change".to_owned(), Value::from(number));
            let (text, _) = format_line(&one, &AuditHead::default());
            let chain = read(&format!("{text}\n"));
            prop_assert_eq!(&chain.broken, &None);
            prop_assert_eq!(&chain.links[0].entry.actor, &publishable(&one.actor));
            let mut chars: Vec<char> = text.chars().collect();
            let at = at % chars.len();
            chars[at] = if chars[at] == 'x' { 'y' } else { 'x' };
            let changed: String = chars.into_iter().collect::<String>() + "\n";
            prop_assert!(read(&changed).broken.is_some());
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(?s).{0,200}") {
            let chain = read(&text);
            prop_assert!(text.is_empty() || chain.broken.is_some());
        }
    }
}
