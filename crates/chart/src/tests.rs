//! What every chart must hold, whatever the series.

use proptest::prelude::*;

use crate::backend::{MarkRole, Shape, Tone};
use crate::compare::{ComparisonChart, ComparisonLine};
use crate::example::{ExampleChart, ExampleLinks};
use crate::grid::{GridPoint, WIDTH};
use crate::input::MAX_CHART_BYTES;
use crate::layout::ChartLayout;
use crate::multiple::{SharedAxes, panel};
use crate::{
    CardSize, ChartNote, ChartSpan, MarkLinks, NoLinks, NoteKind, RunWindow, SharedRow, TrendInput,
    card, cell, spark, standalone, tile, trend,
};
use detect::Analysis;
use detect::per_run::PerRun;
use model::record::time::Timestamp;

fn layout(sample: &ExampleChart) -> ChartLayout {
    ChartLayout::of_trend(&sample.input(&ExampleLinks))
}

/// Three runs, too few for a level.
#[test]
fn the_head_of_the_crate_shows_a_chart_of_three_runs() {
    let mut sample = ExampleChart::from_values([100.0, 120.0, 110.0].map(Some).to_vec());
    sample.analysis.verdict = detect::Verdict::New;
    let svg = trend(&sample.input(&NoLinks)).svg;
    let drawing: Vec<&str> = svg.split_inclusive('>').filter(|tag| tag.contains(" d=")).collect();
    let marks = drawing.iter().filter(|tag| tag.contains("class="));
    let head = include_str!("lib.rs").replace("\n//!     ", "");
    for mark in marks {
        assert!(head.contains(mark), "lib.rs does not show {mark}");
    }
}

fn lines(layout: &ChartLayout, role: MarkRole) -> Vec<Vec<GridPoint>> {
    let of_role = layout.layers.iter().filter(|layer| layer.role == role);
    of_role
        .flat_map(|layer| &layer.shapes)
        .map(|shape| match shape {
            Shape::Dot(point) => vec![*point],
            Shape::Line(points) | Shape::Area(points) => points.clone(),
        })
        .collect()
}

#[test]
fn a_chart_with_everything_stays_within_its_bytes() {
    for runs in [1, 48, 200, 400, 401, 1000, 5000, 20_000] {
        let sample = ExampleChart::with_everything(runs);
        let chart = trend(&sample.input(&ExampleLinks));
        assert!(chart.svg.len() <= MAX_CHART_BYTES, "{runs} runs: {} bytes", chart.svg.len());
        assert!(spark(&sample.series, &sample.analysis).len() <= 600);
    }
}

#[test]
fn a_chart_of_many_runs_has_20_columns_and_one_link_for_all() {
    for runs in [200, 1396, 5000] {
        let svg = trend(&ExampleChart::with_everything(runs).input(&ExampleLinks)).svg;
        let columns = svg.split_once("#runs").unwrap().1.split_once("</a>").unwrap().0;
        let columns = columns.matches("<title>").count();
        assert!((18..=20).contains(&columns), "{runs} runs: {columns} columns");
        assert_eq!(svg.matches("href=\"#runs\"").count(), 1, "{runs} runs");
    }
    let svg = trend(&ExampleChart::with_everything(6).input(&ExampleLinks)).svg;
    assert!(svg.contains("/commit/") && !svg.contains("#runs"), "{svg}");
}

#[test]
fn all_marks_are_drawn_back_to_front() {
    let layout = layout(&ExampleChart::with_everything(200));
    let roles: Vec<MarkRole> = layout.layers.iter().map(|layer| layer.role).collect();
    assert!(roles.is_sorted_by(|a, b| a < b), "one layer for each role");
    for role in [
        MarkRole::GapBand,
        MarkRole::Grid,
        MarkRole::Cost,
        MarkRole::Run,
        MarkRole::Baseline,
        MarkRole::Threshold,
        MarkRole::Change(Tone::Worse),
        MarkRole::Change(Tone::Better),
        MarkRole::RunnerChange,
        MarkRole::Outlier,
        MarkRole::Clipped,
        MarkRole::LevelPiece,
        MarkRole::LevelNow(Tone::Worse),
        MarkRole::LevelEnd(Tone::Worse),
    ] {
        assert!(roles.contains(&role), "{role:?}");
    }
    assert_eq!((layout.failed_runs.len(), layout.notes.len()), (2, 1));
}

