//! What is searched: the commits between a last good and a bad one, and the series that is worse.
//!
//! A regression of the history names all of it. Two commits name the ends, and the series is the
//! one that the command measures, or that `--series` names.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{BisectRequest, place_here};
use crate::app::load::Project;
use crate::regressions::shell_glob;
use crate::report::regression_groups::{GroupInput, Regression, RegressionGroup, RegressionKind};
use crate::vcs::git;
use model::history::session::Side;
use model::policy::accepted;
use model::record::Direction;
use model::series::session_series::SessionSeries;
use model::text;

/// Most commits between the ends.
const MAX_COMMITS: u32 = 9999;
/// Regressions or series that a message lists.
const MAX_LISTED: usize = 5;

/// What is searched.
pub(super) struct Goal {
    /// Full id.
    pub(super) good: String,
    /// Full ids of the commits after it, oldest first; the last is bad.
    pub(super) commits: Vec<String>,
    /// The id of the commit that the note is about: the history has it.
    pub(super) regression_commit: String,
    /// The recorded change, relative and unsigned.
    pub(super) recorded: Option<f64>,
    series: SeriesChoice,
    /// The folder in the repository where the command runs.
    place: String,
}

/// Which series is searched.
enum SeriesChoice {
    /// The name of the regression's.
    Named(String),
    /// A glob of names.
    Glob(String),
    /// The only one.
    Any,
}

/// A last good and a bad commit, as somebody or the history names them.
struct Ends {
    good: String,
    bad: String,
}

impl Goal {
    /// # Errors
    /// No such open regression, a commit that git does not know, or ends that are no line.
    pub(super) fn of(request: &BisectRequest, project: Option<&Project>) -> anyhow::Result<Self> {
        let place = place_here()?;
        let (ends, recorded, series) = match &request.regression {
            Some(name) => {
                let regression = OpenRegression::find(name, request, project)?;
                let series = SeriesChoice::Named(regression.series);
                (regression.ends, Some(regression.change), series)
            }
            None => {
                let ends = request.good.clone().zip(request.bad.clone());
                let (good, bad) = ends.context("name a REGRESSION, or --good and --bad")?;
                let series = request.series.clone().map_or(SeriesChoice::Any, SeriesChoice::Glob);
                (Ends { good, bad }, None, series)
            }
        };
        let good = resolve("good", &ends.good)?;
        let bad = resolve("bad", &ends.bad)?;
        let commits = commits_between(&good, &bad)?;
        // As the history names it: an abbreviated id there is found by nothing else.
        let is_recorded = request.regression.is_some();
        let regression_commit = if is_recorded { ends.bad } else { bad };
        Ok(Self { good, commits, regression_commit, recorded, series, place })
    }

    pub(super) fn bad(&self) -> &str {
        self.commits.last().map_or("", |id| id)
    }

    /// The folder of a checkout in which the command runs.
    pub(super) fn folder_in(&self, checkout: &Path) -> anyhow::Result<PathBuf> {
        let folder = checkout.join(&self.place);
        if !folder.is_dir() {
            bail!("the commit has no folder {}", self.place);
        }
        Ok(folder)
    }

    /// The series of the first round that is searched.
    ///
    /// # Errors
    /// The command measures none that is named, or several.
    pub(super) fn choose(&self, all: Vec<SessionSeries>) -> anyhow::Result<SessionSeries> {
        let names: Vec<String> = all.iter().map(|series| series.key.name()).collect();
        let fits = |series: &SessionSeries| match &self.series {
            SeriesChoice::Named(name) => series.key.name() == *name,
            SeriesChoice::Glob(glob) => accepted::matches(glob, &series.key.name()),
            SeriesChoice::Any => true,
        };
        let is_measured = |it: &SessionSeries| it.has(Side::Base) && it.has(Side::Head);
        let fitting = all.into_iter().filter(|it| is_measured(it) && fits(it));
        let mut fitting: Vec<SessionSeries> = fitting.collect();
        if fitting.len() > 1 {
            let names = fitting.iter().map(|series| series.key.name()).collect();
            bail!("the command measures several series; name one:{}", options(names));
        }
        let Some(series) = fitting.pop() else {
            bail!(
                "the command prints no value of {} on both commits; it measures:{}",
                self.series_text(),
                options(names)
            );
        };
        // The search looks for what is worse, so somebody has to say what that is.
        if series.direction == Direction::Unknown {
            let metric = &series.key.metric;
            bail!(
                "nobody says which way {metric} is better; add `metrics: {{{metric}: {{better: \
                 lower}}}}` to policy.yml"
            );
        }
        Ok(series)
    }

