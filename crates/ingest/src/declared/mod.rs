//! Formats that are declared, not coded: a YAML file says how a JSON or CSV output is recognized
//! and where names, values, units and parameters stand in it. The program's own are in `formats/`;
//! `--format-file` takes the user's.
//!
//! ```yaml
//! format: jobtimes
//! tool: our own job runner
//! backend: ruby
//! recognize: [runner, "jobs[].seconds"]
//! records: "jobs[]"
//! test: "{name}"
//! params: {queue: "{queue}"}
//! metrics:
//!   - {name: time, value: seconds, unit: s}
//! ```
//!
//! reads `{"runner": "1.2", "jobs": [{"name": "mail", "queue": "slow", "seconds": 3.5}]}` as test
//! `mail` with `queue=slow` and a time of 3.5 s.

pub(crate) mod built_in;
mod compile;
mod condition;
mod declaration;
mod document;
mod number;
mod path;
mod reader;
mod template;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde_json::Value;

use crate::declared::compile::CompiledFormat;
use crate::declared::declaration::Declaration;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::policy::checked_yaml;
use model::policy::diagnostic::Diagnostic;
use model::policy::schema::document_schema;

/// A declared format, ready to recognize and to read texts.
pub struct DeclaredFormat(Box<CompiledFormat>);

impl DeclaredFormat {
    /// Whether all marks of the format stand in a text.
    pub(crate) fn recognizes(&self, text: &Text) -> bool {
        reader::recognizes(&self.0, text)
    }

    /// Its marks that do not stand in a text, as they were written.
    pub(crate) fn missing_marks(&self, text: &Text) -> Vec<&str> {
        reader::missing_marks(&self.0, text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// It does not have the layout of the format.
    pub(crate) fn read(&self, text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
        reader::read(&self.0, text, sink)
    }
}

/// A declaration that was read: what it says of itself, and how it reads.
pub(crate) struct ParsedDeclaration {
    pub(crate) name: String,
    pub(crate) tool: String,
    pub(crate) backend: String,
    /// By what it is recognized, for people.
    pub(crate) signature: String,
    /// What it yields, for people.
    pub(crate) yields: String,
    pub(crate) format: DeclaredFormat,
}

/// Reads the declaration of a format; `file` is the name that places carry.
///
/// # Errors
/// All faults of the declaration.
pub(crate) fn parse(text: &str, file: &str) -> Result<ParsedDeclaration, Vec<Diagnostic>> {
    let mut compiled = None;
    let declaration: Declaration = checked_yaml::read(text, file, schema(), |declaration| {
        // What the check compiles is what reads: a declaration without faults is ready.
        match compile::compile(declaration) {
            Ok(format) => {
                compiled = Some(format);
                Vec::new()
            }
            Err(faults) => faults,
        }
    })?;
    let format = compiled.map(|format| DeclaredFormat(Box::new(format))).ok_or_else(Vec::new)?;
    Ok(ParsedDeclaration {
        signature: declaration.marks(),
        yields: declaration.yields(),
        name: declaration.format,
        tool: declaration.tool,
        backend: declaration.backend,
        format,
    })
}

/// The JSON Schema of a declaration.
fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let description = "How a benchmark tool's JSON or CSV output is recognized and read.";
        document_schema::<Declaration>("format", description)
    });
    &SCHEMA
}
