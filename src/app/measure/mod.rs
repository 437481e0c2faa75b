//! `measure`: runs a benchmark on two sides of a change in turns, on this machine, and judges each
//! series by its own rounds. With one side only, it records so many rounds of it.
//!
//! ```text
//! sides       commits, folders or commands → two folders and what is run there
//! rounds      which side goes first, when to stop
//! bench       set-up, warm-up and the runs themselves → records
//! judgement   records of the session → verdicts
//! bisect      the same with another head in each round → the commit behind a regression
//! ```
//!
//! What makes two builds of the same code differ is varied or counted. The side that goes first
//! changes from round to round (A B B A …), and so does the size of the environment, which moves
//! the stack (Mytkowicz et al. 2009). Both folders have paths of the same length. The path itself
//! stays: build tools take another path for another project and build again. `--rebuild` builds
//! both sides again, and verdicts then count builds where those differ more than rounds do.
//!
//! Records are written at the end, however the session ends; a round counts once both sides have
//! run. Nothing of the working tree changes.

mod bench;
mod bisect;
mod judgement;
mod rounds;
mod sides;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::app::intake::options::{IntakeOptions, checked_file_stem};
use crate::app::intake::run_reader::{self, RunLine};
use crate::app::load;
use crate::app::load_options::{LoadOptions, system_micros};
use crate::app::measure::bench::Bench;
use crate::app::measure::judgement::SessionJudge;
use crate::app::measure::rounds::{RoundOutcome, RoundPlan};
use crate::app::observer::Observer;
use crate::files::{Directory, Links};
use crate::report::side_by_side::{SessionEnding, SideBySide};
use crate::store::append::{AppendTarget, Appended, Appender};
use crate::store::commits;
use crate::workbench::interrupt::Interrupt;
use model::record::time::Timestamp;
use model::text;

pub(crate) use self::bench::command_words;
pub(crate) use self::bisect::{BisectRequest, bisect};
pub(crate) use self::rounds::RoundCount;
pub(crate) use self::sides::SidesRequest;

/// What to measure, and how.
#[derive(Clone, Debug)]
pub(crate) struct MeasureRequest {
    pub(crate) options: LoadOptions,
    pub(crate) sides: SidesRequest,
    /// The program and its arguments.
    pub(crate) command: Vec<OsString>,
    /// Shell text that is run once on each side.
    pub(crate) setup: Option<String>,
    pub(crate) rounds: RoundCount,
    pub(crate) time_limit: Duration,
    /// Runs of each side before the first round that are not recorded.
    pub(crate) warm_up: u32,
    /// Each side is set up again after so many rounds.
    pub(crate) rebuild: Option<u32>,
    /// The name of a format, or `auto`.
    pub(crate) format: String,
    /// Files that declare formats.
    pub(crate) format_files: Vec<PathBuf>,
    /// Which files are the result; none: what the program prints.
    pub(crate) collect: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) pull: Option<u64>,
    pub(crate) toolchains: Vec<String>,
    /// The file's name under `results/`; none: the day of each record.
    pub(crate) into: Option<String>,
    pub(crate) intake: IntakeOptions,
}

/// What came of it.
pub(crate) struct Measured {
    /// None where only one side was measured.
    pub(crate) comparison: Option<SideBySide>,
    pub(crate) session: String,
    /// The commit of the only side, or of the head.
    pub(crate) commit: String,
    pub(crate) rounds: u32,
    pub(crate) ending: SessionEnding,
    pub(crate) appended: Appended,
    pub(crate) data: PathBuf,
}

