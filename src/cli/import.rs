//! `benchpages import`: a history that another dashboard kept becomes this one's.
//!
//! Records go to their files as they are found, and each once: the same import again changes
//! nothing, and one that was cut off is completed by doing it again. What is refused is told with
//! its place and kept in `quarantine/`; a history of which nothing could be read is a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, bail};
use serde_json::json;

use crate::app::load;
use crate::cli::args::import::ImportArgs;
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::ingest::{checked_file_stem, parse_pairs, validated};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::store;
use crate::store::append::{AppendTarget, Appended, Appender};
use crate::store::commits::{self, CommitMerge};
use ingest::entry::{BenchmarkEntry, RunContext};
use ingest::import::{self, HistoryKind, ImportOptions};
use ingest::line::{self, Completion};
use ingest::naming::{self, Pattern};
use ingest::sink::{EntrySink, RejectedPart};
use model::history::CommitFacts;
use model::record::time::Timestamp;
use model::record::{Direction, Problem, SourceLocation, shorten};
use model::text;

/// Refused parts that are told one by one; all of them stand in `quarantine/`.
const MAX_LISTED_REJECTS: usize = 20;

pub(crate) fn run(global: &GlobalArgs, args: &ImportArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if args.list {
        return ui::print(list_kinds().as_bytes());
    }
    let (Some(kind), Some(path)) = (&args.kind, &args.path) else { return Ok(super::EXIT_ERROR) };
    let kind = find_kind(kind)?;
    if !path.exists() {
        bail!("{} is not there; `{}` takes {}", path.display(), kind.name, kind.takes);
    }
    if global.data.is_dir() {
        // Demo records and real ones are never mixed.
        load::reject_demo_in(&load_options(global, &SiteArgs::default())?)?;
    }
    let asked = import_options(args)?;
    let mut job = ImportJob::new(global, args, kind)?;
    let meter = talk.progress();
    let progress = |done, total| meter("files", done, total);
    let mut take = |entry| job.add_entry(entry);
    let mut sink = EntrySink::new(&mut take).with_progress(&progress);
    let fault = (kind.read)(path, &asked, &mut sink).err();
    let EntrySink {
        rejected: refused, rejection_counts: reasons, remarks, commits, skipped, ..
    } = sink;
    talk.end_progress();
    if let Some(fault) = &fault {
        let place = path.display();
        talk.problem(&format!("{place}: {}; `{}` takes {}", fault.reason, kind.name, kind.takes));
    }
    job.add_rejected(refused, reasons);
    let summary = job.finish(commits, remarks, skipped)?;
    for refused in summary.rejected.iter().take(MAX_LISTED_REJECTS) {
        let Problem { location: place, reason, remedy } = &refused.problem;
        talk.problem(&format!("{place}: {reason}; {remedy}"));
    }
    for remark in &summary.remarks {
        talk.warn(remark);
    }
    ui::print(summary.render(args.format).as_bytes())?;
    if fault.is_some() || summary.records == 0 { Ok(super::EXIT_ERROR) } else { Ok(0) }
}

/// The table of kinds.
fn list_kinds() -> String {
    let mut out = String::new();
    for kind in import::KINDS {
        let also = match kind.aliases {
            [] => String::new(),
            also => format!(" (also {})", also.join(", ")),
        };
        out.push_str(&format!(
            "{}{also}\n  takes: {}\n  yields: {}\n  backend: {}\n",
            kind.name, kind.takes, kind.yields, kind.backend,
        ));
    }
    out
}

fn find_kind(name: &str) -> anyhow::Result<&'static HistoryKind> {
    if let Some(kind) = import::by_name(name) {
        return Ok(kind);
    }
    let near = |kind: &&HistoryKind| strsim::jaro_winkler(kind.name, name) > 0.8;
    let like: Vec<&str> = import::KINDS.into_iter().filter(near).map(|it| it.name).collect();
    let hint = match like.as_slice() {
        [] => String::new(),
        like => format!(", did you mean {}?", like.join(" or ")),
    };
    bail!("{name}: no such kind{hint} `benchpages import --list` prints all of them")
}

/// Columns by name, with what each holds. Several may hold the same.
fn parse_columns(typed: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let column = |pair: &String| match pair.split_once('=') {
        Some((role, column)) if !role.is_empty() => Ok((column.to_owned(), role.to_owned())),
        _ => bail!("--column {pair}: write --column FIELD=COLUMN"),
    };
    typed.iter().map(column).collect()
}

fn import_options(args: &ImportArgs) -> anyhow::Result<ImportOptions> {
    let delimiter = args.delimiter.map(u8::try_from).transpose();
    let delimiter = delimiter.context("--delimiter: one ASCII character")?;
    Ok(ImportOptions {
        delimiter,
        columns: parse_columns(&args.column)?,
        test: args.test.clone(),
        has_commit: args.commit.is_some(),
        has_time: args.timestamp.is_some(),
    })
}

