//! `benchpages ingest`: what a tool wrote becomes lines of the history.
//!
//! All files are read before anything is written. What is refused is told with its place, kept in
//! `quarantine/`, and does not keep the rest out; a file that is no result at all is a fault.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

use crate::app::load::{self, LoadOptions};
use crate::cli::args::ingest::IngestArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::store;
use crate::store::append::{AppendTarget, Appender};
use crate::vcs::{self, MetadataOverrides, MetadataSources, git};
use ingest::entry::{BenchmarkEntry, RunContext};
use ingest::formats::{self, Format};
use ingest::import;
use ingest::line::{self, Completion, RecordLine};
use ingest::naming::{self, Pattern};
use ingest::sink::{InputError, RejectedPart};
use ingest::source::Text;
use ingest::{self, IngestInput};
use model::record::time::Timestamp;
use model::record::{Problem, SourceLocation};
use model::text;

/// Commits before the measured one that are remembered: more than lie between two measurements.
const MAX_COMMITS: u32 = 2_000;

pub(crate) fn run(global: &GlobalArgs, args: &IngestArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if args.list {
        return ui::print(list_formats().as_bytes());
    }
    let options = load_options(global, &SiteArgs::default())?;
    if global.data.is_dir() {
        // Demo records and real ones are never mixed.
        load::reject_demo_in(&options)?;
    }
    // Columns have a meaning in tables alone.
    let table = args.format == "auto" && !args.column.is_empty();
    let asked = requested_format(if table { "csv" } else { &args.format })?;
    let mut job = IngestJob::new(args, &options, talk)?;
    let mut faults = Vec::new();
    let mut inputs = Vec::new();
    for path in &args.inputs {
        match open_input(path, asked) {
            Ok(found) => inputs.extend(found),
            Err(error) => faults.push(format!("{error:#}")),
        }
    }
    for input in &mut inputs {
        if let IngestInput::Text(text) = input {
            text.columns.clone_from(&args.column);
        }
    }
    for input in &inputs {
        // Files of a folder that are no results lie beside those that are.
        let alone = args.inputs.len() == inputs.len();
        match detect_format(input, asked) {
            Ok(Some(format)) => faults.extend(job.read(input, format, talk)),
            Ok(None) if alone => faults.push(unknown_format_message(input)),
            Ok(None) => talk.detail(&format!("{}: no format recognises it", input.name())),
            Err(fault) => faults.push(fault),
        }
    }
    if job.entries == 0 && faults.is_empty() {
        faults.push("no benchmark was found".to_owned());
    }
    for fault in &faults {
        talk.problem(fault);
    }
    job.finish(global, args, talk)?;
    if faults.is_empty() { Ok(0) } else { Ok(super::EXIT_ERROR) }
}

/// The table of formats.
fn list_formats() -> String {
    let mut out = String::new();
    for format in formats::FORMATS {
        out.push_str(&format!(
            "{}\n  {}\n  recognised by: {}\n  yields: {}\n  backend: {}\n",
            format.name, format.tool, format.signature, format.yields, format.backend,
        ));
    }
    out
}

/// The format that was asked for; none for `auto`.
fn requested_format(name: &str) -> anyhow::Result<Option<&'static Format>> {
    if name == "auto" {
        return Ok(None);
    }
    if let Some(format) = formats::by_name(name) {
        return Ok(Some(format));
    }
    let near = |format: &&Format| strsim::jaro_winkler(format.name, name) > 0.8;
    let like: Vec<&str> = formats::FORMATS.iter().copied().filter(near).map(|it| it.name).collect();
    let hint = match like.as_slice() {
        [] => String::new(),
        like => format!(", did you mean {}?", like.join(" or ")),
    };
    bail!("--format {name}: no such format{hint} `benchpages ingest --list` prints all of them")
}

fn open_input(path: &Path, format: Option<&Format>) -> anyhow::Result<Vec<IngestInput>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(vec![IngestInput::Text(Text::new("standard input", &bytes))]);
    }
    ingest::inputs(path, format)
}

/// The format of an input: what was asked for, or the one that recognises it.
fn detect_format(
    input: &IngestInput,
    asked: Option<&'static Format>,
) -> Result<Option<&'static Format>, String> {
    if asked.is_some() {
        return Ok(asked);
    }
    match input.formats().as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => {
            let names: Vec<&str> = several.iter().map(|format| format.name).collect();
            let names = names.join(", ");
            Err(format!("{}: it may be any of {names}; say which: --format NAME", input.name()))
        }
    }
}

