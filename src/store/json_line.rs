//! One line of history: JSON text in, [`Record`] out, or every reason why not.
//!
//! ```text
//! {"commit":"1a2b3c4","timestamp":"2025-09-21T08:22:00Z","test":"parse","backend":"rust",
//!  "mean_ns":41000,"std_ns":300,"os":"linux"}
//!
//! Record { commit: "1a2b3c4", test: "parse", backend: "rust", environment: [("os", "linux")],
//!          measurements: [Measurement { metric: "time", unit: "ns", value: 41000, std: 300 }] }
//! ```
//!
//! Most lines are flat objects without escapes: `fast_parser` reads those in half the time. It
//! leaves everything else, every error above all, to serde (`raw_record`); a property test holds
//! that both agree on any line.

use std::borrow::Cow;

use crate::store::fast_parser::{LineScanner, UnusualLine};
use crate::store::raw_record::{RawRecord, SingleMetric};
use model::record::problem_kind::ProblemKind;
use model::record::time::Timestamp;
use model::record::{Measurement, Record, TIME_METRIC};

/// Why a line was rejected; `column` is the byte from 1 within the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineError {
    pub(crate) column: u32,
    pub(crate) reason: String,
    pub(crate) remedy: &'static str,
    pub(crate) kind: ProblemKind,
}

const REMEDY_JSON: &str = "write one complete JSON object a line";
const REMEDY_FIELD: &str = "add or correct the field, then build again";

/// Reads one line: the quick way where it is a usual one.
///
/// # Errors
/// Broken JSON, a field of the wrong type, a required field missing, a time that does not parse, or
/// neither a value nor an error.
pub(crate) fn parse<'a>(line: &'a str, scanner: &mut LineScanner) -> Result<Record<'a>, LineError> {
    match scanner.scan(line) {
        Ok(raw) => validate(line, raw),
        Err(UnusualLine) => validate(line, parse_general(line)?),
    }
}

/// Reads any line.
///
/// # Errors
/// Broken JSON, or a field of the wrong type.
pub(super) fn parse_general(line: &str) -> Result<RawRecord<'_>, LineError> {
    serde_json::from_str(line).map_err(|error| json_error(line, &error))
}

/// The record that a line holds.
///
/// # Errors
/// As [`parse`], JSON aside.
pub(super) fn validate<'a>(line: &str, raw: RawRecord<'a>) -> Result<Record<'a>, LineError> {
    let mut reasons: Vec<(usize, String)> = Vec::new();
    let mut record = raw.record;
    // Found only for errors: the readers do not keep places, which would slow every line down.
    let column = |field: &str| line.find(&format!("\"{field}\"")).map_or(1, |at| at + 1);
    let mut time = |field: &'static str, text: Option<Cow<'_, str>>| {
        let parsed = text.map(|text| Timestamp::parse(&text));
        parsed.and_then(|parsed| match parsed {
            Ok(time) => Some(time),
            Err(reason) => {
                reasons.push((column(field), format!("`{field}`: {reason}")));
                None
            }
        })
    };
    record.timestamp = time("timestamp", raw.timestamp);
    record.commit_time = time("commit_time", raw.commit_time);
    for (field, value) in
        [("commit", &record.commit), ("backend", &record.backend), ("test", &record.test)]
    {
        if value.trim().is_empty() {
            reasons.push((1, format!("no `{field}`")));
        }
    }
    if record.timestamp.is_none() && !line.contains("\"timestamp\"") {
        reasons.push((1, "no `timestamp`".to_owned()));
    }
    if let Some(mean) = raw.mean_ns {
        record
            .measurements
            .insert(0, plain_measurement(Cow::Borrowed(TIME_METRIC), Some("ns"), mean, raw.std_ns));
    }
    single_metric(&mut record, raw.single, &mut reasons);
    if record.measurements.iter().all(|one| one.value.is_none() && one.samples.is_empty())
        && record.error.is_none()
    {
        reasons.push((1, "no value: none of `mean_ns`, `value`, `metrics`, `error`".to_owned()));
    }
    match reasons.iter().map(|(column, _)| *column).min() {
        None => Ok(record),
        Some(column) => {
            let all: Vec<String> = reasons.into_iter().map(|(_, reason)| reason).collect();
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            let (reason, kind) = (all.join("; "), ProblemKind::WrongField);
            Err(LineError { column, reason, remedy: REMEDY_FIELD, kind })
        }
    }
}

fn json_error(line: &str, error: &serde_json::Error) -> LineError {
    let text = error.to_string();
    // serde's own place is within the line; the line's number comes from the file.
    let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let (remedy, kind) = match error.classify() {
        serde_json::error::Category::Data => (REMEDY_FIELD, ProblemKind::WrongField),
        _ => (REMEDY_JSON, ProblemKind::NotJson),
    };
    let column = u32::try_from(error.column().clamp(1, line.len().max(1))).unwrap_or(u32::MAX);
    LineError { column, reason, remedy, kind }
}

