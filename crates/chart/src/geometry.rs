//! What holds for the place of every text of every chart: none covers another, none is crossed by
//! the line of a flag, none leaves the chart, at any width of the field.
//!
//! Read from what is written, not from the layout: this is what a browser draws. A character is
//! taken as wide as in the widest common system font.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::example::{ExampleChart, ExampleLinks};
use crate::{CardSize, ChartSpan, RunWindow, TrendInput, card, trend};
use detect::{ChangeKind, ChangeStatus};

/// Fields of 236, 496 and 836 px are where the sets of texts change; between them texts move
/// apart.
const WIDTHS: [i32; 8] = [236, 330, 495, 496, 700, 835, 836, 1700];
const GUTTER: i32 = 64;

/// A text, or the line of a flag, as it is written.
#[derive(Debug, Clone, Default)]
struct Mark {
    /// Class of the drawing: `ln`, `gt` or `ax`.
    drawing: String,
    classes: String,
    /// Percent of the field, then pixels.
    share: f64,
    x: i32,
    y: i32,
    bottom: i32,
    anchor: String,
    text: String,
    is_line: bool,
}

impl Mark {
    fn is_shown(&self, width: i32) -> bool {
        let set = match width {
            ..496 => "bn",
            496..836 => "bm",
            _ => "bw",
        };
        let sets: Vec<&str> =
            self.classes.split(' ').filter(|class| ["bn", "bm", "bw"].contains(class)).collect();
        sets.is_empty() || sets.contains(&set)
    }

    /// Left and right end in pixels of the chart.
    fn extent(&self, width: i32) -> (i32, i32) {
        let base = (self.share * f64::from(width) / 100.0).round() as i32 + self.x;
        let character = if self.drawing == "ln" || self.classes.contains("now") { 15 } else { 14 };
        let long = self.text.chars().count() as i32 * character / 2;
        match (self.drawing.as_str(), self.anchor.as_str()) {
            ("gt", _) => (width + self.x, width + self.x + long),
            (_, "middle") => (base - long / 2, base + long / 2),
            (_, "end") => (base - long, base),
            _ => (base, base + long),
        }
    }

    fn overlaps(&self, other: &Self, width: i32) -> bool {
        let ((a, b), (c, d)) = (self.extent(width), other.extent(width));
        let apart_across = b <= c || d <= a;
        let apart_up = (self.y - other.y).abs() < 13;
        self.drawing == other.drawing && !apart_across && apart_up
    }

    /// Whether this line of a flag runs through a text of the lane.
    fn crosses(&self, text: &Self, width: i32) -> bool {
        let (x, _) = self.extent(width);
        let (from, to) = text.extent(width);
        let (top, bottom) = (text.y - 9, text.y + 3);
        text.drawing == self.drawing
            && (from..=to).contains(&x)
            && self.y < bottom
            && self.bottom > top
    }
}

fn marks(svg: &str) -> Vec<Mark> {
    let mut reader = Reader::from_str(svg);
    let (mut marks, mut drawing, mut group) = (Vec::<Mark>::new(), String::new(), String::new());
    let mut in_title = false;
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            match event {
                Event::Text(text) if !in_title && ["ln", "gt", "ax"].contains(&&*drawing) => {
                    if let Some(mark) = marks.last_mut().filter(|mark| !mark.is_line) {
                        mark.text = text.decode().unwrap().into_owned();
                    }
                }
                Event::End(tag) if tag.name().as_ref() == b"title" => in_title = false,
                Event::Eof => break,
                _ => {}
            }
            continue;
        };
        let attribute = |name: &str| {
            let found = tag.try_get_attribute(name).unwrap();
            found.map_or_else(String::new, |it| String::from_utf8(it.value.to_vec()).unwrap())
        };
        let number = |name: &str| attribute(name).trim_end_matches('%').parse::<f64>();
        match tag.name().as_ref() {
            b"svg" => (drawing, group) = (attribute("class"), String::new()),
            b"g" => group = attribute("class"),
            b"title" => in_title = true,
            b"line" => marks.push(Mark {
                drawing: drawing.clone(),
                classes: group.clone(),
                share: number("x1").unwrap(),
                y: number("y1").unwrap() as i32,
                bottom: number("y2").unwrap() as i32,
                is_line: true,
                ..Mark::default()
            }),
            b"text" if !["x", "an"].contains(&&*attribute("class")) => {
                // The stylesheet has the places that most texts share.
                let place = number("x").unwrap_or(8.0);
                let classes = attribute("class");
                let anchor = match &*drawing {
                    "ax" if classes.split(' ').any(|class| class == "s") => String::new(),
                    "ax" if classes.split(' ').any(|class| class == "e") => "end".to_owned(),
                    "ax" => "middle".to_owned(),
                    _ => attribute("text-anchor"),
                };
                let in_percent = attribute("x").ends_with('%');
                marks.push(Mark {
                    drawing: drawing.clone(),
                    classes: format!("{group} {}", attribute("class")),
                    share: if in_percent { place } else { 0.0 },
                    x: if in_percent { number("dx").unwrap_or(0.0) as i32 } else { place as i32 },
                    y: number("y").unwrap_or(14.0) as i32,
                    anchor,
                    ..Mark::default()
                });
            }
            _ => {}
        }
    }
    marks
}

