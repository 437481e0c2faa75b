//! The keys under which recorded series are shown: aliases followed, and told apart by where the
//! main line measured them.
//!
//! Example: a benchmark that the main line measured on Linux and on Windows is two series, with the
//! parameters `os=linux` and `os=windows`. Measured on Linux alone, it is one without either.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use crate::history::{RecordedKey, SeriesColumn};
use crate::policy::{Policy, SeriesQualifier};
use crate::record::Statistic;
use crate::record::metrics::display_name;
use crate::series::SeriesKey;

/// The keys under which columns are shown, in their order.
pub fn series_keys<C: Borrow<SeriesColumn>>(columns: &[C], policy: &Policy) -> Vec<SeriesKey> {
    let columns = || columns.iter().map(C::borrow);
    let mut keys: Vec<SeriesKey> =
        columns().map(|column| benchmark_key(&column.key, policy)).collect();
    let mut benchmarks: BTreeMap<&SeriesKey, Vec<usize>> = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        benchmarks.entry(key).or_default().push(at);
    }
    let all: Vec<&SeriesColumn> = columns().collect();
    let shared: Vec<Vec<usize>> =
        benchmarks.into_values().filter(|members| members.len() > 1).collect();
    for members in shared {
        let of: Vec<&SeriesColumn> = members.iter().map(|at| all[*at]).collect();
        let qualified = qualifiers(&of, &policy.runner_fingerprinting.separate_series);
        for (at, qualifiers) in members.into_iter().zip(qualified) {
            add_params(&mut keys[at].params, &qualifiers);
        }
    }
    keys
}

/// What tells the columns of one benchmark apart, as parameters of their series.
///
/// Nothing does where the main line measured it in one place: then the series keep their names, and
/// only what a pull request measured elsewhere gets another one. A column that does not say its
/// place is the one place that the others say.
fn qualifiers<'a>(
    columns: &[&'a SeriesColumn],
    separate: &[SeriesQualifier],
) -> Vec<Vec<(&'static str, &'a str)>> {
    let mut all: Vec<Vec<(&'static str, &str)>> = vec![Vec::new(); columns.len()];
    for qualifier in [SeriesQualifier::Environment, SeriesQualifier::Os, SeriesQualifier::Arch] {
        if !separate.contains(&qualifier) {
            continue;
        }
        let value = |column: &'a SeriesColumn| column.key.platform.part(qualifier);
        // Within what the qualifiers before it tell apart: the one Mac needs no architecture.
        let groups: BTreeSet<Vec<(&str, &str)>> = all.iter().cloned().collect();
        for group in groups {
            let members: Vec<usize> = (0..columns.len()).filter(|at| all[*at] == group).collect();
            let values = |is_counted: &dyn Fn(&SeriesColumn) -> bool| -> BTreeSet<&str> {
                let counted = members.iter().map(|at| columns[*at]).filter(|it| is_counted(it));
                counted.filter_map(value).collect()
            };
            let of_main = values(&|column| column.is_on_main);
            let known = if of_main.is_empty() { values(&|_| true) } else { of_main };
            for at in members {
                let Some(value) = value(columns[at]) else { continue };
                if known.len() > 1 || !known.contains(value) {
                    all[at].push((qualifier.as_str(), value));
                }
            }
        }
    }
    all
}

/// Adds parameters, sorted; one that the records give themselves stays as it is.
fn add_params(params: &mut String, more: &[(&str, &str)]) {
    if more.is_empty() {
        return;
    }
    let given = |name: &str| params.split(", ").any(|pair| pair.split('=').next() == Some(name));
    let more: Vec<String> = more
        .iter()
        .filter(|(name, _)| !given(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let pairs = params.split(", ").filter(|pair| !pair.is_empty()).map(str::to_owned);
    let mut pairs: Vec<String> = pairs.chain(more).collect();
    pairs.sort_unstable();
    *params = pairs.join(", ");
}

/// The key of a benchmark wherever it ran: test names follow the policy's aliases.
fn benchmark_key(key: &RecordedKey, policy: &Policy) -> SeriesKey {
    let mut test = &key.test;
    // As many steps as there are aliases: a loop in them ends here too.
    for _ in 0..policy.aliases.len() {
        match policy.aliases.get(test) {
            Some(newer) => test = newer,
            None => break,
        }
    }
    SeriesKey {
        suite: key.suite.clone(),
        test: test.clone(),
        backend: key.backend.clone(),
        mode: key.mode.clone(),
        parallel: key.parallel,
        n: key.n,
        params: key.params.clone(),
        metric: key.metric.clone(),
        metric_name: metric_name(&key.metric, policy),
        statistic: key.statistic,
    }
}

fn metric_name(metric: &str, policy: &Policy) -> String {
    let named = |metric: &str| policy.metric_setting(metric, |entry| entry.name.clone());
    let of_statistic = || {
        let (metric, statistic) = Statistic::of_metric(metric)?;
        let metric = named(metric).unwrap_or_else(|| display_name(metric));
        Some(format!("{metric} {}", statistic.name()))
    };
    named(metric).or_else(of_statistic).unwrap_or_else(|| display_name(metric))
}
