//! The runs of a series as a chart takes them: finite values, a place across, and which of them a
//! line may join.
//!
//! Joins nothing across an event, a gap or a segment; drops no run.

use std::collections::BTreeMap;

use crate::ChartSpan;
use detect::{Analysis, RunFlags};
use model::series::{Segment, Series};

/// Values beyond this are drawn at it: sums of such values stay finite.
const LARGEST: f64 = 1e300;

/// One run as it is drawn.
#[derive(Clone, Debug)]
pub struct ChartRow {
    /// Index of the run.
    pub run: usize,
    /// Place across, in the axis's own numbers.
    pub x_value: i64,
    pub value: Option<f64>,
    pub level: Option<f64>,
    pub spread: Option<f64>,
    pub flags: RunFlags,
    pub segment: u32,
    /// Events and gaps up to this run: lines join only runs of one epoch.
    pub breaks_before: u32,
}

/// The runs within a span, as they are drawn.
pub fn plot_rows(series: &Series, analysis: &Analysis, span: ChartSpan) -> Vec<ChartRow> {
    let runs = &series.runs;
    let mut cuts: Vec<usize> = analysis.gaps.clone();
    cuts.extend(analysis.changes.iter().map(|event| event.first_after));
    cuts.sort_unstable();
    let mut passed = 0;
    let finite = |value: Option<f64>| {
        value.filter(|value| value.is_finite()).map(|value| value.clamp(-LARGEST, LARGEST))
    };
    let mut rows = Vec::with_capacity(runs.len());
    for (index, run) in runs.iter().enumerate() {
        while cuts.get(passed).is_some_and(|cut| *cut <= index) {
            passed += 1;
        }
        let at = match span {
            ChartSpan::Time => run.time.micros(),
            ChartSpan::Order(window) if (window.from..window.to).contains(&index) => index as i64,
            ChartSpan::Order(_) => continue,
        };
        rows.push(ChartRow {
            run: index,
            x_value: at,
            value: finite(run.value.get()),
            level: finite(analysis.level.get(index)),
            spread: finite(analysis.spread.get(index)),
            flags: analysis.flags.get(index).copied().unwrap_or_default(),
            segment: run.segment,
            breaks_before: passed as u32,
        });
    }
    rows
}

/// Runs that a line may join: one segment, one epoch.
pub fn joined_rows<'a>(rows: &'a [ChartRow]) -> BTreeMap<(u32, u32), Vec<&'a ChartRow>> {
    let mut stretches: BTreeMap<(u32, u32), Vec<&'a ChartRow>> = BTreeMap::new();
    for row in rows {
        stretches.entry((row.segment, row.breaks_before)).or_default().push(row);
    }
    stretches
}

/// Rows at which a segment is first seen, the very first row aside, and what that means: a runner
/// that comes beside others is not a change of runner.
pub fn new_segments(rows: &[ChartRow], segments: &[Segment]) -> Vec<(usize, &'static str)> {
    let Some(first) = rows.first() else { return Vec::new() };
    // The smallest segment among later rows: below the new one, an older runner still reports.
    let mut later: Vec<u32> = rows.iter().map(|row| row.segment).collect();
    for at in (1..later.len()).rev() {
        later[at - 1] = later[at - 1].min(later[at]);
    }
    let mut seen = first.segment;
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.segment <= seen {
            continue;
        }
        seen = row.segment;
        let of = |segment: u32| segments.get(usize::try_from(segment).ok()?);
        let same_runner =
            of(row.segment - 1).zip(of(row.segment)).is_some_and(|(before, after)| {
                before.fingerprint == after.fingerprint && before.version != after.version
            });
        found.push((
            at,
            match (same_runner, later[at] < row.segment) {
                (true, _) => "benchmark changed",
                (false, true) => "runner added",
                (false, false) => "runner changed",
            },
        ));
    }
    found
}
