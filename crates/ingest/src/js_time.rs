//! `console.time` and `console.timeEnd`: a line `label: 12.5ms` each, as Node.js, Deno, Bun and
//! browsers print them. The same label again is a repeat. It recognizes texts that hold nothing
//! else; readings in between (`console.timeLog` with words behind) are passed over.

use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, sampled};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "js-time",
    tool: "JavaScript: console.time and console.timeEnd",
    signature: "nothing but lines `label: 12.5ms`",
    yields: "time (samples where a label repeats)",
    backend: "javascript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let mut lines = text.lines().filter(|(_, line)| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|(_, line)| parse_timer_line(line).is_some())
}

/// Label, milliseconds, and whether the timer ended.
fn parse_timer_line(line: &str) -> Option<(&str, f64, bool)> {
    let line = line.trim();
    let bare = line.strip_suffix(" - timer ended").unwrap_or(line);
    let (label, told) = bare.rsplit_once(": ").filter(|(label, _)| !label.is_empty())?;
    // Node.js writes long times as `1:02.345 (m:ss.mmm)`.
    if let Some(clock) = told.strip_suffix(" (m:ss.mmm)").or(told.strip_suffix(" (h:mm:ss.mmm)")) {
        let parts: Option<Vec<f64>> = clock.split(':').map(parse_number).collect();
        let seconds = parts?.into_iter().fold(0.0, |sum, part| sum * 60.0 + part);
        return Some((label, seconds * 1e3, true));
    }
    let (value, rest) = parse_quantity(told)?;
    let (unit, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let factor = match unit {
        "ms" => 1.0,
        "s" => 1e3,
        _ => return None,
    };
    Some((label, value * factor, more.is_empty()))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut all: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (number, line) in text.lines() {
        match parse_timer_line(line) {
            Some((label, value, true)) => all.entry(label).or_default().push(value),
            None if ["ms", "s"].iter().any(|unit| line.trim_end().ends_with(unit)) => {
                sink.reject(number, "no label and time", "let console.timeEnd write it", line);
            }
            _ => {}
        }
    }
    for (label, times) in all {
        sink.entry(BenchmarkEntry::named(label).metric(sampled(TIME_METRIC, "ms", times)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn repeats_are_samples_and_clocks_are_read() {
        let text = "a: b: 1.5s\na: b: 0.25ms\nlong: 1:02.5 (m:ss.mmm)\na: b: 2ms half way\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics[0].samples, [1500.0, 0.25]);
        assert_eq!((&*found[1].name, found[1].metrics[0].samples[0]), ("long", 62_500.0));
    }
}
