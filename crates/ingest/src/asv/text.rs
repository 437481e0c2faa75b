//! What `asv run` prints: a line a benchmark, a table where it has parameters. Units as printed.
//!
//! The environment is a parameter, so that two Pythons are two series; the commit is the one that
//! asv names. `failed` is a gap with its reason; `n/a` was skipped and is none. What stands behind
//! `±` is half of the distance of the quartiles and is kept as the field `half_iqr`.

use crate::entry::{BenchmarkEntry, MEMORY, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_quantity;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "asv-text",
    tool: "asv run, its output",
    signature: "lines `[ 50.00%] ··· module.Class.time_x  1.2±0.1ms`",
    yields: "time, memory or value; environment as parameter, commit, half_iqr",
    backend: "python",
    reader: Reader::Text { recognizes, read },
};

const REMEDY: &str = "asv's results folder holds the same and more: import that";

fn recognizes(text: &Text) -> bool {
    text.lines().take(200).any(|(_, line)| parse_progress(line).is_some_and(|(depth, _)| depth > 0))
}

/// How deep a line `[ 50.00%] ··· …` stands, and what it says.
fn parse_progress(line: &str) -> Option<(usize, &str)> {
    let (percent, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    percent.trim().strip_suffix('%')?.parse::<f64>().ok()?;
    let rest = rest.trim_start();
    let said = rest.trim_start_matches('·');
    Some(((rest.len() - said.len()) / '·'.len_utf8(), said.trim()))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut at = AsvTextContext::default();
    let mut lines = text.lines().peekable();
    while let Some((number, line)) = lines.next() {
        let Some((depth, said)) = parse_progress(line) else { continue };
        if depth == 1 {
            at.commit = parse_commit(said).or(at.commit);
        } else if let Some(environment) = said.strip_prefix("Benchmarking ") {
            environment.clone_into(&mut at.environment);
        } else if depth == 3 && is_rule(said, '=') {
            let mut table = vec![said];
            while let Some((_, row)) = lines.next_if(|(_, row)| parse_progress(row).is_none()) {
                table.push(row);
                if table.len() > 2 && is_rule(row, '=') && !next_is_body(&table) {
                    break;
                }
            }
            at.take_table(number, &table, sink);
        } else if depth == 3 {
            let table = lines.peek().and_then(|(_, next)| parse_progress(next));
            at.take_line(number, said, table.is_some_and(|(_, next)| is_rule(next, '=')), sink);
        }
    }
    Ok(())
}

/// `For project commit 4238c44d <master>:`
fn parse_commit(text: &str) -> Option<String> {
    let (_, after) = text.split_once(" commit ")?;
    let id = after.split([' ', ':']).next()?;
    (id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_owned())
}

/// A line of nothing but runs of one mark.
fn is_rule(line: &str, mark: char) -> bool {
    line.contains(mark) && line.chars().all(|c| c == mark || c == ' ')
}

/// Whether the `===` that was just read opens the body: a table of two axes has one more of them.
fn next_is_body(table: &[&str]) -> bool {
    let two_axes = table.get(1).is_some_and(|row| row.trim_start().starts_with("--"));
    two_axes && table.iter().filter(|row| is_rule(row, '=')).count() < 3
}

/// Where the reading stands.
#[derive(Default)]
struct AsvTextContext {
    commit: Option<String>,
    environment: String,
    /// The benchmark whose table comes.
    name: String,
}

impl AsvTextContext {
    fn entry(&self, name: &str) -> BenchmarkEntry {
        let mut entry = BenchmarkEntry::split(name, ".");
        entry.run.commit.clone_from(&self.commit);
        if self.environment.is_empty() { entry } else { entry.param("env", &*self.environment) }
    }

    /// `module.Class.time_x    1.2±0.1ms`; the values of a table come after it.
    fn take_line(&mut self, number: usize, line_text: &str, table: bool, sink: &mut EntrySink<'_>) {
        let Some((name, result)) = line_text.split_once(' ') else { return };
        if !name.contains('.') || name.starts_with('(') {
            return; // `Setting up …`, `Running (…)`
        }
        name.clone_into(&mut self.name);
        if !table {
            let entry = self.entry(name);
            emit_result(entry, number, result.trim(), sink);
        }
    }

    /// One value a row, or a row of values under those of the last parameter.
    fn take_table(&self, number: usize, table: &[&str], sink: &mut EntrySink<'_>) {
        let spans = table.last().map(|rule| column_spans(rule)).unwrap_or_default();
        let text: Vec<&&str> =
            table.iter().skip(1).filter(|row| !is_rule(row, '=') && !is_rule(row, '-')).collect();
        let Some((head, mut body)) = text.split_first() else { return };
        let mut names = cells(head, &spans);
        let mut across = None;
        if names.first().is_some_and(|first| first == "--") {
            // It is centred over the columns that it heads.
            let axis = head.trim_start().trim_start_matches('-').trim().to_owned();
            let Some((second, rest)) = body.split_first() else { return };
            (names, body, across) = (cells(second, &spans), rest, Some(axis));
        }
        let columns = if across.is_some() { self.take_rows(&names, body, &spans) } else { 1 };
        for (row, line) in body.iter().enumerate() {
            let row_cells = cells(line, &spans);
            let keys = row_cells.len().saturating_sub(columns);
            for column in keys..row_cells.len() {
                let mut entry = self.entry(&self.name);
                for (name, value) in names.iter().zip(&row_cells).take(keys) {
                    entry = entry.param(name, value.as_str());
                }
                if let (Some(axis), Some(value)) = (&across, names.get(column)) {
                    entry = entry.param(axis, value.as_str());
                }
                emit_result(entry, number + row, &row_cells[column], sink);
            }
        }
    }

    /// How many of the columns hold values: those in which some row has what can only be a result.
    fn take_rows(&self, names: &[String], body: &[&&str], spans: &[(usize, usize)]) -> usize {
        let result = |cell: &str| {
            matches!(cell, "failed" | "n/a" | "nan")
                || cell.contains('±')
                || parse_value("", cell).is_some()
        };
        let all = |column: usize| {
            body.iter().all(|row| cells(row, spans).get(column).is_some_and(|cell| result(cell)))
        };
        // Numbers are parameters too: at least one column is.
        (1..names.len()).rev().take_while(|column| all(*column)).count().max(1)
    }
}

/// Columns of characters that a rule `=== =====` draws.
fn column_spans(rule: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, _) in rule.chars().enumerate().filter(|(_, c)| *c == '=') {
        match spans.last_mut() {
            Some(last) if last.1 == at => last.1 = at + 1,
            _ => spans.push((at, at + 1)),
        }
    }
    spans
}

