//! A declaration as it is written in YAML.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use model::record::Direction;

/// How a format is recognized and where the parts of its records stand.
///
/// A path leads to values: `latency.mean`, `jobs[].name` (each item of a list), `files.*` (each
/// value of an object), `rows[0]`, `data[name=value]` (the item whose `name` is `value`). `^`
/// before it goes to the value around, `/` to the root; `@key` is the key of the value. A
/// text names paths in braces: `"{group}/{name}"`; the first that has a text counts in
/// `"{title|name|'all'}"`. Conditions are joined by `&`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declaration {
    /// What `--format` calls it: small letters, digits and `-`.
    #[schemars(length(min = 1))]
    pub(crate) format: String,
    /// The tool and its option, for people.
    #[schemars(length(min = 1))]
    pub(crate) tool: String,
    /// The backend of its records, where they name none.
    #[schemars(length(min = 1))]
    pub(crate) backend: String,
    /// What the file is: `json`, `json-lines` or `csv`.
    #[serde(default)]
    pub(crate) layout: Layout,
    /// Paths of the root (JSON) or headings (CSV) by which the format is known; all must be there.
    /// Two are needed: one name may be anyone's.
    pub(crate) recognize: Vec<String>,
    /// Where the records stand, from the root. Default: the root itself; each row of a CSV.
    #[serde(default)]
    pub(crate) records: OneOrMany,
    /// Conditions under which a record is passed over, such as `is_skipped` or `total_ios=0`.
    #[serde(default)]
    pub(crate) skip: Vec<String>,
    /// The suite, a text.
    #[serde(default)]
    pub(crate) suite: String,
    /// The test, a text. `@file` is the name of the file without its ending.
    #[schemars(length(min = 1))]
    pub(crate) test: String,
    /// The backend of a record, a text.
    #[serde(default)]
    pub(crate) record_backend: String,
    /// The whole name, a text, where it is not suite and test: `--map` takes it apart.
    #[serde(default)]
    pub(crate) name: String,
    /// The mode, a text.
    #[serde(default)]
    pub(crate) mode: String,
    /// Parameters by name: texts. `n` is the size of the input. One of which a part is missing is
    /// left out.
    #[serde(default)]
    pub(crate) params: BTreeMap<String, ParamDeclaration>,
    /// Parameters whose names stand in the file.
    #[serde(default)]
    pub(crate) params_from: Vec<PairsDeclaration>,
    /// Fields beside the measurement, by name.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, NumberDeclaration>,
    /// Fields whose names stand in the file.
    #[serde(default)]
    pub(crate) fields_from: Vec<PairsDeclaration>,
    /// When a record is a failed run, and why. The first that holds counts.
    #[serde(default)]
    pub(crate) failed: Vec<FailureDeclaration>,
    /// The metrics of a record. Those that a record does not have are left out.
    pub(crate) metrics: Vec<MetricDeclaration>,
    /// When the record was measured, a text: RFC 3339 or a number since 1970.
    #[serde(default)]
    pub(crate) timestamp: String,
    /// The commit that was measured, a text.
    #[serde(default)]
    pub(crate) commit: String,
    /// The branch, a text.
    #[serde(default)]
    pub(crate) branch: String,
    /// The version of what was measured, a text.
    #[serde(default)]
    pub(crate) version: String,
}

/// What a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    /// One JSON value.
    #[default]
    Json,
    /// A JSON object a line; lines that do not begin with `{` are passed over.
    JsonLines,
    /// A heading and rows, with `,`, `;` or tabs.
    Csv,
}

/// One path, or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    /// One path.
    One(String),
    /// Several paths.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::One(".".to_owned())
    }
}

impl OneOrMany {
    pub(crate) fn paths(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths,
        }
    }
}

/// A parameter of the benchmark.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ParamDeclaration {
    /// A text.
    Text(String),
    /// A text that counts under a condition.
    Conditional(ConditionalParam),
}

/// A parameter that not every record has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionalParam {
    /// A text.
    pub(crate) text: String,
    /// The condition under which it counts.
    pub(crate) when: String,
}

impl ParamDeclaration {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Conditional(param) => &param.text,
        }
    }

    pub(crate) fn condition(&self) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Conditional(param) => Some(&param.when),
        }
    }
}

/// Names and values that stand in the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairsDeclaration {
    /// A path to each pair.
    pub(crate) each: String,
    /// The name, a text seen from the pair.
    #[serde(default = "key_text")]
    pub(crate) name: String,
    /// The value, a text seen from the pair.
    #[serde(default = "value_text")]
    pub(crate) value: String,
    /// How the names begin; it is cut off, and other names are passed over.
    #[serde(default)]
    pub(crate) prefix: String,
    /// Names that are left out.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Columns of a CSV: only those before this one.
    #[serde(default)]
    pub(crate) before: String,
}

