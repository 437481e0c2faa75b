//! How processor time and memory of a build grow with the number of records, over decades.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Asked;
use crate::bed::{self, Bed};
use crate::child::{Usage, best};
use crate::table::{Row, figure, grouped, megabytes, seconds, skipped, target};

/// Series and days: everything of a history grows, until the number of series is what it is. The
/// smallest is drawn and not fitted: there the start of the program counts.
const SIZES: [(u32, u32); 3] = [(50, 200), (500, 200), (5_000, 200)];
const HUGE: (u32, u32) = (5_000, 2_000);
const EXPONENT: f64 = 1.0;
const FITTED_FROM: u64 = 100_000;
const DEMO_PEAK: u64 = 200_000_000;
const DEMO_WHAT: &str = "peak memory for `demo-data` of 10,000,000 records";
const HUGE_PEAK: u64 = 2_500_000_000;
const HUGE_WHAT: &str = "peak memory for a build of 10,000,000 records, 5,000 series";

struct Point {
    records: u64,
    usage: Usage,
}

pub fn rows(bed: &Bed, asked: &Asked) -> anyhow::Result<Vec<Row>> {
    let (mut points, mut made) = (Vec::new(), None);
    for size in SIZES.into_iter().chain(asked.huge.then_some(HUGE)) {
        if size == HUGE {
            made = Some(bed.history_usage(size.0, size.1)?);
        }
        points.push(measure(bed, size)?);
    }
    let mut rows: Vec<Row> = points.iter().map(row_of).collect();
    let exponent = exponent(&points);
    rows.push(target(
        "exponent of CPU time over the number of records, from 100,000 on",
        "1.00",
        format!("{exponent:.2}"),
        exponent <= EXPONENT,
    ));
    rows.push(match points.iter().find(|it| it.records >= 10_000_000) {
        Some(it) => {
            let peak = it.usage.peak;
            target(HUGE_WHAT, "2,500 MB", megabytes(peak), peak <= HUGE_PEAK)
        }
        None => skipped(HUGE_WHAT, "2,500 MB", "`make growth`"),
    });
    rows.push(match made {
        Some(it) => target(DEMO_WHAT, "200 MB", megabytes(it.peak), it.peak <= DEMO_PEAK),
        None => skipped(DEMO_WHAT, "200 MB", "`make growth`"),
    });
    if let Some(path) = &asked.growth {
        keep(path, &points)?;
    }
    Ok(rows)
}

fn measure(bed: &Bed, (series, days): (u32, u32)) -> anyhow::Result<Point> {
    let history = bed.history(series, days)?;
    let site = bed.path("site-of-growth");
    let usage = best(|| bed.cold(&history, &site))?;
    bed::remove(&site)?;
    if (series, days) == HUGE {
        bed::remove(&history)?;
    }
    Ok(Point { records: u64::from(series) * u64::from(days), usage })
}

fn row_of(point: &Point) -> Row {
    let Usage { wall, cpu, peak } = point.usage;
    let measured = format!("CPU {}, {} of clock, {}", seconds(cpu), seconds(wall), megabytes(peak));
    figure(&format!("build of {} records", grouped(point.records)), measured)
}

/// The slope of the logarithm of processor time over that of records, by least squares.
fn exponent(points: &[Point]) -> f64 {
    let logs: Vec<(f64, f64)> =
        points.iter().filter(|it| it.records >= FITTED_FROM).map(log_of).collect();
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let both: f64 = logs.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let one: f64 = logs.iter().map(|it| (it.0 - x).powi(2)).sum();
    both / one
}

fn log_of(point: &Point) -> (f64, f64) {
    ((point.records as f64).ln(), point.usage.cpu.ln())
}

/// Writes the curve as records: two benchmarks, with the number of records as `n`.
fn keep(path: &Path, points: &[Point]) -> anyhow::Result<()> {
    let commit = commit();
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut lines = String::new();
    for Point { records, usage } in points {
        let record = |test: &str| {
            json!({"commit": commit, "timestamp": now, "suite": "scale", "test": test,
                "backend": "benchpages", "n": records})
        };
        let mut time = record("build_time");
        time["mean_ns"] = json!(usage.cpu * 1e9);
        let mut memory = record("build_memory");
        memory["metrics"] = json!({"peak_memory": {"value": usage.peak, "unit": "B",
            "better": "lower"}});
        lines.push_str(&format!("{time}\n{memory}\n"));
    }
    std::fs::write(path, lines)?;
    Ok(())
}

/// The commit that is checked out, where git tells one.
fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).output();
    let output = output.ok().filter(|it| it.status.success());
    let id = output.and_then(|it| String::from_utf8(it.stdout).ok());
    id.map_or_else(|| "local".to_owned(), |it| it.trim().to_owned())
}
