//! An issue for each finding on the main line, and one for an infrastructure anomaly: opened, kept
//! up to date, closed with a word once the gate no longer reports it. Only issues with our marker
//! that we wrote ourselves are touched; what people write below the last marker stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::notify::client::Method;
use crate::notify::escape::{link, markdown, plain};
use crate::notify::github::{Api, User, Walk};
use crate::notify::outcome::{Finding, Infrastructure, Outcome, Overall};
use crate::notify::{Failure, Told};
use model::text;

/// New issues, and closed ones, of one run: what breaks everything is not worth a flood.
const MOST: usize = 20;
/// Looking anew after a write that may or may not have been done.
const ROUNDS: u32 = 3;
const MARKER: &str = "<!-- benchpages:issue v1 id=";
/// People may write below it.
const END: &str = "<!-- benchpages:end -->";
const NAME_CHARS: usize = 200;
const REASON_CHARS: usize = 500;
const HINTS: usize = 10;
/// GitHub's most.
const LABEL_CHARS: usize = 50;

#[derive(Debug, Deserialize)]
struct Issue {
    number: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    user: Option<User>,
    /// Pull requests are issues too.
    #[serde(default)]
    pull_request: Option<serde::de::IgnoredAny>,
}

/// An issue as it should stand.
struct Wanted {
    title: String,
    body: String,
}

/// What one run did.
#[derive(Default)]
struct Count {
    opened: u64,
    updated: u64,
    closed: u64,
}

/// Brings the issues in line with what a check of the main line found.
///
/// # Errors
/// As [`crate::notify::client::Client::send`].
pub(crate) fn tell(
    api: &mut Api<'_, '_>,
    outcome: &Outcome,
    labels: &[String],
    links: &[String],
) -> Result<Told, Failure> {
    if outcome.verdict == Overall::NothingCompared {
        return Ok(Told::new("issues stay as they are: nothing was compared"));
    }
    let mut count = Count::default();
    let mut round = 1;
    let left_out = loop {
        match once(api, outcome, labels, links, &mut count) {
            Err(Failure::Unsure { .. }) if round < ROUNDS => round += 1,
            other => break other?,
        }
    };
    let Count { opened, updated, closed } = count;
    let mut told =
        Told::new(format!("issues: {opened} opened, {updated} updated, {closed} closed"));
    if left_out > 0 {
        told.warnings.push(format!(
            "{} opened or closed no issue: at most {MOST} of each a run",
            text::counted(left_out as u64, "finding")
        ));
    }
    Ok(told)
}

/// One look and what follows from it; the number of changes that were left to a later run.
fn once(
    api: &mut Api<'_, '_>,
    outcome: &Outcome,
    labels: &[String],
    links: &[String],
    count: &mut Count,
) -> Result<usize, Failure> {
    let mine = api.author()?;
    let mut open: BTreeMap<String, Issue> = BTreeMap::new();
    let path = format!("issues?state=open&per_page={}", super::PER_PAGE);
    api.walk(&path, json!([]), |issue: Issue| {
        let id = issue.body.as_deref().and_then(id_of).map(str::to_owned);
        let ours = issue.pull_request.is_none() && Api::is_ours(&mine, issue.user.as_ref());
        if let Some(id) = id.filter(|_| ours) {
            // Of two with one id the older stays ours; listings begin with the newest.
            open.insert(id, issue);
        }
        Walk::On::<()>
    })?;
    let wanted = wanted(outcome, links);
    let (mut new, mut gone) = (0, 0);
    for (id, wanted) in &wanted {
        match open.get(id) {
            Some(issue) => update(api, issue, wanted, count)?,
            None if new == MOST => {}
            None => {
                let labels: Vec<&String> =
                    labels.iter().filter(|it| it.chars().count() <= LABEL_CHARS).collect();
                let body = json!({"title": wanted.title, "body": wanted.body, "labels": labels});
                api.write(Method::Post, "issues", &body)?;
                count.opened += 1;
                new += 1;
            }
        }
    }
    let unsure = unsure(outcome);
    let over = |id: &&String| !wanted.contains_key(*id) && !unsure.contains(*id);
    let over: Vec<&String> = open.keys().filter(over).collect();
    for id in over.iter().take(MOST) {
        close(api, &open[*id], outcome, id)?;
        count.closed += 1;
        gone += 1;
    }
    let missing = wanted.keys().filter(|id| !open.contains_key(*id)).count();
    Ok(missing - new + over.len() - gone)
}

/// Who an issue is about, as its marker says it.
fn id_of(body: &str) -> Option<&str> {
    let (id, _) = body.strip_prefix(MARKER)?.split_once(" -->")?;
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(id)
}

fn id(kind: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("{kind}\0{name}"));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn series_id(series: &str) -> String {
    id("series", series)
}

/// The issues that should be open, by id.
fn wanted(outcome: &Outcome, links: &[String]) -> BTreeMap<String, Wanted> {
    let reported = outcome.worse().filter(|finding| !finding.report_only);
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    for finding in reported {
        let id = series_id(&finding.series);
        let issue = of_finding(&id, finding, outcome, links);
        wanted.entry(id).or_insert(issue);
    }
    if let Some(it) = outcome.alert() {
        let id = id("infrastructure", "");
        let issue = of_infrastructure(&id, it);
        wanted.insert(id, issue);
    }
    wanted
}

