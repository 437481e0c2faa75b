//! The audit log as pages show it: overrides and acceptances with their reasons, and whether the
//! log is intact.

use crate::report::phrase::Phrase;
use crate::site::api::json_types::AuditView;
use crate::site::context::SiteContext;
use model::audit::AuditLink;
use model::record::shorten;
use model::record::time::DAY_US;
use model::text;

/// Days for which an override stays a warning.
const RECENT_DAYS: i64 = 30;

/// A finding where the log is broken.
pub(crate) fn broken_finding(site: &SiteContext<'_>) -> Option<String> {
    site.input.audit.broken.as_ref().map(|broken| {
        format!(
            "The audit log is broken at line {}: {}. Later entries cannot be verified.",
            broken.line, broken.reason
        )
    })
}

/// A finding where the check was overridden in the last days.
pub(crate) fn override_finding(site: &SiteContext<'_>) -> Option<String> {
    let since = site.input.options.as_of.micros().saturating_sub(RECENT_DAYS * DAY_US);
    let recent = |link: &&AuditLink| is_override(link) && link.entry.time.micros() >= since;
    let recent: Vec<&AuditLink> = site.input.audit.links.iter().filter(recent).collect();
    let newest = recent.last()?;
    Some(format!(
        "{} of the check in the last {RECENT_DAYS} days, the latest on {} by {}.",
        text::count_noun(recent.len() as u64, "override"),
        text::date(newest.entry.time),
        shorten(&newest.entry.actor, 60),
    ))
}

fn is_override(link: &AuditLink) -> bool {
    link.entry.kind == "override"
}

/// The state of the log in one or two sentences; none where there is no log.
pub(crate) fn note(site: &SiteContext<'_>) -> Option<String> {
    let chain = site.input.audit;
    if chain.links.is_empty() && chain.broken.is_none() {
        return None;
    }
    // `count_noun` forms plurals with an s.
    let entries = if chain.links.len() == 1 {
        "1 entry".to_owned()
    } else {
        format!("{} entries", text::count(chain.links.len() as u64))
    };
    Some(match &chain.broken {
        None => format!("{entries}, newest first. The log is intact."),
        Some(broken) => format!(
            "{entries}, newest first. The log is broken at line {}: {}.",
            broken.line, broken.reason
        ),
    })
}

/// The newest entries: when, what, who, which commit, why.
pub(crate) fn rows(site: &SiteContext<'_>, most: usize) -> Vec<Vec<Phrase>> {
    let chain = site.input.audit;
    let newest = chain.links.iter().rev().take(most);
    let cells = newest.map(|link| {
        let entry = &link.entry;
        let commit = entry.commit.as_deref().map_or_else(|| "–".to_owned(), text::short_commit);
        let kind = shorten(&entry.kind, 40).replace('_', " ");
        let what = if is_override(link) {
            Phrase::new("").marked("worse", kind)
        } else {
            Phrase::new("").name(kind)
        };
        vec![
            Phrase::new("").text(text::date_time(entry.time)),
            // An entry after the break may be genuine, so it is shown, but marked.
            if chain.is_verified(link) { what } else { what.text(" (not verified)") },
            Phrase::new("").name(shorten(&entry.actor, 100).into_owned()),
            Phrase::new("").name(commit),
            Phrase::new("").name(shorten(&entry.reason, 400).into_owned()),
        ]
    });
    cells.collect()
}

/// The log in `health.json`.
pub(crate) fn view(site: &SiteContext<'_>) -> AuditView {
    let chain = site.input.audit;
    AuditView {
        broken_at: chain.broken.as_ref().map(|broken| broken.line),
        entries: chain.links.len(),
        head: chain.newest_hash().to_owned(),
        intact: chain.broken.is_none(),
        overrides: chain.links.iter().filter(|link| is_override(link)).count(),
        whole: chain.broken.is_none(),
    }
}
