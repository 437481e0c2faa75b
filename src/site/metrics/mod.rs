//! `metrics.prom`: the newest levels and verdicts for Prometheus.
//!
//! The text is both the Prometheus text format and OpenMetrics. It has no timestamps, so that a
//! scrape and the textfile collector of node_exporter take it. All families are gauges, and an age
//! is given by the time of its event, as Prometheus asks.
//!
//! The unit of a series is data, so it is the label `unit` and not a part of a family's name:
//! `seconds` for times, `bytes`, `ratio` for percentages, any other unit as it is recorded.
//!
//! A file has at most [`MAX_SERIES`] series and [`MAX_TARGETS`] results of targets. Series with an
//! open regression come first, then the others in their order; `benchpages_omitted_series` counts
//! the rest. Retired series are left out. The totals count everything.

mod exposition;
mod labels;
mod totals;

use crate::report::escape::prometheus::PrometheusText;
use crate::report::{finite, wording};
use crate::site::context::SiteContext;
use crate::site::metrics::exposition::Exposition;
use crate::site::metrics::labels::{SeriesLabels, in_prometheus_unit, seconds};
use crate::site::{frame, targets};
use detect::Analysis;
use model::escaped;
use model::series::Series;

/// Path of the file.
pub(crate) const FILE: &str = "metrics.prom";
/// Most series of the file of a site: a scrape fetches it every minute.
pub(crate) const MAX_SERIES: usize = 1_000;
/// Most results of targets, the worst first.
const MAX_TARGETS: usize = 2_000;
/// Days without a new result after which a history is stale.
pub(crate) const STALE_DAYS: i64 = frame::STALE_DAYS as i64;

/// Which series have samples.
pub(crate) struct MetricsScope<'a> {
    /// By the index of a series.
    pub(crate) includes: &'a dyn Fn(usize) -> bool,
    pub(crate) max_series: usize,
}

/// The file of a site.
pub(crate) fn file(site: &SiteContext<'_>) -> Vec<u8> {
    let scope = MetricsScope { includes: &|_| true, max_series: MAX_SERIES };
    text(site, &scope).into_string().into_bytes()
}

/// The samples of the series in `scope`, and the totals of the history.
pub(crate) fn text(site: &SiteContext<'_>, scope: &MetricsScope<'_>) -> PrometheusText {
    let measured = |index: &usize| !site.series(*index).1.is_retired && (scope.includes)(*index);
    let mut chosen: Vec<usize> = site.series_indices().filter(measured).collect();
    let count = chosen.len();
    // A stable sort: within both parts the order of the series stays.
    chosen.sort_by_key(|index| site.series(*index).1.open_regressions().next().is_none());
    chosen.truncate(scope.max_series);
    chosen.sort_unstable();
    let mut out = Exposition::default();
    totals::write(site, &mut out);
    let omitted = (count - chosen.len()) as f64;
    let help = "Series that are measured and have no samples here, because of the limit.";
    out.family("benchpages_omitted_series", help).sample(&PrometheusText::new(), omitted);
    let members: Vec<SeriesSamples<'_>> =
        chosen.iter().map(|index| SeriesSamples::of(site, *index)).collect();
    write_values(&members, &mut out);
    write_state(&members, &mut out);
    write_targets(site, scope, &mut out);
    out.end()
}

/// A series whose samples are written.
struct SeriesSamples<'a> {
    series: &'a Series,
    analysis: &'a Analysis,
    labels: SeriesLabels,
}

impl<'a> SeriesSamples<'a> {
    fn of(site: &SiteContext<'a>, index: usize) -> Self {
        let (series, analysis) = site.series(index);
        Self { series, analysis, labels: SeriesLabels::of(series) }
    }
}

/// What of a series is a number.
type SeriesNumber = fn(&Series, &Analysis) -> Option<f64>;

/// A family with one number of each series.
struct SeriesFamily {
    name: &'static str,
    help: &'static str,
    number: SeriesNumber,
}

/// Numbers in the unit of the series.
const IN_UNIT: [SeriesFamily; 3] = [
    SeriesFamily {
        name: "benchpages_series_value",
        help: "Newest compared run of a series.",
        number: |series, analysis| series.runs[analysis.latest_run?].value.get(),
    },
    SeriesFamily {
        name: "benchpages_series_level",
        help: "Newest level of a series.",
        number: |_, analysis| analysis.newest_level,
    },
    SeriesFamily {
        name: "benchpages_series_baseline",
        help: "Baseline that the newest level is compared with.",
        number: |_, analysis| analysis.baseline.map(|baseline| baseline.value),
    },
];

