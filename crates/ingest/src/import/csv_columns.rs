//! What the columns of a CSV hold: by the user's word, else by their names and by whether their
//! cells are numbers. `x_median`, `x_mean`, `x_min`, … become one metric `x`.
//!
//! A column of numbers is a metric; one of text is a parameter. `--column` overrides that.

use std::collections::BTreeMap;

use crate::parse::name::snake_case;
use model::record::{Statistic, Unit};

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnRole {
    Time,
    Commit,
    CommitTime,
    Subject,
    Branch,
    Suite,
    Test,
    Error,
    /// Long form: the name of the metric that `Value` and `Unit` are of.
    Metric,
    Value,
    Unit,
    /// A value of a metric: its name and unit.
    Measured(String, String),
    /// A statistic of a metric.
    Statistic(String, Statistic),
    /// The standard deviation of a metric.
    Std(String),
    Param(String),
    Field(String),
    Skip,
}

/// Names that imply a role, best first; as [`snake_case`] writes them.
const COLUMN_NAMES: [(&str, ColumnRole); 34] = [
    ("timestamp", ColumnRole::Time),
    ("datetime", ColumnRole::Time),
    ("date_time", ColumnRole::Time),
    ("date", ColumnRole::Time),
    ("time", ColumnRole::Time),
    ("commit", ColumnRole::Commit),
    ("commit_hash", ColumnRole::Commit),
    ("commit_id", ColumnRole::Commit),
    ("commit_sha", ColumnRole::Commit),
    ("git_commit", ColumnRole::Commit),
    ("git_sha", ColumnRole::Commit),
    ("sha", ColumnRole::Commit),
    ("revision", ColumnRole::Commit),
    ("hash", ColumnRole::Commit),
    ("commit_time", ColumnRole::CommitTime),
    ("commit_date", ColumnRole::CommitTime),
    ("commit_message", ColumnRole::Subject),
    ("subject", ColumnRole::Subject),
    ("branch", ColumnRole::Branch),
    ("git_branch", ColumnRole::Branch),
    ("suite", ColumnRole::Suite),
    ("group", ColumnRole::Suite),
    ("benchmark_name", ColumnRole::Test),
    ("benchmark", ColumnRole::Test),
    ("test", ColumnRole::Test),
    ("test_name", ColumnRole::Test),
    ("name", ColumnRole::Test),
    ("tag", ColumnRole::Test),
    ("error_message", ColumnRole::Error),
    ("error", ColumnRole::Error),
    ("metric", ColumnRole::Metric),
    ("metric_name", ColumnRole::Metric),
    ("value", ColumnRole::Value),
    ("unit", ColumnRole::Unit),
];

/// Counts beside the values: how often something ran is no metric.
const COUNTS: [&str; 8] = [
    "samples",
    "samples_taken",
    "sample_count",
    "iterations",
    "runs",
    "rounds",
    "count",
    "repeats",
];

/// The role that the user gave a column.
///
/// # Errors
/// There is no such role.
fn role_named(name: &str, role_name: &str) -> Result<ColumnRole, String> {
    Ok(match role_name {
        "time" => ColumnRole::Time,
        "commit" => ColumnRole::Commit,
        "commit_time" => ColumnRole::CommitTime,
        "subject" => ColumnRole::Subject,
        "branch" => ColumnRole::Branch,
        "suite" => ColumnRole::Suite,
        "test" => ColumnRole::Test,
        "error" => ColumnRole::Error,
        "value" => ColumnRole::Value,
        "unit" => ColumnRole::Unit,
        "metric_name" => ColumnRole::Metric,
        "metric" => measured_column(name),
        "param" => ColumnRole::Param(snake_case(name)),
        "field" => ColumnRole::Field(snake_case(name)),
        "skip" => ColumnRole::Skip,
        _ => return Err(format!("--column {role_name}={name}: no such field")),
    })
}

/// The roles of columns. `numeric` holds for each whether its cells are numbers.
///
/// # Errors
/// The user names a column that is not there, or a role that does not exist; or two columns hold
/// what only one can.
pub(crate) fn roles(
    names: &[String],
    numeric: &[bool],
    requested_roles: &BTreeMap<String, String>,
) -> Result<Vec<ColumnRole>, String> {
    let mut roles: Vec<Option<ColumnRole>> = vec![None; names.len()];
    for (name, told) in requested_roles {
        let at = names.iter().position(|it| it == name);
        let at = at.ok_or_else(|| format!("--column {name}: no such column"))?;
        roles[at] = Some(role_named(name, told)?);
    }
    let long =
        ["metric", "metric_name"].iter().any(|it| names.iter().any(|name| snake_case(name) == *it))
            && names.iter().any(|name| snake_case(name) == "value");
    for (known, role) in COLUMN_NAMES {
        let of_long = matches!(role, ColumnRole::Metric | ColumnRole::Value | ColumnRole::Unit);
        if roles.iter().flatten().any(|it| *it == role) || of_long && !long {
            continue;
        }
        let at = names.iter().position(|name| snake_case(name) == known);
        if let Some(at) = at.filter(|at| roles[*at].is_none()) {
            roles[at] = Some(role);
        }
    }
    let rest = |(at, role): (usize, Option<ColumnRole>)| {
        role.unwrap_or_else(|| guess_role(&names[at], numeric[at]))
    };
    let mut roles: Vec<ColumnRole> = roles.into_iter().enumerate().map(rest).collect();
    group_statistics(&mut roles);
    Ok(roles)
}

