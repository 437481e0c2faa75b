//! `benchpages measure`: base and head measured side by side.

use serde_json::json;

use crate::app::measure::{MeasureRequest, Measured, SidesRequest, command_words, measure};
use crate::cli::args::GlobalArgs;
use crate::cli::args::measure::MeasureArgs;
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::decision::Decision;
use crate::report::escape::json;
use crate::report::side_by_side::SessionEnding;
use crate::report::side_by_side_text;
use crate::workbench::interrupt::Interrupt;
use model::text;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &MeasureArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let request = request(global, args)?;
    let measured = measure(&request, &Interrupt::listen(), reporter)?;
    reporter.end_progress();
    let records = text::count_noun(measured.appended.added as u64, "record");
    let files = measured.appended.files.iter();
    let files = files.map(|file| format!("\n  {}", measured.data.join(file).display()));
    reporter.info(&format!("{records} added{}", files.collect::<String>()));
    match &measured.comparison {
        Some(comparison) => {
            if args.run.json {
                ui::print(&comparison.json())?;
            } else {
                ui::print(&side_by_side_text::render(comparison, reporter.palette()))?;
                if comparison.decision() == Decision::Fail {
                    reporter.next_alone(&["explain", "regressed"]);
                }
            }
            Ok(comparison.decision().exit_code())
        }
        None => {
            let status = print_one(&measured, args.run.json)?;
            if !args.run.json {
                reporter.next(global, &["build"]);
            }
            Ok(status)
        }
    }
}

/// What became of one side: there is nothing to compare it with, and nothing to judge.
fn print_one(measured: &Measured, is_json: bool) -> anyhow::Result<u8> {
    if is_json {
        return ui::print(&json::pretty(&json!({
            "session": measured.session,
            "commit": measured.commit,
            "rounds": measured.rounds,
            "interrupted": measured.ending == SessionEnding::Interrupted,
            "records": measured.appended.added,
            "files": measured.appended.files,
        })));
    }
    let rounds = text::count_noun(u64::from(measured.rounds), "round");
    let commit = text::short_commit(&measured.commit);
    ui::print_file(format!("{rounds} of {commit} measured.\n").as_bytes())
}

fn request(global: &GlobalArgs, args: &MeasureArgs) -> anyhow::Result<MeasureRequest> {
    let base_command = args.base_command.as_deref().map(command_words).transpose();
    let base_command = base_command.map_err(|why| anyhow::anyhow!("--base-command {why}"))?;
    let sides = match (&args.base, &args.a, &args.b, base_command) {
        (Some(base), ..) => SidesRequest::Commits {
            base: base.clone(),
            head: args.head.clone(),
            include_dirty: args.include_dirty,
        },
        (None, Some(a), Some(b), _) => SidesRequest::Folders { base: a.clone(), head: b.clone() },
        (.., Some(base)) => SidesRequest::Commands { base },
        _ => SidesRequest::One,
    };
    Ok(MeasureRequest {
        options: internal_load_options(global)?,
        sides,
        command: args.run.command.clone(),
        setup: args.setup.clone(),
        rounds: args.rounds,
        time_limit: args.time_limit,
        warm_up: args.warm_up,
        rebuild: args.rebuild,
        format: args.output.format.clone(),
        format_files: args.output.format_file.clone(),
        collect: args.output.collect.clone(),
        branch: args.branch.clone(),
        pull: args.pull,
        toolchains: args.toolchain.clone(),
        into: args.into.clone(),
        intake: args.run.intake.options(),
    })
}
