//! What the columns of a CSV hold: by the user's word, else by their names and by whether their
//! cells are numbers. `x_median`, `x_mean`, `x_min`, … become one metric `x`.
//!
//! A column of numbers is a metric; one of text is a parameter. Whoever means otherwise says so.

use std::collections::BTreeMap;

use crate::import::told::snake;
use model::record::{Statistic, Unit};

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
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

/// Names that tell a role, best first; as [`snake`] writes them.
const KNOWN: [(&str, Role); 34] = [
    ("timestamp", Role::Time),
    ("datetime", Role::Time),
    ("date_time", Role::Time),
    ("date", Role::Time),
    ("time", Role::Time),
    ("commit", Role::Commit),
    ("commit_hash", Role::Commit),
    ("commit_id", Role::Commit),
    ("commit_sha", Role::Commit),
    ("git_commit", Role::Commit),
    ("git_sha", Role::Commit),
    ("sha", Role::Commit),
    ("revision", Role::Commit),
    ("hash", Role::Commit),
    ("commit_time", Role::CommitTime),
    ("commit_date", Role::CommitTime),
    ("commit_message", Role::Subject),
    ("subject", Role::Subject),
    ("branch", Role::Branch),
    ("git_branch", Role::Branch),
    ("suite", Role::Suite),
    ("group", Role::Suite),
    ("benchmark_name", Role::Test),
    ("benchmark", Role::Test),
    ("test", Role::Test),
    ("test_name", Role::Test),
    ("name", Role::Test),
    ("tag", Role::Test),
    ("error_message", Role::Error),
    ("error", Role::Error),
    ("metric", Role::Metric),
    ("metric_name", Role::Metric),
    ("value", Role::Value),
    ("unit", Role::Unit),
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
fn given(name: &str, told: &str) -> Result<Role, String> {
    Ok(match told {
        "time" => Role::Time,
        "commit" => Role::Commit,
        "commit_time" => Role::CommitTime,
        "subject" => Role::Subject,
        "branch" => Role::Branch,
        "suite" => Role::Suite,
        "test" => Role::Test,
        "error" => Role::Error,
        "value" => Role::Value,
        "unit" => Role::Unit,
        "metric_name" => Role::Metric,
        "metric" => measured(name),
        "param" => Role::Param(snake(name)),
        "field" => Role::Field(snake(name)),
        "skip" => Role::Skip,
        _ => return Err(format!("--column {told}={name}: no such field")),
    })
}

/// The roles of columns. `numeric` says of each whether its cells are numbers.
///
/// # Errors
/// The user names a column that is not there, or a role that does not exist; or two columns hold
/// what only one can.
pub fn roles(
    names: &[String],
    numeric: &[bool],
    asked: &BTreeMap<String, String>,
) -> Result<Vec<Role>, String> {
    let mut roles: Vec<Option<Role>> = vec![None; names.len()];
    for (name, told) in asked {
        let at = names.iter().position(|it| it == name);
        let at = at.ok_or_else(|| format!("--column {name}: no such column"))?;
        roles[at] = Some(given(name, told)?);
    }
    let long =
        ["metric", "metric_name"].iter().any(|it| names.iter().any(|name| snake(name) == *it))
            && names.iter().any(|name| snake(name) == "value");
    for (known, role) in KNOWN {
        let of_long = matches!(role, Role::Metric | Role::Value | Role::Unit);
        if roles.iter().flatten().any(|it| *it == role) || of_long && !long {
            continue;
        }
        let at = names.iter().position(|name| snake(name) == known);
        if let Some(at) = at.filter(|at| roles[*at].is_none()) {
            roles[at] = Some(role);
        }
    }
    let rest =
        |(at, role): (usize, Option<Role>)| role.unwrap_or_else(|| guess(&names[at], numeric[at]));
    let mut roles: Vec<Role> = roles.into_iter().enumerate().map(rest).collect();
    group(&mut roles);
    Ok(roles)
}

fn guess(name: &str, numeric: bool) -> Role {
    let plain = snake(name);
    let counts = COUNTS.iter().any(|it| plain == *it || plain.ends_with(&format!("_{it}")));
    match plain.as_str() {
        "n" => Role::Param(plain),
        _ if counts || plain.ends_with("error_message") => Role::Field(plain),
        _ if numeric => measured(name),
        _ => Role::Param(plain),
    }
}

/// A metric's column: `latency (ms)`, `latency [ms]` and `latency_ms` tell the unit.
fn measured(name: &str) -> Role {
    let brackets = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (name, unit) = name.trim().strip_suffix(close)?.rsplit_once(open)?;
        Some((name, unit.trim()))
    });
    if let Some((name, unit)) = brackets {
        return Role::Measured(snake(name), unit.to_owned());
    }
    let units =
        [("ns", "ns"), ("us", "us"), ("ms", "ms"), ("sec", "s"), ("seconds", "s"), ("bytes", "B")];
    let unit = name.rsplit_once('_').and_then(|(_, end)| units.iter().find(|(it, _)| *it == end));
    Role::Measured(snake(name), unit.map_or_else(String::new, |(_, unit)| (*unit).to_owned()))
}

/// `x_min`, `x_max`, … beside a value of `x` are statistics of it. The value is `x`, else the
/// median, else the mean; a mean that is not the value is a field.
fn group(roles: &mut [Role]) {
    let split = |role: &Role| match role {
        Role::Measured(name, unit) => {
            let (base, end) = name.rsplit_once('_')?;
            (!base.is_empty()).then(|| (base.to_owned(), end.to_owned(), unit.clone()))
        }
        _ => None,
    };
    let measured: Vec<String> = roles
        .iter()
        .filter_map(|role| match role {
            Role::Measured(name, _) => Some(name.clone()),
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
            _ if is_value => Role::Measured(base, unit),
            ("mean" | "avg" | "average", _) => Role::Field(format!("{base}_{end}")),
            ("std" | "stddev" | "stdev", _) => Role::Std(base),
            ("p999", _) => Role::Statistic(base, Statistic::P999),
            (_, Some(statistic)) => Role::Statistic(base, statistic),
            _ => continue,
        };
    }
}

/// The unit of a metric's column: what it says, else what the metric's name means.
pub fn unit_of(name: &str, told: &str) -> String {
    if told.is_empty() { Unit::of_metric(name).as_str().to_owned() } else { told.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], numeric: &[bool]) -> Vec<Role> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        roles(&names, numeric, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn statistics_of_one_metric_come_together() {
        let names = ["timestamp", "time", "lat_median", "lat_mean", "lat_p99", "wall (ms)", "os"];
        let found = of(&names, &[true, true, true, true, true, true, false]);
        let lat = || "lat".to_owned();
        let metric = |name: &str, unit: &str| Role::Measured(name.to_owned(), unit.to_owned());
        let expected = [
            Role::Time,
            metric("time", ""),
            metric("lat", ""),
            Role::Field("lat_mean".to_owned()),
            Role::Statistic(lat(), Statistic::P99),
            metric("wall", "ms"),
            Role::Param("os".to_owned()),
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
