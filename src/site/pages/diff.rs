//! Two commits: did the second make anything slower?

use askama::Template;

use crate::report::decision::Decision;
use crate::report::delta;
use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::answers::Answer;
use crate::site::compared_verdict::VerdictWords;
use crate::site::comparison;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::pages::deltas::{DiffRow, SortedDeltas};
use crate::site::pairs::{CommitPair, ComparedSeries, PairKind};
use crate::site::repository;
use crate::site::view::{Fact, PageFrame, PageLink};
use model::text;

/// Unchanged and not compared series of one page; `benchpages compare` lists all of them.
const MIN_FOLDED: usize = 60;

/// Rows of the first table where that many series were compared.
const MIN_SHOWN: usize = 8;
/// Changed series of one page.
const MAX_CHANGED: usize = 150;

/// The kind of an entry of the audit log that lets a failing check pass.
const OVERRIDE: &str = "override";

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage {
    frame: PageFrame,
    kind: Phrase,
    heading: String,
    /// `#412`, or empty.
    pull: String,
    verdict: Phrase,
    gate: Option<GateAnswer>,
    answers: Vec<Answer>,
    facts: Vec<Fact>,
    slices: Vec<PageLink>,
    /// What changed, and of the others the largest, so that a table has some rows.
    shown: Vec<DiffRow>,
    unchanged_summary: String,
    unchanged: Vec<DiffRow>,
    not_compared_summary: String,
    open_not_compared: bool,
    not_compared: Vec<Phrase>,
    more: Option<Phrase>,
}

/// What the check of a pull request says.
struct GateAnswer {
    sentence: Phrase,
    /// Why it does not pass.
    reasons: Vec<String>,
}

/// A part of a comparison that has a path of its own.
pub(crate) struct DiffSlice<'a> {
    /// Empty, `backend/<slug>/` or `view/<slug>/`.
    pub(crate) path: String,
    name: &'a str,
    /// Its series, in order; none where it is the whole.
    members: Option<&'a [usize]>,
}

impl DiffSlice<'_> {
    /// What the slice holds of a comparison.
    fn select<'p>(
        &self,
        site: &SiteContext<'_>,
        compared: &'p [ComparedSeries],
    ) -> Vec<&'p ComparedSeries> {
        let Some(members) = self.members else { return compared.iter().collect() };
        // A table instead of a search for each series: this runs for every slice of every pair.
        let mut wanted = vec![false; site.input.series.len()];
        members.iter().for_each(|index| wanted[*index] = true);
        compared.iter().filter(|entry| wanted[entry.series]).collect()
    }
}

/// The whole comparison, and its slices where a change or a pull request makes people link to them.
pub(crate) fn slices<'a>(site: &'a SiteContext<'_>, pair: &CommitPair) -> Vec<DiffSlice<'a>> {
    let compared = comparison::of_pair(site, pair);
    // Here every pair is compared anyway; the list of pairs shows the counts.
    pair.words.get_or_init(|| VerdictWords::of(compared.iter().map(|entry| entry.verdict)));
    let changed = |entry: &&ComparedSeries| entry.verdict.is_change();
    // Slices are for links from comments and from changes. One for each backend of each pair would
    // multiply the files of a site.
    let pull = matches!(pair.kind, PairKind::Pull(_));
    let news: Vec<usize> = compared.iter().filter(changed).map(|entry| entry.series).collect();
    let linked = |members: &[usize]| {
        pull && !members.is_empty() || news.iter().any(|index| members.binary_search(index).is_ok())
    };
    let mut slices = vec![DiffSlice { path: String::new(), name: "All", members: None }];
    for (&name, members) in &site.backends {
        if linked(members) {
            slices.push(DiffSlice { path: urls::backend(name), name, members: Some(members) });
        }
    }
    for preset in &site.presets {
        if linked(&preset.members) {
            let (path, name) = (urls::view(&preset.slug), preset.name.as_str());
            slices.push(DiffSlice { path, name, members: Some(&preset.members) });
        }
    }
    slices
}

pub(crate) fn kind_text(kind: PairKind) -> String {
    match kind {
        PairKind::Pull(pull) => format!("pull request #{pull}"),
        PairKind::Tags => "consecutive tags".to_owned(),
        PairKind::Consecutive => "consecutive commits".to_owned(),
        PairKind::Event => "around a change".to_owned(),
    }
}

