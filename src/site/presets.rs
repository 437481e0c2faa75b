//! The views that the policy names, with the series in each.

use crate::site::input::SiteInput;
use detect::{Analysis, Change};
use model::filter::{ChangeAges, Filter, Names};
use model::policy::threshold::preset_slug;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

/// A preset with the series it holds.
pub(crate) struct PresetView {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) filter: Filter,
    /// Indices of series, in order.
    pub(crate) members: Vec<usize>,
}

/// Categories of benchmarks: the tag of a record, and the name of its view.
const CATEGORIES: [(&str, &str); 3] =
    [("micro", "Micro-benchmarks"), ("macro", "Macro-benchmarks"), ("chaos", "Chaos experiments")];

/// The presets of the policy, in its order, then the categories of benchmarks that have series and
/// no preset of their own.
pub(crate) fn all(input: &SiteInput<'_>, ages: &[ChangeAges]) -> Vec<PresetView> {
    let presets = &input.policy.dashboard_presets;
    let of_policy = presets.iter().map(|preset| (preset.name.as_str(), preset.filters.clone()));
    let of_tag = |tag: &str| Filter { tags: Some(Names::One(tag.to_owned())), ..Filter::default() };
    let is_taken = |name: &str, filter: &Filter| {
        let slug = preset_slug(name);
        presets.iter().any(|it| it.filters == *filter || preset_slug(&it.name) == slug)
    };
    let categories = CATEGORIES.iter().map(|(tag, name)| (*name, of_tag(tag)));
    let categories = categories.filter(|(name, filter)| !is_taken(name, filter));
    let view = |(name, filter): (&str, Filter)| PresetView {
        name: name.to_owned(),
        slug: preset_slug(name),
        members: members(&filter, input, ages),
        filter,
    };
    let categories = categories.map(view).filter(|view| !view.members.is_empty());
    let categories: Vec<PresetView> = categories.collect();
    of_policy.map(view).chain(categories).collect()
}

/// The series that match a filter, in order.
pub(crate) fn members(filter: &Filter, input: &SiteInput<'_>, ages: &[ChangeAges]) -> Vec<usize> {
    // Tags are no part of the key, but filters can ask for them.
    let matches = |index: &usize| {
        let series = &input.series[*index];
        filter.holds(series.key.subject(&series.tags), ages[*index])
    };
    (0..input.series.len()).filter(matches).collect()
}

/// By series: the ages of its newest change and of its newest regression, in days before the build.
pub(crate) fn change_ages(input: &SiteInput<'_>) -> Vec<ChangeAges> {
    let pairs = input.series.iter().zip(&input.analyses.by_series);
    pairs.map(|(series, analysis)| ages_of(series, analysis, input.options.as_of)).collect()
}

fn ages_of(series: &Series, analysis: &Analysis, now: Timestamp) -> ChangeAges {
    let age = |change: &Change| days_between(series.runs[change.first_after].time, now);
    let newest = |only_regressions: bool| {
        let changes = analysis.changes.iter();
        let changes = changes.filter(|change| change.is_regression || !only_regressions);
        changes.map(age).min_by(f64::total_cmp)
    };
    // What is open is of today, however long ago it began: a view of recent regressions that leaves
    // it out would look as if nothing were wrong.
    let is_open = analysis.open_regressions().next().is_some() && !analysis.is_retired;
    let regressed_days = if is_open { Some(0.0) } else { newest(true) };
    ChangeAges { changed_days: newest(false), regressed_days }
}

/// Days from one time to another; never below zero.
pub(crate) fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    ((to.micros() - from.micros()).max(0)) as f64 / DAY_US as f64
}