/// What is gathered while the history is read.
struct ImportJob<'a> {
    global: &'a GlobalArgs,
    dry_run: bool,
    completion: Completion,
    patterns: Vec<Pattern>,
    units: BTreeMap<String, String>,
    directions: BTreeMap<String, Direction>,
    appender: Appender,
    /// Why lines can no longer be put aside.
    append_error: Option<anyhow::Error>,
    /// Hashes of what makes a series.
    series: BTreeSet<u64>,
    /// Hashes of benchmarks that have values, and of those that failed: one that only ever failed
    /// is a series too.
    measured_benchmarks: BTreeSet<u64>,
    failed_benchmarks: BTreeSet<u64>,
    /// Hashes of commits that have records.
    commits: BTreeSet<u64>,
    summary: ImportSummary,
}

/// What became of a history.
#[derive(Default)]
struct ImportSummary {
    kind: &'static str,
    dry_run: bool,
    records: u64,
    values: u64,
    failed: u64,
    pulls: u64,
    series: u64,
    span: Option<(Timestamp, Timestamp)>,
    appended: Appended,
    commits: u64,
    commit_merge: CommitMerge,
    rejected: Vec<RejectedPart>,
    reasons: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    remarks: Vec<String>,
}

impl<'a> ImportJob<'a> {
    fn new(
        global: &'a GlobalArgs,
        args: &ImportArgs,
        kind: &'static HistoryKind,
    ) -> anyhow::Result<Self> {
        let parsed = |pattern: &String| Pattern::parse(pattern).map_err(anyhow::Error::msg);
        let patterns: Result<Vec<Pattern>, _> = args.map.iter().map(parsed).collect();
        let time = args.timestamp.as_deref().map(Timestamp::parse).transpose();
        let run = RunContext {
            commit: args.commit.clone(),
            timestamp: time.map_err(anyhow::Error::msg).context("--timestamp")?,
            branch: args.branch.clone(),
            ..RunContext::default()
        };
        let mut set = parse_pairs("--set", &args.set)?;
        for (name, value) in [("backend", &args.backend), ("suite", &args.suite)] {
            set.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
        }
        let direction = |(name, told): (String, String)| match told.as_str() {
            "lower" => Ok((name, Direction::Lower)),
            "higher" => Ok((name, Direction::Higher)),
            _ => bail!("--better {name}={told}: write lower or higher"),
        };
        let better = parse_pairs("--better", &args.better)?.into_iter().map(direction);
        let into = checked_file_stem(args.into.as_deref().unwrap_or(kind.name))?;
        Ok(Self {
            global,
            dry_run: args.dry_run,
            completion: Completion {
                run,
                environment: BTreeMap::new(),
                backend: kind.backend,
                overrides: set,
                without_samples: args.no_samples,
            },
            patterns: patterns.context("--map")?,
            units: parse_pairs("--unit", &args.unit)?,
            directions: better.collect::<anyhow::Result<_>>()?,
            appender: Appender::new(&global.data, AppendTarget::Import(into)),
            append_error: None,
            series: BTreeSet::new(),
            measured_benchmarks: BTreeSet::new(),
            failed_benchmarks: BTreeSet::new(),
            commits: BTreeSet::new(),
            summary: ImportSummary {
                kind: kind.name,
                dry_run: args.dry_run,
                ..ImportSummary::default()
            },
        })
    }

    /// One benchmark of one run.
    fn add_entry(&mut self, mut entry: BenchmarkEntry) {
        for metric in &mut entry.metrics {
            let name = metric.metric.to_string();
            if metric.unit.is_none() {
                metric.unit = self.units.get(&name).map(|unit| unit.clone().into());
            }
            metric.direction = self.directions.get(&name).copied().or(metric.direction);
        }
        let name = entry.name.clone();
        let line = naming::rename(&mut entry, &self.patterns)
            .and_then(|_| line::write(&entry, &self.completion))
            .and_then(validated);
        match line {
            Ok(line) => self.store_line(&entry, &line.text, line.time),
            Err(reason) => self.reject_entry(&entry, &name, reason),
        }
    }

