//! What the records of one series agree on: its unit, its direction, its tags.
//!
//! The main line decides. A pull request measures a series that it did not make: its records may
//! not give it another unit, another direction or other tags. A series that the main line does not
//! know is described by the records there are.
//!
//! Example: a pull request whose records say `better: higher` of a time would turn its own
//! regression into an improvement. The field is ignored, and reported with its place.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::history::build::HistoryBuilder;
use crate::history::{BranchId, MeasurementRow, RecordedKey, SeriesColumn};
use crate::record::problem_kind::ProblemKind;
use crate::record::{Direction, Problem, SourceLocation, Unit};

/// What helps where a series has values in two units.
const UNIT_CONFLICT_REMEDY: &str = "correct the unit, or give the metric another name";
/// What helps where a pull request and the main line disagree about a direction.
const DIRECTION_REMEDY: &str = "to change the direction, set `metrics.<name>.better` in the policy";

/// Whose records say what a series is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deciders {
    /// Those of the main line: it has measured the series.
    MainLine,
    /// All of them, since the main line does not know the series.
    Everybody,
}

impl Deciders {
    fn include(self, row: &MeasurementRow) -> bool {
        self == Self::Everybody || row.branch == BranchId::MAIN
    }
}

impl HistoryBuilder {
    /// The series of a key whose records differ in unit, direction or tags at most; `indices` are
    /// the builder's keys of it, whose rows are taken out of `by_key`.
    ///
    /// Rows in another unit than that of the series are rejected. Another direction than that of
    /// the main line is ignored where a pull request gives it.
    pub(super) fn settle_column(
        &mut self,
        key: RecordedKey,
        indices: &[u32],
        by_key: &mut [Vec<MeasurementRow>],
    ) -> SeriesColumn {
        let is_on_main = indices.iter().flat_map(|index| &by_key[*index as usize]).any(|row| {
            // A failed run says nothing of the unit, and a series that only ever failed is not
            // known.
            row.branch == BranchId::MAIN && row.value.is_some()
        });
        let deciders = if is_on_main { Deciders::MainLine } else { Deciders::Everybody };
        let unit = self.usual_unit(indices, by_key, deciders);
        let direction = self.usual_direction(indices, by_key, deciders);
        let base_unit = Unit::parse(&unit).0;
        if deciders == Deciders::MainLine {
            let of_metric = || Direction::of_metric(&key.metric, &base_unit);
            let known = direction.unwrap_or_else(of_metric);
            self.ignore_directions_of_pulls(&key, known, indices, by_key);
        }
        SeriesColumn {
            unit: base_unit,
            direction,
            tags: self.tags(indices, deciders),
            is_on_main,
            rows: self.rows_in_unit(&unit, indices, by_key),
            key,
        }
    }

    /// The unit of most values: one run in `ms` among hundreds in `ns` is a mistake of that run. Of
    /// two with as many values the first by name.
    fn usual_unit(
        &self,
        indices: &[u32],
        by_key: &[Vec<MeasurementRow>],
        deciders: Deciders,
    ) -> String {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for &index in indices {
            let unit = self.strings.get(self.key_list[index as usize].unit);
            // A failed run that names its metric has no unit and contradicts none.
            let rows = by_key[index as usize].iter().filter(|row| deciders.include(row));
            *sizes.entry(unit).or_default() += rows.filter(|row| row.value.is_some()).count();
        }
        let most = sizes.iter().max_by_key(|(unit, size)| (**size, Reverse(**unit)));
        most.map_or_else(String::new, |(unit, _)| (*unit).to_owned())
    }

    /// The direction that most rows give; none where no row gives any.
    fn usual_direction(
        &self,
        indices: &[u32],
        by_key: &[Vec<MeasurementRow>],
        deciders: Deciders,
    ) -> Option<Direction> {
        let mut sizes: BTreeMap<Direction, usize> = BTreeMap::new();
        for &index in indices {
            let rows = by_key[index as usize].iter().filter(|row| deciders.include(row)).count();
            if let Some(direction) = self.key_list[index as usize].direction.filter(|_| rows > 0) {
                *sizes.entry(direction).or_default() += rows;
            }
        }
        sizes.iter().max_by_key(|(_, size)| **size).map(|(direction, _)| *direction)
    }

    /// Reports the directions that pull requests give a series, where they differ from its own.
    fn ignore_directions_of_pulls(
        &mut self,
        key: &RecordedKey,
        known: Direction,
        indices: &[u32],
        by_key: &[Vec<MeasurementRow>],
    ) {
        for &index in indices {
            let claimed = self.key_list[index as usize].direction.filter(|it| *it != known);
            let of_pulls = by_key[index as usize].iter().filter(|row| row.branch.pull().is_some());
            // Once for a series and direction: a file of a thousand repeats has one mistake.
            let first = of_pulls.min_by_key(|row| (row.file, row.line));
            let (Some(claimed), Some(row)) = (claimed, first) else { continue };
            let (test, metric) = (&key.test, &key.metric);
            let of_main = match known {
                Direction::Unknown => "without a direction".to_owned(),
                known => format!("with {} as better", known.as_str()),
            };
            let reason = format!(
                "`better: {}` is ignored: the main line measures `{metric}` of `{test}` {of_main}",
                claimed.as_str(),
            );
            let location = self.location(row);
            let remedy = DIRECTION_REMEDY.to_owned();
            let kind = ProblemKind::IgnoredField;
            self.ignored_fields.push(Problem { location, reason, remedy, kind });
        }
    }

