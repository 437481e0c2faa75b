//! JMeter's log of samples, CSV or XML; one entry a label. Times in milliseconds, with the
//! statistics that the dashboard shows; the time of the run is that of its first sample.
//!
//! Failed samples count in the times, as in JMeter's own tables, and in `error_rate` beside them.
//! Samples inside of other samples are parts of those and are passed over.

use crate::format::{Format, Reader};
use crate::jmeter::{csv, xml};
use crate::parse::time::epoch_millis;
use crate::requests::RequestLog;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "jmeter",
    tool: "Apache JMeter: JTL as CSV or XML",
    signature: "a heading with `timeStamp`, `elapsed`, `label`, or rows of that shape; or XML with \
                `<testResults` and samples",
    yields: "time (mean, std, median, min, max, p75, p90, p95, p99, samples), throughput, error_rate; \
             requests, errors, time of the run",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    xml::recognizes(text) || csv::LogColumns::of(&text.text).is_some()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut log = RequestLog::new("ms", 1e3);
    if xml::recognizes(text) {
        xml::read(text, &mut log, sink)?;
    } else {
        csv::read(text, &mut log, sink)?;
    }
    // Samples of tests that run for hours belong to one run.
    let time = log.first_start().and_then(epoch_millis);
    log.emit("", time, sink);
    Ok(())
}
