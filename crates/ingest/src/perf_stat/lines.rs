//! `perf stat -x` and `-j`: a line for each event. Neither names the command: name it by
//! `--set test=…`.

use serde_json::Value;

use crate::json::{number, text as word};
use crate::parse::number::parse_number;
use crate::perf_stat::{Event, PerfStatRun, REMEDY};
use crate::sink::EntrySink;
use crate::source::Text;

pub(super) enum LineKind {
    Json,
    Separated(char),
}

const SEPARATORS: [char; 5] = [',', ';', '\t', '|', ':'];
/// Events that nearly every run of perf counts: one of them makes a table perf's.
const USUAL_EVENTS: [&str; 12] = [
    "task-clock",
    "cpu-clock",
    "context-switches",
    "cpu-migrations",
    "page-faults",
    "cycles",
    "instructions",
    "branches",
    "branch-misses",
    "cache-misses",
    "duration_time",
    "cpu-cycles",
];
const UNNAMED: &str = "perf stat -x and -j do not name the command: name it by --set test=…";

/// What a text of lines is written as; none where it is none of perf's.
pub(super) fn kind(text: &Text) -> Option<LineKind> {
    let mut rows = rows(text).map(|(_, line)| line);
    let first = rows.next()?;
    if first.starts_with('{') {
        let is_event = first.contains("\"counter-value\"") && first.contains("\"event\"");
        return is_event.then_some(LineKind::Json);
    }
    let separator = SEPARATORS.into_iter().find(|mark| separated(first, *mark).is_some())?;
    let is_usual = |line: &str| {
        let name = separated(line, separator).map(|event| event.name).unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default();
        USUAL_EVENTS.contains(&name)
    };
    (is_usual(first) || rows.any(is_usual)).then_some(LineKind::Separated(separator))
}

/// Lines that are neither empty nor a remark.
fn rows(text: &Text) -> impl Iterator<Item = (usize, &str)> {
    let rows = text.lines().map(|(place, line)| (place, line.trim()));
    rows.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// `1.20,msec,task-clock,1204727,100.00,0.012,CPUs utilized`; with `-r` the deviation follows the
/// event.
fn separated(line: &str, separator: char) -> Option<Event<'_>> {
    let cells: Vec<&str> = line.split(separator).map(str::trim).collect();
    let [value, unit, name, after @ ..] = cells.as_slice() else { return None };
    let (deviation, after) = match after {
        [deviation, after @ ..] if deviation.ends_with('%') => {
            (parse_number(deviation.trim_end_matches('%')), after)
        }
        after => (None, after),
    };
    let [runtime, percentage, ..] = after else { return None };
    let is_value = value.starts_with("<not ") || value.starts_with(|c: char| c.is_ascii_digit());
    let is_row = is_value && runtime.parse::<u64>().is_ok() && percentage.parse::<f64>().is_ok();
    (is_row && !name.is_empty()).then_some(Event { name, value, unit, deviation })
}

pub(super) fn read_separated(
    text: &Text,
    separator: char,
    sink: &mut EntrySink<'_>,
) -> PerfStatRun {
    sink.remark(UNNAMED);
    let mut run = PerfStatRun::new("perf stat", 1);
    for (place, line) in rows(text) {
        match separated(line, separator) {
            Some(event) => run.add(&event, place, line, sink),
            // A further metric of the event above has no event of its own.
            None if line.starts_with(separator) => {}
            None => sink.reject(place, "no row of value, unit and event", REMEDY, line),
        }
    }
    run
}

pub(super) fn read_json(text: &Text, sink: &mut EntrySink<'_>) -> PerfStatRun {
    sink.remark(UNNAMED);
    let mut run = PerfStatRun::new("perf stat", 1);
    for (place, line) in rows(text) {
        let object: Value = match serde_json::from_str(line) {
            Ok(object) => object,
            Err(error) => {
                sink.reject(place, &error.to_string(), REMEDY, line);
                continue;
            }
        };
        let (name, value) = (word(&object, "event"), word(&object, "counter-value"));
        // A metric of a group stands in a line without a counter.
        if name.is_empty() && object.get("metric-value").is_some() {
            continue;
        }
        if name.is_empty() || value.is_empty() {
            sink.reject(place, "no `event` or no `counter-value`", REMEDY, line);
            continue;
        }
        let deviation = number(&object, "variance");
        let event = Event { name, value, unit: word(&object, "unit"), deviation };
        run.add(&event, place, line, sink);
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_other_tables() {
        let event = separated("1200;;cycles:u;0.50%;1204727;100.00;1.2;GHz", ';').unwrap();
        assert_eq!((event.name, event.value, event.deviation), ("cycles:u", "1200", Some(0.5)));
        for line in ["1,2,3,4,5", "a,b,cycles,1,1.0", "1,s,,1,1.0", ""] {
            let text = Text::new("x", line.as_bytes());
            assert!(kind(&text).is_none(), "{line}");
        }
    }
}
