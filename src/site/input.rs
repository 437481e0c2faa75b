//! What a site is made of: a loaded history with its analyses, the policy, and how to build.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::pull_check::PullCheck;
use crate::report::session::CandidateSession;
use crate::site::book::Book;
use detect::Analyses;
use detect::targets::TargetResult;
use model::audit::AuditChain;
use model::history::History;
use model::note::Note;
use model::policy::Policy;
use model::policy::accepted::AcceptedEntry;
use model::record::Problem;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

/// Everything that the pages are about.
pub(crate) struct SiteInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    pub(crate) analyses: &'a Analyses,
    /// Budgets, service levels and alerts, the worst first.
    pub(crate) targets: &'a [TargetResult],
    pub(crate) policy: &'a Policy,
    /// Short hash of the policy's text.
    pub(crate) policy_sha: String,
    pub(crate) notes: &'a [Note],
    pub(crate) accepted: &'a [AcceptedEntry],
    pub(crate) audit: &'a AuditChain,
    /// Problems of files other than records: notes, `accepted.yml`, the audit log.
    pub(crate) problems: &'a [Problem],
    /// Parts of other tools' files that were rejected when ingested.
    pub(crate) ingest_problems: &'a [Problem],
    /// What pull requests measured side by side with their bases, by their commits.
    pub(crate) sessions: &'a BTreeMap<CommitIndex, CandidateSession>,
    /// What the checks of the newest pull requests say, by their numbers.
    pub(crate) pull_checks: &'a BTreeMap<u64, PullCheck>,
    /// How many series the policy hides.
    pub(crate) ignored: usize,
    /// How many series only pull requests have.
    pub(crate) only_in_pulls: usize,
    /// Combinations of the policy's matrix that no series measures.
    pub(crate) not_covered: &'a [String],
    /// The user's own templates: file name, text.
    pub(crate) templates: &'a [(String, String)],
    pub(crate) options: SiteOptions,
}

/// How the site is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SiteOptions {
    /// The time of the build. Nothing in the site reads a clock, so that the same input gives the
    /// same bytes. It stands on the pages that are about the build, and nowhere else.
    pub(crate) built: Timestamp,
    /// The time up to which ages are counted, which is the same for all builds of a day.
    pub(crate) as_of: Timestamp,
    /// Where the site will be served, with a trailing slash.
    pub(crate) base_url: Option<String>,
    /// Write `index.html` in links, for reading from disk.
    pub(crate) explicit_index: bool,
    /// The documentation of the project, where it is shown.
    pub(crate) book: Option<Book>,
}