/// The faults of a chart at all widths.
fn faults(svg: &str) -> Vec<String> {
    let marks = marks(svg);
    let mut faults = Vec::new();
    for width in WIDTHS {
        let shown: Vec<&Mark> = marks.iter().filter(|mark| mark.is_shown(width)).collect();
        let texts: Vec<&&Mark> = shown.iter().filter(|mark| !mark.is_line).collect();
        for (at, text) in texts.iter().enumerate() {
            let (from, to) = text.extent(width);
            if from < 0 || to > width + GUTTER + 8 {
                faults.push(format!("{width}: {:?} leaves the chart", text.text));
            }
            for other in texts[at + 1..].iter().filter(|other| text.overlaps(other, width)) {
                faults.push(format!("{width}: {:?} covers {:?}", text.text, other.text));
            }
            for line in shown.iter().filter(|mark| mark.is_line && mark.crosses(text, width)) {
                faults.push(format!("{width}: a line at {}% crosses {:?}", line.share, text.text));
            }
        }
    }
    faults
}

fn charts(sample: &ExampleChart) -> Vec<String> {
    let input = sample.input(&ExampleLinks);
    let count = sample.series.runs.len();
    let span = ChartSpan::Order(RunWindow::around(count / 2));
    let zoom = trend(&TrendInput { span, ..input }).svg.into_string();
    let mut all = vec![trend(&input).svg.into_string(), zoom];
    let changes = (0..sample.analysis.changes.len()).map(Some);
    for change in changes.take(4).chain([None]) {
        for size in [CardSize::Open, CardSize::Member, CardSize::Closed] {
            let drawn = card(&sample.series, &sample.analysis, change, size);
            all.push(drawn.drawing.into_string());
        }
    }
    all
}

#[test]
fn no_text_covers_another_or_leaves_the_chart() {
    let samples = [
        ExampleChart::with_everything(30),
        ExampleChart::with_everything(200),
        ExampleChart::with_everything(1396),
        ExampleChart::many_changes(300),
        ExampleChart::three_runners(150),
        ExampleChart::gradual(60),
        ExampleChart::thousandfold(120),
        ExampleChart::from_values(vec![Some(9.1e4)]),
        ExampleChart::from_values(vec![None; 9]),
        ExampleChart::from_values(vec![]),
    ];
    for chart in samples.iter().flat_map(charts) {
        assert_eq!(faults(&chart), Vec::<String>::new(), "{chart}");
    }
}

#[test]
fn the_check_sees_texts_that_cover_each_other() {
    let text = |x: i32| format!(r#"<text x="{x}%" y="14">12 Sep</text>"#);
    let axis = format!(r#"<svg class="ax">{}{}</svg>"#, text(10), text(12));
    assert!(!faults(&axis).is_empty());
    let lane = r#"<svg class="ln"><g><line x1="12%" y1="3" y2="20"/></g><g><text x="10%" y="14"
        dx="5">12 Sep +40%</text></g></svg>"#;
    assert!(!faults(lane).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn no_text_of_any_history_covers_another(
        levels in prop::collection::vec((1.0..5e8f64, 1..60usize, 0..6u8), 1..12),
        days in prop::collection::vec(0..900i64, 0..4),
        direction in prop::sample::select(vec!["ns", "B", "count", "requests/s"]),
    ) {
        let values = levels.iter().flat_map(|(level, runs, _)| {
            (0..*runs).map(move |run| Some(level * (1.0 + 0.01 * (run * 7 % 5) as f64)))
        });
        let mut sample = ExampleChart::from_values(values.collect());
        sample.series.unit = model::record::Unit::parse(direction).0;
        let mut first = 0;
        for (_, runs, kind) in &levels[..levels.len() - 1] {
            first += runs;
            sample.add_change(first);
            let change = sample.analysis.changes.last_mut().unwrap();
            match kind {
                0 => change.status = ChangeStatus::Fixed { run: Some(first) },
                1 => change.status = ChangeStatus::Withdrawn,
                2 => change.kind = ChangeKind::Drift,
                3 => sample.series.runs[first..].iter_mut().for_each(|run| run.segment += 1),
                _ => {}
            }
        }
        for (at, days) in days.iter().enumerate() {
            let from = sample.series.runs.len() * (at + 1) / 6;
            for run in &mut sample.series.runs[from..] {
                let time = run.time.micros() + days * model::record::time::DAY_US;
                run.time = model::record::time::Timestamp::from_micros(time);
            }
        }
        sample.compute_levels();
        for chart in charts(&sample) {
            prop_assert_eq!(faults(&chart), Vec::<String>::new(), "{}", chart);
        }
    }
}
