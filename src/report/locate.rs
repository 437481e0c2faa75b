//! Where the records of findings stand: file and line of the history.

use rustc_hash::FxHashMap;

use crate::report::urls;
use crate::report::{SeriesFinding, TargetViolation};
use model::history::{History, MeasurementRow, SeriesColumn};
use model::policy::Policy;
use model::record::SourceLocation;
use model::series::{CommitIndex, keys};

/// Sets where the records of findings and violations stand: the first line, by file and number, of
/// the run that a finding is about, and of the newest run of a violation's series.
pub(crate) fn set_places(
    history: &History,
    policy: &Policy,
    findings: &mut [SeriesFinding],
    violations: &mut [TargetViolation],
) {
    if findings.is_empty() && violations.is_empty() {
        return;
    }
    // One pass over the columns instead of one for each finding: a series has several columns where
    // the policy groups records of one benchmark.
    let mut columns: FxHashMap<String, Vec<&SeriesColumn>> = FxHashMap::default();
    let keys = keys::series_keys(&history.columns, policy);
    for (column, key) in history.columns.iter().zip(&keys) {
        let stem = urls::series_stem(key);
        columns.entry(stem).or_default().push(column);
    }
    let rows = |stem: &str| {
        let columns = columns.get(stem).into_iter().flatten();
        columns.flat_map(|column| &column.rows).collect::<Vec<&MeasurementRow>>()
    };
    for finding in findings {
        let rows = rows(&finding.subject.stem);
        finding.place = finding.commit_index.and_then(|run| find_place(history, &rows, run));
    }
    for violation in violations {
        let rows = violation.subject.as_ref().map_or_else(Vec::new, |it| rows(&it.stem));
        let newest = rows.iter().map(|row| row.commit).max();
        violation.place = newest.and_then(|run| find_place(history, &rows, CommitIndex(run)));
    }
}

fn find_place(
    history: &History,
    rows: &[&MeasurementRow],
    run: CommitIndex,
) -> Option<SourceLocation> {
    let measured = rows.iter().filter(|row| row.commit == run.0);
    let places = measured.map(|row| (history.files[row.file as usize].as_str(), row.line));
    let (file, line) = places.min()?;
    Some(SourceLocation { file: file.to_owned(), line, column: 1 })
}
