//! The questions of an agent, and the form of an answer. The documentation comments of the
//! arguments are the descriptions in their JSON schemas.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A call of a tool, its arguments parsed.
#[derive(Debug)]
pub(crate) enum ToolQuestion {
    Regressions(RegressionsQuestion),
    SeriesList(SeriesListQuestion),
    Series(SeriesQuestion),
    Comparison(ComparisonQuestion),
    Explanation(ExplanationQuestion),
    Check(CheckQuestion),
    Policy,
}

/// What a tool answers.
#[derive(Debug)]
pub(crate) struct ToolAnswer {
    /// All of it in a sentence or two, in the words of pages and reports.
    pub(crate) sentence: String,
    /// A file of the site's JSON, or the JSON of a command.
    pub(crate) data: Value,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RegressionsQuestion {
    /// Which regressions: those that are open, those that need more runs to be confirmed, or every
    /// one in the history with its state.
    pub(crate) state: RegressionStates,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RegressionStates {
    #[default]
    Open,
    Suspected,
    All,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SeriesListQuestion {
    /// Conditions that must all hold, as on the command line: `backend=julia,rust`, `n=1000000..`,
    /// `parallel=true`, `test=sum_*`, `not.mode=loops`.
    pub(crate) filter: Vec<String>,
    /// Words that must all occur in the name of a series; case does not matter.
    pub(crate) search: String,
    /// How many series at most, from 1 to 500.
    pub(crate) limit: usize,
    /// How many to skip: the end of the last answer continues there.
    pub(crate) offset: usize,
}

impl Default for SeriesListQuestion {
    fn default() -> Self {
        Self { filter: Vec::new(), search: String::new(), limit: 50, offset: 0 }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesQuestion {
    /// The id of a series (`parse/rust/default/1000`), as `list_series` and all other answers have
    /// it.
    pub(crate) series: String,
    /// How many of its newest runs at most, from 1 to 1000.
    #[serde(default = "default_runs")]
    pub(crate) runs: usize,
}

fn default_runs() -> usize {
    30
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparisonQuestion {
    /// The commit before: the id of a measured commit or the beginning of one, a tag, `latest`, or
    /// a name that git knows in the working directory.
    pub(crate) base: String,
    /// The commit after; named in the same way.
    pub(crate) head: String,
    /// Only some series: conditions as in `list_series`.
    #[serde(default)]
    pub(crate) filter: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplanationQuestion {
    /// The id of a series, as `list_series` and all other answers have it.
    pub(crate) series: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckQuestion {
    /// The commit to check: measured, or a name that git knows in the working directory. Without it
    /// and without `pull`: the newest run of the main line.
    pub(crate) candidate: Option<String>,
    /// The pull request to check, by its number.
    pub(crate) pull: Option<u64>,
    /// The commit to compare with. Without it: the nearest measured ancestor, and on the main line
    /// the rolling baseline.
    pub(crate) base: Option<String>,
}

/// Of a tool without arguments.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NoArguments {}
