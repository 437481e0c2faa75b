//! From a candidate to an outcome: the gate as a use case.
//!
//! A check answers "may this be merged?" Besides the analysis this means: whose accepted changes
//! count ([`trust`](crate::app::trust)), who may override a failure, which lines the audit log gets
//! ([`audit`]), and a snapshot from which the answer can be reproduced later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::app::baseline::SeriesToPin;
use crate::app::human_input::HumanInput;
use crate::app::load::{LoadedHistory, OpenedDirectory, group_series, read_history};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::policy_file::PolicyFile;
use crate::app::trust::{BaseFiles, Decided, TrustedPolicy};
use crate::app::{audit, baseline};
use crate::files::{Directory, Links};
use crate::report::assemble::{self, CheckInput};
use crate::report::candidate::{self, Candidate, CandidateRef, CandidateRequest};
use crate::report::decision::OverrideRequest;
use crate::report::session::session_change;
use crate::report::unknown_runner::{UnknownRunner, take_unknown_runners};
use crate::report::wire::AuditHeadView;
use crate::report::{CheckOutcome, snapshot};
use crate::store;
use crate::vcs::git;
use detect::{Analyses, evidence};
use model::audit::AuditEntry;
use model::history::History;
use model::policy::{BaselineUpdate, Policy};
use model::series::machines::MachineDifference;
use model::series::{CommitIndex, Series, unknown_directions};
use model::text;

/// What to judge, and what the job around the program says of it.
#[derive(Clone, Debug)]
pub(crate) struct CheckRequest {
    pub(crate) options: LoadOptions,
    pub(crate) candidate: CandidateRef,
    /// A commit, or any name that git knows; none: the nearest measured ancestor.
    pub(crate) base: Option<String>,
    /// The branch that the job's pull request is to be merged into.
    pub(crate) base_branch: Option<String>,
    /// Someone asks to let a failing check pass.
    pub(crate) override_request: Option<OverrideRequest>,
    /// The caller vouches for `policy.yml` and `accepted.yml` of the directory.
    pub(crate) trust_checkout: bool,
    /// Pull requests may pass while the main line has too few runs for any verdict.
    pub(crate) allow_first_runs: bool,
    /// Folder that gets a folder with a snapshot.
    pub(crate) artifact: Option<PathBuf>,
}

/// An outcome, with what its reports need.
pub(crate) struct CheckRun {
    pub(crate) outcome: CheckOutcome,
    /// The user's own form of the comment, where the history directory has one.
    pub(crate) comment_template: Option<String>,
}

/// Judges a candidate, writes the audit log and saves the snapshot.
///
/// # Errors
/// The history cannot be loaded, the base is unknown, or the log or the snapshot cannot be written.
/// Without its line in the log no override is granted.
pub(crate) fn check(request: &CheckRequest, observer: &dyn Observer) -> anyhow::Result<CheckRun> {
    let mut complete = None;
    let mut load = |opened: OpenedDirectory<'_>| {
        let loaded = read_history(opened, observer)?;
        // Selecting the candidate removes newer runs from the history; a snapshot holds what was
        // read.
        complete = request.artifact.as_ref().map(|_| published_history(&loaded));
        Ok(loaded)
    };
    let mut prepared = PreparedCheck::of(request, &mut load)?;
    reject_unread_pins(&prepared.loaded)?;
    prepared.loaded.warnings.iter().for_each(|warning| observer.warn(warning));
    observer.progress("analyzing", 0, 0);
    let series = prepared.group();
    let analyses = prepared.human_input().analyze(&series, &prepared.loaded.policy);
    // Kept only where it is needed: redaction would copy what is shared.
    let updates = prepared
        .updates_baselines()
        .then(|| SeriesToPin { series: Arc::clone(&series), analyses: analyses.by_series.clone() });
    let mut outcome = prepared.judge(series, analyses);
    let loaded = &prepared.loaded;
    if let Some(analyzed) = updates {
        let id = |at: CommitIndex| loaded.history.commits[at.0 as usize].id.clone();
        let (policy, decision) = (&loaded.policy, outcome.decision);
        baseline::update_after(&request.options, decision, &analyzed, policy, loaded.now, id)?;
    }
    observer.stages(&loaded.stages);
    // Before anything is printed: an outcome that could not be logged must not be seen as one.
    audit::log_check(&request.options.data, &outcome, loaded.now)?;
    // Read again: the head is a witness of the lines that this check wrote, too.
    let directory = Directory::new(&request.options.data, Links::Reject);
    outcome.audit = store::audit::read(&directory).ok().map(|chain| AuditHeadView::of(&chain));
    if let (Some(folder), Some(history)) = (&request.artifact, &complete) {
        let folder = folder.join(snapshot::folder_name(&outcome, loaded.now));
        let accepted = &loaded.contents.accepted;
        write_files(&folder, snapshot::files(&outcome, history, &loaded.policy, accepted))?;
    }
    Ok(prepared.into_run(outcome))
}