    pub(super) fn series_text(&self) -> &str {
        match &self.series {
            SeriesChoice::Named(name) | SeriesChoice::Glob(name) => name,
            SeriesChoice::Any => "a benchmark",
        }
    }
}

/// Names as they would be typed, one a line.
fn options(names: Vec<String>) -> String {
    let listed = names.iter().take(MAX_LISTED);
    let lines = listed.map(|name| format!("\n  --series '{}'", shell_glob(name)));
    let mut lines: String = lines.collect();
    if names.len() > MAX_LISTED {
        lines.push_str(&format!("\n  and {} more", text::count((names.len() - MAX_LISTED) as u64)));
    }
    if names.is_empty() { " nothing".to_owned() } else { lines }
}

/// A regression of the history that can be searched.
struct OpenRegression {
    ends: Ends,
    series: String,
    change: f64,
}

impl OpenRegression {
    fn find(
        name: &str,
        request: &BisectRequest,
        project: Option<&Project>,
    ) -> anyhow::Result<Self> {
        let data = request.measure.options.data.display();
        let project = project.with_context(|| {
            format!("{data}: no history directory; name one: --data DIR, or use --good and --bad")
        })?;
        let input = GroupInput {
            history: &project.history,
            series: &project.series,
            analyses: &project.analyses.by_series,
            notes: &[],
        };
        let groups = input.groups();
        let id = id_of(name);
        let is_of = |group: &&RegressionGroup| {
            group.members.iter().any(|member| member.event.as_deref() == Some(id))
        };
        let Some(group) = groups.iter().find(is_of) else {
            bail!("no regression `{id}` in {data}; {}", open_ids(&groups));
        };
        if group.state() != "open" {
            bail!("the regression `{id}` is {}, not open; {}", group.state(), open_ids(&groups));
        }
        // The largest member comes first: it needs the fewest measurements.
        let fits = |member: &&Regression| {
            let glob = request.series.as_deref();
            glob.is_none_or(|glob| accepted::matches(glob, &member.subject.name))
        };
        let Some(member) = group.members.iter().find(fits) else {
            let names = group.members.iter().map(|member| member.subject.name.clone()).collect();
            bail!("no series of the regression matches --series; it has:{}", options(names));
        };
        if member.kind == RegressionKind::Gradual {
            bail!(
                "`{id}` is a gradual change, which no single commit made; compare two commits: \
                   benchpages measure --base COMMIT -- COMMAND"
            );
        }
        let commit =
            |at: model::series::CommitIndex| project.history.commits[at.0 as usize].id.clone();
        Ok(Self {
            ends: Ends { good: commit(group.last_good), bad: commit(group.first_bad) },
            series: member.subject.name.clone(),
            change: member.change.abs(),
        })
    }
}

/// The id in an address of a page.
fn id_of(name: &str) -> &str {
    let path = name.split(['?', '#']).next().unwrap_or(name);
    let path = path.trim_end_matches("index.html").trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

fn open_ids(groups: &[RegressionGroup]) -> String {
    let open: Vec<&RegressionGroup> =
        groups.iter().filter(|group| group.state() == "open").collect();
    if open.is_empty() {
        return "no regression is open; name two commits: --good and --bad".to_owned();
    }
    let lines = open.iter().take(MAX_LISTED).map(|group| format!("\n  {}", group.id()));
    format!("open regressions:{}", lines.collect::<String>())
}

fn resolve(end: &str, name: &str) -> anyhow::Result<String> {
    git::resolve(Path::new("."), name).with_context(|| {
        format!(
            "the {end} commit {name} is unknown to git here; fetch the whole history (git fetch \
             --unshallow), or name another: --good COMMIT --bad COMMIT"
        )
    })
}

/// The commits after the good one up to the bad one along first parents, oldest first.
fn commits_between(good: &str, bad: &str) -> anyhow::Result<Vec<String>> {
    let short = text::short_commit;
    if good == bad {
        bail!("the good and the bad commit are the same, {}; name two", short(good));
    }
    let line = git::first_parents(Path::new("."), bad, MAX_COMMITS + 1);
    let Some(length) = line.iter().position(|facts| facts.id == good) else {
        bail!(
            "{} is none of the first parents of {}; name a good commit of the same branch: \
             --good COMMIT",
            short(good),
            short(bad)
        );
    };
    Ok(line.into_iter().take(length).rev().map(|facts| facts.id).collect())
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn a_regression_is_named_by_its_id_or_its_address() {
        for name in ["a-b", "event/a-b/", "https://x.org/site/event/a-b/index.html#status"] {
            assert_eq!(id_of(name), "a-b");
        }
    }
}
