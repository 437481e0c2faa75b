//! hyperfine `--export-markdown`: one entry a command, in the unit of the heading. It is rounded;
//! `--export-json` is exact and has every timing.

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::markdown::{cells, is_ruler};
use crate::parse::number::{parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "hyperfine-markdown",
    tool: "hyperfine --export-markdown",
    signature: "a table `Command | Mean [ms] | Min [ms] | Max [ms] | Relative`",
    yields: "time (mean, std, min, max)",
    backend: "shell",
    reader: Reader::Text { recognizes, read },
};

/// The unit of a heading, where it is one of hyperfine's.
fn unit(line: &str) -> Option<String> {
    let cells = cells(line)?;
    let [command, mean, min, max, ..] = cells.as_slice() else { return None };
    let unit = mean.strip_prefix("Mean [")?.strip_suffix(']')?;
    // Others print tables with a column `Command` too; the three units must agree.
    let is_heading =
        command == "Command" && *min == format!("Min [{unit}]") && *max == format!("Max [{unit}]");
    is_heading.then(|| unit.to_owned())
}

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| unit(line).is_some())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<String> = None;
    let mut has_heading = false;
    for (place, line) in text.lines() {
        if let Some(next) = unit(line) {
            (open, has_heading) = (Some(next), true);
            continue;
        }
        let Some(row) = cells(line) else {
            open = None;
            continue;
        };
        let Some(unit) = open.as_ref().filter(|_| !is_ruler(line)) else { continue };
        match entry(&row, unit) {
            Some(entry) => sink.entry(entry),
            None => sink.reject(place, "no command and mean", "write the table again", line),
        }
    }
    if has_heading {
        Ok(())
    } else {
        Err(InputError::whole("no heading `Command | Mean […] | …`"))
    }
}

/// `sleep 0.02` | 21.8 ± 0.0 | 21.7 | 21.9 | 1.00
fn entry(row: &[String], unit: &str) -> Option<BenchmarkEntry> {
    let [command, mean, min, max, ..] = row else { return None };
    let command = command.strip_prefix('`').and_then(|it| it.strip_suffix('`')).unwrap_or(command);
    // A single run has no deviation.
    let (mean, std) = match mean.split_once('±') {
        Some((mean, std)) => (parse_number(mean)?, parse_number(std)),
        None => (parse_quantity(mean)?.0, None),
    };
    let time = metric(TIME_METRIC, unit, mean)
        .std(std)
        .statistic(Statistic::Min, parse_number(min))
        .statistic(Statistic::Max, parse_number(max));
    Some(BenchmarkEntry::named(command.trim()).metric(time))
}
