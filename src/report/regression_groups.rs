//! Regressions as people look for them: by cause, with the state of each.
//!
//! A regression of a series is an object with a life (`detect::lifecycle`). Regressions of several
//! series whose suspect commits overlap most likely have one cause, so they are one group with one
//! sentence, one list of suspects and one command to accept it. Pages, feeds, `check` and messages
//! all show these groups.
//!
//! Example: four benchmarks of `csharp` are 12 % to 14 % slower from `b3…` on; two of them were not
//! measured at `a1…` and `a2…`. The suspects of all four are `a1…` to `b3…`: one group.

use crate::regressions::shell_glob;
use crate::report::{SeriesRef, severity_name, urls, wording};
use detect::{Analysis, Change, ChangeKind, ChangeStatus, Verdict};
use model::commit_ref::CommitNames;
use model::filter::ChangeAges;
use model::history::History;
use model::note::{Culprit, Note};
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};
use model::text;

/// A regression of one series, confirmed or suspected.
#[derive(Clone, Debug)]
pub(crate) struct Regression {
    /// The place of the series in the history.
    pub(crate) series: usize,
    pub(crate) subject: SeriesRef,
    /// The id of its page; none for a suspicion, which has no page.
    pub(crate) event: Option<String>,
    /// `suspected`, `open`, `accepted`, `explained`, `fixed`, `withdrawn` or `closed`.
    pub(crate) state: &'static str,
    /// The state in a sentence.
    pub(crate) state_text: String,
    pub(crate) kind: RegressionKind,
    /// The suspect commits: after the first, up to the second.
    pub(crate) last_good: CommitIndex,
    pub(crate) first_bad: CommitIndex,
    /// When it began, and, for a gradual one, when it passed the threshold.
    pub(crate) since: Timestamp,
    pub(crate) crossed: Timestamp,
    /// False for an improvement, which is grouped in the same way.
    pub(crate) is_regression: bool,
    /// Levels in base units.
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// Relative, signed as the value moved.
    pub(crate) change: f64,
    /// How much of it is left where a part is fixed.
    pub(crate) left: Option<f64>,
    /// Of a gradual one: relative change per day.
    pub(crate) per_day: Option<f64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) severity: Option<&'static str>,
    pub(crate) threshold: f64,
    /// `slower`, `larger`, `worse`; of an improvement `faster`, ….
    pub(super) word: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RegressionKind {
    Step,
    Gradual,
    Suspected,
}

/// Regressions with one likely cause: of one state and kind, and with a suspect commit in common.
#[derive(Clone, Debug)]
pub(crate) struct RegressionGroup {
    /// The largest first; never empty.
    pub(crate) members: Vec<Regression>,
    /// The commits that all members suspect: after the first, up to the second.
    pub(crate) last_good: CommitIndex,
    pub(crate) first_bad: CommitIndex,
    /// What `bisect` found.
    pub(crate) culprit: Option<Culprit>,
}

/// A note that names a culprit, and the commit of its regression.
struct CulpritNote<'a> {
    note: &'a Note,
    culprit: &'a Culprit,
    commit: CommitIndex,
}

/// What the groups are made from.
#[derive(Clone, Copy)]
pub(crate) struct GroupInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    /// Of each series, in their order.
    pub(crate) analyses: &'a [Analysis],
    pub(crate) notes: &'a [Note],
}

