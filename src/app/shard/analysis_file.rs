//! Everything that a site is made of as one file: a [`Project`] without its rows, as `shard votes`
//! makes it and `shard pages` loads it in a fraction of the time.
//!
//! The series and their analyses, by far the most of it, are in blocks that all cores write and
//! read at once. The policy is its own text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use blake3::Hash;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::load::Project;
use crate::app::policy_file::PolicyFile;
use crate::app::shard::fault::ShardFault;
use crate::app::shard::sealed_file::SealedKind;
use crate::app::stages::Stages;
use crate::report::pull_check::PullCheck;
use crate::report::session::CandidateSession;
use crate::site::SiteOptions;
use crate::store::Contents;
use detect::targets::TargetResult;
use detect::{Analyses, Analysis, InfrastructureDay, ReplaySummary};
use model::audit::AuditChain;
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::AcceptedEntry;
use model::record::Problem;
use model::series::{CommitIndex, Series};

const KIND: SealedKind =
    SealedKind { name: "analysis", format: 2, command: "benchpages shard votes" };

/// Series of one block.
const BLOCK_SERIES: usize = 64;

/// All but the series and their analyses.
#[derive(Serialize, Deserialize)]
struct SiteFacts<'a> {
    policy: Option<Cow<'a, str>>,
    policy_sha: Cow<'a, str>,
    history: Cow<'a, History>,
    sessions: Cow<'a, BTreeMap<CommitIndex, CandidateSession>>,
    pull_checks: Cow<'a, BTreeMap<u64, PullCheck>>,
    ignored: u64,
    only_in_pulls: u64,
    not_covered: Cow<'a, [String]>,
    infrastructure_days: Cow<'a, [InfrastructureDay]>,
    replay_summary: ReplaySummary,
    targets: Cow<'a, [TargetResult]>,
    accepted: Cow<'a, [AcceptedEntry]>,
    notes: Cow<'a, [Note]>,
    problems: Cow<'a, [Problem]>,
    ingest_problems: Cow<'a, [Problem]>,
    templates: Cow<'a, [(String, String)]>,
    audit: Cow<'a, AuditChain>,
    site: Cow<'a, SiteOptions>,
    /// Lengths of the blocks that follow, in bytes.
    blocks: Vec<u64>,
}

/// Some series with their analyses.
#[derive(Serialize, Deserialize)]
struct SeriesBlock<'a> {
    series: Cow<'a, [Series]>,
    analyses: Cow<'a, [Analysis]>,
}

/// Writes the analysis of a site; the size of the file. The project loses what no page shows.
///
/// # Errors
/// The disk refuses.
pub(super) fn write(
    path: &Path,
    project: &mut Project,
    policy: Option<&str>,
) -> anyhow::Result<u64> {
    drop_unshown(project);
    let series = project.series.par_chunks(BLOCK_SERIES);
    let analyses = project.analyses.by_series.par_chunks(BLOCK_SERIES);
    let blocks = series.zip(analyses).map(|(series, analyses)| {
        let block = SeriesBlock { series: series.into(), analyses: analyses.into() };
        postcard::to_stdvec(&block)
    });
    let mut pieces: Vec<Vec<u8>> = blocks.collect::<Result<_, _>>()?;
    let lengths = pieces.iter().map(|block| block.len() as u64).collect();
    pieces.insert(0, postcard::to_stdvec(&SiteFacts::of(project, policy, lengths))?);
    KIND.write(path, &pieces)
}

/// Loads the analysis of a site, and the checksum that names it.
///
/// # Errors
/// The file cannot be read, is damaged, or is of another version.
pub(super) fn read(path: &Path) -> anyhow::Result<(Project, Hash)> {
    let content = KIND.read(path)?;
    let project = decode(content.payload()).map_err(|error| {
        let place = path.display();
        let message = format!("{place} makes no sense ({error:#}): {}", KIND.remedy());
        ShardFault::Damaged.error(message)
    })?;
    Ok((project, content.checksum))
}

