//! All benchmarks of a site at a glance: backends side by side where a benchmark has several, else
//! a tile for each series. Bounded however many series there are; what has no cell is a link.
//!
//! Example: `groupby_topN` on three backends in two variants is one heading with two blocks of
//! three cells. A project with one backend has a heading a suite, with a tile a benchmark.

use std::collections::BTreeMap;

use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::markdown::Markup;
use crate::site::table;
use crate::site::urgency::{self, by_urgency};
use crate::site::verdict_counts::VerdictCounts;
use crate::site::view::{PageLink, breakable};
use chart::SharedRow;
use detect::{Analysis, Verdict};
use model::series::Series;
use model::series::names::SeriesNames;
use model::text::xml::XmlText;
use model::text::{self, UnitScale};

/// Cells of the page, and links to benchmarks without one: bounds its weight.
const MAX_CELLS: usize = 72;
const MAX_LINKS: usize = 80;
/// Retired series that are listed.
const MAX_RETIRED: usize = 60;

/// What a template draws.
pub(crate) struct BenchmarkGrid {
    pub(crate) sections: Vec<GridSection>,
    /// Class of the blocks: how many cells stand side by side.
    pub(crate) columns: &'static str,
    /// Benchmarks without a cell.
    pub(crate) others: Vec<PageLink>,
    /// `65 series`; where some have no cell, how many have.
    pub(crate) note: String,
    pub(crate) all: PageLink,
    pub(crate) retired: Vec<PageLink>,
    pub(crate) retired_title: String,
}

/// A test with its blocks, or a suite with its tiles.
pub(crate) struct GridSection {
    /// Empty where the whole site is one suite without a name.
    pub(crate) title: String,
    pub(crate) href: Option<String>,
    pub(crate) note: String,
    pub(crate) blocks: Vec<GridBlock>,
    pub(crate) tiles: Vec<BenchmarkCell>,
}

/// Like series of several backends.
pub(crate) struct GridBlock {
    pub(crate) title: String,
    pub(crate) cells: Vec<BenchmarkCell>,
}

/// One series.
pub(crate) struct BenchmarkCell {
    pub(crate) href: String,
    /// The name, cut where a line may break.
    pub(crate) name: Vec<String>,
    /// Read with the name by those who hear the page.
    pub(crate) context: String,
    pub(crate) value: String,
    pub(crate) tone: &'static str,
    pub(crate) words: String,
    pub(crate) svg: Markup,
}

pub(crate) fn grid(site: &SiteContext<'_>, root: LinkRoot) -> BenchmarkGrid {
    let (mut retired, mut active): (Vec<usize>, Vec<usize>) =
        site.series_indices().partition(|series| site.series(*series).1.is_retired);
    // Of a project that is over, what there was is all there is to see.
    if active.is_empty() {
        std::mem::swap(&mut retired, &mut active);
    }
    let mut maker = GridMaker { site, root, left: MAX_CELLS, others: Vec::new() };
    let has_peers = active.iter().any(|series| site.peers.members(*series).len() > 1);
    let sections = if has_peers { maker.matrix(&active) } else { maker.tile_sections(&active) };
    let shown = MAX_CELLS - maker.left;
    let count = text::count_noun(active.len() as u64, "series");
    let note = match shown {
        shown if shown < active.len() => format!("{} of {count}", text::count(shown as u64)),
        _ => count,
    };
    let retired_title = format!("{} retired", text::count_noun(retired.len() as u64, "series"));
    let listed = retired.iter().take(MAX_RETIRED);
    BenchmarkGrid {
        sections,
        columns: columns(site.backends.len()),
        others: maker.others,
        note,
        all: table::more_link(root, "view/", "All series".to_owned()),
        retired: listed.map(|series| retired_link(site, root, *series)).collect(),
        retired_title,
    }
}

struct GridMaker<'a> {
    site: &'a SiteContext<'a>,
    root: LinkRoot,
    /// Cells that may still be drawn.
    left: usize,
    others: Vec<PageLink>,
}