    fn store_line(&mut self, entry: &BenchmarkEntry, line: &str, time: Timestamp) {
        let summary = &mut self.summary;
        summary.records += 1;
        summary.failed += u64::from(entry.error.is_some());
        summary.values += if entry.error.is_some() { 0 } else { entry.metrics.len() as u64 };
        summary.pulls += u64::from(entry.run.pull.is_some());
        summary.span = Some(
            summary.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))),
        );
        let BenchmarkEntry { suite, test, backend, mode, parallel, n, params, .. } = entry;
        let benchmark = (suite, test, backend, mode, parallel, n, params);
        let of = if entry.error.is_some() {
            &mut self.failed_benchmarks
        } else {
            &mut self.measured_benchmarks
        };
        of.insert(hash(benchmark));
        for metric in entry.metrics.iter().filter(|_| entry.error.is_none()) {
            self.series.insert(hash((benchmark, &metric.metric)));
        }
        self.commits.insert(hash(&entry.run.commit));
        if !self.dry_run && self.append_error.is_none() {
            // A month of commits stays one file however late they were measured.
            let month = entry.run.commit_time.unwrap_or(time);
            self.append_error = self.appender.add(line, month, entry.run.pull).err();
        }
    }

    fn reject_entry(&mut self, entry: &BenchmarkEntry, name: &str, reason: String) {
        *self.summary.reasons.entry(reason.clone()).or_default() += 1;
        if self.summary.rejected.len() < MAX_LISTED_REJECTS {
            let commit = entry.run.commit.as_deref().unwrap_or("an unknown commit");
            let file = format!("{} at {}", shorten(name, 80), shorten(commit, 40));
            let remedy = "name what is missing by an option, or leave the benchmark out".to_owned();
            let problem =
                Problem { location: SourceLocation { file, line: 1, column: 1 }, reason, remedy };
            self.summary.rejected.push(RejectedPart { problem, text: name.to_owned() });
        }
    }

    fn add_rejected(&mut self, refused: Vec<RejectedPart>, reasons: BTreeMap<String, u64>) {
        self.summary.rejected.extend(refused);
        for (reason, count) in reasons {
            *self.summary.reasons.entry(reason).or_default() += count;
        }
    }

    /// Brings the lines to their files; what became of the history.
    fn finish(
        self,
        commits: BTreeMap<String, CommitFacts>,
        remarks: Vec<String>,
        skipped: BTreeMap<String, u64>,
    ) -> anyhow::Result<ImportSummary> {
        if let Some(error) = self.append_error {
            return Err(error);
        }
        let commits: Vec<CommitFacts> = commits.into_values().collect();
        let mut summary = ImportSummary {
            series: (self.series.len()
                + self.failed_benchmarks.difference(&self.measured_benchmarks).count())
                as u64,
            commits: self.commits.len() as u64,
            remarks,
            skipped,
            ..self.summary
        };
        if !self.dry_run {
            let data = &self.global.data;
            let refused: Vec<(&Problem, &str)> =
                summary.rejected.iter().map(|it| (&it.problem, it.text.as_str())).collect();
            store::quarantine_ingest_rejects(data, &refused)?;
            summary.appended = self.appender.finish()?;
            // A sha and a time alone stand in the records already.
            let told = |it: &&CommitFacts| it.subject.is_some() || !it.tags.is_empty();
            let told: Vec<CommitFacts> = commits.iter().filter(told).cloned().collect();
            if !told.is_empty() && summary.records > 0 {
                summary.commit_merge = commits::merge(data, &told)?;
            }
        }
        Ok(summary)
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl ImportSummary {
    fn render(&self, format: OutputFormat) -> String {
        match format {
            OutputFormat::Text => self.text(),
            OutputFormat::Json => format!("{}\n", self.json()),
        }
    }

    fn json(&self) -> serde_json::Value {
        let (first, last) = match self.span {
            Some((first, last)) => (Some(first.to_string()), Some(last.to_string())),
            None => (None, None),
        };
        json!({
            "kind": self.kind,
            "dry_run": self.dry_run,
            "records": self.records,
            "values": self.values,
            "failed": self.failed,
            "pulls": self.pulls,
            "series": self.series,
            "first": first,
            "last": last,
            "new": self.appended.added,
            "known": self.appended.duplicates,
            "files": self.appended.files,
            "commits": {
                "measured": self.commits,
                "added": self.commit_merge.added,
                "changed": self.commit_merge.changed,
            },
            "skipped": self.skipped,
            "refused": self.reasons,
            "remarks": self.remarks,
        })
    }

    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{}: {} in {} of {}",
            self.kind,
            text::count_noun(self.records, "record"),
            text::count_noun(self.series, "series"),
            text::count_noun(self.commits, "commit"),
        )];
        if let Some((first, last)) = self.span {
            lines.push(format!("  measured from {first} to {last}"));
        }
        let mut line = |count: u64, what: &str| {
            if count > 0 {
                lines.push(format!("  {} {what}", text::count(count)));
            }
        };
        line(self.values, "values");
        line(self.failed, "of failed runs");
        line(self.pulls, "of pull requests: shown beside the main line");
        let new = self.appended.added as u64;
        line(new, "new");
        line(self.appended.duplicates as u64, "stood there already");
        line(self.commit_merge.added, "new in commits.ndjson");
        line(self.commit_merge.changed, "completed in commits.ndjson");
        for (reason, count) in &self.skipped {
            line(*count, &format!("left out: {reason}"));
        }
        for (reason, count) in &self.reasons {
            line(*count, &format!("refused: {reason}"));
        }
        if self.dry_run {
            lines.push("  nothing was written (--dry-run)".to_owned());
        } else if !self.reasons.is_empty() {
            lines.push("  what was refused stands in quarantine/ingested.ndjson".to_owned());
        }
        lines.join("\n") + "\n"
    }
}
