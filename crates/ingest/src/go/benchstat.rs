//! `benchstat -format csv`: a table for each unit; one entry a benchmark.
//!
//! The columns of a comparison are other runs, mostly of other commits. The last one is the newest
//! and is read; each of the others is rejected by name. Means over all benchmarks are no results.

use std::collections::BTreeMap;

use crate::entry::MeasurementExt;
use crate::format::{Format, Reader};
use crate::go::units::{GoUnits, GoValue};
use crate::go::{configuration, with_config};
use crate::parse::go_name::GoRunNames;
use crate::parse::number::parse_number;
use crate::parse::repeats::RepeatMerger;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic};

pub(crate) const FORMAT: Format = Format {
    name: "benchstat-csv",
    tool: "benchstat -format csv",
    signature: "a line `,FILE,` above a line `,sec/op,CI` or another unit",
    yields: "time, memory, allocations, every other unit (lower, upper); of a comparison its last \
             column",
    backend: "go",
    reader: Reader::Text { recognizes, read },
};

/// A table: its last column of values, and the names of the columns before it.
struct UnitTable {
    unit: String,
    place: usize,
    others: Vec<String>,
}

/// The table of `,old.txt,,new.txt,,,` and the line below it.
fn table(files: &[String], columns: &[String]) -> Option<UnitTable> {
    let is_value = |place: &usize| columns.get(place + 1).is_some_and(|next| next == "CI");
    let places: Vec<usize> = (1..columns.len()).filter(is_value).collect();
    let (last, others) = places.split_last()?;
    let file = |place: &usize| files.get(*place).cloned().unwrap_or_default();
    let is_table = files.first()?.is_empty() && columns.first()?.is_empty();
    is_table.then(|| UnitTable {
        unit: columns[*last].clone(),
        place: *last,
        others: others.iter().map(file).collect(),
    })
}

fn row(line: &str) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line.as_bytes());
    let row = reader.records().next().and_then(Result::ok);
    row.map(|row| row.iter().map(str::to_owned).collect()).unwrap_or_default()
}

fn recognizes(text: &Text) -> bool {
    let mut before = "";
    text.lines().any(|(_, line)| {
        let is_pair = before.starts_with(',') && line.starts_with(',') && line.contains(",CI");
        let is_table = is_pair && table(&row(before), &row(line)).is_some();
        before = line;
        is_table
    })
}

const REMEDY: &str = "give each run to its own commit: benchstat -format csv FILE, or the output of \
                      go test itself";

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut config: BTreeMap<String, String> = BTreeMap::new();
    let mut files: Vec<String> = Vec::new();
    let mut runs = RepeatMerger::default();
    let mut open: Option<OpenTable> = None;
    let mut tables = 0_u64;
    for (place, line) in text.lines() {
        if let Some((key, value)) = configuration(line) {
            open.take().into_iter().for_each(|open| open.emit(&config, &mut runs, sink));
            config.insert(key.to_owned(), value.to_owned());
            continue;
        }
        let cells = row(line);
        if !line.starts_with(',') {
            let rows = open.as_mut().filter(|_| cells.len() > 1);
            rows.into_iter()
                .for_each(|open| open.rows.push(BenchstatRow { place, cells: cells.clone() }));
            continue;
        }
        let Some(table) = table(&files, &cells) else {
            files = cells;
            continue;
        };
        open.take().into_iter().for_each(|open| open.emit(&config, &mut runs, sink));
        tables += 1;
        for other in &table.others {
            let reason = format!("column `{other}` is another run than the last one");
            sink.reject(place, &reason, REMEDY, line);
        }
        // Each table has its own line of files.
        files.clear();
        open = Some(OpenTable { table, rows: Vec::new() });
    }
    open.into_iter().for_each(|open| open.emit(&config, &mut runs, sink));
    if tables == 0 {
        return Err(InputError::whole("no table of benchstat"));
    }
    runs.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

struct BenchstatRow {
    place: usize,
    cells: Vec<String>,
}

/// A table and its rows: whether `-48` is the number of processors depends on all of its names.
struct OpenTable {
    table: UnitTable,
    rows: Vec<BenchstatRow>,
}

impl OpenTable {
    fn emit(
        self,
        config: &BTreeMap<String, String>,
        runs: &mut RepeatMerger,
        sink: &mut EntrySink<'_>,
    ) {
        let rows = || self.rows.iter().filter(|row| row.cells[0] != "geomean");
        sink.skip("means over all benchmarks", (self.rows.len() - rows().count()) as u64);
        // Names of one table come from one run.
        let names = GoRunNames::of(rows().map(|row| row.cells[0].as_str()));
        let package = config.get("pkg").map(String::as_str).unwrap_or_default();
        for row in rows() {
            let cell = |place: usize| row.cells.get(place).map(String::as_str).unwrap_or_default();
            // A benchmark that only other runs have is no part of this one.
            if cell(self.table.place).is_empty() {
                sink.skip("benchmarks that the last column does not have", 1);
                continue;
            }
            let Some(value) = parse_number(cell(self.table.place)) else {
                let reason = format!("`{}` is no number", cell(self.table.place));
                sink.reject(row.place, &reason, REMEDY, &row.cells.join(","));
                continue;
            };
            let entry = names.entry(package, cell(0));
            let value = GoValue { value, unit: &self.table.unit };
            let mut entry = GoUnits::default().with_metrics(entry, &[value]);
            let percent = cell(self.table.place + 1).strip_suffix('%').and_then(parse_number);
            entry.metrics = entry.metrics.into_iter().map(|it| with_bounds(it, percent)).collect();
            let config = config.iter().filter(|(key, _)| *key != "pkg");
            runs.add(config.fold(entry, |entry, (key, value)| with_config(entry, key, value)));
        }
    }
}

/// A value with the bounds of its `±` percent; benchstat writes `∞` for too few samples.
fn with_bounds(metric: Measurement<'static>, percent: Option<f64>) -> Measurement<'static> {
    let bounds = metric.value.get().zip(percent);
    let bound = |sign: f64| bounds.map(|(value, percent)| value * (1.0 + sign * percent / 100.0));
    metric.statistic(Statistic::Lower, bound(-1.0)).statistic(Statistic::Upper, bound(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn units_of_one_benchmark_join() {
        let text = "goos: linux\npkg: a/b\n,new.txt,\n,sec/op,CI\nEncode/n=5-8,2e-06,10%\ngeomean,2e-06,\n\n,new.txt,\n,B/op,CI\nEncode/n=5-8,64,∞\ngeomean,64,\n";
        let entries = read_text(&FORMAT, text);
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (&*entries[0].suite, &*entries[0].test, entries[0].n),
            ("a/b", "Encode", Some(5))
        );
        let [time, memory] = &entries[0].metrics[..] else { panic!("two metrics") };
        assert_eq!((time.value.get(), time.unit.as_deref()), (Some(2e-6), Some("sec/op")));
        assert_eq!(time.statistics[1], (Statistic::Upper, 2e-6 * 1.1));
        assert_eq!((memory.value.get(), memory.statistics.len()), (Some(64.0), 0));
    }
}
