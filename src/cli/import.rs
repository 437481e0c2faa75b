//! `benchpages import`: a history that another dashboard kept becomes this one's.

use crate::app::intake::{self, ImportRequest};
use crate::app::load;
use crate::cli::args::import::ImportArgs;
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::ingest;
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;

pub(crate) fn run(global: &GlobalArgs, args: &ImportArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if args.list {
        return ui::print_file(intake::catalog::list_kinds().as_bytes());
    }
    let (Some(kind), Some(path)) = (&args.kind, &args.path) else { return Ok(super::EXIT_ERROR) };
    let options = load_options(global, &SiteArgs::default())?;
    if global.data.is_dir() {
        // Demo records and real ones are never mixed.
        load::reject_demo_in(&options)?;
    }
    let request = ImportRequest {
        data: global.data.clone(),
        kind: kind.clone(),
        path: path.clone(),
        into: args.into.clone(),
        commit: args.commit.clone(),
        branch: args.branch.clone(),
        timestamp: args.timestamp.clone(),
        test: args.test.clone(),
        units: args.unit.clone(),
        directions: args.better.clone(),
        columns: args.column.clone(),
        delimiter: args.delimiter,
        decimal: args.decimal,
        now: options.now.unwrap_or(options.clock),
        name_pattern: args.name_pattern.clone(),
        result_format: args.result_format.clone(),
        accept_demo: global.demo,
        options: args.intake.options(),
    };
    let meter = talk.progress();
    let outcome = intake::import(&request, &|done, total| meter("files", done, total));
    talk.end_progress();
    let outcome = outcome?;
    ingest::report(&outcome, talk);
    match args.format {
        OutputFormat::Text => {
            ui::print(&outcome.summary.import_text())?;
            ingest::suggest_build(global, &outcome, talk);
        }
        OutputFormat::Json => {
            ui::print(&json::line(&outcome.summary.import_json()))?;
        }
    }
    Ok(ingest::exit_status(&outcome, args.allow_partial))
}
