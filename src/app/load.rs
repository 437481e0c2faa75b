//! From a history directory to a [`Project`]: read, put in order, grouped, analyzed.
//!
//! Each step is a value of its own, so that a command stops where it has enough: `export` needs a
//! [`LoadedHistory`], `check` changes one before it is grouped, [`session`](super::session) puts
//! records that it holds in memory in the place of those on disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;

use crate::app::analysis_blocks::AnalysisBlocks;
use crate::app::book;
use crate::app::human_input::{HumanInput, policy_annotations};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::policy_file::PolicyFile;
use crate::app::privacy;
use crate::app::stages::Stages;
use crate::app::warning::WarningKind;
use crate::report::pull_check::PullCheck;
use crate::report::session::{self, CandidateSession};
use crate::site;
use crate::site::book::Book;
use crate::site::redact::Redaction;
use crate::store;
use crate::vcs;
use detect::replay::ReplayedVerdict;
use detect::targets::TargetResult;
use detect::targets::evaluate;
use detect::{Analyses, AnalysisCache, AnalysisDepth, evidence};
use model::history::build::HistoryBuilder;
use model::history::details::DetailStore;
use model::history::value_options::ValueOptions;
use model::history::{History, NormalizeOptions};
use model::policy::Policy;
use model::policy::threshold::policy_sha;
use model::record::time::{DAY_US, Timestamp};
use model::series::machines::MachineDifference;
use model::series::{self, CommitIndex, GroupedSeries, Series};
use model::text;

/// A loaded and analyzed history.
pub(crate) struct Project {
    pub(crate) policy: Policy,
    pub(crate) policy_sha: String,
    pub(crate) history: History,
    /// Shared with a session that analyzes them again.
    pub(crate) series: Arc<[Series]>,
    /// What pull requests measured side by side with their bases, by their commits.
    pub(crate) sessions: BTreeMap<CommitIndex, CandidateSession>,
    /// What the checks of pull requests say, by their numbers; empty where no site is made.
    pub(crate) pull_checks: BTreeMap<u64, PullCheck>,
    /// Series that the policy's `ignore` hides.
    pub(crate) ignored: usize,
    /// Series that the main line does not have, which get no pages.
    pub(crate) only_in_pulls: usize,
    /// Combinations of the policy's matrix that nothing measures.
    pub(crate) not_covered: Vec<String>,
    /// Machines that share a fingerprint and differ in level, by the name of their series.
    pub(crate) machine_differences: Vec<(String, MachineDifference)>,
    /// In the order of the series.
    pub(crate) analyses: Analyses,
    pub(crate) targets: Vec<TargetResult>,
    /// The rest of the directory. Its records and commits have moved into the history.
    pub(crate) contents: store::Contents,
    pub(crate) site: site::SiteOptions,
    /// What was assumed or could not be done, in sentences.
    pub(crate) warnings: Vec<String>,
    pub(crate) stages: Stages,
}

/// A history directory whose records are read and in order; nothing is grouped or analyzed yet.
pub(crate) struct LoadedHistory {
    pub(crate) policy: Policy,
    pub(crate) policy_sha: String,
    pub(crate) history: History,
    /// The rest of the directory. Its records and commits have moved into the history.
    pub(crate) contents: store::Contents,
    /// What a public site hides; none where nothing is hidden.
    pub(crate) redaction: Option<Redaction>,
    /// The documentation that the site shows.
    pub(crate) book: Option<Book>,
    /// The build's time.
    pub(crate) now: Timestamp,
    /// The time up to which ages are counted: see [`as_of`].
    pub(crate) as_of: Timestamp,
    pub(crate) warnings: Vec<String>,
    pub(crate) stages: Stages,
}

/// A history directory before its records are read: the policy says how values are read.
pub(super) struct OpenedDirectory<'a> {
    options: &'a LoadOptions,
    policy: Policy,
    policy_sha: String,
    redaction: Option<Redaction>,
    book: Option<Book>,
    pub(super) source: store::Source,
    warnings: Vec<String>,
    stages: Stages,
}

