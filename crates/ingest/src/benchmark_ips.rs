//! Ruby's benchmark-ips: the report it prints, and its JSON (`json!`). Iterations a second with
//! their deviation. The lines of the comparison and of the warm-up add nothing new.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{mostly, number, text as word};
use crate::parse::number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "benchmark-ips",
    tool: "Ruby benchmark-ips: its report, or json!",
    signature: "lines `… (±…%) i/s`, or a list with `ips` and `cycles`",
    yields: "throughput (std); iterations, cycles",
    backend: "ruby",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    match text.json() {
        Some(file) => mostly(file.as_array().into_iter().flatten(), |it| {
            let own = ["cycles", "central_tendency", "iterations", "stddev"];
            let has = |key: &str| it.get(key).is_some();
            has("ips") && has("name") && own.iter().any(|key| has(key))
        }),
        None => text.lines().any(|(_, line)| is_result_line(line)),
    }
}

/// A line of the report: rate, deviation, unit.
fn is_result_line(line: &str) -> bool {
    line.split_once(" i/s")
        .is_some_and(|(before, _)| before.contains("(±") && before.ends_with(')'))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if let Some(file) = text.json() {
        let all = file.as_array().ok_or_else(|| InputError::whole("not a list of results"))?;
        all.iter().for_each(|item| sink.entry(json_entry(item)));
        return Ok(());
    }
    // A name that is too long for its column stands on a line of its own.
    let mut alone = "";
    for (place, line) in text.lines() {
        if is_result_line(line) {
            match line_entry(line, alone) {
                Some(entry) => sink.entry(entry),
                None => {
                    sink.reject(place, "the rate is no number", "run the benchmark again", line);
                }
            }
        }
        alone = line.trim();
    }
    Ok(())
}

fn json_entry(item: &Value) -> BenchmarkEntry {
    let entry = BenchmarkEntry::named(word(item, "name"))
        .field("iterations", item.get("iterations").cloned())
        .field("cycles", item.get("cycles").cloned());
    match number(item, "ips").or_else(|| number(item, "central_tendency")) {
        Some(rate) => entry.metric(metric(THROUGHPUT, "i/s", rate).std(number(item, "stddev"))),
        None => entry.failed("benchmark-ips reports no rate"),
    }
}

/// `  addition     20.262M (± 3.9%) i/s   (49.35 ns/i) -     20.520M in   1.014590s`
fn line_entry(line: &str, alone: &str) -> Option<BenchmarkEntry> {
    let (before, after) = line.split_once("(±")?;
    let (deviation, _) = after.split_once("%)")?;
    let before = before.trim_end();
    let (name, rate) = before.rsplit_once(char::is_whitespace).unwrap_or(("", before));
    let name = if name.trim().is_empty() { alone } else { name.trim() };
    if number::is_no_number(rate) {
        let why = format!("its rate is `{}`, no number", rate.trim());
        return Some(BenchmarkEntry::named(name).failed(why));
    }
    let rate = parse_scaled(rate.trim())?;
    let deviation = number::parse_number(deviation)?;
    let iterations =
        after.split_once(" - ").and_then(|(_, it)| parse_scaled(it.split_whitespace().next()?));
    let rate = metric(THROUGHPUT, "i/s", rate).std(rate * deviation / 100.0);
    Some(BenchmarkEntry::named(name).metric(rate).field("iterations", iterations))
}

/// `20.262M`: the letters are the tool's own, thousands to quadrillions.
fn parse_scaled(text: &str) -> Option<f64> {
    let (_, unit) = number::parse_quantity(text)?;
    let exponent = match unit {
        "" => 0,
        "k" => 3,
        "M" => 6,
        "B" => 9,
        "T" => 12,
        "Q" => 15,
        _ => return None,
    };
    // Read at once: a product would be off in the last digit.
    format!("{}e{exponent}", text.strip_suffix(unit)?).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_report_is_read_to_its_last_digit() {
        let text = "Calculating ---
            a b     20.262M (± 3.0%) i/s   (49.35 ns/i) -     20.520M in   1.014590s
a name too long for it
                          6.443k (±50.0%) i/s -      6.538M in   1.015983s
Comparison:
            a b: 20261560.6 i/s\n";
        let found = read_text(&FORMAT, text);
        let told: Vec<_> =
            found.iter().map(|it| (&*it.name, it.metrics[0].value.get().unwrap())).collect();
        assert_eq!(told, [("a b", 20_262_000.0), ("a name too long for it", 6443.0)]);
        assert_eq!(found[1].metrics[0].std, Some(3221.5));
        assert_eq!(found[0].fields["iterations"], 20_520_000);
    }
}
