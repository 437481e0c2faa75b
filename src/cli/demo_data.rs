//! `benchpages demo-data`.

use crate::cli::args::DemoDataArgs;
use crate::cli::ui::Reporter;
use crate::demo;
use model::text;

pub(crate) fn run(args: &DemoDataArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let scenario = demo::Scenario::from_name(&args.scenario).unwrap_or(demo::Scenario::Story);
    if args.series.is_some() && scenario != demo::Scenario::Large {
        anyhow::bail!("--series is for --scenario large; the others have series of their own");
    }
    let mut options = demo::DemoOptions {
        days: args.days.unwrap_or(scenario.default_days()),
        seed: args.seed,
        scenario,
        series: args.series.unwrap_or(demo::LARGE_SERIES),
        ..demo::DemoOptions::default()
    };
    if let Some(end) = &args.end {
        let fault = |fault: String| anyhow::anyhow!("--end {end}: {fault}");
        options.end = demo::parse_end(end).map_err(fault)?;
    }
    let history = demo::generate(&options);
    let records = history.records;
    let written = demo::folder::write(&history, &args.out)?;
    talk.info(&format!(
        "Made {} in {} at {}",
        text::count_noun(records, "record"),
        text::count_noun(written.files, "file"),
        args.out.display()
    ));
    Ok(0)
}
