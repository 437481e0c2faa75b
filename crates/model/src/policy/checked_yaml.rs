//! YAML files that are checked as strictly as the policy: every fault at once, each with its place
//! and a suggestion. Declared formats of `ingest` are read so.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::policy::check::{self, PolicyFinding};
use crate::policy::diagnostic::{Diagnostic, DiagnosticLevel, PolicyFaultKind};
use crate::policy::read;
use crate::policy::tree::{self, PathStep, SyntaxError, YamlNode};

/// A fault that the schema cannot find, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFault {
    /// Keys, and numbers of items from 0, from the root.
    pub path: Vec<FieldStep>,
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldStep {
    Key(String),
    Item(usize),
}

/// Reads a document of a schema (`schema::document_schema`). `file` is the name that places carry;
/// `check` finds what the schema cannot.
///
/// # Errors
/// All faults of the document.
pub fn read<T: DeserializeOwned>(
    text: &str,
    file: &str,
    schema: &Value,
    check: impl FnOnce(&T) -> Vec<FieldFault>,
) -> Result<T, Vec<Diagnostic>> {
    read_or_find(text, schema, check).map_err(|findings| {
        let with_level = |finding| (DiagnosticLevel::Error, finding);
        read::to_diagnostics(findings.into_iter().map(with_level).collect(), text, file)
    })
}

fn read_or_find<T: DeserializeOwned>(
    text: &str,
    schema: &Value,
    check: impl FnOnce(&T) -> Vec<FieldFault>,
) -> Result<T, Vec<PolicyFinding>> {
    let root = tree::parse(text).map_err(|SyntaxError { message, help, span }| {
        vec![PolicyFinding { kind: PolicyFaultKind::Syntax, message, span, help }]
    })?;
    let faults = check::check_schema(&root, schema, text);
    if !faults.is_empty() {
        return Err(faults);
    }
    let document = serde_json::from_value(root.to_json()).map_err(|error| {
        let span = root.span.start..root.span.start;
        let (kind, message) = (PolicyFaultKind::WrongValue, error.to_string());
        vec![PolicyFinding { kind, message, span, help: None }]
    })?;
    let faults = check(&document);
    if faults.is_empty() {
        return Ok(document);
    }
    let place = |fault: FieldFault| PolicyFinding {
        kind: PolicyFaultKind::WrongValue,
        span: span_of(&root, &fault.path),
        message: fault.message,
        help: fault.help,
    };
    Err(faults.into_iter().map(place).collect())
}

fn span_of(root: &YamlNode, path: &[FieldStep]) -> Range<usize> {
    let mut steps = Vec::new();
    for step in path {
        steps.push(match step {
            FieldStep::Key(name) => PathStep::Key(name),
            FieldStep::Item(index) => PathStep::Item(*index),
        });
    }
    tree::span_of(root, &steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::schema;

    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Recipe {
        /// What it is called.
        name: String,
        /// What goes in.
        #[serde(default)]
        parts: Vec<String>,
    }

    #[test]
    fn all_faults_of_a_kind_are_found_at_once_with_their_places() {
        let schema = schema::document_schema::<Recipe>("recipe", "A recipe.");
        let empty = |recipe: &Recipe| {
            let all = recipe.parts.iter().enumerate().filter(|(_, part)| part.is_empty());
            let fault = |(at, _)| FieldFault {
                path: vec![FieldStep::Key("parts".to_owned()), FieldStep::Item(at)],
                message: "no part".to_owned(),
                help: None,
            };
            all.map(fault).collect()
        };
        let text = "nmae: x\nparts: 3\n";
        let faults = read::<Recipe>(text, "r.yml", &schema, empty).unwrap_err();
        let messages: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
        let wanted =
            ["unknown key `nmae`", "`name` is missing", "`parts` must be a list of text, not `3`"];
        for message in wanted {
            assert!(messages.contains(&message), "{messages:?}");
        }
        let text = "name: x\nparts: [a, '', b, '']\n";
        let faults = read::<Recipe>(text, "r.yml", &schema, empty).unwrap_err();
        let places: Vec<String> = faults.iter().map(|fault| fault.location.to_string()).collect();
        assert_eq!(places, ["r.yml:2:12", "r.yml:2:19"]);
        let whole = read::<Recipe>("name: x\n", "r.yml", &schema, empty).expect("no faults");
        assert_eq!((&*whole.name, whole.parts.len()), ("x", 0));
        let faults = read::<Recipe>("3", "r.yml", &schema, empty).unwrap_err();
        assert!(faults[0].message.starts_with("the recipe must be"), "{}", faults[0].message);
    }
}
