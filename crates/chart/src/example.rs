//! Series for tests and for looking at: made up, with every mark a chart can have. The analysis is
//! a plain stand-in for the real one, so that this crate is tested alone.

use crate::input::{ChartNote, ChartSpan, MarkLinks, NoteKind, TrendInput};
use detect::per_run::PerRun;
use detect::{
    Analysis, Baseline, Change, ChangeKind, ChangeSeverity, ChangeStatus, NewestRuns, RunFlags,
    Verdict,
};
use model::history::Commit;
use model::record::detail::{RareDetail, RunDetail};
use model::record::time::{DAY_US, Timestamp};
use model::series::{Run, Segment, Series};
use model::testing::SeriesBuilder;

/// A series with all that a chart needs.
pub struct ExampleChart {
    pub series: Series,
    pub analysis: Analysis,
    pub commits: Vec<Commit>,
    pub notes: Vec<ChartNote>,
}

/// 30 Mar 2025, 05:17 UTC.
const START: i64 = 1_743_311_820_000_000;

/// The same numbers every time: a linear congruential generator (Knuth's MMIX constants).
pub struct NoiseGenerator(u64);

impl NoiseGenerator {
    /// About normal, mean 0, deviation 1.
    pub fn normal(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 33) as f64 / f64::from(1_u32 << 31);
        }
        sum - 6.0
    }
}

impl ExampleChart {
    /// `count` runs over 180 days: two changes, a gap, a runner change, failures, outliers, notes.
    pub fn with_everything(count: usize) -> Self {
        let mut noise = NoiseGenerator(7);
        let at = |share: f64| (share * count as f64) as usize;
        let values = (0..count).map(|index| {
            let base = match index {
                i if i < at(0.3) => 89_000.0,
                i if i < at(0.68) => 83_900.0,
                _ => 95_600.0,
            };
            let value = base * (1.0 + 0.018 * noise.normal());
            match index {
                i if count > 20 && (i == at(0.2) || i == at(0.56)) => None,
                i if count > 20 && i == at(0.63) => Some(value * 1.14),
                i if count > 20 && i == at(0.8) => Some(value * 1.22),
                i if count > 20 && i == at(0.45) => Some(value * 2.4),
                _ => Some(value),
            }
        });
        let mut sample = Self::from_values(values.collect());
        let step = 180 * DAY_US / count.max(1) as i64;
        for (index, run) in sample.series.runs.iter_mut().enumerate() {
            let gap = if index >= at(0.44) { 9 * DAY_US } else { 0 };
            run.time = Timestamp::from_micros(START + index as i64 * step + gap);
            run.segment = u32::from(index >= at(0.52));
        }
        sample.series.segments = ["4.1", "4.2"]
            .map(|version| Segment {
                fingerprint: vec![("image".to_owned(), version.to_owned())],
                version: None,
            })
            .to_vec();
        if count > 20 {
            sample.analysis.gaps = vec![at(0.44)];
            sample.add_change(at(0.3));
            sample.add_change(at(0.68));
            for outlier in [0.63, 0.8, 0.45] {
                sample.analysis.flags[at(outlier)].is_outlier = true;
            }
            let since = at(0.3);
            sample.analysis.baseline =
                Some(Baseline { value: 83_900.0, runs: 40, first_run: since });
            let noted = sample.series.runs[at(0.75)].time;
            sample.notes.push(ChartNote {
                time: noted,
                text: "LLVM 19 <beta> & co".to_owned(),
                kind: NoteKind::Remark,
            });
        }
        sample.compute_levels();
        sample
    }

