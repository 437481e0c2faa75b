//! `accept`: an entry for `accepted.yml`, with the regressions that it covers.
//!
//! Refuses what covers nothing: an entry whose glob or commit is misspelled would wait for the next
//! regression and let that one in unseen.

use std::path::Path;

use anyhow::{Context, bail};

use crate::app::audit;
use crate::app::existing;
use crate::app::load::{Project, load};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::regressions::{self, RegressionLookup, SeriesRegression};
use crate::store;
use crate::vcs::git;
use model::audit::reason::reason_fault;
use model::commit_ref::MIN_PREFIX;
use model::history::Commit;
use model::policy::accepted::{self, AcceptedEntry};
use model::record::time::{DAY_US, Timestamp};
use model::series::CommitIndex;
use model::text;

/// The branch on which the workflows of `init` keep the history.
const HISTORY_BRANCH: &str = "benchmark-data";
/// Suggestions where nothing matches.
const MAX_SUGGESTIONS: usize = 5;

/// What is to be accepted.
pub(crate) struct AcceptRequest {
    /// A glob for names of series.
    pub(crate) series: String,
    /// A commit, or the beginning of its id.
    pub(crate) commit: String,
    pub(crate) reason: String,
    pub(crate) by: String,
    /// Largest change that is covered, relative and unsigned; none: the measured one.
    pub(crate) max_change: Option<f64>,
    pub(crate) expires: Option<Expiry>,
}

/// When an entry stops counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// When this day begins.
    On(Timestamp),
    /// This many days from now.
    AfterDays(u16),
}

/// An entry that can be written.
pub(crate) struct Acceptance {
    pub(crate) project: Project,
    pub(crate) entry: AcceptedEntry,
    /// Regressions at the commit, largest first, in series that match.
    pub(crate) regressions: Vec<SeriesRegression>,
    /// Number of series that match.
    pub(crate) matching: usize,
    old_text: String,
    new_text: String,
    now: Timestamp,
}

/// Prepares an entry; nothing is written yet.
///
/// # Errors
/// The history cannot be loaded; no series matches, the commit is not measured, or nothing got
/// worse there and no size is given; the same is accepted already; `accepted.yml` has an error.
pub(crate) fn prepare(
    options: &LoadOptions,
    request: &AcceptRequest,
) -> anyhow::Result<Acceptance> {
    let now = options.time();
    let expires = request.expires.map(|expiry| expiry.time(now)).transpose()?;
    let project = load(options, &Silent)?;
    let reason = text::publishable(request.reason.trim());
    if let Some(fault) = reason_fault(&reason, project.policy.governance.min_reason_length) {
        bail!("--reason: {fault}; reviewers and readers of the chart want to know why");
    }
    let lookup = RegressionLookup {
        history: &project.history,
        series: &project.series,
        analyses: &project.analyses.by_series,
    };
    let matching = lookup.series_matching(&request.series);
    if project.series.is_empty() {
        bail!("{}", no_history(&options.data));
    }
    if matching.is_empty() {
        bail!("{}", existing::no_series(&project.series, &request.series));
    }
    let commit = resolve_commit(&lookup, &request.commit, &matching)?;
    let regressions = lookup.regressions_at(&matching, commit);
    let id = &project.history.commits[commit.0 as usize].id;
    if regressions.is_empty() && request.max_change.is_none() {
        bail!(
            "no regression at {} in the {} that match `{}`{}\n\
             to accept a change before it is measured, give its size: --max-change 20%",
            text::short_commit(id),
            text::count_noun(matching.len() as u64, "series"),
            request.series,
            open_regressions(&lookup, &matching)
        );
    }
    // Without a size, later runs would still move the level beyond the one measured today: the
    // allowance is rounded up.
    let max_change = request.max_change.or_else(|| regressions::allowance(&regressions));
    let entry = AcceptedEntry {
        series: request.series.clone(),
        commit: id.clone(),
        pull: pull_of(&project.history.commits[commit.0 as usize]),
        max_change: max_change.unwrap_or_default(),
        reason,
        by: text::publishable(&request.by),
        expires,
    };
    reject_duplicate(&project, &entry, now)?;
    // The new text is parsed before it is written, so that a file with an error is never extended.
    let old_text = store::reviewed_file::ACCEPTED.read(&options.directory())?;
    let path = store::reviewed_file::ACCEPTED.path(&options.data);
    let new_text = accepted::append(&old_text, &entry).map_err(|reason| {
        let path = path.display();
        anyhow::anyhow!("{path}: {reason}; correct the file first, nothing was written")
    })?;
    let matching = matching.len();
    Ok(Acceptance { project, entry, regressions, matching, old_text, new_text, now })
}

