//! `simulation.log` of Gatling 2 and 3 up to 3.9, which is text; one entry a request, milliseconds.
//!
//! Requests that failed count in the times, as in Gatling's own table of all requests, and in
//! `error_rate`. The binary log of later versions is refused: its statistics stand in the report.

use crate::format::{Format, Reader};
use crate::parse::time::epoch_millis;
use crate::requests::{Request, RequestLog};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "gatling",
    tool: "Gatling 2 to 3.9: simulation.log",
    signature: "lines `RUN` and `REQUEST` with tabs, and `OK` or `KO`",
    yields: "time (mean, std, median, min, max, p75, p90, p95, p99, samples), throughput, error_rate; \
             requests, errors, simulation as suite, time of the run",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let requests = || text.lines().any(|(_, line)| request(line).is_some());
    let begins = |start: &str| text.lines().any(|(_, line)| line.starts_with(start));
    is_binary(text) || (begins("RUN\t") && (begins("USER\t") || requests()))
}

/// A binary log begins with lengths, the version of Gatling and the class of the simulation.
/// Control characters may be gone: where a text has the one that begins a color, all of them are
/// dropped.
fn is_binary(text: &Text) -> bool {
    let head: String = text.text.chars().take(40).filter(|c| !c.is_control()).collect();
    let version = head.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let parts: Vec<&str> = version.split('.').collect();
    let is_version = matches!(parts.as_slice(), [major, minor, _]
        if major.parse().is_ok_and(|major: u8| major >= 3) && minor.parse::<u8>().is_ok());
    // Bytes that are no text, in some number.
    let odd = || text.text.chars().filter(|c| matches!(c, '\0' | '\u{fffd}')).take(10).count();
    is_version && !text.text.chars().take(40).any(|c| c == '\n') && odd() == 10
}

/// The part of a line `REQUEST` that all versions have: groups, name, times, status and message.
struct LogRequest<'t> {
    groups: &'t str,
    name: &'t str,
    start: f64,
    end: f64,
    is_ok: bool,
    message: &'t str,
}

fn request(line: &str) -> Option<LogRequest<'_>> {
    let cells: Vec<&str> = line.split('\t').collect();
    // Version 2.0 wrote scenario and user before the word.
    if !cells.iter().take(3).any(|cell| *cell == "REQUEST") {
        return None;
    }
    let status = cells.iter().rposition(|cell| matches!(*cell, "OK" | "KO"))?;
    let number = |place: usize| cells.get(place).and_then(|cell| cell.parse::<u64>().ok());
    let end = number(status.checked_sub(1)?)?;
    // Version 2.0 wrote four times: sent and received, first and last byte.
    let is_moment = |place: usize| number(place).is_some_and(|millis| millis > 100_000_000_000);
    let has_four = status >= 6 && (status - 4..status).all(is_moment);
    let first = if has_four { status - 4 } else { status.checked_sub(2)? };
    let start = number(first)?;
    let name = *cells.get(first.checked_sub(1)?)?;
    // Before it stands the list of groups: the word itself is none.
    let groups = cells.get(first.checked_sub(2)?).filter(|cell| **cell != "REQUEST");
    Some(LogRequest {
        groups: groups.copied().unwrap_or_default(),
        name,
        start: start as f64,
        end: end as f64,
        is_ok: cells[status] == "OK",
        message: cells.get(status + 1).copied().unwrap_or_default(),
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if is_binary(text) {
        return Err(InputError::whole(
            "a binary simulation.log of Gatling 3.10 or later: read js/stats.json of its report",
        ));
    }
    let mut log = RequestLog::new("ms", 1e3);
    let (mut simulation, mut started, mut crashes) = ("", None, 0_u64);
    for (place, line) in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        if let ["RUN", class, _, start, ..] = cells.as_slice() {
            simulation = class;
            started = start.parse().ok().and_then(epoch_millis);
        }
        crashes += u64::from(line.starts_with("ERROR\t"));
        if !cells.iter().take(3).any(|cell| *cell == "REQUEST") {
            continue;
        }
        let Some(request) = request(line).filter(|request| request.end >= request.start) else {
            let reason = "no request with its times and `OK` or `KO`";
            sink.reject(place, reason, "let Gatling end by itself", line);
            continue;
        };
        let groups = request.groups.split(',').filter(|group| !group.is_empty());
        let path: Vec<&str> = groups.chain([request.name]).collect();
        log.add(&Request {
            label: &path.join(" / "),
            start: Some(request.start),
            duration: Some(request.end - request.start),
            failure: (!request.is_ok).then_some(request.message),
        });
    }
    if crashes > 0 {
        sink.remark(format!("{crashes} errors of the simulation itself"));
    }
    log.emit(simulation, started, sink);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_columns_of_each_version_are_read() {
        let text = "RUN\ta.Sim\tsim\t1557140318000\t \t3.4.0\nREQUEST\tg,h\t50000\t1557140319000\t1557140319010\tOK\t \nREQUEST\t\thome\t1557140319000\t1557140319030\tKO\tstatus 503\nscenario\t1\tREQUEST\t\told\t1557140319000\t1557140319001\t1557140319002\t1557140319020\tOK\t\n";
        let entries = read_text(&FORMAT, text);
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["a.Sim/g / h / 50000", "a.Sim/home", "a.Sim/old"]);
        assert_eq!(entries[0].metrics[0].value.get(), Some(10.0));
        assert_eq!(entries[1].error.as_deref(), Some("the only request failed: status 503"));
        assert_eq!(entries[2].metrics[0].value.get(), Some(20.0));
    }
}
