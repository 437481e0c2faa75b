//! A folder of results, each of its own run: files of any format that `ingest` reads, or folders
//! such as criterion's. This is how pyperf and pyperformance, pytest-benchmark's storage, LNT,
//! Perfherder, Skia Perf, BenchmarkTools and Sandmark keep a history.
//!
//! Commit and time of a run are those inside of its files, else those that their path says. Where
//! neither says one, and the user does not, the file is rejected with what is missing. A file that
//! no format recognizes is skipped and counted; one that several formats recognize, or that is
//! broken JSON, is rejected.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::entry::BenchmarkEntry;
use crate::format::Format;
use crate::formats;
use crate::import::path_pattern::PathFacts;
use crate::import::{HistoryKind, ImportOptions};
use crate::sink::{EntrySink, InputError};
use crate::source::{Folder, Source, Text};
use model::text;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "results",
    aliases: &["pyperformance", "sandmark", "skia-perf"],
    takes: "a folder with result files of any format of ingest, one or several a run; commit and \
            time from inside, else from their paths by --name-pattern",
    yields: "what ingest reads of each file",
    backend: "custom",
    read,
};

/// Names of files that a remark lists.
const MAX_NAMES: usize = 5;

fn read(
    source: Source<'_>,
    options: &ImportOptions,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let folder = match source {
        Source::Folder(folder) => folder,
        Source::File(_) => return Err(InputError::whole("not a folder")),
    };
    let units = result_units(folder, options);
    let mut reading = ResultsReading { options, unrecognized: Vec::new(), contradicting: 0, sink };
    for (done, unit) in units.iter().enumerate() {
        reading.sink.progress(done, units.len());
        reading.read_unit(folder, unit);
    }
    reading.add_remarks();
    if units.is_empty() { Err(InputError::whole("it holds no file")) } else { Ok(()) }
}

/// A file, or a folder whose files belong together.
struct ResultUnit {
    path: String,
    /// Relative to the folder that is imported, sorted.
    files: Vec<String>,
    /// What reads them together; none: each file is a result.
    folder_format: Option<&'static Format>,
    facts: PathFacts,
}

/// The files of a folder by run.
fn result_units(folder: &dyn Folder, options: &ImportOptions) -> Vec<ResultUnit> {
    let visible = |file: &&String| !file.split('/').any(|part| part.starts_with('.'));
    let mut by_path: BTreeMap<String, ResultUnit> = BTreeMap::new();
    for file in folder.files().iter().filter(visible) {
        let facts = options.name_pattern.as_ref().and_then(|pattern| pattern.facts(file));
        // Without a pattern a folder at the top may be a run: criterion's, asv's.
        let path = match (&facts, options.name_pattern.is_some()) {
            (Some(facts), _) => facts.path.clone(),
            (None, true) => file.clone(),
            (None, false) => file.split('/').next().unwrap_or(file).to_owned(),
        };
        let unit = by_path.entry(path.clone()).or_insert_with(|| ResultUnit {
            path,
            files: Vec::new(),
            folder_format: None,
            facts: facts.unwrap_or_default(),
        });
        unit.files.push(file.clone());
    }
    let mut units: Vec<ResultUnit> = by_path.into_values().collect();
    for unit in units.iter_mut().filter(|unit| unit.files.first() != Some(&unit.path)) {
        let recognizing = formats::recognizing_folder(&PartOfFolder::of(folder, unit));
        unit.folder_format = match options.result_format {
            Some(format) => recognizing.into_iter().find(|it| it.name == format.name),
            None => recognizing.first().copied(),
        };
    }
    units
}

/// The files of one run as a folder of their own.
struct PartOfFolder<'a> {
    folder: &'a dyn Folder,
    path: &'a str,
    files: Vec<String>,
}

impl<'a> PartOfFolder<'a> {
    fn of(folder: &'a dyn Folder, unit: &'a ResultUnit) -> Self {
        let within = |file: &String| file.get(unit.path.len() + 1..).map(str::to_owned);
        Self { folder, path: &unit.path, files: unit.files.iter().filter_map(within).collect() }
    }
}

impl Folder for PartOfFolder<'_> {
    fn name(&self) -> &str {
        self.path
    }

    fn files(&self) -> &[String] {
        &self.files
    }

    fn read(&self, file: &str) -> Result<Text, InputError> {
        self.folder.read(&format!("{}/{file}", self.path))
    }

    fn open(&self, file: &str) -> Result<Box<dyn Read + '_>, InputError> {
        self.folder.open(&format!("{}/{file}", self.path))
    }
}

/// What one result had.
#[derive(Default)]
struct ReadCounts {
    without_commit: usize,
    without_time: usize,
}

struct ResultsReading<'r, 's> {
    options: &'r ImportOptions,
    unrecognized: Vec<String>,
    /// Files that name another commit than their path does.
    contradicting: u64,
    sink: &'r mut EntrySink<'s>,
}

impl ResultsReading<'_, '_> {
    fn read_unit(&mut self, folder: &dyn Folder, unit: &ResultUnit) {
        if let Some(format) = unit.folder_format {
            let part = PartOfFolder::of(folder, unit);
            let read = |sink: &mut EntrySink<'_>| format.read_folder(&part, sink);
            return self.take(part.path, format, &unit.facts, "", &read);
        }
        for file in &unit.files {
            self.sink.begin_file(file);
            match folder.read(file) {
                Ok(text) => self.read_text(file, text, &unit.facts),
                Err(fault) => self.sink.reject_file(&fault, ""),
            }
        }
    }

