//! All charts on one page, to look at: `BENCHPAGES_CHART_OUT=1 cargo test gallery` writes it to the
//! temporary directory. Without the variable the page is made and checked, but not written.

use std::fmt::Write;

use crate::bar::change_bar;
use crate::compare::{ComparisonChart, ComparisonLine, Measure, SweepLine, sweep};
use crate::example::{ExampleChart, ExampleLinks};
use crate::multiple::{SharedAxes, panel};
use crate::{
    CardSize, ChartSpan, KeyMark, RunWindow, SharedRow, TrendChart, TrendInput, card, cell, spark,
    standalone, tile, trend,
};
use model::record::Direction;
use model::text::xml::XmlText;

fn figure(title: &str, id: &str, chart: &TrendChart) -> String {
    let caption = XmlText::text(&chart.caption);
    let description = XmlText::text(&chart.description);
    let note = XmlText::text(&chart.note);
    let key = key(&chart.key);
    format!(
        "<h2>{title}</h2><figure><div class=fh><figcaption id=\"{id}-t\">{caption} \
         <span class=note>{note}</span></figcaption>{key}</div>{}\
         <p class=read id=\"{id}-s\">{description}</p></figure>\n",
        chart.svg
    )
}

fn key(marks: &[KeyMark]) -> String {
    let entries = marks.iter().map(|entry| format!("<li>{}{}</li>", entry.mark, entry.name));
    format!("<ul class=key>{}</ul>", entries.collect::<String>())
}

fn page(body: &str) -> String {
    let css = include_str!("../../../static/app.css");
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>charts</title>\
         <meta name=viewport content=\"width=device-width\"><style>{css}\
         body{{font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);\
         max-width:72rem;margin:0 auto;padding:0 1rem 3rem}}figure{{margin:0}}\
         .grid{{display:grid;gap:1rem;\
         grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}}\
         p{{color:var(--mut)}}img{{max-width:100%}}a{{color:inherit}}</style><body>{body}"
    )
}

fn gallery() -> String {
    let mut body = String::new();
    let mut add = |title: &str, id: &'static str, sample: &ExampleChart, span: ChartSpan| {
        let input = TrendInput { id, span, ..sample.input(&ExampleLinks) };
        body.push_str(&figure(title, id, &trend(&input)));
    };
    let all = ExampleChart::with_everything(200);
    let change = all.analysis.changes[1].first_after;
    add("Everything, 200 runs", "a", &all, ChartSpan::Time);
    add("Zoom on commits", "b", &all, ChartSpan::Order(RunWindow::around(change)));
    add("Dense, 5,000 runs", "c", &ExampleChart::with_everything(5000), ChartSpan::Time);
    add("One run", "d", &ExampleChart::from_values(vec![Some(9.1e4)]), ChartSpan::Time);
    add("Only failures", "e", &ExampleChart::from_values(vec![None; 9]), ChartSpan::Time);
    add(
        "Two runs",
        "g",
        &ExampleChart::from_values(vec![Some(9.1e4), Some(9.3e4)]),
        ChartSpan::Time,
    );
    add("A pool of three runners", "h", &ExampleChart::three_runners(150), ChartSpan::Time);
    add("Many changes", "i", &ExampleChart::many_changes(300), ChartSpan::Time);
    add("No runs", "f", &ExampleChart::from_values(vec![]), ChartSpan::Time);
    let _ = write!(body, "<h2>Spark</h2>{}", spark(&all.series, &all.analysis));
    body.push_str(&small_charts());
    let _ = write!(body, "<h2>Multiples</h2><div class=grid>");
    let quiet = ExampleChart::from_values(
        (0..170).map(|i| Some(1.2e6 + f64::from(i * 7919 % 31) * 1e3)).collect(),
    );
    let group = [&all, &quiet, &ExampleChart::with_everything(90)];
    if let Some(shared) = SharedAxes::of(group.map(|sample| (&sample.series, &sample.analysis))) {
        for (slot, sample) in (1..).zip(group) {
            let id = format!("m{slot}");
            let input = TrendInput { id: &id, ..sample.input(&ExampleLinks) };
            let _ = write!(body, "<figure>{}</figure>", panel(&input, shared));
        }
    }
    body.push_str("</div>");
    body.push_str(&several(&all));
    body.push_str("<h2>Changes</h2>");
    for change in [0.0, 0.03, -0.05, 0.139, -0.2, 1.3, -0.9] {
        body.push_str(&change_bar(change, 0.12, Direction::Lower));
    }
    let _ = write!(body, "<h2>Standalone</h2><img src=chart.svg alt=chart>");
    body
}

