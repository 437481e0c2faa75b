//! An issue for each finding on the main line, for each target that is missed and each alert that
//! fires, and one for an infrastructure anomaly: opened, kept up to date, closed with a word once
//! the check no longer reports it. Only issues with our marker that we wrote ourselves are touched;
//! what people write below the last marker stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use crate::notify::github::comment_body::commit_text;
use crate::notify::github::{ApiUser, GithubApi, PageStep};
use crate::notify::http::HttpMethod;
use crate::notify::{Delivery, NotifyError};
use crate::report::decision::Decision;
use crate::report::escape::address::LinkTarget;
use crate::report::escape::markdown::{MarkdownText, cut, link, marker_id};
use crate::report::escape::references::{self, TitleText};
use crate::report::summary;
use crate::report::target_view::TargetView;
use crate::report::wire::{CheckFile, FindingView, InfrastructureView};
use model::{escaped, text};

/// New issues, and closed ones, of one run: what breaks everything is not worth a flood.
const MAX_CHANGED_ISSUES: usize = 20;
/// Looking anew after a write that may or may not have been done.
const MAX_ROUNDS: u32 = 3;
const MARKER: &str = "<!-- benchpages:issue v1 id=";
/// People may write below it.
const END: &str = "<!-- benchpages:end -->";
const MAX_NAME_CHARS: usize = 200;
const MAX_REASON_CHARS: usize = 500;
const MAX_HINTS: usize = 10;
/// GitHub's most.
const MAX_LABEL_CHARS: usize = 50;

#[derive(Debug, Deserialize)]
struct ApiIssue {
    number: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    user: Option<ApiUser>,
    /// Pull requests are issues too.
    #[serde(default)]
    pull_request: Option<serde::de::IgnoredAny>,
}

/// An issue as it should stand.
struct DesiredIssue {
    title: TitleText,
    body: MarkdownText,
}

/// What one run did.
#[derive(Default)]
struct IssueCounts {
    opened: u64,
    updated: u64,
    closed: u64,
}

/// Brings the issues in line with what a check of the main line found.
///
/// # Errors
/// As [`crate::notify::client::NotifyClient::send`].
pub(crate) fn sync(
    api: &mut GithubApi<'_, '_>,
    check: &CheckFile,
    labels: &[String],
    links: &[String],
) -> Result<Delivery, NotifyError> {
    if check.verdict == Decision::NothingCompared {
        return Ok(Delivery::new("issues stay as they are: nothing was compared"));
    }
    let mut count = IssueCounts::default();
    let mut round = 1;
    let left_out = loop {
        match attempt(api, check, labels, links, &mut count) {
            Err(NotifyError::Unconfirmed { .. }) if round < MAX_ROUNDS => round += 1,
            other => break other?,
        }
    };
    let IssueCounts { opened, updated, closed } = count;
    let mut delivery =
        Delivery::new(format!("issues: {opened} opened, {updated} updated, {closed} closed"));
    if left_out > 0 {
        delivery.warnings.push(format!(
            "{} opened or closed no issue: at most {MAX_CHANGED_ISSUES} of each a run",
            text::count_noun(left_out as u64, "finding")
        ));
    }
    Ok(delivery)
}

