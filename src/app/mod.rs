//! The pipeline: read this first. A directory becomes a [`Project`], a project becomes a site.

pub(crate) mod session;
mod human_input;
pub(crate) mod intake;
pub(crate) mod stages;
pub(crate) mod up_to_date;
pub(crate) mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::app::human_input::{HumanInput, analyze_series, annotations, with_analysis_context};
use crate::app::stages::{Progress, Stages};
use crate::output::{self, previous::PreviousSite};
use crate::report;
use crate::report::candidate::Candidate;
use crate::report::decision::OverrideRequest;
use crate::site;
use crate::store;
use detect::analysis_cache::AnalysisCache;
use detect::replay::ReplayedVerdict as Replayed;
use detect::targets::TargetResult;
use detect::{Analyses, AnalysisDepth, evidence};
use model::audit::AuditChain;
use model::history::build::ValueOptions;
use model::history::details::DetailStore;
use model::history::{History, NormalizeOptions};
use model::note::Note;
use model::policy::accepted::AcceptedEntry;
use model::policy::diagnostic;
use model::policy::read::read as read_policy;
use model::policy::threshold::policy_sha;
use model::policy::{Policy, SiteAudience};
use model::record::Problem;
use model::record::time::Timestamp;
use model::series::{self, GroupedSeries, Series};

/// What to load.
#[derive(Clone, Debug)]
pub(crate) struct LoadOptions {
    pub(crate) data: PathBuf,
    /// `policy.yml` in the data directory where none is named.
    pub(crate) policy: Option<PathBuf>,
    /// Demo records are welcome.
    pub(crate) demo: bool,
    pub(crate) with_archive: bool,
    /// Folder that keeps what was read for the next time; none: nothing is kept.
    pub(crate) cache: Option<PathBuf>,
    /// The build's time; none: the system's clock, for demo data the newest record.
    pub(crate) now: Option<Timestamp>,
    pub(crate) clock: Timestamp,
    pub(crate) base_url: Option<String>,
    pub(crate) explicit_index: bool,
    /// Who the site is for; the policy says where this does not.
    pub(crate) audience: Option<SiteAudience>,
}

/// A loaded and analysed history.
pub(crate) struct Project {
    pub(crate) policy: Policy,
    pub(crate) policy_sha: String,
    pub(crate) history: History,
    pub(crate) grouped: GroupedSeries,
    pub(crate) analyses: Analyses,
    /// What the next load need not find again, where one is to come.
    analysis_cache: Option<AnalysisCache>,
    pub(crate) targets: Vec<TargetResult>,
    pub(crate) notes: Vec<Note>,
    pub(crate) accepted: Vec<AcceptedEntry>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) ingest_problems: Vec<Problem>,
    pub(crate) templates: Vec<(String, String)>,
    pub(crate) audit: AuditChain,
    /// Files of records, and their unpacked bytes.
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    pub(crate) site: site::SiteOptions,
    /// Told once: what was guessed or could not be done.
    pub(crate) warnings: Vec<String>,
    pub(crate) stages: Stages,
}

/// What a build did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BuildSummary {
    pub(crate) pages: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) series: usize,
    pub(crate) records: u64,
    pub(crate) refused: usize,
    /// Paths of all files within the site.
    #[serde(skip)]
    pub(crate) routes: Vec<String>,
}

/// A history directory that was read; nothing is grouped or analysed yet.
pub(crate) struct LoadedHistory {
    pub(crate) policy: Policy,
    pub(crate) policy_sha: String,
    pub(crate) history: History,
    /// Everything else the directory holds.
    pub(crate) contents: store::Contents,
    /// The build's time.
    pub(crate) now: Timestamp,
    pub(crate) warnings: Vec<String>,
    pub(crate) stages: Stages,
    /// What it was read from, and what its history was finished with.
    source: store::Source,
    finish: NormalizeOptions,
}