impl GroupInput<'_> {
    /// All regressions in groups: open ones first, then suspected, then the rest; within each the
    /// largest first.
    pub(crate) fn groups(&self) -> Vec<RegressionGroup> {
        self.group((0..self.series.len()).flat_map(|series| self.regressions_of(series)))
    }

    /// The groups that are open.
    pub(crate) fn open_groups(&self) -> Vec<RegressionGroup> {
        let all = (0..self.series.len()).flat_map(|series| self.regressions_of(series));
        self.group(all.filter(|regression| regression.state == "open"))
    }

    /// Lasting improvements that began at or after `from`, grouped in the same way: by their likely
    /// cause, the largest first. One that only undid a regression is left out.
    pub(crate) fn improvement_groups(&self, from: Timestamp) -> Vec<RegressionGroup> {
        let all = (0..self.series.len()).flat_map(|at| {
            let changes = &self.analyses[at].changes;
            let undoes = move |first: usize| {
                let is_fix = |it: &Change| it.status == ChangeStatus::Fixed { run: Some(first) };
                changes.iter().any(|it| it.is_regression && is_fix(it))
            };
            let runs = &self.series[at].runs;
            let recent = move |it: &&Change| runs[it.first_after].time >= from;
            // A fix is told with its regression; twice it would look like two improvements.
            let kept = changes.iter().filter(|it| !it.is_regression).filter(recent);
            let kept = kept.filter(move |it| !undoes(it.first_after));
            kept.map(move |change| self.of_change(at, change))
        });
        self.group(all)
    }

    fn group(&self, regressions: impl Iterator<Item = Regression>) -> Vec<RegressionGroup> {
        let mut regressions: Vec<Regression> = regressions.collect();
        // By the last suspect: taking intervals by their ends makes as few groups with a common
        // point as there can be, whatever the order of the series.
        regressions.sort_by(|a, b| {
            let order = |it: &Regression| (it.state, it.kind, it.first_bad, it.last_good);
            order(a).cmp(&order(b)).then_with(|| a.subject.stem.cmp(&b.subject.stem))
        });
        let mut groups: Vec<RegressionGroup> = Vec::new();
        for regression in regressions {
            match groups.last_mut().filter(|group| group.shares_cause_with(&regression)) {
                Some(group) => group.add(regression),
                None => groups.push(RegressionGroup {
                    last_good: regression.last_good,
                    first_bad: regression.first_bad,
                    members: vec![regression],
                    culprit: None,
                }),
            }
        }
        // The largest member gives a group its name and its page.
        for group in &mut groups {
            group.members.sort_by(|a, b| {
                let by_size = b.relative_size().total_cmp(&a.relative_size());
                by_size.then_with(|| a.subject.stem.cmp(&b.subject.stem))
            });
        }
        self.add_culprits(&mut groups);
        groups.sort_by(|a, b| {
            let (first, second) = (&a.members[0], &b.members[0]);
            let by_size = second.relative_size().total_cmp(&first.relative_size());
            let by_name = || first.subject.stem.cmp(&second.subject.stem);
            rank(a.state()).cmp(&rank(b.state())).then(by_size).then_with(by_name)
        });
        groups
    }

    /// Adds what notes say of the cause: those about a suspect commit and one of the series.
    fn add_culprits(&self, groups: &mut [RegressionGroup]) {
        let named: Vec<&Note> = self.notes.iter().filter(|note| note.culprit.is_some()).collect();
        if named.is_empty() {
            return;
        }
        let names = self.history.commit_names();
        let notes: Vec<CulpritNote<'_>> =
            named.into_iter().filter_map(|note| CulpritNote::of(note, &names)).collect();
        for group in groups {
            let about = notes.iter().filter(|it| {
                let is_suspect = group.last_good < it.commit && it.commit <= group.first_bad;
                is_suspect && group.members.iter().any(|member| self.concerns(it.note, member))
            });
            // Of two searches the surer one counts.
            let surest = about.max_by(|a, b| {
                let by_confidence = a.culprit.confidence.total_cmp(&b.culprit.confidence);
                by_confidence.then_with(|| b.note.name.cmp(&a.note.name))
            });
            group.culprit = surest.map(|it| it.culprit.clone());
        }
    }

    fn concerns(&self, note: &Note, regression: &Regression) -> bool {
        let series = &self.series[regression.series];
        note.matches.holds(series.key.subject(&series.tags), ChangeAges::default())
    }

    /// The regressions of one series, oldest first, its suspicion last.
    fn regressions_of(&self, at: usize) -> impl Iterator<Item = Regression> {
        let analysis = &self.analyses[at];
        let changes = analysis.changes.iter().chain(&analysis.withdrawn);
        let confirmed = changes.filter(|change| change.is_regression);
        let confirmed = confirmed.map(move |change| self.of_change(at, change));
        confirmed.chain(self.suspicion(at))
    }

    fn of_change(&self, at: usize, change: &Change) -> Regression {
        let (series, analysis) = (&self.series[at], &self.analyses[at]);
        let run = |run: usize| &series.runs[run];
        let (last, first) = (run(change.last_before), run(change.first_after));
        let id = &self.history.commits[first.commit.0 as usize].id;
        let is_withdrawn = analysis.withdrawn.iter().any(|it| std::ptr::eq(it, change));
        let (kind, since) = match change.kind {
            ChangeKind::Step => (RegressionKind::Step, first.time),
            ChangeKind::Drift => (RegressionKind::Gradual, last.time),
        };
        Regression {
            event: (!is_withdrawn)
                .then(|| urls::event_id(&series.key, first.time, id, change.is_regression)),
            state: wording::state(change),
            state_text: match is_withdrawn {
                true => "Withdrawn: later runs did not confirm it.".to_owned(),
                false => wording::state_sentence(series, analysis, change).plain(),
            },
            kind,
            last_good: last.commit,
            first_bad: first.commit,
            since,
            crossed: first.time,
            is_regression: change.is_regression,
            before: change.before,
            after: change.after,
            change: change.change,
            left: change.left,
            per_day: change.per_day,
            confidence: Some(change.confidence),
            severity: Some(severity_name(change.severity)),
            word: text::comparative(&series.unit, series.direction, change.is_regression),
            ..self.of_series(at)
        }
    }

    /// The newest runs, where they are worse and not confirmed yet.
    fn suspicion(&self, at: usize) -> Option<Regression> {
        let (series, newest) = (&self.series[at], self.analyses[at].newest);
        let Verdict::Suspected { runs_needed } = newest.verdict else { return None };
        let (baseline, change) = (newest.baseline?, newest.latest_change?);
        let latest = self.analyses[at].latest_run?;
        // The analysis keeps no place for a suspicion: its newest run is what can be named.
        let first = &series.runs[latest];
        let needed = wording::more_runs(runs_needed);
        Some(Regression {
            state: "suspected",
            state_text: format!("Suspected: {needed} needed to confirm."),
            kind: RegressionKind::Suspected,
            last_good: series.runs[latest.saturating_sub(1)].commit,
            first_bad: first.commit,
            since: first.time,
            crossed: first.time,
            before: baseline.value,
            after: baseline.value * (1.0 + change),
            change,
            ..self.of_series(at)
        })
    }

    fn of_series(&self, at: usize) -> Regression {
        let series = &self.series[at];
        Regression {
            series: at,
            subject: SeriesRef::of(&series.key),
            event: None,
            state: "",
            state_text: String::new(),
            kind: RegressionKind::Step,
            last_good: CommitIndex(0),
            first_bad: CommitIndex(0),
            since: Timestamp::from_micros(0),
            crossed: Timestamp::from_micros(0),
            is_regression: true,
            before: 0.0,
            after: 0.0,
            change: 0.0,
            left: None,
            per_day: None,
            confidence: None,
            severity: None,
            threshold: self.analyses[at].threshold,
            word: text::comparative(&series.unit, series.direction, true),
        }
    }
}

