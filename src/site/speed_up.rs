//! Parallel speed-up: how many times faster a benchmark is in parallel than without, and how much
//! of its processors that uses.
//!
//! Example: 40 ms without and 12.5 ms in parallel on 4 processors are a speed-up of 3.20× and an
//! efficiency of 80%.

use rustc_hash::FxHashMap;

use crate::report::urls::LinkRoot;
use crate::site::backend_ratios::newest_level;
use crate::site::context::SiteContext;
use model::record::Direction;
use model::series::{Series, SeriesKey};
use model::text::{self, UnitScale};

/// Pairs of the table.
const MAX_ROWS: usize = 40;
/// Fields that say how many processors a run could use, the narrowest first.
const PROCESSORS: [&str; 2] = ["container_cpus", "cpu_count"];

/// A benchmark that is measured with and without parallelism.
pub(crate) struct SpeedUpRow {
    pub(crate) href: String,
    pub(crate) test: String,
    pub(crate) backend: String,
    /// Input size; empty where it has none.
    pub(crate) n: String,
    /// Newest levels with their unit.
    pub(crate) sequential: String,
    pub(crate) parallel: String,
    /// `3.20×`.
    pub(crate) speed_up: String,
    /// Speed-up over processors; empty where nobody recorded how many there are.
    pub(crate) efficiency: String,
}

/// The pairs among these series, in their order; the sequential variant may be any series.
pub(crate) fn rows(site: &SiteContext<'_>, root: LinkRoot, members: &[usize]) -> Vec<SpeedUpRow> {
    let parallel: Vec<usize> =
        members.iter().copied().filter(|at| is_paired(site.series(*at).0)).collect();
    if parallel.is_empty() {
        return Vec::new();
    }
    // Looked up by key: a search for each pair would take the square of a large view.
    let all = site.series_indices().filter(|at| !site.series(*at).0.key.parallel);
    let sequential: FxHashMap<&SeriesKey, usize> =
        all.map(|at| (&site.series(at).0.key, at)).collect();
    let pair = |at: &usize| {
        let key = SeriesKey { parallel: false, ..site.series(*at).0.key.clone() };
        row(site, root, *sequential.get(&key)?, *at)
    };
    parallel.iter().filter_map(pair).take(MAX_ROWS).collect()
}

fn is_paired(series: &Series) -> bool {
    let key = &series.key;
    key.parallel && key.statistic.is_none() && series.direction != Direction::Unknown
}

fn row(
    site: &SiteContext<'_>,
    root: LinkRoot,
    sequential: usize,
    parallel: usize,
) -> Option<SpeedUpRow> {
    let level = |at: usize| {
        let (series, analysis) = site.series(at);
        newest_level(series, analysis).filter(|_| !analysis.is_retired)
    };
    let (alone, together) = (level(sequential)?, level(parallel)?);
    let series = site.series(parallel).0;
    // Memory is not sped up.
    let speed_up = match (series.unit.as_str(), series.direction) {
        ("ns", _) => alone / together,
        (_, Direction::Higher) => together / alone,
        _ => return None,
    };
    let scale = UnitScale::for_values([alone, together], &series.unit);
    let efficiency = processors(site, series).map(|count| speed_up / count);
    Some(SpeedUpRow {
        href: root.to(&site.series_path(parallel)),
        test: series.key.test.clone(),
        backend: series.key.backend.clone(),
        n: series.key.n.map_or_else(String::new, text::count),
        sequential: scale.quantity(alone),
        parallel: scale.quantity(together),
        speed_up: text::ratio(speed_up),
        efficiency: efficiency.map_or_else(String::new, text::percent),
    })
}

/// Processors of the newest run.
fn processors(site: &SiteContext<'_>, series: &Series) -> Option<f64> {
    let environment = series.runs.last()?.environment as usize;
    let fields = &site.input.history.environments.get(environment)?.fields;
    // A container sees all processors of its machine and may use a few.
    let counts = PROCESSORS.iter().filter_map(|name| fields.get(*name)?.parse::<f64>().ok());
    counts.filter(|count| *count >= 1.0).reduce(f64::min)
}