    /// The tags that the deciders give, sorted.
    fn tags(&self, indices: &[u32], deciders: Deciders) -> Vec<String> {
        let main_line = indices.iter().flat_map(|index| &self.key_tags[*index as usize]);
        // Rules and `ignore` match tags: a tag must not take a known series out of the gate.
        let of_pulls = indices
            .iter()
            .filter(|_| deciders == Deciders::Everybody)
            .flat_map(|index| &self.pull_tags[*index as usize]);
        let symbols = main_line.chain(of_pulls);
        let names: BTreeSet<&str> = symbols.map(|tag| self.strings.get(*tag)).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The rows in this unit, and failed ones; others are rejected.
    fn rows_in_unit(
        &mut self,
        unit: &str,
        indices: &[u32],
        by_key: &mut [Vec<MeasurementRow>],
    ) -> Vec<MeasurementRow> {
        let mut taken: Vec<MeasurementRow> = Vec::new();
        for &index in indices {
            let rows = std::mem::take(&mut by_key[index as usize]);
            let found = self.strings.get(self.key_list[index as usize].unit).to_owned();
            if found == unit && taken.is_empty() {
                taken = rows;
                continue;
            }
            let (fitting, others): (Vec<MeasurementRow>, Vec<MeasurementRow>) =
                rows.into_iter().partition(|row| found == unit || row.value.is_none());
            taken.extend(fitting);
            let problems: Vec<Problem> =
                others.iter().map(|row| self.unit_conflict(row, &found, unit)).collect();
            self.rejected_records.extend(problems);
        }
        taken
    }

    fn unit_conflict(&self, row: &MeasurementRow, found: &str, unit: &str) -> Problem {
        let named =
            |unit: &str| if unit.is_empty() { "no unit".to_owned() } else { unit.to_owned() };
        Problem {
            location: self.location(row),
            reason: format!(
                "unit `{}` in a series that is measured in `{}`",
                named(found),
                named(unit)
            ),
            remedy: UNIT_CONFLICT_REMEDY.to_owned(),
            kind: ProblemKind::UnitConflict,
        }
    }

    /// Where a row was read.
    fn location(&self, row: &MeasurementRow) -> SourceLocation {
        let file = self.files[row.file as usize].clone();
        SourceLocation { file, line: row.line, column: 1 }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::history::NormalizeOptions;
    use crate::record::time::Timestamp;
    use crate::record::{Measurement, Record, TIME_METRIC};

    /// A record of a time, by a pull request where it has a number.
    fn record(pull: Option<u64>, unit: &'static str, tag: &'static str) -> Record<'static> {
        Record {
            commit: Cow::Borrowed(if pull.is_some() { "of-pull" } else { "of-main" }),
            timestamp: Some(Timestamp::from_micros(1)),
            test: Cow::Borrowed("t"),
            backend: Cow::Borrowed("rust"),
            measurements: vec![Measurement {
                metric: Cow::Borrowed(TIME_METRIC),
                unit: Some(Cow::Borrowed(unit)),
                direction: pull.map(|_| Direction::Higher),
                value: 1.0.into(),
                std: None.into(),
                statistics: Vec::new(),
                samples: Vec::new(),
            }],
            pull,
            tags: vec![Cow::Borrowed(tag)],
            ..Record::default()
        }
    }

    fn history_of(records: &[Record<'_>]) -> crate::history::History {
        let mut builder = HistoryBuilder::default();
        let file = builder.add_file("results/a.ndjson");
        (1..).zip(records).for_each(|(line, record)| builder.push(record, file, line));
        builder.normalize(&NormalizeOptions::default())
    }

    #[test]
    fn a_pull_request_gives_a_known_series_neither_unit_nor_direction_nor_tags() {
        let of_pull = record(Some(7), "B", "ignored");
        let records = [record(None, "ms", "kept"), of_pull.clone(), of_pull.clone()];
        let history = history_of(&records);
        let column = &history.columns[0];
        assert_eq!((column.unit.as_str(), column.direction), ("ns", None));
        assert_eq!((&column.tags[..], column.rows.len()), (&["kept".to_owned()][..], 1));
        assert_eq!((history.rejected_records.len(), history.ignored_fields.len()), (2, 1));
        assert_eq!(history.ignored_fields[0].location.line, 2);
    }

    #[test]
    fn a_series_that_only_a_pull_request_measures_is_as_its_records_say() {
        let history = history_of(&[record(Some(7), "B", "own")]);
        let column = &history.columns[0];
        assert_eq!((column.unit.as_str(), column.direction), ("B", Some(Direction::Higher)));
        assert_eq!(column.tags, ["own"]);
        assert!(history.ignored_fields.is_empty() && history.rejected_records.is_empty());
    }
}
