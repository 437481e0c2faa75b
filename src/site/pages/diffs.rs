//! The list of comparisons, and the picker for any two commits.

use askama::Template;

use crate::report::phrase::{Moment, Phrase};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::comparison;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::pairs::{CommitPair, PairKind};
use crate::site::view::PageFrame;
use model::text;

/// Comparisons of one kind that are listed.
const MAX_LISTED: usize = 60;

#[derive(Template)]
#[template(path = "diffs.html")]
struct DiffsPage {
    frame: PageFrame,
    verdict: Phrase,
    diffs_json: String,
    /// There is something to pick.
    has_pair: bool,
    /// The newest measured commit and the one before it, by their slugs: what most readers compare.
    base: String,
    head: String,
    groups: Vec<PairGroup>,
}

struct PairGroup {
    title: &'static str,
    /// `60 of 208`, where not all are listed.
    note: String,
    rows: Vec<PairRow>,
}

/// A comparison in the list.
struct PairRow {
    href: String,
    /// Subject of the head, or both commits.
    title: String,
    /// `abc1234 against def5678`.
    commits: String,
    date: Moment,
    result: Phrase,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "diff/");
    let count = text::count_noun(site.pairs.all().len() as u64, "comparison");
    let verdict = if site.pairs.all().is_empty() {
        // The picker can choose nothing either.
        let missing = 2_usize.saturating_sub(site.commits.main_line().len());
        let missing = text::count_noun(missing.max(1) as u64, "more measured commit");
        Phrase::new("note").text(format!("Nothing to compare yet: {missing} needed."))
    } else {
        Phrase::new("note")
            .text(format!("{count}. Pick any two measured commits, or open one from the list."))
    };
    let page = PageHead {
        path: "diff/",
        title: "Compare".to_owned(),
        verdict: &verdict,
        section: NavSection::Compare,
    };
    let titles = ["Pull requests", "Tags", "Consecutive commits", "Around changes"];
    let groups = titles.into_iter().filter_map(|title| {
        let pairs = site.pairs.all().iter().rev().filter(|pair| title_of(pair.kind) == title);
        let pairs: Vec<&CommitPair> = pairs.collect();
        let rows: Vec<PairRow> =
            pairs.iter().take(MAX_LISTED).map(|pair| row(site, root, pair)).collect();
        let note = match pairs.len() {
            all if all > MAX_LISTED => {
                format!("newest {MAX_LISTED} of {}", text::count(all as u64))
            }
            all => text::count(all as u64),
        };
        (!rows.is_empty()).then_some(PairGroup { title, note, rows })
    });
    let newest = |age: usize| {
        let at = site.commits.main_line().iter().rev().nth(age);
        at.map_or_else(String::new, |at| urls::commit_slug(&site.commit(*at).id))
    };
    let template = DiffsPage {
        frame: frame(site, &page),
        diffs_json: root.to("api/v2/diffs.json"),
        has_pair: !site.pairs.all().is_empty(),
        base: newest(1),
        head: newest(0),
        groups: groups.collect(),
        verdict,
    };
    pages::html(&template)
}

fn title_of(kind: PairKind) -> &'static str {
    match kind {
        PairKind::Pull(_) => "Pull requests",
        PairKind::Tags => "Tags",
        PairKind::Consecutive => "Consecutive commits",
        PairKind::Event => "Around changes",
    }
}

fn row(site: &SiteContext<'_>, root: LinkRoot, pair: &CommitPair) -> PairRow {
    let (base, head) = (pages::commit_text(site, pair.base), pages::commit_text(site, pair.head));
    let commit = site.commit(pair.head);
    let subject = commit.subject.clone().unwrap_or_else(|| format!("Commit {head}"));
    PairRow {
        href: root.to(&urls::diff(&pair.slug)),
        title: match pair.kind {
            PairKind::Pull(pull) if !subject.contains(&format!("#{pull}")) => {
                format!("{subject} (#{pull})")
            }
            _ => subject,
        },
        commits: format!("{head} against {base}"),
        date: wording::day(commit.time),
        result: comparison::words_of_pair(site, pair).short(),
    }
}
