//! How many runs, or days, some series are from their first verdict.
//!
//! Example: one of five runs, so `The first verdict needs 4 more runs.`

use crate::site::context::SiteContext;
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// How far some series are from their first verdict.
pub(crate) struct VerdictProgress {
    /// Of the series that is nearest to it, on the runner of its newest run.
    pub(crate) runs: u32,
    pub(crate) needed: u32,
    first: Timestamp,
    grace_days: u32,
}

impl VerdictProgress {
    /// Of the members that are still measured; none where there are none.
    pub(crate) fn of(site: &SiteContext<'_>, members: &[usize]) -> Option<Self> {
        let regression = &site.input.policy.regression;
        let active = members.iter().filter(|at| !site.series(**at).1.is_retired);
        let runs = |at: &usize| {
            let runs = &site.series(*at).0.runs;
            let segment = runs.last().map(|run| run.segment);
            let usable =
                runs.iter().filter(|run| run.value.is_some() && Some(run.segment) == segment);
            Some((usable.count() as u32, runs.first()?.time))
        };
        let (runs, first) = active.filter_map(runs).max_by_key(|(runs, _)| *runs)?;
        let (needed, grace_days) = (regression.min_sample_size, regression.grace_period_days);
        Some(Self { runs, needed, first, grace_days })
    }

    /// `1 of 5 runs until the first verdict`.
    pub(crate) fn heading(&self) -> String {
        match self.runs < self.needed {
            true => format!("{} of {} runs until the first verdict", self.runs, self.needed),
            false => grace_heading(self.first, self.grace_days),
        }
    }

    /// `The first verdict needs 4 more runs.`
    pub(crate) fn sentence(&self) -> String {
        match self.needed.saturating_sub(self.runs) {
            0 => grace_heading(self.first, self.grace_days) + ".",
            missing => {
                let runs = text::count_noun(u64::from(missing), "more run");
                format!("The first verdict needs {runs}.")
            }
        }
    }
}

fn grace_heading(first: Timestamp, days: u32) -> String {
    let length = i64::from(days).saturating_mul(DAY_US);
    let end = Timestamp::from_micros(first.micros().saturating_add(length));
    format!("First verdicts from {} on", text::date(end))
}