    fn read_text(&mut self, file: &str, text: Text, facts: &PathFacts) {
        let format = match (self.options.result_format, formats::recognizing_text(&text).as_slice())
        {
            (Some(format), _) => format,
            (None, [only]) => only,
            (None, []) => {
                let begins = text.text.trim_start().starts_with(['{', '[']);
                match text.parse::<serde::de::IgnoredAny>() {
                    // A result that was cut off is recognized by nothing.
                    Err(fault) if begins => self.sink.reject_file(&fault, &text.text),
                    _ => self.unrecognized.push(file.to_owned()),
                }
                return;
            }
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|format| format.name).collect();
                let reason = format!("several formats fit: {}", names.join(", "));
                self.sink.reject(1, &reason, "name one: --result-format NAME", "");
                return;
            }
        };
        self.take(file, format, facts, &text.text, &|sink| format.read_text(&text, sink));
    }

    /// Reads one result, and completes its entries by what its path says.
    fn take(
        &mut self,
        name: &str,
        format: &'static Format,
        facts: &PathFacts,
        text: &str,
        read: &dyn Fn(&mut EntrySink<'_>) -> Result<(), InputError>,
    ) {
        let mut counts = ReadCounts::default();
        let mut contradicts = false;
        let sink = &mut *self.sink;
        let options = self.options;
        let mut pass = |mut entry: BenchmarkEntry| {
            contradicts |= names_another_commit(&entry, facts);
            complete(&mut entry, format, facts);
            let has_commit = options.has_commit || entry.run.commit.is_some();
            let has_time = options.has_time || entry.run.timestamp.is_some();
            counts.without_commit += usize::from(!has_commit);
            counts.without_time += usize::from(!has_time);
            if has_commit && has_time {
                sink.entry(entry);
            }
        };
        let mut inner = EntrySink::new(&mut pass);
        inner.begin_file(name);
        let outcome = read(&mut inner);
        let EntrySink { rejected, remarks, entry_count, .. } = inner;
        sink.begin_file(name);
        for part in rejected {
            let (line, problem) = (part.problem.location.line as usize, part.problem);
            sink.reject(line, &problem.reason, &problem.remedy, &part.text);
        }
        remarks.into_iter().for_each(|remark| sink.remark(remark));
        if let Err(fault) = outcome {
            sink.reject_file(&fault, text);
        } else {
            reject_incomplete(&counts, sink);
            if entry_count > 0 {
                sink.continue_with(&[format!("--format={}", format.name)]);
            }
        }
        self.contradicting += u64::from(contradicts);
    }

    fn add_remarks(&mut self) {
        let all = self.unrecognized.len();
        if all > 0 {
            self.sink.skip("files that no format recognizes", all as u64);
            let names = self.unrecognized[..all.min(MAX_NAMES)].join(", ");
            let more = if all > MAX_NAMES { ", …" } else { "" };
            self.sink.remark(format!(
                "no format recognizes {names}{more}; --result-format NAME reads files as one"
            ));
        }
        if self.contradicting > 0 {
            self.sink.remark(format!(
                "in {} the commit inside differs from the one in the path; the one inside counts",
                text::count_noun(self.contradicting, "result")
            ));
        }
    }
}

/// Whether the result and its path name two commits; one of them may be cut short.
fn names_another_commit(entry: &BenchmarkEntry, facts: &PathFacts) -> bool {
    let commits = entry.run.commit.as_deref().zip(facts.run.commit.as_deref());
    commits.is_some_and(|(inside, path)| !inside.starts_with(path) && !path.starts_with(inside))
}

/// Adds what a path says to what the result says.
fn complete(entry: &mut BenchmarkEntry, format: &Format, facts: &PathFacts) {
    let (run, path) = (&mut entry.run, &facts.run);
    run.commit = run.commit.take().or_else(|| path.commit.clone());
    run.branch = run.branch.take().or_else(|| path.branch.clone());
    run.timestamp = run.timestamp.or(path.timestamp);
    for (name, value) in &facts.params {
        entry.params.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if entry.backend.is_empty() {
        format.backend.clone_into(&mut entry.backend);
    }
}

/// Rejects a result whose benchmarks have no commit or no time, once and not for each benchmark.
fn reject_incomplete(counts: &ReadCounts, sink: &mut EntrySink<'_>) {
    let mut missing: BTreeSet<(&str, &str)> = BTreeSet::new();
    if counts.without_commit > 0 {
        missing.insert(("commit", "--name-pattern '{commit}.json' or --commit SHA"));
    }
    if counts.without_time > 0 {
        missing.insert(("time", "--name-pattern '{date}.json' or --timestamp TIME"));
    }
    if missing.is_empty() {
        return;
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    let remedies: Vec<&str> = missing.iter().map(|(_, remedy)| *remedy).collect();
    let reason = format!("no {} in the result or its path", names.join(" and no "));
    // The reason has no number, so that results with the same fault are counted together.
    let benchmarks = format!("{} benchmarks", counts.without_commit.max(counts.without_time));
    sink.reject(1, &reason, &format!("add {}", remedies.join("; ")), &benchmarks);
}
