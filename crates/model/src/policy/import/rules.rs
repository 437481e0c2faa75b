//! Alert rules in YAML: `rules:` (or `alerts:`) of `name`, `condition`, `severity` and `message`.

use std::ops::Range;

use super::{Findings, ImportedEntry};
use crate::policy::expression::parse::parse_condition;
use crate::policy::hint;
use crate::policy::tree::{self, YamlNode, YamlValue};

/// The keys of a rule: of the file, and of the policy.
const KEYS: [(&str, &str); 12] = [
    ("name", "name"),
    ("alert", "name"),
    ("description", "description"),
    ("summary", "description"),
    ("match", "match"),
    ("condition", "when"),
    ("when", "when"),
    ("expr", "when"),
    ("for", "for"),
    ("severity", "severity"),
    ("level", "severity"),
    ("message", "message"),
];

/// Severities of other tools.
const SEVERITIES: [(&str, &str); 10] = [
    ("info", "info"),
    ("low", "info"),
    ("notice", "info"),
    ("warning", "warning"),
    ("warn", "warning"),
    ("medium", "warning"),
    ("error", "error"),
    ("high", "error"),
    ("critical", "critical"),
    ("page", "critical"),
];

const RUNS_NOTE: &str = "A history has runs, not minutes: instead of a time, as many runs in a row as \
                         confirm a change (`detection.confirmations`) must meet a condition.";

/// Whether a text looks like rules.
pub(super) fn has_rules(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_end();
        matches!(line, "rules:" | "alerts:") || line.starts_with("rules: [")
    })
}

/// Reads the rules; whether there are any.
pub(super) fn read(text: &str, part: Range<usize>, findings: &mut Findings) -> bool {
    let root = match tree::parse(&text[part.clone()]) {
        Ok(root) => root,
        Err(fault) => {
            let span = part.start + fault.span.start..part.start + fault.span.end;
            let help = fault.help.unwrap_or_else(|| "correct the YAML of the rules".to_owned());
            findings.fault(span, fault.message, help);
            return true;
        }
    };
    let list = root.get("rules").or_else(|| root.get("alerts"));
    let Some(YamlValue::List(items)) = list.map(|node| &node.value) else { return false };
    for item in items {
        RuleReader { text, start: part.start, findings }.rule(item);
    }
    true
}

struct RuleReader<'a> {
    text: &'a str,
    /// Where the part begins in the file.
    start: usize,
    findings: &'a mut Findings,
}

impl RuleReader<'_> {
    fn span(&self, span: &Range<usize>) -> Range<usize> {
        self.start + span.start..self.start + span.end
    }

    fn rule(&mut self, item: &YamlNode) {
        let YamlValue::Mapping(entries) = &item.value else {
            let span = self.span(&item.span);
            let help = "write a mapping with `name` and `condition`";
            return self.findings.fault(span, "a rule must be a mapping".to_owned(), help);
        };
        let names = KEYS.map(|(name, _)| name);
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        for (key, value) in entries {
            let Some((_, ours)) = KEYS.iter().find(|(name, _)| *name == key.name) else {
                let help = hint::nearest(&key.name, &names).map_or_else(
                    || "rules have name, condition, severity and message".to_owned(),
                    |name| format!("did you mean `{name}`?"),
                );
                let span = self.span(&key.span);
                let message = format!("unknown key {} in a rule", hint::code(&key.name));
                self.findings.fault(span, message, help);
                continue;
            };
            pairs.extend(self.value(ours, value).map(|value| (*ours, value)));
        }
        for needed in ["name", "when"] {
            let is_there = |name: &str| {
                entries.iter().any(|(key, _)| KEYS.contains(&(key.name.as_str(), name)))
            };
            if !is_there(needed) {
                let word = if needed == "when" { "condition" } else { needed };
                let span = self.span(&item.span);
                let message = format!("a rule without `{word}`");
                self.findings.fault(span, message, format!("add `{word}: …`"));
                return;
            }
        }
        let order = |key: &str| KEYS.iter().position(|(_, ours)| *ours == key);
        pairs.sort_by_key(|(key, _)| order(key));
        self.findings.entries.push(ImportedEntry { section: "alerts", pairs });
    }

    /// A value as the policy writes it; none where it has no place there.
    fn value(&mut self, key: &str, node: &YamlNode) -> Option<String> {
        let written = match &node.value {
            YamlValue::Text(text) => text.clone(),
            YamlValue::Mapping(_) => return Some(node.to_json().to_string()),
            _ => self.text[self.span(&node.span)].to_owned(),
        };
        match key {
            "when" => self.condition(&written, node),
            "severity" => {
                let lower = written.to_lowercase();
                let ours = SEVERITIES.iter().find(|(name, _)| *name == lower);
                if ours.is_none() {
                    let names = SEVERITIES.map(|(name, _)| name);
                    let help = hint::nearest(&written, &names).map_or_else(
                        || "write info, warning, error or critical".to_owned(),
                        |name| format!("did you mean `{name}`?"),
                    );
                    let message = format!("unknown severity {}", hint::code(&written));
                    self.findings.fault(self.span(&node.span), message, help);
                }
                ours.map(|(_, ours)| (*ours).to_owned())
            }
            "for" => match written.parse::<u32>() {
                Ok(runs) => Some(runs.to_string()),
                Err(_) => {
                    self.findings.note(RUNS_NOTE);
                    None
                }
            },
            _ => Some(super::scalar(&written)),
        }
    }

    /// A condition without the time at its end.
    fn condition(&mut self, written: &str, node: &YamlNode) -> Option<String> {
        let (condition, time) = written.rsplit_once(" for ").unwrap_or((written, ""));
        let is_time = !time.is_empty() && !time.contains("run");
        let condition = if is_time { condition.trim() } else { written };
        if is_time {
            self.findings.note(RUNS_NOTE);
        }
        match parse_condition(condition) {
            Ok(_) => Some(super::scalar(condition)),
            Err(fault) => {
                let whole = self.span(&node.span);
                let offset = self.text[whole.clone()].find(condition);
                let span = offset.map_or(whole.clone(), |offset| {
                    let from = whole.start + offset;
                    from + fault.span.start..from + fault.span.end
                });
                let help = fault.help.unwrap_or_else(|| {
                    "conditions look like `p95 > 500ms` or `error_rate > 1%`".to_owned()
                });
                self.findings.fault(span, fault.message, help);
                None
            }
        }
    }
}
