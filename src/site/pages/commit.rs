//! A commit: what did it do?

use std::collections::BTreeSet;

use askama::Template;

use crate::report::delta::SeriesDelta;
use crate::report::phrase::{ChangeCell, Phrase};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::changes::EventRef;
use crate::site::compared_verdict::{self, ComparedVerdict, VerdictWords};
use crate::site::comparison;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::pairs::ComparedSeries;
use crate::site::repository;
use crate::site::view::{Fact, PageFrame, PageLink};
use model::series::CommitIndex;
use model::text::{self, UnitScale};

/// Changed series of the page; the comparison has all of them.
const MAX_ROWS: usize = 150;
/// Series without a change that are listed. More of them would be most of the page of each commit.
const MAX_QUIET_ROWS: usize = 20;

#[derive(Template)]
#[template(path = "commit.html")]
struct CommitPage {
    frame: PageFrame,
    id: String,
    heading: String,
    tags: Vec<String>,
    verdict: Phrase,
    facts: Vec<Fact>,
    links: Vec<PageLink>,
    began: Vec<BegunChange>,
    groups: Vec<CommitGroup>,
    more: Option<PageLink>,
}

/// A cause or an improvement that began at a commit.
pub(crate) struct BegunChange {
    pub(crate) href: String,
    pub(crate) tone: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) title: String,
    pub(crate) state: &'static str,
    pub(crate) note: String,
}

struct CommitGroup {
    title: String,
    note: String,
    rows: Vec<CommitRow>,
}

struct CommitRow {
    href: String,
    test: String,
    key: String,
    cell: ChangeCell,
    values: String,
}

pub(crate) fn render(site: &SiteContext<'_>, at: CommitIndex) -> Result<Vec<u8>, RenderError> {
    let commit = site.commit(at);
    let path = urls::commit(&commit.id);
    let root = link_root(site, &path);
    let judged = site
        .consecutive_pair(at)
        .map_or_else(|| compare_unpaired(site, at).into(), |pair| comparison::of_pair(site, pair));
    let verdict = verdict(site, at, &judged);
    let page = PageHead {
        path: &path,
        title: format!("Commit {}", text::short_commit(&commit.id)),
        verdict: &verdict,
        section: NavSection::None,
    };
    let template = CommitPage {
        frame: frame(site, &page),
        id: text::short_commit(&commit.id),
        heading: match &commit.subject {
            Some(subject) => subject.clone(),
            None => format!("Commit {}", text::short_commit(&commit.id)),
        },
        tags: commit.tags.clone(),
        facts: facts(site, root, at),
        links: links(site, root, at),
        began: began(site, root, at),
        groups: groups(site, root, &judged),
        more: more(site, root, at, &judged),
        verdict,
    };
    pages::html(&template)
}

/// What began at this commit: each cause once, then improvements.
fn began(site: &SiteContext<'_>, root: LinkRoot, at: CommitIndex) -> Vec<BegunChange> {
    let mut seen = BTreeSet::new();
    let mut began = Vec::new();
    let events = site.events.newest_first().iter();
    for event in events.filter(|event| site.change_range(event).head == at).take(MAX_ROWS) {
        let group = site.regressions.of_event(&event.id);
        if seen.insert(group.map_or_else(|| event.id.clone(), |group| group.id())) {
            began.push(begun_change(site, root, event));
        }
    }
    began
}

/// A change with all that has the same cause.
pub(crate) fn begun_change(
    site: &SiteContext<'_>,
    root: LinkRoot,
    event: &EventRef,
) -> BegunChange {
    let (series, _, change) = site.change(event);
    let group = site.regressions.of_event(&event.id);
    let id = group.map_or_else(|| event.id.clone(), |group| group.id());
    let size = wording::event(series, change).plain();
    let is_open = wording::state(change) == "open";
    BegunChange {
        href: root.to(&urls::event(&id)),
        tone: match change.is_regression {
            true if !is_open => "note",
            is_worse => wording::tone(is_worse),
        },
        mark: wording::arrow(change.change),
        title: match group {
            Some(group) => group.headline(&site.names, site.input.series),
            None => format!(
                "{}: {}",
                site.names.title(&series.key),
                size.trim_start_matches(['▲', '▼', ' '])
            ),
        },
        state: wording::state(change),
        note: match group.map_or(1, |group| group.members.len() as u64) {
            1 => wording::levels(series, change),
            count => text::count_noun(count, "series"),
        },
    }
}

/// The series of a commit without a page that compares it with the one before.
fn compare_unpaired(site: &SiteContext<'_>, at: CommitIndex) -> Vec<ComparedSeries> {
    if let Some(before) = at.0.checked_sub(1).map(CommitIndex) {
        return comparison::compare_commits(site, before, at, None);
    }
    let first = |run: comparison::MeasuredSeries| ComparedSeries {
        series: run.series,
        position: run.position,
        delta: SeriesDelta::NotCompared("first measured commit".to_owned()),
        verdict: ComparedVerdict::NotCompared,
    };
    comparison::measured_series(site, at).map(first).collect()
}

