//! The levels of a series as a chart draws them: one straight piece from change to change.
//!
//! Runs of 100, 101, 99 | 120, 121 µs with a change at the fourth are two pieces, at 100 and at
//! 120.5 µs. A piece is flat at the median of its usual runs; a gradual change is a slope from its
//! baseline to its newest level. A piece belongs to one runner: those of a pool overlap in time.

use std::collections::BTreeMap;

use crate::input::ChartSpan;
use crate::rows::{ChartRow, plot_rows};
use detect::{Analysis, Change, ChangeKind, Verdict};
use model::series::Series;

/// Fewer runs than this have no level.
const LEAST_RUNS: usize = 3;
/// Runs that a level needs to widen the range of a chart, unless it is one of the newest two.
const LASTING_RUNS: usize = 5;

/// A straight stretch of a series' level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LevelPiece {
    /// Indices of its usual rows, oldest first; never empty.
    pub(crate) rows: Vec<usize>,
    /// Values at its two ends; unlike only where a change is gradual.
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl LevelPiece {
    pub(crate) fn first_row(&self) -> usize {
        self.rows[0]
    }

    pub(crate) fn last_row(&self) -> usize {
        self.rows[self.rows.len() - 1]
    }
}

/// A piece by its runs, for those who draw it anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawnLevel {
    /// Indices of its first and last usual run.
    pub first_run: usize,
    pub last_run: usize,
    /// Values at its two ends, base units; unlike only where a change is gradual.
    pub from: f64,
    pub to: f64,
}

/// The levels of a whole series as its chart draws them, in the order of their newest run; none
/// while there are too few runs.
pub fn level_lines(series: &Series, analysis: &Analysis) -> Vec<DrawnLevel> {
    let rows = plot_rows(series, analysis, ChartSpan::Time);
    let line = |piece: LevelPiece| DrawnLevel {
        first_run: rows[piece.first_row()].run,
        last_run: rows[piece.last_row()].run,
        from: piece.from,
        to: piece.to,
    };
    level_pieces(&rows, analysis).into_iter().map(line).collect()
}

/// The same stretches of rows that hold something else than values of the series: all flat.
pub(crate) fn flat_pieces(rows: &[ChartRow], analysis: &Analysis) -> Vec<LevelPiece> {
    let mut pieces = level_pieces(rows, analysis);
    for piece in &mut pieces {
        let middle = median(piece.rows.iter().filter_map(|row| rows[*row].value).collect());
        (piece.from, piece.to) = middle.map_or((piece.from, piece.to), |it| (it, it));
    }
    pieces
}

/// All pieces, in the order of their newest run; none while there are too few runs for a level.
pub(crate) fn level_pieces(rows: &[ChartRow], analysis: &Analysis) -> Vec<LevelPiece> {
    let usual = rows.iter().filter(|row| row.value.is_some() && row.is_usual());
    if analysis.verdict == Verdict::New || usual.count() < LEAST_RUNS {
        // A line through two dots would look like a trend.
        return Vec::new();
    }
    let starts = piece_starts(analysis);
    let mut groups: BTreeMap<(u32, usize), Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        if row.value.is_some() && row.is_usual() {
            let part = starts.partition_point(|start| start.run <= row.run);
            groups.entry((row.segment, part)).or_default().push(index);
        }
    }
    let mut pieces: Vec<LevelPiece> = groups
        .into_iter()
        .filter_map(|((_, part), members)| {
            let slope = part.checked_sub(1).and_then(|start| starts[start].slope);
            let middle = median(members.iter().filter_map(|row| rows[*row].value).collect())?;
            let (from, to) = slope.map_or((middle, middle), |it| (it.before, it.after));
            Some(LevelPiece { rows: members, from, to })
        })
        .collect();
    // In a pool of runners the newest level is that of the runner that ran last.
    pieces.sort_by_key(|piece| (piece.last_row(), piece.first_row()));
    pieces
}

/// Where a piece begins, and the gradual change that it shows.
struct PieceStart<'a> {
    run: usize,
    slope: Option<&'a Change>,
}

fn piece_starts(analysis: &Analysis) -> Vec<PieceStart<'_>> {
    let changes = analysis.changes.iter().map(|change| match change.kind {
        ChangeKind::Step => PieceStart { run: change.first_after, slope: None },
        // Its level leaves the old one where it began, not where it passed the threshold.
        ChangeKind::Drift => PieceStart { run: change.last_before, slope: Some(change) },
    });
    let restarts = &analysis.restarts;
    let restarts = restarts.iter().map(|it| PieceStart { run: it.first_after, slope: None });
    let mut starts: Vec<PieceStart<'_>> = changes.chain(restarts).collect();
    starts.sort_by_key(|start| start.run);
    starts
}

/// The levels that a reader must see: lasting ones, and the newest two.
pub(crate) fn telling_levels(pieces: &[LevelPiece]) -> impl Iterator<Item = f64> {
    let newest = pieces.len().saturating_sub(2);
    let telling = pieces.iter().enumerate();
    telling
        .filter(move |(at, piece)| *at >= newest || piece.rows.len() >= LASTING_RUNS)
        .flat_map(|(_, piece)| [piece.from, piece.to])
        .filter(|level| level.is_finite())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => Some(values[middle]),
        // Halved before they are added: the sum of two values near 1e308 is no number.
        _ if middle > 0 => Some(values[middle - 1] / 2.0 + values[middle] / 2.0),
        _ => None,
    }
}