/// Reads a history directory.
///
/// # Errors
/// The directory or the policy cannot be read, the policy is at fault, or demo records stand in a
/// history that is not said to be one.
pub(crate) fn load_history(
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> anyhow::Result<LoadedHistory> {
    load_history_with(options, progress, &mut store::read)
}

/// Reads the files of a history directory.
type ReadHistory<'a> =
    dyn FnMut(&store::Source, &(dyn Fn(u64, u64) + Sync)) -> anyhow::Result<store::Contents> + 'a;

fn load_history_with(
    options: &LoadOptions,
    progress: &Progress<'_>,
    read: &mut ReadHistory<'_>,
) -> anyhow::Result<LoadedHistory> {
    let mut stages = Stages::new();
    let mut warnings = Vec::new();
    let (policy, policy_sha) = load_policy(options, &mut warnings)?;
    let source = record_source(options, &policy);
    let mut contents = read(&source, &|files, of| progress("reading files", files, of))?;
    stages.finish("read");
    progress("putting in order", 0, 0);
    let commits = std::mem::take(&mut contents.commits);
    let finish = NormalizeOptions { branch: policy.site.branch.clone(), commits };
    let history = std::mem::take(&mut contents.records).normalize(&finish);
    reject_demo(&history, options)?;
    let now = build_time(&history, options);
    let annotated = annotations(&policy);
    contents.notes.extend(annotated);
    stages.finish("put in order");
    Ok(LoadedHistory {
        policy,
        policy_sha,
        history,
        contents,
        now,
        warnings,
        stages,
        source,
        finish,
    })
}

/// The build's time.
fn build_time(history: &History, options: &LoadOptions) -> Timestamp {
    options.now.unwrap_or(match history.newest {
        Some(newest) if history.counts.demo > 0 => newest,
        _ => options.clock,
    })
}

/// Refuses a history directory with demo records where it is not said to be one, as [`load_history`] does,
/// and reads no more of it than each file's first record.
///
/// # Errors
/// It holds demo records, or cannot be read.
pub(crate) fn reject_demo_in(options: &LoadOptions) -> anyhow::Result<()> {
    let first = store::first_records(&options.data)?;
    reject_demo(&first.normalize(&NormalizeOptions::default()), options)
}

/// Reads, groups and analyses a history directory.
///
/// # Errors
/// As [`load_history`].
pub(crate) fn load(options: &LoadOptions, progress: &Progress<'_>) -> anyhow::Result<Project> {
    let opened = load_history(options, progress)?;
    analyze_history(opened, options, progress, &mut |series, policy, context, _| {
        (detect::analyze_all(series, policy, context), None)
    })
}

/// Analyses series under a policy of this hash.
type SeriesAnalyzer<'a> = dyn FnMut(
        &[Series],
        &Policy,
        &detect::AnalysisContext<'_>,
        &str,
    ) -> (Analyses, Option<AnalysisCache>)
    + 'a;

fn analyze_history(
    opened: LoadedHistory,
    options: &LoadOptions,
    progress: &Progress<'_>,
    analyse: &mut SeriesAnalyzer<'_>,
) -> anyhow::Result<Project> {
    let LoadedHistory { policy, policy_sha, mut history, contents, now, .. } = opened;
    let (mut warnings, mut stages) = (opened.warnings, opened.stages);
    if let Err(error) = store::quarantine_rejected(&options.data, &history.rejected_records) {
        warnings.push(format!("{error:#}; the health page lists the refused lines"));
    }
    progress("analysing", 0, 0);
    let public = options.audience.unwrap_or(policy.site.audience) == SiteAudience::Public;
    // Pages speak of series, whose runs hold what they need of the rows. Old names and the order in
    // which machines were first seen stand in the rows alone.
    let mut grouped = if policy.aliases.is_empty() && !public {
        with_policy_directions(series::group_and_drop_rows(&mut history, &policy), &policy)
    } else {
        let grouped = group_series(&history, &policy);
        history.details = DetailStore::default();
        grouped
    };
    let said = HumanInput {
        depth: AnalysisDepth::Full,
        accepted: &contents.accepted,
        notes: &contents.notes,
        candidate: None,
    };
    stages.finish("grouped");
    let (mut analyses, known) = with_analysis_context(&history, said, now, |context| {
        analyse(&grouped.series, &policy, context, &policy_sha)
    });
    let targets = detect::targets::evaluate(&grouped.series, &analyses.by_series, &policy);
    if public {
        site::redact::redact(&mut history, &mut grouped.series, &policy.site.redact);
    }
    evidence::environment::explain(&grouped.series, &mut analyses.by_series, &history);
    stages.finish("analysed");
    let base_url = options.base_url.clone().or_else(|| policy.site.base_url.clone());
    if base_url.is_none() {
        warnings.push(
            "no base URL: feed, sitemap and canonical links are relative or left out (--base-url, \
             or `site.base_url` in the policy)"
                .to_owned(),
        );
    }
    let base_url = base_url.map(|url| format!("{}/", url.trim_end_matches('/')));
    Ok(Project {
        policy,
        policy_sha,
        history,
        grouped,
        analyses,
        analysis_cache: known,
        targets,
        notes: contents.notes,
        accepted: contents.accepted,
        problems: contents.problems,
        ingest_problems: contents.ingest_problems,
        templates: contents.templates,
        files: contents.files,
        bytes: contents.bytes,
        audit: contents.audit,
        site: site::SiteOptions { now, base_url, explicit_index: options.explicit_index },
        warnings,
        stages,
    })
}

