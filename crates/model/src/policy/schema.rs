//! The JSON Schema of `policy.yml`, from the types that read it.
//!
//! Editors complete and check by it, and [`crate::policy::check`] walks it, so what an editor marks
//! and what the reader refuses cannot differ. Draft 2020-12.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::policy::Policy;

/// How the title of every schema begins.
const TITLE_START: &str = "benchpages ";

/// The schema as a value, made once. Keys are sorted: the same types give the same schema.
pub(crate) fn schema_value() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(generate);
    &DOCUMENT
}

fn generate() -> Value {
    let description = "When a change of a benchmark counts, what is shown, and who may say yes. \
                       Thresholds and shares are fractions: 0.10 is 10 %.";
    document_schema::<Policy>("policy", description)
}

/// The schema of a YAML document that `T` reads; errors call the document by its name.
pub fn document_schema<T: JsonSchema>(name: &str, description: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(simplify);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), format!("{TITLE_START}{name}").into());
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}

/// What errors call the document of a schema.
pub(crate) fn document_name(schema: &Value) -> &str {
    let title = schema.get("title").and_then(Value::as_str).unwrap_or_default();
    title.strip_prefix(TITLE_START).unwrap_or("file")
}

/// The schema as pretty JSON that ends in a newline.
pub fn schema_json() -> String {
    format!("{:#}\n", schema_value())
}

/// Drops the default of what is required, and unwraps the lines of doc comments.
fn simplify(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    if let Some(Value::Array(required)) = schema.get("required").cloned() {
        for name in required.iter().filter_map(Value::as_str) {
            let properties = schema.get_mut("properties");
            let property = properties.and_then(|all| all.get_mut(name));
            property.and_then(Value::as_object_mut).map(|property| property.remove("default"));
        }
    }
    transform_subschemas(&mut simplify, schema);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every schema inside a schema, the schema itself first.
    fn parts(schema: &Value) -> Vec<&Value> {
        let mut parts = vec![schema];
        let object = schema.as_object();
        for (key, value) in object.into_iter().flatten() {
            match (key.as_str(), value) {
                ("properties" | "$defs", Value::Object(inner)) => {
                    parts.extend(inner.values().flat_map(self::parts));
                }
                ("anyOf" | "oneOf", Value::Array(inner)) => {
                    parts.extend(inner.iter().flat_map(self::parts));
                }
                ("items" | "additionalProperties", inner) => parts.extend(self::parts(inner)),
                _ => {}
            }
        }
        parts
    }

    #[test]
    fn the_walk_knows_every_keyword_of_the_schema() {
        const CHECKED: [&str; 13] = [
            "$ref",
            "additionalProperties",
            "anyOf",
            "const",
            "format",
            "items",
            "maximum",
            "minItems",
            "minLength",
            "minimum",
            "oneOf",
            "properties",
            "required",
        ];
        const ANNOTATION_KEYWORDS: [&str; 6] =
            ["$defs", "$schema", "default", "description", "title", "type"];
        let document = schema_value();
        for part in parts(document) {
            for key in part.as_object().into_iter().flat_map(|part| part.keys()) {
                let known =
                    CHECKED.contains(&key.as_str()) || ANNOTATION_KEYWORDS.contains(&key.as_str());
                assert!(known, "`{key}` is not checked: {part}");
            }
            let limit = |name| part.get(name).is_some_and(|limit| limit != 1);
            assert!(!limit("minItems") && !limit("minLength"), "only emptiness is: {part}");
            let format = part.get("format").and_then(Value::as_str).unwrap_or("double");
            let numbers = ["double", "uint32", "uint64", "int64"];
            // Texts with a format are amounts, which the walk parses.
            let amounts = ["amount", "duration", "size", "rate"];
            assert!(numbers.contains(&format) || amounts.contains(&format), "{part}");
        }
    }

    #[test]
    fn the_schema_is_strict_documented_and_the_same_every_time() {
        let document = schema_value();
        assert_eq!(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(document.get("$id"), None);
        for part in parts(document) {
            let Some(properties) = part.get("properties").and_then(Value::as_object) else {
                continue;
            };
            assert_eq!(part["additionalProperties"], false, "{part}");
            for (name, property) in properties {
                assert!(property.get("description").is_some(), "`{name}` has no description");
                assert_ne!(property.get("default"), Some(&Value::Null), "{name}");
            }
        }
        assert_eq!(generate(), generate());
    }
}
