//! Entries of adapters become lines of the history: named, completed, validated, appended.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use crate::app::intake::import_state::{self, FileDigests};
use crate::app::intake::rules::{EntryOrigin, EntryRules, IntakePlan};
use crate::app::intake::series_counts::SeriesCounts;
use crate::app::intake::summary::IntakeSummary;
use crate::app::intake::valid_line::{ValidLine, validated};
use crate::app::warning::{WarningKind, with_code};
use crate::doctor::finding_kind::FindingKind;
use crate::files::{Directory, Links};
use crate::site::redact;
use crate::store;
use crate::store::append::{AppendTarget, Appender};
use crate::store::commits;
use ingest::IngestInput;
use ingest::entry::{BenchmarkEntry, RunContext};
use ingest::format::Format;
use ingest::line;
use ingest::naming;
use ingest::sink::RejectedPart;
use model::history::CommitFacts;
use model::policy::Policy;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation, shorten};
use model::text;

/// Rejected entries that are kept with their text; of more only their number and reason. A history
/// may hold millions of one mistake.
pub(super) const MAX_REJECTED_ENTRIES: usize = 20;

/// Commits that a warning names.
const MAX_OTHER_COMMITS: usize = 5;

/// Metrics that a warning names.
const MAX_DIRECTIONS: usize = 12;

/// Entries on their way to the history. Lines reach their files when it is finished.
pub(super) struct IntakeJob {
    plan: IntakePlan,
    pub(super) rules: EntryRules,
    appender: Appender,
    /// Why lines can no longer be put aside.
    append_error: Option<anyhow::Error>,
    pub(super) lines: Vec<String>,
    counts: SeriesCounts,
    /// Records that a demo generator made.
    demo_records: u64,
    /// Metrics whose direction nobody says.
    unknown_directions: BTreeSet<String>,
    /// Records that named another pull request than the user.
    pub(super) other_pulls: u64,
    /// Records that named another commit than the user, and some of these commits.
    records_of_others: u64,
    other_commits: BTreeSet<String>,
    /// The format of the input at hand.
    format: &'static str,
    pub(super) summary: IntakeSummary,
    /// The source says something of its commits.
    has_commits: bool,
    /// What the files of an import were when it was done.
    pub(super) outputs: Option<FileDigests>,
}

impl IntakeJob {
    pub(super) fn new(plan: IntakePlan, rules: EntryRules) -> Self {
        let appender = Appender::new(&plan.data, plan.target.clone(), plan.command);
        let summary = IntakeSummary { dry_run: plan.dry_run, ..IntakeSummary::default() };
        Self {
            plan,
            rules,
            appender,
            append_error: None,
            lines: Vec::new(),
            counts: SeriesCounts::default(),
            demo_records: 0,
            unknown_directions: BTreeSet::new(),
            other_pulls: 0,
            records_of_others: 0,
            other_commits: BTreeSet::new(),
            format: "",
            summary,
            has_commits: false,
            outputs: None,
        }
    }

    /// One benchmark of one run.
    pub(super) fn add_entry(&mut self, mut entry: BenchmarkEntry, origin: &EntryOrigin<'_>) {
        self.drop_facts_of_other_commits(&mut entry);
        let EntryRules { units, directions, patterns, completion, began, .. } = &self.rules;
        let log_time = self.rules.log_time.filter(|_| !self.rules.is_time_named);
        entry.run.timestamp = began.or(entry.run.timestamp).or(log_time);
        for metric in &mut entry.metrics {
            let name = metric.metric.to_string();
            if metric.unit.is_none() {
                metric.unit = units.get(&name).map(|unit| unit.clone().into());
            }
            metric.direction = directions.get(&name).copied().or(metric.direction);
            if self.rules.is_direction_unknown(metric) {
                self.unknown_directions.insert(name);
            }
        }
        let name = entry.name.clone();
        let line = naming::rename(&mut entry, patterns)
            .and_then(|_| line::write(&entry, completion))
            .and_then(|line| self.rules.not_ahead(line))
            .and_then(validated);
        match line {
            Ok(mut line) => {
                // A metric without a number is no reason to lose the others.
                for reason in std::mem::take(&mut line.line.odd) {
                    self.reject_entry(&entry, &name, reason, origin);
                }
                self.add_line(&entry, line);
            }
            Err(reason) => self.reject_entry(&entry, &name, reason, origin),
        }
    }