/// Judges the candidate of a scene, once the stage is set, by the analysis and the policy that make
/// the site.
pub(crate) fn check(
    opened: &mut LoadedHistory,
    options: &LoadOptions,
    scene: Candidate,
    plea: Option<OverrideRequest>,
) -> report::CheckOutcome {
    opened.stages.finish("set the scene");
    let mut grouped = group_series(&opened.history, &opened.policy);
    opened.stages.finish("grouped");
    let said = HumanInput::for_gate(&opened.contents, &scene);
    let (history, policy) = (&opened.history, &opened.policy);
    let analyses = analyze_series(history, &grouped.series, policy, said, opened.now);
    let judged = AnalyzedCandidate { scene, plea, series: &mut grouped.series, analyses };
    let outcome = judge_candidate(opened, options, None, judged);
    opened.stages.finish("analysed");
    outcome
}

/// A staged and analysed history.
struct AnalyzedCandidate<'a> {
    scene: Candidate,
    plea: Option<OverrideRequest>,
    series: &'a mut [Series],
    analyses: Analyses,
}

/// Judges what was analysed; `other` is the history where it is not the one that was opened.
fn judge_candidate(
    opened: &mut LoadedHistory,
    options: &LoadOptions,
    other: Option<&mut History>,
    judged: AnalyzedCandidate<'_>,
) -> report::CheckOutcome {
    let AnalyzedCandidate { scene, plea, series, mut analyses } = judged;
    let LoadedHistory { policy, contents, now, .. } = opened;
    let (policy, contents, now) = (&*policy, &*contents, *now);
    let history = other.unwrap_or(&mut opened.history);
    let targets = detect::targets::evaluate(series, &analyses.by_series, policy);
    if options.audience.unwrap_or(policy.site.audience) == SiteAudience::Public {
        site::redact::redact(history, series, &policy.site.redact);
    }
    evidence::environment::explain(series, &mut analyses.by_series, history);
    let base_url = options.base_url.clone().or_else(|| policy.site.base_url.clone());
    let history = &*history;
    report::assemble::outcome(report::assemble::CheckInput {
        candidate: scene.clone(),
        history,
        analyze: &|series| {
            let said = HumanInput::for_gate(contents, &scene);
            let mut again = analyze_series(history, series, policy, said, now);
            evidence::environment::explain(series, &mut again.by_series, history);
            again
        },
        series,
        analyses: &analyses,
        targets: &targets,
        policy,
        policy_sha: opened.policy_sha.clone(),
        base_url: base_url.map(|url| format!("{}/", url.trim_end_matches('/'))),
        override_request: plea,
        notices: report_notices(history),
    })
}

/// What a reader of a report should know of the records it was made from.
fn report_notices(history: &History) -> Vec<String> {
    let refused = history.rejected_records.len() as u64;
    let refused = (refused > 0).then(|| {
        let lines = model::text::count_noun(refused, "line");
        format!("{lines} of the records could not be read; `benchpages build` tells which.")
    });
    refused.into_iter().collect()
}

/// The series of a history, each with the direction that the policy's rules give it.
fn group_series(history: &History, policy: &Policy) -> GroupedSeries {
    with_policy_directions(series::group_series(history, policy), policy)
}

fn with_policy_directions(mut grouped: GroupedSeries, policy: &Policy) -> GroupedSeries {
    for series in &mut grouped.series {
        series.direction =
            policy.threshold_for(series.key.subject(&series.tags), series.direction).direction;
    }
    grouped
}

/// Makes the site of a project in a folder; `former` is what becomes of the one that is there.
///
/// # Errors
/// The folder is not ours to write, a page cannot be made, or the disk refuses.
pub(crate) fn build(
    project: &Project,
    out: &Path,
    former: PreviousSite,
    progress: &Progress<'_>,
) -> anyhow::Result<BuildSummary> {
    let output = output::Output::prepare(out, former)?;
    let input = site_input(project);
    let sink = |path: &str, bytes: &[u8]| output.write(path, bytes).map_err(std::io::Error::other);
    let rendered = site::render(&input, &sink, &|pages, of| progress("writing files", pages, of))?;
    let written = output.commit()?;
    Ok(BuildSummary {
        pages: rendered.pages,
        files: rendered.files,
        bytes: written.bytes,
        series: project.grouped.series.len(),
        records: project.history.counts.records,
        refused: project.history.rejected_records.len(),
        routes: written.routes,
    })
}

