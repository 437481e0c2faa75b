//! From runs to points that may be compared: which runs belong together, and in what scale.
//!
//! A [`ComparableRuns`] holds runs of one runner fingerprint and one version, or of several that
//! took turns (a pool of runners), each brought to one level by its own median. Nothing is compared
//! across them. Failed runs, outliers and infrastructure days are in none.

use model::policy::Policy;
use model::series::Series;

use super::change_point::change_points;
use super::level_scale::LevelScale;
use super::quality::outliers;
use super::stats::{median, median_in_place};

/// Runs that may be compared, in time order. Vectors are parallel.
#[derive(Clone, Debug)]
pub struct ComparableRuns {
    /// Index into the series' runs.
    pub runs: Vec<usize>,
    pub levels: Vec<f64>,
    /// Base units, brought to the level of the runner with the most runs.
    pub values: Vec<f64>,
}

/// Fewest runs of a runner that takes turns with others before it is brought to their level.
const MIN_RUNNER_RUNS: usize = 8;

/// Which runs belong together: a number for each run. Runner changes count only where the policy
/// says so, versions always; each infrastructure cut starts anew.
pub fn groups(series: &Series, policy: &Policy, cuts: &[usize]) -> Vec<usize> {
    let version = |segment: usize| series.segments.get(segment).map(|it| &it.version);
    let class: Vec<usize> = (0..series.segments.len())
        .map(|segment| {
            if policy.runner_fingerprinting.suppress_alerts_on_runner_change {
                return segment;
            }
            (0..segment).find(|other| version(*other) == version(segment)).unwrap_or(segment)
        })
        .collect();
    let mut seen: Vec<(usize, usize)> = Vec::new();
    let mut groups = Vec::with_capacity(series.runs.len());
    for (index, run) in series.runs.iter().enumerate() {
        let segment = run.segment as usize;
        // A rebase starts a new group: what came before it is another level for every series.
        let rebases = cuts.iter().filter(|cut| **cut <= index).count();
        let key = (class.get(segment).copied().unwrap_or(segment), rebases);
        let place = seen.iter().position(|other| *other == key);
        groups.push(place.unwrap_or(seen.len()));
        if place.is_none() {
            seen.push(key);
        }
    }
    groups
}

/// One group's runs that take part: their indices, ascending.
pub fn runs_by_group(groups: &[usize], usable: &[bool]) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); groups.iter().max().map_or(0, |most| most + 1)];
    for (index, group) in groups.iter().enumerate() {
        if usable[index] {
            members[*group].push(index);
        }
    }
    members
}

/// The stretches of a series in time order, and its outliers (a flag for each run).
pub fn comparable_runs(
    values: &[f64],
    members: &[Vec<usize>],
    scale: LevelScale,
    outlier_sigmas: f64,
) -> (Vec<ComparableRuns>, Vec<bool>) {
    let mut is_outlier = vec![false; values.len()];
    let mut comparable: Vec<Vec<usize>> = Vec::new();
    for runs in members.iter().filter(|runs| !runs.is_empty()) {
        let levels: Vec<f64> = runs.iter().map(|index| scale.level(values[*index])).collect();
        let flags = outliers(&levels, outlier_sigmas);
        runs.iter().zip(&flags).for_each(|(index, flag)| is_outlier[*index] = *flag);
        comparable.push(runs.iter().copied().filter(|index| !is_outlier[*index]).collect());
    }
    comparable.retain(|runs| !runs.is_empty());
    comparable.sort_by_key(|runs| runs[0]);
    let mut out: Vec<Vec<Vec<usize>>> = Vec::new();
    let mut reach = None;
    for runs in comparable {
        let (first, last) = (runs[0], runs[runs.len() - 1]);
        match out.last_mut() {
            // Runners whose runs overlap in time take turns; one that begins after the others have
            // ended replaced them, and is not compared with them.
            Some(pool) if reach.is_some_and(|end| first < end) => pool.push(runs),
            _ => out.push(vec![runs]),
        }
        reach = reach.max(Some(last));
    }
    (out.into_iter().map(|pool| pool_runners(values, pool, scale)).collect(), is_outlier)
}

/// One stretch from a pool of runners: each runner's runs are brought to the level of the one with
/// the most. Levels and runner offsets are found by turns, so that neither swallows the other.
fn pool_runners(values: &[f64], mut pool: Vec<Vec<usize>>, scale: LevelScale) -> ComparableRuns {
    let single = |runs: &[usize]| ComparableRuns {
        runs: runs.to_vec(),
        levels: runs.iter().map(|index| scale.level(values[*index])).collect(),
        values: runs.iter().map(|index| values[*index]).collect(),
    };
    // A runner with few runs has no median to be brought to a level by; where all have few, none is
    // left out.
    let most = pool.iter().map(Vec::len).max().unwrap_or(0);
    pool.retain(|runs| runs.len() >= MIN_RUNNER_RUNS.min(most));
    let reference = pool.iter().position(|runs| runs.len() == most).unwrap_or(0);
    if pool.len() <= 1 {
        return single(pool.first().map_or(&[], Vec::as_slice));
    }
    let mut turns: Vec<(usize, usize)> = Vec::new();
    for (runner, runs) in pool.iter().enumerate() {
        turns.extend(runs.iter().map(|index| (*index, runner)));
    }
    turns.sort_unstable();
    let raw: Vec<f64> = turns.iter().map(|(index, _)| scale.level(values[*index])).collect();
    let mut levels = vec![0.0; raw.len()];
    let mut offsets = vec![0.0; pool.len()];
    // Offsets found around one median would swallow a level change that only one runner saw; three
    // turns of levels and offsets settle (a backfitting of two effects).
    for _ in 0..3 {
        offsets = runner_offsets(&raw, &levels, &turns, pool.len());
        let even: Vec<f64> =
            raw.iter().zip(&turns).map(|(level, (_, runner))| level - offsets[*runner]).collect();
        levels = level_lines(&even);
    }
    let moved = |runner: usize| offsets[reference] - offsets[runner];
    ComparableRuns {
        runs: turns.iter().map(|(index, _)| *index).collect(),
        levels: raw.iter().zip(&turns).map(|(level, turn)| level + moved(turn.1)).collect(),
        values: turns.iter().map(|turn| scale.shifted(values[turn.0], moved(turn.1))).collect(),
    }
}

fn runner_offsets(raw: &[f64], levels: &[f64], turns: &[(usize, usize)], n: usize) -> Vec<f64> {
    (0..n)
        .map(|runner| {
            let of_runner = turns.iter().enumerate().filter(|(_, turn)| turn.1 == runner);
            let mut residuals: Vec<f64> = of_runner.map(|(i, _)| raw[i] - levels[i]).collect();
            median_in_place(&mut residuals).unwrap_or(0.0)
        })
        .collect()
}

/// The median of its level, for each point.
fn level_lines(y: &[f64]) -> Vec<f64> {
    let mut ends: Vec<usize> = change_points(y).iter().map(|boundary| boundary.index).collect();
    ends.push(y.len());
    let mut lines = Vec::with_capacity(y.len());
    for end in ends {
        let level = median(&y[lines.len()..end]).unwrap_or(0.0);
        lines.resize(end, level);
    }
    lines
}