impl GridMaker<'_> {
    /// A section a test. Where all variants of all tests are too many, one variant a test.
    fn matrix(&mut self, active: &[usize]) -> Vec<GridSection> {
        let site = self.site;
        let fits = active.len() <= MAX_CELLS;
        let mut sections = Vec::new();
        for (test, members) in grouped(active, |at| site.series(at).0.key.test.as_str()) {
            let variants = grouped(&members, |at| site.peers.group(at));
            let mut blocks: Vec<Vec<usize>> = variants.into_values().collect();
            if !fits {
                blocks = most_telling(site, blocks).into_iter().collect();
            }
            let cells = blocks.iter().map(Vec::len).sum::<usize>();
            let href = self.root.to(&urls::test(test));
            // Whole tests only: half a row of backends would look like a gap.
            if cells > self.left {
                self.add_other(test, href, &members);
                continue;
            }
            self.left -= cells;
            let shown = if fits { members.len() } else { cells };
            sections.push(GridSection {
                title: test.to_owned(),
                href: Some(href),
                note: section_note(site, &members, shown),
                blocks: blocks.iter().map(|members| self.block(members)).collect(),
                tiles: Vec::new(),
            });
        }
        sections
    }

    fn block(&self, members: &[usize]) -> GridBlock {
        let site = self.site;
        let title = site.names.variant(&site.series(members[0]).0.key);
        let shared = SharedRow::of(members.iter().map(|at| site.series(*at)));
        let cell = |at: &usize| {
            let (series, analysis) = site.series(*at);
            let svg = chart::cell(series, analysis, &shared);
            let context = format!("{} {title}", series.key.test);
            BenchmarkCell { context, ..self.cell(*at, series.key.backend.clone(), false, svg) }
        };
        GridBlock { cells: members.iter().map(cell).collect(), title }
    }

    /// A section a suite, in it the series that need attention first, then by name.
    fn tile_sections(&mut self, active: &[usize]) -> Vec<GridSection> {
        let site = self.site;
        let mut suites = grouped(active, |at| site.series(at).0.key.suite.as_str());
        // A heading over each tile would be a page of headings.
        let is_one = !site.names.suite || suites.len() * 2 > active.len();
        if is_one && !active.is_empty() {
            suites = BTreeMap::from([("", active.to_vec())]);
        }
        let names = if is_one { site.names.clone() } else { site.names.within_suite() };
        let fits = active.len() <= MAX_CELLS;
        let share = MAX_CELLS / suites.len().max(1);
        let mut sections = Vec::new();
        for (suite, members) in suites {
            let shown = if fits { members.len() } else { members.len().min(share) };
            let sorted = by_urgency(site, &members);
            let mut shown: Vec<usize> = sorted[..shown].to_vec();
            let quiet = |at: &usize| !urgency::has_open_regression(site, *at);
            // Only the cut is by urgency. Readers look up a benchmark by its name.
            shown.sort_by_key(|at| (quiet(at), *at));
            self.left -= shown.len().min(self.left);
            let keys = members.iter().map(|at| &site.series(*at).0.key);
            // Of a tile alone nothing is shared, and its name is all there is.
            let (tile_names, shared) = match members.len() {
                1 => (names.clone(), String::new()),
                _ => (names.within_section(keys.clone()), site.names.params_shared_by(keys)),
            };
            for series in &sorted[shown.len()..] {
                let href = self.root.to(&site.series_path(*series));
                self.add_other(&names.title(&site.series(*series).0.key), href, &[*series]);
            }
            sections.push(GridSection {
                title: if is_one { String::new() } else { suite_name(suite) },
                href: None,
                note: [section_note(site, &members, shown.len()), shared]
                    .into_iter()
                    .filter(|note| !note.is_empty())
                    .collect::<Vec<_>>()
                    .join("; "),
                blocks: Vec::new(),
                tiles: shown.iter().map(|series| self.tile(&tile_names, *series)).collect(),
            });
        }
        sections
    }

    fn tile(&self, names: &SeriesNames, series: usize) -> BenchmarkCell {
        let (shown, analysis) = self.site.series(series);
        self.cell(series, names.title(&shown.key), true, chart::tile(shown, analysis))
    }

    fn cell(&self, index: usize, name: String, wide: bool, svg: XmlText) -> BenchmarkCell {
        let site = self.site;
        let (series, analysis) = site.series(index);
        let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
        // By this value alone: with its baseline of 35 µs, 41 ms would read 41,000 µs.
        let quantity = |value| UnitScale::for_value(value, &series.unit).quantity(value);
        let (tone, words) = cell_words(series, analysis, wide);
        BenchmarkCell {
            href: self.root.to(&site.series_path(index)),
            name: breakable(&name),
            context: String::new(),
            value: latest.map_or_else(|| "–".to_owned(), quantity),
            tone,
            words,
            svg: svg.into(),
        }
    }

    fn add_other(&mut self, name: &str, href: String, members: &[usize]) {
        if self.others.len() >= MAX_LINKS {
            return;
        }
        let counts = VerdictCounts::of(self.site, members);
        let count = match members.len() {
            1 => None,
            count => Some(text::count_noun(count as u64, "series")),
        };
        let note = [count, counts.open_text()].into_iter().flatten().collect::<Vec<_>>();
        self.others.push(PageLink { href, text: name.to_owned(), note: note.join(", ") });
    }
}

