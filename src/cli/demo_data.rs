//! `benchpages demo-data`.

use crate::cli::args::history::DemoDataArgs;
use crate::cli::ui::Reporter;
use crate::demo;
use model::text;

pub(crate) fn run(args: &DemoDataArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    let scenario = demo::Scenario::from_name(&args.scenario).unwrap_or(demo::Scenario::Story);
    if args.series.is_some() && scenario != demo::Scenario::Large {
        anyhow::bail!("--series needs --scenario large; the other scenarios have fixed series");
    }
    let mut options = demo::DemoOptions {
        days: args.days.unwrap_or(scenario.default_days()),
        seed: args.seed,
        scenario,
        series: args.series.unwrap_or(demo::LARGE_SERIES),
        ..demo::DemoOptions::default()
    };
    if let Some(end) = &args.end {
        let parsed = demo::parse_end(end);
        options.end = parsed.map_err(|fault| anyhow::anyhow!("--end {end}: {fault}"))?;
    }
    let written = demo::folder::write(&options, &args.out)?;
    reporter.info(&format!(
        "Wrote {} of the main line in {} to {}",
        text::count_noun(written.records, "record"),
        text::count_noun(written.files, "file"),
        args.out.display()
    ));
    reporter.next_with_data(&args.out, &["serve", "--demo"]);
    Ok(0)
}
