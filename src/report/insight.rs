//! Insights: where the cause of a group of regressions may lie, how severe it is, and what to do
//! next. A hint rests on what moved and on what did not; it never changes a verdict.
//!
//! Example: `parse` is slower in parallel and unchanged without, so the hint is `Only parallel
//! variants moved.` and the next step `Look at synchronization, thread counts and false sharing.`

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::regression_groups::{GroupInput, Regression, RegressionGroup, RegressionKind};
use crate::report::wording;
use detect::ChangeKind;
use detect::evidence::environment;
use model::record::{Statistic, shorten};
use model::series::{CommitIndex, SeriesKey};
use model::text::{self, sanitize};

/// Names that a hint lists.
const MAX_NAMES: usize = 3;
/// Characters of a name.
const MAX_NAME_CHARS: usize = 60;

/// What a group of regressions suggests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Insight {
    /// A whole sentence; empty where nothing points anywhere.
    pub(crate) hint: String,
    /// What to do, the most telling step first: whole sentences.
    pub(crate) recommendations: Vec<String>,
    /// `critical`, `major` or `minor`: that of the most severe member; none of a suspicion.
    pub(crate) severity: Option<String>,
}

/// Makes the insights of groups of one history.
pub(crate) struct InsightMaker<'a> {
    input: GroupInput<'a>,
    /// By suite and test: its series.
    by_test: BTreeMap<(&'a str, &'a str), Vec<usize>>,
}

/// A hint and the step that follows from it.
struct Lead {
    hint: String,
    step: String,
}

impl Lead {
    fn of(hint: impl Into<String>, step: impl Into<String>) -> Self {
        Self { hint: hint.into(), step: step.into() }
    }
}

impl<'a> InsightMaker<'a> {
    pub(crate) fn of(input: GroupInput<'a>) -> Self {
        let mut by_test: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (at, series) in input.series.iter().enumerate() {
            by_test.entry((&series.key.suite, &series.key.test)).or_default().push(at);
        }
        Self { input, by_test }
    }

    pub(crate) fn insight(&self, group: &RegressionGroup) -> Insight {
        // The surest lead first: what was measured, then what was recorded, then what moved alone.
        let lead = self.culprit(group).or_else(|| self.toolchain(group));
        let lead = lead.or_else(|| gradual(group)).or_else(|| self.tail(group));
        let lead = lead.or_else(|| self.parallel(group)).or_else(|| self.sizes(group));
        let lead = lead.or_else(|| self.memory(group)).or_else(|| self.breadth(group));
        let mut recommendations: Vec<String> = Vec::new();
        // What is over needs no step.
        if matches!(group.state(), "open" | "suspected") {
            recommendations.extend(lead.iter().map(|lead| lead.step.clone()));
            recommendations.extend(self.narrowing(group));
        }
        let severities = ["critical", "major", "minor"];
        let is_of = |name: &&str| group.members.iter().any(|it| it.severity == Some(*name));
        Insight {
            hint: lead.map_or_else(String::new, |lead| lead.hint),
            recommendations,
            severity: severities.into_iter().find(is_of).map(str::to_owned),
        }
    }