/// A history whose rows are grouped into series, ready to be analyzed.
pub(super) struct GroupedHistory<'a> {
    options: &'a LoadOptions,
    loaded: LoadedHistory,
    pub(super) series: Arc<[Series]>,
    sessions: BTreeMap<CommitIndex, CandidateSession>,
    ignored: usize,
    only_in_pulls: usize,
    not_covered: Vec<String>,
    machine_differences: Vec<(String, MachineDifference)>,
}

/// Reads, groups and analyzes a history directory.
///
/// # Errors
/// As [`load_history`].
pub(crate) fn load(options: &LoadOptions, observer: &dyn Observer) -> anyhow::Result<Project> {
    Ok(analyze(load_history(options, observer)?, options, observer))
}

/// Groups and analyzes a history.
pub(super) fn analyze(
    loaded: LoadedHistory,
    options: &LoadOptions,
    observer: &dyn Observer,
) -> Project {
    let grouped = GroupedHistory::of(loaded, options, observer);
    let blocks = AnalysisBlocks::of(options);
    let cache = blocks.as_ref().map(|blocks| blocks as &dyn AnalysisCache);
    let input = grouped.human_input();
    let analyses = input.analyze_cached(&grouped.series, grouped.policy(), cache);
    grouped.into_project(analyses)
}

/// Reads a history directory.
///
/// # Errors
/// The directory or the policy cannot be read, the policy has errors, or the directory holds demo
/// records and the options do not accept them.
pub(crate) fn load_history(
    options: &LoadOptions,
    observer: &dyn Observer,
) -> anyhow::Result<LoadedHistory> {
    read_history(OpenedDirectory::open(options)?, observer)
}

/// The same of a directory whose policy is read.
///
/// # Errors
/// The directory cannot be read, or holds demo records and the options do not accept them.
pub(super) fn read_history(
    opened: OpenedDirectory<'_>,
    observer: &dyn Observer,
) -> anyhow::Result<LoadedHistory> {
    let progress = |done, total| observer.progress("reading files", done, total);
    let contents = store::read(&opened.source, &progress)?;
    opened.into_history(contents, observer)
}

/// Rejects a history directory with demo records as [`load_history`] does, but reads no more than
/// the first record of each file: reading a whole history for this takes hundreds of megabytes.
///
/// # Errors
/// It holds demo records and the options do not accept them, or it cannot be read.
pub(crate) fn reject_demo_in(options: &LoadOptions) -> anyhow::Result<()> {
    let first = store::first_records(&options.directory())?;
    reject_demo(&first.normalize(&NormalizeOptions::default()), options)
}

/// Demo records say nothing about real code; one of them among real ones would.
fn reject_demo(history: &History, options: &LoadOptions) -> anyhow::Result<()> {
    let counts = history.counts;
    if counts.demo > 0 && !options.demo {
        bail!(
            "{} of {} records in {} are demo data: their `generator` says so, or their commit \
             begins with `demo-`\n\
             remove them, or use --demo if this is a demo",
            counts.demo,
            counts.records,
            options.data.display()
        );
    }
    Ok(())
}

/// The time up to which ages are counted: the beginning of the day of the build (UTC), or the
/// newest record of that day. Two builds of one day judge alike and make the same pages.
fn as_of(now: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    let start = now.day() * DAY_US;
    let newest = newest.map_or(start, Timestamp::micros);
    Timestamp::from_micros(newest.clamp(start, start + DAY_US - 1))
}

/// Every series has pages and an analysis: a history made to have millions would end in memory.
fn reject_too_many_series(records: &HistoryBuilder, policy: &Policy) -> anyhow::Result<()> {
    if records.has_too_many_series() {
        // Not how many: reading ended at the limit.
        bail!(
            "the history has more than {} series: remove what made so many, or raise \
             `limits.series` in policy.yml",
            text::count(policy.limits.series)
        );
    }
    Ok(())
}

impl<'a> OpenedDirectory<'a> {
    /// Reads the policy.
    ///
    /// # Errors
    /// It cannot be read, has errors, or wants a key that is not there.
    pub(super) fn open(options: &'a LoadOptions) -> anyhow::Result<Self> {
        Self::open_with(options, options.policy_file()?.as_ref())
    }

