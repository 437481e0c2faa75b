//! Runs of a candidate on runners that the main line does not know.
//!
//! What a candidate brings is no baseline and no knowledge of its runner: five runs of a pull
//! request on a new machine would be compared with one another, and pass whatever they measured.
//!
//! Example: 30 runs of the main line on `EPYC 7763`, 2 on `EPYC 9V74`, and a pull request with 3
//! runs on the latter, 4 × slower. A baseline needs 5 runs, so nothing is compared.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::report::candidate::Candidate;
use model::policy::Policy;
use model::series::{Run, Segment, Series};

/// Why the candidate's runs of a series cannot be compared: what a candidate brings is no baseline
/// and no knowledge of its runner.
#[derive(Clone, Debug)]
pub(crate) struct UnknownRunner {
    /// The series has too few runs on the main line, on whatever runner.
    pub(crate) is_new: bool,
    /// Runs of the main line on the candidate's runner.
    pub(crate) runs_of_base: usize,
    /// The segments of the newest run of the main line and of the candidate, where they differ:
    /// indices, since the names in them may be redacted later.
    segments: Option<(u32, u32)>,
}

impl UnknownRunner {
    /// The runner of the newest run of the main line, and that of the candidate, where they differ.
    pub(crate) fn runners<'a>(&self, series: &'a Series) -> Option<(&'a Segment, &'a Segment)> {
        let (before, after) = self.segments?;
        let segment = |at: u32| series.segments.get(at as usize);
        segment(before).zip(segment(after))
    }
}

/// Takes the candidate's runs out of the series whose runners the main line does not know well
/// enough, and says why, by index of the series. Where it knows one of several, the runs on that
/// one are left.
pub(crate) fn take_unknown_runners(
    series: &mut [Series],
    candidate: &Candidate,
    policy: &Policy,
) -> BTreeMap<usize, UnknownRunner> {
    let Some(first) = candidate.first_commit.filter(|_| candidate.pull.is_some()) else {
        return BTreeMap::new();
    };
    let needed = policy.regression.min_sample_size as usize;
    let unknown = series.par_iter_mut().enumerate().filter_map(|(at, series)| {
        // A session brings its own base, from the same machine.
        if candidate.is_in_session(&series.key) {
            return None;
        }
        let start = series.runs.iter().position(|run| run.commit >= first)?;
        // A failed run says so, whatever machine it failed on.
        if series.runs[start..].iter().all(|run| run.value.is_none()) {
            return None;
        }
        // Of several runners in one candidate, those that are known suffice for a verdict.
        let (base, own) = series.runs.split_at(start);
        let compared = base.iter().filter(|run| series.compared_value(run).is_some());
        let runs_on = |segment: u32| compared.clone().filter(|run| run.segment == segment).count();
        let is_known = |run: &Run| runs_on(run.segment) >= needed;
        if own.iter().any(is_known) {
            let kept: Vec<Run> = own.iter().filter(|run| is_known(run)).cloned().collect();
            series.runs.splice(start.., kept);
            return None;
        }
        // The newest of them stands for all: a message with five runners helps nobody.
        let newest = own.last()?.segment;
        let before = base.last().map(|run| run.segment).filter(|segment| *segment != newest);
        let unknown = UnknownRunner {
            is_new: compared.clone().count() < needed,
            runs_of_base: runs_on(newest),
            segments: before.map(|before| (before, newest)),
        };
        series.runs.truncate(start);
        Some((at, unknown))
    });
    unknown.collect()
}