fn plain_measurement<'a>(
    metric: Cow<'a, str>,
    unit: Option<&'static str>,
    value: f64,
    std: Option<f64>,
) -> Measurement<'a> {
    Measurement {
        metric,
        unit: unit.map(Cow::Borrowed),
        direction: None,
        value: value.into(),
        std: std.into(),
        statistics: Vec::new(),
        samples: Vec::new(),
    }
}

/// `metric`, `unit`, `better`, `value` and the statistics beside them: one metric in the flat form.
fn single_metric<'a>(
    record: &mut Record<'a>,
    single: SingleMetric<'a>,
    reasons: &mut Vec<(usize, String)>,
) {
    let has_value = single.fields.value.is_some() || !single.fields.samples.is_empty();
    let named = single.metric.is_some();
    let gap = named && record.error.is_some();
    if !(has_value || gap) {
        if named && record.measurements.is_empty() {
            reasons.push((1, "`metric` without `value`".to_owned()));
        } else if let Some(time) = record.measurements.first_mut() {
            time.statistics.extend(single.fields.statistics);
        }
        return;
    }
    let metric = single.metric.unwrap_or(Cow::Borrowed(TIME_METRIC));
    record.measurements.push(single.fields.measurement(metric));
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::record::Statistic;

    fn parse(line: &str) -> Result<Record<'_>, LineError> {
        super::parse(line, &mut LineScanner::default())
    }

    const AT: &str = "2025-09-21T08:22:00Z";

    #[test]
    fn the_seed_format_loads_as_it_is() {
        let record = parse(r#"{"commit":"demo-0921-ju577","timestamp":"2025-09-21T08:22:00Z","os":"ubuntu-22.04","backend":"julia","test":"sum_even_squares","mode":"loops","parallel":false,"n":100000,"mean_ns":158755.96753751236,"std_ns":7937.79,"reps":5,"generator":"pcs@demo"}"#).unwrap();
        assert_eq!(record.measurements[0].value, 158_755.967_537_512_36);
        assert_eq!(record.n, Some(100_000));
        let fields: Vec<&str> = record.environment.iter().map(|(name, _)| &**name).collect();
        assert_eq!(fields, ["os", "reps", "generator"]);
    }

    #[test]
    fn every_reason_is_reported_at_once() {
        let error = parse(r#"{"timestamp":"yesterday","test":"a"}"#).unwrap_err();
        for part in ["`timestamp`: `yesterday`", "no `commit`", "no `backend`", "no value"] {
            assert!(error.reason.contains(part), "{part} in {}", error.reason);
        }
    }

    #[test]
    fn a_wrong_type_names_field_and_column() {
        let line = r#"{"commit":"a","timestamp":"2025-09-21T08:22:00Z","backend":"b","test":"t","mean_ns":"fast"}"#;
        let error = parse(line).unwrap_err();
        assert!(
            error.reason.contains("`mean_ns`") && error.reason.contains("\"fast\""),
            "{error:?}"
        );
        assert_eq!(&line[error.column as usize - 2..error.column as usize], "t\"");
    }

    #[test]
    fn many_metrics_in_one_record() {
        let record = parse(r#"{"commit":"a","timestamp":"2025-09-21T08:22:00Z","backend":"b","test":"t","metrics":{"throughput":{"value":12.5,"unit":"ops/s","p99":3},"memory":4096,"latency":{"samples":[1,2,3],"unit":"us"}}}"#).unwrap();
        let names: Vec<&str> = record.measurements.iter().map(|one| &*one.metric).collect();
        assert_eq!(names, ["latency", "memory", "throughput"]);
        assert_eq!(record.measurements[0].samples, [1.0, 2.0, 3.0]);
        assert_eq!(record.measurements[2].statistics, [(Statistic::P99, 3.0)]);
    }

    #[test]
    fn numbers_survive_to_the_last_digit() {
        for number in ["0.1", "158755.96753751236", "5e-324", "1.7976931348623157e308"] {
            let line = format!(
                r#"{{"commit":"a","timestamp":"{AT}","backend":"b","test":"t","mean_ns":{number}}}"#
            );
            let expected: f64 = number.parse().unwrap();
            assert_eq!(parse(&line).unwrap().measurements[0].value, expected);
        }
    }

    #[test]
    fn a_failed_run_is_a_record() {
        let record = parse(r#"{"commit":"local","timestamp":"2025-09-26T05:17:38.970937Z","backend":"julia","test":"t","n":1e6,"mean_ns":null,"error":"Execution failed"}"#).unwrap();
        assert!(record.measurements.is_empty());
        assert_eq!(record.n, Some(1_000_000));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(line in ".{0,200}") {
            let _ = parse(&line);
        }

        #[test]
        fn no_json_makes_it_panic(
            field in "(commit|timestamp|n|metrics|params|tags|samples|value|pull|warmup_ns|better)",
            value in "(null|true|-1|1e400|\"\"|\"é\\\\u0000\"|\\[\\]|\\[1,null\\]|\\{\\}|\\{\"a\":\\{\"value\":null\\}\\}|18446744073709551616)",
        ) {
            let _ = parse(&format!(r#"{{"commit":"a","test":"t","backend":"b","{field}":{value}}}"#));
        }
    }
}
