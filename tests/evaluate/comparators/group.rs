//! Gates that know what a policy file says beside the threshold: grace, runners, and the share of
//! backends that makes a shift infrastructure (k-anomaly). `literal` is such a policy taken at its
//! word; the Mann-Whitney gate with the same suppressions is the strongest simple rival.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::gate::{WARM, beyond};
use crate::input::View;
use crate::stats::{mad, mann_whitney, median};
use crate::{Answers, Runs};

const LITERAL: &str = "policy taken literally, 3 in a row";
const RANKS: &str = "Mann-Whitney 30/8 + grace, runners, k-anomaly";
/// Share of the backends that must move together, and the fewest backends that may say so.
const SHARE: f64 = 0.8;
const BACKENDS: usize = 3;

/// Both methods on every group.
pub fn answers(views: &[View]) -> Answers {
    let mut groups: BTreeMap<&str, Vec<&View>> = BTreeMap::new();
    for view in views {
        groups.entry(&view.group).or_default().push(view);
    }
    let groups: Vec<Vec<&View>> = groups.into_values().collect();
    let of = |alarm: fn(&View, usize) -> bool, newest: usize| {
        groups.par_iter().flat_map_iter(|group| suppressed(group, alarm, newest)).collect()
    };
    BTreeMap::from([(LITERAL, of(literal, 3)), (RANKS, of(ranks, 8))])
}

/// Alarms after grace, without those that most backends of the group share.
fn suppressed(
    group: &[&View],
    alarm: fn(&View, usize) -> bool,
    newest: usize,
) -> Vec<(String, Runs)> {
    let asked = |view: &&View| {
        let from = WARM.max(view.grace);
        let runs = (from..view.y.len()).filter(|at| alarm(view, *at));
        let own = runs.filter(|at| !everyones(group, view, *at, newest));
        (view.id.clone(), own.collect())
    };
    group.iter().map(asked).collect()
}

/// Whether most backends moved the same way by at least 0.4 of this one's shift.
fn everyones(group: &[&View], own: &View, at: usize, newest: usize) -> bool {
    let shift = |view: &View| {
        let (before, after) = sides(view, at, 20, newest)?;
        Some(median(&after) - median(&before))
    };
    let Some(size) = shift(own) else { return false };
    let moved: Vec<bool> =
        group.iter().filter_map(|view| Some(shift(view)? > 0.4 * size)).collect();
    let with = moved.iter().filter(|with| **with).count();
    moved.len() >= BACKENDS && with as f64 >= SHARE * moved.len() as f64
}

/// Newest three beyond the threshold and beyond three deviations of the median of 20.
fn literal(view: &View, at: usize) -> bool {
    let Some((before, newest)) = sides(view, at, 20, 3) else { return false };
    let centre = median(&before);
    let inside: Vec<f64> = {
        let reach = 3.0 * mad(&before, centre);
        before.iter().copied().filter(|value| (value - centre).abs() <= reach).collect()
    };
    let limit = median(&inside) + view.limit;
    newest.iter().all(|value| *value > limit)
}

fn ranks(view: &View, at: usize) -> bool {
    let Some((before, newest)) = sides(view, at, 30, 8) else { return false };
    beyond(&before, &newest, mann_whitney, median, view.limit)
}

/// The newest runs on the runner of run `at`, and those on it before them; none while it is new.
fn sides(view: &View, at: usize, before: usize, newest: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let same = (0..=at).rev().filter(|run| view.runner[*run] == view.runner[at]);
    let mut runs: Vec<f64> = same.take(before + newest).map(|run| view.y[run]).collect();
    runs.reverse();
    let middle = runs.len().checked_sub(newest).filter(|middle| *middle >= 5)?;
    let after = runs.split_off(middle);
    Some((runs, after))
}
