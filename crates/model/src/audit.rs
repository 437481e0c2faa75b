//! The audit log as text: one line for every time somebody was let through or moved something.
//!
//! A line is JSON with sorted keys: `actor`, `commit`, `details`, `hash`, `kind`, `previous`,
//! `reason`, `time`. `hash` is the SHA-256 of the line without `hash`; `previous` is the hash of
//! the line before, 64 zeros in the first one. What was edited, removed, inserted or moved is found
//! from the text alone. Whole lines missing at the end are not: only somebody who remembers the
//! newest hash can tell ([`AuditChain::contains`]). Refuses no text; knows no files.

use serde_json::{Map, Value};

use crate::hex;
use crate::record::time::Timestamp;

/// `previous` of the first line.
pub(crate) const FIRST_PREVIOUS_HASH: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// How the tokens of well-known services begin (their own documentation, 2026): such a word of 20
/// characters or more never reaches the log.
const SECRET_WORDS: [&str; 15] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "AKIA",
    "ASIA",
    "sk-",
    "npm_",
];
const SECRET_WORD_LENGTH: usize = 20;
/// What follows these, up to a blank, is a secret (Slack's and Discord's hooks).
const SECRET_URLS: [&str; 2] = ["hooks.slack.com/", "/api/webhooks/"];
const SECRET_REPLACEMENT: &str = "[removed: looks like a secret]";

/// Something that was let through or moved, by whom and why.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub time: Timestamp,
    /// `override`, `approval`, `approval_used`, `rotation`, …
    pub kind: String,
    pub actor: String,
    pub reason: String,
    pub commit: Option<String>,
    /// Whatever else the kind tells: base units, never a secret.
    pub details: Map<String, Value>,
}

/// A line of the log that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLink {
    /// From 1.
    pub line: u32,
    pub hash: String,
    pub entry: AuditEntry,
}

/// The first place where a log is not what was once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainBreak {
    /// From 1.
    pub line: u32,
    pub reason: String,
}

/// A log as it was read: every readable line, and where it stops being proven.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditChain {
    pub links: Vec<AuditLink>,
    pub broken: Option<ChainBreak>,
}

impl AuditChain {
    /// The newest proven hash; [`FIRST_PREVIOUS_HASH`] where nothing is proven.
    pub fn newest_hash(&self) -> &str {
        self.verified().last().map_or(FIRST_PREVIOUS_HASH, |link| link.hash.as_str())
    }

    /// The lines before the first break.
    pub fn verified(&self) -> impl Iterator<Item = &AuditLink> {
        self.links.iter().filter(|link| self.is_verified(link))
    }

    /// Whether the log tells this already: the same kind, actor, reason and commit.
    pub fn has_entry(&self, entry: &AuditEntry) -> bool {
        let (actor, reason) = (without_secrets(&entry.actor), without_secrets(&entry.reason));
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

/// The line that follows a line with the hash `previous`, and its own hash; no line end.
pub fn format_line(entry: &AuditEntry, previous: &str) -> (String, String) {
    let mut fields = Map::new();
    fields.insert("time".to_owned(), Value::String(entry.time.to_string()));
    fields.insert("kind".to_owned(), Value::String(without_secrets(&entry.kind)));
    fields.insert("actor".to_owned(), Value::String(without_secrets(&entry.actor)));
    fields.insert("reason".to_owned(), Value::String(without_secrets(&entry.reason)));
    if let Some(commit) = &entry.commit {
        fields.insert("commit".to_owned(), Value::String(commit.clone()));
    }
    if !entry.details.is_empty() {
        let mut details = Value::Object(entry.details.clone());
        remove_secrets(&mut details);
        fields.insert("details".to_owned(), details);
    }
    fields.insert("previous".to_owned(), Value::String(previous.to_owned()));
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
    let fault = if hex::sha256(&canonical(&Value::Object(fields.clone())), 64) != hash {
        Some("the line was edited: its text does not give its hash".to_owned())
    } else if whole != line {
        Some("the line was edited: it is not written as this program writes it".to_owned())
    } else if before != previous {
        let reason = "the line does not follow the one before it: \
                      a line was removed, inserted or moved here";
        Some(reason.to_owned())
    } else {
        None
    };
    (Some(AuditLink { line: number, hash, entry }), fault)
}

fn parse_entry(fields: &Map<String, Value>) -> Option<AuditEntry> {
    let text = |name: &str| fields.get(name)?.as_str().map(ToOwned::to_owned);
    Some(AuditEntry {
        time: Timestamp::parse(fields.get("time")?.as_str()?).ok()?,
        kind: text("kind")?,
        actor: text("actor")?,
        reason: text("reason")?,
        commit: text("commit"),
        details: fields.get("details").and_then(Value::as_object).cloned().unwrap_or_default(),
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

/// Takes secrets out of every text at any depth.
fn remove_secrets(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_secrets(text),
        Value::Array(values) => values.iter_mut().for_each(remove_secrets),
        Value::Object(fields) => fields.values_mut().for_each(remove_secrets),
        _ => {}
    }
}

/// A text with what looks like a token, or the address of a hook, taken out of it.
pub(crate) fn without_secrets(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    // Only words with the beginning of a known kind of token: a check by randomness would take
    // commit ids, which are what the log is about.
    let is_secret = |word: &str| {
        word.len() >= SECRET_WORD_LENGTH && SECRET_WORDS.iter().any(|start| word.starts_with(start))
    };
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let blank = &piece[word.len()..];
        if SECRET_URLS.iter().any(|url| word.contains(url)) {
            out.push_str(SECRET_REPLACEMENT);
        } else {
            for word in word.split_inclusive(|c| !part(c)) {
                let name = word.trim_end_matches(|c| !part(c));
                out.push_str(if is_secret(name) { SECRET_REPLACEMENT } else { name });
                out.push_str(&word[name.len()..]);
            }
        }
        out.push_str(blank);
    }
    out
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
        let mut previous = FIRST_PREVIOUS_HASH.to_owned();
        let lines = reasons.iter().map(|reason| {
            let (line, hash) = format_line(&entry(reason), &previous);
            previous = hash;
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
        let forged = format_line(&entry("forged"), &read(&lines[0]).links[0].hash).0 + "\n";
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
        let (text, _) = format_line(&one, FIRST_PREVIOUS_HASH);
        assert!(!text.contains(&token) && !text.contains("hooks.slack"), "{text}");
        assert!(text.contains("see ([removed: looks like a secret]), [removed"), "{text}");
        assert_eq!(without_secrets("skip  this-one,\tplease"), "skip  this-one,\tplease");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_any_changed_character_is_found(
            reason in ".{0,40}", actor in "\\PC{0,10}", at in 0usize..200, number in any::<f64>(),
        ) {
            let mut one = entry(&reason);
            one.actor = actor;
            one.details.insert("change".to_owned(), Value::from(number));
            let (text, _) = format_line(&one, FIRST_PREVIOUS_HASH);
            let chain = read(&format!("{text}\n"));
            prop_assert_eq!(&chain.broken, &None);
            prop_assert_eq!(&chain.links[0].entry.actor, &without_secrets(&one.actor));
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
