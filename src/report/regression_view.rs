//! Groups of regressions as JSON: in the result of a check, and in `api/v2/regressions.json`.
//!
//! Fields stand in alphabetical order and are only ever added; base units, RFC 3339, no NaN.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::insight::{Insight, InsightMaker};
use crate::report::regression_groups::{GroupInput, Regression, RegressionGroup, RegressionKind};
use crate::report::{finite, urls, wording};
use model::history::History;
use model::note::Culprit;
use model::record::time::Timestamp;
use model::series::CommitIndex;

/// Suspect commits that are listed one by one, the newest.
const MAX_SUSPECTS: usize = 50;

/// Regressions of several series with one likely cause.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RegressionGroupView {
    /// The command that accepts all of them.
    pub(crate) accept: String,
    /// The suspect commits, oldest first; of more than 50 the newest.
    pub(crate) commits: Vec<SuspectView>,
    /// The command that shows what changed.
    pub(crate) compare: String,
    pub(crate) confidence: Option<f64>,
    /// What `bisect` found; none where nobody searched, or the search found nothing.
    pub(crate) culprit: Option<CulpritView>,
    /// The last suspect, and the commit before the first.
    pub(crate) first_bad: String,
    pub(crate) id: String,
    /// Where the cause may lie, how severe it is, and what to do next.
    pub(crate) insight: Insight,
    pub(crate) last_good: String,
    /// The largest first.
    pub(crate) members: Vec<RegressionView>,
    /// All of it in one sentence, without a full stop.
    pub(crate) sentence: String,
    pub(crate) since: String,
    /// `open`, `suspected`, `accepted`, `explained`, `fixed`, `closed` or `withdrawn`.
    pub(crate) state: String,
    /// The page of its largest member.
    pub(crate) url: Option<String>,
}

/// The commit that caused a regression.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct CulpritView {
    /// Oldest first: one, or several that no measurement separates.
    pub(crate) commits: Vec<String>,
    /// Probability that one of them is the cause.
    pub(crate) confidence: f64,
    pub(crate) measurements: u64,
    /// `Culprit: abc1234 (97% confidence, 38 measurements)`.
    pub(crate) text: String,
}

/// The regression of one series.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RegressionView {
    pub(crate) after: Option<f64>,
    pub(crate) before: Option<f64>,
    /// Relative, signed as the value moved.
    pub(crate) change: Option<f64>,
    pub(crate) confidence: Option<f64>,
    /// The first run on the new level; of a gradual one, the first beyond the threshold.
    pub(crate) first_bad: String,
    /// No single change point.
    pub(crate) gradual: bool,
    /// The last run before it; of a gradual one, where it began.
    pub(crate) last_good: String,
    /// Where a part is fixed: the relative change that is left.
    pub(crate) left: Option<f64>,
    /// `test/backend/mode/n`: what `accept --series` is matched against.
    pub(crate) name: String,
    /// Of a gradual one: relative change per day.
    pub(crate) per_day: Option<f64>,
    /// Its id in the site's JSON.
    pub(crate) series: String,
    pub(crate) severity: Option<String>,
    pub(crate) since: String,
    pub(crate) state: String,
    /// The state in a sentence.
    pub(crate) state_text: String,
    pub(crate) threshold: Option<f64>,
    /// The series as people read it.
    pub(crate) title: String,
    /// Its page; none where it has none.
    pub(crate) url: Option<String>,
}

/// A commit that may be the cause.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct SuspectView {
    pub(crate) id: String,
    pub(crate) measured: bool,
    pub(crate) pull: Option<u64>,
    pub(crate) subject: Option<String>,
    pub(crate) time: Option<String>,
}

/// The groups in their order.
pub(crate) fn group_views(
    input: GroupInput<'_>,
    groups: &[RegressionGroup],
) -> Vec<RegressionGroupView> {
    let insights = InsightMaker::of(input);
    let view = |group| group_view(input.history, group, insights.insight(group));
    groups.iter().map(view).collect()
}

fn group_view(history: &History, group: &RegressionGroup, insight: Insight) -> RegressionGroupView {
    let id = |at: CommitIndex| history.commits[at.0 as usize].id.clone();
    RegressionGroupView {
        accept: group.accept_command(history),
        commits: suspects(history, group),
        compare: group.compare_command(history),
        confidence: group.confidence().and_then(finite),
        culprit: group.culprit.as_ref().map(culprit_view),
        first_bad: id(group.first_bad),
        id: group.id(),
        insight,
        last_good: id(group.last_good),
        members: group.members.iter().map(|member| regression_view(history, member)).collect(),
        sentence: group.sentence(history),
        since: group.since().to_string(),
        state: group.state().to_owned(),
        url: group.members[0].event.as_deref().map(urls::event),
    }
}

fn culprit_view(it: &Culprit) -> CulpritView {
    CulpritView {
        commits: it.commits.clone(),
        confidence: it.confidence,
        measurements: it.measurements,
        text: wording::culprit(it),
    }
}

fn regression_view(history: &History, it: &Regression) -> RegressionView {
    let id = |at: CommitIndex| history.commits[at.0 as usize].id.clone();
    RegressionView {
        after: finite(it.after),
        before: finite(it.before),
        change: finite(it.change),
        confidence: it.confidence.and_then(finite),
        first_bad: id(it.first_bad),
        gradual: it.kind == RegressionKind::Gradual,
        last_good: id(it.last_good),
        left: it.left.and_then(finite),
        name: it.subject.name.clone(),
        per_day: it.per_day.and_then(finite),
        series: it.subject.stem.clone(),
        severity: it.severity.map(str::to_owned),
        since: it.since.to_string(),
        state: it.state.to_owned(),
        state_text: it.state_text.clone(),
        threshold: finite(it.threshold),
        title: it.subject.title.clone(),
        url: it.event.as_deref().map(urls::event),
    }
}

/// The commits after the last good one up to the first bad one: as git knows them where it knows
/// both, else the measured ones.
fn suspects(history: &History, group: &RegressionGroup) -> Vec<SuspectView> {
    let commit = |at: u32| &history.commits[at as usize];
    let (last_good, first_bad) = (group.last_good.0, group.first_bad.0);
    let place = |id: &str| history.main_line.iter().position(|facts| facts.id == id);
    let line = place(&commit(last_good).id).zip(place(&commit(first_bad).id));
    let line = line.and_then(|(from, to)| history.main_line.get(from + 1..=to));
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    // Git knows commits that nobody measured, which are as suspect as the others.
    let newest_first: Vec<SuspectView> = match line {
        Some(line) => {
            // The range is small, so a search beats a table of all measured commits.
            let is_measured = |id: &str| (last_good..=first_bad).any(|at| commit(at).id == id);
            let view = |facts: &model::history::CommitFacts| SuspectView {
                measured: is_measured(&facts.id),
                id: facts.id.clone(),
                pull: facts.pull,
                subject: facts.subject.clone(),
                time: time(facts.time),
            };
            line.iter().rev().take(MAX_SUSPECTS).map(view).collect()
        }
        None => {
            let measured = (last_good + 1..=first_bad).rev().map(commit);
            let on_main = measured.filter(|commit| commit.main_line).take(MAX_SUSPECTS);
            let view = |commit: &model::history::Commit| SuspectView {
                id: commit.id.clone(),
                measured: true,
                pull: commit.pull,
                subject: commit.subject.clone(),
                time: time(Some(commit.time)),
            };
            on_main.map(view).collect()
        }
    };
    newest_first.into_iter().rev().collect()
}
