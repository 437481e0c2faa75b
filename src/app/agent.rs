//! Answers to the questions of a coding agent: the JSON of the site, of `compare` and of `check`,
//! each with a sentence in the words of pages and reports.
//!
//! Every question loads the history anew, so that an answer is never older than the question.
//! Nothing is written into the history directory, and no question names a path.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::build::site_input;
use crate::app::check::CheckRequest;
use crate::app::compare::compare;
use crate::app::load::load;
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::app::session::Session;
use crate::mcp::question::{
    CheckQuestion, ComparisonQuestion, ExplanationQuestion, RegressionStates, SeriesListQuestion,
    SeriesQuestion, ToolAnswer, ToolQuestion,
};
use crate::report::candidate::CandidateRef;
use crate::report::urls::{self, LinkRoot};
use crate::report::{json, outcome_text, wording};
use crate::site::verdict_counts::verdict_counts;
use crate::site::{SiteContext, api, presets, series_answers, verdict};
use model::filter::Filter;
use model::text;

/// Names that are suggested for one that no series has.
const MAX_SUGGESTIONS: usize = 3;
/// Series of one answer.
const MAX_SERIES: usize = 500;
/// Runs of one answer.
const MAX_RUNS: usize = 1_000;

/// A history directory that an agent asks about.
pub(crate) struct AgentHistory {
    options: LoadOptions,
    /// Questions are answered one by one: each takes the memory of the whole history.
    turn: Mutex<()>,
}

impl AgentHistory {
    /// # Errors
    /// There is no such directory.
    pub(crate) fn open(options: LoadOptions) -> anyhow::Result<Self> {
        let data = &options.data;
        if !data.is_dir() {
            bail!("no history directory at {}: name it with --data DIR", data.display());
        }
        let options = LoadOptions { is_read_only: true, ..options };
        Ok(Self { options, turn: Mutex::new(()) })
    }

    /// # Errors
    /// The history cannot be loaded, or the question names what is not in it.
    pub(crate) fn answer(&self, question: &ToolQuestion) -> anyhow::Result<ToolAnswer> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // The clock goes on between two questions.
        let options = self.options.at_present();
        match question {
            ToolQuestion::Check(question) => checked(options, question),
            ToolQuestion::Comparison(question) => compared(&options, question),
            _ => {
                // Pages and their look-ups borrow the project, so they live for one question.
                let project = load(&options, &Silent)?;
                let input = site_input(&project);
                of_site(&SiteContext::of(&input)?, question)
            }
        }
    }
}

/// Answers that the JSON of the site has.
fn of_site(site: &SiteContext<'_>, question: &ToolQuestion) -> anyhow::Result<ToolAnswer> {
    match question {
        ToolQuestion::Regressions(question) => regressions(site, question.state),
        ToolQuestion::SeriesList(question) => series_list(site, question),
        ToolQuestion::Series(question) => one_series(site, question),
        ToolQuestion::Explanation(question) => explanation(site, question),
        _ => policy(site),
    }
}

/// A file of the site's JSON.
fn file(site: &SiteContext<'_>, name: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&api::site_file(site, name)?)?)
}

/// Leaves in a list of a file what the condition holds for.
fn retain(file: &mut Value, list: &str, condition: impl Fn(&Value) -> bool) {
    if let Some(list) = file.get_mut(list).and_then(Value::as_array_mut) {
        list.retain(|item| condition(item));
    }
}

fn regressions(site: &SiteContext<'_>, states: RegressionStates) -> anyhow::Result<ToolAnswer> {
    let mut data = file(site, "regressions.json")?;
    let state = match states {
        RegressionStates::Open => Some("open"),
        RegressionStates::Suspected => Some("suspected"),
        RegressionStates::All => None,
    };
    retain(&mut data, "groups", |group| state.is_none_or(|state| group["state"] == state));
    let all: Vec<usize> = site.series_indices().collect();
    Ok(ToolAnswer { sentence: counted(site, &all), data })
}

/// How many series have which verdict.
fn counted(site: &SiteContext<'_>, series: &[usize]) -> String {
    match series {
        [] => "No series.".to_owned(),
        _ => verdict_counts(site, series).plain(),
    }
}

fn series_list(
    site: &SiteContext<'_>,
    question: &SeriesListQuestion,
) -> anyhow::Result<ToolAnswer> {
    let filter = Filter::parse_args(&question.filter).map_err(anyhow::Error::msg)?;
    let words: Vec<String> = question.search.split_whitespace().map(str::to_lowercase).collect();
    let has_words = |index: &usize| {
        let key = &site.series(*index).0.key;
        let name = format!("{} {} {}", site.stems[*index], key.name(), wording::series_label(key));
        let name = name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    };
    let mut matched = presets::members(&filter, site.input, &site.change_ages);
    matched.retain(has_words);
    let sentence = counted(site, &matched);
    // A client that asks for everything would fill the context of its model.
    let limit = question.limit.clamp(1, MAX_SERIES);
    let shown = matched.iter().skip(question.offset).take(limit);
    let shown: Vec<&str> = shown.map(|index| site.stems[*index].as_str()).collect();
    let mut data = file(site, "index.json")?;
    retain(&mut data, "series", |series| {
        series["id"].as_str().is_some_and(|id| shown.contains(&id))
    });
    data["matched"] = matched.len().into();
    Ok(ToolAnswer { sentence, data })
}