    fn key(&self, member: &Regression) -> &'a SeriesKey {
        &self.input.series[member.series].key
    }

    fn keys(&self, group: &RegressionGroup) -> impl Iterator<Item = &'a SeriesKey> {
        group.members.iter().map(|member| self.key(member))
    }

    /// The series of the tests of a group that were measured on the new level and are not in it.
    fn unmoved(&self, group: &RegressionGroup) -> Vec<&'a SeriesKey> {
        let members: BTreeSet<usize> = group.members.iter().map(|it| it.series).collect();
        let tests: BTreeSet<(&str, &str)> =
            self.keys(group).map(|key| (&*key.suite, &*key.test)).collect();
        let series = tests.iter().filter_map(|test| self.by_test.get(test)).flatten();
        let is_compared = |at: &&usize| {
            let (series, analysis) = (&self.input.series[**at], &self.input.analyses[**at]);
            let moved_too = |it: &detect::Change| {
                let commit = series.runs[it.first_after].commit;
                it.is_regression && group.last_good < commit && commit <= group.first_bad
            };
            let is_measured = series.runs.last().is_some_and(|run| run.commit >= group.first_bad);
            is_measured && analysis.baseline.is_some() && !analysis.changes.iter().any(moved_too)
        };
        let rest = series.filter(|at| !members.contains(at)).filter(is_compared);
        rest.map(|at| &self.input.series[*at].key).collect()
    }

    fn culprit(&self, group: &RegressionGroup) -> Option<Lead> {
        let culprit = group.culprit.as_ref()?;
        let commit = text::short_commit(culprit.commits.last()?);
        Some(Lead::of(
            format!("{}.", wording::culprit(culprit)),
            format!("Fix or revert {commit}, or accept the change."),
        ))
    }

    /// What the records of the largest member say differently from this run on.
    fn toolchain(&self, group: &RegressionGroup) -> Option<Lead> {
        let first = &group.members[0];
        let (series, analysis) =
            (&self.input.series[first.series], &self.input.analyses[first.series]);
        let is_this = |it: &detect::Change| {
            it.kind == ChangeKind::Step && series.runs[it.first_after].time == first.crossed
        };
        let at = analysis.changes.iter().position(is_this)?;
        let changed =
            environment::recorded_changes(series, &analysis.changes, at, self.input.history);
        let field = changed.iter().find(|it| it.old.is_some() && it.new.is_some())?;
        let old = field.old.as_deref().unwrap_or_default();
        let commit = self.short(group.first_bad);
        // The same sentence as among the evidence, which lists it first.
        let hint = analysis.changes[at].hints.first().cloned().unwrap_or_default();
        Some(Lead::of(
            hint,
            format!(
                "Measure {commit} with {} {}: if it is as before, the code is not the cause.",
                isolated(&field.field),
                isolated(old)
            ),
        ))
    }

    /// Only percentiles moved, and the values that they are of did not.
    fn tail(&self, group: &RegressionGroup) -> Option<Lead> {
        let statistic = |key: &SeriesKey| Some(Statistic::of_metric(&key.metric)?.1);
        let mut tails: Vec<Statistic> = self.keys(group).map(statistic).collect::<Option<_>>()?;
        tails.sort_unstable();
        tails.dedup();
        let is_tail = |it: &Statistic| {
            use Statistic::{Max, P90, P95, P99, P999};
            matches!(it, P90 | P95 | P99 | P999 | Max)
        };
        let unmoved = self.unmoved(group);
        let has_value = |key: &SeriesKey| {
            let metric = Statistic::of_metric(&key.metric).map_or("", |(metric, _)| metric);
            unmoved.iter().any(|it| it.metric == metric && it.backend == key.backend)
        };
        // Without the value nobody can tell whether all requests became slower.
        let is_only_tail = tails.iter().all(is_tail) && self.keys(group).all(has_value);
        let names: Vec<&str> = tails.iter().map(|it| it.name()).collect();
        is_only_tail.then(|| {
            Lead::of(
                format!("Only the tail moved ({}); the value did not.", names.join(", ")),
                "Look for rare pauses: garbage collection, locks, timeouts, cold caches.",
            )
        })
    }

    /// All of them are parallel, and variants without are unchanged.
    fn parallel(&self, group: &RegressionGroup) -> Option<Lead> {
        let unmoved = self.unmoved(group);
        // A parallel variant without a twin says nothing of parallelism.
        let has_serial = |key: &SeriesKey| {
            let is_twin = |it: &&SeriesKey| {
                !it.parallel
                    && (&it.test, &it.backend, &it.metric) == (&key.test, &key.backend, &key.metric)
            };
            unmoved.iter().any(is_twin)
        };
        self.keys(group).all(|key| key.parallel && has_serial(key)).then(|| {
            Lead::of(
                "Only parallel variants moved.",
                "Look at synchronization, thread counts and false sharing.",
            )
        })
    }

    /// All of them are larger than every size that is unchanged.
    fn sizes(&self, group: &RegressionGroup) -> Option<Lead> {
        let least = self.keys(group).map(|key| key.n).collect::<Option<Vec<u64>>>()?;
        let least = least.into_iter().min()?;
        let unmoved = self.unmoved(group);
        let is_same = |it: &&&SeriesKey| {
            self.keys(group).any(|key| {
                (&it.test, &it.backend, &it.metric) == (&key.test, &key.backend, &key.metric)
            })
        };
        let largest = unmoved.iter().filter(is_same).filter_map(|key| key.n).max()?;
        (largest < least).then(|| {
            Lead::of(
                format!(
                    "Only sizes from n = {} on moved; n = {} is unchanged.",
                    text::count(least),
                    text::count(largest)
                ),
                "Look at complexity and at what no longer fits the caches.",
            )
        })
    }

    /// Memory moved with time.
    fn memory(&self, group: &RegressionGroup) -> Option<Lead> {
        let has = |unit: &str| {
            let mut members = group.members.iter();
            members.any(|it| self.input.series[it.series].unit.as_str() == unit)
        };
        (has("ns") && has("B")).then(|| {
            Lead::of("Memory grew with time.", "Profile allocations before and after the change.")
        })
    }

    /// All backends of a test, or many tests of one backend.
    fn breadth(&self, group: &RegressionGroup) -> Option<Lead> {
        let backends: BTreeSet<&str> = self.keys(group).map(|key| &*key.backend).collect();
        let tests: BTreeSet<&str> = self.keys(group).map(|key| &*key.test).collect();
        let unmoved: BTreeSet<&str> =
            self.unmoved(group).into_iter().map(|key| &*key.backend).collect();
        match (backends.len(), tests.len()) {
            (2.., 1) if unmoved.is_disjoint(&backends) && unmoved.is_empty() => Some(Lead::of(
                format!("All {} backends of {} moved.", backends.len(), listed(&tests)),
                "Look at what they share: the benchmark, its input, the harness.",
            )),
            (1, 2..) if !unmoved.is_empty() && unmoved.is_disjoint(&backends) => Some(Lead::of(
                format!("Only {} moved; other backends of these tests did not.", listed(&backends)),
                format!("Look at what {} shares by {}.", listed(&tests), listed(&backends)),
            )),
            (1, 2..) => Some(Lead::of(
                format!("{} tests of {} moved together.", tests.len(), listed(&backends)),
                format!("Look at code that {} share.", listed(&tests)),
            )),
            _ => None,
        }
    }

    /// How to get from several suspects to one commit.
    fn narrowing(&self, group: &RegressionGroup) -> Option<String> {
        if group.culprit.is_some() || group.members[0].kind == RegressionKind::Gradual {
            return None;
        }
        if group.members[0].kind == RegressionKind::Suspected {
            return Some(format!("Measure {} again.", self.short(group.first_bad)));
        }
        let (good, bad) = (self.short(group.last_good), self.short(group.first_bad));
        let history = self.input.history;
        let place = |at: CommitIndex| {
            let id = &history.commits[at.0 as usize].id;
            history.main_line.iter().position(|facts| facts.id == *id)
        };
        // Without the repository's parents nobody knows how many commits lie between.
        let Some((from, to)) = place(group.last_good).zip(place(group.first_bad)) else {
            return Some(match group.bisect_command() {
                Some(command) => {
                    format!("Find the commit after {good}, up to {bad}: `{command}`.")
                }
                None => format!("Compare {good} with {bad}."),
            });
        };
        let between = to.checked_sub(from)?.checked_sub(1)?;
        if between == 0 {
            return Some(format!("Review {bad}, the only suspect."));
        }
        // Halves the suspects, as a person with one measurement would.
        let middle = text::short_commit(&history.main_line[usize::midpoint(from, to)].id);
        let unmeasured = text::count_noun(between as u64, "commit");
        let verb = if between == 1 { "lies" } else { "lie" };
        Some(match group.bisect_command() {
            Some(command) => format!(
                "Measure {middle}: {unmeasured} {verb} between {good} and {bad}. \
                 `{command}` does it by itself."
            ),
            None => format!("Measure {middle}."),
        })
    }

    fn short(&self, at: CommitIndex) -> String {
        text::short_commit(&self.input.history.commits[at.0 as usize].id)
    }
}

fn gradual(group: &RegressionGroup) -> Option<Lead> {
    (group.members[0].kind == RegressionKind::Gradual).then(|| {
        Lead::of(
            "The level drifts; no single commit did it.",
            "Look at what grows from week to week: data, caches, dependencies.",
        )
    })
}

/// `parse, print and 3 more`.
fn listed(names: &BTreeSet<&str>) -> String {
    let mut words: Vec<String> = names.iter().take(MAX_NAMES).map(|name| isolated(name)).collect();
    let more = names.len() - words.len();
    if more > 0 {
        words.push(format!("{} more", text::count(more as u64)));
    }
    text::join_and(&words)
}

/// A name from the data, cut and isolated.
fn isolated(name: &str) -> String {
    let mut out = String::new();
    sanitize::push_isolated(&mut out, &shorten(name, MAX_NAME_CHARS));
    out
}
