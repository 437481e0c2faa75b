//! The scenario `service`: an API of six endpoints in two environments, and a micro-benchmark of
//! three sizes. Latency with percentiles, throughput, errors and memory on each of 60 days.
//!
//! The story: `login` gets slower for good, `search` a little every day, `orders_list` faster once;
//! on one day a chaos experiment in staging takes a database replica away, and the next day is not
//! yet as before.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::demo::random::{DemoRandom, round_significant};
use crate::demo::{DemoDay, GENERATOR};

/// The chaos experiment of staging (day 34), and by how much it slows what it hits.
pub(super) const CHAOS: u32 = 25;
const CHAOS_FACTOR: f64 = 1.62;
/// What is left of it on the day after.
const AFTERMATH_FACTOR: f64 = 1.22;
/// `login` is 24 % slower from here (day 47).
pub(super) const REGRESSION: u32 = 12;
const REGRESSION_FACTOR: f64 = 1.24;
/// `orders_list` is 14 % faster from here (day 21).
pub(super) const IMPROVEMENT: u32 = 38;
const IMPROVEMENT_FACTOR: f64 = 0.86;
/// `search` gets slower by 9 % in all over the last 45 days.
const DRIFT: u32 = 45;
const DRIFT_FACTOR: f64 = 1.09;

/// Significant digits of printed values.
const DIGITS: usize = 5;
/// Seconds after midnight at which the day's first benchmark is measured: 03:00.
const FIRST_RUN: i64 = 10_800;
/// Seconds between two benchmarks.
const RUN_INTERVAL: i64 = 120;

/// What is measured of one endpoint.
struct Endpoint {
    name: &'static str,
    /// Median response time in production, milliseconds.
    median: f64,
    /// 95th and 99th percentile, relative to the median.
    tail: [f64; 2],
    /// Requests a second in production.
    throughput: f64,
    /// Percent of requests that fail.
    errors: f64,
    /// Resident memory in MB.
    memory: f64,
    /// The chaos experiment hits it.
    in_chaos: bool,
}

const ENDPOINTS: [Endpoint; 6] = [
    Endpoint {
        name: "login",
        median: 38.0,
        tail: [2.1, 3.4],
        throughput: 410.0,
        errors: 0.06,
        memory: 182.0,
        in_chaos: false,
    },
    Endpoint {
        name: "users_list",
        median: 24.0,
        tail: [1.8, 2.9],
        throughput: 960.0,
        errors: 0.03,
        memory: 210.0,
        in_chaos: false,
    },
    Endpoint {
        name: "orders_list",
        median: 47.0,
        tail: [2.0, 3.2],
        throughput: 640.0,
        errors: 0.05,
        memory: 256.0,
        in_chaos: false,
    },
    Endpoint {
        name: "orders_create",
        median: 61.0,
        tail: [2.3, 4.1],
        throughput: 220.0,
        errors: 0.11,
        memory: 274.0,
        in_chaos: true,
    },
    Endpoint {
        name: "search",
        median: 92.0,
        tail: [2.6, 4.8],
        throughput: 310.0,
        errors: 0.09,
        memory: 388.0,
        in_chaos: false,
    },
    Endpoint {
        name: "checkout",
        median: 118.0,
        tail: [2.2, 3.9],
        throughput: 140.0,
        errors: 0.12,
        memory: 301.0,
        in_chaos: true,
    },
];

/// Where a day's benchmarks run.
struct DemoEnvironment {
    name: &'static str,
    runner: &'static str,
    /// Time relative to production.
    factor: f64,
}

const ENVIRONMENTS: [DemoEnvironment; 2] = [
    DemoEnvironment { name: "production", runner: "prod-eu-1", factor: 1.0 },
    DemoEnvironment { name: "staging", runner: "staging-1", factor: 1.35 },
];

/// The micro-benchmark: sizes, and its time at the smallest in nanoseconds.
const SIZES: [u64; 3] = [100, 1_000, 10_000];
const SERIALIZE_TIME: f64 = 4_100.0;
/// n^1.04: a little more than linear.
const SERIALIZE_GROWTH: f64 = 1.04;
/// Run-to-run noise: σ of the logarithm, of the endpoints and of the micro-benchmark.
const NOISE: f64 = 0.016;
const MICRO_NOISE: f64 = 0.009;

#[derive(Serialize)]
struct ServiceRecordLine<'a> {
    commit: &'a str,
    timestamp: String,
    environment: &'a str,
    runner_image: &'a str,
    backend: &'a str,
    test: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    metrics: BTreeMap<&'static str, ServiceValue>,
    tags: Vec<&'a str>,
    generator: &'a str,
}

#[derive(Serialize)]
struct ServiceValue {
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p95: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<f64>,
}

fn value(value: f64, unit: &'static str) -> ServiceValue {
    ServiceValue { value: round_significant(value, DIGITS), unit, p50: None, p95: None, p99: None }
}

