//! The regressions of a site by cause, and the group of each event.

use std::collections::BTreeMap;

use crate::report::insight::{Insight, InsightMaker};
use crate::report::regression_groups::{GroupInput, RegressionGroup};
use crate::site::input::SiteInput;
use model::record::time::{DAY_US, Timestamp};

/// All regressions in groups.
pub(crate) struct RegressionIndex {
    groups: Vec<RegressionGroup>,
    group_by_event: BTreeMap<String, usize>,
    /// Of each group.
    insights: Vec<Insight>,
    /// Improvements that began in the last [`RECENT_DAYS`] with results.
    improvements: Vec<RegressionGroup>,
}

/// Days before the newest result that count as recent.
pub(crate) const RECENT_DAYS: i64 = 30;

impl RegressionIndex {
    pub(crate) fn of(input: &SiteInput<'_>) -> Self {
        let all = group_input(input);
        let groups = all.groups();
        let improvements = all.improvement_groups(recent(input));
        // By event, since its page is where a reader comes from.
        let mut group_by_event = BTreeMap::new();
        for (at, group) in groups.iter().enumerate() {
            for event in group.members.iter().filter_map(|member| member.event.clone()) {
                group_by_event.insert(event, at);
            }
        }
        let maker = InsightMaker::of(all);
        let insights = groups.iter().map(|group| maker.insight(group)).collect();
        Self { groups, group_by_event, insights, improvements }
    }

    /// Open ones first, then suspected, then the rest; within each the largest first.
    pub(crate) fn groups(&self) -> &[RegressionGroup] {
        &self.groups
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = &RegressionGroup> {
        self.groups.iter().filter(|group| group.state() == "open")
    }

    pub(crate) fn suspected(&self) -> impl Iterator<Item = &RegressionGroup> {
        self.groups.iter().filter(|group| group.state() == "suspected")
    }

    /// Recent improvements, the largest first.
    pub(crate) fn improvements(&self) -> &[RegressionGroup] {
        &self.improvements
    }

    /// Where the cause of a group may lie.
    pub(crate) fn insight(&self, group: &RegressionGroup) -> Option<&Insight> {
        let at = self.groups.iter().position(|it| std::ptr::eq(it, group))?;
        self.insights.get(at)
    }

    /// The group that the regression of an event is in; none for an improvement.
    pub(crate) fn of_event(&self, id: &str) -> Option<&RegressionGroup> {
        Some(&self.groups[*self.group_by_event.get(id)?])
    }
}

/// What groups of regressions are made from.
pub(crate) fn group_input<'a>(input: &SiteInput<'a>) -> GroupInput<'a> {
    GroupInput {
        history: input.history,
        series: input.series,
        analyses: &input.analyses.by_series,
        notes: input.notes,
    }
}

/// The start of the last [`RECENT_DAYS`] with results: those of a site that is no longer built
/// would be empty otherwise.
pub(crate) fn recent(input: &SiteInput<'_>) -> Timestamp {
    let newest = input.history.newest.unwrap_or(input.options.as_of);
    Timestamp::from_micros(newest.micros().saturating_sub(RECENT_DAYS * DAY_US))
}