#[test]
fn no_line_crosses_a_change_a_gap_or_a_runner_change() {
    let sample = ExampleChart::with_everything(200);
    let layout = layout(&sample);
    let cuts: Vec<i32> = [60, 88, 104, 136].map(|run: usize| layout.positions[run]).to_vec();
    let mut drawn = lines(&layout, MarkRole::LevelPiece);
    drawn.extend(lines(&layout, MarkRole::LevelNow(Tone::Worse)));
    assert_eq!(drawn.len(), 5);
    for line in drawn {
        let from = line.iter().map(|point| point.0).min().unwrap();
        let to = line.iter().map(|point| point.0).max().unwrap();
        assert!(cuts.iter().all(|cut| to < *cut || from >= *cut), "{from}..{to} of {cuts:?}");
    }
}

#[test]
fn a_run_outside_the_range_is_a_tick_at_the_edge() {
    let sample = ExampleChart::with_everything(200);
    let layout = layout(&sample);
    let x = layout.positions[90];
    let ticks = lines(&layout, MarkRole::Clipped);
    assert!(ticks.contains(&vec![(x, 0), (x, 6)]), "{ticks:?}");
    assert_eq!(layout.outside, ticks.len());
}

#[test]
fn an_infrastructure_day_has_a_mark_of_its_own() {
    let mut sample = ExampleChart::with_everything(200);
    for run in [20, 120] {
        sample.analysis.flags[run] =
            detect::RunFlags { infrastructure: true, ..Default::default() };
    }
    let plain = layout(&sample);
    let places = [20, 120].map(|run| plain.positions[run]);
    let drawn: Vec<i32> =
        lines(&plain, MarkRole::Infrastructure).iter().map(|dot| dot[0].0).collect();
    assert_eq!(drawn, places);
    let chart = trend(&sample.input(&ExampleLinks));
    assert!(chart.key.iter().any(|mark| mark.name == "infrastructure anomaly"));
    assert!(
        chart.description.contains("2 runs with an infrastructure anomaly"),
        "{}",
        chart.description
    );
    for svg in [&chart.svg, &standalone(&sample.input(&ExampleLinks))] {
        assert!(
            svg.contains(r#"<path class="inf" d="#) && svg.contains(r#"<path class="infi" d="#)
        );
    }
    assert!(chart.svg.len() <= MAX_CHART_BYTES);
}

#[test]
fn a_spike_of_the_past_does_not_widen_the_range() {
    let end = |at: usize, value: f64, is_outlier: bool| {
        let mut sample =
            ExampleChart::from_values((0..200).map(|i| Some(100.0 + f64::from(i % 3))).collect());
        sample.series.runs[at].value = value.into();
        sample.analysis.flags[at].is_outlier = is_outlier;
        layout(&sample).y_axis.bounds().1
    };
    assert!(end(20, 130.0, false) < 120.0);
    assert!(end(198, 130.0, true) < 120.0);
    // A fresh jump must be seen.
    assert!(end(198, 130.0, false) > 130.0);
}

#[test]
fn red_is_an_open_regression_and_nothing_else() {
    let mut sample = ExampleChart::with_everything(200);
    let red = |sample: &ExampleChart| {
        let svg = trend(&sample.input(&ExampleLinks)).svg;
        [r#" w""#, r#""w"#, r#"class="cost""#].iter().any(|class| svg.contains(class))
    };
    assert!(red(&sample));
    let (reason, by) = ("safer".to_owned(), "ada".to_owned());
    sample.analysis.changes[1].status = detect::ChangeStatus::Accepted { reason, accepted_by: by };
    sample.analysis.verdict = detect::Verdict::Accepted;
    assert!(!red(&sample));
    assert!(trend(&sample.input(&ExampleLinks)).svg.contains(" accepted</text>"));
}

#[test]
fn the_area_of_a_regression_ends_where_it_is_fixed() {
    let mut sample = ExampleChart::many_changes(120);
    sample.analysis.changes.truncate(2);
    sample.analysis.changes[0].is_regression = true;
    sample.analysis.changes[0].status = detect::ChangeStatus::Fixed { run: Some(40) };
    sample.analysis.changes[1].is_regression = false;
    let layout = layout(&sample);
    let area = lines(&layout, MarkRole::Cost);
    assert_eq!(area.len(), 1);
    assert!(area[0].iter().all(|point| point.0 < layout.positions[40]));
}

#[test]
fn the_threshold_runs_from_its_baseline_to_the_right_edge() {
    let sample = ExampleChart::with_everything(200);
    let layout = layout(&sample);
    let line = lines(&layout, MarkRole::Threshold).remove(0);
    assert_eq!((line[0].0, line[1].0), (layout.positions[60], WIDTH));
    assert_eq!(line[0].1, line[1].1);
}

#[test]
fn jitter_of_one_percent_fills_a_tenth_of_the_height() {
    let values = (0..60).map(|index| Some(1e6 + f64::from(index % 2) * 1e4)).collect();
    let layout = layout(&ExampleChart::from_values(values));
    let heights: Vec<i32> = lines(&layout, MarkRole::Run).iter().map(|dot| dot[0].1).collect();
    let span = heights.iter().max().unwrap() - heights.iter().min().unwrap();
    assert!((12..=30).contains(&span), "{span} of 240");
}

#[test]
fn a_pool_of_two_runners_has_one_level_for_each() {
    let mut sample = ExampleChart::from_values(
        (0..40).map(|index| Some(f64::from(100 + index % 2 * 40))).collect(),
    );
    sample.analysis.verdict = detect::Verdict::Unchanged;
    for (index, run) in sample.series.runs.iter_mut().enumerate() {
        run.segment = index as u32 % 2;
    }
    let layout = layout(&sample);
    let mut drawn = lines(&layout, MarkRole::LevelPiece);
    drawn.extend(lines(&layout, MarkRole::LevelNow(Tone::Neutral)));
    assert_eq!(drawn.len(), 2);
    assert!(drawn.iter().all(|line| line[0].1 == line[1].1));
    let description = trend(&sample.input(&ExampleLinks)).description;
    assert!(description.contains("Runner added on 31 Mar 2025."), "{description}");
}

#[test]
fn a_commit_axis_gives_every_run_the_same_step() {
    let sample = ExampleChart::with_everything(200);
    let window = RunWindow { from: 80, to: 101 };
    let input = TrendInput { span: ChartSpan::Order(window), ..sample.input(&ExampleLinks) };
    let layout = ChartLayout::of_trend(&input);
    assert_eq!(layout.rows.len(), 21);
    let steps: Vec<i32> = layout.positions.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.iter().all(|step| (49..=50).contains(step)), "{steps:?}");
}

#[test]
fn names_from_data_cannot_leave_their_place() {
    let mut sample = ExampleChart::with_everything(60);
    let hostile = "</title><script>alert(1)</script>\"'&\u{0}\u{b}";
    sample.series.key.test = hostile.to_owned();
    sample.series.key.metric_name = hostile.to_owned();
    sample.notes[0].text = hostile.to_owned();
    for commit in &mut sample.commits {
        commit.id = hostile.to_owned();
    }
    let input = TrendInput { id: "x\"><b", ..sample.input(&ExampleLinks) };
    for text in [trend(&input).svg, standalone(&input)] {
        assert!(!text.contains("<script") && !text.contains('\u{0}') && !text.contains("\"><b"));
        well_formed(&text);
    }
}

/// Links that try to leave their attribute.
struct Hostile;

impl MarkLinks for Hostile {
    fn run(&self, _run: usize) -> Option<String> {
        Some("\"><script>alert(1)</script>".to_owned())
    }

    fn runs(&self) -> Option<String> {
        Some("\"><script>alert(2)</script>".to_owned())
    }

    fn change(&self, _event: usize) -> Option<String> {
        Some("'\"><script>&".to_owned())
    }
}

#[test]
fn links_cannot_leave_their_attribute() {
    let sample = ExampleChart::with_everything(60);
    let svg = trend(&sample.input(&Hostile)).svg;
    assert!(!svg.contains("<script"));
    well_formed(&svg);
}

#[test]
fn the_description_says_what_the_chart_shows() {
    let sample = ExampleChart::with_everything(200);
    let chart = trend(&sample.input(&ExampleLinks));
    assert_eq!(chart.caption, "Median time per call");
    assert_eq!(
        chart.note,
        "200 runs, 30 Mar to 4 Oct 2025. Lower is better. The axis does not start at 0."
    );
    assert_eq!(
        chart.description,
        "2 lasting changes: −5.4% (faster) on 23 May 2025 and +12.3% (slower) on 8 Aug 2025. \
         Runner changed on 10 Jul 2025; not compared across the change. No runs 17–25 Jun 2025. \
         2 failed runs, 3 outliers and 2 runs outside the chart."
    );
    let names: Vec<&str> = chart.key.iter().map(|mark| mark.name).collect();
    assert_eq!(
        names,
        [
            "run",
            "level",
            "level now",
            "baseline",
            "threshold",
            "outlier",
            "run outside the chart",
            "gap",
            "failed run",
            "note"
        ]
    );
    assert_eq!(
        trend(&ExampleChart::from_values(vec![]).input(&ExampleLinks)).description,
        "No runs yet."
    );
}

#[test]
fn what_is_no_time_is_better_or_worse() {
    let mut sample = ExampleChart::with_everything(200);
    sample.series.unit = model::record::Unit::parse("score").0;
    let description = trend(&sample.input(&ExampleLinks)).description;
    assert!(description.contains("−5.4% (better)") && description.contains("+12.3% (worse)"));
}

#[test]
fn a_new_version_of_the_benchmark_is_not_called_a_new_runner() {
    let mut sample = ExampleChart::with_everything(200);
    let runner = sample.series.segments[0].fingerprint.clone();
    sample.series.segments[1].fingerprint = runner;
    sample.series.segments[1].version = Some("2".to_owned());
    let chart = trend(&sample.input(&ExampleLinks));
    assert!(chart.description.contains("Benchmark changed on 10 Jul 2025."));
    assert!(chart.svg.contains("benchmark changed") && !chart.svg.contains("runner changed"));
}

#[test]
fn higher_is_better_puts_the_threshold_below() {
    let mut sample = ExampleChart::with_everything(200);
    sample.series.direction = model::record::Direction::Higher;
    let layout = layout(&sample);
    let threshold = lines(&layout, MarkRole::Threshold);
    assert!(threshold.iter().all(|line| line[0].1 > layout.height / 2));
    assert!(trend(&sample.input(&ExampleLinks)).note.contains("Higher is better."));
}

/// Every tag closes, every attribute is quoted, no name twice in one tag.
fn well_formed(svg: &str) {
    let mut reader = quick_xml::Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) => {
                depth += 1;
                tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            quick_xml::events::Event::Empty(tag) => {
                tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
}

const EXTREMES: [f64; 8] = [0.0, -5.0, 1e300, -1e300, 1e-300, f64::MAX, f64::MIN, 5e-324];

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        6 => (50.0..150.0f64).prop_map(Some),
        1 => Just(None),
        1 => prop::sample::select(EXTREMES.to_vec()).prop_map(Some),
        1 => any::<f64>().prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_series_gives_well_formed_charts_without_nan(
        values in prop::collection::vec(value(), 0..60),
        segments in prop::collection::vec(0..4u32, 60),
        cuts in prop::collection::vec(0..60usize, 0..4),
        baseline in prop::option::of(value()),
        window in prop::option::of((0..60usize, 0..60usize)),
        times in prop::option::of(prop::collection::vec(any::<i64>(), 60)),
    ) {
        let mut sample = ExampleChart::from_values(values);
        for (run, segment) in sample.series.runs.iter_mut().zip(&segments) {
            run.segment = *segment;
        }
        for (run, time) in sample.series.runs.iter_mut().zip(times.iter().flatten()) {
            run.time = Timestamp::from_micros(*time);
        }
        let (time, text) = (Timestamp::from_micros(0), "note".to_owned());
        sample.notes.push(ChartNote { time, text, kind: NoteKind::Remark });
        sample.analysis.gaps = cuts;
        sample.compute_levels();
        if let Some(Some(value)) = baseline {
            sample.analysis.baseline = Some(detect::Baseline { value, runs: 9, first_run: 3 });
        }
        let window = window.map(|(from, to)| ChartSpan::Order(RunWindow { from, to }));
        let span = window.unwrap_or(ChartSpan::Time);
        let input = TrendInput { span, ..sample.input(&ExampleLinks) };
        let chart = trend(&input);
        well_formed(&chart.svg);
        prop_assert!(chart.svg.len() <= MAX_CHART_BYTES);
        no_nan(&chart.svg)?;
        no_nan(&chart.description)?;
        let members = || [(&sample.series, &sample.analysis)];
        let shared = SharedRow::of(members());
        let mut small = vec![cell(&sample.series, &sample.analysis, &shared)];
        small.push(tile(&sample.series, &sample.analysis));
        small.push(card(&sample.series, &sample.analysis, None, CardSize::Open).drawing);
        for svg in &small {
            well_formed(svg);
            no_nan(svg)?;
        }
        if let Some(shared) = SharedAxes::of(members()) {
            let svg = panel(&input, shared);
            well_formed(&svg);
            no_nan(&svg)?;
        }
        let line = |slot| ComparisonLine {
            label: "a<b",
            slot,
            series: &sample.series,
            analysis: &sample.analysis,
            href: None,
        };
        let several = ComparisonChart::of(&[line(1), line(2)]).on_page("x", str::to_owned);
        well_formed(&several.svg);
        no_nan(&several.svg)?;
        let file = standalone(&input);
        well_formed(&file);
        no_nan(&file)?;
        let line = spark(&sample.series, &sample.analysis);
        prop_assert!(line.len() <= 600);
        no_nan(&line)?;
        let layout = ChartLayout::of_trend(&input);
        let height = layout.height;
        for shape in layout.layers.iter().flat_map(|layer| &layer.shapes) {
            let (Shape::Line(points) | Shape::Area(points)) = shape else { continue };
            // A level of a single run is a dash of 6 units around it.
            let on_grid =
                |(x, y): &GridPoint| (-3..=WIDTH + 3).contains(x) && (0..=height).contains(y);
            prop_assert!(points.iter().all(on_grid));
        }
    }
}

fn no_nan(text: &str) -> Result<(), TestCaseError> {
    let bad = ["NaN", "\"inf", " inf", "-inf"].iter().any(|word| text.contains(word));
    prop_assert!(!bad, "{text}");
    Ok(())
}

#[test]
fn an_analysis_of_other_length_does_not_matter() {
    let mut sample = ExampleChart::with_everything(50);
    let Analysis { level, spread, flags, .. } = &mut sample.analysis;
    *level = level.iter().take(3).collect();
    *spread = PerRun::default();
    flags.clear();
    trend(&sample.input(&ExampleLinks));
}

#[test]
fn the_run_of_the_next_day_leaves_the_older_ones_as_they_are() {
    let value = |at: usize| Some(100.0 + (at * 7919 % 23) as f64 / 8.0);
    let dots = |runs: usize| {
        let sample = ExampleChart::from_values((0..runs).map(value).collect());
        let svg = trend(&sample.input(&ExampleLinks)).svg;
        svg.split_once("class=\"d\" d=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
    };
    let days: Vec<String> = (150..270).map(dots).collect();
    let moved = days.windows(2).filter(|pair| !pair[1].starts_with(&pair[0])).count();
    // Four months have eight halves, each of which the frame ends with once.
    assert!((4..=10).contains(&moved), "{moved} of 120 days move older runs");
}
