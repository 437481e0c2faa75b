//! A change: is it real, and which commit did it?

use askama::Template;

use crate::report::insight::Insight;
use crate::report::phrase::Phrase;
use crate::report::regression_groups::Regression;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::answers::{self, Answer};
use crate::site::cards;
use crate::site::changes::EventRef;
use crate::site::context::{CommitRange, SiteContext};
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::links::ChartLinks;
use crate::site::notes::DatedNote;
use crate::site::pages::life::{self, LifeStep};
use crate::site::pages::series::{NoteView, note_view};
use crate::site::pages::{self, suspects};
use crate::site::table;
use crate::site::view::{EventRow, Figure, PageFrame, PageLink, PlainChart, breakable};
use chart::{self, CardSize, ChartSpan, RunWindow};
use detect::ChangeKind;
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// Other changes listed as "at the same time".
const MAX_SAME_TIME: usize = 8;

/// Series of the same cause with a chart.
const MAX_CHARTS: usize = 8;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    frame: PageFrame,
    index: PageLink,
    series: PageLink,
    tone: &'static str,
    mark: &'static str,
    /// In pieces, behind which it may break.
    heading: Vec<String>,
    state: &'static str,
    /// What became of it, in a sentence.
    verdict: Phrase,
    answers: Vec<Answer>,
    compare: Option<PageLink>,
    chart: Figure,
    life: Vec<LifeStep>,
    suspects_text: Phrase,
    suspects: Vec<Phrase>,
    /// Empty where nobody searched.
    culprit: String,
    links: Vec<PageLink>,
    evidence: Vec<Phrase>,
    /// What to do next; empty for an improvement.
    steps: Vec<Phrase>,
    notes: Vec<NoteView>,
    group: Option<GroupSection>,
    same_time: Vec<EventRow>,
}

/// The regressions with the same likely cause, and the commands for them.
struct GroupSection {
    sentence: String,
    /// How many other series there are, with a chart or without.
    others: String,
    members: Vec<SameCause>,
    /// Others that have no chart.
    more: String,
    compare: String,
    /// None where only one commit is suspect, or the culprit is known.
    bisect: Option<String>,
    /// None where nothing is left to accept.
    accept: Option<String>,
    confirmations: String,
}

struct SameCause {
    href: Option<String>,
    title: String,
    tone: &'static str,
    size: String,
    state: String,
    chart: PlainChart,
}

pub(crate) fn render(site: &SiteContext<'_>, event: &EventRef) -> Result<Vec<u8>, RenderError> {
    let (series, analysis, change) = site.change(event);
    let path = urls::event(&event.id);
    let root = link_root(site, &path);
    let verdict = wording::state_sentence(series, analysis, change);
    let description = verdict_text(site, event);
    let page = PageHead {
        path: &path,
        title: format!("{} · {}", wording::event(series, change).plain(), series.key.test),
        verdict: &description,
        section: NavSection::Changes,
    };
    let suspects = suspects::list(site, root, event);
    let group = group(site, root, event, suspects.len());
    let is_open = wording::state(change) == "open";
    let template = EventPage {
        frame: frame(site, &page),
        index: table::more_link(root, "event/", "Regressions".to_owned()),
        series: PageLink {
            href: root.to(&site.series_path(event.series)),
            text: site.names.title(&series.key),
            note: String::new(),
        },
        tone: if change.is_regression && !is_open {
            "note"
        } else {
            wording::tone(change.is_regression)
        },
        mark: wording::arrow(change.change),
        heading: breakable(&heading(site, event)),
        state: wording::state(change),
        answers: answers::of_event(site, root, event),
        compare: site
            .regressions
            .of_event(&event.id)
            .map(|group| cards::compare_link(site, root, group))
            .or_else(|| neighbors(site, root, event)),
        chart: zoomed_chart(site, root, event),
        life: life::steps(site, event),
        suspects_text: suspects::sentence(site, root, event),
        suspects,
        culprit: culprit(site, event),
        links: links(site, root, event),
        evidence: evidence(site, event),
        steps: steps(site, event),
        notes: notes(site, event),
        group,
        same_time: same_time(site, root, event),
        verdict,
    };
    pages::html(&template)
}

/// That of the cause on the page of its largest series, else that of the series.
fn heading(site: &SiteContext<'_>, event: &EventRef) -> String {
    let (series, _, change) = site.change(event);
    let group = site.regressions.of_event(&event.id);
    if let Some(group) = group.filter(|group| group.id() == event.id) {
        return group.headline(&site.names, site.input.series);
    }
    let size = wording::change_size(series, change.change, change.is_regression);
    let gradual = if change.kind == ChangeKind::Drift { " (gradual)" } else { "" };
    let verb = if wording::state(change) == "fixed" { "was" } else { "is" };
    format!("{} {verb} {size}{gradual}", site.names.title(&series.key))
}

