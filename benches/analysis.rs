//! How long the analysis takes: a small project, a large one, one very long series.

use std::hint::black_box;

use benchpages::bench::analyse_synthetic;
use criterion::{Criterion, criterion_group, criterion_main};

fn analysis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("analyse");
    group.sample_size(10);
    for (series, runs) in [(65, 60), (1_000, 200), (1, 20_000)] {
        group.bench_function(format!("{series} series of {runs} runs"), |bencher| {
            bencher.iter(|| analyse_synthetic(black_box(series), black_box(runs)));
        });
    }
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
