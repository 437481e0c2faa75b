//! Two commits: did the second make anything slower?

use std::collections::BTreeMap;

use askama::Template;

use crate::site::code;
use crate::site::delta::{self, Compared, Outcome};
use crate::site::frame::{Page, Section, frame, root};
use crate::site::index::Index;
use crate::site::pairs::{Pair, PairKind};
use crate::site::routes::{self, Root};
use crate::site::view::{ChangeCell, Fact, Frame, Link, Phrase};
use crate::site::{Failure, pages, table, words};
use detect::compare::{Delta, DeltaVerdict};
use model::series::Series;
use model::text::{self, Scale};

/// Unchanged and not compared series of one page: what is more stands in the JSON.
const FOLDED: usize = 60;

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage {
    frame: Frame,
    kind: Phrase,
    base: String,
    head: String,
    verdict: Phrase,
    facts: Vec<Fact>,
    slices: Vec<Link>,
    groups: Vec<Group>,
    unchanged_summary: String,
    unchanged: Vec<Group>,
    not_compared_summary: String,
    open_not_compared: bool,
    not_compared: Vec<Phrase>,
    more: Option<Link>,
}

struct Group {
    title: String,
    note: String,
    caption: String,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    anchor: String,
    test: String,
    key: String,
    before: String,
    after: String,
    cell: ChangeCell,
    bar: String,
}

/// A part of a comparison that has a path of its own.
pub(crate) struct Slice<'a> {
    /// Empty, `backend/<slug>/` or `view/<slug>/`.
    pub(crate) path: String,
    name: &'a str,
    /// Its series, in order; none where it is the whole.
    members: Option<&'a [usize]>,
}

impl Slice<'_> {
    /// What the slice holds of a comparison.
    fn of<'p>(&self, site: &Index<'_>, compared: &'p [Compared]) -> Vec<&'p Compared> {
        let Some(members) = self.members else { return compared.iter().collect() };
        let mut wanted = vec![false; site.input.series.len()];
        members.iter().for_each(|one| wanted[*one] = true);
        compared.iter().filter(|one| wanted[one.series]).collect()
    }
}

/// The whole comparison, and its slices where a change or a pull request makes people link to them.
pub(crate) fn slices<'a>(site: &'a Index<'_>, pair: &Pair) -> Vec<Slice<'a>> {
    let compared = pair.compared(site);
    let changed = |one: &&Compared| match &one.outcome {
        Outcome::Delta(delta) => delta::is_news(delta),
        Outcome::Outlier(_) | Outcome::Not(_) => false,
    };
    let pull = matches!(pair.kind, PairKind::Pull(_));
    let news: Vec<usize> = compared.iter().filter(changed).map(|one| one.series).collect();
    let linked = |members: &[usize]| {
        pull && !members.is_empty() || news.iter().any(|one| members.binary_search(one).is_ok())
    };
    let mut slices = vec![Slice { path: String::new(), name: "All", members: None }];
    for (&name, members) in &site.backends {
        if linked(members) {
            slices.push(Slice { path: routes::backend(name), name, members: Some(members) });
        }
    }
    for preset in &site.presets {
        if linked(&preset.members) {
            let (path, name) = (routes::view(&preset.slug), preset.name.as_str());
            slices.push(Slice { path, name, members: Some(&preset.members) });
        }
    }
    slices
}

pub(crate) fn kind_text(kind: PairKind) -> String {
    match kind {
        PairKind::Pull(pull) => format!("pull request #{pull}"),
        PairKind::Tags => "tag to tag".to_owned(),
        PairKind::Consecutive => "consecutive commits".to_owned(),
        PairKind::Event => "around a change".to_owned(),
    }
}

