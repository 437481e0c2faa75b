//! A test: how do backends compare?

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::{urls, wording};
use crate::site::context::{MAX_TABLE_ROWS, SiteContext};
use crate::site::error::RenderError;
use crate::site::filter_form::FilterForm;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::speed_up::SpeedUpRow;
use crate::site::table::{PanelHeading, PanelScale};
use crate::site::urgency;
use crate::site::verdict_counts::verdict_counts;
use crate::site::view::{Fact, Figure, PageFrame, PanelGroup, SeriesGroup};
use crate::site::{comparison_chart, growth, pages, speed_up, table};
use model::record::Direction;
use model::text;

/// Comparison charts of one page: one a variant, the first by size.
const MAX_CHARTS: usize = 4;
/// Benchmarks of one page whose metrics stand side by side.
const MAX_METRIC_GROUPS: usize = 4;
/// Lines of one chart.
const MAX_LINES: usize = 6;

#[derive(Template)]
#[template(path = "test.html")]
struct TestPage {
    frame: PageFrame,
    name: String,
    verdict: Phrase,
    facts: Vec<Fact>,
    comparisons: Vec<TestComparison>,
    speed_ups: Vec<SpeedUpRow>,
    panels: Vec<PanelGroup>,
    sweep: Option<SweepView>,
    filters: Option<FilterForm>,
    groups: Vec<SeriesGroup>,
}

/// The chart over n, and how each line grows.
struct SweepView {
    figure: Figure,
    growth: Vec<Phrase>,
}

struct TestComparison {
    heading: String,
    figure: Figure,
}

pub(crate) fn render(site: &SiteContext<'_>, name: &str) -> Result<Vec<u8>, RenderError> {
    let path = urls::test(name);
    let root = link_root(site, &path);
    let members = site.tests.get(name).map_or(&[][..], Vec::as_slice);
    let alike = peer_groups(site, members);
    let verdict = verdict_counts(site, members).append(ranking(site, &alike));
    let page = PageHead {
        path: &path,
        title: name.to_owned(),
        verdict: &verdict,
        section: NavSection::None,
    };
    let open = members.iter().filter(|index| urgency::has_open_regression(site, **index)).count();
    let backends: BTreeSet<&str> =
        members.iter().map(|index| site.series(*index).0.key.backend.as_str()).collect();
    let metrics = metric_groups(site, root, members);
    // A panel of one backend would repeat the one among the metrics.
    let compared: Vec<(String, Vec<usize>)> = match metrics.is_empty() {
        true => alike.clone(),
        false => alike.iter().filter(|(_, members)| members.len() > 1).cloned().collect(),
    };
    let several = alike.iter().filter(|(_, members)| members.len() > 1);
    let comparisons = several.take(MAX_CHARTS).enumerate().map(|(at, (variant, members))| {
        let shown = &members[..members.len().min(MAX_LINES)];
        let figure = comparison_chart::figure(site, root, shown, &format!("c{at}"));
        TestComparison { heading: variant.clone(), figure }
    });
    let template = TestPage {
        frame: frame(site, &page),
        name: name.to_owned(),
        facts: vec![
            Fact::new("Series", text::count(members.len() as u64)),
            Fact::new("Backends", text::count(backends.len() as u64)),
            Fact::new("Need attention", text::count(open as u64)),
        ],
        comparisons: comparisons.collect(),
        speed_ups: speed_up::rows(site, root, members),
        panels: metrics.into_iter().chain(panels(site, root, &path, &compared)).collect(),
        sweep: sweep(site, members),
        filters: FilterForm::of(site, &members[..members.len().min(MAX_TABLE_ROWS)]),
        groups: table::series_groups(site, root, members),
        verdict,
    };
    pages::html(&template)
}

/// Series measured alike on several backends, most backends first, then the largest n.
fn peer_groups(site: &SiteContext<'_>, members: &[usize]) -> Vec<(String, Vec<usize>)> {
    let mut by_variant: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &series in members {
        let key = &site.series(series).0.key;
        by_variant.entry(wording::variant_label(key)).or_default().push(series);
    }
    let mut alike: Vec<(String, Vec<usize>)> = by_variant.into_iter().collect();
    // The variant that most backends have comes first: it compares the most.
    alike.sort_by_key(|(variant, members)| {
        let n = members.first().and_then(|index| site.series(*index).0.key.n);
        (std::cmp::Reverse((members.len(), n)), variant.clone())
    });
    alike
}

