//! `erase`: a person's name, or whole records, leave every file of the history.
//!
//! What the program cannot reach, or must not change, is part of the answer: the caller learns what
//! remains, and which command removes it.

use crate::app::analysis_blocks;
use crate::app::audit;
use crate::app::load::load_history;
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links};
use crate::store;
use crate::store::erase::{Erasure, ErasureResult};
use crate::store::repair::BACKUP;
use anyhow::bail;
use model::audit::reason::reason_fault;
use model::erase::NameEraser;
use model::filter::Filter;
use model::text;

/// What version control keeps. The archive is compressed, so a tool that replaces texts in old
/// commits does not see into it: the newest state alone is safe.
const GIT_REMAINS: &str = "git keeps every earlier version: commit the change, then replace the \
                           history branch by its newest state, from a checkout of it: `git push \
                           --force origin \"$(git commit-tree -m history HEAD^{tree}):refs/heads/\
                           benchmark-data\"`; rewrite other branches with `git filter-repo \
                           --replace-text FILE`";

/// What is to be erased, why, and by whom.
pub(crate) struct EraseRequest {
    /// Names that leave every text; empty where records are removed.
    pub(crate) names: Vec<String>,
    /// Records that are removed, as on the command line.
    pub(crate) filters: Vec<String>,
    pub(crate) reason: String,
    pub(crate) actor: String,
    /// Say only what would change.
    pub(crate) dry_run: bool,
}

/// What was erased, or would be, and what remains.
pub(crate) struct EraseAnswer {
    pub(crate) result: ErasureResult,
    /// Places out of reach, each with the remedy, in sentences.
    pub(crate) remaining: Vec<String>,
}

/// Erases and logs it.
///
/// # Errors
/// The names or the filter are none, the reason says nothing, the policy cannot be read, or a file
/// cannot be read or written; files before that one are complete, and a second run completes it.
pub(crate) fn erase(options: &LoadOptions, request: &EraseRequest) -> anyhow::Result<EraseAnswer> {
    let erasure = erasure(request)?;
    let loaded = load_history(options, &Silent)?;
    let clean = |text: &str| text::publishable(&erasure.clean(text));
    let (reason, actor) = (clean(request.reason.trim()), clean(&request.actor));
    if let Some(fault) = reason_fault(&reason, loaded.policy.governance.min_reason_length) {
        bail!("--reason: {fault}; say why without the erased name");
    }
    let directory = Directory::new(&options.data, Links::Reject);
    // A broken log takes no line, so nothing may be erased without one.
    if let Some(broken) = store::audit::read(&directory)?.broken {
        bail!("audit.ndjson:{}: {}; restore the log before erasing", broken.line, broken.reason);
    }
    let lock = match request.dry_run {
        true => None,
        false => Some(HistoryLock::acquire(&options.data, "erase")?),
    };
    let tracked = &loaded.policy.runner_fingerprinting.track_fields;
    let result = store::erase::apply(&directory, lock.as_ref(), &erasure, tracked)?;
    if let Some(lock) = &lock {
        if !result.files.is_empty() {
            let entry = audit::erasure_entry(&result, actor, reason, loaded.now);
            store::audit::append(&directory, lock, &entry)?;
        }
        if let Some(cache) = &options.cache {
            store::remove_parse_cache(cache, &options.data)?;
            analysis_blocks::remove(cache, &options.data)?;
        }
    }
    let mut remaining = remaining(&result);
    if options.data.join(BACKUP).is_dir() {
        remaining.push(format!("copies that `doctor --fix` made may hold it: remove {BACKUP}/"));
    }
    Ok(EraseAnswer { result, remaining })
}

fn erasure(request: &EraseRequest) -> anyhow::Result<Erasure> {
    if request.filters.is_empty() {
        return NameEraser::new(&request.names).map(Erasure::Names).map_err(anyhow::Error::msg);
    }
    let filter = Filter::parse_args(&request.filters).map_err(anyhow::Error::msg)?;
    if filter == Filter::default() {
        bail!("the filter holds for every record: name a benchmark, such as `test=sum_*`");
    }
    if filter.days.is_some() || filter.regression.is_some() {
        bail!(
            "`days` and `regression` are about changes, not records: filter by what was measured"
        );
    }
    Ok(Erasure::Records(Box::new(filter)))
}

/// What no run of this program can erase.
fn remaining(result: &ErasureResult) -> Vec<String> {
    let mut remaining: Vec<String> = result
        .untouched
        .iter()
        .map(|file| {
            format!(
                "{file} still holds it: edit it by hand, but not audit.ndjson, which would not \
                 verify any more"
            )
        })
        .collect();
    remaining.push(GIT_REMAINS.to_owned());
    remaining.push(
        "the published site shows it until the next `benchpages build` and deployment; remove the \
         folder of the previous site (.site.benchpages.former) and old artifacts of CI"
            .to_owned(),
    );
    remaining
}
