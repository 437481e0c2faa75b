//! stress-ng `--metrics` or `--metrics-brief`; one entry a stressor. Bogus operations a second,
//! which mean nothing but beside those of the same version.

use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "stress-ng",
    tool: "stress-ng --metrics",
    signature: "lines `stress-ng: … [pid]` and the heading `stressor  bogo ops real time  usr time`",
    yields: "throughput, cpu_throughput; instances as parameter; bogo_ops, times, failed runs",
    backend: "system",
    reader: Reader::Text { recognizes, read },
};

/// What a line says behind `stress-ng: info:  [2566] `; with the kind of the line.
fn message(line: &str) -> Option<(&str, &str)> {
    let after = &line[line.find("stress-ng: ")? + "stress-ng: ".len()..];
    let (kind, after) = after.split_once(':')?;
    let (pid, message) = after.trim_start().strip_prefix('[')?.split_once(']')?;
    pid.bytes().all(|byte| byte.is_ascii_digit()).then_some((kind, message.trim()))
}

fn is_heading(message: &str) -> bool {
    message.starts_with("stressor") && message.contains("bogo ops")
}

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| message(line).is_some_and(|(_, message)| is_heading(message)))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut instances: BTreeMap<&str, &str> = BTreeMap::new();
    let mut failures: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut in_table, mut has_heading) = (false, false);
    for (place, line) in text.lines() {
        let Some((kind, message)) = message(line) else { continue };
        if let Some(hogs) = message.strip_prefix("dispatching hogs: ") {
            let pairs = hogs.split(',').filter_map(|hog| hog.trim().split_once(' '));
            instances.extend(pairs.map(|(count, name)| (name, count)));
        }
        // `stress-ng: fail:  [12] vm: …`
        if kind == "fail" {
            let name = message.split([':', ' ']).next().unwrap_or_default();
            failures.entry(name).or_insert(message);
        }
        if is_heading(message) {
            (in_table, has_heading) = (true, true);
            continue;
        }
        // The second line of the heading has units in brackets.
        if !in_table || message.starts_with('(') {
            continue;
        }
        let words: Vec<&str> = message.split_whitespace().collect();
        let numbers: Vec<f64> =
            words.iter().skip(1).filter_map(|word| parse_number(word)).collect();
        match (words.as_slice(), numbers.as_slice()) {
            ([name, ..], [ops, real, user, system, rate, cpu_rate, ..])
                if numbers.len() + 1 == words.len() =>
            {
                let mut entry = BenchmarkEntry::named(*name)
                    .field("bogo_ops", *ops)
                    .field("real_time_s", *real)
                    .field("user_time_s", *user)
                    .field("system_time_s", *system)
                    .metric(metric(THROUGHPUT, "ops/s", *rate))
                    .metric(metric("cpu_throughput", "ops/s", *cpu_rate));
                if let Some(count) = instances.get(name) {
                    entry = entry.param("instances", *count);
                }
                if *ops <= 0.0 {
                    entry.metrics.clear();
                    entry = entry.failed("no operation was completed");
                }
                if let Some(reason) = failures.get(name) {
                    entry.metrics.clear();
                    entry = entry.failed(*reason);
                }
                sink.entry(entry);
            }
            (_, numbers) if numbers.len() > 2 => {
                sink.reject(place, "no row of six numbers", "run stress-ng again", message);
            }
            // The table has ended.
            _ => in_table = false,
        }
    }
    if has_heading { Ok(()) } else { Err(InputError::whole("no heading `stressor  bogo ops …`")) }
}
