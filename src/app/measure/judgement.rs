//! The records of a session, judged: by the policy's thresholds, with the noise that the history
//! knows.
//!
//! Records are read as every history is, so a series has the name, unit and direction that pages
//! and checks give it. Whose policy counts is decided as for a check: on a pull request that of the
//! base, which its author cannot change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::app::intake::run_reader::RunLine;
use crate::app::load::{load_history, value_options};
use crate::app::measure::MeasureRequest;
use crate::app::measure::bench::Bench;
use crate::app::observer::Observer;
use crate::app::policy_file::PolicyFile;
use crate::app::trust::{BaseFiles, TrustedPolicy};
use crate::report::SeriesRef;
use crate::report::candidate::Candidate;
use crate::report::side_by_side::{
    self, FailedBenchmark, SessionEnding, SideBySide, SideBySideRow,
};
use crate::store;
use detect::paired::known_noise::known_noise;
use detect::paired::{KnownNoise, PairedResult, PairedSeries, SessionEnd, judge, judge_ended};
use model::history::session::{SIDE, Side};
use model::history::value_options::ValueOptions;
use model::history::{History, NormalizeOptions};
use model::policy::Policy;
use model::record::median;
use model::series::SeriesKey;
use model::series::session_series::{RoundValues, SessionSeries, session_series};

/// What the records of a session are judged by.
pub(super) struct SessionJudge {
    session: String,
    policy: Policy,
    reading: Arc<ValueOptions>,
    known: BTreeMap<SeriesKey, KnownNoise>,
    /// What decided whose policy counts, in sentences.
    notices: Vec<String>,
}

impl SessionJudge {
    /// Reads the policy, and the history where there is one.
    ///
    /// # Errors
    /// The policy has errors.
    pub(super) fn new(
        request: &MeasureRequest,
        session: &str,
        base: Option<&str>,
        observer: &dyn Observer,
    ) -> anyhow::Result<Self> {
        let options = &request.options;
        let file = options.policy_file()?;
        let mut notices = Vec::new();
        let mut policy = file.as_ref().map_or_else(|| Ok(Policy::default()), PolicyFile::policy)?;
        if let Some(base) = base {
            let candidate = Candidate::default();
            let of_base = BaseFiles::of(&options.data, Some(base), None, &candidate, false);
            let decided = of_base.policy(&options.policy_path(), file.as_ref());
            if let TrustedPolicy::Base(file) = decided.decision {
                policy = file.map_or_else(|| Ok(Policy::default()), |file| file.policy())?;
                notices.extend(decided.notices);
            }
        }
        let mut known = BTreeMap::new();
        if base.is_some() && options.data.is_dir() {
            // A history that cannot be read costs power, not truth.
            match load_history(options, observer) {
                Ok(loaded) => {
                    known = known_noise(&loaded.history, &policy, &|_| false);
                }
                Err(error) => observer.warn(&format!("the history is not used: {error:#}")),
            }
        }
        let reading = Arc::new(value_options(&policy));
        Ok(Self { session: session.to_owned(), policy, reading, known, notices })
    }

    /// With a policy and a history that are loaded.
    pub(super) fn of_history(session: &str, policy: &Policy, history: Option<&History>) -> Self {
        Self {
            session: session.to_owned(),
            policy: policy.clone(),
            reading: Arc::new(value_options(policy)),
            known: history
                .map(|history| known_noise(history, policy, &|_| false))
                .unwrap_or_default(),
            notices: Vec::new(),
        }
    }

    /// What the history knows of the noise of a series.
    pub(super) fn known_noise(&self, key: &SeriesKey) -> Option<KnownNoise> {
        self.known.get(key).copied()
    }

    /// The series of these records after so many rounds, while more may follow.
    pub(super) fn running_rows(&self, lines: &[RunLine], rounds: u32) -> Vec<SideBySideRow> {
        self.rows(lines, &|session| judge(session, rounds, SessionEnd::Running))
    }

