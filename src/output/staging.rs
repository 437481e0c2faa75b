//! The staging folder of a run: a new one beside the target, or the site before the last one.

use std::io;

use tempfile::TempDir;

use crate::output::error::OutputError;
use crate::output::manifest::MarkerFile;
use crate::output::previous::{self, PreviousSite, ReusableFiles};
use crate::output::target::OutputTarget;

/// New folders made before a run gives up: another run that cleans up may take a folder for that of
/// a killed run as long as it has no locked marker.
const MAX_ATTEMPTS: usize = 10;

/// A folder that becomes a site.
#[derive(Debug)]
pub(super) struct Staging {
    pub(super) folder: TempDir,
    pub(super) marker: MarkerFile,
    /// Files of an older site in it, to be written over.
    pub(super) reusable: ReusableFiles,
}

impl Staging {
    /// Makes the folder, or takes the kept site.
    ///
    /// # Errors
    /// Nothing can be written beside the target.
    pub(super) fn open(
        target: &OutputTarget,
        previous: PreviousSite,
        keep: &[String],
    ) -> Result<Self, OutputError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let folder = create_folder(target)?;
            let claimed = match previous {
                PreviousSite::Keep => previous::claim(target, keep, folder.path()),
                PreviousSite::Remove => None,
            };
            if let Some((marker, reusable)) = claimed {
                return Ok(Self { folder, marker, reusable });
            }
            match MarkerFile::create(folder.path()) {
                Ok(marker) => {
                    return Ok(Self { folder, marker, reusable: ReusableFiles::default() });
                }
                Err(error) if was_cleaned_up(&error) && attempts < MAX_ATTEMPTS => {}
                Err(error) => return Err(OutputError::at(folder.path())(error)),
            }
        }
    }
}

/// Whether another run has just removed the folder, or is about to.
fn was_cleaned_up(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::WouldBlock)
}

fn create_folder(target: &OutputTarget) -> Result<TempDir, OutputError> {
    let prefix = target.staging_prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    // The folder becomes the site, which a web server of another user reads: the umask decides,
    // where a temporary folder would be private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(&target.parent).map_err(OutputError::at(&target.parent))
}
