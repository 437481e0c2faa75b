//! nanobench, its printed tables in Markdown; one entry a row. The title of a table is the suite.
//!
//! A name may hold a `|`, which nanobench does not escape: it is what follows the last column. The
//! rate is the time turned over and is left out. Tables of `complexityBigO()` are no results.

use crate::entry::{BenchmarkEntry, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "nanobench-table",
    tool: "nanobench: what it prints",
    signature: "a table with the columns `ns/op` (or another unit), `err%` and `total`",
    yields: "time, instructions, cpu_cycles, branches, branch_miss_rate, ipc; complexityN as n; error in \
             percent, relative, total, unstable",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

/// A heading: its columns but the last, and the title of the table.
struct Heading<'t> {
    columns: Vec<&'t str>,
    title: &'t str,
}

/// `| relative |  ns/op |  op/s |    err% |     total | Strings`
fn heading(line: &str) -> Option<Heading<'_>> {
    let cells: Vec<&str> = line.trim().strip_prefix('|')?.split('|').map(str::trim).collect();
    let (title, columns) = cells.split_last()?;
    let has = |name: &str| columns.contains(&name);
    // Versions before 4 call the error by its method, and have no total.
    let has_error = (has("err%") && has("total")) || has("MdAPE");
    let is_table = has_error && columns.iter().any(|name| time_unit(name));
    is_table.then(|| Heading { columns: columns.to_vec(), title })
}

/// Whether a column is the time of one unit of work: `ns/op`, `ms/byte`.
fn time_unit(column: &str) -> bool {
    let unit = column.split('/').next().unwrap_or_default();
    column.contains('/') && ["ps", "ns", "us", "µs", "ms", "s"].contains(&unit)
}

fn recognizes(text: &Text) -> bool {
    let mut lines = text.lines().map(|(_, line)| line.trim());
    let Some(_) = lines.by_ref().find(|line| heading(line).is_some()) else { return false };
    lines.next().is_some_and(|line| line.starts_with("|-") && line.contains("-:|"))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<Heading<'_>> = None;
    let (mut has_heading, mut complexities) = (false, 0_u64);
    for (place, line) in text.lines() {
        let line = line.trim();
        if let Some(next) = heading(line) {
            open = Some(next);
            has_heading = true;
        } else if !line.starts_with('|') {
            open = None;
        } else if let Some(table) = open.as_ref().filter(|_| !is_ruler(line)) {
            match row(table, line) {
                Some(entry) => sink.entry(entry),
                None => sink.reject(place, "the row has no name", "print the table again", line),
            }
        } else {
            // `|   5.27e-10 |  3.2% | O(n)`: what fits best to the rows above.
            complexities += u64::from(line.contains("O("));
        }
    }
    if complexities > 0 {
        sink.remark(format!("{complexities} rows of fitted complexities are no results"));
    }
    if has_heading { Ok(()) } else { Err(InputError::whole("no table with `err%` and `total`")) }
}

/// `|---------:|:--------`
fn is_ruler(line: &str) -> bool {
    line.starts_with("|-") || line.starts_with("|:-")
}

/// `|   137.3% |  120.45 |  8,302,468.40 |    1.3% |      0.01 | `a | b``
fn row(table: &Heading<'_>, line: &str) -> Option<BenchmarkEntry> {
    let mut cells = line.strip_prefix('|')?.splitn(table.columns.len() + 1, '|').map(str::trim);
    let values: Vec<&str> = cells.by_ref().take(table.columns.len()).collect();
    let printed = cells.next()?;
    // `:wavy_dash: `name` (Unstable with ~12.3 iters. Increase `minEpochIterations` to e.g. 123)`
    let inside = printed.split_once('`').map(|(_, after)| after);
    let (name, after) = match inside {
        Some(after) if printed.contains("` (Unstable with ") => {
            after.split_once("` (Unstable with ")?
        }
        Some(after) => (after.strip_suffix('`').unwrap_or(after), ""),
        None => (printed, ""),
    };
    if name.is_empty() {
        return None;
    }
    let mut entry = BenchmarkEntry::of(table.title, name);
    // nanobench keeps the value of a benchmark that it could not measure well.
    if !after.is_empty() || printed.starts_with(":wavy_dash:") {
        entry = entry.field("unstable", true);
    }
    let mut has_time = false;
    for (column, cell) in table.columns.iter().zip(values) {
        let Some(value) = parse_quantity(cell).map(|(value, _)| value) else { continue };
        match *column {
            // The size of the input, not the order of growth.
            "complexityN" => entry = entry.param("n", parse_number(cell)?.to_string()),
            "err%" | "MdAPE" => entry = entry.field("error_percent", value),
            "relative" => entry = entry.field("relative_percent", value),
            "total" => entry = entry.field("total_s", value),
            unit if time_unit(unit) => {
                has_time = true;
                entry.metrics.push(metric(TIME_METRIC, unit, value));
            }
            other => entry.metrics.extend(counter(other, value)),
        }
    }
    // `-` in each column, and `:boom: overflow` before the name.
    Some(if has_time { entry } else { entry.failed("nanobench reports no time") })
}

/// Counts of the processor for one unit of work; none of the rate.
fn counter(column: &str, value: f64) -> Option<Measurement<'static>> {
    let (what, of) = column.split_once('/').unwrap_or((column, ""));
    let name = match what {
        "ins" => "instructions",
        "cyc" => "cpu_cycles",
        "bra" => "branches",
        "IPC" => return Some(metric("ipc", "", value)),
        "miss%" => return Some(metric("branch_miss_rate", "%", value)),
        _ => return None,
    };
    (!of.is_empty()).then(|| metric(name, "count", value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn counters_and_unstable_rows_are_read() {
        let text = "| relative | ms/op | op/s | err% | ins/op | cyc/op | IPC | bra/op | miss% | total | a title
|-----:|-----:|-----:|-----:|-----:|-----:|-----:|-----:|-----:|-----:|:------
| 100.0% | 7.81 | 128.0 | 0.5% | 1,026.00 | 24.59 | 1.057 | 0.50 | 1.3% | 0.00 | \
:wavy_dash: `x | y` \
(Unstable with ~12.3 iters. Increase `minEpochIterations` to e.g. 123)

|   coefficient |   err% | complexity
|--------------:|-------:|------------
|   5.27e-10    |   3.2% | O(n)
";
        let entries = read_text(&FORMAT, text);
        assert_eq!((&*entries[0].suite, &*entries[0].test), ("a title", "x | y"));
        let rows = crate::test_support::metric_rows(&entries[0]);
        let wanted = [
            "time Some(7.81) Some(\"ms/op\")",
            "instructions Some(1026.0) Some(\"count\")",
            "cpu_cycles Some(24.59) Some(\"count\")",
            "ipc Some(1.057) None",
            "branches Some(0.5) Some(\"count\")",
            "branch_miss_rate Some(1.3) Some(\"%\")",
        ];
        assert_eq!(rows, wanted);
        assert_eq!(entries[0].fields["unstable"], true);
    }
}
