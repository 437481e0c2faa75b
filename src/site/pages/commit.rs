//! A commit: what did it do?

use askama::Template;

use crate::site::code;
use crate::site::delta::{self, Compared, Outcome};
use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::Index;
use crate::site::pairs::Pair;
use crate::site::routes::{self, Root};
use crate::site::view::{ChangeCell, Fact, Frame, Link, Phrase};
use crate::site::{Failure, pages, words};
use detect::compare::DeltaVerdict;
use model::series::CommitIndex;
use model::text::{self, Scale};

/// Rows of the page; all of them stand in the JSON.
const ROWS: usize = 150;

#[derive(Template)]
#[template(path = "commit.html")]
struct CommitPage {
    frame: Frame,
    id: String,
    subject: Option<String>,
    tags: Vec<String>,
    verdict: Phrase,
    facts: Vec<Fact>,
    links: Vec<Link>,
    groups: Vec<Group>,
    more: Option<Link>,
}

struct Group {
    title: String,
    note: String,
    folded: bool,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    test: String,
    key: String,
    cell: ChangeCell,
    values: String,
}

/// Commits with a file: measured ones, each slug once (the newest commit of that slug).
pub(crate) fn measured(site: &Index<'_>) -> Vec<CommitIndex> {
    let mut slugs = std::collections::BTreeSet::new();
    let indices = (0..site.measured.len()).rev();
    indices
        .filter(|at| !site.measured[*at].is_empty() || !site.pulled[*at].is_empty())
        .map(|at| CommitIndex(u32::try_from(at).unwrap_or(u32::MAX)))
        .filter(|at| slugs.insert(routes::commit_slug(&site.commit(*at).id)))
        .collect()
}

/// Commits with a page.
pub(crate) fn paged(site: &Index<'_>) -> Vec<CommitIndex> {
    measured(site).into_iter().filter(|at| site.has_commit(*at)).collect()
}

/// The pair whose comparison the page of a commit shows.
pub(crate) fn told_by<'a>(site: &'a Index<'_>, at: CommitIndex) -> Option<&'a Pair> {
    site.pair(site.before(at)?, at)
}

pub(crate) fn render(site: &Index<'_>, at: CommitIndex) -> Result<Vec<u8>, Failure> {
    let commit = site.commit(at);
    let path = routes::commit(&commit.id);
    let root = root(site, &path);
    let judged =
        told_by(site, at).map_or_else(|| alone(site, at).into(), |pair| pair.compared(site));
    let verdict = verdict(&judged);
    let page = Page {
        path: &path,
        title: format!("Commit {}", text::commit(&commit.id)),
        verdict: &verdict,
        section: Section::None,
    };
    let all = judged.len();
    let template = CommitPage {
        frame: frame(site, &page),
        id: text::commit(&commit.id),
        subject: commit.subject.clone(),
        tags: commit.tags.clone(),
        facts: facts(site, at),
        links: links(site, root, at),
        groups: groups(site, root, &judged),
        more: (all > ROWS).then(|| Link {
            href: root.to(&format!("api/v1/commit/{}.json", routes::commit_slug(&commit.id))),
            text: format!("All {} as JSON", text::counted(all as u64, "series")),
            note: String::new(),
        }),
        verdict,
    };
    pages::html(&template)
}

/// The series of a commit without a page that compares it with the one before.
fn alone(site: &Index<'_>, at: CommitIndex) -> Vec<Compared> {
    if let Some(before) = at.0.checked_sub(1).map(CommitIndex) {
        return delta::outcomes(site, (before, at), None);
    }
    let first = |(series, measured)| Compared {
        series,
        measured,
        outcome: Outcome::Not("the first run".to_owned()),
    };
    delta::measured(site, at).map(first).collect()
}

fn verdict_of(one: &Compared) -> Option<DeltaVerdict> {
    match &one.outcome {
        Outcome::Delta(delta) => Some(delta.verdict),
        Outcome::Outlier(_) => Some(DeltaVerdict::Unclear),
        Outcome::Not(_) => None,
    }
}