/// Records of each day.
pub(super) const RECORDS_PER_DAY: u64 = (ENDPOINTS.len() * ENVIRONMENTS.len() + SIZES.len()) as u64;

/// The lines of one day.
pub(super) fn measure_day(day: &DemoDay, random: &mut DemoRandom) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut place = 0;
    let mut write = |record: ServiceRecordLine<'_>| {
        // Strings, numbers and maps always serialize, and a Vec takes every byte.
        if serde_json::to_writer(&mut lines, &record).is_ok() {
            lines.push(b'\n');
        }
    };
    let mut next_time = || {
        place += 1;
        day.at(FIRST_RUN + RUN_INTERVAL * place).to_string()
    };
    for environment in &ENVIRONMENTS {
        for endpoint in &ENDPOINTS {
            let mut tags = vec!["macro"];
            tags.extend(endpoint.in_chaos.then_some("chaos"));
            write(ServiceRecordLine {
                commit: &day.commit,
                timestamp: next_time(),
                environment: environment.name,
                runner_image: environment.runner,
                backend: "api",
                test: endpoint.name,
                n: None,
                metrics: measure(endpoint, environment, day.age, random),
                tags,
                generator: GENERATOR,
            });
        }
    }
    let staging = &ENVIRONMENTS[1];
    for n in SIZES {
        let growth = libm::pow(n as f64 / SIZES[0] as f64, SERIALIZE_GROWTH);
        let time = SERIALIZE_TIME * growth * libm::exp(MICRO_NOISE * random.normal());
        write(ServiceRecordLine {
            commit: &day.commit,
            timestamp: next_time(),
            environment: staging.name,
            runner_image: staging.runner,
            backend: "api",
            test: "serialize_order",
            n: Some(n),
            metrics: BTreeMap::from([("time", value(time, "ns"))]),
            tags: vec!["micro"],
            generator: GENERATOR,
        });
    }
    lines
}

/// The values of an endpoint on a day. Every day draws as many numbers, whatever happens on it.
fn measure(
    endpoint: &Endpoint,
    environment: &DemoEnvironment,
    age: u32,
    random: &mut DemoRandom,
) -> BTreeMap<&'static str, ServiceValue> {
    let chaos = chaos_factor(endpoint, environment, age);
    let slower = chaos * factor(endpoint, age);
    let mut noise = |sigma: f64| libm::exp(sigma * random.normal());
    let median = endpoint.median * environment.factor * slower * noise(NOISE);
    // Tails vary more than medians, and together.
    let tail = noise(0.5 * NOISE);
    // Chaos hits the slowest requests most.
    let [p95, p99] = [endpoint.tail[0] * chaos, endpoint.tail[1] * chaos * chaos];
    let [p95, p99] = [p95, p99].map(|tail_factor| median * tail_factor * tail);
    let time = ServiceValue {
        p50: Some(round_significant(median, DIGITS)),
        p95: Some(round_significant(p95, DIGITS)),
        p99: Some(round_significant(p99, DIGITS)),
        ..value(median, "ms")
    };
    let throughput = endpoint.throughput / environment.factor / slower * noise(NOISE);
    let errors = endpoint.errors * libm::pow(chaos, 4.0) * noise(0.06);
    let memory = endpoint.memory * noise(0.006);
    BTreeMap::from([
        ("time", time),
        ("throughput", value(throughput, "req/s")),
        ("error_rate", value(errors, "%")),
        ("memory", value(memory, "MB")),
    ])
}

/// What commits make of an endpoint's time.
fn factor(endpoint: &Endpoint, age: u32) -> f64 {
    match endpoint.name {
        "login" if age <= REGRESSION => REGRESSION_FACTOR,
        "orders_list" if age <= IMPROVEMENT => IMPROVEMENT_FACTOR,
        "search" if age < DRIFT => {
            let share = f64::from(DRIFT - age) / f64::from(DRIFT);
            libm::exp(libm::log(DRIFT_FACTOR) * share)
        }
        _ => 1.0,
    }
}

fn chaos_factor(endpoint: &Endpoint, environment: &DemoEnvironment, age: u32) -> f64 {
    match CHAOS.checked_sub(age) {
        _ if !endpoint.in_chaos || environment.name != "staging" => 1.0,
        Some(0) => CHAOS_FACTOR,
        Some(1) => AFTERMATH_FACTOR,
        _ => 1.0,
    }
}

/// The subject of the commit of a day; ordinary days have those of the story.
pub(super) fn subject(age: u32) -> Option<&'static str> {
    match age {
        REGRESSION => Some("login: check passwords against the list of leaked ones"),
        IMPROVEMENT => Some("orders: read a page of orders with one query"),
        CHAOS => Some("ci: run the monthly chaos experiment on staging"),
        _ => None,
    }
}
