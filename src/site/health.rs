//! Whether the data can be trusted: a state in one word, and what is not as it should be, each
//! with how bad it is. Draws nothing: the health page, its JSON and the overview read it.

use crate::site::index::Index;
use crate::site::pages::infrastructure;
use crate::site::{audit, frame, targets};
use detect::Verdict;
use model::record::time::Timestamp;
use model::text;

/// Days of the records-a-day rule that are looked at.
const RECENT_DAYS: i64 = 30;

/// The state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    NoData,
    Good,
    Look,
    Bad,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NoData => "no data",
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
        }
    }
}

/// Everything that is not as it should be, with how bad it is.
pub(crate) fn findings(site: &Index<'_>) -> Vec<(State, String)> {
    let input = site.input;
    let (history, policy) = (input.history, input.policy);
    let mut found = Vec::new();
    let mut tell = |state: State, text: String| found.push((state, text));
    if let Some(stale) = frame::stale(history.newest, input.options.now) {
        tell(State::Bad, stale);
    }
    refusals(site).into_iter().for_each(|(state, text)| tell(state, text));
    for problem in input.problems {
        tell(State::Look, format!("{}: {}. {}", problem.place, problem.reason, problem.remedy));
    }
    if let Some(broken) = audit::broken(site) {
        tell(State::Bad, broken);
    }
    if let Some(overridden) = audit::overridden(site) {
        tell(State::Look, overridden);
    }
    if let Some(missed) = targets::finding(site) {
        tell(State::Look, missed);
    }
    let missing = count(site, |verdict| verdict == Verdict::Missing);
    if missing > 0 {
        let text = text::counted(missing, "series");
        tell(State::Look, format!("{text} without a newest result: failed or not run."));
    }
    let counts = history.counts;
    if counts.conflicting > 0 {
        let text = text::counted(counts.conflicting, "record");
        tell(State::Look, format!("{text} repeat another of the same time with another value."));
    }
    if counts.other_branches > 0 {
        let text = text::counted(counts.other_branches, "record");
        tell(State::Look, format!("{text} of other branches than the main one left out."));
    }
    let sparse = sparse_days(site);
    if !sparse.is_empty() {
        let text = text::counted(sparse.len() as u64, "day");
        let least = policy.data_quality.min_records_per_day;
        tell(
            State::Look,
            format!("{text} of the last {RECENT_DAYS} with fewer than {least} records."),
        );
    }
    let alert = input.analyses.infrastructure.iter().rfind(|day| day.alert && day.worse);
    if let Some(day) = alert.filter(|day| recent(site, day.day)) {
        let summary = infrastructure::summary(day);
        tell(State::Bad, format!("Infrastructure: {summary}, on several days."));
    }
    if policy.warmup.enabled && policy.warmup.record_warmup_times {
        let without = counts.records.saturating_sub(counts.with_warmup + counts.failed);
        if without > 0 {
            let text = text::counted(without, "record");
            tell(State::Good, format!("{text} without warm-up times, which the policy asks for."));
        }
    }
    if !input.not_covered.is_empty() {
        let text = text::counted(input.not_covered.len() as u64, "combination");
        tell(State::Look, format!("{text} of the matrix not measured."));
    }
    found
}

/// What could not be read: of the history, and of other tools' files.
fn refusals(site: &Index<'_>) -> Vec<(State, String)> {
    let history = site.input.history;
    let (refused, foreign) = (history.problems.len() as u64, site.input.foreign.len() as u64);
    let mut found = Vec::new();
    if refused > 0 {
        let state = if refused * 20 > history.counts.records { State::Bad } else { State::Look };
        let text = text::counted(refused, "line");
        found
            .push((state, format!("{text} refused; kept in data/quarantine/ with their reasons.")));
    }
    if foreign > 0 {
        let parts = text::counted(foreign, "part");
        let text = format!("{parts} of other tools' files refused when ingested.");
        found.push((State::Look, text));
    }
    found
}

pub(crate) fn state(site: &Index<'_>) -> State {
    if site.input.series.is_empty() {
        return State::NoData;
    }
    findings(site).into_iter().map(|(state, _)| state).max().unwrap_or(State::Good)
}

fn recent(site: &Index<'_>, day: i64) -> bool {
    site.input.options.now.day() - day <= RECENT_DAYS
}

fn count(site: &Index<'_>, wanted: impl Fn(Verdict) -> bool) -> u64 {
    let judged = |one: &usize| {
        let analysis = site.series(*one).1;
        !analysis.retired && wanted(analysis.verdict)
    };
    site.all().filter(judged).count() as u64
}

/// Recent days with fewer records than the policy asks for; the newest may still be under way.
fn sparse_days(site: &Index<'_>) -> Vec<(i64, u32)> {
    let least = site.input.policy.data_quality.min_records_per_day;
    let newest = site.input.history.newest.map_or(0, Timestamp::day);
    let per_day = site.input.history.per_day.range(newest - RECENT_DAYS..newest);
    per_day.filter(|(_, records)| **records < least).map(|(day, n)| (*day, *n)).collect()
}
