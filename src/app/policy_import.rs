//! `policy import`: a file of thresholds, budgets or alert rules as entries of the policy.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::load_options::LoadOptions;
use crate::files::lock::HistoryLock;
use crate::files::{self, Directory, Links, SizeLimit};
use model::policy::diagnostic;
use model::policy::import::{self, ImportedPolicy};
use model::text::terminal::TerminalText;

/// Documents with a table of budgets are small; a larger file is something else.
const IMPORT_LIMIT: SizeLimit = SizeLimit { bytes: 256 << 10, key: None };

/// What was read from a file.
pub(crate) struct PolicyImport {
    pub(crate) imported: ImportedPolicy,
    text: String,
}

impl PolicyImport {
    /// All faults, with file, line and column.
    pub(crate) fn faults(&self, color: bool) -> TerminalText {
        diagnostic::render(&self.imported.faults, &self.text, color)
    }
}

/// Reads a file.
///
/// # Errors
/// It cannot be read, or is not UTF-8. What is wrong with its content is in the result.
pub(crate) fn read_import(path: &Path) -> anyhow::Result<PolicyImport> {
    let bytes = files::read(path, Links::Follow, IMPORT_LIMIT)?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let imported = import::import(&text, &path.display().to_string());
    Ok(PolicyImport { imported, text })
}

/// Puts the entries at the end of their sections in the policy; its path.
///
/// # Errors
/// The policy cannot be read or written, has errors, or has an entry of the same name; it is as
/// before then.
pub(crate) fn write_import(
    imported: &ImportedPolicy,
    options: &LoadOptions,
) -> anyhow::Result<PathBuf> {
    let path = options.policy_path();
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|it| it.to_str()))
    else {
        bail!("{} is no file name", path.display());
    };
    let lock = HistoryLock::acquire(&options.data, "policy import")?;
    // A bare file name has an empty parent, which is this folder.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let old = options.policy_file()?.map(|file| file.text).unwrap_or_default();
    let new = import::merge(&old, imported, &path.display().to_string())
        .map_err(|why| anyhow::anyhow!("{}: {why}; nothing was written", path.display()))?;
    Directory::new(folder, Links::Reject).replace(&lock, name, new.as_bytes())?;
    Ok(path)
}
