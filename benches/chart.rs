//! Charts: time per chart, and bytes against plotters' own SVG backend drawing the same grid,
//! band, dots and level. `cargo bench --bench chart` prints the bytes first.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

#[path = "../src/analysis/mod.rs"]
mod analysis;
#[path = "../src/chart/mod.rs"]
mod chart;
#[path = "../src/filter.rs"]
mod filter;
#[path = "../src/history.rs"]
mod history;
#[path = "../src/policy/mod.rs"]
mod policy;
#[path = "../src/record.rs"]
mod record;
#[path = "../src/series.rs"]
mod series;
#[path = "../src/text.rs"]
mod text;

use std::hint::black_box;

use criterion::Criterion;
use plotters::prelude::*;

use crate::chart::sample::{Linked, Sample};
use crate::chart::{Size, Unlinked};

/// The same marks by plotters' stock writer, on a canvas of ten times the size so that its whole
/// pixels are as fine as ours.
fn stock(sample: &Sample) -> String {
    let mut out = String::new();
    {
        let area = SVGBackend::with_string(&mut out, (7200, 2600)).into_drawing_area();
        let runs = &sample.series.runs;
        let at = |index: usize| runs[index].time.micros() as f64;
        let mut builder = ChartBuilder::on(&area);
        builder.x_label_area_size(300).y_label_area_size(400);
        let across = at(0)..at(runs.len() - 1);
        let mut chart = builder.build_cartesian_2d(across, 75_000.0..120_000.0).unwrap();
        chart.configure_mesh().disable_x_mesh().y_labels(5).x_labels(6).draw().unwrap();
        let analysis = &sample.analysis;
        for stretch in (0..runs.len()).collect::<Vec<_>>().split(|at| analysis.level[*at].is_none())
        {
            let level = |index: &usize| (at(*index), analysis.level[*index].unwrap());
            let edge = |index: &usize, side: f64| {
                let (x, y) = level(index);
                (x, y + side * analysis.spread[*index].unwrap())
            };
            let upper = stretch.iter().map(|index| edge(index, 1.0));
            let lower = stretch.iter().rev().map(|index| edge(index, -1.0));
            let outline: Vec<_> = upper.chain(lower).collect();
            chart.draw_series([Polygon::new(outline, BLUE.mix(0.2))]).unwrap();
            chart.draw_series(LineSeries::new(stretch.iter().map(level), BLUE)).unwrap();
        }
        let dots = (0..runs.len()).filter_map(|index| Some((at(index), runs[index].value?)));
        chart.draw_series(dots.map(|dot| Circle::new(dot, 20, BLUE.mix(0.55).filled()))).unwrap();
        area.present().unwrap();
    }
    out
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    for runs in [200, 5000] {
        let sample = Sample::everything(runs);
        let (linked, bare) = (sample.input(&Linked), sample.input(&Unlinked));
        let ours = chart::trend(&linked, Size::Full).svg.len();
        let file = chart::standalone(&bare).len();
        let stock_bytes = stock(&sample).len();
        eprintln!(
            "{runs} runs: page {ours} B (with links), file {file} B, stock {stock_bytes} B, \
             {:.1} times the file",
            stock_bytes as f64 / file as f64
        );
        criterion.bench_function(&format!("trend/{runs}"), |bencher| {
            bencher.iter(|| chart::trend(black_box(&linked), Size::Full));
        });
        criterion.bench_function(&format!("standalone/{runs}"), |bencher| {
            bencher.iter(|| chart::standalone(black_box(&bare)));
        });
        criterion.bench_function(&format!("stock plotters/{runs}"), |bencher| {
            bencher.iter(|| stock(black_box(&sample)));
        });
        criterion.bench_function(&format!("spark/{runs}"), |bencher| {
            bencher.iter(|| chart::spark(black_box(&sample.series), &sample.analysis));
        });
    }
    criterion.final_summary();
}
