//! The face of the program for `benches/` (feature `bench`): synthetic histories in, counters out.
//! The rooms are private, no part of the program uses this, and it may change at any time.
//!
//! Prepared data has types of its own ([`DemoFolder`], [`LoadedDemo`], [`ChartFixture`]), so that a
//! benchmark measures the step it names and not the steps before it.

use std::path::Path;

use tempfile::TempDir;

use crate::app::build::{SiteReuse, build_site, site_input};
use crate::app::load::{LoadedHistory, Project, load, load_history};
use crate::app::load_options::LoadOptions;
use crate::app::observer::Silent;
use crate::demo::{self, Scenario};
use crate::store;
use chart::{self, ChartSpan, NoLinks, TrendInput};
use detect::sensitivity::simulate;
use detect::{Analysis, AnalysisContext, AnalysisDepth, Verdict};
use model::history::{Commit, History};
use model::policy::Policy;
use model::policy::read::read as read_policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::{self, CommitIndex, Run, Series, SeriesKey};

/// A history directory that is removed when it is dropped.
pub struct DemoFolder {
    directory: TempDir,
    /// Records in it.
    pub records: u64,
}

/// The demo story: 3,900 records, 65 series.
///
/// # Errors
/// It cannot be written.
pub fn story() -> anyhow::Result<DemoFolder> {
    DemoFolder::write(Scenario::Story, Scenario::Story.default_days())
}

/// 500 series of so many days each.
///
/// # Errors
/// It cannot be written.
pub fn large(days: u32) -> anyhow::Result<DemoFolder> {
    DemoFolder::write(Scenario::Large, days)
}

impl DemoFolder {
    fn write(scenario: Scenario, days: u32) -> anyhow::Result<Self> {
        let options = demo::DemoOptions { scenario, days, ..demo::DemoOptions::default() };
        let directory = tempfile::tempdir()?;
        let written = demo::folder::write(&options, &directory.path().join("data"))?;
        Ok(Self { directory, records: written.records })
    }

    fn options(&self) -> LoadOptions {
        LoadOptions {
            data: self.directory.path().join("data"),
            policy: None,
            demo: true,
            with_archive: false,
            follow_links: false,
            is_read_only: true,
            cache: None,
            warnings: Vec::new(),
            now: None,
            clock: Timestamp::from_micros(0),
            base_url: None,
            explicit_index: false,
            docs: None,
            audience: None,
            redaction_key: None,
        }
    }

    /// The first `count` lines of its records.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn lines(&self, count: usize) -> anyhow::Result<String> {
        let results = self.directory.path().join("data/results");
        let mut files: Vec<_> = std::fs::read_dir(&results)?.collect::<Result<_, _>>()?;
        files.sort_by_key(std::fs::DirEntry::file_name);
        let mut text = String::new();
        for file in files {
            let missing = count - text.lines().count();
            for line in std::fs::read_to_string(file.path())?.lines().take(missing) {
                text.push_str(line);
                text.push('\n');
            }
        }
        Ok(text)
    }

    /// The text of its policy.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn policy(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.directory.path().join("data/policy.yml"))?)
    }

    /// Reads its records.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn records(&self) -> anyhow::Result<DemoRecords> {
        let LoadedHistory { history, policy, .. } = load_history(&self.options(), &Silent)?;
        Ok(DemoRecords { history, policy })
    }

    /// Reads, groups and analyzes it.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn load(&self) -> anyhow::Result<LoadedDemo> {
        Ok(LoadedDemo(load(&self.options(), &Silent)?))
    }

    /// The whole of `benchpages build` into a new folder, which is removed when the result is
    /// dropped.
    ///
    /// # Errors
    /// It cannot be loaded, or the site cannot be written.
    pub fn build(&self) -> anyhow::Result<TempDir> {
        let out = tempfile::tempdir()?;
        self.build_into(&out.path().join("site"))?;
        Ok(out)
    }

    fn build_into(&self, out: &Path) -> anyhow::Result<u64> {
        let project = load(&self.options(), &Silent)?;
        Ok(build_site(&project, out, SiteReuse::none(), &Silent)?.files)
    }
}

/// Reads lines of history; the number of rows.
pub fn parse_lines(lines: &str) -> usize {
    store::read_lines_of_text(lines.as_bytes()).row_count()
}

/// Reads a policy; the number of diagnostics.
pub fn parse_policy(text: &str) -> usize {
    read_policy(text, "policy.yml").diagnostics.len()
}

/// The records of a history, each once, and nothing beside them.
pub struct DemoRecords {
    history: History,
    policy: Policy,
}

impl DemoRecords {
    /// How many there are, duplicates included.
    pub fn count(&self) -> u64 {
        self.history.counts.records
    }

    /// Groups them; the number of series.
    pub fn group(&self) -> usize {
        series::group_series(&self.history, &self.policy).series.len()
    }
}

/// Makes one file of a site by its path: see [`LoadedDemo::pages`].
pub type MakeFile<'a> = dyn Fn(&str) -> Option<usize> + 'a;

/// A history that was read, grouped and analyzed.
pub struct LoadedDemo(Project);

impl LoadedDemo {
    /// The gate's verdict on every series; how many are not `Unchanged`.
    pub fn verdicts(&self) -> usize {
        let series = &self.0.series;
        let context = context_of(series);
        let verdicts = detect::verdicts(series, &self.0.policy, &context);
        verdicts.iter().filter(|verdict| **verdict != Verdict::Unchanged).count()
    }

    /// Analyzes every series; the number of changes.
    pub fn analyze(&self) -> usize {
        analyze_changes(&self.0.series, &self.0.policy)
    }

