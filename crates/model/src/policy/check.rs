//! Whether a tree has the shape of a policy, or of another document with a schema: every key known,
//! every value of its type and in range.
//!
//! Walks the tree beside the JSON Schema of the policy types and notes every fault. It knows the
//! keywords that [`crate::policy::schema`] writes, no others; a test holds that. What the values
//! mean together is checked afterwards (`meaning`).

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value as Json;

use crate::policy::amount;
use crate::policy::diagnostic::PolicyFaultKind;
use crate::policy::hint;
use crate::policy::schema;
use crate::policy::tree::{YamlKey, YamlNode, YamlValue};

/// Faults noted before the reader gives up: bounds the work on a hostile file.
pub(crate) const MAX_FINDINGS: usize = 1000;

/// A fault and the bytes it stands at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PolicyFinding {
    pub kind: PolicyFaultKind,
    pub message: String,
    pub span: Range<usize>,
    pub help: Option<String>,
}

/// Every fault of the tree against the schema, in the order of the tree. `text` is the file, for
/// quoting what was found.
pub(crate) fn check_schema(root: &YamlNode, schema: &Json, text: &str) -> Vec<PolicyFinding> {
    let mut walk = SchemaCheck { schema, text, findings: Vec::new() };
    walk.visit(root, schema, "");
    walk.findings
}

struct SchemaCheck<'a> {
    schema: &'a Json,
    text: &'a str,
    findings: Vec<PolicyFinding>,
}

impl<'a> SchemaCheck<'a> {
    /// `path` is how messages name the node: `regression.rules[0].match`; empty for the file.
    fn visit(&mut self, node: &YamlNode, rule: &'a Json, path: &str) {
        // A hostile file of 400 kB of bad dates took a minute before there was a bound.
        if self.findings.len() >= MAX_FINDINGS {
            return;
        }
        let choices = self.choices(rule);
        if !choices.iter().any(|choice| accepts(choice, &node.value)) {
            return self.add_wrong_type(node, &choices, path);
        }
        let start = self.findings.len();
        let mut first = None;
        // Of several alternatives that fit the type the first one words the faults: reporting those
        // of all would demand contradictory corrections.
        for choice in choices.into_iter().filter(|choice| accepts(choice, &node.value)) {
            self.check_value(node, choice, path);
            let faults = self.findings.split_off(start);
            if faults.is_empty() {
                return;
            }
            first = first.or(Some(faults));
        }
        self.findings.extend(first.into_iter().flatten());
    }

