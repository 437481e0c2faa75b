//! JUnit XML, as test runners of many languages write it: the time of each test case, in seconds.
//!
//! A case that failed is a failed run. A case that was skipped, or that states no time, is no
//! result. The suite is the class of a case, or else its test suite.

use crate::entry::{BenchmarkEntry, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_number;
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::xml::{Ending, Node, attribute, walk};
use model::record::TIME_METRIC;
use model::record::time::Timestamp;

pub(crate) const FORMAT: Format = Format {
    name: "junit",
    tool: "JUnit XML: JUnit, Surefire, Gradle, pytest --junitxml, ctest, …",
    signature: "XML with `<testsuite` and `<testcase`",
    yields: "time of each test case (samples where it repeats); failed cases, class as suite, time of \
             the run",
    backend: "test",
    reader: Reader::Text { recognizes, read },
};

/// Characters of a failure that are kept.
const MAX_REASON: usize = 300;

fn recognizes(text: &Text) -> bool {
    let start = text.text.trim_start();
    // Catch2 writes no benchmark into such a report, only the time that all of a case took.
    let is_catch2 = start.contains("benchmark]");
    let has_cases = start.contains("<testsuite") && start.contains("<testcase");
    start.starts_with('<') && has_cases && !is_catch2
}

/// What is open while the document is read.
#[derive(Default)]
struct JunitState {
    suites: Vec<OpenSuite>,
    case: Option<OpenCase>,
    /// Inside of a failure without a message of its own.
    is_in_failure: bool,
    runs: RepeatMerger,
    cases: u64,
    untimed: u64,
    skipped: u64,
}

struct OpenSuite {
    name: String,
    time: Option<Timestamp>,
}

#[derive(Default)]
struct OpenCase {
    class: String,
    name: String,
    line: usize,
    time: Option<String>,
    failure: Option<String>,
    is_skipped: bool,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut state = JunitState::default();
    let ending = walk(&text.text, &mut |node| match node {
        Node::Start { tag, line, .. } => state.start(tag, line),
        Node::Text { text } => state.take_text(&text),
        Node::End { name } => state.end(name, sink),
    })?;
    if ending == Ending::CutOff {
        sink.remark("the report has no end: the test runner did not end by itself");
    }
    if state.cases > 0 && state.untimed == state.cases {
        return Err(InputError::whole("no `<testcase` has a `time`: the runner does not write it"));
    }
    if state.untimed > 0 {
        sink.skip("test cases without a time", state.untimed);
        sink.remark(format!("{} test cases have no `time`", state.untimed));
    }
    sink.skip("test cases that were skipped", state.skipped);
    state.runs.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

impl JunitState {
    fn start(&mut self, tag: &quick_xml::events::BytesStart<'_>, line: usize) {
        let text = |name: &str| attribute(tag, name).unwrap_or_default();
        match tag.name().as_ref() {
            b"testsuite" | b"testsuites" => {
                let time =
                    parse_time(&text("timestamp")).or(self.suites.last().and_then(|it| it.time));
                self.suites.push(OpenSuite { name: text("name"), time });
            }
            b"testcase" => {
                let suite = self.suites.last().map(|suite| suite.name.clone());
                // Runners without classes write the attribute empty, or not at all.
                let class = Some(text("classname")).filter(|class| !class.is_empty());
                self.case = Some(OpenCase {
                    class: class.or(suite).unwrap_or_default(),
                    name: text("name"),
                    line,
                    time: attribute(tag, "time"),
                    ..OpenCase::default()
                });
            }
            b"failure" | b"error" => {
                let Some(case) = &mut self.case else { return };
                let message = [text("message"), text("type")];
                let message = message.into_iter().find(|message| !message.is_empty());
                self.is_in_failure = message.is_none();
                case.failure.get_or_insert(message.unwrap_or_default());
            }
            b"skipped" | b"disabled" => {
                self.case.iter_mut().for_each(|case| case.is_skipped = true);
            }
            _ => {}
        }
    }

    fn take_text(&mut self, text: &str) {
        let reason = self.case.as_mut().and_then(|case| case.failure.as_mut());
        if let Some(reason) = reason.filter(|reason| self.is_in_failure && reason.is_empty()) {
            *reason = text.trim().to_owned();
        }
    }

    fn end(&mut self, name: &[u8], sink: &mut EntrySink<'_>) {
        match name {
            b"testsuite" | b"testsuites" => {
                self.suites.pop();
            }
            b"failure" | b"error" => self.is_in_failure = false,
            b"testcase" => {
                if let Some(case) = self.case.take() {
                    self.take_case(case, sink);
                }
            }
            _ => {}
        }
    }

    fn take_case(&mut self, case: OpenCase, sink: &mut EntrySink<'_>) {
        self.cases += 1;
        let mut entry = BenchmarkEntry::of(case.class, case.name);
        entry.run.timestamp = self.suites.last().and_then(|suite| suite.time);
        // The time of a case that did not run is 0, which would be the best of all.
        if case.is_skipped {
            self.skipped += 1;
            return;
        }
        // A case that fails on its first line is fast: its time is no measurement.
        if let Some(failure) = case.failure {
            // What follows is a stack trace, with paths of a machine.
            let first = failure.lines().next().unwrap_or_default().trim();
            let reason: String = first.chars().take(MAX_REASON).collect();
            let reason = if reason.is_empty() { "the test failed".to_owned() } else { reason };
            self.runs.add(entry.failed(reason));
            return;
        }
        let Some(time) = case.time else {
            self.untimed += 1;
            return;
        };
        match parse_number(&time).filter(|seconds| *seconds >= 0.0) {
            Some(seconds) => self.runs.add(entry.metric(metric(TIME_METRIC, "s", seconds))),
            None => {
                let reason = format!("`time` is `{time}`, which is no number of seconds");
                sink.reject(case.line, &reason, "write seconds, as 1.5", &entry.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn cases_repeat_fail_and_nest() {
        let text = r#"<?xml version="1.0"?>
<testsuites><testsuite name="a" timestamp="2026-01-02T03:04:05">
<testsuite name="b"><testcase name="x" time="1,000.5"/><testcase name="x" time="2"/></testsuite>
<testcase classname="c" name="y" time="0.5"><error>
no luck
at line 3</error></testcase>
<testcase classname="c" name="z" time="0.5"><skipped/></testcase></testsuite></testsuites>"#;
        let entries = read_text(&FORMAT, text);
        assert_eq!(entries.len(), 2);
        assert_eq!(
            (&*entries[0].suite, &*entries[0].metrics[0].samples),
            ("b", &[1000.5, 2.0][..])
        );
        assert_eq!(entries[0].run.timestamp, Timestamp::parse("2026-01-02T03:04:05Z").ok());
        assert_eq!(entries[1].error.as_deref(), Some("no luck"));
    }

    #[test]
    fn a_report_without_times_says_so() {
        let text = Text::new("x", b"<testsuite><testcase name=\"a\"/></testsuite>");
        let mut take = |_| {};
        let fault = read(&text, &mut EntrySink::new(&mut take)).unwrap_err();
        assert!(fault.reason.contains("no `<testcase` has a `time`"), "{}", fault.reason);
    }
}
