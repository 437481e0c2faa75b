//! Which program the proposed workflows run: a release by its version, the commit it was built
//! from, and the checksums of its archives, all in `.github/benchpages-install.sh`. Rejects a list
//! of checksums that has no archive of this version.
//!
//! A program cannot hold the checksum of the archive that it comes in. It does know its commit, and
//! GitHub attests from which commit an archive was made: that is verified where no checksum is
//! pinned.

use std::path::Path;

use anyhow::{Context, bail};

use crate::files::{self, Links, SizeLimit};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Empty where the build did not know it.
const COMMIT: &str = env!("BENCHPAGES_BUILD_COMMIT");
/// A list of checksums has a few lines.
const SUMS_LIMIT: SizeLimit = SizeLimit { bytes: 1 << 20, key: None };
const SHA256_DIGITS: usize = 64;

const STEPS: &str = include_str!(concat!("../../templates/", "init/install-steps.yml"));

/// What is verified before a workflow runs the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct PinnedProgram {
    /// SHA-256 of each archive of this version; none where GitHub's attestation is verified.
    checksums: Vec<String>,
}

impl PinnedProgram {
    /// The program, with the checksums of a file as the release has it, `SHA256SUMS`.
    ///
    /// # Errors
    /// The file cannot be read, or lists no archive of this version.
    pub(crate) fn new(checksums: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = checksums else { return Ok(Self::default()) };
        let bytes = files::read(path, Links::Follow, SUMS_LIMIT)?;
        let text = String::from_utf8(bytes).with_context(|| format!("{}", path.display()))?;
        let checksums = archive_checksums(&text);
        if checksums.is_empty() {
            bail!(
                "{}: no checksum of an archive benchpages-{VERSION}-…; download the SHA256SUMS of \
                 the release v{VERSION}",
                path.display()
            );
        }
        Ok(Self { checksums })
    }

    /// A template with the steps that install the program, or with the values that they verify.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("__INSTALL_MEASURED__\n", &steps("measured", "No job that can write uses it."))
            .replace("__INSTALL_TRUSTED__\n", &steps("trusted", "No job that measures uses it."))
            .replace("__VERSION__", VERSION)
            .replace("__COMMIT__", COMMIT)
            .replace("__CHECKSUMS__", &self.checksums.join(" "))
    }
}

/// The steps of a job. Jobs that run code of the project have a cache apart, since that code could
/// write into it.
fn steps(cache: &str, note: &str) -> String {
    STEPS.replace("__CACHE__", cache).replace("__CACHE_NOTE__", note)
}

/// The checksums of the archives of this version, in their order. Other lines may be there.
fn archive_checksums(text: &str) -> Vec<String> {
    let mut checksums = Vec::new();
    for line in text.lines() {
        // `*` marks a file that was read as binary.
        let Some((checksum, name)) = line.split_once(char::is_whitespace) else { continue };
        let name = name.trim().trim_start_matches('*');
        let is_checksum = checksum.len() == SHA256_DIGITS
            && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Nothing but digits of a checksum gets into the script.
        if is_checksum && is_archive(name) {
            checksums.push(checksum.to_ascii_lowercase());
        }
    }
    checksums
}

fn is_archive(name: &str) -> bool {
    let target = name.strip_prefix("benchpages-").and_then(|name| name.strip_prefix(VERSION));
    target.is_some_and(|target| {
        target.starts_with('-') && (target.ends_with(".tar.gz") || target.ends_with(".zip"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_checksums_of_archives_of_this_version_are_pinned() {
        let (linux, windows) = ("a".repeat(64), "B".repeat(64));
        let text = format!(
            "{linux}  benchpages-{VERSION}-x86_64-unknown-linux-musl.tar.gz\n\
             {windows} *benchpages-{VERSION}-x86_64-pc-windows-msvc.zip\n\
             {linux}  benchpages-99.0.0-x86_64-apple-darwin.tar.gz\n\
             {linux}  benchpages-{VERSION}.cdx.json\n\
             $(reboot)  benchpages-{VERSION}-x.tar.gz\n\nabc\n"
        );
        assert_eq!(archive_checksums(&text), [linux, windows.to_ascii_lowercase()]);
    }

    #[test]
    fn jobs_that_measure_share_no_cache_with_others() {
        let filled = PinnedProgram::default().fill("__INSTALL_MEASURED__\n__INSTALL_TRUSTED__\n");
        assert_eq!(filled.matches("key: benchpages-measured-").count(), 1, "{filled}");
        assert_eq!(filled.matches("key: benchpages-trusted-").count(), 1, "{filled}");
    }
}
