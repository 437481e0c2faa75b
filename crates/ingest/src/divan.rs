//! The tree that divan prints: `fastest │ slowest │ median │ mean │ samples │ iters` beside names,
//! counters and allocations in rows below.
//!
//! The mean is the value, the others stand beside it. `t=4` is the number of threads, a last name
//! that is a whole number is `n`; the names above are the suite. Counters (bytes, items a second)
//! are the time turned over and become fields. A row that was begun and not finished is a failed
//! benchmark; ignored ones are passed over.

use crate::entry::{ALLOCATIONS, BenchmarkEntry, MEMORY, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::name;
use crate::parse::number::{convert, parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "divan",
    tool: "divan: what cargo bench prints",
    signature: "a line with `fastest │ slowest │ median │ mean`",
    yields: "time (mean, median, min, max), allocations, memory, max_alloc; throughput, threads",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

const COLUMNS: [&str; 6] = ["fastest", "slowest", "median", "mean", "samples", "iters"];

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| Header::parse(line).is_some())
}

/// Where the names of a tree end and what its columns are.
struct Header {
    root: String,
    /// In characters.
    start: usize,
    columns: Vec<String>,
}

impl Header {
    fn parse(line: &str) -> Option<Self> {
        let at = line.find("fastest")?;
        let columns: Vec<String> = line[at..].split('│').map(|it| it.trim().to_owned()).collect();
        let known = columns.iter().all(|column| COLUMNS.contains(&column.as_str()));
        let start = line[..at].chars().count();
        let root = line[..at].trim().to_owned();
        (known && columns.len() >= 4).then_some(Self { root, start, columns })
    }

    fn cell<'a>(&self, cells: &[&'a str], column: &str) -> Option<&'a str> {
        let place = self.columns.iter().position(|it| it == column)?;
        cells.get(place).copied().filter(|cell| !cell.is_empty())
    }
}

/// The benchmark whose rows are being read.
struct DivanGroup {
    entry: BenchmarkEntry,
    /// The heading of allocations (`max alloc`), and how many of its rows were read.
    heading: String,
    rows: usize,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut header: Option<Header> = None;
    let mut path: Vec<String> = Vec::new();
    let mut open: Option<DivanGroup> = None;
    for (number, line) in text.lines() {
        if let Some(found) = Header::parse(line) {
            path = vec![found.root.clone()];
            header = Some(found);
            continue;
        }
        let Some(header) = &header else { continue };
        let split = line.char_indices().nth(header.start).map_or(line.len(), |(at, _)| at);
        let (left, right) = line.split_at(split);
        let cells: Vec<&str> = right.split('│').map(str::trim).collect();
        let Some((depth, name)) = node(left) else {
            if let Some(open) = &mut open {
                add_continuation_row(open, header, &cells);
            }
            continue;
        };
        open.take().into_iter().for_each(|open| sink.entry(open.entry));
        path.truncate(depth);
        path.push(name.to_owned());
        let begun = || DivanGroup { entry: entry_named(&path), heading: String::new(), rows: 0 };
        if header.cell(&cells, "mean").is_some() {
            let mut row = begun();
            match with_times(row.entry, header, &cells) {
                Some(entry) => {
                    row.entry = entry;
                    open = Some(row);
                }
                None => sink.reject(number, "no time in this row", "run the benchmark again", line),
            }
        } else if cells.len() == 1 && cells[0].is_empty() {
            sink.entry(begun().entry.failed("the run stopped in this benchmark"));
        }
    }
    open.into_iter().for_each(|open| sink.entry(open.entry));
    Ok(())
}

/// Depth from 1 and name of a row that begins a node of the tree.
fn node(left: &str) -> Option<(usize, &str)> {
    let (mut rest, mut depth) = (left, 1);
    while let Some(inner) = rest.strip_prefix("│  ").or_else(|| rest.strip_prefix("   ")) {
        rest = inner;
        depth += 1;
    }
    let name = rest.strip_prefix("├─ ").or_else(|| rest.strip_prefix("╰─ "))?.trim();
    (!name.is_empty()).then_some((depth, name))
}

fn entry_named(path: &[String]) -> BenchmarkEntry {
    let mut parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut last = |is: fn(&str) -> bool| {
        let fits = parts.len() > 2 && parts.last().is_some_and(|part| is(part));
        if fits { parts.pop() } else { None }
    };
    let threads = last(|part| part.strip_prefix("t=").is_some_and(name::is_whole));
    let n = last(name::is_whole);
    let test = parts.pop().unwrap_or_default();
    let mut entry =
        BenchmarkEntry { name: path.join("::"), ..BenchmarkEntry::of(parts.join("::"), test) };
    for (name, value) in [("threads", threads.and_then(|it| it.strip_prefix("t="))), ("n", n)] {
        entry = match value {
            Some(value) => entry.param(name, value),
            None => entry,
        };
    }
    entry
}