    /// The same under this policy, whatever the directory holds; none: the default policy.
    ///
    /// # Errors
    /// The policy has errors.
    pub(super) fn open_with(
        options: &'a LoadOptions,
        file: Option<&PolicyFile>,
    ) -> anyhow::Result<Self> {
        let stages = Stages::new();
        let mut warnings = options.warnings.clone();
        let (policy, policy_sha) = match file {
            Some(file) => (file.policy()?, file.sha()),
            None => (Policy::default(), policy_sha("")),
        };
        warnings.extend(file.and_then(PolicyFile::warning));
        // A missing directory gets an error of its own.
        if file.is_none() && options.data.is_dir() {
            let path = options.policy_path();
            let warning = format!("no {}: the default policy applies", path.display());
            warnings.push(WarningKind::NoPolicy.label(warning));
        }
        let redaction = options.redaction(&policy)?;
        let source = store::Source {
            directory: options.directory(),
            with_archive: options.with_archive,
            reading: Arc::new(value_options(&policy)),
            cache: options.cache.clone(),
        };
        let book = book::read_optional(options)?;
        Ok(Self { options, policy, policy_sha, redaction, book, source, warnings, stages })
    }

    /// Puts the records in order.
    ///
    /// # Errors
    /// There are demo records and the options do not accept them, or too many series.
    pub(super) fn into_history(
        mut self,
        mut contents: store::Contents,
        observer: &dyn Observer,
    ) -> anyhow::Result<LoadedHistory> {
        self.stages.finish("read");
        observer.progress("putting in order", 0, 0);
        reject_too_many_series(&contents.records, &self.policy)?;
        let mut commits = std::mem::take(&mut contents.commits);
        // A history on a branch of its own may lie outside of the clone that holds the code.
        let repositories = [self.options.data.as_path(), Path::new(".")];
        vcs::add_parents(&mut commits, contents.records.commit_ids(), &repositories);
        let normalize = NormalizeOptions { branch: self.policy.site.branch.clone(), commits };
        let mut history = std::mem::take(&mut contents.records).normalize(&normalize);
        reject_demo(&history, self.options)?;
        series::statistics::add_columns(&mut history, &self.policy);
        // The clock would make a demo look abandoned the week after it was made.
        let now = self.options.now.unwrap_or(match history.newest {
            Some(newest) if history.counts.demo > 0 => newest,
            _ => self.options.clock,
        });
        contents.notes.extend(policy_annotations(&self.policy));
        privacy::remove_emails(&mut history, &mut contents);
        self.stages.finish("put in order");
        Ok(LoadedHistory {
            policy: self.policy,
            policy_sha: self.policy_sha,
            as_of: as_of(now, history.newest),
            history,
            contents,
            redaction: self.redaction,
            book: self.book,
            now,
            warnings: self.warnings,
            stages: self.stages,
        })
    }
}

impl<'a> GroupedHistory<'a> {
    /// Groups the records of a history, and quarantines those that could not be read.
    pub(super) fn of(
        mut loaded: LoadedHistory,
        options: &'a LoadOptions,
        observer: &dyn Observer,
    ) -> Self {
        let rejected = &loaded.history.rejected_records;
        if !options.is_read_only
            && let Err(error) = store::quarantine::write(&options.directory(), rejected)
        {
            let warning = format!("{error:#}; the health page lists the rejected records");
            loaded.warnings.push(WarningKind::NoQuarantine.label(warning));
        }
        observer.progress("analyzing", 0, 0);
        let (policy, history) = (&loaded.policy, &mut loaded.history);
        let sessions = session::all_sessions(history, policy);
        // Pages need series, whose runs hold all that pages show of a row. Only two things stand in
        // the rows alone: a series' name before an alias, and the order in which machines first
        // appear, by which a public site numbers them. Elsewhere the rows go, the largest part of a
        // history, before the analysis takes memory of its own.
        let grouped = if policy.aliases.is_empty() && loaded.redaction.is_none() {
            with_policy_directions(series::group_and_drop_rows(history, policy), policy)
        } else {
            let grouped = group_series(history, policy);
            history.details = DetailStore::default();
            grouped
        };
        let GroupedSeries { mut series, ignored, not_covered, machine_differences } = grouped;
        // Names that only a pull request knows come from strangers, and nobody has let them in.
        let all = series.len();
        series.retain(|series| !series.runs.is_empty());
        let only_in_pulls = all - series.len();
        loaded.stages.finish("grouped");
        Self {
            options,
            loaded,
            series: series.into(),
            sessions,
            ignored,
            only_in_pulls,
            not_covered,
            machine_differences,
        }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.loaded.policy
    }