fn row(site: &Index<'_>, root: Root, one: &Compared) -> Row {
    let (series, _) = site.series(one.series);
    let value = one.measured.of(series).value;
    let scale = Scale::for_values(value, &series.unit);
    Row {
        href: root.to(&site.series_path(one.series)),
        test: series.key.test.clone(),
        key: words::key(&series.key),
        cell: delta::cell(series, &one.outcome),
        values: value.map_or_else(|| "failed".to_owned(), |value| scale.quantity(value)),
    }
}

fn is_news(one: &&Compared) -> bool {
    matches!(verdict_of(one), Some(DeltaVerdict::Worse | DeltaVerdict::Better))
}

fn verdict(all: &[Compared]) -> Phrase {
    let count = |wanted| all.iter().filter(|one| verdict_of(one) == Some(wanted)).count() as u64;
    let (worse, better) = (count(DeltaVerdict::Worse), count(DeltaVerdict::Better));
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

fn facts(site: &Index<'_>, at: CommitIndex) -> Vec<Fact> {
    let commit = site.commit(at);
    let measured = site.measured[at.0 as usize].len() + site.pulled[at.0 as usize].len();
    let label = if site.input.history.dated[at.0 as usize] { "Committed" } else { "Measured" };
    let mut facts = vec![
        Fact::at(label, words::minute(commit.time)),
        Fact::new("Series", text::count(measured as u64)),
    ];
    // A clock that was wrong, or a commit that was moved: the order of parents counts.
    let own = site.lineage.facts(&commit.id).and_then(|facts| facts.time);
    let authored = own.filter(|time| *time != commit.time);
    facts.extend(authored.map(|time| Fact::at("Author's clock", words::minute(time))));
    facts.extend(commit.pull.map(|pull| {
        let fact = Fact::new("Pull request", format!("#{pull}"));
        match code::pull(site, pull) {
            Some(url) => fact.href(url),
            None => fact,
        }
    }));
    if !commit.main_line {
        facts.push(Fact::new("Beside the main line", "part of no baseline"));
    }
    facts
}

fn links(site: &Index<'_>, root: Root, at: CommitIndex) -> Vec<Link> {
    let mut links = Vec::new();
    let mut add = |href: String, text: String| {
        links.push(Link { href, text, note: String::new() });
    };
    let commit = site.commit(at);
    for pair in site.pairs_to(at) {
        let base = text::commit(&site.commit(pair.base).id);
        add(root.to(&routes::diff(&pair.slug)), format!("Compare with {base}"));
    }
    let paged = |at: &CommitIndex| site.has_commit(*at);
    if let Some(before) = site.before(at).filter(paged) {
        add(root.to(&routes::commit(&site.commit(before).id)), "Previous measured commit".into());
    }
    if let Some(after) = site.after(at).filter(paged) {
        add(root.to(&routes::commit(&site.commit(after).id)), "Next measured commit".into());
    }
    if let Some(url) = code::commit(site, &commit.id) {
        add(url, "Code".to_owned());
    }
    let slug = routes::commit_slug(&commit.id);
    add(root.to(&format!("api/v1/commit/{slug}.json")), "JSON".to_owned());
    links
}

/// What changed first and open, the rest by backend and folded.
fn groups(site: &Index<'_>, root: Root, all: &[Compared]) -> Vec<Group> {
    let (news, rest): (Vec<&Compared>, Vec<&Compared>) = all.iter().partition(is_news);
    let rows = |of: &[&Compared], most: usize| -> Vec<Row> {
        of.iter().take(most).map(|one| row(site, root, one)).collect()
    };
    let shown = ROWS.saturating_sub(news.len());
    let mut groups = Vec::new();
    if !news.is_empty() {
        let note = text::counted(news.len() as u64, "series");
        let rows = rows(&news, ROWS);
        groups.push(Group { title: "Changed".to_owned(), note, folded: false, rows });
    }
    if !rest.is_empty() {
        let note = text::counted(rest.len() as u64, "series");
        let folded = rest.len() > 20;
        let rows = rows(&rest, shown);
        groups.push(Group { title: "No clear change".to_owned(), note, folded, rows });
    }
    groups
}