/// Fails where `baselines.json` cannot be read: without its pins a check might pass wrongly.
fn reject_unread_pins(loaded: &LoadedHistory) -> anyhow::Result<()> {
    let problems = &loaded.contents.problems;
    match problems.iter().find(|it| it.location.file == store::reviewed_file::BASELINES.name) {
        Some(problem) => {
            anyhow::bail!("{}: {}; {}", problem.location, problem.reason, problem.remedy)
        }
        None => Ok(()),
    }
}

/// The history as it was read, without what a public site hides.
fn published_history(loaded: &LoadedHistory) -> History {
    let mut history = loaded.history.clone();
    if let Some(redaction) = &loaded.redaction {
        redaction.apply(&mut history, &mut [], std::iter::empty());
    }
    history
}

fn write_files(folder: &Path, files: Vec<(String, String)>) -> anyhow::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Reads the records of a directory whose policy is read.
pub(super) type LoadFn<'f> = dyn FnMut(OpenedDirectory<'_>) -> anyhow::Result<LoadedHistory> + 'f;

/// A history in which the candidate is selected: it ends with the runs that are judged, and holds
/// only accepted changes that count.
pub(super) struct PreparedCheck<'a> {
    request: &'a CheckRequest,
    pub(super) loaded: LoadedHistory,
    pub(super) candidate: Candidate,
    /// What decided whose policy and entries count, in sentences.
    trust_notices: Vec<String>,
    /// The series whose candidate ran on a runner that the main line does not know; filled by
    /// [`group`](Self::group).
    unknown_runners: BTreeMap<usize, UnknownRunner>,
    /// What a reader should know of the series as a whole, in sentences.
    group_notices: Vec<String>,
    /// The policy is the checkout's, and nobody could compare it with the base.
    is_policy_unverified: bool,
}

impl<'a> PreparedCheck<'a> {
    /// Loads the history and selects the candidate.
    ///
    /// # Errors
    /// The history cannot be loaded, or neither it nor git knows the base.
    pub(super) fn of(request: &'a CheckRequest, load: &mut LoadFn<'_>) -> anyhow::Result<Self> {
        let file = request.options.policy_file()?;
        let loaded = load(OpenedDirectory::open_with(&request.options, file.as_ref())?)?;
        let mut prepared = Self::select(request, loaded, &git::bases_of_checkout)?;
        // Only here is it known whether this is a pull request, and of which base. The main line is
        // its own base.
        if prepared.candidate.pull.is_some() {
            prepared = prepared.trust(file.as_ref(), load)?;
        }
        prepared.loaded.stages.finish("selected the candidate");
        Ok(prepared)
    }

    /// Selects the candidate of a loaded history. `ancestors` as in [`CandidateRequest`].
    ///
    /// # Errors
    /// Neither the history nor `ancestors` knows the base.
    pub(super) fn select(
        request: &'a CheckRequest,
        mut loaded: LoadedHistory,
        ancestors: &dyn Fn(&str) -> Vec<String>,
    ) -> anyhow::Result<Self> {
        // Before anything is grouped: a pull request is judged as if it had been merged, so its
        // runs are moved behind the main line and the one analysis of the site judges that history.
        // A second set of rules for pull requests would disagree with the site some day.
        let selection = CandidateRequest {
            candidate: request.candidate.clone(),
            policy: &loaded.policy,
            base: request.base.clone(),
            base_branch: request.base_branch.as_deref(),
            ancestors,
        };
        let candidate =
            candidate::select(&mut loaded.history, &selection).map_err(anyhow::Error::msg)?;
        let trust_notices = Vec::new();
        let unknown_runners = BTreeMap::new();
        let is_policy_unverified = false;
        Ok(Self {
            request,
            loaded,
            candidate,
            trust_notices,
            unknown_runners,
            group_notices: Vec::new(),
            is_policy_unverified,
        })
    }