fn one_series(site: &SiteContext<'_>, question: &SeriesQuestion) -> anyhow::Result<ToolAnswer> {
    let index = series_named(site, &question.series)?;
    let runs = site.series(index).0.runs.len();
    let first = runs.saturating_sub(question.runs.clamp(1, MAX_RUNS));
    let data = serde_json::from_slice(&api::series::with_runs(site, index, first)?)?;
    Ok(ToolAnswer { sentence: sentence(site, index), data })
}

fn explanation(
    site: &SiteContext<'_>,
    question: &ExplanationQuestion,
) -> anyhow::Result<ToolAnswer> {
    let index = series_named(site, &question.series)?;
    let id = site.stems[index].as_str();
    let (series, analysis) = site.series(index);
    let level = chart::level_lines(series, analysis).last().map(|level| level.to);
    let answers = series_answers::of_series(site, root(site, index), index, level);
    let answers = answers.into_iter().map(
        |it| json!({"answer": it.answer.plain(), "note": it.note.plain(), "question": it.question}),
    );
    let mut changes = file(site, "events.json")?;
    retain(&mut changes, "events", |event| event["series"] == id);
    let mut groups = file(site, "regressions.json")?;
    let is_member = |member: &Value| member["series"] == id;
    retain(&mut groups, "groups", |group| {
        group["members"].as_array().is_some_and(|members| members.iter().any(is_member))
    });
    let data = json!({
        "answers": answers.collect::<Vec<_>>(),
        "changes": changes["events"],
        "regressions": groups["groups"],
        "series": id,
        "url": site.series_path(index),
        "verdict": wording::verdict_name(analysis.verdict),
    });
    Ok(ToolAnswer { sentence: sentence(site, index), data })
}

/// The sentence on top of the page of a series.
fn sentence(site: &SiteContext<'_>, index: usize) -> String {
    verdict::sentence(site, root(site, index), index).plain()
}

fn root(site: &SiteContext<'_>, index: usize) -> LinkRoot {
    LinkRoot::from(&urls::series(&site.stems[index]), site.input.options.explicit_index)
}

/// A series by its id, or by its name.
fn series_named(site: &SiteContext<'_>, name: &str) -> anyhow::Result<usize> {
    let is_named =
        |index: &usize| site.stems[*index] == name || site.series(*index).0.key.name() == name;
    // By id first: a name with a slash in it could look like the id of another series.
    let by_id = site.stems.iter().position(|stem| stem == name);
    by_id.or_else(|| site.series_indices().find(is_named)).with_context(|| {
        // Jaro-Winkler favors a common beginning, and ids begin with the test.
        let similarity = |stem: &&String| strsim::jaro_winkler(name, stem);
        let mut similar: Vec<&String> = site.stems.iter().collect();
        similar.sort_by(|a, b| similarity(b).total_cmp(&similarity(a)).then_with(|| a.cmp(b)));
        let similar: Vec<String> = similar.into_iter().take(MAX_SUGGESTIONS).cloned().collect();
        let hint = match similar.is_empty() {
            true => "the history has no series".to_owned(),
            false => format!("similar ids: {}; `list_series` lists all", text::join_and(&similar)),
        };
        format!("no series `{name}`: {hint}")
    })
}

fn policy(site: &SiteContext<'_>) -> anyhow::Result<ToolAnswer> {
    let threshold = text::percent(site.input.policy.regression.default_threshold);
    let sentence = format!("Policy {}, default threshold {threshold}.", site.input.policy_sha);
    Ok(ToolAnswer { sentence, data: file(site, "policy.json")? })
}

fn compared(options: &LoadOptions, question: &ComparisonQuestion) -> anyhow::Result<ToolAnswer> {
    let filter = Filter::parse_args(&question.filter).map_err(anyhow::Error::msg)?;
    let comparison = compare(options, &question.base, &question.head, &filter, &Silent)?;
    let data = serde_json::from_str(&comparison.json())?;
    Ok(ToolAnswer { sentence: comparison.headline(), data })
}

fn checked(options: LoadOptions, question: &CheckQuestion) -> anyhow::Result<ToolAnswer> {
    let candidate = match (&question.candidate, question.pull) {
        (Some(_), Some(_)) => bail!("name `candidate` or `pull`, not both"),
        (Some(name), None) => CandidateRef::Commit(name.clone()),
        (None, Some(number)) => CandidateRef::Pull(number),
        (None, None) => CandidateRef::Newest,
    };
    let request = CheckRequest {
        options,
        candidate,
        base: question.base.clone(),
        base_branch: None,
        override_request: None,
        trust_checkout: false,
        allow_first_runs: false,
        artifact: None,
    };
    // A session grants no override and writes no audit log.
    let outcome = Session::default().check(&request, &[], &Silent)?.outcome;
    let sentence =
        format!("{} {}", outcome_text::headline(&outcome), outcome_text::next_step(&outcome));
    Ok(ToolAnswer { sentence, data: serde_json::to_value(json::check_file(&outcome))? })
}
