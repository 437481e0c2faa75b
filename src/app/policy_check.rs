//! `policy check`: the errors of a policy file, and what of it selects no series of its history.

use std::path::{Path, PathBuf};

use crate::app::load::{OpenedDirectory, group_series, read_history};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::app::policy_file::PolicyFile;
use crate::files::Links;
use model::policy::diagnostic::Diagnostic;
use model::policy::unmatched::find_unmatched;
use model::policy::{Policy, diagnostic};
use model::text::terminal::TerminalText;

/// What was found in a policy file.
pub(crate) struct PolicyExamination {
    pub(crate) diagnostics: Vec<Diagnostic>,
    text: String,
    /// What the targets were not compared with, in a sentence; none where they were, or where there
    /// are none.
    pub(crate) note: Option<String>,
}

impl PolicyExamination {
    /// All faults, with file, line and column.
    pub(crate) fn faults(&self, color: bool) -> TerminalText {
        diagnostic::render(&self.diagnostics, &self.text, color)
    }
}

/// Examines a policy file. Targets are compared with the series of the history that it belongs to:
/// the directory that it stands in, else that of the options where it is their policy.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn examine_policy(
    path: &Path,
    options: &LoadOptions,
) -> anyhow::Result<PolicyExamination> {
    let file = PolicyFile::read(path, Links::Follow)?;
    let mut diagnostics = file.parsed.diagnostics.clone();
    let note = match &file.parsed.policy {
        // The errors come first: what a broken policy selects is not known.
        Some(policy) if has_targets(policy) => match history_of(path, options) {
            Some(data) => match unmatched(path, data, &file, options) {
                Ok(found) => {
                    diagnostics.extend(found);
                    None
                }
                Err(error) => Some(format!("targets not compared with series: {error:#}")),
            },
            None => Some(
                "targets not compared with series: the policy is in no history directory (--data \
                 DIR --policy FILE)"
                    .to_owned(),
            ),
        },
        _ => None,
    };
    diagnostics.sort_by_key(|it| (it.span.start, it.level));
    Ok(PolicyExamination { diagnostics, text: file.text, note })
}

fn has_targets(policy: &Policy) -> bool {
    !policy.budgets.is_empty() || !policy.sla.is_empty() || !policy.alerts.is_empty()
}

fn history_of(path: &Path, options: &LoadOptions) -> Option<PathBuf> {
    let is_history = |folder: &Path| folder.join("results").is_dir();
    let parent = path.parent().map(Path::to_owned).filter(|folder| is_history(folder));
    let is_of_options = path == options.policy_path();
    parent.or_else(|| Some(options.data.clone()).filter(|data| is_of_options && is_history(data)))
}

fn unmatched(
    path: &Path,
    data: PathBuf,
    file: &PolicyFile,
    options: &LoadOptions,
) -> anyhow::Result<Vec<Diagnostic>> {
    // Which series there are does not depend on whether they are made up.
    let options = LoadOptions { data, demo: true, ..options.clone() };
    let loaded = read_history(OpenedDirectory::open_with(&options, Some(file))?, &Silent)?;
    let series = group_series(&loaded.history, &loaded.policy).series;
    // A history without results has no series yet; that its targets match none is no mistake.
    anyhow::ensure!(!series.is_empty(), "the history has no records yet");
    let subjects: Vec<_> = series.iter().map(|it| it.key.subject(&it.tags)).collect();
    Ok(find_unmatched(&loaded.policy, &file.text, &path.display().to_string(), &subjects))
}