/// Measures, records and judges.
///
/// # Errors
/// A side is unknown or cannot be set up, the program fails or prints nothing readable, or the
/// records cannot be written. Complete rounds are recorded even then.
pub(crate) fn measure(
    request: &MeasureRequest,
    interrupt: &Interrupt,
    observer: &dyn Observer,
) -> anyhow::Result<Measured> {
    if request.options.data.is_dir() {
        load::reject_demo_in(&request.options)?;
    }
    let session = session_id(request.options.now);
    let mut bench = Bench::prepare(request, &session, interrupt)?;
    bench.warnings().iter().for_each(|warning| observer.warn(warning));
    // Before the set-up: whoever builds for ten minutes should not learn then of a wrong policy.
    let judge = SessionJudge::new(request, &session, bench.base_commit(), observer)?;
    bench.set_up(0, observer)?;
    bench.warm_up(request.warm_up, observer)?;
    let plan = RoundPlan::of(request, bench.is_comparison());
    let mut lines: Vec<RunLine> = Vec::new();
    let began = Instant::now();
    let measured = plan.run(&|| began.elapsed(), &mut |round| {
        if interrupt.is_requested() {
            return Ok(RoundOutcome::Interrupted);
        }
        let Some(more) = bench.round(round, observer)? else {
            return Ok(RoundOutcome::Interrupted);
        };
        lines.extend(more);
        if !bench.is_comparison() {
            observer.info(&plan.progress_of_one(round.number));
            return Ok(RoundOutcome::Open);
        }
        let rows = judge.running_rows(&lines, round.number);
        let open = rows.iter().filter(|row| row.verdict() == "too_noisy").count();
        observer.info(&plan.progress(round.number, &rows, began.elapsed()));
        Ok(if open == 0 { RoundOutcome::Decided } else { RoundOutcome::Open })
    });
    observer.progress("writing records", 0, 0);
    // Before any error is reported: an hour of rounds is not lost to the failure of one.
    let appended = append(request, &lines, bench.commit(), observer);
    let (rounds, ending) = measured.map_err(|error| match lines.is_empty() {
        true => error,
        false => anyhow::anyhow!("{error:#}\nthe complete rounds before it are recorded"),
    })?;
    bench.closing_warnings().iter().for_each(|warning| observer.warn(warning));
    anyhow::ensure!(rounds > 0, "interrupted before the first round was complete");
    let comparison = bench
        .is_comparison()
        .then(|| judge.outcome(&bench, &lines, rounds, ending, plan.max_rounds()));
    Ok(Measured {
        comparison,
        session: session.clone(),
        commit: bench.commit().to_owned(),
        rounds,
        ending,
        appended: appended?,
        data: request.options.data.clone(),
    })
}

/// `s-20260102-030405-1a2b`: when it began, and the process, since jobs run side by side.
fn session_id(now: Option<Timestamp>) -> String {
    let time = now.unwrap_or_else(|| Timestamp::from_micros(system_micros())).to_string();
    let digits: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, second) = digits.split_at(digits.len().min(8));
    format!("s-{day}-{second}-{:04x}", std::process::id() & 0xffff)
}

/// Writes the records, and what git knows of their commits.
fn append(
    request: &MeasureRequest,
    lines: &[RunLine],
    commit: &str,
    observer: &dyn Observer,
) -> anyhow::Result<Appended> {
    if request.intake.dry_run || lines.is_empty() {
        return Ok(Appended::default());
    }
    let target = match &request.into {
        Some(name) => AppendTarget::File(checked_file_stem(name)?),
        None => AppendTarget::Day,
    };
    let data = &request.options.data;
    let mut appender = Appender::new(data, target, "measure");
    for line in lines {
        appender.add(&line.text, line.time, line.pull)?;
    }
    let (appended, lock) = appender.finish()?;
    let (facts, warnings) = run_reader::commits_before(commit);
    warnings.iter().for_each(|warning| observer.detail(warning));
    if !facts.is_empty() {
        commits::merge(&Directory::new(data, Links::Reject), &lock, &facts)
            .context("the records are written, the commits are not")?;
    }
    Ok(appended)
}

/// `4 min 10 s`, of a length of time that somebody waits for.
fn spent(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", text::count(seconds / 60), seconds % 60),
    }
}
