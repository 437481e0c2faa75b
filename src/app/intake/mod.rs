//! Foreign files become records: output of benchmark tools (`ingest`), and histories that other
//! dashboards kept (`import`).
//!
//! Both are one job: entries come out of adapters, are named and completed by what the user and the
//! place of the run say, are validated as the history would, and reach their files at the end. They
//! differ in data: where lines go, which date names a file, what a commit on the command line
//! means. Doing the same twice changes nothing, and a job that was cut off is completed by doing
//! it again.

pub(crate) mod catalog;
mod import_state;
mod job;
pub(crate) mod options;
mod rules;
pub(crate) mod run_reader;
mod series_counts;
pub(crate) mod summary;
mod valid_line;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::policy_file::PolicyFile;
use crate::app::warning::WarningKind;
use crate::files::Links;
use crate::store::append::AppendTarget;
use crate::store::foreign_files::{self, DiskFile, DiskFolder};
use crate::vcs::{self, MetadataOverrides, MetadataSources, git};
use ingest::IngestInput;
use ingest::entry::RunContext;
use ingest::format::Format;
use ingest::import::ImportOptions;
use ingest::import::path_pattern::PathPattern;
use ingest::line::Completion;
use ingest::sink::EntrySink;
use ingest::source::{DecimalMark, Source};
use model::history::CommitFacts;
use model::policy::Policy;
use model::record::time::Timestamp;
use model::text;

use self::catalog::FormatChoice;
use self::import_state::ImportState;
use self::job::{IntakeJob, problem_text, read_as};
use self::options::IntakeOptions;
use self::rules::{EntryOrigin, EntryRules, IntakePlan};
use self::summary::IntakeSummary;

/// Commits before the measured one that are remembered: more than lie between two measurements.
const MAX_COMMITS: u32 = 2_000;
/// Files of a folder without any result that are explained.
const MAX_UNKNOWN: usize = 5;
/// Rejected parts of a history that are reported one by one; all of them are in `quarantine/`.
const MAX_LISTED_REJECTS: usize = 20;

/// Output of benchmark tools, and what it does not say itself.
pub(crate) struct IngestRequest {
    pub(crate) data: PathBuf,
    /// Files, folders, or `-` for standard input.
    pub(crate) inputs: Vec<PathBuf>,
    /// The name of a format, or `auto`.
    pub(crate) format: String,
    /// Files that declare formats.
    pub(crate) format_files: Vec<PathBuf>,
    /// `FIELD=COLUMN` of a CSV.
    pub(crate) columns: Vec<String>,
    pub(crate) plain_names: bool,
    /// The mark before the decimals of a CSV.
    pub(crate) decimal: Option<DecimalMark>,
    /// The file's name under `results/`; none: the day of each record.
    pub(crate) into: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) pull: Option<u64>,
    pub(crate) timestamp: Option<String>,
    pub(crate) toolchains: Vec<String>,
    /// The results were measured on another machine.
    pub(crate) elsewhere: bool,
    /// The time of results that have none.
    pub(crate) now: Timestamp,
    /// The history is a demo.
    pub(crate) accept_demo: bool,
    pub(crate) options: IntakeOptions,
}

/// A history of another dashboard, and what it does not say itself.
pub(crate) struct ImportRequest {
    pub(crate) data: PathBuf,
    pub(crate) kind: String,
    pub(crate) path: PathBuf,
    /// The folder's name under `results/`; none: the kind's name.
    pub(crate) into: Option<String>,
    /// Commit, branch and time of runs that name none.
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) test: Option<String>,
    pub(crate) units: Vec<String>,
    pub(crate) directions: Vec<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) delimiter: Option<char>,
    pub(crate) decimal: Option<DecimalMark>,
    /// No run is later.
    pub(crate) now: Timestamp,
    /// What paths of results say of their runs.
    pub(crate) name_pattern: Option<String>,
    /// The format of results; none: the one that recognizes each.
    pub(crate) result_format: Option<String>,
    /// The history is a demo.
    pub(crate) accept_demo: bool,
    pub(crate) options: IntakeOptions,
}

/// What became of the files, and what to report.
#[derive(Default)]
pub(crate) struct IntakeOutcome {
    pub(crate) details: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) problems: Vec<String>,
    /// The records, where they were not to be written.
    pub(crate) lines: Vec<String>,
    pub(crate) summary: IntakeSummary,
    /// Something could not be read at all, or nothing was found.
    pub(crate) is_failure: bool,
    /// A part of what was found was rejected.
    pub(crate) is_partial: bool,
}