/// The cells of a row; the last one goes to the row's end.
fn cells(row: &str, spans: &[(usize, usize)]) -> Vec<String> {
    let chars: Vec<char> = row.chars().collect();
    let cell = |(place, (start, end)): (usize, &(usize, usize))| {
        let end = if place + 1 == spans.len() { chars.len() } else { (*end).min(chars.len()) };
        let cell: String = chars.get(*start..end).unwrap_or_default().iter().collect();
        cell.trim().to_owned()
    };
    spans.iter().enumerate().map(cell).collect()
}

fn emit_result(entry: BenchmarkEntry, number: usize, result: &str, sink: &mut EntrySink<'_>) {
    match parse_value(&entry.test, result) {
        Some((name, unit, number, spread)) => {
            sink.entry(entry.metric(metric(name, unit, number)).field("half_iqr", spread));
        }
        None if result.ends_with("failed") => sink.entry(entry.failed("asv says: failed")),
        None if matches!(result, "n/a" | "ok" | "nan" | "skipped") => {}
        None => sink.reject(number, "the result is no number", REMEDY, result),
    }
}

/// `11.1±0.01μs`, `2.42k`, `12`: metric, unit, value and spread. Bytes where the benchmark is
/// named as asv's memory tests are.
fn parse_value<'t>(
    test: &str,
    text: &'t str,
) -> Option<(&'static str, &'t str, f64, Option<&'t str>)> {
    let (middle, spread) = match text.split_once('±') {
        Some((middle, spread)) => (middle, Some(spread)),
        None => (text, None),
    };
    let (value, own) = parse_quantity(middle)?;
    let unit = match spread {
        Some(spread) if own.is_empty() => parse_quantity(spread)?.1,
        _ => own,
    };
    let (factor, base) = match unit {
        "" => (1.0, ""),
        "k" => (1e3, ""),
        "M" => (1e6, ""),
        "G" => (1e9, ""),
        unit => (1.0, unit),
    };
    let memory = ["mem_", "peakmem_", "Mem", "PeakMem"].iter().any(|it| test.starts_with(it));
    let (name, base) = match base {
        "" if memory => (MEMORY, "B"),
        "" => ("value", ""),
        unit => (TIME_METRIC, unit),
    };
    Some((name, base, value * factor, spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_table_is_read_cell_by_cell() {
        let text = "[ 6.25%] ··· b.S.time_sum     ok
[ 6.25%] ··· ====== ========== ==========
             --              kind
             ------ ---------------------
               n       list      tuple
             ====== ========== ==========
               10    4.85±0μs   failed
              1000   14.5±0μs     n/a
             ====== ========== ==========
             Traceback
[12.50%] ··· b.peakmem_l     ok
[12.50%] ··· ======== =======
              param1
             -------- -------
                1      24.8M
             ======== =======
";
        let found = read_text(&FORMAT, text);
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.n, it.params.values().cloned().collect::<Vec<_>>().join(" ")))
            .collect();
        let list = |n| (Some(n), "list".to_owned());
        let tuple = (Some(10), "tuple".to_owned());
        assert_eq!(told, [list(10), tuple, list(1000), (None, "1".to_owned())]);
        assert_eq!(found[0].metrics, [metric(TIME_METRIC, "μs", 4.85)]);
        assert!(found[1].error.is_some());
        assert_eq!(found[3].metrics, [metric(MEMORY, "B", 24.8e6)]);
    }
}
