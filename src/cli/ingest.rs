//! `benchpages ingest`: output of benchmark tools becomes records.

use crate::app::intake::{self, IngestRequest, IntakeOutcome};
use crate::app::load;
use crate::cli::args::ingest::IngestArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json::{self, JsonText};

pub(crate) fn run(global: &GlobalArgs, args: &IngestArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if args.list {
        return ui::print_file(intake::catalog::list_formats().as_bytes());
    }
    let options = load_options(global, &SiteArgs::default())?;
    if global.data.is_dir() {
        // Demo records and real ones are never mixed.
        load::reject_demo_in(&options)?;
    }
    let outcome = intake::ingest(&IngestRequest {
        data: global.data.clone(),
        inputs: args.inputs.clone(),
        format: args.format.clone(),
        format_files: args.format_file.clone(),
        columns: args.column.clone(),
        plain_names: args.plain_names,
        decimal: args.decimal,
        into: args.into.clone(),
        commit: args.commit.clone(),
        branch: args.branch.clone(),
        pull: args.pull,
        timestamp: args.timestamp.clone(),
        toolchains: args.toolchain.clone(),
        elsewhere: args.elsewhere,
        now: options.now.unwrap_or(options.clock),
        accept_demo: options.demo,
        options: args.intake.options(),
    })?;
    report(&outcome, talk);
    if args.intake.dry_run {
        let lines: JsonText = outcome.lines.iter().map(|line| json::document(line)).collect();
        ui::print(&lines)?;
    } else {
        let files = &outcome.summary.appended.files;
        let files = files.iter().map(|file| format!("\n  {}", global.data.join(file).display()));
        talk.info(&format!("{}{}", outcome.summary.ingest_text(), files.collect::<String>()));
        suggest_build(global, &outcome, talk);
    }
    Ok(exit_status(&outcome, args.allow_partial))
}

/// What to do with records that were added.
pub(super) fn suggest_build(global: &GlobalArgs, outcome: &IntakeOutcome, talk: &Reporter) {
    if !outcome.is_failure && outcome.summary.appended.added > 0 {
        talk.next(global, &["build"]);
    }
}

/// The exit status of an intake.
pub(super) fn exit_status(outcome: &IntakeOutcome, allow_partial: bool) -> u8 {
    match outcome.is_failure {
        true => super::EXIT_ERROR,
        false if outcome.is_partial && !allow_partial => super::EXIT_PARTIAL,
        false => 0,
    }
}

/// Reports what went wrong, and more where the user wants more.
pub(super) fn report(outcome: &IntakeOutcome, talk: &Reporter) {
    outcome.warnings.iter().for_each(|warning| talk.warn(warning));
    outcome.details.iter().for_each(|detail| talk.detail(detail));
    outcome.problems.iter().for_each(|problem| talk.problem(problem));
}