    /// The alternatives of a schema, references and nested alternatives resolved.
    fn choices(&self, rule: &'a Json) -> Vec<&'a Json> {
        let rule = self.resolve(rule);
        match rule.get("anyOf").or_else(|| rule.get("oneOf")) {
            Some(Json::Array(parts)) => parts.iter().flat_map(|part| self.choices(part)).collect(),
            _ => vec![rule],
        }
    }

    fn resolve(&self, rule: &'a Json) -> &'a Json {
        let reference = rule.get("$ref").and_then(Json::as_str);
        let target = reference.and_then(|name| self.schema.pointer(name.strip_prefix('#')?));
        target.unwrap_or(rule)
    }

    fn check_value(&mut self, node: &YamlNode, rule: &'a Json, path: &str) {
        match &node.value {
            YamlValue::Integer(integer) => self.check_range(node, rule, path, *integer as f64),
            YamlValue::Number(number) => self.check_range(node, rule, path, *number),
            YamlValue::Text(text) => {
                if text.trim().is_empty() && rule.get("minLength").is_some() {
                    self.add_finding(
                        PolicyFaultKind::WrongValue,
                        &node.span,
                        format!("{} is empty", self.subject(path)),
                        None,
                    );
                }
                let format = rule.get("format").and_then(Json::as_str);
                if let Some(why) = format.and_then(|format| amount::fault(text, format)) {
                    let (fault, help) = why.split_once("; ").unwrap_or((&why, ""));
                    let message = format!("{}: {fault}", self.subject(path));
                    self.add_finding(
                        PolicyFaultKind::WrongValue,
                        &node.span,
                        message,
                        Some(help.to_owned()),
                    );
                }
            }
            YamlValue::List(items) => self.check_list(node, items, rule, path),
            YamlValue::Mapping(entries) => self.check_mapping(node, entries, rule, path),
            YamlValue::Null | YamlValue::Flag(_) => {}
        }
    }

    fn check_range(&mut self, node: &YamlNode, rule: &Json, path: &str, number: f64) {
        let least = rule.get("minimum").and_then(Json::as_f64);
        let most = rule.get("maximum").and_then(Json::as_f64).or_else(|| max_of_format(rule));
        let above = least.is_none_or(|least| number >= least);
        let below = most.is_none_or(|most| number <= most);
        if number.is_finite() && above && below {
            return;
        }
        let bounds = match (least, most) {
            _ if !number.is_finite() => "it must be a finite number".to_owned(),
            (Some(least), Some(most)) if max_of_format(rule).is_none_or(|end| most < end) => {
                format!("it must be from {least} to {most}")
            }
            (Some(least), _) if !above => format!("it must be at least {least}"),
            (_, Some(most)) => format!("it must be at most {most}"),
            _ => "it is out of range".to_owned(),
        };
        let found = hint::quote(self.text, &node.span);
        // 80 for 0.8 is the usual mistake; above 100 it is no percentage either.
        let help = (most == Some(1.0) && number > 1.0 && number <= 100.0).then(|| {
            format!("shares are fractions: {} % is `{}`", number, (number * 1e4).round() / 1e6)
        });
        self.add_finding(
            PolicyFaultKind::WrongValue,
            &node.span,
            format!("{} is {found}; {bounds}", self.subject(path)),
            help,
        );
    }

    fn check_list(&mut self, node: &YamlNode, items: &[YamlNode], rule: &'a Json, path: &str) {
        if items.is_empty() && rule.get("minItems").is_some() {
            self.add_finding(
                PolicyFaultKind::WrongValue,
                &node.span,
                format!("{} is an empty list", self.subject(path)),
                None,
            );
        }
        let Some(each) = rule.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            self.visit(item, each, &format!("{path}[{index}]"));
        }
    }

    fn check_mapping(
        &mut self,
        node: &YamlNode,
        entries: &[(YamlKey, YamlNode)],
        rule: &'a Json,
        path: &str,
    ) {
        let mut seen: BTreeMap<&str, &YamlKey> = BTreeMap::new();
        for (key, value) in entries {
            if let Some(first) = seen.get(key.name.as_str()) {
                let message = format!("{} is given twice", hint::code(&join(path, &key.name)));
                let line = hint::line_number(self.text, first.span.start);
                let help = format!("it is already on line {line}; keep one of them");
                self.add_finding(PolicyFaultKind::RepeatedKey, &key.span, message, Some(help));
            } else {
                seen.insert(&key.name, key);
            }
            match (property(rule, &key.name), rule.get("additionalProperties")) {
                (Some(rule), _) | (None, Some(rule @ Json::Object(_))) => {
                    self.visit(value, rule, &join(path, &key.name));
                }
                (None, Some(Json::Bool(false))) => self.add_unknown_key(key, rule, path),
                (None, _) => {}
            }
        }
        let required = rule.get("required").and_then(Json::as_array).into_iter().flatten();
        for name in required.filter_map(Json::as_str).filter(|name| !seen.contains_key(name)) {
            let message = format!("{} is missing", hint::code(&join(path, name)));
            self.add_finding(PolicyFaultKind::MissingKey, &node.span, message, None);
        }
    }

    fn add_unknown_key(&mut self, key: &YamlKey, rule: &Json, path: &str) {
        let known: Vec<&str> = keys(rule).collect();
        let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
        let message = format!("unknown key {}{place}", hint::code(&key.name));
        let help = hint::nearest(&key.name, &known)
            .map(|name| format!("did you mean `{name}`?"))
            .or_else(|| self.section_of(&key.name))
            .unwrap_or_else(|| format!("allowed keys: {}", known.join(", ")));
        self.add_finding(PolicyFaultKind::UnknownKey, &key.span, message, Some(help));
    }

    /// Where a key of another section belongs.
    fn section_of(&self, name: &str) -> Option<String> {
        let sections = self.schema.get("properties")?.as_object()?;
        let mut homes =
            sections.iter().filter(|(_, rule)| property(self.resolve(rule), name).is_some());
        if property(self.schema, name).is_some() {
            return Some(format!("`{name}` belongs at the top level"));
        }
        let (section, _) = homes.next()?;
        Some(format!("`{name}` belongs under `{section}`"))
    }

    fn add_wrong_type(&mut self, node: &YamlNode, choices: &[&Json], path: &str) {
        let texts: Vec<&str> =
            choices.iter().filter_map(|choice| choice.get("const")?.as_str()).collect();
        let expected = hint::expected_kinds(choices);
        let found = hint::actual_kind(node, self.text);
        let help = match &node.value {
            YamlValue::Text(text) if !texts.is_empty() => {
                hint::nearest(text, &texts).map(|name| format!("did you mean `{name}`?"))
            }
            value => hint::remedy(value, &self.text[node.span.clone()], choices),
        };
        let message = format!("{} must be {expected}, not {found}", self.subject(path));
        // A misspelled choice has the right type.
        let kind = match &node.value {
            YamlValue::Text(_) if !texts.is_empty() => PolicyFaultKind::WrongValue,
            _ => PolicyFaultKind::WrongType,
        };
        self.add_finding(kind, &node.span, message, help);
    }

    /// How messages name a node: its path, or the document.
    fn subject(&self, path: &str) -> String {
        if path.is_empty() {
            return format!("the {}", schema::document_name(self.schema));
        }
        hint::code(path)
    }

    fn add_finding(
        &mut self,
        kind: PolicyFaultKind,
        span: &Range<usize>,
        message: String,
        help: Option<String>,
    ) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(PolicyFinding { kind, message, span: span.clone(), help });
        }
    }
}