/// What the newest level of a series says, in one or two words; a tile has room for a third.
fn cell_words(series: &Series, analysis: &Analysis, wide: bool) -> (&'static str, String) {
    let change = |change: &detect::Change| {
        let size = match wide || change.change.abs() >= 1.0 {
            true => wording::change_size(series, change.change, change.is_regression),
            false => text::percent_change(change.change),
        };
        format!("{} {size}", wording::arrow(change.change))
    };
    let noisy = || match analysis.detectable_change_90.filter(|_| wide) {
        Some(least) => format!("too noisy; detects >{}", text::percent(least)),
        None => "too noisy".to_owned(),
    };
    if analysis.is_retired {
        return ("note", "retired".to_owned());
    }
    match (analysis.verdict, analysis.verdict_change()) {
        (Verdict::Regressed, Some(it)) => ("worse", change(it)),
        (Verdict::Improved, Some(it)) => ("better", change(it)),
        (Verdict::Suspected { .. }, _) => ("warn", "suspected".to_owned()),
        (Verdict::TooNoisy, _) => ("note", noisy()),
        (Verdict::Missing, _) => ("note", "no recent result".to_owned()),
        (Verdict::Unchanged, _) => {
            let level = analysis.latest_change.map(text::percent_change);
            ("note", level.unwrap_or_else(|| "unchanged".to_owned()))
        }
        (verdict, _) => ("note", wording::verdict_label(verdict).to_owned()),
    }
}

/// Of the variants of a test the one with most backends, then most open regressions, then the
/// largest n.
fn most_telling(site: &SiteContext<'_>, variants: Vec<Vec<usize>>) -> Option<Vec<usize>> {
    variants.into_iter().max_by_key(|members| {
        let open = members.iter().filter(|at| urgency::has_open_regression(site, **at)).count();
        let n = members.first().and_then(|at| site.series(*at).0.key.n);
        (members.len(), open, n)
    })
}

/// What the series of a section measure where all measure the same, and how many there are.
fn section_note(site: &SiteContext<'_>, members: &[usize], shown: usize) -> String {
    let first = site.series(members[0]).0;
    let is_same = members.iter().all(|at| site.series(*at).0.key.metric == first.key.metric);
    let better = match first.direction {
        model::record::Direction::Lower => "lower is better",
        model::record::Direction::Higher => "higher is better",
        model::record::Direction::Unknown => "direction unknown",
    };
    let count = text::count_noun(members.len() as u64, "series");
    let count = match shown {
        shown if shown < members.len() => format!("{} of {count}", text::count(shown as u64)),
        _ => count,
    };
    match is_same {
        true => format!("{count}, {}, {better}", first.key.metric_name),
        false => count,
    }
}

/// More than six backends take as many columns as fit.
fn columns(backends: usize) -> &'static str {
    ["", "", "n2", "n3", "n4", "n5", "n6"].get(backends).copied().unwrap_or("")
}

fn suite_name(suite: &str) -> String {
    if suite.is_empty() { "no suite".to_owned() } else { suite.to_owned() }
}

fn retired_link(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> PageLink {
    let (series, analysis) = site.series(index);
    let last = series.runs.last().map_or_else(String::new, |run| text::date(run.time));
    let value = analysis.latest_run.and_then(|run| series.runs[run].value.get());
    let quantity = |value| UnitScale::for_value(value, &series.unit).quantity(value);
    let value = value.map_or_else(String::new, |value| format!(", {}", quantity(value)));
    PageLink {
        href: root.to(&site.series_path(index)),
        text: site.names.title(&series.key),
        note: format!("last run {last}{value}"),
    }
}

fn grouped<K: Ord>(members: &[usize], key: impl Fn(usize) -> K) -> BTreeMap<K, Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for &series in members {
        groups.entry(key(series)).or_default().push(series);
    }
    groups
}
