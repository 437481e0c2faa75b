//! `audit verify`: whether the log is what was once written, and how far the proof goes.
//!
//! The chain of hashes proves the lines that are there. Only a head that was kept elsewhere proves
//! that no line is missing at the end and that nobody wrote the log anew: one that the caller
//! names, or that of the site beside the history directory.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::{Directory, Links};
use crate::store;
use model::audit::AuditChain;
use model::audit::head::{AuditHead, HeadMismatch};
use model::text;

/// The head's file within a site.
const SITE_FILE: &str = "api/v2/health.json";
/// The folder of a site beside its history directory: the default of `build --out`.
const DEFAULT_SITE: &str = "site";

/// Where a head comes from.
#[derive(Clone, Debug)]
pub(crate) enum HeadSource {
    /// The head itself.
    Given(AuditHead),
    /// The result of a check, a site's `health.json` or an earlier `audit verify --format json`.
    File(PathBuf),
    Stdin,
    /// The folder of a site.
    Site(PathBuf),
}

/// A log, and what is wrong with it.
pub(crate) struct AuditVerification {
    pub(crate) chain: AuditChain,
    /// The log, for messages.
    pub(crate) path: String,
    /// Each with its place and remedy; none where the log holds.
    pub(crate) faults: Vec<String>,
    /// How far the proof goes, in a sentence.
    pub(crate) reach: String,
}

/// A head, and its place for messages.
struct KnownHead {
    head: AuditHead,
    place: String,
}

/// Verifies the log of a history directory against a head, and that a line with the hash
/// `contains` is in it.
///
/// # Errors
/// There is no such directory, the log cannot be read, or no head can be read from `source`.
pub(crate) fn verify(
    data: &Path,
    source: Option<&HeadSource>,
    contains: Option<&str>,
) -> anyhow::Result<AuditVerification> {
    let chain = read(data)?;
    let known = match source {
        Some(source) => Some(source.read()?),
        None => head_of_site_beside(data),
    };
    let path = store::audit::path(data).display().to_string();
    let mut faults: Vec<String> = chain_fault(data, &chain, &path).into_iter().collect();
    faults.extend(contains.and_then(|hash| missing_hash(&chain, hash, &path)));
    faults.extend(known.as_ref().and_then(|known| known.fault(&chain, &path)));
    let reach = match &known {
        Some(known) => format!("{}: compared with the head of {}", known.place, known.lines()),
        None => {
            "compared with no earlier state, so a log that was cut or emptied looks like a new \
                 one: pass --head (the result of a check, or api/v2/health.json of the published \
                 site)"
                .to_owned()
        }
    };
    Ok(AuditVerification { chain, path, faults, reach })
}

/// Reads the log of a history directory.
///
/// # Errors
/// There is no such directory, or the log cannot be read.
pub(crate) fn read(data: &Path) -> anyhow::Result<AuditChain> {
    if !data.is_dir() {
        anyhow::bail!("no history directory at {}: name it with --data DIR", data.display());
    }
    Ok(store::audit::read(&directory(data))?)
}

fn directory(data: &Path) -> Directory {
    Directory::new(data, Links::Reject)
}

/// A break of the chain, or a file without a line: the first line comes with the file.
fn chain_fault(data: &Path, chain: &AuditChain, path: &str) -> Option<String> {
    let broken = chain.broken.as_ref();
    let fault = broken.map(|broken| format!("{path}:{}: {}", broken.line, broken.reason));
    let is_empty_file = || store::audit::is_emptied(&directory(data)).unwrap_or(false);
    fault.or_else(|| {
        is_empty_file().then(|| {
            format!(
                "{path}:1: the file is empty, so every line was removed: restore it from version \
                 control"
            )
        })
    })
}

fn missing_hash(chain: &AuditChain, hash: &str, path: &str) -> Option<String> {
    (!chain.contains(hash)).then(|| {
        format!("{path}: no line has the hash {hash}: lines were cut off, or the log was replaced")
    })
}

/// The head of the site in the default place; none where there is none that can be read.
fn head_of_site_beside(data: &Path) -> Option<KnownHead> {
    let site = HeadSource::Site(data.parent()?.join(DEFAULT_SITE));
    site.read().ok()
}

impl HeadSource {
    /// A head, `-`, or the path of a file.
    pub(crate) fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(head) => Self::Given(head),
            Err(_) if text == "-" => Self::Stdin,
            Err(_) => Self::File(PathBuf::from(text)),
        }
    }

    /// # Errors
    /// The file cannot be read, or holds no head of a log that was intact.
    fn read(&self) -> anyhow::Result<KnownHead> {
        let place = match self {
            Self::Given(head) => {
                return Ok(KnownHead { head: head.clone(), place: "--head".to_owned() });
            }
            Self::Stdin => "stdin".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Site(folder) => folder.join(SITE_FILE).display().to_string(),
        };
        let mut text = String::new();
        let read = match self {
            Self::Stdin => std::io::stdin().lock().read_to_string(&mut text),
            _ => std::fs::File::open(&place).and_then(|mut file| file.read_to_string(&mut text)),
        };
        read.with_context(|| {
            format!("cannot read the head {place}: name COUNT:HASH or a file that holds one")
        })?;
        let head = AuditHead::from_json(&text).map_err(|fault| {
            anyhow::anyhow!("{place}: no head: {fault}; name the JSON of a check or of the site")
        })?;
        Ok(KnownHead { head, place })
    }
}

impl KnownHead {
    fn lines(&self) -> String {
        text::count_noun(self.head.count, "line")
    }

    /// Why the log does not go on from here.
    fn fault(&self, chain: &AuditChain, path: &str) -> Option<String> {
        let Err(mismatch) = self.head.check(chain) else { return None };
        let remedy = "restore the log from version control";
        let (place, lines) = (&self.place, self.lines());
        Some(match mismatch {
            HeadMismatch::Shorter { lines: proven } => format!(
                "{path}: {} verified, and {place} knows {lines}: lines were cut off or removed; \
                 {remedy}",
                text::count_noun(proven, "line")
            ),
            HeadMismatch::Rewritten => format!(
                "{path}:{}: the line is not the one that {place} knows: the log was rewritten; \
                 {remedy}, or name the head of this log with --head",
                self.head.count
            ),
        })
    }
}
