//! A change: is it real, and which commit did it?

use askama::Template;

use crate::analysis::{ChangeKind, Severity, Status};
use crate::chart::{self, Size, Span, Window};
use crate::record::{DAY_US, Timestamp};
use crate::series::CommitIndex;
use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::{EventRef, Index};
use crate::site::links::ChartLinks;
use crate::site::routes::{self, Root};
use crate::site::view::{EventRow, Fact, Figure, Frame, Link, Phrase};
use crate::site::{Failure, pages, table, words};
use crate::text;

/// Candidate commits listed one by one.
const CANDIDATES: usize = 50;
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
            href: root.to(&routes::series(&site.stems[event.series])),
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
        candidates_text: candidates_text(site, root, event),
        candidates: candidates(site, root, event),
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
    let links = ChartLinks { site, root, series: event.series, has_rows: false };
    let notes = table::chart_notes(site, event.series);
    let mut input = table::trend_input(site, event.series, &notes, &links, "c1");
    input.span = Span::Order(Window::around(change.first));
    table::figure("c1", chart::trend(&input, Size::Full))
}

fn ends(site: &Index<'_>, event: &EventRef) -> (CommitIndex, CommitIndex) {
    let (series, _, change) = site.change(event);
    (series.runs[change.last_before].commit, series.runs[change.first].commit)
}

/// Commits after the last one on the old level, up to the first on the new.
fn between(site: &Index<'_>, event: &EventRef) -> Vec<CommitIndex> {
    let (base, head) = ends(site, event);
    (base.0 + 1..=head.0)
        .map(CommitIndex)
        .filter(|commit| site.commit(*commit).main_line || *commit == head)
        .collect()
}

fn candidates_text(site: &Index<'_>, root: Root, event: &EventRef) -> Phrase {
    let (base, head) = ends(site, event);
    if site.change(event).2.kind == ChangeKind::Drift {
        let id = &site.commit(head).id;
        return Phrase::new("")
            .text("A drift has no one commit. From this run on it exceeds the limit: ")
            .code_link(root.to(&routes::commit(id)), text::commit(id))
            .text(".");
    }
    let known = between(site, event).len();
    let name = |phrase: Phrase, commit: CommitIndex| {
        let id = &site.commit(commit).id;
        phrase.code_link(root.to(&routes::commit(id)), text::commit(id))
    };
    let phrase = name(Phrase::new("").text("Last run on the old level: "), base);
    let phrase = name(phrase.text(". First on the new: "), head).text(". ");
    let phrase = if known <= 1 {
        phrase.text("No other measured commit lies between them.")
    } else {
        phrase.text(format!("{known} measured commits come into question."))
    };
    match &site.input.policy.site.repo_url {
        Some(url) if text::is_sha(&site.commit(base).id) && text::is_sha(&site.commit(head).id) => {
            let (base, head) = (&site.commit(base).id, &site.commit(head).id);
            let url = format!("{}/compare/{base}...{head}", url.trim_end_matches('/'));
            phrase.text(" ").link(url, "All commits between them")
        }
        _ => phrase,
    }
}

fn candidates(site: &Index<'_>, root: Root, event: &EventRef) -> Vec<Phrase> {
    if site.change(event).2.kind == ChangeKind::Drift {
        return Vec::new();
    }
    let newest_first = between(site, event).into_iter().rev().take(CANDIDATES);
    newest_first
        .map(|commit| {
            let commit = site.commit(commit);
            let phrase = Phrase::new("")
                .code_link(root.to(&routes::commit(&commit.id)), text::commit(&commit.id))
                .text(format!(" {}", text::date(commit.time)));
            match &commit.subject {
                Some(subject) => phrase.text(": ").name(subject),
                None => phrase,
            }
        })
        .collect()
}

fn links(site: &Index<'_>, root: Root, event: &EventRef) -> Vec<Link> {
    let (base, head) = ends(site, event);
    let slug = routes::pair(&site.commit(base).id, &site.commit(head).id);
    let mut links = vec![Link {
        href: root.to(&routes::series(&site.stems[event.series])),
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
