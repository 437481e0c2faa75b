//! An evidence bundle: who let what in, under which policy, as files that an auditor can check
//! without trusting this program.
//!
//! `audit.ndjson` is a copy to the letter, so that `audit verify --data` on the bundle proves the
//! log as it proves the history's. `SHA256SUMS` names every file but itself.
//! Nothing reads a clock: the same log and policies give the same bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::report::escape::json as json_text;
use crate::report::wire::AuditHeadView;
use model::audit::{AuditChain, AuditLink};
use model::hex;
use model::record::time::Timestamp;

/// The log, as a file of the bundle and of a history directory.
const LOG: &str = "audit.ndjson";

/// What a bundle is made of.
pub(crate) struct EvidenceInput {
    pub(crate) chain: AuditChain,
    /// The text of the log; none where there is no log.
    pub(crate) log: Option<String>,
    /// The text of `accepted.yml`; empty where there is none.
    pub(crate) accepted: String,
    /// Versions of the policy whose text is known, oldest first; the last one is in force.
    pub(crate) policies: Vec<PolicyVersion>,
    /// The policy in force with every default, as YAML.
    pub(crate) effective_policy: String,
    /// What is wrong with the log, in sentences.
    pub(crate) faults: Vec<String>,
    /// How far the proof of the log goes, in a sentence.
    pub(crate) reach: String,
}

/// A version of the policy.
pub(crate) struct PolicyVersion {
    /// Short hash of the text as it stood.
    pub(crate) sha: String,
    pub(crate) text: String,
    /// A secret in it was replaced, so its hash is another one than `sha`.
    pub(crate) is_masked: bool,
    /// The commits that brought it, oldest first; none where no repository knows the file.
    pub(crate) commits: Vec<PolicyCommit>,
}

/// A commit that changed the policy.
pub(crate) struct PolicyCommit {
    pub(crate) id: String,
    pub(crate) time: Option<Timestamp>,
    /// None where none is recorded, or the policy hides authors.
    pub(crate) author: Option<String>,
}

/// The files of the bundle, by path.
pub(crate) fn files(input: &EvidenceInput) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    files.extend(input.log.clone().map(|log| (LOG.to_owned(), log)));
    if !input.accepted.is_empty() {
        files.insert("accepted.yml".to_owned(), input.accepted.clone());
    }
    for version in &input.policies {
        files.insert(policy_path(version), version.text.clone());
    }
    files.insert("policy-effective.yml".to_owned(), input.effective_policy.clone());
    let mut json = |name: &str, value: &Value| {
        files.insert(name.to_owned(), json_text::pretty(value).into_string());
    };
    json("policy-versions.json", &policy_versions(input));
    json("overrides.json", &entries(&input.chain, &["override"]));
    // Older versions of this program had other words.
    let accepted = ["acceptance", "acceptance_used", "approval", "approval_used"];
    json("accepted.json", &entries(&input.chain, &accepted));
    json("verification.json", &verification(input));
    files.insert("README.md".to_owned(), readme(input));
    // Last: it names all others.
    let sums = files.iter().map(|(path, text)| format!("{}  {path}\n", hex::sha256(text, 64)));
    let sums: String = sums.collect();
    files.insert("SHA256SUMS".to_owned(), sums);
    files
}

fn policy_path(version: &PolicyVersion) -> String {
    format!("policy/{}.yml", version.sha)
}

/// The versions whose text is known, then those that only the log names.
fn policy_versions(input: &EvidenceInput) -> Value {
    // An override says under which policy it was granted. A version that only the log names was
    // never in the repository, or its history was cut: an auditor has to know.
    let mut lines: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for link in &input.chain.links {
        if let Some(sha) = link.entry.details.get("policy_sha").and_then(Value::as_str) {
            lines.entry(sha).or_default().push(link.line);
        }
    }
    let last = input.policies.len().wrapping_sub(1);
    let mut versions = Vec::new();
    for (at, version) in input.policies.iter().enumerate() {
        let commit = |it: &PolicyCommit| {
            let time = it.time.map(|time| time.to_string());
            json!({"author": it.author, "id": it.id, "time": time})
        };
        versions.push(json!({
            "commits": version.commits.iter().map(commit).collect::<Vec<_>>(),
            "file": policy_path(version),
            "in_force": at == last,
            "log_lines": lines.remove(version.sha.as_str()).unwrap_or_default(),
            "masked": version.is_masked,
            "sha": version.sha,
        }));
    }
    versions.extend(lines.into_iter().map(|(sha, lines)| {
        json!({"commits": [], "file": null, "in_force": false, "log_lines": lines,
            "masked": false, "sha": sha})
    }));
    Value::Array(versions)
}

/// The lines of the log of some kinds, oldest first.
fn entries(chain: &AuditChain, kinds: &[&str]) -> Value {
    let entry = |link: &AuditLink| {
        let entry = &link.entry;
        json!({
            "actor": entry.actor,
            "commit": entry.commit,
            "details": entry.details,
            "hash": link.hash,
            "kind": entry.kind,
            "line": link.line,
            "proven": chain.is_verified(link),
            "reason": entry.reason,
            "time": entry.time.to_string(),
        })
    };
    chain.links.iter().filter(|link| kinds.contains(&link.entry.kind.as_str())).map(entry).collect()
}

fn verification(input: &EvidenceInput) -> Value {
    json!({
        "audit": AuditHeadView::of(&input.chain),
        "faults": input.faults,
        "program": concat!("benchpages ", env!("CARGO_PKG_VERSION")),
        "reach": input.reach,
    })
}

fn readme(input: &EvidenceInput) -> String {
    let head = input.chain.head();
    let state = match input.faults.is_empty() {
        true => "The log was intact when the bundle was made.",
        false => "The log was NOT intact when the bundle was made: see verification.json.",
    };
    format!(
        "# Evidence of a benchmark gate\n\n\
         Made by benchpages {version}. {state} Its head is\n\n    {head}\n\n\
         | file | content |\n|---|---|\n\
         | audit.ndjson | the log of overrides, accepted changes, rotations and erasures, to the \
         letter |\n\
         | overrides.json | the overrides in it: who, when, why, at which commit, under which \
         policy |\n\
         | accepted.json | the accepted changes in it, and each use of one |\n\
         | accepted.yml | the entries that count now, without e-mail addresses |\n\
         | policy/ | the versions of the policy, each named by the first 12 digits of its SHA-256 \
         |\n\
         | policy-versions.json | the commits of each version, and the lines of the log that name \
         it |\n\
         | policy-effective.yml | the policy in force, every default filled in |\n\
         | verification.json | what the program found when it made the bundle |\n\
         | SHA256SUMS | the SHA-256 of every file but itself |\n\n\
         A file is missing where the history has none. `masked` in policy-versions.json: a secret \
         or an\naddress was replaced, so the text has another hash than its name.\n\n\
         ## How to verify\n\n\
         1. No file was changed since: `sha256sum --check SHA256SUMS`.\n\
         2. No line of the log was changed, removed or inserted:\n   \
         `benchpages audit verify --data . --head {head}`.\n\
         3. No line is missing at the end: get the head from a place that the log's writer cannot \
         change,\n   such as api/v2/health.json of the published site, and pass it as `--head`. \
         The head above\n   comes from the log itself and does not prove that.\n\n\
         Without the program: each line of audit.ndjson is JSON with sorted keys and without \
         blanks. Its\n`hash` is the SHA-256 of the line without `hash`, and `previous` is the \
         `hash` of the line before,\n64 zeros in the first one.\n",
        version = env!("CARGO_PKG_VERSION"),
    )
}
