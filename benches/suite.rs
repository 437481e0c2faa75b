//! The way of a record to its pages, step by step and as a whole: `cargo bench --features bench
//! --bench suite`.
//!
//! An id is `step/what/n`, n being records (runs for a single series and for charts). The history
//! of 200,000 records is made by the demo generator when the suite starts.

use std::hint::black_box;

use benchpages::bench::{self, ChartFixture, DemoFolder, LoadedDemo};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};

/// Days of the large history: 500 series × 400 days are 200,000 records.
const DAYS: u32 = 400;

/// A history of the demo generator with its size.
struct Size {
    records: u64,
    folder: DemoFolder,
    loaded: LoadedDemo,
}

impl Size {
    fn of(folder: anyhow::Result<DemoFolder>) -> Self {
        let folder = folder.expect("the demo history is written to the folder for temporary files");
        let loaded = folder.load().expect("the demo history loads");
        Self { records: folder.records, folder, loaded }
    }
}

fn parse(criterion: &mut Criterion, story: &Size) {
    let mut group = criterion.benchmark_group("parse");
    for count in [1, 1_000] {
        let lines = story.folder.lines(count).expect("the demo history is read");
        group.throughput(Throughput::Bytes(lines.len() as u64));
        group.bench_function(BenchmarkId::new("lines", count), |bencher| {
            bencher.iter(|| bench::parse_lines(black_box(&lines)));
        });
    }
    group.finish();
    let policy = story.folder.policy().expect("the demo policy is read");
    criterion.benchmark_group("policy").bench_function("read", |bencher| {
        bencher.iter(|| bench::parse_policy(black_box(&policy)));
    });
}

fn core(criterion: &mut Criterion, size: &Size) {
    let mut group = criterion.benchmark_group("series");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("group", size.records), |bencher| {
        let records = size.folder.records().expect("the demo history is read");
        bencher.iter(|| black_box(&records).group());
    });
    group.finish();
    let mut group = criterion.benchmark_group("gate");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("verdicts", size.records), |bencher| {
        bencher.iter(|| black_box(&size.loaded).verdicts());
    });
    group.finish();
    let mut group = criterion.benchmark_group("analysis");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("all", size.records), |bencher| {
        bencher.iter(|| black_box(&size.loaded).analyze());
    });
    group.finish();
}

fn one_series(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("analysis");
    group.sample_size(10);
    for runs in [1_000, 20_000] {
        let one = ChartFixture::of(runs);
        group.bench_function(BenchmarkId::new("one", runs), |bencher| {
            bencher.iter(|| black_box(&one).analyze());
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("chart");
    group.sample_size(10);
    for runs in [200, 5_000] {
        let drawing = ChartFixture::of(runs);
        group.bench_function(BenchmarkId::new("trend", runs), |bencher| {
            bencher.iter(|| black_box(&drawing).trend());
        });
        group.bench_function(BenchmarkId::new("file", runs), |bencher| {
            bencher.iter(|| black_box(&drawing).standalone());
        });
        group.bench_function(BenchmarkId::new("spark", runs), |bencher| {
            bencher.iter(|| black_box(&drawing).spark());
        });
    }
    group.finish();
}

/// One page of each kind: its name, and how the path of the first such page starts.
const PAGES: [(&str, &str); 9] = [
    ("overview", "index.html"),
    ("health", "health/"),
    ("events", "event/index.html"),
    ("test", "test/"),
    ("backend", "backend/"),
    ("series", "series/"),
    ("event", "event/2"),
    ("commit", "commit/"),
    ("diff", "diff/demo-"),
];

fn page(criterion: &mut Criterion, size: &Size) {
    let mut group = criterion.benchmark_group("page");
    group.sample_size(10);
    let paths = size.loaded.paths().expect("the demo site is prepared");
    let measured = size.loaded.pages(&mut |file| {
        for (name, start) in PAGES {
            let found = paths.iter().find(|path| path.starts_with(start));
            let path = found.expect("the demo history has pages of every kind");
            group.bench_function(BenchmarkId::new(name, size.records), |bencher| {
                bencher.iter(|| file(black_box(path)));
            });
        }
    });
    measured.expect("the demo site is prepared");
    group.finish();
}

fn build(criterion: &mut Criterion, size: &Size) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10).throughput(Throughput::Elements(size.records));
    group.bench_function(BenchmarkId::new("load", size.records), |bencher| {
        bencher.iter_with_large_drop(|| black_box(&size.folder).load());
    });
    group.bench_function(BenchmarkId::new("whole", size.records), |bencher| {
        // The old site is removed between runs: a build into a new folder is what is measured.
        let run = |()| size.folder.build().expect("the demo site is built");
        bencher.iter_batched(|| (), run, BatchSize::PerIteration);
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let sizes = [Size::of(bench::story()), Size::of(bench::large(DAYS))];
    parse(&mut criterion, &sizes[0]);
    one_series(&mut criterion);
    for size in &sizes {
        core(&mut criterion, size);
        page(&mut criterion, size);
    }
    for size in &sizes {
        build(&mut criterion, size);
    }
    criterion.final_summary();
}