fn decode(payload: &[u8]) -> anyhow::Result<Project> {
    let (facts, mut rest) = postcard::take_from_bytes::<SiteFacts<'_>>(payload)?;
    let mut blocks = Vec::new();
    for length in &facts.blocks {
        let block = rest.split_at_checked(usize::try_from(*length)?);
        let (block, after) = block.context("a block of series is cut off")?;
        blocks.push(block);
        rest = after;
    }
    anyhow::ensure!(rest.is_empty(), "something follows the last series");
    let blocks: Vec<SeriesBlock<'_>> =
        blocks.par_iter().map(|block| postcard::from_bytes(block)).collect::<Result<_, _>>()?;
    let (mut series, mut analyses) = (Vec::new(), Vec::new());
    for block in blocks {
        series.append(&mut block.series.into_owned());
        analyses.append(&mut block.analyses.into_owned());
    }
    anyhow::ensure!(series.len() == analyses.len(), "a series has no analysis");
    facts.into_project(series, analyses)
}

/// Drops what no page shows. Of rows that is all but those of renamed benchmarks: which commits the
/// old name has.
fn drop_unshown(project: &mut Project) {
    // In the order of parts, which must not make another analysis.
    project.history.files = Vec::new();
    let aliases = &project.policy.aliases;
    if aliases.is_empty() {
        project.history.columns = Vec::new();
    }
    for column in &mut project.history.columns {
        if !aliases.contains_key(&column.key.test) {
            column.rows = Vec::new();
        }
    }
}

impl<'a> SiteFacts<'a> {
    fn of(project: &'a Project, policy: Option<&'a str>, blocks: Vec<u64>) -> Self {
        // By name and without `..`: whoever adds a field decides whether pages need it.
        let Project {
            policy: _,
            policy_sha,
            history,
            series: _,
            sessions,
            pull_checks,
            ignored,
            only_in_pulls,
            not_covered,
            machine_differences: _,
            analyses,
            targets,
            contents,
            site,
            warnings: _,
            stages: _,
        } = project;
        let Contents {
            records: _,
            commits: _,
            accepted,
            baselines: _,
            notes,
            problems,
            ingest_problems,
            templates,
            audit,
            files: _,
            bytes: _,
        } = contents;
        Self {
            policy: policy.map(Cow::Borrowed),
            policy_sha: policy_sha.into(),
            history: Cow::Borrowed(history),
            sessions: Cow::Borrowed(sessions),
            pull_checks: Cow::Borrowed(pull_checks),
            ignored: *ignored as u64,
            only_in_pulls: *only_in_pulls as u64,
            not_covered: not_covered.into(),
            infrastructure_days: (&analyses.infrastructure_days).into(),
            replay_summary: analyses.replay_summary,
            targets: targets.into(),
            accepted: accepted.into(),
            notes: notes.into(),
            problems: problems.into(),
            ingest_problems: ingest_problems.into(),
            templates: templates.into(),
            audit: Cow::Borrowed(audit),
            site: Cow::Borrowed(site),
            blocks,
        }
    }

    fn into_project(
        self,
        series: Vec<Series>,
        by_series: Vec<Analysis>,
    ) -> anyhow::Result<Project> {
        let policy = match self.policy {
            Some(text) => PolicyFile::of_text(text.into_owned(), "policy.yml").policy()?,
            None => Policy::default(),
        };
        let contents = Contents {
            accepted: self.accepted.into_owned(),
            notes: self.notes.into_owned(),
            problems: self.problems.into_owned(),
            ingest_problems: self.ingest_problems.into_owned(),
            templates: self.templates.into_owned(),
            audit: self.audit.into_owned(),
            ..Contents::default()
        };
        Ok(Project {
            policy,
            policy_sha: self.policy_sha.into_owned(),
            history: self.history.into_owned(),
            series: series.into(),
            sessions: self.sessions.into_owned(),
            pull_checks: self.pull_checks.into_owned(),
            ignored: usize::try_from(self.ignored)?,
            only_in_pulls: usize::try_from(self.only_in_pulls)?,
            not_covered: self.not_covered.into_owned(),
            machine_differences: Vec::new(),
            analyses: Analyses {
                by_series,
                infrastructure_days: self.infrastructure_days.into_owned(),
                replay_summary: self.replay_summary,
            },
            targets: self.targets.into_owned(),
            contents,
            site: self.site.into_owned(),
            warnings: Vec::new(),
            stages: Stages::new(),
        })
    }
}
