//! The pipeline: read this first. A directory becomes a [`Project`], a project becomes a site.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::analysis::{self, Analyses};
use crate::history::{Finish, History};
use crate::note::Note;
use crate::output;
use crate::policy::accepted::Accepted;
use crate::policy::diagnostic;
use crate::policy::read::read as read_policy;
use crate::policy::threshold::sha;
use crate::policy::{Policy, accepted};
use crate::record::{Problem, Timestamp};
use crate::series::{self, Grouped, Series};
use crate::site;
use crate::store;

/// What to load.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    /// `policy.yml` in the data directory where none is named.
    pub(crate) policy: Option<PathBuf>,
    /// Demo records are welcome.
    pub(crate) demo: bool,
    pub(crate) with_archive: bool,
    /// The build's time; none: the system's clock, for demo data the newest record.
    pub(crate) now: Option<Timestamp>,
    pub(crate) clock: Timestamp,
    pub(crate) base_url: Option<String>,
    pub(crate) explicit_index: bool,
}

/// A loaded and analysed history.
pub(crate) struct Project {
    pub(crate) policy: Policy,
    pub(crate) policy_sha: String,
    pub(crate) history: History,
    pub(crate) grouped: Grouped,
    pub(crate) analyses: Analyses,
    pub(crate) notes: Vec<Note>,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) templates: Vec<(String, String)>,
    pub(crate) site: site::Options,
    /// Told once: what was guessed or could not be done.
    pub(crate) warnings: Vec<String>,
}

/// What a build did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Built {
    pub(crate) pages: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) series: usize,
    pub(crate) records: u64,
    pub(crate) refused: usize,
}

/// Reads, groups and analyses a history directory.
///
/// # Errors
/// The directory or the policy cannot be read, the policy is at fault, or demo records stand in a
/// history that is not said to be one.
pub(crate) fn load(options: &Options) -> anyhow::Result<Project> {
    let mut warnings = Vec::new();
    let (policy, policy_sha) = policy(options, &mut warnings)?;
    let warmup = &policy.warmup;
    let burn_in = if warmup.enabled { warmup.burn_in_runs as usize } else { 0 };
    let contents = store::read(&store::Source {
        directory: options.data.clone(),
        with_archive: options.with_archive,
        burn_in,
    })?;
    let finish = Finish { branch: policy.site.branch.clone(), commits: contents.commits };
    let history = contents.records.finish(&finish);
    refuse_demo(&history, options)?;
    if let Err(error) = store::keep_refused(&options.data, &history.problems) {
        warnings.push(format!("{error:#}; the health page lists the refused lines"));
    }
    let grouped = series::group(&history, &policy);
    let now = options.now.unwrap_or_else(|| match history.newest {
        Some(newest) if history.counts.demo > 0 => newest,
        _ => options.clock,
    });
    let analyses = analyse(&history, &grouped.series, &policy, &contents.accepted, now);
    let base_url = options.base_url.clone().or_else(|| policy.site.base_url.clone());
    if base_url.is_none() {
        warnings.push(
            "no base URL: feed, sitemap and canonical links are relative or left out (--base-url, \
             or `site.base_url` in the policy)"
                .to_owned(),
        );
    }
    let base_url = base_url.map(|url| format!("{}/", url.trim_end_matches('/')));
    let mut notes = contents.notes;
    notes.extend(annotations(&policy));
    Ok(Project {
        policy,
        policy_sha,
        history,
        grouped,
        analyses,
        notes,
        accepted: contents.accepted,
        problems: contents.problems,
        templates: contents.templates,
        site: site::Options { now, base_url, explicit_index: options.explicit_index },
        warnings,
    })
}

