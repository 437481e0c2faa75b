//! `benchpages policy replay`: what a policy would have reported, day by day; with another one,
//! what it would newly report or no longer report.

use std::path::Path;

use crate::app::replay::{PolicyReplay, replay};
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use model::text::{self, terminal::TerminalText};

pub(crate) fn run(
    global: &GlobalArgs,
    against: Option<&Path>,
    format: OutputFormat,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let mut options = load_options(global, &SiteArgs::default())?;
    let current = replay(&options, reporter)?;
    let other = against.map(|policy| {
        options.policy = Some(policy.to_owned());
        replay(&options, reporter)
    });
    let other = other.transpose()?;
    match format {
        OutputFormat::Json => ui::print(&json::line(&as_json(&current, other.as_ref())?)),
        OutputFormat::Text => ui::print(&text_report(&current, other.as_ref())),
    }
}

fn as_json(
    current: &PolicyReplay,
    other: Option<&PolicyReplay>,
) -> anyhow::Result<serde_json::Value> {
    let mut answer = current.json()?;
    if let Some(other) = other {
        let second = other.json()?;
        let difference = current.difference(other);
        answer["against"] = serde_json::json!({
            "alarms": second["alarms"],
            "appear": strings(&difference.appear),
            "figures": second["figures"],
            "vanish": strings(&difference.vanish),
        });
    }
    Ok(answer)
}

fn strings(lines: &[TerminalText]) -> Vec<&str> {
    lines.iter().map(|line| line.as_str()).collect()
}

fn text_report(current: &PolicyReplay, other: Option<&PolicyReplay>) -> TerminalText {
    // A column of zeros would read as a good policy.
    if let Some(reason) = current.nothing_to_judge() {
        return TerminalText::lines(&format!("{reason}\n"));
    }
    let mut out = summary(current);
    match other {
        None => push_list(&mut out, "reported regressions", current.report_lines(), "none"),
        Some(other) => {
            out.push("\nthe other policy\n").push(summary(other));
            let difference = current.difference(other);
            push_list(&mut out, "would newly report", difference.appear, "nothing");
            push_list(&mut out, "would no longer report", difference.vanish, "nothing");
        }
    }
    out
}

fn push_list(
    out: &mut TerminalText,
    title: &'static str,
    lines: Vec<TerminalText>,
    empty: &'static str,
) {
    let lines = if lines.is_empty() { vec![empty.into()] } else { lines };
    out.push("\n").push(title).push("\n  ").push(TerminalText::join(lines, "\n  ")).push("\n");
}

fn summary(replay: &PolicyReplay) -> TerminalText {
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
    TerminalText::lines(&(rows.collect::<String>() + &assumption))
}