/// What the site is made of.
pub(crate) fn site_input(project: &Project) -> site::SiteInput<'_> {
    site::SiteInput {
        history: &project.history,
        series: &project.grouped.series,
        analyses: &project.analyses,
        targets: &project.targets,
        policy: &project.policy,
        policy_sha: project.policy_sha.clone(),
        notes: &project.notes,
        accepted: &project.accepted,
        problems: &project.problems,
        ingest_problems: &project.ingest_problems,
        ignored: project.grouped.ignored,
        not_covered: &project.grouped.not_covered,
        templates: &project.templates,
        audit: &project.audit,
        options: project.site.clone(),
    }
}

/// The policy and the hash of its text; the default policy where the directory has none.
fn load_policy(
    options: &LoadOptions,
    warnings: &mut Vec<String>,
) -> anyhow::Result<(Policy, String)> {
    let path = options.policy.clone().unwrap_or_else(|| options.data.join("policy.yml"));
    if options.policy.is_none() && !path.exists() {
        if options.data.is_dir() {
            warnings.push(format!("no {}: the default policy is in force", path.display()));
        }
        return Ok((Policy::default(), policy_sha("")));
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
                // The first of them is told as a warning; the others say so themselves.
                warnings.push(told.trim().trim_start_matches("warning: ").to_owned());
            }
            Ok((policy, policy_sha(&text)))
        }
        None => bail!("the policy is at fault\n{told}"),
    }
}

/// Where records are read, and how.
fn record_source(options: &LoadOptions, policy: &Policy) -> store::Source {
    store::Source {
        directory: options.data.clone(),
        with_archive: options.with_archive,
        reading: Arc::new(reading_options(policy)),
        cache: options.cache.clone(),
    }
}

/// What the policy says of how values are read.
fn reading_options(policy: &Policy) -> ValueOptions {
    let warmup = &policy.warmup;
    let units = policy.metrics.iter();
    ValueOptions {
        burn_in: if warmup.enabled { warmup.burn_in_runs as usize } else { 0 },
        units: units.filter_map(|(name, one)| Some((name.clone(), one.unit.clone()?))).collect(),
    }
}