/// The pull request of a commit that the main line does not have yet: merged, it gets another id.
fn pull_of(commit: &Commit) -> Option<u64> {
    commit.pull.filter(|_| !commit.main_line)
}

impl Acceptance {
    /// What is appended to `accepted.yml`.
    pub(crate) fn added_text(&self) -> &str {
        self.new_text.strip_prefix(self.old_text.as_str()).unwrap_or(&self.new_text)
    }

    /// Logs the entry, then writes it. In this order, because the program can be killed in between:
    /// a line in the log without an entry lets nothing in, an entry without a line would.
    ///
    /// # Errors
    /// One of them cannot be written, or `accepted.yml` has changed since it was read; then it is
    /// as it was.
    pub(crate) fn write(&self, options: &LoadOptions) -> anyhow::Result<()> {
        let directory = Directory::new(&options.data, Links::Reject);
        let lock = HistoryLock::acquire(&options.data, "accept")?;
        if store::reviewed_file::ACCEPTED.read(&directory)? != self.old_text {
            let path = store::reviewed_file::ACCEPTED.path(&options.data);
            bail!("{} was changed by somebody else; run the command again", path.display());
        }
        let entry = audit::accepted_entry(&self.entry, self.regressions.len(), self.now);
        store::audit::append(&directory, &lock, &entry).context("nothing was accepted")?;
        store::reviewed_file::ACCEPTED
            .write(&directory, &lock, &self.new_text)
            .context("nothing was accepted, though the log has the entry; run the command again")
    }
}

impl Expiry {
    pub(super) fn time(self, now: Timestamp) -> anyhow::Result<Timestamp> {
        let time = match self {
            Self::On(day) => day,
            Self::AfterDays(days) => {
                Timestamp::from_micros((now.day() + i64::from(days)).saturating_mul(DAY_US))
            }
        };
        if time <= now {
            let date = text::iso_date(time);
            bail!("{date} is in the past, so the entry would never count");
        }
        Ok(time)
    }
}

/// The one measured commit with this name.
fn resolve_commit(
    lookup: &RegressionLookup<'_>,
    name: &str,
    matching: &[usize],
) -> anyhow::Result<CommitIndex> {
    if let Some(commit) = lookup.commit_named(name)? {
        return Ok(commit);
    }
    // Only the commit itself: an entry for another one would accept what nobody looked at.
    if let Some(id) = git::ancestors(name).first()
        && let Some(commit) = lookup.commit_named(id)?
    {
        return Ok(commit);
    }
    let length = if name.len() < MIN_PREFIX {
        format!(" (an id is named by its first {MIN_PREFIX} characters or more)")
    } else {
        String::new()
    };
    bail!("no measured commit is called `{name}`{length}{}", open_regressions(lookup, matching))
}

/// What could be accepted in these series instead, as it would be typed.
fn open_regressions(lookup: &RegressionLookup<'_>, matching: &[usize]) -> String {
    let open = lookup.open_regressions(matching);
    if open.is_empty() {
        return "; these series have no open regression".to_owned();
    }
    let mut out = "; open regressions:".to_owned();
    for regression in open.iter().take(MAX_SUGGESTIONS) {
        let commit = &lookup.history.commits[regression.commit.0 as usize];
        let name = regressions::shell_glob(&lookup.series[regression.series].key.name());
        let change = text::percent_change(regression.change);
        out.push_str(&format!("\n  --commit {} --series '{name}'  ({change})", commit.id));
    }
    out
}

/// What helps where there are no records: they have a branch of their own.
fn no_history(data: &Path) -> String {
    let data = data.display();
    let quoted = data.to_string().replace('\'', "'\\''");
    format!(
        "{data}: no records here; the workflows keep them on the branch {HISTORY_BRANCH}\n\
         to unpack them, run in the root of the repository, then try again:\n  \
         git fetch origin {HISTORY_BRANCH} && git archive FETCH_HEAD | \
         tar --extract --directory '{quoted}' --skip-old-files"
    )
}

fn reject_duplicate(
    project: &Project,
    entry: &AcceptedEntry,
    now: Timestamp,
) -> anyhow::Result<()> {
    let covers = |earlier: &&AcceptedEntry| {
        (&earlier.series, &earlier.commit) == (&entry.series, &entry.commit)
            && earlier.max_change >= entry.max_change
            && earlier.expires.is_none_or(|until| until > now)
    };
    if let Some(earlier) = project.contents.accepted.iter().find(covers) {
        bail!("already accepted by {}: {}", earlier.by, earlier.reason);
    }
    Ok(())
}