impl<'a> CulpritNote<'a> {
    /// None where the history does not know the commit of the regression.
    fn of(note: &'a Note, names: &CommitNames<'_>) -> Option<Self> {
        let commit = names.find(note.commit.as_deref()?).ok().flatten()?;
        let commit = CommitIndex(u32::try_from(commit).ok()?);
        Some(Self { note, culprit: note.culprit.as_ref()?, commit })
    }
}

/// What needs somebody comes first.
fn rank(state: &str) -> usize {
    const ORDER: [&str; 7] =
        ["open", "suspected", "accepted", "explained", "fixed", "closed", "withdrawn"];
    ORDER.iter().position(|it| *it == state).unwrap_or(ORDER.len())
}

impl Regression {
    /// |change| ÷ threshold.
    fn relative_size(&self) -> f64 {
        let size = self.left.unwrap_or(self.change).abs() / self.threshold.max(1e-9);
        if size.is_finite() { size } else { f64::MAX }
    }

    /// `13.9% slower`, `2.30× slower`.
    pub(crate) fn size_text(&self) -> String {
        wording::size_text(self.change, self.word)
    }
}

impl RegressionGroup {
    fn shares_cause_with(&self, other: &Regression) -> bool {
        let first = &self.members[0];
        (first.state, first.kind) == (other.state, other.kind)
            && other.last_good < self.first_bad
            && self.last_good < other.first_bad
    }