/// The page of one of the slices of a comparison.
pub(crate) fn render(
    site: &SiteContext<'_>,
    pair: &CommitPair,
    slices: &[DiffSlice<'_>],
    slice: &DiffSlice<'_>,
) -> Result<Vec<u8>, RenderError> {
    let whole = urls::diff(&pair.slug);
    let path = format!("{whole}{}", slice.path);
    let root = link_root(site, &path);
    let compared = comparison::of_pair(site, pair);
    let compared = slice.select(site, &compared);
    let (base, head) = (site.commit(pair.base), site.commit(pair.head));
    let sorted = SortedDeltas::of(site, compared);
    let verdict = sorted.verdict(site, pair);
    let (base_text, head_text) = (text::short_commit(&base.id), text::short_commit(&head.id));
    let heading = match &head.subject {
        Some(subject) => subject.clone(),
        None => format!("Commit {head_text} against {base_text}"),
    };
    let page = PageHead {
        path: &path,
        title: format!("{base_text} → {head_text}"),
        verdict: &verdict,
        section: NavSection::Compare,
    };
    let is_whole = slice.path.is_empty();
    // A table of one row says little: the largest of the unchanged show what "unchanged" means.
    let quiet = MIN_SHOWN.saturating_sub(sorted.changed.len()).min(sorted.unchanged.len());
    let (quiet, folded) = sorted.unchanged.split_at(quiet);
    let mut shown = sorted.rows(site, root, pair, &sorted.changed, MAX_CHANGED);
    shown.extend(sorted.rows(site, root, pair, quiet, MIN_SHOWN));
    let cut = sorted.changed.len() > MAX_CHANGED
        || folded.len() > MIN_FOLDED
        || sorted.not_compared.len() > MIN_FOLDED;
    let template = DiffPage {
        frame: frame(site, &page),
        kind: crumbs(root, pair, slice),
        heading,
        pull: match pair.kind {
            PairKind::Pull(pull) => format!("#{pull}"),
            _ => String::new(),
        },
        gate: gate(site, root, pair),
        answers: sorted.answers(site, root, pair),
        facts: facts(site, pair),
        slices: slice_links(site, root, pair, slices, slice),
        shown,
        unchanged_summary: more_unchanged(folded.len()),
        // A slice shows what changed in it; its unchanged series are those of the whole.
        unchanged: match is_whole {
            true => sorted.rows(site, root, pair, folded, MIN_FOLDED),
            false => Vec::new(),
        },
        not_compared_summary: format!(
            "{} not compared",
            text::count_noun(sorted.not_compared.len() as u64, "series")
        ),
        // Where nothing could be compared, the reasons are the content of the page.
        open_not_compared: sorted.changed.is_empty() && sorted.unchanged.is_empty(),
        not_compared: sorted.reasons(site, root, MIN_FOLDED),
        more: match is_whole || folded.is_empty() {
            true => cut.then(|| all_series(site, root, pair)),
            false => Some(rest_of_slice(root, pair, folded.len())),
        },
        verdict,
    };
    pages::html(&template)
}

/// `Compare · consecutive commits · rust`.
fn crumbs(root: LinkRoot, pair: &CommitPair, slice: &DiffSlice<'_>) -> Phrase {
    let kind = Phrase::new("").link(root.to("diff/"), "Compare");
    let kind = kind.text(format!(" · {}", kind_text(pair.kind)));
    if slice.path.is_empty() { kind } else { kind.text(" · ").name(slice.name) }
}

fn more_unchanged(count: usize) -> String {
    format!("{} more series without a change", text::count(count as u64))
}

/// Where the unchanged series of a slice are.
fn rest_of_slice(root: LinkRoot, pair: &CommitPair, count: usize) -> Phrase {
    Phrase::new("").link(root.to(&urls::diff(&pair.slug)), more_unchanged(count))
}

/// Where the series are that a page leaves out.
fn all_series(site: &SiteContext<'_>, root: LinkRoot, pair: &CommitPair) -> Phrase {
    if let PairKind::Pull(_) = pair.kind {
        return Phrase::new("").link(root.to(&urls::diff_json(&pair.slug)), "All series as JSON");
    }
    let name = |at| text::short_commit(&site.commit(at).id);
    let command = format!("benchpages compare {}..{}", name(pair.base), name(pair.head));
    Phrase::new("").text("All series: ").marked("code", command)
}

/// The outcome of the check of a pull request, in its own words.
fn gate(site: &SiteContext<'_>, root: LinkRoot, pair: &CommitPair) -> Option<GateAnswer> {
    let PairKind::Pull(pull) = pair.kind else { return None };
    let head = &site.commit(pair.head).id;
    let check = site.input.pull_checks.get(&pull).filter(|check| check.commit == *head)?;
    let granted = site.input.audit.verified().map(|link| &link.entry).filter(|entry| {
        entry.kind == OVERRIDE && entry.commit.as_deref().is_some_and(|id| id == head)
    });
    let granted = granted.last().filter(|_| check.decision.exit_code() == 1);
    let tone = match check.decision {
        Decision::Pass => "better",
        Decision::Fail if granted.is_none() => "worse",
        _ => "note",
    };
    let sentence = Phrase::new("").marked("strong", "Check: ");
    let sentence = sentence.marked(tone, &check.headline).text(" ");
    let sentence = match granted {
        Some(entry) => {
            let (actor, reason) =
                (text::publishable(&entry.actor), text::publishable(&entry.reason));
            sentence.text("Let through by ").name(actor).text(": ").name(reason).text(".")
        }
        None => with_code(sentence, &check.next_step),
    };
    let base = check.main_base.as_ref().filter(|base| **base != site.commit(pair.base).id);
    let sentence = match base {
        Some(base) => {
            let sentence = sentence.text(" It is checked against ");
            site.with_commit(sentence, root, base).text(".")
        }
        None => sentence,
    };
    Some(GateAnswer { sentence, reasons: check.reasons.clone() })
}

/// Adds a sentence whose commands stand between backticks.
fn with_code(phrase: Phrase, sentence: &str) -> Phrase {
    let parts = sentence.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.fold(phrase, |phrase, (at, part)| match at % 2 {
        0 => phrase.text(part),
        _ => phrase.marked("code", part),
    })
}

fn facts(site: &SiteContext<'_>, pair: &CommitPair) -> Vec<Fact> {
    let (base, head) = (site.commit(pair.base), site.commit(pair.head));
    let back =
        site.commits.main_line().iter().filter(|at| **at >= pair.base && **at < pair.head).count();
    let why = match pair.kind {
        PairKind::Tags => "previous tag".to_owned(),
        _ if back <= 1 => "previous measured commit".to_owned(),
        _ => format!("measured ancestor, {back} measured commits back"),
    };
    let level = match site.session(pair.base, pair.head) {
        Some(session) => Fact::new("Measured side by side", session.rounds_text())
            .note(text::count_noun(session.series_count() as u64, "series")),
        None => Fact::new("Base level", format!("median of up to {} runs", delta::BASE_RUNS)),
    };
    let mut facts = vec![
        Fact::at("Base", wording::day(base.time)).note(why),
        level,
        Fact::at("Head", wording::day(head.time)),
    ];
    facts.push(Fact::new("Policy", site.input.policy_sha.clone()));
    facts
}

fn slice_links(
    site: &SiteContext<'_>,
    root: LinkRoot,
    pair: &CommitPair,
    slices: &[DiffSlice<'_>],
    current: &DiffSlice<'_>,
) -> Vec<PageLink> {
    let whole = urls::diff(&pair.slug);
    let mut links: Vec<PageLink> = slices
        .iter()
        .map(|slice| PageLink {
            href: root.to(&format!("{whole}{}", slice.path)),
            note: match (slice.path == current.path, slice.members) {
                (true, _) => "(this page)".to_owned(),
                (false, Some(members)) => text::count_noun(members.len() as u64, "series"),
                (false, None) => String::new(),
            },
            text: slice.name.to_owned(),
        })
        .collect();
    let (base, head) = (&site.commit(pair.base).id, &site.commit(pair.head).id);
    if let Some(href) = repository::compare_url(site.input.policy, base, head) {
        links.push(PageLink { href, text: "Source code".to_owned(), note: String::new() });
    }
    for (word, commit) in [("Base", base), ("Head", head)] {
        let text = format!("{word} {}", text::short_commit(commit));
        let href = site.commit_link(root, commit);
        links.extend(href.map(|href| PageLink { href, text, note: String::new() }));
    }
    links
}
