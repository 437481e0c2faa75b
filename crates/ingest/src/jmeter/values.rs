//! The values of a sample, as both forms of JMeter's log write them.

use crate::parse::time::{epoch_millis, parse_time};

/// Milliseconds since 1970 of a time stamp: a number, or a date as `jmeter.properties` may ask for.
pub(super) fn time_stamp(text: &str) -> Option<f64> {
    match text.parse::<u64>() {
        Ok(millis) => epoch_millis(millis as f64).map(|_| millis as f64),
        Err(_) => parse_time(text).map(|time| time.micros() as f64 / 1e3),
    }
}

/// Whether a response code of HTTP says that the request failed.
pub(super) fn is_failure_code(code: &str) -> bool {
    !matches!(code.as_bytes(), [b'2' | b'3', _, _])
}

/// A label in one line: JMeter writes the message of an error as a label, with line breaks.
pub(super) fn one_line(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}
