//! `benchpages rotate`: moves records that are older than the policy keeps to the archive.

use serde_json::json;

use crate::app::rotate::{Rotation, RotationRequest, rotate};
use crate::cli::args::history::RotateArgs;
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::load_options::{load_options, user};
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &RotateArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = load_options(global, &SiteArgs::default())?;
    let actor = user().unwrap_or_else(|| "benchpages".to_owned());
    let request = RotationRequest { with_pulls: args.with_pulls, is_dry_run: args.dry_run };
    let rotation = rotate(&options, &actor, request)?;
    rotation.leftovers.iter().for_each(|leftovers| reporter.warn(leftovers));
    // Only lines can be moved by copying their bytes; a JSON array would have to be rewritten.
    for file in &rotation.plan.skipped {
        reporter.warn(&format!(
            "{file} holds old and new records in one JSON value and stays; write one record per \
             line to have them moved"
        ));
    }
    if args.format == OutputFormat::Json {
        return ui::print(&json::line(&as_json(&rotation, args.dry_run)));
    }
    if rotation.records() == 0 {
        let days = rotation.retention_days;
        reporter.info(&format!("No whole month is older than {days} days"));
        return Ok(0);
    }
    let months = rotation.plan.months.iter().map(|(month, count)| {
        let records = text::count_noun(*count as u64, "record");
        format!("{month}  {records} to archive/{month}.ndjson.gz\n")
    });
    let pulls = rotation.plan.pulls.iter().map(|(number, count)| {
        let records = text::count_noun(*count as u64, "record");
        format!("pull request #{number}  {records} to archive/pulls/{number}.ndjson.gz\n")
    });
    ui::print(&TerminalText::lines(&months.chain(pulls).collect::<String>()))?;
    reporter.info(&match &rotation.moved {
        Some(moved) => format!(
            "Moved {}: {:.2} MB became {:.2} MB of archive and {:.2} MB of daily summaries",
            text::count_noun(moved.records as u64, "record"),
            moved.bytes as f64 / 1e6,
            moved.packed_bytes as f64 / 1e6,
            moved.summary_bytes as f64 / 1e6,
        ),
        None => "Dry run: nothing was moved".to_owned(),
    });
    if rotation.moved.is_none() {
        let with_pulls = args.with_pulls.then_some("--with-pulls");
        let words: Vec<&str> = ["rotate"].into_iter().chain(with_pulls).collect();
        reporter.next(global, &words);
    }
    Ok(0)
}

fn as_json(rotation: &Rotation, dry_run: bool) -> serde_json::Value {
    let moved = rotation.moved.as_ref().map(|moved| {
        json!({"records": moved.records, "bytes": moved.bytes, "packed": moved.packed_bytes,
            "summaries": moved.summary_bytes})
    });
    let plan = &rotation.plan;
    json!({"months": plan.months, "pulls": plan.pulls, "records": rotation.records(),
        "skipped": plan.skipped, "moved": moved, "dry_run": dry_run})
}
