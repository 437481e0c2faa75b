//! The runs of a session: each side set up, warmed up and run, its output read as records.
//!
//! A program that fails, or prints nothing that a format reads, ends the session with the end of
//! its messages: a number from a broken run is worse than none. One that was ended with the session
//! is no failure.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::bail;

use crate::app::intake::IngestRequest;
use crate::app::intake::options::IntakeOptions;
use crate::app::intake::run_reader::{RunLine, RunOutput, RunReader};
use crate::app::load_options::system_micros;
use crate::app::measure::rounds::Round;
use crate::app::measure::sides::{SideFolder, Sides};
use crate::app::measure::{MeasureRequest, RoundCount};
use crate::app::observer::Observer;
use crate::report::side_by_side::MeasuredSide;
use crate::store::collected::ResultPattern;
use crate::workbench::checkouts::Checkouts;
use crate::workbench::interrupt::Interrupt;
use crate::workbench::program::{ProgramLine, ProgramOutput, ProgramRun};
use model::history::session::{self, Side};
use model::record::time::Timestamp;
use model::text;

/// Both sides, or the only one, ready to be run.
pub(super) struct Bench<'a> {
    request: &'a MeasureRequest,
    session: &'a str,
    interrupt: &'a Interrupt,
    /// The base first; the only one is last.
    sides: Vec<SideBench>,
    pattern: Option<ResultPattern>,
    /// Runs so far: what a fixed `--now` is counted on by.
    runs: i64,
    /// Removed with the bench.
    _checkouts: Option<Checkouts>,
}

struct SideBench {
    of: SideFolder,
    reader: RunReader,
}

/// Why a round was not completed, and the side whose run failed.
#[derive(Debug)]
pub(super) struct RunFailure {
    pub(super) side: Option<Side>,
    message: String,
}

impl std::fmt::Display for RunFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RunFailure {}

/// Which run of a session: what its program is given beside the arguments.
#[derive(Clone, Copy)]
struct RunPlace {
    round: u32,
    build: u32,
    padding: usize,
}

impl<'a> Bench<'a> {
    /// # Errors
    /// A side is unknown, or an option is wrong.
    pub(super) fn prepare(
        request: &'a MeasureRequest,
        session: &'a str,
        interrupt: &'a Interrupt,
    ) -> anyhow::Result<Self> {
        let sides = Sides::of(&request.sides, &request.command)?;
        Self::of_sides(request, session, interrupt, sides)
    }

    /// The same of sides that are ready.
    ///
    /// # Errors
    /// An option is wrong.
    pub(super) fn of_sides(
        request: &'a MeasureRequest,
        session: &'a str,
        interrupt: &'a Interrupt,
        Sides { folders, checkouts }: Sides,
    ) -> anyhow::Result<Self> {
        let pattern = request.collect.as_deref().map(ResultPattern::parse).transpose()?;
        let mut sides = Vec::new();
        // The head first: it knows the pull request that both belong to.
        let mut pull = request.pull;
        for of in folders.into_iter().rev() {
            let reader = RunReader::new(&intake_request(request, &of, pull))?;
            if reader.commit().is_none() {
                bail!("no commit is known here; measure in a git repository");
            }
            pull = reader.pull();
            sides.insert(0, SideBench { of, reader });
        }
        Ok(Self { request, session, interrupt, sides, pattern, runs: 0, _checkouts: checkouts })
    }

    pub(super) fn is_comparison(&self) -> bool {
        self.sides.iter().any(|side| side.of.side.is_some())
    }

    /// The commit of the head, or of the only side.
    pub(super) fn commit(&self) -> &str {
        self.sides.last().and_then(|side| side.reader.commit()).unwrap_or_default()
    }

    /// The commit of the base; none where there is no base.
    pub(super) fn base_commit(&self) -> Option<&str> {
        self.sides.first().filter(|_| self.is_comparison())?.reader.commit()
    }

    /// Puts another head in the place of the one before; it is not set up.
    ///
    /// # Errors
    /// An option is wrong.
    pub(super) fn replace_head(&mut self, of: SideFolder) -> anyhow::Result<()> {
        let reader = RunReader::new(&intake_request(self.request, &of, self.request.pull))?;
        self.sides.truncate(1);
        self.sides.push(SideBench { of, reader });
        Ok(())
    }

    /// A side as reports name it.
    pub(super) fn measured_side(&self, wanted: Side) -> MeasuredSide {
        let side = self.sides.iter().find(|side| side.of.side == Some(wanted));
        MeasuredSide {
            commit: side.and_then(|side| side.reader.commit()).unwrap_or_default().to_owned(),
            name: side.map(|side| side.of.name.clone()).unwrap_or_default(),
        }
    }

