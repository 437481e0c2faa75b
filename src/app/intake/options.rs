//! What the user says about results and histories beside their files, checked before anything is
//! read.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

use ingest::naming::Pattern;
use model::policy::threshold::is_device_name;
use model::record::Direction;
use model::record::time::Timestamp;

/// What `ingest` and `import` understand alike, as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntakeOptions {
    pub(crate) backend: Option<String>,
    pub(crate) suite: Option<String>,
    /// `name=value`: fields of all records.
    pub(crate) set: Vec<String>,
    /// `name=value`: parameters of all records.
    pub(crate) params: Vec<String>,
    /// Patterns that take names apart.
    pub(crate) map: Vec<String>,
    pub(crate) no_samples: bool,
    pub(crate) dry_run: bool,
}

impl IntakeOptions {
    /// Fields that count more than what a tool says, by name.
    pub(super) fn overrides(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut fields = parse_pairs("--set", &self.set)?;
        for (name, value) in [("backend", &self.backend), ("suite", &self.suite)] {
            fields.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
        }
        Ok(fields)
    }

    pub(super) fn parameters(&self) -> anyhow::Result<BTreeMap<String, String>> {
        parse_pairs("--param", &self.params)
    }

    pub(super) fn patterns(&self) -> anyhow::Result<Vec<Pattern>> {
        let parsed = |pattern: &String| Pattern::parse(pattern).map_err(anyhow::Error::msg);
        self.map.iter().map(parsed).collect::<anyhow::Result<_>>().context("--map")
    }
}

/// `name=value` as it was typed after an option, any number of times.
pub(super) fn parse_pairs(
    option: &str,
    typed: &[String],
) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |pair: &String| match pair.split_once('=').filter(|(name, _)| !name.is_empty()) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => bail!("{option} {pair}: write {option} name=value"),
    };
    typed.iter().map(pair).collect()
}

pub(super) fn parse_timestamp(typed: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    let parsed = typed.map(Timestamp::parse).transpose();
    parsed.map_err(anyhow::Error::msg).context("--timestamp")
}

/// `metric=lower`, `metric=higher` and `metric=unknown`.
pub(super) fn parse_directions(typed: &[String]) -> anyhow::Result<BTreeMap<String, Direction>> {
    let direction = |(name, value): (String, String)| match value.as_str() {
        "lower" => Ok((name, Direction::Lower)),
        "higher" => Ok((name, Direction::Higher)),
        "unknown" => Ok((name, Direction::Unknown)),
        _ => bail!("--better {name}={value}: write lower, higher or unknown"),
    };
    parse_pairs("--better", typed)?.into_iter().map(direction).collect()
}

/// Roles by column. Several columns may have the same role.
pub(super) fn parse_columns(typed: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let column = |pair: &String| match pair.split_once('=') {
        Some((role, column)) if !role.is_empty() => Ok((column.to_owned(), role.to_owned())),
        _ => bail!("--column {pair}: write --column FIELD=COLUMN"),
    };
    typed.iter().map(column).collect()
}

/// A name that cannot leave its folder.
pub(in crate::app) fn checked_file_stem(name: &str) -> anyhow::Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let stem = name.strip_suffix(".ndjson").unwrap_or(name);
    if stem.is_empty() || stem.starts_with('.') || !stem.chars().all(allowed) {
        bail!("--into {name}: a file name has letters, digits, `-`, `_` and `.` only");
    }
    // On every system: a history that is checked out on Windows could not have the file.
    if is_device_name(stem) {
        bail!("--into {name}: Windows has a device of this name; choose another one");
    }
    Ok(stem.to_owned())
}
