//! The overview: is anything wrong today, since when, and whose change is it?
//!
//! Causes come first, one card each; then what else happened, what is not judged and why, and all
//! benchmarks. The counts of its bar add up to all series.

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::regression_groups::RegressionGroup;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::benchmark_grid::{self, BenchmarkGrid};
use crate::site::cards::{CardMaker, CauseCard};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::first_week::{self, FirstWeek};
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::ledger::Ledger;
use crate::site::regressions::{self, RECENT_DAYS};
use crate::site::verdict_counts::VerdictCounts;
use crate::site::view::{PageFrame, PageLink, breakable};
use crate::site::{health, infrastructure, links, not_judged, pages, table, targets};
use detect::ChangeStatus;
use model::text;

/// Days that the sentence on top speaks of.
const WEEK: f64 = 7.0;
/// Cards of causes, of suspicions, and of what happened lately: what fits a first look, and a page
/// of 35 KB. The list of regressions has all.
const MAX_CAUSES: usize = 5;
const MAX_RECENT: usize = 3;
/// Links to backends.
const MAX_BACKENDS: usize = 60;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: PageFrame,
    /// In pieces, behind which it may break.
    heading: Vec<String>,
    lead: Phrase,
    ledger: Option<Ledger>,
    /// On a site without results.
    empty: &'static [EmptyHelp],
    first_week: Option<FirstWeek>,
    shifts: Vec<PageLink>,
    open_note: String,
    open: Vec<CauseCard>,
    more_open: Option<PageLink>,
    suspected_note: String,
    suspected: Vec<CauseCard>,
    recent_note: String,
    recent: Vec<CauseCard>,
    all_events: Option<PageLink>,
    infrastructure_note: String,
    infrastructure: Vec<Phrase>,
    not_judged_note: String,
    not_judged: Vec<Phrase>,
    freshness: Phrase,
    grid: BenchmarkGrid,
    views: Vec<PageLink>,
    backends: Vec<PageLink>,
}

/// What to do on a site without results.
struct EmptyHelp {
    text: &'static str,
    command: &'static str,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "");
    let all: Vec<usize> = site.series_indices().collect();
    let counts = VerdictCounts::of(site, &all);
    let first_week = first_week::of(site, &counts);
    let verdict = verdict(site, root, &counts, first_week.as_ref());
    let page = PageHead {
        path: "",
        title: String::new(),
        verdict: &verdict,
        section: NavSection::Overview,
    };
    let cards = CardMaker { site, root };
    let open: Vec<&RegressionGroup> = site.regressions.open().collect();
    let suspected: Vec<&RegressionGroup> = site.regressions.suspected().collect();
    // In the first days that is all of them, and the heading says so.
    let not_judged = match first_week {
        Some(_) => Vec::new(),
        None => not_judged::lines(site, root),
    };
    let judged = counts.judged();
    let template = OverviewPage {
        frame: frame(site, &page),
        heading: breakable(&heading(site, &counts, &open, first_week.as_ref())),
        lead: lead(site, root, &counts, first_week.as_ref()),
        ledger: (!all.is_empty()).then(|| Ledger::of(&counts)),
        empty: if all.is_empty() { &EMPTY_HELP } else { &[] },
        shifts: shifts(site, root),
        open_note: cause_note(&open),
        open: open.iter().take(MAX_CAUSES).map(|group| cards.regression(group)).collect(),
        more_open: (open.len() > MAX_CAUSES)
            .then(|| table::more_link(root, "event/", format!("All {} causes", open.len()))),
        suspected_note: cause_note(&suspected),
        suspected: suspected.iter().take(MAX_RECENT).map(|it| cards.regression(it)).collect(),
        recent_note: recent_note(site),
        recent: recent(site, &cards),
        all_events: all_events(site, root),
        infrastructure_note: format!("last {} days", not_judged::INFRASTRUCTURE_DAYS),
        infrastructure: not_judged::infrastructure_lines(site, root),
        not_judged_note: format!(
            "{} of {}",
            text::count(counts.total() - judged),
            text::count(counts.total())
        ),
        not_judged,
        freshness: freshness(site, root),
        grid: benchmark_grid::grid(site, root),
        views: links::presets(site, root),
        backends: backends(site, root),
        first_week,
    };
    pages::html(&template)
}

const EMPTY_HELP: [EmptyHelp; 2] = [
    EmptyHelp {
        text: "Set up the repository. This ends with the commands that measure a first run:",
        command: "benchpages init",
    },
    EmptyHelp {
        text: "Or add a first record by hand:",
        command: concat!(
            "mkdir -p data/results\n",
            "echo '{\"commit\":\"'$(git rev-parse HEAD)'\",\"timestamp\":\"'",
            "$(date -u +%Y-%m-%dT%H:%M:%SZ)'\",\"backend\":\"rust\",\"test\":\"parse\",",
            "\"n\":1000,\"mean_ns\":1234.5}' >> data/results/$(date -u +%F).ndjson"
        ),
    },
];

