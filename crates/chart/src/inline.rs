//! The writer for pages: the frame of a trend chart, the columns that carry its titles and links,
//! and the marks on its floor.

use crate::frame::{self, ChartFrame};
use crate::grid::{WIDTH, column_of};
use crate::input::{ChartSpan, MAX_CHART_BYTES, TrendInput};
use crate::key::KeyMark;
use crate::layout::{ChartLayout, PlacedChange, STRIP_HEIGHT};
use crate::markup::{paths, push_percent};
use crate::rows::ChartRow;
use crate::{flags, key};
use model::record;
use model::text;
use model::text::xml::XmlText;

/// Rows of the lane.
const LANE_ROWS: i32 = 3;
/// Columns with a title, most first: fewer where the chart would be larger than its budget. 20
/// columns are 36 px each on a field of 720 px, wide enough for a finger.
const COLUMNS: [i32; 3] = [20, 16, 8];
/// So few runs have a column each: a chart of the 25 runs on either side of a change.
const FEW_RUNS: usize = 52;
const FEW_COLUMNS: i32 = 52;
/// Half the width of the column of a change, in grid units.
const CHANGE_REACH: i32 = 5;

/// A chart for a page. A `<figure>` takes the caption with id `<id>-t` and its note, the key, the
/// drawing, and the description with id `<id>-s`. All but drawings is plain text, not escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendChart {
    /// A `<div>` of drawings.
    pub svg: XmlText,
    /// `Median time per call`.
    pub caption: String,
    /// `1,396 runs, 27 Nov 2019 to 25 Feb 2023. Lower is better.`
    pub note: String,
    pub description: String,
    /// The marks that are drawn.
    pub key: Vec<KeyMark>,
}

/// The drawing of a trend.
pub(crate) fn trend(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let frame = ChartFrame {
        height: layout.height,
        flags: layout.flags.clone(),
        lane_rows: LANE_ROWS,
        gutter: layout.gutter.clone(),
        wide_gutter: false,
        tone: layout.tone,
        ticks: layout.ticks.clone(),
        notes: layout.gap_notes.clone(),
        symbols: floor_symbols(input, layout),
    };
    let attributes = labeled(input.id, &axis_data(input, layout));
    let mut field = paths(&layout.layers, |point| point);
    let bare = frame.wrap_group(&attributes, &field).len();
    // Links take what the drawing leaves: a page without them still has the table of runs.
    let changes = change_columns(input, layout);
    let room = MAX_CHART_BYTES.saturating_sub(bare);
    let few = (layout.rows.len() <= FEW_RUNS).then_some(FEW_COLUMNS);
    let links = few
        .into_iter()
        .chain(COLUMNS)
        .map(|count| columns(input, layout, count))
        .find(|links| links.len() + changes.len() <= room)
        .unwrap_or_default();
    field.push(&links);
    if links.len() + changes.len() <= room {
        field.push(&changes);
    }
    frame.wrap_group(&attributes, &field)
}

