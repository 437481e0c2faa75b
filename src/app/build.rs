//! From a [`Project`] to a site's folder.

use std::path::Path;

use crate::app::load::{Project, analyze, load_history};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::page_cache::{CachedOutput, PageCache};
use crate::app::pull_checks;
use crate::app::up_to_date::{BuildFingerprint, BuildRecord, BuildSummary};
use crate::app::warning::WarningKind;
use crate::output;
use crate::output::leftovers::Cleanup;
use crate::output::previous::PreviousSite;
use crate::report::page_detail::ResolvedDetail;
use crate::site;
use crate::site::shard::SiteShard;
use model::text;

/// From these sizes on a build warns: long before a site is too large for GitHub Pages (1 GB), so
/// that there is time for a remedy.
const WARN_BYTES: u64 = 667_000_000;
const WARN_FILES: u64 = 20_000;

/// The end of a build.
pub(crate) enum BuildResult {
    Built(BuildSummary),
    /// The site is that of the last build, which was not touched.
    UpToDate(BuildSummary),
}

/// Builds the site of a history directory, unless the site that is there is the same.
///
/// # Errors
/// As [`load_history`] and [`build_site`].
pub(crate) fn build(
    options: &LoadOptions,
    out: &Path,
    observer: &dyn Observer,
) -> anyhow::Result<BuildResult> {
    output::apart::check_apart(out, &options.data)?;
    let fingerprint = BuildFingerprint::of(options, out);
    // Leftovers of a killed run are cleaned up by the next one, also where nothing else has
    // changed.
    let current = fingerprint.as_ref().filter(|_| !output::leftovers::exist(out));
    if let Some(last) = current.and_then(|fingerprint| fingerprint.last_build(out)) {
        // A warning that is shown once would be missed: whoever builds again still has its cause.
        last.warnings.iter().for_each(|warning| observer.warn(warning));
        return Ok(BuildResult::UpToDate(last.summary));
    }
    let loaded = load_history(options, observer)?;
    let pull_checks = pull_checks::of(&loaded, options);
    let mut project = Project { pull_checks, ..analyze(loaded, options, observer) };
    let summary = build_project(&mut project, options, out, observer)?;
    // Ages go on with the days, unless the time was given or is that of the demo's newest record.
    let has_fixed_time = options.now.is_some() || project.history.counts.demo > 0;
    let warnings = project.warnings.into_iter().chain(size_warning(&summary)).collect();
    let record = BuildRecord { summary, warnings };
    if let Some(fingerprint) = fingerprint {
        fingerprint.write_record(out, &record, has_fixed_time);
    }
    Ok(BuildResult::Built(record.summary))
}

/// Writes the site of a loaded project, and reports warnings, stages and the size of its input.
///
/// # Errors
/// As [`build_site`].
pub(crate) fn build_project(
    project: &mut Project,
    options: &LoadOptions,
    out: &Path,
    observer: &dyn Observer,
) -> anyhow::Result<BuildSummary> {
    let files = text::count_noun(project.contents.files as u64, "file");
    let megabytes = project.contents.bytes as f64 / 1e6;
    observer.detail(&format!("read {files}, {megabytes:.1} MB"));
    project.warnings.iter().for_each(|warning| observer.warn(warning));
    let built = build_site(project, out, SiteReuse::of(options, out), observer);
    // Reported also where writing failed: the time until then may say why.
    project.stages.finish("wrote");
    observer.stages(&project.stages);
    let summary = built?;
    observer.detail(&format!(
        "{} of {} are those of the last build",
        text::count(summary.reused),
        text::count_noun(summary.files, "file"),
    ));
    let detail = ResolvedDetail::of(&project.policy, &project.series);
    detail.sentence(&project.policy).iter().for_each(|sentence| observer.info(sentence));
    size_warning(&summary).iter().for_each(|warning| observer.warn(warning));
    Ok(summary)
}

/// Writes the site of a project into a folder.
///
/// # Errors
/// The folder holds something else than a site, a page cannot be made, or the disk fails.
pub(crate) fn build_site(
    project: &Project,
    out: &Path,
    reuse: SiteReuse,
    observer: &dyn Observer,
) -> anyhow::Result<BuildSummary> {
    let SiteReuse { previous, pages } = reuse;
    let output = output::Output::prepare(out, previous, &project.policy.site.keep)?;
    let progress = |done, total| observer.progress("writing files", done, total);
    let files = CachedOutput { output: &output, pages: &pages };
    let rendered = site::render(&site_input(project), SiteShard::WHOLE, &files, &progress)?;
    let summary = BuildSummary {
        pages: rendered.pages,
        files: rendered.files,
        reused: rendered.reused,
        series: project.series.len(),
        records: project.history.counts.records,
        rejected: project.history.rejected_records.len(),
        ..BuildSummary::default()
    };
    let summary = finish_output(output, summary, observer)?;
    pages.finish();
    Ok(summary)
}

