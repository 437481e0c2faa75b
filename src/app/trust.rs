//! Whose rules and whose accepted changes count on a pull request.
//!
//! Whoever opens a pull request can edit every file in it. So the base decides, the branch that the
//! pull request is to be merged into, where a reviewer let the file in:
//!
//! | file | counts for a pull request |
//! |---|---|
//! | `policy.yml` | as it stands on the base, unless its `governance.policy_from` says `checkout` |
//! | `baselines.json` | as it stands on the base |
//! | `accepted.yml` | by `governance.accept_from` of that policy: the base's entries or all |
//!
//! Where git does not know the base, the checkout's thresholds apply, since there are no others,
//! but nobody may override and no accepted entry counts: not knowing is no reason to believe more.
//! Outside of a repository the directory is all there is. Its policy applies; under `accept_from:
//! base` no entry counts there, unless the caller vouches for the directory (`--trust-checkout`).
//!
//! Example: pull request 7 adds its author to `emergency_override_approvers` and raises the
//! threshold to 90 %. Neither does anything for pull request 7.

use std::path::Path;

use crate::app::policy_file::PolicyFile;
use crate::report::candidate::Candidate;
use crate::store;
use crate::vcs::git::{self, FileAtBase};
use model::pinned::{self, PinnedBaseline};
use model::policy::accepted::{self, AcceptedEntry};
use model::policy::{AcceptFrom, Policy, PolicyFrom};
use model::text;

/// What helps where git does not know the base.
const FETCH: &str = "fetch the history (fetch-depth: 0)";
/// What a reader learns of a policy that nobody could verify.
const NOTHING_COUNTS: &str = "no override and no accepted entry counts";

/// Where the base of a pull request is looked for.
pub(super) struct BaseFiles {
    /// Names of the base for git, the best first.
    names: Vec<String>,
    /// The caller vouches for the files of the directory.
    trust_checkout: bool,
}

/// Which policy a pull request is checked by.
pub(super) enum TrustedPolicy {
    /// That of the checkout, in full.
    Checkout,
    /// That of the checkout, for want of another one: thresholds, but no rights.
    Unverified,
    /// That of the base, which differs; none: the default policy, since the base has no file.
    Base(Option<Box<PolicyFile>>),
}

/// A decision, with what a reader of the report should know of it, in sentences.
pub(super) struct Decided<T> {
    pub(super) decision: T,
    pub(super) notices: Vec<String>,
}

impl<T> Decided<T> {
    fn silently(decision: T) -> Self {
        Self { decision, notices: Vec::new() }
    }

    fn because(decision: T, notice: String) -> Self {
        Self { decision, notices: vec![notice] }
    }
}

impl BaseFiles {
    /// The base that was asked for, the branch of the job's pull request (as fetched, then as
    /// checked out), the main branch of `origin`, and the measured base. The last is often older
    /// than the branch, which may hold entries that were accepted since.
    pub(super) fn of(
        data: &Path,
        base: Option<&str>,
        branch: Option<&str>,
        candidate: &Candidate,
        trust_checkout: bool,
    ) -> Self {
        // A checkout of a pull request has the branch as a remote one; a developer has it locally.
        let of_job = branch.map(|branch| [format!("origin/{branch}"), branch.to_owned()]);
        let main_branch = git::default_branch(data, "origin");
        let of_origin = main_branch.map(|branch| format!("origin/{branch}"));
        let names = base.map(str::to_owned).into_iter().chain(of_job.into_iter().flatten());
        let names = names.chain(of_origin).chain(candidate.base.clone()).collect();
        Self { names, trust_checkout }
    }

    fn read(&self, folder: &Path, file: &str) -> FileAtBase {
        git::file_at_base(folder, &self.names, file)
    }

    /// Decides on the policy; `path` and `checkout` are the checkout's, which may have none.
    pub(super) fn policy(
        &self,
        path: &Path,
        checkout: Option<&PolicyFile>,
    ) -> Decided<TrustedPolicy> {
        let shown = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if self.trust_checkout {
            let notice = "the files of the checkout count as they are (--trust-checkout).";
            return Decided::because(TrustedPolicy::Checkout, notice.to_owned());
        }
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        match (self.read(folder.unwrap_or(Path::new(".")), &shown), checkout) {
            (FileAtBase::Untracked | FileAtBase::Absent, None) => {
                Decided::silently(TrustedPolicy::Checkout)
            }
            (FileAtBase::Untracked, Some(_)) => Decided::because(
                TrustedPolicy::Checkout,
                format!("git does not track {shown} here, so it counts as it is."),
            ),
            (FileAtBase::UnknownBase, _) => Decided::because(
                TrustedPolicy::Unverified,
                format!("git does not know the base here, so {NOTHING_COUNTS}; {FETCH}."),
            ),
            (FileAtBase::Absent, Some(_)) => Decided::because(
                TrustedPolicy::Base(None),
                format!("the base has no {shown}; the default policy was applied."),
            ),
            (FileAtBase::Text(text), checkout) => {
                if checkout.is_some_and(|file| file.is_same_text(&text)) {
                    return Decided::silently(TrustedPolicy::Checkout);
                }
                differing_policy(&shown, PolicyFile::of_text(text, &format!("{shown} (base)")))
            }
        }
    }

