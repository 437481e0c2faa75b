//! The overview: is anything wrong today?

use std::collections::BTreeMap;

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::regression_groups::RegressionGroup;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pairs::{CommitPair, PairKind};
use crate::site::table::PanelHeading;
use crate::site::urgency;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::view::{EventRow, Fact, PageFrame, PageLink, PanelGroup, SeriesRow};
use crate::site::{health, infrastructure, links, pages, table, targets};
use detect::ChangeStatus;
use model::text;

/// Days that the verdict on top speaks of.
const RECENT_DAYS: f64 = 7.0;
/// Rows of "Needs attention", changes listed, comparisons listed: what fits a first look.
const MAX_ATTENTION: usize = 20;
const MAX_EVENTS: usize = 8;
/// Causes of open regressions, largest first.
const MAX_CAUSES: usize = 10;
const MAX_DIFFS: usize = 6;
/// Links to tests: beyond this the views serve better.
const MAX_CHIPS: usize = 60;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: PageFrame,
    verdict: Phrase,
    facts: Vec<Fact>,
    empty: Option<EmptyHelp>,
    shifts: Vec<CauseRow>,
    causes: Vec<CauseRow>,
    more_causes: Option<PageLink>,
    attention: Vec<SeriesRow>,
    more_attention: Option<PageLink>,
    events: Vec<EventRow>,
    all_events: PageLink,
    views: Vec<PageLink>,
    panels: Vec<PanelGroup>,
    tests: Vec<PageLink>,
    backends: Vec<PageLink>,
    diffs: Vec<PageLink>,
}

/// A group of open regressions with one likely cause.
struct CauseRow {
    href: String,
    sentence: String,
}

/// What to do on a site without results.
struct EmptyHelp {
    text: &'static str,
    command: &'static str,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "");
    let attention: Vec<usize> = site
        .series_indices()
        .filter(|series| urgency::has_open_regression(site, *series))
        .collect();
    let attention = urgency::by_urgency(site, &attention);
    let verdict = verdict(site, root);
    let page = PageHead {
        path: "",
        title: String::new(),
        verdict: &verdict,
        section: NavSection::Overview,
    };
    let recent = site.events.newest_first().iter().take(MAX_EVENTS);
    let open: Vec<&RegressionGroup> = site.regressions.open().collect();
    let template = OverviewPage {
        frame: frame(site, &page),
        facts: facts(site, root),
        empty: site.input.series.is_empty().then_some(EmptyHelp {
            text: "Add the first record:",
            command: concat!(
                "mkdir -p data/results\n",
                "echo '{\"commit\":\"'$(git rev-parse HEAD)'\",\"timestamp\":\"'",
                "$(date -u +%Y-%m-%dT%H:%M:%SZ)'\",\"backend\":\"rust\",\"test\":\"parse\",",
                "\"n\":1000,\"mean_ns\":1234.5}' >> data/results/$(date -u +%F).ndjson"
            ),
        }),
        shifts: shift_rows(site, root),
        causes: open
            .iter()
            .take(MAX_CAUSES)
            .map(|group| CauseRow {
                href: root.to(&urls::event(&group.id())),
                sentence: group.sentence(site.input.history),
            })
            .collect(),
        more_causes: (open.len() > MAX_CAUSES)
            .then(|| table::more_link(root, "event/", format!("All {} causes", open.len()))),
        attention: attention
            .iter()
            .take(MAX_ATTENTION)
            .map(|index| table::series_row(site, root, *index))
            .collect(),
        more_attention: (attention.len() > MAX_ATTENTION).then(|| {
            table::more_link(root, "view/?show=worse", format!("All {}", attention.len()))
        }),
        events: recent.map(|event| table::event_row(site, root, event)).collect(),
        all_events: table::more_link(
            root,
            "event/",
            format!("All {}", text::count_noun(site.events.newest_first().len() as u64, "change")),
        ),
        views: links::presets(site, root),
        panels: panels(site, root),
        tests: chips(root, site.tests.keys(), urls::test),
        backends: chips(root, site.backends.keys(), urls::backend),
        diffs: diffs(site, root),
        verdict,
    };
    pages::html(&template)
}

/// The shifts of most series that stayed, with no recorded cause.
fn shift_rows(site: &SiteContext<'_>, root: LinkRoot) -> Vec<CauseRow> {
    let shifts = site.lasting_shifts.iter().map(|shift| {
        let day = infrastructure::first_day(site, shift);
        let page = day.map_or("event/".to_owned(), |day| urls::event(&infrastructure::id(day)));
        CauseRow { href: root.to(&page), sentence: shift.sentence() }
    });
    shifts.collect()
}

