//! `benchpages baseline set | show | clear`: levels that series are held to until a date.

mod pin_text;

use anyhow::Context;

use crate::app::baseline::{self, PinRequest};
use crate::cli::args::baseline::{BaselineArgs, BaselineCommand};
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::baseline::pin_text::{json_text, pin_text, shown_text};
use crate::cli::load_options::{internal_load_options, user};
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use crate::store;
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &BaselineArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let path = store::reviewed_file::BASELINES.path(&global.data).display().to_string();
    match &args.command {
        BaselineCommand::Set(args) => {
            let request = PinRequest {
                series: args.series.clone(),
                commit: args.commit.clone(),
                reason: args.reason.clone(),
                by: args.by.clone().or_else(user).context("who pins it? use --by NAME")?,
                until: args.until,
            };
            let pins = baseline::set(&options, &request)?;
            ui::print(&TerminalText::lines(&pins.iter().map(pin_text).collect::<String>()))?;
            let count = text::count_noun(pins.len() as u64, "baseline");
            reporter.info(&format!("Pinned {count} in {path}; commit it for review"));
            reporter.next(global, &["baseline", "show"]);
        }
        BaselineCommand::Show { series, format } => {
            let shown = baseline::show(&options, series)?;
            shown.others.iter().for_each(|others| reporter.warn(others));
            match format {
                OutputFormat::Json => ui::print(&json::line(&json_text(&shown)))?,
                OutputFormat::Text => ui::print(&shown_text(&shown, reporter.palette()))?,
            };
        }
        BaselineCommand::Clear { series } => {
            let removed = baseline::clear(&options, series)?;
            let count = text::count_noun(removed as u64, "baseline");
            reporter.info(&format!("Cleared {count} in {path}"));
        }
    }
    Ok(0)
}
