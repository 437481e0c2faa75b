//! What the file of a commit says of each run besides its value, for all runs of a series at once.
//! The file of every commit has a row for each series, so to find this row by row would go through
//! the memory of all series once for each commit.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::report::delta;
use detect::Analysis;
use detect::stats::median;
use model::record::OptionalF64;
use model::series::{Run, Segment, Series};

/// By series, each made when the first file wants it.
pub(crate) struct RunLevels {
    levels: Vec<OnceLock<Box<[RunLevel]>>>,
    /// By series and segment: equal segments of all series have one number.
    runners: Vec<Box<[u32]>>,
}

/// The level at one run that a comparison with its commit starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RunLevel {
    /// The median of the base's values.
    pub(crate) level: OptionalF64,
    /// The same for all runs of one runner and version, of any series.
    pub(crate) runner: u32,
    /// How many values the base has.
    pub(crate) runs: u8,
    pub(crate) remark: RunRemark,
}

/// Why a run is not compared like others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunRemark {
    None,
    BelowResolution,
    Infrastructure,
    Outlier,
}

impl RunRemark {
    /// The word for JSON; empty for none.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::BelowResolution => "below_resolution",
            Self::Infrastructure => "infrastructure",
            Self::Outlier => "outlier",
        }
    }
}

impl RunLevels {
    /// Those of these series.
    pub(crate) fn of(series: &[Series]) -> Self {
        let mut numbers: FxHashMap<&Segment, u32> = FxHashMap::default();
        let mut number = |segment| {
            let next = numbers.len() as u32;
            *numbers.entry(segment).or_insert(next)
        };
        Self {
            levels: series.iter().map(|_| OnceLock::new()).collect(),
            runners: series
                .iter()
                .map(|it| it.segments.iter().map(&mut number).collect())
                .collect(),
        }
    }

    /// That of a run of the main line of the series with this index.
    pub(crate) fn of_main(
        &self,
        index: usize,
        series: &Series,
        analysis: &Analysis,
        run: usize,
    ) -> RunLevel {
        self.levels[index].get_or_init(|| self.all(index, series, analysis))[run]
    }

    /// That of a run of a pull request. It stands on no level: the analysis of the main line never
    /// saw it.
    pub(crate) fn of_pull(&self, index: usize, series: &Series, run: &Run) -> RunLevel {
        let values = series.compared_value(run);
        let remark = match series.is_below_resolution(run) {
            true => RunRemark::BelowResolution,
            false => RunRemark::None,
        };
        self.level(index, run, values.as_slice(), remark)
    }

    fn all(&self, index: usize, series: &Series, analysis: &Analysis) -> Box<[RunLevel]> {
        let mut levels = Vec::with_capacity(series.runs.len());
        delta::for_each_base(series, analysis, |at, values| {
            let (run, flags) = (&series.runs[at], analysis.flags[at]);
            let remark = match () {
                () if series.is_below_resolution(run) => RunRemark::BelowResolution,
                () if flags.infrastructure => RunRemark::Infrastructure,
                () if flags.is_outlier => RunRemark::Outlier,
                () => RunRemark::None,
            };
            levels.push(self.level(index, run, values, remark));
        });
        levels.into()
    }

    fn level(&self, index: usize, run: &Run, values: &[f64], remark: RunRemark) -> RunLevel {
        RunLevel {
            level: median(values).into(),
            runner: self.runners[index][run.segment as usize],
            runs: values.len() as u8,
            remark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_runs_of_a_history_have_takes_sixteen_bytes() {
        assert_eq!(size_of::<RunLevel>(), 16);
    }
}