    /// Drops what a record says of the commit that it names where the user names another: branch
    /// and time of one commit are not those of the other.
    fn drop_facts_of_other_commits(&mut self, entry: &mut BenchmarkEntry) {
        let completion = &self.rules.completion;
        let named = completion.overrides.get("commit");
        let (Some(named), Some(commit)) = (named, &entry.run.commit) else { return };
        if line::is_same_commit(named, commit) {
            return;
        }
        self.records_of_others += 1;
        if self.other_commits.len() < MAX_OTHER_COMMITS {
            self.other_commits.insert(commit.clone());
        }
        let timestamp = entry.run.timestamp;
        entry.run = RunContext { timestamp, ..RunContext::default() };
        entry.fields.remove("dirty");
    }

    /// What was dropped where records named another commit than the user.
    pub(super) fn other_commit_warning(&self) -> Option<String> {
        let named = self.rules.completion.overrides.get("commit")?;
        let commits: Vec<String> =
            self.other_commits.iter().map(|commit| text::short_commit(commit)).collect();
        (!commits.is_empty()).then(|| {
            WarningKind::OtherCommit.label(format!(
                "{} named another commit ({}); recorded for {} (--commit), without time, branch \
                 and pull request of the other",
                text::count_noun(self.records_of_others, "record"),
                commits.join(", "),
                text::short_commit(named),
            ))
        })
    }

    /// What the source says of a commit.
    pub(super) fn add_commit(&mut self, facts: CommitFacts) {
        self.has_commits = true;
        if !self.plan.dry_run && self.append_error.is_none() {
            self.append_error = self.appender.add_commit(facts).err();
        }
    }

    fn add_line(&mut self, entry: &BenchmarkEntry, line: ValidLine) {
        let ValidLine { line, is_demo } = line;
        self.demo_records += u64::from(is_demo);
        let claimed = entry.run.pull.filter(|claimed| Some(*claimed) != line.pull);
        self.other_pulls += u64::from(claimed.is_some());
        let summary = &mut self.summary;
        let (failed, time) = (entry.error.is_some(), line.time);
        summary.records += 1;
        summary.failed += u64::from(failed);
        summary.values += if failed { 0 } else { entry.metrics.len() as u64 };
        summary.pulls += u64::from(line.pull.is_some());
        let (first, last) = summary.span.unwrap_or((time, time));
        summary.span = Some((first.min(time), last.max(time)));
        self.counts.add(entry);
        if self.plan.keep_lines {
            self.lines.push(line.text);
        } else if !self.plan.dry_run && self.append_error.is_none() {
            let commit_time = entry.run.commit_time.filter(|_| self.plan.dated_by_commit);
            let dated = commit_time.unwrap_or(time);
            self.append_error = self.appender.add(&line.text, dated, line.pull).err();
        }
    }

    fn reject_entry(
        &mut self,
        entry: &BenchmarkEntry,
        name: &str,
        reason: String,
        origin: &EntryOrigin<'_>,
    ) {
        *self.summary.reasons.entry(reason.clone()).or_default() += 1;
        if !self.plan.keep_all_rejected && self.summary.rejected.len() >= MAX_REJECTED_ENTRIES {
            return;
        }
        let shown = shorten(name, 80);
        let (file, reason) = match origin {
            EntryOrigin::File(file) => {
                ((*file).to_owned(), format!("`{shown}`: {reason}{}", read_as(self.format)))
            }
            EntryOrigin::History => {
                let commit = entry.run.commit.as_deref().unwrap_or("an unknown commit");
                (format!("{shown} at {}", shorten(commit, 40)), reason)
            }
        };
        let location = SourceLocation { file, line: 1, column: 1 };
        let remedy = "add what is missing by an option, or leave the benchmark out".to_owned();
        let kind = ProblemKind::IncompleteResult;
        let problem = Problem { location, reason, remedy, kind };
        self.summary.rejected.push(RejectedPart { problem, text: name.to_owned() });
    }

    /// What to add to the policy where nobody says which way is better.
    pub(super) fn direction_warning(&self) -> Option<String> {
        let metrics: Vec<&str> =
            self.unknown_directions.iter().take(MAX_DIRECTIONS).map(String::as_str).collect();
        let count = self.unknown_directions.len() as u64;
        (count > 0).then(|| {
            let warning = format!(
                "{} without a known direction: no change is called better or worse; add to \
                 policy.yml, with higher, lower or unknown: `{}`",
                text::count_noun(count, "metric"),
                Policy::direction_lines(metrics)
            );
            with_code(warning, FindingKind::Direction.code())
        })
    }

