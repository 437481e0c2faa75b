//! `benchpages build`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;

use crate::app::stages::{Progress, Stages};
use crate::app::up_to_date::{BuildFingerprint, BuildRecord};
use crate::app::{self, BuildSummary, LoadOptions, Project};
use crate::cli::args::{AudienceArg, BuildArgs, GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::ui::{self, Reporter};
use crate::output::previous::PreviousSite;
use model::policy;
use model::record::time::Timestamp;
use model::text;

/// From here on people are told, long before a site is too large for GitHub Pages (1 GB).
const WARN_BYTES: u64 = 200_000_000;
const WARN_FILES: u64 = 20_000;

pub(crate) fn run(global: &GlobalArgs, args: &BuildArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let started = Instant::now();
    let options = load_options(global, &args.site)?;
    let (built, changed) = build_or_reuse(&options, &args.site, talk)?;
    let seconds = started.elapsed().as_secs_f64();
    match args.format {
        OutputFormat::Text if !changed => talk.info(&unchanged_message(&built)),
        OutputFormat::Text => talk.info(&summary_line(&built, seconds)),
        OutputFormat::Json => {
            let mut answer = serde_json::to_value(&built)?;
            answer["seconds"] = seconds.into();
            answer["out"] = serde_json::to_value(&args.site.out)?;
            return ui::print(format!("{answer}\n").as_bytes());
        }
    }
    Ok(0)
}

/// Builds, unless that would make the site that is there; whether it did.
fn build_or_reuse(
    options: &LoadOptions,
    site: &SiteArgs,
    talk: &Reporter,
) -> anyhow::Result<(BuildSummary, bool)> {
    let inputs = BuildFingerprint::of(options, &site.out);
    if let Some(known) = inputs.as_ref().and_then(|inputs| inputs.last_build(&site.out)) {
        known.warnings.iter().for_each(|warning| talk.warn(warning));
        return Ok((known.built, false));
    }
    let (project, built) = load_and_build(options, site, talk, &app::load)?;
    let timeless = options.now.is_some() || project.history.counts.demo > 0;
    let warnings =
        project.warnings.iter().cloned().chain(size_warning(built.files, built.bytes)).collect();
    let known = BuildRecord { built, warnings };
    if let Some(inputs) = inputs {
        inputs.write_record(&site.out, &known, timeless);
    }
    Ok((known.built, true))
}

/// Loads a project.
type LoadProject = dyn Fn(&LoadOptions, &Progress<'_>) -> anyhow::Result<Project>;

/// Loads and builds once, telling what was noticed.
pub(crate) fn load_and_build(
    options: &LoadOptions,
    site: &SiteArgs,
    talk: &Reporter,
    load: &LoadProject,
) -> anyhow::Result<(Project, BuildSummary)> {
    let started = Instant::now();
    let meter = talk.progress();
    let mut project = load(options, &meter)?;
    let read = text::count_noun(project.files as u64, "file");
    let size = project.bytes as f64 / 1e6;
    report_stage(talk, &format!("read {read}, {size:.1} MB, and analysed"), started);
    for warning in &project.warnings {
        talk.warn(warning);
    }
    let started = Instant::now();
    let built = app::build(&project, &site.out, previous_site(options), &meter);
    talk.end_progress();
    project.stages.finish("wrote");
    report_stage(talk, "wrote the site", started);
    report_stages(talk, &project.stages);
    let built = built?;
    if let Some(warning) = size_warning(built.files, built.bytes) {
        talk.warn(&warning);
    }
    Ok((project, built))
}

/// What to do about a site that will be too large for where it is to stand.
fn size_warning(files: u64, bytes: u64) -> Option<String> {
    let large = bytes >= WARN_BYTES || files >= WARN_FILES;
    large.then(|| {
        format!(
            "the site has {} in {:.0} MB, and GitHub Pages stops at 1 GB; to make it smaller, \
             `site.detail: events-only` in the policy gives quiet series no page of their own, \
             `benchpages rotate` moves old results to the archive, and `ignore` in the policy \
             leaves out what no view (`dashboard_presets`) needs",
            text::count_noun(files, "file"),
            bytes as f64 / 1e6,
        )
    })
}

/// How long each stage took, and the most memory used until its end, at `-vv`.
pub(crate) fn report_stages(talk: &Reporter, stages: &Stages) {
    if talk.verbose() > 1 {
        let told = stages.finished.iter().map(|stage| {
            let peak = stage.peak_bytes.map_or_else(String::new, |peak| {
                format!(" (memory up to {:.1} MB)", peak as f64 / 1e6)
            });
            format!("{} {:.3} s{peak}", stage.name, stage.duration.as_secs_f64())
        });
        talk.detail(&format!("of that: {}", told.collect::<Vec<_>>().join(", ")));
    }
}

fn report_stage(talk: &Reporter, what: &str, started: Instant) {
    talk.detail(&format!("{what} in {:.3} s", started.elapsed().as_secs_f64()));
}

/// `Built 412 pages, 65 series from 3,900 records in 0.1 s (3 refused: see …)`.
pub(crate) fn summary_line(built: &BuildSummary, seconds: f64) -> String {
    format!("Built {} in {seconds:.1} s{}", size_text(built), rejected_note(built))
}

/// What is said where nothing was built.
fn unchanged_message(built: &BuildSummary) -> String {
    format!(
        "Nothing has changed since the last build: {}{}",
        size_text(built),
        rejected_note(built)
    )
}

fn size_text(built: &BuildSummary) -> String {
    format!(
        "{}, {} from {}",
        text::count_noun(built.pages, "page"),
        text::count_noun(built.series as u64, "series"),
        text::count_noun(built.records, "record"),
    )
}

fn rejected_note(built: &BuildSummary) -> String {
    if built.refused == 0 {
        return String::new();
    }
    let count = text::count(built.refused as u64);
    format!(" ({count} refused: see health/, and quarantine/ in the history directory)")
}

/// What was typed, with times read.
pub(crate) fn load_options(global: &GlobalArgs, site: &SiteArgs) -> anyhow::Result<LoadOptions> {
    if let Some(url) = &site.base_url
        && let Some(fault) = policy::semantics::url_fault(url)
    {
        anyhow::bail!("--base-url {url}: {fault}");
    }
    let now = match &global.now {
        Some(text) => Some(Timestamp::parse(text).map_err(anyhow::Error::msg).context("--now")?),
        None => source_date_epoch()?,
    };
    Ok(LoadOptions {
        data: global.data.clone(),
        policy: global.policy.clone(),
        demo: global.demo,
        with_archive: site.with_archive,
        cache: cache_folder(global),
        now,
        clock: clock(),
        base_url: site.base_url.clone(),
        explicit_index: site.explicit_index,
        audience: site.audience.map(|audience| match audience {
            AudienceArg::Public => policy::SiteAudience::Public,
            AudienceArg::Internal => policy::SiteAudience::Internal,
        }),
    })
}

/// Where the system keeps what can be made again; none where it names no such place, or where
/// `--no-cache` was given.
fn cache_folder(global: &GlobalArgs) -> Option<PathBuf> {
    let named = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name).filter(|value| !value.is_empty())?);
        path.is_absolute().then_some(path)
    };
    let home = || Some(named("HOME")?.join(".cache"));
    let root = named("XDG_CACHE_HOME").or_else(|| named("LOCALAPPDATA")).or_else(home)?;
    (!global.no_cache).then(|| root.join("benchpages"))
}

/// What becomes of the site that is there: where things are kept to be fast, it is one of them.
pub(crate) fn previous_site(options: &LoadOptions) -> PreviousSite {
    if options.cache.is_some() { PreviousSite::Keep } else { PreviousSite::Remove }
}

/// `SOURCE_DATE_EPOCH`, the convention of reproducible builds: seconds since 1970.
fn source_date_epoch() -> anyhow::Result<Option<Timestamp>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Err(_) => Ok(None),
        Ok(text) => {
            let seconds: i64 = text
                .parse()
                .with_context(|| format!("SOURCE_DATE_EPOCH={text} is no number of seconds"))?;
            Ok(Some(Timestamp::from_micros(seconds.saturating_mul(1_000_000))))
        }
    }
}

pub(crate) fn clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Timestamp::from_micros(i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_called_large_from_200_megabytes_or_20_000_files_on() {
        assert_eq!(size_warning(19_999, 199_999_999), None);
        for (files, bytes) in [(20_000, 1), (1, 200_000_000)] {
            let told = size_warning(files, bytes).unwrap();
            for remedy in ["site.detail: events-only", "benchpages rotate", "`ignore`"] {
                assert!(told.contains(remedy), "{told}");
            }
        }
    }
}
