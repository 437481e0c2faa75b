//! A change: is it real, and which commit did it?

use askama::Template;

use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::{EventRef, Index};
use crate::site::links::ChartLinks;
use crate::site::pages::{self, candidates};
use crate::site::routes::{self, Root};
use crate::site::view::{EventRow, Fact, Figure, Frame, Link, Phrase};
use crate::site::{Failure, table, words};
use chart::{self, Size, Span, Window};
use detect::{Severity, Status};
use model::record::time::{DAY_US, Timestamp};
use model::series::CommitIndex;
use model::text;

/// Other changes listed as "at the same time".
const SAME_TIME: usize = 20;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    frame: Frame,
    index: Link,
    series: Link,
    heading: Phrase,
    verdict: Phrase,
    facts: Vec<Fact>,
    chart: Figure,
    candidates_text: Phrase,
    candidates: Vec<Phrase>,
    links: Vec<Link>,
    evidence: Vec<Phrase>,
    same_time: Vec<EventRow>,
}

pub(crate) fn render(site: &Index<'_>, event: &EventRef) -> Result<Vec<u8>, Failure> {
    let (series, _, change) = site.change(event);
    let path = routes::event(&event.id);
    let root = root(site, &path);
    let key = words::key(&series.key);
    let verdict = verdict(site, root, event);
    let page = Page {
        path: &path,
        title: format!("{} · {}", words::event(series, change).plain(), series.key.test),
        verdict: &verdict,
        section: Section::Changes,
    };
    let severity = match change.severity {
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Critical => "critical",
    };
    let confidence = text::percent(change.confidence);
    let template = EventPage {
        frame: frame(site, &page),
        index: table::more(root, "event/", "Changes".to_owned()),
        series: Link {
            href: root.to(&site.series_path(event.series)),
            text: format!("{} · {key}", series.key.test),
            note: String::new(),
        },
        heading: Phrase::new("")
            .marked(words::tone(change.worse), words::event(series, change).plain())
            .text(": ")
            .name(&series.key.test)
            .text(" · ")
            .name(key),
        facts: vec![
            Fact::new("Before → after", words::levels(series, change)),
            Fact::new("Confidence", confidence).href(root.to("about/#rule-confidence")),
            Fact::new("Severity", severity).href(root.to("about/#rule-severity")),
            Fact::new("Status", words::status(&change.status)),
        ],
        chart: zoom(site, root, event),
        candidates_text: candidates::sentence(site, root, event),
        candidates: candidates::list(site, root, event),
        links: links(site, root, event),
        evidence: evidence(site, event),
        same_time: same_time(site, root, event),
        verdict,
    };
    pages::html(&template)
}

fn verdict(site: &Index<'_>, root: Root, event: &EventRef) -> Phrase {
    let (series, analysis, change) = site.change(event);
    let tone = words::tone(change.worse);
    let size = words::sized(series, change.before, change.after, change.worse);
    let phrase = Phrase::new(tone)
        .marked(tone, format!("{} {size}", words::mark(change.change)))
        .text(format!(" since {}, limit ", text::date(event.time)))
        .link(root.to("about/#limits"), text::percent(analysis.threshold))
        .text(". ");
    match &change.status {
        Status::New => phrase.text("It still stands."),
        Status::Fixed => phrase.text("A later change brought the level back."),
        Status::Explained => phrase.text("A note explains it."),
        Status::Approved { reason, by } => {
            phrase.text("Accepted by ").name(by).text(": ").name(reason)
        }
    }
}

fn zoom(site: &Index<'_>, root: Root, event: &EventRef) -> Figure {
    let (_, _, change) = site.change(event);
    let links = ChartLinks { site, root, series: event.series, rows_from: usize::MAX };
    let notes = table::chart_notes(site, event.series);
    let mut input = table::trend_input(site, event.series, &notes, &links, "c1");
    input.span = Span::Order(Window::around(change.first));
    table::figure("c1", chart::trend(&input, Size::Full))
}

/// The last commit on the old level, and the first on the new.
pub(super) fn ends(site: &Index<'_>, event: &EventRef) -> (CommitIndex, CommitIndex) {
    let (series, _, change) = site.change(event);
    (series.runs[change.last_before].commit, series.runs[change.first].commit)
}

fn links(site: &Index<'_>, root: Root, event: &EventRef) -> Vec<Link> {
    let (base, head) = ends(site, event);
    let slug = routes::pair(&site.commit(base).id, &site.commit(head).id);
    let mut links = vec![Link {
        href: root.to(&site.series_path(event.series)),
        text: "Whole series".to_owned(),
        note: String::new(),
    }];
    if site.has_pair(&slug) {
        links.insert(0, table::more(root, &routes::diff(&slug), "Compare these two".to_owned()));
    }
    links
}

fn evidence(site: &Index<'_>, event: &EventRef) -> Vec<Phrase> {
    let (_, _, change) = site.change(event);
    change.hints.iter().map(|hint| Phrase::new("").text(hint)).collect()
}

fn same_time(site: &Index<'_>, root: Root, event: &EventRef) -> Vec<EventRow> {
    let near =
        |days: i64| Timestamp::from_micros(event.time.micros().saturating_add(days * DAY_US));
    let around = site.events_within(near(-1), near(1)).iter();
    let others = around.filter(|other| other.id != event.id).take(SAME_TIME);
    others.map(|other| table::event_row(site, root, other)).collect()
}
