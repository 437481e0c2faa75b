//! `benchpages policy replay`: what a policy would have reported, day by day; with another one,
//! what it would newly report or no longer report.

use std::path::Path;

use crate::app::replay::{PolicyReplay, replay};
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use model::text;

pub(crate) fn run(
    global: &GlobalArgs,
    against: Option<&Path>,
    format: OutputFormat,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let mut options = load_options(global, &SiteArgs::default())?;
    let current = replay(&options, reporter)?;
    let other = match against {
        Some(policy) => {
            options.policy = Some(policy.to_owned());
            Some(replay(&options, reporter)?)
        }
        None => None,
    };
    match format {
        OutputFormat::Json => {
            let answer = json(&current, other.as_ref())?;
            ui::print(format!("{answer}\n").as_bytes())
        }
        OutputFormat::Text => ui::print(text_report(&current, other.as_ref()).as_bytes()),
    }
}

fn json(current: &PolicyReplay, other: Option<&PolicyReplay>) -> anyhow::Result<serde_json::Value> {
    let mut answer = current.json()?;
    if let Some(other) = other {
        let second = other.json()?;
        let difference = current.difference(other);
        answer["against"] = serde_json::json!({
            "alarms": second["alarms"],
            "appear": difference.appear,
            "figures": second["figures"],
            "vanish": difference.vanish,
        });
    }
    Ok(answer)
}

fn text_report(current: &PolicyReplay, other: Option<&PolicyReplay>) -> String {
    let mut out = summary(current);
    match other {
        None => {
            let reports = current.reports();
            let lines = reports.iter().map(|report| report.line()).collect();
            out.push_str(&list("reported regressions", lines, "none"));
        }
        Some(other) => {
            out.push_str(&format!("\nthe other policy\n{}", summary(other)));
            let difference = current.difference(other);
            out.push_str(&list("would newly report", difference.appear, "nothing"));
            out.push_str(&list("would no longer report", difference.vanish, "nothing"));
        }
    }
    out
}

fn list(title: &str, lines: Vec<String>, empty: &str) -> String {
    let lines = if lines.is_empty() { vec![empty.to_owned()] } else { lines };
    format!("\n{title}\n  {}\n", lines.join("\n  "))
}

fn summary(replay: &PolicyReplay) -> String {
    let figures = &replay.figures;
    let minutes = replay.project.policy.notify.minutes_per_finding;
    let count = |number: usize| text::count(number as u64);
    let delay = figures.median_delay_runs.map_or_else(|| "–".to_owned(), |runs| runs.to_string());
    let rows = [
        ("runs judged", count(figures.runs)),
        ("series", count(figures.series)),
        ("regressions reported", count(figures.reported_regressions)),
        ("  of these withdrawn later", count(figures.withdrawn_reports)),
        ("  of these marked false alarms", count(figures.marked_false_alarms)),
        ("regressions never reported", count(figures.missed_regressions)),
        ("runs not compared (new runner)", count(figures.runs_not_compared)),
        ("infrastructure days", count(figures.infrastructure_days)),
        ("median delay in runs", delay),
        ("false alarms of a bare threshold", count(figures.avoided_alarms)),
        ("minutes of work saved", text::count(figures.minutes_saved(minutes))),
    ];
    let rows = rows.iter().map(|(title, count)| format!("  {title:<32}{count:>8}\n"));
    let assumption = format!(
        "    A bare threshold compares each run with the median of the {} before. A false\n    \
         alarm is one in a stretch where the whole history shows no change; {} each, assumed\n    \
         (notify.minutes_per_finding).\n",
        replay.project.policy.detection.window,
        text::count_noun(u64::from(minutes), "minute"),
    );
    rows.collect::<String>() + &assumption
}
