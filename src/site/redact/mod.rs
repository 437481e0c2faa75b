//! What a public site does not show: the values of the fields that the policy's `redact` names.
//!
//! The values are replaced before any page is made, and after everything was compared, so that no
//! page can show them and every verdict is the same. The first value of a field becomes
//! `redacted`, the next `redacted 2`, in the order of time: that a runner changed can still be
//! seen, not from what to what. With `site.redact_as: hash` a value becomes `redacted 3f9a…`, a
//! keyed hash, which is the same in every site that is built with the same key.

pub(crate) mod key;

use std::collections::BTreeMap;

use std::sync::Arc;

use crate::site::redact::key::RedactionKey;
use model::filter::glob;
use model::history::History;
use model::policy::site::{RedactedForm, SitePolicy};
use model::record::Problem;
use model::record::detail::RareDetail;
use model::record::time::Timestamp;
use model::series::{Run, Segment, Series};

/// What stands in place of a value.
const REDACTED: &str = "redacted";
/// The name by which the policy hides the authors of commits.
const AUTHOR: &str = "author";
/// Shorter values stand in many words by chance.
const MIN_QUOTED_BYTES: usize = 4;

/// Which fields a public site hides, and what stands in the place of their values.
#[derive(Clone, Debug)]
pub(crate) struct Redaction {
    globs: Vec<String>,
    /// None: values are numbered.
    key: Option<RedactionKey>,
}

/// Whether a policy hides the authors of commits.
pub(crate) fn hides_authors(policy: &SitePolicy) -> bool {
    hides_field(policy, AUTHOR)
}

/// Whether a policy hides a field from a public site.
pub(crate) fn hides_field(policy: &SitePolicy, field: &str) -> bool {
    policy.redact.iter().any(|pattern| glob(pattern, field))
}

impl Redaction {
    /// The redaction of a public site.
    ///
    /// # Errors
    /// The policy wants hashes, and there is no key.
    pub(crate) fn of(policy: &SitePolicy, key: Option<&RedactionKey>) -> Result<Self, String> {
        let key = match (policy.redact_as, key) {
            (RedactedForm::Number, _) => None,
            (RedactedForm::Hash, Some(key)) => Some(key.clone()),
            (RedactedForm::Hash, None) => {
                return Err("site.redact_as is hash, and there is no key: set \
                            BENCHPAGES_REDACT_KEY, or BENCHPAGES_REDACT_KEY_FILE to a file"
                    .to_owned());
            }
        };
        Ok(Self { globs: policy.redact.clone(), key })
    }

    /// Replaces every value of the fields that one of the globs matches: fields of the environment,
    /// `version`, `branch`, `url`, `error`, the `author` of commits, and reasons of problems that
    /// name such a field or quote such a value; `problems` are those beside the history.
    pub(crate) fn apply<'p>(
        &self,
        history: &mut History,
        series: &mut [Series],
        problems: impl Iterator<Item = &'p mut Problem>,
    ) {
        if self.globs.is_empty() {
            return;
        }
        // All masks before the first replacement: a value must have the same mask wherever it
        // stands.
        let masks = FieldMasks::of(history, self);
        // A number in the place of a name would help nobody.
        if masks.hides(AUTHOR) {
            history.commits.iter_mut().for_each(|commit| commit.author = None);
            history.main_line.iter_mut().for_each(|commit| commit.author = None);
        }
        for environment in &mut history.environments {
            for (field, value) in &mut environment.fields {
                masks.mask(field, value);
            }
            masks.mask_option("version", &mut environment.version);
            masks.mask_option("branch", &mut environment.branch);
        }
        history.details.rare_mut().for_each(|rare| masks.rare(rare));
        problems.for_each(|problem| masks.problem(problem));
        history.rejected_records.iter_mut().for_each(|problem| masks.problem(problem));
        for series in series {
            series.segments.iter_mut().for_each(|segment| masks.segment(segment));
            series.runs.iter_mut().for_each(|run| masks.run(run));
            series.pulls.iter_mut().for_each(|pull| masks.run(&mut pull.run));
        }
    }
}

struct FieldMasks<'a> {
    redaction: &'a Redaction,
    /// What stands for each value of each field.
    by_value: BTreeMap<(String, String), String>,
}

impl<'a> FieldMasks<'a> {
    fn of(history: &History, redaction: &'a Redaction) -> Self {
        let mut masks = Self { redaction, by_value: BTreeMap::new() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for index in in_time_order(history) {
            let environment = &history.environments[index];
            let named = [("version", &environment.version), ("branch", &environment.branch)];
            let named = named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
            let fields = environment.fields.iter().map(|(name, value)| (name.as_str(), value));
            for (field, value) in fields.chain(named) {
                if !masks.hides(field) {
                    continue;
                }
                let count = seen.entry(field.to_owned()).or_default();
                let key = (field.to_owned(), value.clone());
                masks.by_value.entry(key).or_insert_with(|| {
                    *count += 1;
                    match &redaction.key {
                        Some(key) => format!("{REDACTED} {}", key.hash(field, value)),
                        None if *count == 1 => REDACTED.to_owned(),
                        None => format!("{REDACTED} {count}"),
                    }
                });
            }
        }
        masks
    }

    fn hides(&self, field: &str) -> bool {
        self.redaction.globs.iter().any(|pattern| glob(pattern, field))
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

    /// A reason quotes values, and names of fields stand between backticks. A quoted value may hold
    /// a backtick, so every part is looked at, and every value that is hidden elsewhere.
    fn problem(&self, problem: &mut Problem) {
        let quotes = |value: &String| {
            value.len() >= MIN_QUOTED_BYTES && problem.reason.contains(value.as_str())
        };
        let is_named = problem.reason.split('`').any(|name| self.hides(name));
        if is_named || self.by_value.keys().any(|(_, value)| quotes(value)) {
            problem.reason = REDACTED.to_owned();
        }
    }
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
