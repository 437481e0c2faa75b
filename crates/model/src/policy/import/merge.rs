//! Imported entries put into the text of a policy, which keeps its comments and its order.

use super::{ImportedEntry, ImportedPolicy};
use crate::policy::read::read;
use crate::policy::tree::{self, YamlNode, YamlValue};

/// The policy with the entries at the end of their sections.
///
/// # Errors
/// The policy has errors, a section is written in one line, or an entry of the same name is there;
/// in words, with what to do.
pub fn merge(policy: &str, imported: &ImportedPolicy, file: &str) -> Result<String, String> {
    let root = tree::parse(policy).map_err(|fault| fault.message)?;
    let mut text = policy.to_owned();
    // From the last section to the first, so that the places of those before stay true.
    let mut sections: Vec<(usize, &str)> = ["budgets", "sla", "alerts"]
        .into_iter()
        .map(|section| (root.get(section).map_or(usize::MAX, |node| node.span.start), section))
        .collect();
    sections.sort();
    for (_, section) in sections.into_iter().rev() {
        let entries: Vec<&ImportedEntry> =
            imported.entries.iter().filter(|entry| entry.section == section).collect();
        if !entries.is_empty() {
            insert(&mut text, root.get(section), section, &entries)?;
        }
    }
    let parsed = read(&text, file);
    match parsed.policy {
        Some(_) => Ok(text),
        None => {
            let first = parsed.diagnostics.first();
            let why =
                first.map_or_else(String::new, |it| format!("{}: {}", it.location, it.message));
            Err(format!("the policy would have an error: {why}"))
        }
    }
}

fn insert(
    text: &mut String,
    node: Option<&YamlNode>,
    section: &str,
    entries: &[&ImportedEntry],
) -> Result<(), String> {
    let in_block =
        |indent: &str| -> String { entries.iter().map(|entry| entry.to_yaml(indent)).collect() };
    let Some(node) = node else {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("{section}:\n{}", in_block("  ")));
        return Ok(());
    };
    // The place of a list in one line is its bracket.
    let written = text.get(node.span.start..).unwrap_or_default();
    let inside = written.strip_prefix('[').map(str::trim_start);
    match &node.value {
        YamlValue::List(_) if inside.is_some_and(|inside| inside.starts_with(']')) => {
            let end = written.find(']').map_or(0, |at| node.span.start + at + 1);
            let block = format!("\n{}", in_block("  ").trim_end());
            let start = text[..node.span.start].trim_end_matches(' ').len();
            text.replace_range(start..end, &block);
            Ok(())
        }
        YamlValue::List(items) if inside.is_none() => {
            reject_same_names(items, section, entries)?;
            let Some(first) = items.first() else { return Ok(()) };
            let line_start = text[..first.span.start].rfind('\n').map_or(0, |at| at + 1);
            let line = &text[line_start..first.span.start];
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            let last = items.last().map_or(first.span.end, end_of);
            // A text of several lines ends behind its last line end.
            let end = text[..last].trim_end().len();
            let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
            let mut block = in_block(&indent);
            if !text[..end].ends_with('\n') {
                block.insert(0, '\n');
            }
            text.insert_str(end, &block);
            Ok(())
        }
        _ => Err(format!(
            "`{section}` is written in one line; write it as a list with a `-` for each entry, or \
             paste the entries by hand"
        )),
    }
}

/// Where the last value in a node ends.
fn end_of(node: &YamlNode) -> usize {
    let inner = match &node.value {
        YamlValue::List(items) => items.iter().map(end_of).max(),
        YamlValue::Mapping(entries) => entries.iter().map(|(_, value)| end_of(value)).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(node.span.end)
}

/// Nothing is imported twice.
fn reject_same_names(
    items: &[YamlNode],
    section: &str,
    entries: &[&ImportedEntry],
) -> Result<(), String> {
    for entry in entries {
        let name = entry.pairs.iter().find(|(key, _)| *key == "name").map(|(_, value)| value);
        let is_same = |item: &YamlNode| match (item.get("name").map(|node| &node.value), name) {
            (Some(YamlValue::Text(other)), Some(name)) => super::scalar(other) == *name,
            _ => false,
        };
        if items.iter().any(is_same) {
            let name = name.map_or("", String::as_str);
            return Err(format!(
                "`{section}` already has an entry named {name}; remove one of them"
            ));
        }
    }
    Ok(())
}
