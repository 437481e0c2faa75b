//! What load tools wrote: times, rates, and requests that failed.

use serde_json::json;

use crate::ingest::{ingest, tools};
use crate::ingest_tools::holds;

/// What the command says of a sample, and with which status.
fn messages(sample: &str) -> (i32, String) {
    let path = tools().join(sample);
    let answer = ingest(&["--dry-run", "--demo", path.to_str().unwrap()]);
    (answer.status, answer.err)
}

#[test]
fn jmeter_logs_are_counted_by_label() {
    let csv = "jmeter/HTMLReportTestFile.csv";
    let wanted = [
        ("/test", json!("JR-OK")),
        ("/timestamp", json!("2019-03-05T11:00:27.191Z")),
        ("/metrics/time/value", json!(235.90079365079364)),
        ("/metrics/time/std", json!(79.6210777075007)),
        ("/metrics/time/unit", json!("ms")),
        ("/metrics/time/min", json!(101.0)),
        ("/metrics/time/max", json!(353.0)),
        ("/metrics/time/median", json!(232.0)),
        ("/metrics/time/p90", json!(337.0)),
        ("/metrics/time/p95", json!(339.35)),
        ("/metrics/time/p99", json!(353.0)),
        ("/metrics/time/samples/1", json!(192.0)),
        ("/metrics/throughput/value", json!(4.187089806430174)),
        ("/metrics/error_rate/value", json!(0.0)),
        ("/requests", json!(252)),
    ];
    holds(csv, &[], 2, 0, &wanted);
    let failed = [
        ("/test", json!("JR-KO")),
        ("/error", json!("all 3 requests failed: 400 Bad request")),
        ("/errors", json!(3)),
        ("/timestamp", json!("2019-03-05T11:00:27.191Z")),
    ];
    holds(csv, &[], 2, 1, &failed);
    let xml = [
        ("/test", json!("Bat")),
        ("/metrics/time/value", json!(3.0)),
        ("/metrics/time/max", json!(5.0)),
        ("/timestamp", json!("2011-02-04T19:13:13.179Z")),
    ];
    holds("jmeter/JMeterResultsTenSamples.jtl", &[], 4, 0, &xml);
    let lines = [
        (
            "/test",
            json!(
                "no such element: Unable to locate element: \
                 {\"method\":\"id\",\"selector\":\"reviewBAD\"} \
             Session ID: 89a1a36b52e184afb01963257d8739e8 \
             *** Element info: {Using=id, value=reviewBAD}"
            ),
        ),
        ("/error", json!("the only request failed: 500 NOTOK")),
    ];
    holds("jmeter/multiLineCSV.jtl", &[], 2, 1, &lines);
    let dates =
        [("/timestamp", json!("2014-02-24T07:42:21.256Z")), ("/metrics/time/value", json!(1500.0))];
    holds("jmeter/JMeterPublisher_formatted_timeStamp.csv", &[], 2, 1, &dates);
}

#[test]
fn the_dashboard_of_jmeter_has_a_total() {
    let wanted = [
        ("/test", json!("Total")),
        ("/metrics/time/value", json!(8.190507315601602)),
        ("/metrics/time/p99", json!(16.0)),
        ("/metrics/throughput/value", json!(665.5846328893649)),
        ("/metrics/bandwidth/unit", json!("KiB/s")),
        ("/metrics/error_rate/value", json!(0.0)),
        ("/requests", json!(19889)),
    ];
    holds("jmeter/statistics.json", &[], 2, 1, &wanted);
    let (_, messages) = messages("jmeter/JMeterResultsMultiLevel.jtl");
    assert!(!messages.contains("error:"), "{messages}");
}

#[test]
fn ab_counts_what_failed_beside_the_rate() {
    let wanted = [
        ("/test", json!("/err")),
        ("/params/concurrency", json!("4")),
        ("/params/keep_alive", json!("true")),
        ("/metrics/time/value", json!(2.309)),
        ("/metrics/time/std", json!(1.9)),
        ("/metrics/time/p99", json!(10.0)),
        ("/metrics/throughput/value", json!(1732.19)),
        ("/metrics/bandwidth/value", json!(1878.67)),
        ("/metrics/bandwidth/unit", json!("KiB/s")),
        ("/metrics/errors/value", json!(29.0)),
        ("/non_2xx", json!(29)),
        ("/requests", json!(200)),
    ];
    holds("ab/ab-non2xx.txt", &[], 1, 0, &wanted);
    let table = [
        ("/metrics/time/value", json!(15.863)),
        ("/metrics/time/min", json!(5.725)),
        ("/metrics/time/p95", json!(24.705)),
        ("/metrics/time/max", json!(27.29)),
    ];
    holds("ab/ab-percentiles.csv", &["--set", "test=slow"], 1, 0, &table);
}

