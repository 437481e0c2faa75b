//! What github-action-benchmark keeps: `data.js` (`window.BENCHMARK_DATA = {…}`), the same as JSON,
//! or a checkout of the branch with one or several of them.
//!
//! Also what gofiber's dashboard makes of it (`import::github_columns`), and Luau's, with times in
//! seconds. One run is in memory at a time; a file that is cut off gives the runs before the cut.
//!
//! A run belongs to the commit and to the pull request it names. Of a pull request the action
//! stores when it was updated instead of when the commit was made, so that time is left out. Go
//! lines are kept by the action as one and again one a unit; they are one benchmark here. A value
//! that is no number, and a unit that is the benchmark's own output, are rejected.

use serde::Deserialize;

use crate::entry::{BenchmarkEntry, RunContext};
use crate::import::github_bench::{ActionBenchmark, ActionTool, LUAU, entries};
use crate::import::github_columns::GofiberColumns;
use crate::import::github_run::ActionRun;
use crate::import::units::UnitUsage;
use crate::import::{HistoryKind, ImportOptions, for_each_json};
use crate::json;
use crate::json_stream::{JsonPiece, JsonStream};
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::{epoch_millis, parse_epoch};
use crate::sink::{EntrySink, InputError};
use crate::source::Source;
use model::history::CommitFacts;
use model::record::time::Timestamp;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "github-action-benchmark",
    aliases: &["gh-action-benchmark", "github-action"],
    takes: "data.js, its JSON, or a checkout of the gh-pages branch",
    yields: "suite, test, time or the unit's metric, spread, what stands in `extra`; commits",
    backend: "custom",
    read,
};

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let wanted = |file: &str| file.rsplit('/').next() == Some("data.js");
    let mut units = UnitUsage::default();
    for_each_json(source, wanted, sink, &mut |_, stream, sink| {
        let mut reading = ActionReading { units: &mut units, repeats: 0, sink };
        let outcome = reading.read_data(stream);
        if reading.repeats > 0 {
            let repeats = reading.repeats;
            sink.remark(format!(
                "{repeats} values have the name of another value of their run: they are repeats"
            ));
        }
        outcome
    })?;
    units.remark_mixed_units(sink);
    Ok(())
}

/// A file that is being read.
struct ActionReading<'r, 's> {
    units: &'r mut UnitUsage,
    /// Benchmarks that are repeats.
    repeats: u64,
    sink: &'r mut EntrySink<'s>,
}

impl ActionReading<'_, '_> {
    fn read_data(&mut self, mut stream: JsonStream<'_>) -> Result<(), InputError> {
        let mut columns = GofiberColumns::default();
        let mut has_entries = false;
        stream.skip_assignment()?;
        stream.object(&mut |stream, key| match key {
            "entries" if stream.peek_value()? == Some(b'{') => {
                has_entries = true;
                stream.object(&mut |stream, suite| {
                    stream.elements(&mut |run| {
                        self.take_piece(suite, &run);
                        Ok(())
                    })
                })
            }
            _ => columns.take_key(key, stream),
        })?;
        stream.expect_end()?;
        if columns.is_complete() {
            columns.runs()?.for_each(|run| self.take_run("", run, 1));
        } else if !has_entries {
            return Err(InputError::whole("missing field `entries`"));
        }
        Ok(())
    }

    fn take_piece(&mut self, suite: &str, piece: &JsonPiece) {
        match serde_json::from_str::<ActionRun>(&piece.text) {
            Ok(run) => self.take_run(suite, run, piece.line),
            Err(error) => {
                let reason = InputError::from(error).reason;
                let remedy = "the other runs were imported";
                self.sink.reject(piece.line, &format!("no run: {reason}"), remedy, &piece.text);
            }
        }
    }

    fn take_run(&mut self, suite: &str, run: ActionRun, line: usize) {
        self.repeats += take_run(suite, run, line, self.units, self.sink);
    }
}

/// One run of one suite; how many of its benchmarks are repeats.
fn take_run(
    suite: &str,
    action_run: ActionRun,
    line: usize,
    units: &mut UnitUsage,
    sink: &mut EntrySink<'_>,
) -> u64 {
    let run = run_context(&action_run, sink);
    let tool = ActionTool::named(&action_run.tool);
    let mut benches = Vec::new();
    for value in &action_run.benches {
        match ActionBenchmark::deserialize(value) {
            Ok(bench) => benches.push(bench),
            Err(error) => {
                let remedy = "the run's other benchmarks were imported";
                sink.reject(line, &format!("no benchmark: {error}"), remedy, &value.to_string());
            }
        }
    }
    let (entries, refused) = entries(&tool, &benches);
    for (bench, reason) in refused {
        let remedy = "the run's other values were imported";
        let text = format!("{}: {} {}", bench.name, bench.value, bench.unit);
        sink.reject(line, reason, remedy, &text);
    }
    let mut repeats = RepeatMerger::default();
    for entry in entries {
        tool.note_continuation(suite, &entry, sink);
        let suite = ActionTool::suite_pattern(suite, &entry);
        let entry = entry.into_suite(&suite);
        let entry = BenchmarkEntry { run: run.clone(), ..entry };
        units.record(&entry);
        repeats.add(entry);
    }
    let count = repeats.repeats();
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    count
}

/// Commit, time and pull request of a run; what is told of the commit goes to the sink.
fn run_context(action_run: &ActionRun, sink: &mut EntrySink<'_>) -> RunContext {
    let commit = &action_run.commit;
    let url = commit.url.clone().unwrap_or_default();
    let pull = pull_number(&url);
    let made = commit.timestamp.as_deref().and_then(|text| Timestamp::parse(text).ok());
    let made = made.filter(|_| pull.is_none());
    let subject = commit.message.as_deref().and_then(|text| text.lines().next());
    sink.add_commit(CommitFacts {
        id: commit.id.clone(),
        time: made,
        subject: subject.map(str::to_owned).filter(|it| !it.is_empty()),
        author: commit.author.name.clone(),
        pull,
        ..CommitFacts::default()
    });
    // Luau's own script writes seconds where the action writes milliseconds.
    let parse = if action_run.tool == LUAU { parse_epoch } else { epoch_millis };
    let date = json::Number::of(&action_run.date).0.and_then(parse);
    RunContext {
        commit: Some(commit.id.clone()),
        timestamp: date.or(made),
        commit_time: made,
        pull,
        ..RunContext::default()
    }
}

/// The number in `…/pull/12/commits/<sha>`: the form of runs for a pull request.
fn pull_number(url: &str) -> Option<u64> {
    let (_, rest) = url.split_once("/pull/")?;
    rest.split_once("/commits/")?.0.parse().ok()
}