/// `rust is 7.80× faster than julia and 2.40× faster than go (loops · n = 1,000,000).`
fn ranking(site: &SiteContext<'_>, alike: &[(String, Vec<usize>)]) -> Phrase {
    let Some((variant, members)) = alike.iter().find(|(_, members)| members.len() > 1) else {
        return Phrase::default();
    };
    let mut levels: Vec<(f64, usize)> = members
        .iter()
        .filter_map(|&index| {
            let (series, analysis) = site.series(index);
            let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
            let level = analysis.level.last().or(latest);
            level.filter(|level| *level > 0.0).map(|level| (level, index))
        })
        .collect();
    let direction = site.series(members[0]).0.direction;
    if direction == Direction::Unknown {
        return Phrase::new("note").text("Not ranked: which way is better is unknown.");
    }
    let lower = direction == Direction::Lower;
    levels.sort_by(|a, b| if lower { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
    let [(best, first), slower @ ..] = levels.as_slice() else {
        return Phrase::default();
    };
    let (series, _) = site.series(*first);
    let word = text::comparative(&series.unit, series.direction, false);
    let mut phrase = Phrase::default().text(" ").name(&series.key.backend).text(" is ");
    for (at, (level, other)) in slower.iter().take(MAX_LINES).enumerate() {
        let join = if at == 0 {
            ""
        } else if at + 1 == slower.len().min(MAX_LINES) {
            " and "
        } else {
            ", "
        };
        let factor = wording::factor(*level / *best - 1.0).unwrap_or_default();
        phrase = phrase.text(format!("{join}{factor} {word} than "));
        phrase = phrase.name(&site.series(*other).0.key.backend);
    }
    if slower.is_empty() {
        phrase = phrase.text("the only backend with results");
    }
    phrase.text(if variant.is_empty() { ".".to_owned() } else { format!(" ({variant}).") })
}

/// The metrics of each benchmark that has several, side by side: time, throughput, errors, memory.
fn metric_groups(
    site: &SiteContext<'_>,
    root: urls::LinkRoot,
    members: &[usize],
) -> Vec<PanelGroup> {
    let is_first = |index: &usize| {
        let metrics = site.metrics.of_series(*index);
        metrics.len() > 1 && metrics[0].series == *index
    };
    // By urgency: a page of many variants shows those that need attention.
    let firsts = urgency::by_urgency(site, members).into_iter().filter(is_first);
    firsts
        .take(MAX_METRIC_GROUPS)
        .enumerate()
        .map(|(at, index)| {
            let key = &site.series(index).0.key;
            let metrics = site.metrics.of_series(index).iter().map(|metric| metric.series);
            let metrics: Vec<usize> = metrics.collect();
            let ids = format!("k{at}-");
            PanelGroup {
                title: wording::benchmark_label(key),
                class: "stats",
                href: root.to(&site.series_path(index)),
                note: "change against each baseline, scales differ".to_owned(),
                panels: table::metric_panels(site, root, &metrics, &ids, PanelScale::Own),
            }
        })
        .collect()
}

fn panels(
    site: &SiteContext<'_>,
    root: urls::LinkRoot,
    path: &str,
    alike: &[(String, Vec<usize>)],
) -> Vec<PanelGroup> {
    let mut groups = Vec::new();
    let mut drawn = 0;
    for (variant, members) in alike {
        // A whole group or none: half of a comparison would mislead.
        if drawn + members.len().min(table::MAX_GROUP_PANELS) > table::MAX_TEST_PANELS {
            break;
        }
        let title = if variant.is_empty() { "Each backend".to_owned() } else { variant.clone() };
        let heading = PanelHeading { title, href: root.to(path), note: String::new() };
        groups.push(table::panel_group(site, root, heading, members, drawn));
        drawn += members.len().min(table::MAX_GROUP_PANELS);
    }
    groups
}

/// What the lines of a sweep have in common: metric, suite, parameters, mode, parallel.
type SweepKey<'a> = (&'a str, &'a str, &'a str, &'a str, bool);

/// Newest level over input size, a line a backend; none with fewer than two sizes.
fn sweep(site: &SiteContext<'_>, members: &[usize]) -> Option<SweepView> {
    let mut lines: BTreeMap<(SweepKey<'_>, &str), Vec<usize>> = BTreeMap::new();
    for &index in members {
        let (series, analysis) = site.series(index);
        if series.key.n.is_some() && analysis.latest_run.is_some() {
            let key = &series.key;
            let swept = (&*key.metric, &*key.suite, &*key.params, &*key.mode, key.parallel);
            lines.entry((swept, &key.backend)).or_default().push(index);
        }
    }
    // One kind for all lines: the one that most backends have at two sizes or more.
    lines.retain(|_, members| members.len() > 1);
    let mut kinds: BTreeMap<SweepKey<'_>, usize> = BTreeMap::new();
    for (swept, _) in lines.keys() {
        *kinds.entry(*swept).or_default() += 1;
    }
    let first = site.series(*members.first()?).0.key.metric.as_str();
    let rank = |kind: &SweepKey<'_>, size: usize| (size, !kind.4, kind.0 == first);
    let (kind, _) = kinds.into_iter().max_by_key(|(kind, size)| rank(kind, *size))?;
    let chosen: Vec<_> = lines
        .into_iter()
        .filter(|((line_kind, _), _)| *line_kind == kind)
        .take(MAX_LINES)
        .collect();
    let shown = site.series(*chosen.first()?.1.first()?).0;
    let lines: Vec<chart::compare::SweepLine<'_>> = chosen
        .iter()
        .map(|((_, backend), members)| chart::compare::SweepLine {
            label: backend,
            slot: site.colors.slot(backend),
            points: members.iter().filter_map(|index| sweep_point(site, *index)).collect(),
            href: None,
        })
        .collect();
    let measure = chart::compare::Measure {
        metric: &shown.key.metric_name,
        unit: &shown.unit,
        direction: shown.direction,
    };
    let drawn = chart::compare::sweep(&lines, &measure);
    let figure = table::figure("sweep", drawn.on_page("sweep", str::to_owned));
    let line = |((_, backend), members): &((SweepKey<'_>, &str), Vec<usize>)| {
        let growth = growth::of_members(site, members)?;
        let sentence = wording::growth(&shown.key.metric_name, &growth);
        Some(Phrase::default().name(*backend).text(format!(": {sentence}.")))
    };
    Some(SweepView { figure, growth: chosen.iter().filter_map(line).collect() })
}

fn sweep_point(site: &SiteContext<'_>, index: usize) -> Option<(u64, f64)> {
    let (series, analysis) = site.series(index);
    let value = series.runs[analysis.latest_run?].value.get()?;
    Some((series.key.n?, value))
}
