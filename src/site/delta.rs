//! One series at a commit, against its level at an earlier one: what commit and diff pages share.
//!
//! The base is the median of up to [`BASE_RUNS`] runs at or before the base commit, on the same
//! runner, on the same level (never across a change), without outliers: one run is too little to
//! compare with. What cannot be compared says why.

use std::collections::BTreeMap;

use crate::site::index::Index;
use crate::site::view::ChangeCell;
use crate::site::words;
use detect::Analysis;
use detect::compare::{Delta, DeltaVerdict, Yardstick, compare};
use model::record::shorten;
use model::series::{CommitIndex, Run, Segment, Series};
use model::text;

/// Runs that the base's median is taken of, at most.
pub(crate) const BASE_RUNS: usize = 5;

/// What became of a comparison.
#[derive(Debug)]
pub(crate) enum Outcome {
    Delta(Delta),
    /// The candidate run is off its level for once, as the runs after it show.
    Outlier(Delta),
    /// Why it was not compared.
    Not(String),
}

/// One series in a comparison of two commits.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) series: usize,
    pub(crate) measured: Measured,
    pub(crate) outcome: Outcome,
}

/// Every series (or every one of `members`) measured at the head, against its level at or before
/// the base.
pub(crate) fn outcomes(
    site: &Index<'_>,
    (base, head): (CommitIndex, CommitIndex),
    members: Option<&[usize]>,
) -> Vec<Compared> {
    let wanted = |series: &usize| members.is_none_or(|all| all.binary_search(series).is_ok());
    measured(site, head)
        .filter(|(series, _)| wanted(series))
        .map(|(series, measured)| Compared {
            series,
            measured,
            outcome: outcome(site, series, measured, base),
        })
        .collect()
}

/// The runs of a commit: those of the main line, then those of pull requests.
pub(crate) fn measured(
    site: &Index<'_>,
    commit: CommitIndex,
) -> impl Iterator<Item = (usize, Measured)> {
    let main = site.measured[commit.0 as usize].iter();
    let main = main.map(|run| (run.series as usize, Measured::Main(run.run)));
    let pulled = site.pulled[commit.0 as usize].iter();
    main.chain(pulled.map(|run| (run.series as usize, Measured::Pull(run.run))))
}

/// A run of a series: its index among the main line's, or among those of pull requests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measured {
    Main(u32),
    Pull(u32),
}

impl Measured {
    pub(crate) fn of(self, series: &Series) -> &Run {
        match self {
            Self::Main(at) => &series.runs[at as usize],
            Self::Pull(at) => &series.pulls[at as usize].run,
        }
    }
}

/// Compares a run with the series' level at or before `base`.
fn outcome(site: &Index<'_>, index: usize, measured: Measured, base: CommitIndex) -> Outcome {
    let (series, analysis) = site.series(index);
    let after = measured.of(series);
    let at = match measured {
        Measured::Main(at) => Some(at as usize),
        Measured::Pull(_) => None,
    };
    let Some(value) = after.value else {
        let reason = after.error().unwrap_or("no reason given");
        return Outcome::Not(format!("the run failed: {}", shorten(reason, 120)));
    };
    let flags = at.map(|at| analysis.flags[at]).unwrap_or_default();
    if flags.infrastructure {
        return Outcome::Not("infrastructure: most backends moved that day".to_owned());
    }
    let Some(newest) = site.newest_at(index, base, at) else {
        return Outcome::Not("no run at or before the base".to_owned());
    };
    let before = &series.runs[newest];
    if before.segment != after.segment {
        let of = |run: &Run| &series.segments[run.segment as usize];
        return Outcome::Not(runner_difference(of(before), of(after)));
    }
    let yardstick =
        Yardstick { noise: analysis.noise, threshold: analysis.threshold, better: series.better };
    let values = base_values(series, analysis, newest);
    match compare(&values, &[value], yardstick) {
        Some(delta) if flags.outlier && is_news(&delta) => Outcome::Outlier(delta),
        Some(delta) => Outcome::Delta(delta),
        None => Outcome::Not("a value is no number".to_owned()),
    }
}

/// The values of the base: those of the newest runs up to `newest` that share its level.
pub(crate) fn base_values(series: &Series, analysis: &Analysis, newest: usize) -> Vec<f64> {
    let since = analysis.events.iter().map(|change| change.first).rfind(|first| *first <= newest);
    let segment = series.runs[newest].segment;
    let level = since.unwrap_or(0)..=newest;
    let usable = |at: &usize| {
        let flags = analysis.flags[*at];
        series.runs[*at].segment == segment && !flags.outlier && !flags.infrastructure
    };
    let values: Vec<f64> =
        level.rev().filter(usable).filter_map(|at| series.runs[at].value).take(BASE_RUNS).collect();
    if values.is_empty() { series.runs[newest].value.into_iter().collect() } else { values }
}

pub(crate) fn is_news(delta: &Delta) -> bool {
    matches!(delta.verdict, DeltaVerdict::Worse | DeltaVerdict::Better)
}

/// `runner_image ubuntu-22.04 → ubuntu-24.04`, or the versions of the benchmark.
pub(crate) fn runner_difference(old: &Segment, new: &Segment) -> String {
    let cut = |text: &str| shorten(text, 60).into_owned();
    let before: BTreeMap<&str, &str> =
        old.fingerprint.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut moved: Vec<String> = new
        .fingerprint
        .iter()
        .filter(|(name, value)| before.get(name.as_str()) != Some(&value.as_str()))
        .map(|(name, value)| {
            let old = before.get(name.as_str()).copied().unwrap_or("not recorded");
            format!("{} {} → {}", cut(name), cut(old), cut(value))
        })
        .collect();
    if old.version != new.version {
        let version = |version: &Option<String>| cut(version.as_deref().unwrap_or("none"));
        moved.push(format!("version {} → {}", version(&old.version), version(&new.version)));
    }
    if moved.is_empty() {
        moved.push("fields that only one of them records".to_owned());
    }
    format!("the runner differs: {}", moved.join(", "))
}

/// How an outcome reads in a table.
pub(crate) fn cell(series: &Series, outcome: &Outcome) -> ChangeCell {
    let quiet = |delta: &Delta, words: &str| ChangeCell {
        change: text::percent_change(delta.change),
        ..words::quiet(words)
    };
    match outcome {
        Outcome::Not(reason) => words::quiet(format!("not compared: {reason}")),
        Outcome::Outlier(delta) => quiet(delta, "outlier, not confirmed by later runs"),
        Outcome::Delta(delta) => match delta.verdict {
            DeltaVerdict::Worse => words::cell(series, delta.before, delta.after, true),
            DeltaVerdict::Better => words::cell(series, delta.before, delta.after, false),
            DeltaVerdict::Same => quiet(delta, "within the limit"),
            DeltaVerdict::Unclear => quiet(delta, "within the noise"),
        },
    }
}