/// The contamination guard: demo records make no statement about real code.
fn reject_demo(history: &History, options: &LoadOptions) -> anyhow::Result<()> {
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

/// The gate run over every prefix of a project's history.
pub(crate) fn replay(project: &Project) -> Vec<Replayed> {
    let said = HumanInput {
        depth: AnalysisDepth::Full,
        accepted: &project.accepted,
        notes: &project.notes,
        candidate: None,
    };
    let series = &project.grouped.series;
    with_analysis_context(&project.history, said, project.site.now, |context| {
        detect::replay::replay(series, &project.policy, context)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "secret-runner-7";

    /// A history of 12 days on two runners: the second is the secret one, and twice as slow.
    fn history(folder: &Path) {
        let mut lines = String::new();
        for day in 1..=12 {
            let (runner, value) = if day < 7 { ("plain", 100) } else { (SECRET, 200) };
            lines.push_str(&format!(
                "{{\"commit\":\"c{day:02}\",\"timestamp\":\"2025-01-{day:02}T00:00:00Z\",\
                 \"backend\":\"rust\",\"test\":\"parse\",\"mean_ns\":{value}{day:02},\
                 \"version\":\"{runner}\",\"error_of\":\"{runner}\",\
                 \"runner_image\":\"{runner}\",\"hostname\":\"{runner}\"}}\n"
            ));
        }
        lines.push_str(&format!(
            "{{\"commit\":\"c13\",\"timestamp\":\"2025-01-13T00:00:00Z\",\"backend\":\
             \"rust\",\"test\":\"parse\",\"error\":\"lost {SECRET}\",\
             \"hostname\":\"{SECRET}\"}}\n{{\"commit\":\"c14\",\"timestamp\":\
             \"2025-01-14T00:00:00Z\",\"backend\":\"rust\",\"test\":\"parse\",\
             \"error\":[\"{SECRET}\"]}}\n"
        ));
        std::fs::create_dir_all(folder.join("results")).unwrap();
        std::fs::write(folder.join("results/a.ndjson"), lines).unwrap();
        let policy = "version: '1'\nrunner_fingerprinting: {track_fields: [runner_image], \
                      suppress_alerts_on_runner_change: true}\nsite:\n  redact: ['runner_*', \
                      hostname, version, 'error*']\nsla:\n  - {max_avg_time_ms: 0.001}\n";
        std::fs::write(folder.join("policy.yml"), policy).unwrap();
    }

    /// Every file of the site, with its path.
    fn site(root: &Path, audience: Option<SiteAudience>) -> Vec<(String, String)> {
        let options = LoadOptions { audience, ..test_options(root) };
        let out = root.join("site");
        build(
            &load(&options, &stages::no_progress).unwrap(),
            &out,
            PreviousSite::Remove,
            &stages::no_progress,
        )
        .unwrap();
        let mut files = Vec::new();
        let mut folders = vec![out];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    files.push((path.display().to_string(), text));
                }
            }
        }
        files
    }

    /// What to load of a history of a test, on its own day 15.
    fn test_options(root: &Path) -> LoadOptions {
        let now = Timestamp::parse("2025-01-15T00:00:00Z").unwrap();
        LoadOptions {
            data: root.join("data"),
            policy: None,
            demo: false,
            with_archive: false,
            cache: None,
            now: Some(now),
            clock: now,
            base_url: None,
            explicit_index: false,
            audience: None,
        }
    }

    #[test]
    fn a_public_site_holds_no_value_of_a_redacted_field_anywhere() {
        let root = tempfile::tempdir().unwrap();
        history(&root.path().join("data"));
        let open = site(root.path(), None);
        let named = |files: &[(String, String)], word: &str| -> Vec<String> {
            files.iter().filter(|(_, text)| text.contains(word)).map(|(at, _)| at.clone()).collect()
        };
        assert!(named(&open, SECRET).len() >= 3, "{:?}", named(&open, SECRET));
        let public = site(root.path(), Some(SiteAudience::Public));
        assert_eq!(named(&public, SECRET), Vec::<String>::new());
        let told = named(&public, "redacted 2");
        assert!(told.iter().any(|path| path.ends_with("health/index.html")), "{told:?}");
        assert!(told.iter().any(|path| path.contains("api/v1/series/")), "{told:?}");
        assert_eq!(open.len(), public.len(), "nothing else changes");
    }

    #[test]
    fn a_missed_target_is_told_on_overview_health_and_in_json() {
        let root = tempfile::tempdir().unwrap();
        history(&root.path().join("data"));
        let files = site(root.path(), None);
        let file = |end: &str| {
            let end = root.path().join("site").join(end).display().to_string();
            files.iter().find(|(path, _)| *path == end).map(|(_, text)| text.as_str()).unwrap()
        };
        assert!(file("index.html").contains("href=\"health/#targets\""));
        assert!(file("index.html").contains("1 target missed"));
        let health = file("health/index.html");
        assert!(health.contains("id=\"targets\"") && health.contains("sla[0].max_avg_time_ms"));
        let json: serde_json::Value = serde_json::from_str(file("api/v1/health.json")).unwrap();
        assert_eq!(json["targets"][0]["verdict"], "violation");
        assert_eq!(json["targets"][0]["limit"], 1000.0);
        assert!(json["targets"][0]["series"].is_string());
    }

    #[test]
    fn evidence_quotes_what_was_recorded_and_on_a_public_site_only_that_it_moved() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        history(&data);
        let policy = std::fs::read_to_string(data.join("policy.yml")).unwrap();
        let policy = policy.replace("_change: true", "_change: false").replace("version, ", "");
        std::fs::write(data.join("policy.yml"), policy).unwrap();
        // Versions are never compared: without them the runners meet in one level.
        let file = data.join("results/a.ndjson");
        let lines = std::fs::read_to_string(&file).unwrap();
        let lines = lines.replace("\"version\":\"plain\",", "");
        std::fs::write(&file, lines.replace(&format!("\"version\":\"{SECRET}\","), "")).unwrap();
        let events = |audience| {
            let files = site(root.path(), audience);
            let file = files.into_iter().find(|(path, _)| path.ends_with("api/v1/events.json"));
            file.unwrap().1
        };
        let told = events(None);
        assert!(told.contains(&format!("runner_image (plain → {SECRET})")), "{told}");
        let told = events(Some(SiteAudience::Public));
        assert!(told.contains("runner_image (redacted → redacted 2)"), "{told}");
        assert!(!told.contains(SECRET), "{told}");
    }
}
