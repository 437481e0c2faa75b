//! The overview: is anything wrong today?

use std::collections::BTreeMap;

use askama::Template;

use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::Index;
use crate::site::pairs::{Pair, PairKind};
use crate::site::routes::{self, Root};
use crate::site::view::{EventRow, Fact, Frame, Link, PanelGroup, Phrase, SeriesRow};
use crate::site::{Failure, health, links, pages, table, targets, words};
use detect::{Status, Verdict};
use model::text;

/// Days that the verdict on top speaks of.
const DAYS: f64 = 7.0;
/// Rows of "Needs attention", changes listed, comparisons listed: what fits a first look.
const ATTENTION: usize = 20;
const EVENTS: usize = 8;
const DIFFS: usize = 6;
/// Links to tests: beyond this the views serve better.
const CHIPS: usize = 60;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    verdict: Phrase,
    facts: Vec<Fact>,
    empty: Option<Help>,
    attention: Vec<SeriesRow>,
    more_attention: Option<Link>,
    events: Vec<EventRow>,
    all_events: Link,
    views: Vec<Link>,
    panels: Vec<PanelGroup>,
    tests: Vec<Link>,
    backends: Vec<Link>,
    diffs: Vec<Link>,
}

/// What to do on a site without results.
struct Help {
    text: &'static str,
    command: &'static str,
}

pub(crate) fn render(site: &Index<'_>) -> Result<Vec<u8>, Failure> {
    let root = root(site, "");
    let off: Vec<usize> = site.all().filter(|series| table::is_off(site, *series)).collect();
    let off = table::by_urgency(site, &off);
    let verdict = verdict(site, root, off.len());
    let page =
        Page { path: "", title: String::new(), verdict: &verdict, section: Section::Overview };
    let recent = site.events.iter().take(EVENTS);
    let template = Overview {
        frame: frame(site, &page),
        facts: facts(site, root),
        empty: site.input.series.is_empty().then_some(Help {
            text: "Add the first record:",
            command: concat!(
                "mkdir -p data/results\n",
                "echo '{\"commit\":\"'$(git rev-parse HEAD)'\",\"timestamp\":\"'",
                "$(date -u +%Y-%m-%dT%H:%M:%SZ)'\",\"backend\":\"rust\",\"test\":\"parse\",",
                "\"n\":1000,\"mean_ns\":1234.5}' >> data/results/$(date -u +%F).ndjson"
            ),
        }),
        attention: off.iter().take(ATTENTION).map(|one| table::row(site, root, *one)).collect(),
        more_attention: (off.len() > ATTENTION)
            .then(|| table::more(root, "view/?show=worse", format!("All {} of them", off.len()))),
        events: recent.map(|event| table::event_row(site, root, event)).collect(),
        all_events: table::more(
            root,
            "event/",
            format!("All {}", text::counted(site.events.len() as u64, "change")),
        ),
        views: links::presets(site, root),
        panels: panels(site, root),
        tests: chips(root, site.tests.keys(), routes::test),
        backends: chips(root, site.backends.keys(), routes::backend),
        diffs: diffs(site, root),
        verdict,
    };
    pages::html(&template)
}