/// One look and what follows from it; the number of changes that were left to a later run.
fn attempt(
    api: &mut GithubApi<'_, '_>,
    check: &CheckFile,
    labels: &[String],
    links: &[String],
    count: &mut IssueCounts,
) -> Result<usize, NotifyError> {
    let mine = api.author()?;
    let mut open: BTreeMap<String, ApiIssue> = BTreeMap::new();
    let path = format!("issues?state=open&per_page={}", super::PER_PAGE);
    api.find_in_pages(&path, json!([]), |issue: ApiIssue| {
        let id = issue.body.as_deref().and_then(id_of).map(str::to_owned);
        let ours = issue.pull_request.is_none() && GithubApi::is_ours(&mine, issue.user.as_ref());
        if let Some(id) = id.filter(|_| ours) {
            // Of two with one id the older stays ours; listings begin with the newest.
            open.insert(id, issue);
        }
        PageStep::Continue::<()>
    })?;
    let wanted = desired_issues(check, links);
    let (mut new, mut gone) = (0, 0);
    // Updates have no limit: they make no noise. What is left of the others comes with the next
    // run, since the listing is read anew each time.
    for (id, wanted) in &wanted {
        match open.get(id) {
            Some(issue) => update(api, issue, wanted, count)?,
            None if new == MAX_CHANGED_ISSUES => {}
            None => {
                let labels: Vec<&String> =
                    labels.iter().filter(|it| it.chars().count() <= MAX_LABEL_CHARS).collect();
                let body = json!({
                    "title": wanted.title.as_str(),
                    "body": wanted.body.as_str(),
                    "labels": labels,
                });
                api.write(HttpMethod::Post, "issues", &body)?;
                count.opened += 1;
                new += 1;
            }
        }
    }
    let undecided = undecided_ids(check);
    let is_over = |id: &&String| !wanted.contains_key(*id) && !undecided.contains(*id);
    let over: Vec<&String> = open.keys().filter(is_over).collect();
    for id in over.iter().take(MAX_CHANGED_ISSUES) {
        close(api, &open[*id], check, id)?;
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
    model::hex::sha256(&format!("{kind}\0{name}"), 16)
}

fn target_id(target: &TargetView) -> String {
    id("target", &format!("{}\0{}", target.name, target.series.as_deref().unwrap_or_default()))
}

fn series_id(series: &str) -> String {
    id("series", series)
}

/// The issues that should be open, by id.
fn desired_issues(check: &CheckFile, links: &[String]) -> BTreeMap<String, DesiredIssue> {
    // A suspicion makes no issue: most of them are noise, and an issue calls people.
    let reported = check.regressions().filter(|finding| !finding.report_only);
    let mut wanted: BTreeMap<String, DesiredIssue> = BTreeMap::new();
    for finding in reported {
        let id = series_id(&finding.series);
        let issue = finding_issue(&id, finding, check, links);
        wanted.entry(id).or_insert(issue);
    }
    // One that drifts makes no issue: it is within its tolerance, or not confirmed.
    for target in check.targets.iter().filter(|target| target.is_violated()) {
        let id = target_id(target);
        let issue = target_issue(&id, target, check);
        wanted.entry(id).or_insert(issue);
    }
    if let Some(it) = check.alert() {
        let id = id("infrastructure", "");
        let issue = anomaly_issue(&id, it);
        wanted.insert(id, issue);
    }
    wanted
}

/// Series that this check cannot settle: their issues stay open.
fn undecided_ids(check: &CheckFile) -> BTreeSet<String> {
    let is_settled = |finding: &&FindingView| finding.is_improvement() || finding.is_accepted();
    let open = check.findings.iter().filter(|finding| !is_settled(finding));
    let open = open.map(|finding| series_id(&finding.series));
    let not_compared = check.not_compared.iter().map(|it| series_id(&it.series));
    let mut ids: BTreeSet<String> = open.chain(not_compared).collect();
    // Nobody knows how a target stands that is not measured; one that drifts is not back yet.
    let undecided = |it: &&TargetView| it.state == "not_measured" || it.state == "drifting";
    ids.extend(check.targets.iter().filter(undecided).map(target_id));
    if check.infrastructure.is_some() {
        ids.insert(id("infrastructure", ""));
    }
    ids
}

fn update(
    api: &mut GithubApi<'_, '_>,
    issue: &ApiIssue,
    wanted: &DesiredIssue,
    count: &mut IssueCounts,
) -> Result<(), NotifyError> {
    let old = issue.body.as_deref().unwrap_or_default().replace("\r\n", "\n");
    let by_people = old.split_once(END).map_or("", |(_, rest)| rest.trim_end());
    let body = format!("{}{by_people}", wanted.body);
    if old.trim_end() == body && issue.title == wanted.title.as_str() {
        return Ok(());
    }
    let change = json!({"title": wanted.title.as_str(), "body": body});
    api.write(HttpMethod::Patch, &format!("issues/{}", issue.number), &change)?;
    count.updated += 1;
    Ok(())
}

/// Closes an issue, with a comment that says why.
fn close(
    api: &mut GithubApi<'_, '_>,
    issue: &ApiIssue,
    check: &CheckFile,
    id: &str,
) -> Result<(), NotifyError> {
    let path = format!("issues/{}", issue.number);
    // In this order: a comment that fails leaves no issue open, and is not made twice.
    api.write(HttpMethod::Patch, &path, &json!({"state": "closed", "state_reason": "completed"}))?;
    let accepted = check
        .findings
        .iter()
        .find(|finding| finding.is_accepted() && series_id(&finding.series) == id);
    let commit = commit_text(check.candidate.as_deref());
    let words = match accepted {
        Some(finding) => {
            let reason = cut(&finding.reason, MAX_REASON_CHARS);
            let space = if reason.is_empty() { "" } else { " " };
            escaped!["Accepted as of ", commit, ".", space, reason]
        }
        None => escaped!["`benchpages check` no longer reports this at ", commit, "."],
    };
    let body = json!({"body": MarkdownText::as_str(&words)});
    match api.write(HttpMethod::Post, &format!("{path}/comments"), &body) {
        Err(NotifyError::Unconfirmed { .. }) => Ok(()),
        other => other.map(|_| ()),
    }
}

fn finding_issue(
    id: &str,
    finding: &FindingView,
    check: &CheckFile,
    links: &[String],
) -> DesiredIssue {
    let name = cut(finding.display_name(), MAX_NAME_CHARS);
    let mut body = escaped![MARKER, marker_id(id), " -->\n**", name, "** is worse"];
    if let Some(levels) = finding.levels_text() {
        body.push(": ").push(cut(&levels, MAX_NAME_CHARS));
    }
    body.push(", **").push_text(&finding.change_text()).push("**");
    if let Some(threshold) = finding.threshold_text() {
        body.push(" (threshold ").push_text(&threshold).push(")");
    }
    let (base, candidate) =
        (commit_text(check.base.as_deref()), commit_text(check.candidate.as_deref()));
    body.push(" at ").push(candidate).push(", compared with ").push(base).push(".\n");
    push_points(&mut body, finding);
    let culprit = check.culprit_of(&finding.series);
    if let Some(culprit) = culprit {
        body.push("- ").push(cut(&culprit.text, MAX_REASON_CHARS)).push("\n");
    }
    if let Some(url) = LinkTarget::allowed(&finding.url, links) {
        body.push("\n").push(link("Before and after".into(), &url)).push("\n");
    }
    body.push(FOOTER).push(END);
    let name = references::title(finding.display_name(), MAX_NAME_CHARS);
    DesiredIssue { title: escaped!["Benchmark regressed: ", name], body }
}

const FOOTER: &str = "\nThis issue is kept up to date, and closed once the check no longer reports \
                      it. Notes below this line stay.\n";

fn push_points(body: &mut MarkdownText, finding: &FindingView) {
    let mut point = |word: &'static str, text: &str| {
        let text = cut(text, MAX_REASON_CHARS);
        if !text.is_empty() {
            body.push("- ").push(word).push(": ").push(text).push("\n");
        }
    };
    point("Why", &finding.reason);
    point("Severity", finding.severity.as_deref().unwrap_or_default());
    if let Some(confidence) = finding.confidence.filter(|share| share.is_finite()) {
        point("Confidence", &text::percent(confidence));
    }
    for hint in finding.hints.iter().take(MAX_HINTS) {
        point("Hint", hint);
    }
}

