//! Backends side by side: how many times the fastest each one takes, benchmark by benchmark and as
//! a geometric mean, for the series of a view.
//!
//! Example: `rust is 7.80× faster than julia and 2.40× faster than go (geometric mean of 12
//! benchmarks).`

use std::collections::{BTreeMap, BTreeSet};

use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::markdown::Markup;
use chart::ratio::{RatioAxis, RatioDot};
use detect::Analysis;
use model::record::Direction;
use model::series::Series;
use model::text;

/// Benchmarks of the table.
const MAX_ROWS: usize = 12;
/// Backends that a sentence names.
const MAX_BACKENDS: usize = 6;

/// What a template shows of it.
pub(crate) struct BackendRatios {
    /// How much faster the best backend is than each other one.
    pub(crate) sentence: Phrase,
    pub(crate) rows: Vec<RatioRow>,
    /// Benchmarks that the table leaves out.
    pub(crate) more: Option<String>,
}

/// One benchmark.
pub(crate) struct RatioRow {
    /// The page of its test.
    pub(crate) href: String,
    pub(crate) test: String,
    /// Mode, n and parameters.
    pub(crate) variant: String,
    /// A dot for each backend.
    pub(crate) drawing: Markup,
    /// `rust 1×, go 2.40×, julia 7.80×`.
    pub(crate) ratios: String,
}

/// The levels of one benchmark by backend, the best first; all above zero.
struct ComparedBenchmark {
    first: usize,
    levels: Vec<BackendLevel>,
}

struct BackendLevel {
    series: usize,
    level: f64,
}

/// The newest level of a series, else its newest value.
pub(crate) fn newest_level(series: &Series, analysis: &Analysis) -> Option<f64> {
    let latest = analysis.latest_run.and_then(|run| series.runs[run].value.get());
    analysis.level.last().or(latest).filter(|level| *level > 0.0 && level.is_finite())
}

/// None where no benchmark was measured on several backends.
pub(crate) fn of_members(
    site: &SiteContext<'_>,
    root: LinkRoot,
    members: &[usize],
) -> Option<BackendRatios> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &member in members {
        groups.entry(site.peers.group(member)).or_default().push(member);
    }
    let compared: Vec<ComparedBenchmark> =
        groups.into_values().filter_map(|group| ComparedBenchmark::of(site, &group)).collect();
    let compared = of_one_metric(site, compared)?;
    // One axis for all rows, those that are left out too: the drawing says how far it can go.
    let axis = RatioAxis::of(compared.iter().flat_map(ComparedBenchmark::ratios));
    let rows = compared.iter().take(MAX_ROWS).map(|it| it.row(site, root, axis)).collect();
    let more = compared.len().saturating_sub(MAX_ROWS);
    Some(BackendRatios {
        sentence: sentence(site, &compared),
        rows,
        more: (more > 0).then(|| text::count_noun(more as u64, "more benchmark")),
    })
}

/// Those of the metric that most of them have: ratios of times and of sizes have no common mean.
fn of_one_metric(
    site: &SiteContext<'_>,
    mut compared: Vec<ComparedBenchmark>,
) -> Option<Vec<ComparedBenchmark>> {
    let metric = |it: &ComparedBenchmark| &site.series(it.first).0.key.metric;
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for it in &compared {
        *counts.entry(metric(it)).or_default() += 1;
    }
    let most = counts.values().max()?;
    let (name, _) = counts.iter().find(|(_, count)| *count == most)?;
    let name = (*name).clone();
    compared.retain(|it| *metric(it) == name);
    Some(compared)
}

impl ComparedBenchmark {
    /// None for one backend, and where nobody knows which way is better.
    fn of(site: &SiteContext<'_>, group: &[usize]) -> Option<Self> {
        let level = |index: &usize| {
            let (series, analysis) = site.series(*index);
            let level = newest_level(series, analysis).filter(|_| !analysis.is_retired)?;
            Some(BackendLevel { series: *index, level })
        };
        let mut levels: Vec<BackendLevel> = group.iter().filter_map(level).collect();
        let direction = site.series(*group.first()?).0.direction;
        levels.sort_by(|a, b| match direction {
            Direction::Higher => b.level.total_cmp(&a.level),
            _ => a.level.total_cmp(&b.level),
        });
        // Percentiles repeat the benchmark that they are of.
        let is_recorded = site.series(group[0]).0.key.statistic.is_none();
        let is_compared = levels.len() > 1 && direction != Direction::Unknown && is_recorded;
        is_compared.then_some(Self { first: group[0], levels })
    }