    /// The same under the policy and with the accepted changes that count; `file` is the policy of
    /// the checkout.
    fn trust(self, file: Option<&PolicyFile>, load: &mut LoadFn<'_>) -> anyhow::Result<Self> {
        let CheckRequest { options, base, base_branch, trust_checkout, .. } = self.request;
        let (base, branch) = (base.as_deref(), base_branch.as_deref());
        let of_base = BaseFiles::of(&options.data, base, branch, &self.candidate, *trust_checkout);
        let Decided { decision, mut notices } = of_base.policy(&options.policy_path(), file);
        let is_policy_unverified = matches!(decision, TrustedPolicy::Unverified);
        let mut trusted = match decision {
            TrustedPolicy::Checkout | TrustedPolicy::Unverified => self,
            // The policy says how values are read, which branch is the main line and how runners
            // are told apart, so another one means another history.
            TrustedPolicy::Base(file) => {
                let opened = OpenedDirectory::open_with(options, file.as_deref())?;
                Self::select(self.request, load(opened)?, &git::bases_of_checkout)?
            }
        };
        let LoadedHistory { policy, contents, .. } = &mut trusted.loaded;
        let entries = std::mem::take(&mut contents.accepted);
        if !is_policy_unverified {
            let accepted = of_base.accepted(&options.data, policy, entries);
            contents.accepted = accepted.decision;
            notices.extend(accepted.notices);
            let pins = std::mem::take(&mut contents.baselines);
            let pins = of_base.baselines(&options.data, pins);
            contents.baselines = pins.decision;
            notices.extend(pins.notices);
        }
        Ok(Self { trust_notices: notices, is_policy_unverified, ..trusted })
    }

    /// Whether a check that passes moves the pinned baselines: that of the main line alone, and not
    /// where the history is only read.
    fn updates_baselines(&self) -> bool {
        let is_on_main = matches!(self.request.candidate, CandidateRef::Newest);
        let is_asked = self.loaded.policy.baseline.update == BaselineUpdate::OnPass;
        is_asked && is_on_main && !self.request.options.is_read_only
    }

    /// The series that are judged.
    pub(super) fn group(&mut self) -> Arc<[Series]> {
        let LoadedHistory { history, policy, .. } = &self.loaded;
        let mut grouped = group_series(history, policy);
        self.unknown_runners = take_unknown_runners(&mut grouped.series, &self.candidate, policy);
        let machines = machine_notices(&grouped.machine_differences);
        let directions = direction_notice(&grouped.series, policy);
        self.group_notices = machines.into_iter().chain(directions).collect();
        self.loaded.stages.finish("grouped");
        grouped.series.into()
    }