    /// Daily runs with these values: one segment, no change.
    pub fn from_values(values: Vec<Option<f64>>) -> Self {
        let mut series = SeriesBuilder::of(values.iter().copied())
            .suite("polyglot")
            .test("sum_even_squares")
            .backend("julia")
            .mode("loops")
            .parallel()
            .n(1_000_000)
            .starting_at(Timestamp::from_micros(START))
            .build();
        for run in &mut series.runs {
            run.std = run.value.map(|value| value.abs() * 0.01);
            run.detail = run.value.is_none().then(|| {
                let error = Some("exit 1 <oom>".to_owned());
                RunDetail::of_rare(RareDetail { error, ..RareDetail::default() }).into()
            });
        }
        let commits = series
            .runs
            .iter()
            .enumerate()
            .map(|(index, run)| Commit {
                id: format!("{:016x}", (index as u64 + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15))
                    .repeat(2),
                time: run.time,
                author_time: None,
                subject: None,
                author: None,
                parents: Vec::new(),
                pull: None,
                tags: Vec::new(),
                main_line: true,
            })
            .collect();
        let mut sample = Self { series, analysis: analysis(&values), commits, notes: Vec::new() };
        sample.compute_levels();
        sample
    }

    /// Runs that alternate between three runners of different speed.
    pub fn three_runners(count: usize) -> Self {
        let mut noise = NoiseGenerator(3);
        let value =
            |index: usize| [80e3, 92e3, 101e3][index * 7 % 3] * (1.0 + 0.01 * noise.normal());
        let mut sample = Self::from_values((0..count).map(value).map(Some).collect());
        for (index, run) in sample.series.runs.iter_mut().enumerate() {
            run.segment = (index * 7 % 3).min(index) as u32;
        }
        let values: Vec<Option<f64>> =
            sample.series.runs.iter().map(|run| run.value.get()).collect();
        for index in 0..count {
            let near =
                (0..=6).filter_map(|step| values.get((index + 3 * step).checked_sub(9)?).copied());
            let level = median(near.flatten().collect());
            sample.analysis.level.set(index, Some(level));
            sample.analysis.spread.set(index, Some(900.0));
        }
        sample
    }

    /// A series that changes its level every 20 runs.
    pub fn many_changes(count: usize) -> Self {
        let mut noise = NoiseGenerator(5);
        let base = |index: usize| 80e3 + 12e3 * ((index / 20 * 5) % 3) as f64;
        let value = |index| Some(base(index) * (1.0 + 0.01 * noise.normal()));
        let mut sample = Self::from_values((0..count).map(value).collect());
        for first in (20..count).step_by(20) {
            sample.add_change(first);
        }
        sample.compute_levels();
        sample
    }

    /// A series that rises by 14 % in its last third.
    pub fn gradual(count: usize) -> Self {
        let mut noise = NoiseGenerator(9);
        let start = count * 2 / 3;
        let rise = |index: usize| index.saturating_sub(start) as f64 / (count - start) as f64;
        let value = |index: usize| 1.59e6 * (1.0 + 0.14 * rise(index) + 0.008 * noise.normal());
        let mut sample = Self::from_values((0..count).map(value).map(Some).collect());
        sample.add_change(start);
        let change = &mut sample.analysis.changes[0];
        change.kind = ChangeKind::Drift;
        (change.last_before, change.first_after) = (start, start + (count - start) * 2 / 3);
        (change.before, change.after) = (1.59e6, 1.59e6 * 1.14);
        change.change = 0.14;
        sample.compute_levels();
        sample
    }

    /// A series whose level rises from 35 µs to 41 ms.
    pub fn thousandfold(count: usize) -> Self {
        let mut noise = NoiseGenerator(11);
        let base = |index: usize| if index < count / 3 { 35.1e3 } else { 41e6 };
        let value = |index: usize| base(index) * (1.0 + 0.01 * noise.normal());
        let mut sample = Self::from_values((0..count).map(value).map(Some).collect());
        sample.add_change(count / 3);
        sample.compute_levels();
        sample
    }

