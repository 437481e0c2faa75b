//! The sections of data health that list series: missing results, failed runs, noise.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::pages::health::{HealthSection, MAX_ROWS};
use model::record::shorten;
use model::record::time::Timestamp;
use model::text;

/// Series whose newest run is missing, failed or long ago.
pub(super) fn freshness(site: &SiteContext<'_>, root: LinkRoot) -> Option<HealthSection> {
    let mut late: Vec<usize> = site
        .series_indices()
        .filter(|index| {
            let analysis = site.series(*index).1;
            analysis.is_retired || analysis.verdict.has_no_result()
        })
        .collect();
    late.sort_by_key(|index| site.series(*index).0.runs.last().map(|run| run.time));
    let all = late.len();
    let rows = late.into_iter().take(MAX_ROWS).map(|index| {
        let (series, analysis) = site.series(index);
        let newest =
            series.runs.last().map_or_else(|| "never".to_owned(), |run| text::date(run.time));
        // The most specific reason that is known.
        let why = if analysis.is_retired {
            "retired: no run for more than max_age_days".to_owned()
        } else if let Some(error) = series.runs.last().and_then(|run| run.error()) {
            format!("failed: {}", shorten(error, 120))
        } else {
            "did not run with the others".to_owned()
        };
        vec![
            series_cell(site, root, index),
            Phrase::new("").text(newest),
            Phrase::new("").text(why),
        ]
    });
    let rows: Vec<Vec<Phrase>> = rows.collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "freshness",
        title: "Missing results",
        note: format!("{}, oldest first.", text::count_noun(all as u64, "series")),
        heads: vec!["Series", "Latest run", "Reason"],
        rows,
    })
}

/// The newest failed runs.
pub(super) fn failures(site: &SiteContext<'_>, root: LinkRoot) -> Option<HealthSection> {
    let mut failed: Vec<(Timestamp, usize, usize)> = Vec::new();
    for index in site.series_indices() {
        for (at, run) in site.series(index).0.runs.iter().enumerate() {
            if run.value.is_none() {
                failed.push((run.time, index, at));
            }
        }
    }
    failed.sort_by_key(|(time, index, at)| (std::cmp::Reverse(*time), *index, *at));
    let all = failed.len() as u64;
    let rows: Vec<Vec<Phrase>> = failed
        .into_iter()
        .take(MAX_ROWS)
        .map(|(time, index, at)| {
            let error = site.series(index).0.runs[at].error().unwrap_or("no reason given");
            vec![
                series_cell(site, root, index),
                Phrase::new("").text(text::date(time)),
                Phrase::new("").name(shorten(error, 200).into_owned()),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| HealthSection {
        id: "failed",
        title: "Failed runs",
        note: format!("{}, newest first. A failed run has no value.", text::count_noun(all, "run")),
        heads: vec!["Series", "Date", "Error"],
        rows,
    })
}

/// Series by noise, the noisiest first.
pub(super) fn noise(site: &SiteContext<'_>, root: LinkRoot) -> Option<HealthSection> {
    let mut noisy: Vec<(f64, usize)> = site
        .series_indices()
        .filter_map(|index| site.series(index).1.noise.map(|noise| (noise, index)))
        .collect();
    // By index within a noise, so that two builds list the same ten.
    noisy.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let rows: Vec<Vec<Phrase>> = noisy
        .into_iter()
        .take(10)
        .map(|(noise, index)| {
            let analysis = site.series(index).1;
            let flagged = analysis.flags.iter().filter(|flags| flags.is_noisy).count() as u64;
            let least = analysis.detectable_change_90.map_or_else(|| "–".to_owned(), text::percent);
            vec![
                series_cell(site, root, index),
                Phrase::new("").text(text::percent(noise)),
                Phrase::new("").text(least),
                Phrase::new("").text(text::count(flagged)),
            ]
        })
        .collect();
    let warning = text::percent(site.input.policy.data_quality.variance_warning_ratio);
    (!rows.is_empty()).then(|| HealthSection {
        id: "noise",
        title: "Noisiest series",
        note: format!(
            "Noise is the robust standard deviation of one run. Large spread counts the runs whose \
             own spread exceeds {warning} of their value."
        ),
        heads: vec!["Series", "Noise", "Detectable change", "Large spread"],
        rows,
    })
}

fn series_cell(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    let key = &site.series(index).0.key;
    Phrase::new("")
        .link(root.to(&site.series_path(index)), &key.test)
        .text(" ")
        .name(wording::series_label(key))
}
