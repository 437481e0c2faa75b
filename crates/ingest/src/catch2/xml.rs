//! Catch2 `-r xml`: `BenchmarkResults` inside of test cases and sections; nanoseconds.
//!
//! A failed benchmark keeps its message. Entities other than XML's own five are not
//! resolved, and nothing outside of the text is read.

use quick_xml::Reader as Xml;
use quick_xml::events::{BytesStart, Event};

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::xml::{attribute, error_at};
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "catch2",
    tool: "Catch2 2 and 3: -r xml",
    signature: "XML with `<BenchmarkResults` in `<TestCase`",
    yields: "time (mean, std, lower, upper); sample_count, iterations, outliers; failed benchmarks",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

/// Deeper than any nesting of sections.
const MAX_DEPTH: usize = 256;

fn recognizes(text: &Text) -> bool {
    let text = text.text.trim_start();
    let around = ["<Catch", "<TestCase", "<mean "];
    text.starts_with('<')
        && text.contains("<BenchmarkResults")
        && around.iter().any(|tag| text.contains(tag))
}

/// What is being read.
#[derive(Default)]
struct XmlState {
    /// Test case and sections around.
    path: Vec<String>,
    entry: Option<BenchmarkEntry>,
    mean: Option<[Option<f64>; 3]>,
    std: Option<[Option<f64>; 3]>,
    catch2: Option<String>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut xml = Xml::from_str(&text.text);
    let mut state = XmlState::default();
    loop {
        let before = xml.buffer_position();
        match xml.read_event() {
            Ok(Event::Start(tag)) => state.start_element(&tag, true),
            Ok(Event::Empty(tag)) => state.start_element(&tag, false),
            Ok(Event::End(tag)) => state.end_element(tag.name().as_ref(), sink),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(error_at(&text.text, before, &error.to_string())),
        }
        if state.path.len() > MAX_DEPTH {
            return Err(error_at(&text.text, before, "sections lie too deep in each other"));
        }
    }
    match state.entry {
        None => Ok(()),
        Some(_) => Err(InputError::whole("it ends inside of a benchmark")),
    }
}

impl XmlState {
    fn start_element(&mut self, tag: &BytesStart<'_>, holds: bool) {
        let number = |name: &str| attribute(tag, name).and_then(|text| parse_number(&text));
        let bounds = || Some(["value", "lowerBound", "upperBound"].map(number));
        match tag.name().as_ref() {
            b"Catch2TestRun" => self.catch2 = attribute(tag, "catch2-version"),
            b"TestCase" | b"Section" if holds => {
                self.path.push(attribute(tag, "name").unwrap_or_default());
            }
            b"BenchmarkResults" => {
                let name = attribute(tag, "name").unwrap_or_default();
                let entry = BenchmarkEntry::of(self.path.join("/"), name)
                    .field("sample_count", number("samples"))
                    .field("resamples", number("resamples"))
                    .field("iterations", number("iterations"))
                    .field("catch2", self.catch2.clone());
                self.entry = Some(entry);
            }
            b"mean" => self.mean = bounds(),
            b"standardDeviation" => self.std = bounds(),
            b"outliers" => {
                for name in ["lowMild", "lowSevere", "highMild", "highSevere", "variance"] {
                    let field = format!("outliers_{}", crate::parse::name::snake_case(name));
                    self.entry = self.entry.take().map(|open| open.field(&field, number(name)));
                }
            }
            b"failed" => {
                let why = attribute(tag, "message").filter(|it| !it.is_empty());
                let why = why.unwrap_or_else(|| "the benchmark failed".to_owned());
                self.entry = self.entry.take().map(|open| open.failed(why));
            }
            _ => {}
        }
    }

    fn end_element(&mut self, tag: &[u8], sink: &mut EntrySink<'_>) {
        match tag {
            b"TestCase" | b"Section" => {
                self.path.pop();
            }
            b"BenchmarkResults" => {
                let (mean, std) = (self.mean.take(), self.std.take());
                let Some(mut entry) = self.entry.take() else { return };
                if let Some([Some(value), lower, upper]) = mean {
                    let [std, std_low, std_high] = std.unwrap_or_default();
                    let time = metric(TIME_METRIC, "ns", value)
                        .std(std)
                        .statistic(Statistic::Lower, lower)
                        .statistic(Statistic::Upper, upper);
                    entry =
                        entry.metric(time).field("std_low", std_low).field("std_high", std_high);
                } else if entry.error.is_none() {
                    entry = entry.failed("Catch2 reports no mean");
                }
                sink.entry(entry);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    const RUN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Catch2TestRun name="bench" rng-seed="1" xml-format-version="2" catch2-version="3.1.0">
  <TestCase name="Fibonacci &lt;int&gt;" tags="[!benchmark]" filename="x.cpp" line="5">
    <Section name="small">
      <BenchmarkResults name="Fibonacci 10" samples="100" resamples="100000" iterations="208"
        clockResolution="24.5" estimatedDuration="7196800">
        <!--All values in nano seconds-->
        <mean value="344.25" lowerBound="341" upperBound="349.5" ci="0.95"/>
        <standardDeviation value="19.5" lowerBound="11" upperBound="29" ci="0.95"/>
        <outliers variance="0.5" lowMild="0" lowSevere="0" highMild="3" highSevere="1"/>
      </BenchmarkResults>
      <BenchmarkResults name="Broken"><failed message="no &amp; luck"/></BenchmarkResults>
      <OverallResults successes="0" failures="0" expectedFailures="0"/>
    </Section>
    <OverallResult success="true"/>
  </TestCase>
</Catch2TestRun>"#;

    #[test]
    fn results_are_read_with_what_is_around() {
        let found = read_text(&FORMAT, RUN);
        assert_eq!((&*found[0].suite, &*found[0].test), ("Fibonacci <int>/small", "Fibonacci 10"));
        let time = metric(TIME_METRIC, "ns", 344.25)
            .std(19.5)
            .statistic(Statistic::Lower, 341.0)
            .statistic(Statistic::Upper, 349.5);
        assert_eq!(found[0].metrics, [time]);
        assert_eq!(found[0].fields["outliers_high_mild"], 3.0);
        assert_eq!(found[1].error.as_deref(), Some("no & luck"));
    }

    #[test]
    fn what_is_cut_off_is_a_fault_with_its_place() {
        let mut take = |_| {};
        let cut = Text::new("x", &RUN.as_bytes()[..620]);
        let fault = read(&cut, &mut EntrySink::new(&mut take)).unwrap_err();
        assert!(fault.line >= 1, "{fault:?}");
    }
}