/// `▲ 2 open regressions, 141 unchanged, 1 new. ▲ 2 regressions in the last 7 days.`
fn verdict(site: &SiteContext<'_>, root: LinkRoot) -> Phrase {
    let total = site.input.series.len();
    if total == 0 {
        return Phrase::new("note").text("No results yet.");
    }
    let all: Vec<usize> = site.series_indices().collect();
    let counts = VerdictCounts::of(site, &all)
        .sentence(|phrase, words| phrase.link(root.to("health/#freshness"), words));
    let phrase = RecentChanges::of(site).add_to(counts.text(" "));
    match targets::missed_text(site) {
        Some(missed) => phrase.text(" ").link(root.to("health/#targets"), missed).text("."),
        None => phrase,
    }
}

/// How many changes began in the last [`RECENT_DAYS`], by what became of them.
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
        for event in events.filter(|event| site.age_in_days(event.time) <= RECENT_DAYS) {
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

fn is_missing(site: &SiteContext<'_>, series: usize) -> bool {
    let analysis = site.series(series).1;
    analysis.is_retired || analysis.verdict.has_no_result()
}

fn facts(site: &SiteContext<'_>, root: LinkRoot) -> Vec<Fact> {
    let history = site.input.history;
    let mut facts = Vec::new();
    if let Some(newest) = history.newest {
        facts.push(Fact::at("Latest result", wording::minute(newest)));
    }
    let total = site.input.series.len();
    let reporting = site.series_indices().filter(|index| !is_missing(site, *index)).count();
    if total > 0 {
        let count = format!("{} of {}", text::count(reporting as u64), text::count(total as u64));
        facts.push(Fact::new("Series with recent results", count));
    }
    if site.page_policy.count_without_page() > 0 {
        let note = "quiet series, listed on the page of their test";
        let fact = Fact::new(
            "Without their own page",
            text::count(site.page_policy.count_without_page() as u64),
        );
        facts.push(fact.note(note).href(root.to("about/#rule-detail")));
    }
    facts.push(Fact::new("Rejected records", text::count(history.rejected_records.len() as u64)));
    let health = health::state(site);
    facts.push(Fact::new("Data health", health.as_str()).href(root.to("health/")));
    facts
}

fn chips<'a>(
    root: LinkRoot,
    names: impl Iterator<Item = &'a &'a str>,
    path: fn(&str) -> String,
) -> Vec<PageLink> {
    let links = names.take(MAX_CHIPS);
    links
        .map(|name| PageLink {
            href: root.to(&path(name)),
            text: (*name).to_owned(),
            note: String::new(),
        })
        .collect()
}

/// For each test, the series of each backend that are measured alike: those with the largest n.
fn panels(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PanelGroup> {
    let mut groups = Vec::new();
    let mut drawn = 0;
    for test in site.tests.keys() {
        let Some(members) = representative(site, test) else { continue };
        if drawn + members.len().min(table::MAX_GROUP_PANELS) > table::MAX_PAGE_PANELS {
            break;
        }
        let key = &site.series(members[0]).0.key;
        let heading = PanelHeading {
            title: (*test).to_owned(),
            href: root.to(&urls::test(test)),
            note: wording::variant_label(key),
        };
        groups.push(table::panel_group(site, root, heading, &members, drawn));
        drawn += members.len().min(table::MAX_GROUP_PANELS);
    }
    groups
}

/// The group of like series of a test, one a backend: most backends first, then the worst news,
/// then the largest n.
pub(crate) fn representative(site: &SiteContext<'_>, test: &str) -> Option<Vec<usize>> {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &index in site.tests.get(test).into_iter().flatten() {
        let (series, analysis) = site.series(index);
        if !analysis.is_retired && analysis.latest_run.is_some() {
            alike.entry(wording::variant_label(&series.key)).or_default().push(index);
        }
    }
    // One group a test: all variants of all tests would be a page of hundreds of charts.
    let best = alike.into_values().max_by_key(|members| {
        let open =
            members.iter().filter(|series| urgency::has_open_regression(site, **series)).count();
        let n = members.first().and_then(|series| site.series(*series).0.key.n);
        (members.len(), open, n)
    })?;
    Some(best)
}

/// What the overview links to compare: pull requests, then the newest commits, then tags.
fn diffs(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PageLink> {
    let mut pairs: Vec<&CommitPair> = site.pairs.all().iter().rev().collect();
    // What people compare most: their pull request, then the last commit, then releases.
    pairs.sort_by_key(|pair| match pair.kind {
        PairKind::Pull(_) => 0,
        PairKind::Consecutive => 1,
        PairKind::Tags => 2,
        PairKind::Event => 3,
    });
    let name = |commit| pages::commit_text(site, commit);
    let shown = pairs.into_iter().filter(|pair| pair.kind != PairKind::Event).take(MAX_DIFFS);
    shown
        .map(|pair| PageLink {
            href: root.to(&urls::diff(&pair.slug)),
            text: format!("{} → {}", name(pair.base), name(pair.head)),
            note: pages::diff::kind_text(pair.kind),
        })
        .collect()
}