    /// The pinned baselines that count: those of the base, where git knows it; `checkout` are those
    /// of the directory. Where the base is unknown, more pins can only make the check stricter.
    pub(super) fn baselines(
        &self,
        data: &Path,
        checkout: Vec<PinnedBaseline>,
    ) -> Decided<Vec<PinnedBaseline>> {
        if self.trust_checkout {
            return Decided::silently(checkout);
        }
        // Whoever opens a pull request could clear a pin that it would break.
        let of_base = match self.read(data, store::reviewed_file::BASELINES.name) {
            FileAtBase::Text(text) => match pinned::read(&text) {
                Ok(pins) => pins,
                // A file that cannot be read must not count as one without pins.
                Err(reason) => {
                    let notice = format!(
                        "baselines.json of the base has an error: {reason}; the checkout's pinned \
                         baselines count."
                    );
                    return Decided::because(checkout, notice);
                }
            },
            FileAtBase::Absent => Vec::new(),
            FileAtBase::Untracked | FileAtBase::UnknownBase => return Decided::silently(checkout),
        };
        if of_base == checkout {
            return Decided::silently(checkout);
        }
        let notice = "baselines.json differs from the base; the base's pinned baselines count.";
        Decided::because(of_base, notice.to_owned())
    }

    /// The entries of `accepted.yml` that count under this policy; `checkout` are those of the
    /// directory.
    pub(super) fn accepted(
        &self,
        data: &Path,
        policy: &Policy,
        checkout: Vec<AcceptedEntry>,
    ) -> Decided<Vec<AcceptedEntry>> {
        if self.trust_checkout {
            return Decided::silently(checkout);
        }
        let at_base = self.read(data, "accepted.yml");
        match (policy.governance.accept_from, at_base) {
            (AcceptFrom::Change, FileAtBase::Untracked) => Decided::silently(checkout),
            (_, FileAtBase::UnknownBase) => {
                none_count(&checkout, &format!("git does not know the base here; {FETCH}"))
            }
            (AcceptFrom::Base, FileAtBase::Untracked) => none_count(
                &checkout,
                "governance.accept_from is base, and the directory is in no git repository; run \
                 check with --trust-checkout if the entries are reviewed",
            ),
            (AcceptFrom::Base, FileAtBase::Absent) => none_count(
                &checkout,
                "governance.accept_from is base, and the base has no accepted.yml; merge the \
                 entries into the base first",
            ),
            (AcceptFrom::Base, FileAtBase::Text(text)) => match accepted::read(&text) {
                Ok(entries) => Decided::silently(entries),
                Err(error) => none_count(
                    &checkout,
                    &format!("accepted.yml of the base has an error: {}; correct it", error.reason),
                ),
            },
            (AcceptFrom::Change, FileAtBase::Absent) => own_entries(checkout, &[]),
            (AcceptFrom::Change, FileAtBase::Text(text)) => {
                own_entries(checkout, &accepted::read(&text).unwrap_or_default())
            }
        }
    }
}

/// A policy of the base that is not the checkout's.
fn differing_policy(shown: &str, base: PolicyFile) -> Decided<TrustedPolicy> {
    let Some(policy) = &base.parsed.policy else {
        let notice = format!(
            "{shown} of the base has errors, so that of the checkout was applied and \
             {NOTHING_COUNTS}; correct it on the base."
        );
        return Decided::because(TrustedPolicy::Unverified, notice);
    };
    match policy.governance.policy_from {
        PolicyFrom::Base => Decided::because(
            TrustedPolicy::Base(Some(Box::new(base))),
            format!("{shown} differs from the base; the base's policy was applied."),
        ),
        PolicyFrom::Checkout => Decided::because(
            TrustedPolicy::Checkout,
            format!(
                "{shown} differs from the base; that of the checkout was applied \
                 (governance.policy_from: checkout)."
            ),
        ),
    }
}

/// No entry counts; silent where there is none.
fn none_count(checkout: &[AcceptedEntry], why: &str) -> Decided<Vec<AcceptedEntry>> {
    let entries = checkout.len() as u64;
    if entries == 0 {
        return Decided::silently(Vec::new());
    }
    let entries = text::count_noun(entries, "entry");
    Decided::because(Vec::new(), format!("{entries} of accepted.yml not counted: {why}."))
}

/// All entries count; says how many of them the base does not have.
fn own_entries(
    checkout: Vec<AcceptedEntry>,
    base: &[AcceptedEntry],
) -> Decided<Vec<AcceptedEntry>> {
    let added = checkout.iter().filter(|entry| !base.contains(entry)).count() as u64;
    if added == 0 {
        return Decided::silently(checkout);
    }
    let notice = format!(
        "accepted.yml differs from the base by {}; the checkout's entries count \
         (governance.accept_from: change).",
        text::count_noun(added, "entry")
    );
    Decided::because(checkout, notice)
}
