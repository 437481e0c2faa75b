//! `sla_thresholds.json`: service levels in camel case, with or without `//` comments.

use std::ops::Range;

use super::{Findings, ImportedEntry};
use crate::policy::tree::{self, YamlValue};
use crate::policy::{amount, hint};

/// The keys of the file and those of the policy.
const KEYS: [(&str, &str); 8] = [
    ("maxAvgTimeMs", "max_avg_time_ms"),
    ("maxTotalTimeMs", "max_total_time_ms"),
    ("minThroughput", "min_throughput"),
    ("maxMemoryUsage", "max_memory_bytes"),
    ("maxMemoryBytes", "max_memory_bytes"),
    ("regressionThreshold", "regression_threshold"),
    ("name", "name"),
    ("description", "description"),
];

/// Reads the thresholds; whether the part holds any. JSON about something else is passed over where
/// it is a part of a document.
pub(super) fn read(text: &str, part: Range<usize>, findings: &mut Findings) -> bool {
    let is_document = part != (0..text.len());
    let names = KEYS.map(|(name, _)| name);
    let has_any = names[..6].iter().any(|name| text[part.clone()].contains(name));
    if is_document && !has_any {
        return false;
    }
    // Comments become spaces, so that every byte keeps its place.
    let plain = without_comments(&text[part.clone()]);
    let root = match tree::parse(&plain) {
        Ok(root) => root,
        Err(fault) => {
            let span = part.start + fault.span.start..part.start + fault.span.end;
            findings.fault(span, fault.message, "write one JSON object, `{\"maxAvgTimeMs\": 1.0}`");
            return true;
        }
    };
    let YamlValue::Mapping(entries) = &root.value else { return false };
    let mut pairs = Vec::new();
    for (key, value) in entries {
        let span = part.start + key.span.start..part.start + key.span.end;
        let Some((_, ours)) = KEYS.iter().find(|(name, _)| *name == key.name) else {
            let help = hint::nearest(&key.name, &names).map_or_else(
                || format!("known thresholds: {}", names[..6].join(", ")),
                |name| format!("did you mean `{name}`?"),
            );
            findings.fault(span, format!("unknown threshold {}", hint::code(&key.name)), help);
            continue;
        };
        match &value.value {
            YamlValue::Text(text) if is_words(ours) => pairs.push((*ours, super::scalar(text))),
            YamlValue::Text(text) => match amount::parse(text) {
                Ok(_) => pairs.push((*ours, super::scalar_amount(text))),
                Err(why) => {
                    let span = part.start + value.span.start..part.start + value.span.end;
                    findings.amount_fault(span, &why);
                }
            },
            YamlValue::Integer(number) => pairs.push((*ours, number.to_string())),
            YamlValue::Number(number) if number.is_finite() => {
                pairs.push((*ours, number.to_string()));
            }
            _ => {
                let span = part.start + value.span.start..part.start + value.span.end;
                let message = format!("{} must be a number", hint::code(&key.name));
                findings.fault(span, message, "write a number, or one with a unit: `\"1.5ms\"`");
            }
        }
    }
    // Names come first, as in the reference.
    let order = |key: &str| match key {
        "name" => 0,
        "description" => 1,
        _ => 2,
    };
    pairs.sort_by_key(|(key, _)| order(key));
    if !pairs.is_empty() {
        findings.entries.push(ImportedEntry { section: "sla", pairs });
    }
    true
}

/// Whether a key holds words and no number.
fn is_words(key: &str) -> bool {
    matches!(key, "name" | "description")
}

/// The text with every `//` comment that is outside of a string replaced by spaces.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (mut is_quoted, mut is_escaped, mut end) = (false, false, line.len());
        for (at, c) in line.char_indices() {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                '/' if !is_quoted && line[at..].starts_with("//") => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        out.push_str(&line[..end]);
        let rest = &line[end..];
        out.extend(rest.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }
    out
}
