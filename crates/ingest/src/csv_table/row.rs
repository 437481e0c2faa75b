//! A row of a CSV, cell by cell: what was measured, its values, and why a cell is none.

use std::collections::BTreeMap;

use crate::csv_table::is_numeric_field;
use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext, metric, sampled};
use crate::parse::time;
use crate::source::DecimalMark;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

/// A row as its columns are read.
#[derive(Default)]
pub(super) struct TableRow {
    decimal: DecimalMark,
    entry: BenchmarkEntry,
    /// A cell that says what or when was measured cannot be read.
    pub(super) is_misplaced: bool,
    /// Metrics by name, with unit.
    values: Vec<(String, String, Option<f64>)>,
    metric: String,
    unit: String,
    direction: Option<Direction>,
    std: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
    samples: Vec<f64>,
    /// Whether `value` is a column: its name and unit may stand in others.
    value: Option<Option<(f64, String)>>,
}

impl TableRow {
    pub(super) fn new(decimal: DecimalMark) -> Self {
        Self { decimal, ..Self::default() }
    }

    pub(super) fn has_values(&self) -> bool {
        let is_value = self.value.as_ref().is_some_and(Option::is_some);
        is_value || self.values.iter().any(|(_, _, value)| value.is_some())
    }

    pub(super) fn set(&mut self, field: &str, cell: &str) -> Result<(), String> {
        let set = self.set_field(field, cell);
        self.is_misplaced |= set.is_err() && !is_numeric_field(field);
        set
    }

    fn set_field(&mut self, field: &str, cell: &str) -> Result<(), String> {
        let decimal = self.decimal;
        let owned = || Some(cell.to_owned()).filter(|it| !it.is_empty());
        let time = || match cell {
            "" => Ok(None),
            _ => time::parse_time(cell).map(Some).ok_or_else(|| format!("`{cell}` is no time")),
        };
        let numeric = || match cell {
            "" => Ok(None),
            _ => decimal
                .parse_number(cell)
                .map(Some)
                .ok_or_else(|| format!("{field}: `{cell}` is no number")),
        };
        let whole =
            || cell.parse::<u64>().map_err(|_| format!("{field}: `{cell}` is no whole number"));
        let entry = &mut self.entry;
        match field {
            "suite" => cell.clone_into(&mut entry.suite),
            "test" => cell.clone_into(&mut entry.test),
            "backend" => cell.clone_into(&mut entry.backend),
            "mode" => cell.clone_into(&mut entry.mode),
            "parallel" => {
                entry.parallel = Some(matches!(cell, "true" | "True" | "TRUE" | "1" | "yes"))
            }
            "n" if cell.is_empty() => {}
            "n" => entry.n = Some(whole()?),
            "pull" if cell.is_empty() => {}
            "pull" => entry.run.pull = Some(whole()?),
            "commit" => entry.run.commit = owned(),
            "branch" => entry.run.branch = owned(),
            "timestamp" => entry.run.timestamp = time()?,
            "commit_time" => entry.run.commit_time = time()?,
            "version" => entry.version = owned(),
            "url" => entry.url = owned(),
            "error" => entry.error = owned(),
            "metric" => cell.clone_into(&mut self.metric),
            "unit" => cell.clone_into(&mut self.unit),
            "better" if cell.starts_with("high") => self.direction = Some(Direction::Higher),
            "better" if cell.starts_with("low") => self.direction = Some(Direction::Lower),
            "better" if cell == "unknown" => self.direction = Some(Direction::Unknown),
            "better" => {}
            "value" => self.value = Some(parse_value(decimal, field, cell)?),
            "mean_ns" => {
                let told = parse_value(decimal, field, cell)?.map(|(value, _)| value);
                self.values.push((TIME_METRIC.to_owned(), "ns".to_owned(), told));
            }
            "std" | "std_ns" => self.std = numeric()?,
            "samples" => self.samples = number_list(decimal, cell),
            "warmup_ns" if !cell.is_empty() => {
                let times = number_list(decimal, cell);
                *entry = std::mem::take(entry).field(field, times);
            }
            "warmup_ns" => {}
            "params" => return self.set_params(cell),
            // As an export writes them: a tag on each line of the cell.
            "tags" => {
                let tags = cell.split(['\n', ',', ';']).map(str::trim);
                entry.tags.extend(tags.filter(|tag| !tag.is_empty()).map(str::to_owned));
            }
            _ => return self.set_prefixed(field, cell),
        }
        Ok(())
    }

