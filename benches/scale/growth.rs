//! How processor time and memory of a build grow with the number of records, over decades.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Asked;
use crate::bed::{self, Bed};
use crate::child::{Usage, best};
use crate::table::{Line, line, megabytes, seconds, skipped, told};

/// Series and days: everything of a history grows, until the number of series is what it is.
const SIZES: [(u32, u32); 3] = [(50, 200), (500, 200), (5_000, 200)];
const HUGE: (u32, u32) = (5_000, 2_000);
const EXPONENT: f64 = 1.05;
const HUGE_PEAK: u64 = 2_500_000_000;
const HUGE_WHAT: &str = "build of 10,000,000 records, 5,000 series: peak memory";

struct Point {
    records: u64,
    usage: Usage,
}

pub fn lines(bed: &Bed, asked: &Asked) -> anyhow::Result<Vec<Line>> {
    let mut points = Vec::new();
    for size in SIZES.into_iter().chain(asked.huge.then_some(HUGE)) {
        points.push(measure(bed, size)?);
    }
    let mut lines: Vec<Line> = points.iter().map(tell).collect();
    let exponent = exponent(&points);
    lines.push(line(
        "growth of CPU time with the number of records: exponent",
        "1.05",
        format!("{exponent:.2}"),
        exponent <= EXPONENT,
    ));
    lines.push(match points.iter().find(|it| it.records >= 10_000_000) {
        Some(it) => {
            let peak = it.usage.peak;
            line(HUGE_WHAT, "2,500 MB", megabytes(peak), peak <= HUGE_PEAK)
        }
        None => skipped(HUGE_WHAT, "2,500 MB", "`cargo bench --bench scale -- --huge`"),
    });
    if let Some(path) = &asked.growth {
        keep(path, &points)?;
    }
    Ok(lines)
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

fn tell(point: &Point) -> Line {
    let Usage { wall, cpu, peak } = point.usage;
    let measured = format!("CPU {}, {} of clock, {}", seconds(cpu), seconds(wall), megabytes(peak));
    told(&format!("build of {} records", grouped(point.records)), measured)
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The slope of the logarithm of processor time over that of records, by least squares.
fn exponent(points: &[Point]) -> f64 {
    let logs: Vec<(f64, f64)> =
        points.iter().map(|it| ((it.records as f64).ln(), it.usage.cpu.ln())).collect();
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let both: f64 = logs.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let one: f64 = logs.iter().map(|it| (it.0 - x).powi(2)).sum();
    both / one
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
    let told = Command::new("git").args(["rev-parse", "HEAD"]).output();
    let told = told.ok().filter(|it| it.status.success());
    let told = told.and_then(|it| String::from_utf8(it.stdout).ok());
    told.map_or_else(|| "local".to_owned(), |it| it.trim().to_owned())
}
