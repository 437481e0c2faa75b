//! The words of a fault: what was expected, what was found, and what was probably meant.
//!
//! Quotes from the file are cut to [`MAX_QUOTE_CHARS`] characters. Guesses nothing where no name is
//! near.

use std::ops::Range;

use serde_json::Value as Json;

use crate::policy::tree::{YamlNode, YamlValue};
use crate::record;

/// Characters quoted of one name or value: enough to know it again, short enough for a line.
pub(crate) const MAX_QUOTE_CHARS: usize = 60;

/// The candidate that `name` was probably meant to be: at most a third of its characters differ.
pub fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    if name.chars().count() > MAX_QUOTE_CHARS {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let name = plain(name);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&name, &plain(candidate));
    let (nearest, distance) =
        candidates.iter().map(|candidate| (*candidate, distance(candidate))).min_by_key(|p| p.1)?;
    let longer = name.chars().count().max(nearest.len());
    (distance * 3 <= longer).then_some(nearest)
}

/// A name between backticks, cut where it is long.
pub fn code(name: &str) -> String {
    format!("`{}`", record::shorten(name, 3 * MAX_QUOTE_CHARS))
}

/// The bytes of a span between backticks, cut where they are long.
pub fn quote(text: &str, span: &Range<usize>) -> String {
    let found = text.get(span.clone()).unwrap_or("");
    format!("`{}`", record::shorten(found.lines().next().unwrap_or(""), MAX_QUOTE_CHARS))
}

/// The line, from 1, of a byte.
pub fn line_number(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// What the alternatives of a schema ask for, in words: `text or a list of text`.
pub(crate) fn expected_kinds(choices: &[&Json]) -> String {
    let mut words: Vec<String> = Vec::new();
    for choice in choices {
        for word in kinds(choice) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    match words.as_slice() {
        [head @ .., last] if !head.is_empty() => format!("{} or {last}", head.join(", ")),
        _ => words.concat(),
    }
}

fn kinds(choice: &Json) -> Vec<String> {
    if let Some(only) = choice.get("const").and_then(Json::as_str) {
        return vec![format!("`{only}`")];
    }
    let names: Vec<&str> = match choice.get("type") {
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    names.into_iter().filter_map(|name| kind(name, choice)).collect()
}

fn kind(name: &str, choice: &Json) -> Option<String> {
    Some(match name {
        "boolean" => "`true` or `false`".to_owned(),
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        "string" => "text".to_owned(),
        "array" => match choice.get("items").map(kinds).as_deref() {
            Some([one]) => format!("a list of {}", one.replace("a whole number", "whole numbers")),
            _ => "a list".to_owned(),
        },
        "object" => match choice.get("properties").and_then(Json::as_object) {
            Some(keys) if keys.len() <= 3 => {
                let keys: Vec<&str> = keys.keys().map(String::as_str).collect();
                format!("a mapping with {}", keys.join(" and "))
            }
            _ => "a mapping".to_owned(),
        },
        _ => return None, // null: leaving a key out says the same, and better
    })
}

/// What stands there instead, in words.
pub(crate) fn actual_kind(node: &YamlNode, text: &str) -> String {
    match &node.value {
        YamlValue::Null => "empty".to_owned(),
        YamlValue::Flag(_) | YamlValue::Integer(_) | YamlValue::Number(_) => {
            quote(text, &node.span)
        }
        YamlValue::Text(_) => format!("the text {}", quote(text, &node.span)),
        YamlValue::List(_) => "a list".to_owned(),
        YamlValue::Mapping(_) => "a mapping".to_owned(),
    }
}

/// How to write what was probably meant. `source` is the value as it stands in the file.
pub fn remedy(value: &YamlValue, source: &str, choices: &[&Json]) -> Option<String> {
    let wants = |name: &str| {
        choices.iter().any(|choice| match choice.get("type") {
            Some(Json::Array(names)) => names.iter().any(|kind| kind == name),
            Some(kind) => kind == name,
            None => false,
        })
    };
    let number = wants("number") || wants("integer");
    match value {
        YamlValue::Null => Some("leave the key out to get its default".to_owned()),
        YamlValue::Text(text) if number && text.ends_with('%') => {
            let percent: f64 = text.trim_end_matches('%').trim().parse().ok()?;
            Some(format!("write the fraction: `{}`", percent / 100.0))
        }
        YamlValue::Text(text) if number && text.trim().parse::<f64>().is_ok() => Some(format!(
            "take the quotes away: `{}`",
            record::shorten(text.trim(), MAX_QUOTE_CHARS)
        )),
        YamlValue::Text(text) if wants("boolean") => boolean_remedy(text),
        YamlValue::Flag(_) | YamlValue::Integer(_) | YamlValue::Number(_) if wants("string") => {
            Some(format!("put it in quotes: `\"{}\"`", record::shorten(source, MAX_QUOTE_CHARS)))
        }
        YamlValue::Text(_) | YamlValue::Integer(_) | YamlValue::Number(_) if wants("array") => {
            Some(format!("write a list: `[{}]`", record::shorten(source, MAX_QUOTE_CHARS)))
        }
        _ => None,
    }
}

/// The words that older YAML took for booleans.
fn boolean_remedy(text: &str) -> Option<String> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "on" | "true" | "1" => Some("write `true`".to_owned()),
        "no" | "n" | "off" | "false" | "0" => Some("write `false`".to_owned()),
        _ => None,
    }
}
