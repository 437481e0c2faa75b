//! The overview: is anything wrong today?

use std::collections::BTreeMap;

use askama::Template;

use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pairs::{CommitPair, PairKind};
use crate::site::view::{EventRow, Fact, PageFrame, PageLink, PanelGroup, Phrase, SeriesRow};
use crate::site::{RenderError, health, links, pages, table, targets};
use detect::{ChangeStatus, Verdict};
use model::text;

/// Days that the verdict on top speaks of.
const RECENT_DAYS: f64 = 7.0;
/// Rows of "Needs attention", changes listed, comparisons listed: what fits a first look.
const MAX_ATTENTION: usize = 20;
const MAX_EVENTS: usize = 8;
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

/// What to do on a site without results.
struct EmptyHelp {
    text: &'static str,
    command: &'static str,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "");
    let off: Vec<usize> =
        site.series_indices().filter(|series| table::has_open_regression(site, *series)).collect();
    let off = table::by_urgency(site, &off);
    let verdict = verdict(site, root, off.len());
    let page = PageHead {
        path: "",
        title: String::new(),
        verdict: &verdict,
        section: NavSection::Overview,
    };
    let recent = site.events.iter().take(MAX_EVENTS);
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
        attention: off
            .iter()
            .take(MAX_ATTENTION)
            .map(|one| table::series_row(site, root, *one))
            .collect(),
        more_attention: (off.len() > MAX_ATTENTION).then(|| {
            table::more_link(root, "view/?show=worse", format!("All {} of them", off.len()))
        }),
        events: recent.map(|event| table::event_row(site, root, event)).collect(),
        all_events: table::more_link(
            root,
            "event/",
            format!("All {}", text::count_noun(site.events.len() as u64, "change")),
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

/// `▲ 2 regressions and ▼ 1 improvement in the last 7 days. 141 of 144 series are within …`.
fn verdict(site: &SiteContext<'_>, root: LinkRoot, off: usize) -> Phrase {
    let all = site.input.series.len();
    if all == 0 {
        return Phrase::new("note").text("No results yet.");
    }
    let (mut worse, mut better, mut approved, mut fixed) = (0, 0, 0, 0);
    for event in site.events.iter().filter(|event| site.age_in_days(event.time) <= RECENT_DAYS) {
        let (_, _, change) = site.change(event);
        match (&change.status, change.is_regression) {
            (ChangeStatus::Accepted { .. }, _) => approved += 1,
            (ChangeStatus::Fixed, true) => fixed += 1,
            (_, true) => worse += 1,
            (_, false) => better += 1,
        }
    }
    let mut parts: Vec<(&'static str, String)> = Vec::new();
    let mut part = |count: u64, tone, mark: &str, noun: &str| {
        if count > 0 {
            parts.push((tone, format!("{mark}{}", text::count_noun(count, noun))));
        }
    };
    part(worse, "worse", "▲ ", "regression");
    part(better, "better", "▼ ", "improvement");
    part(fixed, "note", "", "fixed regression");
    part(approved, "note", "", "accepted change");
    let missing = site.series_indices().filter(|one| is_missing(site, *one)).count();
    let tone = match (worse > 0 || off > 0, missing > 0) {
        (true, _) => "worse",
        (false, true) => "note",
        (false, false) => "better",
    };
    let mut phrase = Phrase::new(tone);
    if parts.is_empty() {
        phrase = phrase.text("No change in the last 7 days.");
    } else {
        let last = parts.len() - 1;
        for (at, (tone, words)) in parts.into_iter().enumerate() {
            let join = if at == 0 {
                ""
            } else if at == last {
                " and "
            } else {
                ", "
            };
            phrase = phrase.text(join).marked(tone, words);
        }
        phrase = phrase.text(" in the last 7 days.");
    }
    if off as u64 > worse {
        let still = format!("▲ {} off their limit now", text::count_noun(off as u64, "series"));
        phrase = phrase.text(" ").marked("worse", still).text(".");
    }
    let within = all - off - missing.min(all - off);
    phrase = phrase.text(format!(
        " {} of {} within their limits",
        text::count(within as u64),
        text::count_noun(all as u64, "series")
    ));
    if missing > 0 {
        let none = format!("{} without a newest result", text::count(missing as u64));
        phrase = phrase.text(", ").link(root.to("health/#freshness"), none);
    }
    if let Some(missed) = targets::missed_text(site) {
        phrase = phrase.text(", ").link(root.to("health/#targets"), missed);
    }
    phrase.text(".")
}

fn is_missing(site: &SiteContext<'_>, one: usize) -> bool {
    let analysis = site.series(one).1;
    analysis.is_retired || analysis.verdict == Verdict::Missing
}

fn facts(site: &SiteContext<'_>, root: LinkRoot) -> Vec<Fact> {
    let history = site.input.history;
    let mut facts = Vec::new();
    if let Some(newest) = history.newest {
        facts.push(Fact::at("Newest result", wording::minute(newest)));
    }
    let all = site.input.series.len();
    let reporting = site.series_indices().filter(|one| !is_missing(site, *one)).count();
    if all > 0 {
        let of = format!("{} of {}", text::count(reporting as u64), text::count(all as u64));
        facts.push(Fact::new("Series reporting", of));
    }
    if site.count_without_page() > 0 {
        let note = "quiet series, shown on their test's page";
        let fact =
            Fact::new("Without a page of their own", text::count(site.count_without_page() as u64));
        facts.push(fact.note(note).href(root.to("about/#rule-detail")));
    }
    facts.push(Fact::new("Refused lines", text::count(history.rejected_records.len() as u64)));
    let health = health::state(site);
    facts.push(Fact::new("Data health:", health.as_str()).href(root.to("health/")));
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
        let heading = ((*test).to_owned(), root.to(&urls::test(test)), wording::variant_label(key));
        groups.push(table::panel_group(site, root, heading, &members, drawn));
        drawn += members.len().min(table::MAX_GROUP_PANELS);
    }
    groups
}

/// The group of like series of a test, one a backend: most backends first, then the worst news,
/// then the largest n.
pub(crate) fn representative(site: &SiteContext<'_>, test: &str) -> Option<Vec<usize>> {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &series in site.tests.get(test).into_iter().flatten() {
        let (one, analysis) = site.series(series);
        if !analysis.is_retired && analysis.latest_run.is_some() {
            alike.entry(wording::variant_label(&one.key)).or_default().push(series);
        }
    }
    let best = alike.into_values().max_by_key(|members| {
        let off = members.iter().filter(|one| table::has_open_regression(site, **one)).count();
        let n = members.first().and_then(|one| site.series(*one).0.key.n);
        (members.len(), off, n)
    })?;
    Some(best)
}

/// What the overview links to compare: pull requests, then the newest commits, then tags.
fn diffs(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PageLink> {
    let mut pairs: Vec<&CommitPair> = site.pairs.iter().rev().collect();
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
