//! What `benches/` may call: the core on made-up histories. No part of the program uses it.

use crate::analysis::{self, Context};
use crate::policy::Policy;
use crate::record::{DAY_US, Direction, TIME, Timestamp, Unit};
use crate::series::{CommitIndex, Run, Segment, Series, SeriesKey};

/// Analyses `series` made-up series of `runs` runs each; the number of changes found.
pub fn analyse_synthetic(series: usize, runs: usize) -> usize {
    let made: Vec<Series> = (0..series).map(|index| synthetic(index, runs)).collect();
    let newest = made.iter().filter_map(|it| it.runs.last()).map(|run| run.time).max();
    let now = newest.unwrap_or(Timestamp::from_micros(0));
    let context = Context { now, newest, accepted: &|_| Vec::new() };
    let found = analysis::analyse_all(&made, &Policy::default(), &context);
    found.each.iter().map(|analysis| analysis.events.len()).sum()
}

/// One run a day with 2 % noise; every third series steps by 20 % after two thirds of its runs.
fn synthetic(index: usize, runs: usize) -> Series {
    let mut state = index as u64 + 1;
    let step = if index.is_multiple_of(3) { runs * 2 / 3 } else { runs };
    let run = |at: usize| {
        let level = if at >= step { 120.0 } else { 100.0 };
        Run {
            commit: CommitIndex(u32::try_from(at).unwrap_or(u32::MAX)),
            time: Timestamp::from_micros(at as i64 * DAY_US),
            value: Some(level * (1.0 + 0.02 * noise(&mut state))),
            std: None,
            repeats: 1,
            segment: 0,
            environment: 0,
            detail: None,
        }
    };
    Series {
        key: SeriesKey {
            suite: "bench".to_owned(),
            test: format!("test {}", index / 6),
            backend: format!("backend {}", index % 6),
            mode: "default".to_owned(),
            parallel: false,
            n: None,
            params: String::new(),
            metric: TIME.to_owned(),
        },
        unit: Unit::parse("ns").0,
        better: Direction::Lower,
        tags: Vec::new(),
        runs: (0..runs).map(run).collect(),
        pulls: Vec::new(),
        segments: vec![Segment { fingerprint: Vec::new(), version: None }],
    }
}

/// Nearly normal with standard deviation 1: the sum of 12 uniform numbers less 6, from a linear
/// congruential generator (Knuth's MMIX constants).
fn noise(state: &mut u64) -> f64 {
    let uniform = |state: &mut u64| {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..12).map(|_| uniform(state)).sum::<f64>() - 6.0
}
