//! What the overview says of series without a verdict, and of days that say nothing of the code.
//!
//! Example: `13 too noisy for their thresholds: the best detects changes above 31%, the median one
//! above 98%.`

use std::collections::BTreeMap;

use crate::report::delta::runner_difference;
use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::site::context::SiteContext;
use crate::site::infrastructure;
use detect::Verdict;
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// Series named one by one in a line.
const MAX_NAMES: usize = 3;
/// Days before the newest result in which infrastructure is listed, and how many.
pub(crate) const INFRASTRUCTURE_DAYS: i64 = 60;
const MAX_DAYS: usize = 5;

/// A line for each reason why series have no verdict; empty where all have one.
pub(crate) fn lines(site: &SiteContext<'_>, root: LinkRoot) -> Vec<Phrase> {
    let mut by_reason: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for series in site.series_indices() {
        let analysis = site.series(series).1;
        let reason = match analysis.verdict {
            _ if analysis.is_retired => "6 retired",
            Verdict::TooNoisy => "1 too noisy",
            Verdict::New => "2 new",
            Verdict::NotCompared => "3 not compared",
            Verdict::Missing => "4 with no recent result",
            Verdict::Failed => "5 failed",
            _ => continue,
        };
        by_reason.entry(reason).or_default().push(series);
    }
    let lines = by_reason.iter().map(|(reason, members)| {
        let count = text::count(members.len() as u64);
        let phrase = Phrase::new("").marked("strong", format!("{count} {}", &reason[2..]));
        match *reason {
            "1 too noisy" => noisy(site, root, phrase, members),
            "2 new" => new(site, root, phrase, members),
            "6 retired" => retired(site, phrase, members),
            _ => {
                let phrase = named(site, root, phrase, members).text(". ");
                // Only series without results are listed there.
                let is_late = |at: &usize| site.series(*at).1.verdict.has_no_result();
                let place =
                    if members.iter().any(is_late) { "health/#freshness" } else { "health/" };
                phrase.link(root.to(place), "Data health")
            }
        }
    });
    lines.collect()
}

fn noisy(site: &SiteContext<'_>, root: LinkRoot, phrase: Phrase, members: &[usize]) -> Phrase {
    // What would be detected tells how noisy they are, in the unit of the threshold.
    let detectable = members.iter().filter_map(|at| site.series(*at).1.detectable_change_90);
    let mut detectable: Vec<f64> = detectable.collect();
    detectable.sort_by(f64::total_cmp);
    let phrase = match (detectable.first(), detectable.get(detectable.len() / 2)) {
        (Some(best), Some(middle)) if detectable.len() > 1 => phrase.text(format!(
            " for their thresholds: the best detects changes above {}, the median one above {}. ",
            text::percent(*best),
            text::percent(*middle)
        )),
        _ => named(site, root, phrase, members).text(". "),
    };
    phrase.link(root.to("health/#noise"), "Noise by series")
}

fn new(site: &SiteContext<'_>, root: LinkRoot, phrase: Phrase, members: &[usize]) -> Phrase {
    let needed = site.input.policy.regression.min_sample_size;
    let runs = |at: &usize| {
        site.series(*at).0.runs.iter().filter(|run| run.value.is_some()).count() as u64
    };
    let most = members.iter().map(runs).max().unwrap_or(0);
    let phrase = named(site, root, phrase, members);
    match most < u64::from(needed) {
        true => phrase.text(format!(". {most} of {needed} runs until the first verdict.")),
        false => phrase.text(". In the grace period of new series."),
    }
}

fn retired(site: &SiteContext<'_>, phrase: Phrase, members: &[usize]) -> Phrase {
    let last = members.iter().filter_map(|at| site.series(*at).0.runs.last());
    let last = last.map(|run| run.time).max();
    let since = last.map_or_else(String::new, text::date);
    let phrase = phrase.text(format!(": no run since {since}. "));
    // Of a project that is over, they are the benchmarks that are shown.
    let is_over = members.len() == site.input.series.len();
    phrase.link(if is_over { "#all" } else { "#retired" }, "List")
}

/// Adds the names of a few series: `: parse · go, print · go and 3 more`.
fn named(site: &SiteContext<'_>, root: LinkRoot, phrase: Phrase, members: &[usize]) -> Phrase {
    let mut phrase = phrase.text(": ");
    for (at, series) in members.iter().take(MAX_NAMES).enumerate() {
        let name = site.names.title(&site.series(*series).0.key);
        phrase = phrase.text(if at == 0 { "" } else { ", " });
        phrase = phrase.link(root.to(&site.series_path(*series)), name);
    }
    match members.len().saturating_sub(MAX_NAMES) {
        0 => phrase,
        others => phrase.text(format!(" and {} more", text::count(others as u64))),
    }
}

/// Infrastructure days and changes of the runner before the newest result, newest first.
pub(crate) fn infrastructure_lines(site: &SiteContext<'_>, root: LinkRoot) -> Vec<Phrase> {
    let Some(newest) = site.input.history.newest else { return Vec::new() };
    let from = newest.day() - INFRASTRUCTURE_DAYS;
    let mut lines: Vec<(i64, Phrase)> = Vec::new();
    for day in site.input.analyses.infrastructure_days.iter().filter(|day| day.day >= from) {
        let href = root.to(&urls::event(&infrastructure::id(day)));
        let phrase = Phrase::new("").link(href, text::date(infrastructure::time(day)));
        let summary = infrastructure::summary(day);
        let phrase = phrase.text(format!(
            ": {summary}. A machine problem, not the code. Not counted as a regression."
        ));
        lines.push((day.day, phrase));
    }
    for (day, what) in runner_changes(site, from) {
        let date = Timestamp::from_micros(day.saturating_mul(DAY_US));
        let phrase = Phrase::new("").marked("strong", text::date(date));
        let phrase = phrase.text(format!(": {what}. Nothing is compared across this day."));
        lines.push((day, phrase));
    }
    lines.sort_by_key(|(day, _)| -day);
    lines.into_iter().take(MAX_DAYS).map(|(_, line)| line).collect()
}

/// Days on which the runner of most series changed, with what changed.
fn runner_changes(site: &SiteContext<'_>, from: i64) -> Vec<(i64, String)> {
    let mut counts: BTreeMap<(i64, String), usize> = BTreeMap::new();
    for at in site.series_indices() {
        let series = site.series(at).0;
        // From 1: the first run of a series has no runner before it.
        let first = series.runs.partition_point(|run| run.time.day() < from).max(1);
        for run in first..series.runs.len() {
            let (old, new) = (&series.runs[run - 1], &series.runs[run]);
            if old.segment != new.segment {
                let segment = |at: u32| &series.segments[at as usize];
                let what = runner_difference(segment(old.segment), segment(new.segment));
                *counts.entry((new.time.day(), what)).or_default() += 1;
            }
        }
    }
    // A change of the runner of a few series is theirs, and stands on their pages.
    let most = site.input.series.len() / 2;
    counts.into_iter().filter(|(_, count)| *count > most).map(|(key, _)| key).collect()
}
