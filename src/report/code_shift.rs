//! A shift of all backends that only few tests made: the code's, not the machine's.
//!
//! The analysis compares the backends of one benchmark. Where most of them shift at once it takes
//! that for an infrastructure anomaly, because a slow machine is slow for every backend. But it is
//! slow for every test, too. Where most tests of a candidate did not shift, those that did are
//! judged again, each series by itself.
//!
//! Example: five tests in four backends, and a pull request makes `parse` twice as slow in all
//! four. The other tests are unchanged, so `parse` has regressed in four series.
//!
//! Only for pull requests and candidates with a base: what the main line reports, the site shows
//! too, and both come from the one analysis.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::report::candidate::Candidate;
use crate::report::recheck::AnalyzeFn;
use detect::stats::median;
use detect::{Analysis, InfrastructureDay, Verdict};
use model::record::Direction;
use model::series::Series;

/// Share of its threshold that a test must have shifted to have shifted with the others.
const MIN_THRESHOLD_SHARE: f64 = 0.5;

/// A test in one unit: a slow machine makes no memory larger, so units are compared by themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TestInUnit<'a> {
    unit: &'a str,
    suite: &'a str,
    test: &'a str,
}

/// Which way a test shifted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shift {
    Worse,
    Better,
}

/// A series that the candidate measured, and the base before it.
#[derive(Clone, Copy)]
struct CandidateSeries<'a> {
    /// Index of the series.
    index: usize,
    series: &'a Series,
    analysis: &'a Analysis,
    /// The candidate's first run.
    start: usize,
}

/// The analyses of a candidate, and the tests whose shift in all backends is the code's.
pub(crate) struct CodeShifts<'a> {
    pub(crate) analyses: Cow<'a, [Analysis]>,
    /// Sorted; empty where no test shifted alone.
    pub(crate) tests: Vec<String>,
}

/// Analyzes again what the analysis took for infrastructure, though most tests did not shift.
pub(crate) fn find<'a>(
    series: &[Series],
    analyses: &'a [Analysis],
    days: &[InfrastructureDay],
    candidate: &Candidate,
    analyze: &AnalyzeFn<'_>,
) -> CodeShifts<'a> {
    let mut shifts = CodeShifts { analyses: Cow::Borrowed(analyses), tests: Vec::new() };
    let measured = measured_series(series, analyses, candidate);
    if !measured.iter().any(|it| it.is_infrastructure(days)) {
        return shifts;
    }
    let alone = tests_that_shifted_alone(&measured);
    let mut names = BTreeSet::new();
    for CandidateSeries { index, series, .. } in measured {
        if alone.contains(&TestInUnit::of(series)) {
            // By itself: beside the other backends it would be infrastructure again.
            let again = analyze(std::slice::from_ref(series)).by_series;
            if let Some(analysis) = again.into_iter().next() {
                shifts.analyses.to_mut()[index] = analysis.of_candidate();
            }
            names.insert(series.key.test.clone());
        }
    }
    shifts.tests = names.into_iter().collect();
    shifts
}

/// The series that both a candidate and its base measured; empty where there is no base.
fn measured_series<'a>(
    series: &'a [Series],
    analyses: &'a [Analysis],
    candidate: &Candidate,
) -> Vec<CandidateSeries<'a>> {
    let Some(first) = candidate.first_commit else { return Vec::new() };
    let mut measured = Vec::new();
    for (index, (series, analysis)) in series.iter().zip(analyses).enumerate() {
        let start = series.runs.iter().position(|run| run.commit >= first);
        if let Some(start) = start.filter(|start| *start > 0) {
            measured.push(CandidateSeries { index, series, analysis, start });
        }
    }
    measured
}

impl<'a> TestInUnit<'a> {
    fn of(series: &'a Series) -> Self {
        let key = &series.key;
        Self { unit: series.unit.as_str(), suite: &key.suite, test: &key.test }
    }
}

impl CandidateSeries<'_> {
    /// Whether the analysis took a shift at the candidate for infrastructure. Where it restarted
    /// the baseline, only the day shows it.
    fn is_infrastructure(&self, days: &[InfrastructureDay]) -> bool {
        let day = self.series.runs[self.start].time.day();
        self.analysis.verdict == Verdict::Infrastructure || days.iter().any(|it| it.day == day)
    }

    /// How far the candidate's runs lie from the level before them, in thresholds; up is worse.
    fn threshold_share(&self) -> Option<f64> {
        let Self { series, analysis, start, .. } = *self;
        let level = analysis.level.last_before(start).filter(|level| *level > 0.0)?;
        let runs = series.runs[start..].iter();
        let values: Vec<f64> = runs.filter_map(|run| series.compared_value(run)).collect();
        let change = median(&values)? / level - 1.0;
        let worse = if series.direction == Direction::Lower { change } else { -change };
        Some(worse / analysis.threshold.max(f64::EPSILON))
    }
}

/// The tests that shifted while at most half of the tests of their unit did, all the same way. A
/// single test never does: nothing says whether the machine was slow.
fn tests_that_shifted_alone<'a>(measured: &[CandidateSeries<'a>]) -> BTreeSet<TestInUnit<'a>> {
    let mut shares: BTreeMap<TestInUnit<'a>, Vec<f64>> = BTreeMap::new();
    for series in measured {
        let test = TestInUnit::of(series.series);
        shares.entry(test).or_default().extend(series.threshold_share());
    }
    let mut tests_by_unit: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shifted: BTreeMap<(&str, Shift), Vec<TestInUnit<'a>>> = BTreeMap::new();
    for (test, shares) in &shares {
        let Some(share) = median(shares) else { continue };
        *tests_by_unit.entry(test.unit).or_default() += 1;
        if share.abs() >= MIN_THRESHOLD_SHARE {
            let way = if share > 0.0 { Shift::Worse } else { Shift::Better };
            shifted.entry((test.unit, way)).or_default().push(*test);
        }
    }
    let is_minority = |unit: &str, tests: &[TestInUnit<'_>]| 2 * tests.len() <= tests_by_unit[unit];
    let few = shifted.into_iter().filter(|((unit, _), tests)| is_minority(unit, tests));
    few.flat_map(|(_, tests)| tests).collect()
}
