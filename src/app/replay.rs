//! `policy replay`: the verdict on every run as a check would have given it on its day.

use crate::app::build::site_input;
use crate::app::load::{Project, load};
use crate::app::load_options::LoadOptions;
use crate::app::observer::{Observer, Silent};
use crate::site;
use detect::ReplaySummary;
use detect::Verdict;
use detect::replay::ReplayedVerdict;
use model::text::terminal::TerminalText;
use model::{escaped, text};

/// A project with the verdicts on its runs.
pub(crate) struct PolicyReplay {
    pub(crate) project: Project,
    pub(crate) figures: ReplaySummary,
    verdicts: Vec<ReplayedVerdict>,
}

/// A regression that a check would have reported, for people.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReplayedReport {
    pub(crate) series: TerminalText,
    /// Day and commit of the first run that carried the report.
    pub(crate) place: TerminalText,
    pub(crate) change: TerminalText,
}

impl ReplayedReport {
    pub(crate) fn line(&self) -> TerminalText {
        escaped![&self.place, " ", &self.series, " ", &self.change]
    }
}

/// What two policies report differently: lines of [`ReplayedReport::line`].
pub(crate) struct ReplayDifference {
    /// What only the other policy reports.
    pub(crate) appear: Vec<TerminalText>,
    /// What the other policy does not report.
    pub(crate) vanish: Vec<TerminalText>,
}

/// Loads a history and replays it.
///
/// # Errors
/// The history cannot be loaded.
pub(crate) fn replay(
    options: &LoadOptions,
    observer: &dyn Observer,
) -> anyhow::Result<PolicyReplay> {
    // No page is written here, so a missing base URL concerns nobody.
    let project = load(options, &Silent)?;
    project.data_warnings().for_each(|warning| observer.warn(warning));
    let (verdicts, figures) = (project.replay(), project.analyses.replay_summary);
    Ok(PolicyReplay { project, figures, verdicts })
}

impl PolicyReplay {
    /// What would have been reported, a line each.
    pub(crate) fn report_lines(&self) -> Vec<TerminalText> {
        self.reports().iter().map(ReplayedReport::line).collect()
    }

    /// Why there is nothing to judge, and what is missing; none where any series has the runs that
    /// a verdict needs.
    pub(crate) fn nothing_to_judge(&self) -> Option<String> {
        if self.figures.runs == 0 {
            return Some(
                "Nothing to replay: no results of the main line. Record a first run: `benchpages \
                 ingest FILE` converts the output of a benchmark tool."
                    .to_owned(),
            );
        }
        let needed = u64::from(self.project.policy.regression.min_sample_size);
        let runs = self
            .project
            .series
            .iter()
            .map(|series| series.runs.iter().filter(|run| run.value.is_some()).count() as u64);
        let most = runs.max().unwrap_or(0);
        (most < needed).then(|| {
            format!(
                "Nothing to replay yet: the longest series has {}; the first verdict needs {} \
                 more.",
                text::count_noun(most, "run"),
                text::count(needed - most)
            )
        })
    }

    /// The replay as the site publishes it.
    ///
    /// # Errors
    /// Two names meet on one path.
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        let input = site_input(&self.project);
        let bytes = site::replay_json(&input, &self.verdicts, &self.figures)?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// The regressions that were reported. Verdicts of consecutive runs of a series are one report.
    pub(crate) fn reports(&self) -> Vec<ReplayedReport> {
        let is_report = |verdict: &&ReplayedVerdict| {
            matches!(verdict.verdict, Verdict::Regressed | Verdict::Accepted)
        };
        let mut reports: Vec<ReplayedReport> = Vec::new();
        // A regression is reported for as many runs as the window has; people want it once.
        let mut last = None;
        for verdict in self.verdicts.iter().filter(is_report) {
            let continues = last
                .is_some_and(|(series, run)| series == verdict.series && verdict.run <= run + 1);
            last = Some((verdict.series, verdict.run));
            if !continues {
                reports.push(self.report(verdict));
            }
        }
        reports
    }

    fn report(&self, verdict: &ReplayedVerdict) -> ReplayedReport {
        let Project { series, history, .. } = &self.project;
        let series = &series[verdict.series];
        let run = &series.runs[verdict.run];
        let commit = &history.commits[run.commit.0 as usize].id;
        let mut change = text::percent_change(verdict.latest_change.unwrap_or(0.0));
        if verdict.verdict == Verdict::Accepted {
            change.push_str(", accepted since");
        }
        let place = format!("{} {commit}", text::iso_date(run.time));
        ReplayedReport {
            series: TerminalText::text(&series.key.name()),
            place: TerminalText::text(&place),
            change: TerminalText::text(&change),
        }
    }

    /// What another policy reports of the same history that this one does not, and the reverse.
    pub(crate) fn difference(&self, other: &Self) -> ReplayDifference {
        let lines = |replay: &Self| -> Vec<TerminalText> {
            replay.reports().iter().map(ReplayedReport::line).collect()
        };
        let (this, other) = (lines(self), lines(other));
        let missing = |lines: &[TerminalText], from: &[TerminalText]| -> Vec<TerminalText> {
            lines.iter().filter(|line| !from.contains(line)).cloned().collect()
        };
        ReplayDifference { appear: missing(&other, &this), vanish: missing(&this, &other) }
    }
}
