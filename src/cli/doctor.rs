//! `benchpages doctor`: problems of a history, each with a remedy.

mod findings;
mod repairs;

use crate::app::doctor::{Examination, examine, fix};
use crate::cli::args::history::DoctorArgs;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use crate::doctor::{DoctorFinding, FindingLevel};
use crate::report::escape::json;
use model::{escaped, text};

/// The exit status where a finding is an error.
const EXIT_PROBLEMS: u8 = 1;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &DoctorArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let answer = args.fix.then(|| fix(&options, args.dry_run)).transpose()?;
    let examination = examine(&options)?;
    let all = &examination.findings;
    // Notes do not fail a job: they may be meant that way.
    let is_error = |finding: &&DoctorFinding| finding.level == FindingLevel::Error;
    let errors = all.iter().filter(is_error).count();
    match args.format {
        OutputFormat::Json => {
            let mut value = findings::as_json(all, errors);
            if let Some(answer) = &answer {
                value["repairs"] = repairs::as_json(answer);
            }
            ui::print(&json::line(&value))?
        }
        OutputFormat::Text => {
            let text = answer.as_ref().map(|answer| repairs::as_text(answer, args.dry_run));
            ui::print(&escaped![
                text.unwrap_or_default(),
                findings::as_text(all, args.fix, reporter.palette())
            ])?
        }
    };
    reporter.info(&summary_line(&examination, errors));
    // The first kind of error; the report names all.
    if let (OutputFormat::Text, Some(first)) = (args.format, all.iter().find(is_error)) {
        reporter.next_alone(&["explain", first.code]);
    }
    Ok(if errors > 0 { EXIT_PROBLEMS } else { 0 })
}

/// `2 errors, 1 note in 3,900 records of 65 series`.
fn summary_line(examination: &Examination, errors: usize) -> String {
    let project = &examination.project;
    let records = text::count_noun(project.history.counts.records, "record");
    let series = text::count_noun(project.series.len() as u64, "series");
    let notes = match examination.findings.len() - errors {
        0 => String::new(),
        notes => format!(", {}", text::count_noun(notes as u64, "note")),
    };
    let errors = match errors {
        0 => "No errors".to_owned(),
        errors => text::count_noun(errors as u64, "error"),
    };
    format!("{errors}{notes} in {records} of {series}")
}
