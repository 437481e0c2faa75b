//! Budgets, service levels and alerts on the health page, the overview, series pages and in
//! `health.json`.

use crate::report::SeriesRef;
use crate::report::phrase::Phrase;
use crate::report::target_view::{self, TargetView};
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::view::Fact;
use detect::targets::{TargetResult, TargetState, count_missed, strictest_budget};
use model::record::shorten;
use model::text;

/// All targets, the worst first.
pub(crate) fn views(site: &SiteContext<'_>) -> Vec<TargetView> {
    let view = |target: &TargetResult| {
        let subject = target.series.map(|index| SeriesRef::of(&site.series(index).0.key));
        TargetView::of(target, subject.as_ref())
    };
    site.input.targets.iter().map(view).collect()
}

/// `2 targets missed`; none where none is.
pub(crate) fn missed_text(site: &SiteContext<'_>) -> Option<String> {
    let missed = count_missed(site.input.targets) as u64;
    (missed > 0).then(|| format!("{} missed", text::count_noun(missed, "target")))
}

/// The same of some series; targets for several together count for all.
pub(crate) fn missed_text_of(site: &SiteContext<'_>, members: &[usize]) -> Option<String> {
    let of_members = |target: &&TargetResult| {
        target.is_missed() && target.series.is_none_or(|index| members.contains(&index))
    };
    let missed = site.input.targets.iter().filter(of_members).count() as u64;
    (missed > 0).then(|| format!("{} missed", text::count_noun(missed, "target")))
}

/// The finding about missed targets: how many, and which.
pub(crate) fn finding(site: &SiteContext<'_>) -> Option<String> {
    let names = names_in(site, TargetState::Violated);
    missed_text(site).map(|missed| format!("{missed}: {names}."))
}

/// The finding about targets that nobody measures: a mistake in the policy, most often.
pub(crate) fn unmeasured_finding(site: &SiteContext<'_>) -> Option<String> {
    let state = TargetState::NotMeasured;
    let count = site.input.targets.iter().filter(|it| it.state == state).count() as u64;
    let targets = text::count_noun(count, "target");
    let names = names_in(site, state);
    (count > 0).then(|| format!("{targets} not measured: {names}. See benchpages policy check."))
}

/// Three names of the targets in a state: they say what kind it is, and the table has all.
fn names_in(site: &SiteContext<'_>, state: TargetState) -> String {
    let mut names: Vec<String> = Vec::new();
    for target in site.input.targets.iter().filter(|target| target.state == state) {
        let name = shorten(&target.name, 60).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() > 3 {
            names[3] = "…".to_owned();
            break;
        }
    }
    names.join(", ")
}

/// The targets, for a table: what does not pass first, and what passes too.
pub(crate) fn rows(site: &SiteContext<'_>, root: LinkRoot, most: usize) -> Vec<Vec<Phrase>> {
    site.input.targets.iter().take(most).map(|target| row(site, root, target)).collect()
}

fn row(site: &SiteContext<'_>, root: LinkRoot, target: &TargetResult) -> Vec<Phrase> {
    let series = match (target.series, target.state) {
        (Some(index), _) => {
            let key = &site.series(index).0.key;
            let page = root.to(&site.series_path(index));
            Phrase::new("").link(page, &key.test).text(" ").name(wording::series_label(key))
        }
        (None, TargetState::NotMeasured) => Phrase::new("").text("none"),
        (None, _) => Phrase::new("").text("all together"),
    };
    let (tone, state) = state_words(target);
    vec![
        Phrase::new("").name(shorten(&target.name, 100).into_owned()),
        series,
        Phrase::new("").marked(tone, state),
        Phrase::new("").name(shorten(&target.message, 400).into_owned()),
    ]
}

/// The tone of a state, and its word: an alert has a severity, a goal is reached or not.
pub(crate) fn state_words(target: &TargetResult) -> (&'static str, &'static str) {
    use detect::targets::TargetKind::{Alert, Goal};
    match (target.kind, target.state) {
        (Alert, TargetState::Drifting) => ("note", target.severity.as_str()),
        (Alert, TargetState::Violated) => ("worse", target.severity.as_str()),
        (Goal, TargetState::Passing) => ("better", "reached"),
        (Goal, TargetState::Drifting) => ("note", "not reached"),
        (_, TargetState::NotMeasured) => ("warn", "not measured"),
        (_, TargetState::Violated) => ("worse", "violated"),
        (_, TargetState::Drifting) => ("warn", "drifting"),
        (_, TargetState::Passing) => ("better", "passing"),
    }
}

/// `5 of 7 within budget, 1 drifting, 1 violated`.
pub(crate) fn summary(site: &SiteContext<'_>) -> String {
    target_view::overview(&views(site)).unwrap_or_default()
}

/// What a series page says of the budget that decides for it, with the day on which it would be
/// crossed.
pub(crate) fn budget_fact(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Option<Fact> {
    let target = strictest_budget(site.input.targets, index)?;
    let unit = &site.series(index).0.unit;
    let limit = text::UnitScale::for_value(target.limit, unit).quantity(target.limit);
    let share = target.share.map_or_else(String::new, text::percent);
    let mut note = format!("{share} of {limit}");
    if let Some(forecast) = TargetView::of(target, None).forecast {
        note.push_str(". ");
        note.push_str(&forecast.sentence);
    }
    let fact = Fact::new("Budget", target.state.as_str()).note(note);
    Some(fact.href(root.to("health/#targets")))
}
