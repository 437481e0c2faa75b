//! `doctor`: examines a history that other commands may refuse to load.

use crate::app::load::{Project, load};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::doctor::{self, DoctorFinding, DoctorInput};
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::store::repair::{self, RepairedFile};
use model::policy::unmatched::find_unmatched;

/// What was found in a history.
pub(crate) struct Examination {
    pub(crate) findings: Vec<DoctorFinding>,
    pub(crate) project: Project,
}

/// Examines a history directory.
///
/// # Errors
/// The directory or the policy file cannot be read. What is in them never fails this.
pub(crate) fn examine(options: &LoadOptions) -> anyhow::Result<Examination> {
    // Demo records and a policy with errors are findings here, and end other commands.
    let mut lenient = LoadOptions { demo: true, ..options.clone() };
    let file = options.policy_file()?;
    let parsed = file.as_ref().map(|file| &file.parsed);
    // An empty file is the default policy; the rest of the history can still be examined by it.
    let default_policy = tempfile::NamedTempFile::new()?;
    if parsed.as_ref().is_some_and(|parsed| parsed.policy.is_none()) {
        lenient.policy = Some(default_policy.path().to_owned());
    }
    // A full load, as a build does it: noise and missing runs are findings that need an analysis.
    let project = load(&lenient, &Silent)?;
    let mut diagnostics = parsed.map(|parsed| parsed.diagnostics.clone()).unwrap_or_default();
    if let Some(file) = file.as_ref().filter(|_| !project.series.is_empty()) {
        let path = options.policy_path().display().to_string();
        let series: Vec<_> = project.series.iter().map(|it| it.key.subject(&it.tags)).collect();
        diagnostics.extend(find_unmatched(&project.policy, &file.text, &path, &series));
    }
    let findings = doctor::examine(&DoctorInput {
        history: &project.history,
        series: &project.series,
        analyses: &project.analyses.by_series,
        machine_differences: &project.machine_differences,
        policy: &project.policy,
        diagnostics: &diagnostics,
        accepted: &project.contents.accepted,
        problems: &project.contents.problems,
        audit: &project.contents.audit,
        now: project.site.as_of,
        demo: options.demo,
    });
    Ok(Examination { findings, project })
}

/// What was repaired, or would be.
pub(crate) struct RepairAnswer {
    pub(crate) files: Vec<RepairedFile>,
    /// The folder with copies of these files as they were; none where nothing was written.
    pub(crate) backup: Option<String>,
    /// A sentence about what killed processes had left.
    pub(crate) leftovers: Option<String>,
}

/// Repairs what is safe; `dry_run` only says what that is.
///
/// # Errors
/// The history cannot be read or written, or another process writes in it.
pub(crate) fn fix(options: &LoadOptions, dry_run: bool) -> anyhow::Result<RepairAnswer> {
    let directory = Directory::new(&options.data, Links::Reject);
    if dry_run {
        let files = repair::plan(&directory)?;
        return Ok(RepairAnswer { files, backup: None, leftovers: None });
    }
    // The lock removes what killed processes left, so even a sound history is locked.
    let lock = HistoryLock::acquire(&options.data, "doctor --fix")?;
    let files = repair::plan(&directory)?;
    // No colons: the name is one of Windows, too.
    let time = options.time().to_string().replace(':', "");
    let backup = match files.as_slice() {
        [] => None,
        files => Some(repair::apply(&directory, &lock, files, &time)?),
    };
    Ok(RepairAnswer { files, backup, leftovers: lock.leftovers_warning() })
}
