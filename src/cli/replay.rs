//! `benchpages policy replay`: what a policy amounts to, day by day; against another one, what
//! would newly appear or vanish.

use std::path::Path;

use crate::app::stages;
use crate::app::{self, Project};
use crate::cli::args::{GlobalArgs, OutputFormat, SiteArgs};
use crate::cli::build::load_options;
use crate::cli::ui::{self, Reporter};
use crate::site;
use detect::Verdict;
use detect::replay::{ReplaySummary, ReplayedVerdict};
use model::text::{self, sanitize};

/// A project with what the gate would have said.
struct PolicyReplay {
    project: Project,
    replayed: Vec<ReplayedVerdict>,
    figures: ReplaySummary,
}

pub(crate) fn run(
    global: &GlobalArgs,
    against: Option<&Path>,
    format: OutputFormat,
    talk: &Reporter,
) -> anyhow::Result<u8> {
    let own = replay(global, talk)?;
    let other = match against {
        Some(policy) => {
            let global = GlobalArgs { policy: Some(policy.to_owned()), ..global.clone() };
            Some(replay(&global, talk)?)
        }
        None => None,
    };
    match format {
        OutputFormat::Json => json(&own, other.as_ref()),
        OutputFormat::Text => ui::print(text_report(&own, other.as_ref()).as_bytes()),
    }
}

fn replay(global: &GlobalArgs, talk: &Reporter) -> anyhow::Result<PolicyReplay> {
    let project = app::load(&load_options(global, &SiteArgs::default())?, &stages::no_progress)?;
    for warning in project.warnings.iter().filter(|it| !it.starts_with("no base URL")) {
        talk.warn(warning);
    }
    let said = app::replay(&project);
    let figures = project.analyses.replay_summary;
    Ok(PolicyReplay { project, replayed: said, figures })
}

fn replay_json(replay: &PolicyReplay) -> anyhow::Result<serde_json::Value> {
    let bytes =
        site::replay_json(&app::site_input(&replay.project), &replay.replayed, &replay.figures)?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn json(own: &PolicyReplay, other: Option<&PolicyReplay>) -> anyhow::Result<u8> {
    let mut answer = replay_json(own)?;
    if let (Some(other), Some(answer)) = (other, answer.as_object_mut()) {
        let second = replay_json(other)?;
        let (appear, vanish) = differences(own, other);
        answer.insert(
            "against".to_owned(),
            serde_json::json!({
                "alarms": second["alarms"],
                "appear": appear,
                "figures": second["figures"],
                "vanish": vanish,
            }),
        );
    }
    ui::print(format!("{answer}\n").as_bytes())
}

/// The regressions that a replay reports, each by its series and the commit that reported it.
fn reported_regressions(replay: &PolicyReplay) -> Vec<(String, String, String)> {
    let mut reported: Vec<(usize, usize, (String, String, String))> = Vec::new();
    let Project { grouped, history, .. } = &replay.project;
    let worse =
        |it: &&ReplayedVerdict| matches!(it.verdict, Verdict::Regressed | Verdict::Accepted);
    for it in replay.replayed.iter().filter(worse) {
        let series = &grouped.series[it.series];
        let run = &series.runs[it.run];
        match reported.last_mut() {
            Some((last, at, _)) if *last == it.series && it.run <= *at + 1 => *at = it.run,
            _ => {
                let commit = history.commits[run.commit.0 as usize].id.clone();
                let mut change = text::percent_change(it.latest_change.unwrap_or(0.0));
                if it.verdict == Verdict::Accepted {
                    change.push_str(", accepted since");
                }
                let time = text::iso_date(run.time);
                let place = format!("{time} {commit}");
                reported.push((
                    it.series,
                    it.run,
                    (sanitize::line(&series.key.name()), sanitize::line(&place), change),
                ));
            }
        }
    }
    reported.into_iter().map(|(_, _, told)| told).collect()
}

/// What the other policy reports and this one does not, and the other way round.
fn differences(own: &PolicyReplay, other: &PolicyReplay) -> (Vec<String>, Vec<String>) {
    let lines = |replay: &PolicyReplay| -> Vec<String> {
        let lines = reported_regressions(replay).into_iter();
        lines.map(|(series, place, change)| format!("{place} {series} {change}")).collect()
    };
    let (own, other) = (lines(own), lines(other));
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    (without(&other, &own), without(&own, &other))
}

fn text_report(own: &PolicyReplay, other: Option<&PolicyReplay>) -> String {
    let mut out = summary(own);
    match other {
        None => {
            out.push_str("\nreported regressions\n");
            let lines = reported_regressions(own);
            if lines.is_empty() {
                out.push_str("  none\n");
            }
            for (series, place, change) in lines {
                out.push_str(&format!("  {} {series} {change}\n", place));
            }
        }
        Some(other) => {
            out.push_str("\nthe other policy\n");
            out.push_str(&summary(other));
            let (appear, vanish) = differences(own, other);
            for (title, lines) in [("would newly report", appear), ("would not report", vanish)] {
                out.push_str(&format!("\n{title}\n"));
                if lines.is_empty() {
                    out.push_str("  nothing\n");
                }
                lines.iter().for_each(|line| out.push_str(&format!("  {}\n", line)));
            }
        }
    }
    out
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
        ("  of them vanished later", count(figures.withdrawn_reports)),
        ("  of them marked false alarms", count(figures.marked_false_alarms)),
        ("changes never reported", count(figures.missed_regressions)),
        ("runs not compared (new runner)", count(figures.runs_not_compared)),
        ("infrastructure days", count(figures.infrastructure_days)),
        ("median delay, runs", delay),
        ("alarms of a bare limit kept back", count(figures.avoided_alarms)),
        ("minutes of work saved", text::count(figures.minutes_saved(minutes))),
    ];
    let rows = rows.iter().map(|(what, count)| format!("  {what:<32}{count:>8}\n"));
    let assumed = format!(
        "    kept back: runs beyond the limit against the median of the {} before, neighbours\n    \
         counted once, with no change in the whole history; {} each, assumed\n    \
         (notify.minutes_per_finding)\n",
        replay.project.policy.detection.window,
        text::count_noun(u64::from(minutes), "minute"),
    );
    rows.collect::<String>() + &assumed
}