fn unknown_format_message(input: &IngestInput) -> String {
    let name = input.name();
    if let IngestInput::Text(text) = input {
        if let Some(kind) = import::recognize(text) {
            return format!("{name}: it is a whole history: `benchpages import {kind} {name}`");
        }
        if text.text.trim().is_empty() {
            return format!("{name}: the file is empty");
        }
        // Whoever is cut off is recognised by nothing, and should hear why.
        if text.text.trim_start().starts_with(['{', '['])
            && let Err(fault) = text.parse::<serde::de::IgnoredAny>()
        {
            let InputError { line, column, reason } = fault;
            return format!(
                "{name}:{line}:{column}: broken JSON, so no format recognises it: {reason}"
            );
        }
        if name.ends_with(".csv") {
            return format!(
                "{name}: a table whose headings are no fields of a record; say what its columns \
                 hold: --column test=NAME --column value=NAME"
            );
        }
    }
    format!(
        "{name}: no format recognises it; `benchpages ingest --list` tells what each is known by, \
         --format NAME reads it as one"
    )
}

/// What is gathered until all is read.
struct IngestJob {
    completion: Completion,
    patterns: Vec<Pattern>,
    lines: Vec<RecordLine>,
    entries: usize,
    rejected: Vec<RejectedPart>,
}

impl IngestJob {
    fn new(args: &IngestArgs, options: &LoadOptions, talk: &Reporter) -> anyhow::Result<Self> {
        let parsed = |pattern: &String| Pattern::parse(pattern).map_err(anyhow::Error::msg);
        let patterns: Result<Vec<Pattern>, _> = args.map.iter().map(parsed).collect();
        let time = args.timestamp.as_deref().map(Timestamp::parse).transpose();
        let time = time.map_err(anyhow::Error::msg).context("--timestamp")?;
        let mut set = set_fields(args)?;
        let around = run_metadata(args, &set);
        around.warnings.iter().for_each(|warning| talk.warn(warning));
        if let (Some(_), Some(commit)) = (&args.commit, &around.commit) {
            // What the user says counts more than what a tool believes.
            set.insert("commit".to_owned(), commit.clone());
        }
        let run = RunContext {
            commit: around.commit.clone(),
            timestamp: Some(time.or(options.now).unwrap_or(options.clock)),
            commit_time: around.commit_time,
            branch: around.branch.clone(),
            pull: around.pull,
            url: around.url.clone(),
        };
        let completion = Completion {
            run,
            environment: around.environment.into_iter().collect(),
            backend: "",
            overrides: set,
            without_samples: args.no_samples,
        };
        let (lines, refused) = (Vec::new(), Vec::new());
        let patterns = patterns.context("--map")?;
        Ok(Self { completion, patterns, lines, entries: 0, rejected: refused })
    }

    /// Reads an input; what is wrong with it as a whole.
    fn read(
        &mut self,
        input: &IngestInput,
        format: &'static Format,
        talk: &Reporter,
    ) -> Option<String> {
        self.completion.backend = format.backend;
        let (completion, patterns) = (&self.completion, &self.patterns);
        let (mut lines, mut odd) = (Vec::new(), Vec::new());
        let mut take = |mut entry: BenchmarkEntry| {
            let name = entry.name.clone();
            let line = naming::rename(&mut entry, patterns)
                .and_then(|_| line::write(&entry, completion))
                .and_then(validated);
            match line {
                Ok(line) => lines.push(line),
                Err(reason) => odd.push((name, reason)),
            }
        };
        let read = input.read(format, &mut take);
        self.entries += lines.len() + odd.len();
        self.lines.append(&mut lines);
        self.rejected.extend(odd.into_iter().map(|(name, reason)| rejection(input, &name, reason)));
        match read {
            Ok(mut read) => {
                talk.detail(&format!(
                    "{}: {} as {}",
                    input.name(),
                    text::count_noun(read.entries as u64, "benchmark"),
                    format.name
                ));
                for remark in &read.remarks {
                    talk.warn(&format!("{}: {remark}", input.name()));
                }
                self.rejected.append(&mut read.rejected);
                None
            }
            Err(fault) => {
                let place = format!("{}:{}:{}", input.name(), fault.line, fault.column);
                Some(format!("{place}: not readable as {}: {}", format.name, fault.reason))
            }
        }
    }

