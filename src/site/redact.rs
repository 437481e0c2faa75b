//! What a public site does not show: the values of the fields that the policy's `redact` names.
//!
//! The values are replaced before any page is made, and after everything was compared, so that no
//! page can show them and every verdict is the same. The first value of a field becomes
//! `redacted`, the next `redacted 2`, in the order of time: that a runner changed can still be
//! seen, not from what to what.

use std::collections::BTreeMap;

use std::sync::Arc;

use model::filter::glob;
use model::history::History;
use model::record::time::Timestamp;
use model::record::{Problem, RareDetail};
use model::series::{Run, Segment, Series};

/// What stands in place of a value.
const REDACTED: &str = "redacted";

/// Replaces every value of the fields that one of the globs matches: fields of the environment,
/// `version`, `branch`, `url`, `error`, and refused lines that name such a field.
pub(crate) fn redact(history: &mut History, series: &mut [Series], globs: &[String]) {
    if globs.is_empty() {
        return;
    }
    // All masks before the first replacement: a value must have the same mask wherever it stands.
    let masks = FieldMasks::of(history, globs);
    for environment in &mut history.environments {
        for (field, value) in &mut environment.fields {
            masks.mask(field, value);
        }
        masks.mask_option("version", &mut environment.version);
        masks.mask_option("branch", &mut environment.branch);
    }
    history.details.rare_mut().for_each(|rare| masks.rare(rare));
    history.rejected_records.iter_mut().for_each(|problem| masks.problem(problem));
    for series in series {
        series.segments.iter_mut().for_each(|segment| masks.segment(segment));
        series.runs.iter_mut().for_each(|run| masks.run(run));
        series.pulls.iter_mut().for_each(|pull| masks.run(&mut pull.run));
    }
}

struct FieldMasks<'a> {
    globs: &'a [String],
    /// What stands for each value of each field.
    by_value: BTreeMap<(String, String), String>,
}

impl<'a> FieldMasks<'a> {
    fn of(history: &History, globs: &'a [String]) -> Self {
        let mut masks = Self { globs, by_value: BTreeMap::new() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for index in in_time_order(history) {
            let environment = &history.environments[index];
            let named = [("version", &environment.version), ("branch", &environment.branch)];
            let named = named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
            let fields = environment.fields.iter().map(|(name, value)| (name.as_str(), value));
            for (field, value) in fields.chain(named).filter(|(field, _)| hides(globs, field)) {
                let count = seen.entry(field.to_owned()).or_default();
                let key = (field.to_owned(), value.clone());
                masks.by_value.entry(key).or_insert_with(|| {
                    *count += 1;
                    if *count == 1 { REDACTED.to_owned() } else { format!("{REDACTED} {count}") }
                });
            }
        }
        masks
    }

    fn hides(&self, field: &str) -> bool {
        hides(self.globs, field)
    }

    fn mask(&self, field: &str, value: &mut String) {
        if self.hides(field) {
            let mask = self.by_value.get(&(field.to_owned(), std::mem::take(value)));
            // A value that was not seen before is still hidden: safe without knowing why.
            *value = mask.cloned().unwrap_or_else(|| REDACTED.to_owned());
        }
    }

    fn mask_option(&self, field: &str, value: &mut Option<String>) {
        if let Some(value) = value {
            self.mask(field, value);
        }
    }

    fn segment(&self, segment: &mut Segment) {
        for (field, value) in &mut segment.fingerprint {
            self.mask(field, value);
        }
        self.mask_option("version", &mut segment.version);
    }

    fn run(&self, run: &mut Run) {
        if let Some(detail) = &mut run.detail {
            Arc::make_mut(detail).rare.iter_mut().for_each(|rare| self.rare(rare));
        }
    }

    fn rare(&self, rare: &mut RareDetail) {
        if self.hides("url") {
            rare.url = None;
        }
        self.mask_option("error", &mut rare.error);
    }

    /// A reason quotes values; the names of fields in it stand between backticks.
    fn problem(&self, problem: &mut Problem) {
        if problem.reason.split('`').skip(1).step_by(2).any(|name| self.hides(name)) {
            problem.reason = REDACTED.to_owned();
        }
    }
}

fn hides(globs: &[String], field: &str) -> bool {
    globs.iter().any(|pattern| glob(pattern, field))
}

/// Indices of the environments by when each was first seen.
fn in_time_order(history: &History) -> Vec<usize> {
    let never = Timestamp::from_micros(i64::MAX);
    let mut first = vec![never; history.environments.len()];
    for row in history.columns.iter().flat_map(|column| &column.rows) {
        let seen = &mut first[row.environment as usize];
        *seen = row.time.min(*seen);
    }
    let mut order: Vec<usize> = (0..first.len()).collect();
    // By time, so that the numbers of the masks do not depend on the order of files.
    order.sort_by_key(|index| first[*index]);
    order
}