/// What this check says nothing sure of: such issues stay open.
fn unsure(outcome: &Outcome) -> BTreeSet<String> {
    let settled = |finding: &&Finding| finding.is_better() || finding.verdict == "approved";
    let found = outcome.findings.iter().filter(|finding| !settled(finding));
    let found = found.map(|finding| series_id(&finding.series));
    let not = outcome.not_compared.iter().map(|it| series_id(&it.series));
    let mut ids: BTreeSet<String> = found.chain(not).collect();
    if outcome.infrastructure.is_some() {
        ids.insert(id("infrastructure", ""));
    }
    ids
}

fn update(
    api: &mut Api<'_, '_>,
    issue: &Issue,
    wanted: &Wanted,
    count: &mut Count,
) -> Result<(), Failure> {
    let old = issue.body.as_deref().unwrap_or_default().replace("\r\n", "\n");
    let by_people = old.split_once(END).map_or("", |(_, rest)| rest.trim_end());
    let body = format!("{}{by_people}", wanted.body);
    if old.trim_end() == body && issue.title == wanted.title {
        return Ok(());
    }
    let change = json!({"title": wanted.title, "body": body});
    api.write(Method::Patch, &format!("issues/{}", issue.number), &change)?;
    count.updated += 1;
    Ok(())
}

/// Closes first: a comment that fails leaves no issue open, and is not made twice.
fn close(api: &mut Api<'_, '_>, issue: &Issue, outcome: &Outcome, id: &str) -> Result<(), Failure> {
    let path = format!("issues/{}", issue.number);
    api.write(Method::Patch, &path, &json!({"state": "closed", "state_reason": "completed"}))?;
    let approved = outcome
        .findings
        .iter()
        .find(|finding| finding.verdict == "approved" && series_id(&finding.series) == id);
    let commit = commit(&outcome.candidate);
    let words = match approved {
        Some(finding) => {
            let reason = markdown(finding.reason.as_deref().unwrap_or_default(), REASON_CHARS);
            format!("Accepted as of {commit}. {reason}")
        }
        None => format!("`benchpages check` no longer reports this at {commit}."),
    };
    match api.write(Method::Post, &format!("{path}/comments"), &json!({"body": words.trim()})) {
        Err(Failure::Unsure { .. }) => Ok(()),
        other => other.map(|_| ()),
    }
}

fn commit(id: &str) -> String {
    let short = text::commit(&plain(id, NAME_CHARS));
    if short.is_empty() { "this commit".to_owned() } else { markdown(&short, NAME_CHARS) }
}

fn of_finding(id: &str, finding: &Finding, outcome: &Outcome, links: &[String]) -> Wanted {
    let name = markdown(finding.shown(), NAME_CHARS);
    let mut body = format!("{MARKER}{id} -->\n**{name}** is worse");
    if let Some(values) = finding.values() {
        body.push_str(&format!(": {values}"));
    }
    body.push_str(&format!(", **{}**", finding.change()));
    if let Some(limit) = finding.limit() {
        body.push_str(&format!(" (limit {limit})"));
    }
    let (base, candidate) = (commit(&outcome.base), commit(&outcome.candidate));
    body.push_str(&format!(" at {candidate}, compared with {base}.\n"));
    let mut point = |word: &str, text: &str| {
        let text = markdown(text, REASON_CHARS);
        if !text.is_empty() {
            body.push_str(&format!("- {word}: {text}\n"));
        }
    };
    body_points(finding, &mut point);
    if let Some(url) = finding.url.as_deref().and_then(|url| link(url, links)) {
        body.push_str(&format!("\n[Before and after]({url})\n"));
    }
    body.push_str(FOOTER);
    let title = format!("Benchmark regressed: {}", one_line(finding.shown()));
    Wanted { title, body: format!("{body}{END}") }
}

const FOOTER: &str = "\nThis issue is kept up to date, and closed once the gate no longer reports \
                      it. Notes below this line stay.\n";

fn body_points(finding: &Finding, point: &mut impl FnMut(&str, &str)) {
    point("Why", finding.reason.as_deref().unwrap_or_default());
    point("Severity", finding.severity.as_deref().unwrap_or_default());
    if let Some(confidence) = finding.confidence.filter(|share| share.is_finite()) {
        point("Confidence", &text::percent(confidence));
    }
    for hint in finding.hints.iter().take(HINTS) {
        point("Hint", hint);
    }
}

fn of_infrastructure(id: &str, it: &Infrastructure) -> Wanted {
    let mut body = format!("{MARKER}{id} -->\n{}.\n", it.sentence());
    let moved: Vec<String> = it.moved.iter().take(HINTS).map(|name| markdown(name, 60)).collect();
    if !moved.is_empty() {
        body.push_str(&format!("- Moved: {}\n", text::list(&moved)));
    }
    for line in it.look_at.iter().take(HINTS) {
        body.push_str(&format!("- {}\n", markdown(line, REASON_CHARS)));
    }
    body.push_str(FOOTER);
    let title = "Benchmarks: infrastructure anomaly".to_owned();
    Wanted { title, body: format!("{body}{END}") }
}

/// A name in a title, which is no Markdown but takes mentions.
fn one_line(name: &str) -> String {
    plain(name, NAME_CHARS).replace('@', "@\u{200b}").replace('#', "#\u{200b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_known_by_its_marker_at_the_very_beginning() {
        let id = series_id("parse/rust");
        assert_eq!(id_of(&format!("{MARKER}{id} -->\ntext")), Some(id.as_str()));
        assert_eq!(id_of(&format!("> {MARKER}{id} -->")), None);
        assert_eq!(id_of(&format!("{MARKER}x --> y -->")), None);
        assert_ne!(series_id("a"), series_id("b"));
    }
}