/// Reads output of tools into the history. All inputs are read before anything is written. A part
/// that is rejected does not keep the others out; an input that is no result at all is a failure.
///
/// # Errors
/// An option is wrong, or the history cannot be written.
pub(crate) fn ingest(request: &IngestRequest) -> anyhow::Result<IntakeOutcome> {
    // Only tables have columns.
    let is_table = request.format == "auto" && !request.columns.is_empty();
    let name = if is_table { "csv" } else { &request.format };
    let choice = FormatChoice::new(name, &request.format_files)?;
    let mut outcome = IntakeOutcome::default();
    let mut job = ingest_job(request, &mut outcome.warnings)?;
    let mut inputs = Vec::new();
    for path in &request.inputs {
        match foreign_files::inputs(path, choice.only) {
            Ok(found) => inputs.extend(found),
            Err(error) => outcome.problems.push(format!("{error:#}")),
        }
    }
    // Files of a folder that are no results lie beside those that are.
    let is_alone = request.inputs.len() == inputs.len();
    let mut entries = 0;
    let mut unknown = Vec::new();
    for mut input in inputs {
        if let IngestInput::Text(text) = &mut input {
            text.columns.clone_from(&request.columns);
            text.plain_names = request.plain_names;
            text.decimal = request.decimal;
        }
        match choice.detect(&input) {
            Ok(Some(format)) => entries += read_input(&mut job, &input, format, &mut outcome),
            Ok(None) if is_alone => outcome.problems.push(choice.explain_unknown(&input)),
            Ok(None) => unknown.push(choice.explain_unknown(&input)),
            Err(problem) => outcome.problems.push(problem),
        }
    }
    if entries == 0 && outcome.problems.is_empty() {
        outcome.problems.push("no benchmark was found".to_owned());
        outcome.problems.extend(unknown.drain(..unknown.len().min(MAX_UNKNOWN)));
    }
    outcome.details.append(&mut unknown);
    outcome.is_failure = !outcome.problems.is_empty();
    outcome.is_partial = job.has_rejected();
    let rejected = job.summary.rejected.iter().map(|part| problem_text(&part.problem));
    outcome.problems.extend(rejected);
    let facts = if request.options.dry_run {
        Vec::new()
    } else {
        commits_before(job.rules.completion.run.commit.as_deref(), &mut outcome.warnings)
    };
    if let (Some(pull), 1..) = (request.pull, job.other_pulls) {
        let records = text::count_noun(job.other_pulls, "record");
        let warning = format!("{records} named another pull request; recorded for {pull} (--pull)");
        outcome.warnings.push(warning);
    }
    outcome.warnings.extend(job.other_commit_warning());
    let job = job.finish(facts)?;
    outcome.warnings.extend(job.direction_warning());
    outcome.warnings.extend(job.summary.leftovers.clone());
    Ok(IntakeOutcome { lines: job.lines, summary: job.summary, ..outcome })
}

/// The policy of a history; the default policy where it has none, or one with errors, which is for
/// other commands to report.
fn policy_of(data: &Path) -> Policy {
    let file = PolicyFile::read(&data.join("policy.yml"), Links::Reject);
    file.and_then(|file| file.policy()).unwrap_or_default()
}

fn ingest_job(request: &IngestRequest, warnings: &mut Vec<String>) -> anyhow::Result<IntakeJob> {
    let options = &request.options;
    let mut overrides = options.overrides()?;
    let timestamp = options::parse_timestamp(request.timestamp.as_deref())?;
    let metadata = run_metadata(request, &overrides);
    warnings.extend(metadata.warnings.iter().map(|it| WarningKind::RunField.label(it)));
    if let (Some(_), Some(commit)) = (&request.commit, &metadata.commit) {
        // What the user says counts more than what a tool believes.
        overrides.insert("commit".to_owned(), commit.clone());
    }
    let run = RunContext {
        commit: metadata.commit,
        timestamp: Some(timestamp.unwrap_or(request.now)),
        commit_time: metadata.commit_time,
        branch: metadata.branch,
        pull: metadata.pull,
        url: metadata.url,
    };
    let target = match &request.into {
        Some(name) => AppendTarget::File(options::checked_file_stem(name)?),
        None => AppendTarget::Day,
    };
    let plan = IntakePlan {
        data: request.data.clone(),
        command: "ingest",
        target,
        dry_run: options.dry_run,
        dated_by_commit: false,
        keep_lines: options.dry_run,
        keep_all_rejected: true,
        accept_demo: request.accept_demo,
    };
    let rules = EntryRules {
        completion: Completion {
            run,
            environment: metadata.environment.into_iter().collect(),
            overrides,
            params: options.parameters()?,
            pull: request.pull,
            is_branch_named: request.branch.is_some(),
            without_samples: options.no_samples,
            ..Completion::default()
        },
        patterns: options.patterns()?,
        units: BTreeMap::new(),
        directions: BTreeMap::new(),
        policy: policy_of(&request.data),
        began: None,
        log_time: None,
        is_time_named: timestamp.is_some(),
        now: request.now,
    };
    Ok(IntakeJob::new(plan, rules))
}

