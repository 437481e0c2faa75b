//! `benchpages build`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;

use crate::cli::args::{Audience, Build, Format, Global, Site};
use crate::cli::talk::{self, Talk};
use crate::output::former::Former;
use crate::project::stages::{Progress, Stages};
use crate::project::{self, Built, Options, Project};
use crate::unchanged::{Inputs, Known};
use model::policy;
use model::record::time::Timestamp;
use model::text;

/// From here on people are told, long before a site is too large for GitHub Pages (1 GB).
const WARN_BYTES: u64 = 200_000_000;
const WARN_FILES: u64 = 20_000;

pub(crate) fn run(global: &Global, args: &Build, talk: &Talk) -> anyhow::Result<u8> {
    let started = Instant::now();
    let options = options(global, &args.site)?;
    let (built, changed) = make_or_keep(&options, &args.site, talk)?;
    let seconds = started.elapsed().as_secs_f64();
    match args.format {
        Format::Text if !changed => talk.info(&kept(&built)),
        Format::Text => talk.info(&closing(&built, seconds)),
        Format::Json => {
            let mut answer = serde_json::to_value(&built)?;
            answer["seconds"] = seconds.into();
            answer["out"] = serde_json::to_value(&args.site.out)?;
            return talk::answer(format!("{answer}\n").as_bytes());
        }
    }
    Ok(0)
}

/// Builds, unless that would make the site that is there; whether it did.
fn make_or_keep(options: &Options, site: &Site, talk: &Talk) -> anyhow::Result<(Built, bool)> {
    let inputs = Inputs::look(options, &site.out);
    if let Some(known) = inputs.as_ref().and_then(|inputs| inputs.known(&site.out)) {
        known.warnings.iter().for_each(|warning| talk.warn(warning));
        return Ok((known.built, false));
    }
    let (project, built) = make(options, site, talk, &project::load)?;
    let timeless = options.now.is_some() || project.history.counts.demo > 0;
    let warnings =
        project.warnings.iter().cloned().chain(too_large(built.files, built.bytes)).collect();
    let known = Known { built, warnings };
    if let Some(inputs) = inputs {
        inputs.note_down(&site.out, &known, timeless);
    }
    Ok((known.built, true))
}

/// Loads a project.
type Load = dyn Fn(&Options, &Progress<'_>) -> anyhow::Result<Project>;

/// Loads and builds once, telling what was noticed.
pub(crate) fn make(
    options: &Options,
    site: &Site,
    talk: &Talk,
    load: &Load,
) -> anyhow::Result<(Project, Built)> {
    let started = Instant::now();
    let meter = talk.meter();
    let mut project = load(options, &meter)?;
    let read = text::counted(project.files as u64, "file");
    let size = project.bytes as f64 / 1e6;
    stage(talk, &format!("read {read}, {size:.1} MB, and analysed"), started);
    for warning in &project.warnings {
        talk.warn(warning);
    }
    let started = Instant::now();
    let built = project::build(&project, &site.out, former(options), &meter);
    talk.end_progress();
    project.stages.end("wrote");
    stage(talk, "wrote the site", started);
    stages(talk, &project.stages);
    let built = built?;
    if let Some(warning) = too_large(built.files, built.bytes) {
        talk.warn(&warning);
    }
    Ok((project, built))
}

/// What to do about a site that will be too large for where it is to stand.
fn too_large(files: u64, bytes: u64) -> Option<String> {
    let large = bytes >= WARN_BYTES || files >= WARN_FILES;
    large.then(|| {
        format!(
            "the site has {} in {:.0} MB, and GitHub Pages stops at 1 GB; to make it smaller, \
             `site.detail: events-only` in the policy gives quiet series no page of their own, \
             `benchpages rotate` moves old results to the archive, and `ignore` in the policy \
             leaves out what no view (`dashboard_presets`) needs",
            text::counted(files, "file"),
            bytes as f64 / 1e6,
        )
    })
}

/// How long each stage took, and the most memory used until its end, at `-vv`.
pub(crate) fn stages(talk: &Talk, stages: &Stages) {
    if talk.verbose() > 1 {
        let told = stages.ended.iter().map(|stage| {
            let peak = stage.peak.map_or_else(String::new, |peak| {
                format!(" (memory up to {:.1} MB)", peak as f64 / 1e6)
            });
            format!("{} {:.3} s{peak}", stage.name, stage.took.as_secs_f64())
        });
        talk.detail(&format!("of that: {}", told.collect::<Vec<_>>().join(", ")));
    }
}

fn stage(talk: &Talk, what: &str, started: Instant) {
    talk.detail(&format!("{what} in {:.3} s", started.elapsed().as_secs_f64()));
}

/// `Built 412 pages, 65 series from 3,900 records in 0.1 s (3 refused: see …)`.
pub(crate) fn closing(built: &Built, seconds: f64) -> String {
    format!("Built {} in {seconds:.1} s{}", size(built), refused(built))
}

/// What is said where nothing was built.
fn kept(built: &Built) -> String {
    format!("Nothing has changed since the last build: {}{}", size(built), refused(built))
}

fn size(built: &Built) -> String {
    format!(
        "{}, {} from {}",
        text::counted(built.pages, "page"),
        text::counted(built.series as u64, "series"),
        text::counted(built.records, "record"),
    )
}

fn refused(built: &Built) -> String {
    if built.refused == 0 {
        return String::new();
    }
    let count = text::count(built.refused as u64);
    format!(" ({count} refused: see health/, and quarantine/ in the history directory)")
}

/// What was typed, with times read.
pub(crate) fn options(global: &Global, site: &Site) -> anyhow::Result<Options> {
    if let Some(url) = &site.base_url
        && let Some(fault) = policy::meaning::url_fault(url)
    {
        anyhow::bail!("--base-url {url}: {fault}");
    }
    let now = match &global.now {
        Some(text) => Some(Timestamp::parse(text).map_err(anyhow::Error::msg).context("--now")?),
        None => source_date_epoch()?,
    };
    Ok(Options {
        data: global.data.clone(),
        policy: global.policy.clone(),
        demo: global.demo,
        with_archive: site.with_archive,
        cache: cache(global),
        now,
        clock: clock(),
        base_url: site.base_url.clone(),
        explicit_index: site.explicit_index,
        audience: site.audience.map(|audience| match audience {
            Audience::Public => policy::Audience::Public,
            Audience::Internal => policy::Audience::Internal,
        }),
    })
}

/// Where the system keeps what can be made again; none where it names no such place, or where
/// `--no-cache` was given.
fn cache(global: &Global) -> Option<PathBuf> {
    let named = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name).filter(|value| !value.is_empty())?);
        path.is_absolute().then_some(path)
    };
    let home = || Some(named("HOME")?.join(".cache"));
    let root = named("XDG_CACHE_HOME").or_else(|| named("LOCALAPPDATA")).or_else(home)?;
    (!global.no_cache).then(|| root.join("benchpages"))
}

/// What becomes of the site that is there: where things are kept to be fast, it is one of them.
pub(crate) fn former(options: &Options) -> Former {
    if options.cache.is_some() { Former::Keep } else { Former::Remove }
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
        assert_eq!(too_large(19_999, 199_999_999), None);
        for (files, bytes) in [(20_000, 1), (1, 200_000_000)] {
            let told = too_large(files, bytes).unwrap();
            for remedy in ["site.detail: events-only", "benchpages rotate", "`ignore`"] {
                assert!(told.contains(remedy), "{told}");
            }
        }
    }
}
