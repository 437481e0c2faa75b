//! GNU time: `-v`, its usual two lines, and `-p` of POSIX, which shells print too; one entry a
//! command. Seconds and KiB.
//!
//! Only `-v` names the command. A command that failed has no value, whatever its time was.

use crate::entry::{BenchmarkEntry, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::parse::repeats::RepeatMerger;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "gnu-time",
    tool: "GNU time: -v, the default, -p; time of bash and zsh",
    signature: "lines `Command being timed:` and `Maximum resident set size`; or `…user …system \
                …elapsed` and `…maxresident)k`; or lines `real`, `user` and `sys`",
    yields: "time, user_time, system_time, max_rss, major_faults, minor_faults; context switches, \
             inputs and outputs; failed commands",
    backend: "shell",
    reader: Reader::Text { recognizes, read },
};

const COMMAND: &str = "Command being timed: ";
const REMEDY: &str = "keep the whole output of time, or run the command again";

fn recognizes(text: &Text) -> bool {
    let has = |start: &str| text.lines().any(|(_, line)| line.trim_start().starts_with(start));
    // A command may print either of the lines, but hardly both.
    let long = has(COMMAND) && has("Maximum resident set size (kbytes):");
    let short = || text.lines().any(|(_, line)| line.contains("maxresident)k"));
    long || short() || portable(text).is_some()
}

/// Line of `real`, and the seconds of `real`, `user` and `sys`, where nothing else is in the text.
fn portable(text: &Text) -> Option<[(usize, f64); 3]> {
    let mut rows = text.lines().filter(|(_, line)| !line.trim().is_empty());
    let mut next = |name: &str| {
        let (place, line) = rows.next()?;
        let value = line.strip_prefix(name)?.trim();
        Some((place, shell_seconds(value)?))
    };
    let times = [next("real")?, next("user")?, next("sys")?];
    rows.next().is_none().then_some(times)
}