    /// How many times the best each backend takes.
    fn ratios(&self) -> impl Iterator<Item = f64> {
        let best = self.levels[0].level;
        self.levels.iter().map(move |it| (it.level / best).max(best / it.level))
    }

    fn row(&self, site: &SiteContext<'_>, root: LinkRoot, axis: RatioAxis) -> RatioRow {
        let backend = |it: &BackendLevel| site.series(it.series).0.key.backend.as_str();
        let dots: Vec<RatioDot> = self
            .levels
            .iter()
            .zip(self.ratios())
            .map(|(it, ratio)| RatioDot { slot: site.colors.slot(backend(it)), ratio })
            .collect();
        let words: Vec<String> = self
            .levels
            .iter()
            .zip(self.ratios())
            .map(|(it, ratio)| format!("{} {}", backend(it), text::ratio(ratio)))
            .collect();
        let key = &site.series(self.first).0.key;
        RatioRow {
            href: root.to(&urls::test(&key.test)),
            test: key.test.clone(),
            variant: wording::variant_label(key),
            drawing: axis.row(&dots).into(),
            ratios: words.join(", "),
        }
    }
}

/// Of each backend: the geometric mean of its ratios to the best over the benchmarks that both
/// have.
fn sentence(site: &SiteContext<'_>, compared: &[ComparedBenchmark]) -> Phrase {
    let Some(best) = best_backend(site, compared) else { return Phrase::default() };
    // Logarithms: the mean of ratios depends on which backend is the unit, the geometric one not.
    let mut against: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for benchmark in compared {
        let of = |it: &&BackendLevel| site.series(it.series).0.key.backend == best;
        let Some(own) = benchmark.levels.iter().find(of) else { continue };
        let (series, _) = site.series(own.series);
        for other in &benchmark.levels {
            let backend = site.series(other.series).0.key.backend.as_str();
            let ratio = match series.direction {
                Direction::Higher => own.level / other.level,
                _ => other.level / own.level,
            };
            if backend != best {
                against.entry(backend).or_default().push(ratio.ln());
            }
        }
    }
    let series = site.series(compared[0].first).0;
    let word = |is_worse| text::comparative(&series.unit, series.direction, is_worse);
    let counts: BTreeSet<usize> = against.values().map(Vec::len).collect();
    let mut means: Vec<(f64, &str)> = against
        .iter()
        .map(|(backend, logs)| (logs.iter().sum::<f64>() / logs.len() as f64, *backend))
        .collect();
    means.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    let shown = &means[..means.len().min(MAX_BACKENDS)];
    let mut phrase = Phrase::new("").name(best).text(" is ");
    for (at, (log, backend)) in shown.iter().enumerate() {
        let join = match at {
            0 => "",
            _ if at + 1 == shown.len() => " and ",
            _ => ", ",
        };
        let (factor, word) = (text::ratio(log.abs().exp()), word(*log < 0.0));
        phrase = phrase.text(format!("{join}{factor} {word} than "));
        phrase = phrase.name(*backend);
    }
    let (least, most) = (counts.first().copied(), counts.last().copied());
    let benchmarks = match (least, most) {
        (Some(1), Some(1)) => "1 benchmark".to_owned(),
        (Some(least), Some(most)) if least == most => {
            format!("geometric mean of {}", text::count_noun(most as u64, "benchmark"))
        }
        (Some(least), Some(most)) => format!(
            "geometric means of {} to {}",
            text::count(least as u64),
            text::count_noun(most as u64, "benchmark")
        ),
        _ => return Phrase::default(),
    };
    phrase.text(format!(" ({benchmarks})."))
}

/// The backend with the smallest geometric mean ratio to the best of each benchmark, among those
/// that take part in the most benchmarks.
fn best_backend<'a>(site: &'a SiteContext<'_>, compared: &[ComparedBenchmark]) -> Option<&'a str> {
    let mut logs: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for benchmark in compared {
        for (it, ratio) in benchmark.levels.iter().zip(benchmark.ratios()) {
            logs.entry(&site.series(it.series).0.key.backend).or_default().push(ratio.ln());
        }
    }
    // One that was measured once and won would be the best of all.
    let most = logs.values().map(Vec::len).max()?;
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len() as f64;
    let of_most = logs.iter().filter(|(_, logs)| logs.len() == most);
    of_most.min_by(|a, b| mean(a.1).total_cmp(&mean(b.1))).map(|(backend, _)| *backend)
}
