//! What exists, where a name matches nothing: the nearest names, and how many more there are.

use crate::app::observer::Observer;
use crate::app::warning::with_code;
use model::filter::{Filter, FilterSubject};
use model::history::History;
use model::pinned::PinnedBaseline;
use model::policy::diagnostic::PolicyFaultKind;
use model::policy::unmatched::filter_fault;
use model::series::Series;
use model::text;

/// Names that are listed.
const MAX_NAMES: usize = 10;

/// `no series matches `parse/*`; similar names: …, and 55 more`.
pub(crate) fn no_series(series: &[Series], glob: &str) -> String {
    let names = similar(glob, series.iter().map(|series| series.key.name()).collect());
    format!("no series matches `{glob}`; similar names: {names} (a glob covers many: 'parse/*')")
}

/// `no pinned baseline matches `parse/*`; pinned: …, and 3 more`.
pub(crate) fn no_pin(pins: &[PinnedBaseline], glob: &str) -> String {
    if pins.is_empty() {
        return "no baseline is pinned; `benchpages baseline set --series NAME --reason TEXT` pins \
                one"
        .to_owned();
    }
    let names = similar(glob, pins.iter().map(|pin| pin.series.clone()).collect());
    format!("no pinned baseline matches `{glob}`; pinned: {names}")
}

/// Why a name stands for no commit, and the newest one that is measured.
pub(crate) fn no_commit(history: &History, name: &str) -> String {
    let newest = history.commits.iter().rev().find(|commit| commit.main_line);
    let measured = newest.map_or_else(
        || "no commit is measured yet: `benchpages ingest FILE` records one".to_owned(),
        |commit| format!("the newest measured one is {}", text::short_commit(&commit.id)),
    );
    format!("`{name}` is not a measured commit, nor a name that git knows here; {measured}")
}

/// The names that are most like a glob, and how many more there are.
fn similar(glob: &str, names: Vec<String>) -> String {
    let count = names.len();
    let near = nearest(&glob.replace('*', ""), names.into_iter());
    let more = match count.saturating_sub(near.len()) {
        0 => String::new(),
        more => format!(", and {} more", text::count(more as u64)),
    };
    near.join(", ") + &more
}

/// Warns where a filter holds for no series.
pub(crate) fn warn_of_filter(filter: &Filter, series: &[Series], observer: &dyn Observer) {
    let subjects: Vec<FilterSubject<'_>> =
        series.iter().map(|series| series.key.subject(&series.tags)).collect();
    if let Some(fault) = filter_fault(filter, &subjects) {
        let warning = format!("the filter matches no series: {fault}");
        observer.warn(&with_code(&warning, PolicyFaultKind::NoMatch.code()));
    }
}

/// The names that are most like this one, the nearest first.
pub(crate) fn nearest(name: &str, all: impl Iterator<Item = String>) -> Vec<String> {
    let mut scored: Vec<(f64, String)> =
        all.map(|other| (strsim::jaro_winkler(name, &other), other)).collect();
    // Jaro-Winkler favors a common beginning, and names begin with the test.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(MAX_NAMES).map(|(_, name)| name).collect()
}
