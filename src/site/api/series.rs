//! `series/<name>.json`: one series with its runs as columns; and the same with each run as an
//! object, for `export series` and for coding agents.
//!
//! A long series stands in yearly parts: its own file has the newest runs, each earlier year a file
//! of its own that never changes again but for runs of that year, so that no file grows for ever.

use std::ops::Range;

use crate::report::{finite, urls};
use crate::site::api::columns::{self, PointColumns};
use crate::site::api::json_types::{
    ChaosView, DrawnLevelView, GrowthView, PartView, PointView, PointsFile, SegmentView, SeriesView,
};
use crate::site::api::{API_VERSION, json, series_view};
use crate::site::chaos::{self, SeriesChaos};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::growth;

use chart::DrawnLevel;
use detect::growth::GrowthEstimate;
use model::series::{Segment, Series};
use model::text;

/// Runs that one file holds: 25 bytes each.
const MAX_UNSPLIT_RUNS: usize = 1_000;
/// Fewest runs that the series' own file keeps where it is split: what a reader wants first.
const NEWEST_RUNS: usize = 365;

/// How the runs of a series are spread over files.
pub(crate) struct YearParts {
    /// First run in the series' own file.
    pub(crate) newest: usize,
    pub(crate) older: Vec<YearPart>,
}

/// The runs of one year.
pub(crate) struct YearPart {
    pub(crate) year: String,
    runs: Range<usize>,
}

pub(crate) fn parts(series: &Series) -> YearParts {
    let runs = &series.runs;
    // A short series keeps one address, so that nobody has to join files without need.
    if runs.len() <= MAX_UNSPLIT_RUNS {
        return YearParts { newest: 0, older: Vec::new() };
    }
    let mut older = Vec::new();
    let mut from = 0;
    for at in 1..=runs.len() - NEWEST_RUNS {
        let (last, next) = (runs[at - 1].time, runs[at].time);
        // Cut where the year changes: a finished year never changes again and can be cached for
        // ever.
        if last.date().map(|date| date.0) != next.date().map(|date| date.0) {
            older.push(YearPart { year: text::year(last), runs: from..at });
            from = at;
        }
    }
    YearParts { newest: from, older }
}

/// The file of a series.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn file(
    site: &SiteContext<'_>,
    index: usize,
    newest: usize,
) -> Result<Vec<u8>, RenderError> {
    let (series, _) = site.series(index);
    let columns = PointColumns::of(site, index, newest..series.runs.len());
    let older = parts(series).older.into_iter().map(|part| PartView {
        points: part.runs.len(),
        url: urls::series_year_json(&site.stems[index], &part.year),
        year: part.year,
    });
    let older: Vec<PartView> = older.collect();
    json(&SeriesView {
        parts: (!older.is_empty()).then_some(older),
        schema: Some("schema/series.json"),
        version: Some(API_VERSION),
        ..with_context(site, index, columns)
    })
}

/// A series with its runs from `first` on, each as an object.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn with_runs(
    site: &SiteContext<'_>,
    index: usize,
    first: usize,
) -> Result<Vec<u8>, RenderError> {
    let (series, _) = site.series(index);
    let runners: Vec<String> = series.segments.iter().map(runner_id).collect();
    let points = (first..series.runs.len()).map(|run| point(site, index, run, &runners));
    json(&SeriesView {
        schema: Some("schema/runs.json"),
        ..with_context(site, index, points.collect::<Vec<PointView<'_>>>())
    })
}

/// A series with what stands beside its runs.
fn with_context<P>(site: &SiteContext<'_>, index: usize, points: P) -> SeriesView<P> {
    let (series, analysis) = site.series(index);
    let event = |at: usize| site.events.id(index, at).to_owned();
    SeriesView {
        chaos: chaos_views(site, index),
        growth: growth::of_series(site, index).map(growth_view),
        events: Some((0..analysis.changes.len()).map(event).collect()),
        levels: Some(levels(site, index)),
        segments: Some(series.segments.iter().map(segment_view).collect()),
        ..series_view(site, index, points)
    }
}

fn growth_view(growth: GrowthEstimate) -> GrowthView {
    let GrowthEstimate { exponent, low, high, sizes, runs } = growth;
    let [exponent, high, low] = [exponent, high, low].map(columns::six_digits);
    GrowthView { exponent, high, low, runs, sizes }
}

fn chaos_views(site: &SiteContext<'_>, index: usize) -> Option<Vec<ChaosView>> {
    let view = |it: SeriesChaos<'_>| ChaosView {
        change: it.impact.change,
        degraded: it.impact.degraded,
        degraded_runs: it.impact.degraded_runs,
        from: text::iso_date(it.window.first_day),
        recovery_seconds: it.impact.recovery_us.map(|length| length / 1_000_000),
        baseline: it.impact.baseline,
        title: it.note.title.clone(),
        to: text::iso_date(it.window.last_day),
    };
    let views: Vec<ChaosView> = chaos::of_series(site, index).into_iter().map(view).collect();
    (!views.is_empty()).then_some(views)
}

fn levels(site: &SiteContext<'_>, index: usize) -> Vec<DrawnLevelView> {
    let (series, analysis) = site.series(index);
    let view = |level: DrawnLevel| DrawnLevelView {
        first: level.from,
        from: series.runs[level.first_run].time,
        last: level.to,
        to: series.runs[level.last_run].time,
    };
    chart::level_lines(series, analysis).into_iter().map(view).collect()
}

/// One earlier year.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn part_file(
    site: &SiteContext<'_>,
    index: usize,
    part: &YearPart,
) -> Result<Vec<u8>, RenderError> {
    json(&PointsFile {
        id: &site.stems[index],
        points: PointColumns::of(site, index, part.runs.clone()),
        schema: "schema/points.json",
        version: API_VERSION,
        year: &part.year,
    })
}

/// Who measured a segment.
pub(super) fn segment_view(segment: &Segment) -> SegmentView {
    SegmentView {
        id: runner_id(segment),
        runner: segment.fingerprint.iter().cloned().collect(),
        version: segment.version.clone(),
    }
}

fn runner_id(segment: &Segment) -> String {
    let fields = segment.fingerprint.iter().map(|(name, value)| format!("{name}={value}\n"));
    let fields: String = fields.collect();
    // Without recorded fields there is no runner to name. A hash of nothing would look like one.
    if fields.is_empty() { fields } else { model::hex::sha256(&fields, 8) }
}

fn point<'a>(
    site: &SiteContext<'a>,
    index: usize,
    at: usize,
    runners: &'a [String],
) -> PointView<'a> {
    let (series, analysis) = site.series(index);
    let (run, flags) = (&series.runs[at], analysis.flags[at]);
    PointView {
        commit: &site.commit(run.commit).id,
        flags: columns::flag_names(&flags).collect(),
        repeats: (run.repeats > 1).then_some(run.repeats),
        runner: &runners[run.segment as usize],
        segment: run.segment,
        std: run.std.get().and_then(finite),
        timestamp: run.time,
        value: run.value.get(),
    }
}
