//! A file is replaced whole or not at all: written beside its place, then renamed over it.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

/// Puts a file in the place of another; who may read it stays as it was.
///
/// # Errors
/// The disk refuses; the file is as before then.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failure = || format!("cannot write {}", path.display());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    // Temporary files are private; this one becomes a file of the history, for which the umask
    // decides.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = builder.tempfile_in(folder).with_context(failure)?;
    file.write_all(bytes).with_context(failure)?;
    // Before the rename: after a power cut the name would lead to an empty file.
    file.as_file().sync_all().with_context(failure)?;
    if let Ok(facts) = std::fs::metadata(path) {
        file.as_file().set_permissions(facts.permissions()).with_context(failure)?;
    }
    file.persist(path).with_context(failure)?;
    Ok(())
}
