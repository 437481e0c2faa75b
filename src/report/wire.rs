//! The JSON of a check and of a comparison, to be written and to be read.
//!
//! `check --format json` writes a [`CheckFile`], the site publishes its schema, `notify` reads it
//! back from a file that another job wrote, and the comment on a pull request is made from it. One
//! family of types for all four, so that what is written can be read. Domain types stay in
//! [`crate::report`]; `json` maps them to these.
//!
//! Fields stand in alphabetical order and are only ever added. When a word changes, the new one is
//! written and the old one still read: `"verdict": "approved"` of an older version is read as
//! `accepted`, and its field `look_at` as `advice`. A field that is not known is ignored, so that
//! results of newer versions are read too; all fields but `verdict` may be missing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::report::decision::Decision;
use crate::report::regression_view::RegressionGroupView;
use crate::report::target_view::{TargetCountsView, TargetView};
use model::audit::AuditChain;
use model::audit::head::AuditHead;

/// A word of a fixed set: borrowed where it is written, owned where it was read.
pub(crate) type Word = Cow<'static, str>;

/// The schema of what is written. Fields that may be missing in a result that is read are still
/// always written, so defaults, which are about reading, have no place in it.
pub(crate) fn schema<T: JsonSchema>() -> Schema {
    // The shape of what is written, not of what may be read: readers rely on every field.
    let settings = schemars::generate::SchemaSettings::default().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    let mut without_defaults = RecursiveTransform(|schema: &mut Schema| {
        schema.remove("default");
    });
    without_defaults.transform(&mut schema);
    schema
}

/// What a file was built from.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BuiltFrom {
    pub(crate) newest: Option<String>,
    pub(crate) policy_sha: String,
    pub(crate) records: u64,
    pub(crate) version: Word,
}

/// The head of the audit log: the count and the newest hash of its proven lines. Kept elsewhere, it
/// shows later that no line was cut off or rewritten (`benchpages audit verify --head`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct AuditHeadView {
    pub(crate) entries: u64,
    pub(crate) head: String,
    /// No entry was changed or removed.
    pub(crate) intact: bool,
}

impl AuditHeadView {
    pub(crate) fn of(chain: &AuditChain) -> Self {
        let AuditHead { count, hash } = chain.head();
        Self { entries: count, head: hash, intact: chain.broken.is_none() }
    }
}

/// The result of a check.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CheckFile {
    /// The audit log after the check.
    #[serde(default)]
    pub(crate) audit: Option<AuditHeadView>,
    #[serde(default, deserialize_with = "commit_id")]
    pub(crate) base: Option<String>,
    /// `session` where base and candidate were measured side by side, else `history`.
    #[serde(default)]
    pub(crate) base_kind: Word,
    /// Why this base.
    #[serde(default)]
    pub(crate) base_reason: String,
    #[serde(default)]
    pub(crate) built_from: BuiltFrom,
    #[serde(default, deserialize_with = "commit_id")]
    pub(crate) candidate: Option<String>,
    /// Most runs that a series has of the candidate.
    #[serde(default)]
    pub(crate) candidate_runs: u64,
    /// The comparison of the code, on the host of the repository.
    #[serde(default)]
    pub(crate) code_url: Option<String>,
    /// Series with a verdict by comparison.
    #[serde(default)]
    pub(crate) compared: usize,
    /// Series by verdict.
    #[serde(default, deserialize_with = "verdict_counts")]
    pub(crate) counts: BTreeMap<Word, usize>,
    /// The exit status.
    #[serde(default)]
    pub(crate) exit: u8,
    /// Blocking findings first, then by size of change over threshold.
    #[serde(default)]
    pub(crate) findings: Vec<FindingView>,
    /// Nothing was compared, because the main line has too few runs for any verdict.
    #[serde(default)]
    pub(crate) first_runs: Option<FirstRunsView>,
    #[serde(default)]
    pub(crate) infrastructure: Option<InfrastructureView>,
    /// Shifts of most series of the main line that stayed, with no recorded cause.
    #[serde(default)]
    pub(crate) lasting_shifts: Vec<LastingShiftView>,
    /// What to do now, in a sentence.
    #[serde(default)]
    pub(crate) next_step: String,
    #[serde(default)]
    pub(crate) not_compared: Vec<NotComparedView>,
    /// What a reader should know of the comparison as a whole, in sentences.
    #[serde(default)]
    pub(crate) notices: Vec<String>,
    #[serde(default, rename = "override")]
    pub(crate) override_view: Option<OverrideView>,
    #[serde(default)]
    pub(crate) policy_version: String,
    #[serde(default)]
    pub(crate) pull: Option<u64>,
    /// Open regressions of the main line by cause. On a pull request they are from before it, and
    /// not held against it.
    #[serde(default)]
    pub(crate) regressions: Vec<RegressionGroupView>,
    /// The runner of the candidate's newest runs; empty where they do not share one.
    #[serde(default)]
    pub(crate) runner: String,
    #[serde(default)]
    pub(crate) schema: Word,
    /// The address of the site, with a trailing slash, where it is known.
    #[serde(default)]
    pub(crate) site: Option<String>,
    /// The suites of the series that the candidate measured, else of all; a series without one adds
    /// none.
    #[serde(default)]
    pub(crate) suites: Vec<String>,
    /// Targets of each kind (`budget`, `sla`, `alert`, `warning`, `goal`) by state.
    #[serde(default)]
    pub(crate) target_counts: BTreeMap<Word, TargetCountsView>,
    /// Budgets, service levels, alerts and goals, the worst first.
    #[serde(default)]
    pub(crate) targets: Vec<TargetView>,
    /// All of them in a sentence without a full stop: `7 of 7 within budget`; empty without any.
    #[serde(default)]
    pub(crate) targets_summary: String,
    /// The page that compares the two commits.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// `pass`, `fail`, `approval_needed`, `overridden` or `nothing_compared`.
    #[schemars(with = "String")]
    pub(crate) verdict: Decision,
    /// The targets that make the check fail.
    #[serde(default)]
    pub(crate) violations: Vec<ViolationView>,
}

