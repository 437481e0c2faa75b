//! Recognizes and reads texts by a declaration.

use std::collections::BTreeMap;

use crate::declared::compile::{CompiledFormat, Mark, Metric, NamePairs};
use crate::declared::declaration::Layout;
use crate::declared::document::{self, Document};
use crate::declared::number::{NumberPath, NumberReading, reading};
use crate::declared::path::{Frame, PathValue};
use crate::declared::template::Template;
use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::import::stem;
use crate::json::to_plain_text;
use crate::parse::name::metric_name;
use crate::parse::number::convert;
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Measurement;
use model::record::time::Timestamp;

/// Rejected parts whose line is looked up; each lookup reads the text again.
const MAX_LOCATED: usize = 50;

/// Paths that the cause of a failed run names.
const MAX_PLACES: usize = 3;

/// Whether all marks of a format stand in a text.
pub(crate) fn recognizes(format: &CompiledFormat, text: &Text) -> bool {
    document::first_is(format.layout, text, |value| {
        let frames = [Frame::root(value)];
        format.marks.iter().all(|mark| mark.conditions.are_marked(&frames))
    })
}

/// The marks of a format that do not stand in a text, as they were written.
pub(crate) fn missing_marks<'f>(format: &'f CompiledFormat, text: &Text) -> Vec<&'f str> {
    let is_missing = |mark: &Mark| {
        !document::first_is(format.layout, text, |value| {
            mark.conditions.are_marked(&[Frame::root(value)])
        })
    };
    format.marks.iter().filter(|mark| is_missing(mark)).map(|mark| &*mark.written).collect()
}

/// Reads a text.
///
/// # Errors
/// It does not have the layout of the format.
pub(crate) fn read(
    format: &CompiledFormat,
    text: &Text,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let mut run = DeclaredReader {
        format,
        text,
        file: stem(&text.name),
        headings: Vec::new(),
        located: 0,
        entries: BTreeMap::new(),
    };
    let is_number = |column: &str| format.is_number(column);
    let mut take = |document: &Document<'_>, sink: &mut EntrySink<'_>| run.read(document, sink);
    document::for_each(format.layout, text, &is_number, sink, &mut take)?;
    for repeats in run.entries.into_values() {
        repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    }
    Ok(())
}

/// When and of what entries were measured: repeats are of one run.
type EntryRun = (Option<Timestamp>, Option<String>);

struct DeclaredReader<'a> {
    format: &'a CompiledFormat,
    text: &'a Text,
    file: String,
    /// Of the table, in their order.
    headings: Vec<String>,
    located: usize,
    entries: BTreeMap<EntryRun, RepeatMerger>,
}