    /// What is not known of the sides, and what they share although they should not.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> =
            self.sides.iter().flat_map(|side| side.reader.warnings.clone()).collect();
        let mut listed = BTreeSet::new();
        warnings.retain(|warning| listed.insert(warning.clone()));
        // Each build would replace the program of the other side.
        let target = std::env::var("CARGO_TARGET_DIR").is_ok_and(|it| it.starts_with('/'));
        if target && self.is_comparison() {
            warnings.push(
                "CARGO_TARGET_DIR is one folder for both sides, so each overwrites the programs of \
                 the other; unset it"
                    .to_owned(),
            );
        }
        warnings
    }

    /// What the runs showed: parts of their output that were rejected or skipped, metrics without
    /// direction.
    pub(super) fn closing_warnings(&self) -> Vec<String> {
        let messages: BTreeSet<&String> =
            self.sides.iter().flat_map(|side| &side.reader.messages).collect();
        let messages = messages.into_iter().cloned();
        let directions = self.sides.last().and_then(|side| side.reader.direction_warning());
        messages.chain(directions).collect()
    }

    /// Sets both sides up.
    ///
    /// # Errors
    /// A set-up fails.
    pub(super) fn set_up(&mut self, build: u32, observer: &dyn Observer) -> anyhow::Result<()> {
        self.sides.iter().try_for_each(|side| self.set_up_side(side, build, observer))
    }

    /// Sets the head up alone.
    ///
    /// # Errors
    /// The set-up fails.
    pub(super) fn set_up_head(&mut self, observer: &dyn Observer) -> anyhow::Result<()> {
        self.sides.last().map_or(Ok(()), |side| self.set_up_side(side, 0, observer))
    }

    fn set_up_side(
        &self,
        side: &SideBench,
        build: u32,
        observer: &dyn Observer,
    ) -> anyhow::Result<()> {
        let Some(setup) = &self.request.setup else { return Ok(()) };
        let name = side.of.label();
        observer.info(&format!("setting up the {name}: {setup}"));
        let place = RunPlace { round: 0, build, padding: 0 };
        let line = ProgramLine::Shell(setup.clone());
        let output = self.program(&side.of, line, place).run(self.interrupt)?;
        if self.interrupt.is_requested() {
            bail!("interrupted before the first round was complete");
        }
        if !output.status.success() {
            let failure = failure(&output);
            bail!("the {name} cannot be set up: `{setup}` ended with {failure}");
        }
        Ok(())
    }

    /// Runs both sides so many times without a record.
    ///
    /// # Errors
    /// A program fails.
    pub(super) fn warm_up(&mut self, runs: u32, observer: &dyn Observer) -> anyhow::Result<()> {
        for run in 0..runs {
            observer.progress("warming up", u64::from(run), u64::from(runs));
            for side in &self.sides {
                let place = RunPlace { round: 0, build: 0, padding: 0 };
                self.run_side(side, place)?;
                if self.interrupt.is_requested() {
                    bail!("interrupted before the first round was complete");
                }
            }
        }
        Ok(())
    }

    /// Runs every side once; none where the session was ended meanwhile.
    ///
    /// # Errors
    /// A program fails, or prints nothing readable.
    pub(super) fn round(
        &mut self,
        round: Round,
        observer: &dyn Observer,
    ) -> anyhow::Result<Option<Vec<RunLine>>> {
        if round.rebuilds {
            self.set_up(round.build, observer)?;
        }
        let place = RunPlace { round: round.number, build: round.build, padding: round.padding() };
        let mut lines = Vec::new();
        let order: Vec<usize> = match self.sides.as_slice() {
            [_] => vec![0],
            sides => {
                let at = |side| sides.iter().position(|it| it.of.side == Some(side));
                round.order().into_iter().filter_map(at).collect()
            }
        };
        for at in order {
            // Before the run: two runs of a fast benchmark may end in one microsecond.
            let began = self.time_of_run();
            let output = self.run_side(&self.sides[at], place);
            if self.interrupt.is_requested() {
                return Ok(None);
            }
            let side = self.sides[at].of.side;
            let in_round = |error: anyhow::Error| RunFailure {
                side,
                message: format!("round {}: {error:#}", round.number),
            };
            let output = output.map_err(in_round)?;
            let fields = self.fields(self.sides[at].of.side, place);
            let SideBench { of, reader } = &mut self.sides[at];
            let read = reader.read(output, began, &fields);
            let read = read.map_err(|error| anyhow::anyhow!("the {}: {error:#}", of.label()));
            lines.extend(read.map_err(in_round)?);
        }
        Ok(Some(lines))
    }

    /// Runs the program of a side.
    fn run_side(&self, side: &SideBench, place: RunPlace) -> anyhow::Result<RunOutput> {
        // Results of earlier rounds lie in the same place.
        let before = self.pattern.as_ref().map(|pattern| pattern.files(&side.of.folder));
        let line = ProgramLine::Words(side.of.command.clone());
        let output = self.program(&side.of, line.clone(), place).run(self.interrupt)?;
        if !output.status.success() && !self.interrupt.is_requested() {
            bail!("the {}: `{}` ended with {}", side.of.label(), line.name(), failure(&output));
        }
        let files = self
            .pattern
            .as_ref()
            .zip(before)
            .map(|(pattern, before)| pattern.files(&side.of.folder).changed_since(&before));
        if files.as_ref().is_some_and(Vec::is_empty) && !self.interrupt.is_requested() {
            let pattern = self.request.collect.as_deref().unwrap_or_default();
            bail!(
                "the {}: `{}` wrote no file that --collect {pattern} names",
                side.of.label(),
                line.name()
            );
        }
        Ok(RunOutput { stdout: output.stdout, files })
    }

    fn program(&self, side: &SideFolder, line: ProgramLine, place: RunPlace) -> ProgramRun {
        let mut variables = vec![
            ("BENCHPAGES_SESSION", self.session.to_owned()),
            ("BENCHPAGES_ROUND", place.round.to_string()),
            ("BENCHPAGES_BUILD", place.build.to_string()),
            ("BENCHPAGES_PADDING", "x".repeat(place.padding)),
        ];
        variables.extend(side.side.map(|side| ("BENCHPAGES_SIDE", side.as_str().to_owned())));
        ProgramRun { line, folder: side.folder.clone(), variables }
    }

    /// What every record of a run says of its place in the session.
    fn fields(&self, side: Option<Side>, place: RunPlace) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            (session::SESSION, self.session.to_owned()),
            (session::ROUND, place.round.to_string()),
        ];
        fields.extend(side.map(|side| (session::SIDE, side.as_str().to_owned())));
        fields.extend(self.request.rebuild.map(|_| (session::BUILD, place.build.to_string())));
        let planned = self.planned_rounds().filter(|_| side.is_some());
        fields.extend(planned.map(|rounds| (session::PLANNED_ROUNDS, rounds.to_string())));
        fields
    }

    /// How many rounds are measured whatever they show; none where that decides.
    pub(super) fn planned_rounds(&self) -> Option<u32> {
        match self.request.rounds {
            RoundCount::Exactly(rounds) => Some(rounds),
            RoundCount::Auto => None,
        }
    }

    /// When the run that begins now began; under a fixed time, a second after the run before.
    fn time_of_run(&mut self) -> Timestamp {
        self.runs += 1;
        match self.request.options.now {
            Some(now) => Timestamp::from_micros(now.micros() + (self.runs - 1) * 1_000_000),
            None => Timestamp::from_micros(system_micros()),
        }
    }
}

