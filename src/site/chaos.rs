//! What chaos experiments did to a series: a sentence for its page, numbers for its JSON.

use crate::report::wording;
use crate::site::context::SiteContext;
use detect::chaos::{ChaosImpact, ChaosWindow, measure_impact};
use model::note::Note;

/// One experiment and its impact.
pub(crate) struct SeriesChaos<'a> {
    pub(crate) note: &'a Note,
    pub(crate) window: ChaosWindow,
    pub(crate) impact: ChaosImpact,
}

/// The experiments that the series was measured in, newest first.
pub(crate) fn of_series<'a>(site: &SiteContext<'a>, index: usize) -> Vec<SeriesChaos<'a>> {
    let (series, analysis) = site.series(index);
    let experiments = site.notes_about(index).filter_map(|dated| {
        let note = dated.note;
        let window = ChaosWindow { first_day: note.date?, last_day: note.chaos_until? };
        let impact = measure_impact(series, analysis, window)?;
        Some(SeriesChaos { note, window, impact })
    });
    let mut experiments: Vec<SeriesChaos<'_>> = experiments.collect();
    experiments.sort_by_key(|it| std::cmp::Reverse(it.window.first_day));
    experiments
}

/// One line for each experiment.
pub(crate) fn sentences(site: &SiteContext<'_>, index: usize) -> Vec<ChaosLine> {
    let (series, analysis) = site.series(index);
    let line = |it: SeriesChaos<'_>| ChaosLine {
        title: it.note.title.clone(),
        text: wording::chaos(series, analysis.threshold, it.window, &it.impact),
    };
    of_series(site, index).into_iter().map(line).collect()
}

/// What the page of a series says of an experiment.
pub(crate) struct ChaosLine {
    pub(crate) title: String,
    pub(crate) text: String,
}