/// The heading of the page, for those who show a link to it.
pub(crate) fn headline(site: &SiteContext<'_>) -> String {
    let all: Vec<usize> = site.series_indices().collect();
    let counts = VerdictCounts::of(site, &all);
    let open: Vec<&RegressionGroup> = site.regressions.open().collect();
    heading(site, &counts, &open, first_week::of(site, &counts).as_ref())
}

/// `2 open regressions; largest: parse is 2.07× slower`.
fn heading(
    site: &SiteContext<'_>,
    counts: &VerdictCounts,
    open: &[&RegressionGroup],
    first_week: Option<&FirstWeek>,
) -> String {
    if let Some(first_week) = first_week {
        return first_week.heading.clone();
    }
    if counts.total() == 0 {
        return site.input.policy.site.title.clone();
    }
    let too_noisy = counts.too_noisy_text().filter(|_| counts.judged_well() == 0);
    let too_noisy = too_noisy.map_or_else(String::new, |noisy| format!("; {noisy}"));
    if let Some(over) = counts.all_retired_text() {
        return over;
    }
    if !counts.has_verdict() {
        return counts.without_verdict();
    }
    let regressions = text::count_noun(counts.open(), "open regression");
    let headline = |group: &RegressionGroup| group.headline(&site.names, site.input.series);
    match open {
        [] => format!("No open regressions{too_noisy}"),
        [only] if counts.open() == 1 => format!("{regressions}: {}", headline(only)),
        [only] => format!("{regressions}, one cause: {}", headline(only)),
        [largest, ..] => format!("{regressions}; largest: {}", headline(largest)),
    }
}

/// `2 causes, 5 series, largest first`.
fn cause_note(groups: &[&RegressionGroup]) -> String {
    let series = groups.iter().map(|group| group.members.len() as u64).sum();
    let causes = text::count_noun(groups.len() as u64, "cause");
    let order = if groups.len() > 1 { ", largest first" } else { "" };
    format!("{causes}, {}{order}", text::count_noun(series, "series"))
}

fn recent_note(site: &SiteContext<'_>) -> String {
    let until = site.input.history.newest.map_or_else(String::new, text::date);
    format!("{RECENT_DAYS} days up to {until}")
}

/// Improvements, and regressions that were fixed, accepted or explained lately.
fn recent(site: &SiteContext<'_>, cards: &CardMaker<'_>) -> Vec<CauseCard> {
    let from = regressions::recent(site.input);
    let closed = site.regressions.groups().iter().filter(|group| {
        let is_closed = !matches!(group.state(), "open" | "suspected" | "withdrawn");
        is_closed && group.closed_at(site.input.series, &site.input.analyses.by_series) >= from
    });
    let closed: Vec<&RegressionGroup> = closed.take(MAX_RECENT).collect();
    let improved = site.regressions.improvements().iter().take(MAX_RECENT);
    // Both kinds are news: a week of improvements must not push a fix off the page.
    let mut all: Vec<CauseCard> = improved.map(|group| cards.improvement(group)).collect();
    // Half of the places for each, and more where the other needs less.
    let room = MAX_RECENT.saturating_sub(closed.len()).max(MAX_RECENT / 2);
    all.truncate(room);
    let room = MAX_RECENT - all.len();
    all.extend(closed.into_iter().take(room).map(|group| cards.regression(group)));
    all
}

fn all_events(site: &SiteContext<'_>, root: LinkRoot) -> Option<PageLink> {
    let count = site.events.newest_first().len() as u64;
    let text = format!("All {}", text::count_noun(count, "change"));
    (count > 0).then(|| table::more_link(root, "event/", text))
}