    /// Of every series that has one: the detectable change, and the share of so many synthetic
    /// histories in which it is reported within five runs.
    pub fn sensitivity(&self, draws: u32) -> Vec<(f64, f64)> {
        let (series, policy) = (self.0.series.iter(), &self.0.policy);
        let checked = series.filter_map(|series| simulate::measure_power(series, policy, draws));
        checked.map(|checked| (checked.detectable_change, checked.power)).collect()
    }

    /// Passes on a function that makes one file of the site: its size, none where the site has no
    /// such file. What pages look up is prepared before.
    ///
    /// # Errors
    /// The site cannot be prepared.
    pub fn pages(&self, then: &mut dyn FnMut(&MakeFile<'_>)) -> anyhow::Result<()> {
        let input = site_input(&self.0);
        let context = crate::site::SiteContext::of(&input)?;
        let site = crate::site::prepared::PreparedSite::of(&context)?;
        then(&|path| Some(site.render(path)?.ok()?.len()));
        Ok(())
    }

    /// The paths of all files of the site, in the order in which they are made.
    ///
    /// # Errors
    /// The site cannot be prepared.
    pub fn paths(&self) -> anyhow::Result<Vec<String>> {
        Ok(crate::site::paths(&site_input(&self.0))?)
    }
}

fn analyze_changes(series: &[Series], policy: &Policy) -> usize {
    let analyses = detect::analyze_all(series, policy, &context_of(series));
    analyses.by_series.iter().map(|analysis| analysis.changes.len()).sum()
}

fn context_of(series: &[Series]) -> AnalysisContext<'static> {
    let newest = series.iter().filter_map(|one| one.runs.last()).map(|run| run.time).max();
    let now = newest.unwrap_or(Timestamp::from_micros(0));
    let (accepted, explained) = (&|_: &Series| Vec::new(), &|_: &Series| Vec::new());
    AnalysisContext {
        depth: AnalysisDepth::Full,
        now,
        newest_run: newest,
        accepted,
        explanations: explained,
    }
}

/// One analyzed series, ready to be drawn.
pub struct ChartFixture {
    series: Series,
    analysis: Analysis,
    commits: Vec<Commit>,
}

/// One point of a drawing: time in days, value, level and its spread.
pub type ChartPoint = (f64, f64, Option<(f64, f64)>);

impl ChartFixture {
    /// A series with a run a day, 2 % noise, and a step of 20 % after two thirds of its runs.
    pub fn of(runs: usize) -> Self {
        let series = synthetic(0, runs);
        let commits = series.runs.iter().map(|run| Commit {
            id: format!("{:040x}", run.commit.0),
            time: run.time,
            author_time: None,
            subject: None,
            author: None,
            parents: Vec::new(),
            pull: None,
            tags: Vec::new(),
            main_line: true,
        });
        let commits = commits.collect();
        let series = [series];
        let analysis = detect::analyze_all(&series, &Policy::default(), &context_of(&series));
        let analysis = analysis.by_series.into_iter().next().expect("one series was analyzed");
        let [series] = series;
        Self { commits, analysis, series }
    }

    fn input(&self) -> TrendInput<'_> {
        TrendInput {
            series: &self.series,
            analysis: &self.analysis,
            commits: &self.commits,
            notes: &[],
            id: "c1",
            links: &NoLinks,
            span: ChartSpan::Time,
        }
    }

    /// Analyzes the series; the number of changes.
    pub fn analyze(&self) -> usize {
        analyze_changes(std::slice::from_ref(&self.series), &Policy::default())
    }

    /// Draws it for a page; bytes of SVG.
    pub fn trend(&self) -> usize {
        chart::trend(&self.input()).svg.len()
    }

    /// Draws it as a file; bytes of SVG.
    pub fn standalone(&self) -> usize {
        chart::standalone(&self.input()).len()
    }

    /// Draws its newest runs as a line in a table; bytes of SVG.
    pub fn spark(&self) -> usize {
        chart::spark(&self.series, &self.analysis).len()
    }

    /// What the chart shows, for a writer that is compared with ours.
    pub fn points(&self) -> Vec<ChartPoint> {
        let runs = self.series.runs.iter().enumerate();
        runs.map(|(at, run)| {
            let level = self.analysis.level.get(at).zip(self.analysis.spread.get(at));
            let day = run.time.micros() as f64 / DAY_US as f64;
            (day, run.value.get().unwrap_or(f64::NAN), level)
        })
        .collect()
    }
}

/// One run a day with 2 % noise; every third series steps by 20 % after two thirds of its runs.
fn synthetic(index: usize, runs: usize) -> Series {
    let mut state = index as u64 + 1;
    let step = if index.is_multiple_of(3) { runs * 2 / 3 } else { runs };
    let run = |at: usize| {
        let level = if at >= step { 120.0 } else { 100.0 };
        Run::of_value(
            CommitIndex(u32::try_from(at).unwrap_or(u32::MAX)),
            Timestamp::from_micros(at as i64 * DAY_US),
            (level * (1.0 + 0.02 * pseudo_noise(&mut state))).into(),
        )
    };
    let key = SeriesKey {
        suite: "bench".to_owned(),
        ..SeriesKey::of_test(&format!("test {}", index / 6), &format!("backend {}", index % 6))
    };
    Series::of_times(key, (0..runs).map(run).collect())
}

/// Nearly normal with standard deviation 1: the sum of 12 uniform numbers less 6, from a linear
/// congruential generator (Knuth's MMIX constants).
fn pseudo_noise(state: &mut u64) -> f64 {
    let uniform = |state: &mut u64| {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..12).map(|_| uniform(state)).sum::<f64>() - 6.0
}
