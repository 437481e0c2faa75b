//! `benchpages build`.

use std::time::Instant;

use crate::app::build::{BuildResult, build};
use crate::app::up_to_date::BuildSummary;
use crate::cli::args::{BuildArgs, GlobalArgs, OutputFormat};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use model::text;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &BuildArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let started = Instant::now();
    let options = load_options(global, &args.site)?;
    let result = build(&options, &args.site.out, reporter)?;
    reporter.end_progress();
    let seconds = started.elapsed().as_secs_f64();
    match (args.format, &result) {
        (OutputFormat::Text, BuildResult::Built(summary)) => {
            reporter.info(&summary_line(summary, seconds));
            // Rejected records come first: a site without them misleads.
            let next = if summary.rejected > 0 { "doctor" } else { "serve" };
            reporter.next(global, &[next]);
        }
        (OutputFormat::Text, BuildResult::UpToDate(summary)) => {
            let (size, rejected) = (size_text(summary), rejected_note(summary));
            reporter.info(&format!("Nothing has changed since the last build: {size}{rejected}"));
        }
        (OutputFormat::Json, BuildResult::Built(summary) | BuildResult::UpToDate(summary)) => {
            // The same answer whether or not anything had to be built: scripts compare numbers.
            let mut answer = serde_json::to_value(summary)?;
            answer["seconds"] = seconds.into();
            answer["reused"] = summary.reused.into();
            answer["cleanup"] = serde_json::to_value(&summary.cleanup)?;
            answer["out"] = serde_json::to_value(&args.site.out)?;
            return ui::print(&json::line(&answer));
        }
    }
    Ok(0)
}

/// `Built 412 pages, 65 series from 3,900 records in 0.1 s (3 rejected: see …)`.
pub(crate) fn summary_line(summary: &BuildSummary, seconds: f64) -> String {
    format!("Built {} in {seconds:.1} s{}", size_text(summary), rejected_note(summary))
}

fn size_text(summary: &BuildSummary) -> String {
    format!(
        "{}, {} from {}",
        text::count_noun(summary.pages, "page"),
        text::count_noun(summary.series as u64, "series"),
        text::count_noun(summary.records, "record"),
    )
}

fn rejected_note(summary: &BuildSummary) -> String {
    if summary.rejected == 0 {
        return String::new();
    }
    let count = text::count(summary.rejected as u64);
    format!(" ({count} rejected: see health/, and quarantine/ in the history directory)")
}