impl DeclaredReader<'_> {
    fn read(&mut self, document: &Document<'_>, sink: &mut EntrySink<'_>) {
        if self.headings.is_empty() {
            self.headings = document.headings.to_vec();
        }
        let root = [Frame::root(document.value)];
        for path in &self.format.records {
            path.walk(&root, &mut |frames| {
                if !self.format.skip.iter().any(|conditions| conditions.hold(frames)) {
                    self.read_record(document, frames, sink);
                }
            });
        }
    }

    fn read_record(
        &mut self,
        document: &Document<'_>,
        frames: &[Frame<'_>],
        sink: &mut EntrySink<'_>,
    ) {
        let format = self.format;
        let Some(test) = format.test.fill(frames, &self.file) else {
            return self.reject(document, frames, "the benchmark has no name", sink);
        };
        let mut entry = BenchmarkEntry::of(self.fill(&format.suite, frames), test);
        if let Some(name) = format.name.fill(frames, &self.file).filter(|name| !name.is_empty()) {
            entry.name = name;
        }
        entry.backend = self.fill(&format.backend, frames);
        entry.mode = self.fill(&format.mode, frames);
        entry = self.with_parameters(entry, frames);
        entry = self.with_fields(entry, frames);
        let text = |template| Some(self.fill(template, frames)).filter(|text| !text.is_empty());
        entry.version = text(&format.version);
        entry.run.commit = text(&format.commit);
        entry.run.branch = text(&format.branch);
        let time = text(&format.timestamp);
        // A 0 is a clock that the tool did not read.
        let is_set = |time: &Timestamp| time.micros() > 0;
        entry.run.timestamp = time.as_deref().and_then(parse_time).filter(is_set);
        let time = time.filter(|text| text != "0");
        let failed = format.failures.iter().find(|failure| failure.when.hold(frames));
        let mut faults = Vec::new();
        if let Some(failure) = failed {
            let reason = failure.reason.fill(frames, &self.file);
            entry = entry.failed(reason.unwrap_or_else(|| "the run failed".to_owned()));
        } else {
            for metric in &format.metrics {
                self.add_metrics(metric, frames, &mut entry, &mut faults);
            }
            if entry.metrics.is_empty() {
                let reason = faults.first().cloned();
                entry = entry.failed(reason.unwrap_or_else(|| self.no_value()));
            }
        }
        if let (Some(time), None) = (time, entry.run.timestamp) {
            faults.push(format!("`{time}` is no time"));
        }
        // The others of a record stay: one odd value refuses no neighbor.
        if !faults.is_empty() {
            let reason = format!("`{}`: {}", entry.name, faults.join("; "));
            self.reject(document, frames, &reason, sink);
        }
        let key = (entry.run.timestamp, entry.run.commit.clone());
        self.entries.entry(key).or_default().add(entry);
    }

    /// Why a record without any value has none: where they were looked for.
    fn no_value(&self) -> String {
        let numbers = self.format.metrics.iter().filter_map(|metric| metric.value.as_ref());
        let places: Vec<String> =
            numbers.take(MAX_PLACES).map(|number| format!("`{}`", number.written)).collect();
        match places.as_slice() {
            [] => "no value".to_owned(),
            places => format!("no value at {}", places.join(", ")),
        }
    }

    fn fill(&self, text: &Template, frames: &[Frame<'_>]) -> String {
        text.fill(frames, &self.file).unwrap_or_default()
    }

    fn with_parameters(&self, mut entry: BenchmarkEntry, frames: &[Frame<'_>]) -> BenchmarkEntry {
        for param in &self.format.params {
            let counts = param.when.as_ref().is_none_or(|when| when.hold(frames));
            let value = param.text.fill(frames, &self.file).filter(|_| counts);
            entry = value.into_iter().fold(entry, |entry, value| entry.param(&param.name, value));
        }
        self.for_each_pair(&self.format.pairs, frames, &mut |name, value| {
            entry = std::mem::take(&mut entry).param(name, value);
        });
        entry
    }

    /// A field as a record keeps it. A table has text alone: a number in it is a number.
    fn field_value(&self, value: &serde_json::Value) -> serde_json::Value {
        match value.as_str().filter(|_| self.format.layout == Layout::Csv) {
            Some(cell) => number_or_text(cell),
            None => value.clone(),
        }
    }

    fn with_fields(&self, mut entry: BenchmarkEntry, frames: &[Frame<'_>]) -> BenchmarkEntry {
        for field in &self.format.fields {
            // A field may be any value; only what is computed must be a number.
            let value = match (field.number.read(frames), field.number.is_plain()) {
                (NumberReading::Number { value, .. }, false) => value.into(),
                (_, true) => match field.number.paths.first(frames) {
                    Some(PathValue::Json(value)) => self.field_value(value),
                    _ => continue,
                },
                _ => continue,
            };
            entry = entry.field(&field.name, value);
        }
        self.for_each_pair(&self.format.field_pairs, frames, &mut |name, value| {
            entry = std::mem::take(&mut entry).field(name, number_or_text(&value));
        });
        entry
    }

    /// Calls `take` with each name and value that stand in the file.
    fn for_each_pair(
        &self,
        all: &[NamePairs],
        frames: &[Frame<'_>],
        take: &mut dyn FnMut(&str, String),
    ) {
        for pairs in all {
            pairs.each.walk(frames, &mut |frames| {
                let name = pairs.name.fill(frames, &self.file).unwrap_or_default();
                if !self.is_before(&name, &pairs.before) {
                    return;
                }
                let name = match name.strip_prefix(&*pairs.prefix) {
                    Some(rest) if !rest.is_empty() && !pairs.except.contains(&name) => rest,
                    _ => return,
                };
                if let Some(value) = pairs.value.fill(frames, &self.file) {
                    take(name, value);
                }
            });
        }
    }

    /// Whether a column stands before another one; true where there is no other.
    fn is_before(&self, column: &str, end: &str) -> bool {
        let place = |name: &str| self.headings.iter().position(|heading| heading == name);
        place(end).is_none_or(|end| place(column).is_some_and(|place| place < end))
    }

    fn add_metrics(
        &self,
        metric: &Metric,
        frames: &[Frame<'_>],
        entry: &mut BenchmarkEntry,
        faults: &mut Vec<String>,
    ) {
        let mut add = |frames: &[Frame<'_>]| match self.measurement(metric, frames) {
            Ok(measurement) => entry.metrics.extend(measurement),
            Err(fault) => faults.push(fault),
        };
        match &metric.each {
            Some(each) => each.walk(frames, &mut |frames| add(frames)),
            None => add(frames),
        }
    }

    /// The metric of a record; none where the record does not have it.
    fn measurement(
        &self,
        declared: &Metric,
        frames: &[Frame<'_>],
    ) -> Result<Option<Measurement<'static>>, String> {
        if declared.when.as_ref().is_some_and(|conditions| !conditions.hold(frames)) {
            return Ok(None);
        }
        // A name that stands in the file may be missing in one record: so is the metric then.
        let Some(written) = declared.name.fill(frames, &self.file) else { return Ok(None) };
        let ending = declared.unit_endings.iter().find(|it| written.ends_with(&it.ending));
        let name = match ending {
            Some(ending) => &written[..written.len() - ending.ending.len()],
            None => &written,
        };
        let name = if declared.name.has_places() { metric_name(name) } else { name.to_owned() };
        let mut unit = match ending {
            Some(ending) => ending.unit.clone(),
            None => self.fill(&declared.unit, frames),
        };
        let mut value = f64::NAN;
        if let Some(number) = &declared.value {
            match number.read(frames) {
                NumberReading::Number { value: found, unit: own } => {
                    value = found;
                    unit = if own.is_empty() { unit } else { own };
                }
                NumberReading::Missing if declared.samples.is_none() => return Ok(None),
                NumberReading::Missing => {}
                NumberReading::Unreadable(text) => return Err(not_a_number(number, &text)),
            }
        }
        let samples = samples(declared, frames, &unit)?;
        if value.is_nan() && samples.is_empty() {
            return Ok(None);
        }
        let in_unit =
            |number: &NumberPath| number.read_in(frames, &unit).filter(|value| value.is_finite());
        // A spread or bound that cannot be read says nothing against the value beside it.
        let mut measurement =
            metric(&name, &unit, value).std(declared.std.as_ref().and_then(in_unit));
        for statistic in &declared.statistics {
            measurement = measurement.statistic(statistic.statistic, in_unit(&statistic.number));
        }
        let measurement = measurement.samples(samples);
        Ok(Some(match declared.better {
            Some(better) => measurement.direction(better),
            None => measurement,
        }))
    }

    fn reject(
        &mut self,
        document: &Document<'_>,
        frames: &[Frame<'_>],
        reason: &str,
        sink: &mut EntrySink<'_>,
    ) {
        // JSON that was read knows no lines; a row and a line of JSON lines have theirs.
        let is_located = self.format.layout == Layout::Json && self.located < MAX_LOCATED;
        self.located += usize::from(is_located);
        let line = if is_located {
            document::line_of(self.text.json_text(), frames)
        } else {
            document.line
        };
        let part = frames.last().map(|frame| to_plain_text(frame.value)).unwrap_or_default();
        sink.reject(line, reason, "correct it in the file, or measure again", &part);
    }
}

fn not_a_number(number: &NumberPath, text: &str) -> String {
    format!("`{}`: `{}` is not a number", number.written, model::record::shorten(text, 60))
}

/// The samples in the unit of the value.
fn samples(declared: &Metric, frames: &[Frame<'_>], unit: &str) -> Result<Vec<f64>, String> {
    let Some(paths) = &declared.samples else { return Ok(Vec::new()) };
    let mut samples = Vec::new();
    for found in paths.values(frames) {
        match reading(found) {
            NumberReading::Number { value, unit: own } if own.is_empty() => samples.push(value),
            NumberReading::Number { value, unit: own } => {
                samples.extend(convert(value, &own, unit));
            }
            NumberReading::Missing => {}
            NumberReading::Unreadable(text) => {
                return Err(format!("a sample is not a number: `{text}`"));
            }
        }
    }
    Ok(samples)
}

/// A text that is a finite number as one.
fn number_or_text(text: &str) -> serde_json::Value {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.into(),
        _ => text.into(),
    }
}
