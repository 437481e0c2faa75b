//! Trends of several series: how many levels move without a step, and how fast the typical one
//! does.
//!
//! Example: `3 worse, 1 better of 24`, with the note `median +0.2% in 30 days`.

use crate::report::urls::LinkRoot;
use crate::site::context::SiteContext;
use crate::site::view::Fact;
use model::record::{Direction, median};
use model::text;

/// Days that the typical trend is stated for.
const DAYS: f64 = 30.0;

/// Series of a view by the direction of their clear trends; none where no series has a trend.
pub(crate) fn fact(site: &SiteContext<'_>, root: LinkRoot, members: &[usize]) -> Option<Fact> {
    let (mut worse, mut better) = (0_u64, 0_u64);
    let mut rates = Vec::new();
    for &member in members {
        let (series, analysis) = site.series(member);
        let Some(trend) = analysis.trend.as_ref().filter(|_| !analysis.is_retired) else {
            continue;
        };
        if series.direction == Direction::Unknown {
            continue;
        }
        // By direction: throughput that falls and time that rises are both worse.
        let is_worse = series.direction.is_worse(trend.per_day);
        match (trend.is_significant, is_worse) {
            (true, true) => worse += 1,
            (true, false) => better += 1,
            (false, _) => {}
        }
        let change = (DAYS * trend.per_day.ln_1p()).exp_m1().abs();
        rates.push(if is_worse { change } else { -change });
    }
    let all = rates.len() as u64;
    let typical = median(&rates)?;
    let way = if typical > 0.0 { "worse" } else { "better" };
    let typical = match text::percent(typical.abs()) {
        none if none == "0%" => "median: no trend".to_owned(),
        size => format!("median {size} {way} in 30 days"),
    };
    let value = match (worse, better) {
        (0, 0) => "none clear".to_owned(),
        _ => format!("{} worse, {} better", text::count(worse), text::count(better)),
    };
    let note = format!("of {}, {typical}", text::count_noun(all, "series"));
    Some(Fact::new("Trends", value).note(note).href(root.to("about/#rule-trend")))
}
