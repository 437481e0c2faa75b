//! A change: is it real, and which commit did it?

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::changes::EventRef;
use crate::site::context::{CommitRange, SiteContext};
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::links::ChartLinks;
use crate::site::pages::{self, suspects};
use crate::site::table;
use crate::site::view::{EventRow, Fact, Figure, PageFrame, PageLink};
use chart::{self, ChartSpan, RunWindow};
use detect::ChangeSeverity;
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// Other changes listed as "at the same time".
const MAX_SAME_TIME: usize = 20;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    frame: PageFrame,
    index: PageLink,
    series: PageLink,
    heading: Phrase,
    verdict: Phrase,
    facts: Vec<Fact>,
    chart: Figure,
    suspects_text: Phrase,
    suspects: Vec<Phrase>,
    /// Empty where nobody searched.
    culprit: String,
    links: Vec<PageLink>,
    evidence: Vec<Phrase>,
    group: Option<GroupSection>,
    same_time: Vec<EventRow>,
}

/// The regressions with the same likely cause, and the commands for them.
struct GroupSection {
    sentence: String,
    members: Vec<SameCause>,
    compare: String,
    /// None where only one commit is suspect, or the culprit is known.
    bisect: Option<String>,
    /// None where nothing is left to accept.
    accept: Option<String>,
}

struct SameCause {
    href: Option<String>,
    title: String,
    note: String,
}

pub(crate) fn render(site: &SiteContext<'_>, event: &EventRef) -> Result<Vec<u8>, RenderError> {
    let (series, _, change) = site.change(event);
    let path = urls::event(&event.id);
    let root = link_root(site, &path);
    let key = wording::series_label(&series.key);
    let verdict = verdict(site, root, event);
    let page = PageHead {
        path: &path,
        title: format!("{} · {}", wording::event(series, change).plain(), series.key.test),
        verdict: &verdict,
        section: NavSection::Changes,
    };
    let severity = match change.severity {
        ChangeSeverity::Minor => "minor",
        ChangeSeverity::Major => "major",
        ChangeSeverity::Critical => "critical",
    };
    let confidence = text::percent(change.confidence);
    let suspects = suspects::list(site, root, event);
    let group = group(site, root, event, suspects.len());
    let template = EventPage {
        frame: frame(site, &page),
        index: table::more_link(root, "event/", "Changes".to_owned()),
        series: PageLink {
            href: root.to(&site.series_path(event.series)),
            text: format!("{} · {key}", series.key.test),
            note: String::new(),
        },
        heading: Phrase::new("")
            .marked(wording::tone(change.is_regression), wording::event(series, change).plain())
            .text(": ")
            .name(&series.key.test)
            .text(" · ")
            .name(key),
        facts: vec![
            Fact::new("Before → after", wording::levels(series, change)),
            Fact::new("Confidence", confidence).href(root.to("about/#rule-confidence")),
            Fact::new("Severity", severity).href(root.to("about/#rule-severity")),
            Fact::new("Status", wording::state(change)).href(root.to("about/#status")),
        ],
        chart: zoomed_chart(site, root, event),
        suspects_text: suspects::sentence(site, root, event),
        suspects,
        culprit: culprit(site, event),
        links: links(site, root, event),
        evidence: evidence(site, event),
        group,
        same_time: same_time(site, root, event),
        verdict,
    };
    pages::html(&template)
}

fn verdict(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Phrase {
    let (series, analysis, change) = site.change(event);
    let tone = wording::tone(change.is_regression);
    let size = wording::change_size(series, change.before, change.after, change.is_regression);
    let phrase = Phrase::new(tone)
        .marked(tone, format!("{} {size}", wording::arrow(change.change)))
        .text(format!(" since {}, threshold ", text::date(wording::since(series, change))))
        .link(root.to("about/#thresholds"), text::percent(analysis.threshold))
        .text(". ");
    let phrase = match wording::rate_sentence(series, analysis.threshold, change) {
        Some(rate) => phrase.text(rate).text(" "),
        None => phrase,
    };
    phrase.append(wording::state_sentence(series, analysis, change))
}

fn zoomed_chart(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Figure {
    let (_, _, change) = site.change(event);
    let links = ChartLinks { site, root, series: event.series, rows_from: usize::MAX };
    let notes = table::chart_notes(site, event.series);
    let mut input = table::trend_input(site, event.series, &notes, &links, "c1");
    // One step for each run: by time, a burst of runs on one day would be a single column.
    input.span = ChartSpan::Order(RunWindow::around(change.first_after));
    table::figure("c1", chart::trend(&input))
}

fn links(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<PageLink> {
    let CommitRange { base, head } = site.change_range(event);
    let slug = urls::pair(&site.commit(base).id, &site.commit(head).id);
    let mut links = vec![PageLink {
        href: root.to(&site.series_path(event.series)),
        text: "Whole series".to_owned(),
        note: String::new(),
    }];
    if site.pairs.has(&slug) {
        links.insert(
            0,
            table::more_link(root, &urls::diff(&slug), "Compare these commits".to_owned()),
        );
    }
    links
}

/// The group that a regression is in.
fn group(
    site: &SiteContext<'_>,
    root: LinkRoot,
    event: &EventRef,
    suspects: usize,
) -> Option<GroupSection> {
    let group = site.regressions.of_event(&event.id)?;
    let history = site.input.history;
    let others = group.members.iter().filter(|it| it.event.as_ref() != Some(&event.id));
    let members = others.take(MAX_SAME_TIME).map(|it| SameCause {
        href: it.event.as_deref().map(|id| root.to(&urls::event(id))),
        title: it.subject.title.clone(),
        note: format!("{}. {}", it.size_text(), it.state_text),
    });
    Some(GroupSection {
        sentence: group.sentence(history),
        members: members.collect(),
        compare: group.compare_command(history),
        bisect: group.bisect_command().filter(|_| suspects > 1),
        accept: (group.state() == "open").then(|| group.accept_command(history)),
    })
}

/// What `bisect` found.
fn culprit(site: &SiteContext<'_>, event: &EventRef) -> String {
    let group = site.regressions.of_event(&event.id);
    let culprit = group.and_then(|group| group.culprit.as_ref());
    culprit.map(|culprit| format!("{}.", wording::culprit(culprit))).unwrap_or_default()
}

fn evidence(site: &SiteContext<'_>, event: &EventRef) -> Vec<Phrase> {
    let (_, _, change) = site.change(event);
    change.hints.iter().map(|hint| Phrase::new("").text(hint)).collect()
}

fn same_time(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<EventRow> {
    let near =
        |days: i64| Timestamp::from_micros(event.time.micros().saturating_add(days * DAY_US));
    // A day on either side: series of one machine are often measured over night.
    let around = site.events.within(near(-1), near(1)).iter();
    let others = around.filter(|other| other.id != event.id).take(MAX_SAME_TIME);
    others.map(|other| table::event_row(site, root, other)).collect()
}
