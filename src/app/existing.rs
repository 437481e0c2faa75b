//! What exists, where a name matches nothing: the nearest names, and how many more there are.

use crate::app::observer::Observer;
use crate::app::warning::with_code;
use model::filter::{Filter, FilterSubject};
use model::policy::diagnostic::PolicyFaultKind;
use model::policy::unmatched::filter_fault;
use model::series::Series;
use model::text;

/// Names that are listed.
const MAX_NAMES: usize = 10;

/// `no series matches `parse/*`; similar names: …, and 55 more`.
pub(crate) fn no_series(series: &[Series], glob: &str) -> String {
    let names = series.iter().map(|series| series.key.name());
    let near = nearest(&glob.replace('*', ""), names);
    let more = match series.len().saturating_sub(near.len()) {
        0 => String::new(),
        more => format!(", and {} more", text::count(more as u64)),
    };
    format!(
        "no series matches `{glob}`; similar names: {}{more} (a glob covers many: 'parse/*')",
        near.join(", ")
    )
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