fn join(path: &str, name: &str) -> String {
    let name = crate::record::shorten(name, hint::MAX_QUOTE_CHARS);
    if path.is_empty() { name.into_owned() } else { format!("{path}.{name}") }
}

fn property<'a>(rule: &'a Json, name: &str) -> Option<&'a Json> {
    rule.get("properties")?.get(name)
}

fn keys(rule: &Json) -> impl Iterator<Item = &str> {
    let properties = rule.get("properties").and_then(Json::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
}

/// The largest value of the Rust type behind an integer, which JSON Schema leaves to `format`.
fn max_of_format(rule: &Json) -> Option<f64> {
    match rule.get("format")?.as_str()? {
        "uint32" => Some(f64::from(u32::MAX)),
        "uint64" => Some(u64::MAX as f64),
        "int64" => Some(i64::MAX as f64),
        _ => None,
    }
}

/// Whether a value is of the kind that one alternative asks for.
fn accepts(rule: &Json, value: &YamlValue) -> bool {
    if let Some(only) = rule.get("const") {
        return matches!(value, YamlValue::Text(text) if only.as_str() == Some(text));
    }
    let kind = match value {
        YamlValue::Null => "null",
        YamlValue::Flag(_) => "boolean",
        YamlValue::Integer(_) => "integer",
        YamlValue::Number(_) => "number",
        YamlValue::Text(_) => "string",
        YamlValue::List(_) => "array",
        YamlValue::Mapping(_) => "object",
    };
    let fits = |name: &Json| name == kind || (name == "number" && kind == "integer");
    match rule.get("type") {
        Some(Json::Array(names)) => names.iter().any(fits),
        Some(name) => fits(name),
        None => true,
    }
}
