//! The tools: names, descriptions, schemas of their arguments, and how arguments become a question.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mcp::question::{
    CheckQuestion, ComparisonQuestion, ExplanationQuestion, NoArguments, RegressionsQuestion,
    SeriesListQuestion, SeriesQuestion, ToolQuestion,
};

/// A tool that a client may call.
pub(super) struct ToolSpec {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    schema: fn() -> JsonObject,
    question: fn(JsonObject) -> serde_json::Result<ToolQuestion>,
}

pub(super) const ALL: [ToolSpec; 7] = [
    ToolSpec {
        name: "open_regressions",
        title: "Open regressions",
        description: "Regressions by likely cause, the largest first: each group with its series, \
                      the suspect commits, the commands that compare and accept, and a sentence. \
                      `data` is the site's regressions.json.",
        schema: schema::<RegressionsQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::Regressions),
    },
    ToolSpec {
        name: "list_series",
        title: "List or search series",
        description: "Series with unit, direction, latest value, baseline, threshold, noise and \
                      verdict, in the order of the site. `data` is the site's index.json; \
                      `matched` counts the series before `limit`.",
        schema: schema::<SeriesListQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::SeriesList),
    },
    ToolSpec {
        name: "get_series",
        title: "One series",
        description: "One series: verdict, levels, changes, runners, and its newest runs, oldest \
                      first. `data` is the site's JSON of the series.",
        schema: schema::<SeriesQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::Series),
    },
    ToolSpec {
        name: "compare_commits",
        title: "Compare two commits",
        description: "Two commits, series by series, with the geometric mean of each metric. \
                      `data` is the JSON of `benchpages compare`.",
        schema: schema::<ComparisonQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::Comparison),
    },
    ToolSpec {
        name: "explain_verdict",
        title: "Explain a verdict",
        description: "Why a series has its verdict: four answers (slower, since when, how sure, \
                      whose change), its changes with their evidence, and the groups of \
                      regressions that it belongs to.",
        schema: schema::<ExplanationQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::Explanation),
    },
    ToolSpec {
        name: "check",
        title: "Check a change",
        description: "Whether a pull request, a commit or the newest run of the main line passes: \
                      outcome, findings and what to do next. Grants no override and writes \
                      nothing. `data` is the JSON of `benchpages check`.",
        schema: schema::<CheckQuestion>,
        question: |arguments| parse(arguments).map(ToolQuestion::Check),
    },
    ToolSpec {
        name: "get_policy",
        title: "The policy",
        description: "The policy in force: thresholds, targets, rules and who may accept, every \
                      default filled in. `data` is the site's policy.json.",
        schema: schema::<NoArguments>,
        question: |arguments| parse::<NoArguments>(arguments).map(|_| ToolQuestion::Policy),
    },
];

pub(super) fn named(name: &str) -> Option<&'static ToolSpec> {
    // The constant is a value; a reference that lasts needs a place.
    const TOOLS: &[ToolSpec] = &ALL;
    TOOLS.iter().find(|tool| tool.name == name)
}

impl ToolSpec {
    pub(super) fn describe(&self) -> Tool {
        // Nothing outside of the history is read, and the same question has the same answer until
        // the history changes.
        let hints = ToolAnnotations::new().read_only(true).idempotent(true).open_world(false);
        Tool::new(self.name, self.description, (self.schema)())
            .with_title(self.title)
            .with_annotations(hints)
    }

    /// # Errors
    /// An argument is missing, unknown or of the wrong type, in words for the model.
    pub(super) fn parse(&self, arguments: JsonObject) -> Result<ToolQuestion, String> {
        let fault = |error| format!("arguments of `{}`: {error}; see its schema", self.name);
        (self.question)(arguments).map_err(fault)
    }
}

fn schema<T: JsonSchema>() -> JsonObject {
    let mut schema = schemars::schema_for!(T).to_value();
    schema.as_object_mut().map(std::mem::take).unwrap_or_default()
}

fn parse<T: DeserializeOwned>(arguments: JsonObject) -> serde_json::Result<T> {
    serde_json::from_value(Value::Object(arguments))
}
