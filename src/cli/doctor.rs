//! `benchpages doctor`: problems of a history, each with a remedy.

mod repairs;

use serde_json::{Value, json};

use crate::app::doctor::{Examination, examine, fix};
use crate::cli::args::history::DoctorArgs;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use crate::doctor::{DoctorFinding, FindingLevel};
use crate::report::escape::json;
use model::text::terminal::{Palette, TerminalText, VerdictTone};
use model::{escaped, text};

/// The exit status where a finding is an error.
const EXIT_PROBLEMS: u8 = 1;
/// Findings of one kind that are printed; the JSON has all of them.
const MAX_PER_KIND: usize = 10;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &DoctorArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let answer = args.fix.then(|| fix(&options, args.dry_run)).transpose()?;
    let examination = examine(&options)?;
    let findings = &examination.findings;
    // Notes do not fail a job: they may be meant that way.
    let is_error = |finding: &&DoctorFinding| finding.level == FindingLevel::Error;
    let errors = findings.iter().filter(is_error).count();
    match args.format {
        OutputFormat::Json => {
            let mut value = as_json(findings, errors);
            if let Some(answer) = &answer {
                value["repairs"] = repairs::as_json(answer);
            }
            ui::print(&json::line(&value))?
        }
        OutputFormat::Text => {
            let text = answer.as_ref().map(|answer| repairs::as_text(answer, args.dry_run));
            ui::print(&escaped![
                text.unwrap_or_default(),
                as_text(findings, args.fix, reporter.palette())
            ])?
        }
    };
    reporter.info(&summary_line(&examination, errors));
    // The first kind of error; the report names all.
    if let (OutputFormat::Text, Some(first)) = (args.format, findings.iter().find(is_error)) {
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

fn as_text(findings: &[DoctorFinding], with_decisions: bool, palette: Palette) -> TerminalText {
    let mut out = TerminalText::new();
    // Findings of one kind and level follow each other.
    for group in findings.chunk_by(|a, b| (a.kind, a.level) == (b.kind, b.level)) {
        for finding in group.iter().take(MAX_PER_KIND) {
            let tone = match finding.level {
                FindingLevel::Error => VerdictTone::Bad,
                FindingLevel::Note => VerdictTone::Warning,
            };
            let word = TerminalText::from(level(finding)).toned(tone, palette);
            out.push(word).push(": ").push_text(&finding.place);
            out.push(": ").push_text(&finding.cause).push(" [").push(finding.code);
            out.push("]\n  → ").push_text(&finding.remedy).push("\n");
        }
        if with_decisions && let Some(reason) = repairs::manual_reason(group[0].kind) {
            out.push("  not repaired: ").push_text(reason).push("\n");
        }
        if group.len() > MAX_PER_KIND {
            let more = text::count((group.len() - MAX_PER_KIND) as u64);
            out.push("  and ").push_text(&more).push(" more [").push(group[0].kind.code());
            out.push("] (all of them: --format json)\n");
        }
    }
    out
}

fn level(finding: &DoctorFinding) -> &'static str {
    match finding.level {
        FindingLevel::Error => "error",
        FindingLevel::Note => "note",
    }
}

fn as_json(findings: &[DoctorFinding], errors: usize) -> Value {
    let entry = |finding: &DoctorFinding| {
        json!({
            "kind": finding.kind.code(),
            "code": finding.code,
            "level": level(finding),
            "place": finding.place,
            "cause": finding.cause,
            "remedy": finding.remedy,
        })
    };
    json!({
        "errors": errors,
        "notes": findings.len() - errors,
        "findings": findings.iter().map(entry).collect::<Vec<_>>(),
    })
}