/// A series whose verdict is worth a person's time.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FindingView {
    /// The new level, in base units.
    pub(crate) after: Option<f64>,
    pub(crate) backend: String,
    /// The baseline, in base units.
    pub(crate) before: Option<f64>,
    /// It makes the check fail.
    pub(crate) blocks: bool,
    /// Relative, signed as the value changed.
    pub(crate) change: Option<f64>,
    /// The first commit on the new level.
    pub(crate) commit: String,
    pub(crate) confidence: Option<f64>,
    /// Enough runs are on the new level.
    pub(crate) confirmed: bool,
    /// `worse` or `better`.
    pub(crate) direction: Word,
    pub(crate) hints: Vec<String>,
    /// `test/backend/mode/n`.
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Reported, and never a failure.
    pub(crate) report_only: bool,
    /// Its id in the site's JSON.
    pub(crate) series: String,
    /// `minor`, `major` or `critical`; none where the change is not confirmed.
    pub(crate) severity: Option<Word>,
    /// Standard deviation of the runs on the new level, in base units.
    pub(crate) spread_after: Option<f64>,
    /// The same of the baseline.
    pub(crate) spread_before: Option<f64>,
    pub(crate) test: String,
    /// The policy's threshold, as a share.
    pub(crate) threshold: Option<f64>,
    /// The series as people read it.
    pub(crate) title: String,
    /// The base unit of `before` and `after`.
    pub(crate) unit: String,
    pub(crate) url: String,
    /// `regressed`, `suspected`, `improved`, `accepted` or `infrastructure`.
    #[serde(deserialize_with = "verdict")]
    pub(crate) verdict: Word,
}

/// How far the main line is from its first verdict.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FirstRunsView {
    /// The caller let the pull request through (`--allow-first-runs`).
    pub(crate) allowed: bool,
    /// The day on which the grace period ends, where it has not.
    pub(crate) grace_until: Option<String>,
    /// Runs of the main line that are missing.
    pub(crate) missing: u32,
    /// Runs that a verdict needs.
    pub(crate) needed: u32,
    /// Runs that the main line has.
    pub(crate) runs: u32,
}

/// A series that was not compared, and why; its runners where they are the reason.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct NotComparedView {
    /// It makes the check fail (`gate.fail_on`).
    pub(crate) blocks: bool,
    /// The run failed.
    pub(crate) failed: bool,
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) runner_after: Option<BTreeMap<String, String>>,
    pub(crate) runner_before: Option<BTreeMap<String, String>>,
    pub(crate) series: String,
    /// The series as people read it.
    pub(crate) title: String,
    /// `not_compared`, `new`, `too_noisy`, `missing`, `failed` or `infrastructure`.
    #[serde(deserialize_with = "verdict")]
    pub(crate) verdict: Word,
}

/// Most backends shifted together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct InfrastructureView {
    /// What to do next, in sentences.
    #[serde(alias = "look_at")]
    pub(crate) advice: Vec<String>,
    /// It has lasted as many days as the policy waits.
    pub(crate) alert: bool,
    pub(crate) backends: Vec<BackendView>,
    pub(crate) backends_active: u32,
    #[serde(alias = "backends_moved")]
    pub(crate) backends_shifted: u32,
    /// Median of the backends, relative; up is worse.
    pub(crate) change: Option<f64>,
    pub(crate) day: String,
    pub(crate) days: usize,
    /// `worse` or `better`.
    pub(crate) direction: Word,
    /// Recorded fields of runner and toolchain that changed then.
    #[serde(alias = "changed")]
    pub(crate) field_changes: Vec<FieldChangeView>,
    /// How many series are excluded.
    pub(crate) series: usize,
    /// Names of the backends that shifted.
    #[serde(alias = "moved")]
    pub(crate) shifted: Vec<String>,
    /// Where there are too few backends, tests were compared: how many had a vote, and shifted.
    pub(crate) tests_active: u32,
    pub(crate) tests_shifted: u32,
}