impl SideFolder {
    /// `base (1a2b3c4)`, or `program` where there is only one.
    fn label(&self) -> String {
        match (self.side, &self.commit) {
            (None, _) => "program".to_owned(),
            (Some(side), Some(commit)) => {
                format!("{} ({})", side.as_str(), text::short_commit(commit))
            }
            (Some(side), None) => format!("{} ({})", side.as_str(), self.name),
        }
    }
}

/// `exit status: 1`, and the end of its messages, or else of what it printed.
fn failure(output: &ProgramOutput) -> String {
    let printed = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = printed.lines().collect();
    let end = lines[lines.len().saturating_sub(20)..].join("\n");
    match [output.tail.as_str(), end.as_str()].into_iter().find(|text| !text.trim().is_empty()) {
        Some(text) => format!("{}; its last lines:\n{text}", output.status),
        None => format!("{} and no message", output.status),
    }
}

/// What completes the records of a side.
fn intake_request(request: &MeasureRequest, side: &SideFolder, pull: Option<u64>) -> IngestRequest {
    let head_branch = request.branch.clone().filter(|_| side.side != Some(Side::Base));
    IngestRequest {
        data: request.options.data.clone(),
        inputs: Vec::<PathBuf>::new(),
        format: request.format.clone(),
        format_files: request.format_files.clone(),
        columns: Vec::new(),
        plain_names: false,
        decimal: None,
        into: None,
        commit: side.commit.clone(),
        branch: head_branch,
        pull,
        timestamp: None,
        toolchains: request.toolchains.clone(),
        elsewhere: false,
        now: request.options.time(),
        accept_demo: request.options.demo,
        // Lines are handed back, and written when the session ends.
        options: IntakeOptions { dry_run: true, ..request.intake.clone() },
    }
}

/// The words of a command that stands in one text: spaces separate them, quotes hold them together.
/// No shell reads it, so nothing else means anything.
///
/// # Errors
/// A quote is not closed, or there is no word.
pub(crate) fn command_words(text: &str) -> Result<Vec<OsString>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take().map(OsString::from)),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("{text}: a quote is not closed"));
    }
    words.extend(word.map(OsString::from));
    if words.is_empty() { Err("no command".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_one_text_is_words_and_no_shell() {
        let words = command_words(r#"./old --name "a b" '$HOME' "" x"y"z; ls"#).unwrap();
        assert_eq!(words, ["./old", "--name", "a b", "$HOME", "", "xyz;", "ls"]);
        assert!(command_words("./old 'a").is_err() && command_words("  ").is_err());
    }
}
