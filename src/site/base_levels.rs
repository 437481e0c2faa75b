//! The level that a comparison with the commit of a run starts from, for all runs of a series at
//! once: the file of every commit has a row for each series.

use std::sync::OnceLock;

use crate::report::delta;
use detect::Analysis;
use detect::stats::median;
use model::record::OptionalF64;
use model::series::Series;

/// By series, each made when the first file wants it.
pub(crate) struct BaseLevels(Vec<OnceLock<Box<[BaseLevel]>>>);

/// The median of the base's values at one run, and how many they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BaseLevel {
    pub(crate) level: OptionalF64,
    pub(crate) runs: u32,
}

impl BaseLevels {
    /// Nothing yet, for so many series.
    pub(crate) fn of(series: usize) -> Self {
        Self((0..series).map(|_| OnceLock::new()).collect())
    }

    /// The level at a run of the main line of the series with this index.
    pub(crate) fn get(
        &self,
        index: usize,
        series: &Series,
        analysis: &Analysis,
        run: usize,
    ) -> BaseLevel {
        self.0[index].get_or_init(|| all(series, analysis))[run]
    }
}

impl BaseLevel {
    pub(crate) fn of(values: &[f64]) -> Self {
        Self { level: median(values).into(), runs: values.len() as u32 }
    }
}

fn all(series: &Series, analysis: &Analysis) -> Box<[BaseLevel]> {
    let mut levels = Vec::with_capacity(series.runs.len());
    delta::for_each_base(series, analysis, |_, values| levels.push(BaseLevel::of(values)));
    levels.into()
}
