//! phpbench, its dump in XML (`--dump-file`), versions 0.10 to 1.x; one entry a variant.
//! Microseconds of one revolution, and bytes at the peak.
//!
//! Parameters that are lists have a name for each value: `sizes.0`. A variant that ended in an
//! exception is a failed run; an assertion that failed is a field.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, metric, sampled};
use crate::format::{Format, Reader};
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::xml::{Ending, Node, attribute, number, walk};
use model::record::time::Timestamp;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "phpbench",
    tool: "phpbench run --dump-file: XML",
    signature: "XML with `<phpbench` and `<variant`",
    yields: "time (mean, std, min, max, samples), memory (samples); parameters, revolutions, mode, \
             version of PHP, commit, branch, time of the run",
    backend: "php",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let start = text.text.trim_start();
    start.starts_with('<') && start.contains("<phpbench ") && start.contains("<benchmark ")
}

/// What the elements around a variant say.
#[derive(Default)]
struct PhpbenchState {
    phpbench: String,
    time: Option<Timestamp>,
    /// Facts of the environment, as `php.version`.
    facts: BTreeMap<String, String>,
    section: String,
    fact: Option<String>,
    class: String,
    subject: String,
    variant: Option<OpenVariant>,
    /// Names of the parameters around.
    parameters: Vec<String>,
    is_in_error: bool,
}

#[derive(Default)]
struct OpenVariant {
    line: usize,
    params: Vec<(String, String)>,
    fields: Vec<(&'static str, f64)>,
    times: Vec<f64>,
    memory: Vec<f64>,
    statistics: BTreeMap<&'static str, f64>,
    error: Option<String>,
    failures: u64,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut state = PhpbenchState::default();
    let ending = walk(&text.text, &mut |node| match node {
        Node::Start { tag, line, depth, .. } => state.start(tag, line, depth),
        Node::Text { text } => state.take_text(text.trim()),
        Node::End { name } => state.end(name, sink),
    })?;
    match ending {
        Ending::Complete => Ok(()),
        Ending::CutOff => Err(InputError::whole("it ends inside of an element: dump it again")),
    }
}

impl PhpbenchState {
    fn start(&mut self, tag: &BytesStart<'_>, line: usize, depth: usize) {
        let text = |name: &str| attribute(tag, name).unwrap_or_default();
        let name = tag.name();
        let name = String::from_utf8_lossy(name.as_ref()).into_owned();
        // `phpbench/suite/env/php`: each element of the environment is a section of its own.
        if depth == 3 && self.section == "env" || depth == 4 && self.section.starts_with("env/") {
            self.take_fact(tag, &name);
            return;
        }
        match name.as_str() {
            "phpbench" => self.phpbench = text("version"),
            "suite" => self.time = parse_time(&text("date")),
            "env" => self.section.clone_from(&name),
            "benchmark" => {
                self.section.clear();
                self.class = text("class").trim_start_matches('\\').to_owned();
            }
            "subject" => self.subject = text("name"),
            "variant" => self.variant = Some(OpenVariant::of(tag, line)),
            "parameter" => {
                self.parameters.push(text("name"));
                // PHP's null has no value, and is another parameter than an empty text.
                let value = match attribute(tag, "value") {
                    None if text("xsi:nil") == "true" => Some("null".to_owned()),
                    value => value,
                };
                self.take_parameter(value);
            }
            _ => {}
        }
        let Some(variant) = &mut self.variant else { return };
        match name.as_str() {
            "iteration" => variant.take_iteration(tag),
            "stats" => variant.take_statistics(tag),
            "error" => {
                self.is_in_error = true;
                variant.error.get_or_insert(text("exception-class"));
            }
            "failure" => variant.failures += 1,
            _ => {}
        }
    }

    /// `<php version="5.6"/>`, and `<php><value name="version">8.3</value></php>` of 1.x.
    fn take_fact(&mut self, tag: &BytesStart<'_>, name: &str) {
        if name == "value" {
            let section = self.section.trim_start_matches("env/");
            let key = attribute(tag, "name").unwrap_or_default();
            self.fact = Some(format!("{section}.{key}"));
            return;
        }
        for key in ["version", "branch", "os"] {
            let value = attribute(tag, key);
            self.facts.extend(value.map(|value| (format!("{name}.{key}"), value)));
        }
        self.section = format!("env/{name}");
    }

    fn take_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(fact) = self.fact.take() {
            self.facts.insert(fact, text.to_owned());
        } else if self.is_in_error {
            let error = self.variant.as_mut().and_then(|variant| variant.error.as_mut());
            let first = text.lines().next().unwrap_or_default();
            error.into_iter().for_each(|error| *error = format!("{error}: {first}"));
            self.is_in_error = false;
        } else if !self.parameters.is_empty() {
            // Serialized and binary values are the text of their element.
            self.take_parameter(Some(text.to_owned()));
        }
    }

    fn take_parameter(&mut self, value: Option<String>) {
        let name = self.parameters.join(".");
        let variant = self.variant.as_mut().zip(value);
        variant.into_iter().for_each(|(variant, value)| variant.params.push((name.clone(), value)));
    }

    fn end(&mut self, name: &[u8], sink: &mut EntrySink<'_>) {
        match name {
            b"env" => self.section.clear(),
            b"value" => self.fact = None,
            b"parameter" => {
                self.parameters.pop();
            }
            b"error" => self.is_in_error = false,
            b"variant" => {
                if let Some(variant) = self.variant.take() {
                    self.emit(variant, sink);
                }
            }
            // A section of the environment ended: the next one may begin.
            other if self.section.strip_prefix("env/").is_some_and(|it| it.as_bytes() == other) => {
                self.section = "env".to_owned();
            }
            _ => {}
        }
    }

