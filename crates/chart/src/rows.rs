//! The runs of a series as a chart takes them: finite values, a place across, and which of them a
//! line may join.
//!
//! A line joins nothing across a change, a gap or a segment; no run is dropped.

use std::collections::BTreeMap;

use crate::input::ChartSpan;
use detect::{Analysis, RunFlags};
use model::record::time::DAY_US;
use model::series::{Segment, Series};

/// Values beyond this are drawn at it: sums of such values stay finite.
const LARGEST: f64 = 1e300;

/// One run as it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct ChartRow {
    /// Index of the run.
    pub(crate) run: usize,
    /// Place across, in the axis's own numbers.
    pub(crate) x_value: i64,
    pub(crate) value: Option<f64>,
    pub(crate) level: Option<f64>,
    pub(crate) flags: RunFlags,
    pub(crate) segment: u32,
    /// Changes and gaps up to this run: a line joins only runs with the same number.
    pub(crate) breaks_before: u32,
}

impl ChartRow {
    /// Whether it counts for levels and ranges: no outlier, no infrastructure anomaly.
    pub(crate) fn is_usual(&self) -> bool {
        !self.flags.is_outlier && !self.flags.infrastructure
    }
}

/// The runs within a span, as they are drawn.
pub(crate) fn plot_rows(series: &Series, analysis: &Analysis, span: ChartSpan) -> Vec<ChartRow> {
    let runs = &series.runs;
    let mut breaks: Vec<usize> = analysis.gaps.clone();
    breaks.extend(analysis.changes.iter().map(|change| change.first_after));
    breaks.sort_unstable();
    let mut breaks_before = 0;
    // Foreign files hold infinities and NaN; nothing behind this line has to think of them.
    let finite = |value: Option<f64>| {
        value.filter(|value| value.is_finite()).map(|value| value.clamp(-LARGEST, LARGEST))
    };
    let mut rows = Vec::with_capacity(runs.len());
    for (index, run) in runs.iter().enumerate() {
        while breaks.get(breaks_before).is_some_and(|first| *first <= index) {
            breaks_before += 1;
        }
        let at = match span {
            ChartSpan::Time => run.time.micros(),
            // One step for each run, however far apart in time: a zoom on 50 commits of one day.
            ChartSpan::Order(window) if (window.from..window.to).contains(&index) => index as i64,
            ChartSpan::Order(_) => continue,
        };
        rows.push(ChartRow {
            run: index,
            x_value: at,
            value: finite(run.value.get()),
            level: finite(analysis.level.get(index)),
            flags: analysis.flags.get(index).copied().unwrap_or_default(),
            segment: run.segment,
            breaks_before: breaks_before as u32,
        });
    }
    rows
}

/// Runs that a line may join: one segment, no change or gap between them.
pub(crate) fn joined_rows<'a>(rows: &'a [ChartRow]) -> BTreeMap<(u32, u32), Vec<&'a ChartRow>> {
    let mut joined: BTreeMap<(u32, u32), Vec<&'a ChartRow>> = BTreeMap::new();
    for row in rows {
        joined.entry((row.segment, row.breaks_before)).or_default().push(row);
    }
    joined
}

/// Gaps longer than this break a line: in an axis of time, and in one of runs, where the gap itself
/// cannot be seen.
const LEAST_TIME_GAP: i64 = 3 * DAY_US;
const LEAST_ORDER_GAP: i64 = 30 * DAY_US;

/// The run after the last one that is drawn; none where that is the newest.
pub(crate) fn next_run(rows: &[ChartRow], series: &Series) -> Option<usize> {
    rows.last().map(|last| last.run + 1).filter(|next| *next < series.runs.len())
}

/// The first row after each gap.
pub(crate) fn gap_ends(rows: &[ChartRow], series: &Series, span: ChartSpan) -> Vec<usize> {
    let time = |row: &ChartRow| series.runs[row.run].time.micros();
    let distances: Vec<i64> =
        rows.windows(2).map(|pair| time(&pair[1]).saturating_sub(time(&pair[0]))).collect();
    let mut sorted = distances.clone();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    let whole = distances.iter().fold(0_i64, |sum, distance| sum.saturating_add(*distance));
    let is_gap = |distance: i64| match span {
        // At least about 8 px: a narrower gap cannot be told from two runs side by side. A wide one
        // counts earlier, since a line across it would be most of what a reader sees.
        ChartSpan::Time => {
            let is_wide = distance > whole / 20 && distance > usual.saturating_mul(3);
            distance > LEAST_TIME_GAP.max(whole / 100)
                && (is_wide || distance > usual.saturating_mul(10))
        }
        ChartSpan::Order(_) => distance > LEAST_ORDER_GAP.max(usual.saturating_mul(10)),
    };
    (1..).zip(&distances).filter(|(_, distance)| is_gap(**distance)).map(|(row, _)| row).collect()
}

/// Rows at which a segment is first seen, the very first row aside, and what that means: a runner
/// that comes beside others is not a change of runner.
pub(crate) fn new_segments(rows: &[ChartRow], segments: &[Segment]) -> Vec<(usize, &'static str)> {
    let Some(first) = rows.first() else { return Vec::new() };
    // From the end, the smallest segment that is still to come: where it is below the new one, the
    // older runner still reports, so the new one was added to a pool.
    let mut later: Vec<u32> = rows.iter().map(|row| row.segment).collect();
    for at in (1..later.len()).rev() {
        later[at - 1] = later[at - 1].min(later[at]);
    }
    let mut seen = first.segment;
    let mut starts = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.segment <= seen {
            continue;
        }
        seen = row.segment;
        let segment = |number: u32| segments.get(usize::try_from(number).ok()?);
        let same_runner =
            segment(row.segment - 1).zip(segment(row.segment)).is_some_and(|(before, after)| {
                before.fingerprint == after.fingerprint && before.version != after.version
            });
        starts.push((
            at,
            match (same_runner, later[at] < row.segment) {
                (true, _) => "benchmark changed",
                (false, true) => "runner added",
                (false, false) => "runner changed",
            },
        ));
    }
    starts
}
