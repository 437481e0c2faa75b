//! From a comparison of two levels to what the gate says of it.
//!
//! A comparison by itself knows two levels. Whether a difference is a regression, and what became
//! of it, the analysis of the whole history knows. Of a pull request the same analysis says it,
//! with the runs of the pull request behind those of its base, or the test that the gate blocks by.
//! The gate controls false discoveries over all series of a check, so the check of a recent pull
//! request has the last word ([`of_check`]); an older one is judged series by series.
//!
//! Example: a commit made `parse` 20 % slower, and somebody accepted it. The comparison shows 20 %
//! and the word `accepted`, not `regressed`.

use crate::report::delta::{RunPosition, SeriesDelta, is_far_from_base};
use crate::report::wording;
use crate::site::compared_verdict::ComparedVerdict;
use crate::site::context::SiteContext;
use detect::candidate_test::CandidateTest;
use detect::compare::{Delta, DeltaVerdict};
use detect::{Analysis, AnalysisContext, AnalysisDepth, Change, Verdict};
use model::policy::accepted;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Run, Series};

/// The verdict on a series that was measured at `head`.
pub(crate) fn of(
    site: &SiteContext<'_>,
    index: usize,
    position: RunPosition,
    base: CommitIndex,
    compared: &SeriesDelta,
) -> ComparedVerdict {
    let compared = match compared {
        SeriesDelta::NotCompared(_) => return ComparedVerdict::NotCompared,
        SeriesDelta::Outlier(_) => return ComparedVerdict::Outlier,
        SeriesDelta::Delta(delta) => delta,
    };
    match position {
        RunPosition::Main(at) => of_main(site, index, at as usize, base, compared),
        RunPosition::Pull(at) => of_pull(site, index, at as usize, base, compared),
    }
}

/// The verdict on a series that was measured side by side at `head`: its rounds decide.
pub(crate) fn of_session(
    site: &SiteContext<'_>,
    index: usize,
    head: CommitIndex,
    compared: &Delta,
) -> ComparedVerdict {
    match compared.verdict {
        DeltaVerdict::Regressed => {
            let is_accepted = is_accepted(site, site.series(index).0, head, compared.change);
            ComparedVerdict::Regression(if is_accepted { "accepted" } else { "open" })
        }
        DeltaVerdict::Improved => ComparedVerdict::Improvement,
        DeltaVerdict::Unchanged => ComparedVerdict::Unchanged,
        DeltaVerdict::Inconclusive => ComparedVerdict::TooNoisy,
    }
}

/// The same as the check of the pull request says it; none where it was not checked against this
/// base, or says nothing of the series.
pub(crate) fn of_check(
    site: &SiteContext<'_>,
    index: usize,
    base: CommitIndex,
    head: CommitIndex,
) -> Option<ComparedVerdict> {
    let checked = site.pull_check(base, head)?.verdict(&site.stems[index])?;
    Some(match checked.verdict {
        Verdict::Regressed => ComparedVerdict::Regression("open"),
        Verdict::Accepted => ComparedVerdict::Regression("accepted"),
        Verdict::Suspected { .. } => ComparedVerdict::Suspected,
        Verdict::Improved if checked.is_confirmed => ComparedVerdict::Improvement,
        Verdict::Improved => ComparedVerdict::ImprovedOnce,
        Verdict::Unchanged => ComparedVerdict::Unchanged,
        Verdict::TooNoisy => ComparedVerdict::TooNoisy,
        Verdict::New => ComparedVerdict::New,
        Verdict::Infrastructure => ComparedVerdict::Infrastructure,
        Verdict::NotCompared | Verdict::Missing | Verdict::Failed => ComparedVerdict::NotCompared,
    })
}

/// What two levels say by themselves.
fn of_delta(analysis: &Analysis, compared: &Delta) -> ComparedVerdict {
    match compared.verdict {
        _ if analysis.verdict == Verdict::New => ComparedVerdict::New,
        DeltaVerdict::Regressed => ComparedVerdict::Suspected,
        DeltaVerdict::Improved => ComparedVerdict::ImprovedOnce,
        DeltaVerdict::Unchanged => ComparedVerdict::Unchanged,
        DeltaVerdict::Inconclusive => ComparedVerdict::TooNoisy,
    }
}