    fn rows(
        &self,
        lines: &[RunLine],
        judge: &dyn Fn(&[PairedSeries]) -> Vec<PairedResult>,
    ) -> Vec<SideBySideRow> {
        let series = self.series(lines);
        let paired: Vec<PairedSeries> = series.iter().map(|series| self.paired(series)).collect();
        let results = judge(&paired);
        let rows = series.iter().zip(&paired).zip(results).map(|((series, paired), result)| {
            let subject = series.key.subject(&series.tags);
            let threshold = self.policy.threshold_for(subject, series.direction);
            let [base, head] = [Side::Base, Side::Head].map(|side| series.has(side));
            let only_on = match (base, head) {
                (true, false) => Some(Side::Base),
                (false, true) => Some(Side::Head),
                _ => None,
            };
            let mut result = result;
            if only_on.is_some() {
                result.base = median_of(series, |round| round.base);
                result.head = median_of(series, |round| round.head);
            }
            SideBySideRow {
                subject: SeriesRef::of(&series.key),
                unit: series.unit.clone(),
                result,
                threshold: paired.threshold,
                report_only: threshold.report_only,
                only_on,
            }
        });
        let failed = failed_benchmarks(lines);
        let is_failed = |row: &SideBySideRow| {
            let name = format!("{} ({})", row.subject.test, row.subject.backend);
            let side = row.only_on.map(|side| match side {
                Side::Base => Side::Head,
                Side::Head => Side::Base,
            });
            let of_side = |it: &FailedBenchmark| {
                it.benchmark == name && side.is_some_and(|side| it.side == side.as_str())
            };
            failed.iter().any(of_side)
        };
        let mut rows: Vec<SideBySideRow> = rows.collect();
        // A benchmark that crashed is not removed: it is listed as failed.
        rows.retain(|row| !is_failed(row));
        side_by_side::sort(&mut rows);
        rows
    }

    /// The series of these records.
    pub(super) fn series(&self, lines: &[RunLine]) -> Vec<SessionSeries> {
        // All of them every time: a few thousand lines are read in less time than a program starts.
        let text: String = lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect();
        let builder = store::read_lines_in_memory(text.as_bytes(), Arc::clone(&self.reading));
        let history = builder.normalize(&NormalizeOptions::default());
        session_series(&history, &self.policy, &self.session)
    }

    fn paired(&self, series: &SessionSeries) -> PairedSeries {
        PairedSeries::of(series, &self.policy, self.known.get(&series.key).copied())
    }

    /// The session as it ended.
    pub(super) fn outcome(
        &self,
        bench: &Bench<'_>,
        lines: &[RunLine],
        rounds: u32,
        ending: SessionEnding,
        max_rounds: u32,
    ) -> SideBySide {
        let is_planned = ending == SessionEnding::Rounds && bench.planned_rounds().is_some();
        let mut notices = self.notices.clone();
        let rows = self.rows(lines, &|session| judge_ended(session, rounds, is_planned));
        let is_open = rows.iter().any(|row| row.verdict() == "too_noisy");
        if self.known.is_empty() && is_open {
            notices.push(
                "the history holds no repeated runs of these series, so few rounds show large \
                 changes only."
                    .to_owned(),
            );
        }
        SideBySide {
            session: self.session.clone(),
            base: bench.measured_side(Side::Base),
            head: bench.measured_side(Side::Head),
            rounds,
            max_rounds,
            ending,
            rows,
            failed: failed_benchmarks(lines),
            notices,
        }
    }
}

fn median_of(series: &SessionSeries, of: fn(&RoundValues) -> Option<f64>) -> f64 {
    let values: Vec<f64> = series.rounds.values().filter_map(of).collect();
    median(&values).unwrap_or(f64::NAN)
}

/// The benchmarks that failed in any round, each once.
fn failed_benchmarks(lines: &[RunLine]) -> Vec<FailedBenchmark> {
    let mut failed: BTreeSet<FailedBenchmark> = BTreeSet::new();
    for line in lines {
        let Ok(record) = serde_json::from_str::<Value>(&line.text) else { continue };
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let side = if text(SIDE) == Side::Base.as_str() { Side::Base } else { Side::Head };
        let benchmark = format!("{} ({})", text("test"), text("backend"));
        let is_listed =
            |it: &FailedBenchmark| it.benchmark == benchmark && it.side == side.as_str();
        if record["error"].is_string() && !failed.iter().any(is_listed) {
            let (side, error) = (side.as_str(), text("error"));
            failed.insert(FailedBenchmark { benchmark, side, error, is_new: false });
        }
    }
    let on_base: BTreeSet<String> = failed
        .iter()
        .filter(|it| it.side == Side::Base.as_str())
        .map(|it| it.benchmark.clone())
        .collect();
    let mark = |it: FailedBenchmark| {
        let is_new = it.side == Side::Head.as_str() && !on_base.contains(&it.benchmark);
        FailedBenchmark { is_new, ..it }
    };
    failed.into_iter().map(mark).collect()
}