fn with_times(entry: BenchmarkEntry, header: &Header, cells: &[&str]) -> Option<BenchmarkEntry> {
    let time = |column| header.cell(cells, column).and_then(parse_quantity);
    let (mean, unit) = time("mean")?;
    let other = |column| time(column).and_then(|(value, from)| convert(value, from, unit));
    // divan writes minutes and hours with one letter; a lone `m` elsewhere is no time.
    let unit = if unit == "m" { "min" } else { unit };
    let metric = metric(TIME_METRIC, unit, mean)
        .statistic(Statistic::Min, other("fastest"))
        .statistic(Statistic::Max, other("slowest"))
        .statistic(Statistic::Median, other("median"));
    let count = |column| header.cell(cells, column).and_then(parse_number);
    let entry = entry.metric(metric).field("sample_count", count("samples"));
    Some(entry.field("iterations", count("iters")))
}

/// A row below the times: a counter, or allocations under their heading.
fn add_continuation_row(open: &mut DivanGroup, header: &Header, cells: &[&str]) {
    let first = cells.first().copied().unwrap_or_default();
    if let Some(heading) = first.strip_suffix(':') {
        open.heading = name::snake_case(heading);
        open.rows = 0;
        return;
    }
    let Some(mean) = header.cell(cells, "mean") else { return };
    let Some((value, unit)) = parse_quantity(mean) else { return };
    let fields = &mut open.entry.fields;
    let metrics = &mut open.entry.metrics;
    match (open.heading.as_str(), open.rows) {
        ("", _) if !fields.contains_key("throughput") => {
            fields.insert("throughput".to_owned(), mean.into());
        }
        ("alloc", 0) => metrics.push(metric(ALLOCATIONS, "count", value)),
        ("alloc", 1) => metrics.push(metric(MEMORY, unit, value)),
        ("max_alloc", 0) => metrics.push(metric("max_alloc_count", "count", value)),
        ("max_alloc", 1) => metrics.push(metric("max_alloc", unit, value)),
        (heading, row) => {
            let name = match (heading, row) {
                ("", _) => "throughput_2".to_owned(),
                (heading, 0) => format!("{heading}_count"),
                (heading, _) => heading.to_owned(),
            };
            fields.entry(name).or_insert_with(|| mean.into());
        }
    }
    open.rows += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    /// As divan 0.1.21 paints it.
    const TREE: &str = "\
Timer precision: 36 ns
sort                 fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ random                          │               │               │               │         │
│  ├─ sort           4.865 ms      │ 5.049 ms      │ 4.894 ms      │ 4.896 ms      │ 100     │ 100
│  │                 1.2 GB/s      │ 1.1 GB/s      │ 1.15 GB/s     │ 1.16 GB/s     │         │
│  │                 alloc:        │               │               │               │         │
│  │                   2           │ 2             │ 2             │ 2.5           │         │
│  │                   16.1 KB     │ 16.1 KB       │ 16.1 KB       │ 16.2 KB       │         │
│  │                 dealloc:      │               │               │               │         │
│  │                   3           │ 3             │ 3             │ 3             │         │
│  ╰─ by_key         (ignored)     │               │               │               │         │
├─ fib                             │               │               │               │         │
│  ├─ 10                           │               │               │               │         │
│  │  ╰─ t=4         999.1 ns      │ 1.5 µs        │ 1.1 µs        │ 1.2 µs        │ 100     │ 1,600
│  ╰─ Vec<i32>       1 ns          │ 1 ns          │ 1 ns          │ 1 ns          │ 100     │ 1600
╰─ last              
thread 'main' panicked at benches/sort.rs:1:1:
";

    #[test]
    fn the_tree_is_read_row_by_row() {
        let found = read_text(&FORMAT, TREE);
        let names: Vec<_> =
            found.iter().map(|it| (it.suite.as_str(), it.test.as_str(), it.n)).collect();
        assert_eq!(
            names,
            [
                ("sort::random", "sort", None),
                ("sort", "fib", Some(10)),
                ("sort::fib", "Vec<i32>", None),
                ("sort", "last", None)
            ]
        );
        let time = metric(TIME_METRIC, "ms", 4.896)
            .statistic(Statistic::Min, 4.865)
            .statistic(Statistic::Max, 5.049)
            .statistic(Statistic::Median, 4.894);
        let counted = metric(ALLOCATIONS, "count", 2.5);
        assert_eq!(found[0].metrics, [time, counted, metric(MEMORY, "KB", 16.2)]);
        assert_eq!(found[0].fields["throughput"], "1.16 GB/s");
        assert_eq!(found[0].fields["dealloc_count"], "3");
        assert_eq!(found[1].params["threads"], "4");
        assert_eq!(found[1].metrics[0].statistics[0], (Statistic::Min, 0.9991));
        assert!(found[3].error.is_some());
    }
}