fn of_main(
    site: &SiteContext<'_>,
    index: usize,
    run: usize,
    base: CommitIndex,
    compared: &Delta,
) -> ComparedVerdict {
    let (series, analysis) = site.series(index);
    let head = series.runs[run].commit;
    let begins = |change: &&Change| {
        let first = series.runs[change.first_after].commit;
        first > base && first <= head
    };
    // The newest of several counts: it is the one that a reader of the pair can still see.
    if let Some(change) = analysis.changes.iter().rev().find(begins) {
        return match change.is_regression {
            true => ComparedVerdict::Regression(wording::state(change)),
            false => ComparedVerdict::Improvement,
        };
    }
    match of_delta(analysis, compared) {
        // Of a run that others follow, they have decided.
        ComparedVerdict::Suspected if run + 1 < series.runs.len() => ComparedVerdict::NotConfirmed,
        ComparedVerdict::ImprovedOnce if run + 1 < series.runs.len() => {
            ComparedVerdict::NotConfirmed
        }
        verdict => verdict,
    }
}

/// The runs of a pull request, judged behind those of its base.
fn of_pull(
    site: &SiteContext<'_>,
    index: usize,
    pull: usize,
    base: CommitIndex,
    compared: &Delta,
) -> ComparedVerdict {
    let (series, analysis) = site.series(index);
    let head = series.pulls[pull].run.commit;
    let merged = merged(series, base, head);
    let start = merged.runs.partition_point(|run| run.commit <= base);
    if !is_far_from_base(&merged, analysis, start) {
        return of_delta(analysis, compared);
    }
    // A note of the pull request itself must not explain its own regression away.
    let context = AnalysisContext {
        depth: AnalysisDepth::GateOnly,
        now: site.input.options.as_of,
        newest_run: None,
        accepted: &|_| Vec::new(),
        explanations: &|_| Vec::new(),
    };
    let policy = site.input.policy;
    let analyze = |series: &Series| {
        let found = detect::analyze_all(std::slice::from_ref(series), policy, &context);
        found.by_series.into_iter().next()
    };
    let newest = analyze(&merged).map(|analysis| analysis.newest.verdict);
    // The test that the gate blocks by; what was not compared stays so.
    let is_worse = || {
        let runs = merged.runs[..start].to_vec();
        let base = analyze(&Series { runs, ..merged.clone() });
        base.is_some_and(|base| {
            let test = CandidateTest { series: &merged, start, base: &base, policy };
            test.regression(&context).is_some()
        })
    };
    let is_regression = match newest {
        Some(Verdict::Regressed) => true,
        Some(Verdict::Suspected { .. } | Verdict::Unchanged | Verdict::TooNoisy) => is_worse(),
        _ => false,
    };
    match newest {
        _ if is_regression => {
            let is_accepted = is_accepted(site, series, head, compared.change);
            ComparedVerdict::Regression(if is_accepted { "accepted" } else { "open" })
        }
        Some(Verdict::Improved) => ComparedVerdict::Improvement,
        _ => of_delta(analysis, compared),
    }
}

/// The main line up to a commit, and behind it the runs of another one.
fn merged(series: &Series, base: CommitIndex, head: CommitIndex) -> Series {
    let mut runs: Vec<Run> = series.runs.iter().filter(|run| run.commit <= base).cloned().collect();
    // On a day of their own, as `check` puts them: shifts of all backends are found by day.
    let day = runs.last().map_or(0, |run| run.time.day() + 1);
    let own = series.pulls.iter().map(|pull| &pull.run).filter(|run| run.commit == head);
    let own: Vec<Run> = own.cloned().collect();
    for (at, run) in own.into_iter().enumerate() {
        let time = Timestamp::from_micros(day.saturating_mul(DAY_US).saturating_add(at as i64));
        let commit = CommitIndex(base.0.saturating_add(1 + u32::try_from(at).unwrap_or(0)));
        runs.push(Run { commit, time: run.time.max(time), ..run });
    }
    Series { runs, pulls: Vec::new(), ..series.clone() }
}

/// Whether an entry of `accepted.yml` covers a change of this size at a commit.
fn is_accepted(site: &SiteContext<'_>, series: &Series, commit: CommitIndex, change: f64) -> bool {
    let (id, name) = (&site.commit(commit).id, series.key.name());
    site.input.accepted.iter().any(|entry| {
        accepted::matches(&entry.series, &name)
            && model::commit_ref::is_name_of(id, &entry.commit)
            && entry.expires.is_none_or(|until| until > site.input.options.as_of)
            && change.abs() <= entry.max_change + 1e-9
    })
}
