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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::BenchmarkEntry;
    use crate::test_support::read_text;

    fn labels(text: &str) -> Vec<String> {
        let all = read_text(&FORMAT, text);
        let value = |entry: &BenchmarkEntry| entry.metrics.first().and_then(|it| it.value.get());
        all.iter().map(|entry| format!("{} {:?}", entry.test, value(entry))).collect()
    }

    #[test]
    fn rows_are_read_without_a_heading_and_with_any_separator() {
        let rows = "1492260110340,18,a,200,OK,g 1-1,text,true,,15338,0,1,1,0,0,0\n\
                    1492260110341,20,\"a\n b\",200,OK,g 1-1,,true,,15338,0,1,1,0,0,0\n";
        assert_eq!(labels(rows), ["a Some(18.0)", "a b Some(20.0)"]);
        for mark in [';', '\t', '|'] {
            let other = rows.replace(',', &mark.to_string());
            assert_eq!(labels(&other), ["a Some(18.0)", "a b Some(20.0)"]);
        }
        let few = "label;timeStamp;elapsed;success\na;1492260110340;7;TRUE\n";
        assert_eq!(labels(few), ["a Some(7.0)"]);
        let coded = "timeStamp,elapsed,label,responseCode\n2017/04/15 12:41:50.340,7,a,302\n";
        assert_eq!(labels(coded), ["a Some(7.0)"]);
        assert_eq!(read_text(&FORMAT, coded)[0].run.timestamp, epoch_millis(1_492_260_110_340.0));
    }

    #[test]
    fn rows_that_cannot_be_read_are_rejected_with_their_line() {
        let text = "timeStamp,elapsed,label,success\n1492260110340,7,a,true\n-1,7,a,true\n\
                    1492260110340,x,a,true\n1492260110340,7,a,maybe\n\
                    timeStamp,elapsed,label,success\n\
                    1492260110340,7,,true\n14922601";
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&Text::new("x", text.as_bytes()), &mut sink).unwrap();
        let lines: Vec<u32> = sink.rejected.iter().map(|part| part.problem.location.line).collect();
        assert_eq!((lines, sink.entry_count), (vec![3, 4, 5, 7, 8], 1));
    }

    #[test]
    fn samples_inside_of_samples_are_parts_of_those() {
        let text = r#"<?xml version="1.0"?><testResults version="1.2">
<httpSample t="30" ts="1492260110340" s="true" lb="a &amp; b" rc="200">
<httpSample t="10" ts="1492260110340" s="true" lb="a-0" rc="302"/></httpSample>
<sample t="x" ts="1492260110340" s="true" lb="c"/>
<sample t="5" ts="1492260110340" s="false" lb="d" rc="500" rm="no"/>"#;
        let mut entries = Vec::new();
        let mut take = |entry| entries.push(entry);
        let mut sink = EntrySink::new(&mut take);
        read(&Text::new("x", text.as_bytes()), &mut sink).unwrap();
        assert_eq!(sink.rejected[0].problem.location.line, 4);
        assert_eq!(sink.remarks.len(), 3, "{:?}", sink.remarks);
        assert_eq!((entries.len(), entries[0].test.as_str()), (2, "a & b"));
        assert_eq!(entries[1].error.as_deref(), Some("the only request failed: 500 no"));
    }
}
