//! `audit export`: the evidence bundle of a history directory, for audits.

use std::path::Path;

use crate::app::load_options::LoadOptions;
use crate::app::policy_file::PolicyFile;
use crate::app::verify::{self, AuditVerification, HeadSource};
use crate::export::evidence::{self, EvidenceInput, PolicyCommit, PolicyVersion};
use crate::site::redact;
use crate::store;
use crate::vcs::file_versions::{FileVersion, file_versions};
use model::policy::threshold::policy_sha;
use model::policy::{Policy, show};
use model::text::emails::without_emails;

/// What stands in the place of a secret.
const MASK: &str = "redacted";

/// A bundle that was written.
pub(crate) struct EvidenceBundle {
    pub(crate) verification: AuditVerification,
    pub(crate) files: usize,
}

/// Writes the bundle. A broken log is evidence too: it is exported with its faults.
///
/// # Errors
/// The directory, its log or its policy cannot be read, or the bundle cannot be written.
pub(crate) fn export(
    options: &LoadOptions,
    source: Option<&HeadSource>,
    out: &Path,
) -> anyhow::Result<EvidenceBundle> {
    let verification = verify::verify(&options.data, source, None)?;
    let directory = options.directory();
    let file = options.policy_file()?;
    let policy = file.as_ref().and_then(|file| file.parsed.policy.clone()).unwrap_or_default();
    let input = EvidenceInput {
        chain: verification.chain.clone(),
        log: store::audit::text(&directory)?,
        accepted: without_emails(&store::reviewed_file::ACCEPTED.read(&directory)?).into_owned(),
        policies: versions(options, file.as_ref(), &policy),
        effective_policy: masked(show::to_yaml(&policy), &policy),
        faults: verification.faults.clone(),
        reach: verification.reach.clone(),
    };
    let files = evidence::files(&input);
    store::bundle::write(out, &files)?;
    Ok(EvidenceBundle { verification, files: files.len() })
}

/// The versions of the policy that the repository has, and the one in force.
fn versions(
    options: &LoadOptions,
    file: Option<&PolicyFile>,
    policy: &Policy,
) -> Vec<PolicyVersion> {
    let path = options.policy_path();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let hides_authors = redact::hides_authors(&policy.site);
    let mut versions: Vec<PolicyVersion> = Vec::new();
    for FileVersion { commit, text } in file_versions(folder.unwrap_or(Path::new(".")), &name) {
        let commit = PolicyCommit {
            author: commit.author.filter(|_| !hides_authors),
            id: commit.id,
            time: commit.time,
        };
        let sha = policy_sha(&text);
        match versions.iter_mut().find(|version| version.sha == sha) {
            Some(version) => version.commits.push(commit),
            None => versions.push(version(text, vec![commit])),
        }
    }
    // Last, and once: a version that came back is in force again.
    if let Some(file) = file {
        let at = versions.iter().position(|version| version.sha == file.sha());
        let current = at.map(|at| versions.remove(at));
        versions.push(current.unwrap_or_else(|| version(file.text.clone(), Vec::new())));
    }
    versions
}

fn version(text: String, commits: Vec<PolicyCommit>) -> PolicyVersion {
    let sha = policy_sha(&text);
    let shown = match &PolicyFile::of_text(text.clone(), "policy.yml").parsed.policy {
        Some(policy) => masked(text.clone(), policy),
        // Nobody knows which of its addresses is the webhook's.
        None => text.lines().map(without_address).collect(),
    };
    PolicyVersion { is_masked: shown != text, sha, text: shown, commits }
}

/// A line with its line end, unless it holds an address.
fn without_address(line: &str) -> String {
    format!("{}\n", if line.contains("://") { MASK } else { line })
}

/// A text of the policy without e-mail addresses and without the address of its webhook, which is
/// as good as a password.
fn masked(text: String, policy: &Policy) -> String {
    let text = without_emails(&text).into_owned();
    let webhook = policy.notify.webhook.as_ref();
    match webhook.and_then(|webhook| webhook.url.as_ref()).filter(|url| !url.is_empty()) {
        Some(url) => text.replace(url, MASK),
        None => text,
    }
}