/// The shifts of most series that stayed, with no recorded cause.
fn shifts(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PageLink> {
    let shifts = site.lasting_shifts.iter().map(|shift| {
        let day = infrastructure::first_day(site, shift);
        let page = day.map_or("event/".to_owned(), |day| urls::event(&infrastructure::id(day)));
        table::more_link(root, &page, shift.sentence())
    });
    shifts.collect()
}

/// `▲ 2 open regressions, 141 unchanged, 1 new. ▲ 2 regressions in the last 7 days.`
fn verdict(
    site: &SiteContext<'_>,
    root: LinkRoot,
    counts: &VerdictCounts,
    first_week: Option<&FirstWeek>,
) -> Phrase {
    if counts.total() == 0 {
        return Phrase::new("note").text(first_week::no_results(site));
    }
    if let Some(first_week) = first_week {
        return Phrase::new("note").text(&first_week.lead);
    }
    let counts = counts.sentence(|phrase, words| phrase.link(root.to("health/#freshness"), words));
    with_targets(site, root, RecentChanges::of(site).add_to(counts.text(" ")))
}

/// What the heading does not say: the last days, and missed targets.
fn lead(
    site: &SiteContext<'_>,
    root: LinkRoot,
    counts: &VerdictCounts,
    first_week: Option<&FirstWeek>,
) -> Phrase {
    match first_week {
        _ if site.input.series.is_empty() => Phrase::new("note").text(first_week::no_results(site)),
        // A missed target is no verdict on a change: it counts from the first run on.
        Some(first_week) => with_targets(site, root, Phrase::new("note").text(&first_week.lead)),
        None if !counts.has_verdict() && counts.active() > 0 => {
            let waits = first_week::no_verdict_yet(site).unwrap_or_default();
            let waits = Phrase::new("note").text(format!("{waits} A failed run counts as none."));
            with_targets(site, root, waits)
        }
        None => with_targets(site, root, RecentChanges::of(site).add_to(Phrase::new(""))),
    }
}

fn with_targets(site: &SiteContext<'_>, root: LinkRoot, phrase: Phrase) -> Phrase {
    match targets::missed_text(site) {
        Some(missed) => phrase.text(" ").link(root.to("health/#targets"), missed).text("."),
        None => phrase,
    }
}

/// How many changes began in the last [`WEEK`], by what became of them.
#[derive(Default)]
struct RecentChanges {
    regressions: u64,
    improvements: u64,
    fixed: u64,
    accepted: u64,
}

impl RecentChanges {
    fn of(site: &SiteContext<'_>) -> Self {
        let mut recent = Self::default();
        let events = site.events.newest_first().iter();
        for event in events.filter(|event| site.age_in_days(event.time) <= WEEK) {
            let (_, _, change) = site.change(event);
            match (&change.status, change.is_regression) {
                (ChangeStatus::Accepted { .. }, _) => recent.accepted += 1,
                (ChangeStatus::Fixed { .. }, true) => recent.fixed += 1,
                (_, true) => recent.regressions += 1,
                (_, false) => recent.improvements += 1,
            }
        }
        recent
    }

    /// Adds `▲ 2 regressions, ▼ 1 improvement and 1 accepted change in the last 7 days.`
    fn add_to(&self, mut phrase: Phrase) -> Phrase {
        let counts = [
            (self.regressions, "worse", "▲ ", "regression"),
            (self.improvements, "better", "▼ ", "improvement"),
            (self.fixed, "note", "", "fixed regression"),
            (self.accepted, "note", "", "accepted change"),
        ];
        let counts: Vec<_> = counts.into_iter().filter(|(count, ..)| *count > 0).collect();
        if counts.is_empty() {
            return phrase.text("No changes in the last 7 days.");
        }
        let last = counts.len() - 1;
        for (at, (count, tone, mark, noun)) in counts.into_iter().enumerate() {
            let separator = match at {
                0 => "",
                at if at == last => " and ",
                _ => ", ",
            };
            let words = format!("{mark}{}", text::count_noun(count, noun));
            phrase = phrase.text(separator).marked(tone, words);
        }
        phrase.text(" in the last 7 days.")
    }
}

/// `Newest result: 26 Sep 2025 17:03 UTC. Rejected records: 0. Data health: good.`
fn freshness(site: &SiteContext<'_>, root: LinkRoot) -> Phrase {
    let history = site.input.history;
    let mut phrase = Phrase::new("");
    if let Some(newest) = history.newest {
        phrase = phrase.text(format!("Newest result: {}. ", wording::minute(newest).text));
    }
    let rejected = text::count(history.rejected_records.len() as u64);
    let health = format!("Data health: {}", health::state(site).as_str());
    phrase = phrase.text(format!("Rejected records: {rejected}. "));
    let phrase = phrase.link(root.to("health/"), health).text(".");
    match site.page_policy.count_without_page() as u64 {
        0 => phrase,
        count => phrase
            .text(" ")
            .link(root.to("about/#rule-detail"), format!("{} quiet series", text::count(count)))
            .text(" without a page are listed on the page of their test."),
    }
}

/// The backends of a project that has several.
fn backends(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PageLink> {
    let links = site.backends.iter().take(MAX_BACKENDS).map(|(name, members)| PageLink {
        href: root.to(&urls::backend(name)),
        text: (*name).to_owned(),
        note: text::count_noun(members.len() as u64, "series"),
    });
    links.collect()
}
