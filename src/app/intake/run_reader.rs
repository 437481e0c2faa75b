//! One run of a benchmark that this program started: its output becomes lines of history, by the
//! same formats and rules as `ingest`. The lines are handed back, since a session writes them when
//! it ends.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;

use crate::app::intake::catalog::FormatChoice;
use crate::app::intake::job::IntakeJob;
use crate::app::intake::{IngestRequest, IntakeOutcome, ingest_job, problem_text, read_input};
use crate::store::foreign_files;
use ingest::IngestInput;
use ingest::source::Text;
use model::history::CommitFacts;
use model::record::time::Timestamp;

/// Reads the runs of one commit.
pub(crate) struct RunReader {
    job: IntakeJob,
    choice: FormatChoice,
    /// What git, continuous integration and the machine do not know, in sentences.
    pub(crate) warnings: Vec<String>,
    /// What was rejected or skipped in the output, each message once.
    pub(crate) messages: BTreeSet<String>,
}

/// Messages about the output that are reported.
const MAX_MESSAGES: usize = 20;

/// What a run printed, and the files that it wrote.
pub(crate) struct RunOutput {
    pub(crate) stdout: Vec<u8>,
    /// None: the result is what it printed.
    pub(crate) files: Option<Vec<PathBuf>>,
}

/// A record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunLine {
    pub(crate) text: String,
    pub(crate) time: Timestamp,
    pub(crate) pull: Option<u64>,
}

impl RunReader {
    /// For runs of the commit that the request names; its inputs are not read.
    ///
    /// # Errors
    /// An option is wrong.
    pub(crate) fn new(request: &IngestRequest) -> anyhow::Result<Self> {
        let choice = FormatChoice::new(&request.format, &request.format_files)?;
        let mut warnings = Vec::new();
        let job = ingest_job(request, &mut warnings)?;
        Ok(Self { job, choice, warnings, messages: BTreeSet::new() })
    }

    /// The commit of the records, as git or the job around it names it.
    pub(crate) fn commit(&self) -> Option<&str> {
        self.job.rules.completion.run.commit.as_deref()
    }

    /// The pull request of the records.
    pub(crate) fn pull(&self) -> Option<u64> {
        let completion = &self.job.rules.completion;
        completion.pull.or(completion.run.pull)
    }

    /// The records of a run that began at this time, each with these fields.
    ///
    /// # Errors
    /// No format recognizes the output, or it has no benchmark.
    pub(crate) fn read(
        &mut self,
        output: RunOutput,
        began: Timestamp,
        fields: &[(&'static str, String)],
    ) -> anyhow::Result<Vec<RunLine>> {
        let rules = &mut self.job.rules;
        rules.began = Some(began);
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        rules.completion.overrides.extend(fields);
        let mut outcome = IntakeOutcome::default();
        let mut entries = 0;
        for input in self.inputs(output)? {
            match self.choice.detect(&input) {
                Ok(Some(format)) => {
                    entries += read_input(&mut self.job, &input, format, &mut outcome);
                }
                Ok(None) => outcome.problems.push(self.choice.explain_unknown(&input)),
                Err(problem) => outcome.problems.push(problem),
            }
        }
        let rejected = std::mem::take(&mut self.job.summary.rejected);
        let rejected = rejected.iter().map(|part| problem_text(&part.problem));
        if !outcome.problems.is_empty() || entries == 0 {
            outcome.problems.extend(rejected);
        } else {
            // One benchmark that cannot be read must not cost the others their session. Every round
            // has the same messages, so each is kept once.
            let rejected = rejected.map(|problem| format!("rejected: {problem}"));
            let free = MAX_MESSAGES.saturating_sub(self.messages.len());
            self.messages.extend(outcome.warnings.drain(..).chain(rejected).take(free));
        }
        if !outcome.problems.is_empty() {
            bail!("{}", outcome.problems.join("\n"));
        }
        if entries == 0 {
            bail!("no benchmark was found in the output");
        }
        let pull = self.pull();
        let lines = std::mem::take(&mut self.job.lines);
        Ok(lines.into_iter().map(|text| RunLine { text, time: began, pull }).collect())
    }

    /// What to add to the policy where nobody says which way is better.
    pub(crate) fn direction_warning(&self) -> Option<String> {
        self.job.direction_warning()
    }

    fn inputs(&self, output: RunOutput) -> anyhow::Result<Vec<IngestInput>> {
        let Some(files) = output.files else {
            return Ok(vec![IngestInput::Text(Text::new("the output", &output.stdout))]);
        };
        let mut inputs = Vec::new();
        for path in files {
            inputs.extend(foreign_files::inputs(&path, self.choice.only)?);
        }
        Ok(inputs)
    }
}

/// What git knows of a measured commit and those before it, and what it does not know.
pub(crate) fn commits_before(commit: &str) -> (Vec<CommitFacts>, Vec<String>) {
    let mut warnings = Vec::new();
    let facts = super::commits_before(Some(commit), &mut warnings);
    (facts, warnings)
}
