//! `docs/policy.md` is made of the schema of the policy: every key with its type, default and
//! meaning. A test writes it anew where it differs, and fails so that somebody looks at it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::run;

const HEAD: &str = "\
# Policy

Every key of `policy.yml`, made of the schema that `benchpages policy schema` prints. Editors that
read YAML schemas complete and check the keys. A key that is left out has its default. Thresholds
and shares are fractions: `0.10` is 10%.

```sh
# Every key with its default and an example:
benchpages policy show --reference > data/policy.yml
# All errors, with line, column and suggestion:
benchpages policy check
# The policy in force:
benchpages policy show
```

A minimal policy:

```yaml
version: \"1.0\"
regression:
  default_threshold: 0.10
  rules:
    - match: {backend: go, test: \"alloc_*\"}
      threshold: 0.25
governance:
  emergency_override_approvers: [ada]
```

`benchpages policy replay --against other.yml` shows what another policy would have reported
([replay](replay.md)). [Targets](targets.md) explains budgets, service levels and alerts.
";

/// The schema, and which of its types have a section.
struct Reference {
    schema: Value,
    text: String,
    /// Types that have a section, in order, each with its title.
    sections: Vec<(String, String)>,
}

impl Reference {
    /// The name of the type that a schema refers to.
    fn name_of(schema: &Value) -> Option<&str> {
        schema["$ref"].as_str()?.strip_prefix("#/$defs/")
    }

    fn definition(&self, name: &str) -> &Value {
        &self.schema["$defs"][name]
    }

    /// The title of the section of a type, which it gets where it is named first.
    fn title(&mut self, name: &str, key: &str) -> String {
        if let Some((_, title)) = self.sections.iter().find(|(known, _)| known == name) {
            return title.clone();
        }
        // One grammar for all filters, wherever they stand.
        let title = if name == "Filter" { "filters".to_owned() } else { format!("`{key}`") };
        self.sections.push((name.to_owned(), title.clone()));
        title
    }

    /// A type in words; `null` is left out, since a key may always be.
    ///
    /// `key` is where it stands: the section of an object is called by the key that holds it first.
    fn type_text(&mut self, schema: &Value, key: &str) -> String {
        if let Some(name) = Self::name_of(schema).map(str::to_owned) {
            let definition = self.definition(&name).clone();
            if definition["properties"].is_object() {
                let title = self.title(&name, key);
                return format!("[{title}](#{})", title.replace(['.', '`'], ""));
            }
            return self.type_text(&definition, key);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let words = choices.iter().map(|choice| match &choice["const"] {
                Value::Null => self.type_text(choice, key),
                value => format!("`{}`", value.as_str().unwrap()),
            });
            return words.collect::<Vec<_>>().join(", ");
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let words: Vec<String> = choices
                .iter()
                .filter(|choice| choice["type"] != "null")
                .map(|choice| self.type_text(choice, key))
                .collect();
            return words.join(" or ");
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        let kind = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
        match kind {
            Some("array") => format!("list: {}", self.type_text(&schema["items"], key)),
            Some("object") => {
                format!("by name: {}", self.type_text(&schema["additionalProperties"], key))
            }
            Some("boolean") => "`true`, `false`".to_owned(),
            Some("integer") => format!("whole number{}", range(schema)),
            Some("number") => format!("number{}", range(schema)),
            Some("string") => match schema["format"].as_str() {
                Some(format) => format!("text: {format} with its unit"),
                None => "text".to_owned(),
            },
            other => panic!("no words for {other:?} in {schema}"),
        }
    }

    /// A table of the keys of an object.
    fn keys(&mut self, schema: &Value, above: &str) {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        self.text.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
        for (key, value) in schema["properties"].as_object().unwrap() {
            let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
            let kind = self.type_text(value, &path).replace('|', "\\|");
            let default = match &value["default"] {
                _ if required.contains(&key.as_str()) => "required".to_owned(),
                Value::Null => "–".to_owned(),
                Value::Object(fields) if !fields.is_empty() => "its defaults".to_owned(),
                default => format!("`{default}`"),
            };
            let meaning = value["description"].as_str().unwrap_or_default().replace('|', "\\|");
            let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(self.text, "| `{key}` | {kind} | {default} | {meaning} |").unwrap();
        }
    }

    /// What each word of a choice means.
    fn choices(&mut self, schema: &Value) {
        let properties = schema["properties"].as_object().unwrap().clone();
        for (key, value) in properties {
            let mut of = &value;
            // Behind a list or an optional value.
            for _ in 0..3 {
                of = match (Self::name_of(of), of["items"].is_object(), of["anyOf"].is_array()) {
                    (Some(name), ..) => &self.schema["$defs"][name],
                    (_, true, _) => &of["items"],
                    (_, _, true) => &of["anyOf"][0],
                    _ => of,
                };
            }
            let Some(choices) = of["oneOf"].as_array() else { continue };
            let mut lines = String::new();
            for choice in choices {
                let (word, meaning) = (&choice["const"], choice["description"].as_str());
                if let (Some(word), Some(meaning)) = (word.as_str(), meaning) {
                    writeln!(lines, "- `{word}`: {}", meaning.replace('\n', " ")).unwrap();
                }
            }
            if !lines.is_empty() {
                write!(self.text, "\nWords of `{key}`:\n\n{lines}").unwrap();
            }
        }
    }

    fn section(&mut self, name: &str, title: &str) {
        let definition = self.definition(name).clone();
        let about = definition["description"].as_str().unwrap_or_default();
        write!(self.text, "\n## {title}\n\n{about}\n").unwrap();
        self.keys(&definition, title.trim_matches('`'));
        self.choices(&definition);
    }
}

fn range(schema: &Value) -> String {
    let bound = |name: &str| schema[name].as_f64();
    match (bound("minimum"), bound("maximum")) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) if low > 0.0 => format!(" from {low} on"),
        _ => String::new(),
    }
}

fn reference() -> String {
    let answer = run(&["policy", "schema"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let schema: Value = serde_json::from_str(&answer.out).unwrap();
    let mut reference = Reference {
        schema: schema.clone(),
        text: format!("{HEAD}\n## All keys\n"),
        sections: Vec::new(),
    };
    reference.keys(&schema, "");
    // In the order in which they are first named: those of the top level come first.
    let mut at = 0;
    while let Some((name, title)) = reference.sections.get(at).cloned() {
        reference.section(&name, &title);
        at += 1;
    }
    reference.text
}

#[test]
fn the_policy_reference_is_what_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let (reference, written) = (reference(), std::fs::read_to_string(&path).unwrap_or_default());
    if reference != written {
        std::fs::write(&path, reference).unwrap();
        panic!("docs/policy.md was rewritten: review the difference, then run again");
    }
}
