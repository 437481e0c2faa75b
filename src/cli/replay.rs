//! `benchpages policy replay`: what a policy amounts to, day by day; against another one, what
//! would newly appear or vanish.

use std::path::Path;

use crate::cli::args::{Format, Global, Site};
use crate::cli::build::options;
use crate::cli::talk::{self, Talk};
use crate::project::stages;
use crate::project::{self, Project};
use crate::site;
use detect::Verdict;
use detect::replay::{Figures, Said};
use model::text::{self, harmless};

/// A project with what the gate would have said.
struct Replay {
    project: Project,
    said: Vec<Said>,
    figures: Figures,
}

pub(crate) fn run(
    global: &Global,
    against: Option<&Path>,
    format: Format,
    talk: &Talk,
) -> anyhow::Result<u8> {
    let own = replay(global, talk)?;
    let other = match against {
        Some(policy) => {
            let global = Global { policy: Some(policy.to_owned()), ..global.clone() };
            Some(replay(&global, talk)?)
        }
        None => None,
    };
    match format {
        Format::Json => json(&own, other.as_ref()),
        Format::Text => talk::answer(told(&own, other.as_ref()).as_bytes()),
    }
}

fn replay(global: &Global, talk: &Talk) -> anyhow::Result<Replay> {
    let project = project::load(&options(global, &Site::default())?, &stages::silent)?;
    for warning in project.warnings.iter().filter(|it| !it.starts_with("no base URL")) {
        talk.warn(warning);
    }
    let said = project::replay(&project);
    let figures = project.analyses.figures;
    Ok(Replay { project, said, figures })
}

fn file(replay: &Replay) -> anyhow::Result<serde_json::Value> {
    let bytes = site::replay(&project::input(&replay.project), &replay.said, &replay.figures)?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn json(own: &Replay, other: Option<&Replay>) -> anyhow::Result<u8> {
    let mut answer = file(own)?;
    if let (Some(other), Some(answer)) = (other, answer.as_object_mut()) {
        let second = file(other)?;
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
    talk::answer(format!("{answer}\n").as_bytes())
}

/// The regressions that a replay reports, each by its series and the commit that reported it.
fn reported(replay: &Replay) -> Vec<(String, String, String)> {
    let mut reported: Vec<(usize, usize, (String, String, String))> = Vec::new();
    let Project { grouped, history, .. } = &replay.project;
    let worse = |it: &&Said| matches!(it.verdict, Verdict::Regressed | Verdict::Approved);
    for it in replay.said.iter().filter(worse) {
        let series = &grouped.series[it.series];
        let run = &series.runs[it.run];
        match reported.last_mut() {
            Some((last, at, _)) if *last == it.series && it.run <= *at + 1 => *at = it.run,
            _ => {
                let commit = history.commits[run.commit.0 as usize].id.clone();
                let mut change = text::percent_change(it.change.unwrap_or(0.0));
                if it.verdict == Verdict::Approved {
                    change.push_str(", accepted since");
                }
                let time = text::iso_date(run.time);
                let place = format!("{time} {commit}");
                reported.push((
                    it.series,
                    it.run,
                    (harmless::line(&series.key.name()), harmless::line(&place), change),
                ));
            }
        }
    }
    reported.into_iter().map(|(_, _, told)| told).collect()
}

/// What the other policy reports and this one does not, and the other way round.
fn differences(own: &Replay, other: &Replay) -> (Vec<String>, Vec<String>) {
    let lines = |replay: &Replay| -> Vec<String> {
        let lines = reported(replay).into_iter();
        lines.map(|(series, place, change)| format!("{place} {series} {change}")).collect()
    };
    let (own, other) = (lines(own), lines(other));
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    (without(&other, &own), without(&own, &other))
}

fn told(own: &Replay, other: Option<&Replay>) -> String {
    let mut out = summary(own);
    match other {
        None => {
            out.push_str("\nreported regressions\n");
            let lines = reported(own);
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

fn summary(replay: &Replay) -> String {
    let figures = &replay.figures;
    let minutes = replay.project.policy.notify.minutes_per_finding;
    let count = |number: usize| text::count(number as u64);
    let delay = figures.median_delay_runs.map_or_else(|| "–".to_owned(), |runs| runs.to_string());
    let rows = [
        ("runs judged", count(figures.runs)),
        ("series", count(figures.series)),
        ("regressions reported", count(figures.findings)),
        ("  of them vanished later", count(figures.withdrawn)),
        ("  of them marked false alarms", count(figures.marked)),
        ("changes never reported", count(figures.missed)),
        ("runs not compared (new runner)", count(figures.suppressed)),
        ("infrastructure days", count(figures.infrastructure_days)),
        ("median delay, runs", delay),
        ("alarms of a bare limit kept back", count(figures.spared)),
        ("minutes of work saved", text::count(figures.minutes_saved(minutes))),
    ];
    let rows = rows.iter().map(|(what, count)| format!("  {what:<32}{count:>8}\n"));
    let assumed = format!(
        "    kept back: runs beyond the limit against the median of the {} before, neighbours\n    \
         counted once, with no change in the whole history; {} each, assumed\n    \
         (notify.minutes_per_finding)\n",
        replay.project.policy.detection.window,
        text::counted(u64::from(minutes), "minute"),
    );
    rows.collect::<String>() + &assumed
}