#[test]
fn hey_reports_thousands_a_second_with_nothing_listening_and_that_is_a_failure() {
    let refused = [
        (
            "/error",
            json!(
                "all 20 requests failed: Get \"http://127.0.0.1:1/\": dial tcp 127.0.0.1:1: \
                 connect: connection refused"
            ),
        ),
        ("/requests", json!(20)),
    ];
    holds("hey/hey-all-errors.txt", &[], 1, 0, &refused);
    let some = [
        ("/metrics/time/value", json!(0.0022)),
        ("/metrics/time/unit", json!("s")),
        ("/metrics/time/p99", json!(0.0256)),
        ("/metrics/throughput/value", json!(1678.641)),
        ("/metrics/errors/value", json!(29.0)),
        ("/status_503", json!(29)),
    ];
    holds("hey/hey-errors.txt", &[], 1, 0, &some);
    let csv = [
        ("/metrics/time/value", json!(0.01766833333333333)),
        ("/metrics/time/samples/1", json!(0.0156)),
        ("/metrics/throughput/value", json!(103.35917312661499)),
        ("/metrics/error_rate/value", json!(0.0)),
    ];
    holds("hey/hey.csv", &[], 1, 0, &csv);
}

#[test]
fn logs_of_gatling_are_read_where_they_are_text() {
    let wanted = [
        ("/suite", json!("MySimulation")),
        ("/test", json!("Test Request")),
        ("/timestamp", json!("2014-07-31T15:54:27.25Z")),
        ("/metrics/time/value", json!(5000.0)),
        ("/metrics/time/median", json!(4500.0)),
        ("/metrics/time/max", json!(9000.0)),
        ("/metrics/throughput/value", json!(8.0 / 13.0)),
        ("/requests", json!(8)),
    ];
    holds("gatling/simulation_2018_text.log", &[], 1, 0, &wanted);
    let (status, messages) = messages("gatling/simulation_3.12_binary.log");
    assert_ne!(status, 0);
    assert!(messages.contains("js/stats.json of its report"), "{messages}");
}

#[test]
fn summaries_of_k6_have_rates_and_failures() {
    let wanted = [
        ("/metrics/http_req_duration/value", json!(110.45262006702498)),
        ("/metrics/http_req_failed/value", json!(0.00010155377272265665)),
        ("/metrics/checks/value", json!(0.9972577696526508)),
        ("/metrics/throughput/value", json!(90.1676927431747)),
    ];
    holds("k6/rahoot-k6-summary.json", &[], 2, 0, &wanted);
}

#[test]
fn other_load_tools_are_read_with_their_errors() {
    let siege = [
        ("/metrics/time/value", json!(0.02)),
        ("/metrics/throughput/value", json!(180.31)),
        ("/metrics/availability/value", json!(100.0)),
        ("/metrics/errors/value", json!(0.0)),
    ];
    holds("siege/siege.txt", &[], 1, 0, &siege);
    let httperf = [
        ("/test", json!("/slow")),
        ("/params/rate", json!("20")),
        ("/metrics/time/value", json!(23.9)),
        ("/metrics/connection_time/std", json!(10.2)),
        ("/metrics/errors/value", json!(0.0)),
    ];
    holds("httperf/httperf.txt", &[], 1, 0, &httperf);
    let taurus = [
        ("/test", json!("total")),
        ("/metrics/time/value", json!(0.00054)),
        ("/metrics/time/p99.9", json!(0.008)),
        ("/metrics/errors/value", json!(29656.0)),
        ("/requests", json!(59314)),
    ];
    holds("taurus/TaurusXmlWithDuration.xml", &[], 4, 0, &taurus);
    let failed = [("/error", json!("all 29656 requests failed"))];
    holds("taurus/TaurusXmlWithDuration.xml", &[], 4, 1, &failed);
    let wrk2 = [
        ("/metrics/time/value", json!(58.33)),
        ("/metrics/time/p99.9", json!(244.22)),
        ("/metrics/errors/value", json!(14.0)),
    ];
    holds("wrk2/wrk2_output_errors.txt", &[], 1, 0, &wrk2);
}
