//! A commit: what did it do?

use askama::Template;

use crate::report::delta::{self, ComparedSeries, SeriesDelta};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pairs::CommitPair;
use crate::site::repository;
use crate::site::view::{ChangeCell, Fact, PageFrame, PageLink, Phrase};
use crate::site::{RenderError, pages};
use detect::compare::DeltaVerdict;
use model::series::CommitIndex;
use model::text::{self, UnitScale};

/// Rows of the page; all of them stand in the JSON.
const MAX_ROWS: usize = 150;

#[derive(Template)]
#[template(path = "commit.html")]
struct CommitPage {
    frame: PageFrame,
    id: String,
    subject: Option<String>,
    tags: Vec<String>,
    verdict: Phrase,
    facts: Vec<Fact>,
    links: Vec<PageLink>,
    groups: Vec<CommitGroup>,
    more: Option<PageLink>,
}

struct CommitGroup {
    title: String,
    note: String,
    folded: bool,
    rows: Vec<CommitRow>,
}

struct CommitRow {
    href: String,
    test: String,
    key: String,
    cell: ChangeCell,
    values: String,
}

/// Commits with a file: measured ones, each slug once (the newest commit of that slug).
pub(crate) fn measured(site: &SiteContext<'_>) -> Vec<CommitIndex> {
    let mut slugs = std::collections::BTreeSet::new();
    let indices = (0..site.main_runs.len()).rev();
    indices
        .filter(|at| !site.main_runs[*at].is_empty() || !site.pull_runs[*at].is_empty())
        .map(|at| CommitIndex(u32::try_from(at).unwrap_or(u32::MAX)))
        .filter(|at| slugs.insert(urls::commit_slug(&site.commit(*at).id)))
        .collect()
}

/// Commits with a page.
pub(crate) fn commits_with_page(site: &SiteContext<'_>) -> Vec<CommitIndex> {
    measured(site).into_iter().filter(|at| site.has_commit(*at)).collect()
}

/// The pair whose comparison the page of a commit shows.
pub(crate) fn consecutive_pair<'a>(
    site: &'a SiteContext<'_>,
    at: CommitIndex,
) -> Option<&'a CommitPair> {
    site.pair(site.commit_before(at)?, at)
}

pub(crate) fn render(site: &SiteContext<'_>, at: CommitIndex) -> Result<Vec<u8>, RenderError> {
    let commit = site.commit(at);
    let path = urls::commit(&commit.id);
    let root = link_root(site, &path);
    let judged = consecutive_pair(site, at)
        .map_or_else(|| compare_unpaired(site, at).into(), |pair| pair.compared(site));
    let verdict = verdict(&judged);
    let page = PageHead {
        path: &path,
        title: format!("Commit {}", text::short_commit(&commit.id)),
        verdict: &verdict,
        section: NavSection::None,
    };
    let all = judged.len();
    let template = CommitPage {
        frame: frame(site, &page),
        id: text::short_commit(&commit.id),
        subject: commit.subject.clone(),
        tags: commit.tags.clone(),
        facts: facts(site, at),
        links: links(site, root, at),
        groups: groups(site, root, &judged),
        more: (all > MAX_ROWS).then(|| PageLink {
            href: root.to(&format!("api/v1/commit/{}.json", urls::commit_slug(&commit.id))),
            text: format!("All {} as JSON", text::count_noun(all as u64, "series")),
            note: String::new(),
        }),
        verdict,
    };
    pages::html(&template)
}

/// The series of a commit without a page that compares it with the one before.
fn compare_unpaired(site: &SiteContext<'_>, at: CommitIndex) -> Vec<ComparedSeries> {
    if let Some(before) = at.0.checked_sub(1).map(CommitIndex) {
        return delta::compare_commits(site, (before, at), None);
    }
    let first = |(series, measured)| ComparedSeries {
        series,
        position: measured,
        delta: SeriesDelta::NotCompared("the first run".to_owned()),
    };
    delta::measured_series(site, at).map(first).collect()
}

fn verdict_of(one: &ComparedSeries) -> Option<DeltaVerdict> {
    match &one.delta {
        SeriesDelta::Delta(delta) => Some(delta.verdict),
        SeriesDelta::Outlier(_) => Some(DeltaVerdict::Inconclusive),
        SeriesDelta::NotCompared(_) => None,
    }
}

fn row(site: &SiteContext<'_>, root: LinkRoot, one: &ComparedSeries) -> CommitRow {
    let (series, _) = site.series(one.series);
    let value = one.position.run_in(series).value.get();
    let scale = UnitScale::for_values(value, &series.unit);
    CommitRow {
        href: root.to(&site.series_path(one.series)),
        test: series.key.test.clone(),
        key: wording::series_label(&series.key),
        cell: delta::delta_cell(series, &one.delta),
        values: value.map_or_else(|| "failed".to_owned(), |value| scale.quantity(value)),
    }
}

