//! Our chart files against plotters' own SVG backend drawing the same grid, band, level and dots:
//! bytes first, then time. `cargo bench --features bench --bench stock`.
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::hint::black_box;

use benchpages::bench::{ChartFixture, ChartPoint};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use plotters::prelude::*;

/// The same marks by plotters' stock writer, on a canvas of ten times the size so that its whole
/// pixels are as fine as ours.
fn stock(points: &[ChartPoint]) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    {
        let area = SVGBackend::with_string(&mut out, (7200, 2600)).into_drawing_area();
        let mut builder = ChartBuilder::on(&area);
        builder.x_label_area_size(300).y_label_area_size(400);
        let last = points.last().map_or(1.0, |point| point.0);
        let mut chart = builder.build_cartesian_2d(0.0..last, 75.0..140.0)?;
        chart.configure_mesh().disable_x_mesh().y_labels(5).x_labels(6).draw()?;
        for stretch in points.split(|point| point.2.is_none()) {
            let levels: Vec<(f64, f64, f64)> = stretch
                .iter()
                .filter_map(|(day, _, level)| level.map(|(level, spread)| (*day, level, spread)))
                .collect();
            let upper = levels.iter().map(|(day, level, spread)| (*day, level + spread));
            let lower = levels.iter().rev().map(|(day, level, spread)| (*day, level - spread));
            let outline: Vec<_> = upper.chain(lower).collect();
            chart.draw_series([Polygon::new(outline, BLUE.mix(0.2))])?;
            let line = levels.iter().map(|(day, level, _)| (*day, *level));
            chart.draw_series(LineSeries::new(line, BLUE))?;
        }
        let dots = points.iter().map(|(day, value, _)| (*day, *value));
        chart.draw_series(dots.map(|dot| Circle::new(dot, 20, BLUE.mix(0.55).filled())))?;
        area.present()?;
    }
    Ok(out)
}

fn writers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stock");
    group.sample_size(20);
    for runs in [200, 5_000] {
        let drawing = ChartFixture::of(runs);
        let points = drawing.points();
        let stock_bytes = stock(&points).expect("plotters draws into a string").len();
        let ours = drawing.standalone();
        let times = stock_bytes as f64 / ours as f64;
        eprintln!("{runs} runs: our file {ours} B, stock {stock_bytes} B, {times:.1} times");
        group.bench_function(BenchmarkId::new("plotters", runs), |bencher| {
            bencher.iter(|| stock(black_box(&points)));
        });
    }
    group.finish();
}

criterion_group!(benches, writers);
criterion_main!(benches);