fn guess_role(name: &str, numeric: bool) -> ColumnRole {
    let plain = snake_case(name);
    let counts = COUNTS.iter().any(|it| plain == *it || plain.ends_with(&format!("_{it}")));
    match plain.as_str() {
        "n" => ColumnRole::Param(plain),
        _ if counts || plain.ends_with("error_message") => ColumnRole::Field(plain),
        _ if numeric => measured_column(name),
        _ => ColumnRole::Param(plain),
    }
}

/// A metric's column: `latency (ms)`, `latency [ms]` and `latency_ms` hold the unit.
fn measured_column(name: &str) -> ColumnRole {
    let brackets = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (name, unit) = name.trim().strip_suffix(close)?.rsplit_once(open)?;
        Some((name, unit.trim()))
    });
    if let Some((name, unit)) = brackets {
        return ColumnRole::Measured(snake_case(name), unit.to_owned());
    }
    let units =
        [("ns", "ns"), ("us", "us"), ("ms", "ms"), ("sec", "s"), ("seconds", "s"), ("bytes", "B")];
    let unit = name.rsplit_once('_').and_then(|(_, end)| units.iter().find(|(it, _)| *it == end));
    ColumnRole::Measured(
        snake_case(name),
        unit.map_or_else(String::new, |(_, unit)| (*unit).to_owned()),
    )
}

/// `x_min`, `x_max`, … beside a value of `x` are statistics of it. The value is `x`, else the
/// median, else the mean; a mean that is not the value is a field.
fn group_statistics(roles: &mut [ColumnRole]) {
    let split = |role: &ColumnRole| match role {
        ColumnRole::Measured(name, unit) => {
            let (base, end) = name.rsplit_once('_')?;
            (!base.is_empty()).then(|| (base.to_owned(), end.to_owned(), unit.clone()))
        }
        _ => None,
    };
    let measured: Vec<String> = roles
        .iter()
        .filter_map(|role| match role {
            ColumnRole::Measured(name, _) => Some(name.clone()),
            _ => None,
        })
        .collect();
    let has = |base: &str, end: &str| measured.iter().any(|it| *it == format!("{base}_{end}"));
    let bare = |base: &str| measured.iter().any(|it| it == base);
    for role in roles.iter_mut() {
        let Some((base, end, unit)) = split(role) else { continue };
        let value = ["median", "mean", "avg", "average"].into_iter().find(|it| has(&base, it));
        if !bare(&base) && value.is_none() {
            continue;
        }
        let is_value = !bare(&base) && value == Some(end.as_str());
        *role = match (end.as_str(), Statistic::from_name(&end)) {
            _ if is_value => ColumnRole::Measured(base, unit),
            ("mean" | "avg" | "average", _) => ColumnRole::Field(format!("{base}_{end}")),
            ("std" | "stddev" | "stdev", _) => ColumnRole::Std(base),
            ("p999", _) => ColumnRole::Statistic(base, Statistic::P999),
            (_, Some(statistic)) => ColumnRole::Statistic(base, statistic),
            _ => continue,
        };
    }
}

/// The unit of a metric's column: its own, else the one that the metric's name implies.
pub(crate) fn unit_of(name: &str, unit: &str) -> String {
    if unit.is_empty() { Unit::name_of_metric(name).to_owned() } else { unit.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], numeric: &[bool]) -> Vec<ColumnRole> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        roles(&names, numeric, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn statistics_of_one_metric_come_together() {
        let names = ["timestamp", "time", "lat_median", "lat_mean", "lat_p99", "wall (ms)", "os"];
        let found = of(&names, &[true, true, true, true, true, true, false]);
        let lat = || "lat".to_owned();
        let metric =
            |name: &str, unit: &str| ColumnRole::Measured(name.to_owned(), unit.to_owned());
        let expected = [
            ColumnRole::Time,
            metric("time", ""),
            metric("lat", ""),
            ColumnRole::Field("lat_mean".to_owned()),
            ColumnRole::Statistic(lat(), Statistic::P99),
            metric("wall", "ms"),
            ColumnRole::Param("os".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_column_or_role_that_does_not_exist_is_told() {
        let names = ["time".to_owned()];
        for (column, role) in [("when", "time"), ("time", "clock")] {
            let asked = [(column.to_owned(), role.to_owned())].into();
            assert!(roles(&names, &[true], &asked).is_err(), "{column}={role}");
        }
    }
}