/// Makes the site of a project in a folder.
///
/// # Errors
/// The folder is not ours to write, a page cannot be made, or the disk refuses.
pub(crate) fn build(
    project: &Project,
    out: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<Built> {
    let output = output::Output::prepare(out)?;
    let input = input(project);
    let sink = |path: &str, bytes: &[u8]| output.write(path, bytes).map_err(std::io::Error::other);
    let rendered = site::render(&input, &sink, progress)?;
    let written = output.commit()?;
    Ok(Built {
        pages: rendered.pages,
        files: rendered.files,
        bytes: written.bytes,
        series: project.grouped.series.len(),
        records: project.history.counts.records,
        refused: project.history.problems.len(),
    })
}

/// What the site is made of.
pub(crate) fn input(project: &Project) -> site::Input<'_> {
    site::Input {
        history: &project.history,
        series: &project.grouped.series,
        analyses: &project.analyses,
        policy: &project.policy,
        policy_sha: project.policy_sha.clone(),
        notes: &project.notes,
        accepted: &project.accepted,
        problems: &project.problems,
        ignored: project.grouped.ignored,
        not_covered: &project.grouped.not_covered,
        templates: &project.templates,
        options: project.site.clone(),
    }
}

/// The policy and the hash of its text; the default policy where the directory has none.
fn policy(options: &Options, warnings: &mut Vec<String>) -> anyhow::Result<(Policy, String)> {
    let path = options.policy.clone().unwrap_or_else(|| options.data.join("policy.yml"));
    if options.policy.is_none() && !path.exists() {
        if options.data.is_dir() {
            warnings.push(format!("no {}: the default policy is in force", path.display()));
        }
        return Ok((Policy::default(), sha("")));
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let name = path.display().to_string();
    let reading = read_policy(&text, &name);
    let told = diagnostic::render(&reading.diagnostics, &text, false);
    match reading.policy {
        Some(policy) => {
            if !reading.diagnostics.is_empty() {
                warnings.push(told);
            }
            Ok((policy, sha(&text)))
        }
        None => bail!("the policy is at fault\n{told}"),
    }
}

/// The contamination guard: demo records make no statement about real code.
fn refuse_demo(history: &History, options: &Options) -> anyhow::Result<()> {
    let counts = history.counts;
    if counts.demo > 0 && !options.demo {
        bail!(
            "{} of {} records in {} are demo data, made by a generator (their `generator` says so, \
             or their commit begins with `demo-`)\n\
             remove them, or say that this is a demo: --demo",
            counts.demo,
            counts.records,
            options.data.display()
        );
    }
    Ok(())
}

fn analyse(
    history: &History,
    series: &[Series],
    policy: &Policy,
    entries: &[Accepted],
    now: Timestamp,
) -> Analyses {
    let resolved = entries.iter().filter_map(|entry| Some((entry, resolve(entry, history)?)));
    let resolved: Vec<(&Accepted, analysis::Accepted)> = resolved.collect();
    let accepted = |series: &Series| -> Vec<analysis::Accepted> {
        let name = series.key.name();
        let concerned = resolved.iter().filter(|(e, _)| accepted::matches(&e.series, &name));
        concerned.map(|(_, accepted)| accepted.clone()).collect()
    };
    let context = analysis::Context { now, newest: history.newest, accepted: &accepted };
    analysis::analyse_all(series, policy, &context)
}

/// An accepted entry with its commit found in the history.
fn resolve(entry: &Accepted, history: &History) -> Option<analysis::Accepted> {
    let known = |id: &str| {
        id == entry.commit || entry.commit.len() >= 7 && id.starts_with(entry.commit.as_str())
    };
    let at = history.commits.iter().position(|commit| known(&commit.id))?;
    Some(analysis::Accepted {
        commit: series::CommitIndex(u32::try_from(at).ok()?),
        max_change: entry.max_change,
        reason: entry.reason.clone(),
        by: entry.by.clone(),
        expires: entry.expires,
    })
}

/// The policy's annotations are notes like those in `notes/`.
fn annotations(policy: &Policy) -> impl Iterator<Item = Note> {
    let entries = policy.annotations.iter().enumerate();
    entries.map(|(at, entry)| Note {
        name: format!("annotation-{at}"),
        date: Timestamp::parse(&format!("{}T00:00:00Z", entry.date)).ok(),
        commit: None,
        title: entry.text.clone(),
        matches: entry.matches.clone(),
        markdown: String::new(),
    })
}