/// The whole history in a strip below a chart.
pub(crate) fn strip(input: &TrendInput<'_>) -> XmlText {
    let mut out = XmlText::with_capacity(3072);
    out.push(r#"<svg class="fd strip" viewBox="0 0 "#).push(WIDTH).push(" ").push(STRIP_HEIGHT);
    out.push(r#"" preserveAspectRatio="none" aria-hidden="true">"#);
    out.push(paths(&ChartLayout::strip(input), |point| point));
    // What a chosen range leaves out.
    out.push(r#"<path class="sel"/></svg>"#);
    out
}

/// The attributes of a chart that a caption and a description on the page name, by `<id>-t` and
/// `<id>-s`: a group, since it holds links. `data` are further attributes.
pub(crate) fn labeled(id: &str, data: &XmlText) -> XmlText {
    let id = XmlText::text(id);
    let mut attributes = XmlText::from(r#" id=""#);
    attributes.push(&id).push(r#"" role="group" aria-labelledby=""#).push(&id);
    attributes.push(r#"-t" aria-describedby=""#).push(&id).push(r#"-s""#).push(data);
    attributes
}

/// What the script needs to place a run: `data-x` is the kind of axis, its ends (microseconds or
/// index), which lie [`crate::grid::INSET`] grid units inside those of the field, and the last run;
/// `data-y` is the kind and the values at its bottom and top, in base units.
fn axis_data(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let (low, high) = layout.y_axis.bounds();
    let across = if input.span == ChartSpan::Time { "time" } else { "order" };
    let up = if layout.y_axis.is_log() { "log" } else { "linear" };
    let Some(last) = layout.rows.last() else { return XmlText::new() };
    let ((from, to), last) = (layout.x_axis.bounds(), last.x_value);
    // `{:e}` is short for any double and reads back as the same one.
    let mut out = XmlText::new();
    out.push(r#" data-x=""#).push(across).push_text(&format!(" {from} {to} {last}"));
    out.push(r#"" data-y=""#).push(up).push_text(&format!(" {low:e} {high:e}")).push(r#"""#);
    out
}

/// Failed runs as one text whose letters have a place each; remarks one by one, with their text.
/// They stand on the floor of the field, in the drawing of the axis, where nothing stretches.
fn floor_symbols(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let mut out = XmlText::new();
    if !layout.failed_runs.is_empty() {
        out.push(r#"<text class="x" x=""#);
        for (at, x) in layout.failed_runs.iter().enumerate() {
            out.push(if at == 0 { "" } else { " " });
            push_percent(&mut out, *x);
        }
        // One text with a place for each letter takes far fewer bytes than one text each.
        out.push(r#"" y="-1">"#);
        for _ in &layout.failed_runs {
            out.push("×");
        }
        out.push("</text>");
    }
    for placed in &layout.notes {
        let note = &input.notes[placed.index];
        let (mark, above) = placed.kind.symbol();
        frame::push_text(&mut out, r#" class="an""#, placed.x, -above);
        out.push(">").push(mark);
        let title = format!("{}: {}", text::date(note.time), record::shorten(&note.text, 80));
        push_title(&mut out, &title);
        out.push("</text>");
    }
    out
}

fn push_title(out: &mut XmlText, title: &str) {
    out.push("<title>").push_text(title).push("</title>");
}

/// The key of a trend, with the marks on its floor.
pub(crate) fn trend_key(layout: &ChartLayout) -> Vec<KeyMark> {
    let mut marks = key::key(&layout.layers);
    marks.extend(key::floor_key(layout.failed_runs.is_empty(), &layout.notes));
    marks
}

/// The columns of changes, over those of runs: the keys of a page lead from one to the next.
fn change_columns(input: &TrendInput<'_>, layout: &ChartLayout) -> XmlText {
    let mut out = XmlText::new();
    for PlacedChange { x, index } in &layout.changes {
        let Some(href) = input.links.change(*index) else { continue };
        let (from, to) = ((x - CHANGE_REACH).max(0), (x + CHANGE_REACH).min(WIDTH));
        out.push(r#"<a class="ev" href=""#).push_text(&href).push(r#"" tabindex="-1">"#);
        push_path(&mut out, from, to, layout.height);
        let change = &input.analysis.changes[*index];
        push_title(&mut out, &flags::change_title(input.series, change));
        out.push("</a>");
    }
    out
}

fn push_path(out: &mut XmlText, from: i32, to: i32, height: i32) {
    out.push(r#"<path d="m"#).push(from).push(" 0v").push(height).push("h").push(to - from);
    out.push(r#"V0"/>"#);
}

/// The columns that carry titles, over everything else: that of a single run leads to its commit,
/// all others to the list of runs.
fn columns(input: &TrendInput<'_>, layout: &ChartLayout, count: i32) -> XmlText {
    let rows: Vec<(i32, usize)> =
        layout.positions.iter().map(|x| column_of(*x, count)).zip(0..).collect();
    let (mut out, mut links) = (XmlText::with_capacity(4096), XmlText::new());
    let mut words = String::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let (index, first) = group[0];
        let column = GridColumn { index, count };
        words.clear();
        push_runs_title(&mut words, input, layout, &layout.rows[first..first + group.len()]);
        let is_single = group.len() == 1;
        match input.links.run(layout.rows[first].run).filter(|_| is_single) {
            Some(href) => {
                let GridColumn { index, count } = column;
                let (from, to) = (index * WIDTH / count, (index + 1) * WIDTH / count);
                links.push(r#"<a href=""#).push_text(&href).push(r#"" tabindex="-1">"#);
                push_path(&mut links, from, to, layout.height);
                push_title(&mut links, &words);
                links.push("</a>");
            }
            None => push_column(&mut out, column, layout.height, &words),
        }
    }
    // One link around all of them: each with its own would take as many bytes as all runs.
    let mut all = group_of_columns(&out, input.links.runs().as_deref());
    all.push(&links);
    all
}

/// The parent of columns, by which the stylesheet and the script know them.
pub(crate) fn group_of_columns(columns: &XmlText, href: Option<&str>) -> XmlText {
    let mut out = XmlText::with_capacity(columns.len() + 64);
    if columns.is_empty() {
        return out;
    }
    match href {
        Some(href) => {
            out.push(r#"<a class="cs" href=""#).push_text(href).push(r#"" tabindex="-1">"#)
        }
        None => out.push(r#"<g class="cs">"#),
    };
    out.push(columns).push(if href.is_some() { "</a>" } else { "</g>" });
    out
}

/// One of `count` equal columns of the grid.
#[derive(Clone, Copy)]
pub(crate) struct GridColumn {
    pub(crate) index: i32,
    pub(crate) count: i32,
}

/// An invisible column with its title.
pub(crate) fn push_column(out: &mut XmlText, column: GridColumn, height: i32, title: &str) {
    let GridColumn { index, count } = column;
    let (from, to) = (index * WIDTH / count, (index + 1) * WIDTH / count);
    out.push(r#"<path d="m"#).push(from).push(" 0v").push(height);
    out.push("h").push(to - from).push(r#"V0">"#);
    push_title(out, title);
    out.push("</path>");
}

/// `18–20 Sep 2025: 4 runs, 92.1–96.2 µs`, or one run with its commit and its own spread.
fn push_runs_title(
    out: &mut String,
    input: &TrendInput<'_>,
    layout: &ChartLayout,
    rows: &[ChartRow],
) {
    let [first, .., last] = rows else {
        return rows.iter().for_each(|row| push_run_title(out, input, layout, row));
    };
    let time = |row: &ChartRow| input.series.runs[row.run].time;
    text::push_date_span(out, time(first), time(last));
    out.push_str(": ");
    out.push_str(&text::count_noun(rows.len() as u64, "run"));
    let values = || rows.iter().filter_map(|row| row.value);
    if let Some((low, high)) = values().reduce(f64::min).zip(values().reduce(f64::max)) {
        out.push_str(", ");
        out.push_str(&layout.scale.range(low, high));
    }
    let failed = rows.len() - values().count();
    if failed > 0 {
        out.push_str(&format!(", {failed} failed"));
    }
}

fn push_run_title(out: &mut String, input: &TrendInput<'_>, layout: &ChartLayout, row: &ChartRow) {
    let run = &input.series.runs[row.run];
    text::push_date_span(out, run.time, run.time);
    let at = usize::try_from(run.commit.0).unwrap_or(usize::MAX);
    if let Some(commit) = input.commits.get(at) {
        out.push_str(", ");
        out.push_str(&text::short_commit(&commit.id));
    }
    let Some(value) = row.value else {
        out.push_str(": failed, ");
        out.push_str(&record::shorten(run.error().unwrap_or("no reason given"), 60));
        return;
    };
    out.push_str(": ");
    layout.scale.push_quantity(out, value);
    if let Some(std) = run.std.get() {
        out.push(' ');
        text::push_spread(out, std, &layout.scale);
    }
    // The anomaly explains the outlier, so it is named alone.
    out.push_str(match (row.flags.infrastructure, row.flags.is_outlier) {
        (true, _) => ", infrastructure anomaly",
        (_, true) => ", outlier",
        _ => "",
    });
}