fn is_significant(one: &&ComparedSeries) -> bool {
    matches!(verdict_of(one), Some(DeltaVerdict::Regressed | DeltaVerdict::Improved))
}

fn verdict(all: &[ComparedSeries]) -> Phrase {
    let count = |wanted| all.iter().filter(|one| verdict_of(one) == Some(wanted)).count() as u64;
    let (worse, better) = (count(DeltaVerdict::Regressed), count(DeltaVerdict::Improved));
    let compared = all.iter().filter(|one| verdict_of(one).is_some()).count() as u64;
    let not = all.len() as u64 - compared;
    let mut phrase = Phrase::new(if worse > 0 { "worse" } else { "better" });
    if worse == 0 && better == 0 {
        phrase = phrase.text("No clear change against the level before");
    } else {
        phrase = phrase
            .marked("worse", format!("▲ {} worse", text::count(worse)))
            .text(", ")
            .marked("better", format!("▼ {} better", text::count(better)))
            .text(" than the level before");
    }
    phrase = phrase.text(format!(", {} compared", text::count(compared)));
    if not > 0 {
        phrase = phrase.text(format!(", {} not compared", text::count(not)));
    }
    phrase.text(". One run is no verdict: a change counts once it is confirmed.")
}

fn facts(site: &SiteContext<'_>, at: CommitIndex) -> Vec<Fact> {
    let commit = site.commit(at);
    let measured = site.main_runs[at.0 as usize].len() + site.pull_runs[at.0 as usize].len();
    let label =
        if site.input.history.has_author_time[at.0 as usize] { "Committed" } else { "Measured" };
    let mut facts = vec![
        Fact::at(label, wording::minute(commit.time)),
        Fact::new("Series", text::count(measured as u64)),
    ];
    // A clock that was wrong, or a commit that was moved: the order of parents counts.
    let own = site.lineage.facts(&commit.id).and_then(|facts| facts.time);
    let authored = own.filter(|time| *time != commit.time);
    facts.extend(authored.map(|time| Fact::at("Author's clock", wording::minute(time))));
    facts.extend(commit.pull.map(|pull| {
        let fact = Fact::new("Pull request", format!("#{pull}"));
        match repository::pull_url(site, pull) {
            Some(url) => fact.href(url),
            None => fact,
        }
    }));
    if !commit.main_line {
        facts.push(Fact::new("Beside the main line", "part of no baseline"));
    }
    facts
}

fn links(site: &SiteContext<'_>, root: LinkRoot, at: CommitIndex) -> Vec<PageLink> {
    let mut links = Vec::new();
    let mut add = |href: String, text: String| {
        links.push(PageLink { href, text, note: String::new() });
    };
    let commit = site.commit(at);
    for pair in site.pairs_to(at) {
        let base = text::short_commit(&site.commit(pair.base).id);
        add(root.to(&urls::diff(&pair.slug)), format!("Compare with {base}"));
    }
    let paged = |at: &CommitIndex| site.has_commit(*at);
    if let Some(before) = site.commit_before(at).filter(paged) {
        add(root.to(&urls::commit(&site.commit(before).id)), "Previous measured commit".into());
    }
    if let Some(after) = site.commit_after(at).filter(paged) {
        add(root.to(&urls::commit(&site.commit(after).id)), "Next measured commit".into());
    }
    if let Some(url) = repository::commit_url(site, &commit.id) {
        add(url, "Code".to_owned());
    }
    let slug = urls::commit_slug(&commit.id);
    add(root.to(&format!("api/v1/commit/{slug}.json")), "JSON".to_owned());
    links
}

/// What changed first and open, the rest by backend and folded.
fn groups(site: &SiteContext<'_>, root: LinkRoot, all: &[ComparedSeries]) -> Vec<CommitGroup> {
    let (news, rest): (Vec<&ComparedSeries>, Vec<&ComparedSeries>) =
        all.iter().partition(is_significant);
    let rows = |of: &[&ComparedSeries], most: usize| -> Vec<CommitRow> {
        of.iter().take(most).map(|one| row(site, root, one)).collect()
    };
    let shown = MAX_ROWS.saturating_sub(news.len());
    let mut groups = Vec::new();
    if !news.is_empty() {
        let note = text::count_noun(news.len() as u64, "series");
        let rows = rows(&news, MAX_ROWS);
        groups.push(CommitGroup { title: "Changed".to_owned(), note, folded: false, rows });
    }
    if !rest.is_empty() {
        let note = text::count_noun(rest.len() as u64, "series");
        let folded = rest.len() > 20;
        let rows = rows(&rest, shown);
        groups.push(CommitGroup { title: "No clear change".to_owned(), note, folded, rows });
    }
    groups
}