/// A shift of most series that stayed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct LastingShiftView {
    /// Median of the series, relative; up is worse.
    pub(crate) change: Option<f64>,
    /// The first commit that was measured on the worse level.
    pub(crate) first_bad: String,
    /// All of it in one sentence, without a full stop.
    pub(crate) sentence: String,
    /// How many series are still worse.
    pub(crate) series: usize,
    pub(crate) since: String,
    /// `open`.
    pub(crate) state: Word,
}

impl Default for InfrastructureView {
    /// A result that does not say whether to alert is one to alert about: silence would be the
    /// worse mistake.
    fn default() -> Self {
        Self {
            alert: true,
            advice: Vec::new(),
            backends: Vec::new(),
            backends_active: 0,
            backends_shifted: 0,
            change: None,
            day: String::new(),
            days: 0,
            direction: Word::default(),
            field_changes: Vec::new(),
            series: 0,
            shifted: Vec::new(),
            tests_active: 0,
            tests_shifted: 0,
        }
    }
}

/// How far a backend shifted; up is worse.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct BackendView {
    pub(crate) backend: String,
    pub(crate) change: Option<f64>,
}

/// A recorded field that changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FieldChangeView {
    pub(crate) after: String,
    pub(crate) before: String,
    pub(crate) field: String,
    /// `runner image`, `toolchain`, `host` or `other field`.
    pub(crate) kind: Word,
    /// In how many series.
    pub(crate) series: usize,
}

/// A budget or a service level that is missed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ViolationView {
    /// Its own name, else its key.
    pub(crate) name: String,
    pub(crate) reason: String,
    /// The key in the policy.
    pub(crate) rule: String,
    pub(crate) series: Option<String>,
    /// The series as people read it; none where the target is about all together.
    pub(crate) title: Option<String>,
}

/// Somebody asked to let a failing check pass.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct OverrideView {
    pub(crate) actor: String,
    /// The outcome without it.
    #[serde(alias = "of", deserialize_with = "decision")]
    pub(crate) decision: Word,
    #[serde(default = "granted_unless_said")]
    pub(crate) granted: bool,
    pub(crate) reason: String,
    /// Why it was not granted.
    #[serde(alias = "refused")]
    pub(crate) rejection: Option<String>,
}

/// A result that names an override without saying whether it was granted speaks of a granted one.
fn granted_unless_said() -> bool {
    true
}

/// The current word for a verdict; results of older versions have others for four of them.
pub(crate) fn current_verdict(word: Word) -> Word {
    match word.as_ref() {
        "approved" => Word::Borrowed("accepted"), // old spelling
        "suppressed" => Word::Borrowed("not_compared"), // old spelling
        "noisy" => Word::Borrowed("too_noisy"),   // old spelling
        "steady" => Word::Borrowed("unchanged"),  // old spelling
        _ => word,
    }
}

fn verdict<'de, D: Deserializer<'de>>(input: D) -> Result<Word, D::Error> {
    Word::deserialize(input).map(current_verdict)
}

fn decision<'de, D: Deserializer<'de>>(input: D) -> Result<Word, D::Error> {
    let word = Word::deserialize(input)?;
    Ok(if word == "approval" { Word::Borrowed(Decision::ApprovalNeeded.as_str()) } else { word })
}

fn verdict_counts<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<Word, usize>, D::Error> {
    // Two spellings of one verdict cannot come together: each version writes one.
    let counts = BTreeMap::<Word, usize>::deserialize(input)?;
    Ok(counts.into_iter().map(|(word, count)| (current_verdict(word), count)).collect())
}

/// A commit: its id, or an object that holds it.
fn commit_id<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(input)?;
    let inner = ["commit", "sha", "id", "ref"].iter().find_map(|name| value.get(name)?.as_str());
    Ok(value.as_str().or(inner).filter(|id| !id.is_empty()).map(str::to_owned))
}

/// Two commits compared.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CompareFile {
    pub(crate) base: String,
    pub(crate) compared: Vec<RowView>,
    pub(crate) geomean: Vec<MeanView>,
    pub(crate) head: String,
    pub(crate) not_compared: Vec<LeftOutView>,
    pub(crate) schema: Word,
    pub(crate) url: Option<String>,
}

/// A series in both commits.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RowView {
    pub(crate) after: Option<f64>,
    pub(crate) before: Option<f64>,
    pub(crate) change: Option<f64>,
    pub(crate) confidence: f64,
    pub(crate) name: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) series: String,
    pub(crate) threshold: Option<f64>,
    pub(crate) unit: String,
    pub(crate) verdict: Word,
}

/// Geometric mean of the ratios of one metric.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MeanView {
    pub(crate) metric: String,
    pub(crate) ratio: f64,
    pub(crate) series: usize,
}

/// A series that could not be compared.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LeftOutView {
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) series: String,
}
