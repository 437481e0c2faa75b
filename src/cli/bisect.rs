//! `benchpages bisect`: the commit behind a regression.

use crate::app::measure::{BisectRequest, MeasureRequest, RoundCount, SidesRequest, bisect};
use crate::cli::args::GlobalArgs;
use crate::cli::args::bisect::BisectArgs;
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use crate::workbench::interrupt::Interrupt;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &BisectArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let found = bisect(&request(global, args)?, &Interrupt::listen(), reporter)?;
    reporter.end_progress();
    let note = found.note.map(|path| path.display().to_string());
    if args.run.json {
        ui::print(&found.report.json(note.as_deref()))?;
    } else {
        ui::print(&found.report.terminal(reporter.palette()))?;
    }
    if let Some(note) = note {
        reporter.info(&format!("Added {note}; commit it, and the page of the regression shows it"));
        if !args.run.json {
            reporter.next(global, &["build"]);
        }
    }
    Ok(found.report.exit_code())
}

fn request(global: &GlobalArgs, args: &BisectArgs) -> anyhow::Result<BisectRequest> {
    Ok(BisectRequest {
        regression: args.regression.clone(),
        good: args.good.clone(),
        bad: args.bad.clone(),
        series: args.series.clone(),
        confidence: args.confidence,
        max_measurements: usize::try_from(args.max_measurements).unwrap_or(usize::MAX),
        measure: MeasureRequest {
            options: internal_load_options(global)?,
            sides: SidesRequest::One,
            command: args.run.command.clone(),
            setup: args.setup.clone(),
            rounds: RoundCount::Auto,
            time_limit: args.time_limit,
            warm_up: 0,
            rebuild: None,
            format: args.output.format.clone(),
            format_files: args.output.format_file.clone(),
            collect: args.output.collect.clone(),
            branch: None,
            pull: None,
            toolchains: Vec::new(),
            into: None,
            intake: args.run.intake.options(),
        },
    })
}
