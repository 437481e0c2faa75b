//! `benchpages import`: a history that another dashboard kept becomes this one's.
//!
//! Records go to their files as they are found, and each once: the same import again changes
//! nothing, and one that was cut off is completed by doing it again. What is refused is told with
//! its place and kept in `quarantine/`; a history of which nothing could be read is a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, bail};
use serde_json::json;

use crate::cli::args::import::Import;
use crate::cli::args::{Format, Global, Site};
use crate::cli::build;
use crate::cli::ingest::{checked, pairs, plain};
use crate::cli::talk::{self, Talk};
use crate::project;
use crate::store;
use crate::store::append::{Appended, Appender, Target};
use crate::store::commits::{self, Joined};
use ingest::entry::{Entry, Run};
use ingest::import::{self, Asked, Kind};
use ingest::line::{self, Completion};
use ingest::naming::{self, Pattern};
use ingest::sink::{Refused, Sink};
use model::history::CommitFacts;
use model::record::time::Timestamp;
use model::record::{Direction, Place, Problem, shorten};
use model::text;

/// Refused parts that are told one by one; all of them stand in `quarantine/`.
const TOLD: usize = 20;

pub(crate) fn run(global: &Global, args: &Import, talk: &Talk) -> anyhow::Result<u8> {
    if args.list {
        return talk::answer(list().as_bytes());
    }
    let (Some(kind), Some(path)) = (&args.kind, &args.path) else { return Ok(super::FAULT) };
    let kind = known(kind)?;
    if !path.exists() {
        bail!("{} is not there; `{}` takes {}", path.display(), kind.name, kind.takes);
    }
    if global.data.is_dir() {
        // Demo records and real ones are never mixed.
        project::refuse_demo_in(&build::options(global, &Site::default())?)?;
    }
    let asked = asked(args)?;
    let mut job = Job::new(global, args, kind)?;
    let meter = talk.meter();
    let progress = |done, total| meter("files", done, total);
    let mut take = |entry| job.take(entry);
    let mut sink = Sink::new(&mut take).with_progress(&progress);
    let fault = (kind.read)(path, &asked, &mut sink).err();
    let Sink { refused, reasons, remarks, commits, skipped, .. } = sink;
    talk.end_progress();
    if let Some(fault) = &fault {
        let place = path.display();
        talk.problem(&format!("{place}: {}; `{}` takes {}", fault.reason, kind.name, kind.takes));
    }
    job.refuse(refused, reasons);
    let summary = job.finish(commits, remarks, skipped)?;
    for refused in summary.refused.iter().take(TOLD) {
        let Problem { place, reason, remedy } = &refused.problem;
        talk.problem(&format!("{place}: {reason}; {remedy}"));
    }
    for remark in &summary.remarks {
        talk.warn(remark);
    }
    talk::answer(summary.answer(args.format).as_bytes())?;
    if fault.is_some() || summary.records == 0 { Ok(super::FAULT) } else { Ok(0) }
}

