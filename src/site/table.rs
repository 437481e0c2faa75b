//! Rows, groups and panels that several pages share.

use std::collections::BTreeMap;

use crate::report::phrase::{ChangeCell, Phrase};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::changes::EventRef;
use crate::site::context::{MAX_TABLE_ROWS, SiteContext};
use crate::site::markdown::Markup;
use crate::site::urgency::by_urgency;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::view::{
    EventRow, Figure, PageLink, Panel, PanelGroup, PlainChart, PlainKey, RowData, SeriesGroup,
    SeriesRow,
};
use chart::multiple::{self, SharedAxes};
use chart::{self, CardSize, ChartSpan, NoteKind, TrendInput};
use detect::Verdict;
use model::series::SeriesKey;
use model::text;

/// More series than this on a page are grouped by test, and folded where nothing happened.
pub(crate) const MAX_OPEN_ROWS: usize = 60;
/// Panels of one group, and of one page: bounds the page's weight.
pub(crate) const MAX_GROUP_PANELS: usize = 6;
pub(crate) const MAX_PAGE_PANELS: usize = 18;
/// Panels of the page of a test, which compares the same series in its charts and lists them all.
pub(crate) const MAX_TEST_PANELS: usize = 6;

/// A series as a table shows it.
pub(crate) fn series_row(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> SeriesRow {
    let (series, analysis) = site.series(index);
    let spark = chart::spark(series, analysis).into();
    SeriesRow { spark, ..bare_series_row(site, root, index) }
}

/// The same without its small chart, which is two thirds of its bytes.
fn bare_series_row(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> SeriesRow {
    let (series, analysis) = site.series(index);
    let key = &series.key;
    let scale = wording::scale(series, analysis);
    let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
    let cell = wording::verdict_cell(series, analysis);
    let change = analysis.verdict_change().map(|change| change.change).or(analysis.latest_change);
    // A change that the cell does not show orders nothing.
    let change = change.filter(|_| !cell.change.is_empty());
    let values = match (analysis.verdict, analysis.verdict_change()) {
        (Verdict::Regressed | Verdict::Improved | Verdict::Accepted, Some(change)) => {
            wording::levels(series, change)
        }
        _ => latest.map_or_else(|| "–".to_owned(), |value| scale.quantity(value)),
    };
    SeriesRow {
        href: root.to(&site.series_path(index)),
        anchor: site.series_anchor(index),
        test: key.test.clone(),
        key: wording::series_label(key),
        cell,
        values,
        threshold: text::percent(analysis.threshold),
        spark: Markup::default(),
        data: RowData {
            change: sort_value(change),
            value: sort_value(latest),
            filter: filter_text(key, analysis.verdict),
        },
    }
}

/// A number that a column is sorted by; empty for none. Five digits order what a page shows with
/// three.
pub(crate) fn sort_value(value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        None => String::new(),
        Some(value) if value.abs() >= 1e4 => format!("{value:.4e}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// Small charts of a page of tables: 280 of them are 18 KB compressed.
const MAX_SPARKS: usize = 60;

/// Tables of series: one where they are few, one a test (folded if quiet) where they are many.
pub(crate) fn series_groups(
    site: &SiteContext<'_>,
    root: LinkRoot,
    members: &[usize],
) -> Vec<SeriesGroup> {
    // A table of thousands of rows is slow on a phone; the JSON has all of them.
    let shown = &members[..members.len().min(MAX_TABLE_ROWS)];
    if shown.is_empty() {
        return Vec::new();
    }
    // Few rows are read from top to bottom; many are looked up by their test.
    if members.len() <= MAX_OPEN_ROWS {
        let sorted = by_urgency(site, shown);
        let rows = sorted.into_iter().map(|index| series_row(site, root, index)).collect();
        return vec![SeriesGroup {
            title: String::new(),
            note: String::new(),
            folded: false,
            rows,
        }];
    }
    let mut by_test: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &series in shown {
        by_test.entry(&site.series(series).0.key.test).or_default().push(series);
    }
    let mut sparks_left = MAX_SPARKS;
    by_test
        .into_iter()
        .map(|(test, series)| {
            let open = VerdictCounts::of(site, &series).open_text();
            let has_sparks =
                shown.len() <= MAX_SPARKS || open.is_some() && series.len() <= sparks_left;
            sparks_left = sparks_left.saturating_sub(if has_sparks { series.len() } else { 0 });
            let row = if has_sparks { series_row } else { bare_series_row };
            let count = text::count_noun(series.len() as u64, "series");
            SeriesGroup {
                title: test.to_owned(),
                folded: open.is_none(),
                note: open.map_or_else(|| count.clone(), |open| format!("{count}, {open}")),
                rows: by_urgency(site, &series)
                    .into_iter()
                    .map(|index| row(site, root, index))
                    .collect(),
            }
        })
        .collect()
}

/// A change as a list of changes shows it.
pub(crate) fn event_row(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> EventRow {
    let (series, _, change) = site.change(event);
    EventRow {
        href: root.to(&urls::event(&event.id)),
        date: wording::day(event.time),
        what: wording::event(series, change),
        size: sort_value(Some(change.change)),
        values: wording::levels(series, change),
        status: wording::state(change).to_owned(),
        series: series.key.test.clone(),
        series_href: root.to(&site.series_path(event.series)),
        key: wording::series_label(&series.key),
        filter: None,
    }
}

/// The same where filters choose among the changes.
pub(crate) fn filtered_event_row(
    site: &SiteContext<'_>,
    root: LinkRoot,
    event: &EventRef,
) -> EventRow {
    let (series, _, change) = site.change(event);
    let verdict = match (change.is_regression, wording::state(change)) {
        (_, "accepted") => Verdict::Accepted,
        (true, _) => Verdict::Regressed,
        (false, _) => Verdict::Improved,
    };
    EventRow { filter: Some(filter_text(&series.key, verdict)), ..event_row(site, root, event) }
}

/// What filters read of a row, as slugs: one attribute, since each row of each table has it.
fn filter_text(key: &SeriesKey, verdict: Verdict) -> String {
    let mode = urls::slug(&key.mode);
    let parallel = if key.parallel && !mode.ends_with("-parallel") { "-parallel" } else { "" };
    let n = key.n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let (backend, test) = (urls::slug(&key.backend), urls::slug(&key.test));
    format!("{backend} {test} {mode}{parallel} {n} {}", wording::verdict_name(verdict))
}

/// The notes that concern a series, and the tags, for its chart.
pub(crate) fn chart_notes(site: &SiteContext<'_>, series: usize) -> Vec<chart::ChartNote> {
    let remarks = site.notes_about(series);
    let remarks = remarks.map(|dated| (dated.time, dated.note.title.clone(), NoteKind::Remark));
    let tags = site.lineage.tags.iter().map(|(time, names)| (*time, names.clone(), NoteKind::Tag));
    let all = remarks.chain(tags);
    let mut notes: Vec<chart::ChartNote> =
        all.map(|(time, text, kind)| chart::ChartNote { time, text, kind }).collect();
    // By text within a time, so that two builds draw the same chart.
    notes.sort_by(|a, b| (a.time, &a.text).cmp(&(b.time, &b.text)));
    notes
}

pub(crate) fn trend_input<'a>(
    site: &'a SiteContext<'_>,
    index: usize,
    notes: &'a [chart::ChartNote],
    links: &'a dyn chart::MarkLinks,
    id: &'a str,
) -> TrendInput<'a> {
    let (series, analysis) = site.series(index);
    TrendInput {
        series,
        analysis,
        commits: &site.input.history.commits,
        notes,
        id,
        links,
        span: ChartSpan::Time,
    }
}

pub(crate) fn figure(id: &str, drawn: chart::TrendChart) -> Figure {
    Figure {
        id: id.to_owned(),
        title: None,
        caption: drawn.caption,
        note: drawn.note,
        key: drawn.key.into_iter().map(PlainKey::from).collect(),
        svg: drawn.svg.into(),
        description: drawn.description,
    }
}

/// What a series' newest level says in a few words: under a panel.
pub(crate) fn short_verdict(site: &SiteContext<'_>, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    match (analysis.verdict, analysis.verdict_change()) {
        (Verdict::Regressed | Verdict::Improved | Verdict::Accepted, Some(change)) => {
            let since = wording::since(series, change);
            let size = wording::change_size(series, change.change, change.is_regression);
            let tone = wording::tone(change.is_regression);
            Phrase::new(tone)
                .marked(tone, format!("{} {size}", wording::arrow(change.change)))
                .text(format!(" since {}", text::day_month(since)))
        }
        _ => {
            let ChangeCell { words, .. } = wording::verdict_cell(series, analysis);
            Phrase::new("note").text(words)
        }
    }
}

/// The heading over a group of panels.
pub(crate) struct PanelHeading {
    pub(crate) title: String,
    pub(crate) href: String,
    /// Set beside the title, muted.
    pub(crate) note: String,
}

/// Panels of up to [`MAX_GROUP_PANELS`] series that share their time axis.
pub(crate) fn panel_group(
    site: &SiteContext<'_>,
    root: LinkRoot,
    heading: PanelHeading,
    members: &[usize],
    first_id: usize,
) -> PanelGroup {
    let PanelHeading { title, href, note } = heading;
    let members = &members[..members.len().min(MAX_GROUP_PANELS)];
    let shared = SharedAxes::of(members.iter().map(|series| site.series(*series)));
    let panels = shared.map_or_else(Vec::new, |shared| {
        let ids = first_id..;
        let members = ids.zip(members);
        members.map(|(id, &series)| panel(site, root, series, shared, &format!("m{id}"))).collect()
    });
    PanelGroup { title, class: "grid", href, note, panels }
}

/// Panels of up to [`MAX_GROUP_PANELS`] series below the chart of another one, whose dates they
/// share.
pub(crate) fn panels_below_chart(
    site: &SiteContext<'_>,
    root: LinkRoot,
    chart: usize,
    members: &[usize],
) -> Vec<Panel> {
    let members = &members[..members.len().min(MAX_GROUP_PANELS)];
    let shared = SharedAxes::of(members.iter().map(|series| site.series(*series)));
    let Some(shared) = shared else { return Vec::new() };
    let shared = shared.below_chart_of(site.series(chart).0);
    let members = (1..).zip(members);
    members.map(|(id, &series)| panel(site, root, series, shared, &format!("m{id}"))).collect()
}

/// Panels of one benchmark's series, named by their metrics: on one scale where they are statistics
/// of one metric, else each on its own.
pub(crate) fn metric_panels(
    site: &SiteContext<'_>,
    root: LinkRoot,
    members: &[usize],
    ids: &str,
    scale: PanelScale,
) -> Vec<Panel> {
    let members = &members[..members.len().min(MAX_GROUP_PANELS)];
    let all = SharedAxes::of(members.iter().map(|series| site.series(*series)));
    let Some(all) = all else { return Vec::new() };
    let panels = members.iter().enumerate().map(|(at, &index)| {
        let (series, analysis) = site.series(index);
        let axes = match scale {
            PanelScale::Shared => all,
            PanelScale::Own => all.with_range_of(series, analysis),
        };
        let panel = panel(site, root, index, axes, &format!("{ids}{at}"));
        Panel { name: series.key.metric_name.clone(), ..panel }
    });
    panels.collect()
}

/// Whether panels side by side have one vertical range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PanelScale {
    Shared,
    Own,
}

fn panel(
    site: &SiteContext<'_>,
    root: LinkRoot,
    index: usize,
    shared: SharedAxes,
    id: &str,
) -> Panel {
    let (series, analysis) = site.series(index);
    let links = chart::NoLinks;
    let svg = multiple::panel(&trend_input(site, index, &[], &links, id), shared);
    let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
    let scale = wording::scale(series, analysis);
    Panel {
        id: id.to_owned(),
        href: root.to(&site.series_path(index)),
        name: series.key.backend.clone(),
        context: format!("{} {}", series.key.test, wording::variant_label(&series.key)),
        value: latest.map_or_else(String::new, |value| scale.quantity(value)),
        svg: svg.into(),
        words: short_verdict(site, index),
    }
}

/// The chart of one series around a change, or of its newest runs, with the key of its marks.
pub(crate) fn card_chart(
    site: &SiteContext<'_>,
    index: usize,
    change: Option<usize>,
    size: CardSize,
) -> PlainChart {
    let (series, analysis) = site.series(index);
    chart::card(series, analysis, change, size).into()
}

/// Links to more of a list that was cut.
pub(crate) fn more_link(root: LinkRoot, path: &str, text: String) -> PageLink {
    PageLink { href: root.to(path), text, note: String::new() }
}