/// Puts a written site in its place, and completes the summary of it.
///
/// # Errors
/// As [`Output::commit`](output::Output::commit).
pub(crate) fn finish_output(
    output: output::Output,
    summary: BuildSummary,
    observer: &dyn Observer,
) -> anyhow::Result<BuildSummary> {
    let written = output.commit()?;
    cleanup_line(&written.cleanup).iter().for_each(|line| observer.info(line));
    if let Some(leftover) = &written.leftover {
        observer.warn(&WarningKind::OldSite.label(format!(
            "the replaced site cannot be removed as a whole; look at the rest in {} and delete it",
            leftover.display()
        )));
    }
    Ok(BuildSummary {
        bytes: written.bytes,
        cleanup: written.cleanup,
        routes: written.routes,
        ..summary
    })
}

/// What becomes of the site before this one: it stays beside the new one and the next build writes
/// over it, which takes a third of the system time of making all files anew. `--no-cache` asks for
/// nothing to be kept.
pub(crate) fn previous_site(options: &LoadOptions) -> PreviousSite {
    if options.cache.is_some() { PreviousSite::Keep } else { PreviousSite::Remove }
}

/// What a build takes from the sites before it, and leaves to the next.
pub(crate) struct SiteReuse {
    previous: PreviousSite,
    pages: PageCache,
}

impl SiteReuse {
    /// What these options allow.
    pub(crate) fn of(options: &LoadOptions, out: &Path) -> Self {
        Self { previous: previous_site(options), pages: PageCache::of(options, out) }
    }

    /// Nothing is taken, and nothing is left.
    #[cfg(feature = "bench")]
    pub(crate) fn none() -> Self {
        Self { previous: PreviousSite::Remove, pages: PageCache::none() }
    }
}

/// What the site is made of.
pub(crate) fn site_input(project: &Project) -> site::SiteInput<'_> {
    let contents = &project.contents;
    site::SiteInput {
        history: &project.history,
        series: &project.series,
        analyses: &project.analyses,
        targets: &project.targets,
        policy: &project.policy,
        policy_sha: project.policy_sha.clone(),
        notes: &contents.notes,
        accepted: &contents.accepted,
        problems: &contents.problems,
        ingest_problems: &contents.ingest_problems,
        sessions: &project.sessions,
        pull_checks: &project.pull_checks,
        ignored: project.ignored,
        only_in_pulls: project.only_in_pulls,
        not_covered: &project.not_covered,
        templates: &contents.templates,
        audit: &contents.audit,
        options: project.site.clone(),
    }
}

/// `Cleaned up after a stopped build: removed .site.benchpages-x1; brought back .git`.
fn cleanup_line(cleanup: &Cleanup) -> Option<String> {
    let part = |verb: &str, names: &[String]| {
        (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")))
    };
    let removed = part("removed", &cleanup.removed);
    let restored = part("brought back", &cleanup.restored);
    let parts: Vec<String> = removed.into_iter().chain(restored).collect();
    (!parts.is_empty()).then(|| format!("Cleaned up after a stopped build: {}", parts.join("; ")))
}

/// What to do about a site that will be too large for its host.
pub(crate) fn size_warning(site: &BuildSummary) -> Option<String> {
    let is_large = site.bytes >= WARN_BYTES || site.files >= WARN_FILES;
    is_large.then(|| {
        WarningKind::LargeSite.label(format!(
            "the site has {} in {:.0} MB; the limit of GitHub Pages is 1 GB. To make it smaller: \
             `site.detail: events-only` in the policy, or `auto` with a lower \
             `site.max_megabytes`, gives quiet series no page of their own, \
             `benchpages rotate` moves old results to the archive, and `ignore` in the policy \
             leaves out what no view (`dashboard_presets`) needs",
            text::count_noun(site.files, "file"),
            site.bytes as f64 / 1e6,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: u64, bytes: u64) -> BuildSummary {
        BuildSummary { files, bytes, ..BuildSummary::default() }
    }

    #[test]
    fn a_site_is_called_large_from_667_megabytes_or_20_000_files_on() {
        assert_eq!(size_warning(&site(19_999, 666_999_999)), None);
        for (files, bytes) in [(20_000, 1), (1, 667_000_000)] {
            let warning = size_warning(&site(files, bytes)).unwrap();
            for remedy in ["site.detail: events-only", "benchpages rotate", "`ignore`"] {
                assert!(warning.contains(remedy), "{warning}");
            }
        }
    }
}