/// Reads one input; how many entries it had.
fn read_input(
    job: &mut IntakeJob,
    input: &IngestInput,
    format: &'static Format,
    outcome: &mut IntakeOutcome,
) -> usize {
    let name = input.name();
    job.begin_input(input, format);
    let mut entries = 0;
    let read = input.read(format, &mut |entry| {
        entries += 1;
        job.add_entry(entry, &EntryOrigin::File(&name));
    });
    match read {
        Ok(report) => {
            let count = text::count_noun(report.entries as u64, "benchmark");
            outcome.details.push(format!("{name}: {count} as {}", format.name));
            let remarks = report.remarks.iter().map(|remark| format!("{name}: {remark}"));
            outcome.warnings.extend(remarks);
            let rejected = report.rejected.into_iter().map(|mut part| {
                // Where content alone decided, the format is a part of the cause.
                part.problem.reason.push_str(&read_as(format.name));
                part
            });
            job.add_rejected(rejected.collect(), BTreeMap::new());
        }
        Err(fault) => {
            let place = format!("{name}:{}:{}", fault.line, fault.column);
            let problem = format!("{place}: not readable as {}: {}", format.name, fault.reason);
            outcome.problems.push(problem);
        }
    }
    entries
}

/// What git, continuous integration and the machine say of the run here.
fn run_metadata(request: &IngestRequest, set: &BTreeMap<String, String>) -> vcs::RunMetadata {
    let overrides = MetadataOverrides {
        commit: request.commit.clone(),
        branch: request.branch.clone(),
        pull: request.pull,
        commit_time: None,
        url: None,
        fields: set.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        toolchains: request.toolchains.clone(),
    };
    let variables = vcs::env_variables();
    let sources = MetadataSources {
        variables: &variables,
        repository: Path::new("."),
        machine: Path::new("/"),
    };
    let mut metadata = vcs::gather(&overrides, sources);
    if request.elsewhere {
        metadata.environment.clear();
        metadata.url = None;
    }
    metadata
}

/// What git knows of the measured commit and those before it: charts order by it, and changes name
/// the commits that nobody measured.
fn commits_before(commit: Option<&str>, warnings: &mut Vec<String>) -> Vec<CommitFacts> {
    let here = Path::new(".");
    let Some(commit) = commit.filter(|commit| git::resolve(here, commit).is_some()) else {
        return Vec::new();
    };
    let (facts, problems) = vcs::commits(here, commit, MAX_COMMITS);
    warnings.extend(problems);
    facts
}

