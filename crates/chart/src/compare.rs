//! Several series in one chart: at most six lines, each with a color, a dash pattern and a label
//! at its end, so that none of the three is needed to distinguish them.
//!
//! julia at 95.1 µs and rust at 12.1 µs share a linear axis and are described as `rust 12.1 µs and
//! julia 95.1 µs; rust is 7.86× faster than julia.` Levels more than tenfold apart get a log scale.
//! [`sweep`] draws values over input size, both axes logarithmic.

use std::collections::BTreeMap;

use crate::axis::{Tick, XAxis, YAxis};
use crate::backend::{Canvas, Datum, MarkRole, Tone};
use crate::describe;
use crate::frame::{AxisText, ChartFrame};
use crate::grid::{GridPoint, INSET, WIDTH, column_of};
use crate::gutter;
use crate::inline::{self, GridColumn, TrendChart};
use crate::input::{ChartSpan, MAX_CHART_BYTES};
use crate::markup::paths;
use crate::palette;
use crate::place::{self, GUTTER_STEP, GutterLabel, GutterRole};
use crate::rows;
use detect::Analysis;
use model::record::{self, Direction, Unit};
use model::series::Series;
use model::text::xml::XmlText;
use model::text::{self, UnitScale};
use plotters::coord::ranged1d::Ranged;

/// Right end of the data: what follows belongs to the thin lines that lead to the names.
const DATA_END: i32 = 970;
const HEIGHT: i32 = 240;
/// Characters of a name: those of more are cut.
const LONGEST_LABEL: usize = 16;
/// Vertices of one line are at least this far apart: 3 px on a plot of 720 px.
const VERTEX_STEP: i32 = 4;
/// The ratio of levels above which small ones would lie on the floor of a linear axis.
const LOG_ABOVE: f64 = 10.0;
/// Columns with titles: 30 px each on a plot of 720 px.
const TITLE_COLUMNS: i32 = 24;

/// One line of a comparison.
pub struct ComparisonLine<'a> {
    pub label: &'a str,
    /// Color slot 1–6.
    pub slot: u8,
    pub series: &'a Series,
    pub analysis: &'a Analysis,
    /// Where the label leads, from the site's root.
    pub href: Option<String>,
}

/// One line of a sweep: values by input size, both as measured.
pub struct SweepLine<'a> {
    pub label: &'a str,
    /// Color slot 1–6.
    pub slot: u8,
    /// Input size, and the value in base units of the measure.
    pub points: Vec<(u64, f64)>,
    /// Where the label leads, from the site's root.
    pub href: Option<String>,
}

/// What the values of a sweep are.
pub struct Measure<'a> {
    /// Name of the metric, as records have it.
    pub metric: &'a str,
    pub unit: &'a Unit,
    pub direction: Direction,
}

/// A line as it is drawn: runs that may be joined, and the value it ends with.
struct DrawnLine<'a> {
    label: &'a str,
    slot: u8,
    polylines: Vec<Vec<Datum>>,
    href: Option<&'a str>,
    dots: bool,
}

impl DrawnLine<'_> {
    fn last_point(&self) -> Option<Datum> {
        self.polylines.iter().flatten().copied().max_by_key(|(at, _)| *at)
    }
}

/// A chart of several series without what its page adds (an id, links relative to the page): one
/// drawing is shown on the pages of all its series.
pub struct ComparisonChart {
    drawing: XmlText,
    /// Columns with titles, left out where they are too many bytes.
    titles: XmlText,
    gutter: Vec<GutterLabel>,
    ticks: Vec<AxisText>,
    caption: String,
    note: String,
    description: String,
}