    pub(super) fn human_input(&self) -> HumanInput<'_> {
        let (history, contents) = (&self.loaded.history, &self.loaded.contents);
        HumanInput::of(AnalysisDepth::Full, history, contents, self.loaded.as_of)
    }

    /// The project with the analyses of its series.
    pub(super) fn into_project(self, mut analyses: Analyses) -> Project {
        let Self { options, loaded, mut series, mut machine_differences, .. } = self;
        let LoadedHistory { policy, policy_sha, mut history, mut contents, now, as_of, .. } =
            loaded;
        let (mut warnings, mut stages) = (loaded.warnings, loaded.stages);
        let targets = evaluate(&series, &analyses.by_series, &policy, &contents.baselines, as_of);
        // After everything was compared, so that verdicts are the same on a public site; before
        // evidence, which quotes what was recorded.
        if let Some(redaction) = &loaded.redaction {
            let series = Arc::make_mut(&mut series);
            let problems = contents.problems.iter_mut().chain(&mut contents.ingest_problems);
            redaction.apply(&mut history, series, problems);
            let values = machine_differences.iter_mut();
            values.for_each(|(_, it)| (it.lower, it.higher) = Default::default());
        }
        evidence::environment::explain(&series, &mut analyses.by_series, &history);
        stages.finish("analyzed");
        let base_url = options.site_url(&policy);
        if base_url.is_none() {
            warnings.push(no_base_url());
        }
        Project {
            site: site::SiteOptions {
                built: now,
                as_of,
                base_url,
                explicit_index: options.explicit_index,
                book: loaded.book,
            },
            policy,
            policy_sha,
            history,
            series,
            sessions: self.sessions,
            pull_checks: BTreeMap::new(),
            ignored: self.ignored,
            only_in_pulls: self.only_in_pulls,
            not_covered: self.not_covered,
            machine_differences,
            analyses,
            targets,
            contents,
            warnings,
            stages,
        }
    }
}

fn no_base_url() -> String {
    WarningKind::NoBaseUrl.label(
        "no base URL: feed, sitemap and canonical links are relative or left out (--base-url, or \
         `site.base_url` in the policy)",
    )
}

impl Project {
    /// The warnings that concern more than the pages of a site.
    pub(crate) fn data_warnings(&self) -> impl Iterator<Item = &String> {
        let about_pages = no_base_url();
        self.warnings.iter().filter(move |warning| **warning != about_pages)
    }

    /// The verdict on each run as a check would have given it on its day.
    pub(crate) fn replay(&self) -> Vec<ReplayedVerdict> {
        let depth = AnalysisDepth::Full;
        let input = HumanInput::of(depth, &self.history, &self.contents, self.site.as_of);
        input.with_context(|context| detect::replay::replay(&self.series, &self.policy, context))
    }
}

/// The series of a history, each with the direction that the policy's rules give it.
pub(super) fn group_series(history: &History, policy: &Policy) -> GroupedSeries {
    with_policy_directions(series::group_series(history, policy), policy)
}

fn with_policy_directions(mut grouped: GroupedSeries, policy: &Policy) -> GroupedSeries {
    for series in &mut grouped.series {
        series.direction =
            policy.threshold_for(series.key.subject(&series.tags), series.direction).direction;
    }
    grouped
}

/// How the policy has values read.
pub(super) fn value_options(policy: &Policy) -> ValueOptions {
    let warmup = &policy.warmup;
    let metrics = policy.metrics.iter();
    ValueOptions {
        burn_in: if warmup.enabled { warmup.burn_in_runs as usize } else { 0 },
        units: metrics
            .filter_map(|(name, metric)| Some((name.clone(), metric.unit.clone()?)))
            .collect(),
        limits: policy.limits.clone(),
    }
}