fn key_text() -> String {
    "{@key}".to_owned()
}

fn value_text() -> String {
    "{.}".to_owned()
}

/// A kind of failed run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailureDeclaration {
    /// `path` (it is there, and neither false, 0 nor empty), `!path`, `path=value` or
    /// `path!=value`; several joined by `&`.
    pub(crate) when: String,
    /// Why there is no result, a text.
    #[schemars(length(min = 1))]
    pub(crate) reason: String,
}

/// One metric, or each of several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricDeclaration {
    /// A path to each metric, where their names stand in the file; the other paths begin there.
    #[serde(default)]
    pub(crate) each: String,
    /// What it is called, a text. A name from the file is written in `snake_case`.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// The condition under which it counts.
    #[serde(default)]
    pub(crate) when: String,
    /// The value. It may stand in text and carry its unit: `1.5 ms`. Default: the median of the
    /// samples.
    #[serde(default)]
    pub(crate) value: Option<NumberDeclaration>,
    /// The unit, a text, of values that carry none.
    #[serde(default)]
    pub(crate) unit: String,
    /// Units by the ends of the names in the file, which are cut off: `{Ms: ms, Ns: ns}`.
    #[serde(default)]
    pub(crate) unit_endings: BTreeMap<String, String>,
    /// Which way is better, where the metric's name and unit do not say it.
    #[serde(default)]
    pub(crate) better: Option<Direction>,
    /// The standard deviation.
    #[serde(default)]
    pub(crate) std: Option<NumberDeclaration>,
    /// A path to each sample.
    #[serde(default)]
    pub(crate) samples: String,
    /// `min`, `max`, `median`, `p95` and others by name.
    #[serde(default)]
    pub(crate) statistics: BTreeMap<String, NumberDeclaration>,
}

/// Where a number stands, and what it is multiplied by.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum NumberDeclaration {
    /// A path.
    Path(String),
    /// A path and a factor.
    Scaled(ScaledDeclaration),
    /// Everything that a path leads to, added up.
    Sum(SumDeclaration),
}

/// A number that the file holds in parts, in one unit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SumDeclaration {
    /// A path to each part.
    pub(crate) sum: String,
}

/// A number that the file holds in a multiple.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaledDeclaration {
    /// A path.
    pub(crate) path: String,
    /// What the number is multiplied by.
    pub(crate) times: f64,
}

impl NumberDeclaration {
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Scaled(scaled) => &scaled.path,
            Self::Sum(parts) => &parts.sum,
        }
    }

    pub(crate) fn factor(&self) -> f64 {
        match self {
            Self::Path(_) | Self::Sum(_) => 1.0,
            Self::Scaled(scaled) => scaled.times,
        }
    }
}

impl Declaration {
    /// By what it is recognized, for people.
    pub(crate) fn marks(&self) -> String {
        let marks: Vec<String> = self.recognize.iter().map(|mark| format!("`{mark}`")).collect();
        let kind = match self.layout {
            Layout::Json => "JSON with",
            Layout::JsonLines => "lines of JSON with",
            Layout::Csv => "a CSV with the columns",
        };
        match marks.as_slice() {
            [most @ .., last] if !most.is_empty() => {
                format!("{kind} {} and {last}", most.join(", "))
            }
            all => format!("{kind} {}", all.concat()),
        }
    }

    /// What it yields, for people.
    pub(crate) fn yields(&self) -> String {
        let mut metrics: Vec<String> = Vec::new();
        for (index, metric) in self.metrics.iter().enumerate() {
            // A metric that stands in several places of a file is one metric.
            if self.metrics[..index]
                .iter()
                .any(|earlier| earlier.name == metric.name && earlier.each == metric.each)
            {
                continue;
            }
            let name = if metric.name.contains('{') {
                format!("each of `{}`", metric.each)
            } else {
                metric.name.clone()
            };
            let mut extra: Vec<&str> = Vec::new();
            extra.extend(metric.std.iter().map(|_| "std"));
            extra.extend(metric.statistics.keys().map(String::as_str));
            extra.extend((!metric.samples.is_empty()).then_some("samples"));
            let text =
                if extra.is_empty() { name } else { format!("{name} ({})", extra.join(", ")) };
            metrics.push(text);
        }
        let mut text = metrics.join(", ");
        let mut add = |names: Vec<&str>, what: &str| {
            if !names.is_empty() {
                text.push_str(&format!("; {} as {what}", names.join(", ")));
            }
        };
        let mut params: Vec<&str> = self.params.keys().map(String::as_str).collect();
        params.extend(self.params_from.iter().map(|pairs| &*pairs.each));
        add(params, "parameters");
        add(self.fields.keys().map(String::as_str).collect(), "fields");
        text
    }
}
