//! `shard votes`: all parts → the analysis of a site, as one file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::app::load::{OpenedDirectory, Project, analyze};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::pull_checks;
use crate::app::shard::{analysis_file, part_file};
use crate::store::part_input;
use model::history::build::HistoryBuilder;
use model::text;

/// What an analysis file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnalysisSummary {
    pub(crate) parts: usize,
    pub(crate) records: u64,
    pub(crate) series: usize,
    pub(crate) bytes: u64,
}

/// Merges parts, analyzes their records with what else the history directory holds, and writes
/// everything that a site is made of.
///
/// # Errors
/// A part is damaged or was read under another policy, or as
/// [`load_history`](crate::app::load::load_history).
pub(crate) fn votes(
    options: &LoadOptions,
    parts: &[PathBuf],
    out: &Path,
    observer: &dyn Observer,
) -> anyhow::Result<AnalysisSummary> {
    let policy_file = options.policy_file()?;
    let opened = OpenedDirectory::open_with(options, policy_file.as_ref())?;
    let policy_text = policy_file.as_ref().map(|file| file.text.as_str());
    let parts = part_file::list(parts)?;
    let mut contents = part_input::read_beside(&opened.source)?;
    let (done, total) = (AtomicU64::new(0), parts.len() as u64);
    let progress = |more| {
        let done = done.fetch_add(more, Ordering::Relaxed) + more;
        observer.progress("reading parts", done, total);
    };
    let reading = Arc::clone(&opened.source.reading);
    let none = HistoryBuilder::new(Arc::clone(&reading));
    contents.records = part_file::read_all(&parts, &reading, none, &progress)?;
    let missing = part_input::files_in_no_part(&opened.source, &contents.records)?;
    if let Some(first) = missing.first() {
        // No error: whoever makes a site of some of the files may mean it.
        observer.warn(&format!(
            "{} in {} are in no part, such as {first}: run `benchpages shard map` for them too",
            text::count_noun(missing.len() as u64, "file"),
            options.data.display(),
        ));
    }
    let loaded = opened.into_history(contents, observer)?;
    let pull_checks = pull_checks::of(&loaded, options);
    let mut project = Project { pull_checks, ..analyze(loaded, options, observer) };
    project.warnings.iter().for_each(|warning| observer.warn(warning));
    let bytes = analysis_file::write(out, &mut project, policy_text)?;
    project.stages.finish("wrote");
    observer.stages(&project.stages);
    Ok(AnalysisSummary {
        parts: parts.len(),
        records: project.history.counts.records,
        series: project.series.len(),
        bytes,
    })
}