/// Cards, tiles and cells.
fn small_charts() -> String {
    let mut body = "<h2>Cards</h2><div class=grid>".to_owned();
    let samples = [
        (ExampleChart::with_everything(200), Some(1), CardSize::Open),
        (ExampleChart::gradual(60), Some(0), CardSize::Open),
        (ExampleChart::thousandfold(120), Some(0), CardSize::Member),
        (ExampleChart::many_changes(300), Some(9), CardSize::Closed),
        (ExampleChart::from_values(vec![Some(9.1e4), Some(9.3e4)]), None, CardSize::Closed),
        (ExampleChart::from_values(vec![]), None, CardSize::Closed),
    ];
    for (sample, change, size) in &samples {
        let drawn = card(&sample.series, &sample.analysis, *change, *size);
        let key = key(&drawn.key);
        let caption = XmlText::text(&drawn.caption);
        let drawing = &drawn.drawing;
        let _ = write!(body, "<figure><b>{caption}</b>{key}{drawing}</figure>");
    }
    body.push_str("</div><h2>Tiles</h2><div class=grid>");
    for (sample, ..) in &samples {
        let _ = write!(body, "<figure>{}</figure>", tile(&sample.series, &sample.analysis));
    }
    body.push_str("</div><h2>Cells</h2><div class=grid>");
    let members = || samples[..2].iter().map(|(it, ..)| (&it.series, &it.analysis));
    let shared = SharedRow::of(members());
    for (series, analysis) in members() {
        let _ = write!(body, "<figure>{}</figure>", cell(series, analysis, &shared));
    }
    body.push_str("</div>");
    body
}

fn several(all: &ExampleChart) -> String {
    let mut body = String::new();
    let factors = [1.0, 0.9, 0.33, 14.0, 0.8, 0.13];
    let names = ["julia", "go", "ts", "sql", "csharp", "rust"];
    let samples = factors.map(|factor| {
        let mut sample = ExampleChart::with_everything(200);
        let scale = |value: Option<f64>| value.map(|value| value * factor);
        sample.series.runs.iter_mut().for_each(|run| run.value = scale(run.value.get()).into());
        sample.analysis.level = sample.analysis.level.iter().map(scale).collect();
        sample
    });
    let line = |(slot, at): (u8, usize)| ComparisonLine {
        label: names[at],
        slot,
        series: &samples[at].series,
        analysis: &samples[at].analysis,
        href: Some(format!("{slot}/")),
    };
    let lines: Vec<ComparisonLine<'_>> = (1..).zip(0..6).map(line).collect();
    let placed = |drawn: ComparisonChart, id| drawn.on_page(id, str::to_owned);
    body.push_str(&figure("Comparison", "k1", &placed(ComparisonChart::of(&lines), "k1")));
    let three = placed(ComparisonChart::of(&lines[..3]), "k2");
    body.push_str(&figure("Comparison of three", "k2", &three));
    let sweeps: Vec<SweepLine<'_>> = (1..)
        .zip(names.iter().zip(factors))
        .map(|(slot, (label, factor))| SweepLine {
            label,
            slot,
            points: [1_000_u64, 10_000, 100_000, 1_000_000]
                .map(|n| (n, factor * (n as f64 * 0.9 + 2e4 * f64::from(slot))))
                .to_vec(),
            href: None,
        })
        .collect();
    let unit = &all.series.unit;
    let measure = Measure { metric: "time", unit, direction: Direction::Lower };
    body.push_str(&figure("Sweep", "w", &placed(sweep(&sweeps, &measure), "w")));
    body
}

#[test]
fn the_gallery_shows_every_chart() {
    let html = page(&gallery());
    assert!(!html.contains("NaN") && !html.contains("inf%"));
    if std::env::var_os("BENCHPAGES_CHART_OUT").is_some() {
        let folder = std::env::temp_dir().join("benchpages-charts");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("index.html"), html).unwrap();
        let file = standalone(&ExampleChart::with_everything(200).input(&ExampleLinks));
        std::fs::write(folder.join("chart.svg"), file.as_str()).unwrap();
    }
}