    /// Parts that an adapter rejected, with the number of each reason.
    pub(super) fn add_rejected(
        &mut self,
        rejected: Vec<RejectedPart>,
        reasons: BTreeMap<String, u64>,
    ) {
        self.summary.rejected.extend(rejected);
        for (reason, count) in reasons {
            *self.summary.reasons.entry(reason).or_default() += count;
        }
    }

    /// Rejects everything where demo records are among it: from then on, every other command would
    /// reject the history.
    fn reject_demo(&self) -> anyhow::Result<()> {
        if self.demo_records == 0 || self.plan.accept_demo {
            return Ok(());
        }
        bail!(
            "the input has demo data, {} of {}: a `generator` of a demo, or a commit that begins \
             with `demo-`\n\
             leave them out, or use --demo if {} is a demo",
            text::count(self.demo_records),
            text::count_noun(self.summary.records, "record"),
            self.plan.data.display()
        );
    }

    /// Brings the lines, the rejected parts and what the source knows of commits to their files.
    pub(super) fn finish(mut self, mut facts: Vec<CommitFacts>) -> anyhow::Result<Self> {
        if let Some(error) = self.append_error.take() {
            return Err(error);
        }
        self.reject_demo()?;
        self.summary.series = self.counts.series();
        self.summary.commits = self.counts.commits();
        if self.plan.dry_run {
            return Ok(self);
        }
        let rejected: Vec<(&Problem, &str)> =
            self.summary.rejected.iter().map(|part| (&part.problem, part.text.as_str())).collect();
        let empty = Appender::new(&self.plan.data, self.plan.target.clone(), self.plan.command);
        let appender = std::mem::replace(&mut self.appender, empty);
        let (appended, lock, staged_commits) = appender.finish_with_commits()?;
        let directory = Directory::new(&self.plan.data, Links::Reject);
        store::quarantine::append_rejects(&directory, &lock, &rejected)?;
        self.summary.appended = appended;
        self.summary.leftovers = lock.leftovers_warning();
        // What pages hide is not stored in the first place.
        let hides_authors = redact::hides_authors(&self.rules.policy.site);
        if hides_authors {
            facts.iter_mut().for_each(|facts| facts.author = None);
        }
        if !facts.is_empty() {
            self.summary.commit_merge = commits::merge(&directory, &lock, &facts)?;
        }
        if self.has_commits && self.summary.records > 0 {
            let merge = staged_commits.merge(&directory, &lock, &|mut facts| {
                facts.author = facts.author.filter(|_| !hides_authors);
                // An id and a time alone are in the records already.
                (facts.subject.is_some() || !facts.tags.is_empty()).then_some(facts)
            })?;
            self.summary.commit_merge = merge;
        }
        if matches!(self.plan.target, AppendTarget::Import(_)) {
            let files = &self.summary.appended.all_files;
            self.outputs = import_state::output_digests(&directory, &lock, files);
        }
        Ok(self)
    }

    /// Whether anything was rejected.
    pub(super) fn has_rejected(&self) -> bool {
        !self.summary.rejected.is_empty() || !self.summary.reasons.is_empty()
    }

    /// Entries come from this input from now on.
    pub(super) fn begin_input(&mut self, input: &IngestInput, format: &'static Format) {
        self.set_backend(format.backend);
        self.format = format.name;
        self.rules.log_time = match input {
            IngestInput::Text(text) => text.log_time,
            IngestInput::Folder(_) => None,
        };
    }

    /// The backend of entries whose format and user name none.
    pub(super) fn set_backend(&mut self, backend: &'static str) {
        self.rules.completion.backend = backend;
    }
}

/// The format that was tried, at the end of a cause.
pub(super) fn read_as(format: &str) -> String {
    if format.is_empty() { String::new() } else { format!(" (read as {format})") }
}

/// A problem as messages show it.
pub(super) fn problem_text(problem: &Problem) -> String {
    let Problem { location, reason, remedy, kind } = problem;
    format!("{location}: {reason}; {remedy} [{}]", kind.code())
}