/// Shares.
const RATIOS: [SeriesFamily; 3] = [
    SeriesFamily {
        name: "benchpages_series_change_ratio",
        help: "Change of the newest level against the baseline, signed as the value moved.",
        number: |_, analysis| analysis.latest_change,
    },
    SeriesFamily {
        name: "benchpages_series_noise_ratio",
        help: "Relative standard deviation of one run around its level.",
        number: |_, analysis| analysis.noise,
    },
    SeriesFamily {
        name: "benchpages_series_threshold_ratio",
        help: "Relative change that matters.",
        number: |_, analysis| Some(analysis.threshold),
    },
];

fn write_values(members: &[SeriesSamples<'_>], out: &mut Exposition) {
    for SeriesFamily { name, help, number } in IN_UNIT {
        let mut family = out.family(name, help);
        for SeriesSamples { series, analysis, labels } in members {
            let Some(value) = number(series, analysis).and_then(finite) else { continue };
            family.sample(&labels.with_unit(), in_prometheus_unit(value, &series.unit));
        }
    }
    for SeriesFamily { name, help, number } in RATIOS {
        let mut family = out.family(name, help);
        for SeriesSamples { series, analysis, labels } in members {
            let Some(value) = number(series, analysis).and_then(finite) else { continue };
            family.sample(&labels.key, value);
        }
    }
}

fn write_state(members: &[SeriesSamples<'_>], out: &mut Exposition) {
    let help = "The verdict on a series: 1 for the one it has.";
    let mut family = out.family("benchpages_series_verdict", help);
    for member in members {
        // One sample, not one for each verdict: eleven times the series would cost a scrape more.
        let verdict = wording::verdict_name(member.analysis.verdict);
        let labels = escaped![&member.labels.key, ",verdict=\"", verdict, "\""];
        family.sample(&labels, 1.0);
    }
    let help = "Open regressions of a series.";
    let mut family = out.family("benchpages_series_open_regressions", help);
    for member in members {
        family.sample(&member.labels.key, member.analysis.open_regressions().count() as f64);
    }
    let help = "When the newest run of a series was measured.";
    let mut family = out.family("benchpages_series_newest_run_timestamp_seconds", help);
    for member in members {
        let Some(run) = member.series.runs.last() else { continue };
        family.sample(&member.labels.key, seconds(run.time));
    }
    let mut family = out.family("benchpages_series_runs", "Runs of a series in the history.");
    for member in members {
        family.sample(&member.labels.key, member.series.runs.len() as f64);
    }
}

/// Targets that apply to series in scope, and those for several series together.
fn write_targets(site: &SiteContext<'_>, scope: &MetricsScope<'_>, out: &mut Exposition) {
    let views = targets::views(site);
    let results: Vec<_> = site.input.targets.iter().zip(&views).collect();
    let in_scope: Vec<_> = results
        .into_iter()
        .filter(|(target, _)| target.series.is_none_or(|index| (scope.includes)(index)))
        .collect();
    // The worst come first, so that what is cut passes, as far as possible.
    let shown = &in_scope[..in_scope.len().min(MAX_TARGETS)];
    let omitted = (in_scope.len() - shown.len()) as f64;
    let help = "Results of targets that have no samples here, because of the limit.";
    out.family("benchpages_omitted_targets", help).sample(&PrometheusText::new(), omitted);
    let labelled: Vec<_> = shown
        .iter()
        .map(|(target, view)| {
            let series = target.series.map(|index| SeriesLabels::of(site.series(index).0).key);
            (labels::of_target(view, series), *view)
        })
        .collect();
    let help = "State of a target at a series: 1 for the one it has.";
    let mut family = out.family("benchpages_target_state", help);
    for (labels, view) in &labelled {
        let mut labels = labels.clone();
        labels.push(",state=\"").push_text(&view.state).push("\"");
        family.sample(&labels, 1.0);
    }
    let help = "Used share of a budget, goal or service level: 1 is exactly on it.";
    let mut family = out.family("benchpages_target_used_ratio", help);
    for (labels, view) in &labelled {
        if let Some(share) = view.share {
            family.sample(labels, share);
        }
    }
}