fn target_issue(id: &str, target: &TargetView, check: &CheckFile) -> DesiredIssue {
    let (name, label) = (cut(&target.name, MAX_NAME_CHARS), target.label());
    let mut body = escaped![MARKER, marker_id(id), " -->\n**", name, "**: ", label, " at "];
    body.push(commit_text(check.candidate.as_deref())).push(".\n");
    let mut point = |word: &'static str, text: &str| {
        let text = cut(text, MAX_REASON_CHARS);
        if !text.is_empty() {
            body.push("- ").push(word).push(": ").push(text).push("\n");
        }
    };
    point("What", target.description.as_deref().unwrap_or_default());
    point("Result", &target.sentence());
    point("Severity", &target.severity);
    point("Since", target.since.as_deref().unwrap_or_default());
    point("Policy", &target.key);
    body.push(FOOTER).push(END);
    let title = references::title(&target.name, MAX_NAME_CHARS);
    let kind = if target.kind == "alert" { "Alert firing: " } else { "Target missed: " };
    DesiredIssue { title: escaped![kind, title], body }
}

fn anomaly_issue(id: &str, it: &InfrastructureView) -> DesiredIssue {
    let sentence = cut(&summary::infrastructure(it), MAX_REASON_CHARS);
    let mut body = escaped![MARKER, marker_id(id), " -->\n", sentence];
    if !it.day.is_empty() {
        body.push(" (").push(cut(&it.day, MAX_NAME_CHARS)).push(")");
    }
    body.push(".\n");
    let shifted: Vec<MarkdownText> =
        it.shifted.iter().take(MAX_HINTS).map(|name| cut(name, 60)).collect();
    if let [first @ .., last] = shifted.as_slice() {
        body.push("- Shifted: ").push(MarkdownText::join(first.iter().cloned(), ", "));
        body.push(if first.is_empty() { "" } else { " and " }).push(last).push("\n");
    }
    for line in it.advice.iter().take(MAX_HINTS) {
        body.push("- ").push(cut(line, MAX_REASON_CHARS)).push("\n");
    }
    body.push(FOOTER).push(END);
    DesiredIssue { title: "Benchmarks: infrastructure anomaly".into(), body }
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