    /// `key=value` pairs, as an export writes them.
    fn set_params(&mut self, cell: &str) -> Result<(), String> {
        for pair in cell.split(", ").filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                format!("params: `{pair}` is no pair; write key=value, key=value")
            })?;
            self.entry = std::mem::take(&mut self.entry).param(name.trim(), value.trim());
        }
        Ok(())
    }

    /// `metric:NAME:UNIT`, `param:NAME`, `field:NAME`, or a statistic.
    fn set_prefixed(&mut self, field: &str, cell: &str) -> Result<(), String> {
        if let Some(name) = field.strip_prefix("param:") {
            self.entry = std::mem::take(&mut self.entry).param(name, cell);
        } else if let Some(name) = field.strip_prefix("field:") {
            self.entry = std::mem::take(&mut self.entry).field(name, cell);
        } else if let Some(told) = field.strip_prefix("metric:") {
            let (name, unit) = told.split_once(':').unwrap_or((told, ""));
            let (number, own) = match parse_value(self.decimal, field, cell)? {
                Some((number, own)) => (Some(number), own),
                None => (None, String::new()),
            };
            let unit = if own.is_empty() { unit.to_owned() } else { own };
            self.values.push((name.to_owned(), unit, number));
        } else if let Some(statistic) = Statistic::from_name(field) {
            let value = parse_value(self.decimal, field, cell)?;
            self.statistics.extend(value.map(|(number, _)| (statistic, number)));
        }
        Ok(())
    }

    pub(super) fn add_to(mut self, rows: &mut BTreeMap<String, RowGroup>) {
        if let Some(value) = self.value.take() {
            let name =
                if self.metric.is_empty() { TIME_METRIC.to_owned() } else { self.metric.clone() };
            let (value, own) = match value {
                Some((value, own)) => (Some(value), own),
                None => (None, String::new()),
            };
            let unit = if own.is_empty() { self.unit.clone() } else { own };
            self.values.insert(0, (name, unit, value));
        }
        let entry = &mut self.entry;
        entry.name = [&*entry.suite, &*entry.test].join("/").trim_start_matches('/').to_owned();
        let RunContext { commit, timestamp, branch, pull, .. } = &entry.run;
        let of = (&entry.suite, &entry.test, &entry.backend, &entry.mode, entry.parallel, entry.n);
        let key = format!("{of:?} {:?} {commit:?} {timestamp:?} {branch:?} {pull:?}", entry.params);
        let group = rows
            .entry(key)
            .or_insert_with(|| RowGroup { entry: entry.clone(), metrics: BTreeMap::new() });
        for (name, unit, value) in &self.values {
            let told = group.metrics.entry((name.clone(), unit.clone())).or_default();
            told.direction = self.direction.or(told.direction);
            told.values.extend(value.iter().copied());
            told.values.append(&mut self.samples);
            (told.std, told.statistics) = (self.std.take(), std::mem::take(&mut self.statistics));
        }
    }
}

/// The numbers of a cell such as `3 2.5` or `[3, 2.5]`; what is no number is passed over.
fn number_list(decimal: DecimalMark, cell: &str) -> Vec<f64> {
    let is_between =
        |c: char| [' ', ';', '[', ']'].contains(&c) || (c == ',' && decimal == DecimalMark::Point);
    cell.split(is_between).filter_map(|part| decimal.parse_number(part)).collect()
}

/// Whether a cell says that there is no value.
pub(crate) fn is_gap(cell: &str) -> bool {
    const NONE: [&str; 8] = ["", "-", "nan", "n/a", "na", "null", "none", "failed"];
    NONE.contains(&cell.to_lowercase().as_str())
}

/// A cell that should hold a number, with the unit it carries; none where it says that there is
/// none.
fn parse_value(
    decimal: DecimalMark,
    field: &str,
    cell: &str,
) -> Result<Option<(f64, String)>, String> {
    if is_gap(cell) {
        return Ok(None);
    }
    let quantity = decimal.parse_quantity(cell).map(|(value, unit)| (value, unit.into_owned()));
    quantity.map(Some).ok_or_else(|| format!("{field}: `{cell}` is no number"))
}

/// Rows that differ in their values alone.
pub(super) struct RowGroup {
    entry: BenchmarkEntry,
    metrics: BTreeMap<(String, String), MetricValues>,
}

#[derive(Default)]
struct MetricValues {
    values: Vec<f64>,
    direction: Option<Direction>,
    std: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
}

impl RowGroup {
    pub(super) fn entry(self) -> BenchmarkEntry {
        let mut entry = self.entry;
        for ((name, unit), told) in self.metrics {
            let measured: Measurement<'static> = match told.values.as_slice() {
                [] => continue,
                [one] => {
                    let one = metric(&name, &unit, *one).std(told.std);
                    told.statistics
                        .iter()
                        .fold(one, |it, (statistic, value)| it.statistic(*statistic, *value))
                }
                _ => sampled(&name, &unit, told.values),
            };
            entry.metrics.push(match told.direction {
                Some(better) => measured.direction(better),
                None => measured,
            });
        }
        if entry.metrics.is_empty() && entry.error.is_none() {
            return entry.failed("the row has no value");
        }
        entry
    }
}
