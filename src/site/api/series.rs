//! `series/<path>.json` and `.csv`: the points of one series.
//!
//! A long series stands in yearly parts: its own file has the newest runs, each earlier year a file
//! of its own that never changes again but for runs of that year, so that no file grows for ever.

use std::ops::Range;

use crate::report::finite;
use crate::site::api::json_types::{
    ChaosView, DrawnLevelView, GrowthView, PartView, PointView, PointsFile, SegmentView, SeriesView,
};
use crate::site::api::{json, series_view};
use crate::site::chaos::{self, SeriesChaos};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::growth;

use chart::DrawnLevel;
use detect::growth::GrowthEstimate;
use model::series::{Segment, Series};
use model::text;
use model::text::csv::CsvRow;

/// Runs that one file holds: 140 bytes each.
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

pub(crate) fn file(
    site: &SiteContext<'_>,
    index: usize,
    newest: usize,
) -> Result<Vec<u8>, RenderError> {
    let (series, analysis) = site.series(index);
    let runners: Vec<String> = series.segments.iter().map(runner_id).collect();
    let older = parts(series).older.into_iter().map(|part| PartView {
        points: part.runs.len(),
        url: format!("api/v1/series/{}/{}.json", site.stems[index], part.year),
        year: part.year,
    });
    let older: Vec<PartView> = older.collect();
    json(&SeriesView {
        chaos: chaos_views(site, index),
        growth: growth::of_series(site, index).map(growth_view),
        events: Some(
            (0..analysis.changes.len()).map(|at| site.events.id(index, at).to_owned()).collect(),
        ),
        levels: Some(levels(site, index)),
        parts: (!older.is_empty()).then_some(older),
        schema: Some("schema/series.json"),
        segments: Some(series.segments.iter().map(segment_view).collect()),
        ..series_view(site, index, points(site, index, newest..series.runs.len(), &runners))
    })
}

fn growth_view(growth: GrowthEstimate) -> GrowthView {
    let GrowthEstimate { exponent, low, high, sizes, runs } = growth;
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

/// One earlier year. It does not say what it was built from, so that it stays the same.
pub(crate) fn part_file(
    site: &SiteContext<'_>,
    index: usize,
    part: &YearPart,
) -> Result<Vec<u8>, RenderError> {
    let (series, _) = site.series(index);
    let runners: Vec<String> = series.segments.iter().map(runner_id).collect();
    json(&PointsFile {
        id: &site.stems[index],
        points: points(site, index, part.runs.clone(), &runners),
        schema: "schema/points.json",
        year: &part.year,
    })
}

fn points<'a>(
    site: &SiteContext<'a>,
    index: usize,
    runs: Range<usize>,
    runners: &'a [String],
) -> Vec<PointView<'a>> {
    runs.map(|run| point(site, index, run, runners)).collect()
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
    let named = [
        (flags.has_failed, "failed"),
        (flags.is_outlier, "outlier"),
        (flags.infrastructure, "infrastructure"),
        (flags.is_noisy, "noisy"),
    ];
    PointView {
        commit: &site.commit(run.commit).id,
        flags: named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect(),
        repeats: (run.repeats > 1).then_some(run.repeats),
        runner: &runners[run.segment as usize],
        segment: run.segment,
        std: run.std.get().and_then(finite),
        timestamp: run.time,
        value: run.value.get(),
    }
}

/// The points of a series as RFC 4180 CSV.
pub(crate) fn csv(site: &SiteContext<'_>, index: usize) -> Vec<u8> {
    let (series, _) = site.series(index);
    let runners: Vec<String> = series.segments.iter().map(runner_id).collect();
    let mut out = String::from("commit,timestamp,value,std,unit,segment,flags\r\n");
    // About the length of a line: growing by doubling would copy a large file several times.
    out.reserve(series.runs.len() * 72);
    for at in 0..series.runs.len() {
        let point = point(site, index, at, &runners);
        let row = CsvRow::new()
            .text(point.commit)
            .text(&point.timestamp.to_string())
            .number(point.value)
            .number(point.std)
            .text(series.unit.as_str())
            .integer(Some(u64::from(point.segment)))
            .text(&point.flags.join(" "));
        out.push_str(row.as_str());
        out.push_str("\r\n");
    }
    out.into_bytes()
}
