//! The regressions of a site by cause, and the group of each event.

use std::collections::BTreeMap;

use crate::report::regression_groups::{GroupInput, RegressionGroup};
use crate::site::input::SiteInput;

/// All regressions in groups.
pub(crate) struct RegressionIndex {
    groups: Vec<RegressionGroup>,
    group_by_event: BTreeMap<String, usize>,
}

impl RegressionIndex {
    pub(crate) fn of(input: &SiteInput<'_>) -> Self {
        let groups = GroupInput {
            history: input.history,
            series: input.series,
            analyses: &input.analyses.by_series,
            notes: input.notes,
        }
        .groups();
        // By event, since its page is where a reader comes from.
        let mut group_by_event = BTreeMap::new();
        for (at, group) in groups.iter().enumerate() {
            for event in group.members.iter().filter_map(|member| member.event.clone()) {
                group_by_event.insert(event, at);
            }
        }
        Self { groups, group_by_event }
    }

    /// Open ones first, then suspected, then the rest; within each the largest first.
    pub(crate) fn groups(&self) -> &[RegressionGroup] {
        &self.groups
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = &RegressionGroup> {
        self.groups.iter().filter(|group| group.state() == "open")
    }

    /// The group that the regression of an event is in; none for an improvement.
    pub(crate) fn of_event(&self, id: &str) -> Option<&RegressionGroup> {
        Some(&self.groups[*self.group_by_event.get(id)?])
    }
}