    pub(super) fn human_input(&self) -> HumanInput<'_> {
        let LoadedHistory { history, contents, as_of, .. } = &self.loaded;
        HumanInput::of_candidate(&self.candidate, history, contents, *as_of)
    }

    /// Judges the candidate by the analyses of all series.
    pub(super) fn judge(
        &mut self,
        mut series: Arc<[Series]>,
        mut analyses: Analyses,
    ) -> CheckOutcome {
        let options = &self.request.options;
        let LoadedHistory { policy, history, redaction, as_of, contents, .. } = &mut self.loaded;
        let pins = &contents.baselines;
        let targets = detect::targets::evaluate(&series, &analyses.by_series, policy, pins, *as_of);
        // After the comparison, so that a public history gets the same verdicts; before evidence,
        // which quotes what was recorded.
        if let Some(redaction) = redaction {
            redaction.apply(history, Arc::make_mut(&mut series), std::iter::empty());
        }
        evidence::environment::explain(&series, &mut analyses.by_series, history);
        let (policy, history) = (&self.loaded.policy, &self.loaded.history);
        let human_input = self.human_input();
        let first_commit = self.candidate.first_commit;
        let is_absence_accepted = |series: &Series| {
            let mut entries = human_input.accepted_for(series).into_iter();
            entries.any(|entry| first_commit.is_none_or(|first| entry.commit >= first))
        };
        let outcome = assemble::outcome(CheckInput {
            candidate: self.candidate.clone(),
            history,
            // For a second look at a change right behind another one: the candidate against the
            // present level of the base alone.
            analyze: &|series| {
                let mut analyses = self.human_input().analyze(series, policy);
                evidence::environment::explain(series, &mut analyses.by_series, history);
                analyses
            },
            test: &|test| self.human_input().with_context(|context| test.regression(context)),
            session_change: &|result, series, start| {
                self.human_input()
                    .with_context(|context| session_change(result, series, start, policy, context))
            },
            series: &series,
            analyses: &analyses,
            targets: &targets,
            notes: &self.loaded.contents.notes,
            policy,
            policy_sha: self.loaded.policy_sha.clone(),
            base_url: options.site_url(policy),
            override_request: self.request.override_request.clone(),
            unknown_runners: &self.unknown_runners,
            is_absence_accepted: &is_absence_accepted,
            may_override: !self.is_policy_unverified,
            allow_first_runs: self.request.allow_first_runs,
            notices: [&self.trust_notices, &self.group_notices]
                .into_iter()
                .flatten()
                .cloned()
                .chain(self.override_notice())
                .chain(notices(history))
                .collect(),
        });
        self.loaded.stages.finish("analyzed");
        CheckOutcome { audit: Some(AuditHeadView::of(&self.loaded.contents.audit)), ..outcome }
    }

    /// A variable that allows regressions and stays set, reported on each use.
    fn override_notice(&self) -> Option<String> {
        let request = self.request.override_request.as_ref()?;
        let entries = self.loaded.contents.audit.links.iter().map(|link| &link.entry);
        let is_earlier =
            |entry: &&AuditEntry| entry.kind == "override" && entry.reason == request.reason.trim();
        request.notice(entries.filter(is_earlier).count())
    }

    pub(super) fn into_run(self, outcome: CheckOutcome) -> CheckRun {
        let templates = self.loaded.contents.templates;
        // The file name is the contract with users: templates/comment.md.
        let comment = templates.into_iter().find(|(name, _)| name == "comment.md");
        CheckRun { outcome, comment_template: comment.map(|(_, text)| text) }
    }
}

/// Series whose machines differ, that a report lists one by one.
const MAX_MACHINES: usize = 3;

/// Machines that share a name and differ in level, as far as a field of their records shows it. No
/// values of fields: a public history may hide them.
fn machine_notices(differences: &[(String, MachineDifference)]) -> Vec<String> {
    let sentence = |(series, it): &(String, MachineDifference)| {
        format!(
            "{series}: machines that share a fingerprint differ in level by {} with `{}`; add the \
             field to runner_fingerprinting.track_fields.",
            text::ratio(it.ratio),
            it.field
        )
    };
    differences.iter().take(MAX_MACHINES).map(sentence).collect()
}

/// The metrics of which nothing is called better or worse.
fn direction_notice(series: &[Series], policy: &Policy) -> Option<String> {
    let unknown = unknown_directions(series, policy);
    let metrics: Vec<&str> = unknown.iter().map(|it| it.metric.as_str()).collect();
    (!metrics.is_empty()).then(|| {
        format!(
            "{} without a known direction: add to policy.yml, with higher, lower or unknown: `{}`.",
            text::count_noun(metrics.len() as u64, "metric"),
            Policy::direction_lines(metrics)
        )
    })
}

/// Ignored fields that a report lists one by one.
const MAX_IGNORED: usize = 5;

/// What a reader of a report should know of the records behind it.
fn notices(history: &History) -> Vec<String> {
    let rejected = history.rejected_records.len() as u64;
    let rejected = (rejected > 0).then(|| {
        let records = text::count_noun(rejected, "record");
        format!("{records} rejected: run `benchpages doctor` for places and reasons.")
    });
    let ignored = &history.ignored_fields;
    let listed = ignored.iter().take(MAX_IGNORED).map(|it| {
        let (location, reason) = (&it.location, &it.reason);
        format!("{location}: {reason}.")
    });
    let hidden = ignored.len().saturating_sub(MAX_IGNORED) as u64;
    let hidden = (hidden > 0).then(|| {
        let fields = text::count_noun(hidden, "more field");
        format!("{fields} of records ignored: run `benchpages doctor` for places and reasons.")
    });
    rejected.into_iter().chain(listed).chain(hidden).collect()
}
