//! A status card for each budget, service level and goal: how much of it is used, how the level
//! moves, and when it would cross the limit.
//!
//! Example: `transpile-function: drifting`, with the facts `Used 102% of 1.20 ms`, `Drift +2.1% in
//! 2 weeks` and `Forecast At this trend it is violated in 23 days (9–60).`

use crate::report::phrase::Phrase;
use crate::report::target_view::{self, TargetView};
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::cards::CardFact;
use crate::site::context::SiteContext;
use crate::site::markdown::Markup;
use crate::site::targets;
use detect::targets::{TargetKind, TargetResult, TargetState};
use model::record::shorten;
use model::text::{self, UnitScale};

/// Cards of the page; the table below them and the JSON have all targets.
const MAX_CARDS: usize = 24;

/// What a template shows of a target.
pub(crate) struct TargetCard {
    /// Class of its edge: `w`, `s`, `k` or empty.
    pub(crate) edge: &'static str,
    pub(crate) title: String,
    pub(crate) tone: &'static str,
    pub(crate) state: &'static str,
    pub(crate) description: String,
    pub(crate) facts: Vec<CardFact>,
    /// The newest runs of its series; empty where it is for several together.
    pub(crate) spark: Option<Markup>,
}

/// The cards, the worst first; what passes has one too.
pub(crate) fn cards(site: &SiteContext<'_>, root: LinkRoot) -> Vec<TargetCard> {
    let has_level = |target: &&TargetResult| {
        matches!(
            target.kind,
            TargetKind::Budget | TargetKind::Sla | TargetKind::Goal | TargetKind::Baseline
        )
    };
    let shown = site.input.targets.iter().filter(has_level).take(MAX_CARDS);
    shown.map(|target| card(site, root, target)).collect()
}

fn card(site: &SiteContext<'_>, root: LinkRoot, target: &TargetResult) -> TargetCard {
    let (tone, state) = targets::state_words(target);
    let spark = target.series.map(|index| {
        let (series, analysis) = site.series(index);
        chart::spark(series, analysis).into()
    });
    TargetCard {
        edge: match target.state {
            TargetState::Violated => "w",
            TargetState::Drifting if target.kind == TargetKind::Goal => "",
            TargetState::Drifting | TargetState::NotMeasured => "s",
            TargetState::Passing => "k",
        },
        title: shorten(&target.name, 100).into_owned(),
        tone,
        state,
        description: target
            .description
            .as_deref()
            .map_or_else(String::new, |text| shorten(text, 300).into_owned()),
        facts: facts(site, root, target),
        spark,
    }
}

fn facts(site: &SiteContext<'_>, root: LinkRoot, target: &TargetResult) -> Vec<CardFact> {
    let mut facts = Vec::new();
    let mut add = |label: &'static str, value: Phrase| facts.push(CardFact { label, value });
    let plain = |text: String| Phrase::new("").text(text);
    let Some(index) = target.series else {
        add("Result", Phrase::new("").name(shorten(&target.message, 300).into_owned()));
        return facts;
    };
    let series = site.series(index).0;
    let page = root.to(&site.series_path(index));
    let label = wording::series_label(&series.key);
    add("Series", Phrase::new("").link(page, &series.key.test).text(" ").name(label));
    let scale = UnitScale::for_values([target.measured, target.limit], &series.unit);
    let (level, limit) = (scale.quantity(target.measured), scale.quantity(target.limit));
    match target.share {
        Some(share) => {
            let used = Phrase::new("").marked("strong", text::percent(share));
            add("Used", used.text(format!(" of {limit}, level {level}")));
            if target.kind != TargetKind::Goal {
                add("Headroom", plain(headroom(target, &scale)));
            }
        }
        None => add("Level", plain(format!("{level}, limit {limit}"))),
    }
    if let Some(since) = target.since {
        add("Since", plain(text::date(since)));
    }
    match &target.trend {
        Some(trend) => {
            add("Drift", plain(target_view::drift_text(trend)));
            let forecast = TargetView::of(target, None).forecast;
            let words = match (forecast, target.state) {
                (Some(forecast), _) => Some(forecast.sentence),
                (None, TargetState::Violated) => None,
                (None, _) if !trend.is_clear => None,
                (None, _) if !trend.is_approaching => {
                    Some("The level moves away from the limit.".to_owned())
                }
                _ => Some("No crossing within a year at this trend.".to_owned()),
            };
            words.into_iter().for_each(|words| add("Forecast", plain(words)));
        }
        None => add("Drift", plain("too few runs for a trend".to_owned())),
    }
    facts
}

/// How far the level is from its limit.
fn headroom(target: &TargetResult, scale: &UnitScale) -> String {
    let distance = (target.limit - target.measured).abs();
    let share = (distance / target.limit).abs();
    let words = format!("{} ({})", scale.quantity(distance), text::percent(share));
    match target.share {
        Some(share) if share > 1.0 => format!("none: {words} past the limit"),
        _ => words,
    }
}