/// `▲ 2 regressions and ▼ 1 improvement in the last 7 days. 141 of 144 series are within …`.
fn verdict(site: &Index<'_>, root: Root, off: usize) -> Phrase {
    let all = site.input.series.len();
    if all == 0 {
        return Phrase::new("note").text("No results yet.");
    }
    let (mut worse, mut better, mut approved, mut fixed) = (0, 0, 0, 0);
    for event in site.events.iter().filter(|event| site.days_old(event.time) <= DAYS) {
        let (_, _, change) = site.change(event);
        match (&change.status, change.worse) {
            (Status::Approved { .. }, _) => approved += 1,
            (Status::Fixed, true) => fixed += 1,
            (_, true) => worse += 1,
            (_, false) => better += 1,
        }
    }
    let mut parts: Vec<(&'static str, String)> = Vec::new();
    let mut part = |count: u64, tone, mark: &str, noun: &str| {
        if count > 0 {
            parts.push((tone, format!("{mark}{}", text::counted(count, noun))));
        }
    };
    part(worse, "worse", "▲ ", "regression");
    part(better, "better", "▼ ", "improvement");
    part(fixed, "note", "", "fixed regression");
    part(approved, "note", "", "accepted change");
    let missing = site.all().filter(|one| is_missing(site, *one)).count();
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
        let still = format!("▲ {} off their limit now", text::counted(off as u64, "series"));
        phrase = phrase.text(" ").marked("worse", still).text(".");
    }
    let within = all - off - missing.min(all - off);
    phrase = phrase.text(format!(
        " {} of {} within their limits",
        text::count(within as u64),
        text::counted(all as u64, "series")
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

fn is_missing(site: &Index<'_>, one: usize) -> bool {
    let analysis = site.series(one).1;
    analysis.retired || analysis.verdict == Verdict::Missing
}

fn facts(site: &Index<'_>, root: Root) -> Vec<Fact> {
    let history = site.input.history;
    let mut facts = Vec::new();
    if let Some(newest) = history.newest {
        facts.push(Fact::at("Newest result", words::minute(newest)));
    }
    let all = site.input.series.len();
    let reporting = site.all().filter(|one| !is_missing(site, *one)).count();
    if all > 0 {
        let of = format!("{} of {}", text::count(reporting as u64), text::count(all as u64));
        facts.push(Fact::new("Series reporting", of));
    }
    if site.quiet() > 0 {
        let note = "quiet series, shown on their test's page";
        let fact = Fact::new("Without a page of their own", text::count(site.quiet() as u64));
        facts.push(fact.note(note).href(root.to("about/#rule-detail")));
    }
    facts.push(Fact::new("Refused lines", text::count(history.problems.len() as u64)));
    let health = health::state(site);
    facts.push(Fact::new("Data health:", health.word()).href(root.to("health/")));
    facts
}

fn chips<'a>(
    root: Root,
    names: impl Iterator<Item = &'a &'a str>,
    path: fn(&str) -> String,
) -> Vec<Link> {
    let links = names.take(CHIPS);
    links
        .map(|name| Link {
            href: root.to(&path(name)),
            text: (*name).to_owned(),
            note: String::new(),
        })
        .collect()
}

/// For each test, the series of each backend that are measured alike: those with the largest n.
fn panels(site: &Index<'_>, root: Root) -> Vec<PanelGroup> {
    let mut groups = Vec::new();
    let mut drawn = 0;
    for test in site.tests.keys() {
        let Some(members) = representative(site, test) else { continue };
        if drawn + members.len().min(table::GROUP_PANELS) > table::PAGE_PANELS {
            break;
        }
        let key = &site.series(members[0]).0.key;
        let heading = ((*test).to_owned(), root.to(&routes::test(test)), words::variant(key));
        groups.push(table::panel_group(site, root, heading, &members, drawn));
        drawn += members.len().min(table::GROUP_PANELS);
    }
    groups
}

/// The group of like series of a test, one a backend: most backends first, then the worst news,
/// then the largest n.
pub(crate) fn representative(site: &Index<'_>, test: &str) -> Option<Vec<usize>> {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &series in site.tests.get(test).into_iter().flatten() {
        let (one, analysis) = site.series(series);
        if !analysis.retired && analysis.latest.is_some() {
            alike.entry(words::variant(&one.key)).or_default().push(series);
        }
    }
    let best = alike.into_values().max_by_key(|members| {
        let off = members.iter().filter(|one| table::is_off(site, **one)).count();
        let n = members.first().and_then(|one| site.series(*one).0.key.n);
        (members.len(), off, n)
    })?;
    Some(best)
}

/// What the overview links to compare: pull requests, then the newest commits, then tags.
fn diffs(site: &Index<'_>, root: Root) -> Vec<Link> {
    let mut pairs: Vec<&Pair> = site.pairs.iter().rev().collect();
    pairs.sort_by_key(|pair| match pair.kind {
        PairKind::Pull(_) => 0,
        PairKind::Consecutive => 1,
        PairKind::Tags => 2,
        PairKind::Event => 3,
    });
    let name = |commit| pages::commit_text(site, commit);
    let shown = pairs.into_iter().filter(|pair| pair.kind != PairKind::Event).take(DIFFS);
    shown
        .map(|pair| Link {
            href: root.to(&routes::diff(&pair.slug)),
            text: format!("{} → {}", name(pair.base), name(pair.head)),
            note: pages::diff::kind_text(pair.kind),
        })
        .collect()
}