impl ComparisonChart {
    /// The levels of up to six series over time. Further lines are left out, and the description
    /// says so.
    pub fn of(lines: &[ComparisonLine<'_>]) -> Self {
        let shown = &lines[..lines.len().min(palette::SLOTS)];
        let drawn: Vec<DrawnLine<'_>> = shown.iter().map(level_line).collect();
        let points = || drawn.iter().flat_map(|line| &line.polylines).flatten();
        let values: Vec<f64> = points().map(|point| point.1).collect();
        let times = || points().map(|point| point.0);
        let Some(series) = shown.first().map(|line| line.series) else { return Self::empty() };
        let (Some(from), Some(to)) = (times().min(), times().max()) else {
            return Self::empty();
        };
        let time = record::time::Timestamp::from_micros;
        let x_axis = XAxis::time(time(from), time(to));
        let (y_axis, scale) = y_axis(&values, &series.unit, false);
        let log = matches!(y_axis, YAxis::Log { .. });
        let ticks = x_axis.time_ticks(6);
        let measure = Measure {
            metric: &series.key.metric_name,
            unit: &series.unit,
            direction: series.direction,
        };
        let left_out = lines.len() - shown.len();
        let mut description = ranking(&drawn, &series.unit, series.direction);
        description.push_str(" Lines are medians of 7 runs.");
        if left_out > 0 {
            description.push_str(&format!(" {left_out} more not shown."));
        }
        // The topmost tick, which names the unit, may have given way to the name of a line.
        let unit = if log { "" } else { scale.symbol() };
        let separator = if unit.is_empty() { "" } else { ", " };
        let caption = format!("{}{separator}{unit}", describe::metric_label(measure.metric));
        let note = note(&measure, log);
        let axes = ComparisonAxes { x_axis, y_axis, ticks, titled: true };
        Self { caption, note, description, ..draw(&drawn, axes, &scale, measure.unit) }
    }

    fn empty() -> Self {
        Self {
            drawing: XmlText::new(),
            titles: XmlText::new(),
            gutter: Vec::new(),
            ticks: Vec::new(),
            caption: String::new(),
            note: String::new(),
            description: "No runs yet.".to_owned(),
        }
    }

    /// The chart on a page, with the prefix of its ids; `link` knows the way there from a path.
    pub fn on_page(&self, id: &str, link: impl Fn(&str) -> String) -> TrendChart {
        let linked = |label: &GutterLabel| GutterLabel {
            href: label.href.as_deref().map(&link),
            ..label.clone()
        };
        let frame = ChartFrame {
            height: HEIGHT,
            flags: Vec::new(),
            lane_rows: 0,
            gutter: self.gutter.iter().map(linked).collect(),
            wide_gutter: true,
            tone: Tone::Neutral,
            ticks: self.ticks.clone(),
            notes: Vec::new(),
            symbols: XmlText::new(),
        };
        let attributes = inline::labeled(id, &XmlText::new());
        let bare = frame.wrap_group(&attributes, &self.drawing);
        let mut field = self.drawing.clone();
        if bare.len() + self.titles.len() <= MAX_CHART_BYTES {
            field.push(&self.titles);
        }
        TrendChart {
            svg: frame.wrap_group(&attributes, &field),
            caption: self.caption.clone(),
            note: self.note.clone(),
            description: self.description.clone(),
            key: Vec::new(),
        }
    }
}

/// Values over input size, one line for each backend, log-log. Values that are not above zero have
/// no place on a log scale and are left out.
pub fn sweep(lines: &[SweepLine<'_>], measure: &Measure<'_>) -> ComparisonChart {
    let shown = &lines[..lines.len().min(palette::SLOTS)];
    let drawn: Vec<DrawnLine<'_>> = shown.iter().map(sweep_line).collect();
    let all: Vec<Datum> =
        drawn.iter().flat_map(|line| &line.polylines).flatten().copied().collect();
    let (Some(from), Some(to)) =
        (all.iter().map(|point| point.0).min(), all.iter().map(|point| point.0).max())
    else {
        return ComparisonChart::empty();
    };
    let values: Vec<f64> = all.iter().map(|point| point.1).collect();
    let (y_axis, scale) = y_axis(&values, measure.unit, true);
    let x_axis = XAxis::Size { from, to };
    let ticks = size_ticks(&all, x_axis);
    let caption = describe::metric_label(measure.metric);
    let note = format!("{} Horizontal axis: input size n, log scale.", note(measure, true));
    let size = text::count(to.unsigned_abs());
    let largest = drawn.iter().filter(|line| line.last_point().map(|l| l.0) == Some(to));
    let description =
        format!("At n = {size}: {}", ranking(largest, measure.unit, measure.direction));
    let axes = ComparisonAxes { x_axis, y_axis, ticks, titled: false };
    ComparisonChart { caption, note, description, ..draw(&drawn, axes, &scale, measure.unit) }
}

fn note(measure: &Measure<'_>, log: bool) -> String {
    let log = if log { " Log scale." } else { "" };
    format!("{}{log}", describe::direction_phrase(measure.direction))
}

/// The levels of a series, one polyline for the runs that may be joined.
fn level_line<'a>(line: &'a ComparisonLine<'a>) -> DrawnLine<'a> {
    let rows = rows::plot_rows(line.series, line.analysis, ChartSpan::Time);
    let joined = rows::joined_rows(&rows).into_values();
    let polylines = joined
        .map(|rows| rows.iter().filter_map(|row| Some((row.x_value, row.level?))).collect())
        .collect();
    let href = line.href.as_deref();
    DrawnLine { label: line.label, slot: line.slot, polylines, href, dots: false }
}

fn sweep_line<'a>(line: &'a SweepLine<'a>) -> DrawnLine<'a> {
    let mut points: Vec<Datum> = line
        .points
        .iter()
        .filter(|(n, value)| *n > 0 && value.is_finite() && *value > 0.0)
        .map(|(n, value)| (i64::try_from(*n).unwrap_or(i64::MAX), value.min(1e300)))
        .collect();
    points.sort_by_key(|(n, _)| *n);
    let href = line.href.as_deref();
    DrawnLine { label: line.label, slot: line.slot, polylines: vec![points], href, dots: true }
}

/// Log where asked for or where the values differ by more than tenfold, and all are above zero.
fn y_axis(values: &[f64], unit: &Unit, always_log: bool) -> (YAxis, UnitScale) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = UnitScale::for_values(values.iter().copied(), unit);
    let unit = scale.divisor();
    // Divided, not multiplied: ten times a value near 1e308 is no number.
    if low > 0.0 && (always_log || high / LOG_ABOVE > low) {
        // A twentieth of the decades on either side, at least a fifth of the value.
        let room = (high.log10() - low.log10()) * 0.05;
        let room = 10f64.powf(room).max(1.2);
        return (YAxis::Log { low: low / room, high: high * room, unit }, scale);
    }
    // At least a tenth of the values, as on a trend chart: noise must not fill the height.
    let least = low.abs().max(high.abs()) * 0.1;
    let span = (high - low).max(least);
    let span = if span > 0.0 { span } else { 1.0 };
    let middle = low / 2.0 + high / 2.0;
    (YAxis::Linear { low: middle - span * 0.6, high: middle + span * 0.6, unit }, scale)
}

/// The measured sizes where they are few, else powers of ten. People look for the sizes that they
/// chose, and a tick at a size that nobody measured invites reading a value there.
fn size_ticks(points: &[Datum], x_axis: XAxis) -> Vec<Tick> {
    let mut sizes: Vec<i64> = points.iter().map(|point| point.0).collect();
    sizes.sort_unstable();
    sizes.dedup();
    if sizes.len() > 5 {
        sizes = x_axis.key_points(5);
    }
    let label = |size: i64| text::count(size.unsigned_abs());
    sizes.into_iter().map(|at| Tick { value: at, label: label(at), is_major: false }).collect()
}

struct ComparisonAxes {
    x_axis: XAxis,
    y_axis: YAxis,
    ticks: Vec<Tick>,
    /// Columns with a title: what lies across is time.
    titled: bool,
}

/// The chart without its words.
fn draw(
    lines: &[DrawnLine<'_>],
    axes: ComparisonAxes,
    scale: &UnitScale,
    unit: &Unit,
) -> ComparisonChart {
    let canvas = Canvas::new(axes.x_axis, axes.y_axis, DATA_END, HEIGHT);
    let values = axes.y_axis.key_points(5);
    canvas.gridlines(&values);
    for line in lines {
        for polyline in &line.polylines {
            draw_line(line, polyline, &canvas);
        }
    }
    let mut gutter = end_labels(lines, &canvas);
    let texts = gutter::tick_texts(&values, axes.y_axis, scale, unit);
    gutter.extend(values.iter().zip(texts).map(|(value, text)| {
        GutterLabel::new(GutterRole::Tick, canvas.place((0, *value)).1, text)
    }));
    let place =
        |tick: &Tick| AxisText { x: canvas.place((tick.value, 1.0)).0, text: tick.label.clone() };
    let titles = if axes.titled { title_columns(lines, &canvas, scale) } else { XmlText::new() };
    ComparisonChart {
        gutter: place::place_gutter(gutter, HEIGHT),
        ticks: axes.ticks.iter().map(place).collect(),
        drawing: paths(&canvas.finish(), |point| point),
        titles,
        ..ComparisonChart::empty()
    }
}

/// Invisible columns whose titles give each line's newest level in them: `18–25 Sep 2025: rust
/// 12.1, go 31.0 µs`.
fn title_columns(lines: &[DrawnLine<'_>], canvas: &Canvas, scale: &UnitScale) -> XmlText {
    // Of each column the first and last time, and the newest level of each line.
    let mut columns: BTreeMap<i32, (i64, i64, Vec<Option<f64>>)> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        for &(at, value) in line.polylines.iter().flatten() {
            let column = column_of(canvas.place((at, value)).0, TITLE_COLUMNS);
            let entry = columns.entry(column).or_insert((at, at, vec![None; lines.len()]));
            (entry.0, entry.1) = (entry.0.min(at), entry.1.max(at));
            entry.2[index] = Some(value);
        }
    }
    let labels: Vec<_> =
        lines.iter().map(|line| record::shorten(line.label, LONGEST_LABEL)).collect();
    let time = record::time::Timestamp::from_micros;
    let (mut out, mut title) = (XmlText::with_capacity(MAX_CHART_BYTES), String::new());
    for (index, (from, to, values)) in columns {
        title.clear();
        text::push_date_span(&mut title, time(from), time(to));
        let named = labels.iter().zip(values).filter_map(|(label, value)| Some((label, value?)));
        for (at, (label, value)) in named.enumerate() {
            title.push_str(if at == 0 { ": " } else { ", " });
            title.push_str(label);
            title.push(' ');
            scale.push_number(&mut title, value);
        }
        title.push(' ');
        title.push_str(scale.symbol());
        let column = GridColumn { index, count: TITLE_COLUMNS };
        inline::push_column(&mut out, column, HEIGHT, title.trim_end());
    }
    inline::group_of_columns(&out, None)
}

/// One polyline, its vertices thinned; a single one becomes a short dash.
fn draw_line(line: &DrawnLine<'_>, polyline: &[Datum], canvas: &Canvas) {
    let role = MarkRole::Level(palette::slot(line.slot));
    let last = polyline.len().saturating_sub(1);
    let mut vertices: Vec<GridPoint> = Vec::new();
    for (index, datum) in polyline.iter().enumerate() {
        let point = canvas.place(*datum);
        let is_far =
            vertices.last().is_none_or(|before: &GridPoint| point.0 - before.0 >= VERTEX_STEP);
        // The last vertex stays: the label at the end of the line points at it.
        if is_far || index == last {
            vertices.push(point);
        }
        if line.dots {
            canvas.grid_dot(MarkRole::Point(palette::slot(line.slot)), point);
        }
    }
    if let [(x, y)] = vertices[..] {
        vertices = vec![(x - INSET / 2, y), (x + INSET / 2, y)];
    }
    canvas.grid_line(role, &vertices);
}

/// Names at the ends of lines, pushed apart, each joined to its line by a thin one.
fn end_labels(lines: &[DrawnLine<'_>], canvas: &Canvas) -> Vec<GutterLabel> {
    let mut ends: Vec<(GridPoint, &DrawnLine<'_>)> =
        lines.iter().filter_map(|line| Some((canvas.place(line.last_point()?), line))).collect();
    ends.sort_by_key(|(end, _)| end.1);
    let wanted: Vec<i32> = ends.iter().map(|(end, _)| end.1).collect();
    let places = spread_apart(&wanted, GUTTER_STEP, (8, HEIGHT - 8));
    let labeled = ends.iter().zip(places);
    labeled
        .map(|((end, line), y)| {
            canvas.grid_line(MarkRole::Grid, &[(end.0 + 2, end.1), (WIDTH, y)]);
            let role = GutterRole::Line(palette::slot(line.slot));
            let text = record::shorten(line.label, LONGEST_LABEL).into_owned();
            GutterLabel { href: line.href.map(str::to_owned), ..GutterLabel::new(role, y, text) }
        })
        .collect()
}

/// Sorted places moved as little as it takes to be `step` apart and, if they fit, within `ends`.
fn spread_apart(wanted: &[i32], step: i32, ends: (i32, i32)) -> Vec<i32> {
    let mut places = wanted.to_vec();
    // Down from the top, then up from the bottom: the second pass undoes what the first pushed
    // out of the chart.
    let mut floor = ends.0;
    for place in &mut places {
        *place = (*place).max(floor);
        floor = *place + step;
    }
    let mut ceiling = ends.1;
    for place in places.iter_mut().rev() {
        *place = (*place).min(ceiling);
        ceiling = *place - step;
    }
    places
}

/// Newest values, best first, and how far the last is from the first.
fn ranking<'a>(
    lines: impl IntoIterator<Item = &'a DrawnLine<'a>>,
    unit: &Unit,
    better: Direction,
) -> String {
    let mut ends: Vec<(f64, &str)> =
        lines.into_iter().filter_map(|line| Some((line.last_point()?.1, line.label))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    if better == Direction::Higher {
        ends.reverse();
    }
    let named: Vec<String> = ends
        .iter()
        .map(|(value, label)| {
            // Each in a unit of its own: `1.2 ms and 900 ns`, where the axis has one unit for all.
            let scale = UnitScale::for_value(*value, unit);
            format!("{} {}", record::shorten(label, LONGEST_LABEL), scale.quantity(*value))
        })
        .collect();
    let spread = match (ends.first(), ends.last()) {
        (Some((best, first)), Some((worst, last)))
            if ends.len() > 1 && *best > 0.0 && *worst > 0.0 =>
        {
            let factor = (best / worst).max(worst / best);
            let (first, last) = (record::shorten(first, 40), record::shorten(last, 40));
            let word = text::comparative(unit, better, false);
            format!("; {first} is {} {word} than {last}", text::ratio(factor))
        }
        _ => String::new(),
    };
    format!("{}{spread}.", text::join_and(&named))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::ExampleChart;
    use proptest::prelude::*;

    fn comparison(lines: &[ComparisonLine<'_>], id: &str) -> TrendChart {
        ComparisonChart::of(lines).on_page(id, str::to_owned)
    }

    fn samples(bases: &[f64]) -> Vec<ExampleChart> {
        bases.iter().map(|base| ExampleChart::from_values(vec![Some(*base); 30])).collect()
    }

    fn lines<'a>(samples: &'a [ExampleChart], names: &[&'a str]) -> Vec<ComparisonLine<'a>> {
        (1_u8..)
            .zip(samples.iter().zip(names))
            .map(|(slot, (sample, label))| ComparisonLine {
                label,
                slot,
                series: &sample.series,
                analysis: &sample.analysis,
                href: None,
            })
            .collect()
    }

    #[test]
    fn levels_more_than_tenfold_apart_get_a_log_scale() {
        let near = samples(&[100.0, 900.0]);
        let far = samples(&[100.0, 1100.0]);
        assert!(!comparison(&lines(&near, &["a", "b"]), "x").note.contains("Log"));
        assert!(comparison(&lines(&far, &["a", "b"]), "x").note.contains("Log scale"));
    }

    #[test]
    fn the_seventh_line_is_left_out_and_said_so() {
        let many = samples(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let chart = comparison(&lines(&many, &["a", "b", "c", "d", "e", "f", "g", "h"]), "x");
        assert!(chart.description.ends_with("2 more not shown."), "{}", chart.description);
        assert_eq!(chart.svg.matches("class=\"m s").count(), 6);
    }

    #[test]
    fn the_description_ranks_the_newest_levels() {
        let two = samples(&[95_100.0, 12_100.0]);
        let text = comparison(&lines(&two, &["julia", "rust"]), "x").description;
        assert!(
            text.starts_with("rust 12.1\u{202f}µs and julia 95.1\u{202f}µs; rust is 7.86× faster"),
            "{text}"
        );
    }

    #[test]
    fn a_column_says_each_lines_level() {
        let two = samples(&[95_100.0, 12_100.0]);
        let svg = comparison(&lines(&two, &["julia", "<rust>"]), "x").svg;
        let title = "<title>30–31 Mar 2025: julia 95.1, &lt;rust&gt; 12.1 µs</title>";
        assert!(svg.contains(title), "{svg}");
    }

    #[test]
    fn six_long_lines_stay_within_the_bytes_of_a_chart() {
        let many: Vec<ExampleChart> = (0..6).map(|_| ExampleChart::with_everything(3000)).collect();
        let chart = comparison(&lines(&many, &["a", "b", "c", "d", "e", "f"]), "x");
        assert!(chart.svg.len() <= MAX_CHART_BYTES, "{}", chart.svg.len());
    }

    proptest! {
        #[test]
        fn labels_are_apart_and_on_the_chart(
            mut wanted in prop::collection::vec(-50..250i32, 0..7)
        ) {
            wanted.sort_unstable();
            let places = spread_apart(&wanted, GUTTER_STEP, (8, HEIGHT - 8));
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= GUTTER_STEP));
            prop_assert!(places.iter().all(|place| (8..=HEIGHT - 8).contains(place)));
        }

        #[test]
        fn any_sweep_is_drawn(
            points in prop::collection::vec(
                prop::collection::vec((any::<u64>(), any::<f64>()), 0..8), 0..8)
        ) {
            let lines: Vec<SweepLine<'_>> = points
                .into_iter()
                .map(|points| SweepLine { label: "<x>", slot: 3, points, href: None })
                .collect();
            let unit = Unit::parse("ns").0;
            let measure = Measure { metric: "time", unit: &unit, direction: Direction::Lower };
            let chart = sweep(&lines, &measure).on_page("x", str::to_owned);
            prop_assert!(!chart.svg.contains("NaN") && !chart.svg.contains("<x>"));
        }
    }
}
