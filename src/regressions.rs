//! Which regressions an entry of `accepted.yml` would cover: what `accept` shows before it writes,
//! and how `doctor` finds entries that cover nothing.
//!
//! A series has a regression at a commit when a change for the worse begins between the last run
//! before the commit and the commit, when the newest run is worse and not yet confirmed, or when a
//! run of a pull request is worse than the baseline. Judges nothing again: sizes and levels come
//! from the analysis.
//!
//! Example: runs at commits `a`, `c` and `e`, the level rises at `e`. The regression is at `d` too,
//! since nothing was measured between `c` and `e`, and the person who accepts it knows the commit.

use detect::{Analysis, Change, Verdict};
use model::commit_ref::AmbiguousName;
use model::history::History;
use model::policy::accepted;
use model::series::{CommitIndex, Series};

/// A regression of one series at one commit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SeriesRegression {
    /// Index of the series.
    pub(crate) series: usize,
    pub(crate) commit: CommitIndex,
    /// Levels in base units.
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// Relative, signed as the value moved.
    pub(crate) change: f64,
}

/// The series to look through, and their history.
#[derive(Clone, Copy)]
pub(crate) struct RegressionLookup<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    /// Of each series, in their order.
    pub(crate) analyses: &'a [Analysis],
}

impl RegressionLookup<'_> {
    /// Indices of the series whose names match a glob.
    pub(crate) fn series_matching(&self, glob: &str) -> Vec<usize> {
        let names = self.series.iter().enumerate();
        let fits = names.filter(|(_, series)| accepted::matches(glob, &series.key.name()));
        fits.map(|(at, _)| at).collect()
    }

    /// The commit of a name; none where no measured commit has it.
    ///
    /// # Errors
    /// The name means several commits.
    pub(crate) fn commit_named(&self, name: &str) -> Result<Option<CommitIndex>, AmbiguousName> {
        let at = self.history.commit_names().find(name)?;
        Ok(at.and_then(|at| u32::try_from(at).ok()).map(CommitIndex))
    }

    /// The regressions of these series at a commit, the largest first.
    pub(crate) fn regressions_at(
        &self,
        series: &[usize],
        commit: CommitIndex,
    ) -> Vec<SeriesRegression> {
        let regressions = series.iter().filter_map(|index| self.regression_at(*index, commit));
        largest_first(regressions.collect())
    }

    /// Every open regression of these series, whatever the commit, the largest first.
    pub(crate) fn open_regressions(&self, series: &[usize]) -> Vec<SeriesRegression> {
        let all = series.iter().flat_map(|&index| {
            let open = self.analyses[index].open_regressions();
            let runs = &self.series[index].runs;
            let open = open.map(move |it| from_change(index, runs[it.first_after].commit, it));
            let pulls = self.series[index].pulls.iter().rev().take(1);
            let pulls = pulls.filter_map(move |pull| self.pull_regression(index, pull.run.commit));
            open.chain(pulls).chain(self.suspected_regression(index))
        });
        largest_first(all.collect())
    }

    fn regression_at(&self, index: usize, commit: CommitIndex) -> Option<SeriesRegression> {
        let (series, analysis) = (&self.series[index], &self.analyses[index]);
        let begins = |it: &&Change| {
            let runs = &series.runs;
            it.is_regression
                && commit > runs[it.last_before].commit
                && commit <= runs[it.first_after].commit
        };
        let change = analysis.changes.iter().find(begins).map(|it| from_change(index, commit, it));
        let newest = || self.suspected_regression(index).filter(|it| it.commit == commit);
        change.or_else(|| self.pull_regression(index, commit)).or_else(newest)
    }

    /// The newest run, where it is worse and not confirmed yet.
    fn suspected_regression(&self, index: usize) -> Option<SeriesRegression> {
        let (series, analysis) = (&self.series[index], &self.analyses[index]);
        let suspected = matches!(analysis.verdict, Verdict::Suspected { .. });
        let (before, change) = (analysis.baseline?.value, analysis.latest_change?);
        let commit = series.runs[analysis.latest_run?].commit;
        let after = before * (1.0 + change);
        suspected.then_some(SeriesRegression { series: index, commit, before, after, change })
    }

    /// The newest run of a pull request at a commit, where it is worse than the baseline by the
    /// policy's threshold.
    fn pull_regression(&self, index: usize, commit: CommitIndex) -> Option<SeriesRegression> {
        let (series, analysis) = (&self.series[index], &self.analyses[index]);
        let mut runs = series.pulls.iter().rev().map(|pull| &pull.run);
        let after = runs.find(|run| run.commit == commit)?.value.get()?;
        let before = analysis.baseline?.value;
        let change = (after - before) / before.abs();
        let worse = series.direction.is_worse(change);
        let counts = worse && change.is_finite() && change.abs() >= analysis.threshold;
        counts.then_some(SeriesRegression { series: index, commit, before, after, change })
    }
}

fn from_change(index: usize, commit: CommitIndex, change: &Change) -> SeriesRegression {
    let (before, after) = (change.before, change.after);
    SeriesRegression { series: index, commit, before, after, change: change.change }
}

fn largest_first(mut regressions: Vec<SeriesRegression>) -> Vec<SeriesRegression> {
    regressions
        .sort_by(|a, b| b.change.abs().total_cmp(&a.change.abs()).then(a.series.cmp(&b.series)));
    regressions
}

/// The size that an entry must allow to cover these: the largest, and half a point more, since
/// later runs still move the level; rounded up to a whole percent.
pub(crate) fn allowance(regressions: &[SeriesRegression]) -> Option<f64> {
    let largest = regressions.iter().map(|it| it.change.abs()).reduce(f64::max)?;
    let percent = (largest * 100.0 + 0.5).ceil();
    (percent.is_finite()).then_some(percent / 100.0)
}

/// A glob that stays one word in single quotes when it is pasted into a shell: what could end the
/// quotes becomes `?`.
pub(crate) fn shell_glob(glob: &str) -> String {
    glob.replace(|c: char| c == '\'' || c.is_control(), "?")
}