fn row(site: &SiteContext<'_>, root: LinkRoot, entry: &ComparedSeries) -> CommitRow {
    let (series, _) = site.series(entry.series);
    let value = entry.position.run_in(series).value.get();
    let scale = UnitScale::for_values(value, &series.unit);
    CommitRow {
        href: root.to(&site.series_path(entry.series)),
        test: series.key.test.clone(),
        key: wording::series_label(&series.key),
        cell: compared_verdict::cell(series, &entry.delta, entry.verdict),
        values: value.map_or_else(|| "failed".to_owned(), |value| scale.quantity(value)),
    }
}

fn verdict(site: &SiteContext<'_>, at: CommitIndex, all: &[ComparedSeries]) -> Phrase {
    let phrase = VerdictWords::of(all.iter().map(|entry| entry.verdict)).phrase().text(".");
    let is_newest = site.commits.after(at).is_none();
    if is_newest { phrase.text(" One run; not confirmed yet.") } else { phrase }
}

fn facts(site: &SiteContext<'_>, root: LinkRoot, at: CommitIndex) -> Vec<Fact> {
    let commit = site.commit(at);
    let measured = site.commits.main_runs(at).len() + site.commits.pull_runs(at).len();
    let mut facts = vec![
        Fact::at("Measured", wording::minute(commit.time)),
        Fact::new("Series", text::count(measured as u64)),
    ];
    if let Some(author) = &commit.author {
        let fact = Fact::new("Author", author);
        let has_page = site.has_author_page(author);
        facts.insert(0, if has_page { fact.href(root.to(&urls::person(author))) } else { fact });
    }
    // It orders nothing: a rebase keeps it, and a clock may be wrong.
    let authored = commit.author_time.filter(|time| time.day() != commit.time.day());
    facts.extend(authored.map(|time| Fact::at("Author date", wording::minute(time))));
    facts.extend(commit.pull.map(|pull| {
        let fact = Fact::new("Pull request", format!("#{pull}"));
        match repository::pull_url(site.input.policy, pull) {
            Some(url) => fact.href(url),
            None => fact,
        }
    }));
    if !commit.main_line {
        facts.push(Fact::new("Off the main line", "not used for baselines"));
    }
    facts
}

fn links(site: &SiteContext<'_>, root: LinkRoot, at: CommitIndex) -> Vec<PageLink> {
    let mut links = Vec::new();
    let mut add = |href: String, text: String| {
        links.push(PageLink { href, text, note: String::new() });
    };
    let commit = site.commit(at);
    for pair in site.pairs.ending_at(at) {
        let base = text::short_commit(&site.commit(pair.base).id);
        add(root.to(&urls::diff(&pair.slug)), format!("Compare with {base}"));
    }
    let paged = |at: &CommitIndex| site.page_policy.has_commit(*at);
    if let Some(before) = site.commits.before(at).filter(paged) {
        add(root.to(&urls::commit(&site.commit(before).id)), "Previous measured commit".into());
    }
    if let Some(after) = site.commits.after(at).filter(paged) {
        add(root.to(&urls::commit(&site.commit(after).id)), "Next measured commit".into());
    }
    if let Some(url) = repository::commit_url(site.input.policy, &commit.id) {
        add(url, "Source code".to_owned());
    }
    add(root.to(&urls::commit_json(&commit.id)), "JSON".to_owned());
    links
}

/// The comparison, where the page leaves out some of it.
fn more(
    site: &SiteContext<'_>,
    root: LinkRoot,
    at: CommitIndex,
    all: &[ComparedSeries],
) -> Option<PageLink> {
    let changed = all.iter().filter(|entry| entry.verdict.is_change()).count();
    if changed <= MAX_ROWS && all.len() - changed <= MAX_QUIET_ROWS {
        return None;
    }
    let before = site.commits.before(at)?;
    let count = text::count_noun(all.len() as u64, "series");
    let base = text::short_commit(&site.commit(before).id);
    Some(PageLink {
        href: site.pair_link(root, before, at),
        text: format!("All {count}, compared with {base}"),
        note: String::new(),
    })
}

/// What changed, and of the rest how many there are, with rows where they are few.
fn groups(site: &SiteContext<'_>, root: LinkRoot, all: &[ComparedSeries]) -> Vec<CommitGroup> {
    let (significant, others): (Vec<&ComparedSeries>, Vec<&ComparedSeries>) =
        all.iter().partition(|entry| entry.verdict.is_change());
    let rows = |of: &[&ComparedSeries]| -> Vec<CommitRow> {
        of.iter().take(MAX_ROWS).map(|entry| row(site, root, entry)).collect()
    };
    let mut groups = Vec::new();
    if !significant.is_empty() {
        let note = text::count_noun(significant.len() as u64, "series");
        groups.push(CommitGroup { title: "Changed".to_owned(), note, rows: rows(&significant) });
    }
    if !others.is_empty() {
        let note = text::count_noun(others.len() as u64, "series");
        let is_compared = |entry: &&ComparedSeries| entry.verdict != ComparedVerdict::NotCompared;
        let title = match others.iter().any(is_compared) {
            true => "No significant change",
            false => "Not compared",
        };
        let is_listed = others.len() <= MAX_QUIET_ROWS;
        let rows = if is_listed { rows(&others) } else { Vec::new() };
        groups.push(CommitGroup { title: title.to_owned(), note, rows });
    }
    groups
}