/// The page of one of the slices of a comparison.
pub(crate) fn render(
    site: &Index<'_>,
    pair: &Pair,
    slices: &[Slice<'_>],
    slice: &Slice<'_>,
) -> Result<Vec<u8>, Failure> {
    let whole = routes::diff(&pair.slug);
    let path = format!("{whole}{}", slice.path);
    let root = root(site, &path);
    let compared = pair.compared(site);
    let compared = slice.of(site, &compared);
    let (base, head) = (site.commit(pair.base), site.commit(pair.head));
    let sorted = Sorted::of(site, compared);
    let verdict = sorted.verdict(site);
    let (base_text, head_text) = (text::commit(&base.id), text::commit(&head.id));
    let page = Page {
        path: &path,
        title: format!("{base_text} → {head_text}"),
        verdict: &verdict,
        section: Section::Compare,
    };
    let kind = Phrase::new("").link(root.to("diff/"), "Compare");
    let kind = kind.text(format!(" · {}", kind_text(pair.kind)));
    let kind = if slice.path.is_empty() { kind } else { kind.text(" · ").name(slice.name) };
    let unchanged = &sorted.unchanged[..sorted.unchanged.len().min(FOLDED)];
    let cut = sorted.unchanged.len() > FOLDED || sorted.not.len() > FOLDED;
    let template = DiffPage {
        frame: frame(site, &page),
        kind,
        base: base_text,
        head: head_text,
        facts: facts(site, pair),
        slices: slice_links(site, root, pair, (slices, slice)),
        groups: by_backend(site, root, &sorted.changed),
        unchanged_summary: format!(
            "{} unchanged",
            text::counted(sorted.unchanged.len() as u64, "series")
        ),
        unchanged: by_backend(site, root, unchanged),
        not_compared_summary: format!(
            "{} not compared",
            text::counted(sorted.not.len() as u64, "series")
        ),
        open_not_compared: sorted.changed.is_empty() && sorted.unchanged.is_empty(),
        not_compared: sorted
            .not
            .iter()
            .take(FOLDED)
            .map(|(series, reason)| {
                let one = site.series(*series).0;
                Phrase::new("")
                    .link(root.to(&site.series_path(*series)), &one.key.test)
                    .text(" ")
                    .name(words::key(&one.key))
                    .text(format!(": {reason}"))
            })
            .collect(),
        more: cut.then(|| Link {
            href: root.to(&format!("api/v1/diff/{}.json", pair.slug)),
            text: "All series as JSON".to_owned(),
            note: String::new(),
        }),
        verdict,
    };
    pages::html(&template)
}

/// A comparison in the order of the page.
struct Sorted<'p> {
    /// Worst first, then the best.
    changed: Vec<&'p Compared>,
    unchanged: Vec<&'p Compared>,
    not: Vec<(usize, &'p str)>,
    worse: u64,
    better: u64,
}

impl<'p> Sorted<'p> {
    fn of(site: &Index<'_>, compared: Vec<&'p Compared>) -> Self {
        let mut sorted = Self {
            changed: Vec::new(),
            unchanged: Vec::new(),
            not: Vec::new(),
            worse: 0,
            better: 0,
        };
        for one in compared {
            match &one.outcome {
                Outcome::Not(reason) => sorted.not.push((one.series, reason)),
                Outcome::Outlier(_) => sorted.unchanged.push(one),
                Outcome::Delta(delta) => {
                    match delta.verdict {
                        DeltaVerdict::Worse => sorted.worse += 1,
                        DeltaVerdict::Better => sorted.better += 1,
                        DeltaVerdict::Same | DeltaVerdict::Unclear => {
                            sorted.unchanged.push(one);
                            continue;
                        }
                    }
                    sorted.changed.push(one);
                }
            }
        }
        let severity = |one: &Compared| match &one.outcome {
            Outcome::Delta(delta) => {
                let threshold = site.series(one.series).1.threshold.max(1e-9);
                let worse = delta.verdict == DeltaVerdict::Worse;
                (!worse, -(delta.change.abs() / threshold))
            }
            Outcome::Outlier(_) | Outcome::Not(_) => (true, 0.0),
        };
        sorted.changed.sort_by(|a, b| {
            let (a, b) = (severity(a), severity(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        sorted
    }

    fn verdict(&self, site: &Index<'_>) -> Phrase {
        let compared = self.changed.len() + self.unchanged.len();
        if compared == 0 {
            let not = text::counted(self.not.len() as u64, "series");
            return Phrase::new("note").text(format!("Nothing could be compared: {not}, see why."));
        }
        let mut phrase = Phrase::new(if self.worse > 0 { "worse" } else { "better" });
        if self.worse + self.better == 0 {
            phrase = phrase.text("No clear change: ");
        }
        if self.worse > 0 {
            phrase = phrase.marked("worse", format!("▲ {} worse", text::count(self.worse)));
            phrase = phrase.text(", ");
        }
        if self.better > 0 {
            phrase = phrase.marked("better", format!("▼ {} better", text::count(self.better)));
            phrase = phrase.text(", ");
        }
        phrase = phrase.text(format!("{} unchanged", text::count(self.unchanged.len() as u64)));
        if !self.not.is_empty() {
            phrase = phrase.text(format!(", {} not compared", text::count(self.not.len() as u64)));
        }
        self.worst(site, phrase.text("."))
    }

    /// Adds the worst change, linked to its row.
    fn worst(&self, site: &Index<'_>, phrase: Phrase) -> Phrase {
        let Some(first) = self.changed.first() else { return phrase };
        let Outcome::Delta(delta) = &first.outcome else { return phrase };
        let series = site.series(first.series).0;
        let worse = delta.verdict == DeltaVerdict::Worse;
        let row = format!("#{}", table::anchor(site, first.series));
        let size = words::sized(series, delta.before, delta.after, worse);
        let name = format!("{} {}", series.key.test, words::key(&series.key));
        phrase
            .text(if worse { " Worst: " } else { " Best: " })
            .link(row, name)
            .text(format!(", {size}."))
    }
}

fn facts(site: &Index<'_>, pair: &Pair) -> Vec<Fact> {
    let (base, head) = (site.commit(pair.base), site.commit(pair.head));
    let back = site.main.iter().filter(|at| **at >= pair.base && **at < pair.head).count();
    let why = match pair.kind {
        PairKind::Tags => "the tag before".to_owned(),
        _ if back <= 1 => "the measured commit before".to_owned(),
        _ => format!("measured ancestor, {back} commits back"),
    };
    let mut facts = vec![
        Fact::at("Base", words::day(base.time)).note(why),
        Fact::new("Base level", format!("median of up to {} runs", delta::BASE_RUNS)),
        Fact::at("Head", words::day(head.time)),
    ];
    facts.push(Fact::new("Policy", site.input.policy_sha.clone()));
    facts
}

fn slice_links(
    site: &Index<'_>,
    root: Root,
    pair: &Pair,
    (slices, current): (&[Slice<'_>], &Slice<'_>),
) -> Vec<Link> {
    let whole = routes::diff(&pair.slug);
    let mut links: Vec<Link> = slices
        .iter()
        .map(|slice| Link {
            href: root.to(&format!("{whole}{}", slice.path)),
            note: if slice.path == current.path { "(shown)".to_owned() } else { String::new() },
            text: slice.name.to_owned(),
        })
        .collect();
    let (base, head) = (&site.commit(pair.base).id, &site.commit(pair.head).id);
    if let Some(href) = code::compare(site, base, head) {
        links.push(Link { href, text: "Code".to_owned(), note: String::new() });
    }
    for (word, commit) in [("Base", base), ("Head", head)] {
        let text = format!("{word} {}", text::commit(commit));
        let href = site.commit_link(root, commit);
        links.extend(href.map(|href| Link { href, text, note: String::new() }));
    }
    links
}

fn by_backend(site: &Index<'_>, root: Root, compared: &[&Compared]) -> Vec<Group> {
    let mut order: Vec<&str> = Vec::new();
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for one in compared {
        let (Outcome::Delta(delta) | Outcome::Outlier(delta)) = &one.outcome else { continue };
        let backend = site.series(one.series).0.key.backend.as_str();
        if !rows.contains_key(backend) {
            order.push(backend);
        }
        rows.entry(backend).or_default().push(row(site, root, one, delta));
    }
    let limits = &site.input.policy.regression;
    order
        .into_iter()
        .map(|backend| {
            let limit =
                limits.per_backend.get(backend).copied().unwrap_or(limits.default_threshold);
            Group {
                title: backend.to_owned(),
                note: format!("limit {}", text::percent(limit)),
                caption: "Bars: change of the value; shaded: the limit.".to_owned(),
                rows: rows.remove(backend).unwrap_or_default(),
            }
        })
        .collect()
}

fn row(site: &Index<'_>, root: Root, one: &Compared, delta: &Delta) -> Row {
    let index = one.series;
    let (series, analysis): (&Series, _) = site.series(index);
    let scale = Scale::for_values([delta.before, delta.after], &series.unit);
    Row {
        href: root.to(&site.series_path(index)),
        anchor: table::anchor(site, index),
        test: series.key.test.clone(),
        key: words::key(&series.key),
        before: scale.quantity(delta.before),
        after: scale.quantity(delta.after),
        cell: delta::cell(series, &one.outcome),
        bar: chart::bar::change_bar(delta.change, analysis.threshold, series.better),
    }
}