/// Reads a history of another dashboard. A history of which nothing could be read is a failure.
///
/// # Errors
/// An option is wrong, or the history cannot be written.
pub(crate) fn import(
    request: &ImportRequest,
    on_progress: &dyn Fn(u64, u64),
) -> anyhow::Result<IntakeOutcome> {
    let kind = catalog::requested_kind(&request.kind)?;
    let shown = request.path.display();
    if !request.path.exists() {
        bail!("{shown} does not exist; `{}` takes {}", kind.name, kind.takes);
    }
    let options = import_options(request)?;
    let into = options::checked_file_stem(request.into.as_deref().unwrap_or(kind.name))?;
    let state = ImportState::of(request, &into);
    if let Some(outcome) = state.as_ref().and_then(|it| it.unchanged(&request.data, kind.name)) {
        return Ok(outcome);
    }
    let mut job = import_job(request, into)?;
    job.set_backend(kind.backend);
    let job = RefCell::new(job);
    let mut take = |entry| job.borrow_mut().add_entry(entry, &EntryOrigin::History);
    let mut take_commit = |facts| job.borrow_mut().add_commit(facts);
    let sink = EntrySink::new(&mut take).with_progress(on_progress);
    let mut sink = sink.with_commits(&mut take_commit);
    let read = match open_source(&request.path)? {
        OpenedSource::Folder(folder) => (kind.read)(Source::Folder(&folder), &options, &mut sink),
        OpenedSource::File(file) => (kind.read)(Source::File(&file), &options, &mut sink),
    };
    let EntrySink { rejected, rejection_counts, remarks, commits, skipped, continuations, .. } =
        sink;
    let mut outcome = IntakeOutcome::default();
    if let Err(fault) = &read {
        let problem = format!("{shown}: {}; `{}` takes {}", fault.reason, kind.name, kind.takes);
        outcome.problems.push(problem);
    }
    let mut job = job.into_inner();
    commits.into_values().for_each(|facts| job.add_commit(facts));
    job.add_rejected(rejected, rejection_counts);
    let mut job = job.finish(Vec::new())?;
    let listed = job.summary.rejected.iter().take(MAX_LISTED_REJECTS);
    outcome.problems.extend(listed.map(|part| problem_text(&part.problem)));
    outcome.warnings.extend(remarks.iter().cloned());
    outcome.warnings.extend(job.direction_warning());
    outcome.is_failure = read.is_err() || job.summary.records == 0;
    outcome.is_partial = job.has_rejected();
    job.summary.kind = kind.name;
    job.summary.skipped = skipped;
    job.summary.remarks = remarks;
    job.summary.continuations = continuations.into_iter().collect();
    outcome.summary = job.summary;
    if let (Some(state), Some(outputs), false) = (state, job.outputs, outcome.is_failure) {
        state.remember(&request.data, outputs, &outcome);
    }
    // What an interrupted import had left is no part of what this one came to.
    outcome.warnings.extend(outcome.summary.leftovers.clone());
    Ok(outcome)
}

enum OpenedSource {
    Folder(DiskFolder),
    File(DiskFile),
}

fn open_source(path: &Path) -> anyhow::Result<OpenedSource> {
    if path.is_dir() {
        return Ok(OpenedSource::Folder(DiskFolder::open(path)?));
    }
    Ok(OpenedSource::File(DiskFile::new(path)))
}

fn import_options(request: &ImportRequest) -> anyhow::Result<ImportOptions> {
    let delimiter = request.delimiter.map(u8::try_from).transpose();
    let pattern = request.name_pattern.as_deref().map(PathPattern::parse).transpose();
    let result_format = request.result_format.as_deref().map(catalog::result_format).transpose()?;
    Ok(ImportOptions {
        delimiter: delimiter.context("--delimiter: one ASCII character")?,
        decimal: request.decimal,
        columns: options::parse_columns(&request.columns)?,
        test: request.test.clone(),
        name_pattern: pattern.map_err(anyhow::Error::msg).context("--name-pattern")?,
        result_format,
        has_commit: request.commit.is_some(),
        has_time: request.timestamp.is_some(),
    })
}

fn import_job(request: &ImportRequest, into: String) -> anyhow::Result<IntakeJob> {
    let options = &request.options;
    let plan = IntakePlan {
        data: request.data.clone(),
        command: "import",
        target: AppendTarget::Import(into),
        dry_run: options.dry_run,
        dated_by_commit: true,
        keep_lines: false,
        keep_all_rejected: false,
        accept_demo: request.accept_demo,
    };
    let run = RunContext {
        commit: request.commit.clone(),
        timestamp: options::parse_timestamp(request.timestamp.as_deref())?,
        branch: request.branch.clone(),
        ..RunContext::default()
    };
    let rules = EntryRules {
        completion: Completion {
            run,
            overrides: options.overrides()?,
            params: options.parameters()?,
            without_samples: options.no_samples,
            ..Completion::default()
        },
        patterns: options.patterns()?,
        units: options::parse_pairs("--unit", &request.units)?,
        directions: options::parse_directions(&request.directions)?,
        policy: policy_of(&request.data),
        began: None,
        log_time: None,
        is_time_named: request.timestamp.is_some(),
        now: request.now,
    };
    Ok(IntakeJob::new(plan, rules))
}
