//! A session in which base and head were measured side by side: its series, its outcome, and the
//! JSON of both. [`side_by_side_text`](super::side_by_side_text) writes it for people.
//!
//! Example: of three series one is regressed, one unchanged, one too noisy after eight rounds. The
//! outcome is `fail`. Without the first it is `pass`: a series that is not decided blocks nobody,
//! and is never called unchanged.

use serde::Serialize;

use crate::report::SeriesRef;
use crate::report::decision::Decision;
use crate::report::escape::json::{JsonText, pretty};
use detect::paired::{FALSE_BLOCK_RATE, PairedResult, PairedVerdict};
use model::history::session::Side;
use model::record::Unit;

/// One of the two that were measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MeasuredSide {
    pub(crate) commit: String,
    /// What the user called it, and how it became this commit.
    pub(crate) name: String,
}

/// Why no further round was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionEnding {
    /// Every series is decided.
    Decided,
    /// The number of rounds that was asked for.
    Rounds,
    TimeLimit,
    Interrupted,
}

/// One series of the session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SideBySideRow {
    pub(crate) subject: SeriesRef,
    pub(crate) unit: Unit,
    pub(crate) result: PairedResult,
    pub(crate) threshold: f64,
    /// The policy wants it reported and never blocked.
    pub(crate) report_only: bool,
    /// The only side that has it; none where both do.
    pub(crate) only_on: Option<Side>,
}

/// A benchmark that failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct FailedBenchmark {
    pub(crate) benchmark: String,
    pub(crate) side: &'static str,
    pub(crate) error: String,
    /// It failed on the head alone: the change broke it.
    pub(crate) is_new: bool,
}

/// A session, judged.
#[derive(Clone, Debug)]
pub(crate) struct SideBySide {
    pub(crate) session: String,
    pub(crate) base: MeasuredSide,
    pub(crate) head: MeasuredSide,
    pub(crate) rounds: u32,
    pub(crate) max_rounds: u32,
    pub(crate) ending: SessionEnding,
    /// What to read first comes first.
    pub(crate) rows: Vec<SideBySideRow>,
    pub(crate) failed: Vec<FailedBenchmark>,
    /// What a reader should know, in sentences.
    pub(crate) notices: Vec<String>,
}

impl SideBySideRow {
    /// The verdict, as JSON names it.
    pub(crate) fn verdict(&self) -> &'static str {
        match (self.only_on, self.result.verdict) {
            (Some(Side::Head), _) => "new",
            (Some(Side::Base), _) => "removed",
            (None, PairedVerdict::Regressed) => "regressed",
            (None, PairedVerdict::Improved) => "improved",
            (None, PairedVerdict::Unchanged) => "unchanged",
            (None, PairedVerdict::Open) => "too_noisy",
            (None, PairedVerdict::NotCompared) => "not_compared",
        }
    }

    /// Both sides have it, and its values say something.
    pub(crate) fn is_compared(&self) -> bool {
        self.only_on.is_none() && self.result.verdict != PairedVerdict::NotCompared
    }

    fn blocks(&self) -> bool {
        self.verdict() == "regressed" && !self.report_only
    }

    fn rank(&self) -> usize {
        let order =
            ["regressed", "improved", "too_noisy", "removed", "new", "not_compared", "unchanged"];
        order.iter().position(|verdict| *verdict == self.verdict()).unwrap_or(order.len())
    }
}

/// Puts what to read first at the beginning: verdicts by weight, then large changes.
pub(crate) fn sort(rows: &mut [SideBySideRow]) {
    let size = |row: &SideBySideRow| row.result.change.abs();
    rows.sort_by(|a, b| {
        let by_rank = a.rank().cmp(&b.rank());
        let by_size = size(b).total_cmp(&size(a));
        by_rank.then(by_size).then_with(|| a.subject.stem.cmp(&b.subject.stem))
    });
}

impl SideBySide {
    pub(crate) fn decision(&self) -> Decision {
        // A benchmark that the change broke is no better than one that it slowed down.
        if self.rows.iter().any(SideBySideRow::blocks) || self.failed.iter().any(|it| it.is_new) {
            Decision::Fail
        } else if self.rows.iter().any(SideBySideRow::is_compared) {
            Decision::Pass
        } else {
            Decision::NothingCompared
        }
    }

    pub(crate) fn count(&self, verdict: &str) -> usize {
        self.rows.iter().filter(|row| row.verdict() == verdict).count()
    }

    /// Everything, for scripts.
    pub(crate) fn json(&self) -> JsonText {
        pretty(&SideBySideFile {
            outcome: self.decision().as_str(),
            session: &self.session,
            base: &self.base,
            head: &self.head,
            rounds: self.rounds,
            max_rounds: self.max_rounds,
            ended_by: self.ending,
            false_block_rate: FALSE_BLOCK_RATE,
            series: self.rows.iter().map(SideBySideSeries::of).collect(),
            failed: &self.failed,
            notices: &self.notices,
        })
    }
}

#[derive(Serialize)]
struct SideBySideFile<'a> {
    outcome: &'static str,
    session: &'a str,
    base: &'a MeasuredSide,
    head: &'a MeasuredSide,
    rounds: u32,
    max_rounds: u32,
    ended_by: SessionEnding,
    /// Share of sessions without any change that fail.
    false_block_rate: f64,
    series: Vec<SideBySideSeries<'a>>,
    failed: &'a [FailedBenchmark],
    notices: &'a [String],
}

#[derive(Serialize)]
struct SideBySideSeries<'a> {
    series: &'a str,
    test: &'a str,
    backend: &'a str,
    metric: &'a str,
    unit: &'a str,
    verdict: &'static str,
    /// Medians in base units; null on a side that does not have it.
    base: Option<f64>,
    head: Option<f64>,
    /// Relative, signed as the value moved, with its 90 % interval.
    change: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    threshold: f64,
    /// Standard deviation of one run, relative.
    noise: Option<f64>,
    rounds: u32,
    depends_on_build: bool,
    report_only: bool,
}

impl<'a> SideBySideSeries<'a> {
    fn of(row: &'a SideBySideRow) -> Self {
        let result = &row.result;
        let finite = |value: f64| value.is_finite().then_some(value);
        let paired = |value: f64| finite(value).filter(|_| row.only_on.is_none());
        Self {
            series: &row.subject.name,
            test: &row.subject.test,
            backend: &row.subject.backend,
            metric: &row.subject.metric,
            unit: row.unit.as_str(),
            verdict: row.verdict(),
            base: finite(result.base),
            head: finite(result.head),
            change: paired(result.change),
            lower: paired(result.lower),
            upper: paired(result.upper),
            threshold: row.threshold,
            noise: paired(result.noise),
            rounds: result.rounds,
            depends_on_build: result.depends_on_build,
            report_only: row.report_only,
        }
    }
}
