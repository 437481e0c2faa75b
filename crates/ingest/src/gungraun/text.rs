//! What gungraun, iai-callgrind and iai print: a benchmark's name at the margin, its counts below
//! as `Label: new|old (change)`, in iai without the old one; several tools parted by headings.
//!
//! A name may go on over several lines. What an earlier run had, `N/A` and changes are left alone.
//! Lines that are neither are passed over.

use std::collections::BTreeSet;

use crate::entry::BenchmarkEntry;
use crate::format::{Format, Reader};
use crate::gungraun::{add_metric, entry_named};
use crate::parse::number::parse_quantity;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "gungraun-text",
    tool: "gungraun, iai-callgrind, iai: what they print",
    signature: "indented lines `Instructions: … |…` and the like, or several without `|`",
    yields: "every count, size and rate of Valgrind's tools",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

/// Labels by which the output is known; a benchmark may show any of them alone.
const LABELS: [&str; 12] = [
    "Instructions",
    "L1 Accesses",
    "L1 Hits",
    "L2 Hits",
    "LL Hits",
    "RAM Hits",
    "Estimated Cycles",
    "Total read+write",
    "Dr",
    "I1 Miss Rate",
    "Total bytes",
    "Errors",
];

fn recognizes(text: &Text) -> bool {
    // A single line such as `  Errors: 5` is anybody's; the earlier value behind `|` is not.
    let label = |line: &'_ str| {
        let (label, _) = parse_count(line).filter(|(label, _)| LABELS.contains(label))?;
        Some((LABELS.iter().position(|known| *known == label)?, line.contains('|')))
    };
    let found: BTreeSet<(usize, bool)> = text.lines().filter_map(|(_, line)| label(line)).collect();
    found.len() > 1 || found.iter().any(|(_, compares)| *compares)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut pending: Vec<&str> = Vec::new();
    let mut tool = "callgrind";
    let mut entries: Vec<BenchmarkEntry> = Vec::new();
    for (number, line) in text.lines() {
        if let Some((label, value)) = parse_count(line) {
            entries.extend(benchmark_entry(&pending));
            pending.clear();
            match entries.last_mut() {
                Some(entry) => add_metric(entry, tool, label, value),
                None => sink.reject(number, "no benchmark stands above", "name it", line),
            }
        } else if let Some(heading) = heading(line) {
            tool = heading;
        } else if line.trim().is_empty() {
            pending.clear();
        } else if !line.starts_with(' ') {
            let first = pending.is_empty() || line.contains("::");
            if first {
                pending.clear();
                tool = "callgrind";
            }
            pending.push(line.trim());
        }
    }
    entries.into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

/// `======= DHAT =======`, below the name.
fn heading(line: &str) -> Option<&str> {
    let inside = line.strip_prefix("  ")?.trim();
    let named = inside.starts_with("===") && inside.ends_with("===");
    named.then(|| inside.trim_matches('=').trim()).filter(|name| !name.is_empty())
}

/// Label and new value of an indented line.
fn parse_count(line: &str) -> Option<(&str, f64)> {
    let (label, rest) = line.strip_prefix("  ")?.split_once(':')?;
    let (label, rest) = (label.trim(), rest.trim());
    let end = rest.find(['|', '(']).unwrap_or(rest.len());
    let (value, unit) = parse_quantity(&rest[..end])?;
    (unit.is_empty() && !label.is_empty() && !label.contains("::")).then_some((label, value))
}

/// `crate::group::function id:arguments`, over as many lines as it takes; in iai a name alone.
fn benchmark_entry(lines: &[&str]) -> Option<BenchmarkEntry> {
    let whole = lines.join(" ");
    let (path, rest) = whole.split_once(' ').unwrap_or((&whole, ""));
    let (id, arguments) = rest.split_once(':').unwrap_or((rest, ""));
    (!path.is_empty()).then(|| entry_named(path, id, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn tools_and_long_names_are_told_apart() {
        let text = "a::g::f id:two\nlines\n  ======= DHAT =====\n  Total bytes:   29,499|N/A   (*****)\n  ======= DRD =====\n  Errors:   1|0   (+++inf+++) [+++inf+++]\n\
            a::g::h\n  Instructions:   N/A|5 (****)\n  L1 Hit Rate:   18.5000|N/A (***)\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].name, &*found[0].params["id"]), ("a::g::f id:two lines", "id"));
        assert_eq!(found[0].params["arguments"], "two lines");
        let told: Vec<_> = found
            .iter()
            .flat_map(|it| &it.metrics)
            .map(|it| (&*it.metric, it.unit.as_deref().unwrap_or(""), it.value.get().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("total_bytes", "B", 29_499.0),
                ("drd_errors", "count", 1.0),
                ("l1_hit_rate", "%", 18.5)
            ]
        );
        assert_eq!((&*found[1].suite, &*found[1].test), ("a::g", "h"));
    }
}