    /// Writes what was read, or shows it.
    fn finish(self, global: &GlobalArgs, args: &IngestArgs, talk: &Reporter) -> anyhow::Result<()> {
        for refused in &self.rejected {
            let Problem { location: place, reason, remedy } = &refused.problem;
            talk.problem(&format!("{place}: {reason}; {remedy}"));
        }
        if args.dry_run {
            let lines: String = self.lines.into_iter().map(|line| line.text + "\n").collect();
            return ui::print(lines.as_bytes()).map(|_| ());
        }
        store::quarantine_ingest_rejects(&global.data, &self.rejected_lines())?;
        let target = match &args.into {
            Some(name) => AppendTarget::File(checked_file_stem(name)?),
            None => AppendTarget::Day,
        };
        let mut appender = Appender::new(&global.data, target);
        for line in &self.lines {
            appender.add(&line.text, line.time, line.pull)?;
        }
        let done = appender.finish()?;
        self.remember_commits(global, talk)?;
        let mut said = format!("{} added", text::count_noun(done.added as u64, "record"));
        if done.duplicates > 0 {
            said.push_str(&format!(
                ", {} stood there already",
                text::count(done.duplicates as u64)
            ));
        }
        if !self.rejected.is_empty() {
            let count = text::count(self.rejected.len() as u64);
            said.push_str(&format!(", {count} refused (see quarantine/)"));
        }
        for file in &done.files {
            said.push_str(&format!("\n  {}", global.data.join(file).display()));
        }
        talk.info(&said);
        Ok(())
    }

    /// What git knows of the measured commit and those before it: charts order by it, and changes
    /// name the commits that nobody measured.
    fn remember_commits(&self, global: &GlobalArgs, talk: &Reporter) -> anyhow::Result<()> {
        let Some(commit) = &self.completion.run.commit else { return Ok(()) };
        if git::resolve(Path::new("."), commit).is_none() {
            return Ok(());
        }
        let (facts, told) = vcs::commits(Path::new("."), commit, MAX_COMMITS);
        told.iter().for_each(|warning| talk.warn(warning));
        store::commits::merge(&global.data, &facts).map(|_| ())
    }

    fn rejected_lines(&self) -> Vec<(&Problem, &str)> {
        self.rejected.iter().map(|it| (&it.problem, it.text.as_str())).collect()
    }
}

/// What git, continuous integration and the machine say of the run here.
fn run_metadata(args: &IngestArgs, set: &BTreeMap<String, String>) -> vcs::RunMetadata {
    let said = MetadataOverrides {
        commit: args.commit.clone(),
        branch: args.branch.clone(),
        pull: args.pull,
        commit_time: None,
        url: None,
        fields: set.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        toolchains: args.toolchain.clone(),
    };
    let variables = vcs::env_variables();
    let sources = MetadataSources {
        variables: &variables,
        repository: Path::new("."),
        machine: Path::new("/"),
    };
    let mut around = vcs::gather(&said, sources);
    if args.elsewhere {
        around.environment.clear();
        around.url = None;
    }
    around
}

/// A line that the history will take.
pub(super) fn validated(line: RecordLine) -> Result<RecordLine, String> {
    let read = store::read_lines_of_text(line.text.as_bytes());
    match read.rejected_records().first() {
        Some(problem) => Err(problem.reason.clone()),
        None => Ok(line),
    }
}

fn rejection(input: &IngestInput, name: &str, reason: String) -> RejectedPart {
    let place = SourceLocation { file: input.name(), line: 1, column: 1 };
    let remedy = "say by an option what is missing, or measure again".to_owned();
    let reason = format!("`{}`: {reason}", model::record::shorten(name, 80));
    RejectedPart { problem: Problem { location: place, reason, remedy }, text: name.to_owned() }
}

/// `--set`, and the options that are short for it.
fn set_fields(args: &IngestArgs) -> anyhow::Result<BTreeMap<String, String>> {
    let mut set = parse_pairs("--set", &args.set)?;
    let short = [("backend", &args.backend), ("suite", &args.suite)];
    for (name, value) in short {
        set.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    Ok(set)
}

/// `name=value` as it was typed after an option, any number of times.
pub(super) fn parse_pairs(
    option: &str,
    typed: &[String],
) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |pair: &String| match pair.split_once('=').filter(|(name, _)| !name.is_empty()) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => bail!("{option} {pair}: write {option} name=value"),
    };
    typed.iter().map(pair).collect()
}

/// A name that cannot leave its folder.
pub(super) fn checked_file_stem(name: &str) -> anyhow::Result<String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let stem = name.strip_suffix(".ndjson").unwrap_or(name);
    if stem.is_empty() || stem.starts_with('.') || !stem.chars().all(fine) {
        bail!("--into {name}: letters, digits, `-`, `_` and `.` make the name of a file");
    }
    Ok(stem.to_owned())
}