    fn emit(&self, variant: OpenVariant, sink: &mut EntrySink<'_>) {
        let line = variant.line;
        let mut entry = BenchmarkEntry::of(&self.class, &self.subject)
            .field("phpbench", self.phpbench.as_str())
            .field("php", self.facts.get("php.version").cloned());
        entry.run.timestamp = self.time;
        // Without git the fact is a revision of another system, or empty.
        let commit = self.facts.get("vcs.version").filter(|version| is_commit(version));
        entry.run.commit = commit.cloned();
        entry.run.branch = self.facts.get("vcs.branch").filter(|_| commit.is_some()).cloned();
        match variant.fill(entry) {
            Ok(entry) => sink.entry(entry),
            Err(name) => {
                sink.reject(line, "a variant without iterations and statistics", REMEDY, &name);
            }
        }
    }
}

const REMEDY: &str = "dump it again, with phpbench run --dump-file";

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl OpenVariant {
    fn of(tag: &BytesStart<'_>, line: usize) -> Self {
        let fields = [("revs", "revs"), ("warmup", "warmup_revs")];
        let fields = fields.into_iter().filter_map(|(key, name)| Some((name, number(tag, key)?)));
        Self { line, fields: fields.collect(), ..Self::default() }
    }

    fn take_iteration(&mut self, tag: &BytesStart<'_>) {
        let any = |names: [&str; 2]| names.iter().find_map(|name| number(tag, name));
        self.times.extend(any(["time-avg", "rev-time"]));
        self.memory.extend(any(["mem-peak", "memory"]));
    }

    fn take_statistics(&mut self, tag: &BytesStart<'_>) {
        for name in ["mean", "stdev", "min", "max", "mode"] {
            self.statistics.extend(number(tag, name).map(|value| (name, value)));
        }
    }

    /// The entry with what was measured, or its name where nothing was.
    fn fill(self, mut entry: BenchmarkEntry) -> Result<BenchmarkEntry, String> {
        for (name, value) in &self.params {
            entry = entry.param(name, value.as_str());
        }
        for (name, value) in self.fields {
            entry = entry.field(name, value);
        }
        if self.failures > 0 {
            entry = entry.field("failed_assertions", self.failures);
        }
        if let Some(error) = self.error {
            let error = error.trim_matches([':', ' ']);
            return Ok(entry.failed(if error.is_empty() { "the variant failed" } else { error }));
        }
        let value = |name: &str| self.statistics.get(name).copied();
        if self.times.is_empty() && value("mean").is_none() {
            return Err(entry.name);
        }
        let time = metric(TIME_METRIC, "us", value("mean").unwrap_or(f64::NAN))
            .std(value("stdev"))
            .statistic(Statistic::Min, value("min"))
            .statistic(Statistic::Max, value("max"))
            .samples(self.times);
        entry = entry.metric(time).field("mode_us", value("mode"));
        if !self.memory.is_empty() {
            entry = entry.metric(sampled(MEMORY, "B", self.memory));
        }
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    /// As phpbench 1.x writes it.
    const DUMP: &str = r#"<?xml version="1.0"?>
<phpbench xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="1.2.15">
  <suite tag="" context="" date="2024-02-03T12:54:45+01:00" config-path="" uuid="1">
    <env>
      <uname><value name="os" type="string">Linux</value></uname>
      <php><value name="version" type="string">8.3.1</value></php>
      <vcs><value name="branch" type="string">main</value>
        <value name="version" type="string">d6d074eca14053d003e8b72f8859fd75737bb11b</value></vcs>
    </env>
    <benchmark class="\App\HashBench">
      <subject name="benchMd5">
        <executor name="remote"><parameter name="x" value="y"/></executor>
        <variant sleep="0" output-time-unit="milliseconds" revs="1000" warmup="1">
          <parameter-set name="0"><parameter name="size" value="10" type="integer"/>
            <parameter name="none" xsi:nil="true"/></parameter-set>
          <iteration time-net="1200" time-revs="1000" time-avg="1.2" mem-peak="500" mem-real="600"/>
          <iteration time-net="1400" time-revs="1000" time-avg="1.4" mem-peak="500" mem-real="600"/>
          <stats max="1.4" mean="1.3" min="1.2" mode="1.31" rstdev="7.7" stdev="0.1"/>
        </variant>
        <variant revs="1"><parameter-set name="1"/><errors>
          <error exception-class="LogicException" code="0" file="a.php" line="3">no luck</error>
        </errors></variant>
      </subject>
    </benchmark>
  </suite>
</phpbench>"#;

    #[test]
    fn dumps_of_version_1_are_read() {
        let entries = read_text(&FORMAT, DUMP);
        let first = &entries[0];
        assert_eq!((&*first.suite, &*first.test), ("App\\HashBench", "benchMd5"));
        assert_eq!((&*first.params["size"], &*first.params["none"]), ("10", "null"));
        assert_eq!(first.params.len(), 2);
        assert_eq!(first.metrics[0].samples, [1.2, 1.4]);
        assert_eq!(
            (first.metrics[0].value.get(), first.metrics[0].std.get()),
            (Some(1.3), Some(0.1))
        );
        assert_eq!((&first.fields["php"], &first.fields["revs"]), (&"8.3.1".into(), &1000.into()));
        assert_eq!(first.run.branch.as_deref(), Some("main"));
        assert_eq!(first.run.timestamp, Timestamp::parse("2024-02-03T11:54:45Z").ok());
        assert_eq!(entries[1].error.as_deref(), Some("LogicException: no luck"));
    }
}
