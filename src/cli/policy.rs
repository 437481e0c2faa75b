//! `benchpages policy check | show | replay | import | schema`.

use std::path::Path;

use crate::app::load_options::LoadOptions;
use crate::app::policy_check::examine_policy;
use crate::cli::args::policy::{PolicyCommand, PolicyFormat};
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::{internal_load_options, load_options};
use crate::cli::ui::{self, Reporter};
use crate::cli::{EXIT_ERROR, policy_import, replay};
use model::policy::diagnostic::DiagnosticLevel;
use model::policy::{Policy, schema, show};
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(
    global: &GlobalArgs,
    command: &PolicyCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    match command {
        PolicyCommand::Schema => ui::print_file(schema::schema_json().as_bytes()),
        PolicyCommand::Show { reference: true, .. } => ui::print_file(show::REFERENCE.as_bytes()),
        PolicyCommand::Show { format, .. } => print_effective(global, *format, reporter),
        PolicyCommand::Replay { against, format } => {
            replay::run(global, against.as_deref(), *format, reporter)
        }
        PolicyCommand::Import { file, write } => policy_import::run(global, file, *write, reporter),
        PolicyCommand::Check { files } => {
            let options = internal_load_options(global)?;
            let default = || vec![options.policy_path()];
            let files = if files.is_empty() { default() } else { files.clone() };
            // All files, even after one with errors: all errors are reported at once.
            let mut status = 0;
            for file in &files {
                status = status.max(check(file, &options, reporter)?);
            }
            Ok(status)
        }
    }
}

fn check(path: &Path, options: &LoadOptions, reporter: &Reporter) -> anyhow::Result<u8> {
    let examination = examine_policy(path, options)?;
    let diagnostics = &examination.diagnostics;
    let count = |level| diagnostics.iter().filter(|it| it.level == level).count() as u64;
    let (errors, warnings) = (count(DiagnosticLevel::Error), count(DiagnosticLevel::Warning));
    let path = path.display();
    if let Some(note) = &examination.note {
        reporter.info(&format!("{path}: {note}"));
    }
    if diagnostics.is_empty() {
        reporter.info(&format!("{path}: no errors"));
        return Ok(0);
    }
    ui::emit(&examination.faults(reporter.color()));
    let (error_count, warning_count) =
        (text::count_noun(errors, "error"), text::count_noun(warnings, "warning"));
    reporter.info(&format!("{path}: {error_count}, {warning_count}"));
    if let Some(first) = diagnostics.iter().min_by_key(|it| it.level) {
        reporter.next_alone(&["explain", first.kind.code()]);
    }
    Ok(if errors > 0 { EXIT_ERROR } else { 0 })
}

fn print_effective(
    global: &GlobalArgs,
    format: PolicyFormat,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = load_options(global, &SiteArgs::default())?;
    let policy = match options.policy_file()? {
        None => {
            let path = options.policy_path();
            reporter.info(&format!("no {}: these are the defaults", path.display()));
            Policy::default()
        }
        Some(file) => {
            let faults = file.faults(reporter.color());
            let Some(policy) = file.parsed.policy else {
                ui::emit(&faults);
                return Ok(EXIT_ERROR);
            };
            policy
        }
    };
    let shown = match format {
        PolicyFormat::Yaml => show::to_yaml(&policy),
        PolicyFormat::Json => show::to_json(&policy),
    };
    ui::print(&TerminalText::lines(&shown))
}