/// The notes that explain a change: dated within a day of it, or about its commit.
fn notes(site: &SiteContext<'_>, event: &EventRef) -> Vec<NoteView> {
    let head = &site.commit(site.change_range(event).head).id;
    let is_about = |dated: &DatedNote<'_>| {
        let names = dated.note.commit.as_deref();
        let of_commit = names.is_some_and(|name| model::commit_ref::is_name_of(head, name));
        of_commit || (dated.time.day() - event.time.day()).abs() <= 1
    };
    site.notes_about(event.series).filter(is_about).map(note_view).collect()
}

/// The whole verdict, for those who see no page: feeds, search engines, previews.
fn verdict_text(site: &SiteContext<'_>, event: &EventRef) -> Phrase {
    let (series, analysis, change) = site.change(event);
    let tone = wording::tone(change.is_regression);
    let size = wording::change_size(series, change.change, change.is_regression);
    let phrase = Phrase::new(tone)
        .marked(tone, format!("{} {size}", wording::arrow(change.change)))
        .text(format!(
            " since {}, threshold {}. ",
            text::date(wording::since(series, change)),
            text::percent(analysis.threshold)
        ));
    let phrase = match wording::rate_sentence(series, analysis.threshold, change) {
        Some(rate) => phrase.text(rate).text(" "),
        None => phrase,
    };
    phrase.append(wording::state_sentence(series, analysis, change))
}

fn zoomed_chart(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Figure {
    let (_, _, change) = site.change(event);
    let links = ChartLinks { site, root, series: event.series, runs: None };
    let notes = table::chart_notes(site, event.series);
    let mut input = table::trend_input(site, event.series, &notes, &links, "c1");
    // One step for each run: by time, a burst of runs on one day would be a single column.
    input.span = ChartSpan::Order(RunWindow::around(change.first_after));
    table::figure("c1", chart::trend(&input))
}

/// The comparison of the commits on either side of a change, where it has a page.
fn neighbors(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Option<PageLink> {
    let CommitRange { base, head } = site.change_range(event);
    let slug = urls::pair(&site.commit(base).id, &site.commit(head).id);
    let href = site.pairs.has(&slug).then(|| root.to(&urls::diff(&slug)))?;
    Some(PageLink { href, text: "Compare".to_owned(), note: "before and after".to_owned() })
}

fn links(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<PageLink> {
    let series = root.to(&site.series_path(event.series));
    vec![PageLink { href: series, text: "Whole series".to_owned(), note: String::new() }]
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
    let others: Vec<&Regression> =
        group.members.iter().filter(|it| it.event.as_ref() != Some(&event.id)).collect();
    let members = others.iter().take(MAX_CHARTS).map(|it| SameCause {
        href: it.event.as_deref().map(|id| root.to(&urls::event(id))),
        title: site.names.title(&site.series(it.series).0.key),
        tone: if group.state() == "open" { "worse" } else { "note" },
        size: format!("{} {}", wording::arrow(it.change), it.size_text()),
        state: it.state_text.clone(),
        chart: table::card_chart(site, it.series, cards::change_at(site, it), CardSize::Member),
    });
    let more = others.iter().skip(MAX_CHARTS);
    let more = more.map(|it| site.names.title(&site.series(it.series).0.key));
    let confirmations = u64::from(site.input.policy.detection.confirmations);
    Some(GroupSection {
        sentence: group.sentence(history),
        others: format!("{} other series", text::count(others.len() as u64)),
        members: members.collect(),
        more: more.take(MAX_SAME_TIME).collect::<Vec<_>>().join("; "),
        confirmations: text::count_noun(confirmations, "run"),
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
    let is_new = |hint: &&String| !hint.is_empty() && !change.hints.contains(hint);
    let insight = insight(site, event).map(|it| &it.hint).filter(is_new);
    let hints = insight.into_iter().chain(&change.hints);
    hints.map(|hint| Phrase::new("").text(cards::hint_text(hint))).collect()
}

/// What the group of a regression suggests.
fn insight<'a>(site: &'a SiteContext<'_>, event: &EventRef) -> Option<&'a Insight> {
    site.regressions.insight(site.regressions.of_event(&event.id)?)
}

fn steps(site: &SiteContext<'_>, event: &EventRef) -> Vec<Phrase> {
    let steps = insight(site, event).map_or(&[][..], |it| &it.recommendations);
    steps.iter().map(|step| cards::step_phrase(step)).collect()
}

fn same_time(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<EventRow> {
    let near =
        |days: i64| Timestamp::from_micros(event.time.micros().saturating_add(days * DAY_US));
    // A day on either side: series of one machine are often measured over night.
    let around = site.events.within(near(-1), near(1)).iter();
    let own = site.regressions.of_event(&event.id).map(|group| group.id());
    let is_other = |other: &&EventRef| {
        let cause = site.regressions.of_event(&other.id).map(|group| group.id());
        other.id != event.id && (cause.is_none() || cause != own)
    };
    let others = around.filter(is_other).take(MAX_SAME_TIME);
    others.map(|other| table::event_row(site, root, other)).collect()
}