    /// A lasting step at a run, open or an improvement.
    pub fn add_change(&mut self, first: usize) {
        let around = |runs: &[Run]| median(runs.iter().filter_map(|run| run.value.get()).collect());
        let runs = &self.series.runs;
        let before = around(&runs[first.saturating_sub(20)..first]);
        let after = around(&runs[first..(first + 20).min(runs.len())]);
        self.analysis.changes.push(Change {
            kind: ChangeKind::Step,
            first_after: first,
            last_before: first - 1,
            before,
            after,
            runs_before: 20,
            runs_after: 20,
            change: after / before - 1.0,
            per_day: None,
            is_regression: after > before,
            confidence: 0.99,
            severity: ChangeSeverity::Major,
            status: ChangeStatus::Open,
            reported_at: None,
            left: None,
            hints: Vec::new(),
        });
    }

    /// Median and spread of 7 runs, restarted at changes, gaps and segments.
    pub fn compute_levels(&mut self) {
        let runs = &self.series.runs;
        let cut = |index: usize| {
            self.analysis.gaps.contains(&index)
                || self.analysis.changes.iter().any(|change| change.first_after == index)
                || (index > 0 && runs[index].segment != runs[index - 1].segment)
        };
        let mut start = 0;
        for index in 0..runs.len() {
            if cut(index) {
                start = index;
            }
            let end = (index..runs.len()).take(4).take_while(|at| *at == index || !cut(*at)).last();
            let from = index.saturating_sub(3).max(start);
            let near: Vec<f64> = (from..=end.unwrap_or(index))
                .filter(|at| !self.analysis.flags[*at].is_outlier)
                .filter_map(|at| runs[at].value.get())
                .collect();
            let is_usual = runs[index].value.is_some() && !self.analysis.flags[index].is_outlier;
            let level = (is_usual && !near.is_empty()).then(|| median(near.clone()));
            self.analysis.level.set(index, level);
            let spread = level.map(|level| {
                1.4826 * median(near.iter().map(|value| (value - level).abs()).collect())
            });
            self.analysis.spread.set(index, spread);
        }
    }

    pub fn input<'a>(&'a self, links: &'a dyn MarkLinks) -> TrendInput<'a> {
        TrendInput {
            series: &self.series,
            analysis: &self.analysis,
            commits: &self.commits,
            notes: &self.notes,
            id: "c1",
            links,
            span: ChartSpan::Time,
        }
    }
}

fn analysis(values: &[Option<f64>]) -> Analysis {
    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
    sorted.sort_by(f64::total_cmp);
    let quartile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let typical = (sorted.len() > 3).then(|| {
        let (low, high) = (quartile(0.25), quartile(0.75));
        let reach = 6.0 * (high / 2.0 - low / 2.0).min(1e300);
        (low - 2.0 * reach, high + 2.0 * reach)
    });
    let failed =
        |value: &Option<f64>| RunFlags { has_failed: value.is_none(), ..RunFlags::default() };
    Analysis {
        verdict: Verdict::Regressed,
        newest: NewestRuns { verdict: Verdict::Regressed, baseline: None, latest_change: None },
        threshold: 0.12,
        absolute_threshold: 0.0,
        report_only: false,
        baseline: None,
        latest_run: values.iter().rposition(Option::is_some),
        latest_change: None,
        noise: None,
        noise_floor: None,
        detectable_change_90: None,
        detectable_change_99: None,
        level: PerRun::none(values.len()),
        spread: PerRun::none(values.len()),
        flags: values.iter().map(failed).collect(),
        changes: Vec::new(),
        withdrawn: Vec::new(),
        restarts: Vec::new(),
        vetoed_shifts: Vec::new(),
        gaps: Vec::new(),
        typical_range: typical,
        newest_level: None,
        trend: None,
        is_retired: false,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Links as pages have them.
pub struct ExampleLinks;

impl MarkLinks for ExampleLinks {
    fn run(&self, run: usize) -> Option<String> {
        let sha = 0x00de_ad3b_eef5_u64.wrapping_mul(run as u64 + 3) >> 4;
        Some(format!("../../../../../commit/{sha:012x}/?a=1&b=2"))
    }

    fn runs(&self) -> Option<String> {
        Some("#runs".to_owned())
    }

    fn change(&self, change: usize) -> Option<String> {
        Some(format!("../../../../../event/2025-07-30-julia-sum-even-squares-a1b2c{change}/"))
    }
}
