//! `doctor`: examines a history that other commands may refuse to load.

use crate::app::load::{LoadOptions, Project, load};
use crate::app::observer::Silent;
use crate::doctor::{self, DoctorFinding, DoctorInput};

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
    let parsed = options.policy_file()?.map(|file| file.parsed);
    // An empty file is the default policy; the rest of the history can still be examined by it.
    let default_policy = tempfile::NamedTempFile::new()?;
    if parsed.as_ref().is_some_and(|parsed| parsed.policy.is_none()) {
        lenient.policy = Some(default_policy.path().to_owned());
    }
    // A full load, as a build does it: noise and missing runs are findings that need an analysis.
    let project = load(&lenient, &Silent)?;
    let diagnostics = parsed.map(|parsed| parsed.diagnostics).unwrap_or_default();
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
        now: project.site.now,
        demo: options.demo,
    });
    Ok(Examination { findings, project })
}