/// The table of kinds.
fn list() -> String {
    let mut out = String::new();
    for kind in import::KINDS {
        let also = match kind.also {
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

fn known(name: &str) -> anyhow::Result<&'static Kind> {
    if let Some(kind) = import::named(name) {
        return Ok(kind);
    }
    let near = |kind: &&Kind| strsim::jaro_winkler(kind.name, name) > 0.8;
    let like: Vec<&str> = import::KINDS.into_iter().filter(near).map(|it| it.name).collect();
    let hint = match like.as_slice() {
        [] => String::new(),
        like => format!(", did you mean {}?", like.join(" or ")),
    };
    bail!("{name}: no such kind{hint} `benchpages import --list` prints all of them")
}

/// Columns by name, with what each holds. Several may hold the same.
fn columns(typed: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let column = |pair: &String| match pair.split_once('=') {
        Some((role, column)) if !role.is_empty() => Ok((column.to_owned(), role.to_owned())),
        _ => bail!("--column {pair}: write --column FIELD=COLUMN"),
    };
    typed.iter().map(column).collect()
}

fn asked(args: &Import) -> anyhow::Result<Asked> {
    let delimiter = args.delimiter.map(u8::try_from).transpose();
    let delimiter = delimiter.context("--delimiter: one ASCII character")?;
    Ok(Asked {
        delimiter,
        columns: columns(&args.column)?,
        test: args.test.clone(),
        named: args.commit.is_some(),
        timed: args.timestamp.is_some(),
    })
}

/// What is gathered while the history is read.
struct Job<'a> {
    global: &'a Global,
    dry: bool,
    completion: Completion,
    patterns: Vec<Pattern>,
    units: BTreeMap<String, String>,
    better: BTreeMap<String, Direction>,
    appender: Appender,
    /// Why lines can no longer be put aside.
    broken: Option<anyhow::Error>,
    /// Hashes of what makes a series.
    series: BTreeSet<u64>,
    /// Hashes of benchmarks that have values, and of those that failed: one that only ever failed
    /// is a series too.
    measured: BTreeSet<u64>,
    failed: BTreeSet<u64>,
    /// Hashes of commits that have records.
    commits: BTreeSet<u64>,
    summary: Summary,
}

/// What became of a history.
#[derive(Default)]
struct Summary {
    kind: &'static str,
    dry: bool,
    records: u64,
    values: u64,
    failed: u64,
    pulls: u64,
    series: u64,
    span: Option<(Timestamp, Timestamp)>,
    appended: Appended,
    commits: u64,
    joined: Joined,
    refused: Vec<Refused>,
    reasons: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    remarks: Vec<String>,
}

impl<'a> Job<'a> {
    fn new(global: &'a Global, args: &Import, kind: &'static Kind) -> anyhow::Result<Self> {
        let parsed = |pattern: &String| Pattern::parse(pattern).map_err(anyhow::Error::msg);
        let patterns: Result<Vec<Pattern>, _> = args.map.iter().map(parsed).collect();
        let time = args.timestamp.as_deref().map(Timestamp::parse).transpose();
        let run = Run {
            commit: args.commit.clone(),
            timestamp: time.map_err(anyhow::Error::msg).context("--timestamp")?,
            branch: args.branch.clone(),
            ..Run::default()
        };
        let mut set = pairs("--set", &args.set)?;
        for (name, value) in [("backend", &args.backend), ("suite", &args.suite)] {
            set.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
        }
        let direction = |(name, told): (String, String)| match told.as_str() {
            "lower" => Ok((name, Direction::Lower)),
            "higher" => Ok((name, Direction::Higher)),
            _ => bail!("--better {name}={told}: write lower or higher"),
        };
        let better = pairs("--better", &args.better)?.into_iter().map(direction);
        let into = plain(args.into.as_deref().unwrap_or(kind.name))?;
        Ok(Self {
            global,
            dry: args.dry_run,
            completion: Completion {
                run,
                environment: BTreeMap::new(),
                backend: kind.backend,
                set,
                without_samples: args.no_samples,
            },
            patterns: patterns.context("--map")?,
            units: pairs("--unit", &args.unit)?,
            better: better.collect::<anyhow::Result<_>>()?,
            appender: Appender::new(&global.data, Target::Import(into)),
            broken: None,
            series: BTreeSet::new(),
            measured: BTreeSet::new(),
            failed: BTreeSet::new(),
            commits: BTreeSet::new(),
            summary: Summary { kind: kind.name, dry: args.dry_run, ..Summary::default() },
        })
    }

    /// One benchmark of one run.
    fn take(&mut self, mut entry: Entry) {
        for metric in &mut entry.metrics {
            let name = metric.metric.to_string();
            if metric.unit.is_none() {
                metric.unit = self.units.get(&name).map(|unit| unit.clone().into());
            }
            metric.better = self.better.get(&name).copied().or(metric.better);
        }
        let name = entry.name.clone();
        let line = naming::rename(&mut entry, &self.patterns)
            .and_then(|_| line::write(&entry, &self.completion))
            .and_then(checked);
        match line {
            Ok(line) => self.keep(&entry, &line.text, line.time),
            Err(reason) => self.odd(&entry, &name, reason),
        }
    }

    fn keep(&mut self, entry: &Entry, line: &str, time: Timestamp) {
        let summary = &mut self.summary;
        summary.records += 1;
        summary.failed += u64::from(entry.error.is_some());
        summary.values += if entry.error.is_some() { 0 } else { entry.metrics.len() as u64 };
        summary.pulls += u64::from(entry.run.pull.is_some());
        summary.span = Some(
            summary.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))),
        );
        let Entry { suite, test, backend, mode, parallel, n, params, .. } = entry;
        let benchmark = (suite, test, backend, mode, parallel, n, params);
        let of = if entry.error.is_some() { &mut self.failed } else { &mut self.measured };
        of.insert(hash(benchmark));
        for metric in entry.metrics.iter().filter(|_| entry.error.is_none()) {
            self.series.insert(hash((benchmark, &metric.metric)));
        }
        self.commits.insert(hash(&entry.run.commit));
        if !self.dry && self.broken.is_none() {
            // A month of commits stays one file however late they were measured.
            let month = entry.run.commit_time.unwrap_or(time);
            self.broken = self.appender.add(line, month, entry.run.pull).err();
        }
    }

    fn odd(&mut self, entry: &Entry, name: &str, reason: String) {
        *self.summary.reasons.entry(reason.clone()).or_default() += 1;
        if self.summary.refused.len() < TOLD {
            let commit = entry.run.commit.as_deref().unwrap_or("an unknown commit");
            let file = format!("{} at {}", shorten(name, 80), shorten(commit, 40));
            let remedy = "name what is missing by an option, or leave the benchmark out".to_owned();
            let problem = Problem { place: Place { file, line: 1, column: 1 }, reason, remedy };
            self.summary.refused.push(Refused { problem, text: name.to_owned() });
        }
    }

    fn refuse(&mut self, refused: Vec<Refused>, reasons: BTreeMap<String, u64>) {
        self.summary.refused.extend(refused);
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
    ) -> anyhow::Result<Summary> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let commits: Vec<CommitFacts> = commits.into_values().collect();
        let mut summary = Summary {
            series: (self.series.len() + self.failed.difference(&self.measured).count()) as u64,
            commits: self.commits.len() as u64,
            remarks,
            skipped,
            ..self.summary
        };
        if !self.dry {
            let data = &self.global.data;
            let refused: Vec<(&Problem, &str)> =
                summary.refused.iter().map(|it| (&it.problem, it.text.as_str())).collect();
            store::keep_foreign(data, &refused)?;
            summary.appended = self.appender.finish()?;
            // A sha and a time alone stand in the records already.
            let told = |it: &&CommitFacts| it.subject.is_some() || !it.tags.is_empty();
            let told: Vec<CommitFacts> = commits.iter().filter(told).cloned().collect();
            if !told.is_empty() && summary.records > 0 {
                summary.joined = commits::join(data, &told)?;
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

impl Summary {
    fn answer(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{}\n", self.json()),
        }
    }

    fn json(&self) -> serde_json::Value {
        let (first, last) = match self.span {
            Some((first, last)) => (Some(first.to_string()), Some(last.to_string())),
            None => (None, None),
        };
        json!({
            "kind": self.kind,
            "dry_run": self.dry,
            "records": self.records,
            "values": self.values,
            "failed": self.failed,
            "pulls": self.pulls,
            "series": self.series,
            "first": first,
            "last": last,
            "new": self.appended.new,
            "known": self.appended.known,
            "files": self.appended.files,
            "commits": {
                "measured": self.commits,
                "added": self.joined.added,
                "changed": self.joined.changed,
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
            text::counted(self.records, "record"),
            text::counted(self.series, "series"),
            text::counted(self.commits, "commit"),
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
        let new = self.appended.new as u64;
        line(new, "new");
        line(self.appended.known as u64, "stood there already");
        line(self.joined.added, "new in commits.ndjson");
        line(self.joined.changed, "completed in commits.ndjson");
        for (reason, count) in &self.skipped {
            line(*count, &format!("left out: {reason}"));
        }
        for (reason, count) in &self.reasons {
            line(*count, &format!("refused: {reason}"));
        }
        if self.dry {
            lines.push("  nothing was written (--dry-run)".to_owned());
        } else if !self.reasons.is_empty() {
            lines.push("  what was refused stands in quarantine/ingested.ndjson".to_owned());
        }
        lines.join("\n") + "\n"
    }
}