    fn add(&mut self, regression: Regression) {
        self.last_good = self.last_good.max(regression.last_good);
        self.first_bad = self.first_bad.min(regression.first_bad);
        self.members.push(regression);
    }

    /// The state that all members share.
    pub(crate) fn state(&self) -> &'static str {
        self.members[0].state
    }

    /// When the first of them began.
    pub(crate) fn since(&self) -> Timestamp {
        self.members.iter().map(|it| it.since).min().unwrap_or(self.members[0].since)
    }

    /// When the last of them was fixed; of other states when it began, which is all that is known.
    pub(crate) fn closed_at(&self, series: &[Series], analyses: &[Analysis]) -> Timestamp {
        let fixed = self.members.iter().filter_map(|it| {
            let runs = &series[it.series].runs;
            let changes = analyses[it.series].changes.iter();
            let mut own = changes.filter(|change| runs[change.first_after].time == it.crossed);
            match own.next()?.status {
                ChangeStatus::Fixed { run: Some(run) } => Some(runs[run].time),
                _ => None,
            }
        });
        let began = self.members.iter().map(|it| it.crossed);
        fixed.max().or(began.max()).unwrap_or(self.members[0].since)
    }

    /// How sure the surest of them is.
    pub(crate) fn confidence(&self) -> Option<f64> {
        self.members.iter().filter_map(|it| it.confidence).reduce(f64::max)
    }

    /// A name for links and JSON: that of its largest member's page.
    pub(crate) fn id(&self) -> String {
        let first = &self.members[0];
        let suspected = || format!("suspected-{}", first.subject.stem.replace('/', "-"));
        first.event.clone().unwrap_or_else(suspected)
    }

    /// The command that shows what changed.
    pub(crate) fn compare_command(&self, history: &History) -> String {
        let id = |at: CommitIndex| text::short_commit(&history.commits[at.0 as usize].id);
        format!("benchpages compare {}..{}", id(self.last_good), id(self.first_bad))
    }

    /// The command that finds the commit; none where there is no single one, or it is known.
    pub(crate) fn bisect_command(&self) -> Option<String> {
        let is_searched = self.culprit.is_some() || self.state() != "open";
        let is_step = self.members[0].kind == RegressionKind::Step;
        let may_search = is_step && !is_searched;
        may_search.then(|| format!("benchpages bisect {} -- COMMAND", self.id()))
    }

    /// The command that accepts all of them.
    pub(crate) fn accept_command(&self, history: &History) -> String {
        let id = text::short_commit(&history.commits[self.first_bad.0 as usize].id);
        let names: Vec<&str> = self.members.iter().map(|it| it.subject.name.as_str()).collect();
        // One entry for all of them. It covers no other change: an entry counts at its commit
        // alone, and up to the size of the largest.
        let series = shell_glob(&common_glob(&names));
        format!("benchpages accept --series '{series}' --commit {id} --reason 'WHY'")
    }
}

/// The narrowest glob of whole parts that matches all names: `parse/*/loops/1000`.
pub(crate) fn common_glob(names: &[&str]) -> String {
    let parts: Vec<Vec<&str>> = names.iter().map(|name| name.split('/').collect()).collect();
    let Some(first) = parts.first() else { return String::new() };
    // Names differ in length where only some have an n or parameters.
    if parts.iter().any(|it| it.len() != first.len()) {
        let shared = (0..first.len())
            .take_while(|at| parts.iter().all(|it| it.get(*at) == first.get(*at)))
            .map(|at| format!("{}/", first[at]));
        return format!("{}*", shared.collect::<String>());
    }
    let part = |at: usize| {
        if parts.iter().all(|it| it[at] == first[at]) { first[at] } else { "*" }
    };
    (0..first.len()).map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::common_glob;

    #[test]
    fn a_glob_names_what_all_names_share() {
        assert_eq!(common_glob(&["parse/go/loops/10"]), "parse/go/loops/10");
        assert_eq!(common_glob(&["parse/go/loops/10", "parse/rust/loops/10"]), "parse/*/loops/10");
        assert_eq!(common_glob(&["parse/go/loops", "parse/go/loops/10"]), "parse/go/loops/*");
        assert_eq!(common_glob(&["a/go", "b/go/10"]), "*");
    }
}