/// `0.10`, `1m2.345s` of bash, and `0:00.10` of old versions.
fn shell_seconds(text: &str) -> Option<f64> {
    match text.strip_suffix('s').map(|text| text.split_once('m')) {
        Some(Some((minutes, seconds))) => {
            Some(parse_number(minutes)? * 60.0 + parse_number(seconds)?)
        }
        Some(None) => None,
        None => parse_number(text).or_else(|| clock_seconds(text)),
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if let Some([real, user, system]) = portable(text) {
        let entry = BenchmarkEntry::named("time")
            .metric(metric(TIME_METRIC, "s", real.1))
            .metric(metric("user_time", "s", user.1))
            .metric(metric("system_time", "s", system.1));
        sink.remark(UNNAMED);
        sink.entry(entry);
        return Ok(());
    }
    let mut runs = RepeatMerger::default();
    let mut open: Option<TimeReport> = None;
    // It stands before the report that it belongs to.
    let mut failure = None;
    for (place, line) in text.lines() {
        if let Some(reason) = failure_of(line) {
            failure = Some(reason.to_owned());
        } else if let Some(command) = line.trim_start().strip_prefix(COMMAND) {
            open.into_iter().for_each(|report| report.emit(&mut runs, sink));
            let name = command.trim().trim_matches('"').to_owned();
            open = Some(TimeReport {
                name,
                line: place,
                failure: failure.take(),
                ..TimeReport::default()
            });
        } else if line.contains("elapsed ") && line.contains("maxresident)k") {
            open.into_iter().for_each(|report| report.emit(&mut runs, sink));
            let name = "time".to_owned();
            let mut report =
                TimeReport { name, line: place, failure: failure.take(), ..TimeReport::default() };
            sink.remark(UNNAMED);
            report.take_short(line);
            open = Some(report);
        } else if let Some(report) = &mut open {
            report.take_line(line);
        }
    }
    let Some(report) = open else { return Err(InputError::whole("no report of GNU time")) };
    report.emit(&mut runs, sink);
    runs.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

const UNNAMED: &str = "time names the command only with -v: name it by --set test=…";

/// `Command exited with non-zero status 3`, `Command terminated by signal 9`.
fn failure_of(line: &str) -> Option<&str> {
    let is_failure =
        ["exited with non-zero status ", "terminated by signal ", "stopped by signal "];
    let reason = line.trim().strip_prefix("Command ")?;
    is_failure.iter().any(|start| reason.starts_with(start)).then_some(reason)
}

#[derive(Default)]
struct TimeReport {
    name: String,
    line: usize,
    failure: Option<String>,
    elapsed: Option<f64>,
    user: Option<f64>,
    system: Option<f64>,
    max_rss: Option<f64>,
    major_faults: Option<f64>,
    minor_faults: Option<f64>,
    fields: Vec<(&'static str, f64)>,
}

/// Seconds of `1:02:03`, `2:03.45`.
fn clock_seconds(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    for part in text.trim().split(':') {
        sum = sum * 60.0 + parse_number(part).filter(|part| *part >= 0.0)?;
    }
    text.contains(':').then_some(sum)
}

impl TimeReport {
    /// A line of `-v`.
    fn take_line(&mut self, line: &str) {
        // The elapsed time has colons in its name.
        const ELAPSED: &str = "Elapsed (wall clock) time (h:mm:ss or m:ss): ";
        let line = line.trim();
        if let Some(value) = line.strip_prefix(ELAPSED) {
            self.elapsed = clock_seconds(value);
            return;
        }
        let Some((name, value)) = line.split_once(": ") else {
            self.take_faults(line);
            return;
        };
        let value = parse_quantity(value).map(|(value, _)| value);
        let field = match name {
            "User time (seconds)" => {
                self.user = value;
                return;
            }
            "System time (seconds)" => {
                self.system = value;
                return;
            }
            "Maximum resident set size (kbytes)" => {
                self.max_rss = value;
                return;
            }
            "Major (requiring I/O) page faults" => {
                self.major_faults = value;
                return;
            }
            "Minor (reclaiming a frame) page faults" => {
                self.minor_faults = value;
                return;
            }
            "Exit status" => {
                if let Some(status) = value.filter(|status| *status != 0.0) {
                    self.failure.get_or_insert(format!("exited with non-zero status {status}"));
                }
                return;
            }
            "Voluntary context switches" => "voluntary_context_switches",
            "Involuntary context switches" => "involuntary_context_switches",
            "File system inputs" => "file_system_inputs",
            "File system outputs" => "file_system_outputs",
            _ => return,
        };
        self.fields.extend(value.map(|value| (field, value)));
    }

    /// `0.00user 0.00system 0:00.10elapsed 0%CPU (0avgtext+0avgdata 1700maxresident)k`
    fn take_short(&mut self, line: &str) {
        for word in line.split_whitespace() {
            let before = |end: &str| word.strip_suffix(end);
            self.user = before("user").and_then(parse_number).or(self.user);
            self.system = before("system").and_then(parse_number).or(self.system);
            self.elapsed = before("elapsed").and_then(clock_seconds).or(self.elapsed);
            self.max_rss = before("maxresident)k").and_then(parse_number).or(self.max_rss);
        }
    }

    /// `0inputs+0outputs (0major+98minor)pagefaults 0swaps`
    fn take_faults(&mut self, line: &str) {
        let inside = line.split_once('(').and_then(|(_, after)| after.split_once(")pagefaults"));
        let Some((major, minor)) = inside.and_then(|(inside, _)| inside.split_once('+')) else {
            return;
        };
        self.major_faults = major.strip_suffix("major").and_then(parse_number);
        self.minor_faults = minor.strip_suffix("minor").and_then(parse_number);
    }

    fn emit(self, runs: &mut RepeatMerger, sink: &mut EntrySink<'_>) {
        let mut entry = BenchmarkEntry::named(&self.name);
        // A command that fails at once is fast, and that is no improvement.
        if let Some(reason) = self.failure {
            runs.add(entry.failed(format!("the command {reason}")));
            return;
        }
        // Without the elapsed time the report was cut off: the other values may be missing too.
        let Some(elapsed) = self.elapsed else {
            sink.reject(self.line, "the report has no elapsed time", REMEDY, &self.name);
            return;
        };
        entry = entry.metric(metric(TIME_METRIC, "s", elapsed));
        let others = [
            ("user_time", "s", self.user),
            ("system_time", "s", self.system),
            ("max_rss", "KiB", self.max_rss),
            ("major_faults", "count", self.major_faults),
            ("minor_faults", "count", self.minor_faults),
        ];
        for (name, unit, value) in others {
            entry.metrics.extend(value.map(|value| metric(name, unit, value)));
        }
        for (name, value) in self.fields {
            entry = entry.field(name, value);
        }
        runs.add(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn shells_print_three_lines() {
        let entries = read_text(&FORMAT, "\nreal\t1m2.500s\nuser\t0m0.250s\nsys\t0m0.125s\n");
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values, [Some(62.5), Some(0.25), Some(0.125)]);
        assert_eq!(read_text(&FORMAT, "real 0.10\nuser 0.00\nsys 0.00\n")[0].metrics[0].value, 0.1);
    }

    #[test]
    fn repeats_of_a_command_are_samples() {
        let report = "\tCommand being timed: \"a b\"\n\tElapsed (wall clock) time (h:mm:ss or m:ss): 1:00:02\n\tMaximum resident set size (kbytes): 7\n";
        let killed = "Command terminated by signal 9\n\tCommand being timed: \"c\"\n\tElapsed (wall clock) time (h:mm:ss or m:ss): 0:00.01\n";
        let entries =
            read_text(&FORMAT, &format!("{report}{}{killed}", report.replace(":02", ":04")));
        assert_eq!(entries[0].metrics[0].samples, [3602.0, 3604.0]);
        assert_eq!(entries[1].error.as_deref(), Some("the command terminated by signal 9"));
    }
}
