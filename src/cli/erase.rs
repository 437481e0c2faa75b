//! `benchpages erase`: erases names or records, and says what remains.

use anyhow::Context;
use serde_json::json;

use crate::app::erase::{EraseAnswer, EraseRequest, erase};
use crate::cli::args::history::EraseArgs;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::load_options::{internal_load_options, user};
use crate::cli::ui::{self, Reporter};
use crate::report::escape;
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &EraseArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let answer = erase(
        &options,
        &EraseRequest {
            names: args.authors.clone(),
            filters: args.filters.clone(),
            reason: args.reason.clone(),
            actor: args.by.clone().or_else(user).context("who erases it? use --by NAME")?,
            dry_run: args.dry_run,
        },
    )?;
    if args.format == OutputFormat::Json {
        return ui::print(&escape::json::line(&json(&answer, args.dry_run)));
    }
    let files = text::count_noun(answer.result.files.len() as u64, "file");
    reporter.info(&match (answer.result.files.is_empty(), args.dry_run) {
        (true, _) => "Nothing to erase in the history".to_owned(),
        (false, true) => format!("Dry run: {files} would change"),
        (false, false) => format!("Erased from {files}; the audit log has an entry"),
    });
    ui::print(&TerminalText::lines(&summary(&answer)))
}

/// The files that change, and what remains.
fn summary(answer: &EraseAnswer) -> String {
    let files = answer.result.files.iter().map(|file| {
        let lines = text::count_noun(file.lines as u64, "line");
        format!("{}  {lines}\n", file.name)
    });
    let remaining = answer.remaining.iter().map(|text| format!("  {text}\n"));
    files.chain(["What remains:\n".to_owned()]).chain(remaining).collect()
}

fn json(answer: &EraseAnswer, dry_run: bool) -> serde_json::Value {
    let files = answer.result.files.iter();
    let files = files.map(|file| json!({"file": file.name, "lines": file.lines}));
    json!({"files": files.collect::<Vec<_>>(), "remaining": answer.remaining, "dry_run": dry_run})
}
